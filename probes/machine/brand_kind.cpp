// SPDX-License-Identifier: MIT
// What the processor's brand string gives away about a guest's CPU definition.
#include "base/text.hpp"
#include "machine/platform.hpp"

namespace nestprobe {

/// QEMU's model names keep the plain words ("Intel Core Processor (Haswell)", "AMD EPYC-Rome Processor");
/// real strings have a number or the marks (R) and (TM).  QEMU 7.2 target/i386/cpu.c, builtin_x86_defs.
BrandKind kind_of_brand(std::string_view brand) {
    if (brand.starts_with("QEMU Virtual CPU") || brand.starts_with("Common KVM processor") ||
        brand.starts_with("Common 32-bit KVM processor"))
        return BrandKind::generic_model;
    if (brand == "AMD EPYC" || brand.starts_with("Intel(R) Xeon(R) Processor @ "))
        return BrandKind::normalized;
    constexpr std::string_view named[] = {
        "Intel Core Processor (",
        "Intel Xeon Processor (",
        "Intel Atom Processor (",
        "Intel Core i7 9xx (",
        "Intel Xeon E312xx",
        "Intel Xeon E3-12xx v2",
        "Intel Celeron_4x0",
        "Intel Core 2 Duo P9xxx",
        "Westmere E56xx",
        "AMD Opteron 2",
        "AMD Opteron 6",
        "AMD EPYC Processor",
        "AMD EPYC-",
        "Hygon Dhyana Processor",
        "Intel Xeon Phi Processor (",
        "YongFeng Processor",
    };
    for (const std::string_view prefix : named) {
        const bool real_opteron =
            brand.starts_with("AMD Opteron") && !contains(brand, "class") && !contains(brand, "Class");
        if (brand.starts_with(prefix) && !real_opteron) return BrandKind::named_model;
    }
    return BrandKind::processor;
}

bool is_no_processors_brand(std::string_view brand) {
    const BrandKind kind = kind_of_brand(brand);
    return kind == BrandKind::named_model || kind == BrandKind::generic_model ||
           brand.starts_with("DO-Regular") || brand.starts_with("DO-Premium-");
}

std::string_view to_string(BrandKind kind) {
    switch (kind) {
        case BrandKind::processor: return "real processor";
        case BrandKind::named_model: return "named model";
        case BrandKind::generic_model: return "generic model";
        case BrandKind::normalized: return "normalized";
    }
    return "";
}

}  // namespace nestprobe

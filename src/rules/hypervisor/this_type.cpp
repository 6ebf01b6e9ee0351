// SPDX-License-Identifier: MIT
#include "rules/hypervisor/this_type.hpp"

#include <fmt/format.h>

namespace nestprobe {
namespace {

/// What a cloud calls its types.
std::string_view word_for_type(Platform platform) {
    switch (platform) {
        case Platform::gcp: return "machine type";
        case Platform::azure: return "size";
        case Platform::oci: return "shape";
        default: return "type";
    }
}

}  // namespace

ThisType type_of(const Facts& f) {
    const std::string* name = f.hypervisor.instance_type.if_known();
    const Platform* platform = f.hypervisor.platform.if_known();
    if (!name || !platform) return {};
    return {*name, nesting_of_type(*platform, *name)};
}

std::string about_type(const PlatformRow& row, const ThisType& type) {
    if (type.name.empty()) return {};
    const std::string_view word = word_for_type(row.id);
    if (type.nesting == TypeNesting::lacks && row.nesting == Nesting::provider_decides)
        return fmt::format("This one is {}, a {} without nested virtualization. ", type.name, word);
    if (type.nesting == TypeNesting::lacks)
        return fmt::format(
            "This one is {}, a {} without nested virtualization: it has to become another {}. ", type.name,
            word, word);
    if (type.nesting == TypeNesting::has && row.nesting == Nesting::yes_switch)
        return fmt::format("This one is {}, a {} that has it: what lacks is the switch. ", type.name, word);
    if (type.nesting == TypeNesting::has)
        return fmt::format("This one is {}, a {} that has it as a rule: see what else is special about it. ",
                           type.name, word);
    return fmt::format("This one is {}. ", type.name);
}

std::string type_without_nesting(const Facts& f) {
    const ThisType type = type_of(f);
    if (type.nesting != TypeNesting::lacks) return {};
    const PlatformRow row = row_of(f.hypervisor.platform);
    return fmt::format("{}, a {} without nested virtualization ({})", type.name, word_for_type(row.id),
                       as_of(row.date, f));
}

}  // namespace nestprobe

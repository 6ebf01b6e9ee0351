// SPDX-License-Identifier: MIT
// What the readers of a paste share: a processor's lines as /proc/cpuinfo has them, and the words of a
// refusal.
#include "base/errors.hpp"
#include "base/text.hpp"
#include "snapshot/import/evidence.hpp"

#include <fmt/format.h>

#include <cerrno>

namespace nestprobe {

std::string_view vendor_of_brand(std::string_view brand) {
    if (contains(brand, "Intel(R)")) return "GenuineIntel";
    for (const std::string_view amd :
         {"AMD Ryzen", "AMD FX", "AMD Opteron(tm)", "AMD Phenom", "AMD Athlon(tm)"})
        if (brand.starts_with(amd)) return "AuthenticAMD";
    if (brand.starts_with("AMD EPYC ") && brand.size() > 9 && is_digit(brand[9])) return "AuthenticAMD";
    return {};
}

std::string write_cpuinfo(const std::vector<CpuLines>& cpus) {
    std::string text;
    for (const CpuLines& cpu : cpus) {
        text += fmt::format("processor\t: {}\n", cpu.ids.empty() ? "0" : cpu.ids);
        if (!cpu.vendor.empty()) text += fmt::format("vendor_id\t: {}\n", cpu.vendor);
        if (!cpu.brand.empty()) text += fmt::format("model name\t: {}\n", cpu.brand);
        if (cpu.has_vmx_flags) text += fmt::format("vmx flags\t: {}\n", cpu.vmx_flags);
        if (!cpu.has_flags) {
            text += "\n";
            continue;
        }
        // A cut at the very end is the file's; one in the middle shows as what people write for it.
        const bool last = &cpu == &cpus.back();
        text += fmt::format("flags\t\t: {}{}", cpu.flags, !cpu.flags_cut ? "\n\n" : last ? "" : " ...\n\n");
    }
    return text;
}

bool read_refusal(std::string_view path, std::string_view words, Absent& absent) {
    struct Row {
        std::string_view words;
        int error;
        Why why;
    };
    constexpr Row rows[] = {
        // C's words begin with a capital letter, Go's do not
        {"o such file or directory", ENOENT, Why::no_device},
        {"cannot find", ENOENT, Why::no_device},
        {"ermission denied", EACCES, Why::permission_denied},
        {"peration not permitted", EPERM, Why::permission_denied},
        {"o such device or address", ENXIO, Why::no_device},
        {"o such device", ENODEV, Why::no_device},
    };
    for (const Row& row : rows)
        if (contains(words, row.words)) {
            absent = {row.why, fmt::format("{}: {}", path, error_text(row.error)), row.error};
            return true;
        }
    return false;
}

}  // namespace nestprobe

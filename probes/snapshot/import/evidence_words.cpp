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

std::optional<std::string> Evidence::source_of(std::string_view topic) const {
    const auto found = recording_.files.find(std::string(topic));
    const std::string* text = found == recording_.files.end() ? nullptr : found->second.if_known();
    if (!text) return {};
    return std::string(hearsay::parse_statement(*text).source);
}

std::string_view Evidence::no_guest_of(bool shows) const {
    const auto whole = [](const CpuLines& cpu) { return cpu.has_flags && !cpu.flags_cut; };
    const auto below = [](const CpuLines& cpu) { return has_word(cpu.flags, "hypervisor"); };
    if (std::any_of(cpus_.begin(), cpus_.end(), whole) && std::none_of(cpus_.begin(), cpus_.end(), below))
        return "whose processor shows no hypervisor above it";
    if (no_guest_heard_) return "that is no virtual machine";
    const auto modules = recording_.files.find("/proc/modules");
    const std::string* list = modules == recording_.files.end() ? nullptr : modules->second.if_known();
    constexpr std::string_view kvm[] = {"kvm_intel ", "kvm_amd "}, rivals[] = {"vboxdrv ", "vmmon "};
    if (list && contains_any(*list, rivals)) return "that has that product's own module loaded";
    const bool works = has_file("/sys/module/kvm_intel/parameters/nested") ||
                       has_file("/sys/module/kvm_amd/parameters/nested") ||
                       (list && contains_any(*list, kvm)) || says(hearsay::usable, "yes", "") ||
                       says(hearsay::flag_vmx, "yes", "") || says(hearsay::flag_svm, "yes", "");
    return !shows && works ? "that has VMX or SVM" : "";
}

void Evidence::part_from_definition(std::string_view name) {
    const auto defined = source_of(hearsay::definition), guest = source_of(hearsay::guest);
    if (!defined || !guest || !defined->starts_with(*guest)) return;
    const std::string_view why = no_guest_of(says(hearsay::definition, "yes", ""));
    if (why.empty()) return;
    for (const std::string_view topic :
         {hearsay::guest, hearsay::hypervisor, hearsay::definition, hearsay::cloud, hearsay::instance_type})
        if (source_of(topic).value_or("").starts_with(*guest)) forget(topic);
    if (!name.empty())
        file(std::string(hearsay::contradictions),
             fmt::format(
                 "{}: {} is of another machine than the other outputs, which are of one {}: it is left out; "
                 "alone it is judged\n",
                 name, *guest, why));
}

}  // namespace nestprobe

// SPDX-License-Identifier: MIT
// Does the kernel drive an IOMMU, and does that remap interrupts?  From sysfs, which everybody may read.
#include "probes.hpp"
#include "text.hpp"

#include <fmt/format.h>

namespace nestprobe {
namespace {

constexpr unsigned ecap_interrupt_remapping =
    3;  // Intel VT-d specification, "Extended Capability Register", IR

Fact<std::vector<std::string>> list_names(const Filesystem& files, std::string_view folder) {
    const auto names = files.list(folder);
    if (const auto* known = names.if_known())
        return {*known,
                {{std::string(folder), known->empty() ? "empty" : fmt::format("{} entries", known->size())}}};
    return *names.if_absent();
}

/// Every VT-d unit must remap interrupts; AMD's say so in the kernel log only.
Fact<bool> probe_interrupt_remapping(const Filesystem& files, const IommuFacts& facts,
                                     const KernelFacts& kernel) {
    const auto* instances = facts.instances.if_known();
    if (!instances) return *facts.instances.if_absent();
    if (instances->empty()) return Absent{Why::not_applicable, "the kernel drives no IOMMU"};
    std::vector<Provenance> from;
    for (const std::string& name : *instances) {
        if (!name.starts_with("dmar")) continue;
        const std::string path = fmt::format("/sys/class/iommu/{}/intel-iommu/ecap", name);
        const Fact<std::string> word = read_word(files, path);
        if (!word.if_known()) return *word.if_absent();
        std::uint64_t ecap = 0;
        if (!parse_number(*word.if_known(), ecap, 16))
            return Absent{Why::malformed, fmt::format("{}: no hexadecimal number", path)};
        if ((ecap >> ecap_interrupt_remapping & 1) == 0) return {false, {{path, *word.if_known()}}};
        from.push_back({path, *word.if_known()});
    }
    if (!from.empty()) return {true, std::move(from)};
    if (const auto* lines = kernel.log.if_known())
        for (const std::string& line : *lines)
            if (contains(line, "AMD-Vi: Interrupt remapping enabled")) return {true, {{"/dev/kmsg", line}}};
    return Absent{Why::not_recorded, "neither VT-d registers nor the kernel log tell"};
}

}  // namespace

IommuFacts probe_iommu(const Sources& machine, const KernelFacts& kernel) {
    IommuFacts facts;
    facts.instances = list_names(machine.files, "/sys/class/iommu");
    facts.groups = list_names(machine.files, "/sys/kernel/iommu_groups").map([](const auto& names) {
        return static_cast<unsigned>(names.size());
    });
    facts.interrupt_remapping = probe_interrupt_remapping(machine.files, facts, kernel);
    return facts;
}

}  // namespace nestprobe

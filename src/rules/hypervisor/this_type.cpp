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

/// EC2 User Guide, "Change the instance type": the same architecture; Compute Engine, Azure and OCI refuse a
/// change between Arm and x86 as well, whose images do not boot on the other (state 2026-11).
Remedy leave_arm_type(const PlatformRow& row, const ThisType& type) {
    if (type.name.empty() || !is_arm_type(row.id, type.name)) return {};
    const std::string_view word = word_for_type(row.id);
    return Remedy(Step{
        .where = Where::provider,
        .what = fmt::format(
            "This one is {}, a {} with an Arm processor: VMX and SVM are x86's, and no {} of Arm's shows "
            "KVM to a virtual machine (as of {}). It cannot be changed into an x86 one, whose images do "
            "not boot on the other: create a new instance of an x86 {} with nested virtualization, from "
            "an x86 image. Bare metal of Arm's has a KVM of its own.",
            type.name, word, word, row.date, word)});
}

std::string type_without_nesting(const Facts& f) {
    const ThisType type = type_of(f);
    if (type.nesting != TypeNesting::lacks) return {};
    const PlatformRow row = row_of(f.hypervisor.platform);
    return fmt::format("{}, a {} without nested virtualization ({})", type.name, word_for_type(row.id),
                       as_of(row.date, f));
}

}  // namespace nestprobe

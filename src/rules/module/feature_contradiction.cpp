// SPDX-License-Identifier: MIT
// A rule about parameters that are on although the processor lacks what they switch (NP5xx).
#include "rules/module/feature.hpp"

#include <fmt/format.h>

namespace nestprobe {
namespace {

/// Linux 4.19 arch/x86/kvm/vmx.c leaves this one on whatever the processor has; 5.10 does not.
bool left_on_by_old_kernels(const Facts& f, const Feature& feature) {
    return feature.parameter == "preemption_timer" && !kernel_at_least(f, 5, 10);
}

/// Nothing can be said of a parameter that acts only while nested is on, or whose hardware is unknown.
bool can_compare(const Facts& f, const Feature& feature) {
    return (f.module.*feature.value).if_known() && feature.hardware(f).any_known() &&
           !left_on_by_old_kernels(f, feature) && (!feature.for_nesting || is(f.module.nested, true));
}

Outcome check_contradiction(const Facts& f) {
    if (const Absent* absent = f.cpu.technology.if_absent()) return carry(*absent);
    if (vendor_module_absent(f))
        return cite(skip(fmt::format("{} is not loaded", vendor_module_name(f))), f.module.vendor);
    std::vector<std::string> names;
    Outcome cited;
    bool compared = false;
    for (const Feature* feature : has(f, Technology::svm) ? svm_features() : vmx_features()) {
        if (!can_compare(f, *feature)) continue;
        compared = true;
        const PerCpu<bool>& hardware = feature->hardware(f);
        if (!is(f.module.*feature->value, true) || !hardware.all([](bool there) { return !there; })) continue;
        names.push_back(fmt::format("{}.{}", module_of(feature->technology), feature->parameter));
        cited = cite(cite(std::move(cited), f.module.*feature->value), hardware);
    }
    if (!compared) return unknown("no parameter was read together with the registers that go with it");
    if (names.empty()) return pass("no parameter is on for something that the processor does not have");
    Outcome outcome = fail(
        fmt::format("on, though the registers do not show what they switch: {}. The module forces such "
                    "parameters off when it loads, so {}",
                    fmt::join(names, ", "),
                    in_guest(f) ? "the registers have changed since: most likely this guest was moved to "
                                  "another host"
                                : "the registers that were read are most likely not those that it saw"));
    outcome.because = std::move(cited.because);
    return outcome;
}

constexpr std::string_view forced_see[] = {"Linux arch/x86/kvm/vmx/vmx.c, hardware_setup()",
                                           "Linux arch/x86/kvm/svm/svm.c, svm_hardware_setup()"};

constexpr Rule feature_contradiction_rows[] = {
    {
        .id = "NP532",
        .name = "parameter-on-without-hardware",
        .layer = Layer::module,
        .question = Question::kvm_in_guests,
        .role = Role::advice,
        .title = "a parameter of KVM's module is on, and the registers do not show what it switches",
        .explain =
            "When kvm_intel or kvm_amd loads, it forces parameters off whose feature the processor does\n"
            "not have. One that is on against the registers means that the registers changed after that,\n"
            "or are of another machine. kvm_intel.preemption_timer is left out before 5.10, which did not\n"
            "force it.",
        .fix = "With all virtual machines stopped, reload the module, so that it looks again.",
        .see = forced_see,
        .check = check_contradiction,
        .worked = "After the reload the parameter and the registers agree: nestprobe --explain --all shows "
                  "NP532 as ok.",
        .also = "A guest that was moved to a lesser host while its KVM stayed loaded; a recording whose "
                "parts are of two machines.",
    },
};

}  // namespace

std::span<const Rule> feature_contradiction_rules() { return feature_contradiction_rows; }

}  // namespace nestprobe

// SPDX-License-Identifier: MIT
// What libvirt, or QEMU with enforce, finds between a guest's CPU and this system's (NP737): it does not
// start.
#include "definition/cpu_models.hpp"
#include "definition/guest_questions.hpp"
#include "rules/common.hpp"
#include "rules/guest/definition_words.hpp"

#include <fmt/format.h>

namespace nestprobe {
namespace {

std::string joined(const std::vector<std::string>& names) {
    std::string all;
    for (const std::string& name : names) all += (all.empty() ? "" : ", ") + name;
    return all;
}

/// The feature that only processors of the other kind have is required.
std::optional<Outcome> of_other_kind(const Facts& f, Technology here) {
    const bool has_vmx = here == Technology::vmx;
    if (!is(has_vmx ? f.guest->svm : f.guest->vmx, FeaturePolicy::require)) return {};
    const std::string_view feature = has_vmx ? "svm" : "vmx";
    return refused(
        fmt::format("{0} is required, which this system's processor does not have (\"Host CPU does not "
                    "provide required features: {0}\"; QEMU with enforce: \"Host doesn't support "
                    "requested features\")",
                    feature),
        fix_guest_cpu(f));
}

/// libvirt 9.0 to 11.3 src/cpu/cpu_x86.c, x86Compute.
std::optional<Outcome> of_vendor(const Facts& f, Technology here) {
    std::string by;
    const std::string* vendor = f.guest->cpu_vendor.if_known();
    const auto wanted = technology_written_for(*f.guest, by);
    if (!of_libvirt(f) || !vendor || !is(f.guest->cpu_mode, CpuMode::custom) || !wanted || *wanted == here)
        return {};
    return refused(
        fmt::format("<vendor> names {0}, and this system's processor is another's (\"host CPU vendor does "
                    "not match required CPU vendor {0}\")",
                    *vendor),
        fix_guest_cpu(f));
}

std::optional<Outcome> of_strict_match(const Facts& f) {
    if (!is(f.guest->cpu_match, "strict") || !is(f.guest->cpu_mode, CpuMode::custom)) return {};
    const std::string feature = feature_of_guest(f);
    if (offered_by_host(f) == true && is(policy_of_guest(f), FeaturePolicy::unset))
        return refused(
            fmt::format("match='strict' refuses a host that has more than the model, and this one has "
                        "{} (\"Host CPU does not strictly match guest CPU: Extra features\")",
                        feature),
            change_guest(f, "Write match='exact' in <cpu>, or leave match out."));
    return unknown(
        "match='strict' refuses every host that has more than the model (\"Host CPU does not strictly "
        "match guest CPU: Extra features\")");
}

/// A model of the other vendor's: compared feature by feature.
std::optional<Outcome> of_other_model(const Facts& f, Technology here) {
    const std::string* model = f.guest->cpu_model.if_known();
    const NamedCpu* named = model ? find_named_cpu(*model) : nullptr;
    if (!is(f.guest->cpu_mode, CpuMode::custom) || !named || !named->vendor || *named->vendor == here)
        return {};
    return unknown(
        fmt::format("{} is a model of another vendor's: where this processor lacks one of its features, "
                    "the guest is refused",
                    *model));
}

Outcome judge_compared(const Facts& f, Technology here) {
    const Comparison comparison = comparison_of_cpu(*f.guest);
    if (comparison == Comparison::none) return pass("its CPU is compared with nothing: QEMU warns at most");
    if (auto outcome = of_other_kind(f, here)) return *std::move(outcome);
    if (comparison == Comparison::before) {
        if (auto outcome = of_vendor(f, here)) return *std::move(outcome);
        if (auto outcome = of_strict_match(f)) return *std::move(outcome);
    }
    if (auto outcome = of_other_model(f, here)) return *std::move(outcome);
    return pass("nothing in its CPU is known to be another processor's");
}

Outcome check_compared(const Facts& f) {
    return judge(
        [&](const std::vector<std::string>& repeated, CpuMode) {
            if (!repeated.empty())
                return refused(
                    fmt::format("<cpu> names {} more than once: libvirt takes no such definition (\"CPU "
                                "feature '{}' specified more than once\")",
                                joined(repeated), repeated.front()),
                    change_guest(f, "Leave one <feature> of each name in <cpu>."));
            if (!is(f.guest->accelerator, Accelerator::kvm)) return skip("KVM does not run this guest");
            const Technology* here = f.cpu.technology.if_known();
            return here ? judge_compared(f, *here) : pass("what this system's processor has is not known");
        },
        f.guest->repeated_features, f.guest->cpu_mode);
}

constexpr std::string_view compared_see[] = {
    "libvirt formatdomain, \"CPU model and topology\": check, match",
    "libvirt src/qemu/qemu_process.c, qemuProcessUpdateGuestCPU; src/cpu/cpu_x86.c, x86Compute"};

constexpr Rule guest_compared_rows[] = {
    {
        .id = "NP737",
        .name = "guest-cpu-compared",
        .layer = Layer::guest,
        .question = Question::kvm_in_guests,
        .role = Role::advice,
        .title = "the guest's CPU does not pass the comparison with this system's",
        .explain = "With check='partial', libvirt's default for named models and host-model, the guest's CPU "
                   "is compared\n"
                   "with what KVM offers before it starts: features of the other vendor's, another <vendor>, "
                   "and with\n"
                   "match='strict' anything that the host has more. With check='none', and in the modes "
                   "host-passthrough\n"
                   "and maximum, nothing is compared; QEMU itself compares with enforce alone.",
        .fix = "<cpu mode='host-passthrough'/>; or check='none', with which the guest starts without what "
               "lacks.",
        .see = compared_see,
        .check = check_compared,
        .worked = "The guest starts.",
        .also = "A feature of this vendor's that KVM here does not offer (NP713, NP718).",
    },
};

}  // namespace

std::span<const Rule> guest_compared_rules() { return guest_compared_rows; }

}  // namespace nestprobe

// SPDX-License-Identifier: MIT
// A definition that requires a CPU feature which KVM here does not offer (NP718): it does not start.
#include "definition/guest_questions.hpp"
#include "registers/all.hpp"
#include "rules/common.hpp"
#include "rules/guest/definition_words.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace nestprobe {
namespace {

/// Features that QEMU or KVM give a guest though KVM_GET_SUPPORTED_CPUID does not list them
/// (QEMU 10.0 target/i386/kvm/kvm.c, kvm_arch_get_supported_cpuid).
constexpr std::string_view given_anyway[] = {
    "hypervisor", "x2apic",  "tsc_deadline_timer", "tsc_deadline", "monitor", "arat", "invtsc", "ht",
    "osxsave",    "topoext", "cmp_legacy"};

/// libvirt's and QEMU's spelling as the kernel's flag: "sse4.1" is sse4_1.
std::string flag_of(std::string_view feature) {
    std::string flag(feature);
    for (char& c : flag)
        if (c == '-' || c == '.') c = '_';
    if (flag == "pclmuldq") flag = "pclmulqdq";
    return flag;
}

/// KVM here is known not to offer that feature: its leaf is listed, without the bit.
bool known_missing(const Facts& f, std::string_view feature) {
    const std::string flag = flag_of(feature);
    if (flag == "vmx" || flag == "svm") return false;  // NP713
    if (std::find(std::begin(given_anyway), std::end(given_anyway), flag) != std::end(given_anyway))
        return false;
    for (const Register* reg : registers::offered)
        for (const Field& field : reg->fields)
            if (field.linux_flag == flag && !field.guests_own) {
                const auto& value = f.guest_registers[*reg];
                return value.if_known() && field.of(*value.if_known()) == 0;
            }
    return false;
}

std::string without_required(DefinitionKind kind) {
    if (kind == DefinitionKind::libvirt)
        return "Delete those <feature> elements, or write policy='optional' in them.";
    if (kind == DefinitionKind::proxmox)
        return "Take another model, or delete those flags, in the line cpu: Proxmox enforces them.";
    return "Delete those features, or enforce, from -cpu.";
}

Outcome check_guest_requires(const Facts& f) {
    if (!is(f.guest->accelerator, Accelerator::kvm)) return skip("KVM does not run this guest");
    return judge(
        [&](const std::vector<std::string>& required) {
            if (required.empty()) return pass("no other feature is required by name");
            if (comparison_of_cpu(*f.guest) == Comparison::none)
                return skip("nothing is compared: it starts without (NP709)");
            std::string missing;
            for (const std::string& feature : required)
                if (known_missing(f, feature)) missing += (missing.empty() ? "" : ", ") + feature;
            if (missing.empty()) return pass("none of the features required is known to be missing here");
            const Step remedy = change_guest(f, without_required(words_of(f)));
            return refused(
                fmt::format("the definition requires {}, which KVM here does not offer (\"Host CPU "
                            "does not provide required features: {}\")",
                            missing, missing),
                remedy);
        },
        f.guest->required);
}

constexpr std::string_view guest_required_see[] = {
    "libvirt formatdomain, \"CPU model and topology\"",
    "Linux Documentation/virt/kvm/api.rst, KVM_GET_SUPPORTED_CPUID"};

constexpr Rule guest_requires_rows[] = {
    {
        .id = "NP718",
        .name = "guest-requires-missing-feature",
        .layer = Layer::guest,
        .question = Question::kvm_in_guests,
        .role = Role::advice,
        .title = "the guest requires a CPU feature that KVM here does not offer",
        .explain =
            "A feature with policy require (on QEMU's command line: +feature with enforce) is compared with\n"
            "what KVM offers before the guest starts. Only those are judged that a CPUID leaf tells which "
            "KVM\n"
            "lists here.",
        .fix = "libvirt: policy='optional' in that <feature>, or delete it; QEMU: delete the feature, or "
               "enforce, from -cpu.",
        .see = guest_required_see,
        .check = check_guest_requires,
        .worked = "The guest starts.",
        .also = "A feature that this host has and KVM cannot offer; virsh domcapabilities --virttype kvm "
                "lists what it can.",
    },
};

}  // namespace

std::span<const Rule> guest_requires_rules() { return guest_requires_rows; }

}  // namespace nestprobe

// SPDX-License-Identifier: MIT
// Rules about the CPU in the definition of a guest (NP704 to NP708): will its /proc/cpuinfo show vmx or svm?
// What KVM here has to offer is judged by the other layers; these are about what the definition makes of it.
#include "definition/cpu_models.hpp"
#include "definition/cpu_names.hpp"
#include "definition/guest_questions.hpp"
#include "rules/common.hpp"
#include "rules/guest/definition_words.hpp"

#include <fmt/format.h>

namespace nestprobe {
namespace {

/// Of an encrypted guest, whose CPU is part of what it is measured by, nobody changes the CPU for nothing.
std::optional<Outcome> encrypted(const Facts& f) {
    const std::string* type = f.guest->launch_security.if_known();
    if (!type || type->empty()) return std::nullopt;
    return cite(skip("the guest is encrypted, and cannot run KVM whatever its CPU is (NP708)"),
                f.guest->launch_security);
}

Outcome check_default_cpu(const Facts& f) {
    if (auto outcome = encrypted(f)) return *std::move(outcome);
    if (is_emulated(*f.guest)) return skip("QEMU emulates this guest");
    return judge(
        [&](CpuMode mode, FeaturePolicy policy) {
            if (mode == CpuMode::none && policy != FeaturePolicy::unset && of_libvirt(f))
                return refused(
                    "features are asked for and no CPU model: libvirt refuses it (\"Non-empty feature list "
                    "specified without CPU model\")",
                    fix_guest_cpu(f));
            if (mode != CpuMode::none || policy != FeaturePolicy::unset)
                return pass("the definition says what CPU the guest has");
            return fail(
                "no CPU model is chosen, and QEMU's default (qemu64, kvm64) has neither VMX nor SVM "
                "under KVM",
                fix_guest_cpu(f));
        },
        f.guest->cpu_mode, policy_of_guest(f));
}

/// The host's CPU, or the model with the feature beside it, where the definition is what decides.
Remedy fix_model(const Facts& f) {
    Remedy remedy = fix_guest_cpu(f);
    const DefinitionKind words = words_of(f);
    const bool decides = !is(f.guest->passed_cpu, true) && remedy.intro.empty();
    if (decides && words != DefinitionKind::proxmox) remedy.then(keep_guest_model(f));
    return remedy;
}

bool is_no_model(const Facts& f, std::string_view model) {
    const CpuName name = judge_cpu_name(model, words_of_cpu(*f.guest)).name;
    return name != CpuName::known && name != CpuName::of_qemu;
}

Outcome judge_model(const Facts& f, const std::string& model, FeaturePolicy policy) {
    const std::string feature = feature_of_guest(f);
    if (policy != FeaturePolicy::unset && is_no_model(f, model))
        return unknown(
            fmt::format("{} is no model that nestprobe knows: whether a guest with it starts, and "
                        "has {}, is open",
                        model, feature));
    if (policy != FeaturePolicy::unset)
        return pass(fmt::format("{} is said of {}", to_string(policy), feature));
    std::string by;
    if (const auto wanted = technology_written_for(*f.guest, by);
        wanted && f.cpu.technology.if_known() && !has(f, *wanted))
        return skip(fmt::format("{} is not of this system's vendor (NP707)", by));
    const NamedCpu* named = find_named_cpu(model);
    if (!named && model.starts_with("custom-") && words_of(f) == DefinitionKind::proxmox)
        return unknown(
            fmt::format("{} is a model of this cluster's own, defined in "
                        "/etc/pve/virtual-guest/cpu-models.conf: whether it has {} stands there, and in "
                        "the -cpu that qm showcmd VMID --pretty prints",
                        model, feature));
    if (!named)
        return unknown(fmt::format("{} is no model of QEMU's that nestprobe knows: whether it has {} is open",
                                   model, feature));
    const auto technology = technology_of_guest(f);
    const std::string why = !technology ? "no named model of QEMU's has vmx, and KVM removes svm from each"
                            : *technology == Technology::svm
                                ? "KVM removes svm from every named model unless it is asked for"
                                : "no named model of QEMU's has vmx";
    return fail(fmt::format("the CPU is the model {}, without {}: {}", model, feature, why), fix_model(f));
}

/// What libvirt itself says that host-model stands for here.  It remembers that (by QEMU, kernel,
/// microcode and nested; libvirt 11.3 src/qemu/qemu_capabilities.c, virQEMUCapsIsValid), now and then for too
/// long.
Outcome judge_known_host_model(const Facts& f, FeaturePolicy policy) {
    const std::string feature = feature_of_guest(f);
    if (wants(policy))
        return pass(fmt::format("libvirt's host-model has {} here ({})", feature, to_string(policy)));
    const std::string said = policy == FeaturePolicy::unset
                                 ? fmt::format("has no {}", feature)
                                 : fmt::format("says {} of {}", to_string(policy), feature);
    if (offered_by_host(f) != true)
        return fail(fmt::format("libvirt's host-model {} here (virsh domcapabilities)", said),
                    "Switch nesting on first (the failed rules above); libvirt then looks again.");
    return fail(
        fmt::format("libvirt's host-model {} here (virsh domcapabilities), though KVM offers it: libvirt "
                    "remembers what QEMU said before, or leaves it out",
                    said),
        Remedy(Step{.what = "Let libvirt ask QEMU again, then look.",
                    .commands = {"sudo rm -f /var/cache/libvirt/qemu/capabilities/*.xml",
                                 "sudo systemctl try-restart libvirtd virtqemud",
                                 "virsh domcapabilities --virttype kvm"}})
            .then(keep_guest_model(f)));
}

Outcome judge_host_model(const Facts& f, FeaturePolicy policy) {
    const std::string_view what =
        takes_more_than_model(*f.guest) ? "match='minimum', which is host-model" : "host-model";
    if (policy != FeaturePolicy::unset)
        return pass(fmt::format("{}, and {} is said of {}", what, to_string(policy), feature_of_guest(f)));
    if (const FeaturePolicy* known = f.guest->host_model.if_known())
        return cite(judge_known_host_model(f, *known), f.guest->host_model);
    if (technology_of_guest(f) == Technology::vmx)
        return pass(
            fmt::format("{}: libvirt (3.2 and later) adds vmx where QEMU reports it, which it does while "
                        "nested is on",
                        what));
    return unknown(
        fmt::format("{} leaves it to libvirt, whose versions differ about svm: virsh domcapabilities "
                    "--virttype kvm says require or disable",
                    what));
}

Outcome check_model(const Facts& f) {
    if (auto outcome = encrypted(f)) return *std::move(outcome);
    if (is_emulated(*f.guest)) return skip("QEMU emulates this guest");
    return judge(
        [&](CpuMode mode, FeaturePolicy policy) {
            if (mode == CpuMode::host_passthrough || mode == CpuMode::maximum)
                return pass(fmt::format("{}: the guest has what KVM here offers", to_string(mode)));
            if (mode == CpuMode::host_model || takes_more_than_model(*f.guest))
                return judge_host_model(f, policy);
            const std::string* model = f.guest->cpu_model.if_known();
            return mode == CpuMode::none || !model ? skip("no model is named (NP704)")
                                                   : judge_model(f, *model, policy);
        },
        f.guest->cpu_mode, policy_of_guest(f));
}

/// libvirt compares a forbidden feature in some modes alone; in the others it is one that is switched off.
Outcome judge_forbidden(const Facts& f) {
    const std::string feature = feature_of_guest(f);
    if (comparison_of_cpu(*f.guest) != Comparison::before)
        return fail(
            fmt::format("the definition forbids {}, and libvirt does not compare that here: the guest "
                        "starts without it",
                        feature),
            show_guest_feature(f));
    const std::string message =
        fmt::format("the definition forbids {}: on a host that has it the guest does not start", feature);
    return offered_by_host(f) == true ? refused(message, show_guest_feature(f))
                                      : fail(message, show_guest_feature(f));
}

Outcome check_switched_off(const Facts& f) {
    if (auto outcome = encrypted(f)) return *std::move(outcome);
    return judge(
        [&](FeaturePolicy policy) {
            if (policy == FeaturePolicy::disable)
                return fail(fmt::format("the definition takes {} away", feature_of_guest(f)),
                            show_guest_feature(f));
            if (policy == FeaturePolicy::forbid) return judge_forbidden(f);
            return pass(fmt::format("the definition does not take {} away", feature_of_guest(f)));
        },
        policy_of_guest(f));
}

Outcome check_vendor(const Facts& f) {
    if (auto outcome = encrypted(f)) return *std::move(outcome);
    if (is_emulated(*f.guest)) return skip("QEMU emulates this guest");
    return judge(
        [&](CpuMode, Technology here) {
            std::string by;
            const auto wanted = technology_written_for(*f.guest, by);
            if (!wanted) return pass("the definition fits processors of any vendor");
            if (*wanted == here) return pass(fmt::format("{}: as this system's processor", by));
            return fail(
                fmt::format("the definition is for processors with {} ({}), and this system's has {}: "
                            "KVM cannot give one for the other",
                            to_string(*wanted), by, to_string(here)),
                fix_guest_cpu(f));
        },
        f.guest->cpu_mode, f.cpu.technology);
}

Outcome check_encrypted(const Facts& f) {
    return judge(
        [&](const std::string& type) {
            if (type.empty()) return pass("the guest's memory is not encrypted");
            return fail(
                fmt::format("the guest is launched with {}, and no confidential guest can run KVM", type),
                without_encryption(f));
        },
        f.guest->launch_security);
}

constexpr std::string_view cpu_see[] = {"libvirt formatdomain, \"CPU model and topology\"",
                                        "QEMU target/i386/cpu.c, builtin_x86_defs; kvm/kvm-cpu.c, "
                                        "kvm_default_props"};
constexpr std::string_view secure_see[] = {"libvirt formatdomain, \"Launch Security\"",
                                           "Linux arch/x86/kvm/svm/svm.c, kvm_is_svm_supported"};

constexpr Rule guest_cpu_rows[] = {
    {
        .id = "NP704",
        .name = "guest-has-default-cpu",
        .layer = Layer::guest,
        .question = Question::kvm_in_guests,
        .role = Role::blocker,
        .title = "the guest has QEMU's default CPU, which has neither VMX nor SVM",
        .explain = "Without a CPU model the guest gets QEMU's oldest common denominator.",
        .fix = "Choose a CPU: <cpu mode='host-passthrough'/>, -cpu host, qm set VMID --cpu host.",
        .see = cpu_see,
        .check = check_default_cpu,
        .edit = GuestChange::cpu,
        .worked = "In the guest, the flag is in /proc/cpuinfo, after it was shut down and started.",
        .also = "nested is off on the host: then the flag is dropped although the definition asks for it "
                "(NP503).",
    },
    {
        .id = "NP705",
        .name = "guest-cpu-model-lacks-feature",
        .layer = Layer::guest,
        .question = Question::kvm_in_guests,
        .role = Role::blocker,
        .title = "the guest's CPU model has neither VMX nor SVM",
        .explain =
            "QEMU's named Intel models have no vmx, whatever the processor of that name has; from AMD's,\n"
            "and from all others, svm is taken out when KVM runs them. host-model becomes a named model "
            "with\n"
            "features when the guest starts, vmx among them where QEMU reports it; about svm libvirt's "
            "versions\n"
            "differ, and its cache may be from a time when nested was off. Only host-passthrough (-cpu "
            "host),\n"
            "maximum, or the feature by name brings it.",
        .fix =
            "Make it <cpu mode='host-passthrough'/>, or add <feature policy='require' name='vmx'/> (svm on "
            "AMD).",
        .see = cpu_see,
        .check = check_model,
        .edit = GuestChange::cpu,
        .worked = "In the guest, the flag is in /proc/cpuinfo, after it was shut down and started.",
        .also = "nested is off on the host: then the flag is dropped although the definition asks for it "
                "(NP503).",
    },
    {
        .id = "NP706",
        .name = "guest-feature-switched-off",
        .layer = Layer::guest,
        .question = Question::kvm_in_guests,
        .role = Role::blocker,
        .title = "the guest's definition takes VMX or SVM away",
        .explain =
            "A feature with policy disable or forbid, or ,-vmx on a command line, wins over any CPU mode.",
        .fix = "Delete that feature from the definition.",
        .see = cpu_see,
        .check = check_switched_off,
        .edit = GuestChange::cpu,
        .worked = "In the guest, the flag is in /proc/cpuinfo, after it was shut down and started.",
        .also = "nested is off on the host: then the flag is dropped although the definition asks for it "
                "(NP503).",
    },
    {
        .id = "NP707",
        .name = "guest-cpu-of-another-vendor",
        .layer = Layer::guest,
        .question = Question::kvm_in_guests,
        .role = Role::blocker,
        .title = "the guest's CPU is another vendor's than this system's",
        .explain =
            "VMX can only be given to guests on processors with VMX, SVM only on those with SVM. A model or\n"
            "vendor of the other kind starts without them, or not at all.",
        .fix = "Make it <cpu mode='host-passthrough'/>, or a model of this system's vendor.",
        .see = cpu_see,
        .check = check_vendor,
        .edit = GuestChange::cpu,
        .worked = "The guest starts, and the flag of this system's maker is in its /proc/cpuinfo.",
        .also = "A definition that was copied from another host, with more of that host's in it.",
    },
    {
        .id = "NP708",
        .name = "guest-encrypted",
        .layer = Layer::guest,
        .question = Question::kvm_in_guests,
        .role = Role::blocker,
        .title = "the guest is confidential (SEV, TDX)",
        .explain = "KVM does not run in a guest whose memory or state is encrypted: kvm_amd refuses, and TDX "
                   "has no\n"
                   "VMX to give.",
        .fix = "Take the encryption off, if the guest is to run KVM: <launchSecurity> in libvirt's "
               "definition, -object sev-guest (tdx-guest) and confidential-guest-support= on QEMU's command "
               "line, qm set VMID --delete amd-sev on Proxmox VE. Its disk may be bound to the encryption.",
        .see = secure_see,
        .check = check_encrypted,
        .worked = "In the guest, dmesg has no line \"Memory Encryption Features active\", and kvm_amd or "
                  "kvm_intel loads.",
        .also = "A host that is able to encrypt guests: its ordinary guests are not concerned.",
    },
};

}  // namespace

std::span<const Rule> guest_cpu_rules() { return guest_cpu_rows; }

}  // namespace nestprobe

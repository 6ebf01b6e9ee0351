// SPDX-License-Identifier: MIT
// Rules about the definition of a guest (NP701 to NP712): will its /proc/cpuinfo show vmx or svm?  What KVM
// here has to offer is judged by the other layers; these are about what the definition makes of it.
#include "rules/guest.hpp"

#include <fmt/format.h>

namespace nestprobe {
namespace {

bool emulated(const Facts& f) { return is(f.guest->accelerator, Accelerator::tcg); }

/// The guest is run by KVM, or the outcome that stands for it.
constexpr std::string_view by_kvm = "KVM runs this guest";

Outcome check_foreign(const Facts& f) {
    return judge(
        [](Accelerator accelerator, const std::string& arch) {
            if (accelerator == Accelerator::other) return fail("the guest is neither KVM's nor QEMU's");
            if (arch != "x86_64" && arch != "i686" && arch != "i386")
                return fail(fmt::format("the guest's processor is {}, which has neither VMX nor SVM", arch));
            return pass(accelerator == Accelerator::kvm ? std::string(by_kvm) : "QEMU emulates this guest");
        },
        f.guest->accelerator, f.guest->arch);
}

Outcome check_emulated(const Facts& f) {
    return judge(
        [&](Accelerator accelerator, CpuMode mode) {
            if (accelerator != Accelerator::tcg) return skip(std::string(by_kvm));
            if (mode == CpuMode::host_passthrough)
                return fail(
                    is(f.guest->definition, DefinitionKind::libvirt)
                        ? "libvirt refuses it: \"CPU mode 'host-passthrough' for x86_64 qemu domain on "
                          "x86_64 host is not supported by hypervisor\""
                        : "QEMU refuses it: \"CPU model 'host' requires KVM or HVF\"");
            const std::optional<bool> svm = emulates_svm(*f.guest);
            if (!svm) return unknown("QEMU emulates SVM with some versions of this CPU model, and VMX never");
            return *svm ? pass("QEMU emulates SVM with this CPU")
                        : fail(
                              "QEMU emulates this guest, without KVM: VMX it never has, and SVM not with "
                              "this CPU");
        },
        f.guest->accelerator, f.guest->cpu_mode);
}

Outcome check_slow(const Facts& f) {
    return judge(
        [](Accelerator accelerator) {
            if (accelerator == Accelerator::kvm) return pass(std::string(by_kvm));
            if (accelerator == Accelerator::other) return skip("the guest is not QEMU's (NP701)");
            return fail(
                "QEMU emulates this guest instruction by instruction: expect a tenth of the speed or "
                "less, and its own guests slower still");
        },
        f.guest->accelerator);
}

Outcome check_default_cpu(const Facts& f) {
    if (emulated(f)) return skip("QEMU emulates this guest");
    return judge(
        [&](CpuMode mode, FeaturePolicy policy) {
            if (mode == CpuMode::none && policy != FeaturePolicy::unset &&
                is(f.guest->definition, DefinitionKind::libvirt))
                return fail(
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

std::optional<Technology> technology_of_vendor(std::string_view vendor) {
    if (vendor == "Intel" || vendor == "GenuineIntel") return Technology::vmx;
    if (vendor == "AMD" || vendor == "AuthenticAMD" || vendor == "HygonGenuine") return Technology::svm;
    return {};
}

/// The technology that the definition was written for; nothing where it does not say.  libvirt drops vendor
/// and model in any mode but custom.
std::optional<Technology> written_for(const GuestFacts& guest, std::string& by) {
    if (is(guest.cpu_mode, CpuMode::custom) || !is(guest.definition, DefinitionKind::libvirt)) {
        if (const std::string* vendor = guest.cpu_vendor.if_known())
            if (const auto technology = technology_of_vendor(*vendor)) {
                by = fmt::format("vendor {}", *vendor);
                return technology;
            }
        const std::string* model = guest.cpu_model.if_known();
        const NamedCpu* named = model ? find_named_cpu(*model) : nullptr;
        if (named && named->vendor) {
            by = fmt::format("model {}", *model);
            return named->vendor;
        }
    }
    const bool vmx = guest.vmx.if_known() && *guest.vmx.if_known() == FeaturePolicy::require;
    const bool svm = guest.svm.if_known() && *guest.svm.if_known() == FeaturePolicy::require;
    if (vmx == svm) return {};
    by = fmt::format("feature {}", vmx ? "vmx" : "svm");
    return vmx ? Technology::vmx : Technology::svm;
}

Outcome judge_model(const Facts& f, const std::string& model, FeaturePolicy policy) {
    const std::string feature = feature_of_guest(f);
    if (policy != FeaturePolicy::unset)
        return pass(fmt::format("{} is said of {}", to_string(policy), feature));
    std::string by;
    if (const auto wanted = written_for(*f.guest, by);
        wanted && f.cpu.technology.if_known() && !has(f, *wanted))
        return skip(fmt::format("{} is not of this system's vendor (NP707)", by));
    const NamedCpu* named = find_named_cpu(model);
    if (!named)
        return unknown(fmt::format("{} is no model of QEMU's that nestprobe knows: whether it has {} is open",
                                   model, feature));
    const std::string why = named->vendor == Technology::svm
                                ? "KVM takes svm out of every named model unless it is asked for"
                                : "no named model of QEMU's has vmx";
    return fail(fmt::format("the CPU is the model {}, without {}: {}", model, feature, why),
                fix_guest_cpu(f) + (is(f.guest->definition, DefinitionKind::libvirt)
                                        ? fmt::format(" To keep the model, add <feature policy='require' "
                                                      "name='{}'/> to <cpu>.",
                                                      technology_of_guest(f) ? feature : "vmx (svm on AMD)")
                                        : ""));
}

Outcome judge_host_model(const Facts& f, FeaturePolicy policy) {
    if (policy != FeaturePolicy::unset)
        return pass(fmt::format("host-model, and {} is said of {}", to_string(policy), feature_of_guest(f)));
    if (technology_of_guest(f) == Technology::vmx)
        return pass(
            "host-model: libvirt (3.2 and later) adds vmx where QEMU reports it, which it does while nested "
            "is on");
    return unknown(
        "host-model leaves it to libvirt, whose versions differ about svm: virsh domcapabilities --virttype "
        "kvm says require or disable");
}

Outcome check_model(const Facts& f) {
    if (emulated(f)) return skip("QEMU emulates this guest");
    return judge(
        [&](CpuMode mode, FeaturePolicy policy) {
            if (mode == CpuMode::host_passthrough || mode == CpuMode::maximum)
                return pass(fmt::format("{}: the guest has what KVM here offers", to_string(mode)));
            if (mode == CpuMode::host_model) return judge_host_model(f, policy);
            const std::string* model = f.guest->cpu_model.if_known();
            return mode == CpuMode::none || !model ? skip("no model is named (NP704)")
                                                   : judge_model(f, *model, policy);
        },
        f.guest->cpu_mode, policy_of_guest(f));
}

Outcome check_switched_off(const Facts& f) {
    return judge(
        [&](FeaturePolicy policy) {
            if (policy == FeaturePolicy::disable)
                return fail(
                    fmt::format("the definition takes {} away", feature_of_guest(f)),
                    "Delete that feature from the definition, then shut the guest down and start it.");
            if (policy == FeaturePolicy::forbid)
                return fail(
                    fmt::format("the definition forbids {}: on a host that has it the guest does not "
                                "start",
                                feature_of_guest(f)),
                    "Delete that feature from the definition, then shut the guest down and start it.");
            return pass(fmt::format("the definition does not take {} away", feature_of_guest(f)));
        },
        policy_of_guest(f));
}

Outcome check_vendor(const Facts& f) {
    if (emulated(f)) return skip("QEMU emulates this guest");
    return judge(
        [&](CpuMode, Technology here) {
            std::string by;
            const auto wanted = written_for(*f.guest, by);
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
        [](const std::string& type) {
            if (type.empty()) return pass("the guest's memory is not encrypted");
            return fail(
                fmt::format("the guest is launched with {}, and no confidential guest can run KVM", type));
        },
        f.guest->launch_security);
}

constexpr std::string_view cpu_see[] = {"libvirt formatdomain, \"CPU model and topology\"",
                                        "QEMU target/i386/cpu.c, builtin_x86_defs; kvm/kvm-cpu.c, "
                                        "kvm_default_props"};
constexpr std::string_view secure_see[] = {"libvirt formatdomain, \"Launch Security\"",
                                           "Linux arch/x86/kvm/svm/svm.c, kvm_is_svm_supported"};

constexpr Rule rules[] = {
    {
        .id = "NP701",
        .name = "guest-of-another-kind",
        .layer = Layer::guest,
        .question = Question::kvm_in_guests,
        .role = Role::blocker,
        .title = "the guest is not an x86 guest of KVM or QEMU",
        .explain =
            "Definitions of other hypervisors' guests (Xen, LXC, ...) and of other architectures can be\n"
            "read, but neither VMX nor SVM is theirs to have.",
        .fix = "Define a guest of type kvm, x86_64.",
        .see = cpu_see,
        .check = check_foreign,
    },
    {
        .id = "NP702",
        .name = "guest-emulated-without-svm",
        .layer = Layer::guest,
        .question = Question::kvm_in_guests,
        .role = Role::blocker,
        .title = "QEMU emulates the guest, and this CPU without SVM",
        .explain =
            "A guest of type qemu (or without -accel kvm) is emulated (TCG). QEMU can emulate SVM, slowly,\n"
            "with the CPU \"max\", with AMD's newer models and where svm is asked for; VMX it cannot.",
        .fix = "Run the guest with KVM: <domain type='kvm'>, -accel kvm. Where /dev/kvm is the obstacle, "
               "mend "
               "that first.",
        .see = cpu_see,
        .check = check_emulated,
    },
    {
        .id = "NP703",
        .name = "guest-is-emulated",
        .layer = Layer::guest,
        .question = Question::kvm_in_guests,
        .role = Role::degraded,
        .title = "QEMU emulates the guest, without KVM",
        .explain =
            "A guest of type qemu, and one without -accel kvm: QEMU's TCG translates every instruction.\n"
            "Hypervisors run in it, at a small part of the speed.",
        .fix = "Run the guest with KVM: <domain type='kvm'>, -accel kvm.",
        .see = cpu_see,
        .check = check_slow,
    },
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
        .fix = "Take <launchSecurity> out, if the guest shall run KVM.",
        .see = secure_see,
        .check = check_encrypted,
    },
};

}  // namespace

std::span<const Rule> guest_cpu_rules() { return rules; }

}  // namespace nestprobe

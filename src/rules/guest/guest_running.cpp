// SPDX-License-Identifier: MIT
// Rules about how a guest starts (NP709 to NP713): does it, with what it asks for; is what runs what is
// defined; and the enlightenments that change what its hypervisor sees.
#include "definition/guest_questions.hpp"
#include "rules/common.hpp"
#include "rules/guest/definition_words.hpp"

#include "base/whole_words.hpp"

#include <fmt/format.h>

namespace nestprobe {
namespace {

Outcome check_unchecked(const Facts& f) {
    if (is_emulated(*f.guest)) return skip("QEMU emulates this guest");
    return judge(
        [&](const std::string& check, CpuMode mode, FeaturePolicy policy) {
            const bool asks = policy == FeaturePolicy::require && mode != CpuMode::host_passthrough;
            if (!asks) return skip(fmt::format("{} is not asked for by name", feature_of_guest(f)));
            if (check != "none") return pass(fmt::format("check is {}", check));
            if (offered_by_host(f) == true) return pass("check is none, and KVM here offers the feature");
            const bool libvirt = of_libvirt(f);
            return fail(
                fmt::format("the definition asks for {}, but nothing is compared: where KVM does not offer "
                            "it, QEMU only warns (\"host doesn't support requested feature\") and the guest "
                            "starts without it",
                            feature_of_guest(f)),
                libvirt ? "Write check='partial' in <cpu>: then libvirt says so instead."
                        : "Add ,enforce to -cpu.");
        },
        f.guest->cpu_check, f.guest->cpu_mode, policy_of_guest(f));
}

Outcome check_start(const Facts& f) {
    if (is_emulated(*f.guest)) return skip("QEMU emulates this guest");
    return judge(
        [&](FeaturePolicy policy) {
            const std::string feature = feature_of_guest(f);
            const Comparison comparison = comparison_of_cpu(*f.guest);
            const std::optional<bool> offered = offered_by_host(f);
            if (policy == FeaturePolicy::forbid && comparison == Comparison::before && !offered)
                return unknown(
                    fmt::format("{} is forbidden, and whether KVM here offers it is not known", feature));
            if (policy != FeaturePolicy::require)
                return skip(fmt::format("{} is not required by name", feature));
            if (comparison == Comparison::none)
                return skip("nothing is compared: it starts with the feature or without (NP709)");
            if (!offered) return unknown("whether KVM here offers it is not known");
            if (*offered) return pass(fmt::format("{} is required, and KVM here offers it", feature));
            return refused(
                fmt::format("the definition requires {}, which KVM here does not offer: the guest does not "
                            "start (\"Host CPU does not provide required features: {}\", or \"guest CPU "
                            "doesn't match specification: missing features: {}\")",
                            feature, feature, feature),
                of_libvirt(f)
                    ? "Fix this system first (the failed rules above); policy='optional' lets the guest "
                      "start without."
                    : "Fix this system first (the failed rules above); without enforce in -cpu the "
                      "guest starts without.");
        },
        policy_of_guest(f));
}

Outcome check_in_force(const Facts& f) {
    return judge(
        [&](const std::vector<std::string>& differences) {
            if (differences.empty()) return pass("the running guest has what its definition says");
            std::string all;
            for (const std::string& one : differences) all += (all.empty() ? "" : "; ") + one;
            return fail(
                fmt::format("the definition was edited, but the running guest has the old one: {}", all),
                start_again(f));
        },
        f.guest->not_in_force);
}

/// Where to delete the enlightened VMCS.
std::string without_evmcs(const Facts& f) {
    const bool all = is(f.guest->hyperv_passthrough, Setting::on);
    if (of_libvirt(f))
        return all ? "write mode='custom' in <hyperv>, and in it what this guest needs"
                   : "delete <evmcs> from <hyperv>";
    if (is(f.guest->definition, DefinitionKind::proxmox) && !is(f.guest->passed_cpu, true))
        return "delete +hv-evmcs from cpu: in its configuration";
    return fmt::format("delete {} from -cpu", all ? "hv-passthrough" : "hv-evmcs");
}

/// hv-passthrough asks for all that KVM offers, and overrides what else is said; on AMD evmcs is not offered
/// (QEMU docs/system/i386/hyperv.rst).
Outcome check_evmcs(const Facts& f) {
    return judge(
        [&](Setting evmcs, Setting all) {
            const bool by_passthrough = all == Setting::on;
            if (evmcs != Setting::on && !by_passthrough) return pass("the enlightened VMCS is not asked for");
            if (has(f, Technology::svm))
                return by_passthrough
                           ? pass("all enlightenments that KVM has; the enlightened VMCS is Intel's")
                           : refused("the enlightened VMCS is Intel's: on this AMD processor QEMU refuses it",
                                     with_capital(without_evmcs(f)) + ".");
            if (is(f.guest->windows, true)) return pass("the enlightened VMCS, for Hyper-V in Windows");
            return fail(
                fmt::format("{}with the enlightened VMCS KVM takes posted interrupts and other controls away "
                            "from the guest: only Hyper-V is the faster for it, KVM in the guest the slower",
                            by_passthrough ? "all Hyper-V enlightenments are passed through, and " : ""),
                fmt::format("Keep it for Windows with Hyper-V; for any other guest {}.", without_evmcs(f)));
        },
        f.guest->evmcs, f.guest->hyperv_passthrough);
}

std::string with_evmcs(const Facts& f) {
    if (of_libvirt(f))
        return "In <features><hyperv>: <vapic state='on'/> and <evmcs state='on'/>, which the guest's "
               "Hyper-V "
               "then uses.";
    if (is(f.guest->definition, DefinitionKind::proxmox) && !is(f.guest->passed_cpu, true))
        return "In the line cpu: of its configuration, flags=+hv-evmcs, which the guest's Hyper-V then uses.";
    return "Add ,hv-vapic,hv-evmcs to -cpu, which the guest's Hyper-V then uses.";
}

Outcome check_windows(const Facts& f) {
    return judge(
        [&](bool windows, Setting evmcs, Setting all) {
            if (!windows) return skip("no Windows runs in the guest");
            if (technology_of_guest(f) != Technology::vmx)
                return skip("the enlightened VMCS is for Intel's processors");
            if (evmcs == Setting::on || all == Setting::on) return pass("Windows has the enlightened VMCS");
            return fail(
                "Windows runs in the guest, without the enlightened VMCS: Hyper-V in it reads and writes "
                "its guests' state with an exit each",
                with_evmcs(f));
        },
        f.guest->windows, f.guest->evmcs, f.guest->hyperv_passthrough);
}

constexpr std::string_view running_cpu_see[] = {"libvirt formatdomain, \"CPU model and topology\"",
                                                "QEMU target/i386/cpu.c, builtin_x86_defs; kvm/kvm-cpu.c, "
                                                "kvm_default_props"};
constexpr std::string_view enlightenments_see[] = {
    "libvirt formatdomain, \"Hypervisor features\"", "QEMU docs/system/i386/hyperv.rst",
    "Linux arch/x86/kvm/vmx/hyperv.c, evmcs_sanitize_exec_ctrls"};
constexpr Rule guest_running_rows[] = {
    {
        .id = "NP709",
        .name = "guest-feature-unchecked",
        .layer = Layer::guest,
        .question = Question::kvm_in_guests,
        .role = Role::advice,
        .title = "the guest would start without the feature that it asks for",
        .explain = "With check='none', and on a QEMU command line without enforce, a required feature that "
                   "KVM does\n"
                   "not offer is left out with a warning in QEMU's log.",
        .fix = "Write check='partial', or ,enforce.",
        .see = running_cpu_see,
        .check = check_unchecked,
        .worked = "The guest starts only where it gets the feature.",
        .also =
            "host-passthrough (-cpu host), which asks for nothing by name: there is nothing to check then.",
    },
    {
        .id = "NP710",
        .name = "guest-not-restarted",
        .layer = Layer::guest,
        .question = Question::kvm_in_guests,
        .role = Role::degraded,
        .title = "the running guest has the old definition",
        .explain =
            "A guest's CPU, machine type and IOMMU are what they were when QEMU was started. An edit takes "
            "effect at the next cold start; reboots and restored states keep what was there before.",
        .fix = "Shut the guest down and start it.",
        .see = running_cpu_see,
        .check = check_in_force,
        .worked = "virsh dumpxml of the running guest shows the new CPU.",
        .also = "A managed save or a snapshot with memory, which brings the old CPU back: virsh "
                "managedsave-remove.",
    },
    {
        .id = "NP711",
        .name = "guest-with-evmcs",
        .layer = Layer::guest,
        .question = Question::kvm_in_guests,
        .role = Role::degraded,
        .title = "the enlightened VMCS takes VMX features away",
        .explain = "hv-evmcs makes Hyper-V in the guest faster. KVM then withholds what the enlightened VMCS "
                   "has no\n"
                   "field for: posted interrupts, the preemption timer, and others.",
        .fix = "Keep it for Windows with Hyper-V only.",
        .see = enlightenments_see,
        .check = check_evmcs,
        .worked = "In the guest, nestprobe shows NP511 and NP512 as ok.",
        .also = "A Windows guest with Hyper-V, for which the enlightened VMCS is faster all the same.",
    },
    {
        .id = "NP712",
        .name = "windows-without-evmcs",
        .layer = Layer::guest,
        .question = Question::kvm_in_guests,
        .role = Role::advice,
        .title = "Windows runs in the guest, without the enlightened VMCS",
        .explain = "Hyper-V in a Windows guest can share its guests' state with KVM in memory, where the "
                   "definition\n"
                   "says so. Intel processors only.",
        .fix = "In <features><hyperv>: <vapic state='on'/> and <evmcs state='on'/>.",
        .see = enlightenments_see,
        .check = check_windows,
        .worked = "Windows with Hyper-V starts, and virsh dumpxml GUEST shows both.",
        .also = "AMD, where there is no enlightened VMCS.",
    },
    {
        .id = "NP713",
        .name = "guest-will-not-start",
        .layer = Layer::guest,
        .question = Question::kvm_in_guests,
        .role = Role::advice,
        .title = "the guest requires what KVM here does not offer",
        .explain =
            "A feature with policy require is compared before, or when, the guest starts (check='partial',\n"
            "'full'). Where nested is off, the guest that ran yesterday does not start today.",
        .fix = "Fix this system first; or policy='optional'.",
        .see = running_cpu_see,
        .check = check_start,
        .worked = "The guest starts.",
        .also = "A host of other microcode or kernel than the one that the definition was made on.",
    },
};

}  // namespace

std::span<const Rule> guest_start_rules() { return guest_running_rows; }

}  // namespace nestprobe

// SPDX-License-Identifier: MIT
// Rules about the running kernel: its command line, its configuration, what it made of the flags (NP4xx).
#include "base/text.hpp"
#include "remedy/steps.hpp"
#include "rules/common.hpp"
#include "rules/kernel/built_without.hpp"
#include "rules/kernel/cleared_flag.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace nestprobe {
namespace {

Outcome check_clearcpuid(const Facts& f) {
    return judge(
        [&](const std::vector<std::string>&) {
            const std::string word = clearcpuid_word(f);
            if (word.empty())
                return pass(fmt::format("the kernel command line does not clear {}", flag_word(f)));
            return fail(
                fmt::format("the kernel command line has \"{}\": the kernel ignores {}", word, flag_word(f)),
                change_words(f, {word}, clearcpuid_rest(f, word)));
        },
        f.kernel.command_line);
}

/// By what it was forbidden: a word on the kernel command line; else the rule's own.
Remedy allow_modules(const Facts& f) {
    constexpr std::string_view word = "nomodule";
    const auto* line = f.kernel.command_line.if_known();
    if (!line || std::find(line->begin(), line->end(), word) == line->end()) return {};
    return change_words(f, {std::string(word)}, {});
}

Outcome check_loading_disabled(const Facts& f) {
    if (!software_kvm(f).empty())
        return cite(cite(skip("KVM is there, by other means"), f.module.software), f.kernel.modules_disabled);
    if (!vendor_module_absent(f)) return skip("the module is there already, or not known to be missing");
    return judge(
        [&](bool disabled) {
            return disabled ? fail("the kernel loads no more modules until it is restarted", allow_modules(f))
                            : pass("modules can be loaded");
        },
        f.kernel.modules_disabled);
}

Outcome check_listed_without_cpuid(const Facts& f) {
    const bool vmx = f.cpu.vmx.all(no) && f.kernel.flag_vmx.any(yes);
    const bool svm = f.cpu.svm.all(no) && f.kernel.flag_svm.any(yes);
    if (!vmx && !svm) {
        const bool known = f.kernel.flag_vmx.any_known() && f.cpu.vmx.any_known();
        if (!known) return skip("CPUID or /proc/cpuinfo was not read");
        return cite(cite(pass("/proc/cpuinfo lists nothing that CPUID does not show"), f.kernel.flag_vmx),
                    f.kernel.flag_svm);
    }
    return cite(cite(fail(fmt::format("/proc/cpuinfo lists {0}, but CPUID as this process sees it shows no "
                                      "{0}: CPUID is filtered, or the two come from different machines",
                                      vmx ? "vmx" : "svm")),
                     vmx ? f.cpu.vmx : f.cpu.svm),
                vmx ? f.kernel.flag_vmx : f.kernel.flag_svm);
}

bool has_several_inputs(const Facts& f) { return f.evidence && f.evidence->contradictions.if_known(); }

Outcome check_inputs(const Facts& f) {
    if (!has_several_inputs(f)) return skip("one machine was looked at once");
    return judge(
        [](const std::vector<std::string>& lines) {
            if (lines.empty()) return pass("the inputs agree");
            std::string text;
            for (const std::string& line : lines) text += fmt::format("{}{}", text.empty() ? "" : "; ", line);
            return fail(text);
        },
        f.evidence->contradictions);
}

constexpr std::string_view clear_see[] = {
    "Linux Documentation/admin-guide/kernel-parameters.txt, clearcpuid="};
constexpr std::string_view lock_see[] = {"Linux arch/x86/kernel/cpu/feat_ctl.c, init_ia32_feat_ctl()"};
constexpr std::string_view flag_see[] = {
    "Linux arch/x86/kernel/cpu/feat_ctl.c, init_ia32_feat_ctl() (5.6)",
    "Linux arch/x86/kernel/cpu/amd.c, init_amd() (6.7, commit 7deda2ce5b33)",
};
constexpr std::string_view config_see[] = {"Linux arch/x86/kvm/Kconfig"};
constexpr std::string_view wsl_see[] = {"Microsoft, \"Comparing WSL Versions\" (read 2026-11)"};
constexpr std::string_view loading_see[] = {
    "Linux Documentation/admin-guide/sysctl/kernel.rst, modules_disabled"};

constexpr std::string_view inputs_see[] = {"nestprobe(1), --from"};

constexpr Rule kernel_rule_rows[] = {
    {
        .id = "NP401",
        .name = "flag-cleared-on-command-line",
        .layer = Layer::kernel,
        .question = Question::kvm_here,
        .role = Role::blocker,
        .title = "the kernel was told on its command line to ignore VMX or SVM",
        .explain = "clearcpuid= makes the kernel forget a flag. KVM then refuses to load and says that the\n"
                   "processor does not support what it does support.",
        .fix = "Remove clearcpuid= from the kernel command line (GRUB_CMDLINE_LINUX in /etc/default/grub, "
               "update-grub) and reboot.",
        .see = clear_see,
        .check = check_clearcpuid,
        .worked = "The flag is among those of /proc/cpuinfo after the next start.",
        .also = "Firmware that has it off as well shows only then (NP201, NP202).",
    },
    {
        .id = "NP402",
        .name = "vmx-locked-off-by-kernel",
        .layer = Layer::kernel,
        .question = Question::kvm_here,
        .role = Role::blocker,
        .title = "this kernel has locked VMX off itself",
        .explain =
            "Since 5.6, Linux locks IA32_FEATURE_CONTROL at boot where firmware left it open, and allows\n"
            "VMX only when it was built with KVM_INTEL. A kernel without it locks VMX off, and a kernel\n"
            "started from it by kexec finds it locked.",
        .fix = "Install a kernel with CONFIG_KVM_INTEL=m and boot it from power-on, not by kexec.",
        .see = lock_see,
        .check = check_locked_by_kernel,
        .worked = "vmx is among the flags of /proc/cpuinfo in the new kernel, started from power-on.",
        .also = "Firmware that locked it before any kernel ran (NP201): the register looks the same.",
    },
    {
        .id = "NP403",
        .name = "flag-cleared-by-kernel",
        .layer = Layer::kernel,
        .question = Question::kvm_here,
        .role = Role::blocker,
        .title = "the kernel does not list VMX or SVM as usable",
        .explain =
            "CPUID shows what the processor has; /proc/cpuinfo shows what the kernel makes use of. Where\n"
            "CPUID has VMX or SVM and /proc/cpuinfo does not, the kernel found it unusable: VMX not\n"
            "allowed by IA32_FEATURE_CONTROL (5.6 and later), SVM disabled in VM_CR (6.7 and later), or\n"
            "clearcpuid=. To see this takes no root; to read the registers does.",
        .fix = "Run nestprobe as root with the msr module loaded: it shows which register it is.\n"
               "    sudo modprobe msr\n    sudo nestprobe\n"
               "On bare metal, look into the firmware setup for VT-x or SVM Mode.",
        .see = flag_see,
        .check = check_flag_cleared,
        .worked = "The flag is among those of /proc/cpuinfo.",
        .also = "Firmware (NP201, NP202), which root sees in the registers; the kernel's own lock (NP402).",
    },
    {
        .id = "NP404",
        .name = "kernel-without-kvm",
        .layer = Layer::kernel,
        .question = Question::kvm_here,
        .role = Role::blocker,
        .title = "the running kernel was built without KVM for this processor",
        .explain =
            "KVM needs CONFIG_KVM_INTEL on Intel, Zhaoxin and VIA processors and CONFIG_KVM_AMD on AMD\n"
            "and Hygon ones. Minimal and appliance kernels leave them out.",
        .fix = "Install a kernel with CONFIG_KVM, CONFIG_KVM_INTEL and CONFIG_KVM_AMD; every distribution's "
               "default kernel has them.",
        .see = config_see,
        .check = check_without_kvm,
        .worked = "modinfo kvm_intel (or kvm_amd) prints the module's file, or (builtin).",
        .also = "The module's package lacks, though the kernel was built for it: that is kvm-module-missing "
                "(NP504).",
    },
    {
        .id = "NP410",
        .name = "no-linux-kernel",
        .layer = Layer::kernel,
        .question = Question::kvm_here,
        .role = Role::blocker,
        .title = "this is WSL 1, which runs Linux programs without a Linux kernel",
        .explain =
            "WSL 1 answers Linux's system calls from within Windows. There is no Linux kernel that could\n"
            "have KVM, whatever the processor can do. WSL 2 runs a real one in a virtual machine.",
        .fix = "On Windows, in PowerShell, see the distribution's name, and make it one of WSL 2.\n"
               "    wsl --list --verbose\n    wsl --set-version NAME 2",
        .see = wsl_see,
        .check = check_wsl1,
        .worked = "uname -r ends in microsoft-standard-WSL2.",
        .also = "WSL 2 with a kernel of one's own, built without KVM: that is kernel-without-kvm (NP404).",
    },
    {
        .id = "NP405",
        .name = "module-loading-disabled",
        .layer = Layer::kernel,
        .question = Question::kvm_here,
        .role = Role::blocker,
        .title = "the kernel refuses to load modules",
        .explain = "kernel.modules_disabled=1, or nomodule on the command line, keeps every module out; the "
                   "setting cannot be undone until the next boot.",
        .fix = "Remove kernel.modules_disabled=1 from sysctl.d, or have KVM loaded before it is set, and "
               "reboot.",
        .see = loading_see,
        .check = check_loading_disabled,
        .worked = "cat /proc/sys/kernel/modules_disabled prints 0 after the next start.",
        .also = "Lockdown, which refuses unsigned modules only (NP542).",
    },
    {
        .id = "NP406",
        .name = "cpuinfo-shows-more-than-cpuid",
        .layer = Layer::kernel,
        .question = Question::kvm_here,
        .role = Role::advice,
        .title = "/proc/cpuinfo lists what CPUID does not show",
        .explain =
            "The kernel's list comes from CPUID, so it cannot show more, unless something filters CPUID\n"
            "for this process (an emulator, CPUID faulting), or the two were recorded on different\n"
            "machines.",
        .fix = "Run nestprobe natively, outside emulators and sandboxes.",
        .see = flag_see,
        .check = check_listed_without_cpuid,
        .worked =
            "The same word is in CPUID and in /proc/cpuinfo: nestprobe --explain --all shows NP406 as ok.",
        .also = "Inputs of two machines, or of one machine at two times, given as one.",
    },
    {
        .id = "NP408",
        .name = "inputs-contradict",
        .layer = Layer::kernel,
        .question = Question::kvm_here,
        .role = Role::advice,
        .title = "what was given of one machine does not agree",
        .explain =
            "Several inputs of --from are taken for one machine. Where two of them say different things of\n"
            "the same file, flag or register, they are of two machines, or of one before and after a "
            "change:\n"
            "neither is believed. Outputs in one text that are of several machines, by the names in their "
            "prompts\n"
            "or by their processors, are told apart, and one machine's are judged.",
        .fix = "Give the outputs of one machine alone, all of one time; a recording has them all: nestprobe "
               "--record machine.json",
        .see = inputs_see,
        .check = check_inputs,
        .listed = has_several_inputs,
        .worked = "nestprobe with the new recording has no such finding.",
        .also = "A reading before and after a change (a firmware setting, a module's reload), both of which "
                "were given.",
    },
};

}  // namespace

std::span<const Rule> kernel_rules() { return kernel_rule_rows; }

}  // namespace nestprobe

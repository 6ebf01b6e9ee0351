// SPDX-License-Identifier: MIT
// Rules about machines that are no x86 (NP111), of which nestprobe judges nothing else, and about 32-bit
// kernels (NP411).
#include "rules/common.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace nestprobe {
namespace {

bool has_arch(const Facts& f) { return f.kernel.arch.if_known() != nullptr; }

constexpr std::string_view arms_way =
    "KVM there is built in and has neither module nor flag. Its guests can run KVM where every CPU has "
    "FEAT_NV2, the "
    "kernel is 6.16 or later and its command line says kvm-arm.mode=nested (as of 2026-11); clouds' virtual "
    "machines "
    "have none of it, their bare metal types may.";

// UTM's release notes (4.6.2, 2024-11); Lima's documentation, nestedVirtualization.
constexpr std::string_view macs_way =
    "On a Mac (M3 or later, macOS 15) Apple's framework can start a Linux guest at EL2: UTM 4.6 and later do "
    "with the backend Apple Virtualization (not with QEMU's), Lima with vmType vz and nestedVirtualization "
    "true (as of 2026-11).";

// Linux 7.2 arch/s390/kvm/kvm-s390.c, nested; arch/powerpc/kvm/book3s_hv.c, nested; QEMU
// docs/specs/ppc-spapr-hcalls.rst, docs/system/ppc/pseries.rst; state 2026-11.
struct OtherWay {
    std::string_view arch, way;
};
constexpr OtherWay other_ways[] = {
    {"s390x",
     "KVM there needs sie among the features of /proc/cpuinfo, which z/VM and KVM show to a guest where they "
     "are told to. Its guests can run KVM where its module says so (cat /sys/module/kvm/parameters/nested "
     "prints 1; kvm.nested=1 on the kernel command line) and the guest has -cpu host."},
    {"ppc64le",
     "Its guests can run KVM on POWER9 and later with radix, kvm_hv and a kernel of 4.20 or later, where the "
     "guest's machine says so (QEMU: -machine pseries,cap-nested-hv=on; libvirt: <nested-hv state='on'/>) "
     "and /sys/module/kvm_hv/parameters/nested prints Y."},
};

struct ArmLine {
    LogLine id;
    std::string_view means;
    bool no_kvm;
};
// Linux 7.2 arch/arm64/kvm/arm.c.
constexpr ArmLine arm_lines[] = {
    {LogLine::arm_no_hyp, "there is no KVM here: the kernel was started without EL2, as in a virtual machine",
     true},
    {LogLine::arm_mode_ignored,
     "there is no KVM here: the kernel was started without EL2, as in a virtual machine", true},
    {LogLine::arm_cpu_not_supported,
     "there is no KVM here: this kernel's KVM does not know the processor, as a 32-bit kernel's does not "
     "know "
     "most 64-bit ones",
     true},
    {LogLine::arm_kvm_off, "there is no KVM here: the command line says kvm-arm.mode=none", true},
    {LogLine::arm_gic_too_old,
     "there is no KVM here: nesting was asked for, and the interrupt controller is too old", true},
    {LogLine::arm_nv_unavailable, "nesting was asked for, and a CPU lacks FEAT_NV2", false},
    {LogLine::arm_nested_on, "KVM works here, and its guests may run KVM", false},
    {LogLine::arm_nested_off, "KVM works here, and its guests may not run KVM", false},
};

Outcome check_arm(const Facts& f, const std::string& arch) {
    for (const ArmLine& row : arm_lines)
        if (const LoggedLine* line = heard(f, row.id)) {
            const std::string text = fmt::format(
                "this is an {} machine, and its kernel's log says \"{}\": {}", arch, line->text, row.means);
            if (row.id == LogLine::arm_cpu_not_supported)
                return cite_log(fail(text,
                                     "Boot a 64-bit kernel (arm64), of 5.12 or later: its KVM takes every "
                                     "processor whose kernel starts at EL2. On a Raspberry Pi: "
                                     "arm_64bit=1 in config.txt."),
                                *line);
            if (row.no_kvm)
                return cite_log(
                    fail(text,
                         fmt::format("Take a machine, or a bare metal type, whose kernel starts at EL2; "
                                     "without kvm-arm.mode=none on its command line. {}",
                                     macs_way)),
                    *line);
            return cite_log(unknown(fmt::format("{}. nestprobe judges x86 alone. {}", text, arms_way)),
                            *line);
        }
    if (const Absent* absent = f.device.open.if_absent();
        absent && absent->why == Why::no_device && !is(f.kernel.user_namespace, true) &&
        (!f.kernel.container.if_known() || is(f.kernel.container, "none")))
        return cite(
            fail(
                fmt::format("this is an {} machine, and there is no /dev/kvm. KVM is built into its kernels, "
                            "and makes the device wherever the kernel was started at EL2: most likely this "
                            "one was not, as in a virtual machine of a cloud",
                            arch),
                Step{
                    .what = fmt::format(
                        "See what the kernel says of it (\"HYP mode not available\": it was started without "
                        "EL2). What helps then is real hardware, or a bare metal type of the cloud (EC2: "
                        "*.metal); clouds' arm64 virtual machines have no EL2, nor have the arm64 runners of "
                        "GitHub's and others' CI. {}",
                        macs_way),
                    .commands = {"sudo dmesg | grep -i kvm"}}),
            f.kernel.arch);
    return unknown(fmt::format(
        "this is an {} machine, and nestprobe judges x86 alone. {} What tells is its log: sudo dmesg | "
        "grep kvm",
        arch, arms_way));
}

Outcome check_architecture(const Facts& f) {
    return judge(
        [&](const std::string& arch) {
            if (!is_foreign(f)) return pass(fmt::format("the machine is an x86 one ({})", arch));
            if (arch == "aarch64") return check_arm(f, arch);
            const std::string article = arch.starts_with("s390") || arch.starts_with("arm") ? "an" : "a";
            std::string text =
                fmt::format("this is {} {} machine, and nestprobe judges x86 alone", article, arch);
            for (const OtherWay& row : other_ways)
                if (row.arch == arch) text += fmt::format(". {}", row.way);
            return unknown(text);
        },
        f.kernel.arch);
}

bool is_arm(const Facts& f) { return is(f.kernel.arch, "aarch64"); }

/// Linux Documentation/admin-guide/kernel-parameters.txt, kvm-arm.mode=nested; without the word KVM never
/// nests.
Outcome check_arm_guests(const Facts& f) {
    if (!is_arm(f)) return skip("this is no arm64 machine");
    const Remedy fix(
        Step{.what = "Guests nest where every CPU has FEAT_NV2 (Armv8.4 and its successors; few servers "
                     "do), the kernel is 6.16 or later, and its command line has this word; QEMU then "
                     "takes -M virt,virtualization=on.",
             .file = "the kernel command line",
             .lines = {"kvm-arm.mode=nested"},
             .cost = Cost::reboot,
             .expect = "dmesg says \"VHE+NV2 mode initialized successfully\"."});
    if (const LoggedLine* line = heard(f, LogLine::arm_nested_on))
        return cite_log(pass(fmt::format("the kernel log says \"{}\"", line->text)), *line);
    for (const LogLine id : {LogLine::arm_nested_off, LogLine::arm_nv_unavailable})
        if (const LoggedLine* line = heard(f, id))
            return cite_log(
                fail(fmt::format("the kernel log says \"{}\": KVM was started without nesting", line->text),
                     fix),
                *line);
    const auto* words = f.kernel.command_line.if_known();
    if (words && std::find(words->begin(), words->end(), "kvm-arm.mode=nested") == words->end())
        return cite(
            fail("the kernel command line does not say kvm-arm.mode=nested, without which KVM on arm64 does "
                 "not nest",
                 fix),
            f.kernel.command_line);
    return unknown(
        "whether KVM on this arm64 machine nests tells its kernel's log: sudo dmesg | grep kvm, where "
        "\"VHE+NV2 mode initialized successfully\" is a yes");
}

Outcome check_word_size(const Facts& f) {
    return judge(
        [](const std::string& arch) {
            if (arch == "x86_64") return pass("the kernel is a 64-bit one");
            return fail(fmt::format(
                "this is a 32-bit kernel ({}): its KVM runs 32-bit guests alone, without much of what makes "
                "guests fast, and none of them can run a 64-bit hypervisor",
                arch));
        },
        f.kernel.arch);
}

bool is_x86_known(const Facts& f) { return has_arch(f) && !is_foreign(f); }

constexpr std::string_view architecture_see[] = {
    "Linux Documentation/admin-guide/kernel-parameters.txt, kvm-arm.mode=",
    "Linux arch/arm64/kvm/arm.c, kvm_arm_init(); include/uapi/linux/kvm.h, KVM_CAP_ARM_EL2"};
constexpr std::string_view word_size_see[] = {
    "Linux arch/x86/kvm/vmx/vmx.h, svm/svm.c: what depends on CONFIG_X86_64"};

constexpr Rule architecture_rows[] = {
    {
        .id = "NP111",
        .name = "no-x86-machine",
        .layer = Layer::cpu,
        .question = Question::kvm_here,
        .role = Role::blocker,
        .title = "this is no x86 machine",
        .explain = "VMX and SVM are x86's. On another architecture KVM works in another way, or not at all, "
                   "and all\n"
                   "other rules stand back. Of arm64 the kernel's own line in the log says whether there is "
                   "KVM, and\n"
                   "whether guests may nest.",
        .fix = "Run nestprobe on the x86 machine that is meant.",
        .see = architecture_see,
        .check = check_architecture,
        .listed = has_arch,
        .any_machine = true,
        .worked = "uname -m prints x86_64.",
        .also =
            "A guest or container of another architecture on an x86 machine, by emulation (qemu-user, TCG).",
    },
};
constexpr std::string_view arm_see[] = {
    "Linux Documentation/admin-guide/kernel-parameters.txt, kvm-arm.mode=",
    "Linux 7.2 arch/arm64/kvm/arm.c, kvm_arm_init(): the words about VHE and NV2"};
constexpr Rule arm_rows[] = {
    {
        .id = "NP412",
        .name = "arm-guests-cannot-nest",
        .layer = Layer::kernel,
        .question = Question::kvm_in_guests,
        .role = Role::blocker,
        .title = "KVM on this arm64 machine does not nest",
        .explain =
            "On arm64 KVM nests when it is told to on the kernel command line and every CPU has FEAT_NV2. "
            "The\n"
            "line that it logs when it starts says whether it does; there is no parameter and no flag.",
        .fix = "Start a kernel of 6.16 or later with kvm-arm.mode=nested on processors with FEAT_NV2.",
        .see = arm_see,
        .check = check_arm_guests,
        .listed = is_arm,
        .any_machine = true,
        .worked = "dmesg says \"VHE+NV2 mode initialized successfully\".",
        .also = "A processor without FEAT_NV2, where the word has no effect.",
    },
};
constexpr Rule word_size_rows[] = {
    {
        .id = "NP411",
        .name = "kernel-of-32-bits",
        .layer = Layer::kernel,
        .question = Question::kvm_here,
        .role = Role::degraded,
        .title = "the kernel is a 32-bit one",
        .explain = "A 32-bit kernel's KVM cannot run 64-bit guests, whatever the processor can do, and lacks "
                   "what was\n"
                   "made for 64 bits alone; NPT needs PAE there.",
        .fix = "Install a 64-bit kernel: sudo dpkg --add-architecture amd64, sudo apt update and sudo apt "
               "install "
               "linux-image-amd64:amd64 on Debian; elsewhere a 64-bit system.",
        .see = word_size_see,
        .check = check_word_size,
        .listed = is_x86_known,
        .worked = "uname -m prints x86_64.",
        .also =
            "A 32-bit program, or container, on a 64-bit kernel: uname -m there may print i686 (setarch).",
    },
};

}  // namespace

std::span<const Rule> architecture_rules() { return architecture_rows; }
std::span<const Rule> arm_rules() { return arm_rows; }
std::span<const Rule> word_size_rules() { return word_size_rows; }

}  // namespace nestprobe

// SPDX-License-Identifier: MIT
// A rule about the words that Linux makes of the registers in /proc/cpuinfo (NP4xx): where the kernel's words
// and the registers differ, one of the two is not what it seems.
#include "registers/all.hpp"
#include "rules/common.hpp"

#include "machine/readings.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace nestprobe {
namespace {

using Words = std::vector<std::string>;

// Linux 6.12 arch/x86/kernel/cpu/feat_ctl.c, init_vmx_capabilities(), and scattered over the years
// arch/x86/include/asm/cpufeatures.h: not every kernel with a `vmx flags` line, or with SVM, knows these.
constexpr std::string_view not_in_every_kernel[] = {
    "ept_5level", "ept_violation_ve", "notify_vm_exiting", "ipi_virt", "x2avic", "v_spec_ctrl", "vnmi",
};
constexpr const Register* vmx_sources[] = {
    &registers::ia32_vmx_pinbased_ctls,
    &registers::ia32_vmx_procbased_ctls,
    &registers::ia32_vmx_procbased_ctls2,
    &registers::ia32_vmx_ept_vpid_cap,
};
constexpr const Register* svm_sources[] = {&registers::cpuid_8000000a_edx};

/// Does every kernel that has the line know the word?  `vnmi` of SVM is young, of VMX it is not.
bool always_known(const Register& reg, std::string_view word) {
    if (&reg == &registers::ia32_vmx_pinbased_ctls) return true;
    return std::find(std::begin(not_in_every_kernel), std::end(not_in_every_kernel), word) ==
           std::end(not_in_every_kernel);
}

/// What differs, as sentences' parts, and the bits that it rests on.
struct WordDifferences {
    std::vector<std::string> parts;
    std::vector<Provenance> bits;
    bool compared = false;

    void compare(const Register& reg, std::uint64_t raw, const Words& words) {
        compared = true;
        for (const Field& row : reg.fields) {
            if (row.linux_flag.empty() || !always_known(reg, row.linux_flag)) continue;
            const Field bit = reg.placed(row);
            const bool listed = std::find(words.begin(), words.end(), row.linux_flag) != words.end();
            if (listed == bit.is_set(raw)) continue;
            const std::string where = locate(reg, bit);
            if (std::any_of(bits.begin(), bits.end(), [&](const Provenance& p) { return p.where == where; }))
                continue;
            parts.push_back(listed ? fmt::format("{} is listed, but its bit is clear", row.linux_flag)
                                   : fmt::format("{} is not listed, but its bit is set", row.linux_flag));
            bits.push_back({where, hex(bit.of(raw))});
        }
    }
};

WordDifferences compare(const Facts& f, const PerCpu<Words>& listed,
                        std::span<const Register* const> sources) {
    WordDifferences found;
    for (const auto& words : listed.groups()) {
        if (!words.answer.if_known()) continue;
        for (const auto& group : f.registers.groups()) {
            if (!words.cpus.intersects(group.cpus)) continue;
            for (const Register* reg : sources)
                if (const std::uint64_t* raw = group[*reg].if_known())
                    found.compare(*reg, *raw, *words.answer.if_known());
        }
    }
    return found;
}

Outcome check_flags(const Facts& f) {
    if (const Absent* absent = f.cpu.technology.if_absent()) return carry(*absent);
    const bool svm = has(f, Technology::svm);
    const PerCpu<Words>& listed = svm ? f.kernel.svm_flags : f.kernel.vmx_flags;
    const std::string_view line = svm ? "flags" : "vmx flags";
    if (!f.kernel.flag_usable.any_known())
        return skip(fmt::format("whether /proc/cpuinfo lists {} is not known", flag_word(f)));
    if (!f.kernel.flag_usable.any([](bool usable) { return usable; }))
        return cite(skip(fmt::format("/proc/cpuinfo does not list {} itself (NP403)", flag_word(f))),
                    f.kernel.flag_usable);
    if (!clearcpuid_word(f).empty())
        return cite(skip("clearcpuid= on the kernel command line takes words away"), f.kernel.command_line);
    if (!listed.any_known()) return carry(listed.first_absent());
    WordDifferences found = compare(
        f, listed,
        svm ? std::span<const Register* const>(svm_sources) : std::span<const Register* const>(vmx_sources));
    if (!found.compared)
        return cite(unknown(fmt::format("the registers that the words of {} come from were not read", line)),
                    listed);
    if (found.parts.empty())
        return cite(pass(fmt::format("the words of /proc/cpuinfo's {} line agree with the registers", line)),
                    listed);
    Outcome outcome =
        fail(fmt::format(
                 "/proc/cpuinfo's {} line and the registers differ: {}. The kernel wrote the line when it "
                 "started; since then {}",
                 line, fmt::join(found.parts, "; "),
                 in_guest(f) ? "the guest was most likely moved to another host, or its definition changed"
                             : "microcode has most likely changed, or the two come from different machines"),
             in_guest(f) ? "Restart this guest, and give it a CPU model that all its hosts have." : "");
    outcome.because = std::move(found.bits);
    return cite(std::move(outcome), listed);
}

constexpr std::string_view flags_see[] = {
    "Linux arch/x86/kernel/cpu/feat_ctl.c, init_vmx_capabilities() (5.6)",
    "Linux arch/x86/include/asm/cpufeatures.h, word 15",
};

constexpr Rule kernel_flags_rows[] = {
    {
        .id = "NP407",
        .name = "feature-words-disagree",
        .layer = Layer::kernel,
        .question = Question::kvm_in_guests,
        .role = Role::advice,
        .title = "/proc/cpuinfo lists other features of VMX or SVM than the registers show",
        .explain =
            "At boot Linux makes words of the VMX capability MSRs (vmx flags, 5.6 and later) and of CPUID\n"
            "Fn8000_000A_EDX (flags). KVM asks the registers again when its module loads. Where the two\n"
            "differ, the machine under the kernel has changed: a guest was moved, microcode was loaded\n"
            "late, or registers and file are not of one machine. Words that only some kernels know are\n"
            "not compared.",
        .fix = "Restart the system, so that the kernel looks again.",
        .see = flags_see,
        .check = check_flags,
        .worked = "After the restart nestprobe --explain --all shows NP407 as ok.",
        .also = "A guest that was moved to another host while it ran; a recording whose parts are of two "
                "machines.",
    },
};

}  // namespace

std::span<const Rule> kernel_flag_rules() { return kernel_flags_rows; }

}  // namespace nestprobe

// SPDX-License-Identifier: MIT
// Rules about the processor itself (NP101, NP102).
#include "registers/all.hpp"
#include "remedy/steps.hpp"
#include "rules/common.hpp"
#include "rules/firmware/firmware_makers.hpp"

#include "machine/readings.hpp"

#include <fmt/format.h>

#include <optional>

namespace nestprobe {
namespace {

constexpr std::string_view hardware_see[] = {
    "Intel SDM Vol. 3C, \"Discovering Support for VMX\"",
    "AMD APM Vol. 2, \"Enabling SVM\"",
};

/// The sign that a processor has SVM though CPUID does not show it: what only such a one has.
std::string sign_of_hidden_svm(const Facts& f) {
    if (is(f.cpu.svm_leaf, true)) return "SVM's own leaf of CPUID answers (Fn8000_000A)";
    for (const auto& g : f.kernel.svm_flags.groups())
        if (const auto* words = g.answer.if_known(); words && !words->empty())
            return fmt::format("/proc/cpuinfo shows {}, which belongs to SVM", fmt::join(*words, ", "));
    for (const auto& g : f.registers.groups())
        if (const std::uint64_t* raw = g[registers::cpuid_80000001_ecx].if_known();
            raw && registers::cpuid_80000001_ecx["SKINIT"].is_set(*raw))
            return "CPUID shows SKINIT, which belongs to SVM";
    return {};
}

/// Knights Landing and Knights Mill, all of which have VMX (Intel ARK; Linux arch/x86/include/asm/
/// intel-family.h for the models).
bool is_xeon_phi(const Facts& f) {
    const CpuModel* model = f.cpu.model.if_known();
    return model && is(f.cpu.vendor, Vendor::intel) && model->family == 6 &&
           (model->model == 0x57 || model->model == 0x85);
}

Outcome hidden_most_likely(std::string message, Remedy remedy) {
    Outcome outcome = fail(std::move(message), std::move(remedy));
    outcome.title = "the processor shows neither VMX nor SVM, most likely because the firmware hides it";
    return outcome;
}

/// Neither bit is shown, and the processor has it: firmware can hide the bit, not only lock the register.
std::optional<Outcome> hidden_by_firmware(const Facts& f) {
    const std::string sign = sign_of_hidden_svm(f);
    if (!sign.empty())
        return hidden_most_likely(
            fmt::format("CPUID shows neither VMX nor SVM on any CPU, but {}: most likely the "
                        "firmware hides SVM",
                        sign),
            switch_on_in_firmware(f, FirmwareSwitch::svm));
    if (is_xeon_phi(f))
        return hidden_most_likely(
            "CPUID shows neither VMX nor SVM on any CPU, but every Xeon Phi of this model has VMX: "
            "most likely the firmware hides it",
            switch_on_in_firmware(f, FirmwareSwitch::vmx));
    return std::nullopt;
}

Outcome check_no_hardware(const Facts& f) {
    if (const std::string name = software_kvm(f); !name.empty())
        return cite(skip(fmt::format("the processor shows neither VMX nor SVM; {} needs neither", name)),
                    f.module.software);
    if (in_guest(f))
        return skip("in a guest, the hypervisor above decides what the processor shows (NP301, NP302)");
    if (f.cpu.vmx.any(yes)) return cite(pass("the processor has VMX"), f.cpu.vmx);
    if (f.cpu.svm.any(yes)) return cite(pass("the processor has SVM"), f.cpu.svm);
    if (hardware_absent(f) && (f.kernel.flag_vmx.any(yes) || f.kernel.flag_svm.any(yes)))
        return cite(cite(unknown("CPUID shows neither VMX nor SVM, but /proc/cpuinfo lists one of them: "
                                 "CPUID as this process sees it is filtered (NP406)"),
                         f.kernel.flag_vmx),
                    f.kernel.flag_svm);
    if (const Absent& list = f.kernel.flag_vmx.first_absent(); hardware_absent(f) && withheld(list))
        return cite(
            cite(unknown(fmt::format("CPUID shows neither VMX nor SVM, but what the kernel made of it "
                                     "could not be read, and CPUID may be filtered (NP406): {}",
                                     carry(list).message)),
                 f.cpu.vmx),
            f.cpu.svm);
    if (hardware_absent(f) && is(f.hypervisor.level, Level::bare_metal))
        if (auto outcome = hidden_by_firmware(f))
            return cite(cite(cite(*std::move(outcome), f.cpu.vmx), f.cpu.svm), f.cpu.svm_leaf);
    if (hardware_absent(f))
        return cite(cite(fail("CPUID shows neither VMX nor SVM on any CPU", Remedy::instead()), f.cpu.vmx),
                    f.cpu.svm);
    if (f.kernel.flag_vmx.any(yes)) return cite(pass("/proc/cpuinfo shows vmx"), f.kernel.flag_vmx);
    if (f.kernel.flag_svm.any(yes)) return cite(pass("/proc/cpuinfo shows svm"), f.kernel.flag_svm);
    for (const PerCpu<bool>* bit : {&f.cpu.vmx, &f.cpu.svm})
        for (const auto& g : bit->groups())
            if (const Absent* absent = g.answer.if_absent(); absent && absent->why != Why::not_applicable)
                return carry(*absent);
    return unknown("CPUID was not read");
}

constexpr std::string_view disagree_see[] = {
    "Linux arch/x86/kvm/x86.c, kvm_x86_vendor_init(): every online CPU is checked",
};

Outcome check_cpus_disagree(const Facts& f) {
    const PerCpu<bool>& bit = cpuid_bit(f).any_known() ? cpuid_bit(f) : f.kernel.flag_usable;
    if (!bit.any_known()) return carry(bit.first_absent());
    CpuSet with, without;
    for (const auto& g : bit.groups()) {
        if (is(g.answer, true)) with.add(g.cpus);
        if (is(g.answer, false)) without.add(g.cpus);
    }
    if (with.empty() || without.empty())
        return cite(pass(fmt::format("all CPUs that were read agree about {}", hardware_word(f))), bit);
    return cite(fail(fmt::format("{} show {}, {} do not; KVM loads only when all do", name_cpus(with),
                                 hardware_word(f), name_cpus(without)),
                     Step{.what = fmt::format(
                              "{} As a workaround, take the odd ones offline before KVM is loaded, each "
                              "by its number:",
                              in_guest(f) ? "Correct the definition of this guest's CPUs on the hypervisor's "
                                            "host."
                                          : "Update firmware and microcode."),
                          .commands = {take_offline(without.first())}}),
                bit);
}

constexpr Rule cpu_rule_rows[] = {
    {
        .id = "NP101",
        .name = "no-hardware-virtualization",
        .layer = Layer::cpu,
        .question = Question::kvm_here,
        .role = Role::blocker,
        .title = "the processor shows neither VMX nor SVM",
        .explain =
            "KVM needs the processor's virtualization instructions: VMX (Intel, Zhaoxin, VIA) or SVM\n"
            "(AMD, Hygon). CPUID shows them even when firmware or kernel have switched them off; some\n"
            "firmware hides the bit as well, and then other parts of SVM tell. In a guest this rule stands "
            "back:\n"
            "there the hypervisor decides what CPUID shows.",
        .fix =
            "Another processor is needed; until then only emulation is left (qemu-system-x86_64 -accel tcg).",
        .see = hardware_see,
        .check = check_no_hardware,
        .worked = "lscpu says VT-x or AMD-V in its line Virtualization.",
        .also = "A firmware that hides the feature altogether (some do when it is switched off; AMD leaves "
                "npt or svm_lock in the flags then), or a guest whose hypervisor hides itself as well.",
    },
    {
        .id = "NP102",
        .name = "cpus-disagree",
        .layer = Layer::cpu,
        .question = Question::kvm_here,
        .role = Role::blocker,
        .title = "only some of the CPUs have VMX or SVM",
        .explain =
            "KVM checks every online CPU when its module loads, and refuses when one of them lacks what\n"
            "the others have. Mixed microcode, firmware faults and odd guest definitions do that.",
        .fix = "Update firmware and microcode; take the odd CPUs offline as a workaround.",
        .see = disagree_see,
        .check = check_cpus_disagree,
        .worked = "nestprobe --format facts shows one value of cpu.vmx, or of cpu.svm, for all CPUs.",
        .also = "A guest whose virtual CPUs were defined one by one, or that was moved between unlike hosts.",
    },
};

}  // namespace

std::span<const Rule> cpu_rules() { return cpu_rule_rows; }

}  // namespace nestprobe

// SPDX-License-Identifier: MIT
// VMX's numbers and KVM's.  Intel SDM Vol. 3C, "VM-Instruction Error Numbers"; Vol. 3D, appendix "VMX Basic
// Exit Reasons"; Linux include/uapi/linux/kvm.h.
#include "prove/hardware_errors.hpp"

#include <fmt/format.h>

namespace nestprobe {
namespace {

struct VmxName {
    std::uint32_t number;
    std::string_view text;
};

constexpr VmxName instruction_errors[] = {
    {1, "VMCALL executed in VMX root operation"},
    {2, "VMCLEAR with invalid physical address"},
    {3, "VMCLEAR with VMXON pointer"},
    {4, "VMLAUNCH with non-clear VMCS"},
    {5, "VMRESUME with non-launched VMCS"},
    {6, "VMRESUME after VMXOFF"},
    {7, "VM entry with invalid control field(s)"},
    {8, "VM entry with invalid host-state field(s)"},
    {9, "VMPTRLD with invalid physical address"},
    {10, "VMPTRLD with VMXON pointer"},
    {11, "VMPTRLD with incorrect VMCS revision identifier"},
    {12, "VMREAD/VMWRITE from/to unsupported VMCS component"},
    {13, "VMWRITE to read-only VMCS component"},
    {15, "VMXON executed in VMX root operation"},
    {16, "VM entry with invalid executive-VMCS pointer"},
    {17, "VM entry with non-launched executive VMCS"},
    {18, "VM entry with executive-VMCS pointer not VMXON pointer"},
    {19, "VMCALL with non-clear VMCS"},
    {20, "VMCALL with invalid VM-exit control fields"},
    {22, "VMCALL with incorrect MSEG revision identifier"},
    {23, "VMXOFF under dual-monitor treatment of SMIs and SMM"},
    {24, "VMCALL with invalid SMM-monitor features"},
    {25, "VM entry with invalid VM-execution control fields in executive VMCS"},
    {26, "VM entry with events blocked by MOV SS"},
    {28, "invalid operand to INVEPT/INVVPID"},
};

constexpr VmxName exit_reasons[] = {
    {0, "exception or NMI"},
    {1, "external interrupt"},
    {2, "triple fault"},
    {3, "INIT signal"},
    {4, "start-up IPI"},
    {7, "interrupt window"},
    {8, "NMI window"},
    {9, "task switch"},
    {10, "CPUID"},
    {11, "GETSEC"},
    {12, "HLT"},
    {13, "INVD"},
    {14, "INVLPG"},
    {15, "RDPMC"},
    {16, "RDTSC"},
    {18, "VMCALL"},
    {19, "VMCLEAR"},
    {20, "VMLAUNCH"},
    {21, "VMPTRLD"},
    {22, "VMPTRST"},
    {23, "VMREAD"},
    {24, "VMRESUME"},
    {25, "VMWRITE"},
    {26, "VMXOFF"},
    {27, "VMXON"},
    {28, "control-register accesses"},
    {29, "MOV DR"},
    {30, "I/O instruction"},
    {31, "RDMSR"},
    {32, "WRMSR"},
    {33, "VM-entry failure due to invalid guest state"},
    {34, "VM-entry failure due to MSR loading"},
    {36, "MWAIT"},
    {37, "monitor trap flag"},
    {39, "MONITOR"},
    {40, "PAUSE"},
    {41, "VM-entry failure due to machine-check event"},
    {43, "TPR below threshold"},
    {44, "APIC access"},
    {46, "access to GDTR or IDTR"},
    {47, "access to LDTR or TR"},
    {48, "EPT violation"},
    {49, "EPT misconfiguration"},
    {52, "VMX-preemption timer expired"},
    {54, "WBINVD or WBNOINVD"},
    {55, "XSETBV"},
};

// SDM Vol. 3C, "Basic VM-Exit Information": the bits beside the basic reason.
constexpr VmxName exit_flags[] = {
    {27, "enclave mode"},
    {28, "pending MTF VM exit"},
    {29, "VM exit from VMX root operation"},
    {31, "VM-entry failure"},
};

// SDM Vol. 3C, "VM-Entry Failures During or After Loading Guest State".
constexpr VmxName entry_failures[] = {
    {2, "loading the PDPTEs"},
    {3, "injecting an NMI"},
    {4, "an invalid VMCS link pointer"},
};

constexpr std::string_view exceptions[] = {
    "#DE", "#DB", "NMI", "#BP", "#OF",       "#BR", "#UD", "#NM", "#DF", "vector 9", "#TS",
    "#NP", "#SS", "#GP", "#PF", "vector 15", "#MF", "#AC", "#MC", "#XM", "#VE",      "#CP",
};

constexpr VmxName kvm_exits[] = {
    {0, "KVM_EXIT_UNKNOWN"},
    {1, "KVM_EXIT_EXCEPTION"},
    {2, "KVM_EXIT_IO"},
    {3, "KVM_EXIT_HYPERCALL"},
    {4, "KVM_EXIT_DEBUG"},
    {5, "KVM_EXIT_HLT"},
    {6, "KVM_EXIT_MMIO"},
    {7, "KVM_EXIT_IRQ_WINDOW_OPEN"},
    {8, "KVM_EXIT_SHUTDOWN"},
    {9, "KVM_EXIT_FAIL_ENTRY"},
    {10, "KVM_EXIT_INTR"},
    {11, "KVM_EXIT_SET_TPR"},
    {12, "KVM_EXIT_TPR_ACCESS"},
    {16, "KVM_EXIT_NMI"},
    {17, "KVM_EXIT_INTERNAL_ERROR"},
    {24, "KVM_EXIT_SYSTEM_EVENT"},
    {29, "KVM_EXIT_X86_RDMSR"},
    {30, "KVM_EXIT_X86_WRMSR"},
    {37, "KVM_EXIT_NOTIFY"},
    {39, "KVM_EXIT_MEMORY_FAULT"},
};

constexpr VmxName internal_errors[] = {
    {1, "KVM_INTERNAL_ERROR_EMULATION"},
    {2, "KVM_INTERNAL_ERROR_SIMUL_EX"},
    {3, "KVM_INTERNAL_ERROR_DELIVERY_EV"},
    {4, "KVM_INTERNAL_ERROR_UNEXPECTED_EXIT_REASON"},
};

template <std::size_t N>
std::string_view name_in(const VmxName (&names)[N], std::uint64_t number) {
    for (const VmxName& n : names)
        if (n.number == number) return n.text;
    return "";
}

}  // namespace

std::string vm_instruction_error(std::uint64_t number) {
    const std::string_view text = name_in(instruction_errors, number);
    return fmt::format("VM-instruction error {}: {}", number, text.empty() ? "not in Intel's list" : text);
}

std::string vm_exit_reason(std::uint64_t reason) {
    const std::uint64_t basic = reason & 0xffff;
    const std::string_view text = name_in(exit_reasons, basic);
    std::string all =
        fmt::format("exit reason {} ({})", basic, text.empty() ? "not in nestprobe's list" : text);
    for (const VmxName& flag : exit_flags)
        if (reason >> flag.number & 1) all += fmt::format(", {}", flag.text);
    return all;
}

std::string_view vm_entry_failure(std::uint64_t reason, std::uint64_t qualification) {
    return (reason & 0xffff) == 33 ? name_in(entry_failures, qualification) : std::string_view();
}

std::string exception_name(std::uint64_t vector) {
    return vector < std::size(exceptions) ? std::string(exceptions[vector])
                                          : fmt::format("vector {}", vector);
}

std::string kvm_exit_name(std::uint32_t reason) {
    const std::string_view text = name_in(kvm_exits, reason);
    return text.empty() ? fmt::format("KVM exit {}", reason) : std::string(text);
}

std::string kvm_internal_error(std::uint32_t suberror) {
    const std::string_view text = name_in(internal_errors, suberror);
    return text.empty() ? fmt::format("KVM internal error {}", suberror)
                        : fmt::format("{} ({})", text, suberror);
}

// Linux arch/x86/kvm/vmx/vmx.c, vmx_handle_exit(): the exit reason where the entry failed late, else the
// VM-instruction error; svm/svm.c, svm_handle_exit(): EXITCODE.
std::string kvm_fail_entry(std::uint64_t reason, bool vmx) {
    if (!vmx) return svm_exit_code(reason);
    if (reason >> 31 & 1) return vm_exit_reason(reason);
    return reason == 0 ? "hardware error 0: the processor gave no reason" : vm_instruction_error(reason);
}

}  // namespace nestprobe

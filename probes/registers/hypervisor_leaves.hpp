// SPDX-License-Identifier: MIT
// What the hypervisor above says of itself to its guests: KVM's leaves, Hyper-V's.  Data only.
// Neither says whether nesting is on; CPUID's VMX and SVM bits do.
#pragma once

#include "registers/cpuid_basic.hpp"

namespace nestprobe::registers {

inline constexpr Condition when_hypervisor[] = {{&cpuid_1_ecx, cpuid_1_ecx["HYPERVISOR"].at}};
inline constexpr std::string_view no_hypervisor = "no hypervisor is announced in CPUID";
inline constexpr std::string_view kvm_block = "KVMKVMKVM", hyperv_block = "Microsoft Hv";

inline constexpr Field kvm_features_fields[] = {
    {.name = "CLOCKSOURCE", .at = bit(0), .doc = "kvmclock, old MSRs"},
    {.name = "NOP_IO_DELAY", .at = bit(1), .doc = "No delay on port I/O"},
    {.name = "MMU_OP", .at = bit(2), .doc = "Obsolete"},
    {.name = "CLOCKSOURCE2", .at = bit(3), .doc = "kvmclock"},
    {.name = "ASYNC_PF", .at = bit(4), .doc = "Asynchronous page faults"},
    {.name = "STEAL_TIME", .at = bit(5), .doc = "Steal time"},
    {.name = "PV_EOI", .at = bit(6), .doc = "Paravirtual end of interrupt"},
    {.name = "PV_UNHALT", .at = bit(7), .doc = "Paravirtual spinlocks"},
    {.name = "PV_TLB_FLUSH", .at = bit(9), .doc = "Paravirtual TLB flush"},
    {.name = "ASYNC_PF_VMEXIT",
     .at = bit(10),
     .doc = "Asynchronous page faults reach this KVM as VM exits while a guest of its own runs"},
    {.name = "PV_SEND_IPI", .at = bit(11), .doc = "Paravirtual IPIs"},
    {.name = "POLL_CONTROL", .at = bit(12), .doc = "Host halt-polling can be switched off"},
    {.name = "PV_SCHED_YIELD", .at = bit(13), .doc = "Paravirtual yield"},
    {.name = "ASYNC_PF_INT", .at = bit(14), .doc = "Asynchronous page faults by interrupt"},
    {.name = "MSI_EXT_DEST_ID", .at = bit(15), .doc = "More than 255 CPUs without interrupt remapping"},
    {.name = "HC_MAP_GPA_RANGE", .at = bit(16), .doc = "KVM_HC_MAP_GPA_RANGE"},
    {.name = "MIGRATION_CONTROL", .at = bit(17), .doc = "MSR_KVM_MIGRATION_CONTROL"},
    {.name = "CLOCKSOURCE_STABLE_BIT", .at = bit(24), .doc = "kvmclock is the same on all CPUs"},
};
inline constexpr Register kvm_features{
    .name = "CPUID.40000001H:EAX",
    .linux_name = "KVM_CPUID_FEATURES",
    .manual = Manual::intel_sdm,
    .address = CpuidAddress{0x4000'0001, 0, Gpr::eax, kvm_block},
    .reference = "Linux Documentation/virt/kvm/x86/cpuid.rst, KVM_CPUID_FEATURES",
    .fields = kvm_features_fields,
    .exists_when = when_hypervisor,
    .else_because = no_hypervisor,
};
static_assert(well_formed(kvm_features));

inline constexpr Field kvm_hints_fields[] = {
    {.name = "HINTS_REALTIME", .at = bit(0), .doc = "Virtual CPUs are never preempted for long"},
};
inline constexpr Register kvm_hints{
    .name = "CPUID.40000001H:EDX",
    .linux_name = "",
    .manual = Manual::intel_sdm,
    .address = CpuidAddress{0x4000'0001, 0, Gpr::edx, kvm_block},
    .reference = "Linux Documentation/virt/kvm/x86/cpuid.rst, KVM_CPUID_FEATURES",
    .fields = kvm_hints_fields,
    .exists_when = when_hypervisor,
    .else_because = no_hypervisor,
};
static_assert(well_formed(kvm_hints));

inline constexpr std::string_view hyperv_for_guests =
    "a guest gets Hyper-V's leaves only where its definition asks for them";

// Hyper-V's bits are those that Linux names (arch/x86/include/asm/hyperv-tlfs.h,
// include/asm-generic/hyperv-tlfs.h; since 6.13 include/hyperv/hvgdk_mini.h), by the names of the
// specification.
inline constexpr Field hyperv_privileges_eax_fields[] = {
    {.name = "AccessPartitionReferenceCounter", .at = bit(1), .doc = "Reference counter"},
    {.name = "AccessSynicRegs", .at = bit(2), .doc = "Synthetic interrupt controller"},
    {.name = "AccessSyntheticTimerRegs", .at = bit(3), .doc = "Synthetic timers"},
    {.name = "AccessIntrCtrlRegs", .at = bit(4), .doc = "APIC MSRs"},
    {.name = "AccessHypercallMsrs", .at = bit(5), .doc = "Hypercall MSRs"},
    {.name = "AccessVpIndex", .at = bit(6), .doc = "Virtual processor index"},
    {.name = "AccessResetReg", .at = bit(7), .doc = "Reset MSR"},
    {.name = "AccessStatsReg", .at = bit(8), .doc = "Statistics pages"},
    {.name = "AccessPartitionReferenceTsc", .at = bit(9), .doc = "Reference TSC"},
    {.name = "AccessGuestIdleReg", .at = bit(10), .doc = "Guest idle MSR"},
    {.name = "AccessFrequencyRegs", .at = bit(11), .doc = "Frequency MSRs"},
    {.name = "AccessReenlightenmentControls", .at = bit(13), .doc = "Reenlightenment after migration"},
};
inline constexpr Register hyperv_privileges_eax{
    .name = "CPUID.40000003H:EAX",
    .linux_name = "",
    .manual = Manual::intel_sdm,
    .address = CpuidAddress{0x4000'0003, 0, Gpr::eax, hyperv_block},
    .reference = "Hypervisor Top Level Functional Specification, \"Feature and Interface Discovery\"",
    .fields = hyperv_privileges_eax_fields,
    .exists_when = when_hypervisor,
    .else_because = no_hypervisor,
    .guests_unknown = hyperv_for_guests,
};
static_assert(well_formed(hyperv_privileges_eax));

inline constexpr Field hyperv_privileges_ebx_fields[] = {
    {.name = "CreatePartitions", .at = bit(0), .doc = "May create partitions: this is the root"},
    {.name = "AccessPartitionId", .at = bit(1), .doc = "Partition id"},
    {.name = "AccessMemoryPool", .at = bit(2), .doc = "Memory pool"},
    {.name = "PostMessages", .at = bit(4), .doc = "Messages"},
    {.name = "SignalEvents", .at = bit(5), .doc = "Events"},
    {.name = "CreatePort", .at = bit(6), .doc = "Ports"},
    {.name = "ConnectPort", .at = bit(7), .doc = "Port connections"},
    {.name = "AccessStats", .at = bit(8), .doc = "Statistics"},
    {.name = "Debugging", .at = bit(11), .doc = "Debugging"},
    {.name = "CpuManagement", .at = bit(12), .doc = "Manages processors: this is the root"},
    {.name = "EnableExtendedHypercalls", .at = bit(20), .doc = "Extended hypercalls"},
    {.name = "Isolation", .at = bit(22), .doc = "An isolated partition (VBS, SNP or TDX)"},
};
inline constexpr Register hyperv_privileges_ebx{
    .name = "CPUID.40000003H:EBX",
    .linux_name = "",
    .manual = Manual::intel_sdm,
    .address = CpuidAddress{0x4000'0003, 0, Gpr::ebx, hyperv_block},
    .reference = "Hypervisor Top Level Functional Specification, \"Feature and Interface Discovery\"",
    .fields = hyperv_privileges_ebx_fields,
    .exists_when = when_hypervisor,
    .else_because = no_hypervisor,
    .guests_unknown = hyperv_for_guests,
};
static_assert(well_formed(hyperv_privileges_ebx));

inline constexpr Field hyperv_misc_fields[] = {
    {.name = "XmmHypercallInput", .at = bit(4), .doc = "Hypercall input in XMM registers"},
    {.name = "GuestIdle", .at = bit(5), .doc = "Guest idle state"},
    {.name = "FrequencyRegs", .at = bit(8), .doc = "Frequency MSRs"},
    {.name = "GuestCrashRegs", .at = bit(10), .doc = "Guest crash MSRs"},
    {.name = "DirectSyntheticTimers", .at = bit(19), .doc = "Direct synthetic timers"},
};
inline constexpr Register hyperv_misc{
    .name = "CPUID.40000003H:EDX",
    .linux_name = "",
    .manual = Manual::intel_sdm,
    .address = CpuidAddress{0x4000'0003, 0, Gpr::edx, hyperv_block},
    .reference = "Hypervisor Top Level Functional Specification, \"Feature and Interface Discovery\"",
    .fields = hyperv_misc_fields,
    .exists_when = when_hypervisor,
    .else_because = no_hypervisor,
    .guests_unknown = hyperv_for_guests,
};
static_assert(well_formed(hyperv_misc));

inline constexpr Field hyperv_recommendations_fields[] = {
    {.name = "AddressSpaceSwitch", .at = bit(0), .doc = "Hypercall for address space switches"},
    {.name = "LocalFlush", .at = bit(1), .doc = "Hypercall for local TLB flushes"},
    {.name = "RemoteFlush", .at = bit(2), .doc = "Hypercall for remote TLB flushes"},
    {.name = "ApicMsrs", .at = bit(3), .doc = "MSRs for APIC accesses"},
    {.name = "ResetMsr", .at = bit(4), .doc = "MSR for resets"},
    {.name = "RelaxedTiming", .at = bit(5), .doc = "Relaxed timing"},
    {.name = "DeprecateAutoEOI", .at = bit(9), .doc = "AutoEOI is deprecated"},
    {.name = "SyntheticClusterIpi", .at = bit(10), .doc = "Hypercall for IPIs"},
    {.name = "ExProcessorMasks", .at = bit(11), .doc = "Hypercalls with extended processor masks"},
    {.name = "Nested", .at = bit(12), .doc = "This hypervisor is itself a guest of Hyper-V"},
    {.name = "EnlightenedVmcs",
     .at = bit(14),
     .doc = "Enlightened VMCS is recommended: KVM here uses it in place of a plain VMCS",
     .parameter = "kvm_intel.enlightened_vmcs"},
};
inline constexpr Register hyperv_recommendations{
    .name = "CPUID.40000004H:EAX",
    .linux_name = "",
    .manual = Manual::intel_sdm,
    .address = CpuidAddress{0x4000'0004, 0, Gpr::eax, hyperv_block},
    .reference = "Hypervisor Top Level Functional Specification, \"Feature and Interface Discovery\"",
    .fields = hyperv_recommendations_fields,
    .exists_when = when_hypervisor,
    .else_because = no_hypervisor,
    .guests_unknown = hyperv_for_guests,
};
static_assert(well_formed(hyperv_recommendations));

inline constexpr Field hyperv_hardware_fields[] = {
    {.name = "ApicOverlayAssist", .at = bit(0), .doc = "APIC overlay assist"},
    {.name = "MsrBitmaps", .at = bit(1), .doc = "MSR bitmaps"},
    {.name = "PerformanceCounters", .at = bit(2), .doc = "Performance counters"},
    {.name = "SLAT", .at = bit(3), .doc = "Second level address translation (EPT, NPT)"},
    {.name = "DmaRemapping", .at = bit(4), .doc = "DMA remapping"},
    {.name = "InterruptRemapping", .at = bit(5), .doc = "Interrupt remapping"},
};
inline constexpr Register hyperv_hardware{
    .name = "CPUID.40000006H:EAX",
    .linux_name = "",
    .manual = Manual::intel_sdm,
    .address = CpuidAddress{0x4000'0006, 0, Gpr::eax, hyperv_block},
    .reference = "Hypervisor Top Level Functional Specification, \"Feature and Interface Discovery\"",
    .fields = hyperv_hardware_fields,
    .exists_when = when_hypervisor,
    .else_because = no_hypervisor,
    .guests_unknown = hyperv_for_guests,
};
static_assert(well_formed(hyperv_hardware));

inline constexpr Field hyperv_nested_fields[] = {
    {.name = "EnlightenedVmcsLow", .at = bits(7, 0), .doc = "Lowest version of enlightened VMCS; 0: none"},
    {.name = "EnlightenedVmcsHigh", .at = bits(15, 8), .doc = "Highest version of enlightened VMCS"},
    {.name = "DirectVirtualFlush",
     .at = bit(17),
     .doc = "TLB flush hypercalls of nested guests go to Hyper-V"},
    {.name = "FlushGuestMapping", .at = bit(18), .doc = "Hypercalls that flush nested page tables"},
    {.name = "EnlightenedMsrBitmap", .at = bit(19), .doc = "Enlightened MSR bitmap"},
    {.name = "VirtualizationExceptionAsPf",
     .at = bit(20),
     .doc = "Virtualization exceptions count as page faults"},
    {.name = "EnlightenedTlb",
     .at = bit(22),
     .doc = "AMD: an ASID flush leaves nested page table translations alone"},
};
inline constexpr Register hyperv_nested{
    .name = "CPUID.4000000AH:EAX",
    .linux_name = "",
    .manual = Manual::intel_sdm,
    .address = CpuidAddress{0x4000'000a, 0, Gpr::eax, hyperv_block},
    .reference = "Hypervisor Top Level Functional Specification, \"Nested Virtualization\"",
    .fields = hyperv_nested_fields,
    .exists_when = when_hypervisor,
    .else_because = no_hypervisor,
    .guests_unknown = hyperv_for_guests,
};
static_assert(well_formed(hyperv_nested));

inline constexpr Field hyperv_nested_ebx_fields[] = {
    {.name = "PerfGlobalCtrl", .at = bit(0), .doc = "Enlightened VMCS has the fields for PERF_GLOBAL_CTRL"},
};
inline constexpr Register hyperv_nested_ebx{
    .name = "CPUID.4000000AH:EBX",
    .linux_name = "",
    .manual = Manual::intel_sdm,
    .address = CpuidAddress{0x4000'000a, 0, Gpr::ebx, hyperv_block},
    .reference = "Hypervisor Top Level Functional Specification, \"Nested Virtualization\"",
    .fields = hyperv_nested_ebx_fields,
    .exists_when = when_hypervisor,
    .else_because = no_hypervisor,
    .guests_unknown = hyperv_for_guests,
};
static_assert(well_formed(hyperv_nested_ebx));

inline constexpr const Register* hypervisor_registers[] = {
    &kvm_features,           &kvm_hints,       &hyperv_privileges_eax, &hyperv_privileges_ebx, &hyperv_misc,
    &hyperv_recommendations, &hyperv_hardware, &hyperv_nested,         &hyperv_nested_ebx,
};

}  // namespace nestprobe::registers

// SPDX-License-Identifier: MIT
// What the processor's VMX or SVM can do, as far as it matters to guests and their guests.  A predicate says
// what KVM asks, which often is more than one bit.  The processor's part only: whether KVM makes use of it is
// ModuleFacts.
#pragma once

#include "base/fact.hpp"
#include "base/per_cpu.hpp"

#include <string>
#include <vector>

namespace nestprobe {

struct VmxFacts {
    PerCpu<bool> capabilities{};
    PerCpu<std::vector<std::string>> missing{};
    PerCpu<bool> ept{};
    PerCpu<bool> ept_5level{};
    PerCpu<bool> ept_2m{};
    PerCpu<bool> ept_1g{};
    PerCpu<bool> ept_ad{};
    PerCpu<bool> ept_execute_only{};
    PerCpu<bool> pml{};
    PerCpu<bool> mode_based_execute{};
    PerCpu<bool> eptp_switching{};
    PerCpu<bool> vpid{};
    PerCpu<std::vector<std::string>> invvpid{};
    PerCpu<bool> unrestricted_guest{};
    PerCpu<bool> shadow_vmcs{};
    PerCpu<bool> tpr_shadow{};
    PerCpu<bool> flexpriority{};
    PerCpu<bool> apic_register_virt{};
    PerCpu<bool> interrupt_delivery{};
    PerCpu<bool> posted_interrupts{};
    PerCpu<bool> apicv{};
    PerCpu<bool> ipi_virtualization{};
    PerCpu<bool> virtual_nmis{};
    PerCpu<bool> preemption_timer{};
    PerCpu<bool> tsc_scaling{};
    PerCpu<std::vector<std::string>> misc{};
};
template <ConstOrNot<VmxFacts> F, class V>
constexpr void for_each(F& f, V&& visit) {
    visit("vmx.capabilities", f.capabilities, "IA32_VMX_BASIC can be read, as it must where CPUID shows VMX");
    visit("vmx.missing", f.missing, "what KVM cannot do without and the capability MSRs do not offer");
    visit("vmx.ept", f.ept, "EPT as KVM needs it: ENABLE_EPT, 4-level walk, write back, INVEPT all-context");
    visit("vmx.ept_5level", f.ept_5level, "EPT of five levels");
    visit("vmx.ept_2m", f.ept_2m, "EPT maps pages of 2 MiB");
    visit("vmx.ept_1g", f.ept_1g, "EPT maps pages of 1 GiB");
    visit("vmx.ept_ad", f.ept_ad, "usable EPT with accessed and dirty bits");
    visit("vmx.ept_execute_only", f.ept_execute_only, "EPT maps pages that can be executed and not read");
    visit("vmx.pml", f.pml, "page-modification logging, and the accessed and dirty bits that it needs");
    visit("vmx.mode_based_execute", f.mode_based_execute,
          "mode-based execute control for EPT (MBEC): execution by user and supervisor told apart");
    visit("vmx.eptp_switching", f.eptp_switching, "VMFUNC with EPTP switching");
    visit("vmx.vpid", f.vpid, "VPID as KVM needs it: ENABLE_VPID, INVVPID single- or all-context");
    visit("vmx.invvpid", f.invvpid, "the types of INVVPID");
    visit("vmx.unrestricted_guest", f.unrestricted_guest, "UNRESTRICTED_GUEST and usable EPT");
    visit("vmx.shadow_vmcs", f.shadow_vmcs, "SHADOW_VMCS and IA32_VMX_MISC.VMWRITE_SHADOW_RO_FIELDS");
    visit("vmx.tpr_shadow", f.tpr_shadow, "TPR shadow");
    visit("vmx.flexpriority", f.flexpriority, "FlexPriority: TPR_SHADOW and VIRTUALIZE_APIC_ACCESSES");
    visit("vmx.apic_register_virt", f.apic_register_virt, "APIC-register virtualization");
    visit("vmx.interrupt_delivery", f.interrupt_delivery, "virtual-interrupt delivery");
    visit("vmx.posted_interrupts", f.posted_interrupts, "posted interrupts");
    visit("vmx.apicv", f.apicv, "APICv, its four parts: those three and TPR_SHADOW");
    visit("vmx.ipi_virtualization", f.ipi_virtualization, "IPI virtualization, and APICv, which it needs");
    visit("vmx.virtual_nmis", f.virtual_nmis, "virtual NMIs: VIRTUAL_NMIS and NMI_WINDOW_EXITING");
    visit("vmx.preemption_timer", f.preemption_timer, "VMX-preemption timer");
    visit("vmx.tsc_scaling", f.tsc_scaling, "TSC scaling");
    visit("vmx.misc", f.misc, "the bits of IA32_VMX_MISC that are set");
}

struct SvmFacts {
    PerCpu<bool> npt{};
    PerCpu<bool> nrips{};
    PerCpu<bool> lbrv{};
    PerCpu<bool> lock{};
    PerCpu<bool> tsc_rate{};
    PerCpu<bool> flush_by_asid{};
    PerCpu<bool> decode_assists{};
    PerCpu<bool> avic{};
    PerCpu<bool> x2avic{};
    PerCpu<bool> vgif{};
    PerCpu<bool> vls{};
    PerCpu<bool> vnmi{};
    PerCpu<bool> sev{};
    PerCpu<bool> sev_es{};
    PerCpu<bool> sev_snp{};
    PerCpu<bool> in_use{};
};
template <ConstOrNot<SvmFacts> F, class V>
constexpr void for_each(F& f, V&& visit) {
    visit("svm.npt", f.npt, "CPUID Fn8000_000A_EDX[NP]: nested paging");
    visit("svm.nrips", f.nrips, "next RIP saved on VM exit");
    visit("svm.lbrv", f.lbrv, "LBR virtualization");
    visit("svm.lock", f.lock, "SVM lock (SVML): VM_CR.LOCK and SVM_KEY exist");
    visit("svm.tsc_rate", f.tsc_rate, "TSC rate control (TSC scaling)");
    visit("svm.flush_by_asid", f.flush_by_asid, "TLB flush by ASID");
    visit("svm.decode_assists", f.decode_assists, "decode assists");
    visit("svm.avic", f.avic, "AVIC, and NPT, which it needs");
    visit("svm.x2avic", f.x2avic, "AVIC in x2APIC mode");
    visit("svm.vgif", f.vgif, "virtual global interrupt flag");
    visit("svm.vls", f.vls, "VMLOAD and VMSAVE virtualization, and NPT, which it needs");
    visit("svm.vnmi", f.vnmi, "NMI virtualization, and VGIF, which it needs");
    visit("svm.sev", f.sev, "CPUID Fn8000_001F_EAX[SEV]: secure encrypted virtualization");
    visit("svm.sev_es", f.sev_es, "SEV with encrypted state");
    visit("svm.sev_snp", f.sev_snp, "SEV with secure nested paging");
    visit("svm.in_use", f.in_use, "EFER.SVME: a hypervisor has SVM switched on now");
}

}  // namespace nestprobe

// SPDX-License-Identifier: MIT
// What the processor's VMX can do, as KVM asks it: the predicates of Linux 6.12
// arch/x86/kvm/vmx/capabilities.h and vmx.c, hardware_setup().
#include "probes.hpp"

#include <array>

namespace nestprobe {
namespace {

using registers::ia32_vmx_basic;
using registers::ia32_vmx_ept_vpid_cap;
using registers::ia32_vmx_misc;
using registers::ia32_vmx_pinbased_ctls;
using registers::ia32_vmx_procbased_ctls;
using registers::ia32_vmx_procbased_ctls2;

constexpr Bit secondary{&ia32_vmx_procbased_ctls, ia32_vmx_procbased_ctls["ACTIVATE_SECONDARY_CONTROLS"]};
constexpr Bit tpr_shadow{&ia32_vmx_procbased_ctls, ia32_vmx_procbased_ctls["TPR_SHADOW"]};

constexpr Bit ept_bits[] = {
    secondary,
    {&ia32_vmx_procbased_ctls2, ia32_vmx_procbased_ctls2["ENABLE_EPT"]},
    {&ia32_vmx_ept_vpid_cap, ia32_vmx_ept_vpid_cap["PAGE_WALK_4"]},
    {&ia32_vmx_ept_vpid_cap, ia32_vmx_ept_vpid_cap["WB"]},
    {&ia32_vmx_ept_vpid_cap, ia32_vmx_ept_vpid_cap["INVEPT_GLOBAL"]},
};
constexpr Bit unrestricted_bits[] = {
    secondary,   {&ia32_vmx_procbased_ctls2, ia32_vmx_procbased_ctls2["UNRESTRICTED_GUEST"]},
    ept_bits[1], ept_bits[2],
    ept_bits[3], ept_bits[4],
};
// KVM takes single-context or all-context INVVPID; every processor with VPID has the latter.
constexpr Bit vpid_bits[] = {
    secondary,
    {&ia32_vmx_procbased_ctls2, ia32_vmx_procbased_ctls2["ENABLE_VPID"]},
    {&ia32_vmx_ept_vpid_cap, ia32_vmx_ept_vpid_cap["INVVPID"]},
    {&ia32_vmx_ept_vpid_cap, ia32_vmx_ept_vpid_cap["INVVPID_GLOBAL"]},
};
constexpr Bit shadow_vmcs_bits[] = {
    secondary,
    {&ia32_vmx_procbased_ctls2, ia32_vmx_procbased_ctls2["SHADOW_VMCS"]},
    {&ia32_vmx_misc, ia32_vmx_misc["VMWRITE_SHADOW_RO_FIELDS"]},
};
constexpr Bit apicv_bits[] = {
    tpr_shadow,
    secondary,
    {&ia32_vmx_procbased_ctls2, ia32_vmx_procbased_ctls2["APIC_REGISTER_VIRT"]},
    {&ia32_vmx_procbased_ctls2, ia32_vmx_procbased_ctls2["VIRTUAL_INTR_DELIVERY"]},
    {&ia32_vmx_pinbased_ctls, ia32_vmx_pinbased_ctls["POSTED_INTR"]},
};

}  // namespace

VmxFacts probe_vmx(const Shared& shared) {
    const RegisterReadings& regs = shared.cpu.registers;
    return {
        .capabilities = decode(regs, ia32_vmx_basic, [](std::uint64_t) { return true; }),
        .ept = all_set(regs, ept_bits),
        .vpid = all_set(regs, vpid_bits),
        .unrestricted_guest = all_set(regs, unrestricted_bits),
        .shadow_vmcs = all_set(regs, shadow_vmcs_bits),
        .apicv = all_set(regs, apicv_bits),
    };
}

}  // namespace nestprobe

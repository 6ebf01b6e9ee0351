// SPDX-License-Identifier: MIT
// Every register, by chapter, in the order in which they are read and in which the manual page lists them: a
// register that guards another comes before it.
#pragma once

#include "registers/cpuid_basic.hpp"
#include "registers/cpuid_extended.hpp"
#include "registers/cpuid_structured.hpp"
#include "registers/hypervisor_leaves.hpp"
#include "registers/memory_encryption.hpp"
#include "registers/svm_registers.hpp"
#include "registers/system.hpp"
#include "registers/vmx_controls.hpp"
#include "registers/vmx_controls2.hpp"
#include "registers/vmx_ept.hpp"
#include "registers/vmx_registers.hpp"

#include <array>
#include <cstddef>

namespace nestprobe::registers {

struct Chapter {
    std::string_view title;
    std::span<const Register* const> registers;
};
inline constexpr Chapter chapters[] = {
    {"Processor", cpuid_basic_registers},
    {"Structured features", cpuid_structured_registers},
    {"Extended features", cpuid_extended_registers},
    {"Hypervisor above this system", hypervisor_registers},
    {"System registers", system_registers},
    {"VMX", vmx_registers},
    {"VMX controls", vmx_control_registers},
    {"Further VMX controls", vmx_control2_registers},
    {"EPT, VPID and VM functions", vmx_ept_registers},
    {"SVM", svm_registers},
    {"AMD memory encryption", memory_encryption_registers},
};

consteval std::size_t count() {
    std::size_t sum = 0;
    for (const Chapter& c : chapters) sum += c.registers.size();
    return sum;
}
consteval std::array<const Register*, count()> flatten() {
    std::array<const Register*, count()> list{};
    std::size_t i = 0;
    for (const Chapter& c : chapters)
        for (const Register* reg : c.registers) list[i++] = reg;
    return list;
}
inline constexpr auto all = flatten();

/// Those that facts are made of: all that a plain report reads.
inline constexpr const Register* deciding[] = {
    &cpuid_0_eax,
    &cpuid_1_eax,
    &cpuid_1_ecx,
    &cpuid_80000000_eax,
    &cpuid_80000001_ecx,
    &cpuid_80000001_edx,
    &efer,
    &ia32_feature_control,
    &ia32_vmx_basic,
    &ia32_vmx_misc,
    &ia32_vmx_cr0_fixed1,
    &ia32_vmx_cr4_fixed1,
    &ia32_vmx_pinbased_ctls,
    &ia32_vmx_procbased_ctls,
    &ia32_vmx_exit_ctls,
    &ia32_vmx_entry_ctls,
    &ia32_vmx_procbased_ctls2,
    &ia32_vmx_procbased_ctls3,
    &ia32_vmx_ept_vpid_cap,
    &ia32_vmx_vmfunc,
    &cpuid_8000000a_edx,
    &vm_cr,
    &cpuid_8000001f_eax,
};
/// Those of which facts say what KVM offers guests.
inline constexpr const Register* offered[] = {&cpuid_1_ecx, &cpuid_7_ebx, &cpuid_80000001_ecx};

/// Two names, or two addresses, that are the same.
consteval bool alike(const Register& a, const Register& b) {
    if (a.name == b.name || (!a.linux_name.empty() && a.linux_name == b.linux_name)) return true;
    if (a.is_msr() != b.is_msr()) return false;
    if (a.is_msr()) return std::get<MsrAddress>(a.address).index == std::get<MsrAddress>(b.address).index;
    const auto& x = std::get<CpuidAddress>(a.address);
    const auto& y = std::get<CpuidAddress>(b.address);
    return x.leaf == y.leaf && x.subleaf == y.subleaf && x.output == y.output;
}
/// By name: while compiling, addresses do not compare everywhere (UBSan).
consteval bool stands_in(std::span<const Register* const> list, const Register& reg) {
    for (const Register* other : list)
        if (other->name == reg.name) return true;
    return false;
}
/// No register twice, and every guard read before what it guards.
consteval bool in_order(std::span<const Register* const> list) {
    for (std::size_t i = 0; i < list.size(); ++i) {
        for (std::size_t j = 0; j < i; ++j)
            if (alike(*list[i], *list[j])) return false;
        for (const Condition& c : list[i]->exists_when)
            if (!stands_in(list.first(i), *c.reg)) return false;
    }
    return true;
}
/// Each of `part` stands in `list`, and in this order.
consteval bool sublist(std::span<const Register* const> part, std::span<const Register* const> list) {
    std::size_t at = 0;
    for (const Register* reg : part) {
        while (at < list.size() && list[at]->name != reg->name) ++at;
        if (at == list.size()) return false;
    }
    return true;
}
static_assert(in_order(all));
static_assert(in_order(deciding) && sublist(deciding, all));
static_assert(sublist(offered, all));

}  // namespace nestprobe::registers

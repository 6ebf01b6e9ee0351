// SPDX-License-Identifier: MIT
// Every register, in the order in which they are read and in which the manual page lists them: a register
// that guards another comes before it.
#pragma once

#include "registers/cpuid.hpp"
#include "registers/svm.hpp"
#include "registers/vmx.hpp"

#include <algorithm>
#include <iterator>

namespace nestprobe::registers {

inline constexpr const Register* all[] = {
    &cpuid_0_eax,
    &cpuid_1_eax,
    &cpuid_1_ecx,
    &cpuid_80000000_eax,
    &cpuid_80000001_ecx,
    &cpuid_80000001_edx,
    &cpuid_8000000a_edx,
    &ia32_feature_control,
    &ia32_vmx_basic,
    &ia32_vmx_pinbased_ctls,
    &ia32_vmx_procbased_ctls,
    &ia32_vmx_misc,
    &ia32_vmx_procbased_ctls2,
    &ia32_vmx_ept_vpid_cap,
    &efer,
    &vm_cr,
};

/// Where a register stands in `all`.
inline std::size_t index_of(const Register& reg) {
    return static_cast<std::size_t>(std::find(std::begin(all), std::end(all), &reg) - std::begin(all));
}

/// No name twice, and every guard read before what it guards.
/// By name: while compiling, addresses do not compare everywhere (UBSan).
consteval bool in_order() {
    for (std::size_t i = 0; i < std::size(all); ++i) {
        for (std::size_t j = 0; j < i; ++j)
            if (all[i]->name == all[j]->name) return false;
        for (const Condition& c : all[i]->exists_when) {
            bool before = false;
            for (std::size_t j = 0; j < i; ++j) before = before || all[j]->name == c.reg->name;
            if (!before) return false;
        }
    }
    return true;
}
static_assert(in_order());

}  // namespace nestprobe::registers

// SPDX-License-Identifier: MIT
// What the firmware left in the registers that allow VMX and SVM.
#pragma once

#include "base/per_cpu.hpp"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace nestprobe {

struct FeatureControl {
    std::uint64_t raw = 0;
    bool locked = false, vmx_inside_smx = false, vmx_outside_smx = false;
    friend bool operator==(const FeatureControl&, const FeatureControl&) = default;
};
struct VmCr {
    std::uint64_t raw = 0;
    bool locked = false, svm_disabled = false;
    friend bool operator==(const VmCr&, const VmCr&) = default;
};

struct FirmwareFacts {
    PerCpu<FeatureControl> feature_control{};
    PerCpu<VmCr> vm_cr{};
    Fact<std::string> version{};
};
template <ConstOrNot<FirmwareFacts> F, class V>
constexpr void for_each(F& f, V&& visit) {
    visit("firmware.feature_control", f.feature_control, "IA32_FEATURE_CONTROL: may VMX be switched on?");
    visit("firmware.vm_cr", f.vm_cr, "VM_CR: may SVM be switched on?");
    visit("firmware.version", f.version, "firmware vendor, version and date from DMI");
}

}  // namespace nestprobe

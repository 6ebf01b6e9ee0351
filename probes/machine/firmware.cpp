// SPDX-License-Identifier: MIT
// The two registers by which firmware (and, after it, a kernel or a hypervisor) allows VMX or SVM.
#include "base/text.hpp"
#include "machine/probes.hpp"
#include "registers/all.hpp"

#include <fmt/format.h>

namespace nestprobe {
namespace {

FeatureControl decode_feature_control(std::uint64_t raw) {
    using registers::ia32_feature_control;
    return {
        .raw = raw,
        .locked = ia32_feature_control["LOCK"].is_set(raw),
        .vmx_inside_smx = ia32_feature_control["VMX_ENABLED_INSIDE_SMX"].is_set(raw),
        .vmx_outside_smx = ia32_feature_control["VMX_ENABLED_OUTSIDE_SMX"].is_set(raw),
    };
}

VmCr decode_vm_cr(std::uint64_t raw) {
    using registers::vm_cr;
    return {.raw = raw, .locked = vm_cr["LOCK"].is_set(raw), .svm_disabled = vm_cr["SVMDIS"].is_set(raw)};
}

/// "American Megatrends Inc. F20 07/09/2024": so that a reset setting can be linked to a firmware update.
Fact<std::string> probe_version(const Filesystem& files, const Fact<std::string>& vendor) {
    std::string text = vendor.if_known() ? *vendor.if_known() : std::string{};
    for (const std::string_view name : {"bios_version", "bios_date"}) {
        const Fact<std::string> part = read_word(files, fmt::format("/sys/class/dmi/id/{}", name));
        if (part.if_known()) text += (text.empty() ? "" : " ") + *part.if_known();
    }
    if (text.empty()) return vendor.absence();
    return {text, {{"/sys/class/dmi/id/bios_*", text}}};
}

}  // namespace

FirmwareFacts probe_firmware(const Sources& machine, const Shared& shared) {
    return {
        .feature_control =
            decode(shared.cpu.registers, registers::ia32_feature_control, decode_feature_control),
        .vm_cr = decode(shared.cpu.registers, registers::vm_cr, decode_vm_cr),
        .version = probe_version(machine.files, shared.bios_vendor),
    };
}

}  // namespace nestprobe

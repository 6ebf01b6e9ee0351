// SPDX-License-Identifier: MIT
#include "rules/common.hpp"

#include "base/text.hpp"
#include "registers/all.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cerrno>
#include <span>

namespace nestprobe {
namespace {

/// Read on every CPU and clear, or a register that this processor does not have.
bool clear_everywhere(const PerCpu<bool>& bit) {
    if (bit.groups().empty()) return false;
    for (const auto& g : bit.groups()) {
        const Absent* absent = g.answer.if_absent();
        if (absent ? absent->why != Why::not_applicable : *g.answer.if_known()) return false;
    }
    return true;
}

}  // namespace

bool is_foreign(const Facts& f) {
    const std::string* arch = f.kernel.arch.if_known();
    return arch && *arch != "x86_64" && !(arch->size() == 4 && arch->front() == 'i' && arch->ends_with("86"));
}

bool in_guest(const Facts& f) { return is(f.hypervisor.level, Level::guest); }

bool has(const Facts& f, Technology technology) { return is(f.cpu.technology, technology); }

const PerCpu<bool>& cpuid_bit(const Facts& f) { return has(f, Technology::svm) ? f.cpu.svm : f.cpu.vmx; }

std::string hardware_word(const Facts& f) {
    const Technology* t = f.cpu.technology.if_known();
    return t ? std::string(to_string(*t)) : "VMX or SVM";
}

std::string_view flag_word(const Facts& f) { return has(f, Technology::svm) ? "svm" : "vmx"; }

bool lists_svm_or_lock(const Facts& f) {
    return f.evidence && is(f.evidence->svm_or_lock, true) && !f.kernel.flag_svm.any_known() &&
           !cpuid_bit(f).any_known();
}

bool hardware_absent(const Facts& f) { return clear_everywhere(f.cpu.vmx) && clear_everywhere(f.cpu.svm); }

std::string software_kvm(const Facts& f) {
    const bool hardware = f.cpu.vmx.any(yes) || f.cpu.svm.any(yes);
    if (hardware && !vendor_module_absent(f)) return {};  // the vendor's module may be what serves
    // One that is built in is listed though it did not come up.
    if (is(f.device.registered, false) && !is(f.device.open, true)) return {};
    if (!f.device.registered.if_known() && open_error(f) == ENOENT) return {};
    if (const std::string* name = f.module.software.if_known()) return *name;
    const bool works = is(f.device.open, true) && is(f.device.api_version, 12);
    return works && hardware_absent(f) ? "a module of KVM that could not be named" : "";
}

bool software_kvm_unseen(const Facts& f) {
    const Absent* modules = f.module.software.if_absent();
    const Absent* device = f.device.open.if_absent();
    return modules && device && !has_own_rule(open_error(f)) && (withheld(*modules) || withheld(*device));
}

int open_error(const Facts& f) {
    const Absent& absent = f.device.open.absence();
    if (absent.error != 0) return absent.error;
    if (absent.why == Why::permission_denied) return EACCES;
    return absent.why == Why::no_device ? ENOENT : 0;
}

bool has_own_rule(int open_error) {
    constexpr int claimed[] = {ENOENT, ENODEV, ENXIO, EACCES, EPERM, EBUSY};
    return std::find(std::begin(claimed), std::end(claimed), open_error) != std::end(claimed);
}

bool holds_since_load(const Facts& f) {
    if (const bool* in_force = f.module.enable_virt_at_load.if_known())
        return *in_force && vendor_module_is(f, Module::State::loaded);
    if (withheld(f.module.options.absence())) return false;  // it may be told not to
    return kernel_at_least(f, 6, 12) && vendor_module_is(f, Module::State::loaded) &&
           asked_value(f, "kvm", "enable_virt_at_load") != 0;
}

bool vendor_module_is(const Facts& f, Module::State state) {
    const Module* m = f.module.vendor.if_known();
    return m && m->state == state;
}

bool vendor_module_absent(const Facts& f) { return vendor_module_is(f, Module::State::absent); }

std::string vendor_module_name(const Facts& f) {
    const std::string* name = f.module.name.if_known();
    return name ? *name : "kvm_intel or kvm_amd";
}

// Linux arch/x86/kvm/vmx/vmx.c, vmx_check_processor_compat(): the whole VMCS configuration is compared.
// With nested on, what guests are offered is part of it: CR0_FIXED1 and CR4_FIXED1
// (nested.c, nested_vmx_setup_ctls_msrs()).
const Register* differing_register(const Facts& f) {
    using namespace registers;
    const bool nested = asked_value(f, "kvm_intel", "nested") != 0 && !is(f.module.nested, false);
    for (const Register* reg :
         {&ia32_vmx_basic, &ia32_vmx_pinbased_ctls, &ia32_vmx_procbased_ctls, &ia32_vmx_exit_ctls,
          &ia32_vmx_entry_ctls, &ia32_vmx_misc, &ia32_vmx_cr0_fixed1, &ia32_vmx_cr4_fixed1,
          &ia32_vmx_procbased_ctls2, &ia32_vmx_procbased_ctls3, &ia32_vmx_ept_vpid_cap}) {
        if (!nested && (reg == &ia32_vmx_cr0_fixed1 || reg == &ia32_vmx_cr4_fixed1)) continue;
        const std::uint64_t* first = nullptr;
        for (const auto& group : f.registers.groups()) {
            const std::uint64_t* value = group[*reg].if_known();
            if (value && first && *value != *first) return reg;
            if (value && !first) first = value;
        }
    }
    return nullptr;
}

bool switched_off(const Facts& f) {
    if (f.firmware.feature_control.any(
            [](const FeatureControl& fc) { return fc.locked && !fc.vmx_outside_smx; }))
        return true;
    if (f.firmware.vm_cr.any([](const VmCr& cr) { return cr.svm_disabled; })) return true;
    const bool readable = f.firmware.feature_control.any_known() || f.firmware.vm_cr.any_known();
    return !readable && vendor_module_absent(f) && disabled_by_bios(f) != nullptr;
}

std::string owned_by_others(const Facts& f) {
    if (f.hypervisor.xen_role.if_known() && !is(f.hypervisor.xen_role, XenRole::hvm))
        return "Xen owns VMX and SVM here (NP306)";
    if (is(f.hypervisor.hyperv_root, true)) return "this is Hyper-V's root partition (NP307)";
    if (f.hypervisor.confidential.if_known() && !is(f.hypervisor.confidential, Confidential::none))
        return "this is a confidential guest (NP308)";
    return {};
}

const FlawReport* report_of(const Facts& f, FlawReport::Flaw flaw) {
    if (const auto* reports = f.kernel.vulnerabilities.if_known())
        for (const FlawReport& report : *reports)
            if (report.flaw == flaw) return &report;
    return nullptr;
}

/// Linux arch/x86/kernel/cpu/common.c, cpu_parse_early_param(): names or numbers (word * 32 + bit) of flags.
static bool clears_flag(const Facts& f, std::string_view item) {
    return item == flag_word(f) || item == (has(f, Technology::svm) ? "194" : "133");
}

std::vector<std::string> clearcpuid_rest(const Facts& f, std::string_view word) {
    std::string kept;
    const std::size_t equals = word.find('=');
    for_each_part(word.substr(equals + 1), ',', [&](std::string_view item) {
        if (!clears_flag(f, item)) kept.append(kept.empty() ? "" : ",").append(item);
    });
    if (kept.empty()) return {};
    return {fmt::format("{}={}", word.substr(0, equals), kept)};
}

std::string clearcpuid_word(const Facts& f) {
    const auto* words = f.kernel.command_line.if_known();
    if (!words) return {};
    for (const std::string& word : *words) {
        if (!word.starts_with("clearcpuid=")) continue;
        for (std::string_view list = std::string_view(word).substr(11); !list.empty();) {
            const auto comma = list.find(',');
            const std::string_view item = list.substr(0, comma);
            if (clears_flag(f, item)) return word;
            list = comma == std::string_view::npos ? "" : list.substr(comma + 1);
        }
    }
    return {};
}

bool kernel_at_least(const Facts& f, unsigned major, unsigned minor) {
    const KernelVersion* v = f.kernel.version.if_known();
    return v && *v >= KernelVersion{major, minor};
}

std::optional<KernelVersion> version_of(const Facts& f) {
    const KernelVersion* v = f.kernel.version.if_known();
    return v ? std::optional(*v) : std::nullopt;
}

}  // namespace nestprobe

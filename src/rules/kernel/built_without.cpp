// SPDX-License-Identifier: MIT
#include "rules/kernel/built_without.hpp"
#include "rules/kernel/appliances.hpp"

#include <fmt/format.h>

namespace nestprobe {
namespace {

std::string as_appliance(const Facts& f) {
    const Appliance* made = appliance(f);
    return made ? fmt::format(": it is {}", made->name) : std::string();
}

Remedy fix_without_kvm(const Facts& f) {
    const Appliance* made = appliance(f);
    return made ? Remedy(made->instead) : Remedy();
}

}  // namespace

Outcome check_locked_by_kernel(const Facts& f) {
    if (f.cpu.technology.if_absent()) return carry(f.cpu.technology.absence());
    if (!has(f, Technology::vmx)) return cite(skip("only VMX has such a lock"), f.cpu.technology);
    if (!is(f.kernel.config_vendor, Tristate::no)) {
        if (const Absent* absent = f.kernel.config_vendor.if_absent())
            return skip("the kernel's configuration is not known: " + absent->detail);
        return cite(pass("this kernel has KVM_INTEL, so it leaves VMX on"), f.kernel.config_vendor);
    }
    Outcome outcome = judge_each(
        [](const FeatureControl& fc) {
            if (!fc.locked || fc.vmx_outside_smx) return pass("IA32_FEATURE_CONTROL allows VMX");
            return fail(
                fmt::format("IA32_FEATURE_CONTROL is locked with VMX off (0x{:x}), and this kernel, built "
                            "without KVM_INTEL, does that itself where firmware leaves the register open",
                            fc.raw));
        },
        f.firmware.feature_control);
    return cite(std::move(outcome), f.kernel.config_vendor);
}

Outcome check_wsl1(const Facts& f) {
    if (!f.kernel.release.if_known() && is_wsl1(f))
        return cite(fail("this is WSL 1, which has no Linux kernel and so no KVM; the vmx or svm that its "
                         "/proc/cpuinfo may list is the processor's, and no program there can use it"),
                    f.hypervisor.platform);
    return judge(
        [&](const std::string& release) {
            if (!is_wsl1(f)) return pass("this is a Linux kernel");
            return fail(fmt::format("{} is WSL 1, which has no Linux kernel and so no KVM", release));
        },
        f.kernel.release);
}

Outcome check_without_kvm(const Facts& f) {
    if (is_wsl1(f)) return cite(skip("there is no Linux kernel here (NP410)"), f.kernel.release);
    if (!software_kvm(f).empty()) return cite(skip("KVM is there, by other means"), f.module.software);
    if (is(f.kernel.config_vendor, Tristate::no))
        return cite(fail(fmt::format("this kernel was built without KVM for this processor ({}){}",
                                     f.kernel.config_vendor.from().front().raw, as_appliance(f)),
                         fix_without_kvm(f)),
                    f.kernel.config_vendor);
    if (f.kernel.config_vendor.if_known())
        return cite(pass(fmt::format("this kernel was built with {}", vendor_module_name(f))),
                    f.kernel.config_vendor);
    for (const Module::State state : {Module::State::loaded, Module::State::built_in, Module::State::present})
        if (vendor_module_is(f, state))
            return cite(pass(fmt::format("{} is in the kernel", vendor_module_name(f))), f.module.vendor);
    if (is(f.module.files, true))
        return cite(pass(fmt::format("{} lies in /lib/modules", vendor_module_name(f))), f.module.files);
    return carry(f.kernel.config_vendor.absence());
}

}  // namespace nestprobe

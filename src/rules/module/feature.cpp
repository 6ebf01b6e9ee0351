// SPDX-License-Identifier: MIT
#include "rules/module/feature.hpp"

#include "remedy/steps.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace nestprobe {
namespace {

/// Unrestricted guest needs EPT (SDM volume 3, "VM-Execution Control Fields"); no processor has VPID without
/// it, but a hypervisor may show a guest such a one.
bool lacks(const Facts& f, const Feature& feature) {
    if (hardware_lacks(f, feature.hardware(f), feature.technology, feature.flag)) return true;
    if (!feature.came_with_ept || feature.hardware(f).any_known()) return false;
    return (feature.depends_on || is(f.hypervisor.level, Level::bare_metal)) &&
           hardware_lacks(f, f.vmx.ept, Technology::vmx, "ept");
}
bool dependency_off(const Facts& f, const Feature& feature) {
    return feature.depends_on && is(f.module.*feature.depends_on, false);
}

std::string origin_of_off(const Facts& f, const Feature& feature) {
    const std::string_view module = module_of(feature.technology);
    if (asked_value(f, module, feature.parameter) == 0) return asked_by(f, module, feature.parameter);
    if (lacks(f, feature))
        return in_guest(f) ? "the hypervisor above does not offer it" : "the processor does not have it";
    if (dependency_off(f, feature)) return fmt::format("forced off because {} is off", feature.depends_name);
    if (is(f.module.enlightened_vmcs, true)) return "dropped under Hyper-V's Enlightened VMCS";
    if (!feature.hardware(f).any_known()) return "whether the processor has it could not be read";
    return "the processor has it and no configuration that can be read turns it off: most likely given by "
           "hand when the module was loaded, or set in the initramfs";
}

Remedy fix_of_off(const Facts& f, const Feature& feature) {
    const std::string_view module = module_of(feature.technology);
    if (asked_value(f, module, feature.parameter) == 0)
        return fix_parameter(f, module, fmt::format("{}=1", feature.parameter));
    if (lacks(f, feature))
        return in_guest(f) ? "Only the hypervisor above can offer it." : "Only another processor has it.";
    if (dependency_off(f, feature)) return fmt::format("Switch {} on first.", feature.depends_name);
    if (is(f.module.enlightened_vmcs, true))
        return "Usually none: Enlightened VMCS is the faster way on Hyper-V.";
    if (f.module.options.if_absent())
        return Remedy(Step{.what = "Find what sets it, and make it 1 there.",
                           .commands = one_command("grep -rs {} /etc/modprobe.d /run/modprobe.d "
                                                   "/usr/lib/modprobe.d /lib/modprobe.d /proc/cmdline",
                                                   {feature.parameter})})
            .then(reload_module(f, module, feature.parameter));
    Remedy remedy(reload_module(f, module, feature.parameter));
    remedy.intro =
        "No configuration turns it off: reload the module, and look into the initramfs if it comes "
        "back.";
    return remedy;
}

Outcome judge_off(const Facts& f, const Feature& feature) {
    const std::string name = fmt::format("{}.{}", module_of(feature.technology), feature.parameter);
    if (feature.told_by_np106 && asked_value(f, module_of(feature.technology), feature.parameter) != 0) {
        if (lacks(f, feature))
            return skip(fmt::format("{} is off, as {} (NP106)", name, origin_of_off(f, feature)));
        if (!feature.hardware(f).any_known())
            return unknown(fmt::format("{} is off; {}", name, origin_of_off(f, feature)));
    }
    return fail(fmt::format("{} is off ({}): {}", name, origin_of_off(f, feature), feature.cost),
                fix_of_off(f, feature));
}

}  // namespace

std::string_view module_of(Technology technology) {
    return technology == Technology::svm ? "kvm_amd" : "kvm_intel";
}

/// `flags` has `ept`, but its `vpid` is not VPID (Linux 6.12 arch/x86/kernel/cpu/feat_ctl.c): of VMX's words
/// there, that one alone is taken.
bool hardware_lacks(const Facts& f, const PerCpu<bool>& hardware, Technology technology,
                    std::string_view flag) {
    if (hardware.any_known()) return hardware.all(no);
    if (flag.empty()) return false;
    const auto without = [&](const std::vector<std::string>& words) {
        return std::find(words.begin(), words.end(), flag) == words.end();
    };
    if (technology == Technology::svm)
        return f.kernel.flag_svm.any([](bool listed) { return listed; }) && f.kernel.svm_flags.all(without);
    if (f.kernel.vmx_flags.any_known()) return f.kernel.vmx_flags.all(without);
    return flag == "ept" && f.kernel.flag_vmx.any([](bool listed) { return listed; }) &&
           f.kernel.flag_ept.all(no);
}

Outcome check_feature(const Facts& f, const Feature& feature) {
    const std::string_view module = module_of(feature.technology);
    if (f.cpu.technology.if_known() && !has(f, feature.technology))
        return cite(skip(fmt::format("{} is not this processor's module", module)), f.cpu.technology);
    if (feature.for_nesting && is(f.module.nested, false))
        return cite(skip("nested is off, and this matters only when it is on"), f.module.nested);
    const Fact<bool>& value = f.module.*feature.value;
    if (const Absent* absent = value.if_absent(); absent && absent->why == Why::no_device)
        return cite(skip(vendor_module_absent(f)
                             ? fmt::format("{} is not loaded", module)
                             : fmt::format("{} here has no parameter {}", module, feature.parameter)),
                    f.module.vendor);
    Outcome outcome = judge(
        [&](bool on) {
            return on ? pass(fmt::format("{}.{} is on", module, feature.parameter)) : judge_off(f, feature);
        },
        value);
    return outcome.status == Status::fail ? cite(std::move(outcome), feature.hardware(f)) : outcome;
}

}  // namespace nestprobe

// SPDX-License-Identifier: MIT
// Rules about KVM's module parameters: nested first of all, then what makes guests of guests slow (NP5xx).
//
// A parameter under /sys/module is what is in force; modprobe.d and the command line are what was asked for.
// When a parameter is off, the question is who switched it off, asked in the order of KNOWLEDGE: somebody's
// configuration; the processor (or the hypervisor above) does not have it; something it depends on is off;
// otherwise the kernel's default, or a reason that does not show.
#include "rules/common.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace nestprobe {
namespace {

bool no(bool value) { return !value; }

/// What a degraded feature is, and where the processor's part of it stands.
struct Feature {
    std::string_view module;
    std::string_view parameter;
    std::string_view cost;
    const Fact<bool> ModuleFacts::*value;
    const PerCpu<bool>& hardware;
    const Fact<bool>* depends_on = nullptr;
    std::string_view depends_name = {};
    std::string_view flag = {};  ///< its word in /proc/cpuinfo's `vmx flags`
};

/// By its MSRs, else by the words of /proc/cpuinfo's `vmx flags` line; `flags` has `ept`, but its `vpid` is
/// not VPID.
bool hardware_lacks(const Facts& f, const Feature& feature) {
    if (feature.hardware.any_known()) return feature.hardware.all(no);
    if (feature.flag.empty()) return false;
    if (f.kernel.vmx_flags.any_known())
        return f.kernel.vmx_flags.all([&](const std::vector<std::string>& words) {
            return std::find(words.begin(), words.end(), feature.flag) == words.end();
        });
    return feature.flag == "ept" && f.kernel.flag_vmx.any([](bool listed) { return listed; }) &&
           f.kernel.flag_ept.all(no);
}

std::string origin_of_off(const Facts& f, const Feature& feature) {
    if (asked_value(f, feature.module, feature.parameter) == 0)
        return asked_by(f, feature.module, feature.parameter);
    if (hardware_lacks(f, feature))
        return in_guest(f) ? "the hypervisor above does not offer it" : "the processor does not have it";
    if (feature.depends_on && is(*feature.depends_on, false))
        return fmt::format("forced off because {} is off", feature.depends_name);
    if (is(f.module.enlightened_vmcs, true)) return "dropped under Hyper-V's Enlightened VMCS";
    if (!feature.hardware.any_known()) return "whether the processor has it could not be read";
    return "the processor has it and no configuration that can be read turns it off: most likely given by "
           "hand when the module was loaded, or set in the initramfs";
}

Outcome check_feature(const Facts& f, const Feature& feature) {
    const Technology wanted = feature.module == "kvm_amd" ? Technology::svm : Technology::vmx;
    if (f.cpu.technology.if_known() && !has(f, wanted))
        return cite(skip(fmt::format("{} is not this processor's module", feature.module)), f.cpu.technology);
    const Fact<bool>& value = f.module.*feature.value;
    if (const Absent* absent = value.if_absent(); absent && absent->why == Why::no_device)
        return cite(skip(fmt::format("{} is not loaded", feature.module)), f.module.vendor);
    Outcome outcome = judge(
        [&](bool on) {
            if (on) return pass(fmt::format("{}.{} is on", feature.module, feature.parameter));
            std::string fix;
            if (asked_value(f, feature.module, feature.parameter) == 0)
                fix = fix_parameter(f, feature.module, fmt::format("{}=1", feature.parameter));
            else if (hardware_lacks(f, feature))
                fix = in_guest(f) ? "Only the hypervisor above can offer it."
                                  : "Only another processor has it.";
            else if (feature.depends_on && is(*feature.depends_on, false))
                fix = fmt::format("Switch {} on first.", feature.depends_name);
            else if (is(f.module.enlightened_vmcs, true))
                fix = "Usually none: Enlightened VMCS is the faster way on Hyper-V.";
            else if (f.module.options.if_known())
                fix = fmt::format(
                    "No configuration asks for it: with all virtual machines stopped, load the module anew "
                    "without it (sudo modprobe -r {0} && sudo modprobe {0}), and look into the initramfs if "
                    "it comes back.",
                    feature.module);
            return fail(fmt::format("{}.{} is off ({}): {}", feature.module, feature.parameter,
                                    origin_of_off(f, feature), feature.cost),
                        fix);
        },
        value);
    return outcome.status == Status::fail ? cite(std::move(outcome), feature.hardware) : outcome;
}

Outcome check_ept(const Facts& f) {
    return check_feature(f, {"kvm_intel",
                             "ept",
                             "guests run on shadow page tables, and guests of guests on shadows of shadows",
                             &ModuleFacts::ept,
                             f.vmx.ept,
                             nullptr,
                             {},
                             "ept"});
}
Outcome check_npt(const Facts& f) {
    return check_feature(
        f, {"kvm_amd", "npt", "guests run on shadow page tables, and guests of guests on shadows of shadows",
            &ModuleFacts::npt, f.svm.npt});
}
Outcome check_vpid(const Facts& f) {
    return check_feature(
        f, {"kvm_intel",
            "vpid",
            "the TLB is flushed at every entry to and exit from a guest, twice as often with nesting",
            &ModuleFacts::vpid,
            f.vmx.vpid,
            nullptr,
            {},
            "vpid"});
}
Outcome check_unrestricted(const Facts& f) {
    return check_feature(
        f, {"kvm_intel", "unrestricted_guest",
            "KVM emulates real-mode code, so that firmware and boot loaders of guests are slow",
            &ModuleFacts::unrestricted_guest, f.vmx.unrestricted_guest, &f.module.ept, "kvm_intel.ept",
            "unrestricted_guest"});
}

/// Parameters that act only on guests that nest: a Y with nested off proves nothing.
Outcome for_nesting(const Facts& f, const Feature& feature) {
    if (is(f.module.nested, false))
        return cite(skip("nested is off, and this matters only when it is on"), f.module.nested);
    return check_feature(f, feature);
}
Outcome check_shadow_vmcs(const Facts& f) {
    return for_nesting(f, {"kvm_intel",
                           "enable_shadow_vmcs",
                           "each VMREAD and VMWRITE of a guest hypervisor exits to this KVM",
                           &ModuleFacts::enable_shadow_vmcs,
                           f.vmx.shadow_vmcs,
                           nullptr,
                           {},
                           "shadow_vmcs"});
}
Outcome check_apicv(const Facts& f) {
    return for_nesting(f, {"kvm_intel",
                           "enable_apicv",
                           "interrupts for guests cost exits, and guest hypervisors get no posted interrupts",
                           &ModuleFacts::enable_apicv,
                           f.vmx.apicv,
                           nullptr,
                           {},
                           "apicv"});
}

// --- nested ---

std::string origin_of_nested_off(const Facts& f, const std::string& module) {
    const int asked = asked_value(f, module, "nested");
    if (asked == 0) return asked_by(f, module, "nested");
    if (asked == 1)
        return fmt::format("it is {}, but that is not in force (NP507)", asked_by(f, module, "nested"));
    if (f.module.options.if_absent())
        return "who set it could not be read: " + carry(*f.module.options.if_absent()).message;
    if (module == "kvm_intel" && f.kernel.version.if_known() && !kernel_at_least(f, 4, 20))
        return "nothing sets it, and off is the default of kernels before 4.20";
    if (!f.kernel.version.if_known())
        return "nothing in modprobe.d or on the kernel command line sets it; before 4.20, off is kvm_intel's "
               "default";
    return "nothing in modprobe.d or on the kernel command line sets it, and this kernel's default is on: "
           "given by hand when the module was loaded, or set in the initramfs";
}

Outcome check_nested(const Facts& f) {
    if (const std::string name = software_kvm(f); !name.empty())
        return cite(skip(fmt::format("{} has no such parameter (NP506)", name)), f.module.software);
    if (vendor_module_absent(f))
        return cite(skip(fmt::format("{} is not loaded, so nothing is in force yet", vendor_module_name(f))),
                    f.module.vendor);
    const std::string module = vendor_module_name(f);
    return judge(
        [&](bool on) {
            if (on) return pass(fmt::format("{}.nested is on", module));
            return fail(fmt::format("{}.nested is off: {}", module, origin_of_nested_off(f, module)),
                        fix_parameter(f, module, "nested=1"));
        },
        f.module.nested);
}

Outcome check_not_live(const Facts& f) {
    if (vendor_module_absent(f))
        return cite(skip(fmt::format("{} is not loaded", vendor_module_name(f))), f.module.vendor);
    const std::string module = vendor_module_name(f);
    if (f.module.options.if_known() && asked_value(f, module, "nested") < 0)
        return cite(pass("no configuration asks for nested, so none is waiting"), f.module.options);
    return judge(
        [&](const std::vector<ModuleOption>&, bool live) {
            if (asked_value(f, module, "nested") == 0 || live)
                return pass("no request to switch nested on is waiting");
            const bool built_in = vendor_module_is(f, Module::State::built_in);
            return fail(
                fmt::format(
                    "nested is {}, but what is in force is off: {}", asked_by(f, module, "nested"),
                    built_in
                        ? "the module is built in, which modprobe.d does not reach"
                        : "the module was loaded before that, or from an initramfs that does not have it"),
                fix_parameter(f, module, "nested=1"));
        },
        f.module.options, f.module.nested);
}

Outcome check_not_lasting(const Facts& f) {
    if (vendor_module_absent(f))
        return cite(skip(fmt::format("{} is not loaded", vendor_module_name(f))), f.module.vendor);
    const std::string module = vendor_module_name(f);
    return judge(
        [&](const std::vector<ModuleOption>&, bool live) {
            const int asked = asked_value(f, module, "nested");
            if (!live) return skip("nested is off");
            if (asked == 0)
                return fail(
                    fmt::format("nested is on now, but {}: it will be off after the next boot or reload",
                                asked_by(f, module, "nested")),
                    fix_parameter(f, module, "nested=1"));
            if (asked < 0 && module == "kvm_intel" && f.kernel.version.if_known() &&
                !kernel_at_least(f, 4, 20))
                return fail(
                    "nested is on now, but nothing asks for it and this kernel's default is off: it will be "
                    "off after the next boot",
                    fix_parameter(f, module, "nested=1"));
            return pass(
                "nested stays on after the next boot, as far as modprobe.d and the command line decide");
        },
        f.module.options, f.module.nested);
}

Outcome check_wrong_module(const Facts& f) {
    const std::string module = vendor_module_name(f);
    return judge(
        [&](const std::vector<ModuleOption>& options) {
            for (const ModuleOption& o : options)
                if (o.parameter == "nested" && o.module != module && f.module.name.if_known() &&
                    asked_value(f, module, "nested") < 0)
                    return fail(fmt::format("{} sets {}.nested; the parameter belongs to {}", o.source,
                                            o.module, module),
                                fmt::format("In {}, write \"options {} nested=1\".", o.source, module));
            return pass("no option for nested goes to a wrong module");
        },
        f.module.options);
}

Outcome check_conflict(const Facts& f) {
    const std::string module = vendor_module_name(f);
    return judge(
        [&](const std::vector<ModuleOption>& options) {
            const ModuleOption* last = effective(options, module, "nested");
            for (const ModuleOption& o : options)
                if (last && &o != last && o.module == module && o.parameter == "nested" &&
                    o.value != last->value)
                    return fail(fmt::format("{} says nested={}, {} says nested={}; the last one counts",
                                            o.source, o.value, last->source, last->value),
                                fmt::format("Delete the line in {}.", o.source));
            return pass("no two options for nested contradict each other");
        },
        f.module.options);
}

constexpr std::string_view nested_see[] = {
    "Linux arch/x86/kvm/vmx/vmx.c, nested (on by default since 4.20); svm/svm.c, nested (on by default)",
    "modprobe.d(5)",
};
constexpr std::string_view paging_see[] = {"Linux arch/x86/kvm/vmx/vmx.c, hardware_setup()",
                                           "Linux arch/x86/kvm/svm/svm.c, svm_hardware_setup()"};
constexpr std::string_view shadow_see[] = {"Linux arch/x86/kvm/vmx/nested.c, nested_vmx_hardware_setup()"};

constexpr Rule rules[] = {
    {
        .id = "NP503",
        .name = "nested-parameter-off",
        .layer = Layer::module,
        .question = Question::kvm_in_guests,
        .role = Role::blocker,
        .title = "the module parameter nested is off",
        .explain =
            "With kvm_intel.nested or kvm_amd.nested off, KVM takes VMX or SVM out of what it offers to\n"
            "guests, whatever their definitions ask for. The value under /sys/module is what is in force;\n"
            "it is set when the module loads, by modprobe.d, the kernel command line, or by hand, and\n"
            "cannot be changed before the module is loaded anew. Off was kvm_intel's default before 4.20.",
        .fix = "Set options kvm_intel nested=1 (or kvm_amd) in /etc/modprobe.d, stop the virtual machines, "
               "reload the module.",
        .see = nested_see,
        .check = check_nested,
    },
    {
        .id = "NP507",
        .name = "nested-configured-but-not-live",
        .layer = Layer::module,
        .question = Question::kvm_in_guests,
        .role = Role::advice,
        .title = "nested is asked for, but is not in force",
        .explain =
            "modprobe.d is read when a module loads. A line added later, or one that the initramfs does\n"
            "not have, waits for the next load; a module that is built in never reads it.",
        .fix = "Reload the module.",
        .see = nested_see,
        .check = check_not_live,
    },
    {
        .id = "NP508",
        .name = "nested-live-but-not-lasting",
        .layer = Layer::module,
        .question = Question::kvm_in_guests,
        .role = Role::advice,
        .title = "nested is on now and will be off after the next boot",
        .explain =
            "The parameter in force and what modprobe.d and the kernel command line ask for differ: after\n"
            "the next boot or reload, guests lose VMX or SVM.",
        .fix = "Set options kvm_intel nested=1 (or kvm_amd) in /etc/modprobe.d.",
        .see = nested_see,
        .check = check_not_lasting,
    },
    {
        .id = "NP509",
        .name = "ept-off",
        .layer = Layer::module,
        .question = Question::kvm_here,
        .role = Role::degraded,
        .title = "EPT is not used",
        .explain =
            "Without EPT, KVM keeps shadow page tables; unrestricted guest, A/D bits and PML go with it.\n"
            "nested stays on, but guests get VMX without EPT, which Hyper-V, ESXi and VirtualBox refuse.",
        .fix = "Take ept=0 out of modprobe.d and the kernel command line and reload the module.",
        .see = paging_see,
        .check = check_ept,
    },
    {
        .id = "NP510",
        .name = "npt-off",
        .layer = Layer::module,
        .question = Question::kvm_here,
        .role = Role::degraded,
        .title = "nested paging (NPT) is not used",
        .explain =
            "Without NPT, KVM keeps shadow page tables, and virtual VMLOAD/VMSAVE goes with it. nested\n"
            "stays on, but guests get SVM without NPT, which Hyper-V refuses.",
        .fix = "Take npt=0 out of modprobe.d and the kernel command line and reload the module.",
        .see = paging_see,
        .check = check_npt,
    },
    {
        .id = "NP511",
        .name = "shadow-vmcs-off",
        .layer = Layer::module,
        .question = Question::kvm_in_guests,
        .role = Role::degraded,
        .title = "shadow VMCS is not used",
        .explain =
            "With VMCS shadowing most VMREADs and VMWRITEs of a guest hypervisor need no exit. Without it\n"
            "each one does; guests see the capability all the same, because KVM emulates it.",
        .fix =
            "Take enable_shadow_vmcs=0 out of modprobe.d and the kernel command line and reload the module.",
        .see = shadow_see,
        .check = check_shadow_vmcs,
    },
    {
        .id = "NP512",
        .name = "apicv-off",
        .layer = Layer::module,
        .question = Question::kvm_in_guests,
        .role = Role::degraded,
        .title = "APICv is not used",
        .explain =
            "APICv (APIC-register virtualization, virtual-interrupt delivery, posted interrupts) delivers\n"
            "interrupts without exits. Without it guest hypervisors get none of the three either.",
        .fix = "Take enable_apicv=0 out of modprobe.d and the kernel command line and reload the module.",
        .see = paging_see,
        .check = check_apicv,
    },
    {
        .id = "NP513",
        .name = "vpid-off",
        .layer = Layer::module,
        .question = Question::kvm_here,
        .role = Role::degraded,
        .title = "VPID is not used",
        .explain = "VPID keeps the TLB across entries and exits. Without it every transition flushes it.",
        .fix = "Take vpid=0 out of modprobe.d and the kernel command line and reload the module.",
        .see = paging_see,
        .check = check_vpid,
    },
    {
        .id = "NP514",
        .name = "unrestricted-guest-off",
        .layer = Layer::module,
        .question = Question::kvm_here,
        .role = Role::degraded,
        .title = "unrestricted guest is not used",
        .explain =
            "Without it KVM must emulate real mode, which is slow and now and then wrong: firmware and\n"
            "boot loaders suffer, and guests of guests twice.",
        .fix = "Take unrestricted_guest=0 and ept=0 out of modprobe.d and the kernel command line and reload "
               "the module.",
        .see = paging_see,
        .check = check_unrestricted,
    },
    {
        .id = "NP516",
        .name = "nested-set-for-wrong-module",
        .layer = Layer::module,
        .question = Question::kvm_in_guests,
        .role = Role::advice,
        .title = "an option for nested goes to a module that does not have it, or is not used here",
        .explain = "nested is a parameter of kvm_intel and of kvm_amd, not of kvm; an unknown parameter is\n"
                   "ignored with a line in the kernel log.",
        .fix = "Write the option for this processor's module.",
        .see = nested_see,
        .check = check_wrong_module,
    },
    {
        .id = "NP517",
        .name = "nested-options-conflict",
        .layer = Layer::module,
        .question = Question::kvm_in_guests,
        .role = Role::advice,
        .title = "two options for nested contradict each other",
        .explain =
            "Options of all files are joined in the order of the files' names, then the kernel command\n"
            "line; the last one counts.",
        .fix = "Delete the one that is not meant.",
        .see = nested_see,
        .check = check_conflict,
    },
};

}  // namespace

std::span<const Rule> parameter_rules() { return rules; }

}  // namespace nestprobe

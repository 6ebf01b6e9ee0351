// SPDX-License-Identifier: MIT
// Rules about the module parameter nested (NP5xx).  A parameter under /sys/module is what is in force;
// modprobe.d and the command line are what was asked for.
#include "remedy/steps.hpp"
#include "rules/common.hpp"
#include "rules/escapes/escapes.hpp"
#include "rules/module/parameters.hpp"
#include "rules/module/refusals.hpp"

#include <fmt/format.h>

namespace nestprobe {
namespace {

/// Whoever wrote it may have meant it: since the summer of 2026 often against escapes from guests.
std::string policy_words(const Facts& f) {
    if (worst_of(exposures(f, true)) < ExposureState::likely)
        return ". Somebody wrote that, and may have meant it: ask before changing it on a machine that is "
               "not "
               "yours alone";
    return ". It may be policy: on this kernel nested=1 opens known holes (NP570)";
}

/// The line for it is there, as a comment; what is in force without it.
std::string commented_out(const Facts& f, const std::string& module) {
    const auto* strays = f.module.strays.if_known();
    if (!strays || !asked_by(f, module, "nested").empty()) return {};
    for (const StrayLine& s : *strays) {
        if (s.kind != StrayLine::Kind::commented || s.meant != module) continue;
        const bool old = f.kernel.version.if_known() && !kernel_at_least(f, 4, 20);
        return fmt::format("the line for it ({}) is a comment, which sets nothing{}", s.origin.text(),
                           module != "kvm_intel" ? ""
                           : old                 ? ", and off is the default of kernels before 4.20"
                           : f.kernel.version.if_known()
                               ? ""
                               : ", and before kernel 4.20 off is kvm_intel's default");
    }
    return {};
}

std::string origin_of_nested_off(const Facts& f, const std::string& module) {
    const int asked = asked_value(f, module, "nested");
    if (std::string comment = commented_out(f, module); !comment.empty()) return comment;
    if (asked == 0) return asked_by(f, module, "nested") + policy_words(f);
    if (asked == 1)
        return fmt::format("it is {}, but that is not in force (NP507)", asked_by(f, module, "nested"));
    if (f.module.options.if_absent())
        return "who set it could not be read: " + carry(f.module.options.absence()).message;
    if (const std::string by = asked_by(f, module, "nested"); !by.empty())
        return by +
               ", a word that this kernel does not take: what is in force was given by hand when the module "
               "was "
               "loaded, or set in the initramfs";
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
    if (asked_value(f, module, "nested") < 0 && !asked_by(f, module, "nested").empty())
        return cite(skip("what asks for nested has a word that this kernel does not take (NP549)"),
                    f.module.options);
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
            if (!bad_options(f).empty()) return skip("the module will not load the next time (NP549)");
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

/// What the next load would make of it, where nobody knows what is in force.
Outcome check_waiting(const Facts& f) {
    if (f.module.nested.if_known()) return skip("what is in force is known (NP503, NP508)");
    if (!software_kvm(f).empty()) return skip("another KVM serves (NP506)");
    return judge(
        [&](const std::vector<ModuleOption>&) {
            for (const std::string_view module : {"kvm_intel", "kvm_amd"}) {
                if (f.module.name.if_known() && !is(f.module.name, module)) continue;
                if (asked_value(f, module, "nested") != 0) continue;
                return fail(
                    fmt::format("nested is {}: with that, {} offers its guests no {}. What is in force now "
                                "does not show{}",
                                asked_by(f, module, "nested"), module, module == "kvm_amd" ? "SVM" : "VMX",
                                policy_words(f)),
                    fix_parameter(f, module, "nested=1"));
            }
            return pass("no option would switch nested off");
        },
        f.module.options);
}

constexpr std::string_view nested_see[] = {
    "Linux arch/x86/kvm/vmx/vmx.c, nested (on by default since 4.20); svm/svm.c, nested (on by default)",
    "modprobe.d(5)",
};
constexpr Rule nested_rule_rows[] = {
    {
        .id = "NP503",
        .name = "nested-parameter-off",
        .layer = Layer::module,
        .question = Question::kvm_in_guests,
        .role = Role::blocker,
        .title = "the module parameter nested is off",
        .explain =
            "With kvm_intel.nested or kvm_amd.nested off, KVM leaves VMX or SVM out of what it offers to\n"
            "guests, whatever their definitions ask for. The value under /sys/module is what is in force;\n"
            "it is set when the module loads, by modprobe.d, the kernel command line, or by hand, and\n"
            "cannot be changed until the module is reloaded. Off was kvm_intel's default before 4.20.",
        .fix =
            "Let every line of modprobe.d and every word of the kernel command line that sets nested say 1;\n"
            "where none does, write one. Of AMD's module the name is kvm_amd.\n"
            "    echo 'options kvm_intel nested=1' | sudo tee -a /etc/modprobe.d/zz-nestprobe.conf\n"
            "Stop the virtual machines and reload the module.\n"
            "    sudo modprobe -r kvm_intel\n"
            "    sudo modprobe kvm_intel",
        .see = nested_see,
        .check = check_nested,
        .worked = "cat /sys/module/kvm_intel/parameters/nested prints Y, of kvm_amd 1; then a guest has to "
                  "be shut down and started.",
        .also = "nested is on and the guest's own definition leaves the feature out (NP704, NP705).",
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
        .worked = "cat /sys/module/kvm_intel/parameters/nested prints what was asked for.",
        .also = "The module came from the initramfs, which has its own copy of modprobe.d, or is built in "
                "and reads the kernel command line alone.",
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
        .worked = "modprobe -c shows the option, and nested is still on after the next boot.",
        .also =
            "A kernel whose default is on (4.20 and later): there deleting the line that says off is enough.",
    },
    {
        .id = "NP551",
        .name = "nested-off-at-next-load",
        .layer = Layer::module,
        .question = Question::kvm_in_guests,
        .role = Role::advice,
        .title = "an option would switch nested off when the module is loaded",
        .explain =
            "What modprobe.d and the kernel command line say counts when the module loads. Where the module\n"
            "is not loaded yet, or what is in force was not recorded, that is all there is to see.",
        .fix = "Let the option say nested=1.",
        .see = nested_see,
        .check = check_waiting,
        .worked = "cat /sys/module/kvm_intel/parameters/nested prints Y, of kvm_amd 1, after the next load.",
        .also =
            "Another file or the kernel command line says otherwise and comes later; modprobe -c shows all.",
    },
};

}  // namespace

std::span<const Rule> nested_rules() { return nested_rule_rows; }

}  // namespace nestprobe

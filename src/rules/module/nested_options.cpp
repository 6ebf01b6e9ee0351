// SPDX-License-Identifier: MIT
// Rules about options for nested that miss their module or contradict each other (NP516, NP517).
#include "remedy/steps.hpp"
#include "rules/common.hpp"
#include "rules/module/parameters.hpp"

#include <fmt/format.h>

namespace nestprobe {
namespace {

/// The same for this machine's module; what asked for nothing becomes a comment.
Remedy say_it_for(const Facts& f, const std::string& module, const ModuleOption& o) {
    const bool on = read_value(module, "nested", o.value, version_of(f)) == Reads::on;
    if (o.origin.on_command_line()) {
        std::vector<std::string> add;
        if (on) add.push_back(module + ".nested=1");
        return change_words(f, {word_as_written(f, o)}, std::move(add));
    }
    if (on) return set_option(f, module, "nested", {});
    return comment_out(f, o.origin, fmt::format("Make a comment of that line: {} does not read it.", module));
}

Outcome check_wrong_module(const Facts& f) {
    const std::string module = vendor_module_name(f);
    return judge(
        [&](const std::vector<ModuleOption>& options) {
            for (const ModuleOption& o : options)
                if (o.parameter == "nested" && o.module != module && f.module.name.if_known() &&
                    asked_value(f, module, "nested") < 0)
                    return fail(fmt::format("{} sets {}.nested; the parameter belongs to {}", o.origin.text(),
                                            o.module, module),
                                say_it_for(f, module, o));
            return pass("no option for nested goes to a wrong module");
        },
        f.module.options);
}

/// 1 and Y are one and the same.
bool differ(const Facts& f, const ModuleOption& a, const ModuleOption& b) {
    if (a.value == b.value) return false;
    const auto reads = [&](const ModuleOption& o) {
        return read_value(o.module, o.parameter, o.value, version_of(f));
    };
    return reads(a) != reads(b) || reads(a) == Reads::unknown || reads(a) == Reads::invalid;
}

/// Where the one that counts says on, the other says so too; where it says off, somebody has to decide.
Remedy agree_with(const Facts& f, const ModuleOption& o, const ModuleOption& last) {
    if (read_value(last.module, last.parameter, last.value, version_of(f)) != Reads::on)
        return "Decide which of the two is meant, and write that in both.";
    if (o.origin.on_command_line()) return change_words(f, {word_as_written(f, o)}, {});
    return set_option(f, o.module, o.parameter, {o});
}

Outcome check_conflict(const Facts& f) {
    const std::string module = vendor_module_name(f);
    return judge(
        [&](const std::vector<ModuleOption>& options) {
            const ModuleOption* last = effective(options, module, "nested");
            for (const ModuleOption& o : options)
                if (last && &o != last && o.module == module && o.parameter == "nested" &&
                    differ(f, o, *last))
                    return fail(fmt::format("{} says nested={}, {} says nested={}; the last one counts",
                                            o.origin.text(), o.value, last->origin.text(), last->value),
                                agree_with(f, o, *last));
            return pass("no two options for nested contradict each other");
        },
        f.module.options);
}

constexpr std::string_view options_see[] = {
    "Linux kernel/params.c, parse_args(); kernel/module/main.c, unknown_module_param_cb()",
    "modprobe.d(5)",
};

constexpr Rule nested_option_rows[] = {
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
        .see = options_see,
        .check = check_wrong_module,
        .worked =
            "cat /sys/module/kvm_intel/parameters/nested (kvm_amd on AMD) prints Y or 1 after the reload.",
        .also = "nested was never the obstacle: the guest's own definition leaves the feature out (NP704, "
                "NP705).",
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
        .fix = "Delete the one that is not wanted.",
        .see = options_see,
        .check = check_conflict,
        .worked = "modprobe -c shows one value of nested, and it is the one that is meant.",
        .also = "A word on the kernel command line, which comes after all files.",
    },
};

}  // namespace

std::span<const Rule> nested_option_rules() { return nested_option_rows; }

}  // namespace nestprobe

// SPDX-License-Identifier: MIT
// Options of modprobe.d and of the kernel command line that keep a module of KVM's out (NP543, NP549).
#include "base/text.hpp"
#include "remedy/steps.hpp"
#include "rules/common.hpp"
#include "rules/module/parameters.hpp"
#include "rules/module/refusals.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace nestprobe {
std::string say_option(const ModuleOption& o) {
    return o.value.empty() ? fmt::format("{}.{} without a value", o.module, o.parameter)
                           : fmt::format("{}.{}={}", o.module, o.parameter, o.value);
}

namespace {

/// The word of the same meaning that every type takes.
std::string_view plain_word(std::string_view value) {
    constexpr std::string_view off[] = {"n", "N", "off", "no", "false", "False", "disable"};
    const bool quoted = value.size() > 2 && value.front() == '\'';
    if (quoted) value = value.substr(1, value.size() - 2);
    return value == "0" || std::any_of(std::begin(off), std::end(off), [&](auto o) { return value == o; })
               ? "0"
               : "1";
}

/// The same meaning in a word that is taken: in files at once, on the kernel command line from the next boot.
Remedy fix_options(const Facts& f, const std::vector<BadOption>& bad) {
    std::vector<std::string> drop, add;
    Remedy remedy;
    for (const BadOption& b : bad) {
        const ModuleOption& o = *b.option;
        const std::string_view word = plain_word(o.value);
        if (!o.origin.on_command_line()) {
            remedy.then(set_option(f, o.module, o.parameter, {o}, word));
            continue;
        }
        drop.push_back(word_as_written(f, o));
        add.push_back(fmt::format("{}.{}={}", o.module, o.parameter, word));
    }
    if (!remedy.empty()) remedy.then(renew_initramfs(f, remedy));
    if (!drop.empty()) remedy.then(change_words(f, std::move(drop), std::move(add)));
    return remedy;
}

std::string name_options(const std::vector<BadOption>& bad) {
    std::vector<std::string> texts;
    for (const BadOption& b : bad)
        texts.push_back(fmt::format("{} ({}), where this kernel takes {}", say_option(*b.option),
                                    b.option->origin.text(), b.words));
    return fmt::format("{}", fmt::join(texts, "; "));
}

bool any_reloads(const std::vector<BadOption>& bad) {
    return std::any_of(bad.begin(), bad.end(),
                       [](const BadOption& b) { return !b.option->origin.on_command_line(); });
}

constexpr std::string_view find_option =
    "Find the option, and write 1 or 0 in it: those two are taken by every such parameter.\n"
    "    grep -rs kvm /etc/modprobe.d /usr/lib/modprobe.d /lib/modprobe.d /proc/cmdline";

/// A log that somebody posted is all there is.
Outcome refused_by_log_alone(const Facts& f, const Absent& modules) {
    const LoggedLine* line = heard_option(f);
    if (!line || withheld(modules)) return carry(modules);
    return cite_log(
        fail(fmt::format("the kernel log says \"{}\": a word that the parameter does not take keeps "
                         "the whole module out. Whether it was loaded since then does not show.",
                         line->text),
             find_option),
        *line);
}

Outcome check_bad_option(const Facts& f) {
    if (auto above = follows_from_above(f)) return *std::move(above);
    const std::string name = vendor_module_name(f);
    if (f.module.vendor.if_known() && !vendor_module_absent(f))
        return cite(pass(fmt::format("{} is in the kernel", name)), f.module.vendor);
    if (const Absent* modules = f.module.vendor.if_absent()) return refused_by_log_alone(f, *modules);
    const auto bad = bad_options(f);
    if (const LoggedLine* line = heard_option(f); line && bad.empty())
        return cite_log(
            fail(fmt::format(
                     "{} is not loaded, and the kernel log says \"{}\": a word that the parameter does "
                     "not take keeps the whole module out",
                     name, line->text),
                 find_option),
            *line);
    return judge(
        [&](const std::vector<ModuleOption>&) {
            if (bad.empty()) return pass("no option has a word that this kernel does not take");
            return fail(fmt::format("{} is not loaded, and cannot be: {}", name, name_options(bad)),
                        any_reloads(bad) ? fix_options(f, bad).then(load_module(name)) : fix_options(f, bad));
        },
        f.module.options);
}

/// Where nested is off, NP503 lets every line say 1: two fixes of one line would undo each other.
std::vector<BadOption> without_nested(const Facts& f, std::vector<BadOption> bad) {
    if (is(f.module.nested, false))
        std::erase_if(bad, [](const BadOption& b) { return b.option->parameter == "nested"; });
    return bad;
}

Outcome check_next_load(const Facts& f) {
    if (vendor_module_absent(f)) return skip(fmt::format("{} is not loaded (NP543)", vendor_module_name(f)));
    const bool unknown_state = f.module.vendor.if_absent() != nullptr;
    const bool built_in = vendor_module_is(f, Module::State::built_in);
    return judge(
        [&](const std::vector<ModuleOption>&) {
            const auto bad = bad_options(f);
            if (bad.empty()) return pass("no option has a word that this kernel does not take");
            const auto left = without_nested(f, bad);
            Remedy remedy("The fix of NP503 (nested is off) changes it, too.");
            if (!left.empty()) remedy = fix_options(f, left);
            if (built_in)
                return fail(fmt::format("{}: the default is in force instead", name_options(bad)), remedy);
            if (unknown_state)
                return fail(
                    fmt::format("{}: {} does not load with that (Invalid argument). Whether it is loaded now "
                                "does not show",
                                name_options(bad), bad.front().option->module),
                    remedy);
            return fail(fmt::format("{}: {} is loaded now, and will not load with that the next time",
                                    name_options(bad), vendor_module_name(f)),
                        remedy);
        },
        f.module.options);
}

constexpr std::string_view option_see[] = {"Linux kernel/params.c, parse_args(); lib/kstrtox.c, kstrtobool()",
                                           "modprobe.d(5)"};

constexpr Rule option_rows[] = {
    {
        .id = "NP543",
        .name = "option-keeps-module-out",
        .layer = Layer::module,
        .question = Question::kvm_here,
        .role = Role::blocker,
        .title = "an option has a value that the kernel rejects, which keeps the whole module out",
        .explain =
            "A parameter's type decides which values it takes. A switch takes Y, N, 1 and 0; a number takes\n"
            "no letters: kvm_amd.nested is a number in every kernel, so nested=Y, copied from a recipe for\n"
            "kvm_intel, fails there with \"Invalid argument\". A value that is rejected is not ignored: the "
            "module does not load. 1 and 0 are taken by every such parameter in every version.",
        .fix = "Write 1 or 0 instead.",
        .see = option_see,
        .check = check_bad_option,
        .worked = "modprobe succeeds, and the parameter shows the value that is meant.",
        .also = "A parameter that the module does not have is ignored, with a line in the log: it keeps "
                "nothing out.",
    },
    {
        .id = "NP549",
        .name = "next-load-will-fail",
        .layer = Layer::module,
        .question = Question::kvm_here,
        .role = Role::advice,
        .title = "the module's options would keep it out the next time that it is loaded",
        .explain =
            "The module was loaded with other options than those that stand in modprobe.d and on the\n"
            "kernel command line today. One of these has a value that its parameter does not take: at the "
            "next boot or reload the module does not load. Where it is built in, the default is in force.",
        .fix = "Write 1 or 0 instead.",
        .see = option_see,
        .check = check_next_load,
        .worked = "modprobe -c shows the line with 1 or 0, and the next boot loads the module.",
        .also = "An option of a parameter that the module does not have keeps nothing out (NP544).",
    },
};

}  // namespace

std::vector<BadOption> bad_options(const Facts& f) {
    std::vector<BadOption> bad;
    const auto* options = f.module.options.if_known();
    if (!options) return bad;
    for (const ModuleOption& o : *options) {
        if (!of_this_machine(f, o.module)) continue;
        if (read_value(o.module, o.parameter, o.value, version_of(f)) != Reads::invalid) continue;
        const auto type = type_of(o.module, o.parameter, version_of(f));
        bad.push_back({&o, type ? words_of(*type) : "1 or 0"});
    }
    return bad;
}

const LoggedLine* heard_option(const Facts& f) {
    const std::string* name = f.module.name.if_known();
    const LoggedLine* last = nullptr;
    const auto of_ours = [&](const LoggedLine& line) {
        return line.module == "kvm" || (name ? line.module == *name : !line.module.empty());
    };
    if (const auto* lines = f.kernel.log.if_known())
        for (const LoggedLine& line : *lines) {
            const bool kind = line.id == LogLine::loader_parameter_invalid ||
                              line.id == LogLine::loader_parameter_too_large;
            if (kind && of_ours(line)) last = &line;
        }
    return last;
}

std::span<const Rule> option_rules() { return option_rows; }

}  // namespace nestprobe

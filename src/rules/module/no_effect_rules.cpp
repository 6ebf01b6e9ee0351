// SPDX-License-Identifier: MIT
// What was written for KVM's modules and does nothing: misspelt names, files that modprobe does not read,
// lines that others put out of force (NP544, NP545, NP548).
#include "base/text.hpp"
#include "remedy/steps.hpp"
#include "rules/common.hpp"
#include "rules/module/parameters.hpp"
#include "rules/module/refusals.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace nestprobe {
namespace {

std::string why_void(const ModuleBlock& b) {
    switch (b.nothing) {
        case ModuleBlock::Void::none: break;
        case ModuleBlock::Void::dependency:
            return "kvm is loaded because kvm_intel and kvm_amd depend on it, which no blacklist prevents";
        case ModuleBlock::Void::hyphen:
            return "the names in such a list are compared letter by letter, and the module's has an "
                   "underscore";
        case ModuleBlock::Void::later_install: return "an earlier install line for the module counts";
        case ModuleBlock::Void::softdep: return "a softdep line for the module overrides it";
    }
    return "";
}

Remedy fix_void_block(const Facts& f, const ModuleBlock& b) {
    if (b.origin.on_command_line())
        return fmt::format(
            "Remove {} from the kernel command line, or leave it: it is not why KVM is missing.", text_of(b));
    return comment_out(f, b.origin, "Make a comment of it, or leave it: it is not why KVM is missing.");
}

Outcome check_void_blocks(const Facts& f) {
    return judge(
        [&](const std::vector<ModuleBlock>& blocks) {
            for (const ModuleBlock& b : blocks)
                if (b.nothing != ModuleBlock::Void::none && of_this_machine(f, b.module))
                    return fail(fmt::format("\"{}\" ({}) keeps nothing out: {}", text_of(b), b.origin.text(),
                                            why_void(b)),
                                fix_void_block(f, b));
            return pass("no line against KVM's modules is without effect");
        },
        f.module.blocks);
}

struct Misspelt {
    const ModuleOption* option;
    std::string meant;  ///< "kvm_intel.nested"
};

/// "nested 1": what was to be the value stands as a word of its own.
bool is_plain_value(std::string_view word) {
    constexpr std::string_view words[] = {"0", "1", "Y", "N", "y", "n", "on", "off", "="};
    return std::find(std::begin(words), std::end(words), word) != std::end(words);
}

std::vector<Misspelt> misspelt_options(const std::vector<ModuleOption>& options) {
    std::vector<Misspelt> found;
    for (const ModuleOption& o : options) {
        if (is_parameter(o.module, o.parameter)) continue;
        if (const auto other = module_with(o.parameter, o.module); !other.empty() && o.parameter != "nested")
            found.push_back({&o, fmt::format("{}.{}", other, o.parameter)});
        else if (const auto near = nearest_parameter(o.module, o.parameter); !near.empty())
            found.push_back({&o, fmt::format("{}.{}", o.module, near)});
        else if (const auto* before = &o == &options.front() ? nullptr : &o - 1;
                 before && before->value.empty() && before->origin == o.origin &&
                 before->module == o.module && is_parameter(before->module, before->parameter) &&
                 o.value.empty() && is_plain_value(o.parameter))
            found.push_back({&o, fmt::format("{}.{}={}", o.module, before->parameter, o.parameter)});
        else if (o.parameter == "#")
            found.push_back({&o, "a comment, which needs a line of its own"});
        else if (o.parameter == "options" && o.value.empty() && !o.origin.on_command_line())
            found.push_back({&o, "a second line: modprobe takes one module a line"});
    }
    return found;
}

/// "kvm_intel.nested" in two.
std::pair<std::string, std::string> in_two(std::string_view name) {
    const std::size_t dot = std::min(name.find('.'), name.size());
    return {std::string(name.substr(0, dot)), std::string(name.substr(std::min(dot + 1, name.size())))};
}

Remedy fix_misspelt(const Facts& f, const Misspelt& wrong) {
    const ModuleOption& o = *wrong.option;
    const auto [module, parameter] = in_two(wrong.meant);
    if (parameter.empty())
        return fmt::format("In {}, give {} a line of its own.", o.origin.text(),
                           o.parameter == "#" ? "the comment" : "each options with its module");
    if (o.origin.on_command_line())
        return change_words(f, {word_as_written(f, o)},
                            {fmt::format("{}{}{}", wrong.meant, o.value.empty() ? "" : "=", o.value)});
    return module == o.module ? replace_in_line(f, o.origin, o.parameter, parameter, o.lines)
                              : replace_in_line(f, o.origin, o.module, module, o.lines);
}

/// "options intel_kvm nested=1" in a file, "intel_kvm.nested=1" on the kernel command line.
Remedy fix_stray_module(const Facts& f, const StrayLine& stray) {
    if (stray.origin.on_command_line())
        return change_words(f, {stray.text}, {fmt::format("{}.{}", stray.meant, in_two(stray.text).second)});
    const auto words = split_words(stray.text);
    if (words.size() < 2) return fmt::format("In {}, write {}.", stray.origin.text(), stray.meant);
    return replace_in_line(f, stray.origin, words[1], stray.meant);
}

Outcome check_misspelt(const Facts& f) {
    if (const StrayLine* stray = [&]() -> const StrayLine* {
            if (const auto* strays = f.module.strays.if_known())
                for (const StrayLine& s : *strays)
                    if (s.kind == StrayLine::Kind::unknown_module || s.kind == StrayLine::Kind::not_a_command)
                        return &s;
            return nullptr;
        }()) {
        const bool module = stray->kind == StrayLine::Kind::unknown_module;
        return cite(
            fail(fmt::format("\"{}\" ({}) does nothing: {}", stray->text, stray->origin.text(),
                             module ? fmt::format("there is no such module; {} is meant", stray->meant)
                                    : "modprobe.d knows no such line"),
                 module ? fix_stray_module(f, *stray) : write_line(f, stray->origin, stray->meant)),
            f.module.strays);
    }
    if (const LoggedLine* line = heard(f, LogLine::loader_parameter_unknown);
        line && f.module.options.if_absent())
        return cite_log(fail(fmt::format("the kernel log says \"{}\"", line->text)), *line);
    return judge(
        [&](const std::vector<ModuleOption>& options) {
            const auto found = misspelt_options(options);
            if (found.empty()) return pass("no option for KVM's modules is misspelt, as far as is known");
            const ModuleOption& o = *found.front().option;
            return fail(
                fmt::format("{} ({}): {} has no such parameter, and the kernel ignores it; {} is meant",
                            say_option(o), o.origin.text(), o.module, found.front().meant),
                fix_misspelt(f, found.front()));
        },
        f.module.options);
}

Outcome check_unread_file(const Facts& f) {
    return judge(
        [&](const std::vector<StrayLine>& strays) {
            for (const StrayLine& s : strays) {
                if (s.kind != StrayLine::Kind::file_not_read || put_aside(s.origin.file)) continue;
                const std::string& path = s.origin.file;
                return fail(fmt::format("{} says \"{}\", but modprobe does not read that file: its name does "
                                        "not end in .conf",
                                        s.origin.text(), s.text),
                            name_as_conf(path));
            }
            return pass("no line about KVM is in a file that modprobe does not read");
        },
        f.module.strays);
}

constexpr std::string_view no_effect_see[] = {
    "modprobe.d(5)", "Linux Documentation/admin-guide/kernel-parameters.txt, module_blacklist=",
    "kmod libkmod/libkmod-module.c, kmod_module_probe_insert_module(); Linux kernel/module/main.c, "
    "blacklisted()"};
constexpr std::string_view spelling_see[] = {
    "Linux kernel/params.c, parse_args(); lib/kstrtox.c, kstrtobool()", "modprobe.d(5)"};

constexpr Rule no_effect_rows[] = {
    {
        .id = "NP544",
        .name = "option-misspelt",
        .layer = Layer::module,
        .question = Question::kvm_in_guests,
        .role = Role::advice,
        .title = "a line about KVM in modprobe.d or on the kernel command line is misspelt and does nothing",
        .explain =
            "modprobe skips a line that begins with none of its commands, and an option of a module\n"
            "that does not exist; the kernel ignores a parameter that a module does not have, with a line\n"
            "in its log. In all three cases nothing happens, and nobody says so at the time.",
        .fix = "Write the name that is meant.",
        .see = spelling_see,
        .check = check_misspelt,
        .worked = "The parameter under /sys/module has the value after the next load, and dmesg has no line "
                  "\"unknown parameter\".",
        .also = "A parameter that only other kernel versions have: modinfo -p lists those of this one.",
    },
    {
        .id = "NP545",
        .name = "modprobe-file-not-read",
        .layer = Layer::module,
        .question = Question::kvm_in_guests,
        .role = Role::advice,
        .title = "options for KVM stand in a file that modprobe does not read",
        .explain =
            "Of /etc/modprobe.d and its like, only files whose names end in .conf are read. Those whose\n"
            "names say that they were put aside (.bak, .dpkg-old and so on) are not reported.",
        .fix = "Rename the file so that it ends in .conf.",
        .see = no_effect_see,
        .check = check_unread_file,
        .worked = "modprobe -c shows the option.",
        .also = "A file that somebody put aside on purpose, under a name that says so.",
    },
    {
        .id = "NP548",
        .name = "block-without-effect",
        .layer = Layer::module,
        .question = Question::kvm_here,
        .role = Role::advice,
        .title = "a line that is meant to keep KVM out does not",
        .explain =
            "\"blacklist kvm\" does not keep kvm out, because kvm_intel and kvm_amd depend on it and bring "
            "it in.\n"
            "Names in module_blacklist= and modprobe.blacklist= are compared letter by letter: kvm-intel\n"
            "there means nothing. Of several install lines for a module the first counts, and none of them\n"
            "where a softdep line names the module.",
        .fix = "Name kvm_intel or kvm_amd, with an underscore; or delete the line.",
        .see = no_effect_see,
        .check = check_void_blocks,
        .worked =
            "lsmod shows no kvm_intel and no kvm_amd after the next start, where that is what is wanted.",
        .also = "A module that is built into the kernel: no line of modprobe.d keeps it out.",
    },
};

}  // namespace

std::span<const Rule> no_effect_rules() { return no_effect_rows; }

}  // namespace nestprobe

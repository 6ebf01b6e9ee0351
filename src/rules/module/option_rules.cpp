// SPDX-License-Identifier: MIT
// What modprobe.d and the kernel command line say about KVM's modules: lines that keep a module out (NP502),
// options that do (NP543, NP549), and lines that do nothing (NP544, NP545, NP548).
#include "base/text.hpp"
#include "remedy/steps.hpp"
#include "rules/common.hpp"
#include "rules/module/parameters.hpp"
#include "rules/module/refusals.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace nestprobe {
namespace {

constexpr std::string_view of_command_line = "kernel command line";

bool of_this_machine(const Facts& f, std::string_view module) {
    return module == "kvm" || is(f.module.name, module);
}

// --- lines that keep a module out ---

std::string text_of(const ModuleBlock& b) {
    switch (b.kind) {
        case ModuleBlock::Kind::blacklist:
            return b.source == of_command_line ? fmt::format("modprobe.blacklist={}", b.module)
                                               : fmt::format("blacklist {}", b.module);
        case ModuleBlock::Kind::install: return fmt::format("install {} {}", b.module, b.command);
        case ModuleBlock::Kind::module_blacklist: return fmt::format("module_blacklist={}", b.module);
    }
    return "";
}

std::string name_blocks(const std::vector<const ModuleBlock*>& blocks) {
    std::vector<std::string> texts;
    for (const ModuleBlock* b : blocks) texts.push_back(fmt::format("\"{}\" ({})", text_of(*b), b->source));
    return fmt::format("{}", fmt::join(texts, ", then "));
}

/// The list of a word such as module_blacklist=, without these modules; the word as it is then, or empty.
std::string without_modules(std::string_view word, const std::vector<const ModuleBlock*>& blocks) {
    const std::size_t equals = word.find('=');
    std::string kept;
    for (std::string_view list = word.substr(equals + 1); !list.empty();) {
        const std::string_view item = list.substr(0, list.find(','));
        list.remove_prefix(std::min(item.size() + 1, list.size()));
        const bool blocked = std::any_of(blocks.begin(), blocks.end(), [&](const ModuleBlock* b) {
            return b->source == of_command_line && b->module == item;
        });
        if (!blocked) kept.append(kept.empty() ? "" : ",").append(item);
    }
    return kept.empty() ? "" : fmt::format("{}={}", word.substr(0, equals), kept);
}

/// The words of the kernel command line that keep modules out, as they are and as they are to be.
void change_lists(const Facts& f, const std::vector<const ModuleBlock*>& blocks, Remedy& remedy) {
    std::vector<std::string> drop, add;
    if (const auto* words = f.kernel.command_line.if_known())
        for (const std::string& word : *words) {
            if (!word.starts_with("module_blacklist=") && !word.starts_with("modprobe.blacklist=")) continue;
            const std::string kept = without_modules(word, blocks);
            if (kept == word) continue;
            drop.push_back(word);
            if (!kept.empty()) add.push_back(kept);
        }
    if (drop.empty()) return;
    remedy.then(change_words(f, std::move(drop), std::move(add)));
}

/// Every line, and then what loads the module.
Remedy fix_blocks(const Facts& f, const std::vector<const ModuleBlock*>& blocks) {
    Remedy remedy;
    bool in_files = false;
    for (const ModuleBlock* b : blocks)
        if (b->source != of_command_line) {
            remedy.then(drop_line(f, b->source, b->module));
            in_files = true;
        }
    const std::size_t lines = remedy.steps.size();
    change_lists(f, blocks, remedy);
    const bool reboots = remedy.steps.size() > lines;
    if (in_files) remedy.then(renew_initramfs(f));
    if (!reboots) remedy.then(load_module(vendor_module_name(f)));
    return remedy;
}

Outcome blacklisted_by_log(const Facts& f, const LoggedLine& line) {
    return cite_log(fail(fmt::format("the kernel log says \"{}\", and {} is not loaded", line.text,
                                     vendor_module_name(f)),
                         "Remove the module from module_blacklist= on the kernel command line and restart."),
                    line);
}

Outcome check_blocked(const Facts& f) {
    if (auto above = follows_from_above(f)) return *std::move(above);
    if (f.module.vendor.if_known() && !vendor_module_absent(f))
        return cite(pass(fmt::format("{} is in the kernel", vendor_module_name(f))), f.module.vendor);
    if (const LoggedLine* line = heard_blacklisted(f);
        line && vendor_module_absent(f) && blocks_in_force(f).empty())
        return blacklisted_by_log(f, *line);
    return judge(
        [&](const std::vector<ModuleBlock>&, const Module&) {
            const auto blocks = blocks_in_force(f);
            if (blocks.empty())
                return pass("nothing in modprobe.d or on the kernel command line keeps KVM out");
            const ModuleBlock& first = *blocks.front();
            const bool soft = first.kind == ModuleBlock::Kind::blacklist;
            return fail(fmt::format("{} {} by {}, and {} is not loaded{}", first.module,
                                    soft ? "is kept from loading by itself" : "is kept from loading at all",
                                    first.source, vendor_module_name(f),
                                    blocks.size() > 1 ? ": " + name_blocks(blocks) : ""),
                        fix_blocks(f, blocks));
        },
        f.module.blocks, f.module.vendor);
}

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

Outcome check_void_blocks(const Facts& f) {
    return judge(
        [&](const std::vector<ModuleBlock>& blocks) {
            for (const ModuleBlock& b : blocks)
                if (b.nothing != ModuleBlock::Void::none && of_this_machine(f, b.module))
                    return fail(
                        fmt::format("\"{}\" ({}) keeps nothing out: {}", text_of(b), b.source, why_void(b)),
                        fmt::format("Delete it ({}), or leave it: it is not why KVM is missing.", b.source));
            return pass("no line against KVM's modules is without effect");
        },
        f.module.blocks);
}

// --- options that keep a module out ---

std::string say_option(const ModuleOption& o) {
    return o.value.empty() ? fmt::format("{}.{} without a value", o.module, o.parameter)
                           : fmt::format("{}.{}={}", o.module, o.parameter, o.value);
}

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
        if (o.source != of_command_line) {
            remedy.then(set_option(f, o.module, o.parameter, {o}, word));
            continue;
        }
        drop.push_back(word_as_written(f, o));
        add.push_back(fmt::format("{}.{}={}", o.module, o.parameter, word));
    }
    if (!remedy.empty()) remedy.then(renew_initramfs(f));
    if (!drop.empty()) remedy.then(change_words(f, std::move(drop), std::move(add)));
    return remedy;
}

std::string name_options(const std::vector<BadOption>& bad) {
    std::vector<std::string> texts;
    for (const BadOption& b : bad)
        texts.push_back(fmt::format("{} ({}), where this kernel takes {}", say_option(*b.option),
                                    b.option->source, b.words));
    return fmt::format("{}", fmt::join(texts, "; "));
}

bool any_reloads(const std::vector<BadOption>& bad) {
    return std::any_of(bad.begin(), bad.end(),
                       [](const BadOption& b) { return b.option->source != of_command_line; });
}

Outcome check_bad_option(const Facts& f) {
    if (auto above = follows_from_above(f)) return *std::move(above);
    const std::string name = vendor_module_name(f);
    if (f.module.vendor.if_known() && !vendor_module_absent(f))
        return cite(pass(fmt::format("{} is in the kernel", name)), f.module.vendor);
    if (f.module.vendor.if_absent()) return carry(f.module.vendor.absence());
    const auto bad = bad_options(f);
    if (const LoggedLine* line = heard_option(f); line && bad.empty())
        return cite_log(
            fail(fmt::format(
                     "{} is not loaded, and the kernel log says \"{}\": a word that the parameter does "
                     "not take keeps the whole module out",
                     name, line->text),
                 "Find the option (grep -r kvm /etc/modprobe.d /usr/lib/modprobe.d /lib/modprobe.d "
                 "/proc/cmdline) and write 1 or 0 in it; those two are taken by every such parameter."),
            *line);
    return judge(
        [&](const std::vector<ModuleOption>&) {
            if (bad.empty()) return pass("no option has a word that this kernel does not take");
            return fail(fmt::format("{} is not loaded, and cannot be: {}", name, name_options(bad)),
                        any_reloads(bad) ? fix_options(f, bad).then(load_module(name)) : fix_options(f, bad));
        },
        f.module.options);
}

Outcome check_next_load(const Facts& f) {
    if (!f.module.vendor.if_known() || vendor_module_absent(f))
        return skip(fmt::format("{} is not known to be loaded", vendor_module_name(f)));
    const bool built_in = vendor_module_is(f, Module::State::built_in);
    return judge(
        [&](const std::vector<ModuleOption>&) {
            const auto bad = bad_options(f);
            if (bad.empty()) return pass("no option has a word that this kernel does not take");
            if (built_in)
                return fail(fmt::format("{}: the default is in force instead", name_options(bad)),
                            fix_options(f, bad));
            return fail(fmt::format("{}: {} is loaded now, and will not load with that the next time",
                                    name_options(bad), vendor_module_name(f)),
                        fix_options(f, bad));
        },
        f.module.options);
}

// --- what is misspelt ---

struct Misspelt {
    const ModuleOption* option;
    std::string meant;  ///< "kvm_intel.nested"
};

std::vector<Misspelt> misspelt_options(const std::vector<ModuleOption>& options) {
    std::vector<Misspelt> found;
    for (const ModuleOption& o : options) {
        if (is_parameter(o.module, o.parameter)) continue;
        if (const auto other = module_with(o.parameter, o.module); !other.empty() && o.parameter != "nested")
            found.push_back({&o, fmt::format("{}.{}", other, o.parameter)});
        else if (const auto near = nearest_parameter(o.module, o.parameter); !near.empty())
            found.push_back({&o, fmt::format("{}.{}", o.module, near)});
        else if (o.parameter == "#")
            found.push_back({&o, "a comment, which needs a line of its own"});
    }
    return found;
}

Outcome check_misspelt(const Facts& f) {
    if (const StrayLine* stray = [&]() -> const StrayLine* {
            if (const auto* strays = f.module.strays.if_known())
                for (const StrayLine& s : *strays)
                    if (s.kind != StrayLine::Kind::file_not_read) return &s;
            return nullptr;
        }()) {
        const bool module = stray->kind == StrayLine::Kind::unknown_module;
        return cite(
            fail(fmt::format("\"{}\" ({}) does nothing: {}", stray->text, stray->source,
                             module ? fmt::format("there is no such module; {} is meant", stray->meant)
                                    : "modprobe.d knows no such line"),
                 module ? fmt::format("Write {} there.", stray->meant)
                        : fmt::format("In {}, write: {}", stray->source, stray->meant)),
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
                            say_option(o), o.source, o.module, found.front().meant),
                fmt::format("In {}, write {}.", o.source, found.front().meant));
        },
        f.module.options);
}

/// A copy that somebody, or a package manager, put aside.
bool put_aside(std::string_view source) {
    const std::string_view path = source.substr(0, source.rfind(':'));
    constexpr std::string_view endings[] = {
        "~",       ".bak",    ".old",     ".orig",    ".save",   ".disabled", ".off", ".rpmsave",
        ".rpmnew", ".pacnew", ".pacsave", ".disable", ".backup", ".example",  ".md",  "README"};
    return contains(path, ".dpkg-") || contains(path, ".ucf-") ||
           std::any_of(std::begin(endings), std::end(endings), [&](auto e) { return path.ends_with(e); });
}

Outcome check_unread_file(const Facts& f) {
    return judge(
        [&](const std::vector<StrayLine>& strays) {
            for (const StrayLine& s : strays) {
                if (s.kind != StrayLine::Kind::file_not_read || put_aside(s.source)) continue;
                const std::string path = s.source.substr(0, s.source.rfind(':'));
                return fail(fmt::format("{} says \"{}\", but modprobe does not read that file: its name does "
                                        "not end in .conf",
                                        s.source, s.text),
                            fmt::format("sudo mv {} {}.conf", path, path));
            }
            return pass("no line about KVM is in a file that modprobe does not read");
        },
        f.module.strays);
}

constexpr std::string_view block_see[] = {
    "modprobe.d(5)", "Linux Documentation/admin-guide/kernel-parameters.txt, module_blacklist=",
    "kmod libkmod/libkmod-module.c, kmod_module_probe_insert_module(); Linux kernel/module/main.c, "
    "blacklisted()"};
constexpr std::string_view option_see[] = {"Linux kernel/params.c, parse_args(); lib/kstrtox.c, kstrtobool()",
                                           "modprobe.d(5)"};

constexpr Rule option_rule_rows[] = {
    {
        .id = "NP502",
        .name = "kvm-module-blacklisted",
        .layer = Layer::module,
        .question = Question::kvm_here,
        .role = Role::blocker,
        .title = "modprobe.d or the kernel command line keeps the KVM module out",
        .explain =
            "\"blacklist\" keeps a module from being loaded automatically; \"install MODULE /bin/false\" "
            "and\n"
            "module_blacklist= on the kernel command line keep it out altogether. Of several lines the\n"
            "kernel's module_blacklist= decides first, then the first install line, then a blacklist.\n"
            "Instructions for VirtualBox and VMware leave such lines behind.",
        .fix = "Delete the line, rebuild the initramfs, reboot.",
        .see = block_see,
        .check = check_blocked,
        .worked = "lsmod shows the module after the next start.",
        .also = "blacklist keeps a module from loading by itself only; modprobe by hand still loads it. "
                "install with /bin/false keeps both out.",
    },
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
        .title = "the module is loaded now, but its options would keep it out the next time",
        .explain =
            "The module was loaded with other options than those that stand in modprobe.d and on the\n"
            "kernel command line today. One of these has a value that its parameter does not take: at the "
            "next boot or reload the module does not load. Where it is built in, the default is in force.",
        .fix = "Write 1 or 0 instead.",
        .see = option_see,
        .check = check_next_load,
    },
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
        .see = option_see,
        .check = check_misspelt,
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
        .see = block_see,
        .check = check_unread_file,
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
        .see = block_see,
        .check = check_void_blocks,
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

const LoggedLine* heard_blacklisted(const Facts& f) {
    const LoggedLine* line = heard(f, LogLine::loader_blacklisted);
    const std::string* name = f.module.name.if_known();
    const bool ours =
        line && name && (contains(line->text, *name + " ") || contains(line->text, "Module kvm is "));
    return ours ? line : nullptr;
}

const LoggedLine* heard_option(const Facts& f) {
    const std::string* name = f.module.name.if_known();
    const LoggedLine* last = nullptr;
    if (const auto* lines = f.kernel.log.if_known(); lines && name)
        for (const LoggedLine& line : *lines) {
            const bool kind = line.id == LogLine::loader_parameter_invalid ||
                              line.id == LogLine::loader_parameter_too_large;
            if (kind && (contains(line.text, *name + ": ") || contains(line.text, "kvm: "))) last = &line;
        }
    return last;
}

std::vector<const ModuleBlock*> blocks_in_force(const Facts& f) {
    std::vector<const ModuleBlock*> found;
    if (const auto* blocks = f.module.blocks.if_known())
        for (const ModuleBlock& b : *blocks)
            if (b.nothing == ModuleBlock::Void::none && of_this_machine(f, b.module)) found.push_back(&b);
    std::stable_sort(found.begin(), found.end(), [](const ModuleBlock* a, const ModuleBlock* b) {
        return a->kind > b->kind;  // blacklist, install, module_blacklist: the strictest is the last
    });
    return found;
}

std::span<const Rule> option_rules() { return option_rule_rows; }

}  // namespace nestprobe

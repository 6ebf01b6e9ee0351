// SPDX-License-Identifier: MIT
#include "machine/modprobe.hpp"

#include "base/hearsay.hpp"
#include "base/text.hpp"

#include <fmt/format.h>
#include <fnmatch.h>

#include <algorithm>
#include <array>
#include <map>
#include <optional>

namespace nestprobe {
namespace {

// modprobe.d(5) of kmod 30.  On a merged /usr the last two are one directory; equal names are read once.
constexpr std::string_view directories[] = {"/etc/modprobe.d", "/run/modprobe.d", "/usr/local/lib/modprobe.d",
                                            "/usr/lib/modprobe.d", "/lib/modprobe.d"};
constexpr std::string_view modules_of_interest[] = {"kvm", "kvm_intel", "kvm_amd"};

std::string with_underscores(std::string_view name) {
    std::string result(name);
    std::replace(result.begin(), result.end(), '-', '_');
    return result;
}

bool interesting(std::string_view module) {
    return std::find(std::begin(modules_of_interest), std::end(modules_of_interest), module) !=
           std::end(modules_of_interest);
}

constexpr std::string_view vfio = "vfio_pci";

void add_option(ModprobeConfig& config, std::string module, std::string_view assignment, Origin origin) {
    const auto equals = assignment.find('=');
    if (module == vfio) {
        if (assignment.starts_with("ids=") && equals + 1 < assignment.size())
            config.vfio_ids.push_back(
                {std::move(module), "ids", std::string(assignment.substr(equals + 1)), std::move(origin)});
        return;
    }
    const std::string_view value = equals == std::string_view::npos ? "" : assignment.substr(equals + 1);
    config.options.push_back({std::move(module), with_underscores(assignment.substr(0, equals)),
                              std::string(value), std::move(origin)});
}

/// The rest of a line behind its first words.
std::string_view rest_behind(std::string_view line, std::string_view word) {
    return trim(line.substr(static_cast<std::size_t>(word.data() + word.size() - line.data())));
}

/// "kvm*" of an install or softdep line: every module of KVM's that it names (fnmatch(3), as kmod does).
template <class V>
void for_matching(std::string_view pattern, V&& visit) {
    const std::string glob = with_underscores(pattern);
    for (const std::string_view module : modules_of_interest)
        if (::fnmatch(glob.c_str(), module.data(), 0) == 0) visit(std::string(module));
}

/// The kernel takes everything behind the module's name, double quotes off; what follows "--" it ignores.
void parse_options(ModprobeConfig& config, const std::string& module, std::string_view rest,
                   const Origin& origin) {
    for (const std::string& word : split_command_line(rest)) {
        if (word == "--") return;
        add_option(config, module, word, origin);
    }
}

/// The module of KVM's that a name nearly is; empty: none.  kvmgt, kvmfr and kvm_pvm are modules of their
/// own.
std::string nearly(std::string_view name) {
    const bool kvm = contains(name, "kvm");
    for (const std::string_view module : {"kvm_intel", "kvm_amd"}) {
        if (distance(name, module) <= 2 && name.size() > 5) return std::string(module);
        if (kvm && contains(name, module.substr(4))) return std::string(module);
    }
    return {};
}

void add_stray(ModprobeConfig& config, StrayLine::Kind kind, std::string_view text, const Origin& origin,
               std::string meant) {
    config.strays.push_back({kind, std::string(trim(text)), origin, std::move(meant)});
}

/// A line whose first word is none of modprobe.d's, but that is about KVM's modules.
void parse_not_a_command(ModprobeConfig& config, std::string_view line,
                         const std::vector<std::string_view>& words, const Origin& origin) {
    constexpr std::string_view others[] = {"alias", "remove", "weakdep", "include", "config"};
    if (std::find(std::begin(others), std::end(others), words[0]) != std::end(others)) return;
    const std::string first = with_underscores(words[0]), second = with_underscores(words[1]);
    if (interesting(first))
        add_stray(config, StrayLine::Kind::not_a_command, line, origin,
                  fmt::format("options {}", trim(line)));
    else if (interesting(second) && distance(first, "options") <= 2)
        add_stray(config, StrayLine::Kind::not_a_command, line, origin,
                  fmt::format("options {}", rest_behind(line, words[0])));
    else if (interesting(second) && distance(first, "blacklist") <= 2)
        add_stray(config, StrayLine::Kind::not_a_command, line, origin,
                  fmt::format("blacklist {}", rest_behind(line, words[0])));
}

/// "#options kvm_intel nested=1", which distributions ship and people mean to have in force.
void add_comment(ModprobeConfig& config, std::string_view line, const Origin& origin) {
    const std::string_view text = trim(line.substr(std::min(line.find_first_not_of('#'), line.size())));
    const std::vector<std::string_view> words = split_words(text);
    if (words.size() != 3 || words[0] != "options" || !words[2].starts_with("nested=")) return;
    std::string module = with_underscores(words[1]);
    if (interesting(module)) add_stray(config, StrayLine::Kind::commented, text, origin, std::move(module));
}

struct Installs {
    std::vector<std::string> seen;  ///< modules that an install line names already
    /// Modules with a softdep line, and the modules that it names.
    std::vector<std::pair<std::string, std::string>> softdep;
};

void parse_install(ModprobeConfig& config, Installs& installs, const std::vector<std::string_view>& words,
                   std::string_view line, const Origin& origin) {
    // A name with blanks behind it and no command is a command of nothing: it succeeds, like true.
    const std::string_view command = words.size() > 2 ? words[2] : "true";
    const std::string_view name = command.substr(command.rfind('/') + 1);  // npos + 1 is 0
    for_matching(words[1], [&](std::string module) {
        const bool later =
            std::find(installs.seen.begin(), installs.seen.end(), module) != installs.seen.end();
        if (name == "true" || name == "false" || name == ":" || name == "exit")
            config.blocks.push_back({ModuleBlock::Kind::install, module, origin,
                                     later ? ModuleBlock::Void::later_install : ModuleBlock::Void::none,
                                     std::string(rest_behind(line, words[1]))});
        if (!later) installs.seen.push_back(std::move(module));
    });
}

/// One logical line of a modprobe.d file.  kmod takes a # for a comment only as the line's first character.
void parse_directive(ModprobeConfig& config, Installs& installs, std::string_view line,
                     const Origin& origin) {
    if (line.starts_with('#')) return add_comment(config, line, origin);
    const std::vector<std::string_view> words = split_words(line);
    if (words.size() < 2 || words[0].starts_with('#')) return;
    const std::string module = with_underscores(words[1]);
    if (words[0] == "options") {
        // "options kvm_intel.nested=1": the form of the kernel command line.
        if (const auto dot = module.find('.');
            dot != std::string::npos && contains(words[1], "=") && interesting(module.substr(0, dot)))
            add_stray(config, StrayLine::Kind::not_a_command, line, origin,
                      fmt::format("options {} {}", module.substr(0, dot),
                                  rest_behind(line, words[0]).substr(dot + 1)));
        else if (interesting(module) || module == vfio)
            parse_options(config, module, rest_behind(line, words[1]), origin);
        else if (std::string meant = nearly(module); !meant.empty())
            add_stray(config, StrayLine::Kind::unknown_module, line, origin, std::move(meant));
    } else if (words[0] == "blacklist") {
        if (interesting(module))
            config.blocks.push_back(
                {ModuleBlock::Kind::blacklist, module, origin,
                 module == "kvm" ? ModuleBlock::Void::dependency : ModuleBlock::Void::none});
    } else if (words[0] == "install") {
        if (words.size() >= 3 || is_blank(line.back())) parse_install(config, installs, words, line, origin);
    } else if (words[0] == "softdep") {
        for_matching(words[1], [&](const std::string& name) {
            for (std::size_t i = 2; i < words.size(); ++i)
                if (!words[i].ends_with(':')) installs.softdep.emplace_back(name, with_underscores(words[i]));
        });
    } else {
        parse_not_a_command(config, line, words, origin);
    }
}

/// A softdep line, which may stand behind the install line, puts that out of force where the module that it
/// names exists (kmod 30, by trial: with one that does not, the install command runs).  One that nobody can
/// see to be there changes nothing here.
void void_installs(ModprobeConfig& config, const Installs& installs, const Filesystem& files) {
    for (ModuleBlock& block : config.blocks) {
        if (block.kind != ModuleBlock::Kind::install || block.nothing != ModuleBlock::Void::none) continue;
        for (const auto& [module, named] : installs.softdep)
            if (module == block.module &&
                (interesting(named) || files.list(fmt::format("/sys/module/{}", named)).if_known()))
                block.nothing = ModuleBlock::Void::softdep;
    }
}

/// A backslash at the end of a line continues it; the line number is that of its beginning.
void parse_file(ModprobeConfig& config, Installs& installs, std::string_view path, std::string_view text) {
    std::string joined;
    unsigned number = 0;
    unsigned began = 0;
    const bool placed = !text.starts_with(hearsay::lines_without_place);
    for_each_line(text, [&](std::string_view line) {
        ++number;
        if (joined.empty()) began = number;
        if (line.ends_with('\\')) {
            joined.append(line.substr(0, line.size() - 1)).push_back(' ');
            return;
        }
        const Origin origin{std::string(path), placed ? began : 0};
        const std::size_t before = config.options.size();
        if (joined.empty())
            parse_directive(config, installs, line, origin);
        else
            parse_directive(config, installs, joined.append(line), origin);
        for (std::size_t i = before; i < config.options.size(); ++i)
            config.options[i].lines = number - began + 1;
        joined.clear();
    });
}

void add_block_list(ModprobeConfig& config, std::string_view names, ModuleBlock::Kind kind) {
    for_each_part(names, ',', [&](std::string_view name) {
        std::string module = with_underscores(name);
        const auto nothing = module != name ? ModuleBlock::Void::hyphen
                             : kind == ModuleBlock::Kind::blacklist && module == "kvm"
                                 ? ModuleBlock::Void::dependency
                                 : ModuleBlock::Void::none;
        if (interesting(module)) config.blocks.push_back({kind, std::move(module), Origin{}, nothing});
    });
}

void parse_command_line(ModprobeConfig& config, std::string_view text) {
    for (const std::string& word : split_command_line(text)) {
        const std::string_view w = word;
        if (w.starts_with("modprobe.blacklist="))
            add_block_list(config, w.substr(19), ModuleBlock::Kind::blacklist);
        else if (w.starts_with("module_blacklist="))
            add_block_list(config, w.substr(17), ModuleBlock::Kind::module_blacklist);
        else if (const auto dot = w.find('.'); dot != std::string_view::npos && dot < w.find('=')) {
            std::string module = with_underscores(w.substr(0, dot));
            if (w.substr(dot + 1, w.find('=') - dot - 1).find('.') != std::string_view::npos)
                continue;  // a second dot: kmod passes the word over
            if (interesting(module) || module == vfio)
                add_option(config, std::move(module), w.substr(dot + 1), Origin{});
            else if (std::string meant = nearly(module); !meant.empty())
                add_stray(config, StrayLine::Kind::unknown_module, w, Origin{}, std::move(meant));
        }
    }
}

/// Files that modprobe skips: what they say of KVM counts for nothing.
void add_unread_file(ModprobeConfig& config, const std::string& path, const Reading<std::string>& text) {
    if (!text.if_known()) return;
    ModprobeConfig other;
    Installs installs;
    parse_file(other, installs, path, *text.if_known());
    const std::string meant = path.substr(path.rfind('/') + 1) + ".conf";
    for (const ModuleOption& o : other.options)
        add_stray(
            config, StrayLine::Kind::file_not_read,
            fmt::format("options {} {}{}{}", o.module, o.parameter, o.value.empty() ? "" : "=", o.value),
            o.origin, meant);
    for (const ModuleBlock& b : other.blocks)
        add_stray(config, StrayLine::Kind::file_not_read, fmt::format("a line against {}", b.module),
                  b.origin, meant);
}

}  // namespace

ModprobeConfig read_modprobe_config(const Filesystem& files, const Reading<std::string>& command_line) {
    ModprobeConfig config;
    std::map<std::string, std::string_view, std::less<>> chosen;  // name -> the directory whose file counts
    std::vector<std::string> unread_names;
    for (const std::string_view directory : directories) {
        const auto names = files.list(directory);
        const Absent* absent = names.if_absent();
        if ((!absent && files.lists_all(directory)) || (absent && absent->why == Why::no_device))
            config.looked = true;
        if (absent && absent->why != Why::no_device && absent->why != Why::not_recorded)
            config.unread.push_back(*absent);
        if (absent) continue;
        for (const std::string& name : *names.if_known())
            if (name.ends_with(".conf"))
                chosen.try_emplace(name, directory);
            else
                unread_names.emplace_back(fmt::format("{}/{}", directory, name));
    }
    Installs installs;
    for (const auto& [name, directory] : chosen) {
        const std::string path = fmt::format("{}/{}", directory, name);
        const auto text = files.read(path);
        if (text.if_known())
            parse_file(config, installs, path, *text.if_known());
        else
            config.unread.push_back(text.absence());
    }
    void_installs(config, installs, files);
    if (command_line.if_known()) parse_command_line(config, *command_line.if_known());
    for (const std::string& path : unread_names) add_unread_file(config, path, files.read(path));
    return config;
}

}  // namespace nestprobe

// SPDX-License-Identifier: MIT
#include "machine/modprobe.hpp"

#include "base/text.hpp"

#include <fmt/format.h>

#include <algorithm>
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

void add_option(ModprobeConfig& config, std::string module, std::string_view assignment, std::string source) {
    const auto equals = assignment.find('=');
    const std::string_view value = equals == std::string_view::npos ? "" : assignment.substr(equals + 1);
    config.options.push_back({std::move(module), with_underscores(assignment.substr(0, equals)),
                              std::string(value), std::move(source)});
}

/// One logical line of a modprobe.d file.
void parse_directive(ModprobeConfig& config, std::string_view line, const std::string& source) {
    const std::vector<std::string_view> words = split_words(line);
    if (words.size() < 2 || words[0].starts_with('#')) return;
    const std::string module = with_underscores(words[1]);
    if (!interesting(module)) return;
    if (words[0] == "options")
        for (std::size_t i = 2; i < words.size(); ++i) add_option(config, module, words[i], source);
    else if (words[0] == "blacklist")
        config.blocks.push_back({ModuleBlock::Kind::blacklist, module, source});
    else if (words[0] == "install" && words.size() >= 3 &&
             (words[2].ends_with("/false") || words[2].ends_with("/true") || words[2] == "false" ||
              words[2] == "true"))
        config.blocks.push_back({ModuleBlock::Kind::install, module, source});
}

/// A backslash at the end of a line continues it; the line number is that of its beginning.
void parse_file(ModprobeConfig& config, std::string_view path, std::string_view text) {
    std::string joined;
    unsigned number = 0;
    unsigned began = 0;
    for_each_line(text, [&](std::string_view line) {
        ++number;
        if (joined.empty()) began = number;
        if (line.ends_with('\\')) {
            joined.append(line.substr(0, line.size() - 1)).push_back(' ');
            return;
        }
        const std::string source = fmt::format("{}:{}", path, began);
        if (joined.empty())
            parse_directive(config, line, source);
        else
            parse_directive(config, joined.append(line), source);
        joined.clear();
    });
}

void add_block_list(ModprobeConfig& config, std::string_view names, ModuleBlock::Kind kind) {
    while (!names.empty()) {
        const auto comma = names.find(',');
        std::string module = with_underscores(names.substr(0, comma));
        if (interesting(module)) config.blocks.push_back({kind, std::move(module), "kernel command line"});
        names = comma == std::string_view::npos ? "" : names.substr(comma + 1);
    }
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
            if (interesting(module))
                add_option(config, std::move(module), w.substr(dot + 1), "kernel command line");
        }
    }
}

}  // namespace

std::vector<std::string> split_command_line(std::string_view text) {
    std::vector<std::string> words;
    std::optional<std::string> word;
    bool quoted = false;
    for (const char c : text) {
        if (c == '"') {
            quoted = !quoted;
            if (!word) word.emplace();
        } else if (!quoted && (c == ' ' || c == '\t' || c == '\n' || c == '\0')) {
            if (word) words.push_back(std::move(*word));
            word.reset();
        } else {
            if (!word) word.emplace();
            word->push_back(c);
        }
    }
    if (word) words.push_back(std::move(*word));
    return words;
}

ModprobeConfig read_modprobe_config(const Filesystem& files, const Reading<std::string>& command_line) {
    ModprobeConfig config;
    std::map<std::string, std::string_view, std::less<>> chosen;  // name -> the directory whose file counts
    for (const std::string_view directory : directories) {
        const auto names = files.list(directory);
        const Absent* absent = names.if_absent();
        if ((!absent && files.lists_all(directory)) || (absent && absent->why == Why::no_device))
            config.looked = true;
        if (absent && absent->why != Why::no_device && absent->why != Why::not_recorded)
            config.unread.push_back(*absent);
        if (absent) continue;
        for (const std::string& name : *names.if_known())
            if (name.ends_with(".conf")) chosen.try_emplace(name, directory);
    }
    for (const auto& [name, directory] : chosen) {
        const std::string path = fmt::format("{}/{}", directory, name);
        const auto text = files.read(path);
        if (text.if_known())
            parse_file(config, path, *text.if_known());
        else
            config.unread.push_back(*text.if_absent());
    }
    if (command_line.if_known()) parse_command_line(config, *command_line.if_known());
    return config;
}

const ModuleOption* effective(const std::vector<ModuleOption>& options, std::string_view module,
                              std::string_view parameter) {
    const auto found = std::find_if(options.rbegin(), options.rend(), [&](const ModuleOption& o) {
        return o.module == module && o.parameter == parameter;
    });
    return found == options.rend() ? nullptr : &*found;
}

bool parse_switch(std::string_view text, bool& value) {
    text = trim(text);
    if (text == "Y" || text == "y" || text == "1" || text == "on") {
        value = true;
        return true;
    }
    if (text == "N" || text == "n" || text == "0" || text == "off") {
        value = false;
        return true;
    }
    return false;
}

}  // namespace nestprobe

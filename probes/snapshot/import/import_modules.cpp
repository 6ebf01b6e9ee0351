// SPDX-License-Identifier: MIT
// Outputs about modules: lsmod and /proc/modules, modinfo, systool.
#include "base/text.hpp"
#include "snapshot/import/readers.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace nestprobe {
namespace {

struct ModuleLine {
    std::string_view name, size, users, by;
};

bool is_module_name(std::string_view word) {
    return !word.empty() && word.size() < 64 && std::all_of(word.begin(), word.end(), [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || c == '_' ||
               c == '-';
    });
}

/// "kvm 1392640 1 kvm_intel", "kvm_intel 479232 0 - Live 0x0000000000000000"
bool read_row(std::string_view line, ModuleLine& row) {
    const auto words = split_words(line);
    unsigned size = 0;
    int users = 0;
    if (words.size() < 3 || words.size() > 7 || !is_module_name(words[0]) || !parse_number(words[1], size) ||
        !parse_number(words[2], users) || size < 1024)
        return false;
    row = {words[0], words[1], words[2], words.size() > 3 ? words[3] : "-"};
    return words.size() == 3 || is_module_name(row.by.substr(0, row.by.find(','))) || row.by == "-";
}

bool is_header(std::string_view line) {
    const auto words = split_words(line);
    return words.size() >= 3 && words[0] == "Module" && words[1] == "Size";
}

/// A pattern of grep that fits both vendors' modules: "kvm", "kvm|vbox", "\\(kvm\\|irq\\)", "^kvm".
bool fits_both(std::string_view pattern) {
    while (!pattern.empty()) {
        const auto bar = pattern.find('|');
        std::string word(trim(pattern.substr(0, bar)));
        std::erase_if(word, [](char c) { return c == '(' || c == ')' || c == '\\' || c == '^'; });
        if (!word.empty() && contains("kvm_intel", word) && contains("kvm_amd", word)) return true;
        pattern = bar == std::string_view::npos ? std::string_view{} : pattern.substr(bar + 1);
    }
    return false;
}

/// kvm's users name the vendor's module while that is loaded, so kvm's own line tells whether it is.
bool tells_of_kvm(const std::vector<ModuleLine>& rows, const Command& command) {
    // An empty answer of -v says what is there and not what is not.
    const bool kvm_asked = !contains(command.line, " -v") &&
                           std::any_of(command.patterns.begin(), command.patterns.end(), fits_both);
    return kvm_asked ||
           std::any_of(rows.begin(), rows.end(), [](const ModuleLine& row) { return row.name == "kvm"; });
}

std::string_view value_behind(std::string_view line, std::string_view key) {
    line = trim(line);
    return line.starts_with(key) ? trim(line.substr(key.size())) : std::string_view{};
}

}  // namespace

bool is_lsmod(std::string_view text) {
    std::size_t lines = 0, rows = 0;
    bool header = false;
    for_each_line(text, [&](std::string_view line) {
        ModuleLine row;
        if (trim(line).empty() || lines > 50) return;
        header = header || is_header(line);
        ++lines;
        rows += read_row(line, row);
    });
    return header || (rows > 0 && rows * 2 > lines);
}

void read_lsmod(const Section& section, Evidence& evidence) {
    std::vector<ModuleLine> rows;
    bool header = false, last_whole = true;
    const char* const end = section.body.data() + section.body.size();
    for_each_line(section.body, [&](std::string_view line) {
        ModuleLine row;
        header = header || is_header(line);
        if (!read_row(line, row)) return;
        last_whole = line.data() + line.size() != end;
        if (last_whole) rows.push_back(row);
    });
    const bool known = section.command.program == "lsmod" || section.command.names("/proc/modules");
    const bool filtered = section.command.filtered;
    const bool whole = last_whole && !section.cut() && ((header || (known && !rows.empty())) && !filtered);
    if (whole || (tells_of_kvm(rows, section.command) && (!section.cut() || !rows.empty()))) {
        std::string text;
        // kvm's users are loaded even where their own lines were not copied.
        for (const ModuleLine& kvm : rows)
            for (const std::string_view user : {"kvm_intel", "kvm_amd"})
                if (kvm.name == "kvm" && contains(kvm.by, user) &&
                    std::none_of(rows.begin(), rows.end(),
                                 [&](const ModuleLine& row) { return row.name == user; }))
                    text += fmt::format("{} 0 - - Live 0x0\n", user);
        for (const ModuleLine& row : rows)
            text += fmt::format("{} {} {} {}{} Live 0x0\n", row.name, row.size, row.users, row.by,
                                row.by == "-" || row.by.ends_with(',') ? "" : ",");
        evidence.file("/proc/modules", text);
    } else {
        for (const ModuleLine& row : rows)
            evidence.file(fmt::format("/sys/module/{}/initstate", row.name), "live\n");
    }
    evidence.taken("lsmod");
}

bool is_modinfo(std::string_view text) {
    return text.starts_with("filename:") ||
           (contains(text.substr(0, 4096), "\nvermagic:") && contains(text, "parm:"));
}

/// The file of a module proves that this kernel has it; "(builtin)" that it is a part of it.  parm lines name
/// parameters, not their values.
void read_modinfo(const Section& section, Evidence& evidence) {
    std::string_view name;
    for (const std::string& word : section.command.words)
        if (!word.starts_with('-')) name = word;
    bool built_in = false;
    for_each_line(section.body, [&](std::string_view line) {
        const bool field_alone = section.command.names("-F") || section.command.names("--field");
        if (const std::string_view said = value_behind(line, "name:"); !said.empty()) name = said;
        built_in = built_in || value_behind(line, "filename:") == "(builtin)";
        // Of VirtualBox the version decides; modinfo's is that of the file, which is loaded as a rule.
        if (contains(section.command.line, "vboxdrv"))
            if (const std::string_view version = field_alone ? trim(line) : value_behind(line, "version:");
                !version.empty() && version.front() >= '0' && version.front() <= '9')
                evidence.file("/sys/module/vboxdrv/version", fmt::format("{}\n", version));
    });
    if (built_in && !name.empty())
        evidence.built_in(name == "kvm-intel" ? "kvm_intel" : name == "kvm-amd" ? "kvm_amd" : name);
    for_each_line(section.body, [&](std::string_view line) {
        if (const std::string_view path = value_behind(line, "filename:");
            path.starts_with("/lib/modules/") || path.starts_with("/usr/lib/modules/")) {
            const std::string_view own = path.substr(path.starts_with("/usr") ? 4 : 0);
            if (contains(own, ".ko"))
                evidence.absent_file(std::string(own),
                                     {Why::not_recorded, fmt::format("{}: its bytes", own)});
        }
    });
    evidence.taken("modinfo");
}

bool is_systool(std::string_view text) { return contains(text.substr(0, 4096), "Module = \""); }

/// systool -vm NAME: "Module = "kvm_intel"", "initstate = "live"", then "Parameters:" with a line each.
void read_systool(const Section& section, Evidence& evidence) {
    std::string module;
    bool parameters = false;
    if (section.command.filtered)  // the heading is gone; the command names the module
        for (const std::string& word : section.command.words)
            if (word.starts_with("kvm")) {
                module = word;
                std::replace(module.begin(), module.end(), '-', '_');
                parameters = true;
            }
    for_each_line(section.body, [&](std::string_view line) {
        line = trim(line);
        const auto equals = line.find(" = \"");
        if (equals == std::string_view::npos) {
            if (line.ends_with(':')) parameters = line == "Parameters:";
            return;
        }
        const std::string_view key = trim(line.substr(0, equals));
        std::string_view value = line.substr(equals + 4);
        if (!value.ends_with('"')) return;  // cut
        value.remove_suffix(1);
        if (key == "Module") {
            module = value;
            parameters = false;
        } else if (!module.empty() && is_module_name(key)) {
            const std::string_view folder = parameters ? "parameters/" : "";
            if (parameters || key == "initstate" || key == "refcnt")
                evidence.file(fmt::format("/sys/module/{}/{}{}", module, folder, key),
                              fmt::format("{}\n", value));
        }
    });
    evidence.taken("systool");
}

/// "modprobe: FATAL: Module msr not found in directory /lib/modules/6.6.87.2-microsoft-standard-WSL2"
void read_release_of_modprobe(std::string_view line, Evidence& evidence) {
    constexpr std::string_view words = "not found in directory /lib/modules/";
    const auto at = line.find(words);
    if (at == std::string_view::npos) return;
    std::string_view release = trim(line.substr(at + words.size()));
    release = release.substr(0, release.find_first_of("\"'`,;"));  // quoted in a sentence
    if (release.empty() || release.find_first_of(" /") != std::string_view::npos) return;
    evidence.file("/proc/sys/kernel/osrelease", fmt::format("{}\n", release));
    evidence.taken("modprobe's refusal");
}

}  // namespace nestprobe

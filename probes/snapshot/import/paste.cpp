// SPDX-License-Identifier: MIT
#include "snapshot/import/paste.hpp"

#include "base/text.hpp"

#include <algorithm>
#include <iterator>

namespace nestprobe {
namespace {

// --- cleaning ---

/// The escape sequence at the beginning of `text`: ESC [ ... letter, or ESC and one character.
std::size_t escape_size(std::string_view text) {
    if (text.size() < 2 || text[1] != '[') return std::min<std::size_t>(text.size(), 2);
    std::size_t n = 2;
    while (n < text.size() && text[n] >= 0x20 && text[n] < 0x40) ++n;
    return std::min(n + 1, text.size());
}

struct Replacement {
    std::string_view bytes, by;
};
constexpr Replacement replacements[] = {
    {"\xc2\xa0", " "},       // no-break space
    {"\xe2\x80\xaf", " "},   // narrow no-break space
    {"\xe2\x80\x8b", ""},    // zero-width space
    {"\xef\xbb\xbf", ""},    // byte order mark
    {"\xef\xbc\x9a", ": "},  // full-width colon
    {"\xe2\x80\x98", "'"},   // quotation marks of a locale, or of a word processor
    {"\xe2\x80\x99", "'"},  {"\r\n", "\n"}, {"\r", "\n"},
};

std::string clean_bytes(std::string_view text) {
    std::string result;
    result.reserve(text.size());
    for (std::size_t i = 0; i < text.size();) {
        const std::string_view rest = text.substr(i);
        const unsigned char c = static_cast<unsigned char>(rest.front());
        if (c == 0x1b) {
            i += escape_size(rest);
        } else if (c == 0) {
            ++i;
        } else if (c < 0x80 && c != '\r') {
            result += rest.front();
            ++i;
        } else {
            const auto* row = std::find_if(std::begin(replacements), std::end(replacements),
                                           [&](const Replacement& r) { return rest.starts_with(r.bytes); });
            const bool found = row != std::end(replacements);
            result += found ? row->by : rest.substr(0, 1);
            i += found ? row->bytes.size() : 1;
        }
    }
    return result;
}

/// How many characters of quotation and indentation all lines begin with: "> ", "    ".
std::size_t common_margin(std::string_view text) {
    std::string_view margin;
    bool first = true;
    for_each_line(text, [&](std::string_view line) {
        if (trim(line).empty() || line.starts_with("```")) return;
        std::size_t n = 0;
        while (n < line.size() && (line[n] == ' ' || line[n] == '\t' || line[n] == '>' || line[n] == '|'))
            ++n;
        const std::string_view own = line.substr(0, n);
        const auto shared = std::mismatch(margin.begin(), margin.end(), own.begin(), own.end()).first;
        margin = first ? own : margin.substr(0, static_cast<std::size_t>(shared - margin.begin()));
        first = false;
    });
    return margin.size();
}

// --- prompts ---

constexpr std::string_view known_programs[] = {"cat",
                                               "grep",
                                               "egrep",
                                               "fgrep",
                                               "zgrep",
                                               "zcat",
                                               "head",
                                               "tail",
                                               "dmesg",
                                               "journalctl",
                                               "lscpu",
                                               "lsmod",
                                               "modinfo",
                                               "modprobe",
                                               "systool",
                                               "virsh",
                                               "kvm-ok",
                                               "virt-host-validate",
                                               "systemd-detect-virt",
                                               "virt-what",
                                               "uname",
                                               "id",
                                               "groups",
                                               "ls",
                                               "rdmsr",
                                               "dmidecode",
                                               "cpuid",
                                               "osqueryi",
                                               "insmod",
                                               "rmmod",
                                               "qemu-system-x86_64",
                                               "kvm",
                                               "getfacl",
                                               "stat",
                                               "find",
                                               "sysctl",
                                               "cpuinfo",
                                               "x86info",
                                               "lspci",
                                               "inxi",
                                               "hostnamectl",
                                               "whoami",
                                               "echo",
                                               "getent",
                                               "test",
                                               "file"};
constexpr std::string_view wrappers[] = {"sudo",   "doas",     "time",    "env",
                                         "LANG=C", "LC_ALL=C", "command", "\\"};

std::string_view base_name(std::string_view path) { return path.substr(path.rfind('/') + 1); }

/// The first word that is a program.
std::string_view program_in(std::string_view line) {
    for (const std::string_view word : split_words(line))
        if (!holds(wrappers, word) && !(word.starts_with('-')) && word.find('=') == std::string_view::npos)
            return base_name(word);
    return {};
}

/// "user@host:~$", "[root@host ~]#", "host:/home/user #", "user@host ~ %": a name and a mark behind it.
std::string_view behind_named_prompt(std::string_view line) {
    constexpr std::size_t longest = 80;
    for (std::size_t i = 1; i + 1 < line.size() && i < longest; ++i) {
        const char c = line[i];
        if ((c != '$' && c != '#' && c != '%') || line[i + 1] != ' ') continue;
        const std::string_view name = line.substr(0, i);
        const auto words = split_words(name);
        if (words.size() > 3) return {};
        const bool named = contains(words.front(), "@") || (contains(words.front(), ":") && c != '%') ||
                           words.front().starts_with("bash-") || words.front().starts_with("sh-");
        return named ? trim(line.substr(i + 1)) : std::string_view{};
    }
    return {};
}

bool is_command_line(std::string_view text) { return holds(known_programs, program_in(text)); }

/// The command that was typed in this line; empty where it is no such line.
std::string_view typed_in(std::string_view line) {
    line = trim(line);
    if (line.size() > 400) return {};
    while (line.starts_with("> ")) line = trim(line.substr(2));
    if (const std::string_view typed = behind_named_prompt(line); !typed.empty()) return typed;
    for (const std::string_view mark : {"$ ", "# ", "% ", "+ ", "\xe2\x9d\xaf ", "\xe2\x9e\x9c "}) {
        if (!line.starts_with(mark)) continue;
        const std::string_view typed = trim(line.substr(mark.size()));
        const bool plain = mark == "$ " && !typed.empty() && typed.front() != '{';
        return plain || is_command_line(typed) ? typed : std::string_view{};
    }
    return {};
}

/// "dmesg | grep kvm" alone in a line, without a prompt.
bool is_bare_command(std::string_view line) {
    constexpr std::string_view bare[] = {"dmesg",
                                         "lscpu",
                                         "lsmod",
                                         "journalctl",
                                         "kvm-ok",
                                         "uname",
                                         "modinfo",
                                         "cat",
                                         "grep",
                                         "egrep",
                                         "id",
                                         "systool",
                                         "rdmsr",
                                         "modprobe",
                                         "virt-host-validate",
                                         "systemd-detect-virt"};
    const auto words = split_words(line);
    if (words.empty() || line.size() > 200 || is_blank(line.front())) return false;
    std::size_t at = 0;
    while (at < words.size() && holds(wrappers, words[at])) ++at;
    if (at == words.size() || !holds(bare, words[at])) return false;
    if (at + 1 == words.size()) return true;
    const std::string_view next = words[at + 1];
    return next.starts_with('-') || next == "|" || next.starts_with('/') || next.starts_with("kvm") ||
           next.starts_with('\'') || next.starts_with('"') ||
           (contains(line, "/proc/") || contains(line, "/sys/"));
}

/// supportconfig: "#==[ Command ]===#", then "# /usr/bin/lscpu"; head and tail: "==> /path <==".
std::string_view heading_in(std::string_view line, bool& announced) {
    if (line.starts_with("#==[ ")) {
        announced = true;
        return {};
    }
    if (announced && line.starts_with("# ")) {
        announced = false;
        return trim(line.substr(2));
    }
    if (!trim(line).empty()) announced = false;
    return {};
}

/// A configuration file in supportconfig's text is named by its path alone, a log with what was left out.
std::string as_command(std::string_view heading) {
    const std::string_view path = heading.substr(0, heading.find(' '));
    const bool file = path.starts_with("/etc/") || path.starts_with("/proc/") || path.starts_with("/sys/") ||
                      path.starts_with("/boot/") || path.starts_with("/var/log/");
    return file ? "cat " + std::string(path) : std::string(heading);
}

std::vector<std::string> shell_words(std::string_view line) {
    std::vector<std::string> words;
    std::string word;
    bool open = false;
    char quote = 0;
    const auto finish = [&] {
        if (open) words.push_back(std::move(word));
        word.clear();
        open = false;
    };
    for (const char c : line) {
        if (quote != 0) {
            if (c == quote)
                quote = 0;
            else
                word += c;
        } else if (c == '\'' || c == '"') {
            quote = c;
            open = true;
        } else if (is_blank(c)) {
            finish();
        } else if (c == '|' || c == ';') {
            finish();
            words.emplace_back(1, c);
        } else {
            word += c;
            open = true;
        }
    }
    finish();
    return words;
}

bool is_grep(std::string_view program) {
    return program == "grep" || program == "egrep" || program == "fgrep" || program == "zgrep" ||
           program == "rg" || program == "ag";
}

/// What stands behind a filter's name, up to the next: its pattern, whether it counts.
void read_filter(Command& command, const std::vector<std::string>& words, std::size_t from) {
    command.filtered = true;
    const bool grep = is_grep(base_name(words[from]));
    bool has_pattern = false;
    for (std::size_t i = from + 1; i < words.size(); ++i) {
        const std::string& word = words[i];
        if (word.starts_with("--") || (word.starts_with('-') && word.size() > 1)) {
            if (grep && word.find('c') != std::string::npos && !word.starts_with("--color"))
                command.counts = true;
            if (word == "-e") has_pattern = false;
        } else if (grep && !has_pattern) {
            command.patterns.push_back(word);
            has_pattern = true;
        }
    }
    if (base_name(words[from]) == "wc") command.counts = true;
}

}  // namespace

bool Command::names(std::string_view path) const { return holds(words, path); }

Command parse_command(std::string_view line) {
    Command command;
    command.line = trim(line);
    std::vector<std::vector<std::string>> pipeline(1);
    for (std::string& word : shell_words(line)) {
        if (word == ";") break;
        if (word == "|" || word == "&&" || word == "||")
            pipeline.emplace_back();
        else if (!word.starts_with("2>") && word != ">")
            pipeline.back().push_back(std::move(word));
    }
    auto& first = pipeline.front();
    while (!first.empty() &&
           (holds(wrappers, first.front()) || first.front().find('=') != std::string::npos ||
            (command.program.empty() && first.front().starts_with('-'))))
        first.erase(first.begin());
    if (first.empty()) return command;
    command.program = base_name(first.front());
    command.words.assign(first.begin() + 1, first.end());
    if (is_grep(command.program)) read_filter(command, first, 0);
    if (command.program == "head" || command.program == "tail") command.filtered = true;
    for (std::size_t i = 1; i < pipeline.size(); ++i)
        if (!pipeline[i].empty() && pipeline[i].front() != "sort" && pipeline[i].front() != "less" &&
            pipeline[i].front() != "cat" && pipeline[i].front() != "tee")
            read_filter(command, pipeline[i], 0);
    return command;
}

std::string clean_paste(std::string_view text) {
    const std::string bytes = clean_bytes(text);
    const std::size_t margin = common_margin(bytes);
    std::string result;
    result.reserve(bytes.size());
    for_each_line(bytes, [&](std::string_view line) {
        if (line.starts_with("```") || line.starts_with("~~~")) return;
        if (trim(line).empty()) line = {};
        result.append(line.substr(std::min(margin, line.size()))).push_back('\n');
    });
    if (!bytes.ends_with('\n') && result.ends_with('\n')) result.pop_back();
    return result;
}

std::vector<Section> split_paste(std::string_view text) {
    std::vector<Section> sections(1);
    bool announced = false;
    const char* const end = text.data() + text.size();
    for_each_line(text, [&](std::string_view line) {
        const std::string_view heading = heading_in(line, announced);
        std::string_view typed = typed_in(line);
        if (typed.empty() && is_bare_command(line)) typed = trim(line);
        if (!heading.empty()) {
            sections.push_back({parse_command(as_command(heading)), {}});
        } else if (!typed.empty()) {
            sections.push_back({parse_command(typed), {}});
        } else if (line.starts_with("==> ") && line.ends_with(" <==")) {
            sections.push_back({parse_command("cat " + std::string(line.substr(4, line.size() - 8))), {}});
        } else {
            sections.back().body.append(line);
            if (line.data() + line.size() != end) sections.back().body.push_back('\n');
        }
    });
    // What a prompt ended is whole; only the last output may lack its end.
    for (Section& section : sections)
        if (&section != &sections.back() && section.body.empty()) section.body = "\n";
    return sections;
}

}  // namespace nestprobe

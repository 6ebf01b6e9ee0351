// SPDX-License-Identifier: MIT
// A command in a paste, behind its prompt or in a report's heading: which file or program the lines below are
// of.
#include "snapshot/import/typed.hpp"

#include "base/text.hpp"
#include "snapshot/import/entrances.hpp"
#include "snapshot/import/paste.hpp"
#include "snapshot/import/typed_programs.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <span>

namespace nestprobe {
namespace {

/// The first word that is a program.
std::string_view program_in(std::string_view line) {
    for (const std::string_view word : split_words(line))
        if (!holds(wrappers, word) && !(word.starts_with('-')) && word.find('=') == std::string_view::npos)
            return base_name(word);
    return {};
}

bool is_command_line(std::string_view text) { return holds(known_programs, program_in(text)); }

/// What stands before the prompt itself: "(base) " of conda and of Python's environments, "[I] " of fish.
std::string_view without_badge(std::string_view line) {
    constexpr std::size_t longest = 32;
    const auto end = line.starts_with('(') ? line.find(") ") : line.starts_with('[') ? line.find("] ") : 0;
    const bool one_word =
        end != std::string_view::npos && end > 1 && end < longest && line.find_first_of(" @~/:") >= end;
    return one_word ? trim(line.substr(end + 2)) : line;
}

/// openSUSE's "user@host:~> " and fish's "user@host ~> ": mails have such a mark, too, so a program has to
/// follow.
bool is_named_place(std::string_view name) {
    const auto at = name.find('@');
    const std::string_view rest = name.substr(std::min(at, name.size()));
    return at != std::string_view::npos && at > 0 && split_words(name).size() <= 2 &&
           (contains(rest, ":~") || contains(rest, ":/") || contains(rest, " ~") || contains(rest, " /"));
}

/// "user@host:~$", "[root@host ~]#", "host:/home/user #", "user@host ~ %": a name and a mark behind it.
std::string_view behind_named_prompt(std::string_view line) {
    constexpr std::size_t longest = 80;
    line = without_badge(line);
    for (std::size_t i = 1; i + 1 < line.size() && i < longest; ++i) {
        const char c = line[i];
        if ((c != '$' && c != '#' && c != '%' && c != '>') || line[i + 1] != ' ') continue;
        if (c == '>') {
            const std::string_view behind = trim(line.substr(i + 1));
            if (is_named_place(line.substr(0, i)) && is_command_line(behind)) return behind;
            continue;
        }
        const std::string_view name = line.substr(0, i);
        const auto words = split_words(name);
        // Codespaces: "@user ➜ /workspaces/repo (main) $ ".
        const bool arrowed = words.size() > 1 && words[1] == "\xe2\x9e\x9c";
        if (words.size() > (arrowed ? 4u : 3u)) return {};
        const bool named = contains(words.front(), "@") || (contains(words.front(), ":") && c != '%') ||
                           words.front().starts_with("bash-") || words.front().starts_with("-bash-") ||
                           words.front().starts_with("sh-");
        // Busybox's shell: "~ # ", "/ # "; QTS': "[~] # ".
        const auto is_folder = [](std::string_view word) {
            return word.front() == '~' || word.front() == '/' || word.starts_with("[~") ||
                   word.starts_with("[/");
        };
        // Gentoo's root: "host ~ # ".
        const bool folder = (words.size() == 1 && is_folder(words.front())) ||
                            (words.size() == 2 && c == '#' && is_folder(words.back()));
        const std::string_view typed = trim(line.substr(i + 1));
        return named || (folder && is_command_line(typed)) ? typed : std::string_view{};
    }
    return {};
}

/// "PS C:\Users\me> wsl uname -r", "C:\>systeminfo": what was typed behind it.
std::string_view behind_windows_prompt(std::string_view line) {
    if (line.starts_with("PS> ")) return trim(line.substr(4));
    if (line.starts_with("PS ")) line.remove_prefix(3);
    const auto close = line.find('>');
    const bool drive = line.size() > 3 && line[1] == ':' && line[2] == '\\';
    return drive && close != std::string_view::npos && close < 80 ? trim(line.substr(close + 1))
                                                                  : std::string_view{};
}

/// ESXi's: "[root@esx:~] vim-cmd vmsvc/get.config 12".
std::string_view behind_esxi_prompt(std::string_view line) {
    constexpr std::size_t longest = 80;
    const auto close = line.find("] ");
    if (!line.starts_with('[') || close == std::string_view::npos || close > longest) return {};
    const std::string_view name = line.substr(1, close - 1);
    const bool folder = contains(name, ":~") || contains(name, ":/");
    return folder && contains(name, "@") && name.find(' ') == std::string_view::npos
               ? trim(line.substr(close + 2))
               : std::string_view{};
}

}  // namespace

/// The command that was typed in this line; empty where it is no such line.
std::string_view typed_in(std::string_view line) {
    line = trim(line);
    if (line.size() > 400) return {};
    while (line.starts_with("> ")) line = trim(line.substr(2));
    if (const std::string_view typed = behind_windows_prompt(line); !typed.empty()) return typed;
    if (const std::string_view typed = behind_named_prompt(line); !typed.empty()) return typed;
    if (const std::string_view typed = behind_esxi_prompt(line); !typed.empty()) return typed;
    // "@user -> /workspaces/repo (main) $ env" of Codespaces, and Gitpod's.
    if ((line.starts_with('@') && contains(line, " /workspaces/")) || line.starts_with("gitpod /workspace/"))
        if (const std::string_view typed = after(line, " $ "); !typed.empty()) return trim(typed);
    for (const std::string_view mark :
         {"$ ", "# ", "% ", "+ ", "## ", "### ", "\xe2\x9d\xaf ", "\xe2\x9e\x9c ",
          // Kali's second line, Oh My Zsh's, and two that people like.
          "\xe2\x94\x94\xe2\x94\x80$ ", "\xe2\x94\x94\xe2\x94\x80# ", "\xe2\x95\xb0\xe2\x94\x80$ ",
          "\xe2\x95\xb0\xe2\x94\x80\xe2\x9e\xa4 ", "\xce\xbb ", "$> ", "bash$ ", "sh$ "}) {
        if (!line.starts_with(mark)) continue;
        std::string_view typed = trim(line.substr(mark.size()));
        // Oh My Zsh and its like write the folder behind the mark, and what Git says.
        for (int words = 0; mark.size() > 3 && words < 3 && !is_command_line(typed); ++words)
            typed = trim(typed.substr(std::min(typed.find(' '), typed.size())));
        const bool plain = mark == "$ " && !typed.empty() && typed.front() != '{';
        return plain || is_command_line(typed) ? typed : std::string_view{};
    }
    return {};
}

std::string host_in_prompt(std::string_view line) {
    line = trim(line);
    while (line.starts_with("> ")) line = trim(line.substr(2));
    if (behind_named_prompt(line).empty()) return {};
    line = without_badge(line);
    const auto at = line.find('@');
    const auto colon = line.find(':');
    const bool folder = colon != std::string_view::npos && colon + 1 < line.size() &&
                        (line[colon + 1] == '/' || line[colon + 1] == '~');
    std::string_view name;
    if (at != std::string_view::npos && (!folder || at < colon))
        name = line.substr(at + 1, line.find_first_of(":]) ~#$%.>", at) - at - 1);
    else if (folder)
        name = line.substr(0, colon);
    if (name.find_first_of(" /[(") != std::string_view::npos) return {};
    std::string host(name.substr(0, name.find('.')));
    for (char& c : host) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
    return host;
}

constexpr std::string_view verbs_of_outputs[] = {
    "returns", "returned", "should", "prints", "printed", "shows", "showed", "gives", "gave",  "outputs",
    "means",   "is",       "says",   "must",   "will",    "would", "which",  "and",   "tells", "reports"};

/// "egrep -c vmx /proc/cpuinfo returns 0 means that it is off.": a sentence begins with a command, too.
/// "lsmod | grep kvm returns nothing" says no more than that.
static bool reads_as_sentence(std::span<const std::string_view> words) {
    for (std::size_t i = 1; i + 2 < words.size(); ++i)
        if (holds(verbs_of_outputs, words[i])) return true;
    return false;
}

bool tells_what_it_prints(std::string_view line) {
    const auto words = split_words(line);
    return words.size() > 2 && holds(verbs_of_outputs, words[words.size() - 2]);
}

/// "multipass exec foo -- kvm-ok"
static bool is_run_elsewhere(std::string_view line, std::span<const std::string_view> words) {
    constexpr std::size_t most = 16;
    if (words.size() > most || reads_as_sentence(words)) return false;
    const auto entered = entered_by(line);
    return entered && is_command_line(entered->command);
}

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
                                         "groups",
                                         "systool",
                                         "rdmsr",
                                         "modprobe",
                                         "virt-host-validate",
                                         "systemd-detect-virt",
                                         "virt-what",
                                         "hostnamectl",
                                         "dmidecode",
                                         "inxi",
                                         "cpuid",
                                         "lspci",
                                         "zgrep",
                                         "zcat",
                                         "ls"};
    const auto words = split_words(line);
    if (words.empty() || line.size() > 200 || is_blank(line.front())) return false;
    if (is_run_elsewhere(line, words)) return true;
    std::size_t at = 0;
    while (at < words.size() && holds(wrappers, words[at])) ++at;
    if (at == words.size() || !holds(bare, words[at]) || reads_as_sentence(words)) return false;
    if (at + 1 == words.size()) return true;
    const std::string_view next = words[at + 1];
    return next.starts_with('-') || next == "|" || next.starts_with('/') || next.starts_with("kvm") ||
           next.starts_with('\'') || next.starts_with('"') ||
           (contains(line, "/proc/") || contains(line, "/sys/"));
}

}  // namespace nestprobe

// SPDX-License-Identifier: MIT
// Sentences that say what a command printed, or what a parameter is: "`egrep -c '(vmx|svm)' /proc/cpuinfo`
// returns 0", "/sys/module/kvm_intel/parameters/nested = N".  A guide says what should be, and is not heard.
#include "snapshot/import/spoken.hpp"

#include "base/text.hpp"
#include "facts/log_lines.hpp"
#include "snapshot/import/readers.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>

namespace nestprobe {
namespace {

/// It says what is so, not what should be, or what somebody asks.
bool is_stated(std::string_view line) {
    constexpr std::string_view hedges[] = {"if ",    "If ",   "hould",  "must ",  "xpect",    "ake sure",
                                           "nsure",  "when ", "When ",  "erify",  "heck ",    "eeds to",
                                           "has to", "?",     "echo ",  "| tee",  " or ",     "nless",
                                           "until ", "n't ",  " means", "would ", "whether ", "ntil it"};
    return !contains_any(line, hedges);
}

/// The same as a sentence about another machine than the rest of the paste may be.
bool names_a_machine(std::string_view line) {
    constexpr std::string_view machines[] = {"host",   "Host",       "guest",          "Guest", "L0",
                                             "L1",     "L2",         "ypervisor",      " VM",   "inside",
                                             "Inside", "bare metal", "virtual machine"};
    return contains_any(line, machines);
}

/// What stands between a command or a path and its value: signs, and words that say nothing.
std::string_view behind_ties(std::string_view rest, bool& tied) {
    constexpr std::string_view signs[] = {
        "->", "=>", "\xe2\x86\x92", " ", "\t", "`", "'", "\"", "*", ")", "]", ",", ":", "="};
    constexpr std::string_view words[] = {"returns", "returned", "gives",   "gave",    "shows",     "showed",
                                          "prints",  "printed",  "reports", "outputs", "says",      "said",
                                          "reads",   "is",       "was",     "set",     "me",        "us",
                                          "a",       "an",       "the",     "to",      "as",        "of",
                                          "still",   "value",    "output",  "result",  "currently", "just"};
    for (bool again = true; again && !rest.empty();) {
        again = false;
        for (const std::string_view sign : signs)
            if (rest.starts_with(sign)) {
                tied = tied || sign == ":" || sign == "=" || sign.size() > 1;
                rest.remove_prefix(sign.size());
                again = true;
                break;
            }
        const std::string_view word = rest.substr(0, rest.find(' '));
        if (again || std::find(std::begin(words), std::end(words), word) == std::end(words)) continue;
        rest.remove_prefix(word.size());
        tied = again = true;
    }
    return rest;
}

std::string_view first_token(std::string_view text) {
    return text.substr(0, std::min(text.size(), text.find_first_of(" \t`'\"),.;*]")));
}

/// "/sys/module/kvm_intel/parameters/nested = Y", without a command.
bool read_parameter(std::string_view line, Spoken& spoken) {
    for (const std::string_view module : {"kvm_intel", "kvm_amd"}) {
        const std::string path = fmt::format("/sys/module/{}/parameters/nested", module);
        const auto at = line.find(path);
        if (at == std::string_view::npos) continue;
        bool tied = false;
        const std::string_view value = first_token(behind_ties(line.substr(at + path.size()), tied));
        if (!tied || value.size() != 1 || !contains("YN10", value)) continue;
        spoken.section = {parse_command("cat " + path), fmt::format("{}\n", value)};
        return true;
    }
    return false;
}

/// Where a command begins in a sentence; npos where none does.
std::size_t command_in(std::string_view line) {
    constexpr std::string_view programs[] = {"egrep ", "grep ", "cat /proc/cpuinfo", "lsmod ",
                                             "systemd-detect-virt"};
    std::size_t first = std::string_view::npos;
    for (const std::string_view program : programs) {
        const auto at = line.find(program);
        if (at == std::string_view::npos || at >= first) continue;
        if (at == 0 || contains(" \"'`(*", line.substr(at - 1, 1))) first = at;
    }
    return first;
}

/// What it printed; false where the sentence does not say.
bool read_value(const Command& command, std::string_view rest, std::string& body) {
    bool tied = false;
    rest = behind_ties(rest, tied);
    if (!tied) return false;
    const std::string_view token = first_token(rest);
    if (command.program == "systemd-detect-virt") {
        constexpr std::string_view known[] = {"kvm",       "qemu",  "vmware", "oracle", "microsoft",
                                              "xen",       "none",  "wsl",    "lxc",    "docker",
                                              "parallels", "bhyve", "amazon"};
        body = fmt::format("{}\n", token);
        return std::find(std::begin(known), std::end(known), token) != std::end(known);
    }
    const bool asks_flags = command.names("/proc/cpuinfo") || contains(command.line, "/proc/cpuinfo");
    const bool nothing =
        token == "nothing" || token == "empty" || token == "blank" || rest.starts_with("no output");
    unsigned count = 0;
    body = nothing ? "\n" : fmt::format("{}\n", token);
    if (nothing) return command.filtered && (asks_flags || command.program == "lsmod");
    return asks_flags && command.counts && token.size() <= 3 && parse_number(token, count);
}

bool read_output(std::string_view line, Spoken& spoken) {
    const auto start = command_in(line);
    if (start == std::string_view::npos) return false;
    std::string_view rest = line.substr(start);
    std::size_t end = std::string_view::npos;
    const char before = start == 0 ? ' ' : line[start - 1];
    if (before == '"' || before == '`') {
        end = rest.find(before);
    } else {
        constexpr std::string_view verbs[] = {" returns ", " returned ", " gives ",  " gave ",
                                              " shows ",   " showed ",   " prints ", " printed ",
                                              " says ",    " outputs ",  " is "};
        for (const std::string_view verb : verbs) end = std::min(end, rest.find(verb));
    }
    if (end == std::string_view::npos) return false;
    std::string body;
    Command command = parse_command(trim(rest.substr(0, end)));
    if (!read_value(command, rest.substr(end), body)) return false;
    spoken.section = {std::move(command), std::move(body)};
    return true;
}

/// One sentence, with the mark at its end: what a question or an advice beside it says is another matter.
std::string_view take_sentence(std::string_view& line) {
    std::size_t end = line.find_first_of(".?!");
    while (end != std::string_view::npos && line.substr(end + 1, 1) != " ")
        end = line.find_first_of(".?!", end + 1);
    end = end == std::string_view::npos ? line.size() : end + 1;
    std::string_view sentence = line.substr(0, end);
    line.remove_prefix(end);
    return sentence;
}

/// A line of the kernel's log that a sentence quotes: `the message "kvm [1]: HYP mode not available" at
/// boot`.
void hear_quoted_log(std::string_view sentence, std::vector<Spoken>& found) {
    for (const char quote : {'"', '`', '\''})
        for (auto open = sentence.find(quote); open != std::string_view::npos;) {
            const auto close = sentence.find(quote, open + 1);
            if (close == std::string_view::npos) break;
            const std::string_view line = trim(sentence.substr(open + 1, close - open - 1));
            std::string_view message;
            if (is_stamped(line, message) && classify_log_line(message))
                found.push_back({{{}, fmt::format("{}\n", line)}, names_a_machine(sentence)});
            open = sentence.find(quote, close + 1);
        }
}

void hear_sentence(std::string_view sentence, std::vector<Spoken>& found) {
    constexpr std::string_view subjects[] = {"/proc/cpuinfo", "/parameters/nested", "lsmod",
                                             "systemd-detect-virt"};
    Spoken spoken;
    if (!is_stated(sentence)) return;
    hear_quoted_log(sentence, found);
    if (!contains_any(sentence, subjects)) return;
    if (!read_parameter(sentence, spoken) && !read_output(sentence, spoken)) return;
    spoken.placed = names_a_machine(sentence);
    found.push_back(std::move(spoken));
}

}  // namespace

std::vector<Spoken> spoken_outputs(std::string_view text) {
    constexpr std::size_t longest = 600, most = 20;
    std::vector<Spoken> found;
    for_each_line(text, [&](std::string_view line) {
        if (line.size() > longest || line.size() < 20) return;
        while (!line.empty() && found.size() < most) hear_sentence(take_sentence(line), found);
    });
    // Two that differ are of two machines.
    const auto differs = [&](const Spoken& one) {
        return std::any_of(found.begin(), found.end(), [&](const Spoken& other) {
            return !one.section.command.program.empty() &&
                   other.section.command.program == one.section.command.program &&
                   other.section.body != one.section.body;
        });
    };
    std::vector<Spoken> agreed;
    for (const Spoken& spoken : found)
        if (!differs(spoken)) agreed.push_back(spoken);
    return agreed;
}

}  // namespace nestprobe

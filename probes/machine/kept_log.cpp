// SPDX-License-Identifier: MIT
#include "machine/kept_log.hpp"

#include "base/text.hpp"
#include "machine/kernel_words.hpp"

#include <algorithm>
#include <unordered_map>

namespace nestprobe {
namespace {

constexpr std::size_t longest = 400;

/// "[    1.234567] ", "[    1.234567][  T100] " before a message, as printk.time and CONFIG_PRINTK_CALLER
/// say.
std::string_view without_stamp(std::string_view message) {
    while (message.starts_with('[')) {
        const auto end = message.find(']');
        if (end > 32) break;  // none, or too far for a stamp
        const std::string_view inside = message.substr(1, end - 1);
        const bool stamp = inside.find_first_not_of(" .0123456789CT") == std::string_view::npos;
        if (!stamp || inside.find_first_of("0123456789") == std::string_view::npos) break;
        message.remove_prefix(end + 1);
        if (message.starts_with(' ')) {
            message.remove_prefix(1);
            break;
        }
    }
    return message;
}

/// Of a line that quotes the kernel command line, the words that bear on virtualization; of the kernel's
/// version, not who built it where: the rest (UUIDs, names of hosts) is nobody's business.
std::string without_names(std::string_view message, LogLine kind) {
    if (kind == LogLine::linux_banner) return std::string(message.substr(0, message.find(" (")));
    const auto colon = message.find("ommand line:");
    if (colon == std::string_view::npos) return std::string(message);
    std::string kept(message.substr(0, colon + 12));
    for (const std::string_view word : split_words(message.substr(colon + 12)))
        if (bears_on_virtualization(word)) kept.append(" ").append(word);
    return kept;
}

/// Of the kernel itself (facility 0), or one of systemd's lines that the table knows.
bool trusted(unsigned priority, LogLine kind) {
    return priority < 8 || kind == LogLine::loader_deny_listed || kind == LogLine::systemd_confidential;
}

}  // namespace

void KeptLog::add(unsigned priority, std::string_view message, const LogRow& row) {
    if (trusted(priority, row.id))
        lines_.push_back({row.id, without_names(message, row.id).substr(0, longest), 0});
}

void KeptLog::add_record(std::string_view record) {
    unsigned priority = 0;
    const auto semicolon = record.find(';');
    if (semicolon == std::string_view::npos || !parse_number(record.substr(0, record.find(',')), priority))
        return;
    std::string_view message = record.substr(semicolon + 1);
    message = message.substr(0, message.find('\n'));
    if (const LogRow* row = classify_log_line(message)) add(priority, message, *row);
}

/// Of one kind the last ones only: a device that faults fills the log.
std::vector<std::string> KeptLog::finish() {
    constexpr unsigned most_of_a_kind = 32;
    std::unordered_map<LogLine, unsigned> seen;
    std::vector<std::string> kept;
    for (auto line = lines_.rbegin(); line != lines_.rend(); ++line)
        if (seen[line->id]++ < most_of_a_kind) kept.push_back(std::move(line->text));
    std::reverse(kept.begin(), kept.end());
    return kept;
}

std::vector<std::string> lines_of_syslog(std::string_view text) {
    KeptLog lines;
    for (const FoundLine& found : search_log(text)) {
        unsigned priority = 0;
        std::string_view line = found.line;
        const auto end = line.find('>');
        if (line.starts_with('<') && parse_number(line.substr(1, end - 1), priority))
            line.remove_prefix(end + 1);
        lines.add(priority, without_stamp(line), *found.row);
    }
    return lines.finish();
}

}  // namespace nestprobe

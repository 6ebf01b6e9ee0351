// SPDX-License-Identifier: MIT
// The kernel's log, read at once by syslog(2) and searched once for the table's lines; /dev/kmsg, one record
// a read, only where that is refused.
#include "base/errors.hpp"
#include "base/text.hpp"
#include "facts/log_lines.hpp"
#include "live/parts.hpp"
#include "machine/kernel_words.hpp"

#include <sys/klog.h>

#include <algorithm>
#include <cerrno>
#include <memory>
#include <unordered_map>

namespace nestprobe {
namespace {

// <linux/syslog.h> is not for programs; syslog(2), glibc's klogctl.
constexpr int read_all = 3, size_of_buffer = 10;
constexpr std::size_t longest = 400;

/// "[    1.234567] ", "[    1.234567][  T100] " before a message, as printk.time and CONFIG_PRINTK_CALLER
/// say.
std::string_view without_stamp(std::string_view message) {
    while (message.starts_with('[')) {
        const auto end = message.find(']');
        if (end == std::string_view::npos || end > 32) break;
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

/// Collects the table's lines.  Of one kind the last ones only: a device that faults fills the log.
class Collector {
public:
    void add(unsigned priority, std::string_view message, const LogRow& row) {
        if (trusted(priority, row.id))
            lines_.push_back({row.id, without_names(message, row.id).substr(0, longest), 0});
    }
    std::vector<std::string> finish() {
        constexpr unsigned most_of_a_kind = 32;
        std::unordered_map<LogLine, unsigned> seen;
        std::vector<std::string> kept;
        for (auto line = lines_.rbegin(); line != lines_.rend(); ++line)
            if (seen[line->id]++ < most_of_a_kind) kept.push_back(std::move(line->text));
        std::reverse(kept.begin(), kept.end());
        return kept;
    }

private:
    std::vector<LoggedLine> lines_;
};

/// "6,339,5140900,-;message\n KEY=value\n": the priority and the message.
void take_record(std::string_view record, Collector& lines) {
    unsigned priority = 0;
    const auto semicolon = record.find(';');
    if (semicolon == std::string_view::npos || !parse_number(record.substr(0, record.find(',')), priority))
        return;
    std::string_view message = record.substr(semicolon + 1);
    message = message.substr(0, message.find('\n'));
    if (const LogRow* row = classify_log_line(message)) lines.add(priority, message, *row);
}

Reading<std::vector<std::string>> read_records() {
    constexpr std::size_t most_records = 1u << 17;
    constexpr std::string_view path = "/dev/kmsg";
    const Descriptor file = Descriptor::open_read_only(std::string(path));
    if (!file) return refused(errno, path);
    Collector lines;
    bool any = false;
    char record[8192];  // Linux kernel/printk/internal.h, PRINTK_MESSAGE_MAX is smaller
    for (std::size_t i = 0; i < most_records; ++i) {
        const ssize_t n = ::read(file.get(), record, sizeof record);
        if (n < 0 && errno == EPIPE) continue;  // overwritten while reading; the next read is valid again
        if (n < 0 && errno == EINTR) continue;
        if (n < 0 && errno != EAGAIN && !any) return refused(errno, path);
        if (n <= 0) break;
        any = true;
        take_record({record, static_cast<std::size_t>(n)}, lines);
    }
    return lines.finish();
}

}  // namespace

std::vector<std::string> lines_of_syslog(std::string_view text) {
    Collector lines;
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

Reading<std::vector<std::string>> LiveKernelLog::lines() const {
    const int size = klogctl(size_of_buffer, nullptr, 0);
    if (size <= 0 || size > 1 << 28) return read_records();
    // The text can be longer than the buffer, which holds no stamps and levels: the oldest lines would go.
    const auto text = std::make_unique_for_overwrite<char[]>(2 * static_cast<std::size_t>(size));
    const int length = klogctl(read_all, text.get(), 2 * size);
    if (length < 0) return read_records();
    return lines_of_syslog({text.get(), static_cast<std::size_t>(length)});
}

}  // namespace nestprobe

// SPDX-License-Identifier: MIT
// The kernel's log, read at once by syslog(2) and searched once for the table's lines; /dev/kmsg, one record
// a read, only where that is refused.
#include "base/errors.hpp"
#include "live/parts.hpp"
#include "machine/kept_log.hpp"

#include <sys/klog.h>

#include <cerrno>
#include <exception>
#include <memory>

namespace nestprobe {
namespace {

// <linux/syslog.h> is not for programs; syslog(2), glibc's klogctl.
constexpr int read_all_lines = 3, size_of_buffer = 10;

Reading<std::vector<std::string>> read_records() {
    constexpr std::size_t most_records = 1u << 17;
    constexpr std::string_view path = "/dev/kmsg";
    const Descriptor file = Descriptor::open_read_only(std::string(path));
    if (!file) return refused(errno, path);
    KeptLog lines;
    bool any = false;
    char record[8192];  // Linux kernel/printk/internal.h, PRINTK_MESSAGE_MAX is smaller
    for (std::size_t i = 0; i < most_records; ++i) {
        const ssize_t n = ::read(file.get(), record, sizeof record);
        if (n < 0 && errno == EPIPE) continue;  // overwritten while reading; the next read is valid again
        if (n < 0 && errno == EINTR) continue;
        if (n < 0 && errno != EAGAIN && !any) return refused(errno, path);
        if (n <= 0) break;
        any = true;
        lines.add_record({record, static_cast<std::size_t>(n)});
    }
    return lines.finish();
}

Reading<std::vector<std::string>> read_log() {
    const int size = klogctl(size_of_buffer, nullptr, 0);
    if (size <= 0 || size > 1 << 28) return read_records();
    // The text can be longer than the buffer, which holds no stamps and levels: the oldest lines would go.
    const auto text = std::make_unique_for_overwrite<char[]>(2 * static_cast<std::size_t>(size));
    const int length = klogctl(read_all_lines, text.get(), 2 * size);
    if (length < 0) return read_records();
    return lines_of_syslog({text.get(), static_cast<std::size_t>(length)});
}

}  // namespace

void LiveKernelLog::read_ahead() const {
    if (begun_.exchange(true)) return;
    try {
        ahead_.set_value(read_log());
    } catch (...) {
        ahead_.set_exception(std::current_exception());
    }
}

Reading<std::vector<std::string>> LiveKernelLog::lines() const {
    if (!lines_) lines_ = begun_.exchange(true) ? ahead_.get_future().get() : read_log();
    return *lines_;
}

}  // namespace nestprobe

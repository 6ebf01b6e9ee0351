// SPDX-License-Identifier: MIT
#include "output.hpp"

#include "live/descriptor.hpp"

#include <fmt/format.h>

#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <ctime>

namespace nestprobe {
namespace {

bool write_all(int fd, std::string_view text) {
    while (!text.empty()) {
        const ssize_t n = ::write(fd, text.data(), text.size());
        if (n < 0 && errno == EINTR) continue;
        if (n < 0) return false;
        text.remove_prefix(static_cast<std::size_t>(n));
    }
    return true;
}

}  // namespace

int write_file(const std::string& path, std::string_view text) {
    std::string temporary = path + ".XXXXXX";
    const Descriptor file(::mkostemp(temporary.data(), O_CLOEXEC));  // mode 0600
    if (!file) return errno;
    if (write_all(file.get(), text) && ::fsync(file.get()) == 0 &&
        std::rename(temporary.c_str(), path.c_str()) == 0)
        return 0;
    const int error = errno;
    ::unlink(temporary.c_str());
    return error;
}

std::string utc_now() {
    const std::time_t now = std::time(nullptr);
    std::tm t{};
    ::gmtime_r(&now, &t);
    return fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}Z", t.tm_year + 1900, t.tm_mon + 1, t.tm_mday,
                       t.tm_hour, t.tm_min, t.tm_sec);
}

std::string describe_recording(const Recording& r) {
    std::size_t cpus = 0;
    for (const CpuRecord& record : r.cpus) cpus += record.ids.size();
    return fmt::format(
        "CPUID and MSRs of {} CPUs, {} files of /proc, /sys and modprobe.d (only the parts about "
        "virtualization), KVM's answers, the "
        "machine's maker and model, firmware version, kernel release and log lines about virtualization, "
        "this user's number and "
        "groups; no serial number, UUID, host name or user name",
        cpus, r.files.size());
}

}  // namespace nestprobe

// SPDX-License-Identifier: MIT
#include "base/errors.hpp"
#include "live/parts.hpp"

#include <fmt/format.h>

#include <cerrno>

namespace nestprobe {

Reading<std::uint64_t> LiveMsr::read(unsigned cpu, std::uint32_t index) const {
    const std::string path = fmt::format("/dev/cpu/{}/msr", cpu);
    if (cpu_ != cpu) {
        file_ = Descriptor();
        file_ = Descriptor::open_read_only(path);
        error_ = file_ ? 0 : errno;
        cpu_ = cpu;
    }
    if (!file_) return refused(error_, path);
    std::uint64_t value = 0;
    const ssize_t n = ::pread(file_.get(), &value, sizeof value, static_cast<off_t>(index));
    if (n == sizeof value) return value;
    return n < 0 ? refused(errno, path) : Absent{Why::malformed, fmt::format("{}: short read", path)};
}

}  // namespace nestprobe

// SPDX-License-Identifier: MIT
#include "base/errors.hpp"
#include "live/parts.hpp"

#include <sys/syscall.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

namespace nestprobe {

Reading<std::string> LiveFilesystem::read(std::string_view path) const {
    constexpr std::size_t limit = 32u << 20;
    if (!path.starts_with('/')) return Absent{Why::not_applicable, "no file of a live machine"};
    const Descriptor file = Descriptor::open_read_only(std::string(path));
    if (!file) return refused(errno, path);
    std::string text;
    std::size_t used = 0;
    while (true) {
        text.resize(std::max<std::size_t>(4096, used * 2));
        const ssize_t n = ::read(file.get(), text.data() + used, text.size() - used);
        if (n < 0 && errno == EINTR) continue;
        if (n < 0 && errno == EAGAIN) break;  // a FIFO that nobody writes
        if (n < 0) return refused(errno, path);
        if (n == 0) break;
        used += static_cast<std::size_t>(n);
        if (used > limit) return refused(EFBIG, path);
    }
    text.resize(used);
    return text;
}

namespace {

/// struct linux_dirent64 of getdents64(2): inode, offset, length of the entry, type; the name behind it.
constexpr std::size_t length_at = 16, name_at = 19;

void add_names(std::string_view entries, std::vector<std::string>& names) {
    while (entries.size() > name_at) {
        std::uint16_t length = 0;
        std::memcpy(&length, entries.data() + length_at, sizeof length);
        const std::string_view name = entries.data() + name_at;
        if (name != "." && name != "..") names.emplace_back(name);
        entries.remove_prefix(length);
    }
}

}  // namespace

// Not readdir(3): its descriptor, stat and 32 KiB for each of a dozen directories cost more than their names.
Reading<std::vector<std::string>> LiveFilesystem::list(std::string_view directory) const {
    const Descriptor file = Descriptor::open_read_only(std::string(directory), O_DIRECTORY);
    if (!file) return refused(errno, directory);
    std::vector<std::string> names;
    alignas(8) char entries[8192];
    while (const long n = ::syscall(SYS_getdents64, file.get(), entries, sizeof entries)) {
        if (n < 0 && errno == EINTR) continue;
        if (n < 0) return refused(errno, directory);
        add_names({entries, static_cast<std::size_t>(n)}, names);
    }
    std::sort(names.begin(), names.end());
    return names;
}

}  // namespace nestprobe

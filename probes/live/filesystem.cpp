// SPDX-License-Identifier: MIT
#include "base/errors.hpp"
#include "live/parts.hpp"

#include <dirent.h>
#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <memory>

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

Reading<std::vector<std::string>> LiveFilesystem::list(std::string_view directory) const {
    const Descriptor file = Descriptor::open_read_only(std::string(directory), O_DIRECTORY);
    if (!file) return refused(errno, directory);
    DIR* stream = ::fdopendir(::fcntl(file.get(), F_DUPFD_CLOEXEC, 0));
    if (!stream) return refused(errno, directory);
    const std::unique_ptr<DIR, int (*)(DIR*)> closer(stream, ::closedir);
    std::vector<std::string> names;
    errno = 0;
    while (const dirent* entry = ::readdir(stream)) {
        const std::string_view name = entry->d_name;
        if (name != "." && name != "..") names.emplace_back(name);
        errno = 0;
    }
    if (errno != 0) return refused(errno, directory);
    std::sort(names.begin(), names.end());
    return names;
}

}  // namespace nestprobe

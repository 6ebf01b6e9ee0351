// SPDX-License-Identifier: MIT
#include "input/read_input.hpp"

#include "base/errors.hpp"
#include "input/bad_file.hpp"
#include "input/descriptor.hpp"
#include "input/memory_limit.hpp"

#include <fmt/format.h>
#include <poll.h>
#include <sys/stat.h>

#include <algorithm>
#include <cerrno>

namespace nestprobe {
namespace {

[[noreturn]] void too_large(const std::string& name, std::size_t limit) {
    throw BadFile(fmt::format("{}: larger than {} MiB, the most that is read", name, limit >> 20));
}

/// Whether something comes within that time; -1: as long as it takes.  A signal only makes the wait shorter.
bool wait_for(int fd, int milliseconds) {
    pollfd stream{fd, POLLIN, 0};
    return ::poll(&stream, 1, milliseconds) > 0;
}

/// A FIFO is opened without waiting for who writes to it, as nobody might ever come.  Its writer may be a
/// moment behind: false where none was, or where it is there and has written nothing yet (pipe(7), poll(2)).
bool is_written(int fd) {
    constexpr int a_moment = 1000;  // milliseconds
    struct stat status {};
    return ::fstat(fd, &status) != 0 || !S_ISFIFO(status.st_mode) || wait_for(fd, a_moment);
}

}  // namespace

std::string read_all(int fd, const std::string& name, std::size_t limit) {
    lift_memory_limit();
    struct stat status {};
    if (::fstat(fd, &status) == 0 && S_ISREG(status.st_mode) &&
        static_cast<std::size_t>(status.st_size) > limit)
        too_large(name, limit);
    std::string text;
    std::size_t used = 0;
    while (true) {
        char beyond = 0;  // at the limit one byte more is tried, without room for it
        if (used == text.size() && used < limit)
            text.resize(std::clamp<std::size_t>(used * 2, 64u << 10, limit));
        const bool full = used == text.size();
        const ssize_t n = ::read(fd, full ? &beyond : text.data() + used, full ? 1 : text.size() - used);
        if (n < 0 && errno == EINTR) continue;
        if (n < 0 && errno == EAGAIN && (wait_for(fd, -1) || errno == EINTR)) continue;
        if (n < 0) throw UnopenedFile(fmt::format("{}: {}", name, error_text(errno)));
        if (n == 0) break;
        if (full) too_large(name, limit);
        used += static_cast<std::size_t>(n);
    }
    text.resize(used);
    text.shrink_to_fit();
    limit_memory(used, name);
    return text;
}

std::string read_input(const std::string& path, std::size_t limit) {
    if (path == "-") return read_all(STDIN_FILENO, name_of_input(path), limit);
    const Descriptor file = Descriptor::open_read_only(path);
    if (!file) throw UnopenedFile(fmt::format("{}: {}", path, error_text(errno)));
    const bool written = is_written(file.get());
    std::string text = read_all(file.get(), path, limit);
    if (text.empty() && !written) throw UnopenedFile(fmt::format("{}: a pipe that nobody writes to", path));
    return text;
}

std::string name_of_input(const std::string& path) { return path == "-" ? "standard input" : path; }

}  // namespace nestprobe

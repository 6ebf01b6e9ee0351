// SPDX-License-Identifier: MIT
#include "output.hpp"

#include "base/text.hpp"
#include "input/descriptor.hpp"

#include <fmt/format.h>

#include <sys/stat.h>

#include <cerrno>
#include <chrono>
#include <climits>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <utility>

namespace nestprobe {
namespace {

/// "/dev/stdout", "/dev/fd/63": the descriptor that a path stands for, -1 where it stands for none.
int descriptor_named(std::string_view path) {
    constexpr std::pair<std::string_view, int> names[] = {{"/dev/stdout", 1}, {"/dev/stderr", 2}};
    for (const auto& [name, fd] : names)
        if (path == name) return fd;
    for (const std::string_view folder : {"/dev/fd/", "/proc/self/fd/"}) {
        int fd = -1;
        if (path.starts_with(folder) && parse_number(path.substr(folder.size()), fd)) return fd;
    }
    return -1;
}

/// Signals that ask the program to end wait until no temporary file is left; a file that grows too large is
/// an error to report, not a death.
class EndingWaits {
public:
    EndingWaits() {
        sigset_t ending;
        sigemptyset(&ending);
        for (const int signal : {SIGTERM, SIGINT, SIGHUP, SIGQUIT}) sigaddset(&ending, signal);
        pthread_sigmask(SIG_BLOCK, &ending, &before_);
    }
    ~EndingWaits() { pthread_sigmask(SIG_SETMASK, &before_, nullptr); }
    EndingWaits(const EndingWaits&) = delete;
    EndingWaits& operator=(const EndingWaits&) = delete;

private:
    sigset_t before_{};
};

int write_and_sync(int fd, std::string_view text) {
    if (const int error = write_all(fd, text); error != 0) return error;
    while (::fsync(fd) != 0) {
        if (errno == EINTR) continue;
        // Pipes and devices have nothing to sync, and say so.
        return errno == EINVAL || errno == EROFS || errno == ENOTSUP ? 0 : errno;
    }
    return 0;
}

/// As it is: a device, a pipe, a file that has to stay the one that it is.
int write_in_place(const std::string& path, std::string_view text) {
    const Descriptor file(::open(path.c_str(), O_WRONLY | O_TRUNC | O_NOCTTY | O_CLOEXEC));
    return file ? write_and_sync(file.get(), text) : errno;
}

/// Where the links lead that `path` may be, also to a file that does not exist yet.
std::string behind_links(std::string path) {
    constexpr int most_links = 40;  // as Linux follows
    for (int links = 0; links < most_links; ++links) {
        char target[PATH_MAX];
        const ssize_t size = ::readlink(path.c_str(), target, sizeof target);
        if (size <= 0) break;
        const std::string_view text(target, static_cast<std::size_t>(size));
        path = text.starts_with('/') ? std::string(text) : path.substr(0, path.rfind('/') + 1).append(text);
    }
    return path;
}

/// Owner and mode of the file that is to be replaced.  False where this user may not give them.
bool take_after(int fd, const struct stat& old) {
    return ::fchown(fd, old.st_uid, old.st_gid) == 0 && ::fchmod(fd, old.st_mode & 07777) == 0;
}

/// Beside it, then renamed: whole or not at all.  `old`: the file that is there; null: none.
int replace(const std::string& path, const struct stat* old, std::string_view text) {
    const EndingWaits until_done;
    std::string temporary = path + ".XXXXXX";
    const Descriptor file(::mkostemp(temporary.data(), O_CLOEXEC));  // mode 0600
    if (!file) return old ? write_in_place(path, text) : errno;
    if (old && !take_after(file.get(), *old)) {
        ::unlink(temporary.c_str());
        return write_in_place(path, text);
    }
    int error = write_and_sync(file.get(), text);
    if (error == 0 && std::rename(temporary.c_str(), path.c_str()) != 0) error = errno;
    if (error != 0) ::unlink(temporary.c_str());
    return error;
}

}  // namespace

int write_all(int fd, std::string_view text) {
    while (!text.empty()) {
        const ssize_t n = ::write(fd, text.data(), text.size());
        if (n < 0 && errno == EINTR) continue;
        if (n <= 0) return n < 0 ? errno : EIO;
        text.remove_prefix(static_cast<std::size_t>(n));
    }
    return 0;
}

int write_file(const std::string& path, std::string_view text) {
    std::signal(SIGPIPE, SIG_IGN);
    std::signal(SIGXFSZ, SIG_IGN);
    if (const int fd = descriptor_named(path); fd >= 0) return write_all(fd, text);
    struct stat old {};
    if (::stat(path.c_str(), &old) != 0)
        return errno == ENOENT ? replace(behind_links(path), nullptr, text) : errno;
    if (!S_ISREG(old.st_mode) || old.st_nlink > 1) return write_in_place(path, text);
    return replace(behind_links(path), &old, text);
}

// Not gmtime_r(3), which reads the time zone's file first.
std::string utc_now() {
    using namespace std::chrono;
    const auto now = floor<seconds>(system_clock::now());
    const auto day = floor<days>(now);
    const year_month_day date(day);
    const hh_mm_ss time(now - day);
    return fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}Z", static_cast<int>(date.year()),
                       static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()),
                       time.hours().count(), time.minutes().count(), time.seconds().count());
}

}  // namespace nestprobe

// SPDX-License-Identifier: MIT
#include "base/errors.hpp"

#include <fmt/format.h>

#include <cerrno>
#include <charconv>
#include <system_error>

namespace nestprobe {
namespace {

struct Errno {
    int number;
    std::string_view name;
    std::string_view text;
    Why why;
};

constexpr Errno errnos[] = {
    {EPERM, "EPERM", "Operation not permitted", Why::permission_denied},
    {EACCES, "EACCES", "Permission denied", Why::permission_denied},
    {ENOENT, "ENOENT", "No such file or directory", Why::no_device},
    {ENXIO, "ENXIO", "No such device or address", Why::no_device},
    {ENODEV, "ENODEV", "No such device", Why::no_device},
    {EBUSY, "EBUSY", "Device or resource busy", Why::no_device},
    {ENOTDIR, "ENOTDIR", "Not a directory", Why::no_device},
    {EIO, "EIO", "Input/output error", Why::not_implemented},
    {ENOTTY, "ENOTTY", "Inappropriate ioctl for device", Why::not_implemented},
    {ENOSYS, "ENOSYS", "Function not implemented", Why::not_implemented},
    {EOPNOTSUPP, "EOPNOTSUPP", "Operation not supported", Why::not_implemented},
    {EREMOTEIO, "EREMOTEIO", "Remote I/O error", Why::not_implemented},
    {EISDIR, "EISDIR", "Is a directory", Why::malformed},
    {EFBIG, "EFBIG", "File too large", Why::malformed},
    {ELOOP, "ELOOP", "Too many levels of symbolic links", Why::malformed},
    {ENAMETOOLONG, "ENAMETOOLONG", "File name too long", Why::malformed},
    {EOVERFLOW, "EOVERFLOW", "Value too large for defined data type", Why::malformed},
    {EINVAL, "EINVAL", "Invalid argument", Why::not_probed},
    {ENOMEM, "ENOMEM", "Cannot allocate memory", Why::not_probed},
    {EMFILE, "EMFILE", "Too many open files", Why::not_probed},
    {ENFILE, "ENFILE", "Too many open files in system", Why::not_probed},
    {ENOSPC, "ENOSPC", "No space left on device", Why::not_probed},
    {EROFS, "EROFS", "Read-only file system", Why::not_probed},
    {EPIPE, "EPIPE", "Broken pipe", Why::not_probed},
    {E2BIG, "E2BIG", "Argument list too long", Why::not_probed},
    {EINTR, "EINTR", "Interrupted system call", Why::not_probed},
    {EAGAIN, "EAGAIN", "Resource temporarily unavailable", Why::not_probed},
    {EBADF, "EBADF", "Bad file descriptor", Why::not_probed},
    {EDQUOT, "EDQUOT", "Disk quota exceeded", Why::not_probed},
    {ECHILD, "ECHILD", "No child processes", Why::not_probed},
    {ENOEXEC, "ENOEXEC", "Exec format error", Why::not_probed},
    {EXDEV, "EXDEV", "Invalid cross-device link", Why::not_probed},
    {EEXIST, "EEXIST", "File exists", Why::not_probed},
    {EFAULT, "EFAULT", "Bad address", Why::not_probed},
    {ESRCH, "ESRCH", "No such process", Why::not_probed},
    {ESTALE, "ESTALE", "Stale file handle", Why::not_probed},
    {ETIMEDOUT, "ETIMEDOUT", "Connection timed out", Why::not_probed},
    {ETXTBSY, "ETXTBSY", "Text file busy", Why::not_probed},
};

const Errno* find(int number) {
    for (const Errno& e : errnos)
        if (e.number == number) return &e;
    return nullptr;
}

constexpr std::string_view why_words[] = {
    "not_probed",      "not_applicable", "permission_denied", "no_device",
    "not_implemented", "malformed",      "not_recorded",
};

}  // namespace

std::string_view to_string(Why why) { return why_words[static_cast<std::size_t>(why)]; }

bool parse(std::string_view word, Why& why) {
    for (std::size_t i = 0; i < std::size(why_words); ++i) {
        if (why_words[i] != word) continue;
        why = static_cast<Why>(i);
        return true;
    }
    return false;
}

std::string error_text(int error) {
    const Errno* e = find(error);
    return e ? std::string(e->text) : fmt::format("error {}", error);
}

namespace {

/// What error_text() says of one that is not in the table.
int unnamed_error_in(std::string_view detail) {
    constexpr std::string_view word = ": error ";
    const auto at = detail.rfind(word);
    int number = 0;
    if (at == std::string_view::npos) return 0;
    const std::string_view rest = detail.substr(at + word.size());
    const auto [end, failed] = std::from_chars(rest.data(), rest.data() + rest.size(), number);
    return failed == std::errc{} && number > 0 ? number : 0;
}

}  // namespace

std::string_view error_name(int error) {
    const Errno* e = find(error);
    return e ? e->name : std::string_view{};
}

Absent refused(int error, std::string_view subject) {
    const Errno* e = find(error);
    return {e ? e->why : Why::not_probed, fmt::format("{}: {}", subject, error_text(error)), error};
}

int error_in(std::string_view detail) {
    const Errno* best = nullptr;
    auto first = std::string_view::npos;
    for (const Errno& e : errnos) {
        const auto at = detail.find(e.text);
        if (at > first || at == std::string_view::npos || (at == first && e.text.size() < best->text.size()))
            continue;
        first = at;
        best = &e;
    }
    return best ? best->number : unnamed_error_in(detail);
}

}  // namespace nestprobe

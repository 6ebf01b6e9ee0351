// SPDX-License-Identifier: MIT
#include "base/errors.hpp"

#include <fmt/format.h>

#include <cerrno>

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
    {EISDIR, "EISDIR", "Is a directory", Why::malformed},
    {EFBIG, "EFBIG", "File too large", Why::malformed},
    {ELOOP, "ELOOP", "Too many levels of symbolic links", Why::malformed},
    {EINVAL, "EINVAL", "Invalid argument", Why::not_probed},
    {ENOMEM, "ENOMEM", "Cannot allocate memory", Why::not_probed},
    {EMFILE, "EMFILE", "Too many open files", Why::not_probed},
    {ENFILE, "ENFILE", "Too many open files in system", Why::not_probed},
    {ENOSPC, "ENOSPC", "No space left on device", Why::not_probed},
    {EROFS, "EROFS", "Read-only file system", Why::not_probed},
    {EPIPE, "EPIPE", "Broken pipe", Why::not_probed},
    {E2BIG, "E2BIG", "Argument list too long", Why::not_probed},
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
    return best ? best->number : 0;
}

}  // namespace nestprobe

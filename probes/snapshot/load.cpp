// SPDX-License-Identifier: MIT
#include "snapshot/load.hpp"

#include "errors.hpp"
#include "live/descriptor.hpp"
#include "snapshot/bad_file.hpp"
#include "snapshot/import.hpp"
#include "snapshot/import_hwloc.hpp"
#include "snapshot/read.hpp"
#include "text.hpp"

#include <dirent.h>
#include <fmt/format.h>
#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <memory>

namespace nestprobe {
namespace {

// 8,192 CPUs that all differ are some 40 MB; nobody has such a machine.
constexpr std::size_t limit = 32u << 20;

[[noreturn]] void too_large(const std::string& name) {
    throw BadFile(fmt::format("{}: larger than {} MiB, the most that is read", name, limit >> 20));
}

std::string read_all(int fd, const std::string& name) {
    struct stat status {};
    if (::fstat(fd, &status) == 0 && S_ISREG(status.st_mode) &&
        static_cast<std::size_t>(status.st_size) > limit)
        too_large(name);
    std::string text;
    std::size_t used = 0;
    while (true) {
        char beyond = 0;  // at the limit one byte more is tried, without room for it
        if (used == text.size() && used < limit)
            text.resize(std::clamp<std::size_t>(used * 2, 64u << 10, limit));
        const bool full = used == text.size();
        const ssize_t n = ::read(fd, full ? &beyond : text.data() + used, full ? 1 : text.size() - used);
        if (n < 0 && errno == EINTR) continue;
        if (n < 0) throw UnopenedFile(fmt::format("{}: {}", name, error_text(errno)));
        if (n == 0) break;
        if (full) too_large(name);
        used += static_cast<std::size_t>(n);
    }
    text.resize(used);
    return text;
}

std::string read_file(const std::string& path) {
    if (path == "-") return read_all(STDIN_FILENO, "standard input");
    const Descriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOCTTY));
    if (!file) throw UnopenedFile(fmt::format("{}: {}", path, error_text(errno)));
    return read_all(file.get(), path);
}

bool is_directory(const std::string& path) {
    struct stat status {};
    return path != "-" && ::stat(path.c_str(), &status) == 0 && S_ISDIR(status.st_mode);
}

/// hwloc-gather-cpuid writes a file per processing unit: pu0, pu1, ...
Recording load_directory(const std::string& path) {
    const std::unique_ptr<DIR, int (*)(DIR*)> stream(::opendir(path.c_str()), ::closedir);
    if (!stream) throw UnopenedFile(fmt::format("{}: {}", path, error_text(errno)));
    std::vector<std::pair<unsigned, std::string>> units;
    while (const dirent* entry = ::readdir(stream.get())) {
        const std::string_view name = entry->d_name;
        unsigned number = 0;
        if (name.starts_with("pu") && parse_number(name.substr(2), number))
            units.emplace_back(number, read_file(fmt::format("{}/{}", path, name)));
    }
    if (units.empty())
        throw BadFile(fmt::format("{}: a directory without pu0, pu1, ... of hwloc-gather-cpuid", path));
    std::sort(units.begin(), units.end());
    return import_hwloc(std::move(units), path);
}

}  // namespace

Recording load_recording(const std::string& path) {
    if (is_directory(path)) return load_directory(path);
    const std::string name = path == "-" ? "standard input" : path;
    const std::string text = read_file(path);
    if (looks_like_snapshot(text)) return read_snapshot(text, name);
    const ImportFormat* format = recognise(text);
    if (!format)
        throw BadFile(
            fmt::format("{}: neither a nestprobe snapshot nor a dump of a tool that nestprobe knows", name));
    return format->import(text, name);
}

}  // namespace nestprobe

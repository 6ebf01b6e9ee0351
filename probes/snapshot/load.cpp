// SPDX-License-Identifier: MIT
#include "snapshot/load.hpp"

#include "base/errors.hpp"
#include "base/text.hpp"
#include "input/bad_file.hpp"
#include "input/read_input.hpp"
#include "snapshot/import/import.hpp"
#include "snapshot/import/import_hwloc.hpp"
#include "snapshot/read.hpp"

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
            units.emplace_back(number, read_input(fmt::format("{}/{}", path, name), limit));
    }
    if (units.empty())
        throw BadFile(fmt::format("{}: a directory without pu0, pu1, ... of hwloc-gather-cpuid", path));
    std::sort(units.begin(), units.end());
    return import_hwloc(std::move(units), path);
}

}  // namespace

Recording load_recording(const std::string& path) {
    if (is_directory(path)) return load_directory(path);
    const std::string name = name_of_input(path);
    const std::string text = read_input(path, limit);
    if (looks_like_snapshot(text)) return read_snapshot(text, name);
    const ImportFormat* format = recognise(text);
    if (!format)
        throw BadFile(
            fmt::format("{}: neither a nestprobe snapshot nor a dump of a tool that nestprobe knows", name));
    return format->import(text, name);
}

}  // namespace nestprobe

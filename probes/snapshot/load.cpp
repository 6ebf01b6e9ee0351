// SPDX-License-Identifier: MIT
#include "snapshot/load.hpp"

#include "base/errors.hpp"
#include "base/text.hpp"
#include "input/bad_file.hpp"
#include "input/encodings.hpp"
#include "input/read_input.hpp"
#include "snapshot/find_snapshot.hpp"
#include "snapshot/import/import_formats.hpp"
#include "snapshot/import/import_hwloc.hpp"
#include "snapshot/import/import_paste.hpp"
#include "snapshot/import/readers.hpp"
#include "snapshot/import/undress.hpp"
#include "snapshot/import/unwrap.hpp"
#include "snapshot/merge.hpp"
#include "snapshot/read.hpp"

#include <dirent.h>
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <iterator>
#include <memory>
#include <optional>

namespace nestprobe {
namespace {

// 8,192 CPUs that all differ are some 40 MB; nobody has such a machine.
constexpr std::size_t most_bytes = 32u << 20;

/// The file system of a directory; nothing where that is none.
std::optional<dev_t> device_of_directory(const std::string& path) {
    struct stat status {};
    if (path == "-" || ::stat(path.c_str(), &status) != 0 || !S_ISDIR(status.st_mode)) return std::nullopt;
    return status.st_dev;
}

// A support archive has thousands of files; of no more than these, and of no more text, is anything read.  Of
// more names it is not even looked which they are: a folder that large is somebody's whole disk.
constexpr std::size_t most_files = 4000, most_depth = 12, most_text = 64u << 20, most_names = 200000;

/// A file in a folder that this user may not read is one that the folder does not hold; it is named.
bool read_into(std::string& text, const std::string& path, RawInput& folder) {
    try {
        text = read_input(path, most_bytes);
        return true;
    } catch (const UnopenedFile& error) {
        folder.unread.emplace_back(error.what());
        return false;
    }
}

/// False where no more is looked at, which is said once.
bool may_look(const std::string& path, RawInput& folder) {
    if (++folder.names == most_names + 1)
        folder.unread.push_back(
            fmt::format("{}, and what comes behind it: {} names are the most that are "
                        "looked at in a folder",
                        path, most_names));
    return folder.names <= most_names;
}

/// Links are not followed, and other file systems are left alone: they may lead to this machine's own files,
/// as /proc does.
void walk(const std::string& root, const std::string& below, std::size_t depth, dev_t device,
          RawInput& folder) {
    const std::string path = below.empty() ? root : fmt::format("{}/{}", root, below);
    const std::unique_ptr<DIR, int (*)(DIR*)> stream(::opendir(path.c_str()), ::closedir);
    if (!stream && below.empty()) throw UnopenedFile(fmt::format("{}: {}", path, error_text(errno)));
    if (!stream) folder.unread.push_back(fmt::format("{}: {}", path, error_text(errno)));
    if (!stream) return;
    std::vector<std::string> names;
    while (const dirent* entry = ::readdir(stream.get()))
        if (std::string_view(entry->d_name) != "." && std::string_view(entry->d_name) != "..")
            names.emplace_back(entry->d_name);
    std::sort(names.begin(), names.end());
    for (const std::string& name : names) {
        const std::string inner = below.empty() ? name : fmt::format("{}/{}", below, name);
        const std::string whole = fmt::format("{}/{}", root, inner);
        struct stat status {};
        if (!may_look(whole, folder)) return;
        if (::lstat(whole.c_str(), &status) != 0) continue;
        if (S_ISDIR(status.st_mode) && status.st_dev != device) {
            folder.unread.push_back(fmt::format("{}: another file system", whole));
            continue;
        }
        if (S_ISDIR(status.st_mode) && depth < most_depth) {
            walk(root, inner, depth + 1, device, folder);
            continue;
        }
        unsigned number = 0;
        const bool unit = below.empty() && std::string_view(name).starts_with("pu") &&
                          parse_number(std::string_view(name).substr(2), number);
        const auto size = static_cast<std::size_t>(std::max<off_t>(status.st_size, 0));
        if (!S_ISREG(status.st_mode) || size > most_bytes || folder.files.size() >= most_files ||
            folder.size + size > most_text || (!unit && !is_of_interest(inner)))
            continue;
        std::string text;
        if (!read_into(text, whole, folder)) continue;
        folder.size += text.size();
        if (unit)
            folder.units.emplace_back(number, std::move(text));
        else
            folder.files.emplace_back(inner, std::move(text));
    }
}

/// The snapshots in a folder, and the folder without them.
std::vector<NamedRecording> take_snapshots(RawInput& folder) {
    std::vector<NamedRecording> recordings;
    std::erase_if(folder.files, [&](const std::pair<std::string, std::string>& file) {
        const std::string text = snapshot_within(file.second);
        if (text.empty()) return false;
        const std::string name = fmt::format("{}/{}", folder.path, file.first);
        recordings.push_back({name, read_snapshot(text, name)});
        return true;
    });
    return recordings;
}

Imported import_directory(RawInput folder) {
    if (!folder.units.empty())
        return {import_hwloc(std::move(folder.units), folder.path), {"hwloc-gather-cpuid"}};
    std::vector<NamedRecording> recordings = take_snapshots(folder);
    const bool any = !recordings.empty();
    Imported imported = import_files(folder.files, folder.path);
    if (any) {
        if (!imported.formats.empty()) recordings.push_back({folder.path, std::move(imported.recording)});
        imported.recording = merge_recordings(std::move(recordings));
        imported.formats.insert(imported.formats.begin(), "a snapshot");
    }
    if (imported.formats.empty() && !folder.unread.empty()) throw UnopenedFile(folder.unread.front());
    if (imported.formats.empty())
        throw BadFile(fmt::format(
            "{}: a directory without pu0, pu1, ... of hwloc-gather-cpuid, and without a file that "
            "nestprobe knows",
            folder.path));
    return imported;
}

/// A journal in JSON, osquery's rows, what clouds say of an instance, and a program's log of one object a
/// line begin as a snapshot does.
bool is_other_json(std::string_view text) {
    const std::string_view beginning = text.substr(0, 65536);
    const std::string_view first = trim(beginning).substr(0, trim(beginning).find('\n'));
    const bool lines =
        trim(first).ends_with('}') && (contains(trim(beginning), "}\n") || contains(first, "\"msg\""));
    constexpr std::string_view others[] = {"\"MESSAGE\"",       "\"lscpu\"",
                                           "\"InstanceType\"",  "\"hardwareProfile\"",
                                           "\"vmSize\"",        "compute#instance",
                                           "\"machineType\"",   "\"Standard_",
                                           "\"shape\"",         "\"NestedVirtualization\"",
                                           "\"vmx_data\"",      "nestedHVEnabled",
                                           "\"fault_message\"", "\"devices.kubevirt.io/kvm\"",
                                           "kubevirt.io/v1",    "\"cpu_template\""};
    // A program's answer, and a sentence behind it.
    const bool among_words = !trim(text).ends_with('}') && !contains(text, "nestprobe");
    return (lines || among_words ||
            std::any_of(std::begin(others), std::end(others),
                        [&](std::string_view sign) { return contains(beginning, sign); })) &&
           !contains(beginning, "nestprobe-snapshot");
}

void keep_telling_lines(const RawInput& input, std::vector<std::string>& lines) {
    constexpr std::size_t most = 400, longest = 1200;
    if (input.is_folder || (looks_like_snapshot(input.text) && !is_other_json(input.text)) ||
        contains(input.text, "\"nestprobe-snapshot/"))
        return;
    for_each_line(input.text, [&](std::string_view line) {
        if (lines.size() >= most || line.size() > longest || line.size() < 8) return;
        if (may_be_message(line)) lines.emplace_back(line);
    });
}

/// A dump of CPUID is meant to be whole.
bool is_dump(std::string_view format) {
    constexpr std::string_view dumps[] = {format_names::aida64, format_names::cpuid,  format_names::cpuz,
                                          format_names::hwloc,  format_names::kcpuid, format_names::libcpuid,
                                          format_names::rjcp};
    return std::find(std::begin(dumps), std::end(dumps), format) != std::end(dumps);
}

Imported import_one(RawInput input, KnowsMessage knows) {
    if (input.is_folder) return import_directory(std::move(input));
    const std::string name = name_of_input(input.path);
    if (looks_like_snapshot(input.text) && !is_other_json(input.text))
        return {read_snapshot(input.text, name), {"a snapshot"}};
    if (const std::string within = snapshot_within(input.text); !within.empty())
        return {read_snapshot(within, name), {"a snapshot"}};
    Imported imported = import_paste(input.text, name, knows);
    if (imported.formats.empty())
        throw BadFile(fmt::format(
            "{}: neither a nestprobe snapshot nor a dump or an output of a tool that nestprobe knows", name));
    return imported;
}

}  // namespace

bool defines_other_guest(std::string_view text) {
    return is_other_definition(text) && !defines_by_itself(text);
}

std::vector<RawInput> read_inputs(const std::vector<std::string>& paths) {
    std::vector<RawInput> inputs;
    for (const std::string& path : paths) {
        RawInput& input = inputs.emplace_back();
        input.path = path;
        const std::optional<dev_t> device = device_of_directory(path);
        input.is_folder = device.has_value();
        if (device)
            walk(path, {}, 0, *device, input);
        else
            input.text = read_input(path, most_bytes);
    }
    return inputs;
}

Loaded import_inputs(std::vector<RawInput> inputs, KnowsMessage knows) {
    Loaded loaded;
    std::vector<NamedRecording> recordings;
    const bool several = inputs.size() > 1;
    for (RawInput& input : inputs) {
        const std::string name = name_of_input(input.path);
        input.text = as_utf8(std::move(input.text));
        for (auto& file : input.files) file.second = as_utf8(std::move(file.second));
        if (!input.is_folder && !looks_like_snapshot(input.text))
            input.text = unwrapped(undressed(input.text));
        loaded.unread.insert(loaded.unread.end(), input.unread.begin(), input.unread.end());
        keep_telling_lines(input, loaded.lines);
        const bool holds = !input.is_folder && names_guests_definition(input.text);
        const std::string text = holds ? input.text : std::string();
        const bool pasted = !input.is_folder && !looks_like_snapshot(input.text);
        Imported imported = import_one(std::move(input), knows);
        std::copy_if(imported.messages.begin(), imported.messages.end(), std::back_inserter(loaded.lines),
                     [](const std::string& line) { return !may_be_message(line); });
        const bool alone = imported.formats == std::vector<std::string>{"a guest's definition"};
        // Somebody's words all the same, so that what they did not give is not listed; a snapshot and a dump
        // are meant to be whole.
        if (loaded.lines.empty() && pasted && !imported.formats.empty() && !is_dump(imported.formats.front()))
            loaded.lines.emplace_back(words_alone);
        if (holds)
            loaded.definitions.push_back({name, text, imported.definition, alone, defines_by_itself(text)});
        // A snapshot alone is what everybody expects.
        if (several || imported.formats != std::vector<std::string>{"a snapshot"})
            loaded.notes.push_back(fmt::format("{}: taken for {}", name, fmt::join(imported.formats, ", ")));
        recordings.push_back({name, std::move(imported.recording)});
    }
    loaded.recording = merge_recordings(std::move(recordings));
    return loaded;
}

}  // namespace nestprobe

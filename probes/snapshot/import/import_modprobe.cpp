// SPDX-License-Identifier: MIT
// What modprobe, insmod and systemd say of a module that they did not get in; lines of modprobe.d as grep and
// modprobe -c show them, which leave out their places; lists of what is built in.
#include "base/text.hpp"
#include "facts/log_lines.hpp"
#include "snapshot/import/readers.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <iterator>
#include <map>

namespace nestprobe {
namespace {

constexpr std::string_view modprobe_folders[] = {"/etc/modprobe.d/", "/run/modprobe.d/",
                                                 "/usr/local/lib/modprobe.d/", "/usr/lib/modprobe.d/",
                                                 "/lib/modprobe.d/"};

bool is_modprobe_directive(std::string_view line) {
    constexpr std::string_view words[] = {"options", "blacklist", "install", "softdep", "alias", "remove"};
    const auto found = split_words(line);
    return found.size() >= 2 && std::find(std::begin(words), std::end(words), found[0]) != std::end(words);
}

/// "/etc/modprobe.d/kvm.conf:3:options kvm_intel nested=1"; within the folder "kvm.conf:options ...".
struct GreppedOption {
    std::string path;
    unsigned number = 0;  ///< 0: grep was not asked for it
    std::string_view text;
};

bool split_grepped_option(std::string_view line, GreppedOption& found) {
    const auto colon = line.find(':');
    if (colon == std::string_view::npos) return false;
    std::string_view path = line.substr(0, colon);
    std::string_view rest = line.substr(colon + 1);
    if (path.starts_with("./")) path.remove_prefix(2);
    const bool whole = std::any_of(std::begin(modprobe_folders), std::end(modprobe_folders),
                                   [&](std::string_view folder) { return path.starts_with(folder); });
    if (path.find(' ') != std::string_view::npos || (!whole && !path.ends_with(".conf"))) return false;
    unsigned number = 0;
    if (const auto second = rest.find(':'); second < 6 && parse_number(rest.substr(0, second), number))
        rest = rest.substr(second + 1);
    constexpr unsigned longest = 10000;
    if (number > longest || (!whole && !is_modprobe_directive(rest))) return false;
    if (whole && !is_modprobe_directive(rest) && !trim(rest).starts_with('#')) return false;
    const bool alone = path.find('/') == std::string_view::npos;
    if (!whole && !alone) return false;
    found = {alone ? fmt::format("/etc/modprobe.d/{}", path) : std::string(path), number, rest};
    return true;
}

/// A file of which some lines are known: each in its place where that is known.
struct FileLines {
    std::vector<std::pair<unsigned, std::string>> lines;

    std::string text() const {
        const bool numbered =
            std::all_of(lines.begin(), lines.end(), [](const auto& line) { return line.first > 0; });
        std::string text = numbered ? "" : std::string(hearsay::lines_without_place) + "\n";
        unsigned at = 1;
        for (const auto& [number, line] : lines) {
            for (; numbered && at < number; ++at) text += '\n';
            text.append(line).push_back('\n');
            ++at;
        }
        return text;
    }
};

/// Busybox's modprobe and insmod have words of their own (modutils/modprobe.c, insmod.c, moderror()): the
/// same in kmod's, which the table of lines knows.
std::string in_words_of_kmod(std::string_view line) {
    struct Row {
        std::string_view busybox, kmod, end;
    };
    constexpr Row rows[] = {
        {"modprobe: can't load module ", "modprobe: ERROR: could not insert '", "'"},
        {"insmod: can't insert '", "insmod: ERROR: could not insert module ", ""},
    };
    for (const Row& row : rows) {
        const auto at = line.find(row.busybox);
        if (at == std::string_view::npos) continue;
        const std::string_view rest = line.substr(at + row.busybox.size());
        const auto reason = rest.rfind(": ");
        const std::string_view name = rest.substr(0, rest.find_first_of(" '"));
        if (reason == std::string_view::npos || reason + 2 >= rest.size() || name.empty()) return {};
        std::string words(rest.substr(reason + 2));
        if (words.front() >= 'a' && words.front() <= 'z')
            words.front() = static_cast<char>(words.front() - 32);
        return fmt::format("{}{}{}: {}", row.kmod, name, row.end, words);
    }
    return {};
}

/// WSL 2's kernels have KVM built in from 4.19.121 on, and as modules from 6.6 on; between them there is no
/// folder of modules at all, and modprobe finds none, whatever KVM does (microsoft/WSL#4193, #11837,
/// WSL2-Linux-Kernel#209).
bool has_kvm_without_folder(std::string_view release) {
    if (!contains(release, "-microsoft-standard")) return false;
    std::array<unsigned, 3> version{};
    std::string_view rest = release.substr(0, release.find('-'));
    for (unsigned& number : version) {
        if (!parse_number(rest.substr(0, rest.find('.')), number)) return false;
        rest = after(rest, ".");
    }
    return version >= std::array{4u, 19u, 121u} && version < std::array{6u, 6u, 0u};
}

/// "... could not open moddep file '/lib/modules/6.1.0-18-amd64/modules.dep.bin'": no modules of the running
/// kernel are here.
bool read_missing_folder(std::string_view line, Evidence& evidence) {
    constexpr std::string_view words = "could not open moddep file '/lib/modules/", end = "/modules.dep";
    const auto at = line.find(words);
    if (at == std::string_view::npos) return false;
    const std::string_view rest = line.substr(at + words.size());
    const std::string release(rest.substr(0, rest.find(end)));
    if (rest.find(end) == std::string_view::npos || release.empty() ||
        release.find_first_of(" /") != std::string::npos)
        return false;
    evidence.file("/proc/sys/kernel/osrelease", release + "\n");
    evidence.taken("modprobe");
    if (has_kvm_without_folder(release)) return true;
    for (const std::string_view stem : {"kvm-intel", "kvm-amd"})
        evidence.absent_file(
            fmt::format("/lib/modules/{}/kernel/arch/x86/kvm/{}.ko", release, stem),
            {Why::no_device, fmt::format("modprobe: no /lib/modules/{}/modules.dep.bin", release)});
    return true;
}

}  // namespace

/// depmod tools/depmod.c: the folder of the running kernel's modules.
static std::string as_missing_folder(std::string_view line) {
    constexpr std::string_view words = "depmod: ERROR: could not open directory /lib/modules/";
    const auto at = line.find(words);
    if (at == std::string_view::npos || !contains(line, "No such file")) return {};
    const std::string_view rest = line.substr(at + words.size());
    return fmt::format("could not open moddep file '/lib/modules/{}/modules.dep.bin'",
                       rest.substr(0, rest.find_first_of(": /")));
}

bool read_modprobe_refusal(std::string_view line, Evidence& evidence) {
    if (const std::string folder = as_missing_folder(line); !folder.empty())
        return read_missing_folder(folder, evidence);
    constexpr std::string_view not_found = "not found in directory /lib/modules/";
    if (read_missing_folder(line, evidence)) return true;
    const std::string same = in_words_of_kmod(line);
    // Another program's log may hold modprobe's line.
    if (const auto at = line.find("modprobe: "); at != std::string_view::npos) line.remove_prefix(at);
    if (!same.empty()) line = same;
    const LogRow* row = classify_log_line(line);
    if (!row || row->subsystem != LogSubsystem::modprobe) return false;
    if (const auto at = line.find(not_found); row->id == LogLine::modprobe_not_found) {
        if (at == std::string_view::npos) return false;
        const std::string_view rest = trim(line.substr(at + not_found.size()));
        const std::string release(rest.substr(0, rest.find_first_of("\"'`,;")));
        if (release.empty() || release.find_first_of(" /") != std::string::npos) return false;
        evidence.file("/proc/sys/kernel/osrelease", release + "\n");
        if (has_kvm_without_folder(release)) {
            evidence.taken("modprobe");
            return true;
        }
        // Proxmox VE's kernel always has the module: where it is missing, the folder is a container's own.
        if (release.ends_with("-pve") && contains(line, "kvm"))
            evidence.file("/run/systemd/container", "lxc\n");
        for (const std::string_view module : {"kvm_intel", "kvm_amd"}) {
            std::string stem(module);
            std::replace(stem.begin(), stem.end(), '_', '-');
            if (!contains(line, module) && !contains(line, stem)) continue;
            const std::string path = fmt::format("/lib/modules/{}/kernel/arch/x86/kvm/{}.ko", release, stem);
            evidence.absent_file(
                path, {Why::no_device, fmt::format("modprobe: not found in /lib/modules/{}", release)});
        }
    }
    evidence.said(std::string(trim(line)));
    evidence.taken("modprobe");
    return true;
}

bool read_grepped_options(const Section& section, Evidence& evidence) {
    std::map<std::string, FileLines> files;
    const char* const end = section.body.data() + section.body.size();
    for_each_line(section.body, [&](std::string_view line) {
        GreppedOption found;
        if (line.data() + line.size() == end || !split_grepped_option(trim(line), found)) return;
        files[found.path].lines.emplace_back(found.number, found.text);
    });
    for (const auto& [path, lines] : files) evidence.file(path, lines.text());
    if (!files.empty()) evidence.taken("lines of modprobe.d");
    return !files.empty();
}

void read_options_without_place(std::string_view text, Evidence& evidence) {
    const auto end = text.rfind('\n');
    const std::string_view whole = text.substr(0, end == std::string_view::npos ? 0 : end + 1);
    if (trim(whole).empty()) return;
    evidence.add_to_file(std::string(hearsay::unknown_options_file),
                         fmt::format("{}\n", hearsay::lines_without_place), whole);
    evidence.taken("lines of modprobe.d");
}

bool read_built_in_list(const Section& section, Evidence& evidence) {
    bool any = false;
    for_each_line(section.body, [&](std::string_view line) {
        line = trim(line);
        for (const auto& [file, module] :
             {std::pair<std::string_view, std::string_view>{"/kvm/kvm-intel.ko", "kvm_intel"},
              std::pair<std::string_view, std::string_view>{"/kvm/kvm-amd.ko", "kvm_amd"},
              std::pair<std::string_view, std::string_view>{"/kvm/kvm.ko", "kvm"}})
            if (line.ends_with(file)) {
                evidence.built_in(module);
                any = true;
            }
    });
    if (any) evidence.taken("modules.builtin");
    return any;
}

}  // namespace nestprobe

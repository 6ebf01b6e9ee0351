// SPDX-License-Identifier: MIT
// Files of the kernel, of modprobe.d and of kernel configurations, as cat, grep and head show them, and the
// lines by which tools say that they could not read one.
#include "base/text.hpp"
#include "facts/module_options.hpp"
#include "snapshot/import/readers.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cerrno>
#include <iterator>
#include <span>

namespace nestprobe {
namespace {

/// "/sys/module/kvm_intel/parameters/nested:Y", of grep; the path and what stands behind the colon.
bool split_grepped(std::string_view line, std::string_view& path, std::string_view& value) {
    if (!line.starts_with("/sys/") && !line.starts_with("/proc/") && !line.starts_with("/etc/")) return false;
    const auto colon = line.find(':');
    if (colon == std::string_view::npos) return false;
    path = line.substr(0, colon);
    value = line.substr(colon + 1);
    return path.find(' ') == std::string_view::npos;
}

/// The path in "cat: /a/b: No such file or directory", "ls: cannot access '/dev/kvm': ...".
std::string_view path_in(std::string_view line) {
    for (const std::string_view root : {"/dev/", "/sys/", "/proc/", "/etc/"}) {
        const auto at = line.find(root);
        if (at == std::string_view::npos) continue;
        const auto end = line.find_first_of(" :'\"`,", at);
        return line.substr(at, end == std::string_view::npos ? end : end - at);
    }
    return {};
}

/// "crw-rw----+ 1 root kvm 10, 232 Jan 10 22:43 /dev/kvm"
bool read_node(std::string_view line, Evidence& evidence) {
    const auto words = split_words(line);
    if (words.size() < 6 || !words[0].starts_with("crw") || words[0].size() < 10 ||
        words.back() != "/dev/kvm")
        return false;
    unsigned mode = 0;
    for (std::size_t i = 1; i < 10; ++i) mode = mode << 1 | (words[0][i] != '-' ? 1U : 0U);
    evidence.node({std::string(words[2]), std::string(words[3]), mode, words[0].ends_with('+')});
    evidence.taken("ls -l /dev/kvm");
    return true;
}

/// Of `uname -a`, "#1 SMP Debian 6.1.90-1 (2024-05-03)", which ends where the machine is named; empty: cut.
std::string build_in(std::span<const std::string_view> words) {
    const auto end = std::find_if(words.begin(), words.end(), is_machine_name);
    if (end == words.begin() || end == words.end() || !words.front().starts_with('#')) return {};
    return fmt::format("{}", fmt::join(words.begin(), end, " "));
}

/// "Linux host 6.1.0-18-amd64 #1 SMP ...": the release is the third word.
bool read_uname(std::string_view line, Evidence& evidence) {
    // "kernel: Linux host ...", "- uname -a: Linux host ...": a form's own label in front.
    constexpr std::size_t longest_label = 24;
    if (const auto at = line.find(": Linux "); at < longest_label) line.remove_prefix(at + 2);
    const auto words = split_words(line);
    if (words.size() < 4 || words[0] != "Linux" || words[1] == "version" || words[2].empty() ||
        words[2].front() < '0' || words[2].front() > '9' || !contains(words[2], "."))
        return false;
    evidence.file("/proc/sys/kernel/osrelease", fmt::format("{}\n", words[2]));
    if (const std::string build = build_in(std::span(words).subspan(3)); !build.empty())
        evidence.file("/proc/sys/kernel/version", build + "\n");
    for (std::size_t i = 3; i < words.size(); ++i)
        if (is_machine_name(words[i])) hear_architecture(words[i], evidence);
    // "... x86_64 GNU/Linux synology_geminilake_920+": the maker's own last word.
    if (words.back().starts_with("synology_")) evidence.hear(hearsay::maker, "Synology", "uname");
    evidence.taken("uname");
    return true;
}

/// Both vendors' modules have that parameter, and its file with it, while they are in the kernel.
void take_absent(const std::string& path, Absent absent, Evidence& evidence) {
    for (const std::string_view module : {"kvm_intel", "kvm_amd"})
        if (absent.why == Why::no_device && path == fmt::format("/sys/module/{}/parameters/nested", module))
            evidence.missing(module);
    evidence.absent_file(path, std::move(absent));
}

/// Who may not change a node, or make one, has not tried to open it.  "permissions of '/dev/kvm': Operation
/// not permitted" is what is left of chmod's line where it is cut, and without chmod's name in any language
/// the preposition is; who only may not open a node says "Operation not permitted" of it with a name in
/// front.
bool is_about_changing(std::string_view before, int error) {
    constexpr std::string_view tools[] = {"chmod", "chown", "chgrp", "mknod", "setfacl"};
    constexpr std::string_view of[] = {"of", "von", "de", "di", "van", "da", "av"};
    if (contains_any(before, tools)) return true;
    const auto words = split_words(before.substr(0, before.find_last_not_of("'\"` ") + 1));
    if (error != EPERM) return false;
    return words.empty() || std::find(std::begin(of), std::end(of), words.back()) != std::end(of);
}

bool read_missing(std::string_view line, Evidence& evidence) {
    const std::string_view path = path_in(line);
    Absent absent;
    if (path.empty() || !contains(line, ": ") || !read_refusal(path, line, absent)) return false;
    if (absent.why == Why::permission_denied &&
        is_about_changing(line.substr(0, line.find(path)), absent.error))
        return false;
    const bool looked = line.starts_with("ls: ") || line.starts_with("stat: ");
    if (path == "/dev/kvm" && looked && absent.error == ENOENT)
        evidence.missed_node();
    else if (path == "/dev/kvm")
        evidence.kvm(std::move(absent));
    else if (is_wanted(path))
        take_absent(std::string(path), std::move(absent), evidence);
    else
        return false;
    evidence.taken("a tool's refusal");
    return true;
}

}  // namespace

namespace {

/// "option kvm_intel nested=1", "kvm_intel nested=1": a line that modprobe knows no word of, and a person
/// meant for it.
bool is_nearly_directive(const std::vector<std::string_view>& words) {
    constexpr std::string_view modules[] = {"kvm", "kvm_intel", "kvm_amd", "kvm-intel", "kvm-amd"};
    const auto is_module = [&](std::string_view word) {
        return std::find(std::begin(modules), std::end(modules), word) != std::end(modules);
    };
    // "kvm = true" is a line of other files.
    const auto is_setting = [](std::string_view word) {
        const auto equals = word.find('=');
        return equals != std::string_view::npos && equals != 0 && equals + 1 != word.size();
    };
    if (words.size() < 2) return false;
    if (is_module(words[0])) return is_setting(words[1]);
    if (!is_module(words[1])) return false;
    return words.size() == 2
               ? distance(words[0], "blacklist") <= 2
               : distance(words[0], "options") <= 2 &&
                     (is_setting(words[2]) || (words.size() == 4 && is_digit(words[3].front())));
}

}  // namespace

bool is_modprobe_file(std::string_view text) {
    std::size_t lines = 0, directives = 0;
    bool joined = false;
    for_each_line(text, [&](std::string_view line) {
        const auto words = split_words(line);
        const bool continues = joined;
        joined = line.ends_with('\\');
        if (words.empty() || words[0].starts_with('#') || continues) return;
        ++lines;
        const bool directive = words[0] == "options" || words[0] == "blacklist" || words[0] == "install" ||
                               words[0] == "softdep" || words[0] == "alias" || words[0] == "remove";
        directives += (directive && words.size() >= 2) || is_nearly_directive(words);
    });
    return directives > 0 && directives == lines;
}

void read_modprobe_file(std::string_view path, std::string_view text, Evidence& evidence) {
    // A line that was cut may lack a word, or a part of one.
    const auto end = text.rfind('\n');
    const std::string_view whole = end == std::string_view::npos ? "" : text.substr(0, end + 1);
    std::string name(path.substr(path.rfind('/') + 1));
    if (name.ends_with(".conf.txt")) name.resize(name.size() - 4);
    if (path.starts_with("/etc/modprobe.d/") || path.starts_with("/usr/lib/modprobe.d/") ||
        path.starts_with("/lib/modprobe.d/") || path.starts_with("/run/modprobe.d/") ||
        path.starts_with("/usr/local/lib/modprobe.d/"))
        evidence.file(std::string(path), std::string(whole));
    else if (name.find_first_of(" \t*?") == std::string::npos && (name.ends_with(".conf") || put_aside(name)))
        evidence.file(fmt::format("/etc/modprobe.d/{}", name), std::string(whole));
    else  // a name of the paste, not of the file
        return read_options_without_place(whole, evidence);
    evidence.taken("a file of modprobe.d");
}

bool is_kernel_config(std::string_view text) {
    std::size_t lines = 0, symbols = 0;
    for_each_line(text, [&](std::string_view line) {
        line = trim(line);
        if (line.empty() || lines > 200) return;
        if (line.starts_with("#") && !line.ends_with(" is not set")) return;
        ++lines;
        symbols += (line.starts_with("CONFIG_") && contains(line, "=")) || line.starts_with("# CONFIG_");
    });
    return symbols > 0 && symbols == lines;
}

/// Only what it mentions: a grep shows a part, and a symbol that is not there is not known.
void read_kernel_config(std::string_view text, Evidence& evidence) {
    std::string kept;
    const auto end = text.rfind('\n');
    for_each_line(text.substr(0, end == std::string_view::npos ? 0 : end + 1), [&](std::string_view line) {
        line = trim(line);
        if (line.starts_with("CONFIG_") || line.starts_with("# CONFIG_")) kept.append(line).push_back('\n');
    });
    evidence.file("/proc/config.gz", kept);
    evidence.taken("a kernel's configuration");
}

bool read_file_of_kernel(const std::string& given, std::string_view text, Evidence& evidence) {
    constexpr std::string_view same = "/sys/devices/virtual/dmi/id/";
    const std::string path =
        given.starts_with(same) ? fmt::format("/sys/class/dmi/id/{}", given.substr(same.size())) : given;
    if (!is_wanted(path)) return false;
    if (contains(path, "/modprobe.d/")) {
        read_modprobe_file(path, text, evidence);
        return true;
    }
    if (path.starts_with("/boot/config-")) {
        read_kernel_config(text, evidence);
        return true;
    }
    Absent absent;
    if (read_refusal(path, text.substr(0, 200), absent) && contains(text, path)) {
        take_absent(path, std::move(absent), evidence);
    } else if (trim(text).empty()) {
        return false;
    } else {
        // One value a file; what stands behind it in a paste is something else.
        const bool single = path.starts_with("/sys/") || path == "/proc/cmdline";
        const std::string_view value = single ? text.substr(0, text.find('\n')) : text;
        if (single && text.find('\n') == std::string_view::npos && path == "/proc/cmdline") return false;
        evidence.file(path, fmt::format("{}{}", value, single || value.ends_with('\n') ? "\n" : ""));
    }
    evidence.taken(path);
    return true;
}

bool read_single_line(std::string_view line, const Section& section, Evidence& evidence) {
    line = trim(line);
    if (line.empty()) return false;
    read_release_of_modprobe(line, evidence);
    std::string_view path, value;
    if (split_grepped(line, path, value)) {
        Absent absent;
        if (read_refusal(path, value, absent)) return read_missing(line, evidence);
        if (path == "/proc/cpuinfo" || !is_wanted(path) || path.starts_with("/etc/")) return false;
        evidence.file(std::string(path), fmt::format("{}\n", trim(value)));
        evidence.taken("files of /sys");
        return true;
    }
    // "/sys/devices/system/cpu/vulnerabilities/l1tf Mitigation: PTE Inversion": a report's table.
    if (line.starts_with("/sys/devices/system/cpu/vulnerabilities/"))
        if (const auto blank = line.find_first_of(" \t");
            blank != std::string_view::npos && is_wanted(line.substr(0, blank))) {
            evidence.file(std::string(line.substr(0, blank)), fmt::format("{}\n", trim(line.substr(blank))));
            evidence.taken("files of /sys");
            return true;
        }
    // Logs of GitHub Actions and of Azure Pipelines.
    if (line.starts_with("##[group]") || line.starts_with("##[error]")) {
        evidence.file("/proc/self/environ", "CI=true\n");
        return true;
    }
    for (const std::string_view sign : {"/.dockerenv", "/run/.containerenv"})
        if (line == sign || (line.starts_with('-') && split_words(line).size() >= 8 &&
                             (line.ends_with(sign) ||
                              line.ends_with(fmt::format(" {}", sign.substr(sign.rfind('/') + 1)))))) {
            evidence.file(std::string(sign), "");
            evidence.taken(sign);
            return true;
        }
    if (line.starts_with("BOOT_IMAGE=") && line.find(' ') != std::string_view::npos) {
        if (!section.body.ends_with('\n') && section.body.ends_with(line)) return false;  // cut
        evidence.file("/proc/cmdline", fmt::format("{}\n", line));
        evidence.taken("/proc/cmdline");
        return true;
    }
    // "172.20.0.2   runtime   KernelCmdline   cmdline   1   talos.platform=metal ...": talosctl get cmdline
    if (const auto at = line.find("talos.platform="); contains(line, "KernelCmdline") && at != line.npos) {
        evidence.file("/proc/cmdline", fmt::format("{}\n", line.substr(at)));
        evidence.taken("talosctl get cmdline");
        return true;
    }
    if (line.starts_with("uid=") && contains(line, " gid=") &&
        std::count(line.begin(), line.end(), '=') > 2) {
        // With what is below it: the list of groups may be wrapped.
        const std::string_view below = section.body;
        const auto at = below.find(line);
        std::string own(at == std::string_view::npos ? line : below.substr(at));
        if (!below.ends_with(line) && !own.ends_with('\n')) own += '\n';
        read_id({section.command, std::move(own)}, evidence);
        return true;
    }
    return read_node(line, evidence) || read_stat_line(line, section, evidence) ||
           read_uname(line, evidence) || read_modprobe_refusal(line, evidence) ||
           read_service_line(line, evidence) || read_pveversion(line, evidence) ||
           read_lsb_release(line, evidence) || read_program_line(line, evidence) ||
           read_denial(line, evidence) || read_kvm_refusal(line, evidence) ||
           read_virtualbox_refusal(line, evidence) || read_kata_line(line, evidence) ||
           read_libvirt_refusal(line, evidence) || read_missing(line, evidence) ||
           read_failed_entry(line, evidence) || read_kvm_failure(line, evidence) ||
           read_missing_words(line, evidence);
}

}  // namespace nestprobe

// SPDX-License-Identifier: MIT
#include "definition/machine_types.hpp"

#include "base/text.hpp"

#include <algorithm>

namespace nestprobe {
namespace {

struct Version {
    unsigned major = 0, minor = 0;
    bool operator<=(const Version& other) const {
        return major != other.major ? major < other.major : minor <= other.minor;
    }
};

/// The last minor version of each major one that QEMU released: qemu.org, "Download", as of November 2026.
constexpr unsigned last_minor[] = {15, 7, 12, 1, 2, 2, 2, 2, 2, 2, 2, 1};

constexpr std::string_view q35 = "pc-q35-", i440fx = "pc-i440fx-", old_pc = "pc-";
constexpr std::string_view aliases[] = {
    "pc",         "q35",       "isapc",     "microvm", "none",    "x-remote", "xenfv",   "xenpv",   "ubuntu",
    "ubuntu-q35", "xenfv-4.2", "xenfv-3.1", "nitro",   "pc+pve0", "q35+pve0", "pc+pve1", "q35+pve1"};
constexpr std::string_view foreign[] = {"virt",     "pseries", "s390-ccw-virtio", "powernv", "raspi",
                                        "sbsa-ref", "mps2",    "malta",           "sifive_", "spike",
                                        "g3beige",  "mac99"};

/// "6.2", "9.0+pve1", "4.0.1"; nothing for "rhel8.6.0", "jammy".
std::optional<Version> version_in(std::string_view text) {
    text = text.substr(0, text.find('+'));
    const auto dot = text.find('.');
    if (dot == std::string_view::npos) return {};
    const std::string_view rest = text.substr(dot + 1);
    Version version;
    if (!parse_number(text.substr(0, dot), version.major) ||
        !parse_number(rest.substr(0, rest.find('.')), version.minor))
        return {};
    return version;
}

/// What stands behind the family's name; empty for another family.
std::string_view behind(std::string_view name, std::string_view family) {
    return name.starts_with(family) ? name.substr(family.size()) : std::string_view();
}

std::string_view version_part(std::string_view name) {
    for (const std::string_view family : {q35, i440fx, old_pc})
        if (const std::string_view part = behind(name, family); !part.empty()) return part;
    return {};
}

/// "rhel8.6.0", "jammy", "noble-hpb", "trusty": a letter first.
bool is_distributions_own(std::string_view part) { return part.front() >= 'a' && part.front() <= 'z'; }

}  // namespace

MachineName judge_machine_name(std::string_view name) {
    if (std::find(std::begin(aliases), std::end(aliases), name) != std::end(aliases))
        return MachineName::known;
    for (const std::string_view start : foreign)
        if (name.starts_with(start)) return MachineName::other_arch;
    const std::string_view part = version_part(name);
    if (part.empty()) return MachineName::unheard;
    const std::optional<Version> version = version_in(part);
    const bool has_family = name.starts_with(q35) || name.starts_with(i440fx);
    if (!version) return has_family && is_distributions_own(part) ? MachineName::known : MachineName::unheard;
    if (version->major >= std::size(last_minor)) return MachineName::newer;
    if (version->minor <= last_minor[version->major]) return MachineName::known;
    return version->major + 1 == std::size(last_minor) ? MachineName::newer : MachineName::never_released;
}

std::optional<unsigned> most_cpus(std::string_view name) {
    constexpr unsigned of_i440fx = 255;
    const std::optional<Version> version = version_in(version_part(name));
    if (!version) return name == "pc" || name == "isapc" ? std::optional(of_i440fx) : std::nullopt;
    if (!name.starts_with(q35) || *version <= Version{2, 7}) return of_i440fx;
    if (*version <= Version{8, 0}) return 288;
    if (*version <= Version{8, 2}) return 1024;
    return version->major < std::size(last_minor) ? std::optional(4096u) : std::nullopt;
}

}  // namespace nestprobe

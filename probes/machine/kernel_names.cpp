// SPDX-License-Identifier: MIT
// Whose kernel it is, by its name alone: for what somebody posted without /etc/os-release.
#include "machine/kernel_names.hpp"

#include "base/text.hpp"
#include "machine/distribution.hpp"

#include <algorithm>
#include <utility>

namespace nestprobe {
namespace {

/// How distributions name their kernels' releases (state 2026-11): "6.8.5-301.fc40.x86_64", "6.5.13-1-pve".
constexpr std::pair<std::string_view, std::string_view> release_names[] = {
    {".bazzite.", "bazzite"}, {".fc", "fedora"},         {".el7", "rhel"},      {".el8", "rhel"},
    {".el9", "rhel"},         {".el10", "rhel"},         {"amzn2", "amzn"},     {"-pve", "debian"},
    {"-arch1-", "arch"},      {"-arch2-", "arch"},       {"-zen1-", "arch"},    {"-hardened1-", "arch"},
    {"-MANJARO", "arch"},     {"-cachyos", "arch"},      {"-gentoo", "gentoo"}, {"-Unraid", "unraid"},
    {"-generic", "ubuntu"},   {"-lowlatency", "ubuntu"}, {"-amd64", "debian"},  {"-default", "opensuse"},
};

/// System76's number in the place of Ubuntu's, which has four digits at most: "6.9.3-76060903-generic".
bool is_of_pop(std::string_view release) {
    constexpr std::string_view mark = "-76", rest = "-generic";
    constexpr std::size_t digits = 8;
    const auto at = release.find(mark);
    return at != std::string_view::npos && release.substr(std::min(at + 1 + digits, release.size())) == rest;
}

}  // namespace

Fact<std::string> distribution_by_kernel(const Fact<std::string>& release,
                                         const Fact<std::string>& recorded) {
    const std::string* name = release.if_known();
    if (!name || recorded.if_known() || recorded.absence().why != Why::not_recorded) return recorded;
    if (is_of_pop(*name)) return {"pop", release.from()};
    for (const auto& [part, id] : release_names)
        if (contains(*name, part)) return {std::string(id), release.from()};
    return recorded;
}

Fact<std::string> kin_of(const Fact<std::string>& release, const Fact<std::string>& recorded) {
    const std::string* name = release.if_known();
    if (name && contains(*name, "-pve")) return {"proxmox", release.from()};
    const Fact<std::string> whose = distribution_by_kernel(release, recorded);
    const Ways* ways = ways_of(whose);
    if (!ways)
        return whose.if_known() ? Absent{Why::malformed, "no ways to boot are known of it"} : whose.absence();
    // Fedora's kernel is the same in its editions that rpm-ostree makes.
    const bool either = ways->id == "fedora" && !recorded.if_known();
    return {either ? "fedora-kernel" : std::string(ways->id), whose.from()};
}

Fact<std::string> release_or_image(const Reading<std::string>& command_line,
                                   const Fact<std::string>& release) {
    constexpr std::string_view name = "/vmlinuz-", image = "BOOT_IMAGE=";
    const std::string* words = command_line.if_known();
    if (release.if_known() || !words) return release;
    const std::size_t begin = words->find(name, words->find(image));
    if (begin == std::string::npos) return release;
    const std::string_view rest = std::string_view(*words).substr(begin + name.size());
    return {std::string(rest.substr(0, rest.find_first_of(" \n"))), {{"/proc/cmdline", std::string(image)}}};
}

}  // namespace nestprobe

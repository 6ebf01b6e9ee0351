// SPDX-License-Identifier: MIT
// Whose kernel it is, by its name alone: for what somebody posted without /etc/os-release.
#include "machine/kernel_names.hpp"

#include "base/text.hpp"

#include <utility>

namespace nestprobe {
namespace {

/// How distributions name their kernels' releases (state 2026-11): "6.8.5-301.fc40.x86_64", "6.5.13-1-pve".
constexpr std::pair<std::string_view, std::string_view> release_names[] = {
    {".fc", "fedora"},         {".el8", "rhel"},     {".el9", "rhel"},         {".el10", "rhel"},
    {"amzn2", "amzn"},         {"-pve", "debian"},   {"-arch1-", "arch"},      {"-generic", "ubuntu"},
    {"-lowlatency", "ubuntu"}, {"-amd64", "debian"}, {"-default", "opensuse"},
};

}  // namespace

Fact<std::string> distribution_by_kernel(const Fact<std::string>& release,
                                         const Fact<std::string>& recorded) {
    const std::string* name = release.if_known();
    if (!name || recorded.if_known() || recorded.absence().why != Why::not_recorded) return recorded;
    for (const auto& [part, id] : release_names)
        if (contains(*name, part)) return {std::string(id), release.from()};
    return recorded;
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

// SPDX-License-Identifier: MIT
#include "machine/distribution.hpp"

#include "base/text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>

namespace nestprobe {
namespace {

constexpr Ways distributions[] = {
    {"nixos", BootLoader::nixos, InitramfsTool::with_system},
    {"talos", BootLoader::talos, InitramfsTool::with_system},
    {"unraid", BootLoader::unraid, InitramfsTool::with_system},
    {"guix", BootLoader::guix, InitramfsTool::with_system},
    {"flatcar", BootLoader::flatcar, InitramfsTool::with_system},
    {"clear-linux-os", BootLoader::clear_linux, InitramfsTool::with_system},
    {"solus", BootLoader::clear_linux, InitramfsTool::with_system},
    {"steamos", BootLoader::steamos, InitramfsTool::with_system},
    {"endless", BootLoader::ostree_plain, InitramfsTool::with_system},
    {"chromeos", BootLoader::chromeos, InitramfsTool::with_system},
    {"ostree", BootLoader::ostree, InitramfsTool::with_system},
    {"bazzite", BootLoader::ostree, InitramfsTool::with_system},
    {"pop", std::nullopt, InitramfsTool::update_initramfs, BootLoader::grub_debian},
    {"debian", BootLoader::grub_debian, InitramfsTool::update_initramfs},
    {"ubuntu", BootLoader::grub_debian, InitramfsTool::update_initramfs},
    {"fedora", BootLoader::grubby, InitramfsTool::dracut},
    {"rhel", BootLoader::grubby, InitramfsTool::dracut},
    {"amzn", BootLoader::grubby, InitramfsTool::dracut},
    {"opensuse-microos", BootLoader::transactional, InitramfsTool::transactional},
    {"sle-micro", BootLoader::transactional, InitramfsTool::transactional},
    {"sl-micro", BootLoader::transactional, InitramfsTool::transactional},
    {"suse", BootLoader::grub_suse, InitramfsTool::dracut},
    {"opensuse", BootLoader::grub_suse, InitramfsTool::dracut},
    {"endeavouros", std::nullopt, InitramfsTool::dracut_rebuild},
    {"arch", std::nullopt, InitramfsTool::mkinitcpio},
    {"alpine", std::nullopt, InitramfsTool::mkinitfs},
    {"void", std::nullopt, InitramfsTool::dracut},
    {"gentoo", std::nullopt, std::nullopt},
    {"slackware", std::nullopt, std::nullopt},
};

/// VARIANT_ID of Fedora's, and Red Hat's, that rpm-ostree makes; all of them (state 2026-11).
constexpr std::string_view ostree_variants[] = {"silverblue",    "kinoite",       "sericea", "onyx",
                                                "sway-atomic",   "budgie-atomic", "iot",     "coreos",
                                                "cosmic-atomic", "bazzite",       "aurora",  "bluefin"};

/// The value of NAME= in os-release, quotation marks off.
std::string_view value_of(std::string_view text, std::string_view name) {
    std::string_view value;
    for_each_line(text, [&](std::string_view line) {
        if (line.starts_with(name) && line.substr(name.size()).starts_with('='))
            value = trim(line.substr(name.size() + 1));
    });
    if (value.size() > 1 && (value.front() == '"' || value.front() == '\'')) {
        value.remove_prefix(1);
        value.remove_suffix(1);
    }
    return value;
}

bool is_ostree_image(std::string_view text) {
    const std::string_view variant = value_of(text, "VARIANT_ID");
    return !value_of(text, "OSTREE_VERSION").empty() ||
           std::find(std::begin(ostree_variants), std::end(ostree_variants), variant) !=
               std::end(ostree_variants);
}

}  // namespace

Fact<std::string> probe_distribution(const Filesystem& files) {
    constexpr std::string_view path = "/etc/os-release";
    const auto text = files.read(path);
    if (!text.if_known()) return text.absence();
    const std::string_view id = value_of(*text.if_known(), "ID"),
                           like = value_of(*text.if_known(), "ID_LIKE");
    if (id.empty()) return Absent{Why::malformed, fmt::format("{}: no ID", path)};
    std::string words = is_ostree_image(*text.if_known()) ? "ostree " : "";
    words.append(id);
    if (!like.empty()) words.append(" ").append(like);
    return {words, {{std::string(path), words}}};
}

const Ways* ways_of(const Fact<std::string>& distribution) {
    const std::string* words = distribution.if_known();
    if (!words) return nullptr;
    for (const std::string_view word : split_words(*words))
        for (const Ways& ways : distributions)
            if (word == ways.id || (ways.id == "suse" && word.starts_with("opensuse"))) return &ways;
    return nullptr;
}

}  // namespace nestprobe

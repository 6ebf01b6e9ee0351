// SPDX-License-Identifier: MIT
// The distribution, and the ways that it has to boot.
#pragma once

#include "facts/system_facts.hpp"
#include "sources.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace nestprobe {

/// A distribution's ID, or one of ID_LIKE, and its ways (os-release(5); each distribution's manual of 2026).
struct Ways {
    std::string_view id;
    std::optional<BootLoader> loader;  ///< nothing: several are common there
    std::optional<InitramfsTool> initramfs;
    std::optional<BootLoader> grub{};  ///< of several, how it is GRUB that is told
};

/// ID and ID_LIKE of /etc/os-release; of an image of an ostree, by its variant or version, "ostree" in front:
/// rpm-ostree's way is the only one there.
Fact<std::string> probe_distribution(const Filesystem& files);
/// By the distribution's own name first, then by those that it is like; null: none that is known.
const Ways* ways_of(const Fact<std::string>& distribution);

}  // namespace nestprobe

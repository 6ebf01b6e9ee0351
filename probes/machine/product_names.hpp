// SPDX-License-Identifier: MIT
// What people call the products that run guests, and how such a name is found in a sentence.
#pragma once

#include "facts/hypervisor_facts.hpp"

#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace nestprobe {

struct ProductName {
    std::string_view words;      ///< as people write it, in lower case
    std::string_view name;       ///< as platform_called() has it
    bool on_pc = false;          ///< people run it on their own PC, where its maker has others for servers
    bool also_run_here = false;  ///< people run it on the machine they write of: only "in a X VM" is above
};
/// Nobody runs it on a machine of their own, so that who names it is in it.
bool is_rented_out(Platform platform);
/// Longer words first: "docker desktop" is no "desktop".
std::span<const ProductName> product_names();

/// Whose platform a name or a sentence is about: a name alone, a cloud, or what stands behind "in", "inside",
/// "on", "under" or "within".  Nothing where that leaves none or two.
std::optional<Platform> platform_in_words(std::string_view text);

}  // namespace nestprobe

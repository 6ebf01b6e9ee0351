// SPDX-License-Identifier: MIT
// Kernels that are made for one thing and leave KVM out, and what there is instead.
#pragma once

#include "facts/facts.hpp"

#include <string_view>

namespace nestprobe {

struct Appliance {
    std::string_view release;  ///< how the kernel's release ends; empty: told by the maker
    std::string_view maker;    ///< how DMI's sys_vendor begins; empty: told by the release
    std::string_view name;
    std::string_view instead;
};
/// The one that this kernel is, by its release or the machine's maker; null: none that is known.
const Appliance* appliance(const Facts& f);
/// WSL 1 has no Linux kernel at all.
bool is_wsl1(const Facts& f);

}  // namespace nestprobe

// SPDX-License-Identifier: MIT
// Managers that write a guest's definition before every start, so that an edit of it is lost: where the CPU
// is changed in each.
#pragma once

#include "remedy/remedy.hpp"
#include "rules/rule.hpp"

#include <string>
#include <string_view>

namespace nestprobe {

struct ManagerStep {
    Where where;
    std::string_view what, command, file, line;
};
struct Manager {
    std::string_view name;
    ManagerStep steps[4];  ///< the guest gets the host's CPU
    Platform platform;     ///< whose row has the switch for a virtual IOMMU; kvm: its files are here
    std::string_view arguments = {};  ///< what passes words to QEMU
};

/// Empty: nobody.
const std::string& manager_of(const Facts& f);
/// Null: nobody whose words are known.
const Manager* find_manager(const Facts& f);
std::string lost_edit(const Manager& manager);
Remedy manager_steps(const Manager& manager);

}  // namespace nestprobe

// SPDX-License-Identifier: MIT
// How each kind of container is given /dev/kvm, and lets its user open it.  Data only.
#pragma once

#include "remedy/remedy.hpp"

#include <span>
#include <string_view>

namespace nestprobe {

/// A step as data.  {group} and {gid} are the node's group; words in CAPITALS are for the person to replace.
struct AccessStep {
    Where where = Where::container_host;
    std::string_view what = {};
    std::string_view commands[3] = {};
    std::string_view file = {};
    std::string_view lines[7] = {};
    std::string_view expect = {};
    bool of_host = false;  ///< only where it is not known that KVM is up on the host
    constexpr bool empty() const { return what.empty(); }
};

struct AccessRow {
    std::string_view place;  ///< as process.container or process.job has it
    std::string_view words;  ///< "a container of Docker"
    AccessStep give[3];      ///< the device is not there, or the device cgroup forbids it
    AccessStep allow[3];     ///< it is there, and its owner, group and mode keep the user out
};

std::span<const AccessRow> access_rows();

}  // namespace nestprobe

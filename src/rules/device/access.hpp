// SPDX-License-Identifier: MIT
// How this place is given /dev/kvm: on a host by its group, in a container by who starts that, in a job of a
// CI by the job's definition.
#pragma once

#include "rules/common.hpp"

#include <initializer_list>
#include <string>
#include <string_view>
#include <vector>

namespace nestprobe {

/// That group is root's or nobody's, or nobody here has a name for it: to join it helps nobody.
bool is_nobodys(const DeviceNode& node);

/// user_namespaces(7): a group of the host that the namespace does not map shows as the overflow group,
/// 65534.
bool shows_unmapped_group(const Facts& f);

/// "a container of Docker", "a pod of Kubernetes"; empty where there is no sign of one.
std::string_view place_words(const Facts& f);

/// (A vector made of literals in place makes g++ 12 warn of array bounds.)
inline std::vector<std::string> texts(std::initializer_list<std::string_view> list) {
    return std::vector<std::string>(list.begin(), list.end());
}

/// On a host: this user may open the node, by its group or by udev's rules.
Remedy allow_on_host(const Facts& f, const DeviceNode& node);
/// The mode and the groups that id shows let this user in, and it was refused.
Remedy look_at_program();
/// /etc/group names a member of group kvm already: a session may be older than that.
Remedy look_at_session();
/// Nobody was refused yet, but the node is root's alone.
Remedy fix_closed_node(const Facts& f);
/// On a host: a device cgroup or a security module forbids it.
Remedy allow_unit();

/// A container that no row speaks of: the device is passed in.
Remedy give_to_container();
/// It has the node, which is its host's: the group counts by its number.
Remedy allow_in_container();
/// Does it run in Docker Desktop's own virtual machine?
bool in_docker_desktop(const Facts& f);
/// A container was to have the device: "given", and started without a word; "refused" by the daemon, which
/// finds none; else empty.
std::string_view was_asked_for(const Facts& f);
Remedy leave_docker_desktop(const Facts& f);

/// There is no /dev/kvm here, although KVM may well be up.
Remedy fix_missing_device(const Facts& f);
/// The node is there, and no driver behind it.
Remedy fix_no_driver(const Facts& f);
/// It is there and may not be opened: EACCES or EPERM.
Remedy fix_denied_device(const Facts& f);

}  // namespace nestprobe

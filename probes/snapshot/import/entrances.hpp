// SPDX-License-Identifier: MIT
// Commands that run another command in a machine beside this one: "multipass exec foo -- kvm-ok".  What such
// a line prints is that machine's, and says nothing of the one whose prompt stands in front.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace nestprobe {

/// What such a command runs the other one in.
enum class RunsIn : std::uint8_t {
    guest,     ///< a virtual machine of this one
    instance,  ///< LXD's and Incus': a container, or a virtual machine
    remote,    ///< another machine, of which nothing is known
    here,      ///< no other machine: WSL's own, from Windows
};

struct Entrance {
    std::string_view program;
    std::string_view verbs = {};  ///< what stands behind it: "exec", "compute ssh"
    RunsIn in = RunsIn::guest;
    bool named = true;              ///< a machine's name stands before the command
    bool by_option = false;         ///< the command is an option's: -c, --command
    std::string_view valued = {};   ///< options with a value, a blank between: " -p -i "
    std::string_view cloud = {};    ///< as in hearsay::cloud
    std::string_view runs_it = {};  ///< as in hearsay::hypervisor
};

struct Entered {
    const Entrance* entrance = nullptr;
    std::string name;     ///< the machine's, in small letters; the program's where none stands there
    std::string command;  ///< what is run there, with the filters behind it
};
/// Nothing where the line is no such command, or only goes there.
std::optional<Entered> entered_by(std::string_view line);
/// "virsh console foo", "vagrant ssh", "lxc exec foo -- bash": somebody goes into a guest, and what follows
/// at another prompt is of there.  Null: nothing of the kind, or a machine of which nothing is known (ssh).
const Entrance* opened_by(std::string_view line);
/// Does the paste show that LXD's or Incus' instances are virtual machines?
bool shows_instances_that_are_machines(std::string_view text);

}  // namespace nestprobe

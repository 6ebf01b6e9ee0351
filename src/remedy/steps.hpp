// SPDX-License-Identifier: MIT
// The steps of cures, as this machine does them: its boot loader, its initramfs, its files of modprobe.d.
// Here alone it is decided how; the writers only write.
#pragma once

#include "remedy/remedy.hpp"

namespace nestprobe {

/// Known to be a container.
bool in_container(const Facts& f);

/// Words of the kernel command line, away and in.  A word that could be anything but that word in a shell or
/// a configuration file makes no command: it is to be done by hand.
Step change_words(const Facts& f, std::vector<std::string> drop, std::vector<std::string> add);

/// A parameter of KVM's module says `value`: in each line that says otherwise, else in a file of its own; by
/// hand where /etc/modprobe.d is made from something else.  `otherwise`: those lines, in modprobe's order.
Remedy set_option(const Facts& f, std::string_view module, std::string_view parameter,
                  const std::vector<ModuleOption>& otherwise, std::string_view value = "1");

/// Unload and load, with the guests that run stopped.  `parameter`: what is expected to be on then.
Step reload_module(const Facts& f, std::string_view module, std::string_view parameter);

/// Files of modprobe.d are copied into the initramfs, which may load KVM.  Empty where the system's own way
/// of setting options does that too.
Remedy renew_initramfs(const Facts& f);

/// A line of modprobe.d that keeps a module out becomes a comment.
Step drop_line(const Facts& f, const Origin& place, std::string_view module);

/// `file`: what is there then; empty: nothing that could be looked at.
Step load_module(std::string_view module, std::string_view file = "/dev/kvm");
Step load_at_boot(std::string_view module);

/// The file that an option of our own goes into: it sorts behind all others, so that it counts.
inline constexpr std::string_view options_file = "/etc/modprobe.d/zz-nestprobe.conf";

}  // namespace nestprobe

// SPDX-License-Identifier: MIT
// The steps of cures, as this machine does them: its boot loader, its initramfs, its files of modprobe.d.
// Here alone it is decided how; the writers only write.
#pragma once

#include "remedy/remedy.hpp"

namespace nestprobe {

/// Words of the kernel command line, away and in.  A word that could be anything but that word in a shell or
/// a configuration file makes no command: it is to be done by hand.
Step change_words(const Facts& f, std::vector<std::string> drop, std::vector<std::string> add);

/// A parameter of KVM's module says 1: in each line that says otherwise, else in a file of its own.
/// `off`: the lines that say otherwise, in the order in which modprobe reads them.
Step set_option(std::string_view module, std::string_view parameter, const std::vector<ModuleOption>& off);

/// Unload and load, with the guests that run stopped.  `parameter`: what is expected to be on then.
Step reload_module(const Facts& f, std::string_view module, std::string_view parameter);

/// Files of modprobe.d are copied into the initramfs, which may load KVM.
Step renew_initramfs(const Facts& f);

/// A line of modprobe.d that keeps a module out becomes a comment.  `source`: "/etc/modprobe.d/x.conf:3".
Step drop_line(std::string_view source, std::string_view module);

Step load_module(std::string_view module);

/// The file that an option of our own goes into: it sorts behind all others, so that it counts.
inline constexpr std::string_view options_file = "/etc/modprobe.d/zz-nestprobe.conf";

}  // namespace nestprobe

// SPDX-License-Identifier: MIT
// The steps of cures, as this machine does them: its boot loader, its initramfs, its files of modprobe.d.
// Here alone it is decided how; the writers only write.
#pragma once

#include "remedy/remedy.hpp"

namespace nestprobe {

/// Known to be a container.
bool in_container(const Facts& f);

/// Words of the kernel command line, away and in.  A word that could be anything but that word in a shell or
/// a configuration file makes no command: it is to be done by hand.  Where nobody can tell the boot loader,
/// the ways that are usual on this system.
Remedy change_words(const Facts& f, std::vector<std::string> drop, std::vector<std::string> add);

/// A parameter of KVM's module says `value`: in each line that says otherwise, else in a file of its own; by
/// hand where /etc/modprobe.d is made from something else.  `otherwise`: those lines, in modprobe's order.
Remedy set_option(const Facts& f, std::string_view module, std::string_view parameter,
                  const std::vector<ModuleOption>& otherwise, std::string_view value = "1");

/// Unload and load, with the guests that run stopped.  `parameter`: what is expected to be on then.
Step reload_module(const Facts& f, std::string_view module, std::string_view parameter);

/// Files of modprobe.d are copied into the initramfs, which may load KVM.  Empty where the system's own way
/// of setting options does that too.  `before`: the steps that change those files.
Remedy renew_initramfs(const Facts& f, const Remedy& before);

/// A line of modprobe.d that keeps a module out becomes a comment.
Step drop_line(const Facts& f, const Origin& place, std::string_view module);

/// One line of modprobe.d becomes a comment, whatever it says.
Step comment_out(const Facts& f, const Origin& place, std::string_view what);
/// One line of it is this one.
Step write_line(const Facts& f, const Origin& place, std::string_view line);
/// A word of it is another; in the lines that are joined by a backslash at their ends, if several are.
Step replace_in_line(const Facts& f, const Origin& place, std::string_view from, std::string_view to,
                     unsigned lines = 1);
/// A file of modprobe.d gets a name that modprobe reads.
Step name_as_conf(std::string_view path);

/// A command with what a machine says in it, a word for each {} of `form`.  Where one of them is no
/// ConfigWord there is no command, and what the step says is left to be done by hand.
void add_command(Step& step, Form form, std::initializer_list<std::string_view> words);

/// modprobe -r, and modprobe.
void add_reload(Step& step, std::string_view module);

/// The command that takes a CPU offline.
ShellCommand take_offline(unsigned cpu);

/// `file`: what is there then; empty: nothing that could be looked at.
Step load_module(std::string_view module, std::string_view file = "/dev/kvm");
Step load_at_boot(std::string_view module);

/// The file that an option of our own goes into: it sorts behind all others, so that it counts.
inline constexpr std::string_view options_file = "/etc/modprobe.d/zz-nestprobe.conf";

}  // namespace nestprobe

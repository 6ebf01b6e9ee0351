// SPDX-License-Identifier: MIT
// A line of a paste that names the command whose output follows.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace nestprobe {

/// The command that was typed in this line; empty where it is no such line.
std::string_view typed_in(std::string_view line);
/// The machine's name in such a line's prompt, lower case, without its domain; empty where there is none.
std::string host_in_prompt(std::string_view line);
/// "dmesg | grep kvm" alone in a line, without a prompt.
bool is_bare_command(std::string_view line);
/// "lsmod | grep kvm returns nothing": a person's words, whose end says what was printed.
bool tells_what_it_prints(std::string_view line);
/// "/sys/module/kvm_{intel,amd}/x": each of what a shell makes of it; the word itself where it has no braces.
std::vector<std::string> expand_braces(std::string_view word);
/// supportconfig: "#==[ Command ]===#", then "# /usr/bin/lscpu"; head and tail: "==> /path <==".
std::string_view heading_in(std::string_view line, bool& announced);
/// A configuration file in supportconfig's text is named by its path alone, a log with what was left out.
std::string as_command(std::string_view heading);

}  // namespace nestprobe

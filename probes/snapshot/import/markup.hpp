// SPDX-License-Identifier: MIT
// What forums, issue trackers and mail put around a line of output.
#pragma once

#include <string>
#include <string_view>

namespace nestprobe {

/// Tables of Markdown with two columns: "key: value", and commands and paths in the first as if they were
/// typed.
std::string without_tables(std::string_view text);

/// "> flags : ...", "`kvm: disabled by bios`", "[code]kvm 1105920 0[/code]", "pcid **vmx** est": the line
/// alone.
std::string without_markup(std::string_view line);

/// "and lsmod |grep kvm:", "Output of `dmesg | grep -i kvm` is:": what a person writes above an output.
std::string_view command_in_prose(std::string_view line);

}  // namespace nestprobe

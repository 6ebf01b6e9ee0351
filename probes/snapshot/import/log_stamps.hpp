// SPDX-License-Identifier: MIT
// The messages of a kernel log, without what stands in front of them.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace nestprobe {

/// journalctl -o json, an entry a line: the kernel's messages.
void read_json(std::string_view text, std::vector<std::string>& messages);
/// journalctl -o export: the kernel's messages.
void read_export(std::string_view text, std::vector<std::string>& messages);
/// Behind "Nov 25 18:36:34 host kernel: ", or "kernel: " alone; empty where there is no such tag.
std::string_view behind_tag(std::string_view text);
bool is_journal_json(std::string_view text);

}  // namespace nestprobe

// SPDX-License-Identifier: MIT
// What cat, grep, head and their like show of files that a probe knows, by the path in the command.
#include "base/text.hpp"
#include "snapshot/import/readers.hpp"

#include <algorithm>

namespace nestprobe {

bool take_files(const Section& section, Evidence& evidence) {
    const Command& command = section.command;
    const bool plain = command.program == "cat" || command.program == "zcat" || command.program == "head" ||
                       command.program == "tail" || command.program == "more" || command.program == "less";
    const bool grep = command.program == "grep" || command.program == "egrep" || command.program == "zgrep";
    if (!plain && !grep) return false;
    for (const std::string& path : command.words) {
        if (!path.starts_with('/')) continue;
        if (path == "/proc/cpuinfo") {
            read_cpuinfo(section, evidence);
            return true;
        }
        if (path == "/proc/modules") {
            read_lsmod(section, evidence);
            return true;
        }
        if (path.find_first_of("*?{") != std::string::npos) {
            // Of which of them a line is does not show.
            if (grep || !contains(path, "modprobe.d/")) return false;
            read_options_without_place(section.body, evidence);
            return true;
        }
        if (path == "/proc/config.gz" || path.starts_with("/boot/config-")) {
            if (!is_kernel_config(section.body)) return false;
            read_kernel_config(section.body, evidence);
            return true;
        }
        if (path.starts_with("/var/log/")) {
            read_kernel_log(section, evidence);
            return true;
        }
        if (!grep && std::count_if(command.words.begin(), command.words.end(),
                                   [](const std::string& word) { return word.starts_with('/'); }) == 1)
            return read_file_of_kernel(path, section.body, evidence);
    }
    return false;
}

}  // namespace nestprobe

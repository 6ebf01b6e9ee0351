// SPDX-License-Identifier: MIT
// Any text that people paste, and any folder of such: outputs of commands with or without prompts, mixed.
#pragma once

#include "recording/recording.hpp"
#include "snapshot/import/definition_place.hpp"
#include "snapshot/import/telling_words.hpp"

#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace nestprobe {

struct PasteFormat {
    std::string_view name, doc;
};
/// What a paste may hold, for the manual.
std::span<const PasteFormat> paste_formats();

struct Imported {
    Recording recording;
    std::vector<std::string> formats;     ///< what it was taken for; empty: nothing in it was understood
    std::vector<std::string> messages{};  ///< known lines, where there is nothing else
    DefinitionPlace definition = DefinitionPlace::unknown;
};

/// The format of a paste that speaks of virtualization and holds no reading.
constexpr std::string_view words_alone = "words that tell nothing of the machine";

/// Throws BadFile where a dump of registers in it is broken.  A message that `knows` (null: nothing) is no
/// reading, but no reason to refuse it.
Imported import_paste(std::string_view text, const std::string& name, KnowsMessage knows = nullptr);

/// A definition of a guest that --domain reads: libvirt's, Proxmox VE's, a manager's.
bool defines_by_itself(std::string_view text);
/// One of these, or QEMU's command line, which people also post to show an error.
bool names_guests_definition(std::string_view text);

/// A folder's files by their paths below it, as sosreport and supportconfig leave them: "proc/cpuinfo",
/// "sos_commands/kernel/lsmod", "boot.txt".
Imported import_files(const std::vector<std::pair<std::string, std::string>>& files, const std::string& name);

/// Does a file of this name, below a folder, bear on anything?  Others are not even opened.
bool is_of_interest(std::string_view path);

}  // namespace nestprobe

// SPDX-License-Identifier: MIT
// A snapshot, another tool's dump, a paste, or a folder of such, from files, folders or standard input.
#pragma once

#include "recording/recording.hpp"
#include "snapshot/import/definition_place.hpp"
#include "snapshot/import/telling_words.hpp"

#include <string>
#include <utility>
#include <vector>

namespace nestprobe {

/// What was read of one path, before any of it is understood.
struct RawInput {
    std::string path;  ///< "-": standard input
    bool is_folder = false;
    std::string text;                                        ///< of a file
    std::vector<std::pair<unsigned, std::string>> units;     ///< pu0, pu1, ... of hwloc-gather-cpuid
    std::vector<std::pair<std::string, std::string>> files;  ///< path below the folder, text
    std::size_t size = 0;                                    ///< of what is in a folder
    std::size_t names = 0;                                   ///< in a folder, that were looked at
    std::vector<std::string> unread;  ///< in a folder, what was left out, with the reason
};

/// The only part that opens files.  Throws UnopenedFile, and BadFile for what is too large.
std::vector<RawInput> read_inputs(const std::vector<std::string>& paths);

/// A guest's definition that an input holds, as text: nobody has looked whether it can be read.
struct HeldDefinition {
    std::string name, text;
    DefinitionPlace place = DefinitionPlace::unknown;
    bool alone = false;      ///< nothing else in that input was understood
    bool by_itself = false;  ///< no command line of QEMU's, which people also post to show an error
};

struct Loaded {
    Recording recording;
    std::vector<std::string> notes;   ///< "dmesg.txt: taken for the kernel's log", a line for each input
    std::vector<std::string> unread;  ///< of folders, what was left out
    std::vector<std::string>
        lines;  ///< of pastes, those that may be a program's message: no part of a recording
    std::vector<HeldDefinition> definitions;
};

/// A guest's definition for VMware, VirtualBox, Xen and the like, and none that --domain understands.
bool defines_other_guest(std::string_view text);

/// Several inputs are about one machine.  Throws BadFile.  Nothing is taken from the machine that it runs on.
/// What `knows` (null: nothing) is input, though it has no reading in it.
Loaded import_inputs(std::vector<RawInput> inputs, KnowsMessage knows = nullptr);

}  // namespace nestprobe

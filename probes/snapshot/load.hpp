// SPDX-License-Identifier: MIT
// A snapshot, another tool's dump, a paste, or a folder of such, from files, folders or standard input.
#pragma once

#include "snapshot/recording.hpp"

#include <string>
#include <vector>

namespace nestprobe {

struct Loaded {
    Recording recording;
    std::vector<std::string> notes;  ///< "dmesg.txt: taken for the kernel's log", a line for each input
};

/// "-" is standard input.  Several inputs are about one machine.  Throws UnopenedFile or BadFile.  Nothing is
/// taken from the machine that it runs on.
Loaded load_recordings(const std::vector<std::string>& paths);

/// One of them, without notes.
Recording load_recording(const std::string& path);

}  // namespace nestprobe

// SPDX-License-Identifier: MIT
// A paste as people make it: outputs of commands behind their prompts, quoted, indented, coloured, wrapped.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace nestprobe {

/// "sudo lsmod | grep -i kvm" -> program lsmod, no arguments, pattern "kvm".
struct Command {
    std::string line;     ///< as it was typed, without its prompt; empty: nobody knows what printed this
    std::string program;  ///< "lsmod": without sudo and folder
    std::vector<std::string> words;     ///< what stands behind it, quotes gone
    std::vector<std::string> patterns;  ///< of the greps behind it, and of grep itself
    bool filtered = false;              ///< grep, head, tail or another tool has taken lines away
    bool counts = false;                ///< grep -c, wc -l: a number is what is printed

    /// Is one of its words this path?
    bool names(std::string_view path) const;
};

struct Entrance;  // entrances.hpp

struct Section {
    Command command;
    std::string body;  ///< its lines, each with a newline; without one at the end where the paste ends there
    std::string host = {};  ///< the machine's name in the prompt, to tell two apart; empty: none is shown
    /// By what it was run in another machine than the prompt's, whose name `host` is then; null: it was not.
    const Entrance* by = nullptr;
    bool cut() const { return !body.ends_with('\n'); }
};

/// UTF-8 without a byte order mark, CR, NBSP, zero-width characters and colours; the quote marks and the
/// indentation that all lines share, and Markdown's fences, are gone.  NUL ends nothing and is dropped.
std::string clean_paste(std::string_view text);

/// Each command with what it printed, in order; first what stands before any.  Takes a cleaned paste.
std::vector<Section> split_paste(std::string_view text);

Command parse_command(std::string_view line);

}  // namespace nestprobe

// SPDX-License-Identifier: MIT
// Text that somebody may give to a shell: nothing in it may become a command. This is the one place that
// makes words of it; what cannot be a word there is left to be done by hand.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace nestprobe {

/// A word that may stand in a file that others read as code (/etc/default/grub, which grub-mkconfig sources;
/// modprobe.d), among grubby's arguments, which are split at blanks, and on a command line. It has letters,
/// digits and _ . , : = / + @ - only, does not begin with a dash, and has no ".." between slashes; nothing
/// else can be one.
class ConfigWord {
public:
    static std::optional<ConfigWord> make(std::string_view text);
    const std::string& text() const { return text_; }

private:
    explicit ConfigWord(std::string_view text) : text_(text) {}
    std::string text_;
};

/// A word for sh, in single quotation marks unless it is plain. Nothing for text that is not printable: it
/// would reach the terminal of whoever reads the script, and could not be told from other text there.
std::optional<std::string> shell_word(std::string_view text);

/// The name of a file, which no program takes for an option or an assignment: "./-o.xml", "./a=b.xml".
std::optional<std::string> shell_path(std::string_view path);

/// Text that is only said: what is not printable is replaced.
std::string shell_text(std::string_view text);

/// Text as comment lines: wrapped, control characters replaced, so that no line of it can be a command.
std::string shell_comment(std::string_view text);

/// Calls of the script's functions, of what a machine says. One word that is no ConfigWord, and there are
/// none: half of a step is worse than a step that is left to be done by hand.
class ShellCalls {
public:
    /// One call; the same one twice is one.
    void add(std::string_view function, const std::vector<std::string>& words);
    bool refused() const { return refused_; }
    /// Each on a line; empty where one was refused.
    const std::string& text() const { return text_; }

private:
    std::string text_;
    bool refused_ = false;
};

}  // namespace nestprobe

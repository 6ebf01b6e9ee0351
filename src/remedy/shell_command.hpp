// SPDX-License-Identifier: MIT
// One line for a shell, as a type of its own: text that a machine, a paste or a definition says is no
// command, and gets into one as a word alone, checked.
#pragma once

#include <cstddef>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace nestprobe {

/// A literal of this program, with {} for each word.
struct Form {
    consteval Form(const char* literal) : text(literal) {}
    std::string_view text;
};

class ShellCommand {
public:
    /// A whole command that this program's text has.
    template <std::size_t N>
    ShellCommand(const char (&literal)[N]) : text_(literal) {}

    /// One of this program's tables, which hold no machine's words.
    static ShellCommand of_row(std::string_view text) { return ShellCommand(std::string(text)); }

    /// The form with a word for each {}; nothing where one of them is no ConfigWord: what the step says is
    /// left to be done by hand then.
    static std::optional<ShellCommand> with(Form form, std::initializer_list<std::string_view> words);

    /// What is more than words: sed's expressions.  Whoever makes one has checked each word in it.
    static ShellCommand checked(std::string text) { return ShellCommand(std::move(text)); }

    const std::string& text() const { return text_; }
    operator std::string_view() const { return text_; }
    friend bool operator==(const ShellCommand&, const ShellCommand&) = default;

private:
    explicit ShellCommand(std::string text) : text_(std::move(text)) {}
    std::string text_;
};

using ShellCommands = std::vector<ShellCommand>;

/// The form with its words, as a step's only command; none where a word is no ConfigWord.
ShellCommands one_command(Form form, std::initializer_list<std::string_view> words);

/// Literals.  (A vector made of them in place makes g++ 12 warn of array bounds, in larger expressions.)
ShellCommands these(std::initializer_list<Form> literals);

}  // namespace nestprobe

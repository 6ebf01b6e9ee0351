// SPDX-License-Identifier: MIT
// What a script itself gives its variables, where nothing else can: so that "${args[@]}" and $OPTIONS of a
// script that starts QEMU are the words that stand above.
#pragma once

#include "guest/definition.hpp"

#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace nestprobe {

/// A use of a variable: "$NAME", "${NAME}", "${NAME[@]}".
struct VariableUse {
    std::string_view name;
    bool whole_list = false;
    std::size_t size = 0;  ///< in the text; 0: nothing of the kind
};
VariableUse variable_at(std::string_view text);
/// The name that `text` begins with; empty: none.
std::string_view leading_name(std::string_view text);

class ShellVariables {
public:
    /// None is known in a text with a here-document, whose lines are another program's.
    explicit ShellVariables(std::string_view script);

    /// The words of a command that has ended.  `conditional`: behind && or ||.
    void run(std::span<const Word> command, bool conditional);
    /// NAME=( ... ), NAME+=( ... ): the words between.
    void set_list(std::string_view name, bool adds, std::vector<Word> words, bool conditional);

    /// Null: not known here. What was handed out is counted: variables of variables double without end.
    const std::string* find(std::string_view name);
    const std::vector<Word>* find_list(std::string_view name);

private:
    void assign(std::string_view word, bool is_expanded, bool conditional);
    void follow_blocks(std::span<const Word> command);
    void forget(std::string_view name);
    bool is_settled(std::string_view name);
    bool affords(std::size_t bytes);

    std::string_view script_;
    bool known_ = true;
    std::size_t spent_ = 0;
    int depth_ = 0;  ///< of if, for, while, case, functions: whether these run is not known
    std::map<std::string, std::string, std::less<>> values_;
    std::map<std::string, std::vector<Word>, std::less<>> lists_;
};

}  // namespace nestprobe

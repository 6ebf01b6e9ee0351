// SPDX-License-Identifier: MIT
// Changes to a text at known places, and the unified diff that they make.
#pragma once

#include "guest/definition.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace nestprobe {

/// Put `text` in the place of `where`; an empty place is an insertion.
struct Change {
    Span where;
    std::string text;
};

/// Changes must not overlap.  They may come in any order; insertions at one place stay in theirs.
std::string apply_changes(std::string_view text, std::vector<Change> changes);

/// As diff -u prints it, three lines of context, which patch(1) applies to a file of that name.  Empty where
/// nothing changes.
std::string unified_diff(std::string_view text, std::vector<Change> changes, std::string_view name);

}  // namespace nestprobe

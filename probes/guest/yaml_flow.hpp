// SPDX-License-Identifier: MIT
// YAML's flow style, of which JSON is a part: {a: b}, [a, b], "a", 'a'.
#pragma once

#include "guest/setting_tree.hpp"

#include <cstddef>
#include <string_view>

namespace nestprobe {

struct YamlFlow {
    std::size_t last_line = 0;
    bool is_whole = false;  ///< it ends, and nothing in it is against the rules
};

/// Reads what begins at that place of the text, and stands on that line, into the setting.
YamlFlow read_yaml_flow(std::string_view text, std::size_t offset, std::size_t line, SettingEntry& into);

/// Has it a form whose value is not plain: an alias, a tag, an expression of a template or of a shell?
bool is_no_plain_yaml(std::string_view value);

}  // namespace nestprobe

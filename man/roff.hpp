// SPDX-License-Identifier: MIT
// Text for mdoc(7) pages that are made from tables.
#pragma once

#include <string>
#include <string_view>

namespace nestprobe {

/// Text of a table, safe in mdoc: no control line, no escape, no word that is taken for a macro.
inline std::string roff(std::string_view text) {
    std::string out;
    for (const char c : text) {
        if (c == '\\')
            out += "\\e";
        else if (c == '-')
            out += "\\-";
        else if (c == ' ' && out.ends_with('.'))
            out += "\\& ";  // the point of an abbreviation, not the end of a sentence
        else
            out += c;
    }
    return out.starts_with('.') || out.starts_with('\'') ? "\\&" + out : out;
}

inline std::string upper_case(std::string_view text) {
    std::string out(text);
    for (char& c : out) c = c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
    return out;
}

}  // namespace nestprobe

// SPDX-License-Identifier: MIT
// Is it UTF-8? (Unicode 15, table 3-7, "Well-Formed UTF-8 Byte Sequences")
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace nestprobe {

/// How many bytes of well-formed UTF-8 begin the text; 0 when none do.
constexpr std::size_t utf8_sequence(std::string_view text) {
    const auto byte = [&](std::size_t i) {
        return i < text.size() ? static_cast<unsigned char>(text[i]) : 0u;
    };
    const unsigned lead = byte(0);
    if (text.empty()) return 0;
    if (lead < 0x80) return 1;
    if (lead < 0xc2 || lead > 0xf4) return 0;
    const std::size_t length = lead >= 0xf0 ? 4 : lead >= 0xe0 ? 3 : 2;
    for (std::size_t i = 1; i < length; ++i)
        if ((byte(i) & 0xc0) != 0x80) return 0;
    const bool overlong = (lead == 0xe0 && byte(1) < 0xa0) || (lead == 0xf0 && byte(1) < 0x90);
    const bool outside = (lead == 0xed && byte(1) > 0x9f) || (lead == 0xf4 && byte(1) > 0x8f);
    return overlong || outside ? 0 : length;
}

/// Of text that begins with no whole sequence: how many bytes could have begun one, at least 1 (Unicode 15,
/// chapter 3.9, "maximal subpart").
constexpr std::size_t utf8_broken(std::string_view text) {
    const auto byte = [&](std::size_t i) {
        return i < text.size() ? static_cast<unsigned char>(text[i]) : 0u;
    };
    const unsigned lead = byte(0), second = byte(1);
    if (lead < 0xe0 || lead > 0xf4 || (second & 0xc0) != 0x80) return 1;
    const bool overlong = (lead == 0xe0 && second < 0xa0) || (lead == 0xf0 && second < 0x90);
    const bool outside = (lead == 0xed && second > 0x9f) || (lead == 0xf4 && second > 0x8f);
    if (overlong || outside) return 1;
    return lead >= 0xf0 && (byte(2) & 0xc0) == 0x80 ? 3 : 2;
}

/// The character of a whole sequence.
constexpr std::uint32_t utf8_code(std::string_view sequence) {
    const auto lead = static_cast<unsigned char>(sequence.front());
    if (sequence.size() == 1) return lead;
    std::uint32_t code = lead & (0xffu >> (sequence.size() + 1));
    for (const char c : sequence.substr(1)) code = code << 6 | (static_cast<unsigned char>(c) & 0x3fu);
    return code;
}

constexpr bool is_utf8(std::string_view text) {
    while (!text.empty()) {
        const std::size_t length = utf8_sequence(text);
        if (length == 0) return false;
        text.remove_prefix(length);
    }
    return true;
}

}  // namespace nestprobe

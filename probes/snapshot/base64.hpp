// SPDX-License-Identifier: MIT
// RFC 4648 base64, for the few files that are not text.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

namespace nestprobe {

inline constexpr std::string_view base64_alphabet =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

inline std::string encode_base64(std::string_view bytes) {
    std::string text;
    for (std::size_t i = 0; i < bytes.size(); i += 3) {
        std::uint32_t group = 0;
        for (std::size_t j = 0; j < 3; ++j)
            group = group << 8 | (i + j < bytes.size() ? static_cast<unsigned char>(bytes[i + j]) : 0u);
        for (std::size_t j = 0; j < 4; ++j)
            text += i + j <= bytes.size() ? base64_alphabet[group >> (18 - 6 * j) & 63] : '=';
    }
    return text;
}

/// False, and `bytes` undefined, for anything that encode_base64 does not write (padding may be left out).
inline bool decode_base64(std::string_view text, std::string& bytes) {
    bytes.clear();
    while (text.ends_with('=')) text.remove_suffix(1);
    if (text.size() % 4 == 1) return false;
    std::uint32_t group = 0;
    unsigned have = 0;
    for (const char c : text) {
        const auto digit = base64_alphabet.find(c);
        if (digit == std::string_view::npos) return false;
        group = group << 6 | static_cast<std::uint32_t>(digit);
        have += 6;
        if (have < 8) continue;
        have -= 8;
        bytes += static_cast<char>(group >> have & 0xff);
    }
    return true;
}

}  // namespace nestprobe

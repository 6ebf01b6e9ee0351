// SPDX-License-Identifier: MIT
// Unicode 15, chapter 3.10, "Unicode Encoding Schemes".
#include "input/encodings.hpp"

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace nestprobe {
namespace {

using namespace std::string_view_literals;

constexpr std::uint32_t replacement_code = 0xfffd;

struct Encoding {
    std::string_view mark;
    std::size_t width;
    bool big_endian;
};
// UTF-32's mark begins with that of UTF-16.
constexpr Encoding encodings[] = {{"\xff\xfe\0\0"sv, 4, false},
                                  {"\0\0\xfe\xff"sv, 4, true},
                                  {"\xff\xfe"sv, 2, false},
                                  {"\xfe\xff"sv, 2, true},
                                  {"\xef\xbb\xbf"sv, 1, false}};

/// Letters of ASCII in UTF-16 without a mark.
bool looks_wide(std::string_view text, std::size_t nul) {
    if (text.size() < 8) return false;
    for (std::size_t i = 0; i < 8; ++i)
        if ((text[i] == '\0') != (i % 2 == nul)) return false;
    return true;
}

Encoding encoding_of(std::string_view text) {
    for (const Encoding& encoding : encodings)
        if (text.starts_with(encoding.mark)) return encoding;
    if (looks_wide(text, 1)) return {{}, 2, false};
    if (looks_wide(text, 0)) return {{}, 2, true};
    return {{}, 1, false};
}

void append_code(std::string& text, std::uint32_t code) {
    const auto put = [&](std::uint32_t byte) { text += static_cast<char>(byte); };
    if (code > 0x10ffff || (code >= 0xd800 && code < 0xe000)) code = replacement_code;
    if (code < 0x80) return put(code);
    if (code < 0x800) {
        put(0xc0 | code >> 6);
    } else if (code < 0x10000) {
        put(0xe0 | code >> 12);
        put(0x80 | (code >> 6 & 0x3f));
    } else {
        put(0xf0 | code >> 18);
        put(0x80 | (code >> 12 & 0x3f));
        put(0x80 | (code >> 6 & 0x3f));
    }
    put(0x80 | (code & 0x3f));
}

/// The units of a text; what is left at its end is none.
class CodeUnits {
public:
    CodeUnits(std::string_view text, const Encoding& encoding) : text_(text), encoding_(encoding) {}
    bool any() const { return text_.size() >= encoding_.width; }
    std::uint32_t peek() const {
        std::uint32_t unit = 0;
        for (std::size_t i = 0; i < encoding_.width; ++i)
            unit = unit << 8 |
                   static_cast<unsigned char>(text_[encoding_.big_endian ? i : encoding_.width - 1 - i]);
        return unit;
    }
    std::uint32_t take() {
        const std::uint32_t unit = peek();
        text_.remove_prefix(encoding_.width);
        return unit;
    }

private:
    std::string_view text_;
    const Encoding& encoding_;
};

}  // namespace

std::string as_utf8(std::string text) {
    const Encoding encoding = encoding_of(text);
    if (encoding.width == 1) {
        text.erase(0, encoding.mark.size());
        return text;
    }
    std::string result;
    result.reserve(text.size() / encoding.width);
    CodeUnits units(std::string_view(text).substr(encoding.mark.size()), encoding);
    while (units.any()) {
        std::uint32_t code = units.take();
        const bool first = encoding.width == 2 && code >= 0xd800 && code < 0xdc00;
        if (first && units.any() && units.peek() >= 0xdc00 && units.peek() < 0xe000)
            code = 0x10000 + ((code - 0xd800) << 10) + (units.take() - 0xdc00);
        append_code(result, code);
    }
    return result;
}

}  // namespace nestprobe

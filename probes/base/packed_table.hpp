// SPDX-License-Identifier: MIT
// A table as one piece of bytes.  A text in a table is an address, and each address is relocated when a
// position-independent program starts, whether anybody looks at the row or not; and a row with room for
// twelve steps is mostly empty.  Here a row is made when it is asked for.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

namespace nestprobe {

/// How a row lies there: its words (enumerators, yes or no), a byte each, the first of them to know it by;
/// then of each text its length in two bytes and itself.  Beside Row stand `for_each_word(row, visit)` and
/// `for_each_text(row, visit)`, which visit them in one order; a table of which they forget something does
/// not build.
template <class Row>
class PackedRows {
public:
    constexpr PackedRows(const std::uint32_t* places, const char* bytes, std::size_t size)
        : places_(places), bytes_(bytes), size_(size) {}

    std::size_t size() const { return size_; }
    /// The row's first word, as a number.
    std::uint8_t first_word(std::size_t i) const { return static_cast<std::uint8_t>(bytes_[places_[i]]); }
    /// The row's first text, without the rest of it.
    std::string_view first_text(std::size_t i) const {
        std::size_t words = 0;
        Row row;
        for_each_word(row, [&](auto&) { ++words; });
        const char* at = bytes_ + places_[i] + words;
        return text_at(at);
    }
    /// Its texts live as long as the program.
    Row operator[](std::size_t i) const {
        Row row;
        const char* at = bytes_ + places_[i];
        for_each_word(
            row, [&]<class Word>(Word& word) { word = static_cast<Word>(static_cast<std::uint8_t>(*at++)); });
        for_each_text(row, [&](std::string_view& text) { text = text_at(at); });
        return row;
    }

    std::vector<Row> all() const {
        std::vector<Row> rows;
        for (std::size_t i = 0; i < size_; ++i) rows.push_back((*this)[i]);
        return rows;
    }

private:
    /// `at` is behind it then.
    static std::string_view text_at(const char*& at) {
        const auto byte = [&] { return static_cast<std::uint8_t>(*at++); };
        const std::size_t low = byte(), high = byte();
        const std::string_view text(at, low + 256 * high);
        at += text.size();
        return text;
    }

    const std::uint32_t* places_;
    const char* bytes_;
    std::size_t size_;
};

/// Is nothing left of a row in which everything that for_each_word() and for_each_text() visit is wiped out?
/// What they forget would be empty in every row that is made again.
template <class Row>
consteval bool is_visited_whole(Row row) {
    Row nothing{};
    for (Row* one : {&row, &nothing}) {
        for_each_word(*one, []<class Word>(Word& word) { word = Word{}; });
        for_each_text(*one, [](std::string_view& text) { text = {}; });
    }
    return row == nothing;
}

// Not for a compiler to call, which names them where a table cannot be packed.
void a_member_is_not_visited();
void a_text_is_too_long();

/// How many bytes the rows take.
template <class Row, std::size_t rows>
consteval std::size_t packed_bytes(const Row (&table)[rows]) {
    std::size_t bytes = 0;
    for (Row row : table) {
        for_each_word(row, [&](auto&) { ++bytes; });
        for_each_text(row, [&](std::string_view& text) { bytes += text.size() + 2; });
    }
    return bytes;
}

/// Made by the compiler.
template <class Row, std::size_t rows, std::size_t bytes>
class PackedTable {
public:
    consteval explicit PackedTable(const Row (&table)[rows]) {
        std::size_t at = 0;
        for (std::size_t i = 0; i < rows; ++i) {
            Row row = table[i];
            if (!is_visited_whole(table[i])) a_member_is_not_visited();
            places_[i] = static_cast<std::uint32_t>(at);
            for_each_word(row, [&](const auto& word) { bytes_[at++] = static_cast<char>(word); });
            for_each_text(row, [&](const std::string_view& text) {
                if (text.size() > 0xffff) a_text_is_too_long();
                bytes_[at++] = static_cast<char>(text.size() % 256);
                bytes_[at++] = static_cast<char>(text.size() / 256);
                for (const char c : text) bytes_[at++] = c;
            });
        }
    }
    constexpr PackedRows<Row> view() const { return {places_.data(), bytes_.data(), rows}; }

private:
    std::array<std::uint32_t, rows> places_{};
    std::array<char, bytes> bytes_{};
};

}  // namespace nestprobe

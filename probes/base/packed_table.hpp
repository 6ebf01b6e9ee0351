// SPDX-License-Identifier: MIT
// A table whose texts lie in one piece.  A text in a table is an address, and each address is relocated when
// a position-independent program starts, whether anybody looks at the row or not; here a row gets its texts
// when it is asked for.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace nestprobe {

/// The rows of such a table, each made when it is asked for; the texts live as long as the program.
template <class Row>
class PackedRows {
public:
    class Iterator {
    public:
        constexpr Iterator(const PackedRows& rows, std::size_t at) : rows_(&rows), at_(at) {}
        Row operator*() const { return (*rows_)[at_]; }
        Iterator& operator++() { return ++at_, *this; }
        bool operator!=(const Iterator& other) const { return at_ != other.at_; }

    private:
        const PackedRows* rows_;
        std::size_t at_;
    };

    constexpr PackedRows(const Row* bare, const std::uint32_t* places, const char* texts, std::size_t size)
        : bare_(bare), places_(places), texts_(texts), size_(size) {}

    std::size_t size() const { return size_; }
    Iterator begin() const { return {*this, 0}; }
    Iterator end() const { return {*this, size_}; }
    /// The row without its texts.
    const Row& bare(std::size_t i) const { return bare_[i]; }
    Row operator[](std::size_t i) const {
        Row row = bare_[i];
        const char* at = texts_ + places_[i];
        for_each_text(row, [&](std::string_view& text) {
            text = at;
            at += text.size() + 1;
        });
        return row;
    }

private:
    const Row* bare_;
    const std::uint32_t* places_;
    const char* texts_;
    std::size_t size_;
};

/// Made by the compiler.  Beside Row stands `for_each_text(row, visit)`, which visits its texts in one order.
template <class Row, std::size_t rows, std::size_t bytes>
class PackedTable {
public:
    consteval explicit PackedTable(const Row (&table)[rows]) {
        std::size_t at = 0;
        for (std::size_t i = 0; i < rows; ++i) {
            bare_[i] = table[i];
            places_[i] = static_cast<std::uint32_t>(at);
            for_each_text(bare_[i], [&](std::string_view& text) {
                for (const char c : text) texts_[at++] = c;
                texts_[at++] = '\0';
                text = {};
            });
        }
    }
    constexpr PackedRows<Row> view() const { return {bare_.data(), places_.data(), texts_.data(), rows}; }

private:
    std::array<Row, rows> bare_{};
    std::array<std::uint32_t, rows> places_{};
    std::array<char, bytes> texts_{};
};

/// How many bytes of text a table has, each with its end.
template <class Row, std::size_t rows>
consteval std::size_t text_bytes(const Row (&table)[rows]) {
    std::size_t bytes = 0;
    for (Row row : table) for_each_text(row, [&](std::string_view& text) { bytes += text.size() + 1; });
    return bytes;
}

}  // namespace nestprobe

// SPDX-License-Identifier: MIT
// JSON, written down as it is thought of: the one way in which this program writes it.  A tree of library
// objects first took four times as long as all rules together, and many times the memory.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace nestprobe {

/// Keys and values in the order of the calls; what is opened must be closed.  A type of one's own is written
/// by the function `void write_value(JsonText&, const T&)` beside it.
class JsonText {
public:
    /// All on one line, without a blank.
    static constexpr std::size_t on_one_line = static_cast<std::size_t>(-1);
    /// What a terminal would obey (C1, DEL, what turns the direction) is never there as it is: beyond ASCII
    /// all is \uXXXX, unless somebody makes it printable later.
    enum class Beyond { escaped, kept };

    /// Room for the whole document is asked for once.
    explicit JsonText(std::size_t expected_size, std::size_t indent = 2, Beyond beyond = Beyond::escaped)
        : indent_(indent), beyond_(beyond) {
        grow(expected_size);
    }
    JsonText(const JsonText&) = delete;
    JsonText& operator=(const JsonText&) = delete;

    void begin_object() { begin('{'); }
    void end_object() { end('}'); }
    void begin_array() { begin('['); }
    void end_array() { end(']'); }
    void key(std::string_view name);

    /// Broken UTF-8 becomes U+FFFD, each longest part that could have begun a character.
    void value(std::string_view text);
    void value(const std::string& text) { value(std::string_view(text)); }
    void value(const char* text) { value(std::string_view(text)); }
    void value(bool truth) { literal(truth ? "true" : "false"); }
    void value(int number) { literal(std::to_string(number)); }
    void value(unsigned number) { literal(std::to_string(number)); }
    void value(std::uint64_t number) { literal(std::to_string(number)); }
    void null() { literal("null"); }
    template <class T>
    void value(const std::vector<T>& list) {
        begin_array();
        for (const T& item : list) value(item);
        end_array();
    }
    template <class T>
    void value(const T& v) {
        write_value(*this, v);
    }
    /// JSON on one line, laid out as the rest.
    void json(std::string_view one_line);

    template <class T>
    void member(std::string_view name, const T& v) {
        key(name);
        value(v);
    }

    /// The document, with a newline at its end unless it is on one line.  The next one begins then.
    std::string take();

private:
    void begin(char bracket);
    void end(char bracket);
    void item();  ///< what comes before a value or key: a comma, a new line
    void new_line(bool comma);
    void literal(std::string_view word);
    void escaped(std::string_view text);
    void put_code(std::uint32_t code);
    void grow(std::size_t more);
    /// Where the next bytes go.  (-Os makes a call of it, which takes longer than what it does.)
    [[gnu::always_inline]] char* room(std::size_t bytes) {
        if (text_.size() - size_ < bytes) grow(bytes);
        return letters_ + std::exchange(size_, size_ + bytes);
    }
    /// (A text of no letters may have no address, which memcpy() does not take.)
    void put(std::string_view text) {
        std::char_traits<char>::copy(room(text.size()), text.data(), text.size());
    }
    void put(char c) { *room(1) = c; }

    std::string text_;         ///< as long as there is room: to append is a call for each letter
    char* letters_ = nullptr;  ///< its
    std::size_t size_ = 0;     ///< what is written
    std::size_t indent_;
    Beyond beyond_;
    std::size_t depth_ = 0;
    bool empty_ = true;      ///< nothing yet in what was opened last
    bool after_key_ = true;  ///< the next value stands where it is
};

}  // namespace nestprobe

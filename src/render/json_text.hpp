// SPDX-License-Identifier: MIT
// JSON, written down as it is thought of.  A report is some 30 KB: building it as a tree of library objects
// first took four times as long as all rules together.  What is not ASCII is left to the library.
#pragma once

#include "render/values.hpp"

#include <string>
#include <string_view>

namespace nestprobe {

/// Two blanks a level, as nlohmann::json::dump(2) has it.  Keys and values in the order of the calls; what is
/// opened must be closed.
class JsonText {
public:
    explicit JsonText(std::size_t expected_size) : text_(expected_size, '\0') {}

    void begin_object() { begin('{'); }
    void end_object() { end('}'); }
    void begin_array() { begin('['); }
    void end_array() { end(']'); }
    void key(std::string_view name);

    void value(std::string_view text);
    void value(const std::string& text) { value(std::string_view(text)); }
    void value(const char* text) { value(std::string_view(text)); }
    void value(bool truth) { literal(truth ? "true" : "false"); }
    void value(int number) { literal(fmt::format("{}", number)); }
    void value(unsigned number) { literal(fmt::format("{}", number)); }
    void null() { literal("null"); }
    /// Anything else: as the library writes it.
    template <class T>
    void value(const T& v) {
        json(value_of(v));
    }
    void json(const Json& value);

    template <class T>
    void member(std::string_view name, const T& v) {
        key(name);
        value(v);
    }

    /// The document, with a newline at its end.
    std::string take() &&;

private:
    void begin(char bracket);
    void end(char bracket);
    void item();  ///< what comes before a value or key: a comma, a new line
    void new_line(bool comma);
    void literal(std::string_view word);
    void escaped(std::string_view text);
    char* room(std::size_t size);
    void put(std::string_view text);

    std::string text_;      ///< longer than what is written yet
    std::size_t used_ = 0;  ///< of it
    std::size_t depth_ = 0;
    bool empty_ = true;      ///< nothing yet in what was opened last
    bool after_key_ = true;  ///< the next value stands where it is
};

}  // namespace nestprobe

// SPDX-License-Identifier: MIT
#include "render/json_text.hpp"

#include <algorithm>

namespace nestprobe {
namespace {

bool is_plain(char c) { return c >= ' ' && c <= '~' && c != '"' && c != '\\'; }

}  // namespace

void JsonText::new_line() {
    text_ += '\n';
    text_.append(2 * depth_, ' ');
}

void JsonText::item() {
    if (!after_key_) {
        if (!empty_) text_ += ',';
        new_line();
    }
    after_key_ = empty_ = false;
}

void JsonText::begin(char bracket) {
    item();
    text_ += bracket;
    ++depth_;
    empty_ = true;
}

void JsonText::end(char bracket) {
    --depth_;
    if (!empty_) new_line();
    text_ += bracket;
    empty_ = false;
}

void JsonText::key(std::string_view name) {
    value(name);
    text_ += ": ";
    after_key_ = true;
}

void JsonText::literal(std::string_view word) {
    item();
    text_ += word;
}

void JsonText::value(std::string_view text) {
    if (!std::all_of(text.begin(), text.end(), is_plain)) return json(Json(text));
    item();
    text_ += '"';
    text_ += text;
    text_ += '"';
}

void JsonText::json(const Json& value) {
    item();
    // in ASCII: what a terminal would obey (C1, DEL, what turns the direction) stands there as \uXXXX
    for (const char c : value.dump(2, ' ', true, Json::error_handler_t::replace)) {
        if (c == '\n')
            new_line();
        else
            text_ += c;
    }
}

std::string JsonText::take() && {
    text_ += '\n';
    return std::move(text_);
}

}  // namespace nestprobe

// SPDX-License-Identifier: MIT
#include "base/flat_json.hpp"

#include "base/json_text.hpp"

#include <nlohmann/json.hpp>

#include <functional>
#include <map>

namespace nestprobe {
namespace {

using Json = nlohmann::json;

/// Events of the JSON library.  What stands in the object itself is a pair; what is nested in a value is
/// written again, on one line.
class PairReader {
public:
    std::vector<std::pair<std::string, std::string>> pairs;

    bool null() {
        return word("null", [](JsonText& text) { text.null(); });
    }
    bool boolean(bool truth) {
        return word(truth ? "on" : "off", [&](JsonText& text) { text.value(truth); });
    }
    bool number_integer(Json::number_integer_t value) { return number(std::to_string(value)); }
    bool number_unsigned(Json::number_unsigned_t value) { return number(std::to_string(value)); }
    bool number_float(Json::number_float_t, const std::string& written) { return number(written); }
    bool string(std::string& value) {
        return word(value, [&](JsonText& text) { text.value(value); });
    }
    bool binary(Json::binary_t&) { return false; }
    bool start_object(std::size_t) {
        return begin([](JsonText& text) { text.begin_object(); });
    }
    bool start_array(std::size_t) {
        return depth_ != 0 && begin([](JsonText& text) { text.begin_array(); });
    }
    bool end_object() {
        return end([](JsonText& text) { text.end_object(); });
    }
    bool end_array() {
        return end([](JsonText& text) { text.end_array(); });
    }
    bool key(std::string& name) {
        if (depth_ == 1)
            pairs.emplace_back(std::move(name), "");
        else
            nested_.key(name);
        return true;
    }
    bool parse_error(std::size_t, const std::string&, const Json::exception&) { return false; }

private:
    template <class Write>
    bool word(std::string_view plain, Write write) {
        if (depth_ == 0) return false;  // no object
        if (depth_ == 1)
            pairs.back().second = plain;
        else
            write(nested_);
        return true;
    }
    bool number(const std::string& written) {
        return word(written, [&](JsonText& text) { text.json(written); });
    }
    template <class Write>
    bool begin(Write write) {
        if (depth_++ != 0) write(nested_);
        return true;
    }
    template <class Write>
    bool end(Write write) {
        if (--depth_ == 0) return true;
        write(nested_);
        if (depth_ == 1) pairs.back().second = nested_.take();
        return true;
    }

    JsonText nested_{0, JsonText::on_one_line, JsonText::Beyond::kept};
    std::size_t depth_ = 0;
};

using Pairs = std::vector<std::pair<std::string, std::string>>;

// RFC 8259, "Objects": names should be unique, and many readers take the last of two.
Pairs with_each_key_once(Pairs&& pairs) {
    std::map<std::string, std::size_t, std::less<>> places;
    Pairs once;
    for (auto& [key, value] : pairs) {
        const auto [place, is_new] = places.try_emplace(key, once.size());
        if (is_new)
            once.emplace_back(std::move(key), std::move(value));
        else
            once[place->second].second = std::move(value);
    }
    return once;
}

}  // namespace

std::optional<std::vector<std::pair<std::string, std::string>>> parse_flat_json(std::string_view text) {
    PairReader reader;
    if (!Json::sax_parse(text, &reader)) return {};
    return with_each_key_once(std::move(reader.pairs));
}

}  // namespace nestprobe

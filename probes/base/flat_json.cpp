// SPDX-License-Identifier: MIT
#include "base/flat_json.hpp"

#include <nlohmann/json.hpp>

namespace nestprobe {

std::optional<std::vector<std::pair<std::string, std::string>>> parse_flat_json(std::string_view text) {
    const auto object = nlohmann::ordered_json::parse(text, nullptr, false);
    if (!object.is_object()) return {};
    std::vector<std::pair<std::string, std::string>> pairs;
    for (const auto& [key, value] : object.items()) {
        std::string word;
        if (value.is_string())
            word = value.get<std::string>();
        else if (value.is_boolean())
            word = value.get<bool>() ? "on" : "off";
        else
            word = value.dump(-1, ' ', false, nlohmann::ordered_json::error_handler_t::replace);
        pairs.emplace_back(key, std::move(word));
    }
    return pairs;
}

}  // namespace nestprobe

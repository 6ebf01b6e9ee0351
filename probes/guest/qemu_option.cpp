// SPDX-License-Identifier: MIT
#include "guest/qemu_option.hpp"

#include "base/flat_json.hpp"

#include <algorithm>

namespace nestprobe {
namespace {

std::vector<std::string_view> split(std::string_view text, char separator) {
    std::vector<std::string_view> parts;
    for (std::size_t begin = 0; begin <= text.size();) {
        const std::size_t end = std::min(text.find(separator, begin), text.size());
        parts.push_back(text.substr(begin, end - begin));
        begin = end + 1;
    }
    return parts;
}

}  // namespace

QemuOption::QemuOption(std::string_view text) {
    if (text.starts_with('{'))
        read_json(text);
    else
        read_words(text);
}

const std::string* QemuOption::get(std::string_view key) const {
    const std::string* found = nullptr;
    for (const auto& [name, value] : pairs)
        if (name == key) found = &value;
    return found;
}

void QemuOption::read_json(std::string_view text) {
    for (auto& [key, value] :
         parse_flat_json(text).value_or(std::vector<std::pair<std::string, std::string>>()))
        if (key == "driver" || key == "qom-type")
            first = std::move(value);
        else
            pairs.emplace_back(key, std::move(value));
}

void QemuOption::read_words(std::string_view text) {
    for (const std::string_view part : split(text, ',')) {
        const auto equals = part.find('=');
        std::string key(part.substr(0, equals));
        if (equals == std::string_view::npos && first.empty() && pairs.empty()) {
            first = key;
            continue;
        }
        std::replace(key.begin(), key.end(), '_', '-');
        pairs.emplace_back(std::move(key),
                           equals == std::string_view::npos ? "on" : std::string(part.substr(equals + 1)));
    }
}

}  // namespace nestprobe

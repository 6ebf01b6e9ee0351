// SPDX-License-Identifier: MIT
// lscpu -J: the same report as JSON, which becomes the text again.
#include "base/text.hpp"
#include "snapshot/import/readers.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace nestprobe {
namespace {

using Json = nlohmann::json;

/// lscpu -J: {"field": "Flags:", "data": "...", "children": [...]}, as the lines that lscpu prints.
void write_lscpu_fields(const Json& fields, std::size_t depth, std::string& text) {
    constexpr std::size_t deepest = 8;
    if (!fields.is_array() || depth > deepest) return;
    for (const Json& row : fields) {
        if (!row.is_object()) continue;
        const auto field = row.find("field"), data = row.find("data"), children = row.find("children");
        if (field != row.end() && field->is_string())
            text += fmt::format("{:{}}{} {}\n", "", 2 * depth, field->get<std::string>(),
                                data != row.end() && data->is_string() ? data->get<std::string>() : "");
        if (children != row.end()) write_lscpu_fields(*children, depth + 1, text);
    }
}

}  // namespace

bool is_lscpu_json(std::string_view text) {
    text = trim(text.substr(0, 4096));
    return text.starts_with('{') && contains(text, "\"lscpu\"");
}

void read_lscpu_json(const Section& section, Evidence& evidence) {
    const Json whole = Json::parse(std::string_view(section.body), nullptr, false);
    std::string text;
    if (whole.is_object() && whole.contains("lscpu")) write_lscpu_fields(whole["lscpu"], 0, text);
    if (!text.empty())
        read_lscpu(text, "lscpu", evidence);
    else
        evidence.taken("lscpu, cut: nothing of it can be told");
}

}  // namespace nestprobe

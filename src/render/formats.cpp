// SPDX-License-Identifier: MIT
#include "render/render.hpp"

namespace nestprobe {
namespace {

constexpr Format format_rows[] = {
    {"summary", "the answers, the cause, the fix: fits on one screen", render_summary},
    {"explain", "the ladder: a line for each layer, and what decided, with its readings", render_explain},
    {"json", "the report, for monitoring (nestprobe-report/1)", render_json},
    {"facts", "every fact with its readings, or with why it is missing", render_facts},
};

}  // namespace

std::span<const Format> formats() { return format_rows; }

const Format* find_format(std::string_view name) {
    for (const Format& format : format_rows)
        if (format.name == name) return &format;
    return nullptr;
}

}  // namespace nestprobe

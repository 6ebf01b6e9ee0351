// SPDX-License-Identifier: MIT
// Two machines beside each other: which answers differ, and what may be why.
#pragma once

#include "render/render.hpp"

#include <string>

namespace nestprobe {

/// `here` is this machine or --from, `there` the file of --diff; `there_name` is for the reader.
std::string render_diff(const Report& here, const Report& there, const std::string& there_name,
                        const Style& style);
/// nestprobe-diff/1, schema/diff.schema.json.
std::string render_diff_json(const Report& here, const Report& there);

}  // namespace nestprobe

// SPDX-License-Identifier: MIT
// Other tools' dumps, recognised by their content: one row per format, tried in the order of the table.
#pragma once

#include "recording/recording.hpp"

#include <span>
#include <string>
#include <string_view>

namespace nestprobe {

struct ImportFormat {
    std::string_view name;  ///< "cpuid -r"
    std::string_view doc;   ///< one line, for the manual
    /// Does the text look like this format?  Looks at the beginning only; cheap; never throws.
    bool (*recognise)(std::string_view text);
    /// Throws BadFile, with `name` in front, when the text is of this format and broken.
    Recording (*import)(std::string_view text, const std::string& name);
};

std::span<const ImportFormat> import_formats();

/// Null when no format takes the text.
const ImportFormat* recognise(std::string_view text);

}  // namespace nestprobe

// SPDX-License-Identifier: MIT
// Where tags and elements of a well-formed XML text begin and end, comments and quoted angles passed over.
#pragma once

#include <cstddef>
#include <string_view>

namespace nestprobe {

/// Behind the `>` that ends the tag which begins at `begin`.
std::size_t end_of_tag(std::string_view text, std::size_t begin);
/// Behind the end tag of the element whose start tag lies from `begin` to `end`.
std::size_t end_of_element(std::string_view text, std::size_t begin, std::size_t end);

}  // namespace nestprobe

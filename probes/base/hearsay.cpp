// SPDX-License-Identifier: MIT
#include "base/hearsay.hpp"

#include "base/text.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace nestprobe::hearsay {

std::string_view speaker_in(std::string_view source) { return source.substr(0, source.find_first_of(",:")); }

Statement parse_statement(std::string_view text) {
    const auto end = std::min(text.find('\n'), text.size());
    const std::string_view source = trim(text.substr(std::min(end + 1, text.size())));
    return {trim(text.substr(0, end)), source, speaker_in(source)};
}

std::string write_statement(std::string_view value, std::string_view source) {
    return fmt::format("{}\n{}\n", value, source);
}

}  // namespace nestprobe::hearsay

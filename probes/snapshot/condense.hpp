// SPDX-License-Identifier: MIT
// What a recorder keeps of a file: what the probes make use of, in the same format, and nothing about the
// person whose machine it is. A condensed file gives the same facts as the whole one.
#pragma once

#include <string>
#include <string_view>

namespace nestprobe {

std::string condense(std::string_view path, const std::string& text);

}  // namespace nestprobe

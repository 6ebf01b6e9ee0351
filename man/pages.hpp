// SPDX-License-Identifier: MIT
// The manual pages that come out of tables, in mdoc(7).
#pragma once

#include <string>

namespace nestprobe {

std::string registers_page();
std::string rules_page();
std::string messages_page();

}  // namespace nestprobe

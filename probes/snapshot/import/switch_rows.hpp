// SPDX-License-Identifier: MIT
// Where other hypervisors' definitions of guests have their switch for nesting.
#pragma once

#include <span>
#include <string_view>

namespace nestprobe {

/// A key, and the words behind it that mean on and off.
struct SwitchRow {
    std::string_view hypervisor;  ///< as platform.cpp hears it
    std::string_view what;        ///< whose file or output it is
    std::string_view signs[2];    ///< all of them are there
    std::string_view key;
    std::string_view on[2], off[2];
    std::string_view missing;  ///< what holds where the key is not there: "on", "off", or nothing is known
};

/// In the order of the search: what tells most comes first.
std::span<const SwitchRow> switch_rows();

}  // namespace nestprobe

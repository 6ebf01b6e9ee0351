// SPDX-License-Identifier: MIT
// Which place this is, of those that the table of access_rows.hpp knows, and its steps as a remedy.
#pragma once

#include "rules/common.hpp"
#include "rules/device/access_rows.hpp"

#include <optional>
#include <span>
#include <string_view>

namespace nestprobe {

/// By its name in the table; nothing where there is none.
std::optional<AccessRow> row_named(std::string_view place);
std::optional<AccessRow> row_of_container(const Facts& f);
std::optional<AccessRow> row_of_job(const Facts& f);
/// The row that says how this place is given the device; nothing: a host, or a place without a row.
std::optional<AccessRow> row_here(const Facts& f);

bool in_github_job(const Facts& f);
bool in_job(const Facts& f);
/// A container, or a namespace, of which the node's group is the one sign.
bool is_unmapped(const Facts& f);

Remedy steps_of(const Facts& f, std::span<const AccessStep> rows);

}  // namespace nestprobe

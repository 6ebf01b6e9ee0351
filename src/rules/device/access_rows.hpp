// SPDX-License-Identifier: MIT
// How each kind of container is given /dev/kvm, and lets its user open it.  Data only.
#pragma once

#include "base/packed_table.hpp"
#include "remedy/remedy.hpp"

#include <string_view>

namespace nestprobe {

/// A step as data.  {group} and {gid} are the node's group; words in CAPITALS are for the person to replace.
struct AccessStep {
    Where where = Where::container_host;
    std::string_view what = {};
    std::string_view commands[3] = {};
    std::string_view file = {};
    std::string_view lines[7] = {};
    std::string_view expect = {};
    bool of_host = false;  ///< only where it is not known that KVM is up on the host
    constexpr bool empty() const { return what.empty(); }
    friend bool operator==(const AccessStep&, const AccessStep&) = default;
};
template <class V>
constexpr void for_each_word(AccessStep& step, V&& visit) {
    visit(step.where);
    visit(step.of_host);
}
template <class V>
constexpr void for_each_text(AccessStep& step, V&& visit) {
    for (std::string_view* text : {&step.what, &step.file, &step.expect}) visit(*text);
    for (std::string_view& command : step.commands) visit(command);
    for (std::string_view& line : step.lines) visit(line);
}

struct AccessRow {
    std::string_view place;  ///< as process.container or process.job has it
    std::string_view words;  ///< "a container of Docker"
    AccessStep give[3];      ///< the device is not there, or the device cgroup forbids it
    AccessStep allow[3];     ///< it is there, and its owner, group and mode keep the user out
    friend bool operator==(const AccessRow&, const AccessRow&) = default;
};
template <class V>
constexpr void for_each_word(AccessRow& row, V&& visit) {
    for (AccessStep& step : row.give) for_each_word(step, visit);
    for (AccessStep& step : row.allow) for_each_word(step, visit);
}
template <class V>
constexpr void for_each_text(AccessRow& row, V&& visit) {
    for (std::string_view* text : {&row.place, &row.words}) visit(*text);
    for (AccessStep& step : row.give) for_each_text(step, visit);
    for (AccessStep& step : row.allow) for_each_text(step, visit);
}

PackedRows<AccessRow> access_rows();

}  // namespace nestprobe

// SPDX-License-Identifier: MIT
// The settings of a definition in YAML (also JSON, which is YAML's flow style) or HCL, as a tree.  What is
// not read as a plain value (an alias, a template's word, an expression) stays in it as unread: it may say
// anything.
#pragma once

#include "guest/definition.hpp"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace nestprobe {

struct SettingEntry {
    enum class Kind : std::uint8_t { scalar, group, list, unread };
    Kind kind = Kind::scalar;
    std::string key{};
    std::string value{};   ///< of a scalar, without quotation marks; of what is not read, its text
    std::size_t line = 0;  ///< counted from 1
    std::vector<std::string> labels{};     ///< of HCL: `resource "libvirt_domain" "x"` has two
    std::vector<SettingEntry> children{};  ///< of a group by their keys; of a list without

    bool is_unread() const { return kind == Kind::unread; }
    /// The last child of that key, or null.
    const SettingEntry* find(std::string_view name) const;
};

/// What stands at the path: null where nothing does, or the unread thing that may hold it.
const SettingEntry* find_setting(const SettingEntry& root, std::string_view path);
/// The first thing below it (or itself) that is not read; null: all is.
const SettingEntry* find_unread(const SettingEntry* root);
/// "FILE:LINE", and the setting as it stands.
std::vector<Provenance> cite_setting(const SettingEntry& setting, const std::string& label);
/// Why what it says is not known.
Absent not_read(const SettingEntry& setting, const std::string& label);

/// The documents of a YAML text, which may be indented as a whole and have other lines around it.
std::vector<SettingEntry> read_yaml(std::string_view text);
/// The blocks and attributes of an HCL text.
SettingEntry read_hcl(std::string_view text);

/// The parts of the tree that are a group of that key, the outermost first.
std::vector<const SettingEntry*> find_groups(const SettingEntry& root, std::string_view key);

/// The key, in a document, of what makes the whole of it uncertain: a condition of a template, a bracket that
/// does not end.
constexpr std::string_view odd_line = "{{";

constexpr unsigned deepest_setting = 48;
constexpr std::size_t most_settings = 1u << 17;

}  // namespace nestprobe

// SPDX-License-Identifier: MIT
#include "guest/setting_tree.hpp"

#include "base/text.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace nestprobe {
namespace {

constexpr std::size_t longest_cited = 160;

void add_groups(const SettingEntry& root, std::string_view key, std::vector<const SettingEntry*>& found) {
    for (const SettingEntry& child : root.children) {
        if (child.kind == SettingEntry::Kind::group && child.key == key)
            found.push_back(&child);
        else
            add_groups(child, key, found);
    }
}

}  // namespace

const SettingEntry* SettingEntry::find(std::string_view name) const {
    for (auto child = children.rbegin(); child != children.rend(); ++child)
        if (child->key == name) return &*child;
    return nullptr;
}

const SettingEntry* find_setting(const SettingEntry& root, std::string_view path) {
    const SettingEntry* at = &root;
    while (!path.empty()) {
        const std::string_view name = path.substr(0, path.find('/'));
        path.remove_prefix(std::min(name.size() + 1, path.size()));
        if (at->is_unread()) return at;
        const SettingEntry* child = at->find(name);
        // What is merged into a group ("<<") may hold it; what stands in the group itself counts before.
        if (!child) child = at->find("<<");
        if (!child) return nullptr;
        at = child;
    }
    return at;
}

const SettingEntry* find_unread(const SettingEntry* root) {
    if (!root || root->is_unread()) return root;
    for (const SettingEntry& child : root->children)
        if (const SettingEntry* found = find_unread(&child)) return found;
    return nullptr;
}

std::vector<Provenance> cite_setting(const SettingEntry& setting, const std::string& label) {
    return {{fmt::format("{}:{}", label, setting.line),
             fmt::format("{}{}{}", setting.key, setting.key.empty() || setting.value.empty() ? "" : " = ",
                         std::string_view(setting.value).substr(0, longest_cited))}};
}

Absent not_read(const SettingEntry& setting, const std::string& label) {
    return {Why::malformed, fmt::format("{}:{}: {} is no plain value, and what it comes to is not known",
                                        label, setting.line, cite_setting(setting, label).front().raw)};
}

std::vector<const SettingEntry*> find_groups(const SettingEntry& root, std::string_view key) {
    std::vector<const SettingEntry*> found;
    add_groups(root, key, found);
    return found;
}

}  // namespace nestprobe

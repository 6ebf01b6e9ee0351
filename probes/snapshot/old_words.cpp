// SPDX-License-Identifier: MIT
// Snapshots of nestprobe before 2026-11-26 have in words, behind the reason of a refusal, what stands by
// itself since then: whose /dev/kvm is, and who was refused.
#include "snapshot/old_words.hpp"

#include "base/hearsay.hpp"
#include "base/text.hpp"

#include <charconv>
#include <optional>
#include <string>
#include <string_view>

namespace nestprobe {
namespace {

bool is_number(std::string_view text) {
    return !text.empty() && text.find_first_not_of("0123456789") == std::string_view::npos;
}

unsigned octal(std::string_view text) {
    unsigned value = 0;
    std::from_chars(text.data(), text.data() + text.size(), value, 8);
    return value;
}

/// Of "owner 0, group kvm (104), mode 0660" or "root:kvm 0660" in what a refusal says; nothing where it does
/// not.
std::optional<DeviceNode> node_in(std::string_view text) {
    const auto behind = [&](std::string_view word) {
        const auto at = text.find(word);
        return at == std::string_view::npos ? std::string_view{} : text.substr(at + word.size());
    };
    DeviceNode node;
    if (std::string_view owner = behind("(owner "); !owner.empty())
        node.owner = owner.substr(0, owner.find(','));
    if (std::string_view group = behind(", group "); !group.empty()) {  // group kvm (104), mode 0660
        group = group.substr(0, group.find(','));
        node.group = group.substr(0, group.find(" ("));
        if (const auto open = group.find(" ("); open != std::string_view::npos)
            node.gid = group.substr(open + 2, group.find(')') - open - 2);
        else if (is_number(node.group))
            node.gid = node.group;
        node.mode = octal(behind("mode "));
        return node;
    }
    const std::string_view owner = behind("(");  // root:kvm 0660)
    const auto colon = owner.find(':');
    const auto blank = owner.find(' ', colon == std::string_view::npos ? colon : colon + 1);
    if (blank == std::string_view::npos) return std::nullopt;
    node.owner = owner.substr(0, colon);
    node.group = owner.substr(colon + 1, blank - colon - 1);
    if (is_number(node.group)) node.gid = node.group;
    node.mode = octal(owner.substr(blank + 1));
    return node;
}

}  // namespace

void read_old_words(Recording& recording) {
    constexpr std::string_view by_libvirt = ", says libvirt";
    KvmRecord& kvm = recording.kvm;
    const Absent* refusal = kvm.open ? kvm.open->if_absent() : nullptr;
    if (!refusal) return;
    if (!kvm.node) kvm.node = node_in(refusal->detail);
    if (refusal->detail.ends_with(by_libvirt) && !recording.files.contains(hearsay::opener))
        recording.files.emplace(hearsay::opener, hearsay::write_statement("libvirt", "libvirt"));
}

}  // namespace nestprobe

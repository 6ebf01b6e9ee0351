// SPDX-License-Identifier: MIT
// /dev/kvm as stat and getfacl show it.  stat knows of no ACL, which may let in whom the mode keeps out: of
// it alone nobody is refused. Sources: GNU coreutils, stat(1); acl(5), getfacl(1).
#include "base/text.hpp"
#include "snapshot/import/readers.hpp"

#include <algorithm>

namespace nestprobe {
namespace {

constexpr unsigned bits = 0777;

/// "0660", "660"
bool parse_mode(std::string_view text, unsigned& mode) {
    return text.size() >= 3 && text.size() <= 5 && parse_number(text, mode, 8);
}

/// "(    0/    root)" behind `key`: the name.
std::string name_behind(std::string_view line, std::string_view key) {
    const std::string_view rest = after(line, key);
    const auto slash = rest.find('/'), close = rest.find(')');
    if (slash == std::string_view::npos || close == std::string_view::npos || close < slash) return {};
    return std::string(trim(rest.substr(slash + 1, close - slash - 1)));
}

/// The three letters of "user::rw-" as a number.
bool parse_letters(std::string_view text, unsigned& mode) {
    if (text.size() < 3) return false;
    mode = 0;
    for (std::size_t i = 0; i < 3; ++i) mode = mode << 1 | (text[i] != '-' ? 1U : 0U);
    return true;
}

}  // namespace

bool read_stat_line(std::string_view line, const Section& section, Evidence& evidence) {
    const Command& command = section.command;
    unsigned mode = 0;
    if (line.starts_with("Access: (") &&
        (command.names("/dev/kvm") || contains(section.body, "File: /dev/kvm"))) {
        const std::string_view number = line.substr(9, line.find('/') - 9);
        const std::string owner = name_behind(line, "Uid: ("), group = name_behind(line, "Gid: (");
        if (!parse_mode(number, mode) || owner.empty() || group.empty()) return false;
        evidence.node({owner, group, mode & bits, true, "stat"});
        evidence.taken("stat /dev/kvm");
        return true;
    }
    // stat -c '%a %U %G', in any order of its letters.
    const auto words = split_words(line);
    if (command.program != "stat" || !command.names("/dev/kvm") || words.size() != 3) return false;
    const auto number = std::find_if(words.begin(), words.end(),
                                     [&](std::string_view word) { return parse_mode(word, mode); });
    const auto user = command.line.find("%U"), group = command.line.find("%G");
    if (number == words.end() || user == std::string::npos || group == std::string::npos || user > group)
        return false;
    std::vector<std::string_view> names;
    std::copy_if(words.begin(), words.end(), std::back_inserter(names),
                 [&](std::string_view word) { return word != *number; });
    if (names.size() != 2) return false;
    evidence.node({std::string(names[0]), std::string(names[1]), mode & bits, true, "stat"});
    evidence.taken("stat /dev/kvm");
    return true;
}

void read_getfacl(const Section& section, Evidence& evidence) {
    if (!contains(section.body, "# file: dev/kvm") && !section.command.names("/dev/kvm")) return;
    NodeLine node{.tool = "getfacl"};
    unsigned user = 0, group = 0, other = 0;
    for_each_line(section.body, [&](std::string_view line) {
        line = trim(line);
        if (line.starts_with("# owner: ")) node.owner = line.substr(9);
        if (line.starts_with("# group: ")) node.group = line.substr(9);
        if (line.starts_with("user::")) parse_letters(line.substr(6), user);
        if (line.starts_with("group::")) parse_letters(line.substr(7), group);
        if (line.starts_with("other::")) parse_letters(line.substr(7), other);
        // A line that names somebody.
        node.has_acl = node.has_acl || (line.starts_with("user:") && !line.starts_with("user::")) ||
                       (line.starts_with("group:") && !line.starts_with("group::"));
    });
    if (node.owner.empty() || node.group.empty() || section.cut()) return;
    node.mode = user << 6 | group << 3 | other;
    evidence.node(std::move(node));
    evidence.taken("getfacl /dev/kvm");
}

}  // namespace nestprobe

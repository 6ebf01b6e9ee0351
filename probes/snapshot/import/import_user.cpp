// SPDX-License-Identifier: MIT
// id and groups: who ran the commands of a paste, and in which groups.
#include "base/text.hpp"
#include "snapshot/import/readers.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>

namespace nestprobe {
namespace {

/// "108(kvm)": the number and the name.
void add_identity(std::string_view item, std::vector<std::string>& list) {
    const auto open = item.find('(');
    list.emplace_back(item.substr(0, open));
    if (open == std::string_view::npos) return;
    const std::string_view name = item.substr(open + 1);
    list.emplace_back(name.substr(0, name.find(')')));
}

/// Does the list end in the middle of an item?
bool ends_within(std::string_view groups) {
    return groups.ends_with(',') || (contains(groups, "(") && !groups.ends_with(')'));
}

/// The list, with what a terminal has wrapped of it to the next lines; empty: it is cut, and shows nobody
/// out.
std::string whole_groups(std::string_view groups, std::string_view below) {
    constexpr std::string_view of_groups =
        "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-.,()$";
    std::string whole(groups);
    bool goes_on = true;
    for_each_line(below, [&](std::string_view line) {
        line = trim(line);
        const bool numbers =
            line.find_first_not_of("0123456789,") == std::string_view::npos && !contains(whole, "(");
        const bool more = !line.empty() && line.find_first_not_of(of_groups) == std::string_view::npos;
        goes_on = goes_on && more && (ends_within(whole) || line.starts_with(',') || numbers);
        if (goes_on) whole.append(line);
    });
    return ends_within(whole) ? std::string() : whole;
}

}  // namespace

/// "uid=1000(joe) gid=1000(joe) groups=1000(joe),108(kvm)"
void read_id(const Section& section, Evidence& evidence) {
    const Command& command = section.command;
    if (command.names("-nG") || command.names("-Gn") || (command.names("-n") && command.names("-G")))
        return read_groups(section, evidence);
    const std::string_view text = section.body;
    const auto word_at = [&](std::string_view key) {
        const std::string_view rest = after(text, key);
        return rest.substr(0, rest.find_first_of(" \n"));
    };
    // coreutils translates that word: "Gruppen=", "groupes=".  "context=" is SELinux's.
    const auto words = split_words(text.substr(0, text.find('\n')));
    const auto named = std::find_if(words.begin(), words.end(), [](std::string_view word) {
        const auto equals = word.find('=');
        return equals != std::string_view::npos && equals + 1 < word.size() && is_digit(word[equals + 1]) &&
               !word.starts_with("uid=") && !word.starts_with("gid=");
    });
    // Of a daemon's account: not who runs the rest.
    constexpr std::string_view accounts[] = {"libvirt-qemu", "qemu", "libvirtdbus",
                                             "nova",         "vdsm", "libvirt"};
    for (const std::string_view account : accounts)
        if (section.command.names(account)) return;
    const std::string_view uid = word_at("uid=");
    // Busybox names no other groups where there are none.
    const std::string_view shown =
        named == words.end() ? word_at("gid=") : named->substr(named->find('=') + 1);
    const bool at_end = named != words.end() && std::next(named) == words.end();
    const std::string groups = at_end ? whole_groups(shown, after(text, "\n")) : std::string(shown);
    if (uid.empty() || groups.empty() || section.cut()) return;
    // The user of GitHub's own images (actions/runner-images).
    if (uid == "1001(runner)" && contains(groups, "(adm)") && contains(groups, "(systemd-journal)"))
        evidence.hear(hearsay::job, "github-hosted", "id: the user runner of GitHub's images");
    UserLine user;
    add_identity(uid, user.user);
    std::string numbers;
    for_each_part(groups, ',', [&](std::string_view item) {
        numbers.append(item.substr(0, item.find('('))).push_back(' ');
        add_identity(item, user.groups);
    });
    evidence.file("/proc/self/status",
                  fmt::format("Uid:\t{0}\t{0}\t{0}\t{0}\nGroups:\t{1}\n", user.user.front(), numbers));
    evidence.user(std::move(user));
    evidence.taken("id");
}

/// groups prints the names alone, "groups joe" the user in front.
void read_groups(const Section& section, Evidence& evidence) {
    std::string_view line = trim(std::string_view(section.body).substr(0, section.body.find('\n')));
    if (const auto colon = line.find(" : "); colon != std::string_view::npos) line.remove_prefix(colon + 3);
    const auto words = split_words(line);
    const bool names = !words.empty() && std::all_of(words.begin(), words.end(), [](std::string_view word) {
        return word.find_first_of(":/'") == std::string_view::npos;
    });
    // A long list may be wrapped in mid-word: then it shows nobody out.
    constexpr std::size_t may_be_wrapped = 40;
    const std::string_view next = after(section.body, "\n");
    const std::string_view more = trim(next.substr(0, next.find('\n')));
    const bool wrapped = line.size() >= may_be_wrapped && !more.empty() &&
                         more.find_first_of("/:'\"$#") == std::string_view::npos;
    if (!names || section.cut() || wrapped) return;
    UserLine user;
    user.groups.assign(words.begin(), words.end());
    if (words.front() == "root") user.user.emplace_back("0");
    evidence.user(std::move(user));
    evidence.taken("groups");
}

}  // namespace nestprobe

// SPDX-License-Identifier: MIT
// /dev/kvm in a paste: whose it is, who was refused it, and what a later look, or a program that has it,
// makes of what was said before.  Of one thing in one place the last reading counts.
#include "base/errors.hpp"
#include "base/text.hpp"
#include "snapshot/import/evidence.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cerrno>
#include <iterator>

namespace nestprobe {
namespace {

constexpr std::string_view container_signs[] = {"/run/systemd/container", "/.dockerenv", "/run/.containerenv",
                                                "/run/.toolboxenv"};

/// Behind two prompts of one shell.
bool of_one_place(const Moment& a, const Moment& b) {
    return !a.line.empty() && !b.line.empty() && a.host == b.host && a.places == b.places &&
           a.inside == b.inside;
}

constexpr unsigned read_write = 6;  // of the three bits of rwx

/// user_namespaces(7): the overflow ids, as which all that is not mapped shows.
bool is_unmapped(const NodeLine& node) { return node.owner == "nobody" || node.owner == "65534"; }

bool names_any(const std::vector<std::string>& names, std::string_view name) {
    return std::find(names.begin(), names.end(), name) != names.end();
}

/// path_resolution(7), "Permissions": the owner's bits for the owner, else the group's for its members, else
/// the others'.  KVM is opened for reading and writing.  Root may always.
bool may_open(const NodeLine& node, const UserLine& user) {
    // user_namespaces(7): root there has no power over what belongs to ids that are not mapped.
    if (is_unmapped(node) && names_any(user.user, "0") && !node.has_acl)
        return (node.mode & read_write) == read_write;
    if (names_any(user.user, "0") || node.has_acl) return true;
    const unsigned shift = names_any(user.user, node.owner) ? 6 : names_any(user.groups, node.group) ? 3 : 0;
    return (node.mode >> shift & read_write) == read_write;
}

}  // namespace

void Evidence::begin(Moment moment) {
    moment.changes += now_.changes;
    moment.places += now_.places;
    now_ = std::move(moment);
    // The kernel's log only grows: where the same command shows another one, it is another boot's.
    if (now_.program != "dmesg" && now_.program != "journalctl") return;
    for (const std::string_view part : {"tail", "head", " -w", " -f", "--follow", " -n", " -c", " -C"})
        if (contains(now_.line, part)) return;
    if (std::find(logs_asked_.begin(), logs_asked_.end(), now_.line) != logs_asked_.end())
        forget_log();
    else
        logs_asked_.push_back(now_.line);
}

bool Evidence::in_container() const {
    return std::any_of(std::begin(container_signs), std::end(container_signs),
                       [&](std::string_view path) { return recording_.files.contains(path); });
}

bool Evidence::in_sandbox() const { return sandbox_named_ || now_.inside || in_container(); }

/// Two looks that differ, and nothing tells which of them holds.
void Evidence::leave_node_open() {
    recording_.files.erase(std::string(hearsay::usable));
    kvm(Absent{Why::malformed,
               "/dev/kvm is there in one line and missing in another, and nothing tells which of them is the "
               "later one, or whether they are of one machine"});
    looked_ = true;
}

void Evidence::saw_node() {
    there_at_ = now_;
    if (!refused()) return;
    const Absent& refusal = recording_.kvm.open->absence();
    const bool left_open = refusal.why == Why::malformed;
    if (refusal.error != ENOENT && !left_open) return;
    const bool same = of_one_place(now_, refused_at_) && (looked_ || now_.line == refused_at_.line);
    if (now_.changes > refused_at_.changes || (same && !in_sandbox())) {
        recording_.kvm.open.reset();
        looked_ = false;
    } else if (looked_ && !left_open && !in_sandbox()) {
        leave_node_open();
    }
}

void Evidence::missed_node() {
    const std::optional<Moment> before = there_at_;
    kvm(Absent{Why::no_device, fmt::format("/dev/kvm: {}", error_text(ENOENT)), ENOENT});
    looked_ = opener_ == Opener::user;
    if (!before) return;
    if (now_.changes > before->changes || (of_one_place(now_, *before) && !in_sandbox())) {
        node_.reset();
        there_at_.reset();
        forget(hearsay::usable);
    } else if (looked_ && !in_sandbox()) {
        leave_node_open();
    }
}

bool Evidence::got_kvm() {
    if (!refused()) return true;
    const auto by_root = [](const Moment& moment) { return moment.line.starts_with("sudo "); };
    const bool again = of_one_place(now_, refused_at_) && now_.program == refused_at_.program;
    if (!again && now_.changes == refused_at_.changes) return false;
    if (recording_.kvm.open->absence().why == Why::permission_denied && by_root(now_) &&
        !by_root(refused_at_))
        return false;  // of the user who was refused it says nothing
    recording_.kvm.open.reset();
    recording_.kvm.node.reset();
    opener_ = Opener::user;
    looked_ = false;
    return true;
}

void Evidence::runs_kvm() {
    if (!got_kvm()) return;
    recording_.kvm.open = Reading<bool>(true);
    recording_.kvm.api_version = Reading<int>(12);
    hear(hearsay::usable, "yes", "QEMU, which runs a guest by KVM");
}

/// Since then somebody was let in, by what a later look shows.
void Evidence::forget_old_refusal() {
    const Absent* refused = recording_.kvm.open ? recording_.kvm.open->if_absent() : nullptr;
    if (!refused || refused->why != Why::permission_denied || opener_ != Opener::user) return;
    const bool later =
        (there_at_ && there_at_->changes > refused_at_.changes) || user_at_.changes > refused_at_.changes;
    if (later && may_open(*node_, user_ ? *user_ : UserLine{})) recording_.kvm.open.reset();
}

/// Of two looks from two places, one of which maps no ids, that one's is asked about.
void Evidence::node(NodeLine line) {
    saw_node();
    if (node_ && is_unmapped(*node_) && !is_unmapped(line)) return;
    node_ = std::move(line);
}
void Evidence::user(UserLine line) {
    user_ = std::move(line);
    user_at_ = now_;
}

DeviceNode node_of(const NodeLine& line) {
    const bool number = line.group.find_first_not_of("0123456789") == std::string::npos;
    return {line.owner, line.group, number ? line.group : "", line.mode};
}

/// ls says whose the node is; another program that it may not open it, or id that nobody in its place may.
void Evidence::judge_access() {
    if (!node_) return;
    forget_old_refusal();
    const std::string shown = fmt::format("/dev/kvm ({}:{} {:04o})", node_->owner, node_->group, node_->mode);
    if (!recording_.kvm.open) {
        if (user_ && !may_open(*node_, *user_)) {
            kvm(Absent{Why::permission_denied,
                       fmt::format("{}: {}, by its mode and this user's groups", shown, error_text(EACCES)),
                       EACCES});
            recording_.kvm.node = node_of(*node_);
        } else if (!recording_.files.contains(hearsay::usable))
            hear(hearsay::usable, "yes", fmt::format("{}: {}", node_->tool, shown));
        // Nobody was refused yet: the mode tells whether it is root's alone.
        if (!user_ && !node_->has_acl) recording_.kvm.node = node_of(*node_);
        return;
    }
    const Absent* refused = recording_.kvm.open->if_absent();
    // Who found none looked from elsewhere: a container, as a rule.
    if (refused && refused->error == ENOENT && !recording_.files.contains(hearsay::usable))
        hear(hearsay::usable, "yes", fmt::format("{}: {}", node_->tool, shown));
    if (!refused || refused->why != Why::permission_denied) return;
    const int error = refused->error;
    const bool member = user_ && !names_any(user_->user, "0") && !node_->has_acl &&
                        names_any(user_->groups, node_->group) && may_open(*node_, *user_);
    if (error == EACCES && opener_ == Opener::user && member) opener_ = Opener::member;
    recording_.kvm.node = node_of(*node_);
    if (opener_ == Opener::snap || opener_ == Opener::policy) return;  // which says more than the mode
    recording_.kvm.open = Reading<bool>(Absent{
        Why::permission_denied, fmt::format("{}: {}{}", shown, error_text(error), said_by(opener_)), error});
}

}  // namespace nestprobe

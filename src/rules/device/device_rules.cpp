// SPDX-License-Identifier: MIT
// Rules about /dev/kvm itself (NP601 to NP603).
// The permission bits of the node prove nothing: a real open() is what counts, and each errno has its own
// rule.
#include "remedy/steps.hpp"
#include "rules/common.hpp"
#include "rules/device/access.hpp"

#include <fmt/format.h>

#include <cerrno>

namespace nestprobe {
namespace {

std::string who(const Facts& f) {
    std::string text;
    // Who ran nestprobe, or id where that is pasted.
    if (const unsigned* uid = f.kernel.uid.if_known()) text = fmt::format("; this user is uid {}", *uid);
    if (const auto* groups = f.kernel.groups.if_known())
        text += groups->empty() ? ", in no supplementary group"
                                : fmt::format(", groups {}", fmt::join(*groups, " "));
    return text;
}

/// Judge the open by its errno: fail for those given, pass when it worked, skip for the others' rules.
template <class M>
Outcome check_open(const Facts& f, std::initializer_list<int> errors, M&& message, Remedy fix) {
    const Absent* absent = f.device.open.if_absent();
    if (!absent) return cite(pass("/dev/kvm opens"), f.device.open);
    const int refused = open_error(f);
    for (const int error : errors)
        if (refused == error) {
            Outcome outcome = fail(std::invoke(message, *absent), std::move(fix));
            outcome.because.push_back(
                {"open(\"/dev/kvm\")", fmt::format("{} ({})", absent->detail, error_name(error))});
            return outcome;
        }
    if (refused == 0) return carry(*absent);
    Outcome outcome =
        skip(fmt::format("/dev/kvm does not open for another reason ({})", error_name(refused)));
    outcome.because.push_back({"open(\"/dev/kvm\")", absent->detail});
    return outcome;
}

/// A container shares its host's kernel, and /sys tells what that has.
std::string_view kvm_of_host(const Facts& f) {
    if (is(f.device.registered, true)) return "; the host has KVM up";
    return is(f.device.registered, false) ? "; the host has no KVM up either" : "";
}

Outcome check_missing(const Facts& f) {
    return check_open(
        f, {ENOENT},
        [&](const Absent&) {
            if (!in_container(f)) return std::string("/dev/kvm does not exist");
            return fmt::format("this container has no /dev/kvm (it is {}){}", place_words(f), kvm_of_host(f));
        },
        fix_missing_device(f));
}

Outcome check_no_driver(const Facts& f) {
    return check_open(
        f, {ENODEV, ENXIO},
        [&](const Absent&) {
            return fmt::format(
                "/dev/kvm is a node with no driver behind it ({}): KVM is not loaded, or did "
                "not accept this machine",
                error_name(open_error(f)));
        },
        fix_no_driver(f));
}

/// For who is kept out of a KVM that works.
std::string itself_up(const Facts& f) {
    if (!is(f.device.registered, true)) return {};
    const std::string software = software_kvm(f);
    return ". KVM itself is up" + (software.empty() ? "" : fmt::format(", through {} (software)", software));
}

/// A group without a name is one that this user namespace does not map.
std::string where(const Facts& f) {
    std::string text;
    if (const std::string_view place = place_words(f); !place.empty())
        text = fmt::format(". This is {}", place);
    if (shows_unmapped_group(f) && !is(f.kernel.user_namespace, false))
        text += fmt::format(". {} stands for a group of the host that this container does not map",
                            f.device.node.if_known()->group);
    return text;
}

Outcome check_permission(const Facts& f) {
    Outcome outcome = check_open(
        f, {EACCES, EPERM},
        [&](const Absent& a) {
            return fmt::format("this user may not open {}{}{}{}", a.detail, who(f), itself_up(f), where(f));
        },
        fix_denied_device(f));
    return outcome.status == Status::fail ? cite(std::move(outcome), f.kernel.groups) : outcome;
}

/// ls -l was posted, and no refusal.
bool is_shown_alone(const Facts& f) {
    const Absent* open = f.device.open.if_absent();
    return open && open->why == Why::not_recorded && f.device.node.if_known() && !is(f.kernel.uid, 0u);
}

Outcome check_root_alone(const Facts& f) {
    constexpr unsigned others = 06, group = 060;
    const DeviceNode& node = *f.device.node.if_known();
    const bool roots = node.group == "root" || node.group == "0" || (node.mode & group) != group;
    if (!roots || (node.mode & others) == others)
        return cite(pass("/dev/kvm lets others than root in"), f.device.node);
    return cite(fail(fmt::format("/dev/kvm is of group {} with mode {:04o}: nobody but root opens it{}",
                                 node.group, node.mode, where(f)),
                     fix_closed_node(f)),
                f.device.node);
}

constexpr std::string_view device_see[] = {"Linux Documentation/virt/kvm/api.rst, \"System ioctls\"",
                                           "udev(7), 50-udev-default.rules"};
constexpr Rule device_rule_rows[] = {
    {
        .id = "NP601",
        .name = "dev-kvm-missing",
        .layer = Layer::device,
        .question = Question::kvm_here,
        .role = Role::blocker,
        .title = "/dev/kvm does not exist",
        .explain =
            "KVM makes /dev/kvm when kvm_intel or kvm_amd has accepted the machine. Without the node,\n"
            "nothing can start a guest. In containers the node is missing although the host has it.",
        .fix =
            "Load KVM's module, on Intel the first, on AMD the second; what it says if it refuses tells the "
            "rest.\n    sudo modprobe kvm_intel\n    sudo modprobe kvm_amd\n"
            "In a container the device has to be passed in.",
        .see = device_see,
        .check = check_missing,
        .worked = "ls -l /dev/kvm shows a character device 10, 232.",
        .also = "The processor or the module (the rules before this one), where this is no container.",
    },
    {
        .id = "NP602",
        .name = "dev-kvm-without-driver",
        .layer = Layer::device,
        .question = Question::kvm_here,
        .role = Role::blocker,
        .title = "/dev/kvm exists, but no KVM is behind it",
        .explain = "A node /dev/kvm can be there though no KVM is: made by mknod, by a container's runtime, "
                   "or left\nby a module that was unloaded. Opening it fails with ENODEV or ENXIO, and on "
                   "x86 loads nothing. Tools\nthat look at the node only are wrong then.",
        .fix = "Load the KVM module; if it is refused, see the failed rules above.",
        .see = device_see,
        .check = check_no_driver,
        .worked = "nestprobe says that /dev/kvm opens.",
        .also = "A module that loads and is refused at once: dmesg says why (NP515).",
    },
    {
        .id = "NP603",
        .name = "dev-kvm-permission-denied",
        .layer = Layer::device,
        .question = Question::kvm_here,
        .role = Role::blocker,
        .title = "this user may not open /dev/kvm",
        .explain =
            "Programs that run guests open /dev/kvm for reading and writing. EACCES means the node's\n"
            "owner, group, mode and ACL; EPERM a device cgroup or a security module. Groups count from\n"
            "the next login on.",
        .fix = "Join the node's group, which is kvm as a rule, and log in again.\n"
               "    sudo usermod -aG kvm \"$USER\"\n"
               "Or, until the next start of this machine, let this user alone in.\n"
               "    sudo setfacl -m \"u:$USER:rw\" /dev/kvm",
        .see = device_see,
        .check = check_permission,
        .worked = "test -w /dev/kvm succeeds, in the shell that needs it.",
        .also = "An old session: groups count from the next login on. A service runs as its own user, not as "
                "yours.",
    },
    {
        .id = "NP622",
        .name = "dev-kvm-for-root-alone",
        .layer = Layer::device,
        .question = Question::kvm_here,
        .role = Role::advice,
        .title = "/dev/kvm is for root alone",
        .explain =
            "udev gives /dev/kvm to group kvm. Where no udev runs (containers, WSL without systemd), or its\n"
            "rules were changed, the node is root's, and no group lets another user in. This is judged "
            "where\n"
            "ls -l was shown and nobody has tried to open it: root does open it.",
        .fix = "Give the node to group kvm, and join that group.",
        .see = device_see,
        .check = check_root_alone,
        .listed = is_shown_alone,
        .worked = "ls -l /dev/kvm shows root kvm, and test -w /dev/kvm succeeds.",
        .also = "A program that runs as root: then nothing is wrong.",
    },
};

}  // namespace

std::span<const Rule> device_rules() { return device_rule_rows; }

}  // namespace nestprobe

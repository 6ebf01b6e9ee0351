// SPDX-License-Identifier: MIT
#include "rules/device/access.hpp"

#include "base/text.hpp"
#include "remedy/steps.hpp"
#include "rules/device/access_rows.hpp"
#include "rules/kernel/appliances.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cerrno>
#include <utility>

namespace nestprobe {
namespace {

bool is_number(std::string_view text) {
    return !text.empty() && text.find_first_not_of("0123456789") == std::string_view::npos;
}

const AccessRow* row_named(std::string_view place) {
    for (const AccessRow& row : access_rows())
        if (row.place == place) return &row;
    return nullptr;
}

const AccessRow* row_of_container(const Facts& f) {
    const std::string* name = f.kernel.container.if_known();
    return name ? row_named(*name) : nullptr;
}

const AccessRow* row_of_job(const Facts& f) {
    const Job* job = f.kernel.job.if_known();
    return job ? row_named(to_string(*job)) : nullptr;
}

std::vector<std::string> kept(std::span<const std::string_view> lines) {
    std::vector<std::string> out;
    for (const std::string_view line : lines)
        if (!line.empty()) out.emplace_back(line);
    return out;
}

Remedy steps_of(const Facts& f, std::span<const AccessStep> rows) {
    Remedy remedy;
    for (const AccessStep& row : rows) {
        if (row.empty() || (row.of_host && is(f.device.registered, true))) continue;
        Step step{.where = row.where,
                  .what = std::string(row.what),
                  .commands = kept(row.commands),
                  .file = std::string(row.file),
                  .lines = kept(row.lines),
                  .expect = std::string(row.expect)};
        if (!row.expect.empty()) step.action = GiveDevice{};
        remedy.then(std::move(step));
    }
    return remedy;
}

/// A job's container is given the device by the job, not by docker run.
Remedy device_for_job_container() {
    return Step{.where = Where::ci_job,
                .what = "Give the job's container the device.",
                .file = "the workflow, the job",
                .lines = texts({"container:", "  image: IMAGE", "  options: --device /dev/kvm"}),
                .expect = "ls -l /dev/kvm in a step shows the device.",
                .action = GiveDevice{}};
}

/// The number of the node's group is the host's; root needs none.
Remedy allow_in_job_container() {
    return Step{.where = Where::ci_job,
                .what = "Have the job's container run as root, which needs no group.",
                .file = "the workflow, the job",
                .lines = texts({"container:", "  image: IMAGE", "  options: --device /dev/kvm --user 0"}),
                .expect = "test -w /dev/kvm succeeds in a step.",
                .action = GiveDevice{}};
}

bool in_github_job(const Facts& f) {
    return is(f.kernel.job, Job::github_hosted) || is(f.kernel.job, Job::github);
}

bool in_job(const Facts& f) { return f.kernel.job.if_known() && !is(f.kernel.job, Job::none); }

/// The row that says how this place is given the device; null: a host, or a place without a row.
const AccessRow* row_here(const Facts& f) {
    if (const AccessRow* container = row_of_container(f)) return container;
    if (in_container(f)) return nullptr;
    if (const AccessRow* job = row_of_job(f)) return job;
    return is(f.kernel.user_namespace, true) ? row_named("user-namespace") : nullptr;
}

/// A container, or a namespace, of which the node's group is the one sign.
bool is_unmapped(const Facts& f) {
    return !in_container(f) && !in_job(f) && f.kernel.user_namespace.if_absent() && shows_unmapped_group(f);
}

/// Whose container it is does not show: each one's way.
Remedy allow_in_unmapped(const Facts& f) {
    Remedy remedy(
        Step{.what = "See whose container it is.",
             .commands = texts({"systemd-detect-virt --container"}),
             .expect = "lxc: LXD, Incus or Proxmox VE, which its host's administrator knows; podman."});
    for (const std::string_view place : {"lxd", "incus", "proxmox-ct", "podman"}) {
        const AccessRow& row = *row_named(place);
        Remedy own = steps_of(f, row.allow);
        bool first = true;
        for (Step& step : own.steps) {
            if (std::exchange(first, false))
                step.what = fmt::format("Only if it is {}: {}", row.words, step.what);
            step.action = ByHand{};
            remedy.then(std::move(step));
        }
    }
    return remedy;
}

/// A node that udev or devtmpfs would have made.
Remedy make_node() {
    Remedy remedy(
        Step{.what = "KVM is loaded and only the node is missing (a chroot, a /dev without devtmpfs): let "
                     "udev make it.",
             .commands = texts({"sudo udevadm trigger --settle --name-match=kvm"}),
             .expect = "ls -l /dev/kvm shows 10, 232",
             .action = MakeNode{}});
    remedy.then(Step{.what = "Only where no udev runs: by hand, until the next start.",
                     .commands = texts({"sudo mknod -m 660 /dev/kvm c 10 232"})});
    return remedy;
}

/// Nobody said whether this is a container, and KVM is loaded: as a rule the device was not passed in.
Remedy node_of_another_place(const Facts& f) {
    const Module* module = f.module.vendor.if_known();
    const bool used = module && module->users > 0;
    Remedy remedy = give_to_container();
    remedy.steps.front().what = fmt::format(
        "KVM is loaded{}, so the host has the device. If what misses it runs in a container: whoever starts "
        "that has "
        "to pass it in. With Docker or Podman:",
        used ? " and in use" : "");
    Remedy node = make_node();
    node.steps.front().what =
        "If it is the host itself that has none (a /dev without devtmpfs): let udev make it.";
    return remedy.then(std::move(node));
}

}  // namespace

bool is_nobodys(const DeviceNode& node) {
    for (const std::string_view name : {"root", "0", "nogroup", "nobody", "65534"})
        if (node.group == name) return true;
    return is_number(node.group);
}

bool shows_unmapped_group(const Facts& f) {
    const DeviceNode* node = f.device.node.if_known();
    return node && (node->group == "nogroup" || node->group == "nobody" || node->group == "65534");
}

std::string_view place_words(const Facts& f) {
    if (const AccessRow* row = row_of_container(f)) return row->words;
    if (in_container(f)) return "a container";
    if (const AccessRow* row = row_here(f)) return row->words;
    return is_unmapped(f) ? "a user namespace that maps no group of the host's: an unprivileged container of "
                            "LXC, LXD or Incus, or a rootless one"
                          : "";
}

namespace {

/// To load the module is no cure where that was tried and refused.
Remedy after_refusal(const Facts& f) {
    const LoggedLine* last = nullptr;
    if (const auto* lines = f.kernel.log.if_known())
        for (const LoggedLine& line : *lines)
            if (log_row(line.id).subsystem == LogSubsystem::modprobe) last = &line;
    if (!last) return {};
    return Step{.what = fmt::format("To load the module was tried, and {}. {} See why.", quoted(*last),
                                    log_row(last->id).meaning),
                .commands = {"grep -c -w -E 'vmx|svm' /proc/cpuinfo", "sudo dmesg | grep -i kvm"},
                .expect = "A number above 0: the kernel lists it; 0: it is not shown, or switched off."};
}

/// Nobody knows whether the hypervisor above shows VMX or SVM: that comes first, then whose setting it is.
Remedy see_what_is_shown(const Facts& f) {
    const std::string* module = f.module.name.if_known();
    Remedy remedy(Step{.what = "See whether what runs this guest shows it VMX or SVM.",
                       .commands = {"grep -c -w -E 'vmx|svm' /proc/cpuinfo"},
                       .expect =
                           "A number above 0: it does, and the next step is the one. 0: it does not, and "
                           "that is the cause."});
    if (module) {
        Step load = load_module(*module);
        load.what = fmt::format("Only if it printed more than 0: {}", load.what);
        remedy.then(std::move(load));
    } else
        remedy.then(
            Step{.what = "Only if it printed more than 0: load KVM's module, on Intel the first, on AMD the "
                         "second.",
                 .commands = {"sudo modprobe kvm_intel", "sudo modprobe kvm_amd"}});
    Remedy above = fix_on_platform(f, f.cpu.technology.if_known() ? flag_word(f) : "");
    bool first = true;
    for (Step& step : above.steps) {
        if (std::exchange(first, false))
            step.what = fmt::format("Only if it printed 0, all that follows. {} {}", above.intro, step.what);
        step.action = ByHand{};
        remedy.then(std::move(step));
    }
    return remedy;
}

/// The bits let everybody in, and still it is refused (container-selinux, container_use_devices;
/// podman-run(1)).
Remedy ask_the_policy(const Facts& f) {
    const bool contained = in_container(f);
    Remedy remedy(Step{.where = contained ? Where::container_host : Where::here,
                       .what =
                           "The node's mode lets everybody in, so something else refuses: a security module, "
                           "SELinux as a rule. See what it refused just now.",
                       .commands = texts({"sudo ausearch -m AVC -ts recent"})});
    if (!contained) return remedy;
    remedy.then(Step{.where = Where::container_host,
                     .what = "If it was SELinux: let containers use devices that are passed in.",
                     .commands = texts({"sudo setsebool -P container_use_devices on"}),
                     .expect = "In the container, /dev/kvm opens.",
                     .action = GiveDevice{}});
    remedy.then(
        Step{.where = Where::container_host,
             .what = "Or create this container without SELinux' label (Docker takes the same option).",
             .commands = texts({"podman run --security-opt label=disable --device /dev/kvm IMAGE"})});
    return remedy;
}

}  // namespace

Remedy fix_missing_device(const Facts& f) {
    if (in_docker_desktop(f)) return leave_docker_desktop();
    if (in_container(f) && in_github_job(f)) return device_for_job_container();
    if (in_container(f) && (is(f.kernel.job, Job::gitlab) || is(f.kernel.job, Job::gitlab_hosted)))
        return steps_of(f, row_of_job(f)->give);
    if (const AccessRow* row = row_here(f); row && !row->give[0].empty()) return steps_of(f, row->give);
    if (in_container(f)) return give_to_container();
    // One program found it, and another did not.
    if (f.evidence && is(f.evidence->usable, true)) return give_to_container();
    if (is(f.device.registered, true) || vendor_module_is(f, Module::State::loaded))
        return f.kernel.container.if_known() ? make_node() : node_of_another_place(f);
    if (Remedy refused = after_refusal(f); !refused.empty()) return refused;
    // An appliance's maker builds its kernel.
    if (const Appliance* made = appliance(f); made && !made->maker.empty())
        return Remedy(fmt::format("This is {}. {}", made->name, made->instead));
    const std::string* module = f.module.name.if_known();
    if (in_guest(f) && owned_by_others(f).empty() && !f.kernel.flag_usable.any_known() &&
        !cpuid_bit(f).any_known())
        return see_what_is_shown(f);
    if (!module) return {};
    Remedy remedy(Step{.what = "Load KVM's module; what it says if it refuses tells the rest.",
                       .commands = {fmt::format("sudo modprobe {}", *module)},
                       .expect = "ls -l /dev/kvm shows 10, 232"});
    if (f.kernel.container.if_absent())
        remedy.then(Step{.what = "In a container the device has to be passed in.", .action = GiveDevice{}});
    return remedy;
}

Remedy fix_no_driver(const Facts& f) {
    const std::string* module = f.module.name.if_known();
    if (!in_container(f) && in_guest(f) && !f.kernel.flag_usable.any_known() && !cpuid_bit(f).any_known())
        return see_what_is_shown(f);
    Step step = load_module(module ? *module : "kvm_intel");
    if (!module) step.what += " (On AMD kvm_amd.)";
    if (in_container(f)) {
        step.where = Where::container_host;
        step.what = "The device was passed in, and KVM is not loaded on the host: load it there.";
        step.action = ByHand{};
    }
    return step;
}

Remedy fix_denied_device(const Facts& f) {
    if (!f.device.open.if_absent()) return {};
    const DeviceNode node = f.device.node.if_known() ? *f.device.node.if_known() : DeviceNode{};
    const bool forbidden = open_error(f) == EPERM;
    constexpr unsigned everybody = 06;
    if (!forbidden && (node.mode & everybody) == everybody) return ask_the_policy(f);
    if (in_job(f) && !in_container(f) && !forbidden)
        if (const AccessRow* job = row_of_job(f); job && !job->allow[0].empty())
            return steps_of(f, job->allow);
    if (in_container(f) && in_github_job(f)) return allow_in_job_container();
    const bool elsewhere = in_container(f) || in_job(f);
    if (const AccessRow* row = elsewhere ? row_of_container(f) : row_here(f)) {
        const auto& steps = forbidden || row->allow[0].empty() ? row->give : row->allow;
        return steps_of(f, steps);
    }
    if (in_container(f)) return forbidden ? give_to_container() : allow_in_container();
    if (is_unmapped(f)) return allow_in_unmapped(f);
    return forbidden ? allow_unit() : allow_on_host(f, node);
}

}  // namespace nestprobe

// SPDX-License-Identifier: MIT
#include "rules/device/access.hpp"

#include "base/text.hpp"
#include "remedy/steps.hpp"
#include "rules/device/access_places.hpp"
#include "rules/kernel/appliances.hpp"

#include <fmt/format.h>

#include <utility>

namespace nestprobe {
namespace {

/// A job's container is given the device by the job, not by docker run.
Remedy device_for_job_container() {
    return Step{.where = Where::ci_job,
                .what = "Give the job's container the device.",
                .file = "the workflow, the job",
                .lines = texts({"container:", "  image: IMAGE", "  options: --device /dev/kvm"}),
                .expect = "ls -l /dev/kvm in a step shows the device.",
                .action = GiveDevice{}};
}

/// A node that udev or devtmpfs would have made.
Remedy make_node() {
    Remedy remedy(
        Step{.what = "KVM is loaded and only the node is missing (a chroot, a /dev without devtmpfs): let "
                     "udev make it.",
             .commands = these({"sudo udevadm trigger --settle --name-match=kvm"}),
             .expect = "ls -l /dev/kvm shows 10, 232",
             .action = MakeNode{}});
    remedy.then(Step{.what = "Only where no udev runs: by hand, until the next start.",
                     .commands = these({"sudo mknod -m 660 /dev/kvm c 10 232"})});
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

/// One program found it, and another did not: that runs where the host's device is not shown.
Remedy show_to_program(const Facts& f) {
    const std::string* named = f.evidence->named_place.if_known();
    const auto there = named ? row_named(*named) : std::nullopt;
    const AccessRow flatpak = *row_named("flatpak");
    Remedy remedy;
    if (there && there->place != flatpak.place && !there->give[0].empty())
        remedy.then_only(fmt::format("Only if it is {}:", there->words), steps_of(f, there->give));
    Remedy container = give_to_container();
    container.steps.front().what =
        "The device is there, and what misses it runs where that is not shown. If it runs in a container: "
        "whoever starts that has to pass the device in. With Docker or Podman:";
    Remedy sandbox =
        Remedy{}.then_only("Only if it is an application of Flatpak's (flatpak list shows its name):",
                           steps_of(f, flatpak.give));
    if (there && there->place == flatpak.place) std::swap(container, sandbox);
    remedy.then(std::move(container)).then(std::move(sandbox));
    return remedy.then(Step{.what = "Only if it is a snap: connect its interface kvm. SNAP is its name.",
                            .commands = {"snap connections SNAP", "sudo snap connect SNAP:kvm"}});
}

/// The daemon looks for the device on its own system.
Step where_daemon_runs() {
    return Step{.what =
                    "If this system has it, see where the daemon runs: desktop-linux is Docker Desktop's own "
                    "virtual machine, which has none, and default is this system. A daemon that runs in "
                    "a container itself (LXC, a CT of Proxmox VE) needs the device passed in there first.",
                .commands = these({"docker context ls", "systemd-detect-virt --container"})};
}

/// Nobody said whether this is a container.
Step only_in_container() {
    Step step = give_to_container().steps.front();
    step.what =
        "If it is a container that misses it, its host loads the module, and whoever starts it "
        "passes the device in. With Docker or Podman:";
    return step;
}

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
    if (Remedy never = fix_on_platform(f, ""); never.never) return never;
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
    return remedy.then_only("Only if it printed 0, all that follows.",
                            fix_on_platform(f, f.cpu.technology.if_known() ? flag_word(f) : ""));
}

/// KVM is built into most of WSL 2's kernels, so to load a module is no cure (microsoft/WSL#11837, 2026-11).
Remedy see_what_wsl_shows(const Facts& f) {
    Remedy remedy(Step{.what = "See whether Windows shows VMX or SVM to WSL, and what KVM said of it.",
                       .commands = {"grep -c -w -E 'vmx|svm' /proc/cpuinfo", "sudo dmesg | grep -i kvm"},
                       .expect = "A number above 0: load the module that the next step names. 0: what "
                                 "follows it is the cure."});
    const std::string* module = f.module.name.if_known();
    remedy.then(Step{.what = "Only if it printed more than 0. KVM is built into WSL 2's kernels before 6.6, "
                             "and modprobe finds no module then: the log's line tells why there is no "
                             "device.",
                     .commands = one_command("sudo modprobe {}", {module ? *module : "kvm_intel"})});
    return remedy.then_only("Only if it printed 0, all that follows.",
                            fix_on_platform(f, f.cpu.technology.if_known() ? flag_word(f) : ""));
}

/// KVM is built into arm64's kernels, and no module makes the device (Linux arch/arm64/kvm/Kconfig).
Remedy see_what_kvm_says_on_arm(std::string_view board) {
    Remedy remedy(
        Step{.what = fmt::format("A sentence names {}: see whether this is an arm64 machine.", board),
             .commands = {"uname -m"},
             .expect = "aarch64: the next step. x86_64: load kvm_intel or kvm_amd instead."});
    return remedy.then(
        Step{.what = "KVM is built into arm64's kernels, and makes /dev/kvm where the kernel was started at "
                     "EL2. Virtual machines of clouds and CI services are not, as a rule: take bare metal, "
                     "or an x86 runner.",
             .commands = {"sudo dmesg | grep -i -e kvm -e 'started at EL'"},
             .expect = "\"HYP mode not available\": this machine has no KVM to give."});
}

/// A shell without modprobe, as most images of containers are, and a host that shows VMX or SVM.
Remedy after_no_modprobe(const Facts& f) {
    Remedy remedy = give_to_container();
    remedy.steps.front().what =
        "There is no modprobe here, so this is most likely a container. Its host loads the module, and "
        "whoever starts it passes the device in. With Docker or Podman:";
    remedy.then_only("Only if it is a development container (Codespaces, an editor's):",
                     steps_of(f, row_named("devcontainer")->give));
    return remedy.then(Step{.what =
                                "Only if it is none: install the package that has modprobe (kmod), and load "
                                "the module.",
                            .commands = {"systemd-detect-virt --container"},
                            .expect = "none: it is no container."});
}

/// Nothing tells what this is: one look parts the three reasons, before a module is loaded.
Step see_what_this_is() {
    return Step{.what = "See whether the processor shows VMX or SVM here, and what this is.",
                .commands = {"grep -c -w -E 'vmx|svm' /proc/cpuinfo", "systemd-detect-virt"},
                .expect =
                    "A number above 0: the next step. 0 and a name: what runs this machine shows it "
                    "neither, which is set there and not in here. 0 and none: firmware has switched it "
                    "off, as a rule."};
}

/// Known not to be there for KVM: its module would refuse, and what keeps it away has a rule and steps of its
/// own.
bool lacks_hardware(const Facts& f) { return cpuid_bit(f).all(no) || f.kernel.flag_usable.all(no); }

Remedy after_hardware(const Facts& f) {
    return Remedy(
        fmt::format("No step of its own: without {} no module of KVM's loads. What keeps that away comes "
                    "first.",
                    hardware_word(f)));
}

}  // namespace

/// The maker of the host's system decides whether that has KVM.
static Remedy host_of_a_maker(const Facts& f) {
    const Appliance* made = appliance(f);
    if (!made || made->maker.empty()) return {};
    return Remedy(made->instead, Where::container_host).led_by(fmt::format("The host is {}.", made->name));
}

Remedy fix_missing_device(const Facts& f) {
    const bool kvm_there =
        (f.evidence && is(f.evidence->usable, true)) || vendor_module_is(f, Module::State::loaded);
    if (in_docker_desktop(f) || (!was_asked_for(f).empty() && kvm_there)) return leave_docker_desktop(f);
    // A container shares its host's kernel and processor: there is no device to pass in.
    if (in_container(f) && is(f.device.registered, false) && lacks_hardware(f)) return after_hardware(f);
    if (in_container(f) && in_github_job(f)) return device_for_job_container();
    if (in_container(f) && (is(f.kernel.job, Job::gitlab) || is(f.kernel.job, Job::gitlab_hosted)))
        return steps_of(f, row_of_job(f)->give);
    if (const auto row = row_here(f); row && !row->give[0].empty())
        return host_of_a_maker(f).then(steps_of(f, row->give));
    if (in_container(f)) return give_to_container();
    if (f.evidence && is(f.evidence->usable, true)) return show_to_program(f);
    if (is(f.device.registered, true) || vendor_module_is(f, Module::State::loaded))
        return f.kernel.container.if_known() ? make_node() : node_of_another_place(f);
    if (Remedy refused = after_refusal(f); !refused.empty()) return refused;
    if (f.evidence && is(f.evidence->no_modprobe, true)) return after_no_modprobe(f);
    // An appliance's maker builds its kernel.
    if (const Appliance* made = appliance(f); made && !made->maker.empty())
        return Remedy(made->instead).led_by(fmt::format("This is {}.", made->name));
    if (lacks_hardware(f)) return after_hardware(f);
    const std::string* module = f.module.name.if_known();
    if (in_guest(f) && owned_by_others(f).empty() && !f.kernel.flag_usable.any_known() &&
        !cpuid_bit(f).any_known())
        return see_what_is_shown(f);
    if (is(f.hypervisor.platform, Platform::wsl2)) return see_what_wsl_shows(f);
    if (const std::string* board = f.evidence ? f.evidence->named_board.if_known() : nullptr;
        board && !module && f.kernel.arch.if_absent())
        return see_what_kvm_says_on_arm(*board);
    Remedy remedy(module ? Step{.what = "Load KVM's module; what it says if it refuses tells the rest.",
                                .commands = one_command("sudo modprobe {}", {*module}),
                                .expect = "ls -l /dev/kvm shows 10, 232"}
                         : Step{.what = "Load KVM's module, on Intel the first, on AMD the second; what it "
                                        "says if it refuses tells the rest.",
                                .commands = these({"sudo modprobe kvm_intel", "sudo modprobe kvm_amd"}),
                                .expect = "ls -l /dev/kvm shows 10, 232"});
    if (!module && !f.kernel.flag_usable.any_known() && f.hypervisor.level.if_absent())
        remedy.steps.insert(remedy.steps.begin(), see_what_this_is());
    if (!was_asked_for(f).empty())
        remedy.then(where_daemon_runs());
    else if (f.kernel.container.if_absent())
        remedy.then(only_in_container());
    return remedy;
}

Remedy fix_no_driver(const Facts& f) {
    if (lacks_hardware(f)) return after_hardware(f);
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

}  // namespace nestprobe

// SPDX-License-Identifier: MIT
// What programs that need KVM print of it in their own words: emulators, launchers of machines, installers,
// CI and cluster agents.  Each word proves what that program looked at and no more.  Sources: dockur/windows
// and qemus/qemu src/proc.sh; lxc/incus and canonical/lxd internal/server/instance; kubevirt
// pkg/virt-handler/device-manager/generic_device.go; libvirt src/qemu/qemu_process.c; crc-org/crc
// pkg/crc/preflight/preflight_checks_linux.go; canonical/multipass check_kvm_support; hellt/vrnetlab;
// gopsutil host (minikube's hostinfo); all read 2026-11.
#include "base/text.hpp"
#include "snapshot/import/readers.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cerrno>
#include <iterator>

namespace nestprobe {
namespace {

enum class Says : std::uint8_t { no_node, denied, opened, usable, unusable, no_flag };

struct ProgramLine {
    std::string_view program;
    std::string_view first, second;  ///< parts of one line, both of which have to be there
    Says says;
    std::string_view place = {};  ///< it runs in a container of this kind
};
constexpr ProgramLine lines_of_programs[] = {
    {"the container", "KVM acceleration", "device file missing", Says::no_node, "docker"},
    {"the container", "KVM acceleration", "/dev/kvm is missing", Says::no_node, "docker"},
    {"the container", "KVM acceleration", "no write access", Says::denied, "docker"},
    {"the container", "KVM acceleration", "is unwriteable", Says::denied, "docker"},
    {"the container", "KVM acceleration", "not enabled in BIOS", Says::no_flag, "docker"},
    {"the container", "Requirement not satisfied", "/dev/kvm not present", Says::no_node, "docker"},
    {"the Android emulator", "/dev/kvm is not found", "VT disabled in BIOS", Says::no_node},
    {"the Android emulator", "KVM is not installed on this machine", "/dev/kvm", Says::no_node},
    {"the Android emulator", "KVM (version", "is installed and usable", Says::opened},
    {"Incus or LXD", "KVM support is missing", "no /dev/kvm", Says::no_node},
    {"KubeVirt", "devices.kubevirt.io/kvm: \"0\"", "", Says::unusable},
    {"KubeVirt", "devices.kubevirt.io/kvm\": \"0\"", "", Says::unusable},
    {"KubeVirt", "'/dev/kvm' is not present", "", Says::no_node},
    {"KubeVirt", "'/dev/kvm' is present", "", Says::usable},
    {"libvirt", "Domain requires KVM, but it is not available", "", Says::unusable},
    {"crc", "kvm kernel module is not loaded", "", Says::no_node},
    {"crc", "/dev/kvm was found", "", Says::usable},
    {"crc", "You need to enable virtualization in BIOS", "", Says::no_flag},
    {"crc", "Virtualization is not available for you", "CPU", Says::no_flag},
    {"Multipass", "/dev/kvm does not exist", "Try 'sudo modprobe", Says::no_node},
    {"Multipass", "KVM support is not enabled on this machine", "", Says::unusable},
    {"Multipass", "CPU does not support KVM extensions", "", Says::no_flag},
    {"KubeVirt", "'/dev/kvm' not present", "", Says::no_node},
    {"KubeVirt", "\"virt-launcher\"", "Unable to open /dev/kvm: No such file", Says::no_node, "kubernetes"},
    {"KubeVirt", "\"virt-launcher\"", "Unable to open /dev/kvm: Permission", Says::denied, "kubernetes"},
    {"the Android emulator", "permission to use", "/dev/kvm", Says::denied},
    {"virt-install", "KVM acceleration not available, using 'qemu'", "", Says::unusable},
    {"the GNS3 VM", "KVM support available: False", "", Says::unusable},
    {"the GNS3 VM", "KVM support available False", "", Says::unusable},
    {"the GNS3 VM", "KVM Support available: false", "", Says::unusable},
    {"the GNS3 VM", "KVM support available: True", "", Says::usable},
    {"Cloud Hypervisor", "KvmNew(Error(13)", "", Says::denied},
    {"Cloud Hypervisor", "KvmNew(Error(2)", "", Says::no_node},
    {"Firecracker", "the Kvm object: Error(13)", "", Says::denied},
    {"Firecracker", "the Kvm object: Error(2)", "", Says::no_node},
    {"Firecracker", "Cannot create VMM", "Kvm(Error(13))", Says::denied},
    {"Firecracker", "Cannot create VMM", "Kvm(Error(2))", Says::no_node},
    {"Firecracker", "creating KVM object", "os error 13", Says::denied},
    {"Firecracker", "creating KVM object", "os error 2)", Says::no_node},
    {"coreos-assembler", "fatal: Missing /dev/kvm", "", Says::no_node, "podman"},
    {"udevadm", "Failed to open the device 'kvm': No such file or directory", "", Says::no_node},
    {"WSL", "wsl: ", "ested virtualization is not supported on this", Says::no_flag},
};

void take_line(const ProgramLine& row, Evidence& evidence) {
    switch (row.says) {
        case Says::no_node:
            evidence.kvm(Absent{Why::no_device, "/dev/kvm: No such file or directory", ENOENT});
            break;
        case Says::denied:
            evidence.kvm(Absent{Why::permission_denied,
                                fmt::format("/dev/kvm: Permission denied, says {}", row.program), EACCES});
            break;
        case Says::opened:
        case Says::usable:
        case Says::unusable:
            if (row.says == Says::opened) evidence.got_kvm();
            evidence.hear(hearsay::usable, row.says == Says::unusable ? "no" : "yes",
                          fmt::format("{}: {}", row.program, row.first));
            break;
        case Says::no_flag:
            for (const std::string_view topic : {hearsay::flag_vmx, hearsay::flag_svm})
                evidence.hear(topic, "no", fmt::format("{}: {}{}", row.program, row.first, row.second));
            break;
    }
    if (!row.place.empty()) evidence.file("/run/systemd/container", fmt::format("{}\n", row.place));
    evidence.taken(fmt::format("words of {}", row.program));
}

/// A release as uname -r prints it, that begins a word.
std::string_view release_behind(std::string_view line, std::string_view key) {
    const auto at = line.find(key);
    if (at == std::string_view::npos) return {};
    std::string_view rest = trim(line.substr(at + key.size()));
    rest = rest.substr(0, rest.find_first_of(" \"',|)"));
    while (rest.ends_with('.')) rest.remove_suffix(1);
    return rest.size() > 3 && is_digit(rest.front()) && contains(rest, ".") ? rest : std::string_view{};
}

/// "CPU: Intel Core TM i3 | RAM: 7/8 GB | ... | HOST: 6.10.11-linuxkit...", of dockur's containers.
bool read_banner(std::string_view line, Evidence& evidence) {
    if (!contains(line, "CPU: ") || !contains(line, "| RAM: ")) return false;
    for (const std::string_view key : {"| HOST: ", "| KERNEL: "})
        if (const std::string_view release = release_behind(line, key); !release.empty())
            evidence.file("/proc/sys/kernel/osrelease", fmt::format("{}\n", release));
    if (contains(line, "CPU: Neoverse") || contains(line, "CPU: Cortex") || contains(line, "CPU: Apple"))
        hear_architecture("aarch64", evidence);
    evidence.file("/run/systemd/container", "docker\n");
    evidence.taken("a container's banner");
    return true;
}

/// minikube -v and --alsologtostderr: "virtualizationSystem":"kvm","virtualizationRole":"guest".
bool read_hostinfo(std::string_view line, Evidence& evidence) {
    if (!contains(line, "hostinfo: {") || !contains(line, "\"virtualizationRole\"")) return false;
    const std::string_view release = release_behind(line, "\"kernelVersion\":\"");
    if (!release.empty()) evidence.file("/proc/sys/kernel/osrelease", fmt::format("{}\n", release));
    if (contains(line, "\"virtualizationRole\":\"guest\""))
        evidence.hear(hearsay::guest, "yes", "minikube: hostinfo, virtualizationRole");
    evidence.taken("minikube's hostinfo");
    return true;
}

/// "modprobe: FATAL: Module kvm_intel is builtin.", "rmmod: ERROR: Module kvm_amd is builtin."
bool read_is_builtin(std::string_view line, Evidence& evidence) {
    if (!contains(line, " is builtin")) return false;
    for (const std::string_view module : {"kvm_intel", "kvm_amd", "kvm-intel", "kvm-amd", "kvm"})
        if (contains(line, fmt::format("Module {} is builtin", module))) {
            std::string name(module);
            std::replace(name.begin(), name.end(), '-', '_');
            evidence.built_in(name);
            evidence.taken("modprobe");
            return true;
        }
    return false;
}

/// "Virtualization: virtualbox", of GNS3's and others' status screens, which ask systemd-detect-virt.
bool read_virtualization_word(std::string_view line, Evidence& evidence) {
    constexpr std::string_view key = "Virtualization: ";
    constexpr std::string_view words[] = {"kvm",       "qemu", "vmware",    "oracle", "virtualbox",
                                          "microsoft", "xen",  "parallels", "bhyve"};
    if (!line.starts_with(key)) return false;
    const std::string_view word = trim(line.substr(key.size()));
    if (std::find(std::begin(words), std::end(words), word) == std::end(words)) return false;
    evidence.hear(hearsay::hypervisor, word, "Virtualization");
    evidence.hear(hearsay::guest, "yes", "Virtualization");
    evidence.taken("systemd-detect-virt");
    return true;
}

/// The kernel of WSL 2 by itself, in a form of questions: "5.15.150.1-microsoft-standard-WSL2".
bool read_release_alone(std::string_view line, Evidence& evidence) {
    const auto colon = line.rfind(": ");
    const std::string_view word = trim(colon == std::string_view::npos ? line : line.substr(colon + 2));
    if (!contains(word, "-microsoft-standard") || word.find(' ') != std::string_view::npos ||
        !is_digit(word.front()))
        return false;
    evidence.file("/proc/sys/kernel/osrelease", fmt::format("{}\n", word));
    evidence.taken("a kernel's release");
    return true;
}

/// multipass check_kvm_support prints kvm-ok's words without "INFO: ".
bool read_kvm_support(std::string_view line, Evidence& evidence) {
    for (const auto& [beginning, topic] : {std::pair<std::string_view, std::string_view>{
                                               "KVM (vmx) is disabled by your BIOS", hearsay::flag_vmx},
                                           std::pair<std::string_view, std::string_view>{
                                               "KVM (svm) is disabled by your BIOS", hearsay::flag_svm}})
        if (line.starts_with(beginning)) {
            evidence.hear(topic, "yes", fmt::format("check_kvm_support: {}", line));
            evidence.hear(hearsay::firmware_off, line, "check_kvm_support");
            evidence.taken("check_kvm_support");
            return true;
        }
    return false;
}

/// systemd-modules-load says so of each module of its list.
bool read_inserted(std::string_view line, Evidence& evidence) {
    constexpr std::string_view words = "Inserted module '";
    const auto at = line.find(words);
    if (at == std::string_view::npos || !contains(line, "systemd-modules-load")) return false;
    const std::string_view rest = line.substr(at + words.size());
    const std::string_view name = rest.substr(0, rest.find('\''));
    if (name.empty() || name.size() > 60 || name.find_first_of("/ .") != std::string_view::npos) return false;
    std::string module(name);
    std::replace(module.begin(), module.end(), '-', '_');
    evidence.file(fmt::format("/sys/module/{}/initstate", module), "live\n");
    evidence.taken("the services that load modules");
    return true;
}

/// QEMU's ioctl(KVM_CREATE_VM), which KVM refuses so where it could not switch VMX or SVM on.
bool read_busy(std::string_view line, Evidence& evidence) {
    const bool firecracker = contains(line, "Error opening VM fd") && contains(line, "code: 16");
    const bool create = contains(line, "KVM_CREATE_VM") || contains(line, "initialize KVM") ||
                        contains(line, "initialize kvm");
    if (!firecracker && (!create || !contains(line, "resource busy"))) return false;
    evidence.kvm(Absent{Why::no_device, "KVM_CREATE_VM: Device or resource busy, says the program", EBUSY});
    evidence.taken("a program's refusal");
    return true;
}

}  // namespace

bool read_program_line(std::string_view line, Evidence& evidence) {
    constexpr std::size_t longest = 4000;
    line = trim(line.substr(0, longest));
    if (line.starts_with("Error: Process completed with exit code ")) {  // a step of GitHub's
        evidence.file("/proc/self/environ", "GITHUB_ACTIONS=true\n");
        return true;
    }
    if (read_job_line(line, evidence)) return true;
    // "sh: 1: modprobe: not found", "bash: modprobe: command not found", "sudo: modprobe: command not found"
    if (line.ends_with("modprobe: not found") || line.ends_with("modprobe: command not found")) {
        evidence.hear(hearsay::no_modprobe, "yes", "a shell");
        return true;
    }
    // Android emulator, CheckCpuAcceleration: there is no line to join.
    if (line.ends_with("The KVM line in /etc/group is: [LINE_NOT_FOUND]")) {
        evidence.hear(hearsay::no_group, "yes", hearsay::emulator);
        return true;
    }
    if (read_group_line(line, evidence)) return true;
    // Firecracker's own check; its script has the words, too.
    if (line == "ERROR: /dev/kvm is innaccessible.") {
        evidence.hear(hearsay::usable, "no", "Firecracker's check: /dev/kvm is innaccessible");
        evidence.taken("words of Firecracker");
        return true;
    }
    // kubectl describe node: "  devices.kubevirt.io/kvm:        0"
    constexpr std::string_view key = "devices.kubevirt.io/kvm:";
    if (const auto at = line.find(key);
        at != std::string_view::npos && trim(line.substr(at + key.size())) == "0") {
        evidence.hear(hearsay::usable, "no", fmt::format("KubeVirt: {}", key));
        evidence.taken("words of KubeVirt");
        return true;
    }
    for (const ProgramLine& row : lines_of_programs)
        if (contains(line, row.first) && contains(line, row.second)) {
            take_line(row, evidence);
            return true;
        }
    return read_is_builtin(line, evidence) || read_inserted(line, evidence) || read_busy(line, evidence) ||
           read_kvm_support(line, evidence) || read_banner(line, evidence) || read_hostinfo(line, evidence) ||
           read_fetch_line(line, evidence) || read_virtualization_word(line, evidence) ||
           read_release_alone(line, evidence) || read_form_line(line, evidence);
}

}  // namespace nestprobe

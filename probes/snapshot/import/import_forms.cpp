// SPDX-License-Identifier: MIT
// Which system a report's form of questions names, and Docker's own words of where its daemon runs: docker
// info, docker context, a device that was asked for, and the logs of Compose.
// Sources: docker-info(1), docker-context-ls(1), docker-run(1) (--device); moby daemon, oci_linux.go: with
// --privileged a device that the daemon's system lacks is passed over without a word; docker-compose-logs(1);
// microsoft/WSL, form of issues (2026-11).
#include "base/text.hpp"
#include "machine/platform_signs.hpp"
#include "snapshot/import/readers.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <initializer_list>
#include <iterator>

namespace nestprobe {
namespace {

constexpr std::string_view daemon_refused = "adding custom device \"/dev/kvm\"";

void hear_system(std::string_view name, std::string_view source, Evidence& evidence) {
    evidence.hear(hearsay::hypervisor, name, source);
    evidence.hear(hearsay::guest, "yes", source);
    evidence.taken(source);
}

/// "PS C:\Users\me>", "C:\Users\me>".
bool is_windows_prompt(std::string_view line) {
    line = trim(line);
    while (line.starts_with("> ") || line.starts_with(">PS ")) line = trim(line.substr(1));
    if (line.starts_with("PS ")) line.remove_prefix(3);
    const auto close = line.find('>');
    return line.size() > 3 && line[1] == ':' && line[2] == '\\' && close != std::string_view::npos;
}

/// "macOS 14.5 (23F79)" below a form's question, "My OS is macOS Big Sur", "- OS: Windows 11".
bool names_system(std::string_view line, std::initializer_list<std::string_view> names) {
    constexpr std::size_t longest = 60;
    line = trim(line);
    while (line.starts_with('-') || line.starts_with('*')) line = trim(line.substr(1));
    for (const std::string_view key : {"My OS is ", "OS: ", "OS is ", "Host OS: ", "Operating system: ",
                                       "Operating System: ", "OS Version: ", "Platform: "})
        if (line.starts_with(key)) line = trim(line.substr(key.size()));
    return line.size() < longest && std::any_of(names.begin(), names.end(), [&](std::string_view name) {
               return line.starts_with(name);
           });
}

/// "name  | ", in front of each line of a container's log; logs that name a line's level so are others.
std::string_view name_of_service(std::string_view line) {
    const auto bar = line.find(" | ");
    constexpr std::size_t longest = 60;
    if (bar > longest) return {};  // or nowhere
    const std::string_view name = trim(line.substr(0, bar));
    const bool plain = !name.empty() && std::all_of(name.begin(), name.end(), [](char c) {
        return (c >= 'a' && c <= 'z') || is_digit(c) || c == '-' || c == '_' || c == '.';
    });
    return plain && line.front() == name.front() ? name : std::string_view{};
}

/// Several lines behind one name, of which one speaks of KVM.
bool is_log_of_compose(std::string_view text) {
    constexpr int least = 3;
    std::string_view name;
    int lines = 0;
    bool of_kvm = false;
    for_each_line(text, [&](std::string_view line) {
        const std::string_view own = name_of_service(line);
        if (own.empty()) return;
        if (own != name) {
            if (lines >= least && of_kvm) return;
            name = own;
            lines = 0;
            of_kvm = false;
        }
        ++lines;
        of_kvm = of_kvm || contains(line, "kvm") || contains(line, "KVM");
    });
    return lines >= least && of_kvm;
}

/// "docker run ... --device=/dev/kvm ...", Compose's "devices:" with "- /dev/kvm".
bool asks_for_device(std::string_view text) {
    if (contains(text, "docker") &&
        (contains(text, "--device=/dev/kvm") || contains(text, "--device /dev/kvm")))
        return true;
    const std::string_view list = after(text, "devices:");
    constexpr std::size_t near = 200;
    for (const std::string_view item : {"- /dev/kvm", "-/dev/kvm", "- \"/dev/kvm", "- '/dev/kvm"})
        if (contains(list.substr(0, near), item)) return true;
    return false;
}

}  // namespace

/// docker info and docker context; the questions of WSL's form.
bool read_form_line(std::string_view line, Evidence& evidence) {
    line = trim(line);
    if (line.starts_with("Kernel Version: ")) {  // of the system on which the daemon runs
        const std::string_view value = trim(line.substr(16));
        const std::string_view release = value.substr(0, value.find(' '));
        const std::string_view rest = trim(value.substr(release.size()));  // KDE: "(64-bit)"
        if (release.empty() || !is_digit(release.front()) || !contains(release, ".") ||
            !(rest.empty() || rest.starts_with('(')))
            return false;
        evidence.file("/proc/sys/kernel/osrelease", fmt::format("{}\n", release));
        evidence.taken("docker info");
        return true;
    }
    // KVM on arm64 answers it, or refuses; Ubuntu has the program by both names.
    if ((line.starts_with("qemu-system-aarch64: ") || line.starts_with("qemu-system-arm64: ")) &&
        (contains(line, "KVM") || contains(line, "kvm"))) {
        hear_architecture("aarch64", evidence);
        evidence.taken("QEMU for arm64");
        return true;
    }
    // GitHub's arm64 images: ubuntu-24.04-arm, ubuntu-22.04-arm (GitHub Docs, "GitHub-hosted runners
    // reference"); others' for the same workflows: "nscloud-ubuntu-24.04-arm64-4x8".
    if ((line.starts_with("runs-on: ubuntu-") && line.ends_with("-arm")) ||
        ((line.starts_with("runs-on: ") || line.starts_with("- ")) && split_words(line).size() == 2 &&
         contains(line, "ubuntu-") && contains(line, "-arm64"))) {
        hear_architecture("aarch64", evidence);
        evidence.taken("a workflow of GitHub's");
        return true;
    }
    // systemd-detect-virt with SYSTEMD_LOG_LEVEL=debug (systemd src/basic/virt.c, detect_vm()).
    for (const std::string_view words : {"Found VM virtualization ", "Virtualization found, CPUID="})
        if (line.starts_with(words)) {
            read_detect_virt(
                {Command{}, fmt::format("{}\n", words.front() == 'F' ? line.substr(words.size()) : line)},
                evidence);
            return true;
        }
    // -cpu host is the host's own processor, which QEMU gives by an accelerator alone (QEMU
    // docs/system/qemu-cpu-models.rst).
    if (contains(line, "qemu-system-aarch64 ") && contains(line, " -cpu host")) {
        hear_architecture("aarch64", evidence);
        evidence.taken("a command line of QEMU for arm64");
        return true;
    }
    for (const auto& [words, maker] :
         {std::pair<std::string_view, std::string_view>{"Synology DSM ", "Synology"},
          std::pair<std::string_view, std::string_view>{"DSM 7.", "Synology"},
          std::pair<std::string_view, std::string_view>{"DSM 6.", "Synology"},
          std::pair<std::string_view, std::string_view>{"QNAP QTS ", "QNAP"},
          std::pair<std::string_view, std::string_view>{"QTS 5.", "QNAP"}})
        if (line.starts_with(words) && line.size() < 40) {
            evidence.hear(hearsay::maker, maker, fmt::format("\"{}\"", line));
            evidence.taken("a form about a NAS");
            return true;
        }
    // Void Linux' xuname: "Void 6.12.7_1 x86_64 AuthenticAMD notuptodate rFF"
    if (const auto words = split_words(line); words.size() >= 4 && words[0] == "Void" &&
                                              is_digit(words[1].front()) && contains(words[1], "_") &&
                                              is_machine_name(words[2])) {
        evidence.file("/proc/sys/kernel/osrelease", fmt::format("{}\n", words[1]));
        hear_architecture(words[2], evidence);
        if (words[3] == "AuthenticAMD" || words[3] == "GenuineIntel")
            evidence.cpu({.vendor = std::string(words[3])});
        evidence.taken("xuname");
        return true;
    }
    if (line.starts_with("Context:") && trim(line.substr(8)) == "desktop-linux") {
        hear_system("Docker Desktop", "docker version", evidence);
        return true;
    }
    // "Server: Docker Desktop 4.22.1 (118664)", of docker version
    for (const std::string_view words :
         {"Operating System: Docker Desktop", "Server: Docker Desktop ", "Name: docker-desktop"})
        if (line.starts_with(words)) {
            hear_system("Docker Desktop", "docker info", evidence);
            return true;
        }
    if (line.starts_with("desktop-linux *")) {
        hear_system("Docker Desktop", "docker context ls", evidence);
        return true;
    }
    for (const auto& [words, name] : {std::pair<std::string_view, std::string_view>{"[x] WSL 2", "wsl"},
                                      std::pair<std::string_view, std::string_view>{"[X] WSL 2", "wsl"},
                                      std::pair<std::string_view, std::string_view>{"[x] WSL 1", "wsl1"},
                                      std::pair<std::string_view, std::string_view>{"[X] WSL 1", "wsl1"}})
        if (line.ends_with(words) && line.size() < words.size() + 5) {
            // Who checks both boxes has both; WSL 2 is the one with a kernel, and stands first.
            if (name == "wsl" || !evidence.has_file(hearsay::hypervisor))
                hear_system(name, "a form about WSL", evidence);
            return true;
        }
    for (const auto& [words, name] :
         {std::pair<std::string_view, std::string_view>{"WSL version: 2", "wsl"},
          std::pair<std::string_view, std::string_view>{"WSL version: 1", "wsl1"}})
        if (line == words) {
            hear_system(name, "WSL's version", evidence);
            return true;
        }
    return false;
}

/// WSL 1 makes up its /proc/cpuinfo: it lists osxsave, which no Linux names, and on hardware vmx
/// (microsoft/WSL issues 1256, 2234).
void hear_wsl1(std::string_view text, Evidence& evidence) {
    bool listed = false, other = evidence.has_file("/proc/sys/kernel/osrelease");
    for_each_line(text, [&](std::string_view line) {
        line = trim(line);
        listed = listed ||
                 ((line.starts_with("flags") || line.starts_with("Flags:")) && has_word(line, "osxsave"));
        other = other || (line.starts_with("microcode") && !line.ends_with("0xffffffff"));
    });
    if (listed && !other) hear_system("wsl1", "the flag osxsave, which WSL 1 alone lists", evidence);
}

void hear_forms(std::string_view text, Evidence& evidence) {
    hear_workflow(text, evidence);
    hear_wsl1(text, evidence);
    if (is_log_of_compose(text) && !evidence.has_file("/run/systemd/container")) {
        evidence.file("/run/systemd/container", "docker\n");
        evidence.taken("a log of Compose");
    }
    // Images that are there for arm64 alone.
    for (const std::string_view image : {"dockurr/windows-arm", "dockur/windows-arm"})
        if (contains(text, image) && evidence.anything() && !evidence.has_file("/proc/sys/kernel/arch"))
            hear_architecture("aarch64", evidence);
    // kvm-ok names kvm_intel or kvm_amd on x86, whose distributions' kernels have msr, too (Arm, learning
    // paths, Multipass, 2026-11).
    if (contains(text, "HINT:   sudo modprobe kvm\n") && contains(text, "Module msr not found") &&
        !contains(text, "microsoft-standard"))
        hear_architecture("aarch64", evidence);
    // Linux on a Chromebook: its container is called penguin, and ChromeOS' kernels end in a commit; a form
    // names both systems (Chromium OS, "Running Custom Containers Under Chrome OS"; OneClick-macOS-Simple-KVM
    // #69).
    for_each_line(text, [&](std::string_view line) {
        const auto words = split_words(line);
        if (words.size() > 2 && words[0] == "Linux" && words[1] == "penguin" &&
            is_kernel_of_chromeos(words[2]))
            hear_system("Crostini", "uname -a", evidence);
    });
    if ((contains(text, "OS: Chrome OS") || contains(text, "OS: ChromeOS")) &&
        contains(text, "Linux Container:") && evidence.anything())
        hear_system("Crostini", "a form about a Chromebook", evidence);
    // A container's file passes the device in, and a node that its host lacks is passed over without a word
    // where the entry says optional (lxc.container.conf(5)).
    if (contains(text, "lxc.mount.entry") && contains(text, "dev/kvm") && evidence.refused() &&
        !evidence.has_file("/run/systemd/container"))
        evidence.file("/run/systemd/container", "lxc\n");
    // Qubes OS' form of issues; whether the rest is of dom0 or of a qube it does not ask.
    if (contains(text, "Qubes OS release") || contains(text, "Qubes OS version"))
        evidence.hear(hearsay::named_product, "Qubes", hearsay::in_a_sentence);
    // GNS3's virtual machine is one of VirtualBox's or VMware's, and says so of KVM on its first screen.
    const bool virtualbox = contains(text, "VirtualBox") || contains(text, "irtualbox"),
               vmware = contains(text, "VMware") || contains(text, "vmware");
    if ((contains(text, "GNS3 VM") || contains(text, "GNS3.VM") || contains(text, "gns3 vm")) &&
        virtualbox != vmware && contains(text, "upport available"))
        hear_system(virtualbox ? "Oracle" : "VMware", "a report about the GNS3 VM", evidence);
    // A Mac's folders, and the versions of Docker for Windows and for Mac, which are Docker Desktop's first.
    const bool on_mac = contains(text, "docker run") && contains(text, " -v /Users/"),
               first = contains(text, "-ce-win") || contains(text, "-ce-mac");
    if ((on_mac || first) && evidence.anything() && !evidence.has_file("/proc/sys/kernel/osrelease"))
        hear_system(on_mac || contains(text, "-ce-mac") ? "Docker Desktop on a Mac" : "Docker Desktop",
                    on_mac || contains(text, "-ce-mac") ? "docker on macOS" : hearsay::docker_on_windows,
                    evidence);
    const bool refused = contains(text, daemon_refused);
    if (!refused && !(asks_for_device(text) && evidence.anything())) return;
    evidence.hear(hearsay::device_asked, refused ? "refused" : "given", "docker run --device /dev/kvm");
    // Who was given the device and may not open it is in the container.
    if (!refused && evidence.denied() && !evidence.has_file("/run/systemd/container"))
        evidence.file("/run/systemd/container", "docker\n");
    if (!refused || evidence.has_file("/proc/sys/kernel/osrelease")) return;
    bool windows = false, mac = false;
    for_each_line(text, [&](std::string_view line) {
        windows = windows || is_windows_prompt(line) ||
                  names_system(line, {"Windows 10", "Windows 11", "Microsoft Windows"});
        mac = mac || names_system(line, {"macOS", "MacOS", "Mac OS", "OSX", "OS X", "Macbook", "MacBook"});
    });
    if (mac != windows)
        hear_system(mac ? "Docker Desktop on a Mac" : "Docker Desktop",
                    mac ? "docker on macOS" : hearsay::docker_on_windows, evidence);
}

}  // namespace nestprobe

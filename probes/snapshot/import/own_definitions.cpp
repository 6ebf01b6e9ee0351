// SPDX-License-Identifier: MIT
// Definitions of QEMU's, libvirt's and Proxmox VE's guests in a paste: that there is one, and whose.  What it
// says is --domain's to read.
#include "base/proxmox_words.hpp"
#include "base/text.hpp"
#include "snapshot/import/import_paste.hpp"
#include "snapshot/import/readers.hpp"

namespace nestprobe {

bool shows_failed_start(std::string_view text) {
    constexpr std::string_view words[] = {"does not support virt type",
                                          "KVM virtualisation configured, but not available",
                                          "Could not access KVM kernel module",
                                          "failed to initialize KVM",
                                          "failed to initialize kvm",
                                          "requires KVM, but it is not available",
                                          "could not find capabilities for",
                                          "host does not support domain type",
                                          "Call to virDomainCreateWithFlags failed",
                                          "does not support any virt"};
    return contains_any(text, words);
}

void hear_proxmox_container(std::string_view text, Evidence& evidence) {
    if (!is_proxmox_container(text) || evidence.has_file("/run/systemd/container") ||
        evidence.has_file("/proc/modules") || !evidence.anything())
        return;
    evidence.file("/run/systemd/container", "proxmox-ct\n");
    evidence.taken("a container's configuration of Proxmox VE");
}

bool defines_by_itself(std::string_view text) {
    text = text.substr(0, 1U << 18);
    const auto all = [&](auto... words) { return (contains(text, words) && ...); };
    const bool host = all("<capabilities>") || all("<domainCapabilities>") || all("<cpudata");
    const bool xml = all("<domain type=", "</domain>") ||
                     (all("<cpu ") && (all("mode=") || all("match=")) && !host && !all("<domain"));
    const bool asked = asks_for_proxmox_guest(text) && (all("\ncpu:") || all("\ncores:"));
    const bool proxmox = (all("scsihw:") || all("ostype:", "cores:") || asked) && !is_proxmox_container(text);
    const bool managers =
        all("kubevirt.io/", "kind: VirtualMachine") ||
        all("kubevirt.io/", "\"VirtualMachine", "\"domain\"") || all("config:", "raw.qemu") ||
        all("resource \"proxmox_vm_qemu\"") || all("resource \"proxmox_virtual_environment_vm\"") ||
        all("type: virtual-machine") || all("architecture:", "config:", "ephemeral:") ||
        all("[libvirt]", "cpu_mode") || all("[libvirt]", "virt_type") || all("guest_os=", "disk_img=") ||
        all("guest.cpu.mode") || all("resource \"libvirt_domain\"");
    return xml || proxmox || managers || all("config.vm.provider", "libvirt") ||
           all("  domain:\n", "cpu:\n") || all("Vagrant.configure", "libvirt") || all("virt-install ", "--");
}

bool names_guests_definition(std::string_view text) {
    if (defines_by_itself(text)) return true;
    text = text.substr(0, 1U << 18);
    constexpr std::string_view programs[] = {"qemu-system-x86_64 -",
                                             "qemu-system-x86_64 \\",
                                             "qemu-kvm -",
                                             "/usr/bin/kvm -",
                                             "$ kvm -",
                                             "sudo kvm -"};
    constexpr std::string_view options[] = {" -cpu ",   " -machine ", " -enable-kvm", " -accel ",
                                            " -drive ", " -hda ",     " -smp "};
    const bool qemu = (contains_any(text, programs) || contains(text, "qemu-system-x86_64 ")) &&
                      (contains(text, " -cpu ") || contains(text, " -machine ") ||
                       (contains_any(text, programs) && contains_any(text, options)));
    constexpr std::string_view templates[] = {"Vagrant.configure",   "source \"qemu\"",  "source \"proxmox",
                                              "resource \"proxmox_", "openstack flavor", "libvirt.cpu_mode",
                                              "<qemu:commandline>",  "libvirt.nested"};
    const bool qm = (contains(text, "qm create ") || contains(text, "qm set ")) && contains(text, "-cpu ");
    return qemu || qm || contains_any(text, templates);
}

}  // namespace nestprobe

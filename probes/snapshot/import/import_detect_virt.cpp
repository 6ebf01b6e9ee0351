// SPDX-License-Identifier: MIT
// systemd-detect-virt and virt-what: words of closed lists, by which a machine, a cloud or a container is
// named.
#include "base/text.hpp"
#include "snapshot/import/readers.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>

namespace nestprobe {

namespace {

/// virt-what(1): words for a cloud or a product, behind the word for the hypervisor.
bool names_cloud(std::string_view word) {
    constexpr std::string_view words[] = {"aws",         "google_cloud", "alibaba_cloud", "alibaba_cloud-ebm",
                                          "azure",       "ovirt",        "rhev",          "kubevirt",
                                          "nutanix_ahv", "openstack"};
    return std::find(std::begin(words), std::end(words), word) != std::end(words);
}

/// systemd src/basic/virt.c, virtualization_table[]; virt-what.in.  Both lists are closed: another word is
/// something else that stands there.
bool names_machine(std::string_view word) {
    constexpr std::string_view words[] = {"kvm",
                                          "amazon",
                                          "qemu",
                                          "bochs",
                                          "xen",
                                          "uml",
                                          "vmware",
                                          "oracle",
                                          "microsoft",
                                          "zvm",
                                          "parallels",
                                          "bhyve",
                                          "qnx",
                                          "acrn",
                                          "powervm",
                                          "apple",
                                          "sre",
                                          "google",
                                          "vm-other",
                                          "hyperv",
                                          "virtualbox",
                                          "virtualpc",
                                          "virtage",
                                          "vmm",
                                          "xen-domU",
                                          "xen-dom0",
                                          "xen-hvm",
                                          "lkvm",
                                          "rhev",
                                          "nutanix_ahv",
                                          "ibm_systemz",
                                          "ibm_systemz-zvm",
                                          "ibm_systemz-kvm",
                                          "ibm_systemz-lpar",
                                          "ibm_systemz-direct",
                                          "ibm_power-kvm",
                                          "ibm_power-lpar_shared",
                                          "ibm_power-lpar_dedicated",
                                          "powervm_lx86"};
    return std::find(std::begin(words), std::end(words), word) != std::end(words);
}

/// systemd takes "Oracle Corporation" in DMI for VirtualBox (src/basic/virt.c, dmi_vendor_table[], 244 and
/// later), and Oracle's own servers have it there too (systemd#21100): "an Oracle X3-2L server".
bool is_oracles_server(std::string_view text) {
    for (const std::string_view words :
         {"Oracle X", "Oracle Server X", "ORACLE SERVER X", "Sun Server X", "SUN SERVER X"})
        for (auto at = text.find(words); at != std::string_view::npos; at = text.find(words, at + 1))
            if (const std::string_view rest = text.substr(at + words.size());
                !rest.empty() && is_digit(rest.front()))
                return true;
    return contains(text, "Sun Fire X") || contains(text, "SUN FIRE X");
}

}  // namespace

/// systemd-detect-virt prints one word; with SYSTEMD_LOG_LEVEL=debug what it found where; virt-what a word a
/// line.
void read_detect_virt(const Section& section, Evidence& evidence) {
    constexpr std::string_view containers[] = {
        "docker", "podman", "lxc",   "lxc-libvirt", "systemd-nspawn", "openvz",
        "rkt",    "proot",  "pouch", "wsl",         "container-other"};
    const std::string source =
        section.command.program.empty() ? "systemd-detect-virt" : section.command.program;
    const bool of_container = section.command.names("--container") || section.command.names("-c");
    std::string found;
    for_each_line(section.body, [&](std::string_view line) {
        line = trim(line);
        if (const std::string_view path = after(line, " found in DMI (");
            !path.empty() && contains(line, "irtualization ")) {
            const std::string_view name = after(line.substr(0, line.find(" found in DMI")), "irtualization ");
            if (path.starts_with("/sys/class/dmi/id/") && path.ends_with(")") && !name.empty())
                evidence.file(std::string(path.substr(0, path.size() - 1)), fmt::format("{}\n", name));
        } else if (const std::string_view name = after(line, "irtualization found, CPUID="); !name.empty()) {
            evidence.hear(hearsay::hypervisor, name, fmt::format("{}, CPUID", source));
            evidence.hear(hearsay::guest, "yes", fmt::format("{}, CPUID", source));
            found = "CPUID";
        } else if (!line.empty() && line.find(' ') == std::string_view::npos) {
            if (std::find(std::begin(containers), std::end(containers), line) != std::end(containers)) {
                // systemd has that name for WSL alone.
                if (line == "wsl") {
                    evidence.hear(hearsay::hypervisor, line, source);
                    evidence.hear(hearsay::guest, "yes", source);
                }
                if (line != "wsl") evidence.file("/run/systemd/container", fmt::format("{}\n", line));
            } else if (line == "none") {
                // Asked for a container alone, it says nothing of a virtual machine.
                if (!of_container) evidence.hear(hearsay::guest, "no", source);
            } else if (line == "oracle" && is_oracles_server(section.body)) {
                found = line;  // neither VirtualBox nor hardware is said by it
            } else if ((found.empty() && names_machine(line)) || names_cloud(line)) {
                // virt-what prints what it stands on first, then whose it is.
                evidence.hear(hearsay::hypervisor, line, source);
                evidence.hear(hearsay::guest, "yes", source);
                found = line;
            }
        }
    });
    evidence.taken(source);
}

}  // namespace nestprobe

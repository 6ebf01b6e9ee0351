// SPDX-License-Identifier: MIT
// What commands print that nestprobe's own steps name, where no other reader knows it: somebody who did a
// step gives back what it said.  tests/round_trip.tsv has each of them.
// Sources: test(1), fuser(1), lsof(8), ls(1); aws ec2 describe-instance-types, az vm list-vm-resize-options,
// gcloud topic formats, value(); oci compute instance get; proxmox-boot-tool status; kubectl get
// -o custom-columns; libvirt docs/formatdomaincaps.rst (state 2026-11).
#include "base/text.hpp"
#include "snapshot/import/readers.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cerrno>
#include <iterator>

namespace nestprobe {
namespace {

constexpr std::string_view kvm_node = "/dev/kvm";

/// "test -w /dev/kvm && echo yes": access(2) by mode and ACL.  Nothing printed: not there, or not allowed.
bool read_node_test(const Section& section, Evidence& evidence) {
    if (!section.command.names(kvm_node) || !contains(section.command.line, "echo")) return false;
    const std::string_view said = trim(section.body);
    evidence.taken("test");
    if (said == "yes" || said == "ok" || said == "OK")
        evidence.hear(hearsay::usable, "yes", fmt::format("test: this user may open {}", kvm_node));
    return true;
}

/// Who has it open: the open of one program succeeded, so a KVM is behind the node.
bool read_node_holders(const Section& section, Evidence& evidence) {
    if (!section.command.names(kvm_node)) return false;
    constexpr std::string_view programs[] = {"qemu", "crosvm", "firecrack", "cloud-hyp"};
    const bool held = contains_any(section.body, programs);
    if (!held) return false;
    evidence.file("/sys/class/misc/kvm/dev", "10:232\n");
    evidence.hear(hearsay::usable, "yes",
                  fmt::format("{}: a program has {} open", section.command.program, kvm_node));
    evidence.taken(section.command.program);
    return true;
}

/// ls -d of the files by which containers are told: those that are there are printed alone on a line.
void read_container_signs(const Section& section, Evidence& evidence) {
    constexpr std::string_view signs[] = {"/.dockerenv", "/run/.containerenv", "/run/.toolboxenv"};
    for_each_line(section.body, [&](std::string_view line) {
        for (const std::string_view word : split_words(line))
            for (const std::string_view sign : signs)
                if (word == sign && section.command.names(sign) && !contains(line, "o such file")) {
                    evidence.file(std::string(sign), "");
                    evidence.taken(sign);
                }
    });
}

/// ls of the kernel's folder of IOMMUs: Linux adds one there when it drives it (drivers/iommu/iommu-sysfs.c).
bool read_iommu_class(const Section& section, Evidence& evidence) {
    if (!section.command.names("/sys/class/iommu") && !section.command.names("/sys/class/iommu/"))
        return false;
    const std::vector<std::string_view> names = split_words(section.body);
    const bool units = !names.empty() && std::all_of(names.begin(), names.end(), [](std::string_view name) {
        return name.starts_with("dmar") || name.starts_with("ivhd");
    });
    if (!units || section.cut()) return false;
    evidence.hear(hearsay::iommu, "yes", fmt::format("ls /sys/class/iommu, {}", names.front()));
    evidence.taken("/sys/class/iommu");
    return true;
}

bool read_own_ls(const Section& section, Evidence& evidence) {
    read_container_signs(section, evidence);
    return read_iommu_class(section, evidence);
}

/// Of a type, or of types that a machine could have: nothing of what it is.
bool read_lists_of_types(const Section& section, Evidence& evidence) {
    struct List {
        std::string_view word, cloud;
    };
    constexpr List lists[] = {
        {"describe-instance-types", "aws"}, {"list-vm-resize-options", "azure"}, {"shape", "oci"}};
    for (const List& list : lists)
        if (section.command.names(list.word)) {
            evidence.taken("a list of types");
            // Whose tool somebody asks is whose machine it is, as far as nothing else tells.
            evidence.hear(hearsay::prompt, list.cloud, hearsay::names_in_prompt);
            return true;
        }
    return false;
}

/// gcloud's value(): what was asked for, a tab between, nothing where there is none.
bool read_gcloud(const Section& section, Evidence& evidence) {
    const bool asked = contains(section.command.line, "enableNestedVirtualization");
    const std::string_view type = type_in_metadata("google", section.body);
    const bool values = contains(section.command.line, "value(");
    if (type.empty() || !values || !section.command.names("describe")) return false;
    constexpr std::string_view who = "gcloud compute instances describe";
    evidence.taken(who);
    evidence.hear(hearsay::cloud, "google", who);
    evidence.hear(hearsay::guest, "yes", who);
    evidence.hear(hearsay::instance_type, type, who);
    const std::vector<std::string_view> words = split_words(section.body);
    if (asked && !section.cut())
        evidence.hear(hearsay::definition, words.back() == "True" || words.back() == "true" ? "yes" : "no",
                      fmt::format("{}, enableNestedVirtualization", who));
    return true;
}

bool read_oci(const Section& section, Evidence& evidence) {
    const std::string_view type = type_in_metadata("oci", section.body);
    if (read_lists_of_types(section, evidence)) return true;
    if (type.empty() || !section.command.names("get")) return false;
    constexpr std::string_view who = "oci compute instance get";
    evidence.taken(who);
    evidence.hear(hearsay::cloud, "oci", who);
    evidence.hear(hearsay::instance_type, type, who);
    if (type.starts_with("VM.")) evidence.hear(hearsay::guest, "yes", who);
    return true;
}

/// "NODE KVM", and a number or <none> behind each node: 0 on all of them, and no pod gets the device.
bool read_nodes_with_kvm(const Section& section, Evidence& evidence) {
    if (!contains(section.command.line, "kubevirt") || !section.body.starts_with("NODE")) return false;
    bool any = false, some = false;
    for_each_line(std::string_view(section.body).substr(section.body.find('\n') + 1),
                  [&](std::string_view line) {
                      const std::vector<std::string_view> words = split_words(line);
                      if (words.size() != 2) return;
                      any = true;
                      some = some || (words.back() != "0" && words.back() != "<none>");
                  });
    if (!any || section.cut()) return false;
    evidence.taken("kubectl get nodes");
    evidence.hear(hearsay::usable, some ? "yes" : "no", "KubeVirt: devices.kubevirt.io/kvm of the nodes");
    return true;
}

/// What a filter left of domcapabilities: libvirt's host-model has these lines of KVM's guests.
bool read_policy_lines(const Section& section, Evidence& evidence) {
    if (!section.command.names("domcapabilities") || !section.command.filtered) return false;
    bool heard = false;
    for (const std::string_view flag : {"vmx", "svm"})
        for (const auto& [policy, offered] : {std::pair<std::string_view, std::string_view>{"require", "yes"},
                                              std::pair<std::string_view, std::string_view>{"disable", "no"}})
            if (const std::string line = fmt::format("<feature policy='{}' name='{}'/>", policy, flag);
                contains(section.body, line)) {
                const std::string source = fmt::format("virsh domcapabilities, {}", line);
                evidence.hear(hearsay::nested, offered, source);
                // KVM offers what the host's kernel lists.
                if (policy == "require")
                    evidence.hear(flag == "vmx" ? hearsay::flag_vmx : hearsay::flag_svm, "yes", source);
                heard = true;
            }
    if (heard) evidence.taken("virsh domcapabilities");
    return heard;
}

/// Proxmox VE's tool: its list of disks is there where it fills them for systemd-boot.
bool read_boot_tool(const Section& section, Evidence& evidence) {
    if (!section.command.names("status")) return false;
    evidence.taken("proxmox-boot-tool");
    if (contains(section.body, "booted with uefi") && contains(section.body, "configured with: uefi"))
        evidence.file("/etc/kernel/proxmox-boot-uuids", "");
    return true;
}

struct OwnCheckRow {
    std::string_view program;
    bool (*read)(const Section& section, Evidence& evidence);
};
constexpr OwnCheckRow own_checks[] = {
    {"test", read_node_test},
    {"fuser", read_node_holders},
    {"lsof", read_node_holders},
    {"ls", read_own_ls},
    {"aws", read_lists_of_types},
    {"az", read_lists_of_types},
    {"gcloud", read_gcloud},
    {"oci", read_oci},
    {"kubectl", read_nodes_with_kvm},
    {"virsh", read_policy_lines},
    {"proxmox-boot-tool", read_boot_tool},
};

/// "6.1.0-18-amd64" of uname -r; empty: it is not there, or something else.
std::string_view running_release(const std::vector<Section>& sections) {
    for (const Section& section : sections) {
        const std::string_view said = trim(section.body);
        if (section.command.program == "uname" && section.command.words == std::vector<std::string>{"-r"} &&
            !said.empty() && is_digit(said.front()) && said.find_first_of(" \n") == std::string_view::npos)
            return said;
    }
    return {};
}

/// uname -r names a release of which ls /lib/modules shows no folder: none of its modules has a file.
void hear_folders(const std::vector<Section>& sections, Evidence& evidence) {
    const std::string_view release = running_release(sections);
    for (const Section& section : sections) {
        const Command& command = section.command;
        if (release.empty() || command.program != "ls" || section.cut() || command.filtered ||
            !(command.names("/lib/modules") || command.names("/lib/modules/")))
            continue;
        const std::vector<std::string_view> names = split_words(section.body);
        const bool folders = std::any_of(names.begin(), names.end(), [](std::string_view name) {
            return is_digit(name.front()) && contains(name, ".");
        });
        if (!folders || std::find(names.begin(), names.end(), release) != names.end()) continue;
        for (const std::string_view module : {"kvm-intel", "kvm-amd"})
            evidence.absent_file(
                fmt::format("/lib/modules/{}/kernel/arch/x86/kvm/{}.ko", release, module),
                Absent{Why::no_device, "ls /lib/modules: no folder of this release", ENOENT});
        evidence.taken("/lib/modules");
    }
}

/// Nothing was printed: no line, or the next prompt alone.
bool is_silent(const Section& section, bool last) {
    const std::string_view said = trim(section.body);
    return said.empty() ? !last : said == "$" || said == "#" || said == "%";
}

/// Both vendors' modules were tried in turn: one was refused, and the other went in without a word.
void hear_silent_loads(const std::vector<Section>& sections, Evidence& evidence) {
    const auto module_of = [](const Section& section) -> std::string_view {
        const std::vector<std::string>& words = section.command.words;
        const bool one = section.command.program == "modprobe" && words.size() == 1;
        return one && (words.front() == "kvm_intel" || words.front() == "kvm_amd")
                   ? std::string_view(words.front())
                   : std::string_view{};
    };
    for (std::size_t i = 0; i + 1 < sections.size(); ++i) {
        const std::string_view first = module_of(sections[i]), second = module_of(sections[i + 1]);
        const bool refused = contains(sections[i].body, "could not insert");
        const bool silent = is_silent(sections[i + 1], i + 2 == sections.size());
        if (first.empty() || second.empty() || first == second || !refused || !silent) continue;
        evidence.file(fmt::format("/sys/module/{}/initstate", second), "live\n");
        evidence.taken("modprobe");
    }
}

}  // namespace

bool read_group_line(std::string_view line, Evidence& evidence) {
    constexpr std::string_view begin = "kvm:x:";
    if (const std::string_view quoted = after(line, "The KVM line in /etc/group is: ["); !quoted.empty())
        line = quoted.substr(0, quoted.find(']'));
    if (!line.starts_with(begin) || line.find(' ') != std::string_view::npos) return false;
    const auto colon = line.find(':', begin.size());
    if (colon == std::string_view::npos ||
        line.substr(begin.size(), colon - begin.size()).find_first_not_of("0123456789") !=
            std::string_view::npos)
        return false;
    if (colon + 1 < line.size()) evidence.hear(hearsay::no_group, "no", "/etc/group");
    evidence.taken("/etc/group");
    return true;
}

bool read_own_check(const Section& section, Evidence& evidence) {
    for (const OwnCheckRow& row : own_checks)
        if (row.program == section.command.program && row.read(section, evidence)) return true;
    return false;
}

void hear_between(const std::vector<Section>& sections, Evidence& evidence) {
    hear_folders(sections, evidence);
    hear_silent_loads(sections, evidence);
}

}  // namespace nestprobe

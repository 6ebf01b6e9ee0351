// SPDX-License-Identifier: MIT
#include "snapshot/import/import_paste.hpp"

#include "base/text.hpp"
#include "input/bad_file.hpp"
#include "snapshot/import/import.hpp"
#include "snapshot/import/import_formats.hpp"
#include "snapshot/import/machines.hpp"
#include "snapshot/import/paste.hpp"
#include "snapshot/import/readers.hpp"
#include "snapshot/import/spoken.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>

namespace nestprobe {
namespace {

constexpr PasteFormat paste_kinds[] = {
    {"kernel log", "dmesg, journalctl -k in any of its forms (also -o json), kern.log"},
    {"lscpu", "with wrapped lines, translated labels, or in part"},
    {"/proc/cpuinfo", "whole, or what grep shows of it, also a count"},
    {"modules", "lsmod, /proc/modules, modinfo, systool -vm, files of modprobe.d, refusals of modprobe"},
    {"files",
     "cat, grep, head of files of /proc, /sys and /etc/modprobe.d, modprobe -c, kernel configurations"},
    {"definitions", "of guests of VMware, VirtualBox, Hyper-V, Xen and others: whether their switch is on"},
    {"IOMMU",
     "lists of groups in any form, find and ls of /sys, lspci -k, VFIO's and Proxmox VE's refusals, xl info"},
    {"checkers",
     "kvm-ok, virt-host-validate, virsh capabilities and domcapabilities, systemd-detect-virt, virt-what"},
    {"processor",
     "cpuid's text, rdmsr, lshw, hwinfo, x86info, CPU-X, osquery's rows and tables of cpuid and msr"},
    {"machine",
     "inxi, neofetch and its like, dmidecode, hostnamectl, uname, id, ls -l /dev/kvm, QEMU's refusals, a "
     "cloud's metadata; of "
     "Windows, "
     "systeminfo and Coreinfo"},
};

using Read = void (*)(const Section&, Evidence&);

/// What a command prints is known by its name.
struct ProgramRow {
    std::string_view program;
    Read read;
};
constexpr ProgramRow programs[] = {
    {"dmesg", read_kernel_log},
    {"journalctl", read_kernel_log},
    {"lsmod", read_lsmod},
    {"modinfo", read_modinfo},
    {"systool", read_systool},
    {"systemd-detect-virt", read_detect_virt},
    {"virt-what", read_detect_virt},
    {"id", read_id},
    {"groups", read_groups},
    {"getfacl", read_getfacl},
    {"rdmsr", read_rdmsr},
    {"dmidecode", read_dmidecode},
    {"osqueryi", read_osquery},
    {"uname", read_uname_output},
    {"hostnamectl", read_hostnamectl},
    {"inxi", read_inxi},
    {"lshw", read_lshw},
    {"hwinfo", read_hwinfo},
    {"curl", read_metadata},
    {"wget", read_metadata},
    {"cloud-id", read_cloud_id},
    {"az", read_az},
    {"ec2metadata", read_ec2_metadata},
    {"ec2-metadata", read_ec2_metadata},
    {"env", read_variables},
    {"printenv", read_variables},
    {"nixos-version", read_nixos_version},
    {"sysctl", read_sysctl},
    {"rpm-ostree", read_ostree_words},
};

/// What a whole output shows by itself.
struct ContentRow {
    bool (*recognise)(std::string_view text);
    Read read;
};
void read_config_section(const Section& section, Evidence& evidence) {
    read_kernel_config(section.body, evidence);
}
constexpr ContentRow contents[] = {
    {is_osquery, read_osquery},
    {is_virsh_capabilities, read_virsh_capabilities},
    {is_lscpu_json, read_lscpu_json},
    {is_domain_capabilities, read_domain_capabilities},
    {is_inxi, read_inxi},
    {is_lshw, read_lshw},
    {is_hwinfo, read_hwinfo},
    {is_x86info, read_x86info},
    {is_cpu_x, read_cpu_x},
    {is_vbox_hostinfo, read_vbox_hostinfo},
    {is_windows_tool, read_windows_tool},
    {is_dmidecode, read_dmidecode},
    {is_hostnamectl, read_hostnamectl},
    {is_cpuid_text, read_cpuid_text},
    {is_modinfo, read_modinfo},
    {is_systool, read_systool},
    {is_kernel_config, read_config_section},
    {is_kernel_log, read_kernel_log},
    {is_lsmod, read_lsmod},
};

/// Register dumps among other outputs.
bool take_dump(const Section& section, const std::string& name, Evidence& evidence) {
    const ImportFormat* format = recognise(section.body);
    if (!format || format->name == format_names::lscpu || format->name == format_names::cpuinfo) return false;
    evidence.dump(format->import(section.body, name));
    evidence.taken(format->name);
    return true;
}

/// modprobe -c prints all files as one, and the kernel command line behind them.
bool shows_configuration(const Command& command) {
    return command.program == "modprobe" && (command.names("-c") || command.names("--showconfig"));
}

void take_output(const Section& section, const std::string& name, Evidence& evidence);

/// What dmidecode printed, behind another output without a prompt between them: each is read for itself.
bool take_parts(const Section& section, const std::string& name, Evidence& evidence) {
    if (!looks_like_lscpu(section.body)) return false;
    for (const std::string_view beginning : {"# dmidecode", "Handle 0x", "System Information\n"}) {
        const auto at = section.body.find(beginning);
        if (at == std::string::npos || at == 0 || section.body[at - 1] != '\n') continue;
        take_output({section.command, section.body.substr(0, at)}, name, evidence);
        take_output({Command{}, section.body.substr(at)}, name, evidence);
        return true;
    }
    return false;
}

void take_output(const Section& section, const std::string& name, Evidence& evidence) {
    const Command& command = section.command;
    read_entrance(section, evidence);
    if (read_own_check(section, evidence)) return;
    if (read_iommu_command(section, evidence)) return;
    read_iommu_groups(section, evidence);
    read_fetch_table(section, evidence);
    read_reports(section, evidence);
    if (is_cloud_description(section.body)) read_cloud_description(section, evidence);
    if (is_other_definition(section.body)) read_other_definition(section, evidence);
    if (is_xe_host(section.body)) return read_xe(section, evidence);
    read_asked_switch(section, evidence);
    if (trim(section.body).empty() && take_answer_in_command(section, evidence)) return;
    const bool tells_if_empty =
        command.program == "lsmod" || command.program == "lscpu" || command.names("/proc/cpuinfo");
    if (trim(section.body).empty() && !(command.filtered && tells_if_empty)) return;
    if (contains(command.line, "modules.builtin") && read_built_in_list(section, evidence)) return;
    if (shows_configuration(command) && is_modprobe_file(section.body))
        return read_options_without_place(section.body, evidence);
    const bool grep = command.program == "grep" || command.program == "egrep" || command.program == "rg";
    if ((grep || command.program.empty()) && read_grepped_options(section, evidence) && grep) return;
    if (take_files(section, evidence) || take_dump(section, name, evidence)) return;
    if (command.program == "cpuid" && is_cpuid_text(section.body)) return read_cpuid_text(section, evidence);
    if (is_lscpu_json(section.body)) return read_lscpu_json(section, evidence);
    if (command.program == "lscpu") {
        read_filtered_lscpu(section, evidence);
        if (contains(section.body, ":")) read_lscpu(section.body, name, evidence);
        return;
    }
    if (command.program == "virsh" && is_virsh_capabilities(section.body))
        return read_virsh_capabilities(section, evidence);
    for (const ProgramRow& row : programs)
        if (row.program == command.program && !contains(section.body.substr(0, 200), "command not found"))
            return row.read(section, evidence);
    if (take_parts(section, name, evidence)) return;
    for (const ContentRow& row : contents)
        if (row.recognise(section.body)) return row.read(section, evidence);
    if (is_modprobe_file(section.body)) return read_modprobe_file(name, section.body, evidence);
    take_lines(section, name, evidence);
}

/// A person's words, or a program's: no markup, no object, nothing binary.
bool may_be_words(std::string_view text) {
    constexpr std::size_t most = 64u << 10;
    const bool plain = text.size() <= most && std::all_of(text.begin(), text.end(), [](char c) {
                           return static_cast<unsigned char>(c) >= ' ' || c == '\n' || c == '\t';
                       });
    // A log of one object a line is none of a machine's.
    const bool object = trim(text).starts_with('{') && trim(text).ends_with('}') &&
                        !contains(text.substr(0, 4096), "\"msg\"") && !contains(text, "\"fault_message\"") &&
                        !contains(text, "\"devices.kubevirt.io/kvm\"");
    return plain && !trim(text).starts_with('<') && !object;
}

std::vector<std::string> messages_in(std::string_view text, KnowsMessage knows) {
    constexpr std::size_t shortest = 8;  // no message is shorter, and what is asked of a line costs
    std::vector<std::string> found;
    if (knows && may_be_words(text))
        for_each_line(text, [&](std::string_view line) {
            if (line.size() >= shortest && knows(line)) found.emplace_back(line);
        });
    return found;
}

/// Words about virtualization of which none is a reading: an error of some program, a file that asks for it.
/// The answer is that nothing is known, and what to run.
bool mentions_virtualization(std::string_view text) {
    constexpr std::string_view words[] = {
        "kvm",        "KVM",        "Kvm",   "AMD-V",        "vmx",
        "VMX",        "svm",        "SVM",   "VT-x",         "irtuali",
        "HWVirt",     "vfio",       "VFIO",  "IOMMU",        "iommu",
        "libvirt",    "hypervi",    "qemu",  "Hyper-V",      "VirtualBox",
        "VMware",     "assthrough", "virsh", "start domain", "PCI header",
        "VERR_",      "DMAR",       "ested", "guest RAM",    "nitialize ret=",
        "vboxdrv",    "vmmon",      "INTx",  "vhost_vsock",  "vmware workstation",
        "type 'hvm'", "virtualbox"};
    return may_be_words(text) && contains_any(text, words);
}

}  // namespace

bool has_reader(std::string_view program) {
    return std::any_of(std::begin(programs), std::end(programs),
                       [&](const ProgramRow& row) { return row.program == program; });
}

void take_section(const Section& section, const std::string& name, Evidence& evidence) {
    begin_section(section, evidence);
    place_by_prompt(section, evidence);
    take_strays(section, evidence);
    take_output(section, name, evidence);
    end_section(section, evidence);
}

std::span<const PasteFormat> paste_formats() { return paste_kinds; }

Imported import_paste(std::string_view text, const std::string& name, KnowsMessage knows) {
    const std::string clean = clean_paste(text);
    const SectionReader read = [&](const Section& section, Evidence& into) {
        take_section(section, name, into);
    };
    Evidence evidence;
    const OneMachine machine = of_one_machine(split_paste(clean), read);
    const std::vector<Section>& sections = machine.sections;
    const std::vector<Spoken> spoken = machine.note.empty() ? spoken_outputs(clean) : std::vector<Spoken>{};
    for (const Spoken& said : spoken)
        if (!said.placed) read(said.section, evidence);
    const std::size_t said_alone = evidence.formats().size();
    for (const Section& section : sections) read(section, evidence);
    hear_between(sections, evidence);
    // Host or guest: where the rest tells nothing it is the machine that is asked about.
    if (evidence.formats().size() == said_alone)
        for (const Spoken& said : spoken)
            if (said.placed) read(said.section, evidence);
    if (!machine.note.empty())
        evidence.file(std::string(hearsay::contradictions), fmt::format("{}: {}\n", name, machine.note));
    hear_host(machine, evidence);
    if (evidence.anything()) hear_prompts(clouds_in_prompts(clean), evidence);
    hear_haxm(clean, evidence);
    hear_cloud_commands(clean, evidence);
    hear_minikube(clean, evidence);
    hear_bsd(clean, evidence);
    if (contains(clean, "VirtualizationFirmwareEnabled")) hear_win32_classes(clean, evidence);
    hear_causes(clean, evidence);
    hear_boot_words(clean, evidence);
    hear_distribution(clean, evidence);
    hear_proxmox_container(clean, evidence);
    hear_forms(clean, evidence);
    if (!contains(clean, "hypervisor.cpuid.v0"))  // with which VMware's guest shows none above it
        evidence.part_from_definition(defines_by_itself(clean) ? std::string_view{} : name);
    hear_mentions(clean, evidence);
    if (!evidence.anything() && may_be_words(clean) && has_log_line(clean))
        read_kernel_log({Command{}, clean}, evidence);
    const bool complains = contains(clean, "rror: ");
    if (!evidence.anything() && names_guests_definition(clean) && (!complains || defines_by_itself(clean)))
        evidence.taken("a guest's definition");
    std::vector<std::string> messages;
    if (!evidence.anything()) messages = messages_in(clean, knows);
    if (!evidence.anything() && (!messages.empty() || mentions_virtualization(clean)))
        evidence.taken(words_alone);
    std::vector<std::string> found = evidence.formats();
    const DefinitionPlace place = machine.definition == DefinitionPlace::unknown && shows_failed_start(clean)
                                      ? DefinitionPlace::inside
                                      : machine.definition;
    return {std::move(evidence).take(), std::move(found), std::move(messages), place};
}

}  // namespace nestprobe

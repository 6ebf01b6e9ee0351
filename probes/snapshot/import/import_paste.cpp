// SPDX-License-Identifier: MIT
#include "snapshot/import/import_paste.hpp"

#include "base/text.hpp"
#include "snapshot/import/import.hpp"
#include "snapshot/import/import_formats.hpp"
#include "snapshot/import/paste.hpp"
#include "snapshot/import/readers.hpp"

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
    {"checkers",
     "kvm-ok, virt-host-validate, virsh capabilities and domcapabilities, systemd-detect-virt, virt-what"},
    {"processor", "cpuid's text, rdmsr, osquery's rows and tables of cpuid and msr"},
    {"machine",
     "inxi, dmidecode, hostnamectl, uname, id, ls -l /dev/kvm, QEMU's refusals; of Windows, systeminfo and "
     "Coreinfo"},
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
    {"rdmsr", read_rdmsr},
    {"dmidecode", read_dmidecode},
    {"osqueryi", read_osquery},
    {"uname", read_uname_output},
    {"hostnamectl", read_hostnamectl},
    {"inxi", read_inxi},
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

bool looks_like_lscpu(std::string_view text) {
    bool vendor = false, other = false, unmistakable = false;
    for_each_line(text, [&](std::string_view line) {
        const auto colon = line.find(':');
        if (colon == std::string_view::npos) return;
        const std::string_view key = trim(line.substr(0, colon)), value = trim(line.substr(colon + 1));
        if (value == "GenuineIntel" || value == "AuthenticAMD" || value == "HygonGenuine" ||
            value == "CentaurHauls")
            vendor = vendor || key != "vendor_id";
        unmistakable = unmistakable || (key == "Virtualization" && (value == "VT-x" || value == "AMD-V")) ||
                       key == "Hypervisor vendor" || key == "Virtualization type" ||
                       (key == "Flags" && contains(value, "mmx")) ||
                       (key == "Architecture" && is_machine_name(value));
        for (const std::string_view label :
             {"Architecture", "CPU(s)", "Model name", "Virtualization", "Flags", "On-line CPU(s) list",
              "Hypervisor vendor", "Virtualization type"})
            other = other || key == label;
        other =
            other || value == "x86_64" || value == "VT-x" || value == "AMD-V" || value.starts_with("fpu ");
    });
    return (vendor && other) || unmistakable;
}

/// Register dumps among other outputs.
bool take_dump(const Section& section, const std::string& name, Evidence& evidence) {
    const ImportFormat* format = recognise(section.body);
    if (!format || format->name == format_names::lscpu || format->name == format_names::cpuinfo) return false;
    evidence.dump(format->import(section.body, name));
    evidence.taken(format->name);
    return true;
}

/// Lines of several outputs in one, without prompts: each goes with its like.
void take_lines(const Section& section, const std::string& name, Evidence& evidence) {
    Section log, modules, cpuinfo, lscpu, checkers, options;
    Section* last = nullptr;
    const char* const end = section.body.data() + section.body.size();
    const auto to = [&](Section& kind, std::string_view line, bool whole) {
        kind.body.append(line).append(whole ? "\n" : "");
        last = &kind;
    };
    const bool lscpu_there = looks_like_lscpu(section.body);
    for_each_line(section.body, [&](std::string_view line) {
        const bool whole = line.data() + line.size() != end;
        std::string_view message;
        const std::string_view plain = trim(line);
        const auto colon = plain.find(':');
        const std::string_view key = trim(plain.substr(0, colon));
        if (plain.empty()) {
            last = nullptr;
        } else if (is_checker_line(line) || (contains(line, "QEMU: ") && contains(line, "hecking"))) {
            to(checkers, line, whole);
        } else if (is_stamped(line, message)) {
            to(log, line, whole);
        } else if (read_single_line(line, section, evidence)) {
            last = nullptr;
        } else if (is_lsmod(line)) {
            to(modules, line, whole);
        } else if (is_modprobe_file(line)) {
            to(options, line, whole);
        } else if (colon != std::string_view::npos &&
                   (key == "processor" || key == "vendor_id" || key == "flags" || key == "model name" ||
                    key == "vmx flags" || key == "/proc/cpuinfo" || key == "CPU implementer" ||
                    key == "CPU architecture" || key == "isa" || key == "hart")) {
            to(cpuinfo, line, whole);
        } else if (lscpu_there && colon != std::string_view::npos) {
            to(lscpu, line, whole);
        } else if ((last == &cpuinfo || last == &lscpu) && colon == std::string_view::npos) {
            to(*last, line, whole);
        }
    });
    log.command = modules.command = cpuinfo.command = section.command;
    if (!log.body.empty()) read_kernel_log(log, evidence);
    if (!modules.body.empty()) read_lsmod(modules, evidence);
    if (!cpuinfo.body.empty()) read_cpuinfo(cpuinfo, evidence);
    if (!lscpu.body.empty()) read_lscpu(lscpu.body, name, evidence);
    if (!checkers.body.empty()) read_checkers(checkers, evidence);
    if (!options.body.empty()) read_modprobe_file(name, options.body, evidence);
}

/// modprobe -c prints all files as one, and the kernel command line behind them.
bool shows_configuration(const Command& command) {
    return command.program == "modprobe" && (command.names("-c") || command.names("--showconfig"));
}

void take(const Section& section, const std::string& name, Evidence& evidence) {
    const Command& command = section.command;
    if (trim(section.body).empty() && !(command.filtered && command.program == "lsmod")) return;
    if (contains(command.line, "modules.builtin") && read_built_in_list(section, evidence)) return;
    if (shows_configuration(command) && is_modprobe_file(section.body))
        return read_options_without_place(section.body, evidence);
    const bool grep = command.program == "grep" || command.program == "egrep" || command.program == "rg";
    if ((grep || command.program.empty()) && read_grepped_options(section, evidence) && grep) return;
    if (take_files(section, evidence) || take_dump(section, name, evidence)) return;
    if (command.program == "cpuid" && is_cpuid_text(section.body)) return read_cpuid_text(section, evidence);
    if (is_lscpu_json(section.body)) return read_lscpu_json(section, evidence);
    if (command.program == "lscpu" && contains(section.body, ":"))
        return read_lscpu(section.body, name, evidence);
    if (command.program == "virsh" && is_virsh_capabilities(section.body))
        return read_virsh_capabilities(section, evidence);
    for (const ProgramRow& row : programs)
        if (row.program == command.program && !contains(section.body.substr(0, 200), "command not found"))
            return row.read(section, evidence);
    for (const ContentRow& row : contents)
        if (row.recognise(section.body)) return row.read(section, evidence);
    if (is_modprobe_file(section.body)) return read_modprobe_file(name, section.body, evidence);
    take_lines(section, name, evidence);
}

/// Words about virtualization of which none is a reading: an error of some program, a file that asks for it.
/// The answer is that nothing is known, and what to run.
bool mentions_virtualization(std::string_view text) {
    constexpr std::size_t most = 64u << 10;
    constexpr std::string_view words[] = {"kvm", "KVM",  "vmx",     "VMX",   "svm",
                                          "SVM", "VT-x", "irtuali", "HWVirt"};
    const bool plain = text.size() <= most && std::all_of(text.begin(), text.end(), [](char c) {
                           return static_cast<unsigned char>(c) >= ' ' || c == '\n' || c == '\t';
                       });
    if (!plain || trim(text).starts_with('<') || trim(text).starts_with('{')) return false;
    return std::any_of(std::begin(words), std::end(words),
                       [&](std::string_view word) { return contains(text, word); });
}

/// sosreport names the file of a command after it: "lscpu", "uname_-a", "virsh_-r_capabilities".
Command command_of_file(std::string_view path) {
    std::string name(path.substr(path.rfind('/') + 1));
    std::replace(name.begin(), name.end(), '_', ' ');
    Command command = parse_command(name);
    const bool known = std::any_of(std::begin(programs), std::end(programs),
                                   [&](const ProgramRow& row) { return row.program == command.program; });
    return known || command.program == "lscpu" || command.program == "virsh" ? command : Command{};
}

/// Where in a folder a copy of the machine's own tree begins: "sosreport-x/proc/cpuinfo" -> "/proc/cpuinfo".
std::string path_on_machine(std::string_view path) {
    for (const std::string_view root :
         {"proc/", "sys/", "etc/modprobe.d/", "usr/lib/modprobe.d/", "lib/modprobe.d/", "run/modprobe.d/",
          "boot/config-", "etc/os-release"}) {
        const auto at = path.find(root);
        if (at != std::string_view::npos && (at == 0 || path[at - 1] == '/'))
            return fmt::format("/{}", path.substr(at));
    }
    return {};
}

}  // namespace

std::span<const PasteFormat> paste_formats() { return paste_kinds; }

Imported import_paste(std::string_view text, const std::string& name) {
    const std::string clean = clean_paste(text);
    Evidence evidence;
    for (const Section& section : split_paste(clean)) take(section, name, evidence);
    if (!evidence.anything() && mentions_virtualization(clean))
        evidence.taken("words that tell nothing of the machine");
    std::vector<std::string> found = evidence.formats();
    return {std::move(evidence).take(), std::move(found)};
}

bool is_of_interest(std::string_view path) {
    constexpr std::string_view folders[] = {
        "sos_commands/kernel/",   "sos_commands/processor/", "sos_commands/libvirt/",
        "sos_commands/hardware/", "sos_commands/kvm/",       "sos_commands/virsh/",
        "sos_commands/logs/",     "sos_commands/host/",      "sos_commands/dmidecode/"};
    constexpr std::string_view names[] = {
        "basic-environment.txt", "hardware.txt", "boot.txt", "modules.txt", "kvm.txt",
        "messages.txt",          "uname",        "lsmod",    "dmidecode",   "env.txt"};
    const std::string_view name = path.substr(path.rfind('/') + 1);
    if (!path_on_machine(path).empty()) {
        const std::string own = path_on_machine(path);
        for (const std::string_view useless :
             {"/proc/kcore", "/sys/kernel/debug/", "/proc/irq/", "/proc/net/"})
            if (own.starts_with(useless)) return false;
        return !own.starts_with("/sys/") || own.starts_with("/sys/module/") ||
               own.starts_with("/sys/class/dmi/") || own.starts_with("/sys/hypervisor/") ||
               own.starts_with("/sys/devices/system/cpu/vulnerabilities/") ||
               own.starts_with("/sys/kernel/security/");
    }
    if (path.find('/') == std::string_view::npos) return true;  // a folder of pastes
    for (const std::string_view folder : folders)
        if (contains(path, folder)) return true;
    return std::find(std::begin(names), std::end(names), name) != std::end(names) ||
           std::count(path.begin(), path.end(), '/') < 2;
}

Imported import_files(const std::vector<std::pair<std::string, std::string>>& files,
                      const std::string& name) {
    Evidence evidence;
    for (const auto& [path, text] : files) {
        const std::string own = path_on_machine(path), clean = clean_paste(text);
        const std::string shown = fmt::format("{}/{}", name, path);
        if (!own.empty()) {
            const Command command = parse_command("cat " + own);
            if (!take_files({command, clean}, evidence) && own == "/proc/cmdline")
                read_file_of_kernel(own, clean + "\n", evidence);
            continue;
        }
        std::vector<Section> sections = split_paste(clean);
        if (sections.size() == 1 && sections.front().command.program.empty())
            sections.front().command = command_of_file(path);
        for (const Section& section : sections) take(section, shown, evidence);
    }
    std::vector<std::string> found = evidence.formats();
    return {std::move(evidence).take(), std::move(found)};
}

}  // namespace nestprobe

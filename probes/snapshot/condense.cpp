// SPDX-License-Identifier: MIT
#include "snapshot/condense.hpp"

#include "base/inflate.hpp"
#include "base/text.hpp"
#include "machine/cpuinfo.hpp"
#include "machine/kernel_words.hpp"
#include "machine/modprobe.hpp"
#include "machine/probes.hpp"

#include <fmt/format.h>

namespace nestprobe {
namespace {

/// Processors alike become one block with a list of numbers: no serial numbers, APIC ids or clock rates.
std::string condense_cpuinfo(std::string_view, const std::string& text) {
    const auto entries = parse_cpuinfo(text);
    std::string kept;
    for (const auto& g : entries.groups()) {
        const CpuinfoEntry* e = g.answer.if_known();
        if (!e || e->flags_cut) return text;  // not understood: as it is, to be looked at
        kept += fmt::format("processor\t: {}\n", g.cpus.to_string());
        if (!e->vendor_id.empty()) kept += fmt::format("vendor_id\t: {}\n", e->vendor_id);
        if (!e->brand.empty()) kept += fmt::format("model name\t: {}\n", e->brand);
        if (e->has_flags) kept += fmt::format("flags\t\t: {}\n", e->flags);
        if (e->has_vmx_flags) kept += fmt::format("vmx flags\t: {}\n", e->vmx_flags);
        kept += "\n";
    }
    return kept;
}

/// Words by which the boot loader is known (machine/boot_loader.cpp), without what they name: of BOOT_IMAGE=
/// whether it is a path.
std::string tells_loader(std::string_view word) {
    for (const std::string_view begins :
         {"talos.platform=", "ostree=/ostree/", R"(initrd=\EFI\proxmox\)", R"(initrd=\EFI\Pop_OS-)"})
        if (word.starts_with(begins)) return fmt::format("{} ", begins);
    if (!word.starts_with(boot_image_word)) return {};
    const std::string_view image = word.substr(boot_image_word.size());
    return fmt::format("{}{} ", boot_image_word, is_path_of_grub(image) ? "/vmlinuz" : "vmlinuz");
}

std::string condense_command_line(std::string_view, const std::string& text) {
    std::string kept;
    for (const std::string& word : split_command_line(text)) {
        kept += tells_loader(word);
        if (!bears_on_virtualization(word)) continue;
        kept += word.find(' ') == std::string::npos ? word : fmt::format("\"{}\"", word);
        kept += ' ';
    }
    return kept + "\n";
}

/// Other lines become empty, so that line numbers stay.
template <class P>
std::string keep_lines(const std::string& text, std::string_view replacement, P&& wanted) {
    std::string kept;
    for_each_line(
        text, [&](std::string_view line) { kept += wanted(line) ? fmt::format("{}\n", line) : replacement; });
    if (!text.ends_with('\n') && kept.ends_with('\n')) kept.pop_back();
    return kept;
}

std::string condense_modprobe(std::string_view, const std::string& text) {
    bool continued = false;
    return keep_lines(text, "\n", [&](std::string_view line) {
        const bool wanted = continued || contains(line, "kvm") || line.ends_with('\\');
        continued = line.ends_with('\\');
        return wanted;
    });
}

std::string condense_proc_modules(std::string_view, const std::string& text) {
    return keep_lines(text, "", [](std::string_view line) {
        return line.starts_with("kvm") || line.starts_with("vbox") || line.starts_with("vmmon");
    });
}

std::string condense_status(std::string_view, const std::string& text) {
    return keep_lines(text, "", [](std::string_view line) {
        return line.starts_with("Uid:") || line.starts_with("Groups:") || line.starts_with("CapEff:");
    });
}

std::string condense_environment(std::string_view, const std::string& text) { return keep_environment(text); }

/// The paths of the cgroups name users and units: of them, what tells of a container.
std::string condense_cgroup(std::string_view, const std::string& text) {
    std::string kept;
    for (const std::string_view part : {"/kubepods", "/docker/", "/docker-", "/libpod-", "/lxc.payload"})
        if (contains(text, part)) kept += fmt::format("0::{}\n", part);
    return kept.empty() ? "0::/\n" : kept;
}

std::string condense_config(std::string_view path, const std::string& text) {
    if (path.ends_with("/modules.builtin"))
        return keep_lines(text, "", [](std::string_view line) { return contains(line, "/kvm"); });
    const auto plain = inflate(text, path);
    if (!plain.if_known()) return text;
    return keep_lines(*plain.if_known(), "", [](std::string_view line) {
        return contains(line, "CONFIG_KVM") || contains(line, "CONFIG_VIRTUALIZATION") ||
               contains(line, "IOMMU") || contains(line, "CONFIG_IRQ_REMAP") ||
               contains(line, "CONFIG_X86_MSR");
    });
}

/// Of a PCI device's uevent the driver alone.
std::string condense_uevent(std::string_view, const std::string& text) {
    return keep_lines(text, "", [](std::string_view line) { return line.starts_with("DRIVER="); });
}

/// The header of an ACPI table: 36 bytes; nothing of its contents.
std::string condense_acpi(std::string_view, const std::string& text) { return text.substr(0, 36); }
std::string condense_presence(std::string_view, const std::string&) { return {}; }

struct SubjectRow {
    std::string_view path;  ///< how it begins
    std::string (*condense)(std::string_view path, const std::string& text);
};
constexpr SubjectRow subject_rows[] = {
    {"/proc/cpuinfo", condense_cpuinfo},
    {"/proc/cmdline", condense_command_line},
    {"/etc/kernel/cmdline", condense_command_line},
    {"/etc/kernel/proxmox-boot-uuids", condense_presence},
    {"/etc/kernelstub/configuration", condense_presence},
    {"/etc/default/limine", condense_presence},
    {"/etc/NIXOS", condense_presence},
    {"/run/ostree-booted", condense_presence},
    {"/proc/modules", condense_proc_modules},
    {"/proc/self/status", condense_status},
    {"/proc/self/environ", condense_environment},
    {"/proc/self/cgroup", condense_cgroup},
    {"/proc/config.gz", condense_config},
    {"/boot/config-", condense_config},
    {"/lib/modules/", condense_config},
    {"/etc/modprobe.d/", condense_modprobe},
    {"/run/modprobe.d/", condense_modprobe},
    {"/usr/local/lib/modprobe.d/", condense_modprobe},
    {"/usr/lib/modprobe.d/", condense_modprobe},
    {"/lib/modprobe.d/", condense_modprobe},
    {"/sys/firmware/acpi/tables/FACP", condense_acpi},
    {"/sys/bus/pci/devices/", condense_uevent},
    {"/etc/booster.yaml", condense_presence},
    {"/run/.toolboxenv", condense_presence},
    {"/.dockerenv", condense_presence},
    {"/run/.containerenv", condense_presence},
    {"/.flatpak-info", condense_presence},
    {"/imagegeneration/imagedata.json", condense_presence},
};

}  // namespace

std::string condense(std::string_view path, const std::string& text) {
    for (const SubjectRow& row : subject_rows)
        if (path.starts_with(row.path)) return row.condense(path, text);
    return text;
}

}  // namespace nestprobe

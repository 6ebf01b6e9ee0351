// SPDX-License-Identifier: MIT
// Overviews of a machine that people post instead of the files: inxi, pveversion, lsb_release; and of a
// Windows that the same machine boots: systeminfo, Get-ComputerInfo, Coreinfo, which see processor and
// firmware.
#include "base/text.hpp"
#include "snapshot/import/readers.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>

namespace nestprobe {
namespace {

/// What stands behind "key:" in inxi's lines, up to the next word that ends with a colon.
std::string inxi_value(const std::vector<std::string_view>& words, std::string_view key) {
    std::string value;
    for (std::size_t i = 0; i < words.size(); ++i) {
        if (words[i] != key) continue;
        for (++i; i < words.size() && !words[i].ends_with(':'); ++i)
            value.append(value.empty() ? "" : " ").append(words[i]);
        return value;
    }
    return value;
}

bool is_release_word(std::string_view text) {
    return !text.empty() && text.front() >= '0' && text.front() <= '9' && contains(text, ".") &&
           text.find_first_of(" /") == std::string_view::npos;
}

std::string_view vendor_of_model(std::string_view brand) {
    if (contains(brand, "Intel") || contains(brand, "INTEL")) return "GenuineIntel";
    if (contains(brand, "AMD")) return "AuthenticAMD";
    return {};
}

/// inxi's short list of flags has vmx and svm whenever the kernel lists them (inxi 3.3, CpuItem).
void read_inxi_flags(const std::vector<std::string_view>& words, Evidence& evidence) {
    const auto flags = std::find(words.begin(), words.end(), "Flags:");
    if (flags == words.end()) return;
    for (const auto& [flag, topic] :
         {std::pair<std::string_view, std::string_view>{"vmx", hearsay::flag_vmx},
          std::pair<std::string_view, std::string_view>{"svm", hearsay::flag_svm}})
        evidence.hear(topic, std::find(flags, words.end(), flag) != words.end() ? "yes" : "no",
                      "inxi, Flags");
}

constexpr std::string_view virtual_machines[] = {"Kvm", "Virtualbox", "Vmware",    "Qemu",
                                                 "Xen", "Microsoft",  "Parallels", "Virtual-machine"};

void read_inxi_machine(const std::vector<std::string_view>& words, Evidence& evidence) {
    const std::string type = inxi_value(words, "Type:"), maker = inxi_value(words, "System:"),
                      product = inxi_value(words, "product:");
    if (std::find(std::begin(virtual_machines), std::end(virtual_machines), type) !=
        std::end(virtual_machines)) {
        evidence.hear(hearsay::guest, "yes", "inxi, Machine");
        if (type != "Virtual-machine") evidence.hear(hearsay::hypervisor, type, "inxi, Machine");
    }
    constexpr std::string_view hardware[] = {"Laptop",  "Notebook", "Convertible",
                                             "Desktop", "Server",   "Mini-pc"};
    if (std::find(std::begin(hardware), std::end(hardware), type) != std::end(hardware))
        evidence.hear(hearsay::guest, "no", fmt::format("inxi, Machine, Type: {}", type));
    for (const std::string_view kind : {"UEFI:", "BIOS:", "UEFI-[Legacy]:"}) {
        const auto at = std::find(words.begin(), words.end(), kind);
        if (at == words.end()) continue;
        const std::vector<std::string_view> behind(at, words.end());
        if (const std::string vendor = inxi_value(behind, kind); !vendor.empty())
            evidence.file("/sys/class/dmi/id/bios_vendor", vendor + "\n");
        if (const std::string version = inxi_value(behind, "v:"); !version.empty())
            evidence.file("/sys/class/dmi/id/bios_version", version + "\n");
    }
    if (!maker.empty()) evidence.file("/sys/class/dmi/id/sys_vendor", maker + "\n");
    if (!maker.empty() && !product.empty()) evidence.file("/sys/class/dmi/id/product_name", product + "\n");
}

// --- Windows ---

std::string_view behind_colon(std::string_view line) {
    const auto colon = line.find(':');
    return colon == std::string_view::npos ? std::string_view{} : trim(line.substr(colon + 1));
}

/// The line about the firmware's switch, in the languages whose word is known.
bool is_firmware_line(std::string_view line) {
    constexpr std::string_view labels[] = {"Virtualization Enabled In Firmware",
                                           "HyperVRequirementVirtualizationFirmwareEnabled",
                                           "VirtualizationFirmwareEnabled",
                                           "Virtualisierung in Firmware aktiviert",
                                           "Virtualisation activ\xc3\xa9"
                                           "e dans le microprogramme",
                                           "Virtualizaci\xc3\xb3n habilitada en el firmware"};
    return std::any_of(std::begin(labels), std::end(labels),
                       [&](std::string_view label) { return contains(line, label); });
}

bool is_windows_no(std::string_view value) {
    return value == "No" || value == "Nein" || value == "Non" || value == "False" || value == "FALSE";
}

/// "VMX             *       Supports Intel hardware-assisted virtualization": Coreinfo's star or minus.
char coreinfo_mark(std::string_view line, std::string_view name) {
    const auto words = split_words(line);
    return words.size() >= 3 && words[0] == name && words[1].size() == 1 ? words[1].front() : ' ';
}

constexpr std::string_view coreinfo_names[] = {"Coreinfo v", "Dump information on system CPU",
                                               "Supports Intel hardware-assisted virtualization",
                                               "Supports AMD hardware-assisted virtualization"};

}  // namespace

bool is_inxi(std::string_view text) {
    text = text.substr(0, 16384);
    return contains(text, "CPU:") && contains(text, "Flags:") &&
           (contains(text, "model:") || contains(text, "Info:")) && !contains(text, "Flags:  ");
}

void read_inxi(const Section& section, Evidence& evidence) {
    // Its lines are wrapped anywhere, so the whole is a sequence of words.
    const auto words = split_words(section.body);
    if (const std::string kernel = inxi_value(words, "Kernel:"); !kernel.empty()) {
        const std::string release = kernel.substr(0, kernel.find(' '));
        if (is_release_word(release)) evidence.file("/proc/sys/kernel/osrelease", release + "\n");
    }
    const std::vector<std::string_view> of_cpu(std::find(words.begin(), words.end(), "CPU:"), words.end());
    if (const std::string brand = inxi_value(of_cpu, "model:"); !brand.empty())
        evidence.cpu({.vendor = std::string(vendor_of_model(brand)), .brand = brand});
    read_inxi_machine(words, evidence);
    if (!section.cut()) read_inxi_flags(words, evidence);
    evidence.taken("inxi");
}

/// "pve-manager/8.1.4/ec5affc9e41f1d79 (running kernel: 6.5.13-1-pve)"
bool read_pveversion(std::string_view line, Evidence& evidence) {
    constexpr std::string_view running = "(running kernel: ";
    const auto at = line.find(running);
    if (at == std::string_view::npos || !contains(line, "pve")) return false;
    const std::string_view rest = line.substr(at + running.size());
    const std::string_view release = rest.substr(0, rest.find(')'));
    if (!is_release_word(release)) return false;
    evidence.file("/proc/sys/kernel/osrelease", fmt::format("{}\n", release));
    evidence.taken("pveversion");
    return true;
}

/// lsb_release -a: "Distributor ID: Ubuntu"
bool read_lsb_release(std::string_view line, Evidence& evidence) {
    if (!line.starts_with("Distributor ID:")) return false;
    std::string id(behind_colon(line));
    for (char& c : id) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
    if (id.empty() || id.find(' ') != std::string::npos) return false;
    evidence.file("/etc/os-release", fmt::format("ID={}\n", id));
    evidence.taken("lsb_release");
    return true;
}

bool is_windows_tool(std::string_view text) {
    text = text.substr(0, 65536);
    return std::any_of(std::begin(coreinfo_names), std::end(coreinfo_names),
                       [&](std::string_view name) { return contains(text, name); }) ||
           contains(text, "Hyper-V Requirements:") || contains(text, "HyperVRequirement") ||
           contains(text, "Hyper-V-Anforderungen") || is_firmware_line(text) ||
           (contains(text, "Host Name:") && contains(text, "OS Name:"));
}

/// Where Windows' own hypervisor runs, it hides VMX and SVM from the Windows above it: a minus is no news
/// then.
void read_windows_tool(const Section& section, Evidence& evidence) {
    const std::string_view text = section.body;
    std::string_view vendor;
    for (const std::string_view name : {"GenuineIntel", "AuthenticAMD"})
        if (contains(text, name)) vendor = name;
    if (!vendor.empty()) evidence.cpu({.vendor = std::string(vendor)});
    const std::string_view flag = vendor == "AuthenticAMD" ? "svm" : "vmx";
    bool hypervisor =
        contains(text, "A hypervisor has been detected") || contains(text, "Ein Hypervisor wurde erkannt");
    for_each_line(text, [&](std::string_view line) {
        hypervisor = hypervisor || coreinfo_mark(line, "HYPERVISOR") == '*';
        if (is_firmware_line(line) && is_windows_no(behind_colon(line)) && !vendor.empty())
            evidence.hear(hearsay::firmware_off, fmt::format("{} ({})", trim(line), flag), "Windows");
    });
    for_each_line(text, [&](std::string_view line) {
        for (const auto& [name, topic] :
             {std::pair<std::string_view, std::string_view>{"VMX", hearsay::cpuid_vmx},
              std::pair<std::string_view, std::string_view>{"SVM", hearsay::cpuid_svm}})
            if (const char mark = coreinfo_mark(line, name); mark == '*' || (mark == '-' && !hypervisor))
                evidence.hear(topic, mark == '*' ? "yes" : "no", "Coreinfo");
    });
    evidence.taken("a tool of Windows");
}

}  // namespace nestprobe

// SPDX-License-Identifier: MIT
// What a Windows that the same machine boots says of processor, firmware and maker: systeminfo,
// Get-ComputerInfo, Coreinfo (Microsoft, "Windows commands", systeminfo, and Sysinternals' Coreinfo; read
// 2026-11).
#include "base/text.hpp"
#include "snapshot/import/readers.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <span>

namespace nestprobe {
namespace {

using Labels = std::span<const std::string_view>;

// In the languages whose words are known.
constexpr std::string_view firmware_labels[] = {"Virtualization Enabled In Firmware",
                                                "HyperVRequirementVirtualizationFirmwareEnabled",
                                                "VirtualizationFirmwareEnabled",
                                                "Virtualisierung in Firmware aktiviert",
                                                "Virtualisation activ\xc3\xa9"
                                                "e dans le microprogramme",
                                                "Virtualizaci\xc3\xb3n habilitada en el firmware"};
constexpr std::string_view monitor_labels[] = {
    "VM Monitor Mode Extensions", "HyperVRequirementVMMonitorModeExtensions", "VMMonitorModeExtensions"};
constexpr std::string_view maker_labels[] = {
    "System Manufacturer:",   "Systemhersteller:",     "Fabricant du syst\xc3\xa8me",
    "Fabricante del sistema", "Fabricante do sistema", "CsManufacturer"};
constexpr std::string_view model_labels[] = {
    "System Model:",     "Systemmodell:",     "Mod\xc3\xa8le du syst\xc3\xa8me",
    "Modelo el sistema", "Modelo do sistema", "CsModel"};
constexpr std::string_view hypervisor_words[] = {"A hypervisor has been detected",
                                                 "Ein Hypervisor wurde erkannt",
                                                 "Un hyperviseur a \xc3\xa9t\xc3\xa9 d\xc3\xa9tect\xc3\xa9"};
constexpr std::string_view coreinfo_names[] = {"Coreinfo v", "Dump information on system CPU",
                                               "Supports Intel hardware-assisted virtualization",
                                               "Supports AMD hardware-assisted virtualization"};
constexpr std::string_view yes_words[] = {"Yes", "Ja", "Oui", "True", "TRUE"};
constexpr std::string_view no_words[] = {"No", "Nein", "Non", "False", "FALSE"};

/// What stands behind the first of these and its colon; empty: none is there.
std::string_view value_of(std::string_view text, Labels labels) {
    for (const std::string_view label : labels)
        if (const std::string_view rest = after(text, label); !rest.empty()) {
            const std::string_view line = rest.substr(0, rest.find('\n'));
            return trim(line.substr(std::min(line.size(), line.find_first_not_of(" :\t\xc2\xa0"))));
        }
    return {};
}

/// "VMX             *       Supports Intel hardware-assisted virtualization": Coreinfo's star or minus.
char coreinfo_mark(std::string_view text, std::string_view name) {
    char mark = ' ';
    for_each_line(text, [&](std::string_view line) {
        const auto words = split_words(line);
        if (words.size() >= 3 && words[0] == name && words[1].size() == 1) mark = words[1].front();
    });
    return mark;
}

/// What hypervisors write there for the Windows that is their guest.
bool is_guests(std::string_view maker, std::string_view model) {
    constexpr std::string_view makers[] = {"VMware, Inc.", "innotek GmbH", "QEMU", "Xen", "Parallels"};
    return model == "Virtual Machine" ||
           std::any_of(std::begin(makers), std::end(makers),
                       [&](std::string_view one) { return maker.starts_with(one); });
}

/// Of hardware the maker alone, by whom the switch's place is known: a Linux in a virtual machine on it has
/// another.
void hear_maker(std::string_view text, Evidence& evidence) {
    const std::string_view maker = value_of(text, maker_labels), model = value_of(text, model_labels);
    if (maker.empty()) return;
    if (!is_guests(maker, model)) return evidence.hear(hearsay::maker, maker, "Windows");
    evidence.file("/sys/class/dmi/id/sys_vendor", fmt::format("{}\n", maker));
    if (!model.empty()) evidence.file("/sys/class/dmi/id/product_name", fmt::format("{}\n", model));
}

/// Where Windows' own hypervisor runs, it hides VMX and SVM from the Windows above it: a minus is no news
/// then.
void hear_extensions(std::string_view text, std::string_view flag, Evidence& evidence) {
    const bool hypervisor = contains_any(text, hypervisor_words) || coreinfo_mark(text, "HYPERVISOR") == '*';
    for (const auto& [name, topic] :
         {std::pair<std::string_view, std::string_view>{"VMX", hearsay::cpuid_vmx},
          std::pair<std::string_view, std::string_view>{"SVM", hearsay::cpuid_svm}})
        if (const char mark = coreinfo_mark(text, name); mark == '*' || (mark == '-' && !hypervisor))
            evidence.hear(topic, mark == '*' ? "yes" : "no", "Coreinfo");
    const std::string_view offered = value_of(text, monitor_labels);
    const std::string_view topic = flag == "svm" ? hearsay::cpuid_svm : hearsay::cpuid_vmx;
    if (flag.empty()) return;
    if (holds(yes_words, offered)) evidence.hear(topic, "yes", "Windows");
    if (holds(no_words, offered) && !hypervisor) evidence.hear(topic, "no", "Windows");
}

void hear_firmware(std::string_view text, std::string_view flag, Evidence& evidence) {
    if (flag.empty()) return;
    for_each_line(text, [&](std::string_view line) {
        if (contains_any(line, firmware_labels) && holds(no_words, trim(after(line, ":"))))
            evidence.hear(hearsay::firmware_off, fmt::format("{} ({})", trim(line), flag), "Windows");
    });
}

}  // namespace

bool is_windows_tool(std::string_view text) {
    text = text.substr(0, 65536);
    return contains_any(text, coreinfo_names) || contains_any(text, hypervisor_words) ||
           contains_any(text, firmware_labels) || contains(text, "Hyper-V Requirements:") ||
           contains(text, "HyperVRequirement") || contains(text, "Hyper-V-Anforderungen") ||
           (contains(text, "Host Name:") && contains(text, "OS Name:"));
}

void read_windows_tool(const Section& section, Evidence& evidence) {
    const std::string_view text = section.body;
    std::string_view vendor;
    for (const std::string_view name : {"GenuineIntel", "AuthenticAMD"})
        if (contains(text, name)) vendor = name;
    if (!vendor.empty()) evidence.cpu({.vendor = std::string(vendor)});
    const std::string_view flag = vendor.empty() ? "" : vendor == "AuthenticAMD" ? "svm" : "vmx";
    hear_maker(text, evidence);
    hear_extensions(text, flag, evidence);
    hear_firmware(text, flag, evidence);
    evidence.taken("a tool of Windows");
}

}  // namespace nestprobe

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
// Hyper-V's requirements are listed by systeminfo and Get-ComputerInfo where no hypervisor runs.
constexpr std::string_view firmware_labels[] = {"Virtualization Enabled In Firmware",
                                                "Virtualization Enabled in Firmware",  // msinfo32
                                                "HyperVRequirementVirtualizationFirmwareEnabled",
                                                "Virtualisierung in Firmware aktiviert",
                                                "Virtualisation activ\xc3\xa9"
                                                "e dans le microprogramme",
                                                "Virtualizaci\xc3\xb3n habilitada en el firmware"};
constexpr std::string_view monitor_labels[] = {"VM Monitor Mode Extensions",
                                               "HyperVRequirementVMMonitorModeExtensions"};
// Win32_Processor has them at any time: false as well where a hypervisor below Windows hides the bits.
constexpr std::string_view processor_firmware[] = {"VirtualizationFirmwareEnabled"};
constexpr std::string_view processor_monitor[] = {"VMMonitorModeExtensions"};
constexpr std::string_view present_labels[] = {"HypervisorPresent", "HyperVisorPresent"};
constexpr std::string_view maker_labels[] = {"System Manufacturer",         "Systemhersteller",
                                             "Fabricant du syst\xc3\xa8me", "Fabricante del sistema",
                                             "Fabricante do sistema",       "CsManufacturer"};
constexpr std::string_view model_labels[] = {
    "System Model",      "Systemmodell",      "Mod\xc3\xa8le du syst\xc3\xa8me",
    "Modelo el sistema", "Modelo do sistema", "CsModel"};
constexpr std::string_view brand_labels[] = {"Processor", "Prozessor", "Processeur", "Procesador",
                                             "Processador"};
constexpr std::string_view hypervisor_words[] = {"A hypervisor has been detected",
                                                 "Ein Hypervisor wurde erkannt",
                                                 "Un hyperviseur a \xc3\xa9t\xc3\xa9 d\xc3\xa9tect\xc3\xa9"};
constexpr std::string_view coreinfo_names[] = {"Coreinfo v", "Dump information on system CPU",
                                               "Supports Intel hardware-assisted virtualization",
                                               "Supports AMD hardware-assisted virtualization"};
constexpr std::string_view yes_words[] = {"Yes", "Ja", "Oui", "True", "TRUE"};
constexpr std::string_view no_words[] = {"No", "Nein", "Non", "False", "FALSE"};

/// What stands behind that label and its colon, in a line that may have a heading before it, or in the next
/// column (msinfo32); empty: not there.
std::string_view behind(std::string_view line, std::string_view label) {
    const auto at = line.find(label);
    const bool begins = at == 0 || (at != std::string_view::npos && is_blank(line[at - 1]));
    if (!begins) return {};
    const std::string_view rest = line.substr(at + label.size());
    const auto from = rest.find_first_not_of(" \t\xc2\xa0");  // the French part a colon by such a blank
    if (from == std::string_view::npos) return {};
    const bool column = rest.front() == '\t' || rest.starts_with("  ");
    if (rest[from] != ':') return column ? trim(rest.substr(from)) : std::string_view{};
    return trim(rest.substr(from + 1));
}

/// The first value of one of these.
std::string_view value_of(std::string_view text, Labels labels) {
    std::string_view value;
    for_each_line(text, [&](std::string_view line) {
        for (const std::string_view label : labels)
            if (value.empty()) value = behind(line, label);
    });
    return value;
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
    return model == "Virtual Machine" || starts_with_any(maker, makers);
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
void hear_coreinfo(std::string_view text, Evidence& evidence) {
    const bool hypervisor = contains_any(text, hypervisor_words) || coreinfo_mark(text, "HYPERVISOR") == '*';
    for (const auto& [name, topic] :
         {std::pair<std::string_view, std::string_view>{"VMX", hearsay::cpuid_vmx},
          std::pair<std::string_view, std::string_view>{"SVM", hearsay::cpuid_svm}})
        if (const char mark = coreinfo_mark(text, name); mark == '*' || (mark == '-' && !hypervisor))
            evidence.hear(topic, mark == '*' ? "yes" : "no", "Coreinfo");
}

/// VMX or SVM by its processor's maker; a "no" counts where no hypervisor can have hidden it.
void hear_extensions(std::string_view text, Labels labels, bool alone, std::string_view flag,
                     Evidence& evidence) {
    const std::string_view offered = value_of(text, labels);
    const std::string_view topic = flag == "svm" ? hearsay::cpuid_svm : hearsay::cpuid_vmx;
    if (holds(yes_words, offered)) evidence.hear(topic, "yes", "Windows");
    if (holds(no_words, offered) && alone) evidence.hear(topic, "no", "Windows");
}

void hear_firmware(std::string_view text, Labels labels, std::string_view flag, Evidence& evidence) {
    for_each_line(text, [&](std::string_view line) {
        for (const std::string_view label : labels)
            if (holds(no_words, behind(line, label)))
                evidence.hear(hearsay::firmware_off,
                              fmt::format("{}: {} ({})", label, behind(line, label), flag), "Windows");
    });
}

/// The processor's maker, where it stands; empty: it does not.
std::string_view vendor_in(std::string_view text) {
    std::string_view vendor;
    for (const std::string_view name : {"GenuineIntel", "AuthenticAMD"})
        if (contains(text, name)) vendor = name;
    return vendor.empty() ? vendor_of_brand(value_of(text, brand_labels)) : vendor;
}

/// Which flag a switch of firmware is about; empty: the maker is not named.
std::string_view flag_in(std::string_view text) {
    const std::string_view vendor = vendor_in(text);
    return vendor.empty() ? "" : vendor == "AuthenticAMD" ? "svm" : "vmx";
}

}  // namespace

bool is_windows_tool(std::string_view text) {
    text = text.substr(0, 65536);
    return contains_any(text, coreinfo_names) || contains_any(text, hypervisor_words) ||
           contains_any(text, firmware_labels) || contains_any(text, processor_firmware) ||
           contains(text, "Hyper-V Requirements:") || contains(text, "HyperVRequirement") ||
           contains(text, "Hyper-V-Anforderungen") ||
           (contains(text, "Host Name:") && contains(text, "OS Name:"));
}

void read_windows_tool(const Section& section, Evidence& evidence) {
    const std::string_view text = section.body;
    const std::string_view brand = value_of(text, brand_labels);
    if (const std::string_view vendor = vendor_in(text); !vendor.empty())
        evidence.cpu({.vendor = std::string(vendor), .brand = std::string(brand.substr(0, brand.find(',')))});
    hear_maker(text, evidence);
    hear_coreinfo(text, evidence);
    if (const std::string_view flag = flag_in(text); !flag.empty()) {
        hear_extensions(text, monitor_labels, !contains_any(text, hypervisor_words), flag, evidence);
        hear_firmware(text, firmware_labels, flag, evidence);
    }
    evidence.hear(hearsay::windows, "yes", "Windows");
    evidence.taken("a tool of Windows");
}

void hear_win32_classes(std::string_view text, Evidence& evidence) {
    const bool alone = holds(no_words, value_of(text, present_labels));
    const std::string_view flag = flag_in(text);
    if (flag.empty()) return;
    hear_extensions(text, processor_monitor, alone, flag, evidence);
    if (alone) hear_firmware(text, processor_firmware, flag, evidence);
}

}  // namespace nestprobe

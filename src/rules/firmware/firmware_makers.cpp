// SPDX-License-Identifier: MIT
// Firmware setup by maker.  Menus differ by model and year, so every path is printed with "usually", and the
// names of the switches matter more than the menus.  Rows are tried from the top.
#include "rules/firmware/firmware_makers.hpp"

#include "base/text.hpp"
#include "rules/hypervisor/platforms.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace nestprobe {
namespace {

constexpr std::string_view manuals = "the maker's setup manuals, from general knowledge";

constexpr FirmwareMaker maker_rows[] = {
    // --- firmware without a switch: before the makers, since coreboot runs on many makers' machines ---
    {
        .name = "MrChromebox's firmware (coreboot)",
        .bios_vendor = {"coreboot"},
        .bios = "MrChromebox",
        .no_switch = true,
        .key = "Esc, for a menu that has no such switch",
        .remark =
            "Its maintainer says that the full (UEFI) firmware leaves VMX on, and VT-d, wherever the "
            "processor "
            "has them (2018-09 and 2023-06): install its newest release by its firmware utility script, then "
            "switch the machine off and on. The stock firmware under RW_LEGACY is Google's, and has no "
            "switch "
            "either",
        .source = "MrChromebox/firmware issues 111, 474 and 575",
        .date = "2026-11",
    },
    {
        .name = "coreboot",
        .bios_vendor = {"coreboot"},
        .no_switch = true,
        .key = "often none; Esc or F2 where SeaBIOS or EDK II is the payload",
        .remark =
            "Whether VMX is on and locked was decided when the "
            "image was "
            "built (CONFIG_ENABLE_VMX, CONFIG_SET_IA32_FC_LOCK_BIT). Update the firmware, or ask its maker; "
            "some "
            "(Dasharo, Star Labs) have a setup menu or nvramtool options of their own. On Chromebooks it is "
            "Google's firmware that decides.",
        .source = "coreboot Kconfig (src/cpu/intel/common); makers' documentation, from general knowledge",
        .date = "2026-11",
    },
    {
        .name = "System76",
        .sys_vendor = {"System76"},
        .no_switch = true,
        .key = "F2 or Esc",
        .remark = "In System76's open firmware VT-x is on. On models with the maker's "
                  "proprietary "
                  "firmware (Thelio) the board's maker counts.",
        .source = manuals,
        .date = "2026-11",
    },

    // --- Dell ---
    {
        .name = "Dell PowerEdge",
        .sys_vendor = {"Dell"},
        .product = {"PowerEdge", "PowerVault", "VxRail"},
        .key = "F2 (System Setup)",
        .vmx = "System BIOS > Processor Settings > Virtualization Technology",
        .svm = "System BIOS > Processor Settings > Virtualization Technology",
        .vtd = "System BIOS > Processor Settings > Virtualization Technology (one switch for both); some "
               "also Kernel DMA "
               "Protection",
        .amd_iommu = "System BIOS > Processor Settings > IOMMU Support",
        .profile = "System BIOS > System Profile Settings > Workload Profile: a profile for HPC or low "
                   "latency may switch "
                   "it off",
        .command = "racadm set BIOS.ProcSettings.ProcVirtualization Enabled",
        .remark = "The racadm setting waits for a job and a reboot: racadm jobqueue create BIOS.Setup.1-1 -r "
                  "pwrcycle",
        .source =
            "iDRAC attribute registry (ProcVirtualization) as used in public scripts; the rest from manuals",
        .date = "2026-11",
    },
    {
        .name = "Dell (Latitude, OptiPlex, Precision, XPS, Inspiron)",
        .sys_vendor = {"Dell", "Alienware"},
        .key = "F2 (or F12 for the boot menu, then BIOS Setup)",
        .vmx = "Virtualization Support > Virtualization > Enable Intel Virtualization Technology",
        .svm = "Virtualization Support > Virtualization (Inspiron: Advanced > Virtualization, or SVM Mode)",
        .vtd = "Virtualization Support > VT for Direct I/O",
        .amd_iommu = "Virtualization Support > Virtualization (no switch of its own on most)",
        .remark = "On recent ones show Advanced Setup first. A supervisor password may lock it.",
        .source = manuals,
        .date = "2026-11",
    },

    // --- HP and HPE ---
    {
        .name = "HPE ProLiant, Synergy, Apollo",
        .sys_vendor = {"HPE", "Hewlett Packard Enterprise"},
        .key = "F9 (System Utilities)",
        .vmx =
            "System Configuration > BIOS/Platform Configuration (RBSU) > Virtualization Options > Intel(R) "
            "Virtualization Technology (Intel VT)",
        .svm = "System Configuration > BIOS/Platform Configuration (RBSU) > Virtualization Options > AMD "
               "Virtualization "
               "Technology",
        .vtd = "the same place > Intel(R) VT-d",
        .amd_iommu = "the same place > AMD I/O Virtualization Technology",
        .profile =
            "The Workload Profile comes first: \"Low Latency\" and \"High Performance Compute (HPC)\", among "
            "others, switch virtualization off and can make the switches grey; \"Virtualization - Max "
            "Performance\" or \"Virtualization - Power Efficient\" switch all of it on, \"Custom\" frees "
            "them.",
        .remark = "Redfish and iLO name it ProcVirtualization and IntelProcVtd.",
        .source =
            "HPE OneView and Redfish documents (profiles, attribute names); UEFI System Utilities guide from "
            "general knowledge",
        .date = "2026-11",
    },
    {
        .name = "HP ProLiant before Gen9",
        .sys_vendor = {"HP"},
        .product = {"ProLiant"},
        .key = "F9",
        .vmx = "System Options > Processor Options > Intel(R) Virtualization Technology",
        .svm = "System Options > Processor Options > AMD Virtualization",
        .vtd = "System Options > Processor Options > Intel(R) VT-d",
        .amd_iommu = "System Options > Processor Options > AMD-Vi",
        .source = manuals,
        .date = "2026-11",
    },
    {
        .name = "HP (EliteBook, ProBook, EliteDesk, ProDesk, Z)",
        .sys_vendor = {"HP", "Hewlett-Packard"},
        .product = {"HP Elite", "HP Pro", "HP Z", "HP ZBook"},
        .key = "F10 (Esc first on some)",
        .vmx =
            "Advanced > System Options > Virtualization Technology (VTx); older: Security > System Security",
        .svm = "Advanced > System Options > SVM CPU Virtualization; older: Security > System Security > "
               "Virtualization "
               "Technology",
        .vtd = "the same place > Virtualization Technology for Directed I/O (VTd)",
        .amd_iommu = "the same place > DMA Protection / IOMMU",
        .remark = "HP Sure Start or a setup password may lock it.",
        .source = manuals,
        .date = "2026-11",
    },
    {
        .name = "HP (Pavilion, Envy, Omen and others)",
        .sys_vendor = {"HP", "Hewlett-Packard"},
        .key = "F10 (Esc first)",
        .vmx = "System Configuration > Virtualization Technology (newer: Configuration or Advanced)",
        .svm = "System Configuration > Virtualization Technology",
        .remark = "Most have no switch for the IOMMU: it is on.",
        .source = manuals,
        .date = "2026-11",
    },

    // --- Lenovo ---
    {
        .name = "Lenovo ThinkSystem, ThinkAgile, System x",
        .sys_vendor = {"Lenovo", "LENOVO", "IBM"},
        .product = {"ThinkSystem", "ThinkAgile", "System x", "ThinkEdge"},
        .key = "F1 (System Setup)",
        .vmx = "UEFI Setup > System Settings > Processors > Intel Virtualization Technology",
        .svm = "UEFI Setup > System Settings > Processors > SVM Mode",
        .vtd = "UEFI Setup > System Settings > Devices and I/O Ports > Intel VT for Directed I/O (VT-d)",
        .amd_iommu = "UEFI Setup > System Settings > Devices and I/O Ports > IOMMU",
        .profile = "System Settings > Operating Modes (or Workload Profile): \"Custom Mode\" frees the "
                   "single switches",
        .source = manuals,
        .date = "2026-11",
    },
    {
        .name = "Lenovo ThinkPad",
        .sys_vendor = {"LENOVO"},
        .product = {"ThinkPad"},  // product_version or product_family; product_name is a type number
        .bios_code = "ET",
        .key = "Enter, then F1 (or F1)",
        .vmx = "Security > Virtualization > Intel(R) Virtualization Technology",
        .svm = "Security > Virtualization > AMD V(TM) Technology",
        .vtd =
            "Security > Virtualization > Intel(R) VT-d Feature (or Kernel DMA Protection, which includes it)",
        .amd_iommu = "Security > Virtualization (Kernel DMA Protection)",
        .remark = "A supervisor password may lock it.",
        .source = manuals,
        .date = "2026-11",
    },
    {
        .name = "Lenovo ThinkCentre, ThinkStation",
        .sys_vendor = {"LENOVO"},
        .product = {"ThinkCentre", "ThinkStation"},
        .bios_code = "KT",
        .key = "F1",
        .vmx = "Advanced > CPU Setup > Intel(R) Virtualization Technology",
        .svm = "Advanced > CPU Setup > SVM Support (AMD-V)",
        .vtd = "Advanced > CPU Setup > VT-d",
        .amd_iommu = "Advanced > CPU Setup > IOMMU",
        .source = manuals,
        .date = "2026-11",
    },
    {
        .name = "Lenovo (IdeaPad, Yoga, Legion)",
        .sys_vendor = {"LENOVO"},
        .key = "F2, or the Novo button",
        .vmx = "Configuration > Intel Virtual Technology",
        .svm = "Configuration > AMD SVM Technology (AMD Secure Virtual Machine)",
        .vtd = "Configuration > Intel VT-d, where there is one",
        .source = manuals,
        .date = "2026-11",
    },

    // --- servers ---
    {
        .name = "Supermicro",
        .sys_vendor = {"Supermicro", "Super Micro"},
        .board_vendor = {"Supermicro", "Super Micro"},
        .key = "Del",
        .vmx = "Advanced > CPU Configuration > Intel Virtualization Technology (or VMX)",
        .svm = "Advanced > CPU Configuration > SVM Mode",
        .vtd = "Advanced > Chipset Configuration > North Bridge > IIO Configuration > Intel VT for Directed "
               "I/O (VT-d)",
        .amd_iommu = "Advanced > NB Configuration > IOMMU",
        .remark = "The BMC can do it too: Redfish, or sum -c ChangeBiosCfg.",
        .source = manuals,
        .date = "2026-11",
    },
    {
        .name = "Cisco UCS",
        .sys_vendor = {"Cisco"},
        .key = "F2; on managed servers the BIOS policy of UCS Manager or Intersight counts, not the setup",
        .vmx = "Advanced > Processor Configuration > Intel(R) VT (policy: Intel VT)",
        .svm = "Advanced > SVM Mode (policy: SVM Mode)",
        .vtd = "Advanced > Intel VT for Directed I/O (policy: VT-d)",
        .amd_iommu = "policy: IOMMU",
        .profile =
            "a BIOS policy of the service profile overrides what is set in the setup at every association",
        .source = manuals,
        .date = "2026-11",
    },
    {
        .name = "Fujitsu",
        .sys_vendor = {"FUJITSU", "Fujitsu"},
        .key = "F2",
        .vmx = "Advanced > CPU Configuration > Intel Virtualization Technology",
        .svm = "Advanced > CPU Configuration > SVM Mode",
        .vtd = "Advanced > CPU Configuration > VT-d (Intel Virtualization Technology for Directed I/O)",
        .amd_iommu = "Advanced > CPU Configuration (or PCI Configuration) > IOMMU",
        .source = manuals,
        .date = "2026-11",
    },
    {
        .name = "Huawei and xFusion servers",
        .sys_vendor = {"Huawei", "XFUSION", "xFusion"},
        .product = {"RH", "2288", "1288", "FusionServer"},
        .key = "Del (F4 on older ones)",
        .vmx = "Advanced > Socket Configuration > Processor Configuration > VMX",
        .vtd = "Advanced > Socket Configuration > IIO Configuration > Intel VT for Directed I/O (VT-d)",
        .source = manuals,
        .date = "2026-11",
    },
    {
        .name = "Huawei and Honor laptops",
        .sys_vendor = {"HUAWEI", "HONOR"},
        .key = "F2",
        .remark = "Most have no switch for virtualization: it is on. If the kernel says that firmware "
                  "switched it off, "
                  "update the firmware.",
        .source = manuals,
        .date = "2026-11",
    },

    // --- boards of home-built machines ---
    {
        .name = "ASUS",
        .sys_vendor = {"ASUS", "ASUSTeK"},
        .board_vendor = {"ASUSTeK"},
        .key = "Del or F2, then F7 for Advanced Mode",
        .vmx = "Advanced > CPU Configuration > Intel (VMX) Virtualization Technology",
        .svm = "Advanced > CPU Configuration > SVM Mode",
        .vtd = "Advanced > System Agent (SA) Configuration > VT-d",
        .amd_iommu = "Advanced > AMD CBS (> NBIO Common Options) > IOMMU",
        .remark = "Laptops: F2, then Advanced > Intel Virtualization Technology or SVM Mode.",
        .source = manuals,
        .date = "2026-11",
    },
    {
        .name = "MSI",
        .sys_vendor = {"Micro-Star", "MSI"},
        .board_vendor = {"Micro-Star", "MSI"},
        .key = "Del, then F7 for Advanced Mode",
        .vmx = "OC > CPU Features > Intel Virtualization Tech",
        .svm = "OC > CPU Features (or Advanced CPU Configuration) > SVM Mode",
        .vtd = "OC > CPU Features > Intel VT-D Tech",
        .amd_iommu = "OC > Advanced CPU Configuration > AMD CBS > IOMMU (or Settings > Advanced)",
        .source = manuals,
        .date = "2026-11",
    },
    {
        .name = "Gigabyte",
        .sys_vendor = {"Gigabyte", "GIGABYTE"},
        .board_vendor = {"Gigabyte", "GIGABYTE"},
        .key = "Del",
        .vmx = "Tweaker > Advanced CPU Settings > Intel VT-x / VMX (older: BIOS Features > Intel "
               "Virtualization Technology)",
        .svm = "Tweaker > Advanced CPU Settings > SVM Mode (older: M.I.T. > Advanced Frequency Settings > "
               "Advanced CPU "
               "Core Settings)",
        .vtd = "Settings > Miscellaneous > VT-d (older: Chipset > VT-d)",
        .amd_iommu = "Settings > Miscellaneous > IOMMU (older: Chipset > IOMMU; AMD CBS > NBIO)",
        .source = manuals,
        .date = "2026-11",
    },
    {
        .name = "ASRock",
        .sys_vendor = {"ASRock"},
        .board_vendor = {"ASRock"},
        .key = "F2 or Del",
        .vmx = "Advanced > CPU Configuration > Intel Virtualization Technology",
        .svm = "Advanced > CPU Configuration > SVM Mode",
        .vtd = "Advanced > Chipset Configuration > VT-d",
        .amd_iommu = "Advanced > AMD CBS > NBIO Common Options > IOMMU",
        .source = manuals,
        .date = "2026-11",
    },

    // --- small machines and laptops ---
    {
        .name = "Intel NUC",
        .sys_vendor = {"Intel"},
        .product = {"NUC"},
        .key = "F2",
        .vmx = "Security > Security Features > Intel Virtualization Technology (Visual BIOS: Advanced > "
               "Security)",
        .vtd = "the same place > Intel VT for Directed I/O (VT-d)",
        .remark = "Later NUCs are ASUS's.",
        .source = manuals,
        .date = "2026-11",
    },
    {
        .name = "Acer",
        .sys_vendor = {"Acer"},
        .key = "F2",
        .vmx = "Advanced (or Main) > Intel VTX, Intel Virtualization Technology",
        .svm = "Advanced (or Main) > SVM Mode, AMD Virtualization",
        .vtd = "Advanced > Intel VTD",
        .remark = "Some models show no such switch: there Ctrl+S in the Main menu may show more, and "
                  "otherwise it is "
                  "on.",
        .source = manuals,
        .date = "2026-11",
    },
    {
        .name = "Apple (Intel Macs)",
        .sys_vendor = {"Apple"},
        .key = "none",
        .remark = "A Mac has no firmware setup: VT-x is on. Where a legacy (BIOS) start finds it off, start "
                  "macOS once "
                  "and choose this system from there, or start it by EFI.",
        .source = "general knowledge of Boot Camp",
        .date = "2026-11",
    },
    {
        .name = "Microsoft Surface",
        .sys_vendor = {"Microsoft"},
        .product = {"Surface"},
        .key = "hold Volume Up and press Power",
        .remark = "Surface UEFI has no switch for VT-x or SVM: it is on. If the kernel says that firmware "
                  "switched it off, "
                  "update the firmware; a managed device (SEMM) may be locked.",
        .source = manuals,
        .date = "2026-11",
    },
    {
        .name = "Samsung",
        .sys_vendor = {"SAMSUNG", "Samsung"},
        .key = "F2",
        .vmx = "Advanced (or SysInfo) > Intel(R) Virtualization Technology",
        .remark = "Many models show no switch: it is on.",
        .source = manuals,
        .date = "2026-11",
    },

    // --- by the firmware's own maker, when the machine's says nothing ---
    {
        .name = "AMI (American Megatrends) firmware",
        .bios_vendor = {"American Megatrends"},
        .key = "Del or F2",
        .vmx = "Advanced > CPU Configuration > Intel Virtualization Technology (or VMX)",
        .svm = "Advanced > CPU Configuration > SVM Mode",
        .vtd = "Chipset > System Agent (SA) Configuration > VT-d",
        .amd_iommu = "Advanced > AMD CBS > NBIO Common Options > IOMMU (or Chipset > North Bridge > IOMMU)",
        .source = manuals,
        .date = "2026-11",
    },
    {
        .name = "Insyde firmware",
        .bios_vendor = {"INSYDE", "Insyde"},
        .key = "F2 (Esc or Fn+F2 on some)",
        .vmx = "Configuration or Advanced > Intel Virtualization Technology",
        .svm = "Configuration or Advanced > SVM Support / AMD Virtualization",
        .vtd = "Configuration or Advanced > VT-d",
        .remark = "Makers hide what they like: no such switch usually means that it is on.",
        .source = manuals,
        .date = "2026-11",
    },
    {
        .name = "Phoenix firmware",
        .bios_vendor = {"Phoenix"},
        .key = "F2",
        .vmx = "Advanced > CPU Setup > Virtualization Technology",
        .svm = "Advanced > CPU Setup > AMD Virtualization",
        .source = manuals,
        .date = "2026-11",
    },
};

bool begins_with_one(std::string_view text, std::span<const std::string_view> prefixes) {
    return std::any_of(prefixes.begin(), prefixes.end(),
                       [&](std::string_view prefix) { return !prefix.empty() && text.starts_with(prefix); });
}

std::string_view text_of(const Fact<std::string>& fact) {
    return fact.if_known() ? std::string_view(*fact.if_known()) : std::string_view{};
}

/// "N1QET98W (1.73 )" has the code "ET": the two letters between the model's, two or three, and the number.
bool has_code(std::string_view version, std::string_view code) {
    if (code.empty()) return false;
    for (const std::size_t model : {2u, 3u})
        if (version.size() > model + 2 && version.substr(model, 2) == code && is_digit(version[model + 2]))
            return true;
    return false;
}

bool made_by(const FirmwareMaker& row, const HypervisorFacts& machine, std::string_view version) {
    if (!row.bios.empty()) return contains(version, row.bios);
    if (row.sys_vendor[0].empty() && row.board_vendor[0].empty())
        return begins_with_one(text_of(machine.dmi_bios_vendor), row.bios_vendor);
    if (!begins_with_one(text_of(machine.dmi_vendor), row.sys_vendor) &&
        !begins_with_one(text_of(machine.dmi_board_vendor), row.board_vendor))
        return false;
    if (row.product[0].empty() || has_code(version, row.bios_code)) return true;
    for (const Fact<std::string>* name : {&machine.dmi_product, &machine.dmi_version, &machine.dmi_family})
        if (begins_with_one(text_of(*name), row.product)) return true;
    return false;
}

std::string_view path_of(const FirmwareMaker& row, FirmwareSwitch which) {
    switch (which) {
        case FirmwareSwitch::vmx: return row.vmx;
        case FirmwareSwitch::svm: return row.svm;
        case FirmwareSwitch::vtd: return row.vtd;
        case FirmwareSwitch::amd_iommu: return row.amd_iommu;
    }
    return {};
}

/// Without a word about the maker: what the switch is called, and where such switches are.
std::string_view in_general(FirmwareSwitch which) {
    switch (which) {
        case FirmwareSwitch::vmx:
            return "Enable \"Intel Virtualization Technology\" (VT-x) in the firmware setup, then switch the "
                   "machine off and on: the lock survives a warm restart on some boards.";
        case FirmwareSwitch::svm:
            return "Enable \"SVM Mode\" (AMD-V) in the firmware setup (CPU or AMD CBS menu), then switch the "
                   "machine off and on. Firmware updates often reset it.";
        case FirmwareSwitch::vtd: return "Enable VT-d in the firmware setup.";
        case FirmwareSwitch::amd_iommu: return "Enable the IOMMU in the firmware setup.";
    }
    return {};
}

void add_sentence(std::string& text, std::string_view part) {
    if (part.empty()) return;
    text += ' ';
    text += part;
    if (!text.ends_with('.')) text += '.';
}

}  // namespace

std::span<const FirmwareMaker> firmware_makers() { return maker_rows; }

const FirmwareMaker* find_firmware_maker(const HypervisorFacts& machine, std::string_view version) {
    for (const FirmwareMaker& row : maker_rows)
        if (made_by(row, machine, version)) return &row;
    return nullptr;
}

namespace {

/// By DMI, else by whom a tool named: where only DMI was recorded, of the log's line say, a maker of hardware
/// is named by hardware.
const FirmwareMaker* maker_of(const Facts& f) {
    const std::string_view version = text_of(f.firmware.version);
    if (is(f.hypervisor.level, Level::guest)) return nullptr;
    if (const FirmwareMaker* maker = find_firmware_maker(f.hypervisor, version)) return maker;
    if (f.evidence && f.evidence->maker.if_known() && f.hypervisor.dmi_vendor.if_absent()) {
        HypervisorFacts named;
        named.dmi_vendor = f.evidence->maker;
        if (const FirmwareMaker* maker = find_firmware_maker(named, version)) return maker;
    }
    if (f.hypervisor.level.if_known()) return nullptr;
    // A version that only such a machine's firmware has tells that it is no guest.
    const FirmwareMaker* maker = find_firmware_maker({}, version);
    return maker && !maker->bios.empty() ? maker : nullptr;
}

}  // namespace

bool is_most_likely_hardware(const Facts& f) {
    const FirmwareMaker* maker = maker_of(f);
    return maker &&
           (!maker->sys_vendor[0].empty() || !maker->board_vendor[0].empty() || !maker->bios.empty());
}

Remedy switch_on_in_firmware(const Facts& f, FirmwareSwitch which) {
    const bool iommu = which == FirmwareSwitch::vtd || which == FirmwareSwitch::amd_iommu;
    using What = SwitchOnInFirmware::What;
    Step step{.where = Where::firmware,
              .what = std::string(in_general(which)),
              .cost = iommu ? Cost::reboot : Cost::power_off,
              .action = SwitchOnInFirmware{iommu ? What::iommu : What::virtualization}};
    const FirmwareMaker* maker = maker_of(f);
    if (!maker) return step;
    const std::string_view path = path_of(*maker, which);
    if (maker->no_switch && path.empty())
        step.what = fmt::format("{} usually has no switch for this.", maker->name);
    if (!path.empty())
        add_sentence(step.what,
                     fmt::format("{}: the setup opens with {} at the start; the switch is usually at {} ({})",
                                 maker->name, maker->key, path, as_of(maker->date, f)));
    else if (maker->remark.empty())
        add_sentence(step.what,
                     fmt::format("{}: the setup opens with {} at the start", maker->name, maker->key));
    add_sentence(step.what, maker->profile);
    add_sentence(step.what, maker->remark);
    Remedy remedy(std::move(step));
    if (!maker->command.empty() && !iommu)
        remedy.then(Step{.where = Where::here,
                         .what = "Or by the maker's own tool, where it is installed.",
                         .commands = {ShellCommand::of_row(maker->command)},
                         .cost = Cost::power_off});
    return remedy;
}

}  // namespace nestprobe

// SPDX-License-Identifier: MIT
// Lines of drivers/iommu (Linux 5.10 to 7.2) that say why an IOMMU is not used, and rules about what else
// the log says of one: faults and devices that firmware holds back (NP810 to NP812).
#include "rules/iommu/iommu_causes.hpp"

#include "rules/common.hpp"
#include "rules/iommu/iommu_words.hpp"
#include "rules/iommu/vfio_ids.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace nestprobe {
namespace {

constexpr std::string_view firmware_table =
    "The firmware's table is wrong, and only a newer firmware puts it right: update it. Switching the IOMMU "
    "(VT-d, AMD IOMMU) off and on again in the firmware setup helps on some machines.";
constexpr std::string_view virtual_table =
    "The table is the hypervisor's above: update it, or remove and add this guest's IOMMU in its definition.";

constexpr IommuCause iommu_causes[] = {
    {LogLine::dmar_at_zero, Stops::dma, "the DMAR table gives no address for a unit, so none is used",
     firmware_table, virtual_table},
    {LogLine::dmar_all_ones, Stops::dma,
     "nothing answers at the address that the DMAR table gives for a unit, so none is used", firmware_table,
     virtual_table},
    {LogLine::dmar_cannot_validate, Stops::dma, "a unit of the DMAR table cannot be reached, so none is used",
     firmware_table, virtual_table},
    {LogLine::dmar_no_drhd, Stops::dma, "the DMAR table names no unit", firmware_table, virtual_table},
    {LogLine::dmar_no_devices, Stops::dma, "the DMAR table names no device", firmware_table, virtual_table},
    {LogLine::dmar_invalid_haw, Stops::dma, "the DMAR table's address width is invalid", firmware_table,
     virtual_table},
    {LogLine::dmar_parse_failure, Stops::dma, "the DMAR table cannot be read to its end", firmware_table,
     virtual_table},
    {LogLine::dmar_zero_length, Stops::dma, "a structure of the DMAR table has no length", firmware_table,
     virtual_table},
    {LogLine::dmar_no_widths, Stops::dma, "the unit has no address width that this processor can use",
     "Update the firmware.",
     "Set another address width for this guest's IOMMU (libvirt: <driver aw_bits='48'/>)."},
    {LogLine::amdvi_checksum, Stops::dma, "the IVRS table's checksum is wrong, so it is not used",
     firmware_table, virtual_table},
    {LogLine::amdvi_table_error, Stops::dma, "the IVRS table is wrong, so it is not used", firmware_table,
     virtual_table},
    {LogLine::amdvi_mmio, Stops::dma, "the registers of the IOMMU lie where something else is",
     firmware_table, virtual_table},
    {LogLine::amdvi_bios_bug, Stops::dma, "the kernel found what the firmware says of the IOMMU wrong",
     firmware_table, virtual_table},
    {LogLine::amdvi_sme, Stops::dma, "the IOMMU is not used together with memory encryption on this kernel",
     "Boot with mem_encrypt=off on the kernel command line, or a newer kernel.", ""},
    {LogLine::amdvi_stoney, Stops::dma,
     "the kernel leaves the IOMMU of this processor (Stoney Ridge) off on purpose: it does not work with its "
     "graphics",
     "No cure: this processor's IOMMU is not used by Linux.", ""},
    {LogLine::amdvi_cx16, Stops::dma, "the processor does not show CMPXCHG16B, which the driver needs",
     "Update the firmware.", "Give this guest a CPU model with cx16, such as the host's own."},
    {LogLine::dmar_off, Stops::dma, "somebody switched it off",
     "Remove intel_iommu=off or iommu=off from the kernel command line and restart.", ""},

    {LogLine::ir_firmware_ioapic, Stops::interrupts,
     "the firmware's table names no unit for an I/O APIC, so no interrupt is remapped",
     "Update the firmware, whose table lacks the I/O APIC. Without one, "
     "vfio_iommu_type1.allow_unsafe_interrupts=1 lets VFIO do without, at the risk that a device raises any "
     "interrupt.",
     "Add <ioapic driver='qemu'/> to the <features> of this guest's definition."},
    {LogLine::ir_erratum, Stops::interrupts,
     "this chipset's interrupt remapping does not work (erratum of the 5500, 5520 and X58), so the kernel "
     "leaves it off",
     "No cure for this chipset; vfio_iommu_type1.allow_unsafe_interrupts=1 lets VFIO do without, at the risk "
     "that a device raises any interrupt.",
     ""},
    {LogLine::amdvi_ioapic, Stops::interrupts,
     "the IVRS table does not name an I/O APIC, so no interrupt is remapped",
     "Update the firmware. Until then the I/O APIC can be named on the kernel command line: the word is "
     "ivrs_ioapic=ID@SEGMENT:BUS:DEVICE.FUNCTION with the ID of the line, on most machines at 0000:00:14.0.",
     "Update the hypervisor above, whose table lacks the I/O APIC."},
    {LogLine::amdvi_southbridge, Stops::interrupts,
     "the IVRS table does not name the southbridge's I/O APIC, so no interrupt is remapped",
     "Update the firmware. Until then the I/O APIC can be named on the kernel command line: the word is "
     "ivrs_ioapic=ID@SEGMENT:BUS:DEVICE.FUNCTION, on most machines at 0000:00:14.0.",
     "Update the hypervisor above, whose table lacks the I/O APIC."},
    {LogLine::vfio_no_ir, Stops::interrupts, "VFIO asked for interrupt remapping, and there is none",
     "Switch interrupt remapping, or x2APIC, on in the firmware setup, or update the firmware. The kernel's "
     "log says what it lacks.\n    sudo dmesg | grep -e DMAR-IR -e AMD-Vi\n"
     "Only where nothing brings it, and you trust the guest: let VFIO do without, at the risk that a device "
     "raises any interrupt.\n"
     "    echo 'options vfio_iommu_type1 allow_unsafe_interrupts=1' | sudo tee "
     "/etc/modprobe.d/vfio-unsafe.conf\n    sudo modprobe -r vfio_pci vfio_iommu_type1\n"
     "    sudo modprobe vfio_pci",
     "Give this guest's IOMMU interrupt remapping: <driver intremap='on'/> in its <iommu>, with <ioapic "
     "driver='qemu'/>."},
    {LogLine::ir_failed, Stops::interrupts, "the unit did not take the table of interrupts",
     "Look at the lines before it.\n    sudo dmesg | grep DMAR", ""},
};

Outcome check_held_back(const Facts& f) {
    constexpr LogLine kinds[] = {LogLine::rmrr_ineligible, LogLine::firmware_one_to_one};
    if (const Absent* absent = f.kernel.log.if_absent()) return carry(*absent);
    const LoggedLine* line = heard_last(f, kinds);
    if (!line) return pass("the kernel log names no device that firmware holds back");
    return cite_log(
        fail(fmt::format("the kernel log says \"{}\": that device cannot be given to a guest, for "
                         "firmware keeps memory for it (RMRR)",
                         line->text)),
        *line);
}

Outcome check_unknown_word(const Facts& f) {
    if (const std::string slips = slips_of_iommu_words(f); !slips.empty())
        return cite(fail(slips), f.kernel.command_line);
    if (std::optional<Outcome> ids = misspelt_vfio_ids(f)) return std::move(*ids);
    if (const Absent* absent = f.kernel.log.if_absent()) return carry(*absent);
    const LoggedLine* line = heard(f, LogLine::dmar_unknown_option);
    if (!line) return pass("the kernel log names no word of intel_iommu= that it does not know");
    return cite_log(fail(fmt::format("the kernel log says \"{}\": that word was not applied", line->text)),
                    *line);
}

constexpr std::string_view fault_see[] = {
    "Linux drivers/iommu/intel/dmar.c, dmar_fault(), qi_check_fault()",
    "Linux drivers/iommu/amd/iommu.c, iommu_print_event()",
    "AMD 48882 (I/O Virtualization Technology Specification), \"Event Logging\""};
constexpr std::string_view rmrr_see[] = {
    "Linux drivers/iommu/intel/iommu.c, device_rmrr_is_relaxable(), intel_iommu_attach_device()"};
constexpr std::string_view word_see[] = {
    "Linux Documentation/admin-guide/kernel-parameters.txt, intel_iommu=",
    "Linux drivers/vfio/pci/vfio_pci.c, vfio_pci_fill_ids()"};

constexpr Rule iommu_causes_rows[] = {
    {
        .id = "NP810",
        .name = "iommu-fault",
        .layer = Layer::iommu,
        .question = Question::device_assignment,
        .role = Role::advice,
        .title =
            "a device behind the IOMMU used memory that it was not given, or the IOMMU met another fault",
        .explain =
            "The IOMMU stops a device that reaches for memory, or raises an interrupt, that nobody gave it,\n"
            "and the kernel writes that into its log. The IOMMU works, then: the device, its driver or the\n"
            "firmware is at fault. A device that was just given to a guest, or taken back, may do it once.\n"
            "Other lines of that kind mean another thing, and are told apart: a device that does not answer\n"
            "the IOMMU (ATS), a table or a command that could not be read from memory.",
        .fix = "Look at the device that the line names.",
        .see = fault_see,
        .check = check_iommu_faults,
        .worked = "dmesg has no new line of that kind while the device works.",
        .also = "A device that was just given to a guest, or taken back: once is harmless.",
    },
    {
        .id = "NP811",
        .name = "device-held-back-by-firmware",
        .layer = Layer::iommu,
        .question = Question::device_assignment,
        .role = Role::advice,
        .title = "firmware keeps memory for a device, so that it cannot be given to a guest",
        .explain =
            "A reserved memory region (RMRR) ties a device to memory that firmware uses behind the kernel's\n"
            "back, for management controllers as a rule. The kernel does not let such a device go to a\n"
            "guest. Other devices are not concerned.",
        .fix = "Look in the server maker's manual for the switch that releases the device, slot by slot (HP: "
               "\"HPE Shared Memory Features\" among the PCIe devices' options; Gen8 and Gen9: conrep, "
               "RMRDS); or "
               "give away another device. Some kernels are patched to overlook it, at the risk that firmware "
               "and "
               "the guest write each other's memory: intel_iommu=on,relax_rmrr there (Harvester's, builds of "
               "Proxmox VE's; 2026-11).",
        .see = rmrr_see,
        .check = check_held_back,
        .worked = "The guest starts with the device.",
        .also = "Devices of the board (USB, graphics), for which newer kernels make an exception.",
    },
    {
        .id = "NP812",
        .name = "iommu-word-unknown",
        .layer = Layer::iommu,
        .question = Question::device_assignment,
        .role = Role::advice,
        .title = "a word on the kernel command line for the IOMMU, or for vfio-pci, does nothing",
        .explain =
            "intel_iommu= takes a list of words. One that is misspelt is passed over, with a line in the\n"
            "kernel log; a parameter that is misspelt, or the other maker's, without one. AMD's IOMMU is "
            "driven\n"
            "without a word. vfio-pci.ids= takes ids as lspci -nn shows them, and says nothing of one that\n"
            "no device has.",
        .fix = "Write the word as the kernel's documentation has it: intel_iommu= with on, off, igfx_off, "
               "strict, "
               "sm_on or sm_off. On AMD no word is needed: remove it.",
        .see = word_see,
        .check = check_unknown_word,
        .worked = "dmesg has no line \"Unknown option\" at the next start; lspci -nnk shows vfio-pci for the "
                  "devices.",
        .also = "A word of a newer kernel than the one that runs.",
    },
};

}  // namespace

std::string HeardCause::message() const {
    return fmt::format("the kernel log says \"{}\": {}", line->text, cause->means);
}

std::string_view HeardCause::fix(const Facts& f) const {
    return in_guest(f) && !cause->in_guest.empty() ? cause->in_guest : cause->fix;
}

HeardCause heard_cause(const Facts& f, Stops what) {
    if (const auto* lines = f.kernel.log.if_known())
        for (const LoggedLine& line : *lines)
            for (const IommuCause& cause : iommu_causes)
                if (cause.line == line.id && cause.stops == what) return {&cause, &line};
    return {};
}

std::span<const Rule> iommu_cause_rules() { return iommu_causes_rows; }

}  // namespace nestprobe

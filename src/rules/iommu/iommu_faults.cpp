// SPDX-License-Identifier: MIT
// Faults that an IOMMU writes into the kernel's log (NP810): each with what it means and its own cure.  Not
// all are of a device that reached too far; some are of one that is silent, some of memory, some of the
// kernel. Sources: AMD I/O Virtualization Technology (IOMMU) Specification (48882), "Event Logging"; Linux
// drivers/iommu/amd/iommu.c, iommu_print_event(); intel/dmar.c, dmar_fault(), qi_check_fault().
#include "remedy/steps.hpp"
#include "rules/common.hpp"
#include "rules/iommu/iommu_causes.hpp"

#include <fmt/format.h>

#include <iterator>

namespace nestprobe {
namespace {

/// Whose fault it is.
enum class Fault : std::uint8_t { reach, silence, entry, memory, kernel, request };

struct FaultRow {
    LogLine line;
    Fault fault;
};
// Those first that are the cause of others.
constexpr FaultRow fault_rows[] = {
    {LogLine::amdvi_device_silent, Fault::silence},     {LogLine::dmar_device_silent, Fault::silence},
    {LogLine::amdvi_wait_timeout, Fault::silence},      {LogLine::amdvi_command_error, Fault::memory},
    {LogLine::amdvi_device_table_error, Fault::memory}, {LogLine::amdvi_page_table_error, Fault::memory},
    {LogLine::amdvi_command_illegal, Fault::kernel},    {LogLine::amdvi_device_entry, Fault::entry},
    {LogLine::amdvi_request_invalid, Fault::request},   {LogLine::amdvi_page_request_invalid, Fault::request},
};
constexpr LogLine reaches[] = {LogLine::dmar_fault_dma, LogLine::dmar_fault_ir, LogLine::amdvi_fault,
                               LogLine::amdvi_snp_fault};
constexpr LogLine without_device[] = {LogLine::dmar_fault, LogLine::amdvi_event};

/// The words for one maker's IOMMU do nothing on the other's.
Remedy look_at_device(const LoggedLine& line) {
    const bool intel = log_row(line.id).vendor == LogVendor::intel;
    return fmt::format(
        "Look at the device that the line names: its driver or the firmware uses memory that it was not "
        "given. "
        "Update the firmware; iommu=pt on the kernel command line spares this system's own drivers{}.",
        intel ? "; intel_iommu=on,igfx_off leaves out an integrated GPU" : "");
}

Remedy wake_device(const Facts& f) {
    Remedy without = change_words(f, {}, {"pci=noats"});
    without.steps.front().what.insert(0,
                                      "Where it comes without a guest, too: let the kernel do without ATS. ");
    return Remedy(
               Step{.what =
                        "If it is a device that was given to a guest, a graphics card as a rule: it did not "
                        "survive its reset. Switch the machine off and on; give it to no second guest "
                        "without a driver that resets it (vendor-reset for some of AMD's).",
                    .cost = Cost::power_off})
        .then(std::move(without));
}

Remedy cure(const Facts& f, const LoggedLine& line, Fault fault) {
    if (in_guest(f))
        return "Look at the driver of the device that the line names, in this guest and above it.";
    switch (fault) {
        case Fault::reach: return look_at_device(line);
        case Fault::silence: return wake_device(f);
        case Fault::entry:
            return "Update the firmware and the kernel. In a kernel that kexec or kdump started it is "
                   "harmless: a "
                   "device went on from before.";
        case Fault::memory:
            return "Test the memory, and look for other errors of the hardware.\n"
                   "    sudo dmesg | grep -i -e mce -e edac -e 'hardware error'\n"
                   "Update the firmware.";
        case Fault::kernel: return "Update the kernel; if it stays, test the memory.";
        case Fault::request: {
            Remedy remedy("Update the firmware, and that of the device.");
            Remedy without = change_words(f, {}, {"pci=noats"});
            without.steps.front().what.insert(0, "If it stays: let the kernel do without ATS. ");
            return remedy.then(std::move(without));
        }
    }
    return {};
}

std::string_view title_of(Fault fault) {
    switch (fault) {
        case Fault::reach: return {};  // the rule's own
        case Fault::silence: return "a device does not answer the IOMMU";
        case Fault::entry: return "the IOMMU does not take a device's entry in its table";
        case Fault::memory: return "the IOMMU got an error of the hardware from memory";
        case Fault::kernel: return "the IOMMU got a command that it does not know";
        case Fault::request: return "a device sent the IOMMU a request that it may not send";
    }
    return {};
}

Outcome told(const Facts& f, const LoggedLine& line, Fault fault) {
    std::string means(log_row(line.id).meaning);
    means.front() = static_cast<char>(means.front() - 'A' + 'a');  // "The", "A"
    Outcome outcome =
        fail(fmt::format("the kernel log says \"{}\": {}", line.text, means), cure(f, line, fault));
    outcome.title = title_of(fault);
    return cite_log(std::move(outcome), line);
}

}  // namespace

Outcome check_iommu_faults(const Facts& f) {
    if (const Absent* absent = f.kernel.log.if_absent()) return carry(*absent);
    for (const FaultRow& row : fault_rows)
        if (const LoggedLine* line = heard_last(f, std::span(&row.line, 1))) return told(f, *line, row.fault);
    const LoggedLine* line = heard_last(f, reaches);
    if (line && line->id == LogLine::amdvi_snp_fault) return told(f, *line, Fault::reach);
    if (!line) line = heard_last(f, without_device);
    if (line && line->id == LogLine::amdvi_event)
        return cite_log(
            unknown(fmt::format("the kernel log says \"{}\", an event that is not known here", line->text)),
            *line);
    if (!line) return pass("the kernel log tells of no fault of a device behind the IOMMU");
    return cite_log(
        fail(fmt::format("the kernel log says \"{}\": a device used memory or an interrupt that it was not "
                         "given, and the IOMMU, which works, stopped it",
                         line->text),
             cure(f, *line, Fault::reach)),
        *line);
}

}  // namespace nestprobe

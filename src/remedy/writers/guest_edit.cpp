// SPDX-License-Identifier: MIT
#include "remedy/writers/guest_edit.hpp"

#include "base/printable.hpp"
#include "base/text.hpp"
#include "definition/guest_questions.hpp"
#include "remedy/cpu_option.hpp"
#include "remedy/shell.hpp"
#include "remedy/writers/domain_edit.hpp"
#include "report/known.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace nestprobe {
namespace {

/// A finding that an edit of this kind is the fix of, or might be.
bool wants(const Finding& f, GuestChange change) {
    const bool bad = f.outcome.status == Status::fail || f.outcome.status == Status::unknown;
    const bool wider = change == GuestChange::iommu && f.rule->edit == GuestChange::iommu_width;
    return bad && (f.rule->edit == change || wider);
}

bool any_wants(const Report& report, Question question, GuestChange change) {
    return report.asked.value_or(question) == question &&
           std::any_of(report.findings.begin(), report.findings.end(),
                       [&](const Finding& f) { return wants(f, change); });
}

/// An x86 guest of QEMU, which the two edits are for.
bool is_ours(const GuestFacts& guest) {
    const std::string* arch = guest.arch.if_known();
    const Accelerator* accelerator = guest.accelerator.if_known();
    return arch && accelerator && (*accelerator == Accelerator::kvm || *accelerator == Accelerator::tcg) &&
           (*arch == "x86_64" || *arch == "i686" || *arch == "i386");
}

std::string base_name(std::string_view label) {
    if (label == "standard input") return "domain.xml";
    return printable(label.substr(label.rfind('/') + 1));  // it stands in a line of the diff
}

std::string name_of(const GuestDefinition& definition) {
    const std::string* name = definition.facts.name.if_known();
    return name && !name->empty() ? *name : base_name(definition.label);
}

void edit_proxmox(const GuestDefinition& definition, std::string_view feature, bool cpu, bool iommu,
                  GuestEdit& edit) {
    const unsigned* number = definition.facts.vmid.if_known();
    const std::string id = number ? fmt::format("{}", *number) : std::string(unknown_vm);
    edit.by_qm = number != nullptr;
    std::string cpu_words = cpu ? " --cpu " + edited_proxmox_cpu(definition.facts) : "";
    if (cpu && is(definition.facts.passed_cpu, true)) {  // a -cpu in args: comes behind Proxmox's own
        const std::optional<std::string> args =
            shell_word(edited_proxmox_args(definition.text, definition.facts, feature));
        cpu_words = args && !args->empty() && *args != "''" ? " --args " + *args : "";
        if (cpu_words.empty())
            edit.notes.push_back("The -cpu in args: decides: write host behind it there, by hand.");
    }
    if (cpu && is_emulated(definition.facts)) cpu_words += " --kvm 1";
    if (cpu_words.empty() && !iommu) return;
    edit.commands.push_back(
        fmt::format("qm set {}{}{}", id, cpu_words, iommu ? " --machine q35,viommu=intel" : ""));
    edit.notes.push_back("Then stop the guest and start it (qm stop, qm start): a reboot keeps the old one.");
}

void edit_arguments(const GuestDefinition& definition, std::string_view feature, bool cpu, bool iommu,
                    GuestEdit& edit) {
    if (cpu) edit.arguments += edited_cpu_arguments(definition.facts, feature);
    if (iommu) edit.arguments.append(" ").append(iommu_arguments(false, has_many_cpus(definition.facts)));
    edit.notes.emplace_back(
        iommu ? "In the place of the options of these names; intel-iommu before any vfio-pci."
              : "In the place of the options of these names.");
}

}  // namespace

GuestEdit make_edit(const GuestDefinition& definition, const Report& report) {
    GuestEdit edit;
    edit.guest = name_of(definition);
    if (!definition.from_libvirt && definition.label != "standard input") edit.file = definition.label;
    const bool cpu = any_wants(report, Question::kvm_in_guests, GuestChange::cpu);
    const bool iommu = any_wants(report, Question::device_assignment, GuestChange::iommu) &&
                       is_asked(report, Question::device_assignment);
    if ((!cpu && !iommu) || !is_ours(definition.facts)) return edit;
    if (const std::string* manager = definition.facts.manager.if_known(); manager && !manager->empty()) {
        const bool mended = std::any_of(report.findings.begin(), report.findings.end(), [](const Finding& f) {
            return f.rule->layer == Layer::guest && f.outcome.status == Status::fail;
        });
        edit.notes.push_back(
            fmt::format("{} writes this definition before every start: an edit of it is lost.", *manager));
        if (mended) edit.notes.back() += fmt::format(" The fix above is in {}'s words.", *manager);
        return edit;
    }
    if (definition.is_part) {
        edit.notes.emplace_back(
            "No edit fits a part of a definition. Of the whole one: virsh dumpxml GUEST > guest.xml, then "
            "nestprobe --domain guest.xml.");
        return edit;
    }
    if (is(definition.facts.definition, DefinitionKind::libvirt)) {
        DomainEdit domain(definition, report.facts, edit.guest, edit);
        if (cpu) domain.edit_cpu();
        if (iommu)
            domain.edit_iommu(any_wants(report, Question::device_assignment, GuestChange::iommu_width));
        domain.finish(base_name(definition.label));
    } else if (is(definition.facts.definition, DefinitionKind::proxmox)) {
        edit_proxmox(definition, flag_of_guest(report.facts), cpu, iommu, edit);
    } else {
        edit_arguments(definition, flag_of_guest(report.facts), cpu, iommu, edit);
    }
    if (edit.arguments.starts_with(' ')) edit.arguments.erase(0, 1);
    return edit;
}

}  // namespace nestprobe

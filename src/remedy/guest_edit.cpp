// SPDX-License-Identifier: MIT
#include "remedy/guest_edit.hpp"

#include "base/printable.hpp"
#include "base/text.hpp"
#include "remedy/domain_edit.hpp"
#include "rules/guest/guest_questions.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace nestprobe {
namespace {

// The rules whose findings the two edits mend.
constexpr std::string_view cpu_findings[] = {"NP702", "NP704", "NP705", "NP706", "NP707"};
constexpr std::string_view iommu_findings[] = {"NP720", "NP721", "NP722", "NP723", "NP724", "NP725", "NP726",
                                               "NP727", "NP729", "NP730", "NP732", "NP733", "NP734"};

bool found_any(const Report& report, std::span<const std::string_view> rules) {
    return std::any_of(report.findings.begin(), report.findings.end(), [&](const Finding& f) {
        const bool bad = f.outcome.status == Status::fail || f.outcome.status == Status::unknown;
        return bad && std::find(rules.begin(), rules.end(), f.rule->id) != rules.end();
    });
}

std::string base_name(std::string_view label) {
    if (label == "standard input") return "domain.xml";
    return printable(label.substr(label.rfind('/') + 1));  // it stands in a line of the diff
}

std::string name_of(const GuestDefinition& definition) {
    const std::string* name = definition.facts.name.if_known();
    return name && !name->empty() ? *name : base_name(definition.label);
}

/// /etc/pve/qemu-server/101.conf -> 101
std::string proxmox_id(const GuestDefinition& definition) {
    const std::string name = base_name(definition.label);
    const std::string number = name.substr(0, name.find('.'));
    unsigned id = 0;
    return parse_number(std::string_view(number), id) ? number : std::string(unknown_vm);
}

void edit_proxmox(const GuestDefinition& definition, bool cpu, bool iommu, GuestEdit& edit) {
    edit.commands.push_back(fmt::format("qm set {}{}{}", proxmox_id(definition), cpu ? " --cpu host" : "",
                                        iommu ? " --machine q35,viommu=intel" : ""));
    edit.notes.push_back("Then stop the guest and start it (qm stop, qm start): a reboot keeps the old one.");
}

void edit_arguments(const GuestDefinition& definition, bool cpu, bool iommu, GuestEdit& edit) {
    if (cpu) edit.arguments += " -accel kvm -cpu host";
    if (iommu) edit.arguments.append(" ").append(iommu_arguments(false, has_many_cpus(definition.facts)));
    edit.notes.push_back("In the place of the options of these names; intel-iommu before any vfio-pci.");
}

}  // namespace

GuestEdit make_edit(const GuestDefinition& definition, const Report& report) {
    GuestEdit edit;
    edit.guest = name_of(definition);
    if (!definition.from_libvirt && definition.label != "standard input") edit.file = definition.label;
    const auto mends = [&](Question question, std::span<const std::string_view> rules) {
        return report.asked.value_or(question) == question && found_any(report, rules);
    };
    const bool cpu = mends(Question::kvm_in_guests, cpu_findings);
    const bool iommu = mends(Question::device_assignment, iommu_findings);
    constexpr std::string_view foreign[] = {"NP701"};
    if ((!cpu && !iommu) || found_any(report, foreign)) return edit;
    if (is(definition.facts.definition, DefinitionKind::libvirt)) {
        DomainEdit domain(definition, report, edit.guest, edit);
        if (cpu) domain.mend_cpu();
        if (iommu) domain.mend_iommu();
        domain.finish(base_name(definition.label));
    } else if (is(definition.facts.definition, DefinitionKind::proxmox)) {
        edit_proxmox(definition, cpu, iommu, edit);
    } else {
        edit_arguments(definition, cpu, iommu, edit);
    }
    if (edit.arguments.starts_with(' ')) edit.arguments.erase(0, 1);
    return edit;
}

}  // namespace nestprobe

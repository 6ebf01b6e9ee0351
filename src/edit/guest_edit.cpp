// SPDX-License-Identifier: MIT
#include "edit/guest_edit.hpp"

#include "edit/xml_edit.hpp"
#include "fix/fix_script.hpp"
#include "rules/guest.hpp"
#include "text.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace nestprobe {
namespace {

// The rules whose findings the two edits mend.
constexpr std::string_view cpu_findings[] = {"NP702", "NP704", "NP705", "NP706", "NP707"};
constexpr std::string_view iommu_findings[] = {"NP720", "NP721", "NP722", "NP723", "NP724",
                                               "NP725", "NP726", "NP727", "NP729"};

bool found_any(const Report& report, std::span<const std::string_view> rules) {
    return std::any_of(report.findings.begin(), report.findings.end(), [&](const Finding& f) {
        const bool bad = f.outcome.status == Status::fail || f.outcome.status == Status::unknown;
        return bad && std::find(rules.begin(), rules.end(), f.rule->id) != rules.end();
    });
}

std::string base_name(std::string_view label) {
    if (label == "standard input") return "domain.xml";
    std::string name(label.substr(label.rfind('/') + 1));
    for (char& c : name)  // it stands in a line of the diff
        if (static_cast<unsigned char>(c) < ' ') c = '?';
    return name;
}

std::string name_of(const GuestDefinition& definition) {
    const std::string* name = definition.facts.name.if_known();
    return name && !name->empty() ? *name : base_name(definition.label);
}

bool has_many_cpus(const GuestFacts& guest) {
    return guest.vcpus.if_known() && *guest.vcpus.if_known() > 255;
}

// --- libvirt's XML ---

class DomainEdit {
public:
    DomainEdit(const GuestDefinition& definition, const Report& report, GuestEdit& edit)
        : d_(definition), guest_(definition.facts), facts_(report.facts), edit_(edit), xml_(definition) {}

    void mend_cpu() {
        if (is(guest_.accelerator, Accelerator::tcg)) use_kvm();
        const bool named = technology_of_guest(facts_).has_value();
        if (is(guest_.cpu_mode, CpuMode::host_passthrough) || is(guest_.cpu_mode, CpuMode::maximum))
            drop_refusals();
        else if (is(guest_.cpu_mode, CpuMode::host_model) && named)
            require_feature();
        else
            pass_through();
        if (const std::string* type = guest_.launch_security.if_known(); type && !type->empty())
            edit_.notes.push_back(
                "An encrypted guest cannot run KVM; whether it may do without encryption is not "
                "for an edit to decide.");
    }

    void mend_iommu() {
        if (!is(guest_.q35, true) && !is(guest_.iommu, IommuModel::amd) && !use_q35()) return;
        add_iommu();
        if (const XmlElement* features = d_.find("features")) {
            if (!d_.find("features/acpi")) xml_.append(*features, {"<acpi/>"});
            split_irqchip(*features);
        } else {
            add_features();
        }
        edit_.commands.push_back(virt_xml("--edit --features ioapic.driver=qemu"));
    }

    void finish() {
        edit_.diff = unified_diff(d_.text, std::move(xml_).take(), base_name(d_.label));
        if (!edit_.diff.empty())
            edit_.notes.push_back(
                "Then shut the guest down and start it: a reboot inside it keeps the old one.");
    }

private:
    std::string virt_xml(std::string_view what) const {
        return fmt::format("virt-xml {} {}", shell_word(name_of(d_)), what);
    }
    std::string_view tag(const XmlElement& element) const {
        return std::string_view(d_.text).substr(element.tag.begin, element.tag.size());
    }

    /// A feature line that takes vmx or svm away, or asks for the one that this processor does not have.
    bool refuses(const XmlElement& element) const {
        if (element.path != "cpu/feature" || (element.name != "vmx" && element.name != "svm")) return false;
        const auto technology = technology_of_guest(facts_);
        return contains(tag(element), "disable") || contains(tag(element), "forbid") ||
               (technology && element.name != feature_of_guest(facts_));
    }

    void use_kvm() {
        const XmlElement& root = d_.elements.front();
        xml_.retag(root, with_attribute(tag(root), "type", "kvm"));
        edit_.notes.push_back("The guest becomes one of KVM: /dev/kvm must work here (kvm-here).");
    }

    void drop_refusals() {
        for (const XmlElement& element : d_.elements)
            if (refuses(element)) xml_.remove(element);
        if (technology_of_guest(facts_))
            edit_.commands.push_back(
                virt_xml(fmt::format("--edit --cpu require={}", feature_of_guest(facts_))));
    }

    void require_feature() {
        const std::string feature = feature_of_guest(facts_);
        const XmlElement* cpu = d_.find("cpu");
        if (const XmlElement* there = d_.find("cpu/feature", feature))
            xml_.retag(*there, with_attribute(tag(*there), "policy", "require"));
        else
            xml_.append(*cpu, {fmt::format("<feature policy='require' name='{}'/>", feature)});
        edit_.commands.push_back(virt_xml(fmt::format("--edit --cpu require={}", feature)));
        edit_.arguments += fmt::format(" -cpu MODEL,{}=on", feature);
    }

    /// The mode changed; model, vendor and what refuses vmx or svm taken out; topology, NUMA, caches and
    /// other features kept.
    void pass_through() {
        edit_.commands.push_back(virt_xml("--edit --cpu host-passthrough"));
        edit_.arguments += " -accel kvm -cpu host";
        const XmlElement* cpu = d_.find("cpu");
        if (!cpu) return add_cpu();
        std::string mended =
            with_attribute(without_attribute(tag(*cpu), "match"), "mode", "host-passthrough");
        mended = with_attribute(mended, "check", "none");
        for (const XmlElement& element : d_.elements) {
            if (element.path == "cpu/model" || element.path == "cpu/vendor" || refuses(element))
                xml_.remove(element);
        }
        if (!mended.ends_with("/>") && xml_.leaves_empty(*cpu)) {
            mended.back() = '/';
            return xml_.replace(*cpu, mended + ">");
        }
        xml_.retag(*cpu, std::move(mended));
    }

    void add_cpu() {
        const std::vector<std::string> lines{"<cpu mode='host-passthrough' check='none'/>"};
        const XmlElement* before = d_.find("features") ? d_.find("features") : d_.find("os");
        if (before)
            xml_.insert_behind(*before, lines);
        else
            xml_.append(d_.elements.front(), lines);
    }

    /// Only where nothing says where on an i440fx machine things are.
    bool use_q35() {
        for (const std::string_view bound : {"type='pci'", "type=\"pci\"", "'ide'", "\"ide\"", "pci-root"})
            if (contains(d_.text, bound)) {
                edit_.notes.push_back(
                    "An IOMMU needs machine type q35. This definition has devices at addresses of the i440fx "
                    "machine, "
                    "so no edit of a few lines does it: define the guest anew (virt-install --import "
                    "--machine q35 "
                    "with its disks).");
                return false;
            }
        if (const XmlElement* type = d_.find("os/type"))
            xml_.retag(*type, with_attribute(tag(*type), "machine", "q35"));
        return true;
    }

    void add_iommu() {
        const bool amd = is(guest_.iommu, IommuModel::amd);
        const std::string eim = has_many_cpus(guest_) ? " eim='on'" : "";
        edit_.commands.push_back(virt_xml(
            fmt::format("{} --iommu model={},driver.intremap=on{}{}",
                        is(guest_.iommu, IommuModel::none) ? "--add-device" : "--edit", amd ? "amd" : "intel",
                        amd ? "" : ",driver.caching_mode=on", eim.empty() ? "" : ",driver.eim=on")));
        edit_.arguments +=
            fmt::format(" -machine q35,kernel-irqchip=split -device {}-iommu,intremap=on{}{}",
                        amd ? "amd" : "intel", amd ? "" : ",caching-mode=on", eim.empty() ? "" : ",eim=on");
        const std::string driver = fmt::format("  <driver intremap='on' caching_mode='on'{}/>", eim);
        const std::vector<std::string> whole{"<iommu model='intel'>", driver, "</iommu>"};
        const XmlElement* iommu = d_.find("devices/iommu");
        const XmlElement* devices = d_.find("devices");
        if (!iommu && devices) return xml_.append(*devices, whole);
        if (!iommu)
            return xml_.append(d_.elements.front(), {"<devices>", "  " + whole[0], "  " + whole[1],
                                                     "  " + whole[2], "</devices>"});
        if (!amd && !is(guest_.iommu, IommuModel::intel)) {  // virtio's has an address of its own
            xml_.remove(*iommu);
            return xml_.append(*devices, whole);
        }
        set_driver(*iommu, amd);
    }

    void set_driver(const XmlElement& iommu, bool amd) {
        const XmlElement* driver = d_.find("devices/iommu/driver");
        if (!driver)
            return xml_.append(iommu,
                               {fmt::format("<driver intremap='on'{}{}/>", amd ? "" : " caching_mode='on'",
                                            has_many_cpus(guest_) ? " eim='on'" : "")});
        std::string mended = with_attribute(tag(*driver), "intremap", "on");
        if (!amd) mended = with_attribute(mended, "caching_mode", "on");
        if (has_many_cpus(guest_)) mended = with_attribute(mended, "eim", "on");
        xml_.retag(*driver, std::move(mended));
    }

    void split_irqchip(const XmlElement& features) {
        if (const XmlElement* ioapic = d_.find("features/ioapic"))
            xml_.retag(*ioapic, with_attribute(tag(*ioapic), "driver", "qemu"));
        else
            xml_.append(features, {"<ioapic driver='qemu'/>"});
    }

    void add_features() {
        const std::vector<std::string> lines{"<features>", "  <acpi/>", "  <apic/>",
                                             "  <ioapic driver='qemu'/>", "</features>"};
        if (const XmlElement* os = d_.find("os"))
            xml_.insert_behind(*os, lines);
        else
            xml_.append(d_.elements.front(), lines);
    }

    const GuestDefinition& d_;
    const GuestFacts& guest_;
    const Facts& facts_;
    GuestEdit& edit_;
    XmlEdit xml_;
};

// --- the others ---

/// /etc/pve/qemu-server/101.conf -> 101
std::string proxmox_id(const GuestDefinition& definition) {
    const std::string name = base_name(definition.label);
    const std::string number = name.substr(0, name.find('.'));
    unsigned id = 0;
    return parse_number(std::string_view(number), id) ? number : "VMID";
}

void edit_proxmox(const GuestDefinition& definition, bool cpu, bool iommu, GuestEdit& edit) {
    edit.commands.push_back(fmt::format("qm set {}{}{}", proxmox_id(definition), cpu ? " --cpu host" : "",
                                        iommu ? " --machine q35,viommu=intel" : ""));
    edit.notes.push_back("Then stop the guest and start it (qm stop, qm start): a reboot keeps the old one.");
}

void edit_arguments(const GuestDefinition& definition, bool cpu, bool iommu, GuestEdit& edit) {
    if (cpu) edit.arguments += " -accel kvm -cpu host";
    if (iommu)
        edit.arguments += fmt::format(
            " -machine q35,kernel-irqchip=split -device "
            "intel-iommu,intremap=on,caching-mode=on{}",
            has_many_cpus(definition.facts) ? ",eim=on" : "");
    edit.notes.push_back("In the place of the options of these names; intel-iommu before any vfio-pci.");
}

}  // namespace

GuestEdit make_edit(const GuestDefinition& definition, const Report& report, const Question* asked) {
    GuestEdit edit;
    edit.guest = name_of(definition);
    if (!definition.from_libvirt && definition.label != "standard input") edit.file = definition.label;
    const auto mends = [&](Question question, std::span<const std::string_view> rules) {
        return (!asked || *asked == question) && found_any(report, rules);
    };
    const bool cpu = mends(Question::kvm_in_guests, cpu_findings);
    const bool iommu = mends(Question::device_assignment, iommu_findings);
    constexpr std::string_view foreign[] = {"NP701"};
    if ((!cpu && !iommu) || found_any(report, foreign)) return edit;
    if (is(definition.facts.definition, DefinitionKind::libvirt)) {
        DomainEdit domain(definition, report, edit);
        if (cpu) domain.mend_cpu();
        if (iommu) domain.mend_iommu();
        domain.finish();
    } else if (is(definition.facts.definition, DefinitionKind::proxmox)) {
        edit_proxmox(definition, cpu, iommu, edit);
    } else {
        edit_arguments(definition, cpu, iommu, edit);
    }
    if (edit.arguments.starts_with(' ')) edit.arguments.erase(0, 1);
    return edit;
}

}  // namespace nestprobe

// SPDX-License-Identifier: MIT
#include "remedy/writers/domain_edit.hpp"

#include "base/printable.hpp"
#include "base/text.hpp"
#include "definition/cpu_names.hpp"
#include "definition/guest_questions.hpp"
#include "remedy/cpu_option.hpp"
#include "remedy/shell.hpp"

#include <fmt/format.h>

#include <utility>

namespace nestprobe {
namespace {

/// The attributes of a <driver> that an IOMMU wants for VFIO.
std::string driver_attributes(bool amd, bool many_cpus) {
    return fmt::format("intremap='on'{}{}", amd ? "" : " caching_mode='on'", many_cpus ? " eim='on'" : "");
}

/// Lines that are printable, but for tabs and for a carriage return at the end of one.
bool are_printable_lines(std::string_view text) {
    bool all = true;
    for_each_line(text, [&](std::string_view line) {
        if (line.ends_with('\r')) line.remove_suffix(1);
        std::string without_tabs(line);
        std::erase(without_tabs, '\t');
        all = all && is_printable(without_tabs);
    });
    return all;
}

}  // namespace

std::string DomainEdit::virt_xml(std::string_view what) const {
    return fmt::format("virt-xml {} {}", shell_text(name_), what);
}

void DomainEdit::finish(std::string_view file) {
    edit_.diff = unified_diff(d_.text, xml_.changes(), file);
    if (!are_printable_lines(edit_.diff)) {  // with them replaced, patch(1) would not find the lines
        edit_.diff.clear();
        edit_.notes.push_back(
            "The lines to be changed, or those beside them, have characters that a terminal obeys, so no "
            "diff is "
            "printed: change them by hand.");
    }
    if (!edit_.commands.empty() && (!shell_word(name_) || name_.starts_with('-'))) {
        edit_.commands.clear();
        edit_.notes.push_back(
            "The guest's name cannot stand in a command: it has characters that a terminal obeys, or begins "
            "with a "
            "dash. virt-xml takes its UUID in the place of the name.");
    }
    if (!edit_.diff.empty())
        edit_.notes.push_back("Then shut the guest down and start it: a reboot inside it keeps the old one.");
}

// --- the CPU ---

void DomainEdit::edit_cpu() {
    if (is_emulated(guest_)) use_kvm();
    if (is(guest_.passed_cpu, true))
        edit_passed_cpu();
    else if (is_taken_by_global(guest_, flag_of_guest(facts_)) && d_.find("cpu"))
        require_feature();
    else if (is(guest_.cpu_mode, CpuMode::host_passthrough) || is(guest_.cpu_mode, CpuMode::maximum))
        drop_refusals();
    else if ((is(guest_.cpu_mode, CpuMode::host_model) && technology_of_guest(facts_)) ||
             is_taken_from_model())
        require_feature();
    else
        pass_through();
    if (const std::string* type = guest_.launch_security.if_known(); type && !type->empty())
        edit_.notes.push_back(
            "An encrypted guest cannot run KVM; whether it may do without encryption is not for an edit to "
            "decide.");
}

/// A model of this processor's vendor, or of none, from which a feature line takes what it is to show.
bool DomainEdit::is_taken_from_model() const {
    std::string by;
    const auto wanted = technology_written_for(guest_, by), here = technology_of_guest(facts_);
    const FeaturePolicy* policy = policy_of_guest(facts_).if_known();
    const std::string* model = guest_.cpu_model.if_known();
    const CpuName name = model ? judge_cpu_name(*model, DefinitionKind::libvirt).name : CpuName::unheard;
    if (name != CpuName::known && name != CpuName::of_qemu) return false;
    return is(guest_.cpu_mode, CpuMode::custom) && here && (!wanted || *wanted == *here) && policy &&
           (*policy == FeaturePolicy::disable || *policy == FeaturePolicy::forbid);
}

/// A feature line that takes vmx or svm away, or asks for the one that this processor does not have.
bool DomainEdit::refuses(const XmlElement& element) const {
    if (element.path != "cpu/feature" || (element.name != "vmx" && element.name != "svm")) return false;
    const std::string_view tag = std::string_view(d_.text).substr(element.tag.begin, element.tag.size());
    const bool off = contains(tag, "disable") || contains(tag, "forbid");
    const std::string_view here = flag_of_guest(facts_);
    return here.empty() || element.name == here ? off : !off && !contains(tag, "optional");
}

/// The -cpu in <qemu:commandline> comes behind libvirt's own: <cpu> has no effect, and stays as it is.
void DomainEdit::edit_passed_cpu() {
    const XmlElement* value = nullptr;
    bool behind = false;
    for (const XmlElement& element : d_.elements) {
        if (element.path != "qemu:commandline/qemu:arg") continue;
        if (std::exchange(behind, false)) value = &element;
        const std::string_view tag = std::string_view(d_.text).substr(element.tag.begin, element.tag.size());
        behind = contains(tag, "'-cpu'") || contains(tag, "\"-cpu\"");
    }
    const std::string* option = guest_.cpu_option.if_known();
    const std::string edited = option ? edited_cpu_option(*option, flag_of_guest(facts_)) : std::string();
    if (!value || edited.empty() || edited.find_first_of("<>&'\"") != std::string::npos) {
        edit_.notes.push_back(
            "The -cpu in <qemu:commandline> decides, not <cpu>: write host behind it, by hand.");
        return;
    }
    xml_.set_attribute(*value, "value", edited);
    edit_.arguments += " -cpu " + edited;
}

void DomainEdit::use_kvm() {
    xml_.set_attribute(d_.elements.front(), "type", "kvm");
    edit_.commands.push_back(virt_xml("--edit --xml ./@type=kvm"));
    edit_.notes.push_back("KVM is to run the guest: /dev/kvm must work here (kvm-here).");
}

void DomainEdit::drop_refusals() {
    for (const XmlElement& element : d_.elements)
        if (refuses(element)) xml_.remove(element);
    if (technology_of_guest(facts_))
        edit_.commands.push_back(virt_xml(fmt::format("--edit --cpu require={}", feature_of_guest(facts_))));
}

void DomainEdit::require_feature() {
    const std::string feature = feature_of_guest(facts_);
    const XmlElement* wanted = d_.find("cpu/feature", feature);
    if (wanted)
        xml_.set_attribute(*wanted, "policy", "require");
    else
        xml_.append(*d_.find("cpu"), {fmt::format("<feature policy='require' name='{}'/>", feature)});
    for (const XmlElement& element : d_.elements)
        if (&element != wanted && refuses(element)) xml_.remove(element);
    edit_.commands.push_back(virt_xml(fmt::format("--edit --cpu require={}", feature)));
    edit_.arguments += fmt::format(" -cpu MODEL,{}=on", feature);
}

/// The mode changed; model, vendor and what refuses vmx or svm taken out; topology, NUMA, caches and other
/// features kept.
void DomainEdit::pass_through() {
    edit_.commands.push_back(virt_xml("--edit --cpu host-passthrough"));
    edit_.arguments += " -accel kvm -cpu host";
    const XmlElement* cpu = d_.find("cpu");
    if (!cpu) return add_cpu();
    xml_.drop_attribute(*cpu, "match");
    xml_.set_attribute(*cpu, "mode", "host-passthrough");
    xml_.set_attribute(*cpu, "check", "none");
    for (const XmlElement& element : d_.elements)
        if (element.path == "cpu/model" || element.path == "cpu/vendor" || refuses(element))
            xml_.remove(element);
}

void DomainEdit::add_cpu() {
    const std::vector<std::string> lines{"<cpu mode='host-passthrough' check='none'/>"};
    const XmlElement* before = d_.find("features") ? d_.find("features") : d_.find("os");
    if (before)
        xml_.insert_behind(*before, lines);
    else
        xml_.append(d_.elements.front(), lines);
}

// --- the IOMMU ---

void DomainEdit::edit_iommu(bool width) {
    drops_width_ = width;
    if (!is(guest_.q35, true) && !use_q35()) return;
    set_features();  // first: libvirt takes no interrupt remapping without a split I/O APIC
    add_iommu();
    if (is(guest_.iommu, IommuModel::none) || is(guest_.iommu, IommuModel::virtio))
        edit_.notes.push_back(
            "Linux in the guest drives that IOMMU when it is told to: intel_iommu=on on its kernel "
            "command line.");
}

/// Only where nothing says where on an i440fx machine things are.
bool DomainEdit::use_q35() {
    if (!is(guest_.fixed_addresses, false)) {
        edit_.notes.push_back(
            "An IOMMU needs machine type q35. This definition has devices at addresses of the i440fx "
            "machine, so no "
            "edit of a few lines does it: define the guest again (virt-install --import --machine q35 with "
            "its "
            "disks).");
        return false;
    }
    if (const XmlElement* type = d_.find("os/type"))
        xml_.set_attribute(*type, "machine", "q35");
    else if (const XmlElement* os = d_.find("os"))
        xml_.append(*os, {"<type arch='x86_64' machine='q35'>hvm</type>"});
    else
        xml_.append(d_.elements.front(), {"<os>", "  <type arch='x86_64' machine='q35'>hvm</type>", "</os>"});
    edit_.commands.push_back(virt_xml("--edit --boot machine=q35"));
    return true;
}

void DomainEdit::add_iommu() {
    const bool amd = is(guest_.iommu, IommuModel::amd);
    const bool many = has_many_cpus(guest_);
    const bool none = is(guest_.iommu, IommuModel::none);
    edit_.commands.push_back(virt_xml(fmt::format(
        "{}model={},driver.intremap=on{}{}", none ? "--add-device --iommu " : "--edit --iommu clearxml=yes,",
        amd ? "amd" : "intel", amd ? "" : ",driver.caching_mode=on", many ? ",driver.eim=on" : "")));
    edit_.arguments.append(" ").append(iommu_arguments(amd, many));
    const std::vector<std::string> whole{
        "<iommu model='intel'>", fmt::format("  <driver {}/>", driver_attributes(false, many)), "</iommu>"};
    const XmlElement* devices = d_.find("devices");
    const XmlElement* iommu = d_.find("devices/iommu");
    if (!devices)
        return xml_.append(d_.elements.front(),
                           {"<devices>", "  " + whole[0], "  " + whole[1], "  " + whole[2], "</devices>"});
    if (!iommu) return xml_.append(*devices, whole);
    keep_one_iommu();
    if (!amd && !is(guest_.iommu, IommuModel::intel)) {  // virtio's has an address of its own
        xml_.remove(*iommu);
        return xml_.append(*devices, whole);
    }
    set_driver(*iommu, amd);
}

/// The first, without an address.
void DomainEdit::keep_one_iommu() {
    const XmlElement* first = d_.find("devices/iommu");
    for (const XmlElement& element : d_.elements)
        if ((element.path == "devices/iommu" && &element != first) || element.path == "devices/iommu/address")
            xml_.remove(element);
}

void DomainEdit::set_driver(const XmlElement& iommu, bool amd) {
    const bool many = has_many_cpus(guest_);
    const XmlElement* driver = d_.find("devices/iommu/driver");
    if (!driver || driver->whole.begin > iommu.whole.end)
        return xml_.append(iommu, {fmt::format("<driver {}/>", driver_attributes(amd, many))});
    xml_.set_attribute(*driver, "intremap", "on");
    if (!amd) xml_.set_attribute(*driver, "caching_mode", "on");
    if (many) xml_.set_attribute(*driver, "eim", "on");
    if (drops_width_) xml_.drop_attribute(*driver, "aw_bits");
}

/// ACPI, which announces the IOMMU, and the I/O APIC in QEMU.
void DomainEdit::set_features() {
    edit_.commands.push_back(virt_xml("--edit --features acpi=on,ioapic.driver=qemu"));
    const XmlElement* features = d_.find("features");
    if (!features) {
        const std::vector<std::string> lines{"<features>", "  <acpi/>", "  <apic/>",
                                             "  <ioapic driver='qemu'/>", "</features>"};
        if (const XmlElement* os = d_.find("os")) return xml_.insert_behind(*os, lines);
        return xml_.append(d_.elements.front(), lines);
    }
    if (!d_.find("features/acpi")) xml_.append(*features, {"<acpi/>"});
    if (const XmlElement* ioapic = d_.find("features/ioapic"))
        xml_.set_attribute(*ioapic, "driver", "qemu");
    else
        xml_.append(*features, {"<ioapic driver='qemu'/>"});
}

}  // namespace nestprobe

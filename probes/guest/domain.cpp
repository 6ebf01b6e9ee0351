// SPDX-License-Identifier: MIT
// A guest as libvirt defines it (libvirt formatdomain).  pugixml parses; the places of elements in the text
// are found by its offsets, so that an edit can leave everything else as it is.
// Entities that a document type declares are refused with the declaration: libvirt writes none, and a few
// lines of them can stand for gigabytes.
#include "base/text.hpp"
#include "base/utf8.hpp"
#include "guest/definition.hpp"
#include "guest/xml_places.hpp"
#include "input/bad_file.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>
#include <iterator>
#include <pugixml.hpp>

namespace nestprobe {
namespace {

// --- places ---

Span tag_of(std::string_view text, pugi::xml_node node) {
    const std::size_t begin = static_cast<std::size_t>(node.offset_debug()) - 1;
    return {begin, end_of_tag(text, begin)};
}

/// Elements that an edit may look for, by their path below the root.
constexpr std::string_view edited[] = {
    "os",
    "os/type",
    "features",
    "features/acpi",
    "features/apic",
    "features/ioapic",
    "cpu",
    "cpu/model",
    "cpu/vendor",
    "cpu/feature",
    "devices",
    "devices/iommu",
    "devices/iommu/driver",
    "devices/iommu/address",
    "vcpu",
    "memory",
    "name",
};

void list_elements(std::string_view text, pugi::xml_node parent, const std::string& prefix,
                   std::vector<XmlElement>& out) {
    for (const pugi::xml_node node : parent.children()) {
        if (node.type() != pugi::node_element) continue;
        const std::string path = prefix + node.name();
        if (std::find(std::begin(edited), std::end(edited), path) == std::end(edited)) continue;
        const Span tag = tag_of(text, node);
        out.push_back({path,
                       node.attribute("name").value(),
                       tag,
                       {tag.begin, end_of_element(text, tag.begin, tag.end)}});
        list_elements(text, node, path + "/", out);
    }
}

// --- words ---

struct NamedMode {
    std::string_view word;
    CpuMode mode;
};
constexpr NamedMode cpu_modes[] = {{"custom", CpuMode::custom},
                                   {"host-model", CpuMode::host_model},
                                   {"host-passthrough", CpuMode::host_passthrough},
                                   {"maximum", CpuMode::maximum}};

constexpr FeaturePolicy policies[] = {FeaturePolicy::force, FeaturePolicy::require, FeaturePolicy::optional,
                                      FeaturePolicy::disable, FeaturePolicy::forbid};
constexpr IommuModel iommu_models[] = {IommuModel::intel, IommuModel::amd, IommuModel::virtio};

// --- facts ---

class Domain {
public:
    Domain(const GuestDefinition& definition, pugi::xml_node root)
        : text_(definition.text), label_(definition.label), root_(root) {}

    GuestFacts facts() const {
        GuestFacts f;
        f.definition = {DefinitionKind::libvirt, cite(root_)};
        f.name = read_name();
        if (root_.attribute("id"))
            f.runs = {true, cite(root_)};
        else
            f.runs = Absent{Why::not_recorded, "a definition does not say whether the guest runs"};
        f.accelerator = read_accelerator();
        read_system(f);
        read_cpu(f);
        read_features(f);
        read_devices(f);
        f.not_in_force = Absent{Why::not_applicable, "no running guest was compared"};
        apply_passed_options(f);
        return f;
    }

private:
    /// "vm.xml:12", and the tag there.
    std::vector<Provenance> cite(pugi::xml_node node) const {
        const Span tag = tag_of(text_, node);
        return {{fmt::format("{}:{}", label_, line_at(text_, tag.begin)),
                 std::string(text_.substr(tag.begin, std::min<std::size_t>(tag.size(), 160)))}};
    }
    /// Something that is not there, where it would stand.
    std::vector<Provenance> cite_without(pugi::xml_node parent, std::string_view what) const {
        auto from = cite(parent);
        from.front().raw += fmt::format(", no {}", what);
        return from;
    }
    [[noreturn]] void refuse(pugi::xml_node node, std::string_view what) const {
        throw BadFile(fmt::format("{}:{}: {}", label_, line_at(text_, tag_of(text_, node).begin),
                                  what.substr(0, longest_complaint)));
    }

    Fact<std::string> read_name() const {
        const pugi::xml_node node = root_.child("name");
        if (!node) return Absent{Why::not_recorded, fmt::format("{}: no <name>", label_)};
        return {std::string(trim(node.text().get())), cite(node)};
    }

    Fact<Accelerator> read_accelerator() const {
        const std::string_view type = root_.attribute("type").value();
        if (type.empty()) refuse(root_, "<domain> has no attribute type");
        const Accelerator value = type == "kvm"    ? Accelerator::kvm
                                  : type == "qemu" ? Accelerator::tcg
                                                   : Accelerator::other;
        return {value, cite(root_)};
    }

    void read_system(GuestFacts& f) const {
        const pugi::xml_node type = root_.child("os").child("type");
        const pugi::xml_node shown = type ? type : root_;
        const std::string arch = type.attribute("arch").value();
        const std::string machine = type.attribute("machine").value();
        f.arch = {arch.empty() ? "x86_64" : arch, cite(shown)};
        f.machine = {machine, machine.empty() ? cite_without(shown, "machine") : cite(shown)};
        f.q35 = f.machine.map([](const std::string& name) { return contains(name, "q35"); });
        const pugi::xml_node vcpu = root_.child("vcpu");
        unsigned count = 1;
        if (vcpu && !parse_number(trim(vcpu.text().get()), count)) refuse(vcpu, "<vcpu> holds no number");
        f.vcpus = {count, vcpu ? cite(vcpu) : cite_without(root_, "<vcpu>")};
        f.windows = read_windows();
        const pugi::xml_node security = root_.child("launchSecurity");
        f.launch_security = {security.attribute("type").value(),
                             security ? cite(security) : cite_without(root_, "<launchSecurity>")};
    }

    /// From libosinfo's name of the system, which virt-manager and virt-install write down.
    Fact<bool> read_windows() const {
        for (const pugi::xml_node group : root_.child("metadata").children())
            for (const pugi::xml_node node : group.children())
                if (const std::string_view id = node.attribute("id").value(); contains(id, "://"))
                    return {contains(id, "microsoft.com"), cite(node)};
        return Absent{Why::not_recorded, fmt::format("{}: does not name the guest's system", label_)};
    }

    void read_cpu(GuestFacts& f) const {
        const pugi::xml_node cpu = root_.child("cpu");
        const std::string model(trim(cpu.child("model").text().get()));
        f.cpu_mode = {read_mode(cpu, model), cpu ? cite(cpu) : cite_without(root_, "<cpu>")};
        if (model.empty())
            f.cpu_model = Absent{Why::not_applicable, "no model is named"};
        else
            f.cpu_model = {model, cite(cpu.child("model"))};
        if (const pugi::xml_node vendor = cpu.child("vendor"))
            f.cpu_vendor = {std::string(trim(vendor.text().get())), cite(vendor)};
        else
            f.cpu_vendor = Absent{Why::not_applicable, "no vendor is asked for"};
        if (const pugi::xml_attribute check = cpu.attribute("check"))
            f.cpu_check = {check.value(), cite(cpu)};
        else
            f.cpu_check = Absent{Why::not_applicable, "check is left to libvirt"};
        f.migratable = read_setting(cpu, "migratable");
        f.vmx = read_policy(cpu, "vmx");
        f.svm = read_policy(cpu, "svm");
    }

    CpuMode read_mode(pugi::xml_node cpu, const std::string& model) const {
        const std::string_view word = cpu.attribute("mode").value();
        if (word.empty()) return model.empty() ? CpuMode::none : CpuMode::custom;
        for (const NamedMode& named : cpu_modes)
            if (named.word == word)
                return named.mode == CpuMode::custom && model.empty() ? CpuMode::none : named.mode;
        refuse(cpu, fmt::format("<cpu> has an unknown mode, {}", word));
    }

    Fact<FeaturePolicy> read_policy(pugi::xml_node cpu, const char* name) const {
        const pugi::xml_node feature = cpu.find_child_by_attribute("feature", "name", name);
        if (!feature)
            return {FeaturePolicy::unset, cite_without(cpu ? cpu : root_, fmt::format("feature {}", name))};
        const std::string_view word = feature.attribute("policy").value();
        if (word.empty()) return {FeaturePolicy::require, cite(feature)};  // libvirt's default
        for (const FeaturePolicy policy : policies)
            if (to_string(policy) == word) return {policy, cite(feature)};
        refuse(feature, fmt::format("<feature> has an unknown policy, {}", word));
    }

    Fact<Setting> read_setting(pugi::xml_node node, const char* attribute) const {
        const std::string_view word = node.attribute(attribute).value();
        const pugi::xml_node shown = node ? node : root_;
        if (word == "on" || word == "yes") return {Setting::on, cite(shown)};
        if (word == "off" || word == "no") return {Setting::off, cite(shown)};
        return {Setting::unset, cite_without(shown, attribute)};
    }

    void read_features(GuestFacts& f) const {
        const pugi::xml_node features = root_.child("features");
        const pugi::xml_node shown = features ? features : root_;
        const pugi::xml_node acpi = features.child("acpi");
        f.acpi = {!acpi.empty(), acpi ? cite(acpi) : cite_without(shown, "<acpi>")};
        const pugi::xml_node evmcs = features.child("hyperv").child("evmcs");
        f.evmcs = evmcs ? read_setting(evmcs, "state")
                        : Fact<Setting>{Setting::unset, cite_without(shown, "hyperv evmcs")};
        const pugi::xml_node ioapic = features.child("ioapic");
        const std::string_view driver = ioapic.attribute("driver").value();
        f.ioapic = {driver == "qemu"  ? IoApic::split
                    : driver == "kvm" ? IoApic::kernel
                                      : IoApic::unset,
                    ioapic ? cite(ioapic) : cite_without(shown, "<ioapic>")};
        f.vmport = read_setting(features.child("vmport"), "state");
    }

    void read_devices(GuestFacts& f) const {
        const pugi::xml_node devices = root_.child("devices");
        const pugi::xml_node shown = devices ? devices : root_;
        f.assigned_devices = count_assigned(devices, shown);
        f.fixed_addresses = find_fixed_address(devices, shown);
        if (const pugi::xml_node iommu = devices.child("iommu"))
            read_iommu(devices, iommu, f);
        else
            without_iommu(cite_without(shown, "<iommu>"), f);
    }

    void read_iommu(pugi::xml_node devices, pugi::xml_node iommu, GuestFacts& f) const {
        const std::string_view word = iommu.attribute("model").value();
        IommuModel model = IommuModel::other;
        for (const IommuModel known : iommu_models)
            if (to_string(known) == word) model = known;
        f.iommu = {model, cite(iommu)};
        const auto all = devices.children("iommu");
        f.iommus = {static_cast<unsigned>(std::distance(all.begin(), all.end())), cite(iommu)};
        f.iommu_bus = read_iommu_bus(iommu);
        f.iommu_first = Absent{Why::not_applicable, "libvirt sees to the order itself"};
        const pugi::xml_node driver = iommu.child("driver") ? iommu.child("driver") : iommu;
        f.intremap = read_setting(driver, "intremap");
        f.caching_mode = read_setting(driver, "caching_mode");
        f.eim = read_setting(driver, "eim");
        f.iotlb = read_setting(driver, "iotlb");
        unsigned bits = 0;
        if (parse_number(std::string_view(driver.attribute("aw_bits").value()), bits))
            f.aw_bits = {bits, cite(driver)};
        else
            f.aw_bits = Absent{Why::not_applicable, "aw_bits is left to QEMU"};
    }

    Fact<unsigned> read_iommu_bus(pugi::xml_node iommu) const {
        const pugi::xml_node address = iommu.child("address");
        if (!address) return Absent{Why::not_applicable, "the IOMMU has no address of its own"};
        std::string_view word = address.attribute("bus").value();
        const int base = word.starts_with("0x") ? 16 : 10;
        if (base == 16) word.remove_prefix(2);
        unsigned bus = 0;
        if (!word.empty() && !parse_number(word, bus, base))
            refuse(address, "<address> has a bus that is no number");
        return {bus, cite(address)};
    }

    /// Addresses that libvirt wrote down when it defined the guest, and what only an i440fx machine has.
    Fact<bool> find_fixed_address(pugi::xml_node devices, pugi::xml_node shown) const {
        for (const pugi::xml_node device : devices.children()) {
            const pugi::xml_node address = device.child("address");
            if (std::strcmp(address.attribute("type").value(), "pci") == 0) return {true, cite(address)};
            const bool ide = std::strcmp(device.child("target").attribute("bus").value(), "ide") == 0;
            const bool controller = std::strcmp(device.name(), "controller") == 0;
            const std::string_view type = device.attribute("type").value();
            if (ide || (controller && (type == "pci" || type == "ide"))) return {true, cite(device)};
        }
        return {false, cite_without(shown, "address of a PCI bus")};
    }

    /// <hostdev type='pci'>, and network interfaces that are one.
    Fact<unsigned> count_assigned(pugi::xml_node devices, pugi::xml_node shown) const {
        unsigned count = 0;
        std::vector<Provenance> from;
        for (const pugi::xml_node node : devices.children()) {
            const std::string_view name = node.name();
            const std::string_view type = node.attribute("type").value();
            if (!((name == "hostdev" && type == "pci") || (name == "interface" && type == "hostdev")))
                continue;
            if (++count == 1) from = cite(node);
        }
        if (count == 0) from = cite_without(shown, "PCI device of the host");
        return {count, std::move(from)};
    }

    /// <qemu:commandline> reaches QEMU behind all that libvirt writes, and so counts.
    void apply_passed_options(GuestFacts& f) const {
        std::vector<Word> words;
        std::size_t counted = 0, line = 1;  // there may be many of them: no line is counted twice
        for (const pugi::xml_node node : root_.child("qemu:commandline").children("qemu:arg")) {
            const std::size_t begin = tag_of(text_, node).begin;
            line += line_at(text_.substr(counted), begin - counted) - 1;
            counted = begin;
            words.push_back({node.attribute("value").value(), fmt::format("{}:{}", label_, line)});
        }
        if (!words.empty()) apply_qemu_options(words, f);
    }

    std::string_view text_;
    const std::string& label_;
    pugi::xml_node root_;
};

// --- the document ---

/// What pugixml would read differently from what libvirt does, or not at all.
void check_encoding(std::string_view text, const std::string& label) {
    if (!is_utf8(text)) throw BadFile(fmt::format("{}: not UTF-8", label));
    const auto is_control = [](char c) { return c >= 0 && c < ' ' && c != '\t' && c != '\n' && c != '\r'; };
    const auto control = std::find_if(text.begin(), text.end(), is_control);
    if (control != text.end())
        throw BadFile(fmt::format("{}:{}: a control character, which XML does not have", label,
                                  line_at(text, static_cast<std::size_t>(control - text.begin()))));
    const auto doctype = text.find("<!DOCTYPE");
    if (doctype != std::string_view::npos)
        throw BadFile(fmt::format("{}:{}: a document type, which no guest's definition has", label,
                                  line_at(text, doctype)));
}

pugi::xml_node find_domain(const pugi::xml_document& document, const std::string& label) {
    const pugi::xml_node root = document.document_element();
    if (std::strcmp(root.name(), "domain") == 0) return root;
    if (std::strcmp(root.name(), "domstatus") == 0 && root.child("domain")) return root.child("domain");
    throw BadFile(fmt::format("{}: the root element is <{}>, not libvirt's <domain>", label,
                              std::string_view(root.name()).substr(0, 60)));
}

}  // namespace

GuestDefinition parse_domain(std::string text, std::string label) {
    GuestDefinition definition{std::move(label), std::move(text), {}, {}, false};
    check_encoding(definition.text, definition.label);
    pugi::xml_document document;
    const pugi::xml_parse_result result = document.load_buffer(definition.text.data(), definition.text.size(),
                                                               pugi::parse_default, pugi::encoding_utf8);
    if (!result)
        throw BadFile(fmt::format("{}:{}: no well-formed XML: {}", definition.label,
                                  line_at(definition.text, static_cast<std::size_t>(result.offset)),
                                  result.description()));
    const pugi::xml_node root = find_domain(document, definition.label);
    list_elements(definition.text, root, "", definition.elements);
    const Span tag = tag_of(definition.text, root);
    definition.elements.insert(
        definition.elements.begin(),
        {"", "", tag, {tag.begin, end_of_element(definition.text, tag.begin, tag.end)}});
    definition.facts = Domain(definition, root).facts();
    return definition;
}

}  // namespace nestprobe

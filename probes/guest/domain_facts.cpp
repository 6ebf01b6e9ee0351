// SPDX-License-Identifier: MIT
// What libvirt's definition of a guest says of the guest itself: system, CPU, features (libvirt
// formatdomain).
#include "base/text.hpp"
#include "guest/domain_reader.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace nestprobe {
namespace {

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

class Domain {
public:
    explicit Domain(const DomainReader& domain) : d_(domain) {}

    GuestFacts facts() const {
        GuestFacts f;
        f.definition = {DefinitionKind::libvirt, d_.cite(d_.root)};
        f.name = read_name();
        if (d_.root.has("id"))
            f.runs = {true, d_.cite(d_.root)};
        else
            f.runs = Absent{Why::not_recorded, "a definition does not say whether the guest runs"};
        f.accelerator = read_accelerator();
        read_system(f);
        nothing_refused(d_.cite(d_.root), f);
        read_cpu(f);
        read_features(f);
        read_domain_devices(d_, f);
        f.log = Absent{Why::not_applicable, "a definition, no log"};
        f.passed_cpu = {false, d_.cite_without(d_.root, "<qemu:commandline> with -cpu")};
        f.cpu_option = Absent{Why::not_applicable, "no -cpu is given"};
        f.host_model = Absent{Why::not_recorded, "libvirt was not asked what host-model stands for"};
        f.not_in_force = Absent{Why::not_applicable, "no running guest was compared"};
        f.commandline_dropped = {drops_commandline(d_.root), d_.cite(d_.root)};
        apply_passed_options(f);
        return f;
    }

private:
    Fact<std::string> read_name() const {
        const XmlNode node = d_.root.child("name");
        if (!node) return Absent{Why::not_recorded, fmt::format("{}: no <name>", d_.label)};
        return {std::string(trim(node.text())), d_.cite(node)};
    }

    Fact<Accelerator> read_accelerator() const {
        const std::string_view type = d_.root.attribute("type");
        if (type.empty()) d_.refuse(d_.root, "<domain> has no attribute type");
        return {accelerator_of(type == "qemu" ? "tcg" : type), d_.cite(d_.root)};
    }

    void read_system(GuestFacts& f) const {
        const XmlNode type = d_.root.child("os").child("type");
        const XmlNode shown = type ? type : d_.root;
        const std::string arch(type.attribute("arch"));
        const std::string machine(type.attribute("machine"));
        f.arch = {arch.empty() ? "x86_64" : arch, d_.cite(shown)};
        f.machine = {machine, machine.empty() ? d_.cite_without(shown, "machine") : d_.cite(shown)};
        f.q35 = f.machine.map([](const std::string& name) { return contains(name, "q35"); });
        const XmlNode vcpu = d_.root.child("vcpu");
        unsigned count = 1;
        if (vcpu && !parse_number(trim(vcpu.text()), count)) d_.refuse(vcpu, "<vcpu> holds no number");
        f.vcpus = {count, vcpu ? d_.cite(vcpu) : d_.cite_without(d_.root, "<vcpu>")};
        f.windows = read_windows();
        f.manager = read_manager();
        f.vmid = Absent{Why::not_applicable, "libvirt numbers no guests"};
        const XmlNode security = d_.root.child("launchSecurity");
        f.launch_security = {std::string(security.attribute("type")),
                             security ? d_.cite(security) : d_.cite_without(d_.root, "<launchSecurity>")};
    }

    /// From libosinfo's name of the system, which virt-manager and virt-install write down.
    Fact<bool> read_windows() const {
        for (const XmlNode group : d_.root.child("metadata").children())
            for (const XmlNode node : group.children())
                if (const std::string_view id = node.attribute("id"); contains(id, "://"))
                    return {contains(id, "microsoft.com"), d_.cite(node)};
        return Absent{Why::not_recorded, fmt::format("{}: does not name the guest's system", d_.label)};
    }

    /// Who writes this definition before every start, from the elements that it leaves in <metadata>: an edit
    /// of libvirt's XML is lost then.
    Fact<std::string> read_manager() const {
        struct Sign {
            std::string_view part, manager;
        };
        constexpr Sign signs[] = {
            {"ovirt", "oVirt"}, {"openstack.org", "OpenStack"}, {"kubevirt.io", "KubeVirt"}};
        for (const XmlNode node : d_.root.child("metadata").children())
            for (const XmlAttribute& attribute : node.attributes())
                for (const Sign& sign : signs)
                    if (attribute.name.starts_with("xmlns") && contains(attribute.value, sign.part))
                        return {std::string(sign.manager), d_.cite(node)};
        return {std::string(), d_.cite_without(d_.root, "<metadata> of a manager")};
    }

    void read_cpu(GuestFacts& f) const {
        const XmlNode cpu = d_.root.child("cpu");
        const std::string model(trim(cpu.child("model").text()));
        f.cpu_mode = {read_mode(cpu, model), cpu ? d_.cite(cpu) : d_.cite_without(d_.root, "<cpu>")};
        if (model.empty())
            f.cpu_model = Absent{Why::not_applicable, "no model is named"};
        else
            f.cpu_model = {model, d_.cite(cpu.child("model"))};
        if (const XmlNode vendor = cpu.child("vendor"))
            f.cpu_vendor = {std::string(trim(vendor.text())), d_.cite(vendor)};
        else
            f.cpu_vendor = Absent{Why::not_applicable, "no vendor is asked for"};
        if (cpu.has("check"))
            f.cpu_check = {std::string(cpu.attribute("check")), d_.cite(cpu)};
        else
            f.cpu_check = Absent{Why::not_applicable, "check is left to libvirt"};
        if (cpu.has("match")) f.cpu_match = {std::string(cpu.attribute("match")), d_.cite(cpu)};
        f.migratable = d_.setting(cpu, "migratable");
        read_features_named(cpu, f);
        f.required = read_required(cpu);
        f.vmx = read_policy(cpu, "vmx");
        f.svm = read_policy(cpu, "svm");
    }

    Fact<std::vector<std::string>> read_required(XmlNode cpu) const {
        std::vector<std::string> names;
        for (const XmlNode feature : cpu.children("feature"))
            if (const std::string_view policy = feature.attribute("policy");
                policy.empty() || policy == "require")
                names.emplace_back(feature.attribute("name"));
        return {std::move(names), cpu ? d_.cite(cpu) : d_.cite_without(d_.root, "<cpu>")};
    }

    void read_features_named(XmlNode cpu, GuestFacts& f) const {
        std::vector<std::string> all, repeated;
        const auto from = cpu ? d_.cite(cpu) : d_.cite_without(d_.root, "<cpu>");
        for (const XmlNode feature : cpu.children("feature")) {
            const std::string_view policy = feature.attribute("policy");
            const bool off = policy == "disable" || policy == "forbid";
            const std::string name(feature.attribute("name"));
            const auto same = [&](const std::string& one) { return one.substr(1) == name; };
            const bool again = std::any_of(all.begin(), all.end(), same);
            if (again && std::find(repeated.begin(), repeated.end(), name) == repeated.end())
                repeated.push_back(name);
            if (!again) all.push_back((off ? "-" : "+") + name);
        }
        f.cpu_properties = {std::move(all), from};
        f.repeated_features = {std::move(repeated), from};
    }

    CpuMode read_mode(XmlNode cpu, const std::string& model) const {
        const std::string_view word = cpu.attribute("mode");
        if (word.empty()) return model.empty() ? CpuMode::none : CpuMode::custom;
        for (const NamedMode& named : cpu_modes)
            if (named.word == word)
                return named.mode == CpuMode::custom && model.empty() ? CpuMode::none : named.mode;
        d_.refuse(cpu, fmt::format("<cpu> has an unknown mode, {}", word));
    }

    Fact<FeaturePolicy> read_policy(XmlNode cpu, const char* name) const {
        const XmlNode feature = cpu.child("feature", "name", name);
        if (!feature)
            return {FeaturePolicy::unset,
                    d_.cite_without(cpu ? cpu : d_.root, fmt::format("feature {}", name))};
        const std::string_view word = feature.attribute("policy");
        if (word.empty()) return {FeaturePolicy::require, d_.cite(feature)};  // libvirt's default
        for (const FeaturePolicy policy : policies)
            if (to_string(policy) == word) return {policy, d_.cite(feature)};
        d_.refuse(feature, fmt::format("<feature> has an unknown policy, {}", word));
    }

    void read_features(GuestFacts& f) const {
        const XmlNode features = d_.root.child("features");
        const XmlNode shown = features ? features : d_.root;
        const XmlNode acpi = features.child("acpi");
        f.acpi = {bool(acpi), acpi ? d_.cite(acpi) : d_.cite_without(shown, "<acpi>")};
        read_hyperv(features.child("hyperv"), shown, f);
        const XmlNode ioapic = features.child("ioapic");
        const std::string_view driver = ioapic.attribute("driver");
        f.ioapic = {driver == "qemu"  ? IoApic::split
                    : driver == "kvm" ? IoApic::kernel
                                      : IoApic::unset,
                    ioapic ? d_.cite(ioapic) : d_.cite_without(shown, "<ioapic>")};
        f.vmport = d_.setting(features.child("vmport"), "state");
    }

    /// mode='passthrough' asks for all that KVM knows (libvirt 8.0 and later), whatever else is said.
    void read_hyperv(XmlNode hyperv, XmlNode shown, GuestFacts& f) const {
        const auto state = [&](const char* name) {
            const XmlNode node = hyperv.child(name);
            return node ? d_.setting(node, "state")
                        : Fact<Setting>{Setting::unset,
                                        d_.cite_without(shown, fmt::format("hyperv {}", name))};
        };
        f.evmcs = state("evmcs");
        f.vapic = state("vapic");
        const bool all = hyperv.attribute("mode") == "passthrough";
        f.hyperv_passthrough = {all ? Setting::on : Setting::unset,
                                hyperv ? d_.cite(hyperv) : d_.cite_without(shown, "<hyperv>")};
    }

    /// <qemu:commandline> reaches QEMU behind all that libvirt writes, and so counts.
    void apply_passed_options(GuestFacts& f) const {
        std::vector<Word> words;
        std::size_t counted = 0, line = 1;  // there may be many of them: no line is counted twice
        for (const XmlNode node : find_commandline(d_.root).children()) {
            if (local_name(node) != "arg") continue;
            const std::size_t begin = tag_of(d_.text, node).begin;
            line += line_at(d_.text.substr(counted), begin - counted) - 1;
            counted = begin;
            words.push_back({std::string(node.attribute("value")), fmt::format("{}:{}", d_.label, line)});
        }
        if (!words.empty()) apply_qemu_options(words, f);
    }

    const DomainReader& d_;
};

}  // namespace

std::string_view local_name(XmlNode node) {
    const std::string_view name = node.name();
    const auto colon = name.find(':');
    return colon == std::string_view::npos ? name : name.substr(colon + 1);
}

namespace {

/// What its prefix is bound to, here or in <domain>; empty: nothing.
std::string_view namespace_of(XmlNode node, XmlNode domain) {
    const std::string_view name = node.name();
    const auto colon = name.find(':');
    const std::string attribute =
        colon == std::string_view::npos ? "xmlns" : fmt::format("xmlns:{}", name.substr(0, colon));
    return node.has(attribute) ? node.attribute(attribute) : domain.attribute(attribute);
}

}  // namespace

XmlNode find_commandline(XmlNode domain) {
    constexpr std::string_view of_qemu = "http://libvirt.org/schemas/domain/qemu/1.0";
    for (const XmlNode node : domain.children())
        if (local_name(node) == "commandline" && namespace_of(node, domain) == of_qemu) return node;
    return {};
}

bool drops_commandline(XmlNode domain) {
    if (find_commandline(domain)) return false;
    for (const XmlNode node : domain.children())
        if (local_name(node) == "commandline" &&
            (node.name().starts_with("qemu:") || namespace_of(node, domain).empty()))
            return true;
    return false;
}

Fact<FeaturePolicy> parse_host_model(std::string_view capabilities) {
    constexpr std::string_view where = "virsh domcapabilities, host-model";
    XmlDocument document;
    if (!document.parse(capabilities).what.empty())
        return Absent{Why::malformed, "virsh domcapabilities: no well-formed XML"};
    const XmlNode root = document.root();
    const XmlNode mode = XmlNode(root.name() == "domainCapabilities" ? root : XmlNode())
                             .child("cpu")
                             .child("mode", "name", "host-model");
    if (!mode || mode.attribute("supported") != "yes")
        return Absent{Why::not_recorded, "virsh domcapabilities: host-model is not supported"};
    const std::string_view vendor = mode.child("vendor").text();
    const char* name = vendor == "AMD" || vendor == "Hygon" ? "svm" : "vmx";
    const XmlNode feature = mode.child("feature", "name", name);
    const std::string_view word = feature.attribute("policy");
    for (const FeaturePolicy policy : policies)
        if (to_string(policy) == word)
            return {policy,
                    {{std::string(where), fmt::format("<feature policy='{}' name='{}'/>", word, name)}}};
    return {FeaturePolicy::unset, {{std::string(where), fmt::format("no feature {}", name)}}};
}

GuestFacts read_domain(const DomainReader& domain) { return Domain(domain).facts(); }

}  // namespace nestprobe

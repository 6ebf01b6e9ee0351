// SPDX-License-Identifier: MIT
// KubeVirt's VirtualMachine, VirtualMachineInstance and what holds their template, as YAML or JSON.  Sources:
// KubeVirt user guide, "Virtual hardware", "Instance types and preferences"; its API's CPU and CPUFeature
// (the policy is require where none is given); state 2026-11.
#include "base/text.hpp"
#include "guest/plain_guest.hpp"
#include "guest/setting_tree.hpp"
#include "guest/several_guests.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace nestprobe {
namespace {

/// A part of one: the block "cpu:" below "domain:", without the head that names KubeVirt.
bool is_part_of_kubevirt(std::string_view text) {
    std::size_t domain = std::string_view::npos;
    bool below = false;
    for_each_line(text, [&](std::string_view line) {
        const std::size_t indent = std::min(line.find_first_not_of(" \t"), line.size());
        if (trim(line) == "domain:") domain = indent;
        below =
            below || (trim(line).starts_with("cpu:") && domain != std::string_view::npos && indent > domain);
    });
    return below;
}

/// Where a domain stands: with what is beside it, above it, and around it all.
struct Place {
    const SettingEntry* domain;
    const SettingEntry* spec;     ///< what holds the domain
    const SettingEntry* machine;  ///< what has the instance type: spec of the VirtualMachine
    const SettingEntry* named;    ///< what has metadata
};

void find_domains(const SettingEntry& at, Place above, std::vector<Place>& found) {
    if (at.find("metadata") && (at.find("spec") || !above.named)) above.named = &at;
    if (at.find("template")) above.machine = &at;
    for (const SettingEntry& child : at.children) {
        const bool holds = child.key == "domain" && child.kind != SettingEntry::Kind::scalar;
        if (found.size() == most_guests) return;
        if (holds)
            found.push_back({&child, &at, above.machine, above.named});
        else
            find_domains(child, above, found);
    }
}

class VirtualMachine {
public:
    VirtualMachine(const Place& place, const PlainText& text) : place_(place), text_(text) {}

    GuestFacts facts(const SettingEntry* odd) const {
        GuestFacts f = plain_facts(DefinitionKind::libvirt, "KubeVirt", text_.cite_text("a VirtualMachine"));
        f.q35 = {true, text_.cite_text("q35 where nothing else is said")};
        read_architecture(f);
        read_devices(f);
        read_model(f);
        read_features(f);
        read_security(f);
        if (const SettingEntry* count = find_setting(*place_.domain, "cpu/cores")) {
            unsigned cores = 0;
            if (parse_number(count->value, cores) && cores != 0)
                f.vcpus = {cores, cite_setting(*count, text_.label())};
        }
        if (odd) forget(f, *odd);
        return f;
    }

private:
    void forget(GuestFacts& f, const SettingEntry& unread) const {
        f.cpu_mode = not_read(unread, text_.label());
        f.vmx = not_read(unread, text_.label());
        f.svm = not_read(unread, text_.label());
    }

    void read_architecture(GuestFacts& f) const {
        const SettingEntry* arch = find_setting(*place_.spec, "architecture");
        if (!arch) return;
        if (arch->is_unread()) {
            f.arch = not_read(*arch, text_.label());
            return;
        }
        f.arch = {arch->value == "amd64" ? "x86_64" : arch->value, cite_setting(*arch, text_.label())};
    }

    void read_devices(GuestFacts& f) const {
        unsigned count = 0;
        for (const std::string_view list : {"devices/gpus", "devices/hostDevices"})
            if (const SettingEntry* devices = find_setting(*place_.domain, list))
                count += static_cast<unsigned>(devices->children.size());
        f.assigned_devices = {count, text_.cite_text("deviceName")};
    }

    void read_model(GuestFacts& f) const {
        const SettingEntry* model = find_setting(*place_.domain, "cpu/model");
        const SettingEntry* type = place_.machine ? find_setting(*place_.machine, "instancetype") : nullptr;
        if (model && model->kind != SettingEntry::Kind::scalar)
            f.cpu_mode = not_read(*model, text_.label());
        else if (model && !model->value.empty())
            set_cpu(model->value, model->value, cite_setting(*model, text_.label()), f);
        else if (type)
            f.cpu_mode = Absent{Why::not_recorded,
                                fmt::format("{}:{}: the instance type may name the CPU's model, and stands "
                                            "elsewhere: kubectl get vmi NAME -o yaml has it",
                                            text_.label(), type->line)};
        else
            set_cpu("host-model", {}, text_.cite_text("no model, which is host-model then"), f);
    }

    void read_features(GuestFacts& f) const {
        const SettingEntry* features = find_setting(*place_.domain, "cpu/features");
        if (!features) return;
        if (const SettingEntry* unread = find_unread(features)) {
            f.vmx = not_read(*unread, text_.label());
            f.svm = not_read(*unread, text_.label());
            return;
        }
        for (const SettingEntry& feature : features->children) {
            const SettingEntry* name = feature.find("name");
            const SettingEntry* policy = feature.find("policy");
            if (name) read_feature(name->value, policy ? *policy : *name, policy != nullptr, f);
        }
    }

    void read_feature(std::string_view name, const SettingEntry& policy, bool said, GuestFacts& f) const {
        if (name != "vmx" && name != "svm") return;
        Fact<FeaturePolicy>& fact = name == "vmx" ? f.vmx : f.svm;
        const std::vector<Provenance> from = cite_setting(policy, text_.label());
        const std::string_view word =
            said && !policy.value.empty() ? std::string_view(policy.value) : "require";
        if (word == "require" || word == "force")
            fact = {FeaturePolicy::require, from};
        else if (word == "optional")
            fact = {FeaturePolicy::optional, from};
        else if (word == "disable" || word == "forbid")
            fact = {FeaturePolicy::disable, from};
        else
            fact = not_read(policy, text_.label());
    }

    void read_security(GuestFacts& f) const {
        const SettingEntry* security = find_setting(*place_.domain, "launchSecurity");
        if (!security) return;
        if (security->is_unread()) {
            f.launch_security = not_read(*security, text_.label());
            return;
        }
        for (const SettingEntry& type : security->children)
            f.launch_security = {type.key == "snp" ? "sev-snp" : type.key, cite_setting(type, text_.label())};
    }

    const Place& place_;
    const PlainText& text_;
};

}  // namespace

bool is_kubevirt_machine(std::string_view text) {
    return (contains(text, "kubevirt.io/") && contains(text, "VirtualMachine") && contains(text, "domain")) ||
           is_part_of_kubevirt(text);
}

GuestFacts read_kubevirt(const PlainText& text) {
    std::vector<OneOfSeveral> guests;
    const SettingEntry* unread = nullptr;
    const std::vector<SettingEntry> documents = read_yaml(text.text());
    for (const SettingEntry& document : documents) {
        const SettingEntry* odd = document.find(odd_line);
        std::vector<Place> places;
        find_domains(document, {}, places);
        for (const Place& place : places) {
            if (guests.size() == most_guests) break;
            const SettingEntry* name = place.named ? find_setting(*place.named, "metadata/name") : nullptr;
            const bool named = name && name->kind == SettingEntry::Kind::scalar;
            guests.push_back({VirtualMachine(place, text).facts(odd), named ? name->value : std::string(),
                              place.named ? place.named->line : place.domain->line});
        }
        if (places.empty() && !unread) unread = find_unread(&document);
    }
    if (!guests.empty()) return facts_of_all(std::move(guests), text.label());
    GuestFacts f = plain_facts(DefinitionKind::libvirt, "KubeVirt", text.cite_text("a VirtualMachine"));
    f.cpu_mode = unread ? not_read(*unread, text.label())
                        : Absent{Why::not_recorded, fmt::format("{}: no domain is read in it", text.label())};
    return f;
}

}  // namespace nestprobe

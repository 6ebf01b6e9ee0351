// SPDX-License-Identifier: MIT
// What decides the CPU of guests that a cloud's agent or a tool makes of a template: CloudStack's
// agent.properties, Terraform's libvirt_domain.  Sources: CloudStack documentation, "KVM Hypervisor Host
// Installation", "Configure CPU model for KVM guest"; Terraform provider dmacvicar/libvirt, libvirt_domain;
// state 2026-11.
#include "base/text.hpp"
#include "guest/plain_guest.hpp"
#include "guest/setting_tree.hpp"
#include "guest/several_guests.hpp"

#include <fmt/format.h>

#include <string>
#include <utility>
#include <vector>

namespace nestprobe {
namespace {

/// <feature>, in the words of the provider: a list of name and policy.
void read_features(const SettingEntry& features, const std::string& label, GuestFacts& f) {
    if (const SettingEntry* unread = find_unread(&features)) {
        f.vmx = not_read(*unread, label);
        f.svm = not_read(*unread, label);
        return;
    }
    const auto read_one = [&](const SettingEntry& feature) {
        const SettingEntry* name = feature.find("name");
        const SettingEntry* policy = feature.find("policy");
        if (!name) return;
        const bool off = policy && (policy->value == "disable" || policy->value == "forbid");
        set_feature(fmt::format("{}{}", off ? "-" : "+", name->value),
                    cite_setting(policy ? *policy : *name, label), f);
    };
    read_one(features);
    for (const SettingEntry& feature : features.children) read_one(feature);
}

void read_cpu(const SettingEntry& cpu, const std::string& label, GuestFacts& f) {
    const SettingEntry* block =
        cpu.kind == SettingEntry::Kind::list && cpu.children.size() == 1 ? &cpu.children.front() : &cpu;
    const SettingEntry* mode = find_setting(*block, "mode");
    const SettingEntry* model = find_setting(*block, "model");
    for (const SettingEntry* each : {block, mode, model})
        if (each && each->is_unread()) {
            f.cpu_mode = not_read(*each, label);
            return;
        }
    if (model && model->kind != SettingEntry::Kind::scalar) model = model->find("value");
    if (mode || model)
        set_cpu(mode ? std::string_view(mode->value) : "custom", model ? std::string_view(model->value) : "",
                cite_setting(mode ? *mode : *model, label), f);
    else
        f.cpu_mode =
            Absent{Why::not_recorded,
                   fmt::format("{}:{}: a block cpu without a mode: the provider decides", label, cpu.line)};
    for (const std::string_view key : {"feature", "features"})
        if (const SettingEntry* features = block->find(key)) read_features(*features, label, f);
}

/// A block that is made for each of a list ("dynamic "cpu" { ... }") may be there or not.
const SettingEntry* find_dynamic(const SettingEntry& resource, std::string_view name) {
    for (const SettingEntry& child : resource.children)
        if (child.key == "dynamic" && !child.labels.empty() && child.labels.front() == name) return &child;
    return nullptr;
}

GuestFacts read_libvirt_domain(const SettingEntry& resource, const PlainText& text) {
    const std::string& label = text.label();
    GuestFacts f =
        plain_facts(DefinitionKind::libvirt, "Terraform", text.cite_text("a Terraform file for libvirt"));
    const SettingEntry* cpu = resource.find("cpu");
    if (cpu)
        read_cpu(*cpu, label, f);
    else
        f.cpu_mode =
            Absent{Why::not_recorded, fmt::format("{}: without a block cpu the provider decides", label)};
    if (const SettingEntry* dynamic = find_dynamic(resource, "cpu"))
        f.cpu_mode = Absent{Why::not_recorded,
                            fmt::format("{}:{}: a block that a list decides about", label, dynamic->line)};
    const SettingEntry* xml = resource.find("xml");
    if (xml && (xml->find("xslt") || xml->is_unread()))
        f.cpu_mode =
            Absent{Why::not_recorded, fmt::format("{}: an XSLT of its own changes the definition", label)};
    const SettingEntry* type = resource.find("type");
    if (type && type->is_unread())
        f.accelerator = not_read(*type, label);
    else if (type && type->value == "qemu")
        f.accelerator = {Accelerator::tcg, cite_setting(*type, label)};
    const SettingEntry* arch = resource.find("arch");
    if (arch && arch->is_unread())
        f.arch = not_read(*arch, label);
    else if (arch)
        f.arch = {arch->value, cite_setting(*arch, label)};
    unsigned count = 0;
    if (const SettingEntry* vcpu = resource.find("vcpu");
        vcpu && parse_number(vcpu->value, count) && count != 0)
        f.vcpus = {count, cite_setting(*vcpu, label)};
    return f;
}

}  // namespace

bool is_cloudstack_agent(std::string_view text) {
    return contains(text, "guest.cpu.mode") || contains(text, "guest.cpu.model");
}

GuestFacts read_cloudstack(const PlainText& text) {
    GuestFacts f =
        plain_facts(DefinitionKind::libvirt, "CloudStack", text.cite_text("CloudStack's agent.properties"));
    const std::vector<PlainLine> lines = text.lines('=');
    const PlainLine* mode = find_line(lines, "guest.cpu.mode");
    const PlainLine* model = find_line(lines, "guest.cpu.model");
    if (mode && mode->value != "custom")
        set_cpu(mode->value, {}, text.cite(*mode), f);
    else if (mode && model)
        set_cpu("custom", model->value, text.cite(*model), f);
    if (const PlainLine* features = find_line(lines, "guest.cpu.features"))
        for (const std::string_view word : split_words(features->value))
            set_feature(word, text.cite(*features), f);
    return f;
}

bool is_terraform_libvirt(std::string_view text) { return contains(text, "resource \"libvirt_domain\""); }

GuestFacts read_terraform(const PlainText& text) {
    const SettingEntry file = read_hcl(text.text());
    std::vector<OneOfSeveral> guests;
    for (const SettingEntry& block : file.children)
        if (block.key == "resource" && block.labels.size() == 2 && block.labels[0] == "libvirt_domain" &&
            guests.size() < most_guests)
            guests.push_back({read_libvirt_domain(block, text), block.labels[1], block.line});
    if (!guests.empty()) return facts_of_all(std::move(guests), text.label());
    GuestFacts f =
        plain_facts(DefinitionKind::libvirt, "Terraform", text.cite_text("a Terraform file for libvirt"));
    f.cpu_mode =
        Absent{Why::not_recorded, fmt::format("{}: its resource libvirt_domain is not read", text.label())};
    return f;
}

}  // namespace nestprobe

// SPDX-License-Identifier: MIT
// Definitions that a manager keeps and makes libvirt's or QEMU's of at every start.  Sources: LXD and Incus
// documentation, instance options, and internal/server/instance/drivers/driver_qemu.go (-cpu host);
// nova.conf(5), [libvirt] cpu_mode, virt_type; KubeVirt user guide, "Virtual hardware"; vagrant-libvirt
// documentation, "Domain Specific Options", and its templates/domain.xml.erb; quickemu(1), quickemu_conf(1);
// state 2026-11.
#include "base/text.hpp"
#include "guest/plain_guest.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace nestprobe {
namespace {

// --- nova.conf ---

bool is_nova_conf(std::string_view text) {
    const bool key = contains(text, "virt_type") || contains(text, "cpu_mode") || contains(text, "cpu_model");
    return key && (contains(text, "[libvirt]") || contains(text, "[DEFAULT]") || contains(text, "nova.conf"));
}

/// Nova takes the first of the models that has what a flavor asks for.
GuestFacts read_nova(const PlainText& text) {
    GuestFacts f = plain_facts(DefinitionKind::libvirt, "OpenStack", text.cite_text("nova.conf"));
    const std::vector<PlainLine> lines = text.lines('=');
    const PlainLine* type = find_line(lines, "virt_type");
    if (type && type->value != "kvm")
        f.accelerator = {type->value == "qemu" ? Accelerator::tcg : Accelerator::other, text.cite(*type)};
    const PlainLine* mode = find_line(lines, "cpu_mode");
    const PlainLine* model = find_line(lines, "cpu_models");
    if (!model) model = find_line(lines, "cpu_model");
    if (mode && mode->value != "custom")
        set_cpu(mode->value, {}, text.cite(*mode), f);
    else if (model)
        set_cpu("custom", trim(model->value.substr(0, model->value.find(','))), text.cite(*model), f);
    else
        set_cpu("host-model", {}, text.cite_text("no cpu_mode, which is host-model then"), f);
    if (const PlainLine* flags = find_line(lines, "cpu_model_extra_flags"))
        for_each_part(flags->value, ',',
                      [&](std::string_view flag) { set_feature(flag, text.cite(*flags), f); });
    return f;
}

// --- KubeVirt ---

/// A part of one: the block "cpu:" below "domain:", without the head that names KubeVirt.
bool is_part_of_kubevirt(std::string_view text) {
    std::size_t domain = std::string_view::npos;
    bool below = false;
    for_each_line(text, [&](std::string_view line) {
        const std::size_t indent = std::min(line.find_first_not_of(" \t"), line.size());
        if (trim(line) == "domain:") domain = indent;
        below = below || (trim(line) == "cpu:" && domain != std::string_view::npos && indent > domain);
    });
    return below;
}

bool is_kubevirt_machine(std::string_view text) {
    return (contains(text, "kubevirt.io/") && contains(text, "kind: VirtualMachine") &&
            contains(text, "domain:")) ||
           is_part_of_kubevirt(text);
}

/// The lines below "cpu:" that belong to it.
std::vector<PlainLine> lines_of_cpu(const std::vector<PlainLine>& lines) {
    std::vector<PlainLine> inside;
    const auto cpu = std::find_if(lines.begin(), lines.end(), [](const PlainLine& line) {
        return line.key == "cpu" && line.value.empty();
    });
    if (cpu == lines.end()) return inside;
    for (auto line = cpu + 1; line != lines.end() && line->indent > cpu->indent; ++line)
        inside.push_back(*line);
    return inside;
}

GuestFacts read_kubevirt(const PlainText& text) {
    GuestFacts f = plain_facts(DefinitionKind::libvirt, "KubeVirt", text.cite_text("a VirtualMachine"));
    const std::vector<PlainLine> lines = text.lines(':');
    const std::vector<PlainLine> cpu = lines_of_cpu(lines);
    f.q35 = {true, text.cite_text("q35 where nothing else is said")};
    f.assigned_devices = {
        static_cast<unsigned>(std::count_if(
            lines.begin(), lines.end(),
            [](const PlainLine& line) { return line.key == "deviceName" || line.key == "- deviceName"; })),
        text.cite_text("deviceName")};
    if (const PlainLine* model = find_line(cpu, "model"))
        set_cpu(model->value, model->value, text.cite(*model), f);
    else
        set_cpu("host-model", {}, text.cite_text("no model, which is host-model then"), f);
    read_vcpus(text, find_line(cpu, "cores"), f);
    std::string_view name;
    for (const PlainLine& line : cpu) {
        if (line.key == "- name" || line.key == "name") {
            name = line.value;
            set_feature(name, text.cite(line), f);
        }
        if (line.key != "policy" && line.key != "- policy") continue;
        const bool off = line.value == "disable" || line.value == "forbid";
        set_feature(fmt::format("{}{}", off ? "-" : "+", name), text.cite(line), f);
    }
    for (const std::string_view type : {"sev", "tdx"})
        if (const auto line = std::find_if(lines.begin(), lines.end(),
                                           [&](const PlainLine& each) { return each.key == type; });
            line != lines.end() && contains(text.text(), "launchSecurity"))
            f.launch_security = {std::string(type), text.cite(*line)};
    return f;
}

// --- Vagrant ---

bool is_vagrant_libvirt(std::string_view text) {
    const bool vagrant = contains(text, "Vagrant.configure") || contains(text, "config.vm.provider");
    return vagrant &&
           (contains(text, "\"libvirt\"") || contains(text, ":libvirt") || contains(text, "libvirt."));
}

GuestFacts read_vagrant(const PlainText& text) {
    GuestFacts f =
        plain_facts(DefinitionKind::libvirt, "Vagrant", text.cite_text("a Vagrantfile for libvirt"));
    std::vector<PlainLine> lines = text.lines('=');
    for (PlainLine& line : lines) line.key = line.key.substr(line.key.rfind('.') + 1);
    const PlainLine* driver = find_line(lines, "driver");
    if (driver && driver->value == "qemu") f.accelerator = {Accelerator::tcg, text.cite(*driver)};
    const PlainLine* mode = find_line(lines, "cpu_mode");
    const PlainLine* model = find_line(lines, "cpu_model");
    if (mode && mode->value != "custom")
        set_cpu(mode->value, {}, text.cite(*mode), f);
    else if (mode)
        set_cpu("custom", model ? model->value : "qemu64", text.cite(model ? *model : *mode), f);
    else
        set_cpu("host-model", {}, text.cite_text("no cpu_mode, which is host-model then"), f);
    read_vcpus(text, find_line(lines, "cpus"), f);
    const bool passed = is(f.cpu_mode, CpuMode::host_passthrough);
    if (const PlainLine* nested = find_line(lines, "nested"); nested && nested->value == "true" && !passed)
        f.vmx = f.svm = {FeaturePolicy::optional, text.cite(*nested)};
    std::size_t number = 0;
    for_each_line(text.text(), [&](std::string_view line) {
        ++number;
        if (!contains(line, "cpu_feature") || trim(line).starts_with('#')) return;
        const PlainLine cited{"cpu_feature", trim(line), number, 0};
        const bool off = contains(line, "disable") || contains(line, "forbid");
        for (const std::string_view name : {"vmx", "svm"})
            if (contains(line, name))
                set_feature(fmt::format("{}{}", off ? "-" : "+", name), text.cite(cited), f);
    });
    return f;
}

// --- quickemu ---

bool is_quickemu(std::string_view text) {
    return contains(text, "guest_os=") &&
           (contains(text, "disk_img=") || contains(text, "iso=") || contains(text, "img="));
}

GuestFacts read_quickemu(const PlainText& text) {
    GuestFacts f = plain_facts(DefinitionKind::qemu, "quickemu", text.cite_text("quickemu's .conf"));
    const std::vector<PlainLine> lines = text.lines('=');
    f.q35 = {true, text.cite_text("quickemu takes q35")};
    f.assigned_devices = {0u, text.cite_text("no device of the host")};
    without_iommu(text.cite_text("quickemu gives none"), f);
    read_vcpus(text, find_line(lines, "cpu_cores"), f);
    const PlainLine* system = find_line(lines, "guest_os");
    const bool mac = system && system->value == "macos";
    if (mac)
        f.cpu_mode =
            Absent{Why::not_recorded,
                   fmt::format("{}: for macOS quickemu chooses the CPU by the host's and by the release",
                               text.label())};
    else
        f.cpu_mode = {CpuMode::host_passthrough, text.cite_text("quickemu gives -cpu host")};
    if (const PlainLine* extra = find_line(lines, "extra_args")) {
        std::vector<Word> words = split_shell_words(extra->value, text.label(), extra->number);
        apply_qemu_options(words, f);
    }
    return f;
}

struct Managed {
    bool (*recognise)(std::string_view text);
    GuestFacts (*read)(const PlainText& text);
};
constexpr Managed managed[] = {{is_kubevirt_machine, read_kubevirt},
                               {is_lxd_instance, read_lxd},
                               {is_vagrant_libvirt, read_vagrant},
                               {is_nova_conf, read_nova},
                               {is_cloudstack_agent, read_cloudstack},
                               {is_terraform_libvirt, read_terraform},
                               {is_proxmox_template, read_proxmox_template},
                               {is_container_of_qemu, read_container_of_qemu},
                               {is_quickemu, read_quickemu}};

}  // namespace

std::optional<GuestDefinition> parse_managed(std::string_view text, const std::string& label) {
    if (contains(text, "<domain")) return {};
    for (const Managed& kind : managed)
        if (kind.recognise(text)) {
            GuestDefinition definition{label, std::string(text), {}, {}, false};
            definition.facts = kind.read({text, label});
            // Words that raw.qemu or extra_args pass are the manager's own -cpu.
            definition.facts.passed_cpu = {false, {{label, "its manager passes it"}}};
            return definition;
        }
    return {};
}

}  // namespace nestprobe

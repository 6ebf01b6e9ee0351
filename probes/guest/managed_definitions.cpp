// SPDX-License-Identifier: MIT
// Definitions that a manager keeps and makes libvirt's or QEMU's of at every start.  Sources: LXD and Incus
// documentation, instance options, and internal/server/instance/drivers/driver_qemu.go (-cpu host);
// nova.conf(5), [libvirt] cpu_mode, virt_type; quickemu(1), quickemu_conf(1); state 2026-11.
#include "base/text.hpp"
#include "guest/plain_guest.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace nestprobe {
namespace {

// --- nova.conf ---

bool is_nova_conf(std::string_view text) {
    const bool key = contains(text, "virt_type") || contains(text, "cpu_mode") || contains(text, "cpu_model");
    return key && (contains(text, "[libvirt]") || contains(text, "[DEFAULT]") || contains(text, "nova.conf"));
}

/// The options of [libvirt], where the text has sections at all; `elsewhere`: those of others.
std::vector<PlainLine> lines_of_libvirt(const PlainText& text, std::vector<PlainLine>& elsewhere) {
    std::vector<PlainLine> lines = text.lines('='), own;
    std::vector<std::pair<std::size_t, bool>> sections;  // where each begins, and whether it is that one
    std::size_t number = 0;
    for_each_line(text.text(), [&](std::string_view line) {
        ++number;
        line = trim(line);
        if (line.starts_with('[')) sections.emplace_back(number, line.starts_with("[libvirt]"));
    });
    auto section = sections.begin();
    bool is_own = sections.empty();
    for (const PlainLine& line : lines) {
        for (; section != sections.end() && section->first < line.number; ++section) is_own = section->second;
        if (!line.key.starts_with(';')) (is_own ? own : elsewhere).push_back(line);
    }
    return own;
}

/// A template's word, or one of oslo.config's own ("$my_mode").
bool is_template(std::string_view value) {
    constexpr std::string_view signs[] = {"{{", "{%", "$", "<%"};
    return contains_any(value, signs);
}

/// Nova takes the first of the models that has what a flavor asks for.
GuestFacts read_nova(const PlainText& text) {
    GuestFacts f = plain_facts(DefinitionKind::libvirt, "OpenStack", text.cite_text("nova.conf"));
    std::vector<PlainLine> elsewhere;
    const std::vector<PlainLine> lines = lines_of_libvirt(text, elsewhere);
    const auto absent = [&](const PlainLine& line) {
        return Absent{Why::malformed, fmt::format("{}:{}: {} = {}: no plain value", text.label(), line.number,
                                                  line.key, line.value.substr(0, 80))};
    };
    const PlainLine* type = find_line(lines, "virt_type");
    if (type && is_template(type->value))
        f.accelerator = absent(*type);
    else if (type && type->value != "kvm")
        f.accelerator = {type->value == "qemu" ? Accelerator::tcg : Accelerator::other, text.cite(*type)};
    const PlainLine* mode = find_line(lines, "cpu_mode");
    const PlainLine* model = find_line(lines, "cpu_models");
    if (!model) model = find_line(lines, "cpu_model");
    const PlainLine* lost = find_line(elsewhere, "cpu_mode");
    if (mode && is_template(mode->value))
        f.cpu_mode = absent(*mode);
    else if (mode && mode->value != "custom")
        set_cpu(mode->value, {}, text.cite(*mode), f);
    else if (model && is_template(model->value))
        f.cpu_mode = absent(*model);
    else if (model)
        set_cpu("custom", trim(model->value.substr(0, model->value.find(','))), text.cite(*model), f);
    else if (lost)
        set_cpu("host-model", {},
                {{fmt::format("{}:{}", text.label(), lost->number),
                  "cpu_mode stands outside of [libvirt], where nova does not read it: host-model"}},
                f);
    else
        set_cpu("host-model", {}, text.cite_text("no cpu_mode, which is host-model then"), f);
    const PlainLine* flags = find_line(lines, "cpu_model_extra_flags");
    if (flags && is_template(flags->value))
        f.vmx = f.svm = absent(*flags);
    else if (flags)
        for_each_part(flags->value, ',',
                      [&](std::string_view flag) { set_feature(flag, text.cite(*flags), f); });
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

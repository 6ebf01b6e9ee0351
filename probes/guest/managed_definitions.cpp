// SPDX-License-Identifier: MIT
// Definitions that a manager keeps and makes libvirt's or QEMU's of at every start.  Sources: LXD and Incus
// documentation, instance options, and internal/server/instance/drivers/driver_qemu.go (-cpu host);
// nova.conf(5), [libvirt] cpu_mode, virt_type; KubeVirt user guide, "Virtual hardware"; vagrant-libvirt
// documentation, "Domain Specific Options", and its templates/domain.xml.erb; quickemu(1), quickemu_conf(1);
// state 2026-11.
#include "base/text.hpp"
#include "guest/plain_guest.hpp"
#include "input/bad_file.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace nestprobe {
namespace {

const PlainLine* find_line(const std::vector<PlainLine>& lines, std::string_view key) {
    const auto found = std::find_if(lines.rbegin(), lines.rend(), [&](const PlainLine& line) {
        return line.key == key && !line.value.empty();
    });
    return found == lines.rend() ? nullptr : &*found;
}

void read_vcpus(const PlainText& text, const PlainLine* line, GuestFacts& f) {
    unsigned count = 0;
    if (line && parse_number(line->value, count) && count != 0) f.vcpus = {count, text.cite(*line)};
}

// --- LXD, Incus ---

bool is_lxd_instance(std::string_view text) {
    if (!contains(text, "config:")) return false;
    if (contains(text, "type: virtual-machine")) return true;
    const bool parts = contains(text, "devices:") || contains(text, "profiles:");
    const bool keys = contains(text, "volatile.") || contains(text, "limits.") || contains(text, "image.") ||
                      contains(text, "raw.qemu") || contains(text, "security.");
    return parts && keys;
}

bool is_lxd_container(std::string_view text) {
    if (contains(text, "type: virtual-machine") || contains(text, "raw.qemu")) return false;
    constexpr std::string_view signs[] = {
        "type: container", "volatile.idmap",      "volatile.last_state.idmap", "image.type: squashfs",
        "raw.lxc",         "security.privileged", "security.nesting"};
    constexpr std::string_view of_guests[] = {"disk-kvm.img", "disk1.img", "volatile.vsock_id",
                                              "security.secureboot"};
    const auto holds_any = [&](const auto& words) {
        return std::any_of(std::begin(words), std::end(words),
                           [&](std::string_view word) { return contains(text, word); });
    };
    return holds_any(signs) && !holds_any(of_guests);
}

/// The value of raw.qemu, also as a block ("|-") of lines below it.
std::string raw_qemu(std::string_view text, std::size_t& number) {
    std::string value;
    std::size_t line_number = 0, indent = 0;
    bool block = false;
    for_each_line(text, [&](std::string_view line) {
        ++line_number;
        const std::size_t own = std::min(line.find_first_not_of(' '), line.size());
        const std::string_view word = trim(line);
        if (block && !word.empty() && own <= indent) block = false;
        if (block) value.append(" ").append(word);
        if (!word.starts_with("raw.qemu:")) return;
        number = line_number;
        indent = own;
        const std::string_view rest = trim(word.substr(9));
        block = rest.empty() || rest.starts_with('|') || rest.starts_with('>');
        if (!block) value = rest;
        if (value.size() >= 2 && (value.front() == '"' || value.front() == '\'') &&
            value.back() == value.front())
            value = value.substr(1, value.size() - 2);
    });
    return value;
}

GuestFacts read_lxd(const PlainText& text) {
    const std::string_view manager = contains(text.text(), "ncus") ? "Incus" : "LXD";
    if (is_lxd_container(text.text()))
        throw BadFile(fmt::format(
            "{}: a container of {}'s, no virtual machine: it shares the host's kernel, and needs the host's "
            "/dev/kvm: {} config device add NAME kvm unix-char source=/dev/kvm mode=0666 (security.nesting "
            "is "
            "about containers in it); run nestprobe in it, or give --from what it prints there",
            text.label(), manager, manager == "LXD" ? "lxc" : "incus"));
    GuestFacts f = plain_facts(DefinitionKind::qemu, manager, text.cite_text("a virtual machine"));
    f.cpu_mode = {CpuMode::host_passthrough, text.cite_text(fmt::format("{} gives -cpu host", manager))};
    const std::vector<PlainLine> lines = text.lines(':');
    f.q35 = {true, text.cite_text(fmt::format("{} takes q35", manager))};
    without_iommu(text.cite_text(fmt::format("{} gives none", manager)), f);
    f.ioapic = {IoApic::unset, text.cite_text("not said")};
    f.assigned_devices = {
        static_cast<unsigned>(std::count_if(lines.begin(), lines.end(),
                                            [](const PlainLine& line) {
                                                return line.key == "type" &&
                                                       (line.value == "gpu" || line.value == "pci");
                                            })),
        text.cite_text("devices: gpu, pci")};
    const PlainLine* arch = find_line(lines, "architecture");
    if (arch) f.arch = {std::string(arch->value), text.cite(*arch)};
    read_vcpus(text, find_line(lines, "limits.cpu"), f);
    const PlainLine* security = find_line(lines, "security.sev");
    if (security && security->value == "true") f.launch_security = {"sev", text.cite(*security)};
    std::size_t number = 0;
    if (const std::string raw = raw_qemu(text.text(), number); !raw.empty()) {
        std::vector<Word> words = split_shell_words(raw, text.label(), number);
        for (Word& word : words) word.where = fmt::format("{}:{}", text.label(), number);
        apply_qemu_options(words, f);
    }
    return f;
}

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
        for (std::string_view rest = flags->value; !rest.empty();) {
            const auto comma = rest.find(',');
            set_feature(rest.substr(0, comma), text.cite(*flags), f);
            rest = comma == std::string_view::npos ? std::string_view{} : rest.substr(comma + 1);
        }
    return f;
}

// --- KubeVirt ---

bool is_kubevirt_machine(std::string_view text) {
    return contains(text, "kubevirt.io/") && contains(text, "kind: VirtualMachine") &&
           contains(text, "domain:");
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
    return contains(text, "Vagrant.configure") &&
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

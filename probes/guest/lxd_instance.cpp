// SPDX-License-Identifier: MIT
// An instance of LXD's or Incus's, as lxc config show prints it.  Sources: LXD and Incus documentation,
// instance options; internal/server/instance/drivers/driver_qemu.go (-cpu host, q35); state 2026-11.
#include "base/text.hpp"
#include "guest/plain_guest.hpp"
#include "guest/setting_tree.hpp"
#include "guest/several_guests.hpp"
#include "input/bad_file.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <utility>

namespace nestprobe {
namespace {

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

/// raw.qemu.conf: groups of keys in the form of -readconfig, which change or add to those of the manager.
/// [global] sets a property of a device, of which the CPU is one.
void read_raw_conf(const SettingEntry& conf, const PlainText& text, GuestFacts& f) {
    std::string_view group, driver, property;
    const auto forget = [&] {
        f.cpu_mode =
            Absent{Why::not_recorded,
                   fmt::format("{}:{}: raw.qemu.conf changes what QEMU is given ([{}]), and what that "
                               "comes to is not known",
                               text.label(), conf.line, group.substr(0, 60))};
    };
    for_each_line(conf.value, [&](std::string_view line) {
        line = trim(line);
        if (line.starts_with('[')) {
            group = line.substr(1, line.find(']') - 1);
            driver = property = {};
            return;
        }
        const auto equals = std::min(line.find('='), line.size());
        const std::string_view key = trim(line.substr(0, equals));
        std::string_view value = trim(line.substr(std::min(equals + 1, line.size())));
        while (value.starts_with('"')) value.remove_prefix(1);
        while (value.ends_with('"')) value.remove_suffix(1);
        if (key == "driver") driver = value;
        if (key == "property") property = value;
        const bool accelerator =
            (group.starts_with("machine") || group.starts_with("accel")) && key == "accel";
        if (accelerator && value != "kvm") forget();
        if (!group.starts_with("global") || key != "value" || !contains(driver, "cpu")) return;
        const bool known = property == "vmx" || property == "svm";
        if (known && (value == "on" || value == "off"))
            set_feature(fmt::format("{}={}", property, value), cite_setting(conf, text.label()), f);
        else if (known)
            forget();
    });
}

/// What config: says in QEMU's own words, which come behind those of the manager.
void read_raw(const SettingEntry& config, const PlainText& text, GuestFacts& f) {
    const SettingEntry* raw = config.is_unread() ? &config : config.find("raw.qemu");
    const SettingEntry* conf = config.find("raw.qemu.conf");
    const SettingEntry* script = config.find("raw.qemu.scriptlet");
    const SettingEntry* merged = config.find("<<");
    for (const SettingEntry* each : {raw, conf, merged})
        if (each && each->is_unread()) {
            f.cpu_mode = not_read(*each, text.label());
            return;
        }
    if (script && contains(script->value, "cpu"))
        f.cpu_mode = Absent{
            Why::not_recorded,
            fmt::format("{}:{}: raw.qemu.scriptlet changes the command line", text.label(), script->line)};
    if (conf) read_raw_conf(*conf, text, f);
    if (!raw || raw->value.empty()) return;
    std::string value = raw->value;
    std::replace(value.begin(), value.end(), '\n', ' ');
    std::vector<Word> words = split_shell_words(value, text.label(), raw->line);
    for (Word& word : words) word.where = fmt::format("{}:{}", text.label(), raw->line);
    apply_qemu_options(words, f);
}

bool is_true(const SettingEntry* setting) { return setting && setting->value == "true"; }

/// One instance or profile: what stands beside config:.
GuestFacts read_instance(const SettingEntry& instance, const SettingEntry& config, std::string_view manager,
                         const PlainText& text) {
    GuestFacts f = plain_facts(DefinitionKind::qemu, manager, text.cite_text("a virtual machine"));
    f.cpu_mode = {CpuMode::host_passthrough, text.cite_text(fmt::format("{} gives -cpu host", manager))};
    f.q35 = {true, text.cite_text(fmt::format("{} takes q35", manager))};
    without_iommu(text.cite_text(fmt::format("{} gives none", manager)), f);
    f.ioapic = {IoApic::unset, text.cite_text("not said")};
    unsigned devices = 0;
    for (const std::string_view list : {"devices", "expanded_devices"})
        if (const SettingEntry* group = instance.find(list); group && devices == 0)
            devices = static_cast<unsigned>(
                std::count_if(group->children.begin(), group->children.end(), [](const SettingEntry& device) {
                    const SettingEntry* type = device.find("type");
                    return type && (type->value == "gpu" || type->value == "pci");
                }));
    f.assigned_devices = {devices, text.cite_text("devices: gpu, pci")};
    const SettingEntry* arch = instance.find("architecture");
    if (arch && !arch->value.empty()) f.arch = {arch->value, cite_setting(*arch, text.label())};
    unsigned cpus = 0;
    if (const SettingEntry* limit = config.find("limits.cpu");
        limit && parse_number(limit->value, cpus) && cpus != 0)
        f.vcpus = {cpus, cite_setting(*limit, text.label())};
    if (const SettingEntry* security = config.find("security.sev"); is_true(security))
        f.launch_security = {"sev", cite_setting(*security, text.label())};
    // Incus since July 2026: false takes both away from a virtual machine; before, it was about containers.
    const SettingEntry* nesting = config.find("security.nesting");
    if (manager == "Incus" && nesting && nesting->value == "false")
        f.cpu_mode =
            Absent{Why::not_recorded,
                   fmt::format("{}:{}: security.nesting is false, by which Incus since July 2026 takes "
                               "VMX and SVM away from a virtual machine, and earlier ones do nothing",
                               text.label(), nesting->line)};
    read_raw(config, text, f);
    return f;
}

bool is_config(const SettingEntry& setting) {
    return (setting.key == "config" || setting.key == "expanded_config") &&
           setting.kind != SettingEntry::Kind::scalar;
}

/// Everything that has a config: of its own; of two, the one with the profiles in it counts.
void find_instances(const SettingEntry& at, std::string_view manager, const PlainText& text,
                    std::vector<OneOfSeveral>& found) {
    if (found.size() == most_guests) return;
    const SettingEntry* config = at.find("expanded_config");
    if (!config || !is_config(*config)) config = at.find("config");
    const SettingEntry* type = at.find("type");
    const SettingEntry* name = at.find("name");
    if (config && is_config(*config) && !(type && type->value == "container"))
        found.push_back(
            {read_instance(at, *config, manager, text), name ? name->value : std::string(), config->line});
    for (const SettingEntry& child : at.children)
        if (!is_config(child) && child.key != "devices") find_instances(child, manager, text, found);
}

}  // namespace

bool is_lxd_instance(std::string_view text) {
    if (contains(text, "\"config\"") && contains(text, "\"virtual-machine\"")) return true;
    if (!contains(text, "config:")) return false;
    if (contains(text, "type: virtual-machine")) return true;
    if (contains(text, "raw.qemu")) return true;
    const bool parts = contains(text, "devices:") || contains(text, "profiles:");
    const bool keys = contains(text, "volatile.") || contains(text, "limits.") || contains(text, "image.") ||
                      contains(text, "raw.qemu") || contains(text, "security.");
    return parts && keys;
}

GuestFacts read_lxd(const PlainText& text) {
    const std::string_view manager = contains(text.text(), "ncus") ? "Incus" : "LXD";
    if (is_lxd_container(text.text())) {
        const std::string_view program = manager == "LXD" ? "lxc" : "incus";
        const std::string rest =
            contains(text.text(), ": /dev/kvm")
                ? fmt::format(
                      "which is given the host's /dev/kvm: what stops KVM in it tells nestprobe there ({} "
                      "exec "
                      "NAME -- nestprobe)",
                      program)
                : fmt::format(
                      "which shares the host's kernel, and is not given the host's /dev/kvm: {} config "
                      "device "
                      "add NAME kvm unix-char source=/dev/kvm mode=0666 (security.nesting is about "
                      "containers in it)",
                      program);
        throw BadFile(
            fmt::format("{}: a container of {}'s, no virtual machine, {}", text.label(), manager, rest));
    }
    std::vector<OneOfSeveral> found;
    const SettingEntry* odd = nullptr;
    const std::vector<SettingEntry> documents = read_yaml(text.text());
    for (const SettingEntry& document : documents) {
        find_instances(document, manager, text, found);
        if (!odd) odd = document.find(odd_line);
    }
    const SettingEntry none{.kind = SettingEntry::Kind::group, .line = 1};
    if (found.empty()) found.push_back({read_instance(none, none, manager, text), {}, 1});
    GuestFacts f = facts_of_all(std::move(found), text.label());
    if (odd) f.cpu_mode = not_read(*odd, text.label());
    return f;
}

}  // namespace nestprobe

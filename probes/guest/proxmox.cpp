// SPDX-License-Identifier: MIT
// A guest as Proxmox VE defines it: /etc/pve/qemu-server/VMID.conf (qm.conf(5)).  Lines of "key: value"; what
// is behind the first [section] are snapshots.
#include "base/proxmox_words.hpp"
#include "base/text.hpp"
#include "guest/definition.hpp"
#include "guest/proxmox_cpu.hpp"
#include "guest/proxmox_lines.hpp"
#include "input/bad_file.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <optional>

namespace nestprobe {
namespace {

class Configuration {
public:
    explicit Configuration(const GuestDefinition& definition)
        : label_(definition.label), text_(definition.text), lines_(proxmox_lines(definition.text)) {
        drop_cpu();
    }

    GuestFacts facts() const {
        GuestFacts f;
        f.definition = {DefinitionKind::proxmox, {{label_, "Proxmox configuration"}}};
        if (const ProxmoxLine* name = find("name"))
            f.name = {std::string(name->value), cite(*name)};
        else
            f.name = Absent{Why::not_recorded, fmt::format("{}: no name", label_)};
        f.vmid = read_number();
        const ProxmoxLine* kvm = find("kvm");
        f.accelerator = {kvm && kvm->value == "0" ? Accelerator::tcg : Accelerator::kvm, cite("kvm")};
        read_system(f);
        read_cpu(f);
        read_iommu(f);
        f.runs = Absent{Why::not_recorded, "a definition does not say whether the guest runs"};
        f.not_in_force = Absent{Why::not_applicable, "no running guest was compared"};
        f.log = Absent{Why::not_applicable, "a definition, no log"};
        f.passed_cpu = {false, cite("args")};
        if (const ProxmoxLine* cpu = find("cpu"))
            f.cpu_option = {std::string(cpu->value), cite(*cpu)};
        else
            f.cpu_option = Absent{Why::not_applicable, "neither cpu: nor -cpu is given"};
        f.host_model = Absent{Why::not_applicable, "host-model is libvirt's"};
        nothing_refused(cite("cpu"), f);
        f.cpu_line_dropped = {std::string(refused_), cite("cpu")};
        f.manager = {std::string(), cite("cpu")};
        if (const ProxmoxLine* args = find("args")) {
            std::vector<Word> words = split_shell_words(args->value, label_);
            for (Word& word : words) word.where = cite(*args).front().where;
            apply_qemu_options(words, f);
        }
        if (const ProxmoxLine* second = find_second_guest()) forget_one(*second, f);
        return f;
    }

private:
    /// A line cpu: that Proxmox cannot parse is as if it were not there.
    void drop_cpu() {
        std::erase_if(lines_, [&](const ProxmoxLine& line) {
            const std::string_view refused =
                line.key == "cpu" ? refused_in_proxmox_cpu(line.value) : std::string_view();
            if (refused.empty()) return false;
            refused_ = refused;
            dropped_ = line;
            return true;
        });
    }

    void forget_one(const ProxmoxLine& second, GuestFacts& f) const {
        const Absent several{Why::not_recorded,
                             fmt::format("{}:{}: a second line {}: more than one guest's configuration. Give "
                                         "nestprobe one of them",
                                         label_, second.number, second.key)};
        f.name = several;
        f.vmid = several;
        f.cpu_mode = several;
        f.vmx = several;
        f.svm = several;
    }

    /// Of several lines of one key the last counts (qemu-server, PVE/QemuServer.pm, parse_vm_config).
    const ProxmoxLine* find(std::string_view key) const {
        const auto line =
            std::find_if(lines_.rbegin(), lines_.rend(), [&](const ProxmoxLine& l) { return l.key == key; });
        return line == lines_.rend() ? nullptr : &*line;
    }

    /// The second of two lines that one guest's configuration has once; null: there is none.  Two such keys
    /// are no slip of whoever wrote it, but two guests.
    const ProxmoxLine* find_second_guest() const {
        const ProxmoxLine* found = nullptr;
        unsigned doubled = 0;
        for (const std::string_view key :
             {"boot", "memory", "name", "ostype", "scsihw", "smbios1", "vmgenid"}) {
            const ProxmoxLine* last = find(key);
            const auto first = std::find_if(lines_.begin(), lines_.end(),
                                            [&](const ProxmoxLine& l) { return l.key == key; });
            if (!last || &*first == last) continue;
            ++doubled;
            if (!found || last->number < found->number) found = last;
        }
        return doubled > 1 ? found : nullptr;
    }
    std::vector<Provenance> cite(const ProxmoxLine& line) const {
        return {{fmt::format("{}:{}", label_, line.number),
                 fmt::format("{}: {}", line.key, line.value.substr(0, 160))}};
    }
    /// The line of that key, or that there is none.
    std::vector<Provenance> cite(std::string_view key) const {
        const ProxmoxLine* line = find(key);
        if (!line && key == "cpu" && dropped_) return cite(*dropped_);
        return line ? cite(*line) : std::vector<Provenance>{{label_, fmt::format("no line {}", key)}};
    }
    unsigned number(std::string_view key) const {
        unsigned value = 1;
        if (const ProxmoxLine* line = find(key); line && !parse_number(line->value, value))
            throw BadFile(fmt::format("{}:{}: {} is no number", label_, line->number, key));
        return value;
    }

    /// /etc/pve/qemu-server/101.conf is guest 101's; a paste has that path in it, or "qm config 101".
    Fact<unsigned> read_number() const {
        unsigned number = 0;
        for (const std::string_view before : {"qm config ", "qm showcmd ", "qemu-server/"}) {
            const std::string_view rest = after(text_, before);
            const std::string_view digits =
                rest.substr(0, std::min(rest.find_first_not_of("0123456789"), rest.size()));
            if (parse_number(digits, number))
                return {number, {{label_, fmt::format("{}{}", before, digits)}}};
        }
        const std::string_view file = std::string_view(label_).substr(label_.rfind('/') + 1);
        if (file.ends_with(".conf") && parse_number(file.substr(0, file.find('.')), number))
            return {number, {{label_, "its name"}}};
        return Absent{Why::not_recorded, fmt::format("{}: no number in its name", label_)};
    }

    void read_system(GuestFacts& f) const {
        const ProxmoxLine* machine = find("machine");
        const std::string type(machine ? proxmox_part(machine->value, "type", true) : std::string_view());
        f.arch = {"x86_64", cite("arch")};
        if (const ProxmoxLine* arch = find("arch")) f.arch = {std::string(arch->value), cite(*arch)};
        f.machine = {type, cite("machine")};
        f.q35 = {contains(type, "q35"), cite("machine")};
        const ProxmoxLine* acpi = find("acpi");
        f.acpi = {!acpi || acpi->value != "0", cite("acpi")};
        unsigned vcpus = 0;
        if (__builtin_mul_overflow(number("cores"), number("sockets"), &vcpus))
            throw BadFile(fmt::format("{}: cores times sockets are more CPUs than any guest has", label_));
        f.vcpus = {vcpus, cite("cores")};
        const ProxmoxLine* system = find("ostype");
        f.windows = {system && (system->value.starts_with('w')), cite("ostype")};
        const ProxmoxLine* sev = find("amd-sev");
        const ProxmoxLine* tdx = find("intel-tdx");
        f.launch_security = {sev ? "sev" : tdx ? "tdx" : "", cite(tdx ? "intel-tdx" : "amd-sev")};
        const auto devices = std::count_if(lines_.begin(), lines_.end(),
                                           [](const ProxmoxLine& l) { return l.key.starts_with("hostpci"); });
        f.assigned_devices = {static_cast<unsigned>(devices), cite("hostpci0")};
    }

    void read_cpu(GuestFacts& f) const {
        const ProxmoxLine* cpu = find("cpu");
        const std::string type(cpu ? proxmox_part(cpu->value, "cputype", true) : std::string_view());
        const std::string_view flags = cpu ? proxmox_part(cpu->value, "flags") : std::string_view();
        f.cpu_mode = {type.empty()     ? CpuMode::none
                      : type == "host" ? CpuMode::host_passthrough
                      : type == "max"  ? CpuMode::maximum
                                       : CpuMode::custom,
                      cite("cpu")};
        f.cpu_model = f.cpu_vendor = Absent{Why::not_applicable, "no model is named"};
        if (is(f.cpu_mode, CpuMode::custom)) f.cpu_model = {type, cite("cpu")};
        // Proxmox adds enforce to every model but host (qemu-server, PVE/QemuServer/CPUConfig.pm).
        f.cpu_check = {
            is(f.cpu_mode, CpuMode::host_passthrough) || is(f.cpu_mode, CpuMode::none) ? "none" : "enforce",
            cite("cpu")};
        f.migratable = f.hyperv_passthrough = {Setting::unset, cite("cpu")};
        f.required = {required_of(flags), cite("cpu")};
        read_hyperv(flags, f);
        f.vmx = {policy(flags, "vmx"), cite("cpu")};
        f.svm = {policy(flags, "svm"), cite("cpu")};
    }

    /// What is asked for by name, but for what other facts tell.
    static std::vector<std::string> required_of(std::string_view flags) {
        std::vector<std::string> names;
        while (!flags.empty()) {
            const std::string_view flag = flags.substr(0, flags.find(';'));
            flags.remove_prefix(std::min(flag.size() + 1, flags.size()));
            if (!flag.starts_with('+')) continue;
            const std::string_view name = flag.substr(1);
            if (name != "vmx" && name != "svm" && name != "nested-virt" && !name.starts_with("hv-"))
                names.emplace_back(name);
        }
        return names;
    }

    /// flags=+hv-evmcs (qm.conf(5), cpu).  Proxmox gives Windows Vista and later hv_vapic by itself, and no
    /// other system (qemu-server, PVE/QemuServer/CPUConfig.pm, get_hyperv_enlightenments).
    void read_hyperv(std::string_view flags, GuestFacts& f) const {
        const FeaturePolicy evmcs = policy(flags, "hv-evmcs");
        f.evmcs = {evmcs == FeaturePolicy::unset     ? Setting::unset
                   : evmcs == FeaturePolicy::disable ? Setting::off
                                                     : Setting::on,
                   cite("cpu")};
        const ProxmoxLine* system = find("ostype");
        constexpr std::string_view with_vapic[] = {"wvista", "w2k8", "win7", "win8", "win10", "win11"};
        const bool vapic = system && std::find(std::begin(with_vapic), std::end(with_vapic), system->value) !=
                                         std::end(with_vapic);
        f.vapic = {vapic ? Setting::on : Setting::unset, cite("ostype")};
    }

    /// "+vmx;-svm".  nested-virt, of newer versions, is whichever of the two the host has.
    static FeaturePolicy policy(std::string_view flags, std::string_view name) {
        FeaturePolicy found = FeaturePolicy::unset;
        while (!flags.empty()) {
            const std::string_view flag = flags.substr(0, flags.find(';'));
            flags.remove_prefix(std::min(flag.size() + 1, flags.size()));
            const std::string_view word = flag.substr(flag.empty() ? 0 : 1);
            if (word == name || (word == "nested-virt" && (name == "vmx" || name == "svm")))
                found = flag.starts_with('-') ? FeaturePolicy::disable : FeaturePolicy::optional;
            if (word == name && flag.starts_with('+')) found = FeaturePolicy::require;
        }
        return found;
    }

    /// viommu=intel: Proxmox gives QEMU intremap=on, caching-mode=on and a split irqchip with it
    /// (qemu-server, PVE/QemuServer.pm).
    void read_iommu(GuestFacts& f) const {
        const ProxmoxLine* machine = find("machine");
        const std::string_view word = machine ? proxmox_part(machine->value, "viommu") : std::string_view();
        const IommuModel model = word == "intel"    ? IommuModel::intel
                                 : word == "virtio" ? IommuModel::virtio
                                                    : IommuModel::none;
        const std::vector<Provenance> from = cite("machine");
        without_iommu(from, f);
        f.fixed_addresses = Absent{Why::not_applicable, "Proxmox gives devices their addresses itself"};
        f.vmport = {Setting::unset, from};
        f.ioapic = {model == IommuModel::intel ? IoApic::split : IoApic::unset, from};
        if (model == IommuModel::none) return;
        f.iommu = {model, from};
        f.iommus = {1, from};
        f.iommu_bus = Absent{Why::not_applicable, "Proxmox gives the IOMMU its address itself"};
        f.iommu_first = Absent{Why::not_applicable, "Proxmox sees to the order itself"};
        f.intremap = f.caching_mode = {model == IommuModel::intel ? Setting::on : Setting::unset, from};
        f.eim = f.iotlb = {Setting::unset, from};
        f.aw_bits = Absent{Why::not_applicable, "aw-bits is left to QEMU"};
    }

    const std::string& label_;
    std::string_view text_;
    std::vector<ProxmoxLine> lines_;
    std::string_view refused_{};            ///< what in the line cpu: Proxmox does not take
    std::optional<ProxmoxLine> dropped_{};  ///< and that line
};

constexpr std::string_view usual_keys[] = {"boot",   "cores",  "cpu",     "machine", "memory",  "net0",
                                           "ostype", "scsihw", "smbios1", "sockets", "vmgenid", "bios"};

}  // namespace

bool looks_like_proxmox(std::string_view text) {
    const std::vector<ProxmoxLine> lines = proxmox_lines(text);
    // Another manager's YAML has blocks.
    if (std::any_of(lines.begin(), lines.end(),
                    [](const ProxmoxLine& line) { return line.key == "cpu" && line.value.empty(); }))
        return false;
    return std::count_if(lines.begin(), lines.end(), [](const ProxmoxLine& line) {
               return std::find(std::begin(usual_keys), std::end(usual_keys), line.key) !=
                      std::end(usual_keys);
           }) >= (asks_for_proxmox_guest(text) ? 1 : 2);
}

GuestDefinition parse_proxmox(std::string text, std::string label) {
    GuestDefinition definition{std::move(label), std::move(text), {}, {}, false};
    definition.facts = Configuration(definition).facts();
    return definition;
}

}  // namespace nestprobe

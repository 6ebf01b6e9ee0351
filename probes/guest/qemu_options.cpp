// SPDX-License-Identifier: MIT
// What the options of a QEMU command line say of a guest (qemu(1), "Standard options", "Device options").
#include "base/flat_json.hpp"
#include "base/text.hpp"
#include "guest/definition.hpp"
#include "guest/qemu_option.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace nestprobe {
namespace {

// Options that take no value: a word behind one of them is no value of it.
constexpr std::string_view flags[] = {
    "enable-kvm", "nographic",  "no-reboot",       "no-shutdown",    "S",         "snapshot",
    "daemonize",  "nodefaults", "no-acpi",         "no-user-config", "no-hpet",   "full-screen",
    "singlestep", "no-quit",    "only-migratable", "no-fd-bootchk",  "preconfig", "h",
    "help",       "version",    "mem-prealloc"};

std::string_view option_name(std::string_view word) {
    if (!word.starts_with('-')) return {};
    return word.substr(word.starts_with("--") ? 2 : 1);
}

bool takes_value(std::string_view word) {
    const std::string_view name = option_name(word);
    return !name.empty() && std::find(std::begin(flags), std::end(flags), name) == std::end(flags);
}

/// Behind "run.sh:3", what is written there.
Absent known_to_shell(std::string_view where, std::string_view text) {
    return {Why::not_recorded,
            fmt::format("{}: {}: only the shell knows what that is; the running guest tells (--domain pid:N)",
                        where, text)};
}

class Options {
public:
    Options(std::span<const Word> words, GuestFacts& facts)
        : words_(words), f_(facts), accelerated_(!is(facts.definition, DefinitionKind::qemu)) {}

    void apply() {
        for (std::size_t i = 0; i < words_.size(); ++i) {
            const std::string_view name = option_name(words_[i].text);
            if (name.empty()) continue;
            from_ = {{words_[i].where, words_[i].text.substr(0, 160)}};
            if (name == "no-acpi") f_.acpi = {false, from_};
            if (name == "enable-kvm") accelerate("kvm");
            if (i + 1 == words_.size()) break;
            from_.front().raw.append(" ").append(words_[i + 1].text, 0, 160);
            if (apply_one(name, words_[i + 1])) ++i;
        }
    }

private:
    using Apply = void (Options::*)(const QemuOption&);
    using Forget = void (Options::*)(const Absent&);
    struct Row {
        std::string_view name;
        Apply apply;
        Forget forget;  ///< where only the shell knows the value; null: what matters of it is plain
    };

    bool apply_one(std::string_view name, const Word& value) {
        static constexpr Row rows[] = {
            {"cpu", &Options::cpu, &Options::forget_cpu},
            {"machine", &Options::machine, &Options::forget_machine},
            {"M", &Options::machine, &Options::forget_machine},
            {"accel", &Options::accel, &Options::forget_accel},
            {"smp", &Options::smp, &Options::forget_smp},
            {"device", &Options::device, nullptr},
            {"object", &Options::object, nullptr},
            {"name", &Options::guest_name, nullptr},
        };
        const auto row =
            std::find_if(std::begin(rows), std::end(rows), [&](const Row& r) { return r.name == name; });
        if (row == std::end(rows)) return false;
        value_ = value.text;
        if (value.is_expanded && row->forget)
            (this->*row->forget)(known_to_shell(from_.front().where, from_.front().raw));
        else
            (this->*row->apply)(QemuOption(value.text));
        return true;
    }

    void forget_cpu(const Absent& why) {
        f_.cpu_mode = why;
        f_.cpu_model = f_.cpu_vendor = f_.cpu_check = why;
        f_.vmx = f_.svm = why;
        f_.migratable = f_.evmcs = f_.vapic = f_.hyperv_passthrough = why;
        f_.required = why;
        f_.cpu_option = why;
        note_passed_cpu();
    }
    void forget_machine(const Absent& why) {
        f_.machine = why;
        f_.q35 = f_.acpi = why;
        f_.ioapic = why;
        if (!accelerated_) f_.accelerator = why;
    }
    void forget_accel(const Absent& why) {
        if (!std::exchange(accelerated_, true)) f_.accelerator = why;
    }
    void forget_smp(const Absent& why) { f_.vcpus = why; }

    /// Of several accelerators QEMU takes the first that works: the first.
    void accelerate(std::string_view word) {
        if (std::exchange(accelerated_, true)) return;
        f_.accelerator = {accelerator_of(word.substr(0, word.find(':'))), from_};
    }

    void irqchip(const QemuOption& option) {
        const std::string* word = option.get("kernel-irqchip");
        if (!word) return;
        // "off" puts the whole of it into QEMU, with the I/O APIC.
        f_.ioapic = {*word == "on" ? IoApic::kernel : IoApic::split, from_};
    }

    void machine(const QemuOption& option) {
        const std::string* type = option.get("type");
        if (const std::string& name = type ? *type : option.first; !name.empty()) {
            f_.machine = {name, from_};
            f_.q35 = {contains(name, "q35"), from_};
        }
        if (option.get("vmport")) f_.vmport = setting(option, "vmport");
        if (const std::string* acpi = option.get("acpi")) f_.acpi = {*acpi != "off", from_};
        if (const std::string* accel = option.get("accel")) accelerate(*accel);
        irqchip(option);
    }

    void accel(const QemuOption& option) {
        if (!option.first.empty()) accelerate(option.first);
        if (const std::string* named = option.get("accel")) accelerate(*named);
        irqchip(option);
    }

    /// Of several, what one says of their number stands; where none does, it is what the parts make (QEMU 9.0
    /// hw/core/machine-smp.c, machine_parse_smp_config()).
    void smp(const QemuOption& option) {
        unsigned count = 0;
        for (const std::string* text : {option.get("maxcpus"), option.get("cpus"), &option.first})
            if (text && parse_number(std::string_view(*text), count)) {
                f_.vcpus = {count, from_};
                counted_ = true;
                return;
            }
        if (counted_) return;
        count = 1;
        for (const char* part :
             {"drawers", "books", "sockets", "dies", "clusters", "modules", "cores", "threads"})
            if (const std::string* text = option.get(part)) {
                unsigned of_part = 0;
                if (!parse_number(std::string_view(*text), of_part) || of_part == 0 ||
                    __builtin_mul_overflow(count, of_part, &count))
                    return forget_smp({Why::malformed, from_.front().raw + ": no number of CPUs"});
            }
        f_.vcpus = {count, from_};
    }

    void guest_name(const QemuOption& option) {
        const std::string* guest = option.get("guest");
        f_.name = {guest ? *guest : option.first, from_};
    }

    /// -object sev-guest, sev-snp-guest, tdx-guest: which KVM type the guest is of.
    void object(const QemuOption& option) {
        for (const std::string_view type : {"sev-guest", "sev-snp-guest", "tdx-guest"})
            if (option.first == type)
                f_.launch_security = {std::string(type.substr(0, type.rfind('-'))), from_};
    }

    void device(const QemuOption& option) {
        const std::string& type = option.first;
        if (type == "vfio-pci" || type == "vfio-pci-nohotplug") {
            const unsigned* before = f_.assigned_devices.if_known();
            f_.assigned_devices = {1 + (before ? *before : 0), from_};
        }
        const IommuModel model = type == "intel-iommu"              ? IommuModel::intel
                                 : type == "amd-iommu"              ? IommuModel::amd
                                 : type.starts_with("virtio-iommu") ? IommuModel::virtio
                                                                    : IommuModel::none;
        if (model == IommuModel::none) return;
        const unsigned* others = f_.iommus.if_known();
        f_.iommus = {1 + (others ? *others : 0), from_};
        f_.iommu = {model, from_};
        f_.iommu_first = {is(f_.assigned_devices, 0u), from_};
        f_.intremap = setting(option, "intremap");
        f_.caching_mode = setting(option, "caching-mode");
        f_.eim = setting(option, model == IommuModel::amd ? "xtsup" : "eim");
        f_.iotlb = setting(option, "device-iotlb");
        unsigned bits = 0;
        if (const std::string* text = option.get("aw-bits");
            text && parse_number(std::string_view(*text), bits))
            f_.aw_bits = {bits, from_};
        else
            f_.aw_bits = Absent{Why::not_applicable, "aw-bits is left to QEMU"};
    }

    Fact<Setting> setting(const QemuOption& option, std::string_view key) const {
        const std::string* word = option.get(key);
        if (!word || *word == "auto") return {Setting::unset, from_};
        return {*word == "on" || *word == "yes" || *word == "true" ? Setting::on : Setting::off, from_};
    }

    // --- -cpu ---

    void cpu(const QemuOption& option) {
        f_.cpu_mode = {option.first == "host"  ? CpuMode::host_passthrough
                       : option.first == "max" ? CpuMode::maximum
                                               : CpuMode::custom,
                       from_};
        f_.cpu_model = Absent{Why::not_applicable, "no model is named"};
        if (is(f_.cpu_mode, CpuMode::custom)) f_.cpu_model = {option.first, from_};
        f_.vmx = {feature(option, "vmx"), from_};
        f_.svm = {feature(option, "svm"), from_};
        const std::string* enforce = option.get("enforce");
        f_.cpu_check = {enforce && *enforce == "on" ? "enforce" : "none", from_};
        f_.migratable = setting(option, "migratable");
        if (const std::string* vendor = option.get("vendor")) f_.cpu_vendor = {*vendor, from_};
        f_.evmcs = setting(option, "hv-evmcs");
        f_.vapic = setting(option, "hv-vapic");
        f_.hyperv_passthrough = setting(option, "hv-passthrough");
        std::vector<std::string> required;
        if (is(f_.cpu_check, std::string("enforce")))
            for (const auto& [key, value] : option.pairs)
                if (key.starts_with('+')) required.push_back(key.substr(1));
        f_.required = {std::move(required), from_};
        f_.cpu_option = {std::string(value_), from_};
        note_passed_cpu();
    }

    /// libvirt's and Proxmox's own -cpu is before those that are passed through them: the last one counts.
    void note_passed_cpu() {
        if (!is(f_.definition, DefinitionKind::qemu)) f_.passed_cpu = {true, from_};
    }

    /// "+vmx", "vmx", "vmx=on"; "-vmx", "vmx=off".  QEMU lets - win over +, and either over the rest.
    static FeaturePolicy feature(const QemuOption& option, const std::string& name) {
        if (option.get("-" + name)) return FeaturePolicy::disable;
        if (option.get("+" + name)) return FeaturePolicy::require;
        const std::string* word = option.get(name);
        if (!word) return FeaturePolicy::unset;
        return *word == "on" ? FeaturePolicy::require : FeaturePolicy::disable;
    }

    std::span<const Word> words_;
    GuestFacts& f_;
    bool counted_ = false;  ///< some -smp says how many CPUs
    bool accelerated_;      ///< libvirt and Proxmox name the accelerator themselves, first
    std::vector<Provenance> from_;
    std::string_view value_{};  ///< of the option that is applied
};

}  // namespace

void apply_qemu_options(std::span<const Word> words, GuestFacts& facts) { Options(words, facts).apply(); }

std::optional<Absent> find_hidden_options(std::span<const Word> words) {
    for (std::size_t i = 0; i < words.size(); ++i) {
        const Word& word = words[i];
        const bool is_value = i > 0 && takes_value(words[i - 1].text);
        if (word.is_expanded && !is_value && !word.text.starts_with('-'))
            return known_to_shell(word.where, word.text.substr(0, 160));
    }
    return {};
}

}  // namespace nestprobe

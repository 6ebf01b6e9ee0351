// SPDX-License-Identifier: MIT
// A guest as a QEMU command line defines it (qemu(1), "Standard options", "Device options"): from a script, a
// log of libvirt's, or /proc/PID/cmdline.
#include "definition.hpp"
#include "snapshot/bad_file.hpp"
#include "snapshot/flat_json.hpp"
#include "text.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace nestprobe {
namespace {

std::string_view file_name(std::string_view path) { return path.substr(path.rfind('/') + 1); }

/// "qemu-system-x86_64", "qemu-kvm", Debian's "kvm".
bool is_qemu(std::string_view word) {
    const std::string_view name = file_name(word);
    return name.starts_with("qemu-system-") || name == "qemu-kvm" || name == "kvm";
}

std::vector<std::string_view> split(std::string_view text, char separator) {
    std::vector<std::string_view> parts;
    for (std::size_t begin = 0; begin <= text.size();) {
        const std::size_t end = std::min(text.find(separator, begin), text.size());
        parts.push_back(text.substr(begin, end - begin));
        begin = end + 1;
    }
    return parts;
}

/// "-device intel-iommu,intremap=on": the first part, and key=value pairs. Underscores are hyphens, as QEMU
/// has it.  Or the same as JSON, which libvirt prefers.
struct Option {
    std::string first;
    std::vector<std::pair<std::string, std::string>> pairs;

    explicit Option(std::string_view text) {
        if (text.starts_with('{'))
            read_json(text);
        else
            read_words(text);
    }

    /// The last value of that key; null where it is not given.
    const std::string* get(std::string_view key) const {
        const std::string* found = nullptr;
        for (const auto& [name, value] : pairs)
            if (name == key) found = &value;
        return found;
    }

private:
    void read_json(std::string_view text) {
        for (auto& [key, value] :
             parse_flat_json(text).value_or(std::vector<std::pair<std::string, std::string>>()))
            if (key == "driver" || key == "qom-type")
                first = std::move(value);
            else
                pairs.emplace_back(key, std::move(value));
    }

    void read_words(std::string_view text) {
        for (const std::string_view part : split(text, ',')) {
            const auto equals = part.find('=');
            std::string key(part.substr(0, equals));
            if (equals == std::string_view::npos && first.empty() && pairs.empty()) {
                first = key;
                continue;
            }
            std::replace(key.begin(), key.end(), '_', '-');
            pairs.emplace_back(std::move(key), equals == std::string_view::npos
                                                   ? "on"
                                                   : std::string(part.substr(equals + 1)));
        }
    }
};

class Options {
public:
    Options(std::span<const Word> words, GuestFacts& facts) : words_(words), f_(facts) {}

    void apply() {
        for (std::size_t i = 0; i < words_.size(); ++i) {
            const std::string_view word = words_[i].text;
            if (!word.starts_with('-')) continue;
            const std::string_view name = word.substr(word.starts_with("--") ? 2 : 1);
            from_ = {{words_[i].where, std::string(word)}};
            if (name == "no-acpi") f_.acpi = {false, from_};
            if (name == "enable-kvm") f_.accelerator = {Accelerator::kvm, from_};
            if (i + 1 == words_.size()) break;
            const std::string& value = words_[i + 1].text;
            from_.front().raw.append(" ").append(value, 0, 160);
            if (apply_one(name, value)) ++i;
        }
    }

private:
    bool apply_one(std::string_view name, const std::string& value) {
        using Apply = void (Options::*)(const Option&);
        struct Row {
            std::string_view name;
            Apply apply;
        };
        static constexpr Row rows[] = {
            {"cpu", &Options::cpu},       {"machine", &Options::machine}, {"M", &Options::machine},
            {"accel", &Options::accel},   {"smp", &Options::smp},         {"device", &Options::device},
            {"object", &Options::object}, {"name", &Options::guest_name},
        };
        for (const Row& row : rows)
            if (row.name == name) {
                (this->*row.apply)(Option(value));
                return true;
            }
        return false;
    }

    void accelerate(std::string_view word) {
        const std::string_view first = word.substr(0, word.find(':'));
        f_.accelerator = {first == "kvm"   ? Accelerator::kvm
                          : first == "tcg" ? Accelerator::tcg
                                           : Accelerator::other,
                          from_};
    }

    void irqchip(const Option& option) {
        const std::string* word = option.get("kernel-irqchip");
        if (!word) return;
        // "off" puts the whole of it into QEMU, with the I/O APIC.
        f_.ioapic = {*word == "on" ? IoApic::kernel : IoApic::split, from_};
    }

    void machine(const Option& option) {
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

    void accel(const Option& option) {
        if (!option.first.empty()) accelerate(option.first);
        if (const std::string* named = option.get("accel")) accelerate(*named);
        irqchip(option);
    }

    void smp(const Option& option) {
        unsigned count = 0;
        for (const std::string* text : {option.get("maxcpus"), option.get("cpus"), &option.first})
            if (text && parse_number(std::string_view(*text), count)) {
                f_.vcpus = {count, from_};
                return;
            }
    }

    void guest_name(const Option& option) {
        const std::string* guest = option.get("guest");
        f_.name = {guest ? *guest : option.first, from_};
    }

    /// -object sev-guest, sev-snp-guest, tdx-guest: which KVM type the guest is of.
    void object(const Option& option) {
        for (const std::string_view type : {"sev-guest", "sev-snp-guest", "tdx-guest"})
            if (option.first == type)
                f_.launch_security = {std::string(type.substr(0, type.rfind('-'))), from_};
    }

    void device(const Option& option) {
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

    Fact<Setting> setting(const Option& option, std::string_view key) const {
        const std::string* word = option.get(key);
        if (!word || *word == "auto") return {Setting::unset, from_};
        return {*word == "on" || *word == "yes" || *word == "true" ? Setting::on : Setting::off, from_};
    }

    // --- -cpu ---

    void cpu(const Option& option) {
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
        const std::string* evmcs = option.get("hv-evmcs");
        f_.evmcs = {!evmcs ? Setting::unset : *evmcs == "on" ? Setting::on : Setting::off, from_};
    }

    /// "+vmx", "vmx", "vmx=on"; "-vmx", "vmx=off".  QEMU lets - win over +, and either over the rest.
    static FeaturePolicy feature(const Option& option, const std::string& name) {
        if (option.get("-" + name)) return FeaturePolicy::disable;
        if (option.get("+" + name)) return FeaturePolicy::require;
        const std::string* word = option.get(name);
        if (!word) return FeaturePolicy::unset;
        return *word == "on" ? FeaturePolicy::require : FeaturePolicy::disable;
    }

    std::span<const Word> words_;
    GuestFacts& f_;
    std::vector<Provenance> from_;
};

std::vector<Word> split_at_nuls(std::string_view text, const std::string& label) {
    std::vector<Word> words;
    for (const std::string_view part : split(text, '\0')) words.push_back({std::string(part), label});
    return words;
}

/// What holds where the command line says nothing.
void set_defaults(GuestFacts& f, const Word& program) {
    const std::vector<Provenance> from{{program.where, program.text.substr(0, 160)}};
    const std::string_view name = file_name(program.text);
    const bool is_kvm = !name.starts_with("qemu-system-");
    f.definition = {DefinitionKind::qemu, from};
    f.name = Absent{Why::not_recorded, "the command line has no -name"};
    f.accelerator = {is_kvm ? Accelerator::kvm : Accelerator::tcg, from};
    f.arch = {is_kvm ? "x86_64" : std::string(name.substr(std::string_view("qemu-system-").size())), from};
    f.machine = {"", from};
    f.q35 = {false, from};
    f.acpi = {true, from};
    f.vcpus = {1, from};
    f.windows = Absent{Why::not_recorded, "a command line does not name the guest's system"};
    f.cpu_mode = {CpuMode::none, from};
    f.cpu_model = f.cpu_vendor = Absent{Why::not_applicable, "the command line has no -cpu"};
    f.cpu_check = {"none", from};
    f.vmx = f.svm = {FeaturePolicy::unset, from};
    f.migratable = f.evmcs = {Setting::unset, from};
    f.launch_security = {"", from};
    f.assigned_devices = {0, from};
    without_iommu(from, f);
    f.fixed_addresses = Absent{Why::not_applicable, "the command line is for whoever wrote it to change"};
    f.ioapic = {IoApic::unset, from};
    f.vmport = {Setting::unset, from};
    f.not_in_force = Absent{Why::not_applicable, "no running guest was compared"};
}

std::vector<Word> split_words_of(std::string_view text, const std::string& label) {
    return contains(text, std::string_view("\0", 1)) ? split_at_nuls(text, label)
                                                     : split_shell_words(text, label);
}

}  // namespace

void apply_qemu_options(std::span<const Word> words, GuestFacts& facts) { Options(words, facts).apply(); }

bool looks_like_qemu_command(std::string_view text) {
    bool found = false;
    for_each_line(text.substr(0, text.find('\0')), [&](std::string_view line) {
        if (trim(line).starts_with('#')) return;
        for (std::string_view word : split_words(line)) {
            while (word.starts_with('"') || word.starts_with('\'')) word.remove_prefix(1);
            while (word.ends_with('"') || word.ends_with('\'')) word.remove_suffix(1);
            found = found || is_qemu(word);
        }
    });
    return found;
}

GuestDefinition parse_qemu_command(std::string text, std::string label) {
    GuestDefinition definition{std::move(label), std::move(text), {}, {}, false};
    const std::vector<Word> words = split_words_of(definition.text, definition.label);
    const auto program =
        std::find_if(words.begin(), words.end(), [](const Word& word) { return is_qemu(word.text); });
    if (program == words.end())
        throw BadFile(fmt::format("{}: no QEMU program on this command line", definition.label));
    set_defaults(definition.facts, *program);
    apply_qemu_options(std::span(words).subspan(static_cast<std::size_t>(program - words.begin()) + 1),
                       definition.facts);
    return definition;
}

}  // namespace nestprobe

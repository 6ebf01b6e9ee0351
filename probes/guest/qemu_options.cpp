// SPDX-License-Identifier: MIT
// What the options of a QEMU command line say of a guest (qemu(1), "Standard options", "Device options").
#include "base/text.hpp"
#include "guest/definition.hpp"
#include "guest/qemu_accelerator.hpp"
#include "guest/qemu_cpu.hpp"
#include "guest/qemu_option.hpp"
#include "guest/qemu_option_names.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace nestprobe {
namespace {

class Options {
public:
    Options(std::span<const Word> words, GuestFacts& facts)
        : words_(words), f_(facts), accelerators_(facts) {}

    void apply() {
        for (std::size_t i = 0; i < words_.size(); ++i) i += apply_word(i) ? 1 : 0;
        apply_globals(globals_, f_);
        if (!refused_.empty()) f_.refused_options = {refused_, refused_from_};
        if (!refused_values_.empty()) f_.refused_values = {refused_values_, values_from_};
    }

private:
    /// Whether the next word is its value.
    bool apply_word(std::size_t i) {
        const Word& word = words_[i];
        const Word* before = i > 0 ? &words_[i - 1] : nullptr;
        const bool is_last = i + 1 == words_.size();
        from_ = {{word.where, word.text.substr(0, 160)}};
        const bool is_value = before && takes_value(before->text);
        if (!is_value && is_refused_option(word, before, is_last)) {
            refused_.push_back(word.text.substr(0, 160));
            refused_from_.push_back(from_.front());
            return false;
        }
        const std::string_view name = option_name(word.text);
        if (name.empty()) return false;
        if (name == "no-acpi") f_.acpi = {false, from_};
        if (name == "enable-kvm") accelerators_.by_machine("kvm", from_);
        if (name == "no-kvm") accelerators_.by_machine("tcg", from_);
        if (is_last) return false;
        from_.front().raw.append(" ").append(words_[i + 1].text, 0, 160);
        return apply_one(name, words_[i + 1]);
    }

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
            {"global", &Options::global, nullptr},
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

    void cpu(const QemuOption&) { apply_cpu_option(value_, from_, f_); }
    void forget_cpu(const Absent& why) { forget_cpu_option(why, from_, f_); }
    void global(const QemuOption&) { globals_.push_back(read_global(value_, from_)); }

    void forget_machine(const Absent& why) {
        f_.machine = why;
        f_.q35 = f_.acpi = why;
        f_.ioapic = why;
        accelerators_.by_hidden_machine(why);
    }
    void forget_accel(const Absent& why) { accelerators_.by_hidden_accel(why); }
    void forget_smp(const Absent& why) { f_.vcpus = why; }

    void irqchip(const QemuOption& option) {
        const std::string* word = option.get("kernel-irqchip");
        if (!word) return;
        if (*word != "on" && *word != "off" && *word != "split") return refuse_value("kernel-irqchip", *word);
        // "off" puts the whole of it into QEMU, with the I/O APIC.
        f_.ioapic = {*word == "on" ? IoApic::kernel : IoApic::split, from_};
    }

    void machine(const QemuOption& option) {
        const std::string* type = option.get("type");
        if (const std::string& name = type ? *type : option.first; !name.empty()) {
            f_.machine = {name, from_};
            f_.q35 = {contains(name, "q35"), from_};
        }
        if (option.get("vmport")) f_.vmport = of_three(option, "vmport");
        if (option.get("acpi"))
            f_.acpi = of_three(option, "acpi").map([](Setting acpi) { return acpi != Setting::off; });
        if (const std::string* accel = option.get("accel")) accelerators_.by_machine(*accel, from_);
        irqchip(option);
    }

    void accel(const QemuOption& option) {
        if (!option.first.empty()) accelerators_.by_accel(option.first, from_);
        if (const std::string* named = option.get("accel")) accelerators_.by_accel(*named, from_);
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
        f_.intremap = of_three(option, "intremap");
        f_.caching_mode = of_two(option, "caching-mode");
        f_.eim = model == IommuModel::amd ? of_two(option, "xtsup") : of_three(option, "eim");
        f_.iotlb = of_two(option, "device-iotlb");
        unsigned bits = 0;
        if (const std::string* text = option.get("aw-bits");
            text && parse_number(std::string_view(*text), bits))
            f_.aw_bits = {bits, from_};
        else
            f_.aw_bits = Absent{Why::not_applicable, "aw-bits is left to QEMU"};
    }

    void refuse_value(std::string_view key, std::string_view word) {
        refused_values_.push_back(fmt::format("{}={}", key, word.substr(0, 80)));
        values_from_.push_back(from_.front());
    }

    Fact<Setting> of_two(const QemuOption& option, std::string_view key) {
        Fact<Setting> fact = qemu_setting(option, key, from_);
        if (!fact.if_known()) refuse_value(key, *option.get(key));
        return fact;
    }

    /// What can be left to QEMU takes no other words (QEMU qapi/common.json, OnOffAuto).
    Fact<Setting> of_three(const QemuOption& option, std::string_view key) {
        const std::string* word = option.get(key);
        if (!word || *word == "auto") return {Setting::unset, from_};
        if (*word == "on") return {Setting::on, from_};
        if (*word == "off") return {Setting::off, from_};
        refuse_value(key, *word);
        return Absent{Why::malformed,
                      fmt::format("{}={}: neither on, off nor auto", key, word->substr(0, 80))};
    }

    std::span<const Word> words_;
    GuestFacts& f_;
    bool counted_ = false;  ///< some -smp says how many CPUs
    AcceleratorOptions accelerators_;
    std::vector<GlobalProperty> globals_{};
    std::vector<std::string> refused_{}, refused_values_{};
    std::vector<Provenance> refused_from_{}, values_from_{};
    std::vector<Provenance> from_{};
    std::string_view value_{};  ///< of the option that is applied
};

}  // namespace

void apply_qemu_options(std::span<const Word> words, GuestFacts& facts) { Options(words, facts).apply(); }

}  // namespace nestprobe

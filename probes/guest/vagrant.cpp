// SPDX-License-Identifier: MIT
// The guests of a Vagrantfile for libvirt.  Sources: vagrant-libvirt documentation, "Domain Specific
// Options", and its templates/domain.xml.erb (nested asks for vmx and svm, as optional); state 2026-11.
#include "base/text.hpp"
#include "guest/plain_guest.hpp"
#include "guest/several_guests.hpp"
#include "guest/vagrantfile.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace nestprobe {
namespace {

class Machine {
public:
    Machine(const Vagrantfile& file, std::size_t number, const PlainText& text)
        : file_(file), number_(number), text_(text) {}

    GuestFacts facts() const {
        GuestFacts f =
            plain_facts(DefinitionKind::libvirt, "Vagrant", text_.cite_text("a Vagrantfile for libvirt"));
        read_driver(f);
        read_mode(f);
        read_nested(f);
        if (const VagrantSetting* arch = find("machine_arch"))
            f.arch = arch->is_known ? Fact<std::string>(arch->value, cite(*arch)) : not_known(*arch);
        unsigned cpus = 0;
        if (const VagrantSetting* count = find("cpus");
            count && count->is_known && parse_number(count->value, cpus) && cpus != 0)
            f.vcpus = {cpus, cite(*count)};
        for_each_own("cpu_feature", [&](const VagrantSetting& call) { read_feature(call, f); });
        read_arguments(f);
        return f;
    }

private:
    bool is_own(const VagrantSetting& setting) const {
        return setting.machine == 0 || setting.machine == number_;
    }

    /// What is said of all machines first, then what is said of this one.
    template <class V>
    void for_each_own(std::string_view key, V&& visit) const {
        for (const bool general : {true, false})
            for (const VagrantSetting& setting : file_.settings)
                if (setting.key == key && is_own(setting) && general == (setting.machine == 0))
                    visit(setting);
    }

    /// The one that counts; null: none.
    const VagrantSetting* find(std::string_view key) const {
        const VagrantSetting* last = nullptr;
        for_each_own(key, [&](const VagrantSetting& setting) { last = &setting; });
        return last;
    }

    std::vector<Provenance> cite(const VagrantSetting& setting) const {
        return {{fmt::format("{}:{}", text_.label(), setting.line),
                 fmt::format("{} = {}", setting.key, std::string_view(setting.value).substr(0, 160))}};
    }

    Absent not_known(const VagrantSetting& setting) const {
        return {Why::malformed,
                fmt::format("{}:{}: {}: an expression or a condition, and what it comes to is not known",
                            text_.label(), setting.line, std::string_view(setting.value).substr(0, 160))};
    }

    void read_driver(GuestFacts& f) const {
        const VagrantSetting* driver = find("driver");
        if (driver && !driver->is_known)
            f.accelerator = not_known(*driver);
        else if (driver && driver->value == "qemu")
            f.accelerator = {Accelerator::tcg, cite(*driver)};
    }

    void read_mode(GuestFacts& f) const {
        const VagrantSetting* mode = find("cpu_mode");
        const VagrantSetting* model = find("cpu_model");
        if (!mode)
            set_cpu("host-model", {}, text_.cite_text("no cpu_mode, which is host-model then"), f);
        else if (!mode->is_known)
            f.cpu_mode = not_known(*mode);
        else if (mode->value != "custom")
            set_cpu(mode->value, {}, cite(*mode), f);
        else if (model && !model->is_known)
            f.cpu_mode = not_known(*model);
        else
            set_cpu("custom", model ? std::string_view(model->value) : "qemu64", cite(model ? *model : *mode),
                    f);
    }

    void read_nested(GuestFacts& f) const {
        const VagrantSetting* nested = find("nested");
        if (!nested || is(f.cpu_mode, CpuMode::host_passthrough)) return;
        if (!nested->is_known) {
            f.vmx = not_known(*nested);
            f.svm = not_known(*nested);
        } else if (nested->value == "true") {
            f.vmx = f.svm = {FeaturePolicy::optional, cite(*nested)};
        }
    }

    void read_feature(const VagrantSetting& call, GuestFacts& f) const {
        const std::string_view name = word_of_call(call.value, "name");
        const std::string_view policy = word_of_call(call.value, "policy");
        for (const std::string_view each : {"vmx", "svm"}) {
            Fact<FeaturePolicy>& fact = each == "vmx" ? f.vmx : f.svm;
            if (call.is_known && name != each) continue;
            if (!call.is_known && !contains(call.value, each) && !name.empty()) continue;
            if (!call.is_known || (policy.empty() && contains(call.value, "policy")))
                fact = not_known(call);
            else
                fact = {policy == "disable" || policy == "forbid" ? FeaturePolicy::disable
                        : policy == "optional"                    ? FeaturePolicy::optional
                                                                  : FeaturePolicy::require,
                        cite(call)};
        }
    }

    /// What is passed to QEMU itself comes behind libvirt's own.
    void read_arguments(GuestFacts& f) const {
        std::vector<Word> words;
        const VagrantSetting* unknown = nullptr;
        for_each_own("qemuargs", [&](const VagrantSetting& call) {
            if (!call.is_known) unknown = &call;
            words.push_back({.text = std::string(word_of_call(call.value, "value")),
                             .where = fmt::format("{}:{}", text_.label(), call.line)});
        });
        if (unknown)
            f.cpu_mode = not_known(*unknown);
        else if (!words.empty())
            apply_qemu_options(words, f);
    }

    const Vagrantfile& file_;
    std::size_t number_;
    const PlainText& text_;
};

}  // namespace

bool is_vagrant_libvirt(std::string_view text) {
    constexpr std::string_view parts[] = {"libvirt.cpu_mode", "libvirt.nested", "libvirt.cpu_model",
                                          "libvirt.cpu_feature"};
    bool lone = false;
    for_each_line(text, [&](std::string_view line) { lone = lone || starts_with_any(trim(line), parts); });
    const bool vagrant = contains(text, "Vagrant.configure") || contains(text, "config.vm.provider");
    return lone || (vagrant && (contains(text, "\"libvirt\"") || contains(text, "'libvirt'") ||
                                contains(text, ":libvirt") || contains(text, "libvirt.")));
}

GuestFacts read_vagrant(const PlainText& text) {
    const Vagrantfile file = read_vagrantfile(text.text());
    std::vector<OneOfSeveral> guests;
    for (std::size_t i = 0; i < std::max<std::size_t>(file.machines.size(), 1); ++i) {
        const bool named = i < file.machines.size();
        guests.push_back({Machine(file, i + 1, text).facts(), named ? file.machines[i].name : std::string(),
                          named ? file.machines[i].line : 1});
    }
    GuestFacts f = facts_of_all(std::move(guests), text.label());
    if (file.is_cut)
        f.cpu_mode =
            Absent{Why::not_recorded, fmt::format("{}: more than is read of a Vagrantfile", text.label())};
    return f;
}

}  // namespace nestprobe

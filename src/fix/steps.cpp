// SPDX-License-Identifier: MIT
#include "fix/steps.hpp"

#include "base/text.hpp"
#include "edit/guest_edit.hpp"
#include "rules/iommu/iommu_words.hpp"
#include "rules/module/feature.hpp"
#include "shell.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace nestprobe {
namespace {

constexpr std::string_view command_line = "kernel command line";  // as ModuleOption::source has it

/// "/etc/modprobe.d/kvm.conf:3" -> the file.
std::string_view file_of(std::string_view source) { return source.substr(0, source.rfind(':')); }

class Writer {
public:
    explicit Writer(const Report& report) : report_(report), facts_(report.facts) {}

    Steps write() && {
        write_blocks();
        write_parameters();
        write_words();
        write_iommu();
        if (renews_) step("The initramfs has a copy of these files, and may load KVM.", "renew_initramfs\n");
        write_loading();
        write_guest();
        return std::move(steps_);
    }

private:
    void step(std::string_view comment, const std::string& commands) {
        steps_.text.append("\n").append(shell_comment(comment)).append(commands);
    }
    void mend(std::initializer_list<std::string_view> ids) {
        steps_.mended.insert(steps_.mended.end(), ids.begin(), ids.end());
    }
    std::string module() const { return vendor_module_name(facts_); }

    // --- what keeps the module out ---

    /// The file of a line in modprobe.d, to be changed: a package's is copied to /etc first.
    static std::string own_file(std::string_view source, std::string& commands) {
        const std::string_view file = file_of(source);
        if (file.starts_with("/etc/")) return shell_word(file);
        const std::string copy = fmt::format("take_over {}\n", shell_word(file));
        if (!contains(commands, copy)) commands += copy;
        return shell_word(fmt::format("/etc/modprobe.d/{}", file.substr(file.rfind('/') + 1)));
    }

    /// Of this processor's module, or of what it needs: the other vendor's may stay out.
    bool is_wanted(const ModuleBlock& b) const { return b.module == "kvm" || b.module == module(); }

    void write_blocks() {
        const auto* blocks = facts_.module.blocks.if_known();
        if (!blocks || !report_.failed("NP502")) return;
        std::string commands;
        for (const ModuleBlock& b : *blocks) {
            if (b.source == command_line || !is_wanted(b)) continue;
            const std::string file = own_file(b.source, commands);
            commands += fmt::format("drop_block {} {}\n", file, shell_word(b.module));
            renews_ = true;
        }
        commands += words_without(*blocks);
        if (commands.empty()) return;
        step("What keeps KVM's module from being loaded is taken away: lines of modprobe.d become comments.",
             commands);
        mend({"NP502"});
    }

    /// Lists of modules on the kernel command line, without these.
    std::string words_without(const std::vector<ModuleBlock>& blocks) const {
        std::string commands;
        const auto* words = facts_.kernel.command_line.if_known();
        if (!words) return commands;
        for (const std::string& word : *words) {
            const std::size_t equals = word.find('=');
            const std::string_view name = std::string_view(word).substr(0, equals);
            if (name != "module_blacklist" && name != "modprobe.blacklist") continue;
            const std::string kept = list_without(std::string_view(word).substr(equals + 1), blocks);
            if (kept.size() + equals + 1 == word.size()) continue;
            commands += fmt::format("drop_word {}\n", shell_word(word));
            if (!kept.empty())
                commands += fmt::format("add_word {}\n", shell_word(fmt::format("{}={}", name, kept)));
        }
        return commands;
    }

    std::string list_without(std::string_view list, const std::vector<ModuleBlock>& blocks) const {
        std::string kept;
        while (!list.empty()) {
            const std::string_view item = list.substr(0, list.find(','));
            list.remove_prefix(std::min(item.size() + 1, list.size()));
            std::string module(item);
            std::replace(module.begin(), module.end(), '-', '_');
            const bool blocked = std::any_of(blocks.begin(), blocks.end(), [&](const ModuleBlock& b) {
                return b.source == command_line && b.module == module && is_wanted(b);
            });
            if (!blocked) kept.append(kept.empty() ? "" : ",").append(item);
        }
        return kept;
    }

    // --- the module's parameters ---

    /// Those that are off because somebody said so, while the processor has what they switch; and nested.
    void collect_parameters() {
        if (report_.failed("NP503") || report_.failed("NP507") || report_.failed("NP508"))
            wanted_.emplace_back("nested");
        const Technology* technology = facts_.cpu.technology.if_known();
        if (!technology) return;
        for (const Feature* row : *technology == Technology::vmx ? vmx_features() : svm_features())
            if (is(facts_.module.*row->value, false) && asked_value(facts_, module(), row->parameter) == 0)
                wanted_.emplace_back(row->parameter);
    }

    void write_parameters() {
        if (!facts_.module.name.if_known()) return;
        collect_parameters();
        if (wanted_.empty()) return;
        built_in_ = vendor_module_is(facts_, Module::State::built_in);
        for (const std::string& parameter : wanted_) write_parameter(parameter);
        renews_ = renews_ || !built_in_;
        mend({"NP503", "NP507", "NP508"});
    }

    void write_parameter(const std::string& parameter) {
        std::string commands;
        if (const auto* options = facts_.module.options.if_known())
            for (const ModuleOption& o : *options) commands += without(o, parameter);
        if (built_in_)
            commands += fmt::format("add_word {}\n", shell_word(fmt::format("{}.{}=1", module(), parameter)));
        else
            commands += fmt::format("want_option {}\n",
                                    shell_word(fmt::format("options {} {}=1", module(), parameter)));
        step(fmt::format("{}.{} is to be on{}.", module(), parameter,
                         built_in_ ? ", in a module that is built in" : ""),
             commands);
    }

    /// What takes away one option that switches it off.
    std::string without(const ModuleOption& o, const std::string& parameter) const {
        bool on = true;
        if (o.module != module() || o.parameter != parameter) return "";
        if (o.value.empty() || !parse_switch(o.value, on) || on) return "";
        if (o.source == command_line)
            return fmt::format("drop_word {}\n",
                               shell_word(fmt::format("{}.{}={}", o.module, o.parameter, o.value)));
        std::string commands;
        const std::string file = own_file(o.source, commands);
        return commands +=
               fmt::format("drop_option {} {} {}\n", file, shell_word(o.module), shell_word(o.parameter));
    }

    // --- the kernel command line ---

    void write_words() {
        if (!report_.failed("NP401")) return;
        const std::string word = clearcpuid_word(facts_);
        if (word.empty()) return;
        step("The kernel is told to hide the feature.", fmt::format("drop_word {}\n", shell_word(word)));
        mend({"NP401"});
    }

    /// Only where that is what was asked about: most machines need none.
    void write_iommu() {
        if (report_.asked != Question::device_assignment || facts_.guest) return;
        const std::string driving = report_.failed("NP801") ? drive_iommu() : "";
        if (!driving.empty()) {
            step("The kernel is to drive the IOMMU. Expected then: /sys/kernel/iommu_groups has entries.",
                 driving);
            mend({"NP801"});
        }
        const std::string remapping = drop_words(words_against_remapping(facts_));
        if (remapping.empty()) return;
        step("The kernel is to remap interrupts. Expected then: /proc/interrupts has IR-IO-APIC.", remapping);
        mend({"NP802"});
    }

    static std::string drop_words(const std::vector<std::string>& words) {
        std::string commands;
        for (const std::string& word : words) commands += fmt::format("drop_word {}\n", shell_word(word));
        return commands;
    }

    /// Nothing where no table announces an IOMMU: the kernel command line can change nothing there.
    std::string drive_iommu() const {
        if (is(facts_.iommu.table, "")) return {};
        std::string commands = drop_words(words_against_iommu(facts_));
        if (needs_intel_iommu_on(facts_)) commands += "add_word intel_iommu=on\nadd_word iommu=pt\n";
        if (is(facts_.iommu.driver, Tristate::module)) commands += "load virtio_iommu\n";
        return commands;
    }

    // --- loading ---

    void write_loading() {
        const std::string word = shell_word(module());
        if (!wanted_.empty() && !built_in_) {
            std::string names;
            for (const std::string& parameter : wanted_) names.append(" ").append(shell_word(parameter));
            step(fmt::format("A parameter changes when the module is loaded. Expected: {} under "
                             "/sys/module/{}/parameters reads Y or 1.",
                             names.substr(1), module()),
                 fmt::format("[ \"$reboot\" = yes ] || reload {}{}\n", word, names));
        }
        const bool absent = report_.failed("NP501") || (report_.failed("NP502") && steps_.mend("NP502"));
        if (!absent || !facts_.module.name.if_known()) return;
        step(fmt::format("Load {}. Expected: /dev/kvm is there.", module()),
             fmt::format("[ \"$reboot\" = yes ] || load {} /dev/kvm\n", word));
        mend({"NP501"});
    }

    // --- the guest ---

    void write_guest() {
        if (!report_.edit) return;
        const GuestEdit& edit = *report_.edit;
        if (!edit.diff.empty())
            patch_guest(edit);
        else if (is(facts_.guest->definition, DefinitionKind::proxmox) && !edit.commands.empty() &&
                 !contains(edit.commands.front(), unknown_vm))
            set_guest(edit);
        else
            return;
        for (const Finding& f : report_.findings)
            if (f.rule->layer == Layer::guest) steps_.mended.push_back(f.rule->id);
    }

    void patch_guest(const GuestEdit& edit) {
        const std::string name = shell_word(edit.guest);
        std::string commands;
        if (edit.file.empty())
            commands = fmt::format("xml=$(mktemp)\nvirsh dumpxml --inactive --domain {} > \"$xml\"\n", name);
        else
            commands = fmt::format("xml={}\n", shell_word(edit.file));
        commands += "if patch_file \"$xml\" << 'NESTPROBE_PATCH'; then\n" + edit.diff + "NESTPROBE_PATCH\n";
        commands += "    if command -v virsh > /dev/null; then virsh define \"$xml\"; fi\n";
        commands += fmt::format(
            "    say \"shut the guest\" {} \"down and start it: a reboot inside it keeps the old one\"\n"
            "else\n    say \"the guest\" {} \"is defined as it should be\"\nfi\n",
            name, name);
        if (edit.file.empty()) commands += "rm \"$xml\"\n";
        step(fmt::format("The definition of the guest {}. Expected: virsh takes it.", edit.guest), commands);
    }

    void set_guest(const GuestEdit& edit) {
        std::string commands =
            "command -v qm > /dev/null || stop \"qm is missing: run this on the Proxmox VE host\"\n";
        for (const std::string& command : edit.commands) commands += command + "\n";
        commands += fmt::format(
            "say \"stop the guest\" {} \"and start it (qm stop, qm start): a reboot keeps the old one\"\n",
            shell_word(edit.guest));
        step(fmt::format("The definition of the guest {}. Expected: qm says \"update VM\".", edit.guest),
             commands);
    }

    const Report& report_;
    const Facts& facts_;
    Steps steps_;
    std::vector<std::string> wanted_;  ///< parameters of the module that are to be on
    bool built_in_ = false, renews_ = false;
};

}  // namespace

bool Steps::mend(std::string_view id) const {
    return std::find(mended.begin(), mended.end(), id) != mended.end();
}

Steps write_steps(const Report& report) { return Writer(report).write(); }

}  // namespace nestprobe

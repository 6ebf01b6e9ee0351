// SPDX-License-Identifier: MIT
#include "remedy/script_steps.hpp"

#include "base/text.hpp"
#include "remedy/guest_commands.hpp"
#include "remedy/guest_edit.hpp"
#include "remedy/shell.hpp"
#include "rules/iommu/iommu_words.hpp"
#include "rules/module/feature.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

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
    /// The calls as a step for these rules; false where a word of theirs is none that a script may pass on:
    /// then nothing of it is done, and the script says so. Nothing to call is neither.
    bool write(std::string_view comment, const ShellCalls& calls,
               std::initializer_list<std::string_view> ids) {
        if (calls.refused()) {
            leave(comment, ids);
            return false;
        }
        if (calls.text().empty()) return true;
        step(comment, calls.text());
        mend(ids);
        return true;
    }
    void leave(std::string_view what, std::initializer_list<std::string_view> ids) {
        std::string names, comments;
        for (const Finding& f : report_.findings) {
            if (std::find(ids.begin(), ids.end(), f.rule->id) == ids.end() ||
                f.outcome.status != Status::fail)
                continue;
            names += fmt::format(" {} {},", f.rule->id, f.rule->name);
            comments += shell_comment(fmt::format("{} {}: {}", f.rule->id, f.rule->name, f.outcome.message));
            comments += shell_comment(f.fix());
            steps_.left.push_back(f.rule->id);
        }
        const std::string said = fmt::format(
            "left to do by hand:{} for a name or a value in it can be no word of a script", names);
        step(what, comments + fmt::format("say {} \\\n    {}\nleft=$((left + 1))\n", shell_text(said),
                                          shell_text("(see the comments here)")));
    }
    std::string module() const { return vendor_module_name(facts_); }

    // --- what keeps the module out ---

    /// The file of a line in modprobe.d, to be changed: a package's is copied to /etc first.
    static std::string own_file(std::string_view source, ShellCalls& calls) {
        std::string file(file_of(source));
        if (file.starts_with("/etc/")) return file;
        calls.add("take_over", {file});
        return fmt::format("/etc/modprobe.d/{}", file.substr(file.rfind('/') + 1));
    }

    /// Of this processor's module, or of what it needs: the other vendor's may stay out.
    bool is_wanted(const ModuleBlock& b) const { return b.module == "kvm" || b.module == module(); }

    void write_blocks() {
        const auto* blocks = facts_.module.blocks.if_known();
        if (!blocks || !report_.failed("NP502")) return;
        ShellCalls calls;
        bool in_files = false;
        for (const ModuleBlock& b : *blocks) {
            if (b.source == command_line || !is_wanted(b)) continue;
            const std::string file = own_file(b.source, calls);
            calls.add("drop_block", {file, b.module});
            in_files = true;
        }
        drop_from_lists(*blocks, calls);
        if (write("What keeps KVM's module from being loaded is taken away: lines of modprobe.d become "
                  "comments.",
                  calls, {"NP502"}))
            renews_ = renews_ || in_files;
    }

    /// Lists of modules on the kernel command line, without these.
    void drop_from_lists(const std::vector<ModuleBlock>& blocks, ShellCalls& calls) const {
        const auto* words = facts_.kernel.command_line.if_known();
        if (!words) return;
        for (const std::string& word : *words) {
            const std::size_t equals = word.find('=');
            const std::string_view name = std::string_view(word).substr(0, equals);
            if (name != "module_blacklist" && name != "modprobe.blacklist") continue;
            const std::string kept = list_without(std::string_view(word).substr(equals + 1), blocks);
            if (kept.size() + equals + 1 == word.size()) continue;
            calls.add("drop_word", {word});
            if (!kept.empty()) calls.add("add_word", {fmt::format("{}={}", name, kept)});
        }
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
        std::erase_if(wanted_, [this](const std::string& parameter) { return !write_parameter(parameter); });
        renews_ = renews_ || (!built_in_ && !wanted_.empty());
    }

    bool write_parameter(const std::string& parameter) {
        ShellCalls calls;
        if (const auto* options = facts_.module.options.if_known())
            for (const ModuleOption& o : *options) drop(o, parameter, calls);
        const std::string on = fmt::format("{}=1", parameter);
        if (built_in_)
            calls.add("add_word", {fmt::format("{}.{}", module(), on)});
        else
            calls.add("want_option", {module(), on});
        return write(fmt::format("{}.{} is to be on{}.", module(), parameter,
                                 built_in_ ? ", in a module that is built in" : ""),
                     calls, {"NP503", "NP507", "NP508"});
    }

    /// What takes away one option that switches it off.
    void drop(const ModuleOption& o, const std::string& parameter, ShellCalls& calls) const {
        bool on = true;
        if (o.module != module() || o.parameter != parameter) return;
        if (o.value.empty() || !parse_switch(o.value, on) || on) return;
        if (o.source == command_line)
            return calls.add("drop_word", {fmt::format("{}.{}={}", o.module, o.parameter, o.value)});
        const std::string file = own_file(o.source, calls);
        calls.add("drop_option", {file, o.module, o.parameter});
    }

    // --- the kernel command line ---

    void write_words() {
        if (!report_.failed("NP401")) return;
        const std::string word = clearcpuid_word(facts_);
        if (word.empty()) return;
        ShellCalls calls;
        calls.add("drop_word", {word});
        write("The kernel is told to hide the feature.", calls, {"NP401"});
    }

    /// Only where that is what was asked about: most machines need none.
    void write_iommu() {
        if (report_.asked != Question::device_assignment || facts_.guest) return;
        if (report_.failed("NP801"))
            write("The kernel is to drive the IOMMU. Expected then: /sys/kernel/iommu_groups has entries.",
                  drive_iommu(), {"NP801"});
        write("The kernel is to remap interrupts. Expected then: /proc/interrupts has IR-IO-APIC.",
              drop_words(words_against_remapping(facts_)), {"NP802"});
    }

    static ShellCalls drop_words(const std::vector<std::string>& words) {
        ShellCalls calls;
        for (const std::string& word : words) calls.add("drop_word", {word});
        return calls;
    }

    /// Nothing where no table announces an IOMMU: the kernel command line can change nothing there.
    ShellCalls drive_iommu() const {
        if (is(facts_.iommu.table, "")) return {};
        ShellCalls calls = drop_words(words_against_iommu(facts_));
        if (needs_intel_iommu_on(facts_)) {
            calls.add("add_word", {"intel_iommu=on"});
            calls.add("add_word", {"iommu=pt"});
        }
        if (is(facts_.iommu.driver, Tristate::module)) calls.add("load", {"virtio_iommu"});
        return calls;
    }

    // --- loading ---

    void write_loading() {
        if (!wanted_.empty() && !built_in_) {
            std::vector<std::string> words{module()};
            words.insert(words.end(), wanted_.begin(), wanted_.end());
            ShellCalls calls;
            calls.add("[ \"$reboot\" = yes ] || reload", words);
            write(fmt::format("A parameter changes when the module is loaded. Expected: {} under "
                              "/sys/module/{}/parameters reads Y or 1.",
                              fmt::join(wanted_, " "), module()),
                  calls, {});
        }
        const bool absent = report_.failed("NP501") || (report_.failed("NP502") && steps_.mend("NP502"));
        if (!absent || !facts_.module.name.if_known()) return;
        ShellCalls calls;
        calls.add("[ \"$reboot\" = yes ] || load", {module(), "/dev/kvm"});
        write(fmt::format("Load {}. Expected: /dev/kvm is there.", module()), calls, {"NP501"});
    }

    // --- the guest ---

    void write_guest() {
        if (!report_.edit) return;
        const GuestEdit& edit = *report_.edit;
        const bool patch = !edit.diff.empty();
        if (!patch && !can_be_set(*facts_.guest, edit)) return;
        const std::optional<std::string> commands = patch ? patch_guest(edit) : set_guest(edit);
        const std::string what = fmt::format("The definition of the guest {}.", edit.guest);
        if (!commands) return leave(what, {});
        step(fmt::format("{} Expected: {}.", what, patch ? "virsh takes it" : "qm says \"update VM\""),
             *commands);
        for (const Finding& f : report_.findings)
            if (f.rule->layer == Layer::guest) steps_.mended.push_back(f.rule->id);
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

bool Steps::leave(std::string_view id) const { return std::find(left.begin(), left.end(), id) != left.end(); }

Steps write_steps(const Report& report) { return Writer(report).write(); }

}  // namespace nestprobe

// SPDX-License-Identifier: MIT
#include "fix/fix_script.hpp"

#include "fix/functions.hpp"
#include "render/text.hpp"
#include "rules/feature.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <vector>

namespace nestprobe {
namespace {

constexpr std::string_view command_line = "kernel command line";  // as ModuleOption::source has it

/// "/etc/modprobe.d/kvm.conf:3" -> the file.
std::string_view file_of(std::string_view source) { return source.substr(0, source.rfind(':')); }

bool failed(const Report& report, std::string_view id) {
    return std::any_of(report.findings.begin(), report.findings.end(), [&](const Finding& f) {
        return f.rule->id == id && f.outcome.status == Status::fail;
    });
}

class Script {
public:
    explicit Script(const Report& report) : report_(report), facts_(report.facts) {}

    std::string write() {
        write_module();
        write_blocks();
        write_words();
        write_guest();
        collect_by_hand();
        return header() + (steps_.empty() && by_hand_.empty() ? "" : std::string(fix_functions) + steps_) +
               footer();
    }

private:
    void step(std::string_view comment, const std::string& commands) {
        steps_.append("\n").append(shell_comment(comment)).append(commands);
    }
    void handle(std::initializer_list<std::string_view> ids) { handled_.insert(handled_.end(), ids); }

    std::string header() const {
        std::string text = "#!/bin/sh\n";
        text += shell_comment(
            fmt::format("Made by nestprobe {} for: {}.", NESTPROBE_VERSION, describe_machine(facts_)));
        return text +
               shell_comment("Read it, then run it as root. Every step looks first whether it is needed.");
    }

    // --- the module and its parameters ---

    /// The parameters that are off because somebody said so, while the processor has what they switch; and
    /// nested.
    std::vector<std::string> wanted() const {
        std::vector<std::string> parameters;
        if (failed(report_, "NP503") || failed(report_, "NP507") || failed(report_, "NP508"))
            parameters.emplace_back("nested");
        const Technology* technology = facts_.cpu.technology.if_known();
        if (!technology) return parameters;
        for (const Feature* row : *technology == Technology::vmx ? vmx_features() : svm_features())
            if (is(facts_.module.*row->value, false) && asked_value(facts_, module(), row->parameter) == 0)
                parameters.emplace_back(row->parameter);
        return parameters;
    }

    std::string module() const { return vendor_module_name(facts_); }

    void write_module() {
        if (!facts_.module.name.if_known()) return;
        const std::vector<std::string> parameters = wanted();
        const bool built_in = vendor_module_is(facts_, Module::State::built_in);
        for (const std::string& parameter : parameters) write_parameter(parameter, built_in);
        if (!parameters.empty() && !built_in) write_reload(parameters);
        for (const Finding& f : report_.findings)
            if (f.rule->layer == Layer::module && wants_parameter(f, parameters))
                handled_.push_back(f.rule->id);
    }

    /// The rules about nested, and those whose message names a parameter that the script switches on.
    bool wants_parameter(const Finding& f, const std::vector<std::string>& parameters) const {
        return std::any_of(parameters.begin(), parameters.end(), [&](const std::string& parameter) {
            return f.outcome.message.find(fmt::format("{}.{}", module(), parameter)) != std::string::npos ||
                   (parameter == "nested" && f.rule->question == Question::kvm_in_guests &&
                    (f.rule->id == "NP503" || f.rule->id == "NP507" || f.rule->id == "NP508"));
        });
    }

    void write_parameter(const std::string& parameter, bool built_in) {
        std::string commands;
        if (const auto* options = facts_.module.options.if_known())
            for (const ModuleOption& o : *options) commands += without(o, parameter);
        if (built_in)
            commands += fmt::format("add_word {}\n", shell_word(fmt::format("{}.{}=1", module(), parameter)));
        else
            commands += fmt::format("want_option {}\n",
                                    shell_word(fmt::format("options {} {}=1", module(), parameter)));
        step(fmt::format("{}.{} is to be on{}.", module(), parameter,
                         built_in ? ", in a module that is built in" : ""),
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
        const std::string_view file = file_of(o.source);
        if (!file.starts_with("/etc/"))
            return shell_comment(
                fmt::format("{} says {}={}; that file is a package's, and the line below counts more.",
                            o.source, o.parameter, o.value));
        return fmt::format("drop_option {} {} {}\n", shell_word(file), shell_word(o.module),
                           shell_word(o.parameter));
    }

    void write_reload(const std::vector<std::string>& parameters) {
        std::string names;
        for (const std::string& parameter : parameters) names.append(" ").append(shell_word(parameter));
        step("The initramfs has a copy of these files.", "renew_initramfs\n");
        step(
            fmt::format(
                "A parameter changes when the module is loaded. Expected: {} under /sys/module/{}/parameters "
                "reads Y or 1.",
                names.substr(1), module()),
            fmt::format("[ \"$reboot\" = yes ] || reload {}{}\n", shell_word(module()), names));
    }

    // --- what keeps the module, or the feature, out ---

    static std::string without(const ModuleBlock& b) {
        if (b.kind == ModuleBlock::Kind::module_blacklist)
            return shell_comment(
                       fmt::format("{}: take {} out of module_blacklist= by hand.", b.source, b.module)) +
                   "left=$((left + 1))\n";
        if (!file_of(b.source).starts_with("/etc/"))
            return shell_comment(fmt::format(
                       "{} is a package's: copy it to /etc/modprobe.d and take the line out.", b.source)) +
                   "left=$((left + 1))\n";
        return fmt::format("drop_block {} {}\n", shell_word(file_of(b.source)), shell_word(b.module));
    }

    void write_blocks() {
        std::string commands;
        const auto* blocks = facts_.module.blocks.if_known();
        if (blocks && failed(report_, "NP502"))
            for (const ModuleBlock& b : *blocks) commands += without(b);
        if (!commands.empty()) {
            step("Lines that keep KVM's module from being loaded become comments.",
                 commands + "renew_initramfs\n");
            handle({"NP502"});
        }
        const bool absent = failed(report_, "NP501") || (failed(report_, "NP502") && !commands.empty());
        if (!absent || !facts_.module.name.if_known()) return;
        step(fmt::format("Load {}. Expected: /dev/kvm is there.", module()),
             fmt::format("[ \"$reboot\" = yes ] || load {}\n", shell_word(module())));
        handle({"NP501"});
    }

    void write_words() {
        if (!failed(report_, "NP401")) return;
        const std::string word = clearcpuid_word(facts_);
        if (word.empty()) return;
        step("The kernel is told to hide the feature.", fmt::format("drop_word {}\n", shell_word(word)));
        handle({"NP401"});
    }

    // --- the guest ---

    void write_guest() {
        if (!report_.edit || report_.edit->diff.empty()) return;
        const GuestEdit& edit = *report_.edit;
        const std::string name = shell_word(edit.guest);
        std::string commands;
        if (edit.file.empty()) {
            commands = fmt::format("xml=$(mktemp)\nvirsh dumpxml --inactive --domain {} > \"$xml\"\n", name);
        } else {
            commands = fmt::format("xml={}\n", shell_word(edit.file));
        }
        commands += "if patch_file \"$xml\" << 'NESTPROBE_PATCH'; then\n" + edit.diff + "NESTPROBE_PATCH\n";
        commands += "    if command -v virsh > /dev/null; then virsh define \"$xml\"; fi\n";
        commands += fmt::format(
            "    say \"shut the guest\" {} \"down and start it: a reboot inside it keeps the old one\"\n"
            "else\n    say \"the guest\" {} \"is defined as it should be\"\nfi\n",
            name, name);
        if (edit.file.empty()) commands += "rm \"$xml\"\n";
        step(fmt::format("The definition of the guest {}. Expected: virsh takes it.", edit.guest), commands);
        for (const Finding& f : report_.findings)
            if (f.rule->layer == Layer::guest) handled_.push_back(f.rule->id);
    }

    // --- what is left ---

    /// The cause of each no; what failed behind it follows from it.
    void collect_by_hand() {
        for (const Verdict& v : report_.verdicts) {
            if (v.question == Question::device_assignment || v.answer != Answer::no || v.because.empty())
                continue;
            const Finding* cause = v.because.front();
            const bool handled =
                std::find(handled_.begin(), handled_.end(), cause->rule->id) != handled_.end();
            const bool listed = std::find(by_hand_.begin(), by_hand_.end(), cause) != by_hand_.end();
            if (!handled && !listed) by_hand_.push_back(cause);
        }
    }

    static std::string by_hand(const Finding& f) {
        std::string text = "\n";
        text += shell_comment(
            fmt::format("No script mends {} {}: {}", f.rule->id, f.rule->name, f.outcome.message));
        text += shell_comment(f.fix());
        const std::string said =
            fmt::format("left to do by hand: {} {}, see the comments here", f.rule->id, f.rule->name);
        return text += fmt::format("say {}\nleft=$((left + 1))\n", shell_word(said));
    }

    std::string footer() const {
        if (steps_.empty() && by_hand_.empty()) return "\necho 'nestprobe: nothing to mend' >&2\n";
        std::string text;
        for (const Finding* f : by_hand_) text += by_hand(*f);
        text += "\nif [ \"$reboot\" = yes ]; then say \"reboot, then ask nestprobe again\"; fi\n";
        return text + "[ \"$left\" -eq 0 ] || exit 1\nsay \"done; nestprobe says what came of it\"\n";
    }

    const Report& report_;
    const Facts& facts_;
    std::string steps_;
    std::vector<std::string_view> handled_;
    std::vector<const Finding*> by_hand_;
};

}  // namespace

std::string shell_word(std::string_view text) {
    const auto plain = [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
               c == '-' || c == '.' || c == '/';
    };
    if (!text.empty() && std::all_of(text.begin(), text.end(), plain)) return std::string(text);
    std::string word = "'";
    for (const char c : text)
        if (c == '\'')
            word += "'\\''";
        else if (c != '\0')
            word += c;
    word += '\'';
    return word;
}

std::string shell_comment(std::string_view text) {
    std::string comment;
    const std::string wrapped = wrap(printable(text), 0, 96);
    for (std::size_t begin = 0; begin <= wrapped.size();) {
        const std::size_t end = std::min(wrapped.find('\n', begin), wrapped.size());
        comment.append("# ").append(wrapped, begin, end - begin).append("\n");
        begin = end + 1;
    }
    return comment;
}

std::string render_fix(const Report& report) { return Script(report).write(); }

}  // namespace nestprobe

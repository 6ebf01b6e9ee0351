// SPDX-License-Identifier: MIT
#include "remedy/writers/script_steps.hpp"

#include "remedy/boot_loaders.hpp"
#include "remedy/shell.hpp"
#include "remedy/writers/guest_commands.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace nestprobe {
namespace {

/// "/etc/modprobe.d/kvm.conf:3" -> the file.

/// A package's file of modprobe.d is copied to /etc first.
std::string own_file(std::string_view file, ShellCalls& calls) {
    if (file.starts_with("/etc/")) return std::string(file);
    calls.add("take_over", {std::string(file)});
    return fmt::format("/etc/modprobe.d/{}", file.substr(file.rfind('/') + 1));
}

std::string name_of(const Finding& f) { return fmt::format("{} {}", f.rule->id, f.rule->name); }

void append_once(std::string& text, const std::string& more) {
    if (!more.empty() && text.find(more) == std::string::npos) text += more;
}

/// One after the other; the same twice is once.  What is left to be done by hand is said before modules are
/// loaded, which may fail for that alone.
struct Phases {
    std::string files{}, words{}, words_seen{}, stale{}, initramfs{}, by_hand{}, modules{}, guest{};
};

/// The calls of a step, or that it has none that a script may make.
struct StepCalls {
    std::string Phases::*phase = nullptr;
    ShellCalls calls{};
};

StepCalls calls_of(const SetOption& o) {
    StepCalls step{&Phases::files};
    for (const ModuleOption& other : o.instead_of)
        step.calls.add("set_option",
                       {own_file(other.origin.file, step.calls), o.module, o.parameter, o.value});
    if (o.instead_of.empty())
        step.calls.add("want_option", {o.file, o.module, fmt::format("{}={}", o.parameter, o.value)});
    return step;
}

StepCalls calls_of(const DropLine& line) {
    StepCalls step{&Phases::files};
    step.calls.add("drop_line", {own_file(line.file, step.calls), line.module});
    return step;
}

StepCalls calls_of(const LoadAtBoot& boot) {
    StepCalls step{&Phases::files};
    step.calls.add("load_at_boot", {boot.module, boot.file});
    return step;
}

StepCalls calls_of(const ChangeWords& words) {
    StepCalls step{&Phases::words};
    for (const std::string& word : words.drop) step.calls.add("drop_word", {word});
    for (const std::string& word : words.add) step.calls.add("add_word", {word});
    return step;
}

StepCalls calls_of(const Load& load) {
    StepCalls step{&Phases::modules};
    std::vector<std::string> words{load.module};
    if (!load.file.empty()) words.push_back(load.file);
    step.calls.add("[ \"$reboot\" = yes ] || load", words);
    return step;
}

StepCalls calls_of(const Reload& reload) {
    StepCalls step{&Phases::modules};
    std::vector<std::string> words{reload.module};
    words.insert(words.end(), reload.parameters.begin(), reload.parameters.end());
    step.calls.add("[ \"$reboot\" = yes ] || reload", words);
    return step;
}

StepCalls calls_of(const JoinGroup& join) {
    StepCalls step{&Phases::files};
    step.calls.add("join_group", {join.group});
    return step;
}

StepCalls calls_of(const WriteUdevRule&) {
    StepCalls step{&Phases::files};
    step.calls.add("give_node_to_kvm", {});
    return step;
}

StepCalls calls_of(const MakeNode&) {
    StepCalls step{&Phases::modules};
    step.calls.add("make_node", {});
    return step;
}

template <class A>
StepCalls calls_of(const A&) {
    return {};
}

class Writer {
public:
    explicit Writer(const Report& report) : report_(report) {}

    ScriptSteps write() && {
        write_guest();
        for (const Question question : questions)
            if (is_asked(question)) write_answer(report_.verdict(question));
        for (const Finding& f : report_.findings)
            if (f.outcome.status == Status::fail && belongs(f.rule->question) &&
                (f.rule->role == Role::degraded || f.rule->role == Role::advice))
                write_finding(f, false);
        finish_words();
        if (!phases_.stale.empty()) phases_.stale.insert(0, "\n");
        for (const std::string* part : {&phases_.files, &phases_.words, &phases_.stale, &phases_.initramfs,
                                        &phases_.by_hand, &phases_.modules, &phases_.guest})
            steps_.text += *part;
        return std::move(steps_);
    }

private:
    /// Most machines need no device assignment.
    bool is_asked(Question question) const {
        return report_.asked ? question == *report_.asked : question != Question::device_assignment;
    }
    /// Guests cannot run KVM where this system cannot.
    bool belongs(Question question) const {
        return is_asked(question) ||
               (report_.asked == Question::kvm_in_guests && question == Question::kvm_here);
    }

    void write_answer(const Verdict& v) {
        if (v.answer != Answer::no || v.because.empty()) return;
        write_finding(*v.because.front(), true);
        for (const Verdict& other : report_.verdicts)  // one cause may stand in front of several things
            if (other.answer == Answer::no && other.cause() == v.cause())
                for (const Finding& f : other.then) write_finding(f, true);
        // What else failed on this system mostly follows from the cause; in a definition nothing does.
        for (const Finding* f : v.because) write_finding(*f, f->rule->layer == Layer::guest);
    }

    /// Once.  `all`: what a script cannot do is left to be done by hand even where that is all there is.
    void write_finding(const Finding& f, bool all) {
        if (std::find(written_.begin(), written_.end(), f.rule) != written_.end()) return;
        const Remedy remedy = f.remedy();
        const bool some = std::any_of(remedy.steps.begin(), remedy.steps.end(), [&](const Step& step) {
            return is_for_script(step) && !std::holds_alternative<EditGuest>(step.action);
        });
        if (!all && !some) return;
        written_.push_back(f.rule);
        // What comes behind it builds on it.
        refused_ = refused_ || std::any_of(remedy.steps.begin(), remedy.steps.end(), is_refused);
        for (const Step& step : remedy.steps) write_step(f, remedy, step);
    }

    /// Half of a remedy is worse than one that is left to be done by hand.
    static bool is_refused(const Step& step) {
        return std::visit([](const auto& action) { return calls_of(action).calls.refused(); }, step.action);
    }

    void write_step(const Finding& f, const Remedy& remedy, const Step& step) {
        if (refused_ || !is_for_script(step)) return leave(f, remedy, step);
        if (std::holds_alternative<EditGuest>(step.action)) {
            if (phases_.guest.empty()) leave(f, remedy, step);
            return;
        }
        if (std::holds_alternative<RenewInitramfs>(step.action)) return renew(f, remedy, step);
        if (const auto* words = std::get_if<ChangeWords>(&step.action)) look_at_words(*words);
        const StepCalls made = std::visit([](const auto& action) { return calls_of(action); }, step.action);
        add(phases_.*made.phase, f, step, made.calls.text());
    }

    void add(std::string& phase, const Finding& f, const Step& step, const std::string& calls) {
        if (phase.find(calls) != std::string::npos) return;
        std::string comment = fmt::format("{}: {}", name_of(f), heading(step));
        if (!step.expect.empty()) comment += fmt::format(" Expected: {}", step.expect);
        phase.append("\n").append(shell_comment(comment)).append(calls);
    }

    /// Where a file changed; and where a parameter is off though it is asked for, which may be for an
    /// initramfs that is older than that.
    void renew(const Finding& f, const Remedy& remedy, const Step& step) {
        ShellCalls stale;
        for (const Step& other : remedy.steps)
            if (const auto* reload = std::get_if<Reload>(&other.action))
                for (const std::string& parameter : reload->parameters)
                    stale.add("stale_unless_on", {reload->module, parameter});
        append_once(phases_.stale, stale.text());
        if (!phases_.initramfs.empty()) return;
        const std::string& command = std::get<RenewInitramfs>(step.action).command;
        add(phases_.initramfs, f, step,
            command.empty() ? std::string("renew_initramfs\n")
                            : fmt::format("renew_initramfs_by {}\n", command));
    }

    void look_at_words(const ChangeWords& words) {
        steps_.way = words.way;
        ShellCalls seen;
        for (const std::string& word : words.drop) seen.add("dropped", {word});
        for (const std::string& word : words.add) seen.add("added", {word});
        append_once(phases_.words_seen, seen.text());
    }

    void finish_words() {
        if (phases_.words.empty()) return;
        if (!steps_.way->finish.empty()) phases_.words += "renew_boot_loader\n";
        phases_.words += phases_.words_seen;
    }

    /// What it is, where, and what it costs; the commands and lines below it, each whole.
    void leave(const Finding& f, const Remedy& remedy, const Step& step) {
        std::string& phase = phases_.by_hand;
        std::string call = "by_hand " + shell_text(fmt::format("{}: {}", f.rule->id, heading(step)));
        for (const std::string_view command : step.commands) call += " \\\n    " + shell_text(command);
        if (!step.file.empty()) call += " \\\n    " + shell_text(fmt::format("In {}:", step.file));
        for (const std::string& line : step.lines) call += " \\\n    " + shell_text(line);
        call += '\n';
        if (phase.find(call) != std::string::npos) return;
        phase += '\n';
        if (said_ != f.rule) {
            phase +=
                shell_comment(fmt::format("No script can do this. {}: {}", name_of(f), f.outcome.message));
            if (!remedy.intro.empty()) phase += shell_comment(remedy.intro);
            said_ = f.rule;
        }
        phase += call;
    }

    void write_guest() {
        if (!report_.edit) return;
        const GuestEdit& edit = *report_.edit;
        const bool patch = !edit.diff.empty();
        if (!patch && !edit.by_qm) return;
        const std::optional<std::string> commands = patch ? patch_guest(edit) : set_guest(edit);
        const std::string what = fmt::format("The definition of the guest {}.", edit.guest);
        if (commands)
            phases_.guest = "\n" +
                            shell_comment(fmt::format("{} Expected: {}.", what,
                                                      patch ? "virsh takes it" : "qm says \"update VM\"")) +
                            *commands;
        else
            phases_.guest = "\n" + shell_comment(what) + "by_hand " +
                            shell_text(what + " Its name cannot be a word of a script.") + "\n";
    }

    const Report& report_;
    ScriptSteps steps_;
    Phases phases_;
    std::vector<const Rule*> written_;
    bool refused_ = false;        ///< a word was none that a script may pass on
    const Rule* said_ = nullptr;  ///< whose message the last step by hand has
};

}  // namespace

ScriptSteps write_steps(const Report& report) { return Writer(report).write(); }

}  // namespace nestprobe

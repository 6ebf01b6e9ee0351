// SPDX-License-Identifier: MIT
#include "session.hpp"
#include "looked_at.hpp"
#include "probe.hpp"
#include "registers/all.hpp"

#include "base/errors.hpp"
#include "input/bad_file.hpp"
#include "input/lock_down.hpp"
#include "output.hpp"
#include "pasted_definitions.hpp"
#include "prove/failure_report.hpp"
#include "prove/prove.hpp"
#include "registers/lookup.hpp"
#include "remedy/writers/guest_edit.hpp"
#include "remedy/writers/script.hpp"
#include "render/diff.hpp"
#include "render/layout.hpp"
#include "render/registers.hpp"
#include "report/assume.hpp"
#include "snapshot/record.hpp"
#include "snapshot/write.hpp"
#include "terminal.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstdio>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

namespace nestprobe {
namespace {

/// What files say stands in messages; a path may be that long (PATH_MAX), and more nobody reads.
constexpr std::size_t longest_message = 4500;

ExitStatus status_of(const Report& report, const Options& options) {
    switch (report.verdict(options.question.value_or(default_question(report.facts))).answer) {
        case Answer::yes: return ExitStatus::yes;
        case Answer::no: return ExitStatus::no;
        case Answer::unknown: break;
    }
    return ExitStatus::unknown;
}

/// Saves what was read, telling the person what is in it.  `collected_at`: when it was read; empty: nobody
/// knows, and the snapshot does not say.
ExitStatus save(const Recorder& recorder, const std::optional<ProofRecord>& proof,
                const std::string& collected_at, const std::string& path) {
    Recording recording = recorder.take();
    recording.proof = proof;
    recording.tool = "nestprobe " NESTPROBE_VERSION;
    recording.recorded = collected_at;
    const std::string text = write_snapshot(recording);
    if (path == "-") return write_stdout(text, ExitStatus::yes);
    if (const int error = write_file(path, text); error != 0)
        return complain(ExitStatus::cannot_write, path + ": " + error_text(error));
    return complain(ExitStatus::yes, path + " holds " + describe_recording(recording));
}

/// What each input was taken for; of one that is refused the refusal alone is said.
void tell_what_was_taken(const Options& options, const std::vector<std::string>& notes) {
    if (options.format->name != "explain" || options.quiet) return;
    for (const std::string& note : notes) complain(ExitStatus::yes, note);
}

/// What a folder holds and this user may not read: the first few by name.
void complain_about_unread(const std::vector<std::string>& unread) {
    constexpr std::size_t most = 5;
    for (std::size_t i = 0; i < std::min(most, unread.size()); ++i)
        complain(ExitStatus::yes, unread[i] + ": left out");
    if (unread.size() > most)
        complain(ExitStatus::yes, fmt::format("and {} more were left out", unread.size() - most));
}

/// The other of two machines is read here; its answers are nobody's exit status.
Report report_of(std::vector<RawInput> inputs) {
    Machine other(std::move(inputs));
    complain_about_unread(other.unread);
    Facts facts = probe(other.sources(), every_register);
    other.replayed.reset();
    facts.collected_at = other.collected_at;
    if (other.proof) facts.proof = decode_proof(*other.proof);
    return make_report(std::move(facts));
}

/// All facts with their readings, for the file of --prove=report.
std::string what_was_read(const Facts& facts, const ProofRecord& proof) {
    Report report{.facts = facts};
    report.facts.proof = decode_proof(proof);
    return "\nWhat was read:\n\n" + render_facts(report, {});
}

/// Runs guests, where that was asked for and nothing is known against it.  False: it was refused.
bool run_proofs(const Options& options, const Facts& facts, Machine& machine) {
    if (const std::string danger = prove_danger(facts); !danger.empty() && !options.prove.force) {
        complain(ExitStatus::unknown,
                 "--prove was not done: " + danger + "; --prove=force tries it all the same");
        return false;
    } else if (!danger.empty()) {
        complain(ExitStatus::yes, danger + "; --prove=force tries it all the same");
    }
    if (const auto absent = cannot_prove(facts))
        complain(ExitStatus::yes, "--prove was not tried: " + absent->detail);
    else
        complain(ExitStatus::yes, prove_announcement(facts, options.prove));
    Proven proven = prove(facts, machine.sources().kvm, options.prove, make_live_vm);
    machine.proof = std::move(proven.record);
    if (options.prove.report.empty()) return true;
    const int error =
        proven.report.empty()
            ? 0
            : write_file(options.prove.report,
                         proven.report + what_was_read(facts, *machine.proof) + report_listing());
    complain(ExitStatus::yes,
             options.prove.report + (error != 0              ? ": " + error_text(error)
                                     : proven.report.empty() ? " was not written: nothing failed"
                                                             : " tells what failed"));
    return true;
}

/// A report reads the registers that it is made of; a snapshot, a comparison and --registers want them all.
/// The list for one register alone lives here.
struct RegistersWanted {
    explicit RegistersWanted(const Options& options) {
        const bool registers = options.action == Options::Action::registers;
        if (!options.record.empty() || !options.diff.empty() || (registers && !options.reg)) {
            wanted = every_register;
        } else if (registers) {
            here = with_register(registers::deciding, *options.reg);
            guests = with_register(registers::offered, *options.reg);
            wanted = {here, guests};
        }
    }
    std::vector<const Register*> here, guests;
    Wanted wanted;
};

std::string print(const Options& options, const Report& report, const Style& style) {
    if (options.fix) return render_fix(report);
    if (options.all) return render_explain_all(report, style);
    return options.format->render(report, style);
}

std::string print_diff(const Options& options, const Comparable& here, std::vector<RawInput> other,
                       const Style& style) {
    const Comparable there(report_of(std::move(other)));
    return options.format->name == "json" ? render_diff_json(here, there)
                                          : render_diff(here, there, options.diff, style);
}

std::string print_registers(const Options& options, const Facts& facts, const Style& style) {
    const bool json = options.format->name == "json";
    if (!options.reg) return json ? render_registers_json(facts) : render_registers(facts, style);
    return json ? render_register_json(facts, *options.reg) : render_register(facts, *options.reg, style);
}

}  // namespace

ExitStatus complain(ExitStatus status, std::string_view message) {
    std::string line = printable(message.substr(0, longest_message));
    if (message.size() > longest_message) line += "...";
    std::fprintf(stderr, "nestprobe: %s\n", line.c_str());
    return status;
}

ExitStatus explain_log_line(const std::string& line, const Style& style) {
    RawInput input;
    input.path = "-";
    input.text = line + "\n";
    return write_stdout(render_log_line(line, report_of({std::move(input)}), style), ExitStatus::yes);
}

ExitStatus examine(const Options& options, const Style& style) {
    Inputs given(options);
    const bool here = given.from.empty();  // it is this machine that is looked at
    const bool elsewhere = given.anything();
    if (!here) lock_down(options.record.empty() ? Afterwards::computes : Afterwards::writes_a_file);
    Machine machine(std::move(given.from));
    const bool may_be_refused = !machine.definitions.empty();
    if (!may_be_refused) tell_what_was_taken(options, machine.notes);
    complain_about_unread(machine.unread);
    std::unique_ptr<Recorder> recorder;
    if (!options.record.empty()) recorder = std::make_unique<Recorder>(machine.sources());
    const RegistersWanted registers(options);
    Facts facts = probe(recorder ? recorder->sources() : machine.sources(), registers.wanted);
    facts.collected_at = machine.collected_at;
    if (options.prove.wanted && !run_proofs(options, facts, machine)) return ExitStatus::unknown;
    if (machine.proof) facts.proof = decode_proof(*machine.proof);
    if (recorder)
        if (const ExitStatus saved = save(*recorder, machine.proof, machine.collected_at, options.record);
            saved != ExitStatus::yes || !options.wants_output)
            return saved;
    if (options.action == Options::Action::registers)
        return write_stdout(print_registers(options, facts, style), ExitStatus::yes);
    // From here on nothing is looked at and no file is written.
    machine.replayed.reset();
    if (elsewhere && (here || recorder)) lock_down(Afterwards::computes);
    std::optional<GuestDefinition> guest;
    if (given.guest)
        guest = understand_definition(std::move(*given.guest));
    else
        facts.own_definition = find_own_definition(facts, machine.definitions);
    if (!guest && !facts.own_definition)
        guest =
            find_pasted_guest(facts, options.question == Question::device_assignment, machine.definitions);
    if (may_be_refused) tell_what_was_taken(options, machine.notes);
    if (guest) facts.guest = guest->facts;
    if (!options.assume.empty()) facts = assume(std::move(facts), options.assume);
    Report report = make_report(std::move(facts));
    report.asked = options.question;
    report.assumed = options.assume;
    report.pasted = std::move(machine.lines);
    if (guest) report.edit = make_edit(*guest, report);
    const ExitStatus status = status_of(report, options);
    if (options.diff.empty())
        return options.quiet ? status : write_stdout(print(options, report, style), status);
    // Whoever reads the second large machine has let go of the first.
    const Comparable compared(std::exchange(report, {}));
    const std::string text = print_diff(options, compared, std::move(given.other), style);
    return options.quiet ? status
                         : write_stdout(text, status);  // understood, or refused, whatever is printed
}

}  // namespace nestprobe

// SPDX-License-Identifier: MIT
// Options -> sources -> probe -> evaluate -> decide -> render -> exit.  Nothing else writes to stdout or
// stderr.
#include "cli.hpp"
#include "live/machine.hpp"
#include "output.hpp"
#include "snapshot/bad_file.hpp"
#include "snapshot/load.hpp"
#include "snapshot/record.hpp"
#include "snapshot/replay.hpp"
#include "snapshot/write.hpp"
#include "terminal.hpp"

#include <cstdio>
#include <exception>
#include <memory>

using namespace nestprobe;

namespace {

ExitStatus status_of(const Report& report, const Options& options) {
    switch (report.verdict(options.question.value_or(default_question(report.facts))).answer) {
        case Answer::yes: return ExitStatus::yes;
        case Answer::no: return ExitStatus::no;
        case Answer::unknown: break;
    }
    return ExitStatus::unknown;
}

ExitStatus complain(ExitStatus status, std::string_view message) {
    std::fprintf(stderr, "nestprobe: %.*s\n", static_cast<int>(message.size()), message.data());
    return status;
}

/// Saves what was read, telling the person what is in it.
ExitStatus save(const Recorder& recorder, const std::string& path) {
    Recording recording = recorder.take();
    recording.tool = "nestprobe " NESTPROBE_VERSION;
    recording.recorded = utc_now();
    const std::string text = write_snapshot(recording);
    if (path == "-") return write_stdout(text, ExitStatus::yes);
    if (const int error = write_file(path, text); error != 0)
        return complain(ExitStatus::cannot_write, path + ": " + error_text(error));
    return complain(ExitStatus::yes, path + " holds " + describe_recording(recording));
}

/// The machine to look at: a file's, or this one.
struct Machine {
    explicit Machine(const std::string& from) {
        if (from.empty())
            live = std::make_unique<LiveMachine>();
        else
            replayed = std::make_unique<ReplayedMachine>(load_recording(from));
    }
    Sources sources() const { return live ? live->sources() : replayed->sources(); }

    std::unique_ptr<LiveMachine> live;
    std::unique_ptr<ReplayedMachine> replayed;
};

ExitStatus examine(const Options& options, const Style& style) {
    const Machine machine(options.from);
    std::unique_ptr<Recorder> recorder;
    if (!options.record.empty()) recorder = std::make_unique<Recorder>(machine.sources());
    const Report report = make_report(probe(recorder ? recorder->sources() : machine.sources()));
    if (recorder)
        if (const ExitStatus saved = save(*recorder, options.record);
            saved != ExitStatus::yes || !options.wants_output)
            return saved;
    const ExitStatus status = status_of(report, options);
    return options.quiet ? status : write_stdout(options.format->render(report, style), status);
}

ExitStatus run(const Options& options) {
    const Style style = style_for_stdout(options.colour);
    switch (options.action) {
        case Options::Action::help: return write_stdout(help_text(), ExitStatus::yes);
        case Options::Action::version:
            return write_stdout("nestprobe " NESTPROBE_VERSION "\n", ExitStatus::yes);
        case Options::Action::rules: return write_stdout(render_rules(style), ExitStatus::yes);
        case Options::Action::rule: return write_stdout(render_rule(*options.rule, style), ExitStatus::yes);
        case Options::Action::report: break;
    }
    return examine(options, style);
}

}  // namespace

int main(int argc, char** argv) try {
    return static_cast<int>(run(parse_command_line(argc, argv)));
} catch (const UsageError& error) {
    return static_cast<int>(complain(ExitStatus::usage, error.message + "; see nestprobe --help"));
} catch (const BadFile& error) {
    return static_cast<int>(complain(ExitStatus::bad_file, error.what()));
} catch (const UnopenedFile& error) {
    return static_cast<int>(complain(ExitStatus::no_file, error.what()));
} catch (const std::exception& error) {
    return static_cast<int>(complain(ExitStatus::bug, std::string("a bug in nestprobe: ") + error.what()));
}

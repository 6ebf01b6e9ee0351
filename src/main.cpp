// SPDX-License-Identifier: MIT
// Options -> sources -> probe -> evaluate -> decide -> render -> exit.  Nothing else writes to stdout or stderr.
#include "cli.hpp"
#include "live/machine.hpp"
#include "terminal.hpp"

#include <cstdio>
#include <exception>

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

ExitStatus run(const Options& options) {
    const Style style = style_for_stdout(options.colour);
    switch (options.action) {
        case Options::Action::help: return write_stdout(help_text(), ExitStatus::yes);
        case Options::Action::version: return write_stdout("nestprobe " NESTPROBE_VERSION "\n", ExitStatus::yes);
        case Options::Action::rules: return write_stdout(render_rules(style), ExitStatus::yes);
        case Options::Action::rule: return write_stdout(render_rule(*options.rule, style), ExitStatus::yes);
        case Options::Action::report: break;
    }
    const LiveMachine machine;
    const Report report = make_report(probe(machine.sources()));
    const ExitStatus status = status_of(report, options);
    return options.quiet ? status : write_stdout(options.format->render(report, style), status);
}

ExitStatus complain(ExitStatus status, std::string_view message) {
    std::fprintf(stderr, "nestprobe: %.*s\n", static_cast<int>(message.size()), message.data());
    return status;
}

}  // namespace

int main(int argc, char** argv) try {
    return static_cast<int>(run(parse_command_line(argc, argv)));
} catch (const UsageError& error) {
    return static_cast<int>(complain(ExitStatus::usage, error.message + "; see nestprobe --help"));
} catch (const std::exception& error) {
    return static_cast<int>(complain(ExitStatus::bug, std::string("a bug in nestprobe: ") + error.what()));
}

// SPDX-License-Identifier: MIT
// The command line: words in, a plain struct out.
#pragma once

#include "base/prove_options.hpp"
#include "registers/register.hpp"
#include "render/render.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace nestprobe {

/// The answer, or one of sysexits(3).
enum class ExitStatus : int {
    yes = 0,
    no = 1,
    unknown = 2,
    usage = 64,
    bad_file = 65,
    no_file = 66,
    bug = 70,
    cannot_write = 74,
};

enum class Colour : std::uint8_t { automatic, always, never };

struct Options {
    enum class Action : std::uint8_t {
        report,
        rules,
        rule,
        message,
        log_line,
        platform,
        registers,
        value,
        help,
        version
    };
    Action action = Action::report;
    const Format* format = nullptr;    ///< never null after parse_command_line()
    const Rule* rule = nullptr;        ///< of Action::rule
    const Message* message = nullptr;  ///< of Action::message
    std::optional<Platform> platform;  ///< of Action::platform
    std::string text;                  ///< of Action::log_line: what has one
    const Register* reg = nullptr;     ///< of Action::registers: this one alone; null: all.  Of Action::value
    std::uint64_t value = 0;           ///< of Action::value: a number to decode; no machine is looked at
    std::optional<Question> question;
    std::vector<std::string>
        from;            ///< answer for these snapshots, dumps, pastes of one machine; empty: this one
    std::string diff;    ///< compare with this snapshot or dump; empty: do not
    std::string domain;  ///< the definition of a guest: what read_definition() takes; empty: none
    std::string record;  ///< write a snapshot here; empty: none
    std::vector<std::string> assume;  ///< NAME=VALUE, each without complaint: judge as if that were so
    bool wants_output = true;         ///< false: --record was given and nothing else
    Colour colour = Colour::automatic;
    bool quiet = false;
    ProveOptions prove{};  ///< run guests to find out
    bool fix = false;      ///< print the script that fixes what was found
    bool all = false;      ///< of --explain: every rule
};

/// What the command line cannot mean; its text is one line.
struct UsageError {
    std::string message;
};

/// Throws UsageError.
Options parse_command_line(int argc, const char* const* argv);

std::string_view help_text();

}  // namespace nestprobe

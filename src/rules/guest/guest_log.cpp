// SPDX-License-Identifier: MIT
// A rule about what QEMU itself said (NP719), in the log that holds the guest's command line.
#include "base/text.hpp"
#include "definition/guest_questions.hpp"
#include "messages/messages.hpp"
#include "rules/common.hpp"

#include <fmt/format.h>

namespace nestprobe {
namespace {

bool is_fatal(const Message& message) { return message.weight == Weight::fatal; }

/// Lines and what they are; of several, one behind which QEMU ends.
struct Said {
    const std::string* line = nullptr;
    const Message* message = nullptr;
};

Said worst_of(const std::vector<std::string>& lines) {
    Said worst;
    for (const std::string& line : lines) {
        const Message* message = find_message(line);
        if (!message || message->weight == Weight::remark) continue;
        if (!worst.message || (is_fatal(*message) && !is_fatal(*worst.message))) worst = {&line, message};
    }
    return worst;
}

Outcome check_log(const Facts& f) {
    return judge(
        [](const std::vector<std::string>& lines) {
            const Said said = worst_of(lines);
            if (!said.message)
                return pass(lines.empty() ? "QEMU complained of nothing"
                                          : "what QEMU said is no message that nestprobe knows");
            const bool ended = is_fatal(*said.message);
            const std::string text =
                fmt::format("QEMU said \"{}\"{}. {}", *said.line,
                            ended ? ", and the guest did not start" : "", said.message->means);
            const Remedy page(Step{.what = "What it means and what to do:",
                                   .commands = one_command("nestprobe --explain={}", {said.message->id})});
            return ended ? refused(text, page) : fail(text, page);
        },
        f.guest->log);
}

constexpr std::string_view guest_log_see[] = {"/var/log/libvirt/qemu/GUEST.log"};
constexpr Rule guest_log_rows[] = {{
    .id = "NP719",
    .name = "guest-log-has-error",
    .layer = Layer::guest,
    .question = Question::kvm_in_guests,
    .role = Role::advice,
    .title = "QEMU complained when this guest was started",
    .explain =
        "The log that holds a guest's command line holds what QEMU said of it too. Lines behind the last\n"
        "start that are known (--explain=MESSAGE finds their pages) are taken as evidence: of the last "
        "start,\n"
        "not of the next.",
    .fix = "Look up the line: nestprobe --explain='THE LINE'.",
    .see = guest_log_see,
    .check = check_log,
    .worked = "The log of the next start has no such line.",
    .also = "An old line: only those behind the last start count.",
}};

}  // namespace

std::span<const Rule> guest_log_rules() { return guest_log_rows; }

}  // namespace nestprobe

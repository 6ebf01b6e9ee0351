// SPDX-License-Identifier: MIT
// A rule about what QEMU itself said (NP719), in the log that holds the guest's command line.
#include "base/text.hpp"
#include "definition/guest_questions.hpp"
#include "messages/messages.hpp"
#include "rules/common.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace nestprobe {
namespace {

/// Messages behind which QEMU ends (QEMU 10.0 target/i386/kvm/kvm.c, kvm_buf_set_msrs; accel/kvm/kvm-all.c,
/// kvm_init): the ids' beginnings.
constexpr std::string_view fatal[] = {"qemu-set-msr",
                                      "kvm-module-",
                                      "kvm-device-busy",
                                      "kvm-create-vm",
                                      "failed-to-initialize-kvm",
                                      "qemu-invalid-accelerator",
                                      "kvm-init-vcpu",
                                      "qemu-cpu-host-needs-kvm",
                                      "qemu-aw-bits",
                                      "qemu-caching-mode",
                                      "qemu-interrupt-remapping",
                                      "qemu-sev-init",
                                      "qemu-no-hugepages",
                                      "vfio-"};

/// What QEMU or KVM remarks, and nobody has to do anything about.
constexpr std::string_view remarks[] = {"kvm-harmless", "kvm-nesting-is-on"};

bool is_fatal(const Message& message) {
    return std::any_of(std::begin(fatal), std::end(fatal),
                       [&](std::string_view start) { return message.id.starts_with(start); });
}

/// Lines and what they are; of several, one behind which QEMU ends.
struct Said {
    const std::string* line = nullptr;
    const Message* message = nullptr;
};

Said worst_of(const std::vector<std::string>& lines) {
    Said worst;
    for (const std::string& line : lines) {
        const Message* message = find_message(line);
        if (message && std::find(std::begin(remarks), std::end(remarks), message->id) != std::end(remarks))
            continue;
        if (message && (!worst.message || (is_fatal(*message) && !is_fatal(*worst.message))))
            worst = {&line, message};
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
                                   .commands = {fmt::format("nestprobe --explain={}", said.message->id)}});
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

// SPDX-License-Identifier: MIT
#include "report/guest_start.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace nestprobe {
namespace {

/// Rules whose one matter is whether the guest starts: where they cannot tell, nobody can.
constexpr std::string_view about_start[] = {"guest-machine-unknown",
                                            "guest-with-more-cpus-than-machine",
                                            "guest-with-many-cpus-refused",
                                            "guest-evmcs-without-vapic",
                                            "guest-will-not-start",
                                            "guest-command-line-refused",
                                            "guest-cpu-unheard",
                                            "guest-cpu-compared"};

std::string as_defined(const Finding& finding) {
    return fmt::format("It will not start: {} ({}).", finding.title(), finding.rule->id);
}

}  // namespace

std::string forecast_of_start(const Report& report) {
    for (const Finding& f : report.findings)
        if (f.outcome.keeps_from_starting) return as_defined(f);
    const GuestFacts& guest = *report.facts.guest;
    if (is(guest.runs, true)) return "It runs.";
    for (const Finding& f : report.findings) {
        const bool asks =
            std::find(std::begin(about_start), std::end(about_start), f.rule->name) != std::end(about_start);
        if (asks && f.outcome.status == Status::unknown)
            return fmt::format("Whether it starts is not known: {} ({}).", f.outcome.message, f.rule->id);
    }
    const Accelerator* accelerator = guest.accelerator.if_known();
    if (!accelerator) return "Whether it starts is not known: nor is what is to run it.";
    const Verdict& here = report.verdict(Question::kvm_here);
    if (*accelerator != Accelerator::kvm || here.answer == Answer::yes)
        return "It will start, as far as its definition goes.";
    const Finding* cause = here.cause();
    if (here.answer == Answer::no)
        return fmt::format("It will not start: KVM does not work here{}.",
                           cause ? fmt::format(" ({})", cause->rule->id) : "");
    return "Whether it starts is not known: nor is whether KVM works here.";
}

}  // namespace nestprobe

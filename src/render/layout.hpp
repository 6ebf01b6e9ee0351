// SPDX-License-Identifier: MIT
// Laying out text: wrapping, marks and colours.
#pragma once

#include "base/printable.hpp"
#include "render/render.hpp"
#include "report/known.hpp"
#include "report/ladder.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace nestprobe {

/// "ok", "!", "FAIL", "?", "-" (or a mark and a colour), always four columns wide.
std::string mark(Standing standing, const Style& style);
/// The same of a rule: what fails and is no obstacle is "!", and a proof never fails, it proves nothing.
std::string mark(const Finding& finding, const Style& style);
/// "yes", "no", "unknown", coloured.
std::string answer_word(const Verdict& verdict, const Style& style);
std::string bold(std::string_view text, const Style& style);
/// What is good, what costs something: green, yellow.
std::string green(std::string_view text, const Style& style);
std::string yellow(std::string_view text, const Style& style);

/// A line for each level of the stack that is known, and for each layer: mark, name, what is the case there.
std::string draw_ladder(const Report& report, const Style& style);

/// What --prove saw, a line for each kind of guest, and what an exit costs; empty where nobody ran any.
std::string describe_proof(const Report& report, const Style& style);

/// Of lines of the log that no answer rests on: what each means, and what it does not; empty where all is
/// answered.
std::string log_meanings(const Report& report, const Style& style);

/// A page's part below its title, prose wrapped, commands whole between empty lines; empty where `text` is.
std::string section(std::string_view title, std::string_view text);

/// Pages about messages of programs that a paste holds beside its readings: what each means, and the command
/// that prints the page; empty where there is none.
std::string pages_of_messages(const Report& report, const Style& style);
/// Their ids.
std::vector<std::string> ids_of_messages(const Report& report);
/// Why an answer is not known, for the line of that answer.
std::string unknown_text(const Report& report, const Verdict& verdict);

/// What to type next, where the machine is, each command alone on its line; empty where there is none.
std::string next_commands(const std::vector<std::string>& commands, const Style& style);

/// "assumed: kernel=7.1.9, kvm_intel.nested=1", a line of its own; empty where nothing is.
std::string describe_assumed(const Report& report);
/// "the guest vm1: KVM, pc-q35-7.2, 2 CPUs, CPU Skylake-Client-IBRS", and on the next line
/// "Its /proc/cpuinfo will not show vmx."  There must be one.
std::string describe_guest(const Report& report);
/// What stops the person behind this cause, one behind the other, for any question that it decides.
std::vector<const Finding*> what_follows(const Report& report, const Finding& cause);
/// "Even then kvm-in-guests stays no, because ... (NP506)."; empty where to fix the cause is not in vain.
std::string in_vain(const Report& report, const Finding& cause);
/// "Then NP503 will stop you: kvm_intel.nested is off: ..."
std::string stops_then(const Finding& next);
/// The steps of a finding, and of what follows, their numbers going on; see steps_text().
std::string fix_text(const Report& report, const Finding& f, std::size_t indent);
/// The diff as it is, which patch(1) finds between the words around it; then the commands and arguments.
/// Empty where there is nothing to fix.
std::string render_edit(const GuestEdit& edit);

}  // namespace nestprobe

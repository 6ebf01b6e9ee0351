// SPDX-License-Identifier: MIT
// Laying out text: wrapping, marks and colours.
#pragma once

#include "base/printable.hpp"
#include "render/render.hpp"

#include <string>
#include <string_view>

namespace nestprobe {

/// "ok", "FAIL", "?", "-" (or a mark and a colour), always four columns wide.
std::string mark(Status status, const Style& style);
/// "yes", "no", "unknown", coloured.
std::string answer_word(const Verdict& verdict, const Style& style);
std::string bold(std::string_view text, const Style& style);
/// What is good, what costs something: green, yellow.
std::string green(std::string_view text, const Style& style);
std::string yellow(std::string_view text, const Style& style);

/// Of an unknown answer, what would have told: each reading that is missing, with the rules that wanted it.
std::string what_is_missing(const Verdict& verdict);

/// "AMD EPYC, 2 CPUs, guest of Firecracker, Linux 6.18.44"
std::string describe_machine(const Facts& facts);
/// "the guest vm1: KVM, pc-q35-7.2, 2 CPUs, CPU Skylake-Client-IBRS", and on the next line
/// "Its /proc/cpuinfo will not show vmx."  There must be one.
std::string describe_guest(const Report& report);
/// The diff as it is, which patch(1) finds between the words around it; then the commands and arguments.
/// Empty where there is nothing to mend.
std::string render_edit(const GuestEdit& edit);

}  // namespace nestprobe

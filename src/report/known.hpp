// SPDX-License-Identifier: MIT
// What machine this is.  Of an answer that cannot be given: what is known all the same, and the one command
// that would tell more.
#pragma once

#include "report/report.hpp"

#include <string>
#include <vector>

namespace nestprobe {

/// "AMD EPYC, 2 CPUs, guest of Firecracker, Linux 6.18.44"
std::string describe_machine(const Facts& facts);

/// What CPUID and the kernel's list say of VMX or SVM: "CPUID shows VMX"; empty where neither was read.
std::string what_processor_shows(const Facts& facts);

/// "VMX is there and the kernel lists it; kvm_intel is loaded"; empty where nothing that bears on it is
/// known.
std::string what_is_known(const Facts& facts);

/// Lines of the log that bear on it, the last two kinds of them, each with what it means and what it does
/// not.
std::vector<std::string> what_the_log_means(const Facts& facts);

/// Most machines need no device assignment: told in full where it is the question; or, without a question,
/// where it is the only one that has an answer, or VFIO was tried by the log, a paste or a group, or a guest
/// that is asked about has an IOMMU or a device of this system.
bool is_asked(const Report& report, Question question);
/// Is it told what this answer lacks?  That of the question alone; of devices alone where VFIO was tried and
/// nothing is known of KVM.
bool is_lack_told(const Report& report, Question question);
/// Has its answer a line?  Who asks whether a guest can run KVM has not asked about devices.
bool is_answered(const Report& report, Question question);

/// Of an unknown answer, what would have told: each reading that is missing, with the rules that wanted it.
/// Of parts of a machine nearly all is missing, and the command that would tell says more than the list: what
/// was not given is left out there.  Empty where nothing else is missing.
std::string what_is_missing(const Report& report, const Verdict& verdict);

/// Does anything that is known bear on an answer that is not?
bool is_anything_known(const Report& report, const Verdict& verdict);
/// What heads an unknown answer: what is known, never the name of a fault that nobody found.
std::string headline_of_unknown(const Report& report, const Verdict& verdict);

/// What to type where the machine is, for every question that is asked and has no answer, a command each;
/// empty where nothing that nestprobe knows of would tell.
std::vector<std::string> what_to_run(const Report& report);

}  // namespace nestprobe

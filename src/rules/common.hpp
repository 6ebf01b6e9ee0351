// SPDX-License-Identifier: MIT
// Questions that several rules ask of the facts.
#pragma once

#include "rules/rule.hpp"

#include <span>
#include <vector>

namespace nestprobe {

/// Known to be no x86 machine.
bool is_foreign(const Facts& f);
/// Known to be a guest.
bool in_guest(const Facts& f);
/// The technology is known to be this one.
bool has(const Facts& f, Technology technology);
/// CPUID's bit for the machine's technology; VMX where that is unknown.
const PerCpu<bool>& cpuid_bit(const Facts& f);
/// "VMX", "SVM", or "VMX or SVM".
std::string hardware_word(const Facts& f);
/// "vmx" or "svm", as /proc/cpuinfo and libvirt spell it; "vmx" where the technology is unknown.
std::string_view flag_word(const Facts& f);
/// Somebody searched for svm in a way that finds svm_lock, too, and has found one of the two.
bool lists_svm_or_lock(const Facts& f);
/// CPUID could be read everywhere and shows neither VMX nor SVM.
bool hardware_absent(const Facts& f);
/// The kvm_pvm kind of KVM is what /dev/kvm belongs to: its name, or empty.  Where the modules could not be
/// read, a /dev/kvm that works while CPUID shows neither VMX nor SVM belongs to no other kind.
std::string software_kvm(const Facts& f);
/// A KVM that needs neither VMX nor SVM (kvm_pvm) may be here unseen: the look at the modules or at /dev/kvm
/// failed, and the other of the two says nothing either.  Then nothing that processor, firmware, hypervisor
/// or kernel lack makes a no.  Where nobody looked at either (a dump of CPUID, a pasted lscpu), the answer
/// rests on what was given: see withheld().
bool software_kvm_unseen(const Facts& f);
/// The errno with which /dev/kvm refused to open; of a snapshot that tells the reason alone, the usual one
/// for that reason.  0: it opens, or nobody knows.
int open_error(const Facts& f);
/// An errno that says for certain what is wrong with /dev/kvm, and that a rule of its own claims (NP601 to
/// NP604).  Any other leaves the answer unknown (NP605).
bool has_own_rule(int open_error);
/// A line of the kernel log that says that KVM could not switch VMX or SVM on on a CPU, although its module
/// loaded: another hypervisor held it, or that CPU does not allow it.  Null when none does.
const LoggedLine* failed_to_enable(const Facts& f);
/// Who says it, and what: `the kernel log says "..."`, `modprobe says "..."`.
std::string quoted(const LoggedLine& line);
/// A line by which this processor's module said that it found no VMX or SVM that it may use; null: none that
/// names that module.  Both modules count where the processor is not known and both were tried.
const LoggedLine* heard_no_hardware(const Facts& f);
/// The line, behind an outcome.
Outcome cite_log(Outcome outcome, const LoggedLine& line);
/// KVM's module switched VMX or SVM on on every CPU when it loaded, and holds it (kvm.enable_virt_at_load,
/// Linux 6.12 and later).  Before, no CPU is switched on until the first guest: a loaded module proves less.
bool holds_since_load(const Facts& f);
/// The vendor's module: known and in this state.
bool vendor_module_is(const Facts& f, Module::State state);
/// Known not to be in the kernel, neither loaded nor built in.
bool vendor_module_absent(const Facts& f);
/// "kvm_intel"; "kvm_intel or kvm_amd" where the processor is unknown.
std::string vendor_module_name(const Facts& f);
/// The first line of the kernel log of this kind; null when there is none, or no log.
const LoggedLine* heard(const Facts& f, LogLine kind);
/// The last line of one of these kinds: of several tries, what the last one met.
const LoggedLine* heard_last(const Facts& f, std::span<const LogLine> kinds);
/// The last line that a module of KVM's prints while it sets itself up (svm_hardware_setup(),
/// hv_init_evmcs()), or by which kvm refuses a second module while one serves: the processor showed it all
/// that it needs.  Null where it said nothing; kvm_intel mostly says nothing.
const LoggedLine* heard_start(const Facts& f);
/// The last line of each kind that bears on whether KVM works, of the last two kinds.
std::vector<const LoggedLine*> telling_lines(const Facts& f);
/// The first line with this effect that speaks of this machine's vendor, or of either.
const LoggedLine* heard(const Facts& f, LogEffect effect);
/// Does this row speak of the other vendor's processors?  False where this machine's is unknown.
bool of_other_vendor(const Facts& f, const LogRow& row);
/// The first VMX capability MSR that is known not to be the same on all CPUs; null when none is.
const Register* differing_register(const Facts& f);
/// A line of the kernel log that says that firmware (or what passes for it) has VMX or SVM off; null when
/// none does.
const LoggedLine* disabled_by_bios(const Facts& f);
/// IA32_FEATURE_CONTROL or VM_CR is known not to allow it on some CPU, or the log says so.
bool switched_off(const Facts& f);
/// Why neither VMX nor SVM can be had here whatever the guest's definition says: Xen's, Hyper-V's or a
/// confidential guest's way (NP306 to NP308); empty when none of them is known to hold.
std::string owned_by_others(const Facts& f);
/// What the kernel reports of that flaw; null when it is not known.
const FlawReport* report_of(const Facts& f, FlawReport::Flaw flaw);
/// clearcpuid= on the kernel command line takes this processor's flag away: that word; empty when it does
/// not.
std::string clearcpuid_word(const Facts& f);
/// That word without this processor's flag; none where nothing else is in it.
std::vector<std::string> clearcpuid_rest(const Facts& f, std::string_view word);
/// The kernel is known to be at least this version.
bool kernel_at_least(const Facts& f, unsigned major, unsigned minor);
/// The kernel's version, where it is known.
std::optional<KernelVersion> version_of(const Facts& f);

/// How a job of a CI is given KVM, or where a runner has it; empty where this is none.
Remedy fix_job(const Facts& f);
/// A container, a sandbox or a CI's job by the name of its row.
struct KnownPlace {
    std::string words;  ///< "a container of Docker"
    Remedy remedy;      ///< how it is given /dev/kvm, or who was refused there is let in
};
std::optional<KnownPlace> place_called(const Facts& f, std::string_view name);

/// What to do on the platform above, so that it shows `flag`, which is vmx or svm, to this guest
/// (rules/hypervisor/platforms.cpp).
Remedy fix_on_platform(const Facts& f, std::string_view flag);
/// What this guest's own definition makes of its CPU, judged as on a host of which nothing else is known.
struct OwnDefinition {
    Outcome judged;           ///< its remedy ends with the start that it takes; skipped: there is none
    std::string_view flag{};  ///< vmx or svm, whichever it can show; empty: nobody knows
};
/// Of what was given with this guest's outputs (rules/guest/own_definition.cpp).
OwnDefinition judge_own_definition(const Facts& f);
/// Give a guest of that platform an IOMMU, in the platform's way; a sentence where it has none to give.
Remedy iommu_of_platform(const Facts& f, Platform platform);
/// What the text about a platform rests on.
std::string source_of_platform(Platform platform);

/// An option of the kernel command line, as it stands there: "kvm-intel.nested=0".
std::string word_as_written(const Facts& f, const ModuleOption& option);
/// What to type so that a parameter of the vendor's module is on: modprobe.d and reload, or the kernel
/// command line where the module is built in.  "kvm_intel", "nested=1".
Remedy fix_parameter(const Facts& f, std::string_view module, std::string_view assignment);
/// Where a parameter's value was asked for: "set by /etc/modprobe.d/kvm.conf:3 (kvm_intel.nested=0)"; empty
/// when nothing asks, or nobody knows.
std::string asked_by(const Facts& f, std::string_view module, std::string_view parameter);
/// What is asked for, by the last option that counts: 1 on, 0 off, -1 nothing or unknown.
int asked_value(const Facts& f, std::string_view module, std::string_view parameter);

}  // namespace nestprobe

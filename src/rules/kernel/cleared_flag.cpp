// SPDX-License-Identifier: MIT
#include "rules/kernel/cleared_flag.hpp"

#include "remedy/steps.hpp"
#include "rules/common.hpp"

#include <fmt/format.h>

namespace nestprobe {
namespace {

std::string why_cleared(const Facts& f) {
    if (in_guest(f)) return "its kernel found it switched off or faulty";
    if (has(f, Technology::svm))
        return "kernels since 6.7 take it out where VM_CR.SVMDIS is set: most likely firmware has switched "
               "SVM off";
    if (const FlawReport* itlb = report_of(f, FlawReport::Flaw::itlb_multihit);
        itlb && itlb->tells == FlawTells::vmx_unsupported)
        return "itlb_multihit says \"VMX unsupported\" as well: the kernel found IA32_FEATURE_CONTROL "
               "closed, most likely by firmware";
    return "kernels since 5.6 take it out where IA32_FEATURE_CONTROL does not allow VMX: most likely "
           "firmware has locked it off";
}

/// What to look at where nobody knows which of three reasons it is, and whose setting that is.
Remedy fix_unlisted(const Facts& f, bool bare) {
    // Of a CI's own machine neither hypervisor nor firmware is the job's to set.
    if (Remedy job = fix_job(f); !job.empty() && !bare) return job;
    Remedy remedy;
    if (!bare)
        remedy.then(Step{
            .what = "See whether this is a virtual machine. If it is, its host decides: a setting of the "
                    "virtual machine, not of a firmware, shows VMX or SVM to it.",
            .commands = {"systemd-detect-virt"},
            .expect = "It prints none on bare metal."});
    remedy.then(Step{.what = bare ? "See what CPUID says, which firmware does not change."
                                  : "On bare metal, see what CPUID says, which firmware does not change.",
                     .commands = {"sudo nestprobe --explain"}});
    if (has(f, Technology::svm) || has(f, Technology::vmx) || bare)
        remedy.then(Step{
            .where = Where::firmware,
            .what =
                "Where CPUID has it: switch on virtualization (Intel: VT-x; AMD: SVM Mode), then switch the "
                "machine off and on.",
            .cost = Cost::power_off});
    return remedy;
}

/// Whose list it is; a program that looks for itself names none.
std::string who_shows(const Fact<bool>& flag) {
    const bool program = !flag.from().empty() && flag.from().front().sign == SignKind::program;
    return program ? fmt::format("{} found", flag.from().front().where) : "/proc/cpuinfo shows";
}

/// Without CPUID, the kernel's list alone: nothing there means that KVM cannot load, for one of two reasons.
Outcome judge_list_alone(const Facts& f) {
    // Of a processor whose maker is known one flag says it all.
    const bool own =
        f.cpu.technology.if_known() && f.kernel.flag_usable.any_known() && f.kernel.flag_usable.all(no);
    const bool none = own || (f.kernel.flag_vmx.all(no) && f.kernel.flag_svm.all(no));
    // This processor's module refused, or both did, by their loader's words: it found nothing that it may
    // use.
    const bool works = f.kernel.flag_usable.any(yes) || vendor_module_is(f, Module::State::loaded) ||
                       heard_start(f) || !software_kvm(f).empty();
    const LoggedLine* refused = works ? nullptr : heard_no_hardware(f);
    const bool bare = is(f.hypervisor.level, Level::bare_metal);
    if (refused && !in_guest(f))
        return cite_log(
            fail(fmt::format("{} refused ({}): either the processor has {}, or firmware has switched it "
                             "off{}",
                             f.module.name.if_absent()
                                 ? "kvm_intel and kvm_amd were both tried and both"
                                 : fmt::format("{} was tried and", vendor_module_name(f)),
                             quoted(*refused),
                             f.module.name.if_absent() ? std::string("neither VMX nor SVM")
                                                       : fmt::format("no {}", hardware_word(f)),
                             bare ? "" : ", or this is a virtual machine whose hypervisor shows neither"),
                 fix_unlisted(f, bare)),
            *refused);
    if (!none || in_guest(f)) return skip("CPUID was not read, so there is nothing to compare");
    if (const std::string* board = f.evidence ? f.evidence->named_board.if_known() : nullptr;
        board && f.cpu.technology.if_absent() && f.kernel.arch.if_absent())
        return cite(
            unknown(fmt::format("/proc/cpuinfo shows neither vmx nor svm, and a sentence names {}: on "
                                "an Arm processor it never does, whatever KVM does there",
                                *board)),
            f.evidence->named_board);
    if (vendor_module_is(f, Module::State::loaded))
        return cite(unknown(fmt::format("/proc/cpuinfo shows neither vmx nor svm, but {} is loaded: the two "
                                        "contradict each other, and CPUID was not read, which would tell",
                                        vendor_module_name(f))),
                    f.module.vendor);
    return cite(
        cite(fail(fmt::format("{} {}: either the processor has neither, or "
                              "firmware has switched it off{}; CPUID was not read, which would tell",
                              who_shows(f.kernel.flag_vmx.first_known()),
                              own ? fmt::format("no {}", flag_word(f)) : "neither vmx nor svm",
                              bare ? "" : ", or this is a virtual machine whose hypervisor shows neither"),
                  fix_unlisted(f, bare)),
             f.kernel.flag_vmx),
        f.kernel.flag_svm);
}

}  // namespace

Outcome check_flag_cleared(const Facts& f) {
    const PerCpu<bool>& cpuid = cpuid_bit(f);
    if (!software_kvm(f).empty())
        return cite(cite(skip("CPUID shows neither VMX nor SVM that could be listed"), cpuid),
                    f.kernel.flag_usable);
    if (!cpuid.any_known()) return judge_list_alone(f);
    if (!cpuid.any(yes)) return cite(skip(fmt::format("CPUID shows no {} either", hardware_word(f))), cpuid);
    if (const std::string why = owned_by_others(f); !why.empty()) return cite(skip(why), f.hypervisor.level);
    if (!clearcpuid_word(f).empty())
        return cite(skip("the kernel command line clears it (NP401)"), f.kernel.command_line);
    if (is(f.kernel.config_vendor, Tristate::no))
        return cite(skip("this kernel was built without KVM for it (NP402, NP404)"), f.kernel.config_vendor);
    Outcome outcome = judge_each(
        [&](bool listed) {
            if (listed) return pass(fmt::format("/proc/cpuinfo lists {}, as CPUID does", flag_word(f)));
            return fail(
                fmt::format("CPUID shows {}, but /proc/cpuinfo does not list {}: {}", hardware_word(f),
                            flag_word(f), why_cleared(f)),
                switched_off(f) ? "See the failed rule above: it names the register."
                : in_guest(f)
                    ? "Run nestprobe as root with the msr module loaded: it shows which register of this "
                      "guest "
                      "is closed. A power-cycle of the guest resets it.\n    sudo modprobe msr\n    sudo "
                      "nestprobe"
                    : "");
        },
        f.kernel.flag_usable);
    if (outcome.status == Status::fail && vendor_module_is(f, Module::State::loaded)) {
        outcome.status = Status::unknown;  // one of the two is not of this machine, or not of this boot
        outcome.message += fmt::format(". But {} is loaded, which contradicts that", vendor_module_name(f));
    }
    return cite(std::move(outcome), cpuid);
}

}  // namespace nestprobe

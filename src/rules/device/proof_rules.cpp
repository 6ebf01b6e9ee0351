// SPDX-License-Identifier: MIT
// Rules about what --prove found out by running guests (NP61x).  A guest that ran is the last word; one that
// was run and failed is as good a no, and says at which instruction.
#include "rules/common.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace nestprobe {
namespace {

/// What guests of guests need in everyday use: 64-bit mode, and EPT or NPT where that is offered.
const PerCpu<bool>& everyday(const ProofFacts& p) {
    return p.long_mode_nested_paging.any_known() ? p.long_mode_nested_paging : p.long_mode;
}

/// The first reading of a failure: "..., at VMLAUNCH: VM-instruction error 7: ..."
std::string told(const PerCpu<bool>& runs) {
    for (const auto& g : runs.groups())
        if (is(g.answer, false) && !g.answer.from().empty())
            return fmt::format("{}: {} ({})", g.answer.from().front().where, g.answer.from().front().raw,
                               name_cpus(g.cpus));
    return "";
}

struct KnownReport {
    Platform platform;
    std::string_view text;
    std::optional<Technology> technology{};  ///< of the processors that it is about; nothing: of all
};
/// Where nesting is advertised and was reported to fail at an entry.  As of 2026-11.
constexpr KnownReport reports[] = {
    {Platform::azure,
     "On Azure, entries of nested guests failed in waves with hardware error 0x7 or 0x0 "
     "(actions/runner-images issue 5128): "
     "try another virtual machine size, or again later."},
    {Platform::xen,
     "Xen's nested virtualization is experimental: it needs HAP, and was reported to work with one vCPU "
     "alone "
     "(xcp-ng/xcp issues 105 and 562)."},
    {Platform::virtualbox,
     "VirtualBox's nested virtualization was reported to fail for 64-bit guests of guests: keep nested "
     "paging on."},
    {Platform::hyperv,
     "On Hyper-V with AMD processors nesting needs Windows 11 or Server 2022 and a configuration version of "
     "9.3 or later.",
     Technology::svm},
    {Platform::vmware,
     "Under VMware, side-channel mitigations and VBS on the host were reported to make nested guests very "
     "slow, or fail."},
    {Platform::kvm,
     "KVMs of 2018 and 2019 were reported to refuse nested entries (firecracker issue 668, kubevirt issue "
     "2318), and AMD "
     "hosts to do so now and then in 2026 (coconut-svsm/svsm issue 1081): update the kernel of the "
     "hypervisor's host."},
};

std::string known_reports(const Facts& f) {
    if (const Platform* platform = f.hypervisor.platform.if_known())
        for (const KnownReport& report : reports)
            if (report.platform == *platform && (!report.technology || has(f, *report.technology)))
                return std::string(report.text);
    return "";
}

std::string above(const Facts& f) {
    if (!in_guest(f)) return "";
    const Platform* platform = f.hypervisor.platform.if_known();
    return fmt::format(
        "; this system is itself a guest{}, and what it enters is carried out by the hypervisor above, which "
        "is the likely cause",
        platform ? fmt::format(" ({})", to_string(*platform)) : "");
}

Remedy fix_entry(const Facts& f) {
    if (!in_guest(f))
        return "Look at the kernel's messages, and update microcode and kernel.\n"
               "    sudo dmesg | grep -i kvm\n"
               "If it stays, report the file that this writes to the kernel's KVM list.\n"
               "    nestprobe --prove=report proof.txt";
    const std::string known = known_reports(f);
    return Step{
        .what = fmt::format("{}{}Hand the file that this writes to whoever runs the hypervisor above.", known,
                            known.empty() ? "" : " "),
        .commands = {"nestprobe --prove=report proof.txt"}};
}

Outcome proved(const PerCpu<bool>& runs, std::string_view what) {
    if (runs.groups().empty()) return unknown("nobody has looked");
    if (runs.any(no)) return cite(fail("it was tried, and failed"), runs);
    return judge_each([&](bool) { return pass(std::string(what)); }, runs);
}

Outcome check_guest_ran(const Facts& f) {
    return proved(f.proof->kvm_here, "a guest was run, wrote its pattern and halted");
}

Outcome check_nested_ran(const Facts& f) {
    return proved(everyday(*f.proof), "a guest ran a guest of its own in 64-bit mode, up to its HLT");
}

/// Fails where a run failed, passes where it did not, carries an absence.
Outcome judge_runs(const Facts& f, const PerCpu<bool>& runs, std::string_view what) {
    if (runs.groups().empty()) return skip("no guest ran that could have tried");
    if (!runs.any(no)) return judge_each([](bool) { return pass("it ran"); }, runs);
    return cite(fail(fmt::format("{} fails: {}{}", what, told(runs), above(f)), fix_entry(f)), runs);
}

/// A guest that is a hypervisor begins in 64-bit mode.
std::string other_modes(const ProofFacts& p) {
    if (!p.kvm_here.any(no) || !(p.kvm_in_guests.any(yes) || everyday(p).any(yes))) return "";
    return "; guests that begin in 64-bit mode run, so that it is real mode that fails, in which firmware "
           "and boot "
           "loaders begin";
}

Outcome check_guest_fails(const Facts& f) {
    Outcome outcome = judge_runs(f, f.proof->kvm_here, "a guest of a few bytes");
    outcome.message += other_modes(*f.proof);
    return outcome;
}
Outcome check_nested_fails(const Facts& f) { return judge_runs(f, everyday(*f.proof), "a guest of a guest"); }

Outcome check_variants(const Facts& f) {
    const ProofFacts& p = *f.proof;
    if (!everyday(p).any_known()) return skip("no guest of a guest was run");
    if (everyday(p).any(no)) return cite(skip("what everybody needs fails already (NP614)"), everyday(p));
    std::string failed, ran;
    Outcome outcome = pass("");
    for (const PerCpu<bool>* runs :
         {&p.kvm_in_guests, &p.nested_paging, &p.long_mode, &p.long_mode_nested_paging, &p.shadow_vmcs}) {
        if (runs->any(no)) failed += (failed.empty() ? "" : "; ") + told(*runs);
        if (runs->any_known()) outcome = cite(std::move(outcome), *runs);
    }
    if (!failed.empty()) outcome.status = Status::fail;
    outcome.message = failed.empty() ? "every variant that is offered ran" : failed;
    return outcome;
}

std::string in_words(const ExitCost& c) { return fmt::format("{} ns ({} to {})", c.median, c.low, c.high); }

/// With EPT and a shadow VMCS, or with NPT, an exit that the guest handles costs some ten of those that KVM
/// handles.
constexpr double slow_times = 30;

/// What the facts let one expect of an exit of a guest's guest.
std::string expectation(const Facts& f) {
    std::string text;
    const auto off = [&](const Fact<bool>& fact, std::string_view word) {
        if (is(fact, false)) text += fmt::format("{}{} is off", text.empty() ? "; " : ", ", word);
    };
    off(f.module.ept, "kvm_intel.ept");
    off(f.module.enable_shadow_vmcs, "kvm_intel.enable_shadow_vmcs");
    off(f.module.npt, "kvm_amd.npt");
    off(f.module.vls, "kvm_amd.vls");
    off(f.module.vgif, "kvm_amd.vgif");
    if (!text.empty()) text += ", which costs exits";
    return text;
}

Outcome check_cost(const Facts& f) {
    const ProofFacts& p = *f.proof;
    if (!p.nested_exit_cost.if_known())
        return judge(
            [](const ExitCost& c) { return pass(fmt::format("an exit of a guest takes {}", in_words(c))); },
            p.exit_cost);
    return judge(
        [&](const ExitCost& guest, const ExitCost& nested) {
            const double times = static_cast<double>(nested.median) / std::max(guest.median, 1u);
            std::string text =
                fmt::format("an exit of a guest takes {}, one of a guest's guest {}: {:.1f} times as long{}",
                            in_words(guest), in_words(nested), times, expectation(f));
            return times > slow_times ? fail(std::move(text)) : pass(std::move(text));
        },
        p.exit_cost, p.nested_exit_cost);
}

constexpr std::string_view here_see[] = {"Linux Documentation/virt/kvm/api.rst, \"KVM_RUN\"",
                                         "Intel SDM Vol. 3C, \"VM-Instruction Error Numbers\""};
constexpr std::string_view proof_nested_see[] = {
    "Intel SDM Vol. 3C, \"VM Entries\", \"VMX Instruction Reference\"",
    "AMD APM Vol. 2, \"Secure Virtual Machine\"", "Linux arch/x86/kvm/vmx/nested.c, svm/nested.c"};

constexpr Rule proof_rule_rows[] = {
    {
        .id = "NP611",
        .name = "guest-ran",
        .layer = Layer::device,
        .question = Question::kvm_here,
        .role = Role::proof,
        .title = "no guest has been run",
        .explain =
            "With --prove, a guest of some forty bytes is run in KVM: in real mode it writes a pattern to a\n"
            "port and halts. That it did is proof, whatever could not be read.",
        .fix = "See the rules above.",
        .see = here_see,
        .check = check_guest_ran,
    },
    {
        .id = "NP613",
        .name = "guest-entry-fails",
        .layer = Layer::device,
        .question = Question::kvm_here,
        .role = Role::blocker,
        .title = "a guest of a few bytes was run, and failed",
        .explain =
            "With --prove, a guest of some forty bytes is run in KVM. Where that fails although all else\n"
            "looks right, the processor refused the entry, or KVM gave up: the message has the error by the "
            "manual's name for it. Inside a guest, VMLAUNCH and VMRUN are carried out by the hypervisor "
            "above:\n"
            "some show VMX or SVM, or controls of theirs, and break at the first entry.",
        .fix = "See what the hypervisor above is known for; report the failure there.",
        .see = here_see,
        .check = check_guest_fails,
        .worked = "nestprobe --prove says that a guest ran.",
        .also = "Another hypervisor on this system that took VMX or SVM meanwhile (NP604).",
    },
    {
        .id = "NP612",
        .name = "guest-of-guest-ran",
        .layer = Layer::device,
        .question = Question::kvm_in_guests,
        .role = Role::proof,
        .title = "no guest of a guest has been run",
        .explain =
            "With --prove, a guest switches VMX or SVM on and runs a guest of its own, which writes a\n"
            "pattern to a port twice: the guest sees the first, nestprobe the second. That it did is proof\n"
            "that guests of this system can run KVM, if their definition lets them.",
        .fix = "See the rules above.",
        .see = proof_nested_see,
        .check = check_nested_ran,
    },
    {
        .id = "NP614",
        .name = "nested-entry-fails",
        .layer = Layer::device,
        .question = Question::kvm_in_guests,
        .role = Role::blocker,
        .title = "a guest was offered VMX or SVM, and could not run a guest with it",
        .explain =
            "With --prove, a guest switches VMX or SVM on and runs a guest of its own. Where it cannot,\n"
            "although KVM offers it, the message says at which instruction, and the error by the manual's "
            "name for it. Where this system is a guest itself, the hypervisor above takes part in every "
            "step.",
        .fix = "Report the failure, with the file that this writes.\n    nestprobe --prove=report proof.txt",
        .see = proof_nested_see,
        .check = check_nested_fails,
        .worked = "nestprobe --prove says that a guest of a guest ran.",
        .also = "A known fault of this kernel: a newer one first, before the failure is reported.",
    },
    {
        .id = "NP615",
        .name = "nested-variant-fails",
        .layer = Layer::device,
        .question = Question::kvm_in_guests,
        .role = Role::degraded,
        .title = "some kinds of guests of guests fail",
        .explain =
            "With --prove, a guest's guest is run in 32-bit and in 64-bit mode, with and without EPT or "
            "NPT,\n"
            "and with a shadow VMCS where the guest may have one. Some hypervisors get only a part of it\n"
            "right, so that one operating system runs nested and another does not.",
        .fix = "Report the failure, with the file that this writes.\n    nestprobe --prove=report proof.txt",
        .see = proof_nested_see,
        .check = check_variants,
        .worked = "nestprobe --prove says so of every variant.",
        .also = "EPT or NPT that is off here, or not offered from above (NP509, NP510): then the variants "
                "with it cannot pass.",
    },
    {
        .id = "NP616",
        .name = "nested-exits-slow",
        .layer = Layer::device,
        .question = Question::kvm_in_guests,
        .role = Role::advice,
        .title = "an exit of a guest's guest takes more than thirty times as long as one of a guest",
        .explain =
            "With --prove, a thousand exits of a guest and of a guest's guest are timed: the median, and\n"
            "between what nine of ten lie. Some ten times as long is usual where EPT and shadow VMCS, or "
            "NPT,\n"
            "help; each level of nesting above this system multiplies it again.",
        .fix = "Look for what is off (NP509 to NP531); compare the figures with those of another host.",
        .see = proof_nested_see,
        .check = check_cost,
        .worked = "nestprobe --prove shows less than thirty times as long.",
        .also = "A busy machine: run it again when nothing else does.",
    },
};

}  // namespace

std::span<const Rule> proof_rules() { return proof_rule_rows; }
bool was_tried(const Rule& rule) {
    return std::any_of(std::begin(proof_rule_rows), std::end(proof_rule_rows),
                       [&](const Rule& r) { return r.id == rule.id; });
}

}  // namespace nestprobe

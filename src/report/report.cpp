// SPDX-License-Identifier: MIT
#include "report/report.hpp"

#include "definition/guest_questions.hpp"
#include "remedy/step_kinds.hpp"
#include "remedy/steps.hpp"
#include "report/behind.hpp"
#include "rules/common.hpp"

#include <algorithm>

namespace nestprobe {
namespace {

How how_it_runs(const Facts& facts) {
    if (!software_kvm(facts).empty()) return How::software;
    const Technology* technology = facts.cpu.technology.if_known();
    if (!technology) return How::nothing;
    return *technology == Technology::vmx ? How::vmx : How::svm;
}

/// Some kind of guest was run and failed, and another kind was seen to run a guest of its own.
bool other_kinds_run(const Verdict& guests, const Verdict& here) {
    return here.answer == Answer::no && was_tried(*here.because.front()->rule) &&
           guests.answer == Answer::yes && guests.proof && was_tried(*guests.proof->rule);
}

void inherit(Verdict& guests, const Verdict& here) {
    if (other_kinds_run(guests, here)) return;
    if (here.answer == Answer::no) {
        guests.answer = Answer::no;
        guests.because = here.because;
        guests.proof = nullptr;
        guests.contradictory = here.contradictory;
        return;
    }
    if (here.answer == Answer::unknown && guests.answer == Answer::yes && !guests.proof) {
        guests.answer = Answer::unknown;
        guests.because = here.because;
    }
    if (guests.answer == Answer::yes)
        guests.degraded.insert(guests.degraded.begin(), here.degraded.begin(), here.degraded.end());
}

/// /dev/kvm opens, so that some KVM stands behind it, and what that says could not be heard.
bool kvm_unheard(const Facts& f) {
    const Absent* absent = f.device.api_version.if_absent();
    return is(f.device.open, true) && absent && withheld(*absent);
}

/// A module that needs neither VMX nor SVM is loaded, and whether the vendor's is instead could not be read.
bool software_may_serve(const Facts& f) {
    const std::string* name = f.module.software.if_known();
    const Absent* vendor = f.module.vendor.if_absent();
    return name && !name->empty() && vendor && withheld(*vendor);
}

/// Where nothing could be read, what the processor or the hypervisor lack is no answer: a KVM that needs
/// neither VMX nor SVM may be here.  Nor is what else is missing where a device that opens could not be
/// asked. A no of the device's own rules stands.  Of those, the general one comes last, and is the cause.
void doubt(Verdict& here, std::span<const Finding> findings, const Facts& facts) {
    const auto of_device = [](const Finding* f) { return f->rule->layer == Layer::device; };
    if (here.answer != Answer::no ||
        !(software_kvm_unseen(facts) || kvm_unheard(facts) || software_may_serve(facts)) ||
        std::any_of(here.because.begin(), here.because.end(), of_device))
        return;
    here.answer = Answer::unknown;
    here.because.clear();
    for (const Finding& f : findings)
        if (f.rule->question == here.question && f.rule->role == Role::blocker && of_device(&f) &&
            f.outcome.status == Status::unknown)
            here.because.insert(here.because.begin(), &f);
}

bool about_guest(const Finding& finding) { return finding.rule->layer == Layer::guest; }
bool about_system(const Finding& finding) { return !about_guest(finding); }

/// What this system offers its guests, and what one guest makes of it: no where either says so, yes where
/// both do.
Verdict combine(Verdict offered, Verdict taken) {
    const auto append = [](auto& to, const auto& more) { to.insert(to.end(), more.begin(), more.end()); };
    if (taken.answer == Answer::yes) {
        append(offered.degraded, taken.degraded);
        return offered;
    }
    if (offered.answer == Answer::yes || (offered.answer == Answer::unknown && taken.answer == Answer::no))
        return taken;
    append(offered.because, taken.because);
    return offered;
}

/// A guest's IOMMU is QEMU's, whatever this system has; and a guest that is emulated does without KVM here.
void judge_guest(std::vector<Verdict>& verdicts, std::span<const Finding> findings, const Facts& facts) {
    Verdict& in_guests = verdicts[static_cast<std::size_t>(Question::kvm_in_guests)];
    Verdict taken = decide(Question::kvm_in_guests, findings, about_guest);
    in_guests =
        is_emulated(*facts.guest) ? std::move(taken) : combine(std::move(in_guests), std::move(taken));
    verdicts[static_cast<std::size_t>(Question::device_assignment)] =
        decide(Question::device_assignment, findings, about_guest);
}

}  // namespace

/// A layer is a place: what the rules of one say in general is done there.
static Where place_of(const Rule& rule) {
    switch (rule.layer) {
        case Layer::firmware: return Where::firmware;
        case Layer::hypervisor: return Where::hypervisor_host;
        case Layer::guest: return Where::guest_definition;
        default: return Where::here;
    }
}

Remedy Finding::remedy() const {
    Remedy remedy = outcome.remedy.empty() ? Remedy(rule->fix, place_of(*rule)) : outcome.remedy;
    remedy.never = outcome.remedy.never;
    if (rule->edit == GuestChange::none || remedy.empty()) return remedy;
    Step& first = remedy.steps.front();
    if (first.where == Where::here) first.where = Where::guest_definition;
    first.action = EditGuest{rule->edit};
    for (Step& step : remedy.steps)
        if (step.where == Where::guest_definition) step.action = EditGuest{rule->edit};
    return remedy;
}

const Finding* Verdict::cause() const {
    if (!because.empty() && answer != Answer::yes) return because.front();
    return degraded.empty() ? nullptr : degraded.front();
}

const Verdict& Report::verdict(Question question) const {
    return verdicts[static_cast<std::size_t>(question)];
}

/// A container has its host's processor, firmware, kernel and IOMMU: all about these is done there, by who
/// runs the host.  Its device, and who may open it, is its own affair.
static Outcome in_place(Outcome outcome, const Rule& rule, const Facts& facts) {
    if (!in_container(facts)) return outcome;
    const bool hosts = rule.layer != Layer::device && rule.layer != Layer::guest;
    if (hosts && outcome.status == Status::fail && outcome.remedy.empty() && !outcome.remedy.never)
        outcome.remedy = Remedy(rule.fix, place_of(rule));
    for (Step& step : outcome.remedy.steps)
        if (step.where == Where::here && (hosts || is_for_kernel(step))) step.where = Where::container_host;
    return outcome;
}

std::vector<Finding> evaluate(std::span<const Rule* const> rules, const Facts& facts) {
    std::vector<Finding> findings;
    findings.reserve(rules.size());
    // What is no x86 machine has nothing that the others could judge.
    const bool foreign = is_foreign(facts);
    for (const Rule* rule : rules)
        if (foreign && rule->layer != Layer::guest && !rule->any_machine) {
            if (!was_tried(*rule) && !rule->listed)
                findings.push_back({rule, skip("this is no x86 machine (NP111)")});
        } else if ((rule->layer != Layer::guest || facts.guest) && (facts.proof || !was_tried(*rule)) &&
                   (!rule->listed || rule->listed(facts)))
            findings.push_back({rule, in_place(rule->check(facts), *rule, facts)});
    return findings;
}

// Rules are listed by layer, so the first failed blocker is the outermost cause.
Verdict decide(Question question, std::span<const Finding> findings, bool (*counts)(const Finding&)) {
    std::vector<const Finding*> failed, unknown, degraded;
    const Finding* proof = nullptr;
    bool something_passed = false;
    // A guest that was run and failed is no contradiction of what lets one expect that it runs, but the
    // better evidence.
    const bool trial_failed = std::any_of(findings.begin(), findings.end(), [&](const Finding& f) {
        return f.rule->question == question && f.rule->role == Role::blocker &&
               f.outcome.status == Status::fail && was_tried(*f.rule);
    });
    for (const Finding& f : findings) {
        const Status status = f.outcome.status;
        if (f.rule->question != question || (counts && !counts(f))) continue;
        const bool better = !proof || (was_tried(*f.rule) && !was_tried(*proof->rule));
        if (f.rule->role == Role::proof && status == Status::pass && better &&
            (!trial_failed || was_tried(*f.rule)))
            proof = &f;
        if (f.rule->role == Role::degraded && status == Status::fail) degraded.push_back(&f);
        if (f.rule->role != Role::blocker) continue;
        if (status == Status::pass) something_passed = true;
        if (status == Status::fail) failed.push_back(&f);
        if (status == Status::unknown) unknown.push_back(&f);
    }
    if (proof)
        return {.question = question,
                .answer = Answer::yes,
                .because = failed,
                .degraded = degraded,
                .proof = proof,
                .contradictory = !failed.empty()};
    if (!failed.empty()) return {.question = question, .answer = Answer::no, .because = failed};
    if (!unknown.empty() || !something_passed)
        return {.question = question, .answer = Answer::unknown, .because = unknown};
    return {.question = question, .answer = Answer::yes, .degraded = degraded};
}

std::vector<Verdict> decide_all(std::span<const Finding> findings, const Facts& facts) {
    std::vector<Verdict> verdicts;
    for (const Question question : questions) verdicts.push_back(decide(question, findings, about_system));
    Verdict& here = verdicts[static_cast<std::size_t>(Question::kvm_here)];
    doubt(here, findings, facts);
    if (here.answer == Answer::yes) here.how = how_it_runs(facts);
    inherit(verdicts[static_cast<std::size_t>(Question::kvm_in_guests)], here);
    if (facts.guest) judge_guest(verdicts, findings, facts);
    return verdicts;
}

Report make_report(Facts&& facts) {
    Report report;
    report.facts = std::move(facts);
    report.findings = evaluate(all_rules(), report.facts);
    report.verdicts = decide_all(report.findings, report.facts);
    look_behind(report);
    return report;
}

Question default_question(const Facts& facts) {
    if (facts.guest) return Question::kvm_in_guests;
    return in_guest(facts) ? Question::kvm_here : Question::kvm_in_guests;
}

std::string_view to_string(Answer answer) {
    switch (answer) {
        case Answer::yes: return "yes";
        case Answer::no: return "no";
        case Answer::unknown: return "unknown";
    }
    return "";
}

std::string_view to_string(How how) {
    switch (how) {
        case How::nothing: return "";
        case How::vmx: return "vmx";
        case How::svm: return "svm";
        case How::software: return "software";
    }
    return "";
}

}  // namespace nestprobe

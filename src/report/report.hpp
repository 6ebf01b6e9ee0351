// SPDX-License-Identifier: MIT
// What the rules concluded: the one value that every renderer reads.
#pragma once

#include "rules/rule.hpp"

#include <array>
#include <span>
#include <vector>

namespace nestprobe {

struct Finding {
    const Rule* rule;  ///< never null; rules live as long as the program
    Outcome outcome;

    /// Completes "... is not available because": the outcome's own, else the rule's.
    std::string_view title() const { return outcome.title.empty() ? rule->title : outcome.title; }
    /// What to do here: the outcome's own remedy, else the rule's.
    Remedy remedy() const;
    /// The same as one sentence.
    std::string fix() const { return sentence(remedy()); }
};

enum class Answer : std::uint8_t { yes, no, unknown };

/// What KVM stands on.
enum class How : std::uint8_t { nothing, vmx, svm, software };

struct Verdict {
    Question question = Question::kvm_here;
    Answer answer = Answer::unknown;
    std::vector<const Finding*>
        because{};  ///< no: the blockers that failed; unknown: those that cannot tell; outermost first
    std::vector<const Finding*> degraded{};  ///< of a yes: what it costs
    std::vector<Finding> then{};  ///< of a no: what shows once the cause is fixed, one behind the other
    /// Of a no: the answer once the cause and all of `then` are fixed; nothing where nobody can foresee it.
    std::optional<Answer> fixed{};
    const Finding* proof = nullptr;  ///< the proof that passed, if one did
    bool contradictory = false;      ///< a proof passed and a blocker failed: one of the two is wrong
    How how = How::nothing;          ///< of a yes to kvm-here

    /// The finding that a reader should see first; null for a plain yes.
    const Finding* cause() const;
};

/// What fixes the definition of a guest (remedy/guest_edit.hpp makes it).
struct GuestEdit {
    std::string guest{};  ///< its name, or the file's
    std::string file{};   ///< where the definition lies; empty: libvirt gave it, or nobody knows
    std::string diff{};   ///< unified, of libvirt's XML; empty where nothing is to be edited
    std::vector<std::string> commands{};  ///< virt-xml, or qm set: the same, done at once
    std::string arguments{};              ///< of QEMU's that the edit stands for
    std::vector<std::string> notes{};     ///< what no edit can do, and what to do behind one
    bool by_qm = false;                   ///< the commands are whole ones of Proxmox's, for a script too
};

struct Report {
    Facts facts;
    std::vector<Finding> findings;
    std::vector<Verdict> verdicts;       ///< in the order of `questions`; point into findings
    std::optional<GuestEdit> edit;       ///< where a guest's definition was given
    std::optional<Question> asked;       ///< the question that the person asks (--question), if one
    std::vector<std::string> assumed{};  ///< "kernel=7.1.9": what the facts were changed by (--assume)
    std::vector<std::string> pasted{};   ///< lines of a paste that may be a message of some program

    const Verdict& verdict(Question question) const;
};

/// Rules about the definition of a guest have nothing to say where there is none, those about --prove where
/// it was not done: they are left out.
std::vector<Finding> evaluate(std::span<const Rule* const> rules, const Facts& facts);
/// Judge one question from the findings that bear on it: a proof first, then blockers, then what is unknown.
/// `counts`: which of them; null: all.
Verdict decide(Question question, std::span<const Finding> findings,
               bool (*counts)(const Finding&) = nullptr);
/// All three questions.  Where a guest's definition was given, the last two are about that guest: whether it
/// will be offered VMX or SVM, and whether it will have an IOMMU that VFIO can use.  Guests cannot run KVM
/// where this system cannot: kvm-in-guests inherits a no, and an unknown that nothing proves otherwise.
std::vector<Verdict> decide_all(std::span<const Finding> findings, const Facts& facts);

Report make_report(Facts&& facts);

/// kvm-here in a guest; kvm-in-guests on bare metal, where the level is unknown, and of a guest's definition.
Question default_question(const Facts& facts);

std::string_view to_string(Answer answer);
std::string_view to_string(How how);  ///< "vmx", "svm", "software"; empty for nothing

}  // namespace nestprobe

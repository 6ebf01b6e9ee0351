// SPDX-License-Identifier: MIT
// A rule judges facts.  It is a row of data and one pure function.
#pragma once

#include "base/errors.hpp"
#include "facts/facts.hpp"
#include "remedy/remedy.hpp"

#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace nestprobe {

/// How far down the stack a rule looks; the first digit of its id.
enum class Layer : std::uint8_t { cpu = 1, firmware, hypervisor, kernel, module, device, guest, iommu };

/// The three questions.  In a guest the first one is "is nested KVM available to me?".
enum class Question : std::uint8_t { kvm_here, kvm_in_guests, device_assignment };
inline constexpr Question questions[] = {Question::kvm_here, Question::kvm_in_guests,
                                         Question::device_assignment};

/// What a rule's outcome does to the answer.
enum class Role : std::uint8_t {
    blocker,   ///< fail: the answer is no
    proof,     ///< pass: the answer is yes, whatever could not be read on the way
    degraded,  ///< fail: it works, but it costs something
    advice,    ///< neither; shown with the answer
};

enum class Status : std::uint8_t { pass, fail, unknown, skipped };

struct Outcome {
    Status status = Status::unknown;
    std::string message;               ///< what was read, what follows, and how sure that is
    std::vector<Provenance> because;   ///< every reading that the judgement rests on
    Remedy remedy = {};                ///< for this machine; empty: the rule's own
    bool keeps_from_starting = false;  ///< of a guest: libvirt or QEMU refuses it as it is defined
    Absent lacking = {};          ///< of an unknown one, the reading that would have told, where one would
    std::string_view title = {};  ///< in the place of the rule's; empty: that
};

struct Rule {
    std::string_view id;    ///< "NP201".  Never reused, never renumbered
    std::string_view name;  ///< "vmx-disabled-by-firmware": the problem, not the cure
    Layer layer;
    Question question;
    Role role;
    std::string_view title;                 ///< completes "... is not available because"
    std::string_view explain;               ///< what is checked, and why it matters
    std::string_view fix;                   ///< in general, where the check knows nothing better
    std::span<const std::string_view> see;  ///< manual sections, kernel functions
    Outcome (*check)(const Facts&);
    GuestChange edit = GuestChange::none;  ///< what an edit of the guest's definition changes for it
    /// Where there is anything to judge; null: everywhere.  Elsewhere the rule is left out.
    bool (*listed)(const Facts&) = nullptr;
    bool any_machine = false;      ///< judged where the machine is known to be no x86 one, too
    std::string_view worked = {};  ///< how to tell that the fix worked; a line with four blanks is a command
    std::string_view also = {};    ///< what else looks like it
    bool aside = false;            ///< told behind what a message's page says, not before it
};

inline Outcome pass(std::string message) { return {Status::pass, std::move(message), {}}; }
inline Outcome fail(std::string message, Remedy remedy = {}) {
    return {Status::fail, std::move(message), {}, std::move(remedy)};
}
/// A guest that libvirt or QEMU refuses to start.
inline Outcome refused(std::string message, Remedy remedy = {}) {
    Outcome outcome = fail(std::move(message), std::move(remedy));
    outcome.keeps_from_starting = true;
    return outcome;
}
inline Outcome skip(std::string message) { return {Status::skipped, std::move(message), {}}; }
inline Outcome unknown(std::string message) { return {Status::unknown, std::move(message), {}}; }

/// An absent fact as an outcome: skipped where the question makes no sense, else unknown, with the errno's
/// name.
Outcome carry(const Absent& absent);

/// An outcome rests on these readings, too; where CPUs differ, with their names.
void rest_on(Outcome& outcome, const std::vector<Provenance>& readings, const CpuSet& cpus = {});

/// Add the readings of a fact to what an outcome rests on.
template <class T>
Outcome cite(Outcome outcome, const Fact<T>& fact) {
    rest_on(outcome, fact.from());
    return outcome;
}
/// The same, naming the CPUs.
template <class T>
Outcome cite(Outcome outcome, const PerCpu<T>& facts) {
    for (const auto& g : facts.groups()) rest_on(outcome, g.answer.from(), g.cpus);
    return outcome;
}

/// Judge values that may be absent.  An absent one is carried through as unknown or skipped with its own
/// reason, and every value used is cited, so no rule can forget either.
template <class F, class... Ts>
Outcome judge(F&& decide, const Fact<Ts>&... facts) {
    const Absent* missing = nullptr;
    ((missing = missing ? missing : facts.if_absent()), ...);
    if (missing) return carry(*missing);
    Outcome outcome = std::invoke(decide, *facts.if_known()...);
    (rest_on(outcome, facts.from()), ...);
    return outcome;
}

/// Of several outcomes the worst: fail, unknown, pass, skipped.
Status worse(Status a, Status b);

/// Judge every CPU's value; the worst outcome is the machine's, and names its CPUs where they disagree.
template <class F, class T>
Outcome judge_each(F&& decide, const PerCpu<T>& facts) {
    Outcome worst{Status::skipped, "no CPU was read", {}};
    bool have = false;
    for (const auto& g : facts.groups()) {
        Outcome here =
            g.answer.if_known() ? std::invoke(decide, *g.answer.if_known()) : carry(g.answer.absence());
        if (facts.groups().size() > 1) here.message += " (" + name_cpus(g.cpus) + ")";
        if (!have || worse(here.status, worst.status) != worst.status) worst = std::move(here);
        have = true;
    }
    return have ? cite(std::move(worst), facts) : unknown("nobody has looked");
}

std::string_view to_string(Layer layer);
std::string_view title_of(Layer layer);         ///< for people: "KVM's modules and their parameters"
std::string_view to_string(Question question);  ///< "kvm-here"
std::string_view to_string(Role role);
std::string_view to_string(Status status);

std::span<const Rule> architecture_rules();
std::span<const Rule> cpu_rules();
std::span<const Rule> capability_rules();
std::span<const Rule> control_pair_rules();
std::span<const Rule> missing_feature_rules();
std::span<const Rule> firmware_rules();
std::span<const Rule> hidden_rules();
std::span<const Rule> likely_hidden_rules();
std::span<const Rule> hypervisor_rules();
std::span<const Rule> owner_rules();
std::span<const Rule> kernel_rules();
std::span<const Rule> kernel_flag_rules();
std::span<const Rule> boot_word_rules();
std::span<const Rule> arm_rules();
std::span<const Rule> word_size_rules();
std::span<const Rule> module_rules();
std::span<const Rule> loaded_rules();
std::span<const Rule> refusal_rules();
std::span<const Rule> block_rules();
std::span<const Rule> option_rules();
std::span<const Rule> no_effect_rules();
std::span<const Rule> nested_rules();
std::span<const Rule> nested_option_rules();
std::span<const Rule> escape_rules();
std::span<const Rule> vmx_feature_rules();
std::span<const Rule> svm_feature_rules();
std::span<const Rule> feature_contradiction_rules();
std::span<const Rule> slow_rules();
std::span<const Rule> platform_trouble_rules();
std::span<const Rule> named_rules();
std::span<const Rule> rival_rules();
std::span<const Rule> guest_trouble_rules();
std::span<const Rule> device_rules();
std::span<const Rule> answer_rules();
/// About what --prove found out: left out of a report without it.
std::span<const Rule> proof_rules();
/// One of these: its outcome rests on a guest that was run, which outranks all that is inferred.
bool was_tried(const Rule& rule);
std::span<const Rule> guest_kind_rules();
std::span<const Rule> guest_cpu_rules();
std::span<const Rule> guest_start_rules();
std::span<const Rule> guest_refused_rules();
std::span<const Rule> guest_requires_rules();
std::span<const Rule> guest_unaccepted_rules();
std::span<const Rule> guest_compared_rules();
std::span<const Rule> guest_log_rules();
std::span<const Rule> guest_iommu_rules();
std::span<const Rule> guest_assigned_rules();
std::span<const Rule> guest_device_rules();
std::span<const Rule> iommu_rules();
std::span<const Rule> iommu_remapping_rules();
std::span<const Rule> iommu_feature_rules();
std::span<const Rule> iommu_cause_rules();
std::span<const Rule> iommu_group_rules();
std::span<const Rule> vfio_rules();

/// Every rule, outermost layer first.
std::vector<const Rule*> all_rules();
/// By id or name, letters of either case; null when there is none.
const Rule* find_rule(std::string_view id_or_name);
/// The names of three rules, those first that have most words of the text, then those spelled most like it.
std::vector<std::string_view> nearest_rules(std::string_view text);

}  // namespace nestprobe

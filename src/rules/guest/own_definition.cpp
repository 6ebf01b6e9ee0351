// SPDX-License-Identifier: MIT
// A guest's own definition, given with its outputs: it says what from inside is likely at most.
#include "definition/guest_questions.hpp"
#include "rules/common.hpp"
#include "rules/guest/definition_words.hpp"
#include "rules/guest/managers.hpp"

#include <fmt/format.h>

namespace nestprobe {
namespace {

bool bears_on_cpu(const Rule& rule) {
    return rule.question == Question::kvm_in_guests && rule.role == Role::blocker;
}

/// "the CPU is host-passthrough", "svm is asked for by name".
std::string what_shows_it(const Facts& host) {
    const FeaturePolicy* policy = policy_of_guest(host).if_known();
    if (policy && wants(*policy)) return fmt::format("{} is asked for by name", feature_of_guest(host));
    const CpuMode* mode = host.guest->cpu_mode.if_known();
    return fmt::format("the CPU is {}", mode ? to_string(*mode) : "known");
}

/// The first failure; else what is unknown, else that the definition shows it.
Outcome judge_as_host(const Facts& host) {
    Outcome worst = skip("nothing in the definition bears on it");
    for (const auto rules : {guest_kind_rules(), guest_cpu_rules()})
        for (const Rule& rule : rules) {
            if (!bears_on_cpu(rule)) continue;
            Outcome outcome = rule.check(host);
            if (outcome.status == Status::fail) {
                if (outcome.remedy.empty())
                    outcome.remedy = Remedy(std::string(rule.fix), Where::guest_definition);
                return outcome;
            }
            // What the host alone could tell is no matter of the definition's.
            if (outcome.status == Status::unknown && !outcome.lacking.detail.empty()) continue;
            if (worse(worst.status, outcome.status) != worst.status) worst = std::move(outcome);
        }
    if (worst.status == Status::pass) worst.message = what_shows_it(host);
    if (worst.status == Status::unknown) worst.remedy = fix_guest_cpu(host);
    return worst;
}

/// Who writes the definition before every start ends his steps with one.
void end_with_start(Remedy& remedy, const Facts& host) {
    Step start = start_again(host);
    if (remedy.steps.empty() || !find_manager(host)) {
        remedy.then(std::move(start));
    } else {
        remedy.steps.back().expect = start.expect;
    }
    remedy.steps.back().action = ShowToThisGuest{};
}

}  // namespace

OwnDefinition judge_own_definition(const Facts& f) {
    if (!f.own_definition) return {skip("no definition of this guest was given")};
    const Platform* platform = f.hypervisor.platform.if_known();
    if (platform && *platform >= Platform::cloud_hypervisor && *platform != Platform::other)
        return {skip("what runs this guest is not what the definition is for")};
    if (is_emulated(*f.own_definition) || !f.own_definition->cpu_mode.if_known())
        return {skip("KVM does not run what the definition defines, or its CPU is not known")};
    Facts host;
    host.cpu.technology = f.cpu.technology;
    host.guest = f.own_definition;
    OwnDefinition own{judge_as_host(host), flag_of_guest(host)};
    if (own.judged.status != Status::skipped) end_with_start(own.judged.remedy, host);
    return own;
}

}  // namespace nestprobe

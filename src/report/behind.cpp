// SPDX-License-Identifier: MIT
#include "report/behind.hpp"

#include "report/effects.hpp"

#include <algorithm>
#include <map>
#include <memory>
#include <utility>

namespace nestprobe {
namespace {

constexpr std::size_t most = 6;

/// Those that make an answer; what it costs and what is advised does not matter here.
std::span<const Rule* const> deciding_rules() {
    static const std::vector<const Rule*> deciding = [] {
        std::vector<const Rule*> rules = all_rules();
        std::erase_if(
            rules, [](const Rule* rule) { return rule->role != Role::blocker && rule->role != Role::proof; });
        return rules;
    }();
    return deciding;
}

/// The machine with some causes fixed.
struct Round {
    Facts facts;
    std::vector<Finding> findings;
    std::vector<Verdict> verdicts;  ///< point into findings
};

class Behind {
public:
    explicit Behind(const Facts& facts) : facts_(facts) {}

    void follow(Verdict& verdict) {
        std::vector<const Rule*> fixed;
        const Finding* cause = verdict.cause();
        const Facts* facts = &facts_;
        while (cause && std::find(fixed.begin(), fixed.end(), cause->rule) == fixed.end()) {
            if (!fixed.empty()) verdict.then.push_back(*cause);
            if (fixed.size() == most) return;
            fixed.push_back(cause->rule);
            const Round* round = fix(*cause, *facts, fixed);
            if (!round) return;
            const Verdict& now = round->verdicts[static_cast<std::size_t>(verdict.question)];
            if (now.answer != Answer::no) {
                verdict.fixed = now.answer;
                return;
            }
            cause = now.cause();
            facts = &round->facts;
        }
    }

private:
    /// The questions share what they have in common.
    const Round* fix(const Finding& cause, const Facts& facts, const std::vector<const Rule*>& fixed) {
        const auto [place, is_new] = rounds_.try_emplace(fixed);
        if (!is_new) return place->second.get();
        std::optional<Facts> next = after(cause.remedy(), facts);
        if (!next) return nullptr;
        auto round = std::make_unique<Round>();
        round->facts = *std::move(next);
        round->findings = evaluate(deciding_rules(), round->facts);
        round->verdicts = decide_all(round->findings, round->facts);
        place->second = std::move(round);
        return place->second.get();
    }

    const Facts& facts_;
    std::map<std::vector<const Rule*>, std::unique_ptr<Round>> rounds_;
};

}  // namespace

void look_behind(Report& report) {
    Behind behind(report.facts);
    for (Verdict& verdict : report.verdicts)
        if (verdict.answer == Answer::no) behind.follow(verdict);
}

const Finding* never_fixed(const Verdict& verdict) {
    if (verdict.answer != Answer::no || !verdict.cause() || verdict.cause()->remedy().never) return nullptr;
    for (const Finding* beside : verdict.because)
        if (beside->remedy().never) return beside;
    for (const Finding& behind : verdict.then)
        if (behind.remedy().never) return &behind;
    return nullptr;
}

}  // namespace nestprobe

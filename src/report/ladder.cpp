// SPDX-License-Identifier: MIT
#include "report/ladder.hpp"

#include "report/known.hpp"

#include "rules/common.hpp"

#include <algorithm>

namespace nestprobe {
namespace {

bool failed(const Finding& f) { return f.outcome.status == Status::fail && f.rule->role != Role::proof; }

/// What passes there passes because there is nothing to judge.
bool is_empty(Layer layer, const Facts& f) {
    switch (layer) {
        case Layer::cpu: return hardware_absent(f);
        case Layer::firmware: return in_guest(f) || switched_off(f);
        case Layer::hypervisor: return is(f.hypervisor.level, Level::bare_metal);
        case Layer::module: return vendor_module_absent(f) && software_kvm(f).empty();
        default: return false;
    }
}

Standing standing_of(Layer layer, const Report& report) {
    const auto any = [&](auto&& what) {
        return std::any_of(report.findings.begin(), report.findings.end(),
                           [&](const Finding& f) { return f.rule->layer == layer && what(f); });
    };
    if (any([](const Finding& f) { return failed(f) && f.rule->role == Role::blocker; }))
        return Standing::failed;
    if (any([&](const Finding& f) { return is_wanted(report, f); })) return Standing::unknown;
    if (any(failed)) return Standing::costs;
    if (any([](const Finding& f) { return f.outcome.status == Status::pass; }))
        return is_empty(layer, report.facts) ? Standing::apart : Standing::well;
    return any([](const Finding& f) { return f.outcome.status == Status::unknown; }) ? Standing::unknown
                                                                                     : Standing::apart;
}

}  // namespace

bool is_wanted(const Report& report, const Finding& finding) {
    return finding.outcome.status == Status::unknown && finding.rule->role == Role::blocker &&
           report.verdict(finding.rule->question).answer == Answer::unknown;
}

bool is_open(const Report& report, const Finding& finding) {
    const bool apart = report.facts.guest && !is_asked(report, finding.rule->question);
    return !apart && (failed(finding) || is_wanted(report, finding));
}

std::vector<Rung> ladder(const Report& report) {
    std::vector<Rung> rungs;
    for (const Finding& f : report.findings)
        if (rungs.empty() || rungs.back().layer != f.rule->layer)
            rungs.push_back({f.rule->layer, standing_of(f.rule->layer, report),
                             what_is_there(f.rule->layer, report.facts)});
    return rungs;
}

}  // namespace nestprobe

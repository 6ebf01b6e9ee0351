// SPDX-License-Identifier: MIT
#include "rules/hypervisor/host_below.hpp"

#include <algorithm>
#include <iterator>
#include <vector>

namespace nestprobe {
namespace {

/// Docker Desktop's row has a step for each system that it runs on: of the one whose hypervisor, or prompt,
/// showed, the others are left out.
void keep_docker_host(Remedy& remedy, const Facts& f) {
    struct Row {
        Platform below;
        Where where;
    };
    constexpr Row rows[] = {{Platform::hyperv, Where::windows_host},
                            {Platform::kvm, Where::container_host},
                            {Platform::bhyve, Where::here}};
    for (const Row& row : rows)
        if (f.hypervisor.below == row.below)
            std::erase_if(remedy.steps, [&](const Step& step) { return step.where != row.where; });
}

}  // namespace

std::string_view fit_to_known_nested(PlatformRow& row, const Facts& f) {
    const bool* nested = f.evidence ? f.evidence->host_nested.if_known() : nullptr;
    if (!nested) return {};
    // Whoever could look there does not have to ask for it.
    row.often_rented = false;
    row.ask = {};
    PlatformStep* const end = std::remove_if(
        std::begin(row.steps), std::end(row.steps),
        [&](const PlatformStep& step) { return step.host_nested && (*nested || !step.conditional()); });
    std::fill(end, std::end(row.steps), PlatformStep{});
    if (*nested)
        return " Nested is on there already, by the host's own output: what is left is the guest's CPU, and "
               "to shut the guest down and start it.";
    for (PlatformStep& step : row.steps)
        if (step.host_nested) step.when = {};
    return " Nested is off there, by the host's own output, and comes first. It may be off on purpose (a "
           "security policy of summer 2026): ask before changing it on a host that is not yours alone.";
}

void keep_host_nested(PlatformRow& row) {
    PlatformStep* const end = std::remove_if(std::begin(row.steps), std::end(row.steps),
                                             [](const PlatformStep& step) { return !step.host_nested; });
    std::fill(end, std::end(row.steps), PlatformStep{});
}

void fit_to_host(Remedy& remedy, Platform platform, const Facts& f) {
    if (platform == Platform::docker_desktop) keep_docker_host(remedy, f);
}

}  // namespace nestprobe

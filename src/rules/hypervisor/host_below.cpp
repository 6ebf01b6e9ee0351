// SPDX-License-Identifier: MIT
#include "rules/hypervisor/host_below.hpp"

#include "base/text.hpp"
#include "rules/common.hpp"

#include <algorithm>

namespace nestprobe {
namespace {

/// The switch is on, and VMware said that what is below it does not let it.
bool is_refused_by_host(const Facts& f) {
    const Fact<bool>& shows = f.hypervisor.definition_shows;
    return is(shows, false) && shows.from().front().where.find(", which says that") != std::string::npos;
}

/// Docker Desktop's row has a step for each system that it runs on: of the one whose hypervisor, or prompt,
/// showed, the others are left out.
void keep_docker_host(Remedy& remedy, const Facts& f) {
    struct Row {
        std::string_view sign;
        Where where;
    };
    constexpr Row rows[] = {{"Microsoft", Where::windows_host},
                            {"Windows", Where::windows_host},
                            {"KVM", Where::container_host},
                            {"bhyve", Where::here},
                            {"BHyVE", Where::here}};
    for (const Provenance& p : f.hypervisor.platform.from())
        for (const Row& row : rows)
            if (contains(p.raw, row.sign) || contains(p.where, row.sign)) {
                std::erase_if(remedy.steps, [&](const Step& step) { return step.where != row.where; });
                return;
            }
}

}  // namespace

void fit_to_host(Remedy& remedy, Platform platform, const Facts& f) {
    if (platform == Platform::docker_desktop) keep_docker_host(remedy, f);
    if (platform == Platform::vmware && is_refused_by_host(f))
        std::stable_partition(remedy.steps.begin(), remedy.steps.end(),
                              [](const Step& step) { return step.where == Where::windows_host; });
}

}  // namespace nestprobe

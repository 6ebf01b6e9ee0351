// SPDX-License-Identifier: MIT
#include "rules/hypervisor/host_below.hpp"

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

void fit_to_host(Remedy& remedy, Platform platform, const Facts& f) {
    if (platform == Platform::docker_desktop) keep_docker_host(remedy, f);
}

}  // namespace nestprobe

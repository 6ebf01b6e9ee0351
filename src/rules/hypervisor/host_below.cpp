// SPDX-License-Identifier: MIT
#include "rules/hypervisor/host_below.hpp"

#include "base/text.hpp"
#include "rules/common.hpp"

#include <algorithm>

namespace nestprobe {
namespace {

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
}

}  // namespace nestprobe

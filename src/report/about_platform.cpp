// SPDX-License-Identifier: MIT
#include "report/about_platform.hpp"

#include "rules/common.hpp"

namespace nestprobe {

PlatformPage page_of_platform(Platform platform, std::string_view type) {
    Facts guest;
    guest.hypervisor.level = {Level::guest, {}};
    guest.hypervisor.platform = {platform, {}};
    if (!type.empty()) guest.hypervisor.instance_type = {std::string(type), {}};
    return {std::string(to_string(platform)), fix_on_platform(guest, ""), iommu_of_platform(guest, platform),
            source_of_platform(platform)};
}

}  // namespace nestprobe

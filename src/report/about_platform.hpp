// SPDX-License-Identifier: MIT
// What is known of a platform whose guest nobody looks at here.
#pragma once

#include "report/report.hpp"

#include <string>

namespace nestprobe {

struct PlatformPage {
    std::string name;
    Remedy nesting;  ///< how its guests are shown VMX or SVM
    Remedy iommu;    ///< how they get an IOMMU
    std::string source;
};

/// `type`: of machine, where one is named; empty: none.
PlatformPage page_of_platform(Platform platform, std::string_view type = {});

}  // namespace nestprobe

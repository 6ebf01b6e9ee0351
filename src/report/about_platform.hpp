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

PlatformPage page_of_platform(Platform platform);

}  // namespace nestprobe

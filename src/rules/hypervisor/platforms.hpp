// SPDX-License-Identifier: MIT
// Each platform's own switch for nested virtualization, and for a virtual IOMMU: what to change above a guest
// that has none.
#pragma once

#include "facts/facts.hpp"
#include "remedy/remedy.hpp"
#include "rules/common.hpp"
#include "rules/hypervisor/platform_rows.hpp"

#include <string>
#include <string_view>

namespace nestprobe {

/// The row of this platform; that of Platform::other where it is not known.
PlatformRow row_of(const Fact<Platform>& platform);
/// What the judged definition (OwnDefinition) asks for, behind what shows whether the host offers nesting.
Remedy fix_in_definition(const Facts& f, std::string_view flag, const Outcome& judged);
/// "; nobody can switch it on there (SOURCE, as of DATE)", where the platform has no such switch; else empty.
std::string no_switch_there(const Facts& f);
/// "t3.large, a type without nested virtualization (as of 2026-10)"; empty: it has it, or nobody knows.
std::string type_without_nesting(const Facts& f);
/// How a confidential guest becomes an ordinary one there; empty where that is not known.
Remedy fix_confidential(const Facts& f);
/// Give this guest an IOMMU, in its platform's way; a sentence where it has none to give.
Remedy iommu_on_platform(const Facts& f);
/// VMware's steps in the order that fits what is known: the Windows under it refused, or it is a PC's.
void order_vmware_steps(const Facts& f, PlatformRow& row);
/// "as of 2026-11"; where that is more than a year before the machine was looked at, it is said.
std::string as_of(std::string_view date, const Facts& f);

}  // namespace nestprobe

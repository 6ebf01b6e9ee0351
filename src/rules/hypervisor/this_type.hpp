// SPDX-License-Identifier: MIT
// This guest's type of machine, as its cloud names it, and what the table says of it.
#pragma once

#include "machine/instance_types.hpp"
#include "rules/hypervisor/platforms.hpp"

#include <string>

namespace nestprobe {

struct ThisType {
    std::string name{};  ///< empty: nobody named it
    TypeNesting nesting = TypeNesting::unknown;
};

ThisType type_of(const Facts& f);
/// "This one is t3.large, a type without nested virtualization: …"; empty: nobody named the type.
std::string about_type(const PlatformRow& row, const ThisType& type);
/// What is left to do on a type with an Arm processor; empty: it is none.
Remedy leave_arm_type(const PlatformRow& row, const ThisType& type);

}  // namespace nestprobe

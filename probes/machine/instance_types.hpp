// SPDX-License-Identifier: MIT
// What a cloud's name of a type of machine says of nested virtualization.
#pragma once

#include "facts/hypervisor_facts.hpp"

#include <string>
#include <string_view>

namespace nestprobe {

/// As of the date of the platform's row; unknown: the table does not know that type.
enum class TypeNesting : std::uint8_t {
    unknown,
    has,    ///< by the type itself, or by a switch that the type takes
    lacks,  ///< no switch changes it: the type has to change
    metal,  ///< real hardware
};

/// "t3.large", "n2-standard-4", "Standard_D4s_v5", "VM.Standard3.Flex", "ecs.g7.xlarge".
TypeNesting nesting_of_type(Platform platform, std::string_view type);

/// Types with an Arm processor: "t4g.medium", "t2a-standard-2", "Standard_D2ps_v5", "VM.Standard.A1.Flex",
/// "cax11".  False too where the table does not know the type.
bool is_arm_type(Platform platform, std::string_view type);

/// Of EC2's Intel types, which have two threads a core: "m8i.xlarge" has 2.  0: not told by the name.
unsigned cores_of_ec2(std::string_view type);

/// A type of machine that a sentence names: "m5.large", "n2d-standard-4", "D4s_v5".  Of "Dasv4-series" the
/// cloud alone, without a name.  Platform::other: none, or of two clouds.
struct CloudType {
    Platform platform = Platform::other;
    std::string name{};
};
CloudType cloud_type_in_words(std::string_view text);

}  // namespace nestprobe

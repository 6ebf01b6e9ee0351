// SPDX-License-Identifier: MIT
#include "registers/register.hpp"

#include <fmt/format.h>

namespace nestprobe {

std::string locate(const Register& reg, const Field& field) {
    if (!reg.is_msr() && reg.manual == Manual::amd_apm) return fmt::format("{}[{}]", reg.name, field.name);
    if (field.at.high == field.at.low)
        return fmt::format("{}.{}[bit {}]", reg.name, field.name, field.at.low);
    return fmt::format("{}.{}[{}:{}]", reg.name, field.name, field.at.high, field.at.low);
}

}  // namespace nestprobe

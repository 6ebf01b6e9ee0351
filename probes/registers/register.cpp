// SPDX-License-Identifier: MIT
#include "registers/register.hpp"

#include <fmt/format.h>

namespace nestprobe {

std::string positions(const Field& field) {
    return field.is_one_bit() ? fmt::format("{}", field.at.low)
                              : fmt::format("{}:{}", field.at.high, field.at.low);
}

std::string locate(const Register& reg, const Field& field) {
    if (!reg.is_msr() && reg.manual == Manual::amd_apm) return fmt::format("{}[{}]", reg.name, field.name);
    return fmt::format("{}.{}[{}{}]", reg.name, field.name, field.is_one_bit() ? "bit " : "",
                       positions(field));
}

}  // namespace nestprobe

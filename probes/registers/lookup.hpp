// SPDX-License-Identifier: MIT
// Finding a register by the names that people give it.
#pragma once

#include "registers/register.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace nestprobe {

/// By the manual's name (IA32_FEATURE_CONTROL), Linux's (MSR_IA32_FEAT_CTL), an MSR's number (0x3a), or a
/// CPUID leaf in Intel's spelling (CPUID.7:EBX, CPUID.(EAX=07H,ECX=0):EBX) or AMD's (CPUID Fn8000_000A_EDX);
/// letters of either case.  Null when there is none.
const Register* find_register(std::string_view name);

/// The names most like this one, by the number of letters to change; the nearest first, three at most.
std::vector<std::string_view> nearest_registers(std::string_view name);

/// 0x and hex digits, or decimal digits; nothing when it is neither, or does not fit into the register.
std::optional<std::uint64_t> parse_register_value(const Register& reg, std::string_view text);

/// `list`, and what reading `reg` and its TRUE twin takes, in the order of registers::all.
std::vector<const Register*> with_register(std::span<const Register* const> list, const Register& reg);

}  // namespace nestprobe

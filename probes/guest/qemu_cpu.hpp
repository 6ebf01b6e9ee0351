// SPDX-License-Identifier: MIT
// What -cpu and -global say of a guest's processor (QEMU target/i386/cpu.c, x86_cpu_parse_featurestr).
#pragma once

#include "guest/definition.hpp"
#include "guest/qemu_option.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace nestprobe {

/// An option of two words: on or off.
Fact<Setting> qemu_setting(const QemuOption& option, std::string_view key,
                           const std::vector<Provenance>& from);

/// -cpu, whose last one counts alone.
void apply_cpu_option(std::string_view value, const std::vector<Provenance>& from, GuestFacts& facts);
/// -cpu, whose value only the shell knows.
void forget_cpu_option(const Absent& why, const std::vector<Provenance>& from, GuestFacts& facts);

/// "-global cpu.vmx=off", "-global driver=host-x86_64-cpu,property=vmx,value=off".
struct GlobalProperty {
    std::string driver, property, value;
    std::vector<Provenance> from;
};
GlobalProperty read_global(std::string_view value, const std::vector<Provenance>& from);
/// Those of the guest's CPU: what -cpu says of a feature stands over it.
void apply_globals(const std::vector<GlobalProperty>& globals, GuestFacts& facts);

}  // namespace nestprobe

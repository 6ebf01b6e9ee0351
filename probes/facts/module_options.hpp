// SPDX-License-Identifier: MIT
// What modprobe.d and the kernel command line ask of KVM's modules: lines that set, lines that keep out.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace nestprobe {

struct ModuleOption {
    std::string module;     ///< with underscores: "kvm_intel"
    std::string parameter;  ///< "nested"
    std::string value;      ///< as written; empty for a bare word
    std::string source;     ///< "/etc/modprobe.d/kvm.conf:3", "kernel command line"
    friend bool operator==(const ModuleOption&, const ModuleOption&) = default;
};

struct ModuleBlock {
    enum class Kind : std::uint8_t {
        blacklist,         ///< not loaded by its alias; by its name it still is
        install,           ///< another command runs instead: /bin/false, /bin/true
        module_blacklist,  ///< the kernel itself refuses it
    };
    Kind kind = Kind::blacklist;
    std::string module;
    std::string source;
    friend bool operator==(const ModuleBlock&, const ModuleBlock&) = default;
};

/// The last option for a parameter, which is the one that counts; null when there is none.
const ModuleOption* effective(const std::vector<ModuleOption>& options, std::string_view module,
                              std::string_view parameter);

/// Y, y, 1 (and a bare word) are true; N, n, 0 false, as in the kernel's kstrtobool().  False when it is
/// neither.
bool parse_switch(std::string_view text, bool& value);

}  // namespace nestprobe

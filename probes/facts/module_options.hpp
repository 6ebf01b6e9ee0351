// SPDX-License-Identifier: MIT
// What modprobe.d and the kernel command line ask of KVM's modules: lines that set, lines that keep out.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace nestprobe {

/// Where a line or word stands.
struct Origin {
    std::string file{};  ///< empty: on the kernel command line; of what is assumed: who assumes it
    unsigned line = 0;   ///< where it begins; 0 outside a file

    bool on_command_line() const { return file.empty(); }
    /// A paste of several files that does not say which one: "/etc/modprobe.d/*.conf".
    bool in_some_file() const { return file.find('*') != std::string::npos; }
    /// "/etc/modprobe.d/kvm.conf:3", "kernel command line".
    std::string text() const;
    friend bool operator==(const Origin&, const Origin&) = default;
};

struct ModuleOption {
    std::string module;     ///< with underscores: "kvm_intel"
    std::string parameter;  ///< "nested"
    std::string value;      ///< as written; empty for a bare word
    Origin origin;
    unsigned lines = 1;  ///< of the file, joined by a backslash at their ends
    friend bool operator==(const ModuleOption&, const ModuleOption&) = default;
};

struct ModuleBlock {
    enum class Kind : std::uint8_t {
        blacklist,         ///< not loaded by its alias; by its name it still is
        install,           ///< another command runs instead: /bin/false, /bin/true
        module_blacklist,  ///< the kernel itself refuses it
    };
    /// Why the line does nothing, though it is there (kmod 30, libkmod-config.c and libkmod-module.c; Linux
    /// kernel/module/main.c, blacklisted()).
    enum class Void : std::uint8_t {
        none,        ///< it counts
        dependency,  ///< "blacklist kvm": kvm comes in as what kvm_intel needs, which no blacklist is asked
        hyphen,      ///< a list on the command line is compared byte for byte: kvm-intel there is nothing
        later_install,  ///< an earlier install line for the module counts instead
        softdep,        ///< a softdep line for the module puts its install line out of force
    };
    Kind kind = Kind::blacklist;
    std::string module;
    Origin origin;
    Void nothing = Void::none;
    std::string command{};  ///< install: what runs instead
    friend bool operator==(const ModuleBlock&, const ModuleBlock&) = default;
};

/// A line or word that names KVM, or nearly, and does nothing.
struct StrayLine {
    enum class Kind : std::uint8_t {
        file_not_read,   ///< its file's name does not end in .conf, so modprobe skips it
        unknown_module,  ///< an option for a module that is nearly one of KVM's: intel_kvm, kvm_itnel
        commented,       ///< a line for a parameter of KVM's, as distributions ship it: a comment
        not_a_command,   ///< modprobe.d has no such first word: "option", "kvm_intel nested=1"
    };
    Kind kind = Kind::file_not_read;
    std::string text;  ///< the line or word
    Origin origin;
    std::string meant;  ///< what it nearly is: a module, or a line; empty: nothing
    friend bool operator==(const StrayLine&, const StrayLine&) = default;
};

/// Is it a copy that somebody, or a package manager, put aside, by its name?
bool put_aside(std::string_view path);

/// How many letters must change, come or go to make one word of the other; the exchange of two neighbours is
/// one change.
unsigned distance(std::string_view a, std::string_view b);

/// The last option for a parameter, which is the one that counts; null when there is none.
const ModuleOption* effective(const std::vector<ModuleOption>& options, std::string_view module,
                              std::string_view parameter);

/// Of a parameter's file under /sys/module: Y, y, 1 are true; N, n, 0 false.  False when it is neither.
/// What a line asks for is read by the parameter's type instead: src/rules/module/parameters.hpp.
bool parse_switch(std::string_view text, bool& value);

}  // namespace nestprobe

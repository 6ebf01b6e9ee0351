// SPDX-License-Identifier: MIT
// What modprobe.d and the kernel command line ask of KVM's modules, with file and line.
// Precedence as in kmod 30, libkmod/libkmod-config.c, conf_files_list(): files in bytewise order of their
// names; of equal names the first directory's; then the kernel command line.  The last option wins.
#pragma once

#include "sources.hpp"

#include <string>
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

struct ModprobeConfig {
    std::vector<ModuleOption> options;
    std::vector<ModuleBlock> blocks;
    std::vector<Absent> unread;  ///< files and directories that are there and could not be read
    bool looked = false;         ///< at least one directory was read, or found missing
};

/// Lines about kvm, kvm_intel and kvm_amd.  `command_line` is /proc/cmdline; absent, nothing comes from it.
ModprobeConfig read_modprobe_config(const Filesystem& files, const Reading<std::string>& command_line);

/// The words of a kernel command line, quotes taken off.
std::vector<std::string> split_command_line(std::string_view text);

/// The last option for a parameter, which is the one that counts; null when there is none.
const ModuleOption* effective(const std::vector<ModuleOption>& options, std::string_view module,
                              std::string_view parameter);

/// Y, y, 1 (and a bare word) are true; N, n, 0 false, as in the kernel's kstrtobool().  False when it is
/// neither.
bool parse_switch(std::string_view text, bool& value);

}  // namespace nestprobe

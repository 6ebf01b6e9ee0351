// SPDX-License-Identifier: MIT
// What modprobe.d and the kernel command line ask of KVM's modules, with file and line.
// Precedence as in kmod 30, libkmod/libkmod-config.c, conf_files_list(): files in bytewise order of their
// names; of equal names the first directory's; then the kernel command line.  The last option wins, but the
// first install line.
#pragma once

#include "facts/module_options.hpp"
#include "sources.hpp"

#include <string>
#include <vector>

namespace nestprobe {

struct ModprobeConfig {
    std::vector<ModuleOption> options;
    std::vector<ModuleBlock> blocks;
    std::vector<StrayLine> strays;
    std::vector<ModuleOption> vfio_ids;  ///< vfio-pci's parameter ids, which names devices
    std::vector<Absent> unread;          ///< files and directories that are there and could not be read
    bool looked = false;                 ///< at least one directory was read, or found missing
};

/// Lines about kvm, kvm_intel and kvm_amd.  `command_line` is /proc/cmdline; absent, nothing comes from it.
ModprobeConfig read_modprobe_config(const Filesystem& files, const Reading<std::string>& command_line);

/// The words of a kernel command line, quotes taken off.
std::vector<std::string> split_command_line(std::string_view text);

}  // namespace nestprobe

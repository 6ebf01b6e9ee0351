// SPDX-License-Identifier: MIT
// The importers, one pair of functions per format. import.cpp lists them in a table; nobody else calls them.
#pragma once

#include "recording/recording.hpp"

#include <string>
#include <string_view>

namespace nestprobe {

/// A format's name: in the manual, and as a Recording's `tool`.
namespace format_names {
inline constexpr std::string_view aida64 = "AIDA64";
inline constexpr std::string_view cpuid = "cpuid -r";
inline constexpr std::string_view cpuinfo = "/proc/cpuinfo";
inline constexpr std::string_view cpuz = "CPU-Z";
inline constexpr std::string_view hwloc = "hwloc-gather-cpuid";
inline constexpr std::string_view kcpuid = "kcpuid -r";
inline constexpr std::string_view libcpuid = "libcpuid";
inline constexpr std::string_view lscpu = "lscpu";
inline constexpr std::string_view rjcp = "RJCP.CpuId";
}  // namespace format_names

bool is_aida64(std::string_view text);
bool is_cpuid(std::string_view text);
bool is_cpuinfo(std::string_view text);
bool is_cpuz(std::string_view text);
bool is_hwloc(std::string_view text);
bool is_kcpuid(std::string_view text);
bool is_libcpuid(std::string_view text);
bool is_lscpu(std::string_view text);
bool is_rjcp(std::string_view text);

Recording import_aida64(std::string_view text, const std::string& name);
Recording import_cpuid(std::string_view text, const std::string& name);
Recording import_cpuinfo(std::string_view text, const std::string& name);
Recording import_cpuz(std::string_view text, const std::string& name);
Recording import_hwloc_file(std::string_view text, const std::string& name);
Recording import_kcpuid(std::string_view text, const std::string& name);
Recording import_libcpuid(std::string_view text, const std::string& name);
Recording import_lscpu(std::string_view text, const std::string& name);
Recording import_rjcp(std::string_view text, const std::string& name);

}  // namespace nestprobe

// SPDX-License-Identifier: MIT
#include "snapshot/import/import.hpp"

#include "snapshot/import/import_formats.hpp"

namespace nestprobe {
namespace {

// The formats are told apart by lines that no other of them has, so the order is only the reader's.
constexpr ImportFormat formats[] = {
    {format_names::cpuid, "cpuid -r, of one CPU or of all (Todd Allen's cpuid)", is_cpuid, import_cpuid},
    {format_names::kcpuid, "kcpuid -r (Linux tools/arch/x86/kcpuid), one CPU", is_kcpuid, import_kcpuid},
    {format_names::libcpuid, "libcpuid's raw dump, of one CPU or of all", is_libcpuid, import_libcpuid},
    {format_names::aida64, "a CPUID dump of AIDA64, as InstLatx64 collects them, with its MSRs", is_aida64,
     import_aida64},
    {format_names::cpuz, "a text report of CPU-Z, with its MSRs", is_cpuz, import_cpuz},
    {format_names::hwloc, "hwloc-gather-cpuid: its directory, or one CPU's file", is_hwloc,
     import_hwloc_file},
    {format_names::rjcp, "the XML of RJCP.CpuId", is_rjcp, import_rjcp},
    {format_names::lscpu, "the text of lscpu", is_lscpu, import_lscpu},
    {format_names::cpuinfo, "a copy of /proc/cpuinfo", is_cpuinfo, import_cpuinfo},
};

}  // namespace

std::span<const ImportFormat> import_formats() { return formats; }

const ImportFormat* recognise(std::string_view text) {
    for (const ImportFormat& format : formats)
        if (format.recognise(text)) return &format;
    return nullptr;
}

}  // namespace nestprobe

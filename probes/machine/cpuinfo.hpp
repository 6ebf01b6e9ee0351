// SPDX-License-Identifier: MIT
// /proc/cpuinfo, per CPU.  A file cut off in the middle of a line never turns a flag that may have stood
// behind the cut into an absent one.
#pragma once

#include "base/per_cpu.hpp"
#include "sources.hpp"

#include <string>

namespace nestprobe {

struct CpuinfoEntry {
    std::string vendor_id;
    std::string brand;  ///< model name
    std::string flags;
    std::string vmx_flags;
    bool has_flags = false;
    bool has_vmx_flags = false;
    bool flags_cut = false;  ///< the file ends inside the line
    friend bool operator==(const CpuinfoEntry&, const CpuinfoEntry&) = default;
};

/// One entry per different processor.  "processor : 0-3" (a list, as nestprobe's own snapshots write it)
/// stands for that many alike.  Absent as a whole when the text holds no processor at all.
PerCpu<CpuinfoEntry> parse_cpuinfo(const Reading<std::string>& text);

/// Is the word in the `flags` line?  Cites the file.  malformed where the line is missing or cut before the
/// word.
PerCpu<bool> flag_of(const PerCpu<CpuinfoEntry>& cpuinfo, std::string_view flag);

/// The words of the `vmx flags` line; not_applicable where there is none.
PerCpu<std::vector<std::string>> vmx_flags_of(const PerCpu<CpuinfoEntry>& cpuinfo);

/// The words of the `flags` line that stand for bits of CPUID Fn8000_000A_EDX.  malformed where the line is
/// missing or cut, as then a word that is not there proves nothing.
PerCpu<std::vector<std::string>> svm_flags_of(const PerCpu<CpuinfoEntry>& cpuinfo);

}  // namespace nestprobe

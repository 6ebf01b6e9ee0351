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
    bool flags_cut = false;  ///< not all of the line is there: the file ends inside it, or "..." stands in it
    bool end_cut = false;    ///< its last word may be a part of one
    friend bool operator==(const CpuinfoEntry&, const CpuinfoEntry&) = default;
};

/// One entry per different processor.  "processor : 0-3" (a list, as nestprobe's own snapshots write it)
/// stands for that many alike.  Absent as a whole when the text holds no processor at all.
PerCpu<CpuinfoEntry> parse_cpuinfo(const Reading<std::string>& text);

/// Is the word in the `flags` line?  Cites the file.  malformed where the line is missing or cut before the
/// word.
PerCpu<bool> flag_of(const PerCpu<CpuinfoEntry>& cpuinfo, std::string_view flag);

/// A list that a terminal wrapped, in mid-word maybe: with a blank between unless the two parts are one flag.
std::string join_wrapped_flags(std::string_view flags, std::string_view more);
/// Does the list hold a flag of those that stand behind CPUID.1:ECX's?  Every 64-bit processor has one.
bool reaches_the_end(std::string_view flags);

/// The words of the `vmx flags` line; not_applicable where there is none.
PerCpu<std::vector<std::string>> vmx_flags_of(const PerCpu<CpuinfoEntry>& cpuinfo);

/// The words of the `flags` line that stand for bits of CPUID Fn8000_000A_EDX.  malformed where the line is
/// missing or cut, as then a word that is not there proves nothing.
PerCpu<std::vector<std::string>> svm_flags_of(const PerCpu<CpuinfoEntry>& cpuinfo);

}  // namespace nestprobe

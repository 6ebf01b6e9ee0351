// SPDX-License-Identifier: MIT
// Words that lscpu prints: what only one of its lines can hold, in any language, and what it made of the
// kernel's.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace nestprobe {

/// util-linux sys-utils/lscpu.c, virt_types, in the languages that its translations have a word of their own
/// for.
enum class VirtType : std::uint8_t { unknown, none, para, full, container };
VirtType virt_type(std::string_view value);

bool is_hypervisor_name(std::string_view value);  ///< "KVM"
bool is_vendor_name(std::string_view value);      ///< "GenuineIntel"
/// "fpu vme de pse ...": the kernel's flags, whatever the label is called.
bool looks_like_flags(std::string_view value);
bool looks_like_brand(std::string_view value);

/// lscpu trims what it prints, and Linux knows this one by its blanks.
std::string restore_vendor(std::string_view printed);
/// "Itlb multihit" -> "itlb_multihit"; empty for what cannot be such a file's name.
std::string restore_name(std::string_view printed);
/// util-linux sys-utils/lscpu.c: in a report that begins with "Mitigation", the first colon was made a
/// semicolon and the others were taken out. Only the kernel's "; VMX: " is put back, which the probes read.
std::string restore_report(std::string_view printed);

/// "*vmx*", "->svm<-": a flag as somebody points at it becomes the flag.  False where a word is there that no
/// kernel writes: such a list proves no absence.
bool take_marks_off(std::string& flags);

}  // namespace nestprobe

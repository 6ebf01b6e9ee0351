// SPDX-License-Identifier: MIT
// The guests' code, assembled from the *.S files beside this one, and the words that they share with
// nestprobe (stages.inc has the same numbers; a test compares the two).
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

extern "C" {
extern const unsigned char real_guest[], real_guest_pattern[], real_guest_end[];
extern const unsigned char inner_guest[], inner_guest_pattern[], inner_guest_shadow[], inner_guest_end[];
extern const unsigned char l1_begin[], l1_end[], l1_svm[], l1_vmx[], l1_vmx_exit[], l1_vectors[];
extern const unsigned char l1_control[], l1_hsave[], l1_vmxon[], l1_spare[], l1_clear[], l1_load[],
    l1_shadow[], l1_shadow_pattern[], l1_fields[], l1_vmxon_mark[], l1_control_mark[], l1_skip_feature[],
    l1_samples_at[], l1_samples[], l1_time[];
extern const unsigned char l1_vector[], l1_error_code[], l1_fault_rip[], l1_exit_reason[], l1_qualification[],
    l1_exit_info[], l1_instruction_error[], l1_field[], l1_refused[], l1_seen_port[], l1_seen_pattern[];
/// The same code as the assembler listed it: address, bytes, source, comment.
extern const unsigned char prove_listing[], prove_listing_end[];
}

namespace nestprobe {

enum class Port : std::uint16_t { stage = 0x10, pattern = 0x14, failed = 0x18 };

enum class Stage : std::uint32_t {
    none,  ///< before the guest said anything
    started,
    cpuid,
    efer,
    hsave,
    vmsave,
    vmrun,
    feature,
    cr,
    vmxon,
    shadow,
    vmclear,
    vmptrld,
    vmwrite,
    vmlaunch,
    seen,
    resume,
    halted,
    done,
};

enum class Failed : std::uint32_t { none, exception, hidden, locked, invalid, valid, control, exit };

/// "VMLAUNCH", "the write to IA32_FEATURE_CONTROL": what the guest was about to do.
std::string_view name_of(Stage stage);

/// The bytes between two labels of one section.
inline std::span<const unsigned char> code_between(const unsigned char* begin, const unsigned char* end) {
    return {begin, reinterpret_cast<std::uintptr_t>(end) - reinterpret_cast<std::uintptr_t>(begin)};
}
/// How far a label lies behind the beginning of its section.
inline std::size_t offset_of(const unsigned char* label, const unsigned char* begin) {
    return reinterpret_cast<std::uintptr_t>(label) - reinterpret_cast<std::uintptr_t>(begin);
}

}  // namespace nestprobe

// SPDX-License-Identifier: MIT
// The names that the manuals and the kernel give to what can go wrong when a guest is entered.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

namespace nestprobe {

/// "VM-instruction error 7: VM entry with invalid control field(s)".
std::string vm_instruction_error(std::uint64_t number);
/// A VM exit's reason with its flags: "exit reason 33 (VM-entry failure due to invalid guest state), VM-entry
/// failure".
std::string vm_exit_reason(std::uint64_t reason);
/// What the exit qualification of a failed VM entry tells; empty for nothing.
std::string_view vm_entry_failure(std::uint64_t reason, std::uint64_t qualification);
/// "VMEXIT_INVALID (-1): the processor refuses the VMCB".
std::string svm_exit_code(std::uint64_t code);
/// "#GP"
std::string exception_name(std::uint64_t vector);

/// "KVM_EXIT_SHUTDOWN".
std::string kvm_exit_name(std::uint32_t reason);
/// "KVM_INTERNAL_ERROR_EMULATION".
std::string kvm_internal_error(std::uint32_t suberror);
/// hardware_entry_failure_reason of KVM_EXIT_FAIL_ENTRY.
std::string kvm_fail_entry(std::uint64_t reason, bool vmx);

/// Which of the consistency checks that VMRUN makes this VMCB fails, comma-separated; empty: none that is
/// known here. AMD APM Vol. 2, "Canonicalization and Consistency Checks".
std::string failed_vmcb_checks(std::span<const unsigned char> vmcb);

}  // namespace nestprobe

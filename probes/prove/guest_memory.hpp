// SPDX-License-Identifier: MIT
// What a guest of --prove finds in its memory: where everything lies, and the tables that its processor
// wants.
#pragma once

#include "facts/facts.hpp"
#include "prove/kvm_vm.hpp"
#include "prove/payload.hpp"

#include <cstdint>
#include <optional>
#include <string_view>

namespace nestprobe {

/// One thing to prove: a step, or a variant of step 2.
enum class Proof : std::uint8_t {
    kvm_here,          ///< step 1
    kvm_in_guests,     ///< step 2: the inner guest in 32-bit protected mode, translated by the guest's page
                       ///< tables alone
    nested_paging,     ///< the same with EPT or NPT
    long_mode,         ///< the inner guest in 64-bit mode
    long_mode_paging,  ///< the same with EPT or NPT
    shadow_vmcs,       ///< VMX: the inner guest reads a field out of a shadow VMCS
};
inline constexpr Proof proofs[] = {Proof::kvm_here,  Proof::kvm_in_guests,    Proof::nested_paging,
                                   Proof::long_mode, Proof::long_mode_paging, Proof::shadow_vmcs};
constexpr bool uses_nested_paging(Proof p) {
    return p == Proof::nested_paging || p == Proof::long_mode_paging;
}
constexpr bool uses_long_mode(Proof p) { return p == Proof::long_mode || p == Proof::long_mode_paging; }
/// "kvm-here", "nested-paging": as snapshots have it.
std::string_view to_string(Proof proof);

/// Guest physical addresses, a page each where nothing else is said.
namespace place {
inline constexpr std::uint32_t page = 0x1000, real_code = 0x1000, real_samples = 0x4000, pml4 = 0x1000,
                               pdpt = 0x2000, pd = 0x3000, pd_32 = 0x4000, gdt = 0x5000, idt = 0x5100,
                               tss = 0x5400, code = 0x6000, stack_top = 0x8000, control = 0x8000,
                               own = 0x9000, shadow = 0xa000, vmread_bitmap = 0xb000, vmwrite_bitmap = 0xc000,
                               fields = 0xd000,
                               io_bitmap = 0xe000,  // three pages
    inner = 0x12000, inner_behind = 0x13000, samples = 0x14000, nested_pml4 = 0x15000, nested_pdpt = 0x16000,
                               nested_pd = 0x17000, nested_pt = 0x18000, size = 0x20000, spare = 0x19000;
}  // namespace place
static_assert(place::size <= 1u << 20, "--prove promises to use no more than 1 MiB");

/// Selectors in the guest's table of descriptors.
inline constexpr std::uint16_t code_selector = 0x08, data_selector = 0x10, tss_selector = 0x18;

/// What is to be different from how it should be: for tests that want each refusal to be called by its name.
struct Fault {
    std::string_view name{};
    std::uint32_t field = 0;                  ///< VMX: this field of the VMCS
    std::uint64_t value = 0;                  ///< gets this value
    bool flips = false;                       ///< SVM: `value` is XORed into `size` bytes of the VMCB
    std::uint32_t offset = 0, size = 0;       ///< SVM: where
    const unsigned char* variable = nullptr;  ///< or: this variable of the guest
    std::uint64_t variable_value = 0;         ///< gets this value
    std::uint32_t variable_size = 8;
};

struct ProofSetup {
    Proof proof = Proof::kvm_here;
    Technology technology = Technology::vmx;
    std::uint32_t pattern = 0;         ///< what the guest, or the guest's guest, has to say
    std::uint32_t samples = 0;         ///< how many exits to measure; 0: none
    std::uint64_t measuring_time = 0;  ///< until when at the latest, in ticks of the TSC
    const Fault* fault = nullptr;
    unsigned cpu = 0;
};

VmSetup make_setup(const ProofSetup& wanted);

/// The VMCS before the guest has a look at its capability MSRs, and after: a row for each field.
struct VmcsRow {
    std::uint32_t field;
    std::uint32_t
        kind;  ///< 0: the value itself; 1 to 3: the guest's own CR0, CR3, CR4; else its capability MSR
    std::uint64_t value;
};
static_assert(sizeof(VmcsRow) == 16);
std::vector<VmcsRow> make_vmcs(const ProofSetup& wanted);
/// "Guest CS access rights"; empty for one that --prove does not use.
std::string_view vmcs_field_name(std::uint32_t field);
/// The VMCB but for what VMSAVE puts into it.
void make_vmcb(const ProofSetup& wanted, std::span<unsigned char> vmcb);

/// A variable of the guest that is a hypervisor.
std::uint64_t read_variable(std::span<const unsigned char> memory, const unsigned char* label,
                            std::size_t size = 8);

}  // namespace nestprobe

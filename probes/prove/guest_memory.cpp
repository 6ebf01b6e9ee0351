// SPDX-License-Identifier: MIT
#include "prove/guest_memory.hpp"

#include <algorithm>
#include <cstring>

namespace nestprobe {
namespace {

class Memory {
public:
    explicit Memory(std::vector<unsigned char>& bytes) : bytes_(bytes) {}

    void put(std::size_t at, std::uint64_t value, std::size_t size = 8) {
        std::memcpy(&bytes_.at(at), &value, size);
    }
    void copy(std::size_t at, std::span<const unsigned char> code) {
        std::copy(code.begin(), code.end(), bytes_.begin() + static_cast<std::ptrdiff_t>(at));
    }
    /// A variable of the guest, by its label.
    void set(const unsigned char* label, std::uint64_t value, std::size_t size = 8) {
        put(place::code + offset_of(label, l1_begin), value, size);
    }
    std::span<unsigned char> page(std::size_t at) { return std::span(bytes_).subspan(at, place::page); }

private:
    std::vector<unsigned char>& bytes_;
};

/// The first 2 MiB, and for 32-bit mode 4 MiB, mapped to themselves: present, writable, large.
void put_page_tables(Memory& memory) {
    memory.put(place::pml4, place::pdpt | 3);
    memory.put(place::pdpt, place::pd | 3);
    memory.put(place::pd, 0x83);
    memory.put(place::pd_32, 0x83, 4);
}

/// EPT: readable, writable, executable, in the leaf write-back.  NPT: present, writable, user, as APM Vol. 2,
/// "Nested Paging", wants it.  The page of the inner guest's code is another one than it seems to be, so that
/// a processor that did not translate would be found out.
void put_nested_tables(Memory& memory, Technology technology) {
    const std::uint64_t leaf = technology == Technology::vmx ? 7 | 6 << 3 : 7;
    memory.put(place::nested_pml4, place::nested_pdpt | 7);
    memory.put(place::nested_pdpt, place::nested_pd | 7);
    memory.put(place::nested_pd, place::nested_pt | 7);
    for (std::uint32_t at = 0; at < place::size; at += place::page) {
        const std::uint32_t to = at == place::inner ? place::inner_behind : at;
        memory.put(place::nested_pt + at / place::page * 8, to | leaf);
    }
}

/// GDT: code, data and a TSS of limit 0x67, which is 64-bit and busy.  IDT: 32 interrupt gates.
void put_descriptors(Memory& memory) {
    memory.put(place::gdt + code_selector, 0x00af9b000000ffff);
    memory.put(place::gdt + data_selector, 0x00cf93000000ffff);
    memory.put(place::gdt + tss_selector, 0x00008b0000000067 | std::uint64_t{place::tss} << 16);
    const std::uint64_t handlers = place::code + offset_of(l1_vectors, l1_begin);
    for (std::uint32_t vector = 0; vector < 32; ++vector) {
        const std::uint64_t handler = handlers + vector * 16;
        memory.put(place::idt + vector * 16, (handler & 0xffff) | std::uint64_t{code_selector} << 16 |
                                                 0x8eull << 40 | (handler >> 16 & 0xffff) << 48);
    }
}

void put_code(Memory& memory, const ProofSetup& wanted) {
    const auto inner = code_between(inner_guest, inner_guest_end);
    const std::size_t pattern = offset_of(inner_guest_pattern, inner_guest);
    memory.copy(place::code, code_between(l1_begin, l1_end));
    for (const auto at : {place::inner, place::inner_behind}) memory.copy(at, inner);
    const bool shadow = wanted.proof == Proof::shadow_vmcs;
    memory.put((uses_nested_paging(wanted.proof) ? place::inner_behind : place::inner) + pattern,
               shadow ? 0 : wanted.pattern, 4);
    memory.set(l1_control, place::control);
    memory.set(l1_hsave, place::own);
    memory.set(l1_vmxon, place::own);
    memory.set(l1_spare, place::spare);
    memory.set(l1_clear, place::control);
    memory.set(l1_load, place::control);
    memory.set(l1_shadow, shadow ? place::shadow : 0);
    memory.set(l1_shadow_pattern, wanted.pattern, 4);
    memory.set(l1_fields, place::fields);
    memory.set(l1_time, wanted.measuring_time);
    memory.set(l1_samples_at, place::samples, 4);
    memory.set(l1_samples, wanted.samples, 4);
}

void put_vmcs(Memory& memory, const ProofSetup& wanted) {
    std::size_t at = place::fields;
    for (const VmcsRow& row : make_vmcs(wanted)) {
        memory.put(at, row.field, 4);
        memory.put(at + 4, row.kind, 4);
        memory.put(at + 8, row.value);
        at += sizeof(VmcsRow);
    }
    memory.put(at, ~0ull);
}

void put_vmcb(Memory& memory, const ProofSetup& wanted) {
    for (std::size_t at = 0; at < 3 * place::page; at += 8) memory.put(place::io_bitmap + at, ~0ull);
    make_vmcb(wanted, memory.page(place::control));
    if (!wanted.fault || wanted.fault->size == 0) return;
    std::uint64_t old = 0;
    std::memcpy(&old, memory.page(place::control).data() + wanted.fault->offset, wanted.fault->size);
    memory.put(place::control + wanted.fault->offset,
               wanted.fault->flips ? old ^ wanted.fault->value : wanted.fault->value, wanted.fault->size);
}

VmSetup real_mode_setup(const ProofSetup& wanted) {
    VmSetup setup;
    setup.memory.resize(place::pd_32 + place::page);
    Memory memory(setup.memory);
    memory.copy(place::real_code, code_between(real_guest, real_guest_end));
    memory.put(place::real_code + offset_of(real_guest_pattern, real_guest), wanted.pattern, 4);
    setup.rip = place::real_code;
    setup.rdi = place::real_samples;
    setup.rbp = wanted.samples;
    return setup;
}

}  // namespace

std::string_view to_string(Proof proof) {
    switch (proof) {
        case Proof::kvm_here: return "kvm-here";
        case Proof::kvm_in_guests: return "kvm-in-guests";
        case Proof::nested_paging: return "nested-paging";
        case Proof::long_mode: return "long-mode";
        case Proof::long_mode_paging: return "long-mode-nested-paging";
        case Proof::shadow_vmcs: return "shadow-vmcs";
    }
    return "";
}

std::string_view name_of(Stage stage) {
    switch (stage) {
        case Stage::none: return "the guest's first instruction";
        case Stage::started: return "the guest's start";
        case Stage::cpuid: return "CPUID in the guest";
        case Stage::efer: return "setting EFER.SVME";
        case Stage::hsave: return "writing VM_HSAVE_PA";
        case Stage::vmsave: return "VMSAVE";
        case Stage::vmrun: return "VMRUN";
        case Stage::feature: return "IA32_FEATURE_CONTROL";
        case Stage::cr: return "setting CR0 and CR4";
        case Stage::vmxon: return "VMXON";
        case Stage::shadow: return "filling a shadow VMCS";
        case Stage::vmclear: return "VMCLEAR";
        case Stage::vmptrld: return "VMPTRLD";
        case Stage::vmwrite: return "VMWRITE";
        case Stage::vmlaunch: return "VMLAUNCH";
        case Stage::seen: return "the inner guest's port";
        case Stage::resume: return "entering the inner guest again";
        case Stage::halted: return "the inner guest's HLT";
        case Stage::done: return "the end";
    }
    return "";
}

VmSetup make_setup(const ProofSetup& wanted) {
    if (wanted.proof == Proof::kvm_here) return real_mode_setup(wanted);
    VmSetup setup;
    setup.memory.resize(place::size);
    Memory memory(setup.memory);
    put_page_tables(memory);
    put_nested_tables(memory, wanted.technology);
    put_descriptors(memory);
    put_code(memory, wanted);
    const bool vmx = wanted.technology == Technology::vmx;
    if (vmx)
        put_vmcs(memory, wanted);
    else
        put_vmcb(memory, wanted);
    if (wanted.fault && wanted.fault->variable)
        memory.set(wanted.fault->variable, wanted.fault->variable_value, wanted.fault->variable_size);
    setup.rip = place::code + offset_of(vmx ? l1_vmx : l1_svm, l1_begin);
    setup.rsp = place::stack_top;
    setup.long_mode = setup.offer_all = true;
    setup.cr3 = place::pml4;
    setup.gdt = place::gdt;
    setup.idt = place::idt;
    setup.tss = place::tss;
    return setup;
}

std::uint64_t read_variable(std::span<const unsigned char> memory, const unsigned char* label,
                            std::size_t size) {
    const std::size_t at = place::code + offset_of(label, l1_begin);
    std::uint64_t value = 0;
    if (at + size <= memory.size()) std::memcpy(&value, &memory[at], size);
    return value;
}

}  // namespace nestprobe

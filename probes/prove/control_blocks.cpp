// SPDX-License-Identifier: MIT
// What describes the inner guest to the processor: the VMCS (Intel SDM Vol. 3C, "Virtual Machine Control
// Structures"; Vol. 3D, appendix "NamedField Encoding in VMCS") and the VMCB (AMD APM Vol. 2, appendix
// "Layout of VMCB").
#include "prove/guest_memory.hpp"

#include <algorithm>
#include <cstring>

namespace nestprobe {
namespace {

struct NamedField {
    VmcsRow row;
    std::string_view name;
};

constexpr std::uint32_t own_cr0 = 1, own_cr3 = 2, own_cr4 = 3, pin_controls = 0x481,
                        processor_controls = 0x482, exit_controls = 0x483, entry_controls = 0x484,
                        fixed_cr0 = 0x486, fixed_cr4 = 0x488, secondary_controls = 0x48b;
constexpr std::uint64_t hlt_exiting = 1u << 7, unconditional_io_exiting = 1u << 24,
                        activate_secondary = 1u << 31, host_64 = 1u << 9, guest_64 = 1u << 9,
                        enable_ept = 1u << 1, shadowing = 1u << 14;
constexpr std::uint64_t cr0_paged = 0x80000031;  // PG NE ET PE
constexpr std::uint64_t cr4_pse = 0x10, cr4_pae = 0x20;
constexpr std::uint64_t flat_data = 0xc093, flat_code_32 = 0xc09b, flat_code_64 = 0xa09b, busy_tss = 0x8b,
                        unusable = 1u << 16;

/// The inner guest in 32-bit mode, without EPT.  Fields that stay 0 must be written too: VMCLEAR need not
/// make them so.
constexpr NamedField base[] = {
    {{0x4000, pin_controls, 0}, "pin-based VM-execution controls"},
    {{0x4002, processor_controls, hlt_exiting | unconditional_io_exiting},
     "primary processor-based VM-execution controls"},
    {{0x400c, exit_controls, host_64}, "primary VM-exit controls"},
    {{0x4012, entry_controls, 0}, "VM-entry controls"},
    {{0x4004, 0, 0xffffffff}, "exception bitmap"},
    {{0x4006, 0, 0}, "page-fault error-code mask"},
    {{0x4008, 0, 0}, "page-fault error-code match"},
    {{0x400a, 0, 0}, "CR3-target count"},
    {{0x400e, 0, 0}, "VM-exit MSR-store count"},
    {{0x4010, 0, 0}, "VM-exit MSR-load count"},
    {{0x4014, 0, 0}, "VM-entry MSR-load count"},
    {{0x4016, 0, 0}, "VM-entry interruption-information field"},
    {{0x2800, 0, ~0ull}, "VMCS link pointer"},
    {{0x6000, 0, 0}, "CR0 guest/host mask"},
    {{0x6002, 0, 0}, "CR4 guest/host mask"},
    {{0x6004, 0, 0}, "CR0 read shadow"},
    {{0x6006, 0, 0}, "CR4 read shadow"},
    {{0x6c00, own_cr0, 0}, "host CR0"},
    {{0x6c02, own_cr3, 0}, "host CR3"},
    {{0x6c04, own_cr4, 0}, "host CR4"},
    {{0x6c06, 0, 0}, "host FS base"},
    {{0x6c08, 0, 0}, "host GS base"},
    {{0x6c0a, 0, place::tss}, "host TR base"},
    {{0x6c0c, 0, place::gdt}, "host GDTR base"},
    {{0x6c0e, 0, place::idt}, "host IDTR base"},
    {{0x6c10, 0, 0}, "host IA32_SYSENTER_ESP"},
    {{0x6c12, 0, 0}, "host IA32_SYSENTER_EIP"},
    {{0x6c14, 0, place::stack_top}, "host RSP"},
    {{0x6c16, 0, 0}, "host RIP"},  // make_vmcs()
    {{0x0c00, 0, data_selector}, "host ES selector"},
    {{0x0c02, 0, code_selector}, "host CS selector"},
    {{0x0c04, 0, data_selector}, "host SS selector"},
    {{0x0c06, 0, data_selector}, "host DS selector"},
    {{0x0c08, 0, data_selector}, "host FS selector"},
    {{0x0c0a, 0, data_selector}, "host GS selector"},
    {{0x0c0c, 0, tss_selector}, "host TR selector"},
    {{0x4c00, 0, 0}, "host IA32_SYSENTER_CS"},
    {{0x0800, 0, data_selector}, "guest ES selector"},
    {{0x0802, 0, code_selector}, "guest CS selector"},
    {{0x0804, 0, data_selector}, "guest SS selector"},
    {{0x0806, 0, data_selector}, "guest DS selector"},
    {{0x0808, 0, data_selector}, "guest FS selector"},
    {{0x080a, 0, data_selector}, "guest GS selector"},
    {{0x080c, 0, 0}, "guest LDTR selector"},
    {{0x080e, 0, tss_selector}, "guest TR selector"},
    {{0x4800, 0, 0xffffffff}, "guest ES limit"},
    {{0x4802, 0, 0xffffffff}, "guest CS limit"},
    {{0x4804, 0, 0xffffffff}, "guest SS limit"},
    {{0x4806, 0, 0xffffffff}, "guest DS limit"},
    {{0x4808, 0, 0xffffffff}, "guest FS limit"},
    {{0x480a, 0, 0xffffffff}, "guest GS limit"},
    {{0x480c, 0, 0}, "guest LDTR limit"},
    {{0x480e, 0, 0x67}, "guest TR limit"},
    {{0x4810, 0, 0x27}, "guest GDTR limit"},
    {{0x4812, 0, 0}, "guest IDTR limit"},
    {{0x4814, 0, flat_data}, "guest ES access rights"},
    {{0x4816, 0, flat_code_32}, "guest CS access rights"},
    {{0x4818, 0, flat_data}, "guest SS access rights"},
    {{0x481a, 0, flat_data}, "guest DS access rights"},
    {{0x481c, 0, flat_data}, "guest FS access rights"},
    {{0x481e, 0, flat_data}, "guest GS access rights"},
    {{0x4820, 0, unusable}, "guest LDTR access rights"},
    {{0x4822, 0, busy_tss}, "guest TR access rights"},
    {{0x4824, 0, 0}, "guest interruptibility state"},
    {{0x4826, 0, 0}, "guest activity state"},
    {{0x482a, 0, 0}, "guest IA32_SYSENTER_CS"},
    {{0x2802, 0, 0}, "guest IA32_DEBUGCTL"},
    {{0x6800, fixed_cr0, cr0_paged}, "guest CR0"},
    {{0x6802, 0, place::pd_32}, "guest CR3"},
    {{0x6804, fixed_cr4, cr4_pse}, "guest CR4"},
    {{0x6806, 0, 0}, "guest ES base"},
    {{0x6808, 0, 0}, "guest CS base"},
    {{0x680a, 0, 0}, "guest SS base"},
    {{0x680c, 0, 0}, "guest DS base"},
    {{0x680e, 0, 0}, "guest FS base"},
    {{0x6810, 0, 0}, "guest GS base"},
    {{0x6812, 0, 0}, "guest LDTR base"},
    {{0x6814, 0, place::tss}, "guest TR base"},
    {{0x6816, 0, place::gdt}, "guest GDTR base"},
    {{0x6818, 0, 0}, "guest IDTR base"},
    {{0x681a, 0, 0x400}, "guest DR7"},
    {{0x681c, 0, 0}, "guest RSP"},
    {{0x681e, 0, place::inner}, "guest RIP"},
    {{0x6820, 0, 2}, "guest RFLAGS"},
    {{0x6822, 0, 0}, "guest pending debug exceptions"},
    {{0x6824, 0, 0}, "guest IA32_SYSENTER_ESP"},
    {{0x6826, 0, 0}, "guest IA32_SYSENTER_EIP"},
};

/// Only where the secondary controls are on.
constexpr NamedField more[] = {
    {{0x401e, secondary_controls, 0}, "secondary processor-based VM-execution controls"},
    {{0x201a, 0, place::nested_pml4 | 3 << 3 | 6}, "EPT pointer"},  // four levels, write-back
    {{0x2026, 0, place::vmread_bitmap}, "VMREAD-bitmap address"},
    {{0x2028, 0, place::vmwrite_bitmap}, "VMWRITE-bitmap address"},
};

// APM Vol. 2, appendix "Layout of VMCB": control area, and from 0x400 on the state save area.
enum : std::size_t {
    intercept_exceptions = 0x008,
    intercepts_3 = 0x00c,
    intercepts_4 = 0x010,
    io_permissions = 0x040,
    asid = 0x058,
    np_enable = 0x090,
    nested_cr3 = 0x0b0,
    es = 0x400,
    cs = 0x410,
    ss = 0x420,
    ds = 0x430,
    gdtr = 0x460,
    idtr = 0x480,
    efer = 0x4d0,
    cr4 = 0x548,
    cr3 = 0x550,
    cr0 = 0x558,
    dr7 = 0x560,
    dr6 = 0x568,
    rflags = 0x570,
    rip = 0x578,
    g_pat = 0x668,
};

}  // namespace

std::vector<VmcsRow> make_vmcs(const ProofSetup& wanted) {
    std::vector<VmcsRow> rows;
    for (const NamedField& f : base) rows.push_back(f.row);
    const auto set = [&](std::uint32_t field, std::uint64_t value) {
        const auto at =
            std::find_if(rows.begin(), rows.end(), [&](const VmcsRow& r) { return r.field == field; });
        if (at != rows.end()) at->value = value;
    };
    const bool shadow = wanted.proof == Proof::shadow_vmcs;
    set(0x6c16, place::code + offset_of(l1_vmx_exit, l1_begin));
    if (uses_nested_paging(wanted.proof) || shadow) {
        for (const NamedField& f : more) {
            const bool of_shadow = f.row.field == 0x2026 || f.row.field == 0x2028;
            if (f.row.field == 0x401e || of_shadow == shadow) rows.push_back(f.row);
        }
        set(0x401e, shadow ? shadowing : enable_ept);
        set(0x4002, hlt_exiting | unconditional_io_exiting | activate_secondary);
    }
    if (shadow) {
        set(0x2800, place::shadow);
        set(0x681e, place::inner + offset_of(inner_guest_shadow, inner_guest));
    }
    if (uses_long_mode(wanted.proof)) {
        set(0x4012, guest_64);
        set(0x4816, flat_code_64);
        set(0x6802, place::pml4);
        set(0x6804, cr4_pae);
    }
    if (wanted.fault && wanted.fault->field != 0) {
        const VmcsRow wrong{wanted.fault->field, 0, wanted.fault->value};
        const auto at =
            std::find_if(rows.begin(), rows.end(), [&](const VmcsRow& r) { return r.field == wrong.field; });
        if (at != rows.end())
            *at = wrong;
        else
            rows.push_back(wrong);
    }
    return rows;
}

std::string_view vmcs_field_name(std::uint32_t field) {
    for (const NamedField& f : base)
        if (f.row.field == field) return f.name;
    for (const NamedField& f : more)
        if (f.row.field == field) return f.name;
    return "";
}

void make_vmcb(const ProofSetup& wanted, std::span<unsigned char> vmcb) {
    const auto put = [&](std::size_t at, std::uint64_t value, std::size_t size = 8) {
        std::memcpy(&vmcb[at], &value, size);
    };
    const auto put_segment = [&](std::size_t at, std::uint64_t selector, std::uint64_t attributes,
                                 std::uint64_t limit, std::uint64_t base_address = 0) {
        put(at, selector | attributes << 16 | limit << 32);
        put(at + 8, base_address);
    };
    const bool is_long = uses_long_mode(wanted.proof);
    put(intercept_exceptions, 0xffffffff, 4);
    put(intercepts_3, 1u << 18 | 1u << 24 | 1u << 27 | 1u << 31, 4);  // CPUID, HLT, ports, shutdown
    put(intercepts_4, 1, 4);                                          // VMRUN, which must be
    put(io_permissions, place::io_bitmap);
    put(asid, 1, 4);
    put_segment(cs, code_selector, is_long ? 0xa9b : 0xc9b, 0xffffffff);
    for (const auto at : {es, ss, ds}) put_segment(at, data_selector, 0xc93, 0xffffffff);
    put_segment(gdtr, 0, 0, 0x27, place::gdt);
    put_segment(idtr, 0, 0, 0);
    put(efer, is_long ? 0x1500 : 0x1000);  // SVME, which must be; LMA LME
    put(cr4, is_long ? cr4_pae : cr4_pse);
    put(cr3, is_long ? place::pml4 : place::pd_32);
    put(cr0, cr0_paged);
    put(dr7, 0x400);
    put(dr6, 0xffff0ff0);
    put(rflags, 2);
    put(rip, place::inner);
    put(g_pat, 0x0007040600070406);  // its value after a reset
    if (!uses_nested_paging(wanted.proof)) return;
    put(np_enable, 1);
    put(nested_cr3, place::nested_pml4);
}

}  // namespace nestprobe

// SPDX-License-Identifier: MIT
// SVM's numbers: AMD APM Vol. 2, appendix "SVM Intercept Exit Codes", and the checks of VMRUN.
#include "prove/hardware_errors.hpp"

#include <fmt/format.h>

#include <cstring>

namespace nestprobe {
namespace {

struct SvmName {
    std::uint64_t number;
    std::string_view text;
};

constexpr SvmName exit_codes[] = {
    {0x60, "VMEXIT_INTR"},  {0x61, "VMEXIT_NMI"},     {0x62, "VMEXIT_SMI"},         {0x63, "VMEXIT_INIT"},
    {0x64, "VMEXIT_VINTR"}, {0x6e, "VMEXIT_RDTSC"},   {0x72, "VMEXIT_CPUID"},       {0x78, "VMEXIT_HLT"},
    {0x7b, "VMEXIT_IOIO"},  {0x7c, "VMEXIT_MSR"},     {0x7d, "VMEXIT_TASK_SWITCH"}, {0x7f, "VMEXIT_SHUTDOWN"},
    {0x80, "VMEXIT_VMRUN"}, {0x81, "VMEXIT_VMMCALL"}, {0x82, "VMEXIT_VMLOAD"},      {0x83, "VMEXIT_VMSAVE"},
    {0x400, "VMEXIT_NPF"},
};

struct Vmcb {
    std::span<const unsigned char> bytes;
    std::uint64_t at(std::size_t offset, std::size_t size = 8) const {
        std::uint64_t value = 0;
        if (offset + size <= bytes.size()) std::memcpy(&value, &bytes[offset], size);
        return value;
    }
    bool bit(std::size_t offset, unsigned number) const { return at(offset) >> number & 1; }
    bool long_mode() const { return bit(efer, 8) && bit(cr0, 31); }

    static constexpr std::size_t cs_attributes = 0x412, efer = 0x4d0, cr4 = 0x548, cr3 = 0x550, cr0 = 0x558,
                                 dr7 = 0x560, dr6 = 0x568;
};

struct Check {
    std::string_view text;
    bool (*fails)(const Vmcb&);
};
constexpr Check checks[] = {
    {"the VMRUN intercept is not set", [](const Vmcb& v) { return (v.at(0x010, 4) & 1) == 0; }},
    {"ASID is 0", [](const Vmcb& v) { return v.at(0x058, 4) == 0; }},
    {"EFER.SVME is 0", [](const Vmcb& v) { return !v.bit(Vmcb::efer, 12); }},
    {"CR0.CD is 0 and CR0.NW is 1",
     [](const Vmcb& v) { return !v.bit(Vmcb::cr0, 30) && v.bit(Vmcb::cr0, 29); }},
    {"CR0[63:32] are not 0", [](const Vmcb& v) { return v.at(Vmcb::cr0) >> 32 != 0; }},
    {"CR4 has reserved bits set", [](const Vmcb& v) { return v.at(Vmcb::cr4) >> 32 != 0; }},
    {"DR6[63:32] are not 0", [](const Vmcb& v) { return v.at(Vmcb::dr6) >> 32 != 0; }},
    {"DR7[63:32] are not 0", [](const Vmcb& v) { return v.at(Vmcb::dr7) >> 32 != 0; }},
    {"EFER has reserved bits set", [](const Vmcb& v) { return (v.at(Vmcb::efer) & ~0xff'ffffull) != 0; }},
    {"CR3 has reserved bits set", [](const Vmcb& v) { return v.long_mode() && v.at(Vmcb::cr3) >> 52 != 0; }},
    {"EFER.LME and CR0.PG are 1 and CR4.PAE is 0",
     [](const Vmcb& v) { return v.long_mode() && !v.bit(Vmcb::cr4, 5); }},
    {"EFER.LME and CR0.PG are 1 and CR0.PE is 0",
     [](const Vmcb& v) { return v.long_mode() && !v.bit(Vmcb::cr0, 0); }},
    {"EFER.LME, CR0.PG, CR4.PAE, CS.L and CS.D are all 1",
     [](const Vmcb& v) {
         return v.long_mode() && v.bit(Vmcb::cr4, 5) && (v.at(Vmcb::cs_attributes, 2) & 0x600) == 0x600;
     }},
};

}  // namespace

std::string svm_exit_code(std::uint64_t code) {
    // Some hypervisors keep the upper half of EXITCODE at 0.
    if (code == ~0ull || code == 0xffffffff) return "VMEXIT_INVALID (-1): the processor refuses the VMCB";
    if (code == ~0ull - 1) return "VMEXIT_BUSY (-2)";
    for (const SvmName& n : exit_codes)
        if (n.number == code) return fmt::format("{} (0x{:x})", n.text, code);
    if (code >= 0x40 && code < 0x60)
        return fmt::format("VMEXIT_EXCP (0x{:x}): {}", code, exception_name(code - 0x40));
    return fmt::format("VMEXIT 0x{:x}", code);
}

std::string failed_vmcb_checks(std::span<const unsigned char> vmcb) {
    std::string text;
    for (const Check& check : checks)
        if (check.fails({vmcb})) text += fmt::format("{}{}", text.empty() ? "" : ", ", check.text);
    return text;
}

}  // namespace nestprobe

// SPDX-License-Identifier: MIT
// What KVM cannot do without: it does not load where a VMX control of these is missing.
#include "machine/probes.hpp"

#include <fmt/format.h>

namespace nestprobe {
namespace {

using registers::ia32_vmx_basic;
using registers::ia32_vmx_entry_ctls;
using registers::ia32_vmx_exit_ctls;
using registers::ia32_vmx_pinbased_ctls;
using registers::ia32_vmx_procbased_ctls;

// Linux 6.12 arch/x86/kvm/vmx/vmx.h, KVM_REQUIRED_VMX_*, of a 64-bit kernel.
constexpr Bit required_bits[] = {
    {&ia32_vmx_pinbased_ctls, ia32_vmx_pinbased_ctls["EXT_INTR_MASK"]},
    {&ia32_vmx_pinbased_ctls, ia32_vmx_pinbased_ctls["NMI_EXITING"]},
    {&ia32_vmx_procbased_ctls, ia32_vmx_procbased_ctls["INTR_WINDOW_EXITING"]},
    {&ia32_vmx_procbased_ctls, ia32_vmx_procbased_ctls["USE_TSC_OFFSETTING"]},
    {&ia32_vmx_procbased_ctls, ia32_vmx_procbased_ctls["HLT_EXITING"]},
    {&ia32_vmx_procbased_ctls, ia32_vmx_procbased_ctls["INVLPG_EXITING"]},
    {&ia32_vmx_procbased_ctls, ia32_vmx_procbased_ctls["MWAIT_EXITING"]},
    {&ia32_vmx_procbased_ctls, ia32_vmx_procbased_ctls["RDPMC_EXITING"]},
    {&ia32_vmx_procbased_ctls, ia32_vmx_procbased_ctls["CR3_LOAD_EXITING"]},
    {&ia32_vmx_procbased_ctls, ia32_vmx_procbased_ctls["CR3_STORE_EXITING"]},
    {&ia32_vmx_procbased_ctls, ia32_vmx_procbased_ctls["CR8_LOAD_EXITING"]},
    {&ia32_vmx_procbased_ctls, ia32_vmx_procbased_ctls["CR8_STORE_EXITING"]},
    {&ia32_vmx_procbased_ctls, ia32_vmx_procbased_ctls["MOV_DR_EXITING"]},
    {&ia32_vmx_procbased_ctls, ia32_vmx_procbased_ctls["UNCOND_IO_EXITING"]},
    {&ia32_vmx_procbased_ctls, ia32_vmx_procbased_ctls["MONITOR_EXITING"]},
    {&ia32_vmx_exit_ctls, ia32_vmx_exit_ctls["SAVE_DEBUG_CONTROLS"]},
    {&ia32_vmx_exit_ctls, ia32_vmx_exit_ctls["HOST_ADDR_SPACE_SIZE"]},
    {&ia32_vmx_exit_ctls, ia32_vmx_exit_ctls["ACK_INTR_ON_EXIT"]},
    {&ia32_vmx_entry_ctls, ia32_vmx_entry_ctls["LOAD_DEBUG_CONTROLS"]},
    {&ia32_vmx_entry_ctls, ia32_vmx_entry_ctls["IA32E_MODE"]},
};

constexpr Field narrow = ia32_vmx_basic["ADDRESS_WIDTH_32"], memory = ia32_vmx_basic["MEMORY_TYPE"];

/// Linux 6.12 arch/x86/kvm/vmx/vmx.c, setup_vmcs_config(): a 64-bit kernel wants no 32-bit limit on the
/// addresses of VMX structures, and write-back memory for them.
void check_basic(const RegisterReadings::Group& group, std::vector<std::string>& missing,
                 std::vector<Provenance>& from) {
    const std::uint64_t* raw = group[ia32_vmx_basic].if_known();
    if (!raw) return;
    if (narrow.is_set(*raw)) {
        missing.push_back("64-bit addresses of VMX structures");
        from.push_back({locate(ia32_vmx_basic, narrow), hex(narrow.of(*raw))});
    }
    if (memory.of(*raw) != 6) {
        missing.push_back("write-back memory for VMX structures");
        from.push_back({locate(ia32_vmx_basic, memory), hex(memory.of(*raw))});
    }
}

/// By what could be read: a register that could not be is not held against the processor.
Fact<std::vector<std::string>> missing_in(const RegisterReadings::Group& group) {
    std::vector<std::string> missing;
    std::vector<Provenance> from, looked_at;
    const Register* last = nullptr;
    for (const Bit& bit : required_bits) {
        const std::uint64_t* raw = group[*bit.reg].if_known();
        if (!raw) continue;
        if (bit.reg != last) looked_at.push_back({name_register(*bit.reg), hex(*raw)});
        last = bit.reg;
        if (bit.field.is_set(*raw)) continue;
        missing.push_back(fmt::format("{}.{}", bit.reg->name, bit.field.name));
        from.push_back({locate(*bit.reg, bit.field), "0x0"});
    }
    check_basic(group, missing, from);
    if (looked_at.empty()) {
        const Register& first = *required_bits[0].reg;
        return name_absence(first, group[first].absence());
    }
    if (missing.empty()) from = std::move(looked_at);
    return {std::move(missing), std::move(from)};
}

}  // namespace

PerCpu<std::vector<std::string>> probe_vmx_missing(const RegisterReadings& readings) {
    constexpr Bit looked_at[] = {
        whole(ia32_vmx_pinbased_ctls), whole(ia32_vmx_procbased_ctls), whole(ia32_vmx_exit_ctls),
        whole(ia32_vmx_entry_ctls),    {&ia32_vmx_basic, narrow},      {&ia32_vmx_basic, memory},
    };
    return for_alike(readings, looked_at, missing_in);
}

}  // namespace nestprobe

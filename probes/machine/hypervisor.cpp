// SPDX-License-Identifier: MIT
// Is this system a guest, whose, and what can it know about its own definition?
//
// CPUID.1:ECX[31] is the strong sign, and may be taken away; then /proc/cpuinfo, DMI and KVM's own VMCS
// revision still speak.  The signature leaves are read only where a hypervisor is announced: elsewhere Intel
// processors answer with the data of their highest basic leaf.  Every 0x100 is looked at, because a KVM or
// Xen that imitates Hyper-V keeps its own name at the second place.  Each of them takes the first free place
// (Xen public/arch-x86/cpuid.h), so once a name has been found, some free places in a row end the search: all
// 257 would cost a guest more than everything else that is read.
#include "base/hearsay.hpp"
#include "base/text.hpp"
#include "facts/log_lines.hpp"
#include "machine/platform.hpp"
#include "machine/platform_signs.hpp"
#include "registers/all.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace nestprobe {
namespace {

// --- signatures ---

/// An unknown name is believed only where the leaf describes its own block, as the convention demands.
bool plausible(const CpuidRegs& regs, std::uint32_t leaf, std::string_view text) {
    const bool printable = std::all_of(text.begin(), text.end(), [](char c) { return c >= ' ' && c <= '~'; });
    return regs.eax >> 8 == leaf >> 8 && text.size() >= 3 && printable;
}

Fact<std::vector<Signature>> read_signatures(const Sources& machine, const Shared& shared,
                                             const CpuFacts& cpu, const KernelFacts& kernel) {
    if (machine.cpuid.alike().empty()) return Absent{Why::not_recorded, "no CPU was recorded"};
    const Fact<bool> announced = cpu.hypervisor.first_known();
    const Fact<bool> guest = announced.if_known() ? announced : kernel.flag_hypervisor.first_known();
    if (!guest.if_known()) return guest.absence();
    if (is(guest, false)) return Absent{Why::not_applicable, "no hypervisor is announced in CPUID"};
    constexpr int longest_gap = 4;
    std::vector<Signature> found;
    std::vector<Provenance> from;
    int gap = 0;
    for (std::uint32_t leaf = 0x4000'0000; leaf <= 0x4001'0000 && gap < longest_gap; leaf += 0x100) {
        const auto regs = read_scanned(machine, shared.cpu, leaf);
        if (!regs.if_known()) {
            if (leaf == 0x4000'0000) return regs.absence();
            continue;
        }
        const std::string text = hypervisor_name(*regs.if_known());
        const SignatureSign* row = find_signature(text);
        if (!row && !plausible(*regs.if_known(), leaf, text)) {
            gap += !found.empty();
            continue;
        }
        gap = 0;
        found.push_back({leaf, regs.if_known()->eax, text, row ? std::string(row->name) : text});
        from.push_back({fmt::format("CPUID.{:X}H", leaf), text});
    }
    return {std::move(found), std::move(from)};
}
// --- level ---

Fact<bool> first_true(const PerCpu<bool>& facts) {
    for (const auto& g : facts.groups())
        if (is(g.answer, true)) return g.answer;
    return Absent{};
}

/// A module of KVM's found neither VMX nor SVM.
bool was_refused(const KernelFacts& kernel) {
    const auto* lines = kernel.log.if_known();
    return lines && std::any_of(lines->begin(), lines->end(), [](const LoggedLine& line) {
               return line.id == LogLine::modprobe_not_supported || line.id == LogLine::kvm_no_hardware;
           });
}

Fact<Level> probe_level(const Filesystem& files, const Shared& shared, const CpuFacts& cpu,
                        const KernelFacts& kernel, const FirmwareFacts& firmware, const HypervisorFacts& f) {
    const auto as = [](Level level, const auto& fact) { return Fact<Level>(level, fact.from()); };
    for (const PerCpu<bool>* bit : {&cpu.hypervisor, &kernel.flag_hypervisor, &f.vmx_by_kvm})
        if (const Fact<bool> fact = first_true(*bit); fact.if_known()) return as(Level::guest, fact);
    if (f.xen_role.if_known()) return as(Level::guest, f.xen_role);
    if (const LoggedLine* line = says_pvm(kernel.log)) return {Level::guest, {from_log(*line)}};
    if (const auto guest = level_by_dmi(f, firmware)) return *guest;
    const Fact<bool> heard = read_heard_switch(files, hearsay::guest);
    if (is(heard, true)) return as(Level::guest, heard);
    // WSL 2 is a virtual machine always, and so is what Docker Desktop runs its kernel in; Qubes' is Xen's.
    if (kernel.release.if_known() &&
        (contains(*kernel.release.if_known(), "microsoft-standard") ||
         contains(*kernel.release.if_known(), ".qubes.") || kernel.release.if_known()->ends_with("-fly") ||
         kernel.release.if_known()->ends_with("-linuxkit")))
        return as(Level::guest, kernel.release);
    for (const PerCpu<bool>* bit : {&cpu.hypervisor, &kernel.flag_hypervisor})
        if (const Fact<bool> fact = bit->first_known(); fact.if_known()) return as(Level::bare_metal, fact);
    if (is(heard, false)) return as(Level::bare_metal, heard);
    if (cpu.brand.if_known() && is_no_processors_brand(*cpu.brand.if_known()))
        return as(Level::guest, cpu.brand);
    // These clouds' bare metal lists VMX or SVM always, so what lists neither is one of their guests.
    const auto off = [](bool set) { return !set; };
    const bool unlisted = kernel.flag_vmx.any_known() && kernel.flag_vmx.all(off) &&
                          kernel.flag_svm.any_known() && kernel.flag_svm.all(off);
    const bool refused = unlisted || was_refused(kernel) || is(shared.usable, false);
    if (unlisted && kernel.release.if_known() && is_clouds_own_kernel(*kernel.release.if_known()))
        return as(Level::guest, kernel.release);
    // So does what these clouds rent out as hardware, by the names that they give their machines.
    for (const std::string_view by : {hearsay::prompt, hearsay::cloud})
        if (const Fact<std::string> cloud = read_hearsay(files, by);
            refused && cloud.if_known() && !cloud.if_known()->starts_with("wsl"))
            return as(Level::guest, cloud);
    if (kernel.release.if_known() && is_kernel_of_wsl2(*kernel.release.if_known()))
        return as(Level::guest, kernel.release);
    return cpu.hypervisor.first_absent();
}

// --- special roles ---

/// "HVM", as Xen spells it; whatever else stands there is malformed.
Fact<XenRole> role_of(const Fact<std::string>& word) {
    if (!word.if_known()) return word.absence();
    for (const XenRole role : {XenRole::control_domain, XenRole::pv, XenRole::pvh, XenRole::hvm})
        if (to_string(role) == *word.if_known()) return {role, word.from()};
    return Absent{Why::malformed, fmt::format("\"{}\" is no kind of Xen guest", *word.if_known())};
}

Fact<XenRole> probe_xen_role(const Filesystem& files) {
    const Fact<std::string> type = read_word(files, "/sys/hypervisor/type");
    if (type.if_absent())
        if (const Fact<std::string> heard = read_hearsay(files, hearsay::xen_role); heard.if_known())
            return role_of(heard);
    if (!type.if_known()) return type.absence();
    if (!is(type, "xen")) return Absent{Why::not_applicable, "/sys/hypervisor/type is not xen"};
    const auto capabilities = files.read("/proc/xen/capabilities");
    if (capabilities.if_known() && contains(*capabilities.if_known(), "control_d"))
        return {XenRole::control_domain, {{"/proc/xen/capabilities", "control_d"}}};
    // A guest does without xenfs; what is there and cannot be read may be the control domain's.
    if (const Absent* absent = capabilities.if_absent(); absent && withheld(*absent) && !is_missing(*absent))
        return *absent;
    return role_of(read_word(files, "/sys/hypervisor/guest_type"));
}

}  // namespace

const Signature* find_hyperv(const HypervisorFacts& f) {
    if (const auto* found = f.signatures.if_known())
        for (const Signature& s : *found)
            if (s.text == "Microsoft Hv") return &s;
    return nullptr;
}

namespace {

/// Linux 6.12 arch/x86/kernel/cpu/mshyperv.c, ms_hyperv_init_platform(): CpuManagement without Isolation.
Fact<bool> probe_hyperv_root(const Sources& machine, const Shared& shared, const HypervisorFacts& f) {
    const Signature* hyperv = find_hyperv(f);
    if (!hyperv) return Absent{Why::not_applicable, "no Hyper-V above"};
    const auto regs = read_scanned(machine, shared.cpu, hyperv->leaf + 3);
    if (!regs.if_known()) return regs.absence();
    const std::uint32_t privileges = regs.if_known()->ebx;
    const bool root = registers::hyperv_privileges_ebx["CpuManagement"].of(privileges) != 0 &&
                      registers::hyperv_privileges_ebx["Isolation"].of(privileges) == 0;
    return {root, {{fmt::format("CPUID.{:X}H:EBX", hyperv->leaf + 3), hex(privileges)}}};
}

/// DMI has it on EC2's Nitro alone ("t3.large"); elsewhere only who asked the cloud knows it.
Fact<std::string> probe_instance_type(const Filesystem& files, const HypervisorFacts& f) {
    if (Fact<std::string> heard = read_hearsay(files, hearsay::instance_type); heard.if_known()) return heard;
    if (is(f.platform, Platform::aws)) return f.dmi_product;
    return Absent{Why::not_applicable, "nobody named a type of machine"};
}

}  // namespace

HypervisorFacts probe_hypervisor(const Sources& machine, const Shared& shared, const CpuFacts& cpu,
                                 const FirmwareFacts& firmware, const KernelFacts& kernel) {
    constexpr std::uint64_t kvm_revision = 0x11e5'7ed0;  // Linux arch/x86/kvm/vmx/vmcs12.h, VMCS12_REVISION
    HypervisorFacts f;
    f.dmi_vendor = read_word(machine.files, "/sys/class/dmi/id/sys_vendor");
    f.dmi_product = read_word(machine.files, "/sys/class/dmi/id/product_name");
    f.dmi_version = read_word(machine.files, "/sys/class/dmi/id/product_version");
    f.dmi_family = read_word(machine.files, "/sys/class/dmi/id/product_family");
    f.dmi_board_vendor = read_word(machine.files, "/sys/class/dmi/id/board_vendor");
    f.dmi_board = read_word(machine.files, "/sys/class/dmi/id/board_name");
    f.dmi_chassis_tag = read_word(machine.files, "/sys/class/dmi/id/chassis_asset_tag");
    f.dmi_bios_vendor = shared.bios_vendor;
    f.xen_role = probe_xen_role(machine.files);
    f.vmx_by_kvm = decode(shared.cpu.registers, registers::ia32_vmx_basic, [](std::uint64_t raw) {
        return registers::ia32_vmx_basic["REVISION"].of(raw) == kvm_revision;
    });
    f.signatures = read_signatures(machine, shared, cpu, kernel);
    f.level = probe_level(machine.files, shared, cpu, kernel, firmware, f);
    if (f.level.if_absent())
        if (auto level = level_by_encryption(kernel)) f.level = *std::move(level);
    f.brand_kind = cpu.brand.map([](const std::string& brand) { return kind_of_brand(brand); });
    f.hyperv_root = probe_hyperv_root(machine, shared, f);
    f.heard = or_unsaid(read_hearsay(machine.files, hearsay::hypervisor));
    f.heard_by = speaker_of(f.heard);
    f.definition_shows = or_unsaid(read_heard_switch(machine.files, hearsay::definition));
    f.platform = probe_platform(machine.files, kernel, firmware, f);
    f.below = platform_below(f);
    f.instance_type = probe_instance_type(machine.files, f);
    f.confidential = is(f.level, Level::guest)
                         ? probe_confidential(machine, shared, kernel, f)
                         : Fact<Confidential>(Absent{Why::not_applicable, "not a guest"});
    return f;
}

std::string_view to_string(XenRole role) {
    switch (role) {
        case XenRole::control_domain: return "control domain";
        case XenRole::pv: return "PV";
        case XenRole::pvh: return "PVH";
        case XenRole::hvm: return "HVM";
    }
    return "";
}

std::string_view to_string(Level level) { return level == Level::guest ? "guest" : "bare-metal"; }

}  // namespace nestprobe

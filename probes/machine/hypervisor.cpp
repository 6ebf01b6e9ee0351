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
#include "machine/platform_signs.hpp"
#include "machine/probes.hpp"
#include "registers/all.hpp"

#include <fmt/format.h>

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

// --- DMI ---

std::string_view text_of(const Fact<std::string>& fact) {
    return fact.if_known() ? std::string_view(*fact.if_known()) : std::string_view{};
}

Dmi dmi_of(const HypervisorFacts& f, const FirmwareFacts& firmware) {
    return {.vendor = text_of(f.dmi_vendor),
            .product = text_of(f.dmi_product),
            .bios_vendor = text_of(f.dmi_bios_vendor),
            .board_vendor = text_of(f.dmi_board_vendor),
            .board = text_of(f.dmi_board),
            .chassis_tag = text_of(f.dmi_chassis_tag),
            .bios = text_of(firmware.version)};
}

/// What of DMI a sign rests on.
std::vector<Provenance> dmi_readings(const DmiSign& sign, const HypervisorFacts& f,
                                     const FirmwareFacts& firmware) {
    std::vector<Provenance> from;
    const auto add = [&](std::string_view begins, const Fact<std::string>& fact) {
        if (!begins.empty()) from.insert(from.end(), fact.from().begin(), fact.from().end());
    };
    add(sign.begins.vendor, f.dmi_vendor);
    add(sign.begins.product, f.dmi_product);
    add(sign.begins.bios_vendor, f.dmi_bios_vendor);
    add(sign.begins.board_vendor, f.dmi_board_vendor);
    add(sign.begins.board, f.dmi_board);
    add(sign.begins.chassis_tag, f.dmi_chassis_tag);
    add(sign.begins.bios, firmware.version);
    return from;
}

// --- what tools call it ---

struct HeardRow {
    std::string_view name;  ///< how it begins, in lower case
    Platform platform;
};
// util-linux sys-utils/lscpu.c, hv_vendors; systemd src/basic/virt.c, virtualization_table; virt-what(1); the
// names in Linux 6.12 arch/x86/kernel/cpu/hypervisor.c's "Hypervisor detected".
constexpr HeardRow heard_rows[] = {
    {"kvm", Platform::kvm},
    {"linux kvm", Platform::kvm},
    {"amazon", Platform::aws},
    {"aws", Platform::aws},
    {"google", Platform::gcp},
    {"xen", Platform::xen},
    {"microsoft", Platform::hyperv},
    {"hyperv", Platform::hyperv},
    {"hyper-v", Platform::hyperv},
    {"windows subsystem", Platform::wsl2},
    {"wsl", Platform::wsl2},
    {"vmware", Platform::vmware},
    {"vbox", Platform::virtualbox},
    {"oracle", Platform::virtualbox},
    {"innotek", Platform::virtualbox},
    {"virtualbox", Platform::virtualbox},
    {"qemu", Platform::tcg},
    {"tcg", Platform::tcg},
    {"bochs", Platform::other},
    {"parallels", Platform::parallels},
    {"bhyve", Platform::bhyve},
    {"acrn", Platform::acrn},
    {"apple", Platform::apple},
    {"nutanix", Platform::nutanix},
};

/// The product that a tool or the kernel's log names; Absent where none does.
Fact<Platform> heard_platform(const Filesystem& files) {
    const Fact<std::string> name = read_hearsay(files, hearsay::hypervisor);
    if (!name.if_known()) return name.absence();
    std::string lower;
    for (const char c : *name.if_known())
        lower += c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
    for (const HeardRow& row : heard_rows)
        if (lower.starts_with(row.name)) return {row.platform, name.from()};
    return {Platform::other, name.from()};
}

// --- level ---

Fact<bool> first_true(const PerCpu<bool>& facts) {
    for (const auto& g : facts.groups())
        if (is(g.answer, true)) return g.answer;
    return Absent{};
}

Fact<Level> probe_level(const Filesystem& files, const CpuFacts& cpu, const KernelFacts& kernel,
                        const FirmwareFacts& firmware, const HypervisorFacts& f) {
    const auto as = [](Level level, const auto& fact) { return Fact<Level>(level, fact.from()); };
    for (const PerCpu<bool>* bit : {&cpu.hypervisor, &kernel.flag_hypervisor, &f.vmx_by_kvm})
        if (const Fact<bool> fact = first_true(*bit); fact.if_known()) return as(Level::guest, fact);
    if (f.xen_role.if_known()) return as(Level::guest, f.xen_role);
    if (const DmiSign* sign = find_dmi(dmi_of(f, firmware)); sign && !sign->hardware_too)
        return {Level::guest, dmi_readings(*sign, f, firmware)};
    const Fact<bool> heard = read_heard_switch(files, hearsay::guest);
    if (is(heard, true)) return as(Level::guest, heard);
    for (const PerCpu<bool>* bit : {&cpu.hypervisor, &kernel.flag_hypervisor})
        if (const Fact<bool> fact = bit->first_known(); fact.if_known()) return as(Level::bare_metal, fact);
    if (is(heard, false)) return as(Level::bare_metal, heard);
    return cpu.hypervisor.first_absent();
}

// --- platform ---

/// Firecracker's ACPI tables carry "FIRECK" where others name their maker (bytes 10 to 15 of a table's
/// header).
Fact<bool> acpi_is_firecracker(const Filesystem& files) {
    constexpr std::string_view path = "/sys/firmware/acpi/tables/FACP";
    const auto table = files.read(path);
    if (!table.if_known()) return table.absence();
    if (table.if_known()->size() < 36)
        return Absent{Why::malformed, fmt::format("{}: shorter than its header", path)};
    const std::string maker = table.if_known()->substr(10, 6);
    return {maker == "FIRECK", {{fmt::format("{}, OEM id", path), std::string(trim(maker))}}};
}

/// What the kernel is called, where DMI could not be read: a cloud's own kernel most likely runs in that
/// cloud.
std::optional<Fact<Platform>> likely_cloud(const HypervisorFacts& f, const KernelFacts& kernel) {
    if (f.dmi_vendor.if_known() || f.dmi_product.if_known() || !kernel.release.if_known()) return {};
    const Platform cloud = cloud_of_kernel(*kernel.release.if_known());
    if (cloud == Platform::other) return {};
    return Fact<Platform>{cloud, kernel.release.from()};
}

Fact<Platform> kvm_flavour(const Filesystem& files, const HypervisorFacts& f, const KernelFacts& kernel,
                           const FirmwareFacts& firmware, std::vector<Provenance> from) {
    if (const DmiSign* sign = find_dmi(dmi_of(f, firmware))) {
        // KVM's signature in a machine that calls itself Hyper-V: KVM, with Hyper-V's DMI copied.
        const bool copied = sign->platform == Platform::hyperv || sign->platform == Platform::azure;
        return {copied ? Platform::kvm : sign->platform, dmi_readings(*sign, f, firmware)};
    }
    if (f.dmi_vendor.if_absent() && f.dmi_vendor.absence().why == Why::no_device) {
        if (is(f.brand_kind, BrandKind::normalized)) {
            from.push_back(f.brand_kind.from().front());
            from.push_back({"/sys/class/dmi/id", "absent"});
            return {Platform::firecracker, std::move(from)};
        }
        const Fact<bool> firecracker = acpi_is_firecracker(files);
        if (is(firecracker, true)) return {Platform::firecracker, firecracker.from()};
    }
    const auto cloud = likely_cloud(f, kernel);
    if (cloud && runs_kvm(*cloud->if_known())) return *cloud;
    return {Platform::kvm, std::move(from)};
}

/// "4.4.0-19041-Microsoft" is WSL 1, which has no Linux kernel; "…-microsoft-standard-WSL2" is WSL 2.
std::optional<Fact<Platform>> windows_by_kernel(const KernelFacts& kernel) {
    if (!kernel.release.if_known()) return {};
    const std::string& release = *kernel.release.if_known();
    if (contains(release, "microsoft-standard")) return Fact<Platform>{Platform::wsl2, kernel.release.from()};
    if (release.ends_with("-Microsoft")) return Fact<Platform>{Platform::wsl1, kernel.release.from()};
    return {};
}

/// "Microsoft Hv" alone: Windows' own, or a KVM that imitates it and hides its name (kvm=off); then DMI
/// tells.
Fact<Platform> hyperv_flavour(const HypervisorFacts& f, const KernelFacts& kernel,
                              const FirmwareFacts& firmware, std::vector<Provenance> from) {
    if (auto windows = windows_by_kernel(kernel)) return *std::move(windows);
    if (is(f.hyperv_root, true)) return {Platform::hyperv_root, f.hyperv_root.from()};
    if (const DmiSign* sign = find_dmi(dmi_of(f, firmware)))
        return {sign->platform, dmi_readings(*sign, f, firmware)};
    if (const auto cloud = likely_cloud(f, kernel); cloud && is(*cloud, Platform::azure)) return *cloud;
    return {Platform::hyperv, std::move(from)};
}

Fact<Platform> xen_flavour(const HypervisorFacts& f, const KernelFacts& kernel, const FirmwareFacts& firmware,
                           std::vector<Provenance> from) {
    if (firmware.version.if_known() && contains(*firmware.version.if_known(), "amazon"))
        return {Platform::aws_xen, firmware.version.from()};
    if (const auto cloud = likely_cloud(f, kernel); cloud && is(*cloud, Platform::aws))
        return {Platform::aws_xen, cloud->from()};
    if (is(f.xen_role, "control domain")) return {Platform::xen_control_domain, f.xen_role.from()};
    if (kernel.release.if_known() && contains(*kernel.release.if_known(), ".qubes."))
        return {Platform::qubes, kernel.release.from()};
    if (is(f.xen_role, "PV")) return {Platform::xen_pv, f.xen_role.from()};
    if (is(f.xen_role, "PVH")) return {Platform::xen_pvh, f.xen_role.from()};
    return {Platform::xen, std::move(from)};
}

/// The name in CPUID that counts: others imitate Hyper-V in front of their own.
const SignatureSign* chosen_signature(const HypervisorFacts& f) {
    const SignatureSign* chosen = nullptr;
    if (const auto* found = f.signatures.if_known())
        for (const Signature& s : *found) {
            const SignatureSign* row = find_signature(s.text);
            if (row && (!chosen || row->platform != Platform::hyperv)) chosen = row;
        }
    return chosen;
}

/// No name in CPUID: DMI, the kernel's name, KVM's own VMCS revision, QEMU's names for processors.
Fact<Platform> without_signature(const Filesystem& files, const KernelFacts& kernel,
                                 const FirmwareFacts& firmware, const HypervisorFacts& f) {
    const DmiSign* dmi = find_dmi(dmi_of(f, firmware));
    if (!dmi)
        if (auto windows = windows_by_kernel(kernel)) return *std::move(windows);
    if (is(f.vmx_by_kvm.first_known(), true))
        return kvm_flavour(files, f, kernel, firmware, f.vmx_by_kvm.first_known().from());
    if (f.xen_role.if_known()) return xen_flavour(f, kernel, firmware, f.xen_role.from());
    Fact<Platform> heard = heard_platform(files);
    if (dmi && is(heard, Platform::hyperv) && dmi->platform != Platform::hyperv)
        heard = Absent{};  // Hyper-V's name is at the first place where others imitate it
    if (const Platform* known = heard.if_known()) {
        if (*known == Platform::kvm) return kvm_flavour(files, f, kernel, firmware, heard.from());
        if (*known == Platform::hyperv) return hyperv_flavour(f, kernel, firmware, heard.from());
        if (!dmi || *known != Platform::tcg) return heard;
    }
    if (dmi && dmi->platform == Platform::xen)
        return xen_flavour(f, kernel, firmware, dmi_readings(*dmi, f, firmware));
    if (dmi) return {dmi->platform, dmi_readings(*dmi, f, firmware)};
    if (auto cloud = likely_cloud(f, kernel)) return *std::move(cloud);
    const BrandKind* brand = f.brand_kind.if_known();
    if (brand && (*brand == BrandKind::named_model || *brand == BrandKind::generic_model))
        return {Platform::kvm, f.brand_kind.from()};
    return {Platform::other, f.level.from()};
}

Fact<Platform> probe_platform(const Filesystem& files, const KernelFacts& kernel,
                              const FirmwareFacts& firmware, const HypervisorFacts& f) {
    if (!f.level.if_known()) return f.level.absence();
    if (is(f.level, Level::bare_metal)) return Absent{Why::not_applicable, "no hypervisor above this system"};
    const SignatureSign* chosen = chosen_signature(f);
    if (!chosen) return without_signature(files, kernel, firmware, f);
    const std::vector<Provenance>& from = f.signatures.from();
    switch (chosen->platform) {
        case Platform::kvm: return kvm_flavour(files, f, kernel, firmware, from);
        case Platform::hyperv: return hyperv_flavour(f, kernel, firmware, from);
        case Platform::xen: return xen_flavour(f, kernel, firmware, from);
        default: return {chosen->platform, from};
    }
}

// --- the brand string ---

/// QEMU's model names keep the plain words ("Intel Core Processor (Haswell)", "AMD EPYC-Rome Processor");
/// real strings have a number or the marks (R) and (TM).  QEMU 7.2 target/i386/cpu.c, builtin_x86_defs.
BrandKind kind_of_brand(std::string_view brand) {
    if (brand.starts_with("QEMU Virtual CPU") || brand.starts_with("Common KVM processor") ||
        brand.starts_with("Common 32-bit KVM processor"))
        return BrandKind::generic_model;
    if (brand == "AMD EPYC" || brand.starts_with("Intel(R) Xeon(R) Processor @ "))
        return BrandKind::normalized;
    constexpr std::string_view named[] = {
        "Intel Core Processor (",
        "Intel Xeon Processor (",
        "Intel Atom Processor (",
        "Intel Core i7 9xx (",
        "Intel Xeon E312xx",
        "Intel Xeon E3-12xx v2",
        "Intel Celeron_4x0",
        "Intel Core 2 Duo P9xxx",
        "Westmere E56xx",
        "AMD Opteron 2",
        "AMD Opteron 6",
        "AMD EPYC Processor",
        "AMD EPYC-",
        "Hygon Dhyana Processor",
        "Intel Xeon Phi Processor (",
        "YongFeng Processor",
    };
    for (const std::string_view prefix : named) {
        const bool real_opteron =
            brand.starts_with("AMD Opteron") && !contains(brand, "class") && !contains(brand, "Class");
        if (brand.starts_with(prefix) && !real_opteron) return BrandKind::named_model;
    }
    return BrandKind::processor;
}

// --- special roles ---

Fact<std::string> probe_xen_role(const Filesystem& files) {
    const Fact<std::string> type = read_word(files, "/sys/hypervisor/type");
    if (type.if_absent())
        if (Fact<std::string> heard = read_hearsay(files, hearsay::xen_role); heard.if_known()) return heard;
    if (!type.if_known()) return type.absence();
    if (!is(type, "xen")) return Absent{Why::not_applicable, "/sys/hypervisor/type is not xen"};
    const auto capabilities = files.read("/proc/xen/capabilities");
    if (capabilities.if_known() && contains(*capabilities.if_known(), "control_d"))
        return {"control domain", {{"/proc/xen/capabilities", "control_d"}}};
    return read_word(files, "/sys/hypervisor/guest_type");
}

const Signature* find_hyperv(const HypervisorFacts& f) {
    if (const auto* found = f.signatures.if_known())
        for (const Signature& s : *found)
            if (s.text == "Microsoft Hv") return &s;
    return nullptr;
}

/// Linux 6.12 arch/x86/kernel/cpu/mshyperv.c, ms_hyperv_init_platform(): CpuManagement without Isolation.
Fact<bool> probe_hyperv_root(const Sources& machine, const Shared& shared, const HypervisorFacts& f) {
    const Signature* hyperv = find_hyperv(f);
    if (!hyperv) return Absent{Why::not_applicable, "no Hyper-V above"};
    const auto regs = read_scanned(machine, shared.cpu, hyperv->leaf + 3);
    if (!regs.if_known()) return regs.absence();
    const std::uint32_t privileges = regs.if_known()->ebx;
    const bool root = (privileges >> 12 & 1) != 0 && (privileges >> 22 & 1) == 0;
    return {root, {{fmt::format("CPUID.{:X}H:EBX", hyperv->leaf + 3), hex(privileges)}}};
}

struct ConfidentialLine {
    LogLine line;
    std::string_view kind;
};
constexpr ConfidentialLine confidential_lines[] = {
    {LogLine::memenc_sev_snp, "SEV-SNP"}, {LogLine::sev_snp_cpuid_table, "SEV-SNP"},
    {LogLine::memenc_sev_es, "SEV-ES"},   {LogLine::memenc_sev, "SEV"},
    {LogLine::sev_active_old, "SEV"},     {LogLine::kvm_unsupported_in_sev_guest, "SEV"},
    {LogLine::tdx_guest, "TDX"},          {LogLine::memenc_tdx, "TDX"},
};

/// The most that the kernel's log says of it.
std::optional<Fact<std::string>> confidential_by_log(const KernelFacts& kernel) {
    for (const ConfidentialLine& row : confidential_lines)
        if (const LoggedLine* line = find_line(kernel.log, std::span(&row.line, 1)))
            return Fact<std::string>{std::string(row.kind), {from_log(*line)}};
    return std::nullopt;
}

/// SEV_STATUS (AMD APM Vol. 2, "SEV_STATUS MSR"), where CPUID Fn8000_001F_EAX shows SEV: on bare metal it
/// reads 0.
std::optional<Fact<std::string>> confidential_by_register(const Sources& machine, const Shared& shared) {
    const auto& group = shared.cpu.registers.groups().front();
    const std::uint64_t* offered = group[registers::cpuid_8000001f_eax].if_known();
    if (!offered || (*offered >> 1 & 1) == 0 || group.cpus.empty()) return std::nullopt;
    Reading<std::uint64_t> status = group[registers::sev_status];
    if (!status.if_known() && status.absence().why == Why::not_probed)
        status = machine.msr.read(group.cpus.first(), 0xc001'0131);
    if (!status.if_known() || (*status.if_known() & 7) == 0) return std::nullopt;
    const std::uint64_t bits = *status.if_known();
    return Fact<std::string>{(bits & 4) != 0   ? "SEV-SNP"
                             : (bits & 2) != 0 ? "SEV-ES"
                                               : "SEV",
                             {{"SEV_STATUS (0xc0010131)", hex(bits)}}};
}

/// Linux 6.12 arch/x86/include/asm/shared/tdx.h: leaf 0x21 says "IntelTDX    ".  SEV shows in the kernel's
/// log.
Fact<std::string> probe_confidential(const Sources& machine, const Shared& shared, const KernelFacts& kernel,
                                     const HypervisorFacts& f) {
    if (auto said = confidential_by_log(kernel)) return *std::move(said);
    if (auto read = confidential_by_register(machine, shared)) return *std::move(read);
    if (const PerCpu<bool> flag = flag_of(shared.cpuinfo, "tdx_guest"); flag.any([](bool on) { return on; }))
        return {"TDX", flag.first_known().from()};
    if (const Signature* hyperv = find_hyperv(f)) {
        constexpr std::string_view kinds[] = {"", "VBS", "SEV-SNP", "TDX"};
        const auto isolation = hyperv->highest < hyperv->leaf + 0xc
                                   ? Reading<CpuidRegs>()
                                   : read_scanned(machine, shared.cpu, hyperv->leaf + 0xc);
        const std::uint32_t kind = isolation.if_known() ? isolation.if_known()->ebx & 15 : 0;
        if (kind > 0 && kind < std::size(kinds))
            return {fmt::format("Hyper-V isolated, {}", kinds[kind]),
                    {{fmt::format("CPUID.{:X}H:EBX", hyperv->leaf + 0xc), hex(isolation.if_known()->ebx)}}};
    }
    const auto& group = shared.cpu.registers.groups().front();
    const auto& maximum = group[registers::cpuid_0_eax];
    if (!maximum.if_known()) return maximum.absence();
    if (*maximum.if_known() < 0x21 || group.cpus.empty())
        return {"none", {{"CPUID.0:EAX", hex(*maximum.if_known())}}};
    const auto regs = read_first(machine, shared.cpu, 0x21);
    if (!regs.if_known()) return regs.absence();
    const CpuidRegs& r = *regs.if_known();
    const bool tdx = r.ebx == 0x65746e49 && r.edx == 0x5844546c && r.ecx == 0x20202020;
    return {tdx ? "TDX" : "none", {{"CPUID.21H:EBX", hex(r.ebx)}}};
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
    f.level = probe_level(machine.files, cpu, kernel, firmware, f);
    f.brand_kind = cpu.brand.map([](const std::string& brand) { return kind_of_brand(brand); });
    f.hyperv_root = probe_hyperv_root(machine, shared, f);
    f.platform = probe_platform(machine.files, kernel, firmware, f);
    f.confidential = is(f.level, Level::guest)
                         ? probe_confidential(machine, shared, kernel, f)
                         : Fact<std::string>(Absent{Why::not_applicable, "not a guest"});
    return f;
}

std::string_view to_string(Level level) { return level == Level::guest ? "guest" : "bare-metal"; }

std::string_view to_string(Platform platform) {
    switch (platform) {
        case Platform::kvm: return "KVM";
        case Platform::proxmox: return "Proxmox VE";
        case Platform::openstack: return "OpenStack";
        case Platform::kubevirt: return "KubeVirt";
        case Platform::nutanix: return "Nutanix AHV";
        case Platform::cloudstack: return "Apache CloudStack";
        case Platform::ovirt: return "oVirt";
        case Platform::incus: return "Incus";
        case Platform::lxd: return "LXD";
        case Platform::cloud_hypervisor: return "Cloud Hypervisor";
        case Platform::firecracker: return "Firecracker";
        case Platform::crosvm: return "crosvm";
        case Platform::tcg: return "QEMU TCG";
        case Platform::aws: return "Amazon EC2";
        case Platform::aws_xen: return "Amazon EC2";
        case Platform::gcp: return "Google Compute Engine";
        case Platform::azure: return "Microsoft Azure";
        case Platform::oci: return "Oracle Cloud Infrastructure";
        case Platform::alibaba: return "Alibaba Cloud ECS";
        case Platform::tencent: return "Tencent Cloud";
        case Platform::hetzner: return "Hetzner Cloud";
        case Platform::digitalocean: return "DigitalOcean";
        case Platform::linode: return "Akamai (Linode)";
        case Platform::vultr: return "Vultr";
        case Platform::scaleway: return "Scaleway";
        case Platform::hyperv: return "Hyper-V";
        case Platform::hyperv_root: return "Hyper-V";
        case Platform::wsl1: return "WSL1";
        case Platform::wsl2: return "WSL2";
        case Platform::vmware: return "VMware";
        case Platform::virtualbox: return "VirtualBox";
        case Platform::parallels: return "Parallels";
        case Platform::apple: return "Apple Virtualization";
        case Platform::xen: return "Xen";
        case Platform::xen_control_domain: return "Xen";
        case Platform::xen_pv: return "Xen";
        case Platform::xen_pvh: return "Xen";
        case Platform::qubes: return "Qubes OS";
        case Platform::acrn: return "ACRN";
        case Platform::bhyve: return "bhyve";
        case Platform::openbsd_vmm: return "OpenBSD vmm";
        case Platform::nvmm: return "NVMM";
        case Platform::haxm: return "Intel HAXM";
        case Platform::qnx: return "QNX Hypervisor";
        case Platform::jailhouse: return "Jailhouse";
        case Platform::other: break;
    }
    return "another hypervisor";
}

std::string_view to_string(BrandKind kind) {
    switch (kind) {
        case BrandKind::processor: return "real processor";
        case BrandKind::named_model: return "named model";
        case BrandKind::generic_model: return "generic model";
        case BrandKind::normalized: return "normalized";
    }
    return "";
}

}  // namespace nestprobe

// SPDX-License-Identifier: MIT
// Whose product the hypervisor above is: its signature, DMI, the kernel's name, what tools called it.
#include "machine/platform.hpp"

#include "base/hearsay.hpp"
#include "base/text.hpp"
#include "machine/platform_signs.hpp"

#include <fmt/format.h>

namespace nestprobe {
namespace {

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

/// The product that a tool or the kernel's log names, or the cloud; Absent where none does.
Fact<Platform> heard_platform(const Filesystem& files, std::string_view topic) {
    const Fact<std::string> name = read_hearsay(files, topic);
    if (!name.if_known()) return name.absence();
    return {platform_called(*name.if_known()), name.from()};
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

/// Where DMI could not be read: a cloud's metadata tells; its own kernel, or processor, most likely runs
/// there, and a machine most likely keeps the name that the cloud gave it.
std::optional<Fact<Platform>> likely_cloud(const Filesystem& files, const HypervisorFacts& f,
                                           const KernelFacts& kernel) {
    if (f.dmi_vendor.if_known() || f.dmi_product.if_known()) return {};
    if (const Fact<Platform> heard = heard_platform(files, hearsay::cloud); heard.if_known()) return heard;
    if (kernel.release.if_known())
        if (const Platform cloud = cloud_of_kernel(*kernel.release.if_known()); cloud != Platform::other)
            return Fact<Platform>{cloud, kernel.release.from()};
    // A machine that has no DMI is a small hypervisor's, which may stand on any cloud's metal.
    if (f.brand_kind.if_known() && f.dmi_vendor.absence().why == Why::not_recorded)
        if (const Platform cloud = cloud_of_brand(f.brand_kind.from().front().raw); cloud != Platform::other)
            return Fact<Platform>{cloud, f.brand_kind.from()};
    if (const Fact<Platform> heard = heard_platform(files, hearsay::prompt); heard.if_known()) return heard;
    return {};
}

/// "4.4.0-19041-Microsoft" is WSL 1, which has no Linux kernel; "…-microsoft-standard-WSL2" is WSL 2;
/// "…-linuxkit" is Docker Desktop's, on Windows (Hyper-V), on a Mac and on Linux (QEMU) alike.
std::optional<Fact<Platform>> sure_by_kernel(const KernelFacts& kernel) {
    if (!kernel.release.if_known()) return {};
    const std::string& release = *kernel.release.if_known();
    if (is_kernel_of_wsl2(release)) return Fact<Platform>{Platform::wsl2, kernel.release.from()};
    if (release.ends_with("-fly")) return Fact<Platform>{Platform::fly, kernel.release.from()};
    if (release.ends_with("-Microsoft")) return Fact<Platform>{Platform::wsl1, kernel.release.from()};
    if (release.ends_with("-linuxkit"))
        return Fact<Platform>{Platform::docker_desktop, kernel.release.from()};
    return {};
}

/// Docker Desktop's virtual machine is of the hypervisor that the system below it has: what names that.
Fact<Platform> with_host(Fact<Platform> own, const std::vector<Provenance>& names) {
    if (!is(own, Platform::docker_desktop)) return own;
    std::vector<Provenance> from = own.from();
    from.insert(from.end(), names.begin(), names.end());
    return {Platform::docker_desktop, std::move(from)};
}

bool is_chromeos(const KernelFacts& kernel) {
    return kernel.release.if_known() && is_kernel_of_chromeos(*kernel.release.if_known());
}

Fact<Platform> kvm_flavour(const Filesystem& files, const HypervisorFacts& f, const KernelFacts& kernel,
                           const FirmwareFacts& firmware, std::vector<Provenance> from) {
    const bool provider = f.dmi_vendor.if_known() && names_a_provider(*f.dmi_vendor.if_known());
    const DmiSign* sign = find_dmi(dmi_of(f, firmware));
    if (auto own = sure_by_kernel(kernel)) return with_host(*std::move(own), from);
    if (sign && sign->platform == Platform::crosvm && is_chromeos(kernel))
        return {Platform::crostini, dmi_readings(*sign, f, firmware)};
    if (sign && !(sign->platform == Platform::kvm && provider)) {
        // KVM's signature in a machine that calls itself Hyper-V: KVM, with Hyper-V's DMI copied.
        const bool copied = sign->platform == Platform::hyperv || sign->platform == Platform::azure;
        return {copied ? Platform::kvm : sign->platform, dmi_readings(*sign, f, firmware)};
    }
    if (provider) return {Platform::hoster, f.dmi_vendor.from()};
    if (f.dmi_vendor.if_absent() && f.dmi_vendor.absence().why == Why::no_device) {
        if (is(f.brand_kind, BrandKind::normalized)) {
            from.push_back(f.brand_kind.from().front());
            from.push_back({"/sys/class/dmi/id", "absent"});
            return {Platform::firecracker, std::move(from)};
        }
        const Fact<bool> firecracker = acpi_is_firecracker(files);
        if (is(firecracker, true)) return {Platform::firecracker, firecracker.from()};
    }
    const auto cloud = likely_cloud(files, f, kernel);
    if (cloud && runs_kvm(*cloud->if_known())) return *cloud;
    // Nobody recorded whether there is DMI; the name that it gives processors, and its command line, are its
    // own.
    if (const auto words = files.read("/proc/cmdline");
        is(f.brand_kind, BrandKind::normalized) && words.if_known() && contains(*words.if_known(), "pci=off"))
        return {Platform::firecracker, f.brand_kind.from()};
    return {Platform::kvm, std::move(from)};
}

/// "Microsoft Hv" alone: Windows' own, or a KVM that imitates it and hides its name (kvm=off); then DMI
/// tells.
Fact<Platform> hyperv_flavour(const Filesystem& files, const HypervisorFacts& f, const KernelFacts& kernel,
                              const FirmwareFacts& firmware, std::vector<Provenance> from) {
    if (auto own = sure_by_kernel(kernel)) return with_host(*std::move(own), from);
    if (is(f.hyperv_root, true)) return {Platform::hyperv_root, f.hyperv_root.from()};
    const DmiSign* sign = find_dmi(dmi_of(f, firmware));
    if (sign && sign->platform != Platform::hyperv) return {sign->platform, dmi_readings(*sign, f, firmware)};
    // Azure's tag tells it from any Hyper-V; where the tag was not read, its own kernel most likely does.
    const bool other_maker = f.dmi_vendor.if_known() && !is(f.dmi_vendor, "Microsoft Corporation");
    if (f.dmi_chassis_tag.if_absent() && !other_maker && kernel.release.if_known() &&
        cloud_of_kernel(*kernel.release.if_known()) == Platform::azure)
        return {Platform::azure, kernel.release.from()};
    if (sign) return {sign->platform, dmi_readings(*sign, f, firmware)};
    const auto cloud = likely_cloud(files, f, kernel);
    if (cloud && (is(*cloud, Platform::azure) || is(*cloud, Platform::wsl2))) return *cloud;
    return {Platform::hyperv, std::move(from)};
}

Fact<Platform> xen_flavour(const Filesystem& files, const HypervisorFacts& f, const KernelFacts& kernel,
                           const FirmwareFacts& firmware, std::vector<Provenance> from) {
    if (firmware.version.if_known() && contains(*firmware.version.if_known(), "amazon"))
        return {Platform::aws_xen, firmware.version.from()};
    if (const auto cloud = likely_cloud(files, f, kernel); cloud && is(*cloud, Platform::aws))
        return {Platform::aws_xen, cloud->from()};
    if (is(f.xen_role, XenRole::control_domain)) return {Platform::xen_control_domain, f.xen_role.from()};
    if (kernel.release.if_known() && contains(*kernel.release.if_known(), ".qubes."))
        return {Platform::qubes, kernel.release.from()};
    if (is(f.xen_role, XenRole::pv)) return {Platform::xen_pv, f.xen_role.from()};
    if (is(f.xen_role, XenRole::pvh)) return {Platform::xen_pvh, f.xen_role.from()};
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
    Fact<Platform> heard = heard_platform(files, hearsay::hypervisor);
    if (!dmi && !is(heard, Platform::apple))
        if (auto own = sure_by_kernel(kernel)) return with_host(*std::move(own), heard.from());
    if (is(f.vmx_by_kvm.first_known(), true))
        return kvm_flavour(files, f, kernel, firmware, f.vmx_by_kvm.first_known().from());
    if (f.xen_role.if_known()) return xen_flavour(files, f, kernel, firmware, f.xen_role.from());
    if (dmi &&
        (is(heard, Platform::other) || (is(heard, Platform::hyperv) && dmi->platform != Platform::hyperv)))
        heard = Absent{};  // Hyper-V's name is at the first place where others imitate it
    if (const Platform* known = heard.if_known()) {
        if (*known == Platform::kvm) return kvm_flavour(files, f, kernel, firmware, heard.from());
        if (*known == Platform::hyperv) return hyperv_flavour(files, f, kernel, firmware, heard.from());
        if (!dmi || *known != Platform::tcg) return heard;
    }
    if (dmi && dmi->platform == Platform::crosvm && is_chromeos(kernel))
        return {Platform::crostini, dmi_readings(*dmi, f, firmware)};
    if (dmi && dmi->platform == Platform::xen)
        return xen_flavour(files, f, kernel, firmware, dmi_readings(*dmi, f, firmware));
    if (dmi) return {dmi->platform, dmi_readings(*dmi, f, firmware)};
    if (kernel.release.if_known() && contains(*kernel.release.if_known(), ".qubes."))
        return {Platform::qubes, kernel.release.from()};  // which run under Xen alone
    if (auto cloud = likely_cloud(files, f, kernel)) return *std::move(cloud);
    const BrandKind* brand = f.brand_kind.if_known();
    if (brand && (*brand == BrandKind::named_model || *brand == BrandKind::generic_model))
        return {Platform::kvm, f.brand_kind.from()};
    return {Platform::other, f.level.from()};
}

}  // namespace

std::optional<Fact<Level>> level_by_dmi(const HypervisorFacts& f, const FirmwareFacts& firmware) {
    const DmiSign* sign = find_dmi(dmi_of(f, firmware));
    if (!sign || sign->hardware_too) return std::nullopt;
    return Fact<Level>{Level::guest, dmi_readings(*sign, f, firmware)};
}

const LoggedLine* says_pvm(const Fact<std::vector<LoggedLine>>& log) {
    constexpr LogLine telling[] = {LogLine::hypervisor_pvm, LogLine::kvm_pvm_in_its_guest};
    return find_line(log, telling);
}

Fact<Platform> probe_platform(const Filesystem& files, const KernelFacts& kernel,
                              const FirmwareFacts& firmware, const HypervisorFacts& f) {
    if (!f.level.if_known()) return f.level.absence();
    if (is(f.level, Level::bare_metal)) return Absent{Why::not_applicable, "no hypervisor above this system"};
    // PVM's host may be any cloud's, and its guests any small hypervisor's: it alone decides about VMX and
    // SVM.
    if (const LoggedLine* line = says_pvm(kernel.log)) return {Platform::pvm, {from_log(*line)}};
    const SignatureSign* chosen = chosen_signature(f);
    if (!chosen) return without_signature(files, kernel, firmware, f);
    const std::vector<Provenance>& from = f.signatures.from();
    switch (chosen->platform) {
        case Platform::kvm: return kvm_flavour(files, f, kernel, firmware, from);
        case Platform::hyperv: return hyperv_flavour(files, f, kernel, firmware, from);
        case Platform::xen: return xen_flavour(files, f, kernel, firmware, from);
        case Platform::bhyve:  // what Docker Desktop used on Macs before Apple's framework is made of it
            if (auto own = sure_by_kernel(kernel)) return with_host(*std::move(own), from);
            return {chosen->platform, from};
        default: return {chosen->platform, from};
    }
}

std::optional<Platform> platform_below(const HypervisorFacts& f) {
    if (!is(f.platform, Platform::docker_desktop)) return {};
    if (const SignatureSign* chosen = chosen_signature(f)) return chosen->platform;
    if (sign_of(f.heard) == SignKind::windows) return Platform::hyperv;
    const std::string* heard = f.heard.if_known();
    return heard ? std::optional(platform_called(*heard)) : std::nullopt;
}

}  // namespace nestprobe

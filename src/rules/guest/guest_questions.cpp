// SPDX-License-Identifier: MIT
#include "rules/guest/guest_questions.hpp"

#include "rules/guest/guest_words.hpp"

#include <fmt/format.h>

namespace nestprobe {

bool of_libvirt(const Facts& f) { return is(f.guest->definition, DefinitionKind::libvirt); }

bool is_emulated(const GuestFacts& guest) { return is(guest.accelerator, Accelerator::tcg); }

Outcome skip_without_iommu() { return skip("the guest has no IOMMU (NP720)"); }

bool wants(FeaturePolicy policy) {
    return policy == FeaturePolicy::force || policy == FeaturePolicy::require ||
           policy == FeaturePolicy::optional;
}

std::optional<Technology> technology_of_guest(const Facts& f) {
    if (const Technology* here = f.cpu.technology.if_known()) return *here;
    const GuestFacts& guest = *f.guest;
    const std::string* model = guest.cpu_model.if_known();
    if (const NamedCpu* named = model ? find_named_cpu(*model) : nullptr; named && named->vendor)
        return named->vendor;
    const bool vmx = guest.vmx.if_known() && wants(*guest.vmx.if_known());
    const bool svm = guest.svm.if_known() && wants(*guest.svm.if_known());
    if (vmx != svm) return vmx ? Technology::vmx : Technology::svm;
    return {};
}

std::string feature_of_guest(const Facts& f) {
    const auto technology = technology_of_guest(f);
    if (!technology) return "vmx or svm";
    return *technology == Technology::vmx ? "vmx" : "svm";
}

const Fact<FeaturePolicy>& policy_of_guest(const Facts& f) {
    const GuestFacts& guest = *f.guest;
    if (const auto technology = technology_of_guest(f))
        return *technology == Technology::vmx ? guest.vmx : guest.svm;
    return is(guest.vmx, FeaturePolicy::unset) ? guest.svm : guest.vmx;
}

std::optional<bool> emulates_svm(const GuestFacts& guest) {
    if (const FeaturePolicy* policy = guest.svm.if_known(); policy && *policy != FeaturePolicy::unset)
        return wants(*policy);
    if (is(guest.cpu_mode, CpuMode::maximum) || is(guest.cpu_mode, CpuMode::none)) return true;
    const std::string* model = guest.cpu_model.if_known();
    const NamedCpu* named = model ? find_named_cpu(*model) : nullptr;
    return named ? named->emulated_svm : std::nullopt;
}

std::optional<bool> offered_by_host(const Facts& f) {
    const bool* vmx = f.device.offers_vmx.if_known();
    const bool* svm = f.device.offers_svm.if_known();
    if ((vmx && *vmx) || (svm && *svm)) return true;
    if (vmx && svm) return false;
    return {};
}

bool irqchip_is_split(const GuestFacts& guest) {
    return is(guest.ioapic, IoApic::split) ||
           (is(guest.accelerator, Accelerator::tcg) && is(guest.definition, DefinitionKind::qemu));
}

bool remaps_interrupts(const GuestFacts& guest) {
    if (!is(guest.iommu, IommuModel::intel) && !is(guest.iommu, IommuModel::amd)) return false;
    return is(guest.intremap, Setting::on) || (is(guest.intremap, Setting::unset) && irqchip_is_split(guest));
}

bool has_many_cpus(const GuestFacts& guest) {
    return guest.vcpus.if_known() && *guest.vcpus.if_known() > 255;
}

std::string iommu_arguments(bool amd, bool many_cpus) {
    return fmt::format("-machine q35,kernel-irqchip=split -device {}-iommu,intremap=on{}{}",
                       amd ? "amd" : "intel", amd ? "" : ",caching-mode=on",
                       !many_cpus ? ""
                       : amd      ? ",xtsup=on"
                                  : ",eim=on");
}

namespace {

/// The -cpu that is passed behind libvirt's or Proxmox's own, where it stands.
std::string fix_passed_cpu(const Facts& f) {
    const std::string where =
        f.guest->passed_cpu.from().empty() ? "" : f.guest->passed_cpu.from().front().where;
    const bool libvirt = of_libvirt(f);
    return fmt::format(
        "The -cpu in {} ({}) comes behind {} and decides: write host behind it, or delete both words so that "
        "{} "
        "counts.",
        libvirt ? "<qemu:commandline>" : "args:", where, libvirt ? "libvirt's own" : "Proxmox's own",
        libvirt ? "<cpu>" : "the line cpu:");
}

}  // namespace

std::string fix_guest_cpu(const Facts& f) {
    constexpr std::string_view then =
        " Then shut the guest down and start it: a reboot inside it keeps the old CPU.";
    if (is(f.guest->definition, DefinitionKind::qemu))
        return fmt::format("Start QEMU with -cpu host, or add ,+{} to the model.",
                           technology_of_guest(f) ? feature_of_guest(f) : "vmx (Intel) or ,+svm (AMD)");
    if (const std::string words = managers_cpu_words(f); !words.empty()) return words;
    if (is(f.guest->passed_cpu, true)) return fix_passed_cpu(f) + std::string(then);
    if (is(f.guest->definition, DefinitionKind::proxmox))
        return fmt::format("qm set VMID --cpu host.{}", then);
    return fmt::format("Make it <cpu mode='host-passthrough'/> (virsh edit).{}", then);
}

std::string fix_guest_iommu(const Facts& f) {
    if (const std::string words = managers_iommu_words(f); !words.empty()) return words;
    const bool many = has_many_cpus(*f.guest);
    if (is(f.guest->definition, DefinitionKind::qemu))
        return iommu_arguments(false, many) + ", before any -device vfio-pci.";
    if (is(f.guest->definition, DefinitionKind::proxmox))
        return "qm set VMID --machine q35,viommu=intel, then stop the guest and start it.";
    return fmt::format(
        "On a q35 machine, in <devices>: <iommu model='intel'><driver intremap='on' "
        "caching_mode='on'{}/></iommu>, and in <features>: <ioapic driver='qemu'/>.",
        many ? " eim='on'" : "");
}

}  // namespace nestprobe

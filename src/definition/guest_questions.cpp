// SPDX-License-Identifier: MIT
#include "definition/guest_questions.hpp"

#include "definition/cpu_models.hpp"

#include <fmt/format.h>

namespace nestprobe {

bool of_libvirt(const Facts& f) { return is(f.guest->definition, DefinitionKind::libvirt); }

bool is_emulated(const GuestFacts& guest) { return is(guest.accelerator, Accelerator::tcg); }

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

std::string_view flag_of_guest(const Facts& f) {
    const auto technology = technology_of_guest(f);
    return !technology ? "" : *technology == Technology::vmx ? "vmx" : "svm";
}

static std::optional<Technology> technology_of_vendor(std::string_view vendor) {
    if (vendor == "Intel" || vendor == "GenuineIntel") return Technology::vmx;
    if (vendor == "AMD" || vendor == "AuthenticAMD" || vendor == "HygonGenuine") return Technology::svm;
    return {};
}

/// libvirt drops vendor and model in any mode but custom.
std::optional<Technology> technology_written_for(const GuestFacts& guest, std::string& by) {
    if (is(guest.cpu_mode, CpuMode::custom) || !is(guest.definition, DefinitionKind::libvirt)) {
        if (const std::string* vendor = guest.cpu_vendor.if_known())
            if (const auto technology = technology_of_vendor(*vendor)) {
                by = fmt::format("vendor {}", *vendor);
                return technology;
            }
        const std::string* model = guest.cpu_model.if_known();
        const NamedCpu* named = model ? find_named_cpu(*model) : nullptr;
        if (named && named->vendor) {
            by = fmt::format("model {}", *model);
            return named->vendor;
        }
    }
    const bool vmx = guest.vmx.if_known() && *guest.vmx.if_known() == FeaturePolicy::require;
    const bool svm = guest.svm.if_known() && *guest.svm.if_known() == FeaturePolicy::require;
    if (vmx == svm) return {};
    by = fmt::format("feature {}", vmx ? "vmx" : "svm");
    return vmx ? Technology::vmx : Technology::svm;
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

bool has_vtd(const GuestFacts& guest) { return is(guest.iommu, IommuModel::intel); }

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

}  // namespace nestprobe

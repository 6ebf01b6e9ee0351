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
    // Whoever takes one of them away has a processor with that one.
    const bool of_vmx = guest.vmx.if_known() && !is(guest.vmx, FeaturePolicy::unset);
    const bool of_svm = guest.svm.if_known() && !is(guest.svm, FeaturePolicy::unset);
    if (of_vmx != of_svm) return of_vmx ? Technology::vmx : Technology::svm;
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
    // Not asked: KVM offers what its module nests.
    const Module* module = f.module.vendor.if_known();
    const bool* nested = f.module.nested.if_known();
    const bool loaded =
        module && (module->state == Module::State::loaded || module->state == Module::State::built_in);
    if (loaded && nested) return *nested;
    return {};
}

Comparison comparison_of_cpu(const GuestFacts& guest) {
    const bool whole = is(guest.cpu_mode, CpuMode::host_passthrough) || is(guest.cpu_mode, CpuMode::maximum);
    const std::string* check = guest.cpu_check.if_known();
    if (check && (*check == "full" || *check == "enforce")) return Comparison::after;
    if (whole || is(guest.cpu_mode, CpuMode::none) || (check && *check == "none")) return Comparison::none;
    if (check) return Comparison::before;
    return is_emulated(guest) && is(guest.cpu_mode, CpuMode::custom) ? Comparison::none : Comparison::before;
}

DefinitionKind words_of_cpu(const GuestFacts& guest) {
    const DefinitionKind* kind = guest.definition.if_known();
    return !kind || is(guest.passed_cpu, true) ? DefinitionKind::qemu : *kind;
}

bool takes_more_than_model(const GuestFacts& guest) {
    return is(guest.cpu_mode, CpuMode::custom) && is(guest.cpu_match, "minimum");
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

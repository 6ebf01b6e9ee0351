// SPDX-License-Identifier: MIT
// Everything nestprobe knows about a machine: the one value that flows from probes/ to src/.
// A field of a group is a Fact or a PerCpu, which for_each() lists with the line that documents it; beside
// one may stand what belongs to it and is no fact of the machine: who said so, what sort of line that was.
#pragma once

#include "facts/cpu_facts.hpp"
#include "facts/device_facts.hpp"
#include "facts/evidence_facts.hpp"
#include "facts/feature_facts.hpp"
#include "facts/firmware_facts.hpp"
#include "facts/guest_facts.hpp"
#include "facts/hypervisor_facts.hpp"
#include "facts/iommu_facts.hpp"
#include "facts/kernel_facts.hpp"
#include "facts/module_facts.hpp"
#include "facts/proof_facts.hpp"
#include "facts/system_facts.hpp"
#include "registers/register_values.hpp"

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace nestprobe {

/// Made, copied and taken apart in facts.cpp alone: that is much code, and every file includes this one.
struct Facts {
    Facts();
    Facts(const Facts& other);
    Facts(Facts&& other) noexcept;
    Facts& operator=(const Facts& other);
    Facts& operator=(Facts&& other) noexcept;
    ~Facts();

    /// When the machine was looked at, "2026-11-25T17:00:00Z"; empty where a snapshot does not say, which may
    /// also say a day or a month only.
    std::string collected_at{};
    RegisterReadings registers{};
    /// What KVM here says that a guest finds in each register: KVM_GET_SUPPORTED_CPUID, and KVM_GET_MSRS of
    /// its feature MSRs.  not_applicable: KVM lists no such leaf, or says nothing of this register
    /// (Register::guests_unknown); not_implemented: KVM gives guests no such MSR.
    RegisterValues guest_registers{};
    CpuFacts cpu{};
    FirmwareFacts firmware{};
    HypervisorFacts hypervisor{};
    VmxFacts vmx{};
    SvmFacts svm{};
    KernelFacts kernel{};
    ModuleFacts module{};
    DeviceFacts device{};
    IommuFacts iommu{};
    SystemFacts system{};
    /// Where --from got the outputs of other tools, or several inputs: what they say beyond files.
    std::optional<EvidenceFacts> evidence{};
    /// A guest of this system, where one was asked about: what its definition says.
    std::optional<GuestFacts> guest{};
    /// Of a guest: the definition that was given with its outputs, taken for its own.  Rules cite it; no list
    /// has it, as its names are those of `guest`.
    std::optional<GuestFacts> own_definition{};
    /// Where guests were run to find out (--prove), or a snapshot says what came of it.
    std::optional<ProofFacts> proof{};
};

/// Call visit(id, fact, doc) for every fact.  JSON, `--format facts` and the manual page all come from here,
/// so a fact is documented on the line that lists it.
template <ConstOrNot<Facts> F, class V>
constexpr void for_each(F& f, V&& visit) {
    for_each(f.cpu, visit);
    for_each(f.firmware, visit);
    for_each(f.hypervisor, visit);
    for_each(f.vmx, visit);
    for_each(f.svm, visit);
    for_each(f.kernel, visit);
    for_each(f.module, visit);
    for_each(f.device, visit);
    for_each(f.iommu, visit);
    for_each(f.system, visit);
    if (f.evidence) for_each(*f.evidence, visit);
    if (f.guest) for_each(*f.guest, visit);
    if (f.proof) for_each(*f.proof, visit);
}

/// A field left out of for_each makes these sizes differ.  Used by tests/facts_test.cpp.
template <class S>
std::size_t listed_size(const S& s) {
    std::size_t sum = 0;
    for_each(s, [&](auto, const auto& fact, auto) { sum += sizeof fact; });
    return sum;
}

std::string_view to_string(Vendor vendor);
std::string_view to_string(Technology technology);  ///< "VMX", "SVM"
std::string_view to_string(Level level);
std::string_view to_string(XenRole role);
std::string_view to_string(Confidential kind);
std::string_view to_string(Platform platform);
std::string_view to_string(BrandKind kind);
std::string_view to_string(Module::State state);

}  // namespace nestprobe

// SPDX-License-Identifier: MIT
// The facts as a list, for who goes through all of them: JSON, `--format facts`, --diff, --assume.  Made in
// one place: for_each() in four files made as much code four times.
#pragma once

#include "facts/facts.hpp"

#include <string_view>
#include <variant>
#include <vector>

namespace nestprobe {

/// Every type that a fact has.  A fact of a type that is not here does not build; a type that no fact has is
/// found by a test.
using AnyFact = std::variant<
    const Fact<bool>*, const PerCpu<bool>*, const Fact<std::string>*, const Fact<unsigned>*, const Fact<int>*,
    const Fact<std::vector<std::string>>*, const PerCpu<std::vector<std::string>>*,
    const Fact<std::vector<unsigned>>*, const Fact<CpuSet>*,
    // of the processor and what stands above
    const Fact<Vendor>*, const Fact<Technology>*, const Fact<Level>*, const Fact<XenRole>*,
    const Fact<Platform>*, const Fact<BrandKind>*, const Fact<Confidential>*,
    const Fact<std::vector<Signature>>*, const PerCpu<FeatureControl>*, const PerCpu<VmCr>*,
    const Fact<ExitCost>*, const Fact<std::vector<FlawReport>>*,
    // of the kernel, its modules and devices
    const Fact<KernelVersion>*, const Fact<BootLoader>*, const Fact<InitramfsTool>*,
    const Fact<std::vector<LoggedLine>>*, const Fact<Module>*, const Fact<Tristate>*,
    const Fact<std::vector<ModuleOption>>*, const Fact<std::vector<ModuleBlock>>*,
    const Fact<std::vector<StrayLine>>*, const Fact<DeviceNode>*, const Fact<std::vector<KvmHolder>>*,
    const Fact<Job>*, const Fact<std::vector<SharedGroup>>*, const Fact<std::vector<KeptDevice>>*,
    // of a guest's definition
    const Fact<DefinitionKind>*, const Fact<Accelerator>*, const Fact<CpuMode>*, const Fact<CpuModel>*,
    const Fact<FeaturePolicy>*, const Fact<Setting>*, const Fact<IommuModel>*, const Fact<IoApic>*>;

struct ListedFact {
    std::string_view id;   ///< "cpu.vmx"
    AnyFact fact;          ///< lives as long as the Facts
    std::string_view doc;  ///< one line
};

/// All of them, in the order of for_each().
std::vector<ListedFact> list_facts(const Facts& facts);

/// A fact that is yes or no, to be set.
struct ListedSwitch {
    std::string_view id;
    std::variant<Fact<bool>*, PerCpu<bool>*> fact;
};
std::vector<ListedSwitch> list_switches(Facts& facts);

}  // namespace nestprobe

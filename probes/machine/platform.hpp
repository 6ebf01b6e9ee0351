// SPDX-License-Identifier: MIT
// The parts of probe_hypervisor(): each looks at one thing.
#pragma once

#include "machine/probes.hpp"

#include <optional>

namespace nestprobe {

/// DMI is known to be that of a virtual machine, and of no real one: what it rests on.
/// Lines of the log that an encrypted guest alone has; nothing where there is none.
std::optional<Fact<Level>> level_by_encryption(const KernelFacts& kernel);
std::optional<Fact<Level>> level_by_dmi(const HypervisorFacts& f, const FirmwareFacts& firmware);

/// The line by which a guest of PVM tells what it is; null: none.
const LoggedLine* says_pvm(const Fact<std::vector<LoggedLine>>& log);

/// The product; not applicable on bare metal.
Fact<Platform> probe_platform(const Filesystem& files, const KernelFacts& kernel,
                              const FirmwareFacts& firmware, const HypervisorFacts& f);

/// Docker Desktop's virtual machine is of the hypervisor that the system below it has: what names that.
std::optional<Platform> platform_below(const HypervisorFacts& f);

BrandKind kind_of_brand(std::string_view brand);
/// No processor of any maker's calls itself so: QEMU's models, and DigitalOcean's own name.
bool is_no_processors_brand(std::string_view brand);

/// Hyper-V's place among the signatures; null where it is not there.
const Signature* find_hyperv(const HypervisorFacts& f);

/// None where nothing says so.
Fact<Confidential> probe_confidential(const Sources& machine, const Shared& shared, const KernelFacts& kernel,
                                      const HypervisorFacts& f);

}  // namespace nestprobe

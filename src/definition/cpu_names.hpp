// SPDX-License-Identifier: MIT
// The names of x86 CPU models: which QEMU and libvirt have.
#pragma once

#include "facts/guest_facts.hpp"

#include <cstdint>
#include <string_view>

namespace nestprobe {

enum class CpuName : std::uint8_t {
    known,
    misspelt,    ///< another one but for capitals: names are compared letter by letter
    of_another,  ///< libvirt's word where QEMU's is wanted, or the other way round
    of_qemu,     ///< a version of QEMU's, "EPYC-v4": libvirt has had such since 2025 alone
    unheard,     ///< a newer QEMU's or a distribution's, or nobody's
};

struct JudgedCpuName {
    CpuName name;
    std::string_view instead = {};  ///< what is meant, where that is plain
};

/// As QEMU's -cpu, as libvirt's <model>, or as Proxmox VE's cpu:, which has models of its own and of the
/// cluster's.  The table knows QEMU 10.2's models and those of libvirt's cpu_map (November 2026).
JudgedCpuName judge_cpu_name(std::string_view name, DefinitionKind words);

}  // namespace nestprobe

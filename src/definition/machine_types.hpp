// SPDX-License-Identifier: MIT
// QEMU's x86 machine types: which there are, and how many CPUs each can have.
#pragma once

#include <optional>
#include <string_view>

namespace nestprobe {

enum class MachineName {
    known,           ///< an alias, a version that was released, a distribution's own
    newer,           ///< a version behind the table's end
    never_released,  ///< QEMU had no such version: "pc-q35-6.3"
    other_arch,      ///< of another architecture's QEMU: "virt", "pseries"
    unheard,         ///< none of QEMU's, nor of a distribution that is known
};

/// The table ends with QEMU 11.1 (August 2026).  Old types that newer versions of QEMU have dropped are
/// known.
MachineName judge_machine_name(std::string_view name);

/// The most CPUs of that type; nothing where it depends on QEMU's version or on the distribution.
/// QEMU 10.2 hw/i386/pc_q35.c (255 up to 2.7, 288 up to 8.0, 1024 up to 8.2, then 4096); hw/i386/pc.c (255).
std::optional<unsigned> most_cpus(std::string_view name);

}  // namespace nestprobe

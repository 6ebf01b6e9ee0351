// SPDX-License-Identifier: MIT
// What QEMU's -cpu and libvirt's <feature> take beside a model: which names there are, and which values.
#pragma once

#include <cstdint>
#include <string_view>

namespace nestprobe {

enum class CpuProperty : std::uint8_t {
    taken,
    no_switch,  ///< the value is neither on nor off: "vmx=1"
    no_vendor,  ///< a vendor is twelve letters
    misspelt,   ///< capitals, blanks, or signs that no name has: "+VMX", "?vmx", "+svm=on"
    stray,      ///< a word of KVM's module or of another program: "nested"
    unheard,    ///< a newer QEMU's, or nobody's
};

/// As it is written: "+vmx", "svm=on", "hv_relaxed".  QEMU 10.2 target/i386/cpu.c, x86_cpu_properties,
/// feature_word_info.
CpuProperty judge_cpu_property(std::string_view written);

}  // namespace nestprobe

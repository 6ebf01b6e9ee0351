// SPDX-License-Identifier: MIT
// Words of a kernel command line that bear on virtualization. The rest (UUIDs, host names) is nobody's
// business.
#pragma once

#include "base/text.hpp"

namespace nestprobe {

inline constexpr std::string_view kernel_words[] = {
    "kvm",
    "nested",
    "iommu",
    "intremap",
    "x2apic",
    "blacklist",
    "clearcpuid",
    "nomodule",
    "noexec",
    "mitigations",
    "l1tf",
    "lockdown",
    "vfio",
    "tboot",
    "hv_",
    "noapic",
    "nolapic",
    // iommu, misspelt
    "iomm",
    "iomu",
    "ommu",
    "immo",
    "immu",
    "momu",
};

/// Who booted says which file: GRUB a path, "(hd0,gpt2)/vmlinuz", "/boot/vmlinuz"; syslinux, extlinux and
/// LILO a name without one.
inline constexpr std::string_view boot_image_word = "BOOT_IMAGE=";
inline bool is_path_of_grub(std::string_view image) {
    return image.starts_with('/') || image.starts_with('(');
}

/// Of one word, "kvm_intel.nested=1": does its name contain one of them?
inline bool bears_on_virtualization(std::string_view word) {
    const std::string_view name = word.substr(0, word.find('='));
    return std::any_of(std::begin(kernel_words), std::end(kernel_words),
                       [&](std::string_view part) { return contains(name, part); });
}

}  // namespace nestprobe

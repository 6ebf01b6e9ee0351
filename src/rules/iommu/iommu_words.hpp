// SPDX-License-Identifier: MIT
// Questions about the kernel's part in driving an IOMMU: what its command line says.
#pragma once

#include "rules/rule.hpp"

#include <string>
#include <vector>

namespace nestprobe {

/// Words on the kernel command line that keep the IOMMU off, and that keep it from remapping interrupts.
std::vector<std::string> words_against_iommu(const Facts& f);
std::vector<std::string> words_against_remapping(const Facts& f);
/// A table announces VT-d, which the kernel drives, or might: then the word intel_iommu=on says so.
bool needs_intel_iommu_on(const Facts& f);
/// "intel_iommu=on", "intel_iommu=on,igfx_off" on the kernel command line; null when there is none.
const std::string* told_to_drive(const Facts& f);
/// The word there that keeps the IOMMU off, or from remapping interrupts; null when there is none.
const std::string* switched_off_by(const Facts& f);
const std::string* not_remapped_by(const Facts& f);
/// "The kernel command line says amd_iommu=on, which is AMD's word ..." of words that do nothing here;
/// empty: none.
std::string slips_of_iommu_words(const Facts& f);

/// Xen's control domain sees neither table nor groups, and devices are given away by xl all the same.
bool is_xens_iommu(const Facts& f);
Outcome check_iommu_of_xen(const Facts& f);

/// A guest of QEMU, whose definition somebody can edit.
bool knows_libvirt(const Facts& f);
/// The first of these words on the kernel command line; null when there is none.
const std::string* find_word(const Facts& f, std::span<const std::string_view> words);
inline constexpr std::string_view take_intels =
    "Take another IOMMU: <iommu model='intel'><driver intremap='on' caching_mode='on'/></iommu> with <ioapic "
    "driver='qemu'/>";

}  // namespace nestprobe

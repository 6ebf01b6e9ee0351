// SPDX-License-Identifier: MIT
// What the readers of IOMMU groups and of VFIO's refusals share.
#pragma once

#include "snapshot/import/evidence.hpp"

#include <string>
#include <string_view>

namespace nestprobe {

inline constexpr std::string_view groups_folder = "/sys/kernel/iommu_groups";

/// "01:00.0" and "0000:01:00.0", as the kernel names it; empty: no address of a PCI device.
std::string pci_address(std::string_view word);
/// The first address that a line names, behind marks such as "[R]" and "host=".
std::string address_in(std::string_view line);
/// The digits that `text` begins with, behind blanks.
std::string_view leading_number(std::string_view text);
/// An empty device: the group is there, and nobody said who is in it.
void add_group_member(std::string_view group, const std::string& device, Evidence& evidence);

/// lspci -k: a device, and behind it the driver that holds it.
void add_driver(const std::string& device, std::string_view driver, Evidence& evidence,
                std::string_view id = {});
/// lspci -nn: "... [GeForce GTX 1650 Mobile / Max-Q] [10de:1f91] (rev a1)": the id.
std::string_view id_in(std::string_view line);
/// Its class by lspci's words, its driver by dpdk-devbind's.
void read_class(std::string_view line, const std::string& device, Evidence& evidence);

/// A line of such words.  `cut`: nothing stands behind it, so it may lack its end.
bool read_iommu_refusal(std::string_view line, bool cut, Evidence& evidence);

}  // namespace nestprobe

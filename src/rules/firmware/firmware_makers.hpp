// SPDX-License-Identifier: MIT
// Where the makers of machines put the switches for VT-x, SVM and the IOMMU in their firmware setup.  For
// bare metal only: nothing of this is ever said in a guest.
#pragma once

#include "facts/facts.hpp"
#include "remedy/remedy.hpp"

#include <span>
#include <string_view>

namespace nestprobe {

struct FirmwareMaker {
    std::string_view name = {};           ///< for people
    std::string_view sys_vendor[4] = {};  ///< DMI sys_vendor, prefixes; any one; none: by bios_vendor
    std::string_view product[4] = {};  ///< DMI product_name or product_version/family, prefixes; empty: any
    std::string_view bios_code = {};   ///< or the letters by which the firmware's version names the family
    std::string_view board_vendor[2] =
        {};  ///< home-built machines: DMI board_vendor, when sys_vendor says nothing
    std::string_view bios_vendor[2] = {};  ///< DMI bios_vendor, prefixes
    std::string_view bios = {};            ///< or a part of the firmware's version
    bool no_switch = false;                ///< as a rule it has none: what helps is another image of it
    std::string_view key = {};             ///< to get into the setup
    std::string_view vmx = {};             ///< menu path > name of the switch; empty: no such switch known
    std::string_view svm = {};
    std::string_view vtd = {};
    std::string_view amd_iommu = {};
    std::string_view profile = {};  ///< server profiles that switch virtualization off or on
    std::string_view command =
        {};  ///< one whole line that does it from here or from the BMC, if the maker has one
    std::string_view remark = {};
    std::string_view source = {};
    std::string_view date = {};
};

enum class FirmwareSwitch : std::uint8_t { vmx, svm, vtd, amd_iommu };

std::span<const FirmwareMaker> firmware_makers();
/// Of a real machine, by DMI; null where no row fits, or DMI was not read.  `version`: the firmware's.
const FirmwareMaker* find_firmware_maker(const HypervisorFacts& machine, std::string_view version = {});
/// A maker of hardware is named, by DMI or by a tool, where nobody knows whether this is a guest: most likely
/// it is none.  A maker of firmware alone is no such sign: virtual machines have theirs from the same.
bool is_most_likely_hardware(const Facts& f);
/// The step that switches it on, with the maker's place of the switch where that is known.
Remedy switch_on_in_firmware(const Facts& f, FirmwareSwitch which);

}  // namespace nestprobe

// SPDX-License-Identifier: MIT
// How each product that runs guests is told: by its name in CPUID, by DMI, or by the name of the kernel, each
// of which may be the only one that was read.
#pragma once

#include "facts/hypervisor_facts.hpp"

#include <string_view>

namespace nestprobe {

/// DMI as far as it was read; empty: not read, or nothing there.
struct Dmi {
    std::string_view vendor = {};
    std::string_view product = {};
    std::string_view bios_vendor = {};
    std::string_view board_vendor = {};
    std::string_view board = {};
    std::string_view chassis_tag = {};
    std::string_view bios = {};  ///< vendor, version and date of the firmware
};

/// The name in CPUID.
struct SignatureSign {
    std::string_view text;
    std::string_view name;
    Platform platform;
};

/// What DMI says: how each field begins; empty: any.
struct DmiSign {
    Platform platform;
    Dmi begins{};
    bool hardware_too = false;  ///< the maker sells real machines under that name: no sign of a guest
};

const SignatureSign* find_signature(std::string_view text);
/// The first row that fits; null for none, and for EC2's .metal instances, which are real machines.
const DmiSign* find_dmi(const Dmi& dmi);
/// What a cloud calls its own kernel: likely, never certain.  Platform::other: no cloud's.
Platform cloud_of_kernel(std::string_view release);
/// A kernel that is made for one cloud, on whose bare metal VMX or SVM is always listed.
bool is_clouds_own_kernel(std::string_view release);
/// "6.6.87.2-microsoft-standard-WSL2": Microsoft builds it for WSL 2 alone.
bool is_kernel_of_wsl2(std::string_view release);
/// "6.6.76-08043-g2e7e0f5c2a4f": a number of changes, and a commit.
bool is_kernel_of_chromeos(std::string_view release);

/// Processors that a maker builds, or a hypervisor renames, for one cloud: likely, never certain.
Platform cloud_of_brand(std::string_view brand);

/// "Oracle", "VBox", "KubeVirt": whose product that is.  Platform::other: a name that nobody knows.
Platform platform_called(std::string_view name);

/// KVM under another name: who manages it shows in DMI.
bool runs_kvm(Platform platform);
/// A sys_vendor under KVM that is neither QEMU's, its packagers' nor a maker's of hardware.
bool names_a_provider(std::string_view vendor);

}  // namespace nestprobe

// SPDX-License-Identifier: MIT
// /dev/kvm, and what KVM itself answers.
#pragma once

#include "base/fact.hpp"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace nestprobe {

/// Who may open the node.
struct DeviceNode {
    std::string owner{};  ///< its name or number, where it is said; for who reads a recording
    std::string group{};  ///< its name; the number where the system has no name for it
    std::string gid{};    ///< its number, where it is said
    unsigned mode = 0;
    friend bool operator==(const DeviceNode&, const DeviceNode&) = default;
};

/// A process that has /dev/kvm or a guest of it open.
struct KvmHolder {
    std::string pid{};
    std::string command{};  ///< /proc/PID/comm; empty where it was gone before it could be asked
    std::string guest{};    ///< the name that it was given for its guest; empty where it was given none
    /// "812 qemu-system-x86 -name web-1"
    std::string text() const {
        return pid + (command.empty() ? "" : " " + command) + (guest.empty() ? "" : " -name " + guest);
    }
    friend bool operator==(const KvmHolder&, const KvmHolder&) = default;
};

/// Who was refused /dev/kvm.
enum class Opener : std::uint8_t {
    user,
    libvirt,  ///< the user that libvirt runs QEMU as
    nix,      ///< a user of Nix' daemon, in a build
    member,   ///< who is in the node's group, by id, and was refused all the same
    // by a security module
    snap,    ///< a snap, by its AppArmor profile
    policy,  ///< another program, by AppArmor or SELinux
};

constexpr std::string_view to_string(Opener opener) {
    constexpr std::string_view names[] = {"user", "libvirt", "nix", "member", "snap", "policy"};
    return names[static_cast<std::size_t>(opener)];
}

struct DeviceFacts {
    Fact<bool> registered{};
    Fact<bool> open{};
    Opener opener = Opener::user;
    Fact<DeviceNode> node{};  ///< where it was refused: read for that alone
    Fact<int> api_version{};
    Fact<bool> offers_vmx{};
    Fact<bool> offers_svm{};
    Fact<int> nested_state{};
    Fact<std::vector<KvmHolder>> holders{};
};
template <ConstOrNot<DeviceFacts> F, class V>
constexpr void for_each(F& f, V&& visit) {
    visit("device.registered", f.registered, "KVM has registered its device: /sys/class/misc/kvm");
    visit("device.open", f.open, "open(\"/dev/kvm\", O_RDWR) worked");
    visit("device.node", f.node, "/dev/kvm's group and mode, looked at when it was refused");
    visit("device.api_version", f.api_version, "KVM_GET_API_VERSION; always 12");
    visit("device.offers_vmx", f.offers_vmx, "KVM_GET_SUPPORTED_CPUID offers VMX to guests");
    visit("device.offers_svm", f.offers_svm, "KVM_GET_SUPPORTED_CPUID offers SVM to guests");
    visit("device.nested_state", f.nested_state,
          "KVM_CAP_NESTED_STATE, bytes; not 0 on 5.10-6.16 whatever nested is");
    visit("device.holders", f.holders,
          "processes that hold /dev/kvm, as far as this user may see: number, command, the guest's name; "
          "looked at where KVM is in use and its module is to be reloaded");
}

}  // namespace nestprobe

// SPDX-License-Identifier: MIT
// What other tools' outputs say beyond what the kernel's files hold: known only where --from got such
// outputs.
#pragma once

#include "base/fact.hpp"
#include "facts/hypervisor_facts.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace nestprobe {

/// The processor's technologies that a tool's line is about.
struct FlagsNamed {
    bool vmx = false, svm = false;
    bool operator[](std::string_view flag) const { return flag == "vmx" ? vmx : flag == "svm" && svm; }
};

struct EvidenceFacts {
    Fact<std::vector<std::string>> contradictions{};
    Fact<std::string> firmware_off{};
    FlagsNamed firmware_off_flags{};  ///< in that line
    Fact<bool> svm_or_lock{};
    Fact<bool> usable{};
    std::string usable_by{};  ///< who says so: "kvm-ok"
    Fact<std::string> maker{};
    Fact<std::vector<std::string>> missing{};
    Fact<std::vector<std::string>> boot_words{};
    Fact<std::string> device_asked{};
    Fact<Platform> named_platform{};
    Fact<std::string> named_board{};
    Fact<std::string> named_place{};
    Fact<std::string> entry_failed{};
    Fact<bool> host_nested{};
    Fact<bool> no_group{};
    Fact<bool> no_modprobe{};
    Fact<bool> windows{};
};
template <ConstOrNot<EvidenceFacts> F, class V>
constexpr void for_each(F& f, V&& visit) {
    visit("evidence.boot_words", f.boot_words,
          "words that bear on virtualization in a file that a boot loader makes the kernel command line of");
    visit("evidence.contradictions", f.contradictions,
          "what the inputs of --from say differently of one machine");
    visit("evidence.device_asked", f.device_asked,
          "a container was to have /dev/kvm: \"given\", or \"refused\" by the daemon, which saw none");
    visit("evidence.entry_failed", f.entry_failed, "a line of QEMU: the processor refused to enter a guest");
    visit("evidence.firmware_off", f.firmware_off,
          "a line of a tool that read the registers: firmware has VMX or SVM off");
    visit("evidence.host_nested", f.host_nested,
          "the nested parameter of KVM on this guest's host, whose outputs stand in the same paste");
    visit("evidence.maker", f.maker, "whose appliance it is, by the last word of uname -a");
    visit("evidence.missing", f.missing, "modules of which a tool found no file in /sys/module");
    visit("evidence.named_board", f.named_board, "an Arm board that a sentence in a paste names; no reading");
    visit("evidence.named_place", f.named_place,
          "a CI's job or a sandbox that a sentence in a paste names; no reading");
    visit("evidence.named_platform", f.named_platform,
          "the product under which a sentence in a paste says that something runs; no reading");
    visit("evidence.no_group", f.no_group,
          "/etc/group has no line of kvm, by the Android emulator; false: it has one with a member in it");
    visit("evidence.no_modprobe", f.no_modprobe,
          "a shell found no modprobe, as in most images of containers");
    visit("evidence.svm_or_lock", f.svm_or_lock,
          "a search for svm that also finds svm_lock has found one of the two in /proc/cpuinfo");
    visit("evidence.usable", f.usable, "a tool found /dev/kvm there, or could open it");
    visit("evidence.windows", f.windows, "tools of Windows spoke: what is asked next is asked of Windows");
}

}  // namespace nestprobe

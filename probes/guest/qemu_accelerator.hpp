// SPDX-License-Identifier: MIT
// Which accelerator a QEMU command line names (QEMU system/vl.c, configure_accelerators).
#pragma once

#include "guest/definition.hpp"

#include <string_view>
#include <vector>

namespace nestprobe {

/// -enable-kvm, -no-kvm and accel= of -machine write one setting, whose last value counts; of several -accel
/// the first counts that works.  Both kinds together are refused.
class AcceleratorOptions {
public:
    /// libvirt writes -accel itself; Proxmox writes accel=tcg where it does not want KVM.
    explicit AcceleratorOptions(GuestFacts& facts);

    void by_machine(std::string_view word, const std::vector<Provenance>& from);
    void by_accel(std::string_view word, const std::vector<Provenance>& from);
    /// Only the shell knows what it is.
    void by_hidden_machine(const Absent& why);
    void by_hidden_accel(const Absent& why);

private:
    void clash(const std::vector<Provenance>& from);

    GuestFacts& f_;
    bool by_accel_, by_machine_;
    bool may_fall_back_ = false;  ///< the first -accel is none that Linux has
};

}  // namespace nestprobe

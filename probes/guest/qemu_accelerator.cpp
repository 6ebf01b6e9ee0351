// SPDX-License-Identifier: MIT
#include "guest/qemu_accelerator.hpp"

#include "base/text.hpp"

#include <utility>

namespace nestprobe {
namespace {

bool is_of_other_system(Accelerator accelerator) {
    return accelerator == Accelerator::hvf || accelerator == Accelerator::whpx ||
           accelerator == Accelerator::nvmm || accelerator == Accelerator::hax;
}

/// Of "hvf:kvm" what works on Linux: kvm, though another system's stands before it; else the first.
Accelerator first_of(std::string_view list) {
    const Accelerator first = accelerator_of(list.substr(0, list.find(':')));
    bool has_kvm = false;
    for_each_part(list, ':', [&](std::string_view word) { has_kvm = has_kvm || word == "kvm"; });
    return has_kvm && is_of_other_system(first) ? Accelerator::kvm : first;
}

}  // namespace

AcceleratorOptions::AcceleratorOptions(GuestFacts& facts)
    : f_(facts),
      by_accel_(is(facts.definition, DefinitionKind::libvirt)),
      by_machine_(is(facts.definition, DefinitionKind::proxmox) && is(facts.accelerator, Accelerator::tcg)) {}

void AcceleratorOptions::clash(const std::vector<Provenance>& from) {
    if (by_accel_ && by_machine_) f_.accelerators_clash = {true, from};
}

void AcceleratorOptions::by_machine(std::string_view word, const std::vector<Provenance>& from) {
    by_machine_ = true;
    if (!by_accel_) f_.accelerator = {first_of(word), from};
    clash(from);
}

void AcceleratorOptions::by_accel(std::string_view word, const std::vector<Provenance>& from) {
    const Accelerator named = accelerator_of(word);
    if (!std::exchange(by_accel_, true)) {
        f_.accelerator = {named, from};
        may_fall_back_ = is_of_other_system(named);
    } else if (may_fall_back_ && named == Accelerator::kvm) {
        f_.accelerator = {named, from};
        may_fall_back_ = false;
    }
    clash(from);
}

void AcceleratorOptions::by_hidden_machine(const Absent& why) {
    if (!by_accel_ && !by_machine_) f_.accelerator = why;
}

void AcceleratorOptions::by_hidden_accel(const Absent& why) {
    if (!std::exchange(by_accel_, true) && !by_machine_) f_.accelerator = why;
}

}  // namespace nestprobe

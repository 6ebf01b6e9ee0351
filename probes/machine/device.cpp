// SPDX-License-Identifier: MIT
// KVM's own answers, through system ioctls on /dev/kvm: no VM is created.
// KVM_GET_SUPPORTED_CPUID is the authority on nesting (Linux arch/x86/kvm/{vmx/vmx.c,svm/svm.c}: VMX and SVM
// are in it exactly when the parameter nested is on); KVM_CAP_NESTED_STATE is not, see Facts.
#include "base/hearsay.hpp"
#include "base/text.hpp"
#include "machine/probes.hpp"
#include "registers/all.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace nestprobe {
namespace {

constexpr int cap_nested_state = 157;  // <linux/kvm.h>, KVM_CAP_NESTED_STATE

Fact<bool> offers(const RegisterValues& guests, const Register& reg, const Field& field) {
    const std::string where = fmt::format("KVM_GET_SUPPORTED_CPUID, {}", locate(reg, field));
    const auto& raw = guests[reg];
    if (const Absent* absent = raw.if_absent()) {
        if (absent->why == Why::not_applicable) return {false, {{where, "0x0"}}};
        return *absent;
    }
    const std::uint64_t bit = field.of(*raw.if_known());
    return {bit != 0, {{where, hex(bit)}}};
}

Fact<int> cite(const Reading<int>& reading, std::string_view where) {
    if (const int* value = reading.if_known())
        return {*value, {{std::string(where), std::to_string(*value)}}};
    return reading.absence();
}

Fact<DeviceNode> probe_node(const KvmDevice& kvm, const Reading<bool>& open) {
    const Absent* refusal = open.if_absent();
    if (!refusal) return Absent{Why::not_applicable, "the device opened"};
    const auto node = kvm.node();
    if (const DeviceNode* known = node.if_known(); known && refusal->why == Why::not_recorded)
        return {*known, {{"ls -l /dev/kvm", fmt::format("{} {:04o}", known->group, known->mode)}}};
    if (const DeviceNode* known = node.if_known()) return {*known, {{"/dev/kvm", refusal->detail}}};
    return node.absence();
}

}  // namespace

DeviceFacts probe_device(const Sources& machine, const RegisterValues& guests) {
    using namespace registers;
    DeviceFacts facts;
    const Fact<std::string> node = read_word(machine.files, "/sys/class/misc/kvm/dev");
    if (node.if_known())
        facts.registered = {true, node.from()};
    else if (node.absence().why == Why::no_device)
        facts.registered = {false, {{"/sys/class/misc/kvm/dev", "absent"}}};
    else
        facts.registered = node.absence();

    const auto open = machine.kvm.open();
    if (open.if_known())
        facts.open = {true, {{"open(\"/dev/kvm\")", "ok"}}};
    else
        facts.open = open.absence();
    facts.node = probe_node(machine.kvm, open);
    const Fact<std::string> opener = read_hearsay(machine.files, hearsay::opener);
    for (const Opener who : {Opener::libvirt, Opener::nix, Opener::member, Opener::snap, Opener::policy})
        if (is(opener, to_string(who))) facts.opener = who;
    facts.api_version = cite(machine.kvm.api_version(), "KVM_GET_API_VERSION");
    facts.offers_vmx = offers(guests, cpuid_1_ecx, cpuid_1_ecx["VMX"]);
    facts.offers_svm = offers(guests, cpuid_80000001_ecx, cpuid_80000001_ecx["SVM"]);
    facts.nested_state =
        cite(machine.kvm.check_extension(cap_nested_state), "KVM_CHECK_EXTENSION(KVM_CAP_NESTED_STATE)");
    return facts;
}

/// "812 qemu-system-x86 -name web-1", as the look at the processes writes it down.
KvmHolder parse_holder(std::string_view text) {
    constexpr std::string_view name_follows = " -name ";
    KvmHolder holder;
    holder.pid = text.substr(0, text.find(' '));
    text.remove_prefix(std::min(holder.pid.size(), text.size()));
    const std::size_t named = std::min(text.find(name_follows), text.size());
    holder.command = trim(text.substr(0, named));
    holder.guest = text.substr(std::min(named + name_follows.size(), text.size()));
    return holder;
}

/// The count of a module's users says that there are none; who they are, only a look at all processes does,
/// which is worth it where guests are to be stopped for a reload.
Fact<std::vector<KvmHolder>> probe_holders(const KvmDevice& kvm, const ModuleFacts& module, bool always) {
    const Module* vendor = module.vendor.if_known();
    if (!vendor || vendor->state != Module::State::loaded)
        return Absent{Why::not_applicable, "no module of KVM's is loaded that could be in use"};
    if (vendor->users == 0) return {std::vector<KvmHolder>{}, module.vendor.from()};
    const bool to_be_reloaded = is(module.nested, false) || is(module.ept, false) || is(module.npt, false) ||
                                is(module.enable_virt_at_load, true);
    if (!always && !to_be_reloaded) return Absent{Why::not_probed, "no reload is foreseen"};
    constexpr std::size_t most = 64;
    const auto found = kvm.holders();
    if (const Absent* absent = found.if_absent()) return *absent;
    std::vector<KvmHolder> holders;
    std::vector<Provenance> from;
    for (const std::string& text :
         std::span(*found.if_known()).first(std::min(most, found.if_known()->size()))) {
        holders.push_back(parse_holder(text));
        from.push_back({fmt::format("/proc/{}/fd", holders.back().pid), text});
    }
    if (from.empty()) from.push_back({"/proc/*/fd", "none"});
    return {std::move(holders), std::move(from)};
}

}  // namespace nestprobe

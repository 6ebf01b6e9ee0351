// SPDX-License-Identifier: MIT
// KVM's own answers, through system ioctls on /dev/kvm: no VM is created.
// KVM_GET_SUPPORTED_CPUID is the authority on nesting (Linux arch/x86/kvm/{vmx/vmx.c,svm/svm.c}: VMX and SVM
// are in it exactly when the parameter nested is on); KVM_CAP_NESTED_STATE is not, see Facts.
#include "machine/probes.hpp"

#include <fmt/format.h>

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
    facts.api_version = cite(machine.kvm.api_version(), "KVM_GET_API_VERSION");
    facts.offers_vmx = offers(guests, cpuid_1_ecx, cpuid_1_ecx["VMX"]);
    facts.offers_svm = offers(guests, cpuid_80000001_ecx, cpuid_80000001_ecx["SVM"]);
    facts.nested_state =
        cite(machine.kvm.check_extension(cap_nested_state), "KVM_CHECK_EXTENSION(KVM_CAP_NESTED_STATE)");
    return facts;
}

}  // namespace nestprobe

// SPDX-License-Identifier: MIT
// What a host's outputs, in one paste with its guest's, say of that guest.
#include "base/text.hpp"
#include "snapshot/import/machines.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <string_view>

namespace nestprobe {
namespace {

std::string_view first_line_of(const Reading<std::string>& text) {
    const std::string* known = text.if_known();
    return known ? trim(std::string_view(*known).substr(0, known->find('\n'))) : std::string_view{};
}

std::optional<bool> as_switch(std::string_view value) {
    if (value == "Y" || value == "1") return true;
    if (value == "N" || value == "0") return false;
    return {};
}

}  // namespace

bool only_describes(const Recording& recording) {
    constexpr std::string_view topics[] = {hearsay::hypervisor, hearsay::guest,      hearsay::cloud,
                                           hearsay::prompt,     hearsay::definition, hearsay::instance_type};
    return !recording.kvm.open && !recording.kernel_log && recording.cpus.empty() &&
           !recording.files.empty() &&
           std::all_of(recording.files.begin(), recording.files.end(), [&](const auto& file) {
               return std::find(std::begin(topics), std::end(topics), file.first) != std::end(topics);
           });
}

bool bears_on_kvm(const Recording& recording) {
    constexpr std::string_view other[] = {"/proc/sys/kernel/osrelease", "/proc/sys/kernel/arch",
                                          "/etc/os-release", "hearsay/cpu_count"};
    return recording.kvm.open || recording.kernel_log || !recording.cpus.empty() ||
           std::any_of(recording.files.begin(), recording.files.end(), [&](const auto& file) {
               return std::find(std::begin(other), std::end(other), file.first) == std::end(other);
           });
}

HostKvm kvm_of(const Recording& host) {
    const auto modules = host.files.find("/proc/modules");
    const std::string* list = modules == host.files.end() ? nullptr : modules->second.if_known();
    const std::string_view loaded = list ? std::string_view(*list) : std::string_view{};
    HostKvm kvm;
    bool both = false;
    for (const std::string_view module : {"kvm_intel", "kvm_amd"}) {
        const auto nested = host.files.find(fmt::format("/sys/module/{}/parameters/nested", module));
        const bool shown = nested != host.files.end();
        if (!shown && !contains(loaded, module)) continue;
        both = !kvm.module.empty();
        kvm.module = module;
        if (shown && !kvm.nested) kvm.nested = as_switch(first_line_of(nested->second));
    }
    if (both) kvm.module = {};
    kvm.there = kvm.nested || host.files.contains(hearsay::usable) ||
                (host.kvm.open && host.kvm.open->if_known()) || contains(loaded, "kvm");
    return kvm;
}

void add(HostKvm& kvm, const HostKvm& other) {
    kvm.there = kvm.there || other.there;
    if (kvm.module.empty()) kvm.module = other.module;
    if (!kvm.nested) kvm.nested = other.nested;
}

void hear_host(const OneMachine& machine, Evidence& evidence) {
    constexpr std::string_view source = "the host's outputs in the same paste";
    if (!machine.is_guest) return;
    evidence.hear(hearsay::guest, "yes", machine.note.empty() ? "what stands above its outputs" : source);
    if (machine.below.there && !evidence.has_file(hearsay::hypervisor))
        evidence.hear(hearsay::hypervisor, "KVM", source);
    // What the host's processor has not, the guest cannot show.
    const std::string_view lacking = machine.below.module == "kvm_amd"     ? hearsay::flag_vmx
                                     : machine.below.module == "kvm_intel" ? hearsay::flag_svm
                                                                           : std::string_view{};
    if (!lacking.empty() && !evidence.has_file(lacking))
        evidence.hear(lacking, "no", fmt::format("the host's {} in the same paste", machine.below.module));
    // Under KVM a guest has its host's vendor, whatever its model's is (QEMU target/i386/cpu.c).
    if (machine.below.module == "kvm_amd") evidence.cpu({.vendor = "AuthenticAMD"});
    if (machine.below.module == "kvm_intel") evidence.cpu({.vendor = "GenuineIntel"});
    if (machine.below.nested)
        evidence.hear(hearsay::host_nested, *machine.below.nested ? "yes" : "no", source);
}

}  // namespace nestprobe

// SPDX-License-Identifier: MIT
// The keys of a snapshot, as a table.
#include "snapshot/slots.hpp"

namespace nestprobe {
namespace {

struct Key {
    Slot in;
    std::string_view name;
    Slot slot;
};
constexpr Key keys[] = {
    {Slot::root, "format", Slot::format},
    {Slot::root, "tool", Slot::tool},
    {Slot::root, "recorded", Slot::recorded},
    {Slot::root, "cpus", Slot::cpus},
    {Slot::root, "files", Slot::files},
    {Slot::root, "directories", Slot::directories},
    {Slot::root, "kvm", Slot::kvm},
    {Slot::root, "kernel_log", Slot::log},
    {Slot::root, "proof", Slot::proof},
    {Slot::cpu, "ids", Slot::ids},
    {Slot::cpu, "cpuid", Slot::cpuid},
    {Slot::cpu, "msr", Slot::msr},
    {Slot::kvm, "open", Slot::kvm_open},
    {Slot::kvm, "api_version", Slot::kvm_api_version},
    {Slot::kvm, "extensions", Slot::extensions},
    {Slot::kvm, "supported_cpuid", Slot::supported_cpuid},
    {Slot::kvm, "feature_msrs", Slot::feature_msrs},
    {Slot::kvm, "holders", Slot::kvm_holders},
    {Slot::kvm, "node", Slot::node},
    {Slot::node, "owner", Slot::node_owner},
    {Slot::node, "group", Slot::node_group},
    {Slot::node, "gid", Slot::node_gid},
    {Slot::node, "mode", Slot::node_mode},
};

/// Those that may be {"absent": ...} as a whole; no key of theirs is called so.
bool may_be_absent_whole(Slot container) { return container >= Slot::cpuid && container <= Slot::proof; }

}  // namespace

Slot slot_of(Slot container, std::string_view key) {
    if (may_be_absent_whole(container)) {
        if (key == "absent") return Slot::whole_absent;
        if (key == "detail") return Slot::whole_detail;
    }
    switch (container) {
        case Slot::cpus: return Slot::cpu;
        case Slot::cpuid: return Slot::cpuid_value;
        case Slot::msr: return Slot::msr_value;
        case Slot::files: return Slot::file;
        case Slot::directories: return Slot::directory;
        case Slot::extensions: return Slot::extension;
        case Slot::supported_cpuid: return Slot::supported_value;
        case Slot::feature_msrs: return Slot::feature_msr;
        case Slot::proof: return Slot::proof_entry;
        default: break;
    }
    for (const Key& k : keys)
        if (k.in == container && k.name == key) return k.slot;
    return Slot::ignored;
}

bool is_container(Slot slot) { return slot <= Slot::proof; }
bool takes_list(Slot slot) {
    return slot == Slot::cpuid_value || slot == Slot::supported_value || slot == Slot::directory ||
           slot == Slot::log || slot == Slot::kvm_holders || slot == Slot::proof_entry;
}
bool may_be_absent(Slot slot) {
    return (slot >= Slot::cpuid_value && slot < Slot::whole_absent) || slot == Slot::tool ||
           slot == Slot::recorded || slot == Slot::cpus;
}

}  // namespace nestprobe

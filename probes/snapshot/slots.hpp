// SPDX-License-Identifier: MIT
// The shape of a snapshot's JSON: what the value behind each key is for.
#pragma once

#include <cstdint>
#include <string_view>

namespace nestprobe {

/// What a value is for.
enum class Slot : std::uint8_t {
    root,
    cpus,
    cpu,
    node,
    cpuid,
    msr,
    files,
    directories,
    kvm,
    extensions,
    supported_cpuid,
    feature_msrs,
    proof,  // containers
    format,
    tool,
    recorded,
    ids,
    node_owner,
    node_group,
    node_gid,
    node_mode,
    cpuid_value,
    msr_value,
    file,
    directory,
    log,
    proof_entry,  // leaves
    kvm_open,
    kvm_api_version,
    kvm_holders,
    extension,
    supported_value,
    feature_msr,
    whole_absent,
    whole_detail,  // of a container, none of which could be read
    ignored,
};

/// What the value behind a key, or an element of an array, is for.
Slot slot_of(Slot container, std::string_view key);
bool is_container(Slot slot);
bool takes_list(Slot slot);
/// Of the leaves, those that may be {"absent": ...}; and the list of CPUs.
bool may_be_absent(Slot slot);

}  // namespace nestprobe

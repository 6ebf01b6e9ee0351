// SPDX-License-Identifier: MIT
// qemu-server src/PVE/QemuServer/CPUConfig.pm, validate_vm_cpu_conf; QemuServer.pm, parse_vm_config ("unable
// to parse value of 'cpu'"); state 2026-11.
#include "guest/proxmox_cpu.hpp"

#include "base/text.hpp"

#include <algorithm>
#include <utility>

namespace nestprobe {
namespace {

constexpr std::string_view vm_keys[] = {"cputype",      "flags",     "hidden",
                                        "hv-vendor-id", "phys-bits", "guest-phys-bits"};

constexpr std::string_view vm_flags[] = {"nested-virt", "md-clear",  "pcid",     "spec-ctrl",  "ssbd",
                                         "ibpb",        "virt-ssbd", "amd-ssbd", "amd-no-ssb", "pdpe1gb",
                                         "hv-tlbflush", "hv-evmcs",  "aes"};

/// Words of libvirt's, and what looks like a type of Proxmox's.
constexpr std::string_view no_types[] = {
    "host-passthrough", "host-model", "passthrough", "maximum", "x86-64",
    "x86-64-v1",        "x86-64-v5",  "default",     "kvm",     "custom"};

/// Types that are there, spelt like this alone.  A name that is not here may be a newer version's.
constexpr std::string_view vm_types[] = {"host",           "max",
                                         "kvm64",          "kvm32",
                                         "qemu64",         "qemu32",
                                         "x86-64-v2",      "x86-64-v3",
                                         "x86-64-v2-AES",  "x86-64-v4",
                                         "EPYC",           "EPYC-Rome",
                                         "EPYC-Milan",     "EPYC-Genoa",
                                         "Haswell",        "Broadwell",
                                         "Penryn",         "Nehalem",
                                         "Westmere",       "IvyBridge",
                                         "SandyBridge",    "Skylake-Client",
                                         "Skylake-Server", "Cascadelake-Server",
                                         "Icelake-Server", "Cooperlake",
                                         "SapphireRapids", "GraniteRapids"};

bool is_among(const auto& list, std::string_view word) {
    return std::find(std::begin(list), std::end(list), word) != std::end(list);
}

bool is_no_type(std::string_view type) {
    if (is_among(no_types, type)) return true;
    return std::any_of(std::begin(vm_types), std::end(vm_types), [&](std::string_view known) {
        return known != type && same_ignoring_case(known, type);
    });
}

/// The first of "+aes;-pcid" that is not on the list.
std::string_view refused_flag(std::string_view text) {
    std::string_view found;
    for_each_part(text, ';', [&](std::string_view flag) {
        const bool signed_one = flag.starts_with('+') || flag.starts_with('-');
        if (found.empty() && !(signed_one && is_among(vm_flags, flag.substr(1)))) found = flag;
    });
    return found;
}

}  // namespace

std::string_view refused_in_proxmox_cpu(std::string_view value) {
    std::string_view found;
    bool first = true;
    for_each_part(value, ',', [&](std::string_view part) {
        const bool may_be_type = std::exchange(first, false);
        if (!found.empty()) return;
        const auto equals = part.find('=');
        const bool bare = equals == std::string_view::npos;
        const std::string_view key = bare ? std::string_view("cputype") : part.substr(0, equals);
        const std::string_view word = bare ? part : part.substr(equals + 1);
        if (!is_among(vm_keys, key) || (bare && !may_be_type))
            found = part;
        else if (key == "cputype" && is_no_type(word))
            found = word;
        else if (key == "flags")
            found = refused_flag(word);
    });
    return found;
}

}  // namespace nestprobe

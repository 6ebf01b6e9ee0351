// SPDX-License-Identifier: MIT
#include "definition/cpu_names.hpp"

#include "base/text.hpp"

namespace nestprobe {
namespace {

/// "Haswell", "Haswell-v1" to "Haswell-v4", "Haswell-IBRS", ...
struct CpuFamily {
    std::string_view name;
    unsigned versions;
    std::string_view suffixes = {};  ///< apart from versions, by blanks
};

// QEMU 10.2 target/i386/cpu.c, builtin_x86_defs, and what older versions had besides.
constexpr CpuFamily families[] = {
    {"486", 1},
    {"pentium", 1},
    {"pentium2", 1},
    {"pentium3", 1},
    {"pentiumpro", 0},
    {"n270", 1},
    {"coreduo", 1},
    {"core2duo", 1},
    {"athlon", 1},
    {"phenom", 1},
    {"qemu32", 1},
    {"qemu64", 1},
    {"kvm32", 1},
    {"kvm64", 1},
    {"base", 0},
    {"host", 0},
    {"max", 0},
    {"cpu64-rhel5", 0},
    {"cpu64-rhel6", 0},
    {"Conroe", 1},
    {"Penryn", 1},
    {"Nehalem", 2, "IBRS"},
    {"Westmere", 2, "IBRS"},
    {"SandyBridge", 2, "IBRS"},
    {"IvyBridge", 2, "IBRS"},
    {"Haswell", 4, "noTSX IBRS noTSX-IBRS"},
    {"Broadwell", 4, "noTSX IBRS noTSX-IBRS"},
    {"Skylake-Client", 4, "IBRS noTSX-IBRS"},
    {"Skylake-Server", 5, "IBRS noTSX-IBRS"},
    {"Cascadelake-Server", 5, "noTSX"},
    {"Cooperlake", 2},
    {"Icelake-Client", 3, "noTSX"},
    {"Icelake-Server", 7, "noTSX"},
    {"Denverton", 3},
    {"Snowridge", 4},
    {"KnightsMill", 1},
    {"SapphireRapids", 4},
    {"GraniteRapids", 3},
    {"SierraForest", 3},
    {"ClearwaterForest", 1},
    {"DiamondRapids", 1},
    {"YongFeng", 3},
    {"Opteron_G1", 1},
    {"Opteron_G2", 1},
    {"Opteron_G3", 1},
    {"Opteron_G4", 1},
    {"Opteron_G5", 1},
    {"EPYC", 5, "IBPB"},
    {"EPYC-Rome", 5},
    {"EPYC-Milan", 3},
    {"EPYC-Genoa", 2},
    {"EPYC-Turin", 1},
    {"Dhyana", 2},
};

/// Words that belong elsewhere, and what is meant.
struct StrayName {
    std::string_view word, qemu, libvirt;
};
constexpr StrayName strays[] = {{"host-passthrough", "host", "mode='host-passthrough'"},
                                {"host-model", "host", "mode='host-model'"},
                                {"passthrough", "host", "mode='host-passthrough'"},
                                {"maximum", "max", "mode='maximum'"},
                                {"host", {}, "mode='host-passthrough'"},
                                {"max", {}, "mode='maximum'"},
                                {"default", "qemu64", "no <model>"}};

/// What stands behind the family's name is a version, or one of its suffixes.
CpuName judge_rest(const CpuFamily& family, std::string_view rest) {
    if (rest.empty()) return CpuName::known;
    if (!rest.starts_with('-')) return CpuName::unheard;
    rest.remove_prefix(1);
    unsigned version = 0;
    if (rest.starts_with('v') && parse_number(rest.substr(1), version))
        return version >= 1 && version <= family.versions ? CpuName::of_qemu : CpuName::unheard;
    bool found = false;
    for_each_part(family.suffixes, ' ', [&](std::string_view suffix) { found = found || suffix == rest; });
    return found ? CpuName::known : CpuName::unheard;
}

/// By the longest family that the name begins with.
CpuName judge_spelt(std::string_view name) {
    const CpuFamily* longest = nullptr;
    for (const CpuFamily& family : families)
        if (name.starts_with(family.name) && (!longest || family.name.size() > longest->name.size()))
            longest = &family;
    return longest ? judge_rest(*longest, name.substr(longest->name.size())) : CpuName::unheard;
}

}  // namespace

JudgedCpuName judge_cpu_name(std::string_view name, DefinitionKind words) {
    if (words == DefinitionKind::proxmox &&
        (name.starts_with("custom-") || name == "x86-64-v2" || name == "x86-64-v2-AES" ||
         name == "x86-64-v3" || name == "x86-64-v4"))
        return {CpuName::known};
    const bool libvirt = words == DefinitionKind::libvirt;
    for (const StrayName& stray : strays)
        if (const std::string_view instead = libvirt ? stray.libvirt : stray.qemu;
            same_ignoring_case(stray.word, name) && !instead.empty())
            return {CpuName::of_another, instead};
    const CpuName spelt = judge_spelt(name);
    if (spelt == CpuName::of_qemu && !libvirt) return {CpuName::known};
    if (spelt != CpuName::unheard) return {spelt};
    for (const CpuFamily& family : families)
        if (same_ignoring_case(family.name, name)) return {CpuName::misspelt, family.name};
    return {CpuName::unheard};
}

}  // namespace nestprobe

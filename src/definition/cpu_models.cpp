// SPDX-License-Identifier: MIT
#include "definition/cpu_models.hpp"

namespace nestprobe {
namespace {

constexpr NamedCpu intel(std::string_view family) { return {family, Technology::vmx, false}; }
constexpr NamedCpu amd(std::string_view family, std::optional<bool> svm) {
    return {family, Technology::svm, svm};
}
constexpr NamedCpu own(std::string_view family, std::optional<bool> svm) { return {family, {}, svm}; }

// A longer name before its own beginning.
constexpr NamedCpu model_rows[] = {
    intel("486"),
    intel("pentium"),
    intel("n270"),
    intel("coreduo"),
    intel("core2duo"),
    intel("Conroe"),
    intel("Penryn"),
    intel("Nehalem"),
    intel("Westmere"),
    intel("SandyBridge"),
    intel("IvyBridge"),
    intel("Haswell"),
    intel("Broadwell"),
    intel("Skylake-Client"),
    intel("Skylake-Server"),
    intel("Cascadelake-Server"),
    intel("Cooperlake"),
    intel("Icelake-Client"),
    intel("Icelake-Server"),
    intel("Snowridge"),
    intel("SapphireRapids"),
    intel("GraniteRapids"),
    intel("DiamondRapids"),
    intel("SierraForest"),
    intel("ClearwaterForest"),
    intel("Denverton"),
    intel("KnightsMill"),
    amd("athlon", false),
    amd("phenom", true),
    amd("Opteron_G1", false),
    amd("Opteron_G", true),
    amd("EPYC", true),
    amd("Dhyana", true),
    own("qemu64", true),
    own("qemu32", false),
    own("kvm64", false),
    own("kvm32", false),
    own("cpu64-rhel", {}),
    own("x86-64-v", {}),
};

}  // namespace

const NamedCpu* find_named_cpu(std::string_view name) {
    for (const NamedCpu& row : model_rows)
        if (name.starts_with(row.family)) return &row;
    return nullptr;
}

}  // namespace nestprobe

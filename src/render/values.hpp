// SPDX-License-Identifier: MIT
// Facts as JSON values. For the renderers alone: nobody else sees the JSON library's types.
#pragma once

#include "facts/facts.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace nestprobe {

using Json = nlohmann::ordered_json;

inline Json value_of(bool v) { return v; }
inline Json value_of(int v) { return v; }
inline Json value_of(unsigned v) { return v; }
inline Json value_of(const std::string& v) { return v; }
inline Json value_of(const CpuSet& v) { return v.to_string(); }
inline Json value_of(Vendor v) { return to_string(v); }
inline Json value_of(Technology v) { return v == Technology::vmx ? "vmx" : "svm"; }
inline Json value_of(Level v) { return to_string(v); }
inline Json value_of(XenRole v) { return to_string(v); }
inline Json value_of(Confidential v) { return to_string(v); }
inline Json value_of(Platform v) { return to_string(v); }
inline Json value_of(BrandKind v) { return to_string(v); }
inline Json value_of(BootLoader v) { return to_string(v); }
inline Json value_of(InitramfsTool v) { return to_string(v); }
inline Json value_of(Tristate v) { return to_string(v); }
inline Json value_of(DefinitionKind v) { return to_string(v); }
inline Json value_of(Accelerator v) { return to_string(v); }
inline Json value_of(CpuMode v) { return to_string(v); }
inline Json value_of(FeaturePolicy v) { return to_string(v); }
inline Json value_of(Setting v) { return to_string(v); }
inline Json value_of(IommuModel v) { return to_string(v); }
inline Json value_of(IoApic v) { return to_string(v); }
inline Json value_of(const CpuModel& v) {
    return {{"family", v.family}, {"model", v.model}, {"stepping", v.stepping}};
}
inline Json value_of(const KernelVersion& v) { return fmt::format("{}.{}", v.major, v.minor); }
inline Json value_of(const FeatureControl& v) {
    return {{"raw", fmt::format("0x{:x}", v.raw)},
            {"locked", v.locked},
            {"vmx_inside_smx", v.vmx_inside_smx},
            {"vmx_outside_smx", v.vmx_outside_smx}};
}
inline Json value_of(const VmCr& v) {
    return {{"raw", fmt::format("0x{:x}", v.raw)}, {"locked", v.locked}, {"svm_disabled", v.svm_disabled}};
}
/// The message alone: its place in the table is for rules.
inline Json value_of(const LoggedLine& v) { return v.text; }
inline Json value_of(const SharedGroup& v) {
    return {{"group", v.group}, {"given", v.given}, {"other", v.other}, {"driver", v.driver}};
}
inline Json value_of(const Signature& v) {
    return {{"leaf", fmt::format("0x{:x}", v.leaf)}, {"text", v.text}, {"name", v.name}};
}
inline Json value_of(const DeviceNode& v) {
    return {{"group", v.group}, {"gid", v.gid}, {"mode", fmt::format("{:04o}", v.mode)}};
}
inline Json value_of(const Module& v) {
    Json json = {{"state", to_string(v.state)}};
    json["users"] = v.users < 0 ? Json() : Json(v.users);
    return json;
}
inline Json value_of(const ModuleOption& v) {
    return {
        {"module", v.module}, {"parameter", v.parameter}, {"value", v.value}, {"source", v.origin.text()}};
}
inline Json value_of(const ModuleBlock& v) {
    constexpr std::string_view kinds[] = {"blacklist", "install", "module_blacklist"};
    Json json = {
        {"kind", kinds[static_cast<std::size_t>(v.kind)]}, {"module", v.module}, {"source", v.origin.text()}};
    json["in_force"] = v.nothing == ModuleBlock::Void::none;
    return json;
}
inline Json value_of(const StrayLine& v) {
    constexpr std::string_view kinds[] = {"file_not_read", "unknown_module", "not_a_command"};
    return {{"kind", kinds[static_cast<std::size_t>(v.kind)]}, {"text", v.text}, {"source", v.origin.text()}};
}
inline Json value_of(const ExitCost& v) {
    return {{"samples", v.samples}, {"median", v.median}, {"low", v.low}, {"high", v.high}};
}
template <class T>
Json value_of(const std::vector<T>& values) {
    Json array = Json::array();
    for (const T& v : values) array.push_back(value_of(v));
    return array;
}

inline Json absence_of(const Absent& absent) {
    Json json = Json::object();
    json["absent"] = to_string(absent.why);
    json["detail"] = absent.detail;
    return json;
}

}  // namespace nestprobe

// SPDX-License-Identifier: MIT
// Facts as JSON values: an object's keys are as the schema has them.
#pragma once

#include "base/json_text.hpp"
#include "facts/facts.hpp"

#include <fmt/format.h>

#include <type_traits>

namespace nestprobe {

/// An enumeration by its name.
template <class E>
requires std::is_enum_v<E>
void write_value(JsonText& out, E v) { out.value(to_string(v)); }
inline void write_value(JsonText& out, Technology v) { out.value(v == Technology::vmx ? "vmx" : "svm"); }
inline void write_value(JsonText& out, const CpuSet& v) { out.value(v.to_string()); }
inline void write_value(JsonText& out, const KernelVersion& v) {
    out.value(fmt::format("{}.{}", v.major, v.minor));
}
/// The message alone: its place in the table is for rules.
inline void write_value(JsonText& out, const LoggedLine& v) { out.value(v.text); }
inline void write_value(JsonText& out, const FlawReport& v) { out.value(v.text()); }
inline void write_value(JsonText& out, const KvmHolder& v) { out.value(v.text()); }

/// {"key": value, ...}
template <class... Members>
void write_members(JsonText& out, const Members&... members) {
    out.begin_object();
    (out.member(members.first, members.second), ...);
    out.end_object();
}
template <class T>
std::pair<std::string_view, const T&> member(std::string_view name, const T& value) {
    return {name, value};
}

inline void write_value(JsonText& out, const CpuModel& v) {
    write_members(out, member("family", v.family), member("model", v.model), member("stepping", v.stepping));
}
inline void write_value(JsonText& out, const FeatureControl& v) {
    write_members(out, member("raw", fmt::format("0x{:x}", v.raw)), member("locked", v.locked),
                  member("vmx_inside_smx", v.vmx_inside_smx), member("vmx_outside_smx", v.vmx_outside_smx));
}
inline void write_value(JsonText& out, const VmCr& v) {
    write_members(out, member("raw", fmt::format("0x{:x}", v.raw)), member("locked", v.locked),
                  member("svm_disabled", v.svm_disabled));
}
inline void write_value(JsonText& out, const Signature& v) {
    write_members(out, member("leaf", fmt::format("0x{:x}", v.leaf)), member("text", v.text),
                  member("name", v.name));
}
inline void write_value(JsonText& out, const SharedGroup& v) {
    write_members(out, member("group", v.group), member("given", v.given), member("other", v.other),
                  member("driver", v.driver));
}
inline void write_value(JsonText& out, const KeptDevice& v) {
    write_members(out, member("device", v.device), member("id", v.id), member("driver", v.driver));
}
inline void write_value(JsonText& out, const DeviceNode& v) {
    write_members(out, member("group", v.group), member("gid", v.gid),
                  member("mode", fmt::format("{:04o}", v.mode)));
}
inline void write_value(JsonText& out, const Module& v) {
    out.begin_object();
    out.member("state", to_string(v.state));
    out.key("users");
    if (v.users < 0)
        out.null();
    else
        out.value(v.users);
    out.end_object();
}
inline void write_value(JsonText& out, const ModuleOption& v) {
    write_members(out, member("module", v.module), member("parameter", v.parameter), member("value", v.value),
                  member("source", v.origin.text()));
}
inline void write_value(JsonText& out, const ModuleBlock& v) {
    constexpr std::string_view kinds[] = {"blacklist", "install", "module_blacklist"};
    write_members(out, member("kind", kinds[static_cast<std::size_t>(v.kind)]), member("module", v.module),
                  member("source", v.origin.text()),
                  member("in_force", v.nothing == ModuleBlock::Void::none));
}
inline void write_value(JsonText& out, const StrayLine& v) {
    constexpr std::string_view kinds[] = {"file_not_read", "unknown_module", "commented", "not_a_command"};
    write_members(out, member("kind", kinds[static_cast<std::size_t>(v.kind)]), member("text", v.text),
                  member("source", v.origin.text()));
}
inline void write_value(JsonText& out, const ExitCost& v) {
    write_members(out, member("samples", v.samples), member("median", v.median), member("low", v.low),
                  member("high", v.high));
}

inline void write_absence(JsonText& out, const Absent& absent) {
    out.member("absent", to_string(absent.why));
    out.member("detail", absent.detail);
}

/// As the texts for people show it: a string as it is, anything else as JSON on one line.
inline std::string word_of_value(const std::string& v) { return v; }
inline std::string word_of_value(const LoggedLine& v) { return v.text; }
template <class T>
std::string word_of_value(const T& v) {
    JsonText out(0, JsonText::on_one_line, JsonText::Beyond::kept);
    out.value(v);
    std::string text = out.take();
    if (text.starts_with('"')) text = text.substr(1, text.size() - 2);
    return text;
}

}  // namespace nestprobe

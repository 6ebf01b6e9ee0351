// SPDX-License-Identifier: MIT
#include "snapshot/write.hpp"

#include "base/json_text.hpp"
#include "base/utf8.hpp"
#include "snapshot/base64.hpp"

#include <fmt/format.h>

namespace nestprobe {
namespace {

std::string hex(std::uint64_t value) { return fmt::format("0x{:x}", value); }

void write(JsonText& out, const CpuidRegs& r) {
    out.begin_array();
    for (const std::uint32_t word : {r.eax, r.ebx, r.ecx, r.edx}) out.value(hex(word));
    out.end_array();
}
void write(JsonText& out, std::uint64_t value) { out.value(hex(value)); }
void write(JsonText& out, int value) { out.value(value); }
void write(JsonText& out, bool) { out.value("ok"); }
void write(JsonText& out, const std::vector<std::string>& list) { out.value(list); }
void write(JsonText& out, const std::string& text) {
    if (is_utf8(text)) return out.value(text);
    out.begin_object();
    out.member("base64", encode_base64(text));
    out.end_object();
}

template <class T>
void write(JsonText& out, const Reading<T>& reading) {
    if (const T* value = reading.if_known()) return write(out, *value);
    out.begin_object();
    out.member("absent", to_string(reading.absence().why));
    out.member("detail", reading.absence().detail);
    out.end_object();
}

std::string key_of(const CpuidKey& key) { return fmt::format("{:08x}:{:02x}", key.first, key.second); }
std::string key_of(std::uint32_t index) { return hex(index); }
std::string key_of(int number) { return fmt::format("{}", number); }
std::string key_of(const std::string& path) { return path; }

template <class Map>
void write_map(JsonText& out, std::string_view name, const Map& map) {
    out.key(name);
    out.begin_object();
    for (const auto& [key, value] : map) {
        out.key(key_of(key));
        write(out, value);
    }
    out.end_object();
}

void write_cpus(JsonText& out, const std::vector<CpuRecord>& records) {
    out.key("cpus");
    out.begin_array();
    for (const CpuRecord& record : records) {
        out.begin_object();
        out.member("ids", record.ids.to_string());
        write_map(out, "cpuid", record.cpuid);
        write_map(out, "msr", record.msr);
        out.end_object();
    }
    out.end_array();
}

void write_node(JsonText& out, const DeviceNode& node) {
    out.key("node");
    out.begin_object();
    if (!node.owner.empty()) out.member("owner", node.owner);
    out.member("group", node.group);
    if (!node.gid.empty()) out.member("gid", node.gid);
    out.member("mode", fmt::format("{:04o}", node.mode));
    out.end_object();
}

void write_kvm(JsonText& out, const KvmRecord& record) {
    const auto reading = [&](std::string_view name, const auto& it) {
        if (!it) return;
        out.key(name);
        write(out, *it);
    };
    const auto map = [&](std::string_view name, const auto& it) {
        if (!it.empty()) write_map(out, name, it);
    };
    out.key("kvm");
    out.begin_object();
    reading("open", record.open);
    if (record.node) write_node(out, *record.node);
    reading("api_version", record.api_version);
    map("extensions", record.extensions);
    map("supported_cpuid", record.supported_cpuid);
    map("feature_msrs", record.feature_msrs);
    reading("holders", record.holders);
    out.end_object();
}

void write_proof(JsonText& out, const std::vector<ProofEntry>& entries) {
    out.key("proof");
    out.begin_object();
    for (const ProofEntry& entry : entries) {
        out.key(key_of(entry));
        write(out, entry.words);
    }
    out.end_object();
}

}  // namespace

std::string write_snapshot(const Recording& recording) {
    JsonText out(0, 1);
    out.begin_object();
    out.member("format", "nestprobe-snapshot/1");
    out.member("tool", recording.tool);
    if (!recording.recorded.empty()) out.member("recorded", recording.recorded);
    write_cpus(out, recording.cpus);
    write_map(out, "files", recording.files);
    write_map(out, "directories", recording.directories);
    write_kvm(out, recording.kvm);
    if (recording.kernel_log) {
        out.key("kernel_log");
        write(out, *recording.kernel_log);
    }
    if (recording.proof) write_proof(out, *recording.proof);
    out.end_object();
    return out.take();
}

std::string describe_recording(const Recording& r) {
    std::size_t cpus = 0;
    for (const CpuRecord& record : r.cpus) cpus += record.ids.size();
    return fmt::format(
        "CPUID and MSRs of {} CPU{}, {} files of /proc, /sys and modprobe.d (only the parts about "
        "virtualization), KVM's answers, the "
        "machine's maker and model, firmware version, kernel release and log lines about virtualization, "
        "this user's number and "
        "groups; no serial number, UUID, host name or user name",
        cpus, cpus == 1 ? "" : "s", r.files.size());
}

}  // namespace nestprobe

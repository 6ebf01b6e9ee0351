// SPDX-License-Identifier: MIT
#include "snapshot/write.hpp"

#include "base/utf8.hpp"
#include "snapshot/base64.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace nestprobe {
namespace {

using OrderedJson = nlohmann::ordered_json;

std::string hex(std::uint64_t value) { return fmt::format("0x{:x}", value); }

OrderedJson json_of(const CpuidRegs& r) {
    return OrderedJson::array({hex(r.eax), hex(r.ebx), hex(r.ecx), hex(r.edx)});
}
OrderedJson json_of(std::uint64_t value) { return hex(value); }
OrderedJson json_of(int value) { return value; }
OrderedJson json_of(bool) { return "ok"; }
OrderedJson json_of(const std::vector<std::string>& list) { return list; }
OrderedJson json_of(const std::string& text) {
    if (is_utf8(text)) return text;
    return {{"base64", encode_base64(text)}};
}

template <class T>
OrderedJson json_of(const Reading<T>& reading) {
    if (const T* value = reading.if_known()) return json_of(*value);
    const Absent& absent = reading.absence();
    return {{"absent", to_string(absent.why)}, {"detail", absent.detail}};
}

std::string key_of(const CpuidKey& key) { return fmt::format("{:08x}:{:02x}", key.first, key.second); }
std::string key_of(std::uint32_t index) { return hex(index); }
std::string key_of(int number) { return fmt::format("{}", number); }
std::string key_of(const std::string& path) { return path; }

template <class Map>
OrderedJson json_of_map(const Map& map) {
    OrderedJson object = OrderedJson::object();
    for (const auto& [key, value] : map) object[key_of(key)] = json_of(value);
    return object;
}

OrderedJson json_of(const CpuRecord& record) {
    return {{"ids", record.ids.to_string()},
            {"cpuid", json_of_map(record.cpuid)},
            {"msr", json_of_map(record.msr)}};
}

OrderedJson json_of(const KvmRecord& record) {
    OrderedJson kvm = OrderedJson::object();
    if (record.open) kvm["open"] = json_of(*record.open);
    if (record.api_version) kvm["api_version"] = json_of(*record.api_version);
    if (!record.extensions.empty()) kvm["extensions"] = json_of_map(record.extensions);
    if (!record.supported_cpuid.empty()) kvm["supported_cpuid"] = json_of_map(record.supported_cpuid);
    if (!record.feature_msrs.empty()) kvm["feature_msrs"] = json_of_map(record.feature_msrs);
    if (record.holders) kvm["holders"] = json_of(*record.holders);
    return kvm;
}

}  // namespace

std::string write_snapshot(const Recording& recording) {
    OrderedJson json;
    json["format"] = "nestprobe-snapshot/1";
    json["tool"] = recording.tool;
    json["recorded"] = recording.recorded;
    json["cpus"] = OrderedJson::array();
    for (const CpuRecord& record : recording.cpus) json["cpus"].push_back(json_of(record));
    json["files"] = json_of_map(recording.files);
    json["directories"] = json_of_map(recording.directories);
    json["kvm"] = json_of(recording.kvm);
    if (recording.kernel_log) json["kernel_log"] = json_of(*recording.kernel_log);
    if (recording.proof) {
        json["proof"] = OrderedJson::object();
        for (const ProofEntry& entry : *recording.proof) json["proof"][key_of(entry)] = json_of(entry.words);
    }
    return json.dump(1, ' ', true, OrderedJson::error_handler_t::replace) + "\n";
}

}  // namespace nestprobe

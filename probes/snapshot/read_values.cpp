// SPDX-License-Identifier: MIT
// The leaves of a snapshot: keys and words become the readings that they stand for.
#include "base/errors.hpp"
#include "base/text.hpp"
#include "snapshot/base64.hpp"
#include "snapshot/reader.hpp"

#include <algorithm>

namespace nestprobe {
namespace {

bool parse_hex(std::string_view text, std::uint64_t& number) {
    return text.starts_with("0x") && parse_number(text.substr(2), number, 16);
}

}  // namespace

/// No kernel has such a name, and what is written after it would be another file.
void SnapshotReader::check_path() const {
    if (key_.find('\0') != std::string::npos) fail("the path of a file with a NUL in it");
    std::string_view rest = key_;
    while (!rest.empty()) {
        const std::string_view part = rest.substr(0, rest.find('/'));
        if (part == "..") fail(fmt::format("the path \"{}\" has \"..\" in it", key_.substr(0, 60)));
        rest.remove_prefix(std::min(part.size() + 1, rest.size()));
    }
}

void SnapshotReader::check_names(const std::vector<std::string>& names) const {
    for (const std::string& name : names)
        if (name.empty() || name == "." || name == ".." ||
            name.find_first_of(std::string_view("/\0", 2)) != std::string::npos)
            fail(fmt::format("\"{}\" is no name of a file in a directory", name.substr(0, 60)));
}

CpuidKey SnapshotReader::cpuid_key() const {
    const auto colon = key_.find(':');
    CpuidKey key{};
    if (colon == std::string::npos || !parse_number(std::string_view(key_).substr(0, colon), key.first, 16) ||
        !parse_number(std::string_view(key_).substr(colon + 1), key.second, 16))
        fail(fmt::format("\"{}\" is no leaf:subleaf in hexadecimal", key_.substr(0, 60)));
    return key;
}

std::uint32_t SnapshotReader::msr_key() const {
    std::uint64_t index = 0;
    if (!parse_hex(key_, index) || index > UINT32_MAX)
        fail(fmt::format("\"{}\" is no MSR number (0x3a)", key_.substr(0, 60)));
    return static_cast<std::uint32_t>(index);
}

Reading<CpuidRegs> SnapshotReader::cpuid_value(Value& value) const {
    if (value.kind == Value::Kind::absent) return std::move(value.absent);
    if (value.kind != Value::Kind::list || value.list.size() != 4) fail("four registers were expected");
    std::uint32_t regs[4];
    for (std::size_t i = 0; i < 4; ++i) {
        std::uint64_t number = 0;
        if (!parse_hex(value.list[i], number) || number > UINT32_MAX)
            fail(fmt::format("\"{}\" is no 32-bit number (0x1f)", value.list[i].substr(0, 60)));
        regs[i] = static_cast<std::uint32_t>(number);
    }
    return CpuidRegs{regs[0], regs[1], regs[2], regs[3]};
}

Reading<std::uint64_t> SnapshotReader::msr_value(const Value& value) const {
    if (value.kind == Value::Kind::absent) return value.absent;
    std::uint64_t number = 0;
    if (value.kind != Value::Kind::word || !parse_hex(value.word, number))
        fail("a 64-bit number in a string was expected (\"0x5\")");
    return number;
}

Reading<int> SnapshotReader::int_value(const Value& value) const {
    if (value.kind == Value::Kind::absent) return value.absent;
    if (value.kind != Value::Kind::number || value.number < INT32_MIN || value.number > INT32_MAX)
        fail("a number was expected");
    return static_cast<int>(value.number);
}

void SnapshotReader::store_ids(const std::string& list) {
    CpuSet& ids = recording_.cpus.back().ids;
    if (!CpuSet::parse(list, ids))
        fail(fmt::format("\"{}\" is no list of CPUs (\"0-6,8\", up to {})", list.substr(0, 60),
                         CpuSet::limit - 1));
    if (ids.intersects(ids_)) fail(fmt::format("CPUs {} are listed twice", list.substr(0, 60)));
    ids_.add(ids);
}

/// {"absent": ...} in place of a whole container: why each thing that it might hold is missing.
void SnapshotReader::store_whole(const Frame& frame) {
    Absent absent = frame.absent;
    absent.error = error_in(absent.detail);
    KvmRecord& kvm = recording_.kvm;
    switch (frame.slot) {
        case Slot::cpuid: recording_.cpus.back().no_cpuid = std::move(absent); break;
        case Slot::msr: recording_.cpus.back().no_msr = std::move(absent); break;
        case Slot::files: recording_.no_files = std::move(absent); break;
        case Slot::directories: recording_.no_directories = std::move(absent); break;
        case Slot::kvm:
            if (!kvm.open) kvm.open = Reading<bool>(std::move(absent));
            break;
        case Slot::extensions: kvm.no_extensions = std::move(absent); break;
        case Slot::supported_cpuid: kvm.no_supported_cpuid = std::move(absent); break;
        case Slot::feature_msrs: kvm.no_feature_msrs = std::move(absent); break;
        case Slot::proof: recording_.proof.reset(); break;
        default: break;
    }
}

void SnapshotReader::store(Slot slot, Value& value) {
    const auto word = [&]() -> std::string& {
        if (value.kind != Value::Kind::word) fail("a word was expected");
        return value.word;
    };
    const auto list = [&]() -> Reading<std::vector<std::string>> {
        if (value.kind == Value::Kind::absent) return std::move(value.absent);
        if (value.kind != Value::Kind::list) fail("a list of words was expected");
        if (slot == Slot::directory) check_names(value.list);
        if (slot == Slot::directory) std::sort(value.list.begin(), value.list.end());
        return std::move(value.list);
    };
    switch (slot) {
        case Slot::format:
            if (word() != "nestprobe-snapshot/1")
                fail(fmt::format("the format \"{}\" is not known; this reads nestprobe-snapshot/1",
                                 value.word.substr(0, 60)));
            have_format_ = true;
            break;
        case Slot::tool:
            if (value.kind != Value::Kind::absent) recording_.tool = std::move(word());
            break;
        case Slot::recorded:
            if (value.kind != Value::Kind::absent) recording_.recorded = std::move(word());
            break;
        case Slot::ids: store_ids(word()); break;
        case Slot::cpuid_value: put(recording_.cpus.back().cpuid, cpuid_key(), cpuid_value(value)); break;
        case Slot::msr_value: put(recording_.cpus.back().msr, msr_key(), msr_value(value)); break;
        case Slot::file:
            check_path();
            if (value.kind == Value::Kind::absent)
                put(recording_.files, key_, std::move(value.absent));
            else if (value.kind == Value::Kind::word || value.kind == Value::Kind::bytes)
                put(recording_.files, key_, std::move(value.word));
            else
                fail("a file's text was expected");
            break;
        case Slot::directory:
            check_path();
            put(recording_.directories, key_, list());
            break;
        case Slot::log: recording_.kernel_log = list(); break;
        case Slot::kvm_holders: recording_.kvm.holders = list(); break;
        case Slot::proof_entry: {
            ProofEntry entry;
            if (!parse_key(key_, entry))
                fail(fmt::format("\"{}\" is no proof and its CPUs", key_.substr(0, 60)));
            entry.words = list();
            recording_.proof->push_back(std::move(entry));
            break;
        }
        case Slot::kvm_open:
            if (value.kind == Value::Kind::absent)
                recording_.kvm.open = Reading<bool>(std::move(value.absent));
            else if (word() == "ok")
                recording_.kvm.open = Reading<bool>(true);
            else
                fail("\"ok\" or an absence was expected");
            break;
        case Slot::node_owner: recording_.kvm.node->owner = std::move(word()); break;
        case Slot::node_group: recording_.kvm.node->group = std::move(word()); break;
        case Slot::node_gid: recording_.kvm.node->gid = std::move(word()); break;
        case Slot::node_mode:
            if (!parse_number(word(), recording_.kvm.node->mode, 8))
                fail(fmt::format("\"{}\" is no mode (\"0660\")", value.word.substr(0, 60)));
            break;
        case Slot::kvm_api_version: recording_.kvm.api_version = int_value(value); break;
        case Slot::extension: {
            int capability = 0;
            if (!parse_number(key_, capability))
                fail(fmt::format("\"{}\" is no number of a KVM capability", key_.substr(0, 60)));
            put(recording_.kvm.extensions, capability, int_value(value));
            break;
        }
        case Slot::supported_value:
            put(recording_.kvm.supported_cpuid, cpuid_key(), cpuid_value(value));
            break;
        case Slot::feature_msr: put(recording_.kvm.feature_msrs, msr_key(), msr_value(value)); break;
        case Slot::whole_absent:
            if (!parse(word(), frames_.back().absent.why))
                fail(fmt::format("\"{}\" is no reason for an absence", value.word.substr(0, 60)));
            frames_.back().is_absent = true;
            break;
        case Slot::whole_detail: frames_.back().absent.detail = std::move(word()); break;
        case Slot::ignored: break;
        case Slot::cpus:
            if (value.kind == Value::Kind::absent) break;
            [[fallthrough]];
        default: fail(slot == Slot::cpus ? "an array was expected" : "an object was expected");
    }
}

}  // namespace nestprobe

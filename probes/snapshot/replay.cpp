// SPDX-License-Identifier: MIT
#include "snapshot/replay.hpp"

#include <fmt/format.h>

#include <set>

namespace nestprobe {
namespace {

constexpr std::uint16_t no_record = 0xffff;

/// Who is asked names the register; a text per CPU would only cost.
Absent not_recorded() { return {Why::not_recorded, ""}; }
Absent not_recorded(std::string_view what) {
    return {Why::not_recorded, fmt::format("{}: not recorded", what)};
}

template <class Map, class Key>
auto look_up(const Map& map, const Key& key, const std::optional<Absent>& whole) ->
    typename Map::mapped_type {
    const auto found = map.find(key);
    if (found == map.end()) return whole.value_or(not_recorded());
    return found->second;
}

class ReplayCpus final : public Cpuid, public Msr {
public:
    explicit ReplayCpus(const Recording& recording)
        : records_(recording.cpus),
          is_dump_(!recording.tool.empty() && !recording.tool.starts_with("nestprobe")),
          by_cpu_(CpuSet::limit, no_record) {
        const std::vector<CpuRecord>& records = recording.cpus;
        for (std::size_t i = 0; i < records.size(); ++i)
            for (const unsigned cpu : records[i].ids.members()) by_cpu_[cpu] = static_cast<std::uint16_t>(i);
    }
    std::string_view listed_in() const override {
        return is_dump_ ? "the CPUs of the dump" : Cpuid::listed_in();
    }
    std::vector<CpuSet> alike() const override {
        std::vector<CpuSet> sets;
        sets.reserve(records_.size());
        for (const CpuRecord& r : records_) sets.push_back(r.ids);
        return sets;
    }
    Reading<CpuidRegs> read(unsigned cpu, std::uint32_t leaf, std::uint32_t subleaf) const override {
        const CpuRecord* record = of(cpu);
        return record ? look_up(record->cpuid, CpuidKey{leaf, subleaf}, record->no_cpuid) : not_recorded();
    }
    Reading<std::uint64_t> read(unsigned cpu, std::uint32_t index) const override {
        const CpuRecord* record = of(cpu);
        return record ? look_up(record->msr, index, record->no_msr) : not_recorded();
    }

private:
    const CpuRecord* of(unsigned cpu) const {
        return cpu < by_cpu_.size() && by_cpu_[cpu] != no_record ? &records_[by_cpu_[cpu]] : nullptr;
    }

    const std::vector<CpuRecord>& records_;
    bool is_dump_;
    std::vector<std::uint16_t> by_cpu_;
};

class ReplayFiles final : public Filesystem {
public:
    explicit ReplayFiles(const Recording& recording) : recording_(recording) {}

    Reading<std::string> read(std::string_view path) const override {
        const auto found = recording_.files.find(path);
        if (found == recording_.files.end()) return recording_.no_files.value_or(not_recorded(path));
        return found->second;
    }
    Reading<std::vector<std::string>> list(std::string_view directory) const override {
        const auto listed = recording_.directories.find(directory);
        return listed == recording_.directories.end() ? derive(directory) : listed->second;
    }
    bool lists_all(std::string_view directory) const override {
        return recording_.directories.contains(directory);
    }

private:
    /// A path that is recorded implies the directories above it, unless it is recorded as missing.
    Reading<std::vector<std::string>> derive(std::string_view directory) const {
        const std::string prefix = std::string(directory) + '/';
        std::set<std::string> names;
        const auto add = [&](const std::string& path) {
            if (path.starts_with(prefix))
                names.insert(path.substr(prefix.size(), path.find('/', prefix.size()) - prefix.size()));
        };
        for (auto it = recording_.files.lower_bound(prefix);
             it != recording_.files.end() && it->first.starts_with(prefix); ++it) {
            const Absent* absent = it->second.if_absent();
            if (!absent || !is_missing(*absent)) add(it->first);
        }
        for (const auto& [path, entries] : recording_.directories)
            if (entries.if_known()) add(path);
        if (names.empty()) return recording_.no_directories.value_or(not_recorded(directory));
        return std::vector<std::string>(names.begin(), names.end());
    }

    const Recording& recording_;
};

class ReplayKvm final : public KvmDevice {
public:
    explicit ReplayKvm(const KvmRecord& record) : record_(record) {}

    Reading<bool> open() const override { return record_.open ? *record_.open : not_recorded("/dev/kvm"); }
    Reading<DeviceNode> node() const override {
        return record_.node ? Reading<DeviceNode>(*record_.node) : KvmDevice::node();
    }
    Reading<int> api_version() const override {
        return record_.api_version ? *record_.api_version : Reading<int>(why_not("KVM_GET_API_VERSION"));
    }
    Reading<int> check_extension(int capability) const override {
        return or_why_not(record_.extensions, capability, record_.no_extensions, "KVM_CHECK_EXTENSION");
    }
    Reading<CpuidRegs> supported_cpuid(std::uint32_t leaf, std::uint32_t subleaf) const override {
        return or_why_not(record_.supported_cpuid, CpuidKey{leaf, subleaf}, record_.no_supported_cpuid,
                          "KVM_GET_SUPPORTED_CPUID");
    }
    Reading<std::uint64_t> feature_msr(std::uint32_t index) const override {
        return or_why_not(record_.feature_msrs, index, record_.no_feature_msrs, "KVM_GET_MSRS");
    }
    Reading<std::vector<std::string>> holders() const override {
        return record_.holders ? *record_.holders : KvmDevice::holders();
    }

private:
    /// A device that does not open answers nothing, for the reason that it does not open.  That KVM has no
    /// such leaf, which is what not_applicable would say here, is another thing.
    Absent why_not(std::string_view question) const {
        const Absent* refusal = record_.open ? record_.open->if_absent() : nullptr;
        return refusal && refusal->why != Why::not_applicable ? *refusal : not_recorded(question);
    }
    template <class Map, class Key>
    auto or_why_not(const Map& map, const Key& key, const std::optional<Absent>& whole,
                    std::string_view question) const -> typename Map::mapped_type {
        const auto found = map.find(key);
        if (found == map.end()) return whole.value_or(why_not(question));
        return found->second;
    }

    const KvmRecord& record_;
};

class ReplayLog final : public KernelLog {
public:
    explicit ReplayLog(const Recording& recording) : recording_(recording) {}
    Reading<std::vector<std::string>> lines() const override {
        return recording_.kernel_log ? *recording_.kernel_log : not_recorded("the kernel log");
    }

private:
    const Recording& recording_;
};

}  // namespace

struct ReplayedMachine::Parts {
    explicit Parts(Recording r) : recording(std::move(r)) {}
    Recording recording;
    ReplayCpus cpus{recording};
    ReplayFiles files{recording};
    ReplayKvm kvm{recording.kvm};
    ReplayLog log{recording};
};

ReplayedMachine::ReplayedMachine(Recording recording)
    : parts_(std::make_unique<Parts>(std::move(recording))) {}
ReplayedMachine::~ReplayedMachine() = default;

Sources ReplayedMachine::sources() const {
    return {parts_->cpus, parts_->cpus, parts_->files, parts_->kvm, parts_->log};
}

}  // namespace nestprobe

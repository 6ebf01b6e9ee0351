// SPDX-License-Identifier: MIT
#include "snapshot/record.hpp"

#include "base/hearsay.hpp"
#include "snapshot/condense.hpp"

#include <algorithm>

namespace nestprobe {
namespace {

/// What was never there to be read above the hypervisor's first two places is 250 leaves of nothing.
bool worth_keeping(std::uint32_t leaf, const Reading<CpuidRegs>& regs) {
    const bool scanned = leaf > 0x4000'0100 && leaf <= 0x4001'0000 && (leaf & 0xff) == 0;
    return !scanned || !regs.if_known() || *regs.if_known() != CpuidRegs{};
}

class RecordingCpus final : public Cpuid, public Msr {
public:
    RecordingCpus(const Sources& machine) : machine_(machine) {
        for (const CpuSet& ids : machine.cpuid.alike()) {
            records_.push_back({ids, {}, {}});
            for (const unsigned cpu : ids.members()) {
                by_cpu_.resize(std::max<std::size_t>(by_cpu_.size(), cpu + 1), -1);
                by_cpu_[cpu] = static_cast<int>(records_.size() - 1);
            }
        }
    }
    std::vector<CpuSet> alike() const override { return machine_.cpuid.alike(); }
    std::string_view listed_in() const override { return machine_.cpuid.listed_in(); }
    Reading<CpuidRegs> read(unsigned cpu, std::uint32_t leaf, std::uint32_t subleaf) const override {
        auto regs = machine_.cpuid.read(cpu, leaf, subleaf);
        if (!worth_keeping(leaf, regs)) return regs;
        auto kept = regs;
        if (CpuidRegs* known = kept.if_known()) *known = mask_apic_ids(leaf, *known);
        if (CpuRecord* record = of(cpu)) record->cpuid.insert_or_assign({leaf, subleaf}, std::move(kept));
        return regs;
    }
    Reading<std::uint64_t> read(unsigned cpu, std::uint32_t index) const override {
        auto value = machine_.msr.read(cpu, index);
        if (CpuRecord* record = of(cpu)) record->msr.insert_or_assign(index, value);
        return value;
    }

    /// CPUs alike share an entry: those that contradict each other nowhere. What only one was asked (its
    /// name, the hypervisor's leaves) is then everybody's.
    std::vector<CpuRecord> merged() const {
        std::vector<CpuRecord> result;
        for (const CpuRecord& record : records_) {
            const auto twin = std::find_if(result.begin(), result.end(), [&](const CpuRecord& r) {
                return same_map(r.msr, record.msr) && agree(r.cpuid, record.cpuid);
            });
            if (twin == result.end()) {
                result.push_back(record);
            } else {
                twin->ids.add(record.ids);
                twin->cpuid.insert(record.cpuid.begin(), record.cpuid.end());
            }
        }
        return result;
    }

private:
    using Leaves = std::map<CpuidKey, Reading<CpuidRegs>>;
    static bool agree(const Leaves& a, const Leaves& b) {
        return std::all_of(b.begin(), b.end(), [&](const auto& leaf) {
            const auto found = a.find(leaf.first);
            return found == a.end() || same_answer(found->second, leaf.second);
        });
    }
    CpuRecord* of(unsigned cpu) const {
        return cpu < by_cpu_.size() && by_cpu_[cpu] >= 0 ? &records_[static_cast<std::size_t>(by_cpu_[cpu])]
                                                         : nullptr;
    }

    const Sources machine_;
    mutable std::vector<CpuRecord> records_;
    std::vector<int> by_cpu_;
};

class RecordingFiles final : public Filesystem {
public:
    RecordingFiles(const Filesystem& files, Recording& recording) : files_(files), recording_(recording) {}
    Reading<std::string> read(std::string_view path) const override {
        auto text = files_.read(path);
        // Written down as not recorded, a file would be one that is there.
        if (text.if_absent() && (is_hearsay(path) || text.absence().why == Why::not_recorded)) return text;
        if (const std::string* known = text.if_known())
            recording_.files.insert_or_assign(std::string(path), condense(path, *known));
        else
            recording_.files.insert_or_assign(std::string(path), text);
        return text;
    }
    Reading<std::vector<std::string>> list(std::string_view directory) const override {
        auto names = files_.list(directory);
        if (names.if_absent() && names.absence().why == Why::not_recorded) return names;
        if (!names.if_known() || lists_all(directory)) {
            recording_.directories.insert_or_assign(std::string(directory), names);
            return names;
        }
        // A part of a directory stays one: each name as a file that is there and was not recorded.
        for (const std::string& name : *names.if_known()) {
            const std::string path = std::string(directory) + '/' + name;
            recording_.files.try_emplace(path, Absent{Why::not_recorded, path + ": not recorded"});
        }
        return names;
    }
    bool lists_all(std::string_view directory) const override { return files_.lists_all(directory); }

private:
    const Filesystem& files_;
    Recording& recording_;
};

class RecordingKvm final : public KvmDevice {
public:
    RecordingKvm(const KvmDevice& kvm, KvmRecord& record) : kvm_(kvm), record_(record) {}
    void prepare() const override { kvm_.prepare(); }
    Reading<bool> open() const override { return *(record_.open = kvm_.open()); }
    Reading<DeviceNode> node() const override {
        auto node = kvm_.node();
        if (const DeviceNode* known = node.if_known()) record_.node = *known;
        return node;
    }
    Reading<int> api_version() const override { return *(record_.api_version = kvm_.api_version()); }
    Reading<int> check_extension(int capability) const override {
        return record_.extensions.insert_or_assign(capability, kvm_.check_extension(capability))
            .first->second;
    }
    Reading<CpuidRegs> supported_cpuid(std::uint32_t leaf, std::uint32_t subleaf) const override {
        return record_.supported_cpuid.insert_or_assign({leaf, subleaf}, kvm_.supported_cpuid(leaf, subleaf))
            .first->second;
    }
    Reading<std::uint64_t> feature_msr(std::uint32_t index) const override {
        return record_.feature_msrs.insert_or_assign(index, kvm_.feature_msr(index)).first->second;
    }
    Reading<std::vector<std::string>> holders() const override { return *(record_.holders = kvm_.holders()); }

private:
    const KvmDevice& kvm_;
    KvmRecord& record_;
};

class RecordingLog final : public KernelLog {
public:
    RecordingLog(const KernelLog& log, Recording& recording) : log_(log), recording_(recording) {}
    Reading<std::vector<std::string>> lines() const override {
        return *(recording_.kernel_log = log_.lines());
    }

private:
    const KernelLog& log_;
    Recording& recording_;
};

}  // namespace

struct Recorder::Parts {
    explicit Parts(const Sources& m)
        : cpus(m), files(m.files, recording), kvm(m.kvm, recording.kvm), log(m.log, recording) {}
    Recording recording;
    RecordingCpus cpus;
    RecordingFiles files;
    RecordingKvm kvm;
    RecordingLog log;
};

Recorder::Recorder(const Sources& machine) : parts_(std::make_unique<Parts>(machine)) {}
Recorder::~Recorder() = default;

Sources Recorder::sources() const {
    return {parts_->cpus, parts_->cpus, parts_->files, parts_->kvm, parts_->log};
}

Recording Recorder::take() const {
    Recording recording = parts_->recording;
    recording.cpus = parts_->cpus.merged();
    return recording;
}

}  // namespace nestprobe

// SPDX-License-Identifier: MIT
// The tests' machine: a recording in memory, replayed by the same code as a snapshot, with a log of what was
// touched.
#pragma once

#include "probe.hpp"
#include "recording/recording.hpp"
#include "report/report.hpp"
#include "snapshot/replay.hpp"

#include <fmt/format.h>

#include <map>
#include <memory>
#include <string>

namespace nestprobe::test {

class FakeMachine final : public Cpuid, public Msr, public Filesystem, public KvmDevice, public KernelLog {
public:
    explicit FakeMachine(Recording recording)
        : machine_(std::make_unique<ReplayedMachine>(std::move(recording))) {}

    Sources sources() const { return {*this, *this, *this, *this, *this}; }
    /// How often each thing was read: "cpuid 0 1:0", "msr 0 0x3a", "file /proc/cpuinfo".
    const std::map<std::string, int>& log() const { return log_; }

    std::vector<CpuSet> alike() const override;  // not inline: by it the compiler makes all of them once
    std::string_view listed_in() const override { return machine_->sources().cpuid.listed_in(); }
    Reading<CpuidRegs> read(unsigned cpu, std::uint32_t leaf, std::uint32_t subleaf) const override {
        ++log_[fmt::format("cpuid {} {:x}:{:x}", cpu, leaf, subleaf)];
        return machine_->sources().cpuid.read(cpu, leaf, subleaf);
    }
    Reading<std::uint64_t> read(unsigned cpu, std::uint32_t index) const override {
        ++log_[fmt::format("msr {} 0x{:x}", cpu, index)];
        return machine_->sources().msr.read(cpu, index);
    }
    Reading<std::string> read(std::string_view path) const override {
        ++log_[fmt::format("file {}", path)];
        return machine_->sources().files.read(path);
    }
    Reading<std::vector<std::string>> list(std::string_view directory) const override {
        ++log_[fmt::format("directory {}", directory)];
        return machine_->sources().files.list(directory);
    }
    bool lists_all(std::string_view directory) const override {
        return machine_->sources().files.lists_all(directory);
    }
    Reading<bool> open() const override { return count("kvm open"), machine_->sources().kvm.open(); }
    void prepare() const override {
        count(log_.contains("file /proc/modules") ? "kvm set going after /proc/modules"
                                                  : "kvm set going first");
    }
    Reading<int> api_version() const override {
        return count("kvm api_version"), machine_->sources().kvm.api_version();
    }
    Reading<int> check_extension(int capability) const override {
        return count(fmt::format("kvm extension {}", capability)),
               machine_->sources().kvm.check_extension(capability);
    }
    Reading<CpuidRegs> supported_cpuid(std::uint32_t leaf, std::uint32_t subleaf) const override {
        return count(fmt::format("kvm cpuid {:x}:{:x}", leaf, subleaf)),
               machine_->sources().kvm.supported_cpuid(leaf, subleaf);
    }
    Reading<std::uint64_t> feature_msr(std::uint32_t index) const override {
        return count(fmt::format("kvm msr 0x{:x}", index)), machine_->sources().kvm.feature_msr(index);
    }
    Reading<std::vector<std::string>> lines() const override {
        return count("log"), machine_->sources().log.lines();
    }

private:
    void count(const std::string& what) const { ++log_[what]; }

    std::unique_ptr<ReplayedMachine> machine_;
    mutable std::map<std::string, int> log_;
};

inline constexpr std::string_view intel_flags = "fpu vmx nx lm";

/// A Haswell that runs KVM: VMX allowed, kvm_intel loaded with nested on. Its numbers are those of the lab's
/// Bochs.
Recording haswell(const std::string& cpus = "0-3");

/// The same, without KVM's modules and device: everything rests on what the processor and the files say.
Recording haswell_without_kvm();

Report report_of(Recording recording);

/// Throws where there is no such rule.
const Finding& finding(const Report& report, std::string_view id);

}  // namespace nestprobe::test

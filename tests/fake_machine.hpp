// SPDX-License-Identifier: MIT
// The tests' machine: a recording in memory, replayed by the same code as a snapshot, with a log of what was
// touched.
#pragma once

#include "probe.hpp"
#include "report/report.hpp"
#include "snapshot/recording.hpp"
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

    std::vector<CpuSet> alike() const override { return machine_->sources().cpuid.alike(); }
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
inline Recording haswell(const std::string& cpus = "0-3") {
    Recording r;
    CpuRecord cpu;
    CpuSet::parse(cpus, cpu.ids);
    const auto leaf = [&](std::uint32_t number, CpuidRegs regs) {
        cpu.cpuid.insert_or_assign({number, 0}, regs);
    };
    leaf(0, {0xd, 0x756e6547, 0x6c65746e, 0x49656e69});
    leaf(1, {0x306c3, 0x800, 0x7ffaf3bf, 0xbfebfbff});
    leaf(0x80000000, {0x80000008, 0, 0, 0});
    leaf(0x80000001, {0, 0, 0x21, 0x2c100800});
    for (const auto& [index, value] : std::map<std::uint32_t, std::uint64_t>{{0x3a, 0x5},
                                                                             {0x480, 0xd810000000002b},
                                                                             {0x481, 0xff00000016},
                                                                             {0x482, 0xf7f9fffe0401e172},
                                                                             {0x485, 0x200401e0},
                                                                             {0x48b, 0x47fff00000000},
                                                                             {0x48c, 0xf0106334141},
                                                                             {0xc0000080, 0xd01}})
        cpu.msr.insert_or_assign(index, value);
    r.cpus.push_back(cpu);
    r.files.insert_or_assign(
        "/proc/cpuinfo",
        fmt::format("processor\t: {}\nvendor_id\t: GenuineIntel\nflags\t\t: {}\n\n", cpus, intel_flags));
    r.files.insert_or_assign("/proc/cmdline", std::string("quiet\n"));
    r.files.insert_or_assign("/proc/sys/kernel/osrelease", std::string("6.1.0-56-amd64\n"));
    r.files.insert_or_assign("/sys/module/kvm/initstate", std::string("live\n"));
    r.files.insert_or_assign("/sys/module/kvm_intel/initstate", std::string("live\n"));
    for (const char* name :
         {"nested", "ept", "vpid", "unrestricted_guest", "enable_shadow_vmcs", "enable_apicv"})
        r.files.insert_or_assign(fmt::format("/sys/module/kvm_intel/parameters/{}", name),
                                 std::string("Y\n"));
    r.kvm.open = Reading<bool>(true);
    r.kvm.api_version = Reading<int>(12);
    r.kvm.supported_cpuid.insert_or_assign({1, 0}, CpuidRegs{0x306c3, 0, 1u << 5, 0});
    return r;
}

/// The same, without KVM's modules and device: everything rests on what the processor and the files say.
inline Recording haswell_without_kvm() {
    Recording r = haswell();
    std::erase_if(r.files, [](const auto& file) { return file.first.starts_with("/sys/module/"); });
    r.directories.insert_or_assign("/sys/module", std::vector<std::string>{"msr"});
    r.kvm = {};
    r.kvm.open = Reading<bool>(Absent{Why::no_device, "/dev/kvm: No such file or directory", 2});
    return r;
}

inline Report report_of(Recording recording) {
    const FakeMachine machine(std::move(recording));
    return make_report(probe(machine.sources()));
}

inline const Finding& finding(const Report& report, std::string_view id) {
    for (const Finding& f : report.findings)
        if (f.rule->id == id) return f;
    throw std::runtime_error("no such rule");
}

}  // namespace nestprobe::test

// SPDX-License-Identifier: MIT
// The five live sources, for one thread; the readers keep what they opened last.
#pragma once

#include "input/descriptor.hpp"
#include "sources.hpp"

#include <sched.h>

#include <array>
#include <atomic>
#include <future>
#include <optional>
#include <semaphore>

namespace nestprobe {

/// Reads regular files and devices whole.  Never waits: a FIFO without a writer is empty.
class LiveFilesystem final : public Filesystem {
public:
    Reading<std::string> read(std::string_view path) const override;
    Reading<std::vector<std::string>> list(std::string_view directory) const override;
};

/// "kvm" by the text of /etc/group, "104" where that has none of this number.  From the file alone: no name
/// service, which could ask the network.
std::string group_named(std::string_view text, unsigned gid);

/// 0, or the errno that says why not.
int pin_this_thread(unsigned cpu);

/// The instruction, on a thread pinned to the CPU; where the cpuset forbids that, /dev/cpu/N/cpuid.
class LiveCpuid final : public Cpuid {
public:
    explicit LiveCpuid(const Filesystem& files);
    ~LiveCpuid() override;
    LiveCpuid(const LiveCpuid&) = delete;
    LiveCpuid& operator=(const LiveCpuid&) = delete;

    std::vector<CpuSet> alike() const override;
    Reading<CpuidRegs> read(unsigned cpu, std::uint32_t leaf, std::uint32_t subleaf) const override;
    std::optional<unsigned> first_cpu() const;

private:
    int pin(unsigned cpu) const;
    Reading<CpuidRegs> read_driver(unsigned cpu, std::uint32_t leaf, std::uint32_t subleaf) const;

    std::vector<unsigned> online_;
    std::array<cpu_set_t, CpuSet::limit / CPU_SETSIZE> original_{};
    bool restore_ = false;
    bool faults_ = false;  ///< CPUID raises #GP for this thread
    mutable std::optional<unsigned> cpu_;
    mutable int pin_error_ = 0;
    mutable Descriptor driver_;
    mutable int driver_error_ = 0;
};

/// pread(2) on /dev/cpu/N/msr, the file offset being the number of the MSR (Linux arch/x86/kernel/msr.c).
class LiveMsr final : public Msr {
public:
    Reading<std::uint64_t> read(unsigned cpu, std::uint32_t index) const override;

private:
    mutable std::optional<unsigned> cpu_;
    mutable Descriptor file_;
    mutable int error_ = 0;
};

/// The kernel's log: what machine/kept_log.hpp keeps of it.
class LiveKernelLog final : public KernelLog {
public:
    Reading<std::vector<std::string>> lines() const override;
    /// For another thread, once: reads it, unless lines() does so already.
    void read_ahead() const;

private:
    using Lines = Reading<std::vector<std::string>>;
    mutable std::atomic<bool> begun_ = false;  ///< somebody reads it, or has
    mutable std::promise<Lines> ahead_;
    mutable std::optional<Lines> lines_;
};

/// KVM_GET_SUPPORTED_CPUID is a CPUID, hence a VM exit, for each of some eighty leaves: asked on a second
/// thread, behind the log.  It waits on the first CPU until that has been read: elsewhere it would be in the
/// way.
class LiveKvmDevice final : public KvmDevice {
public:
    LiveKvmDevice(std::optional<unsigned> first_cpu, const LiveKernelLog& log);
    ~LiveKvmDevice() override;
    LiveKvmDevice(const LiveKvmDevice&) = delete;
    LiveKvmDevice& operator=(const LiveKvmDevice&) = delete;
    void prepare() const override;
    Reading<bool> open() const override;
    Reading<DeviceNode> node() const override;
    Reading<int> api_version() const override;
    Reading<int> check_extension(int capability) const override;
    Reading<CpuidRegs> supported_cpuid(std::uint32_t leaf, std::uint32_t subleaf) const override;
    Reading<std::uint64_t> feature_msr(std::uint32_t index) const override;
    Reading<std::vector<std::string>> holders() const override;

private:
    struct CpuidEntry {
        std::uint32_t leaf, subleaf;
        bool indexed;
        CpuidRegs regs;
    };

    /// What the second thread brings.
    struct Answers {
        Descriptor device;
        Absent refusal;                  ///< of open(), where there is no device
        std::optional<DeviceNode> node;  ///< then, where there is one
        std::vector<CpuidEntry> cpuid;
        std::optional<Absent> cpuid_refusal;
    };
    static Answers ask();
    static void ask_cpuid(Answers& answers);
    const Answers& answers() const;
    /// True, too, where KVM does not tell: it then refuses the MSR itself.
    bool lists_feature_msr(std::uint32_t index) const;

    mutable std::binary_semaphore wanted_{0};
    mutable bool prepared_ = false;
    mutable std::atomic<bool> dropped_ = false;  ///< nobody will ask any more
    mutable std::optional<Answers> answers_;
    mutable bool feature_list_tried_ = false;
    mutable std::optional<std::vector<std::uint32_t>> feature_list_;  ///< KVM_GET_MSR_FEATURE_INDEX_LIST
    mutable std::future<Answers> ahead_;
};

}  // namespace nestprobe

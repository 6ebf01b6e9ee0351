// SPDX-License-Identifier: MIT
// What --prove needs of KVM: a machine with one CPU and a little memory, and its exits.  Narrow, so that a
// test can script one: no test makes a real one outside the lab's emulated machines.
#pragma once

#include "base/fact.hpp"

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string_view>
#include <vector>

namespace nestprobe {

struct VmSetup {
    std::vector<unsigned char> memory;  ///< the guest's whole memory, from guest physical 0 on
    std::uint64_t rip = 0, rsp = 0, rdi = 0, rbp = 0;
    bool long_mode = false;  ///< else real mode, all segments at 0
    bool offer_all = false;  ///< KVM_SET_CPUID2 with all that KVM_GET_SUPPORTED_CPUID has
    std::uint64_t cr3 = 0, gdt = 0, idt = 0,
                  tss = 0;                  ///< of long mode; limits as guest_memory.cpp makes them
    std::chrono::milliseconds limit{2000};  ///< the watchdog
    unsigned cpu = 0;                       ///< on which CPU of this machine
};

/// Why KVM_RUN came back.
struct VmExit {
    enum class Kind : std::uint8_t {
        out,             ///< the guest wrote to a port
        halt,            ///< HLT
        shutdown,        ///< a triple fault
        fail_entry,      ///< the processor refused to enter the guest
        internal_error,  ///< KVM gave up
        time_out,        ///< the watchdog
        refused,         ///< KVM_RUN itself failed
        other,
    };
    Kind kind = Kind::other;
    std::uint32_t reason = 0;    ///< KVM's number
    std::uint16_t port = 0;      ///< of out
    std::uint32_t value = 0;     ///< of out
    std::uint32_t suberror = 0;  ///< of internal_error
    std::vector<std::uint64_t>
        data{};  ///< of internal_error: KVM's further words, whose meaning is the suberror's
    std::uint64_t hardware_reason = 0;  ///< of fail_entry
    int error = 0;                      ///< errno, of refused
};

struct VmRegisters {
    std::uint64_t rip = 0, rsp = 0, rflags = 0, cr0 = 0, cr3 = 0, cr4 = 0, efer = 0;
};

class KvmVm {
public:
    virtual ~KvmVm() = default;
    /// Everything up to the first KVM_RUN.  Absent: which ioctl was refused, and its errno; or `no_such_cpu`,
    /// where this process may not run on that CPU.
    virtual Reading<bool> start(const VmSetup& setup) = 0;
    virtual VmExit run() = 0;
    /// The guest's memory as it is now.
    virtual std::span<const unsigned char> memory() const = 0;
    virtual Reading<VmRegisters> registers() const = 0;
    /// The guest's time-stamp counter; KVM_GET_TSC_KHZ.
    virtual Reading<unsigned> tsc_khz() const = 0;
};

inline constexpr std::string_view no_such_cpu = "sched_setaffinity";

using MakeVm = std::function<std::unique_ptr<KvmVm>()>;

/// This machine's /dev/kvm, opened for each VM again.  All of it is gone when the object is.
std::unique_ptr<KvmVm> make_live_vm();

}  // namespace nestprobe

// SPDX-License-Identifier: MIT
// What nestprobe may ask of a machine: five narrow, read-only interfaces.  A live machine, a recorded one and
// a test's fake implement the same five, and nothing above this file can tell which it has.
#pragma once

#include "base/cpu_set.hpp"
#include "base/fact.hpp"
#include "facts/device_facts.hpp"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace nestprobe {

struct CpuidRegs {
    std::uint32_t eax = 0, ebx = 0, ecx = 0, edx = 0;
    friend bool operator==(const CpuidRegs&, const CpuidRegs&) = default;
};

class Cpuid {
public:
    virtual ~Cpuid() = default;
    /// The online CPUs, as sets that are known to read alike before anything is read, in CPUID and in MSRs.
    /// A live machine knows nothing beforehand: one set per CPU.  Empty when no CPU is known.
    virtual std::vector<CpuSet> alike() const = 0;
    /// Where alike() has them from; another tool's dump does not say what was online.
    virtual std::string_view listed_in() const { return "/sys/devices/system/cpu/online"; }
    /// The CPUID instruction executed on that CPU.  Honouring the maximum leaf is the caller's business.
    virtual Reading<CpuidRegs> read(unsigned cpu, std::uint32_t leaf, std::uint32_t subleaf) const = 0;
};

class Msr {
public:
    virtual ~Msr() = default;
    virtual Reading<std::uint64_t> read(unsigned cpu, std::uint32_t index) const = 0;
};

class Filesystem {
public:
    virtual ~Filesystem() = default;
    /// The whole file, as is.  Larger than 32 MiB is malformed.
    virtual Reading<std::string> read(std::string_view path) const = 0;
    /// The names in a directory, sorted bytewise, without "." and "..".
    virtual Reading<std::vector<std::string>> list(std::string_view directory) const = 0;
    /// Does list() name all that is there?  A snapshot that holds some of a directory's files, and no list of
    /// it, proves their presence and no absence.
    virtual bool lists_all(std::string_view directory) const {
        (void)directory;
        return true;
    }
};

/// /dev/kvm, system ioctls only: no VM is created.  Where it does not open, every question is absent with the
/// reason that open() gave.
class KvmDevice {
public:
    virtual ~KvmDevice() = default;
    /// The questions will come soon: who answers slowly may begin now, beside the caller, on the first CPU.
    virtual void prepare() const {}
    /// A real open(2), O_RDWR because KVM demands it.  True, or why not.
    virtual Reading<bool> open() const = 0;
    /// Whose the node is, and its mode: looked at where it was refused, for that alone.
    virtual Reading<DeviceNode> node() const {
        return Absent{Why::not_applicable, "nothing is known of the node"};
    }
    virtual Reading<int> api_version() const = 0;
    virtual Reading<int> check_extension(int capability) const = 0;
    /// KVM_GET_SUPPORTED_CPUID: what a guest may be shown.  not_applicable where KVM lists no such leaf.
    virtual Reading<CpuidRegs> supported_cpuid(std::uint32_t leaf, std::uint32_t subleaf) const = 0;
    /// KVM_GET_MSRS on the system: the value that a guest would be given.  not_implemented where KVM has
    /// none.
    virtual Reading<std::uint64_t> feature_msr(std::uint32_t index) const = 0;
    /// The processes that have /dev/kvm or a virtual machine open, as far as this user may look into
    /// /proc/PID/fd, by number: "4711 qemu-system-x86", and " -name web-1" where it is told one.  Absent
    /// where none is seen and some could not be looked at.
    virtual Reading<std::vector<std::string>> holders() const {
        return Absent{Why::not_recorded, "/proc/*/fd: not recorded"};
    }
};

class KernelLog {
public:
    virtual ~KernelLog() = default;
    /// The lines about virtualization since boot, oldest first, without level and time stamp.  The log is a
    /// ring: a line that is not here proves nothing.
    virtual Reading<std::vector<std::string>> lines() const = 0;
};

/// A whole machine.  Non-owning; passed by const reference and never stored.
struct Sources {
    const Cpuid& cpuid;
    const Msr& msr;
    const Filesystem& files;
    const KvmDevice& kvm;
    const KernelLog& log;
};

}  // namespace nestprobe

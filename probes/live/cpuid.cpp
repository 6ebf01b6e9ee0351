// SPDX-License-Identifier: MIT
#include "base/errors.hpp"
#include "live/parts.hpp"

#include <asm/prctl.h>
#include <fmt/format.h>
#include <libcpuid/libcpuid.h>
#include <sys/syscall.h>

#include <cerrno>

namespace nestprobe {

namespace {

CpuidRegs execute(std::uint32_t leaf, std::uint32_t subleaf) {
    std::uint32_t regs[4] = {leaf, 0, subleaf, 0};
    cpu_exec_cpuid_ext(regs);
    return {regs[0], regs[1], regs[2], regs[3]};
}

using Mask = std::array<cpu_set_t, CpuSet::limit / CPU_SETSIZE>;

}  // namespace

int pin_this_thread(unsigned cpu) {
    Mask mask{};
    CPU_SET_S(cpu, sizeof mask, mask.data());
    return ::sched_setaffinity(0, sizeof mask, mask.data()) == 0 ? 0 : errno;
}

LiveCpuid::LiveCpuid(const Filesystem& files) {
    CpuSet online;
    const auto list = files.read("/sys/devices/system/cpu/online");
    if (list.if_known() && CpuSet::parse(*list.if_known(), online)) {
        online_ = online.members();
    } else {  // no sysfs: what this process may run on is all that can be known
        Mask allowed{};
        if (::sched_getaffinity(0, sizeof allowed, allowed.data()) == 0)
            for (unsigned cpu = 0; cpu < CpuSet::limit; ++cpu)
                if (CPU_ISSET_S(cpu, sizeof allowed, allowed.data())) online_.push_back(cpu);
    }
    restore_ = ::sched_getaffinity(0, sizeof original_, original_.data()) == 0;
    // arch_prctl(2), ARCH_GET_CPUID: 0 means that CPUID faults.  Kernels before 4.12 do not know the
    // question.
    faults_ = ::syscall(SYS_arch_prctl, ARCH_GET_CPUID, 0) == 0;
}

LiveCpuid::~LiveCpuid() {
    if (restore_ && cpu_) ::sched_setaffinity(0, sizeof original_, original_.data());
}

std::vector<CpuSet> LiveCpuid::alike() const {
    std::vector<CpuSet> sets;
    sets.reserve(online_.size());
    for (const unsigned cpu : online_) sets.emplace_back(cpu);
    return sets;
}

std::optional<unsigned> LiveCpuid::first_cpu() const {
    return online_.empty() ? std::nullopt : std::optional(online_.front());
}

int LiveCpuid::pin(unsigned cpu) const {
    if (cpu_ == cpu) return pin_error_;
    pin_error_ = pin_this_thread(cpu);
    cpu_ = cpu;
    driver_ = Descriptor();
    driver_error_ = 0;
    return pin_error_;
}

Reading<CpuidRegs> LiveCpuid::read(unsigned cpu, std::uint32_t leaf, std::uint32_t subleaf) const {
    if (faults_) return read_driver(cpu, leaf, subleaf);
    if (pin(cpu) != 0) return read_driver(cpu, leaf, subleaf);
    return execute(leaf, subleaf);
}

Reading<CpuidRegs> LiveCpuid::read_driver(unsigned cpu, std::uint32_t leaf, std::uint32_t subleaf) const {
    const std::string path = fmt::format("/dev/cpu/{}/cpuid", cpu);
    if (!driver_ && driver_error_ == 0) {
        driver_ = Descriptor::open_read_only(path);
        driver_error_ = driver_ ? 0 : errno;
    }
    CpuidRegs regs;
    const auto offset = static_cast<off_t>(std::uint64_t{subleaf} << 32 | leaf);
    if (driver_ && ::pread(driver_.get(), &regs, sizeof regs, offset) == sizeof regs) return regs;
    Absent absent = refused(driver_ ? errno : driver_error_, path);
    absent.detail += faults_ ? "; CPUID faults for this process"
                             : fmt::format("; sched_setaffinity to CPU {}: {}", cpu, error_text(pin_error_));
    return absent;
}

}  // namespace nestprobe

// SPDX-License-Identifier: MIT
// A real virtual machine.  What it holds are descriptors and mappings, so that the kernel frees all of it
// when nestprobe ends, however it ends.
#include "base/cpu_set.hpp"
#include "base/errors.hpp"
#include "input/descriptor.hpp"
#include "prove/kvm_vm.hpp"
#include "prove/watchdog.hpp"

#include <fmt/format.h>
#include <linux/kvm.h>
#include <sched.h>
#include <sys/ioctl.h>
#include <sys/mman.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <optional>

namespace nestprobe {
namespace {

// struct kvm_cpuid2 ends in a flexible array inside an empty struct, whose size differs between C and C++
// (live/kvm_device.cpp).
struct FullCpuidTable {
    std::uint32_t entries = 256;  // KVM_MAX_CPUID_ENTRIES
    std::uint32_t padding = 0;
    kvm_cpuid_entry2 entry[256];
};
constexpr unsigned long get_cpuid_for_vm = _IOC(_IOC_READ | _IOC_WRITE, KVMIO, 0x05, 8);
constexpr unsigned long set_cpuid = _IOC(_IOC_WRITE, KVMIO, 0x90, 8);
static_assert(get_cpuid_for_vm == 0xc008ae05 && set_cpuid == 0x4008ae90);

/// Memory from mmap().
class Mapping {
public:
    Mapping() = default;
    Mapping(std::size_t size, int flags, int fd)
        : address_(::mmap(nullptr, size, PROT_READ | PROT_WRITE, flags, fd, 0)), size_(size) {}
    ~Mapping() {
        if (*this) ::munmap(address_, size_);
    }
    Mapping(const Mapping&) = delete;
    Mapping& operator=(Mapping&& other) noexcept {
        std::swap(address_, other.address_);
        std::swap(size_, other.size_);
        return *this;
    }
    explicit operator bool() const { return address_ != MAP_FAILED; }
    unsigned char* bytes() const { return static_cast<unsigned char*>(address_); }
    std::size_t size() const { return size_; }

private:
    void* address_ = MAP_FAILED;
    std::size_t size_ = 0;
};

kvm_segment segment(std::uint16_t selector, std::uint8_t type, std::uint8_t system_bit, bool is_long) {
    kvm_segment s{};
    s.selector = selector;
    s.limit = 0xffffffff;
    s.type = type;
    s.present = 1;
    s.s = system_bit;
    s.l = is_long;
    s.db = !is_long;
    s.g = 1;
    return s;
}

/// Moves this thread to one CPU while it lives.
class OnCpu {
public:
    explicit OnCpu(unsigned cpu) {
        Set wanted{};
        wanted[cpu / bits % wanted.size()] = 1ul << cpu % bits;
        if (::sched_getaffinity(0, sizeof before_, as_set(before_)) < 0 ||
            ::sched_setaffinity(0, sizeof wanted, as_set(wanted)) != 0)
            error_ = errno;
    }
    ~OnCpu() {
        if (error_ == 0) ::sched_setaffinity(0, sizeof before_, as_set(before_));
    }
    OnCpu(const OnCpu&) = delete;
    OnCpu& operator=(const OnCpu&) = delete;
    int error() const { return error_; }

private:
    static constexpr unsigned bits = 64;
    using Set = std::array<unsigned long, CpuSet::limit / bits>;
    static cpu_set_t* as_set(Set& set) { return reinterpret_cast<cpu_set_t*>(set.data()); }

    Set before_{};
    int error_ = 0;
};

class LiveKvmVm final : public KvmVm {
public:
    Reading<bool> start(const VmSetup& setup) override;
    VmExit run() override;
    std::span<const unsigned char> memory() const override {
        return memory_ ? std::span<const unsigned char>(memory_.bytes(), memory_.size())
                       : std::span<const unsigned char>();
    }
    Reading<VmRegisters> registers() const override;
    Reading<unsigned> tsc_khz() const override {
        const int khz = ::ioctl(cpu_.get(), KVM_GET_TSC_KHZ, 0);
        return khz > 0 ? Reading<unsigned>(static_cast<unsigned>(khz))
                       : Reading<unsigned>(refused(errno, "KVM_GET_TSC_KHZ"));
    }

private:
    Reading<bool> create(const VmSetup& setup);
    Reading<bool> set_registers(const VmSetup& setup);

    // In the order of their making: what is made last goes first.
    std::optional<OnCpu> on_cpu_;
    Mapping memory_;
    Descriptor kvm_, vm_, cpu_;
    Mapping run_;
    std::unique_ptr<Watchdog> watchdog_;
};

Reading<bool> LiveKvmVm::create(const VmSetup& setup) {
    kvm_ = Descriptor(::open("/dev/kvm", O_RDWR | O_CLOEXEC | O_NOCTTY));
    if (!kvm_) return refused(errno, "/dev/kvm");
    vm_ = Descriptor(::ioctl(kvm_.get(), KVM_CREATE_VM, 0));
    if (!vm_) return refused(errno, "KVM_CREATE_VM");
    // VMX without unrestricted guest keeps what it needs for real mode here; nobody else minds.
    std::uint64_t identity_map = 0xfffbc000;
    if (::ioctl(vm_.get(), KVM_SET_TSS_ADDR, 0xfffbd000ul) != 0) return refused(errno, "KVM_SET_TSS_ADDR");
    if (::ioctl(vm_.get(), KVM_SET_IDENTITY_MAP_ADDR, &identity_map) != 0)
        return refused(errno, "KVM_SET_IDENTITY_MAP_ADDR");
    memory_ = Mapping(setup.memory.size(), MAP_PRIVATE | MAP_ANONYMOUS, -1);
    if (!memory_) return refused(errno, "mmap of the guest's memory");
    std::memcpy(memory_.bytes(), setup.memory.data(), setup.memory.size());
    kvm_userspace_memory_region region{};
    region.memory_size = memory_.size();
    region.userspace_addr = reinterpret_cast<std::uintptr_t>(memory_.bytes());
    if (::ioctl(vm_.get(), KVM_SET_USER_MEMORY_REGION, &region) != 0)
        return refused(errno, "KVM_SET_USER_MEMORY_REGION");
    cpu_ = Descriptor(::ioctl(vm_.get(), KVM_CREATE_VCPU, 0));
    if (!cpu_) return refused(errno, "KVM_CREATE_VCPU");
    const int size = ::ioctl(kvm_.get(), KVM_GET_VCPU_MMAP_SIZE, 0);
    if (size < static_cast<int>(sizeof(kvm_run))) return refused(errno, "KVM_GET_VCPU_MMAP_SIZE");
    run_ = Mapping(static_cast<std::size_t>(size), MAP_SHARED, cpu_.get());
    if (!run_) return refused(errno, "mmap of struct kvm_run");
    return true;
}

Reading<bool> LiveKvmVm::set_registers(const VmSetup& setup) {
    kvm_sregs s{};
    if (::ioctl(cpu_.get(), KVM_GET_SREGS, &s) != 0) return refused(errno, "KVM_GET_SREGS");
    s.cs.base = s.cs.selector = 0;
    if (setup.long_mode) {
        s.cs = segment(0x08, 11, 1, true);
        s.ds = s.es = s.fs = s.gs = s.ss = segment(0x10, 3, 1, false);
        s.tr = segment(0x18, 11, 0, false);
        s.tr.base = setup.tss;
        s.tr.limit = 0x67;
        s.tr.db = s.tr.g = 0;
        s.gdt.base = setup.gdt;
        s.gdt.limit = 0x27;
        s.idt.base = setup.idt;
        s.idt.limit = 32 * 16 - 1;
        s.cr0 = 0x80000031;  // PG NE ET PE
        s.cr3 = setup.cr3;
        s.cr4 = 0x20;    // PAE
        s.efer = 0x500;  // LMA LME
    }
    if (::ioctl(cpu_.get(), KVM_SET_SREGS, &s) != 0) return refused(errno, "KVM_SET_SREGS");
    kvm_regs r{};
    r.rip = setup.rip;
    r.rsp = setup.rsp;
    r.rdi = setup.rdi;
    r.rbp = setup.rbp;
    r.rflags = 2;
    if (::ioctl(cpu_.get(), KVM_SET_REGS, &r) != 0) return refused(errno, "KVM_SET_REGS");
    return true;
}

Reading<bool> LiveKvmVm::start(const VmSetup& setup) {
    on_cpu_.emplace(setup.cpu);
    if (on_cpu_->error() != 0) return refused(on_cpu_->error(), no_such_cpu);
    if (auto created = create(setup); created.if_absent()) return created;
    if (setup.offer_all) {
        const auto table = std::make_unique<FullCpuidTable>();
        if (::ioctl(kvm_.get(), get_cpuid_for_vm, table.get()) != 0)
            return refused(errno, "KVM_GET_SUPPORTED_CPUID");
        if (::ioctl(cpu_.get(), set_cpuid, table.get()) != 0) return refused(errno, "KVM_SET_CPUID2");
    }
    if (auto set = set_registers(setup); set.if_absent()) return set;
    watchdog_ = std::make_unique<Watchdog>(*reinterpret_cast<kvm_run*>(run_.bytes()), setup.limit);
    if (!watchdog_->armed()) return refused(watchdog_->error(), "timer_create");
    return true;
}

VmExit LiveKvmVm::run() {
    auto* run = reinterpret_cast<kvm_run*>(run_.bytes());
    VmExit exit;
    while (::ioctl(cpu_.get(), KVM_RUN, 0) != 0) {
        exit.error = errno;
        // Another signal than the watchdog's ends the call too, and means nothing.
        const bool interrupted = errno == EINTR || errno == EAGAIN;
        if (interrupted && __atomic_load_n(&run->immediate_exit, __ATOMIC_RELAXED) == 0) continue;
        exit.kind = interrupted ? VmExit::Kind::time_out : VmExit::Kind::refused;
        return exit;
    }
    exit.error = 0;
    exit.reason = run->exit_reason;
    switch (run->exit_reason) {
        case KVM_EXIT_IO:
            if (run->io.direction != KVM_EXIT_IO_OUT || run->io.size > 4 || run->io.count != 1) break;
            exit.kind = VmExit::Kind::out;
            exit.port = run->io.port;
            std::memcpy(&exit.value, run_.bytes() + run->io.data_offset, run->io.size);
            break;
        case KVM_EXIT_HLT: exit.kind = VmExit::Kind::halt; break;
        case KVM_EXIT_SHUTDOWN: exit.kind = VmExit::Kind::shutdown; break;
        case KVM_EXIT_FAIL_ENTRY:
            exit.kind = VmExit::Kind::fail_entry;
            exit.hardware_reason = run->fail_entry.hardware_entry_failure_reason;
            break;
        case KVM_EXIT_INTERNAL_ERROR:
            exit.kind = VmExit::Kind::internal_error;
            exit.suberror = run->internal.suberror;
            exit.data.assign(run->internal.data,
                             run->internal.data +
                                 std::min<std::size_t>(run->internal.ndata, std::size(run->internal.data)));
            break;
        default: break;
    }
    return exit;
}

Reading<VmRegisters> LiveKvmVm::registers() const {
    kvm_regs r{};
    kvm_sregs s{};
    if (::ioctl(cpu_.get(), KVM_GET_REGS, &r) != 0) return refused(errno, "KVM_GET_REGS");
    if (::ioctl(cpu_.get(), KVM_GET_SREGS, &s) != 0) return refused(errno, "KVM_GET_SREGS");
    return VmRegisters{r.rip, r.rsp, r.rflags, s.cr0, s.cr3, s.cr4, s.efer};
}

}  // namespace

std::unique_ptr<KvmVm> make_live_vm() { return std::make_unique<LiveKvmVm>(); }

}  // namespace nestprobe

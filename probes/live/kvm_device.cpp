// SPDX-License-Identifier: MIT
#include "errors.hpp"
#include "live/parts.hpp"
#include "text.hpp"

#include <fmt/format.h>
#include <linux/kvm.h>
#include <sys/ioctl.h>
#include <sys/stat.h>

#include <cerrno>

namespace nestprobe {
namespace {

constexpr std::string_view path = "/dev/kvm";

/// The name of a group, from the file alone: no name service, which could ask the network.
std::string group_name(unsigned gid) {
    std::string name = fmt::format("{}", gid);
    const auto text = LiveFilesystem().read("/etc/group");
    if (!text.if_known()) return name;
    for_each_line(*text.if_known(), [&](std::string_view line) {  // kvm:x:104:user,user
        const auto first = line.find(':');
        const auto second = line.find(':', first == std::string_view::npos ? first : first + 1);
        if (second == std::string_view::npos) return;
        const auto third = line.find(':', second + 1);
        unsigned number = 0;
        if (parse_number(line.substr(second + 1, third - second - 1), number) && number == gid)
            name = fmt::format("{} ({})", line.substr(0, first), gid);
    });
    return name;
}

/// "owner 0, group kvm (104), mode 0660"
std::string describe_node() {
    struct stat node {};
    if (::stat(path.data(), &node) != 0) return {};
    if (!S_ISCHR(node.st_mode)) return "not a character device";
    return fmt::format("owner {}, group {}, mode {:04o}", node.st_uid, group_name(node.st_gid), node.st_mode & 07777u);
}

}  // namespace

LiveKvmDevice::LiveKvmDevice() = default;
LiveKvmDevice::~LiveKvmDevice() = default;

void LiveKvmDevice::ensure_open() const {
    if (tried_) return;
    tried_ = true;
    // KVM answers no ioctl on a descriptor that is not open for writing as well.
    device_ = Descriptor(::open(path.data(), O_RDWR | O_CLOEXEC | O_NOCTTY));
    if (device_) return;
    refusal_ = refused(errno, path);
    if (const std::string node = describe_node(); !node.empty()) refusal_.detail += fmt::format(" ({})", node);
}

Reading<bool> LiveKvmDevice::open() const {
    ensure_open();
    if (device_) return true;
    return refusal_;
}

Reading<int> LiveKvmDevice::api_version() const {
    ensure_open();
    if (!device_) return refusal_;
    const int version = ::ioctl(device_.get(), KVM_GET_API_VERSION, 0);
    return version >= 0 ? Reading<int>(version) : Reading<int>(refused(errno, "KVM_GET_API_VERSION"));
}

Reading<int> LiveKvmDevice::check_extension(int capability) const {
    ensure_open();
    if (!device_) return refusal_;
    const int value = ::ioctl(device_.get(), KVM_CHECK_EXTENSION, capability);
    return value >= 0 ? Reading<int>(value) : Reading<int>(refused(errno, "KVM_CHECK_EXTENSION"));
}

void LiveKvmDevice::ensure_cpuid() const {
    if (cpuid_ || cpuid_refusal_) return;
    for (unsigned entries = 128; entries <= 4096; entries *= 2) {
        auto buffer = std::make_unique<std::byte[]>(sizeof(kvm_cpuid2) + entries * sizeof(kvm_cpuid_entry2));
        reinterpret_cast<kvm_cpuid2*>(buffer.get())->nent = entries;
        if (::ioctl(device_.get(), KVM_GET_SUPPORTED_CPUID, buffer.get()) == 0) {
            cpuid_ = std::move(buffer);
            return;
        }
        if (errno != E2BIG) break;
    }
    cpuid_refusal_ = refused(errno, "KVM_GET_SUPPORTED_CPUID");
}

Reading<CpuidRegs> LiveKvmDevice::supported_cpuid(std::uint32_t leaf, std::uint32_t subleaf) const {
    ensure_open();
    if (!device_) return refusal_;
    ensure_cpuid();
    if (cpuid_refusal_) return *cpuid_refusal_;
    const auto* table = reinterpret_cast<const kvm_cpuid2*>(cpuid_.get());
    for (unsigned i = 0; i < table->nent; ++i) {
        const kvm_cpuid_entry2& e = table->entries[i];
        const bool indexed = (e.flags & KVM_CPUID_FLAG_SIGNIFCANT_INDEX) != 0;
        if (e.function == leaf && (!indexed || e.index == subleaf)) return CpuidRegs{e.eax, e.ebx, e.ecx, e.edx};
    }
    return Absent{Why::not_applicable, fmt::format("KVM lists no CPUID leaf 0x{:x}", leaf)};
}

Reading<std::uint64_t> LiveKvmDevice::feature_msr(std::uint32_t index) const {
    ensure_open();
    if (!device_) return refusal_;
    alignas(kvm_msrs) std::byte buffer[sizeof(kvm_msrs) + sizeof(kvm_msr_entry)]{};
    auto* query = reinterpret_cast<kvm_msrs*>(buffer);
    query->nmsrs = 1;
    query->entries[0].index = index;
    const int n = ::ioctl(device_.get(), KVM_GET_MSRS, query);
    if (n == 1) return std::uint64_t{query->entries[0].data};
    if (n == 0) return Absent{Why::not_implemented, fmt::format("KVM_GET_MSRS: KVM has no feature MSR 0x{:x}", index)};
    return refused(errno, "KVM_GET_MSRS");
}

}  // namespace nestprobe

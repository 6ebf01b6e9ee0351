// SPDX-License-Identifier: MIT
#include "base/errors.hpp"
#include "base/text.hpp"
#include "live/ahead.hpp"
#include "live/parts.hpp"

#include <fmt/format.h>
#include <linux/kvm.h>
#include <sys/ioctl.h>
#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <memory>
#include <span>

namespace nestprobe {
namespace {

constexpr std::string_view device_path = "/dev/kvm";

// struct kvm_cpuid2 and struct kvm_msrs end in a flexible array inside an empty struct, which has size 0 in C
// and 1 in C++: their layout, and with it the ioctls' numbers, come out wrong here.  These are the same, in
// C++.
struct TableHeader {
    std::uint32_t entries;
    std::uint32_t padding;
};
constexpr unsigned long get_supported_cpuid = _IOC(_IOC_READ | _IOC_WRITE, KVMIO, 0x05, sizeof(TableHeader));
constexpr unsigned long get_feature_list = _IOC(_IOC_READ | _IOC_WRITE, KVMIO, 0x0a, sizeof(std::uint32_t));
constexpr unsigned long get_msrs = _IOC(_IOC_READ | _IOC_WRITE, KVMIO, 0x88, sizeof(TableHeader));
static_assert(get_supported_cpuid == 0xc008ae05 && get_msrs == 0xc008ae88 && get_feature_list == 0xc004ae0a);
static_assert(sizeof(kvm_cpuid_entry2) == 40 && sizeof(kvm_msr_entry) == 16);

struct CpuidTable {
    TableHeader header;
    kvm_cpuid_entry2 entries[256];  // KVM_MAX_CPUID_ENTRIES; KVM 6.12 fills some 80
};

struct MsrList {
    std::uint32_t entries;
    std::uint32_t indices[1023];  // KVM 6.12 has some 25
};

/// Whose the node is, into the refusal too: "owner 0, group kvm (104), mode 0660".
std::optional<DeviceNode> look_at_node(Absent& refusal) {
    struct stat status {};
    if (::stat(device_path.data(), &status) != 0) return {};
    if (!S_ISCHR(status.st_mode)) {
        refusal.detail += " (not a character device)";
        return {};
    }
    const auto groups = LiveFilesystem().read("/etc/group");
    DeviceNode node{fmt::format("{}", status.st_uid),
                    group_named(groups.if_known() ? *groups.if_known() : std::string(), status.st_gid),
                    fmt::format("{}", status.st_gid), status.st_mode & 07777u};
    refusal.detail += fmt::format(
        " (owner {}, group {}, mode {:04o})", node.owner,
        node.group == node.gid ? node.gid : fmt::format("{} ({})", node.group, node.gid), node.mode);
    return node;
}

}  // namespace

std::string group_named(std::string_view text, unsigned gid) {
    std::string name = fmt::format("{}", gid);
    for_each_line(text, [&](std::string_view line) {  // kvm:x:104:user,user
        const auto first = line.find(':');
        const auto second = line.find(':', first == std::string_view::npos ? first : first + 1);
        if (second == std::string_view::npos) return;
        const auto third = line.find(':', second + 1);
        unsigned number = 0;
        if (parse_number(line.substr(second + 1, third - second - 1), number) && number == gid)
            name = line.substr(0, first);
    });
    return name;
}

LiveKvmDevice::LiveKvmDevice(std::optional<unsigned> first_cpu, const LiveKernelLog& log)
    : ahead_(begin_ahead([this, first_cpu, &log] {
          if (first_cpu) pin_this_thread(*first_cpu);
          wanted_.acquire();
          if (dropped_) return Answers{};
          log.read_ahead();
          return ask();
      })) {}

LiveKvmDevice::~LiveKvmDevice() {
    dropped_ = true;
    prepare();
}

void LiveKvmDevice::prepare() const {
    if (!prepared_) wanted_.release();
    prepared_ = true;
}

const LiveKvmDevice::Answers& LiveKvmDevice::answers() const {
    if (answers_) return *answers_;
    prepare();
    answers_ = ahead_.valid() ? ahead_.get() : ask();
    return *answers_;
}

LiveKvmDevice::Answers LiveKvmDevice::ask() {
    Answers answers;
    // KVM answers no ioctl on a descriptor that is not open for writing as well.
    answers.device = Descriptor(::open(device_path.data(), O_RDWR | O_CLOEXEC | O_NOCTTY));
    if (answers.device) {
        ask_cpuid(answers);
        return answers;
    }
    answers.refusal = refused(errno, device_path);
    answers.node = look_at_node(answers.refusal);
    return answers;
}

void LiveKvmDevice::ask_cpuid(Answers& answers) {
    const auto table = std::make_unique<CpuidTable>();
    table->header.entries = static_cast<std::uint32_t>(std::size(table->entries));
    if (::ioctl(answers.device.get(), get_supported_cpuid, table.get()) != 0) {
        answers.cpuid_refusal = refused(errno, "KVM_GET_SUPPORTED_CPUID");
        return;
    }
    for (const kvm_cpuid_entry2& e : std::span(table->entries, table->header.entries))
        answers.cpuid.push_back({e.function,
                                 e.index,
                                 (e.flags & KVM_CPUID_FLAG_SIGNIFCANT_INDEX) != 0,
                                 {e.eax, e.ebx, e.ecx, e.edx}});
}

Reading<bool> LiveKvmDevice::open() const {
    if (answers().device) return true;
    return answers().refusal;
}

Reading<DeviceNode> LiveKvmDevice::node() const {
    return answers().node ? Reading<DeviceNode>(*answers().node) : KvmDevice::node();
}

Reading<int> LiveKvmDevice::api_version() const {
    if (!answers().device) return answers().refusal;
    const int version = ::ioctl(answers().device.get(), KVM_GET_API_VERSION, 0);
    return version >= 0 ? Reading<int>(version) : Reading<int>(refused(errno, "KVM_GET_API_VERSION"));
}

Reading<int> LiveKvmDevice::check_extension(int capability) const {
    if (!answers().device) return answers().refusal;
    const int value = ::ioctl(answers().device.get(), KVM_CHECK_EXTENSION, capability);
    return value >= 0 ? Reading<int>(value) : Reading<int>(refused(errno, "KVM_CHECK_EXTENSION"));
}

Reading<CpuidRegs> LiveKvmDevice::supported_cpuid(std::uint32_t leaf, std::uint32_t subleaf) const {
    const Answers& kvm = answers();
    if (!kvm.device) return kvm.refusal;
    if (kvm.cpuid_refusal) return *kvm.cpuid_refusal;
    for (const CpuidEntry& e : kvm.cpuid)
        if (e.leaf == leaf && (!e.indexed || e.subleaf == subleaf)) return e.regs;
    return Absent{Why::not_applicable, fmt::format("KVM lists no CPUID leaf 0x{:x}", leaf)};
}

bool LiveKvmDevice::lists_feature_msr(std::uint32_t index) const {
    if (!feature_list_tried_) {
        feature_list_tried_ = true;
        const auto list = std::make_unique<MsrList>();
        list->entries = static_cast<std::uint32_t>(std::size(list->indices));
        if (::ioctl(answers().device.get(), get_feature_list, list.get()) == 0)
            feature_list_.emplace(list->indices, list->indices + list->entries);
    }
    return !feature_list_ ||
           std::find(feature_list_->begin(), feature_list_->end(), index) != feature_list_->end();
}

// With kvm.ignore_msrs on, KVM_GET_MSRS answers 0 for MSRs that KVM does not have (Linux arch/x86/kvm/x86.c,
// do_get_msr_feature(), since 6.13 do_get_feature_msr()): the list decides.
Reading<std::uint64_t> LiveKvmDevice::feature_msr(std::uint32_t index) const {
    if (!answers().device) return answers().refusal;
    const Absent none{Why::not_implemented, fmt::format("KVM has no feature MSR 0x{:x}", index)};
    if (!lists_feature_msr(index)) return none;
    struct {
        TableHeader header;
        kvm_msr_entry entry;
    } query{.header = {.entries = 1}, .entry = {.index = index}};
    const int n = ::ioctl(answers().device.get(), get_msrs, &query);
    if (n == 1) return std::uint64_t{query.entry.data};
    return n == 0 ? none : refused(errno, "KVM_GET_MSRS");
}

}  // namespace nestprobe

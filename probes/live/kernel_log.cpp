// SPDX-License-Identifier: MIT
#include "base/errors.hpp"
#include "base/text.hpp"
#include "live/parts.hpp"

#include <cerrno>
#include <span>

namespace nestprobe {
namespace {

// Lines about KVM, VMX and SVM all have these letters in them (kvm's "vm", vmx's, svm's); the rest begins
// with its subsystem.
constexpr std::string_view subsystems[] = {"x86/cpu:",          "DMAR", "AMD-Vi", "Hyper-V: ", "tboot",
                                           "Memory Encryption", "vfio", "x2apic"};
constexpr std::string_view wanted[] = {"kvm", "KVM", "vmx", "VMX", "VMCS", "svm:", "SVM"};
// What a guest's kernel says of its clocks and interrupts, and lines that quote the command line.
constexpr std::string_view unwanted[] = {"kvm-clock", "kvm-guest", "ommand line:", "clocksource",
                                         "Booting paravirtualized"};

bool has_vm(std::string_view message) {
    for (std::size_t i = 0; i + 1 < message.size(); ++i)
        if ((message[i + 1] | 0x20) == 'm' && (message[i] | 0x20) == 'v') return true;
    return false;
}

bool has_any(std::string_view message, std::span<const std::string_view> parts) {
    return std::any_of(parts.begin(), parts.end(),
                       [&](std::string_view part) { return contains(message, part); });
}

/// "6,339,5140900,-;message\n KEY=value\n" -> message; empty when it is not the kernel's own (facility 0).
std::string_view message_of(std::string_view record) {
    unsigned priority = 0;
    const auto semicolon = record.find(';');
    if (semicolon == std::string_view::npos || !parse_number(record.substr(0, record.find(',')), priority) ||
        priority >= 8)
        return {};
    const std::string_view message = record.substr(semicolon + 1);
    return message.substr(0, message.find('\n'));
}

}  // namespace

bool concerns_virtualization(std::string_view message) {
    for (const std::string_view subsystem : subsystems)
        if (message.starts_with(subsystem)) return true;
    return has_vm(message) && has_any(message, wanted) && !has_any(message, unwanted);
}

Reading<std::vector<std::string>> LiveKernelLog::lines() const {
    constexpr std::size_t most_records = 1u << 17, most_lines = 256, longest = 400;
    constexpr std::string_view path = "/dev/kmsg";
    const Descriptor file = Descriptor::open_read_only(std::string(path));
    if (!file) return refused(errno, path);
    std::vector<std::string> lines;
    char record[8192];  // Linux kernel/printk/internal.h, PRINTK_MESSAGE_MAX is smaller
    for (std::size_t i = 0; i < most_records && lines.size() < most_lines; ++i) {
        const ssize_t n = ::read(file.get(), record, sizeof record);
        if (n < 0 && errno == EPIPE) continue;  // overwritten while reading; the next read is valid again
        if (n < 0 && errno == EINTR) continue;
        if (n < 0 && errno != EAGAIN && lines.empty()) return refused(errno, path);
        if (n <= 0) break;
        const std::string_view message = message_of({record, static_cast<std::size_t>(n)});
        if (concerns_virtualization(message)) lines.emplace_back(message.substr(0, longest));
    }
    return lines;
}

}  // namespace nestprobe

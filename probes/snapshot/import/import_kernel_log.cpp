// SPDX-License-Identifier: MIT
// The kernel's log as people have it: dmesg in all its forms, journalctl -k in its short forms, -o json, -o
// export and -o cat, syslog's files.  Lines lose stamp, host and level; what they prove becomes the files
// that would prove it.  A log is a ring or a part of one: a line that is not there proves nothing.
#include "base/text.hpp"
#include "facts/log_lines.hpp"
#include "machine/kept_log.hpp"
#include "snapshot/import/log_stamps.hpp"
#include "snapshot/import/readers.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>

namespace nestprobe {
namespace {

// --- what lines prove ---

/// "Intel(R) Xeon(R) CPU ... (family: 0x6, model: 0x55, stepping: 0x4)", older: "(fam: 06, model: ..."
std::string_view brand_in(std::string_view message) {
    const auto at = message.find("CPU0: ");
    if (at > 12) return {};  // not found, or too far into the line
    const std::string_view rest = message.substr(at + 6);
    auto end = rest.find(" (fam");
    if (end == std::string_view::npos) end = rest.find(" stepping ");
    return end == std::string_view::npos ? std::string_view{} : trim(rest.substr(0, end));
}

/// "(family: 0x17, model: 0x31, stepping: 0x0)": what QEMU calls its models tells no maker, but these
/// families are one maker's each (Linux arch/x86/kernel/cpu/, intel.c, amd.c, hygon.c).
std::string_view vendor_of_family(std::string_view message) {
    const auto at = message.find("family: 0x");
    unsigned family = 0;
    if (at == std::string_view::npos || contains(message, "ZHAOXIN") || contains(message, "VIA ") ||
        contains(message, "Centaur"))
        return {};
    const std::string_view number = message.substr(at + 10);
    if (!parse_number(number.substr(0, number.find_first_of(",) ")), family, 16)) return {};
    if (family == 6) return "GenuineIntel";
    if (family == 0x18) return "HygonGenuine";
    return family >= 0x10 && family <= 0x1a ? "AuthenticAMD" : std::string_view{};
}

/// "Brought up 1 node, 8 CPUs"
unsigned cpus_in(std::string_view message) {
    const auto at = message.find("Brought up ");
    unsigned count = 0;
    if (at == std::string_view::npos) return 0;
    const auto words = split_words(message.substr(at));
    for (std::size_t i = 1; i < words.size(); ++i)
        if (words[i].starts_with("CPU") && parse_number(words[i - 1], count) && count > 0 &&
            count <= CpuSet::limit)
            return count;
    return 0;
}

class KernelLogReader {
public:
    explicit KernelLogReader(Evidence& evidence) : evidence_(evidence) {}
    /// `cut`: the text ends inside the line, so a number or a list at its end may be a part of one.
    void take(std::string_view message, bool cut) {
        message = trim(message);
        constexpr std::size_t longest = 1000;
        if (message.empty()) return;
        if (message.starts_with("Linux version ")) return take_version(message.substr(14));
        if (!cut) take_facts(message);
        if (wanted(message)) evidence_.log_line(std::string(message.substr(0, longest)));
    }
    void finish() {
        if (!cpu_.brand.empty() || !cpu_.ids.empty()) evidence_.cpu(cpu_);
    }

private:
    void take_facts(std::string_view message) {
        if (const auto at = message.find("ommand line: "); at < 8) {
            evidence_.file("/proc/cmdline", fmt::format("{}\n", message.substr(at + 13)));
        } else if (message.starts_with("DMI: ") && contains(message, "BIOS")) {
            read_dmi_line(message.substr(5), evidence_);
        } else if (message.starts_with("Hardware name: ") && contains(message, ", BIOS ")) {
            read_dmi_line(message.substr(15), evidence_);  // dump_stack_print_info(): the same words
        } else if (message.starts_with("vboxdrv: ")) {
            evidence_.file("/sys/module/vboxdrv/initstate", "live\n");
        } else if (message.starts_with("CPU: ") && contains(message, " Comm: ")) {
            take_release_of_trace(message);
        } else if (const std::string_view brand = brand_in(message); !brand.empty()) {
            cpu_.brand = brand;
            cpu_.vendor = vendor_of_brand(brand);
            if (cpu_.vendor.empty()) cpu_.vendor = vendor_of_family(message);
        } else if (const unsigned cpus = cpus_in(message); cpus > 0) {
            cpu_.ids = cpus == 1 ? "0" : fmt::format("0-{}", cpus - 1);
        } else {
            take_hypervisor(message);
        }
        // Linux arch/arm64/kvm/arm.c, kvm_arch_init(), which the first process runs.
        // Vendors' kernels put the core and the process in front of it: "c3       1 kvm [1]: ".
        const bool of_arm =
            contains(message.substr(0, 40), "kvm [1]: ") &&
            (contains(message, "HYP mode") || contains(message, "Hyp ") || contains(message, "VHE") ||
             contains(message, "IPA Size") || contains(message, "Error, CPU "));
        if (of_arm || message.starts_with("Booting Linux on physical CPU") ||
            contains(message, "Ignoring kvm-arm.mode"))
            hear_architecture("aarch64", evidence_);
    }
    /// Linux lib/dump_stack.c: "CPU: 0 PID: 22 Comm: modprobe Not tainted 6.12.74 #1", "... Tainted: G
    /// W 6.1.0 #1
    /// ...": the word in front of the build's number.
    void take_release_of_trace(std::string_view message) {
        const auto words = split_words(message);
        for (std::size_t i = 1; i < words.size(); ++i)
            if (words[i].starts_with('#') && is_digit(words[i - 1].front()) && contains(words[i - 1], "."))
                evidence_.file("/proc/sys/kernel/osrelease", fmt::format("{}\n", words[i - 1]));
    }
    /// "6.1.0-18-amd64 (debian-kernel@lists.debian.org) (gcc-12 ...": another boot begins.
    void take_version(std::string_view rest) {
        if (rest.find(' ') == std::string_view::npos) return;  // cut
        evidence_.forget_log();
        cpu_ = {};
        evidence_.file("/proc/sys/kernel/osrelease", fmt::format("{}\n", rest.substr(0, rest.find(' '))));
        for (const std::string_view other : {"aarch64", "riscv64", "ppc64le", "s390x", "i686"})
            if (contains(rest, fmt::format("{}-linux-gnu-gcc", other)) ||
                contains(rest, fmt::format("({}-linux-gnu", other)))
                hear_architecture(other, evidence_);
    }
    void hear(std::string_view name, std::string_view message) {
        const std::string source = fmt::format("{}: {}", hearsay::kernel_log, message.substr(0, 100));
        evidence_.hear(hearsay::hypervisor, name, source);
        evidence_.hear(hearsay::guest, "yes", source);
    }
    void take_hypervisor(std::string_view message) {
        constexpr std::string_view detected = "Hypervisor detected: ",
                                   booting = "Booting paravirtualized kernel on ";
        if (message.starts_with(detected)) {
            hear(trim(message.substr(detected.size())), message);
            if (contains(message, "Xen PV"))
                evidence_.hear(hearsay::xen_role, "PV", "kernel log: Hypervisor detected");
        } else if (contains(message, "sing Hyper-V Enlightened VMCS")) {
            hear("Microsoft Hv", message);
            evidence_.hear(hearsay::flag_vmx, "yes", fmt::format("kernel log: {}", message.substr(0, 100)));
        } else if (message.starts_with(booting)) {
            const std::string_view on = message.substr(booting.size());
            if (on.starts_with("KVM") || on.starts_with("Xen") || on.starts_with("VMware")) hear(on, message);
        }
    }
    /// A line of the table of those that bear on virtualization.
    /// illumos has a KVM of its own, whose words are like Linux's and whose cures are others.
    static bool is_illumos(std::string_view message) {
        return contains(message, "[ID ") && contains(message, " kern.");
    }
    static bool wanted(std::string_view message) {
        return !is_illumos(message) && classify_log_line(message) != nullptr;
    }

    Evidence& evidence_;
    CpuLines cpu_;
};

}  // namespace

/// "Jan 03 08:00:01 host systemd-modules-load[500]: Module 'kvm_intel' is deny-listed (by kmod)"
bool read_service_line(std::string_view line, Evidence& evidence) {
    for (const std::string_view service :
         {"systemd-modules-load[", "systemd-udevd[", "(udev-worker)[", "modprobe["}) {
        const auto at = line.find(service);
        const auto colon = at == std::string_view::npos ? at : line.find("]: ", at);
        if (colon == std::string_view::npos) continue;
        const std::string_view message = trim(line.substr(colon + 3));
        const LogRow* row = classify_log_line(message);
        if (!row || (row->subsystem != LogSubsystem::modprobe && row->id != LogLine::loader_deny_listed))
            return false;
        evidence.said(std::string(message));
        evidence.taken("the services that load modules");
        return true;
    }
    return false;
}

bool is_kernel_log(std::string_view text) {
    if (is_journal_json(text) || text.starts_with("__CURSOR=")) return true;
    std::size_t lines = 0, stamped = 0;
    for_each_line(text, [&](std::string_view line) {
        std::string_view message;
        if (trim(line).empty() || lines >= 200) return;
        ++lines;
        stamped += is_stamped(line, message);
    });
    return lines > 0 && (stamped * 2 > lines || trim(text).starts_with("Linux version "));
}

bool has_log_line(std::string_view text) {
    constexpr std::size_t longest_prefix = 40;  // "vfio-pci 0000:01:00.0: "
    bool found = false;
    for_each_line(text, [&](std::string_view line) {
        line = trim(line);
        const LogRow* row = classify_log_line(line);
        found = found || (row && line.find(row->text) <= longest_prefix);
    });
    return found;
}

void read_kernel_log(const Section& section, Evidence& evidence) {
    const std::string_view text = section.body;
    KernelLogReader reader(evidence);
    std::vector<std::string> messages;
    if (is_journal_json(text)) {
        read_json(text, messages);
    } else if (text.starts_with("__CURSOR=")) {
        read_export(text, messages);
    } else {
        // Where lines are tagged with who wrote them, only the kernel's are taken.
        bool tagged = false;
        for_each_line(text,
                      [&](std::string_view line) { tagged = tagged || !behind_tag(trim(line)).empty(); });
        for_each_line(text, [&](std::string_view line) {
            std::string_view message;
            const bool stamped = is_stamped(line, message);
            const std::string_view plain = trim(line);
            const bool own = stamped && !plain.empty() &&
                             (plain.front() == '[' || plain.front() == '<' || plain.front() == 'k');
            if (tagged && behind_tag(plain).empty() && !own) {
                if (!read_service_line(line, evidence)) read_program_line(line, evidence);
                return;
            }
            messages.emplace_back(message);
        });
    }
    for (const std::string& message : messages) {
        reader.take(message, section.cut() && &message == &messages.back());
        if (read_failed_entry(message, evidence)) continue;
        // A program's log that has no tags: QEMU and Firecracker write the time in front, too.
        constexpr std::string_view of_programs[] = {"/dev/kvm",       "Kvm(",          "KVM object",
                                                    "Kvm object",     "kvm_device_t",  "KVM kernel module",
                                                    "initialize KVM", "initialize kvm"};
        if (contains_any(message, of_programs) && !read_denial(message, evidence) &&
            !read_program_line(message, evidence) && !read_kvm_refusal(message, evidence))
            read_kvm_failure(message, evidence);
    }
    reader.finish();
    if (!section.cut()) read_unused_iommu(section.command, messages, evidence);
    evidence.taken("the kernel's log");
}

}  // namespace nestprobe

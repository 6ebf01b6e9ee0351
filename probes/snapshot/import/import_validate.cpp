// SPDX-License-Identifier: MIT
// What programs that start guests say of a host: their refusals, kata-runtime's check, and virt-host-validate
// in the languages that libvirt is translated into (po/ of 9.0): words for the check and for its result may
// each be English or not.  Source: libvirt tools/virt-host-validate-common.c.
#include "base/text.hpp"
#include "snapshot/import/readers.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cerrno>
#include <iterator>
#include <span>
#include <utility>

namespace nestprobe {
namespace {

constexpr std::string_view pass_words[] = {"PASS",
                                           "BESTANDEN",
                                           "PASA",
                                           "PASSAR",
                                           "V PO\u0158\u00c1DKU",
                                           "OK",
                                           "\u6210\u529f",
                                           "\uD1B5\uACFC",
                                           "\u901A\u8FC7",
                                           "GODK\u00C4ND",
                                           "\u041F\u0420\u041E\u0419\u0414\u0415\u041D\u041E"};
constexpr std::string_view fail_words[] = {"FAIL",
                                           "VERFEHLT",
                                           "FALLA",
                                           "FALHA",
                                           "SELHALO",
                                           "MISSLYCKAT",
                                           "\u5931\u6557",
                                           "\uC2E4\uD328",
                                           "\u672A\u901A\u8FC7",
                                           "\u041E\u0428\u0418\u0411\u041A\u0410",
                                           "\u041F\u041E\u041C\u0418\u041B\u041A\u0410"};
constexpr std::string_view hardware_words[] = {
    "hardware virtualization",
    "hardwarovou virtualizaci",
    "virtualiza\u00E7\u00E3o de hardware",
    "\u30CF\u30FC\u30C9\u30A6\u30A7\u30A2\u4EEE\u60F3\u5316",
    "\uD558\uB4DC\uC6E8\uC5B4 \uAC00\uC0C1\uD654",
    "\u786C\u4EF6\u865A\u62DF\u5316",
    "\u0430\u043F\u043F\u0430\u0440\u0430\u0442\u043D\u043E\u0439 "
    "\u0432\u0438\u0440\u0442\u0443\u0430\u043B\u0438\u0437\u0430\u0446\u0438\u0438",
    "\u0430\u043F\u0430\u0440\u0430\u0442\u043D\u043E\u0457 "
    "\u0432\u0456\u0440\u0442\u0443\u0430\u043B\u0456\u0437\u0430\u0446\u0456\u0457"};

constexpr std::pair<std::string_view, std::string_view> tables_by_flag[] = {
    {"No ACPI DMAR table found", hearsay::flag_vmx},
    {"No ACPI IVRS table found", hearsay::flag_svm},
    {"IOMMU appears to be disabled in kernel. Add intel_iommu=on", hearsay::flag_vmx}};

bool is_one_of(std::string_view word, std::span<const std::string_view> words) {
    return std::find(words.begin(), words.end(), word) != words.end();
}

enum class Result : std::uint8_t { unknown, pass, fail };

/// A check that passed has no hint behind it, any other has one: that tells where the word is not known.
Result result_in(std::string_view line) {
    const auto hint = line.find(" (");
    const std::string_view before = trim(line.substr(0, hint));
    const auto colon = before.rfind(':');
    if (colon == std::string_view::npos) return Result::unknown;
    const std::string_view word = trim(before.substr(colon + 1));
    if (is_one_of(word, pass_words)) return Result::pass;
    if (is_one_of(word, fail_words)) return Result::fail;
    return hint != std::string_view::npos && !word.empty() ? Result::fail : Result::unknown;
}

}  // namespace

bool is_validate_line(std::string_view line) {
    line = trim(line);
    if (!line.starts_with("QEMU:") && !line.starts_with("QEMU :")) return false;
    return line.find(':', line.find(':') + 1) != std::string_view::npos;
}

/// "QEMU: Checking for hardware virtualization : PASS" counts flags of either vendor.  The hints stand
/// behind those checks alone whose words they hold: the module's names where the node is missing, its path
/// where this user may not open it.
void read_validate_line(std::string_view line, Evidence& evidence) {
    const Result result = result_in(line);
    if (result == Result::unknown) return;
    const bool hardware = contains_any(line, hardware_words);
    const std::string said = fmt::format("virt-host-validate: {}", trim(line));
    if (hardware && result == Result::fail)
        for (const std::string_view topic : {hearsay::flag_vmx, hearsay::flag_svm})
            evidence.hear(topic, "no", "virt-host-validate: hardware virtualization FAIL");
    // virHostValidateIOMMU(): for VT-d's table it looks where /proc/cpuinfo has vmx, for AMD's where it has
    // svm.
    for (const auto& [words, topic] : tables_by_flag)
        if (contains(line, words)) evidence.hear(topic, "yes", said);
    if (!contains(line, "/dev/kvm")) return;
    if (result == Result::pass) {
        evidence.saw_node();
        if (contains(line, "accessible")) evidence.got_kvm();
        evidence.hear(hearsay::usable, "yes", said);
    } else if (contains(line, "exists") || contains(line, "kvm-intel")) {
        evidence.kvm(Absent{Why::no_device, "/dev/kvm: No such file or directory", 2});
    } else if (contains(line, "accessible") ||
               contains(line.substr(std::min(line.find(" ("), line.size())), "/dev/kvm")) {
        evidence.kvm(Absent{Why::permission_denied, "/dev/kvm: Permission denied", 13});
    }
}

/// libvirt, or what asks it, found no KVM that QEMU could use: it does not say why.
bool read_libvirt_refusal(std::string_view line, Evidence& evidence) {
    constexpr std::string_view words[] = {"KVM is not supported by '", "domaintype=kvm"};
    for (const std::string_view part : words)
        if (contains(line, part)) {
            evidence.hear(hearsay::usable, "no", fmt::format("libvirt: {}", trim(line).substr(0, 100)));
            evidence.taken("libvirt's refusal");
            return true;
        }
    return false;
}

/// VirtualBox VMMR0/HMR0.cpp: CPUID shows the bit, and its driver has read the register (0x3a, VM_CR).
bool read_virtualbox_refusal(std::string_view line, Evidence& evidence) {
    struct Row {
        std::string_view error, topic, flag;
    };
    constexpr Row rows[] = {{"VERR_VMX_MSR_ALL_VMX_DISABLED", hearsay::cpuid_vmx, "vmx"},
                            {"VERR_VMX_MSR_VMX_DISABLED", hearsay::cpuid_vmx, "vmx"},
                            {"VERR_SVM_DISABLED", hearsay::cpuid_svm, "svm"}};
    // Nothing that CPUID shows: of Windows' own hypervisor it says the same there.
    if (contains(line, "VBoxManage: ") &&
        (contains(line, "VERR_VMX_NO_VMX") || contains(line, "VERR_SVM_NO_SVM"))) {
        for (const std::string_view topic : {hearsay::flag_vmx, hearsay::flag_svm})
            evidence.hear(topic, "no", hearsay::vboxmanage);
        evidence.taken("VirtualBox's refusal");
        return true;
    }
    // Its driver is loaded, and found the processor's virtualization switched on by somebody else.
    constexpr Row in_use[] = {{"VERR_VMX_IN_VMX_ROOT_MODE", hearsay::cpuid_vmx, ""},
                              {"VERR_SVM_IN_USE", hearsay::cpuid_svm, ""}};
    for (const Row& row : in_use)
        if (contains(line, row.error) && !contains(line, ".exe")) {
            evidence.hear(row.topic, "yes", fmt::format("VirtualBox: {}", row.error));
            evidence.file("/sys/module/vboxdrv/initstate", "live\n");
            evidence.taken("VirtualBox's refusal");
            return true;
        }
    for (const Row& row : rows)
        if (contains(line, row.error)) {
            evidence.hear(row.topic, "yes", "VirtualBox");
            evidence.hear(hearsay::firmware_off, fmt::format("{} ({})", row.error, row.flag), "VirtualBox");
            evidence.taken("VirtualBox's refusal");
            return true;
        }
    return false;
}

/// What AppArmor and SELinux write into the kernel's log and into audit's (Linux security/apparmor/lib.c,
/// security/selinux/avc.c): the node by its path, or by its name in devtmpfs.
bool read_denial(std::string_view line, Evidence& evidence) {
    constexpr std::size_t longest = 60;
    const auto value_of = [&](std::string_view key) {
        const std::string_view rest = after(line, key);
        return std::string_view(rest.substr(0, std::min(rest.find('"'), longest)));
    };
    const bool apparmor = contains(line, "apparmor=\"DENIED\"") && contains(line, "name=\"/dev/kvm\"");
    const bool selinux = contains(line, "avc:  denied") && !contains(line, "permissive=1") &&
                         (contains(line, "path=\"/dev/kvm\"") ||
                          (contains(line, "name=\"kvm\"") && contains(line, "tclass=chr_file")));
    if (!apparmor && !selinux) return false;
    const std::string_view profile = value_of("profile=\""), program = value_of("comm=\"");
    const bool snap = profile.starts_with("snap.");
    evidence.kvm(Absent{Why::permission_denied,
                        apparmor ? fmt::format("/dev/kvm: AppArmor denied it to {}, by the profile {}",
                                               program, profile)
                                 : fmt::format("/dev/kvm: SELinux denied it to {}", program),
                        EACCES},
                 snap ? Opener::snap : Opener::policy);
    evidence.taken("a security module's refusal");
    return true;
}

/// "mac_hdd.qcow2> ...", of nix build, and "machine # ...", of NixOS' test driver, in front of what a builder
/// printed (Nix manual, nix build, --print-build-logs; nixos/lib/test-driver).
static bool is_of_nix_build(std::string_view line) {
    constexpr std::size_t longest = 80;
    const auto space = line.find(' ');
    if (space == std::string_view::npos || space == 0 || space > longest) return false;
    const std::string_view name = line.substr(0, space);
    const bool build = name.size() > 1 && name.ends_with('>'), driver = line.substr(space).starts_with(" # ");
    const std::string_view bare = build ? name.substr(0, name.size() - 1) : name;
    constexpr std::string_view of_names =
        "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._+-?=";
    return (build || driver) && bare.find_first_not_of(of_names) == std::string_view::npos;
}

bool read_kvm_refusal(std::string_view line, Evidence& evidence) {
    // Proxmox VE, PVE/QemuServer.pm, kvm_version(): the node did not open, or did not answer.
    if (contains(line, "KVM virtualisation configured, but not available")) {
        evidence.hear(hearsay::usable, "no", "Proxmox VE");
        evidence.taken("a program's refusal");
        return true;
    }
    if (contains(line, "KVM requires a CPU that supports vmx or svm")) {  // by CPUID or /proc/cpuinfo
        for (const std::string_view topic : {hearsay::flag_vmx, hearsay::flag_svm})
            evidence.hear(topic, "no", hearsay::emulator);
        evidence.taken("a program's refusal");
        return true;
    }
    constexpr std::string_view beginnings[] = {"Could not access KVM kernel module",
                                               "failed to initialize KVM",
                                               "failed to initialize kvm",
                                               "have permissions to use KVM",
                                               "ermission denied on /dev/kvm",
                                               "ermission denied for /dev/kvm",
                                               "failed to open /dev/kvm",
                                               "Could not open /dev/kvm",
                                               "open /dev/kvm",
                                               "cannot open /dev/kvm",
                                               "failed to open kvm device",
                                               "can't open /dev/kvm"};
    if (std::none_of(std::begin(beginnings), std::end(beginnings),
                     [&](std::string_view part) { return contains(line, part); }))
        return false;
    Absent absent;
    // Who opens the node says so first; alone, this is an encrypted guest's refusal, too (QEMU
    // target/i386/sev.c).
    if (contains(line, "nitialize") && contains(line, "Operation not permitted") &&
        !contains(line, "KVM kernel module"))
        return false;
    if (contains(line, "have permissions to use KVM")) {  // the Android emulator's words
        evidence.kvm(
            Absent{Why::permission_denied, "/dev/kvm: Permission denied, says the emulator", EACCES});
        evidence.taken("a program's refusal");
        return true;
    }
    // "failed to initialize KVM" also ends KVM_CREATE_VM's failures; these two words are open()'s alone.
    if (!read_refusal("/dev/kvm", line, absent)) return false;
    if ((contains(line, "initialize KVM") || contains(line, "initialize kvm")) &&
        absent.why != Why::permission_denied && !contains(line, "No such file or directory"))
        return false;
    Opener opener = Opener::user;
    for (const std::string_view words :
         {"process exited while connecting to monitor", "closed the monitor", "virError("})
        if (contains(line, words)) opener = Opener::libvirt;
    // A terminal has wrapped the first of these.
    if (trim(line).starts_with("monitor: ")) opener = Opener::libvirt;
    if (is_of_nix_build(line)) opener = Opener::nix;
    absent.detail += said_by(opener);
    evidence.kvm(std::move(absent), opener);
    evidence.taken("a program's refusal");
    return true;
}

/// kata-containers src/runtime/cmd/kata-runtime/kata-check.go.  A module that it calls found is one that
/// modprobe knows of: it may not be in the kernel.
bool read_kata_line(std::string_view line, Evidence& evidence) {
    const bool found = contains(line, "property found");
    if ((!contains(line, "[0000]") && !contains(line, "level=")) ||
        (!found && !contains(line, "property not found") && !contains(line, "parameter has")))
        return false;
    const auto value_of = [&](std::string_view key) {
        const auto at = line.find(key);
        const std::string_view rest = at == std::string_view::npos ? "" : line.substr(at + key.size());
        return trim(rest.substr(0, rest.find(' ')));
    };
    const std::string_view name = value_of(" name=");
    if (found && (name == "GenuineIntel" || name == "AuthenticAMD"))
        evidence.cpu({.vendor = std::string(name)});
    else if (name == "vmx" || name == "svm")
        evidence.hear(name == "vmx" ? hearsay::flag_vmx : hearsay::flag_svm, found ? "yes" : "no",
                      "kata-check: CPU property");
    else if (const std::string_view value = value_of(" value=");
             value_of(" parameter=") == "nested" && !value.empty())
        evidence.file(fmt::format("/sys/module/{}/parameters/nested", name), fmt::format("{}\n", value));
    else
        return false;
    evidence.taken("kata-check");
    return true;
}

}  // namespace nestprobe

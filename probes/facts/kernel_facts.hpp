// SPDX-License-Identifier: MIT
// The kernel, and the process that asks.
#pragma once

#include "base/per_cpu.hpp"
#include "base/tristate.hpp"
#include "facts/log_lines.hpp"

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace nestprobe {

struct KernelVersion {
    unsigned major = 0, minor = 0;
    friend bool operator==(const KernelVersion&, const KernelVersion&) = default;
    friend bool operator>=(const KernelVersion& a, const KernelVersion& b) {
        return a.major != b.major ? a.major > b.major : a.minor >= b.minor;
    }
};

/// Whose job a process is; ci: of another CI.
enum class Job : std::uint8_t { none, github_hosted, github, gitlab_hosted, gitlab, ci, circleci, travis };
constexpr std::string_view to_string(Job job) {
    constexpr std::string_view names[] = {"none", "github-hosted", "github", "gitlab-hosted", "gitlab",
                                          "ci",   "circleci",      "travis"};
    return names[static_cast<std::size_t>(job)];
}

/// What one of the kernel's reports on the processor's flaws tells of VMX and KVM (Linux 6.12
/// arch/x86/kernel/cpu/bugs.c, itlb_multihit_show_state(), l1tf_show_state()).
enum class FlawTells : std::uint8_t {
    nothing,
    vmx_unsupported,  ///< the kernel found VMX missing, or not allowed
    vmx_disabled,     ///< it may be used, and is not
    pages_split,
    vulnerable,
    flushes,            ///< the cache, at every entry of a guest
    flushes_sometimes,  ///< behind code that could leak
};
struct FlawReport {
    enum class Flaw : std::uint8_t { itlb_multihit, l1tf };
    Flaw flaw{};
    FlawTells tells{};
    std::string words;
    std::string text() const;  ///< "l1tf: Not affected"
    friend bool operator==(const FlawReport&, const FlawReport&) = default;
};
std::string_view to_string(FlawReport::Flaw flaw);  ///< the file's name

struct KernelFacts {
    Fact<std::string> release{};
    Fact<std::string> build{};
    Fact<KernelVersion> version{};
    Fact<std::string> arch{};
    Fact<Tristate> config_vendor{};
    PerCpu<bool> flag_vmx{};
    PerCpu<bool> flag_svm{};
    PerCpu<bool> flag_hypervisor{};
    PerCpu<bool> flag_usable{};
    PerCpu<bool> flag_ept{};
    PerCpu<std::vector<std::string>> vmx_flags{};
    PerCpu<std::vector<std::string>> svm_flags{};
    Fact<std::vector<std::string>> command_line{};
    Fact<std::string> lockdown{};
    Fact<bool> modules_disabled{};
    Fact<std::vector<FlawReport>> vulnerabilities{};
    Fact<std::vector<LoggedLine>> log{};
    Fact<std::vector<std::string>> capabilities{};
    Fact<std::vector<unsigned>> groups{};
    Fact<unsigned> uid{};
    Fact<std::string> container{};  ///< an open set: container= holds what its maker calls himself
    Fact<Job> job{};
    Fact<bool> user_namespace{};
};
template <ConstOrNot<KernelFacts> F, class V>
constexpr void for_each(F& f, V&& visit) {
    visit("kernel.release", f.release, "/proc/sys/kernel/osrelease");
    visit("kernel.build", f.build, "/proc/sys/kernel/version (uname -v), in which Debian names its package");
    visit("kernel.version", f.version, "its first two numbers");
    visit("kernel.arch", f.arch, "/proc/sys/kernel/arch (6.1 and later), uname -m: x86_64, i686, aarch64");
    visit("kernel.config_vendor", f.config_vendor,
          "CONFIG_KVM_INTEL or CONFIG_KVM_AMD, where its module is not in the kernel");
    visit("kernel.flag_vmx", f.flag_vmx, "vmx in /proc/cpuinfo: since 5.6, that the kernel found VMX usable");
    visit("kernel.flag_svm", f.flag_svm, "svm in /proc/cpuinfo: since 6.7, that the kernel found SVM usable");
    visit("kernel.flag_hypervisor", f.flag_hypervisor, "hypervisor in /proc/cpuinfo");
    visit("kernel.flag_usable", f.flag_usable, "flag_vmx or flag_svm, whichever this processor has");
    visit("kernel.flag_ept", f.flag_ept, "ept in /proc/cpuinfo");
    visit("kernel.vmx_flags", f.vmx_flags, "the words of /proc/cpuinfo's vmx flags line (5.6 and later)");
    visit("kernel.svm_flags", f.svm_flags,
          "the words of /proc/cpuinfo's flags line that stand for bits of CPUID Fn8000_000A_EDX");
    visit("kernel.command_line", f.command_line, "/proc/cmdline, the words that bear on virtualization");
    visit("kernel.lockdown", f.lockdown, "/sys/kernel/security/lockdown, the word in brackets");
    visit("kernel.modules_disabled", f.modules_disabled,
          "kernel.modules_disabled, or nomodule on the command line");
    visit("kernel.vulnerabilities", f.vulnerabilities,
          "/sys/devices/system/cpu/vulnerabilities: those that speak of VMX");
    visit("kernel.log", f.log,
          "the kernel log's lines that bear on virtualization, by the table of such lines");
    visit("process.capabilities", f.capabilities, "capabilities of nestprobe itself that matter here");
    visit("process.groups", f.groups, "its supplementary groups, by number");
    visit("process.uid", f.uid, "its effective user id");
    visit("process.container", f.container,
          "the container or sandbox that it runs in, \"none\" where there is no sign of one");
    visit("process.job", f.job,
          "the CI whose job it is: github-hosted, github, gitlab-hosted, gitlab, circleci, travis, ci; "
          "\"none\"");
    visit("process.user_namespace", f.user_namespace,
          "it runs in a user namespace: /proc/self/uid_map does not map every user to itself");
}

}  // namespace nestprobe

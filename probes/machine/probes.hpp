// SPDX-License-Identifier: MIT
// The parts of probe(), one per thing looked at, and what several of them need: read once, handed round.
#pragma once

#include "base/hearsay.hpp"
#include "facts/facts.hpp"
#include "machine/cpuinfo.hpp"
#include "machine/readings.hpp"
#include "probe.hpp"

#include <optional>
#include <span>

namespace nestprobe {

/// Readings that more than one part decodes.
struct Shared {
    CpuReadings cpu;
    PerCpu<CpuinfoEntry> cpuinfo;
    Reading<std::string> command_line;
    bool all_sys_modules = true;  ///< sys_modules names all of them: one that is not there is absent
    Reading<std::vector<std::string>> sys_modules;  ///< names in /sys/module
    Reading<std::string> proc_modules;
    Fact<std::vector<LoggedLine>> log;
    Fact<std::string> bios_vendor;              ///< of DMI
    Fact<bool> heard_vmx, heard_svm;            ///< what tools said of the kernel's flags
    Fact<bool> svm_or_lock;                     ///< one of the two was found, and not which
    Fact<bool> usable;                          ///< what they said of KVM: there, or not to be used
    Fact<bool> own_cpuid;                       ///< where false, `cpu` has nothing of CPUID
    std::optional<RegisterReadings> as_read{};  ///< the registers then, for those who want to see them
};
Shared read_shared(const Sources& machine, RegisterList wanted);

/// Does CPUID answer a program as it answers this system's kernel?
Fact<bool> probe_own_cpuid(const Shared& shared);
CpuFacts probe_cpu(const Sources& machine, const Shared& shared);
Fact<Technology> probe_technology(const Shared& shared, const CpuFacts& cpu);
FirmwareFacts probe_firmware(const Sources& machine, const Shared& shared);
KernelFacts probe_kernel(const Sources& machine, const Shared& shared, const CpuFacts& cpu);
HypervisorFacts probe_hypervisor(const Sources& machine, const Shared& shared, const CpuFacts& cpu,
                                 const FirmwareFacts& firmware, const KernelFacts& kernel);
/// "docker", "kubernetes", "proxmox-ct", "gvisor"; "none" where there is no sign of a container.
Fact<std::string> probe_container(const Filesystem& files, const Reading<std::string>& environment,
                                  const KernelFacts& kernel);
/// "github-hosted", "github", "gitlab-hosted", "gitlab", "circleci", "travis", "ci"; "none".
Fact<Job> probe_job(const Filesystem& files, const Reading<std::string>& environment);
/// The variables of this process, for the two above.
Reading<std::string> read_environment(const Filesystem& files);
/// Not the first user namespace: ids are mapped, and root is not the host's.
Fact<bool> probe_user_namespace(const Filesystem& files);
/// Of /proc/self/environ: what these three look at, a line each.
std::string keep_environment(const std::string& text);
VmxFacts probe_vmx(const Shared& shared);
/// What KVM demands of VMX and the capability MSRs that were read do not offer.
PerCpu<std::vector<std::string>> probe_vmx_missing(const RegisterReadings& readings);
SvmFacts probe_svm(const Shared& shared);
ModuleFacts probe_module(const Sources& machine, const Shared& shared, const CpuFacts& cpu,
                         const KernelFacts& kernel);
/// How the kernel was built: the first of three files that is there, read when somebody asks.
class KernelConfig {
public:
    KernelConfig(const Filesystem& files, const Fact<std::string>& release)
        : files_(files), release_(release) {}
    /// "KVM_INTEL"; malformed where the configuration does not mention it.
    Fact<Tristate> find(std::string_view symbol);

private:
    void read();
    const Filesystem& files_;
    const Fact<std::string>& release_;
    bool is_read_ = false;
    std::string path_;
    Reading<std::string> text_;
};
/// CONFIG_KVM_INTEL or CONFIG_KVM_AMD; not looked at where the module is in the kernel.
Fact<Tristate> probe_config(KernelConfig& config, const CpuFacts& cpu, const ModuleFacts& module);
/// `always`: even where no reload is foreseen.
Fact<std::vector<KvmHolder>> probe_holders(const KvmDevice& kvm, const ModuleFacts& module, bool always);
DeviceFacts probe_device(const Sources& machine, const RegisterValues& guests);
SystemFacts probe_system(const Filesystem& files, const Shared& shared, const KernelFacts& kernel);
IommuFacts probe_iommu(const Sources& machine, const KernelFacts& kernel, const ModuleFacts& module,
                       KernelConfig& config);

/// Those lines that the table of log lines knows.
Fact<std::vector<LoggedLine>> probe_log(const KernelLog& log);
/// The first line of these kinds; null: none, or no log.
const LoggedLine* find_line(const Fact<std::vector<LoggedLine>>& log, std::span<const LogLine> kinds);
/// A line as the reading behind a fact.
Provenance from_log(const LoggedLine& line);

/// A small file's text, blanks at both ends trimmed, citing the path.  An empty one is malformed.
Fact<std::string> read_word(const Filesystem& files, std::string_view path);
/// A Y/N or 1/0 file, citing the path; malformed when it is neither.
Fact<bool> read_switch(const Filesystem& files, std::string_view path);
/// Is the module in /proc/modules, /sys/module or the list of what is built in?
Fact<Module> probe_module_state(const Sources& machine, const Shared& shared,
                                const Fact<std::string>& release, std::string_view name);
/// What a tool said, citing it (base/hearsay.hpp); not_recorded where none did.
Fact<std::string> read_hearsay(const Filesystem& files, std::string_view topic);
/// The same, of "yes" and "no".
Fact<bool> read_heard_switch(const Filesystem& files, std::string_view topic);
/// Who said it: "lscpu"; empty where nobody did.
template <class T>
std::string speaker_of(const Fact<T>& heard) {
    return std::string(heard.from().empty() ? "" : hearsay::speaker_in(heard.from().front().where));
}
/// Readings of a thing that rules ask for.
template <class T>
Fact<T> marked(Fact<T> fact, SignKind sign) {
    for (Provenance& reading : fact.from()) reading.sign = sign;
    return fact;
}
/// As a fact of its own: a live machine, which posts nothing, has it as little as a recording of it.
template <class T>
Fact<T> or_unsaid(Fact<T> heard) {
    return heard.if_known() ? heard : Fact<T>(Absent{Why::not_applicable, "nobody posted it"});
}
/// Where nothing else is known, what was heard.
void or_heard(PerCpu<bool>& facts, const Fact<bool>& heard);
std::optional<EvidenceFacts> probe_evidence(const Filesystem& files, const Shared& shared);

}  // namespace nestprobe

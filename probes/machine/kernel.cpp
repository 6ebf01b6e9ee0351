// SPDX-License-Identifier: MIT
// The running kernel: its version and configuration, what it made of the processor's flags, and what it lets
// this process see.
#include "base/text.hpp"
#include "machine/kernel_words.hpp"
#include "machine/modprobe.hpp"
#include "machine/probes.hpp"

#include <fmt/format.h>

namespace nestprobe {
namespace {

/// "6.1.0-56-amd64" -> 6, 1.
Fact<KernelVersion> parse_version(const Fact<std::string>& release) {
    if (!release.if_known()) return release.absence();
    const std::string_view text = *release.if_known();
    const auto dot = text.find('.');
    const auto end = text.find_first_not_of("0123456789", dot == std::string_view::npos ? dot : dot + 1);
    KernelVersion version;
    if (dot == std::string_view::npos || !parse_number(text.substr(0, dot), version.major) ||
        !parse_number(text.substr(dot + 1, end - dot - 1), version.minor))
        return Absent{Why::malformed, fmt::format("/proc/sys/kernel/osrelease: {}", text)};
    return {version, release.from()};
}

Fact<std::vector<std::string>> probe_command_line(const Reading<std::string>& text) {
    if (text.if_absent()) return text.absence();
    std::vector<std::string> words;
    for (std::string& word : split_command_line(*text.if_known()))
        if (bears_on_virtualization(word)) words.push_back(std::move(word));
    return {std::move(words), {{"/proc/cmdline", ""}}};
}

/// "none [integrity] confidentiality" -> integrity.
Fact<std::string> probe_lockdown(const Filesystem& files) {
    constexpr std::string_view path = "/sys/kernel/security/lockdown";
    const Fact<std::string> text = read_word(files, path);
    if (!text.if_known()) return text.absence();
    const std::string_view line = *text.if_known();
    const auto open = line.find('[');
    const auto close = line.find(']');
    if (open == std::string_view::npos || close == std::string_view::npos || close < open)
        return Absent{Why::malformed, fmt::format("{}: {}", path, line)};
    return {std::string(line.substr(open + 1, close - open - 1)), text.from()};
}

FlawTells what_flaw_tells(FlawReport::Flaw flaw, std::string_view words) {
    if (flaw == FlawReport::Flaw::l1tf && contains(words, "cache flushes"))
        return contains(words, "conditional") ? FlawTells::flushes_sometimes : FlawTells::flushes;
    if (flaw != FlawReport::Flaw::itlb_multihit) return FlawTells::nothing;
    if (contains(words, "VMX unsupported")) return FlawTells::vmx_unsupported;
    if (contains(words, "VMX disabled")) return FlawTells::vmx_disabled;
    if (contains(words, "Split huge pages")) return FlawTells::pages_split;
    return contains(words, "KVM: Vulnerable") ? FlawTells::vulnerable : FlawTells::nothing;
}

/// The two files that tell how KVM stands on Intel, without root (Linux 6.12 arch/x86/kernel/cpu/bugs.c).
Fact<std::vector<FlawReport>> probe_vulnerabilities(const Filesystem& files) {
    std::vector<FlawReport> reports;
    std::vector<Provenance> from;
    Fact<std::string> first;
    for (const FlawReport::Flaw flaw : {FlawReport::Flaw::itlb_multihit, FlawReport::Flaw::l1tf}) {
        Fact<std::string> words =
            read_word(files, fmt::format("/sys/devices/system/cpu/vulnerabilities/{}", to_string(flaw)));
        if (const std::string* known = words.if_known()) {
            reports.push_back({flaw, what_flaw_tells(flaw, *known), *known});
            from.push_back(words.from().front());
        }
        if (flaw == FlawReport::Flaw::itlb_multihit) first = std::move(words);
    }
    if (reports.empty()) return first.absence();
    return {std::move(reports), std::move(from)};
}

Fact<bool> probe_modules_disabled(const Filesystem& files,
                                  const Fact<std::vector<std::string>>& command_line) {
    if (const auto* words = command_line.if_known())
        for (const std::string& word : *words)
            if (word == "nomodule") return {true, {{"/proc/cmdline", word}}};
    return read_switch(files, "/proc/sys/kernel/modules_disabled");
}

// --- this process, from /proc/self/status ---

struct CapabilityRow {
    unsigned bit;
    std::string_view name;
};
// <linux/capability.h>: what /dev/cpu/N/msr and /dev/kmsg want.
constexpr CapabilityRow capabilities[] = {{17, "CAP_SYS_RAWIO"}, {21, "CAP_SYS_ADMIN"}, {34, "CAP_SYSLOG"}};
constexpr std::string_view status_path = "/proc/self/status";

/// The value behind "key:\t"; empty where there is none.
std::string_view status_line(std::string_view status, std::string_view key) {
    std::string_view value;
    for_each_line(status, [&](std::string_view line) {
        if (line.starts_with(key) && line.substr(key.size()).starts_with(':'))
            value = trim(line.substr(key.size() + 1));
    });
    return value;
}

Absent missing(std::string_view key) { return {Why::malformed, fmt::format("{}: no {}", status_path, key)}; }

void probe_process(const Filesystem& files, KernelFacts& facts) {
    const auto text = files.read(status_path);
    if (const Absent* absent = text.if_absent()) {
        facts.capabilities = *absent;
        facts.groups = *absent;
        facts.uid = *absent;
        return;
    }
    const std::string_view status = *text.if_known();

    std::uint64_t effective = 0;
    const std::string_view caps = status_line(status, "CapEff");
    facts.capabilities = missing("CapEff");
    if (parse_number(caps, effective, 16)) {
        std::vector<std::string> names;
        for (const CapabilityRow& row : capabilities)
            if (effective >> row.bit & 1) names.emplace_back(row.name);
        facts.capabilities = {std::move(names),
                              {{fmt::format("{}, CapEff", status_path), std::string(caps)}}};
    }

    std::vector<unsigned> groups;
    for (const std::string_view word : split_words(status_line(status, "Groups"))) {
        unsigned group = 0;
        if (parse_number(word, group)) groups.push_back(group);
    }
    if (contains(status, "Groups:"))
        facts.groups = {
            std::move(groups),
            {{fmt::format("{}, Groups", status_path), std::string(status_line(status, "Groups"))}}};
    else
        facts.groups = missing("Groups");

    const auto uids = split_words(status_line(status, "Uid"));  // real, effective, saved, filesystem
    unsigned uid = 0;
    facts.uid = missing("Uid");
    if (uids.size() >= 2 && parse_number(uids[1], uid))
        facts.uid = {uid, {{fmt::format("{}, Uid", status_path), std::string(uids[1])}}};
}

PerCpu<bool> usable_flag(const KernelFacts& facts, const Fact<Technology>& technology) {
    if (!technology.if_known()) return technology.absence();
    return *technology.if_known() == Technology::vmx ? facts.flag_vmx : facts.flag_svm;
}

PerCpu<std::vector<std::string>> probe_svm_flags(const Shared& shared, const Fact<Technology>& technology) {
    if (!technology.if_known()) return technology.absence();
    if (*technology.if_known() == Technology::svm) return svm_flags_of(shared.cpuinfo);
    return Absent{Why::not_applicable, "not a processor with SVM"};
}

}  // namespace

KernelFacts probe_kernel(const Sources& machine, const Shared& shared, const CpuFacts& cpu) {
    KernelFacts facts;
    facts.release = marked(read_word(machine.files, "/proc/sys/kernel/osrelease"), SignKind::kernel_release);
    facts.build = read_word(machine.files, "/proc/sys/kernel/version");
    facts.version = parse_version(facts.release);
    facts.arch = read_word(machine.files, "/proc/sys/kernel/arch");
    facts.flag_vmx = flag_of(shared.cpuinfo, "vmx");
    facts.flag_svm = flag_of(shared.cpuinfo, "svm");
    or_heard(facts.flag_vmx, shared.heard_vmx);
    or_heard(facts.flag_svm, shared.heard_svm);
    facts.flag_hypervisor = flag_of(shared.cpuinfo, "hypervisor");
    facts.flag_usable = usable_flag(facts, cpu.technology);
    facts.flag_ept = flag_of(shared.cpuinfo, "ept");
    facts.vmx_flags = vmx_flags_of(shared.cpuinfo);
    facts.svm_flags = probe_svm_flags(shared, cpu.technology);
    facts.command_line = probe_command_line(shared.command_line);
    facts.lockdown = probe_lockdown(machine.files);
    facts.modules_disabled = probe_modules_disabled(machine.files, facts.command_line);
    facts.vulnerabilities = probe_vulnerabilities(machine.files);
    facts.log = shared.log;
    probe_process(machine.files, facts);
    const auto environment = read_environment(machine.files);
    facts.container = probe_container(machine.files, environment, facts);
    facts.job = probe_job(machine.files, environment);
    facts.user_namespace = probe_user_namespace(machine.files);
    return facts;
}

std::string_view to_string(FlawReport::Flaw flaw) {
    return flaw == FlawReport::Flaw::l1tf ? "l1tf" : "itlb_multihit";
}

std::string FlawReport::text() const { return fmt::format("{}: {}", to_string(flaw), words); }

}  // namespace nestprobe

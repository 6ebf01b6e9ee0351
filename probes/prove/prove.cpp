// SPDX-License-Identifier: MIT
#include "prove/prove.hpp"

#include "prove/failure_report.hpp"
#include "prove/runner.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace nestprobe {
namespace {

constexpr std::uint32_t samples_wanted = 1000;

struct Danger {
    Platform platform;
    std::string_view name;  ///< in CPUID and in the firmware's tables, where another product stands in front
    std::string_view what;  ///< with where that was reported, and when this list was made
};
// As of 2026-11.
constexpr Danger dangers[] = {
    {Platform::virtualbox, "VirtualBox",
     "VirtualBox's nested virtualization is known to hang, and to end the whole virtual machine"},
    {Platform::xen, "Xen",
     "under Xen and XCP-ng nested virtualization is known to crash the whole virtual machine (xcp-ng/xcp "
     "issues 105 and "
     "562)"},
};

bool shows(const Facts& facts, const Danger& danger) {
    if (is(facts.hypervisor.platform, danger.platform)) return true;
    // VirtualBox calls itself KVM in CPUID where its guest is a Linux: its firmware's tables tell.
    for (const Fact<std::string>* dmi : {&facts.hypervisor.dmi_vendor, &facts.hypervisor.dmi_product})
        if (dmi->if_known() && dmi->if_known()->find(danger.name) != std::string::npos) return true;
    const auto* signatures = facts.hypervisor.signatures.if_known();
    return signatures && std::any_of(signatures->begin(), signatures->end(),
                                     [&](const Signature& s) { return s.name.starts_with(danger.name); });
}

/// VirtualBox before 7.2.10 and VMware switch VMX or SVM on and off themselves; one guest of KVM's between
/// two of their entries ends theirs, and the later VirtualBox froze machines beside KVM
/// (VirtualBox/virtualbox issue 711, 2026-06).
std::string danger_of_rivals(const Facts& facts) {
    if (const auto* rivals = facts.module.rivals.if_known())
        for (const std::string& rival : *rivals)
            if (rival == "vboxdrv" || rival == "vmmon")
                return fmt::format(
                    "{} is loaded, and where {} runs a virtual machine, one of KVM's beside it can end it or "
                    "freeze the machine (VirtualBox/virtualbox issue 711)",
                    rival, rival == "vboxdrv" ? "VirtualBox" : "VMware");
    return "";
}

bool locked_off(const FeatureControl& f) { return f.locked && !f.vmx_outside_smx; }

/// What KVM offers to guests; nothing where it offers neither.
std::optional<Technology> offered(const Facts& facts) {
    if (is(facts.device.offers_vmx, true)) return Technology::vmx;
    if (is(facts.device.offers_svm, true)) return Technology::svm;
    return std::nullopt;
}

/// Why step 2 is not tried.
std::optional<Absent> cannot_nest(const Facts& facts) {
    const auto* software = facts.module.software.if_known();
    if (software && !software->empty())
        return Absent{
            Why::not_applicable,
            fmt::format("/dev/kvm belongs to {}, which offers guests neither VMX nor SVM", *software)};
    if (offered(facts)) return std::nullopt;
    const bool svm = is(facts.cpu.technology, Technology::svm);
    const Fact<bool>& offer = svm ? facts.device.offers_svm : facts.device.offers_vmx;
    if (const Absent* absent = offer.if_absent(); absent && absent->why != Why::not_applicable)
        return *absent;
    return Absent{
        Why::not_applicable,
        "KVM_GET_SUPPORTED_CPUID offers guests neither VMX nor SVM, so that no guest of a guest was tried"};
}

std::optional<Absent> cannot_vary(Proof proof, Technology technology, const KvmDevice& kvm) {
    if (proof == Proof::shadow_vmcs && technology == Technology::svm)
        return Absent{Why::not_applicable, "SVM has no VMCS"};
    if (!uses_nested_paging(proof) || technology == Technology::vmx) return std::nullopt;
    const auto features = kvm.supported_cpuid(0x8000'000a, 0);
    if (const Absent* absent = features.if_absent()) return *absent;
    if (features.if_known()->edx & 1) return std::nullopt;
    return Absent{Why::not_applicable, "KVM does not offer guests NPT (CPUID Fn8000_000A_EDX[NP])"};
}

/// Something that the guest could not have guessed, and never 0.
std::uint32_t new_pattern() {
    const auto now = static_cast<std::uint64_t>(std::chrono::steady_clock::now().time_since_epoch().count());
    return static_cast<std::uint32_t>(now * 0x9e3779b97f4a7c15 >> 32) | 1u;
}

Reading<std::vector<std::string>> words_of(const ProofRun& run) {
    using Words = std::vector<std::string>;
    if (const Absent* absent = run.proved.if_absent()) return *absent;
    if (*run.proved.if_known()) return Words{"proved"};
    return Words{"failed", std::string(name_of(run.stage)), run.error};
}

/// Median, and the bounds of the middle nine tenths.
Reading<std::vector<std::string>> cost_of(ProofRun run) {
    auto& ticks = run.samples;
    if (run.tsc_khz == 0) return Absent{Why::not_implemented, "KVM_GET_TSC_KHZ: KVM does not know its clock"};
    if (ticks.empty()) return Absent{Why::not_probed, "nothing was measured: " + run.error};
    std::sort(ticks.begin(), ticks.end());
    const auto at = [&](std::size_t twentieths) {
        const std::uint64_t t = ticks[std::min(ticks.size() - 1, ticks.size() * twentieths / 20)];
        return fmt::format("{}", t * 1'000'000 / run.tsc_khz);
    };
    return std::vector<std::string>{fmt::format("{}", ticks.size()), at(10), at(1), at(19)};
}

class Prover {
public:
    Prover(const Facts& facts, const KvmDevice& kvm, const MakeVm& make_vm)
        : facts_(facts), kvm_(kvm), make_vm_(make_vm) {}

    /// False: this process may not run there.
    bool on_cpu(unsigned cpu, bool first);
    Proven take(const ProveOptions& options);

private:
    Reading<std::vector<std::string>> attempt(Proof proof, std::optional<Technology> technology, unsigned cpu,
                                              bool first);
    void measure(unsigned cpu, Technology technology);

    const Facts& facts_;
    const KvmDevice& kvm_;
    const MakeVm& make_vm_;
    Proven proven_;
    std::optional<Proof> best_{};  ///< the last that was proved: the one to measure
    unsigned tsc_khz_ = 0;
};

Reading<std::vector<std::string>> Prover::attempt(Proof proof, std::optional<Technology> technology,
                                                  unsigned cpu, bool first) {
    if (proof != Proof::kvm_here) {
        if (const auto absent = cannot_nest(facts_)) return *absent;
        if (const auto absent = cannot_vary(proof, *technology, kvm_)) return *absent;
    }
    const ProofSetup setup{proof, technology.value_or(Technology::vmx), new_pattern(), 0, 0, nullptr, cpu};
    const ProofRun run = run_proof(setup, make_vm_);
    if (run.refused_control && (uses_nested_paging(proof) || proof == Proof::shadow_vmcs))
        return Absent{Why::not_applicable, fmt::format("not offered to guests: {}", run.error)};
    const bool proved = run.proved.if_known() && *run.proved.if_known();
    if (proved) tsc_khz_ = run.tsc_khz;
    if (run.proved.if_known() && !proved) proven_.report += describe_failure(setup, run, cpu);
    if (first && proved && (proof == Proof::kvm_here || proof == Proof::kvm_in_guests))
        add_entry(proven_.record, {fmt::format("time-{}", to_string(proof)), CpuSet(cpu),
                                   std::vector<std::string>{fmt::format("{}", run.time.count())}});
    if (proved && proof != Proof::kvm_here && proof != Proof::shadow_vmcs) best_ = proof;
    return words_of(run);
}

/// The guest's guest has half a second, its guest watches the clock.  The guest in real mode has the
/// watchdog's two: what it has measured by then counts.
void Prover::measure(unsigned cpu, Technology technology) {
    const std::uint64_t half_a_second = std::uint64_t{tsc_khz_} * 500;
    const auto keep = [&](std::string name, Proof proof) {
        const ProofSetup setup{proof, technology, new_pattern(), samples_wanted, half_a_second, nullptr, cpu};
        add_entry(proven_.record, {std::move(name), CpuSet(cpu), cost_of(run_proof(setup, make_vm_))});
    };
    keep("exit-cost", Proof::kvm_here);
    if (best_) keep("nested-exit-cost", *best_);
}

bool Prover::on_cpu(unsigned cpu, bool first) {
    const auto technology = offered(facts_);
    for (const Proof proof : proofs) {
        auto words = attempt(proof, technology, cpu, first);
        const Absent* absent = words.if_absent();
        const bool elsewhere = absent && absent->detail.starts_with(no_such_cpu);
        add_entry(proven_.record, {std::string(to_string(proof)), CpuSet(cpu), std::move(words)});
        if (elsewhere) return false;
        // A guest in real mode may fail where others run; without a first KVM_RUN there is nothing to try.
        if (proof == Proof::kvm_here && absent) return true;
    }
    if (first) measure(cpu, technology.value_or(Technology::vmx));
    return true;
}

Proven Prover::take(const ProveOptions& options) {
    if (!proven_.report.empty() && !options.report.empty())
        proven_.report = report_header(facts_) + proven_.report;
    return std::move(proven_);
}

/// CPU 0 where nobody knows which there are.
std::vector<unsigned> online_cpus(const Facts& facts) {
    const auto* online = facts.cpu.online.if_known();
    return online && !online->empty() ? online->members() : std::vector<unsigned>{0};
}

}  // namespace

std::string prove_danger(const Facts& facts) {
    std::string what = danger_of_rivals(facts);
    for (const Danger& danger : dangers)
        if (shows(facts, danger)) what = danger.what;
    return what;
}

std::optional<Absent> cannot_prove(const Facts& facts) {
    if (facts.firmware.feature_control.any(locked_off))
        return Absent{Why::not_applicable,
                      "IA32_FEATURE_CONTROL is locked with VMX off, so that nothing was tried"};
    if (const Absent* absent = facts.device.open.if_absent()) return *absent;
    if (!is(facts.device.api_version, 12))
        return Absent{Why::not_applicable, "/dev/kvm does not speak KVM's API, so that nothing was tried"};
    return std::nullopt;
}

std::string prove_announcement(const Facts& facts, const ProveOptions& options) {
    const bool nests = !cannot_nest(facts);
    return fmt::format(
        "--prove now runs guests of a few bytes in KVM on {}: one that halts{}; each has {} KiB of memory "
        "and at most two "
        "seconds, and nothing else is changed",
        options.all_cpus ? fmt::format("each of {} CPUs", online_cpus(facts).size()) : "one CPU",
        nests ? ", and some that run a guest themselves" : "", place::size / 1024);
}

Proven prove(const Facts& facts, const KvmDevice& kvm, const ProveOptions& options, const MakeVm& make_vm) {
    if (const auto absent = cannot_prove(facts)) {
        Proven proven;
        for (const Proof proof : proofs)
            proven.record.push_back({std::string(to_string(proof)), {}, *absent});
        return proven;
    }
    Prover prover(facts, kvm, make_vm);
    bool first = true;
    for (const unsigned cpu : online_cpus(facts)) {
        if (prover.on_cpu(cpu, first)) first = false;
        if (!first && !options.all_cpus) break;
    }
    return prover.take(options);
}

}  // namespace nestprobe

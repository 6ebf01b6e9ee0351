// SPDX-License-Identifier: MIT
// A rule about what the processor, or the hypervisor above, lacks for fast guests of guests (NP1xx).
#include "rules/module/feature.hpp"

#include <fmt/format.h>

namespace nestprobe {
namespace {

/// Something that no parameter can bring back, and what a guest's guest pays for it.
struct Missing {
    Technology technology;
    std::string_view name;
    const PerCpu<bool>& (*hardware)(const Facts&);
    std::string_view flag;  ///< its word in `vmx flags`, or of SVM's in `flags`; empty: not in every kernel
    std::string_view cost;
    bool given_to_guests = true;  ///< KVM can hand it on; else only bare metal can have it
};

constexpr Missing missing_rows[] = {
    {Technology::vmx, "2 MiB pages in EPT",
     [](const Facts& f) -> const PerCpu<bool>& { return f.vmx.ept_2m; }, "",
     "memory is mapped by 4 KiB pages, which costs misses and faults"},
    {Technology::vmx, "EPT accessed and dirty bits",
     [](const Facts& f) -> const PerCpu<bool>& { return f.vmx.ept_ad; }, "ept_ad",
     "written pages are found by write faults"},
    {Technology::vmx, "PML", [](const Facts& f) -> const PerCpu<bool>& { return f.vmx.pml; }, "pml",
     "each page written during a migration faults"},
    {Technology::vmx, "FlexPriority",
     [](const Facts& f) -> const PerCpu<bool>& { return f.vmx.flexpriority; }, "flexpriority",
     "accesses to the APIC page exit"},
    {Technology::vmx, "virtual NMIs",
     [](const Facts& f) -> const PerCpu<bool>& { return f.vmx.virtual_nmis; }, "vnmi",
     "each NMI costs further exits"},
    {Technology::vmx, "TSC scaling", [](const Facts& f) -> const PerCpu<bool>& { return f.vmx.tsc_scaling; },
     "tsc_scaling", "a TSC of another frequency is wrong, or exits when it is read"},
    {Technology::vmx, "EPTP switching (VMFUNC)",
     [](const Facts& f) -> const PerCpu<bool>& { return f.vmx.eptp_switching; }, "",
     "software that switches views of memory exits each time"},
    {Technology::vmx, "mode-based execute control (MBEC)",
     [](const Facts& f) -> const PerCpu<bool>& { return f.vmx.mode_based_execute; }, "ept_mode_based_exec",
     "Windows with memory integrity (HVCI) emulates it, with many exits", false},
    {Technology::svm, "next RIP save", [](const Facts& f) -> const PerCpu<bool>& { return f.svm.nrips; },
     "nrip_save", "hypervisors decode each instruction that exits"},
    {Technology::svm, "virtual VMLOAD and VMSAVE",
     [](const Facts& f) -> const PerCpu<bool>& { return f.svm.vls; }, "v_vmsave_vmload",
     "each of them exits, several for every entry"},
    {Technology::svm, "virtual GIF", [](const Facts& f) -> const PerCpu<bool>& { return f.svm.vgif; }, "vgif",
     "each STGI and CLGI exits, two for every entry"},
    {Technology::svm, "LBR virtualization", [](const Facts& f) -> const PerCpu<bool>& { return f.svm.lbrv; },
     "lbrv", "last-branch records are slow or missing"},
    {Technology::svm, "TSC scaling", [](const Facts& f) -> const PerCpu<bool>& { return f.svm.tsc_rate; },
     "tsc_scale", "a TSC of another frequency is wrong, or exits when it is read"},
    {Technology::svm, "flush by ASID",
     [](const Facts& f) -> const PerCpu<bool>& { return f.svm.flush_by_asid; }, "flushbyasid",
     "flushing one guest's TLB entries flushes all"},
    {Technology::svm, "vNMI", [](const Facts& f) -> const PerCpu<bool>& { return f.svm.vnmi; }, "",
     "each NMI costs further exits"},
    {Technology::svm, "decode assists",
     [](const Facts& f) -> const PerCpu<bool>& { return f.svm.decode_assists; }, "decodeassists",
     "KVM fetches and decodes instructions itself", false},
};

Outcome judge_missing(const Facts& f, const std::vector<std::string>& parts) {
    if (parts.empty()) return pass("everything that makes guests of guests fast and could be read is there");
    const std::string list = fmt::format("{}", fmt::join(parts, "; "));
    if (!in_guest(f)) return pass(fmt::format("the processor lacks, which no setting changes: {}", list));
    return fail(fmt::format("the hypervisor above does not offer: {}", list));
}

Outcome check_missing_feature(const Facts& f) {
    if (const Absent* absent = f.cpu.technology.if_absent()) return carry(*absent);
    if (const std::string why = owned_by_others(f); !why.empty())
        return cite(skip(why + ", so nothing nests here"), f.hypervisor.level);
    if (is(f.module.nested, false))
        return cite(skip("nested is off, and this matters only when it is on"), f.module.nested);
    if (!cpuid_bit(f).any_known())
        return cite(skip(fmt::format("whether CPUID shows {} is not known", hardware_word(f))), cpuid_bit(f));
    if (!cpuid_bit(f).any(yes))
        return cite(skip(fmt::format("CPUID shows no {}", hardware_word(f))), cpuid_bit(f));
    std::vector<std::string> parts;
    std::vector<Provenance> from;
    bool known = false;
    for (const Missing& row : missing_rows) {
        if (!has(f, row.technology) || (in_guest(f) && !row.given_to_guests)) continue;
        const PerCpu<bool>& hardware = row.hardware(f);
        known |= hardware.any_known();
        if (!hardware_lacks(f, hardware, row.technology, row.flag)) continue;
        known = true;
        parts.push_back(fmt::format("{} ({})", row.name, row.cost));
        const auto& read = hardware.any_known() ? hardware.first_known().from() : std::vector<Provenance>{};
        from.insert(from.end(), read.begin(), read.end());
    }
    if (!known) return unknown("no register that would tell could be read");
    Outcome outcome = judge_missing(f, parts);
    outcome.because = std::move(from);
    return outcome;
}

constexpr std::string_view missing_see[] = {
    "Linux arch/x86/kvm/vmx/nested.c, nested_vmx_setup_ctls_msrs()",
    "Linux arch/x86/kvm/svm/svm.c, svm_set_cpu_caps()",
};

constexpr Rule missing_features_rows[] = {
    {
        .id = "NP106",
        .name = "nesting-helpers-missing",
        .layer = Layer::cpu,
        .question = Question::kvm_in_guests,
        .role = Role::advice,
        .title = "the hypervisor above does not offer what makes guests of guests fast",
        .explain =
            "Nesting works without them, but more slowly for the guest's guest. On bare metal the rule\n"
            "passes and says what the processor lacks, as nothing can be done about it. In a guest the\n"
            "hypervisor above decides: KVM hands on virtual VMLOAD and VMSAVE, virtual GIF, LBR\n"
            "virtualization and TSC scaling of SVM since 6.1, vNMI since 6.6; what it never hands on is not\n"
            "asked for.",
        .fix = "Where the hypervisor above is yours: a newer kernel on it, and a CPU definition that passes "
               "the host's processor through. Otherwise nothing; it works as it is.",
        .see = missing_see,
        .check = check_missing_feature,
        .worked =
            "In this guest, after it was shut down and started, nestprobe --explain --all shows NP106 as ok.",
        .also = "A processor that has not got the helper either: what the host lacks it cannot hand on.",
    },
};

}  // namespace

std::span<const Rule> missing_feature_rules() { return missing_features_rows; }

}  // namespace nestprobe

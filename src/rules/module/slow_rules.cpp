// SPDX-License-Identifier: MIT
// Rules about what makes guests of guests slow although nothing is switched off (NP533, NP534): protection of
// the processor that costs something at every entry.  Advice: to give it up is a decision about safety.
#include "rules/common.hpp"

#include <fmt/format.h>

namespace nestprobe {
namespace {

using enum FlawReport::Flaw;

bool is_reported(const Facts& f, FlawReport::Flaw flaw) {
    return report_of(f, flaw) && !has(f, Technology::svm);
}
bool tells_of_l1tf(const Facts& f) { return is_reported(f, l1tf); }
bool tells_of_pages(const Facts& f) { return is_reported(f, itlb_multihit); }

/// An empty one where it is not known: the rule is not listed then.
FlawReport known_report(const Facts& f, FlawReport::Flaw flaw) {
    const FlawReport* report = report_of(f, flaw);
    return report ? *report : FlawReport{};
}

/// Nobody nests here: nothing is lost.
bool nests(const Facts& f) { return is(f.module.nested, true); }

/// "VMX: conditional cache flushes, SMT vulnerable", "VMX: cache flushes, …"; before 4.20 without the colon.
Outcome check_flushes(const Facts& f) {
    const FlawReport report = known_report(f, l1tf);
    const bool always = report.tells == FlawTells::flushes;
    if (!always && report.tells != FlawTells::flushes_sometimes)
        return cite(pass(fmt::format("no flush at the entry of a guest (l1tf: {})", report.words)),
                    f.kernel.vulnerabilities);
    if (!nests(f)) return cite(skip("nested is not on"), f.kernel.vulnerabilities);
    return cite(fail(fmt::format(
                    "KVM flushes the first-level data cache {} (l1tf: {}), and for a guest's guest at each "
                    "change between the two: that costs most where there are many exits",
                    always ? "at every entry of a guest" : "at entries of guests behind code that could leak",
                    report.words)),
                f.kernel.vulnerabilities);
}

Outcome check_splits(const Facts& f) {
    const FlawReport report = known_report(f, itlb_multihit);
    if (report.tells != FlawTells::pages_split)
        return cite(pass(fmt::format("huge pages are not split (itlb_multihit: {})", report.words)),
                    f.kernel.vulnerabilities);
    if (!nests(f)) return cite(skip("nested is not on"), f.kernel.vulnerabilities);
    return cite(
        fail(fmt::format("KVM splits huge pages that guests execute (itlb_multihit: {}), those of a guest's "
                         "guest too: more misses of the TLB, and pauses while they are put together again",
                         report.words)),
        f.kernel.vulnerabilities);
}

constexpr std::string_view l1tf_see[] = {
    "Linux Documentation/admin-guide/hw-vuln/l1tf.rst, \"Mitigation control for KVM\"",
    "Linux arch/x86/kvm/vmx/vmx.c, vmx_l1d_flush()"};
constexpr std::string_view itlb_see[] = {"Linux Documentation/admin-guide/hw-vuln/multihit.rst",
                                         "Linux arch/x86/kvm/mmu/mmu.c, kvm_recover_nx_huge_pages()"};

constexpr Rule slow_rule_rows[] = {
    {
        .id = "NP533",
        .name = "l1d-flushed-at-guest-entry",
        .layer = Layer::module,
        .question = Question::kvm_in_guests,
        .role = Role::advice,
        .title = "the first-level data cache is flushed when guests are entered",
        .explain =
            "Processors before about 2019 can leak what is in the first-level data cache to a guest (L1TF). "
            "KVM\n"
            "flushes it, by default at those entries that follow code which could have loaded secrets. A "
            "guest\n"
            "hypervisor is told that its own flushing is not needed, so nothing is to be changed in guests.",
        .fix = "Leave it where guests are not trusted. A processor that is not affected (l1tf: Not affected) "
               "has no "
               "such cost. Where every guest and every guest's guest is your own: "
               "kvm_intel.vmentry_l1d_flush=never "
               "on the kernel command line, which gives the protection up.",
        .see = l1tf_see,
        .check = check_flushes,
        .listed = tells_of_l1tf,
        .worked = "cat /sys/devices/system/cpu/vulnerabilities/l1tf shows no \"cache flushes\".",
        .also = "Exits that are slow for another reason: EPT, shadow VMCS or a helper is off (NP509, NP511, "
                "NP106).",
    },
    {
        .id = "NP534",
        .name = "huge-pages-split",
        .layer = Layer::module,
        .question = Question::kvm_in_guests,
        .role = Role::advice,
        .title = "KVM splits huge pages that guests execute",
        .explain = "On processors with the iTLB multihit erratum a guest could hang the machine by an "
                   "executable huge\n"
                   "page, so KVM maps what guests execute in small pages (kvm.nx_huge_pages). It does so for "
                   "the pages of\n"
                   "a guest's guest too.",
        .fix = "Leave it where guests are not trusted. A processor without the erratum (itlb_multihit: Not "
               "affected) "
               "has no such cost. Where every guest is your own: the option nx_huge_pages=off for the module "
               "kvm, "
               "which lets a guest hang this machine.",
        .see = itlb_see,
        .check = check_splits,
        .listed = tells_of_pages,
        .worked = "cat /sys/devices/system/cpu/vulnerabilities/itlb_multihit shows no \"Split huge pages\".",
        .also =
            "Guests whose memory is in small pages anyway: transparent huge pages are off on this system.",
    },
};

}  // namespace

std::span<const Rule> slow_rules() { return slow_rule_rows; }

}  // namespace nestprobe

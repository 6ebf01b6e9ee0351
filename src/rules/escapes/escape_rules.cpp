// SPDX-License-Identifier: MIT
// The advice about known holes by which guests reach the kernel under them (NP570).  It changes no answer.
#include "remedy/steps.hpp"
#include "rules/common.hpp"
#include "rules/escapes/escapes.hpp"

#include <fmt/format.h>

namespace nestprobe {
namespace {

/// "CVE-2026-46113, CVE-2026-53359 and CVE-2026-80726": of one state or a worse one.
std::string names_of(std::span<const Exposure> all, ExposureState state, bool reaches_host) {
    std::vector<std::string_view> names;
    for (const Exposure& e : all)
        if (e.escape->reaches_host == reaches_host && e.state >= state) names.push_back(e.escape->cve);
    std::string text;
    for (std::size_t i = 0; i < names.size(); ++i)
        text += fmt::format("{}{}", i == 0 ? "" : i + 1 == names.size() ? " and " : ", ", names[i]);
    return text;
}

/// The way in: "guests may run KVM here (kvm_intel.nested is on)".
std::string route_of(const Facts& f) {
    if (const std::string name = software_kvm(f); !name.empty())
        return fmt::format("{} serves, so that every guest is on the shadow MMU", name);
    const std::string module = vendor_module_name(f);
    const bool nested = is(f.module.nested, true);
    std::string text = nested ? fmt::format("guests may run KVM here ({}.nested is on)", module) : "";
    if (shadow_for_all(f) == true)
        text += fmt::format("{}{} is off, so that every guest is on the shadow MMU", nested ? ", and " : "",
                            has(f, Technology::svm) ? "NPT" : "EPT");
    return text;
}

/// Whoever may open /dev/kvm needs no guest of somebody else's.
std::string user_words(const Facts& f) {
    const unsigned* uid = f.kernel.uid.if_known();
    if (!uid || *uid == 0 || !is(f.device.open, true)) return {};
    return fmt::format(" Uid {} may open /dev/kvm, which is enough to try.", *uid);
}

std::string failed_words(const Facts& f, std::span<const Exposure> all, ExposureState worst) {
    const std::string name = release_of(f).text;
    const std::string names = names_of(all, ExposureState::likely, true);
    if (worst == ExposureState::exposed)
        return fmt::format(
            "{}, and Linux {} lacks the fixes of {}, by which a guest can reach this kernel: exposed, by "
            "upstream's numbers as known on {}.{}",
            route_of(f), name, names, escapes_known_on, user_words(f));
    return fmt::format(
        "{}, and Linux {} is older than the fixes of {}, by which a guest can reach this kernel: likely "
        "exposed, "
        "as known on {}. Distributions bring fixes without changing upstream's number: ask yours.{}",
        route_of(f), name, names, escapes_known_on, user_words(f));
}

// --- what to do ---

/// The newest of the releases or packages that the holes that are open are fixed in; empty where one has no
/// fix.
std::string newest_fix(std::span<const Exposure> all) {
    std::string_view newest;
    for (const Exposure& e : all) {
        if (e.state < ExposureState::likely) continue;
        if (e.first.empty()) return {};
        if (newest.empty() || !at_least(numbers_of(newest), numbers_of(e.first))) newest = e.first;
    }
    return std::string(newest);
}

Step newer_kernel(std::span<const Exposure> all) {
    const std::string newest = newest_fix(all);
    return {
        .what = fmt::format(
            "Install your distribution's newest kernel and reboot: an update that is installed does not "
            "count before it is booted. {}",
            newest.empty() ? "Upstream, 7.2 and later have all fixes; for this branch some have none known."
                           : fmt::format("{} and later have the fixes.", newest)),
        .cost = Cost::reboot,
        .expect = "nestprobe --explain --all shows NP570 as ok"};
}

Step nesting_off(const Facts& f) {
    const std::string module = vendor_module_name(f);
    if (vendor_module_is(f, Module::State::built_in))
        return {.what = fmt::format("Until then, if no guest needs nesting: add {}.nested=0 to the kernel "
                                    "command line and reboot.",
                                    module),
                .cost = Cost::reboot};
    Step step{
        .what =
            "Until then, if no guest needs nesting, switch it off; in this file the option counts after "
            "those of all others.",
        .commands = one_command("echo 'options {} nested=0' | sudo tee -a {}", {module, options_file}),
        .cost = Cost::stop_guests,
        .expect = fmt::format("cat /sys/module/{}/parameters/nested prints N or 0.", module)};
    add_reload(step, module);
    return step;
}

Remedy remedy_of(const Facts& f, std::span<const Exposure> all) {
    Remedy remedy{newer_kernel(all)};
    const bool shadow = shadow_for_all(f) == true;
    if (shadow && software_kvm(f).empty())
        remedy.then(
            Step{.what = fmt::format("Nesting off does not help while {} is off: switch that on, where the "
                                     "processor has it.",
                                     has(f, Technology::svm) ? "kvm_amd.npt" : "kvm_intel.ept")});
    else if (shadow)
        remedy.then(
            Step{.what = "Nesting off does not help where every guest is on the shadow MMU: until then, run "
                         "only guests that you trust."});
    else
        remedy.then(Step{.what = "Nesting off does not help against holes in QEMU, nor against those of the "
                                 "hypervisor above this system."});
    // Its commands come last: in a sentence, nothing stands behind them.
    if (is(f.module.nested, true)) remedy.then(nesting_off(f));
    return remedy;
}

// --- the rule ---

/// Nesting that somebody switched off may be meant.
std::string words_of_policy(const Facts& f) {
    const std::string module = vendor_module_name(f);
    if (asked_value(f, module, "nested") != 0) return {};
    const ExposureState otherwise = worst_of(exposures(f, true));
    return fmt::format("; nested=0 is {}, which may be policy{}", asked_by(f, module, "nested"),
                       otherwise == ExposureState::not_exposed
                           ? ", and this kernel has the fixes that it may have waited for"
                       : otherwise == ExposureState::unknown ? ""
                                                             : ": keep it until this kernel has the fixes");
}

std::string passed_words(const Facts& f, std::span<const Exposure> all) {
    if (is(f.module.nested, false) && shadow_for_all(f) == false)
        return fmt::format(
            "nesting is off and no guest is on the shadow MMU: the holes known on {} cannot be "
            "reached{}",
            escapes_known_on, words_of_policy(f));
    const std::string lesser = names_of(all, ExposureState::likely, false);
    return fmt::format("none of the holes known on {} by which a guest can reach this kernel is open here{}",
                       escapes_known_on,
                       lesser.empty() ? "" : fmt::format("; of the lesser ones, {} may be", lesser));
}

/// A line for each hole, unless one sentence says it for all.
Outcome cite_each(Outcome outcome, const Facts& f, std::span<const Exposure> all) {
    const bool unreachable = is(f.module.nested, false) && shadow_for_all(f) == false;
    if (unreachable || release_of(f).maker == KernelMaker::hidden) return outcome;
    for (const Exposure& e : all)
        outcome.because.push_back({std::string(e.escape->cve),
                                   fmt::format("{} ({}): {}", to_string(e.state), e.escape->what, e.why)});
    return outcome;
}

Outcome check_escapes(const Facts& f) {
    const bool software = !software_kvm(f).empty();
    if (!software && vendor_module_absent(f))
        return cite(skip(fmt::format("{} is not loaded, so no guest reaches KVM", vendor_module_name(f))),
                    f.module.vendor);
    const bool* nested = f.module.nested.if_known();
    if (!nested && !software && shadow_for_all(f) != true) return carry(f.module.nested.absence());
    if (!f.kernel.release.if_known()) return carry(f.kernel.release.absence());
    const std::vector<Exposure> all = exposures(f, nested     ? std::optional(*nested)
                                                   : software ? std::optional(false)
                                                              : std::nullopt);
    const ExposureState worst = worst_of(all);
    Outcome outcome = worst >= ExposureState::likely ? fail(failed_words(f, all, worst), remedy_of(f, all))
                      : worst == ExposureState::unknown
                          ? unknown(fmt::format(
                                "whether this kernel has the fixes of {} cannot be told from its release {}",
                                names_of(all, ExposureState::unknown, true), *f.kernel.release.if_known()))
                          : pass(passed_words(f, all));
    outcome = cite(cite(std::move(outcome), f.module.nested), f.kernel.release);
    return cite_each(cite(std::move(outcome), f.kernel.build), f, all);
}

constexpr std::string_view escape_rule_see[] = {
    "CVE records of the kernel's CNA: CVE-2026-46113, -53359, -64561, -64562, -80726 (May to October 2026)",
    "Change logs of Debian's and Ubuntu's kernel packages, AlmaLinux's OSV records, advisories of Proxmox "
    "and "
    "Amazon (to 2026-11-25)",
    "Linux arch/x86/kvm/mmu/mmu.c, kvm_mmu_get_child_sp(), direct_page_fault(); vmx/nested.c, free_nested()",
};
constexpr Rule escape_rule_rows[] = {
    {
        .id = "NP570",
        .name = "known-escapes-from-guests",
        .layer = Layer::module,
        .question = Question::kvm_in_guests,
        .role = Role::advice,
        .title = "this kernel is older than the fixes of holes by which a guest can reach it",
        .explain =
            "In 2026 holes were found in what KVM does for guests that run KVM themselves, and for guests\n"
            "without EPT or NPT: a guest, or whoever may open /dev/kvm, can reach the kernel that runs it.\n"
            "Each is compared with what is in force here, and this kernel's release with the first one\n"
            "that has the fix. Exposed: upstream's own number is too low. Likely: a distribution's kernel,\n"
            "whose number is too low, though fixes may have come without changing it. Unknown: its release\n"
            "does not tell. It is about the kernel on this level; guests and the host have their own.\n"
            "Nesting that is off on purpose since the summer of 2026 often is so because of them.",
        .fix = "Install the distribution's newest kernel and reboot; until then, switch nesting off where no "
               "guest needs it.",
        .see = escape_rule_see,
        .check = check_escapes,
        .worked = "uname -r prints the new release, and nestprobe --explain --all shows NP570 as ok.",
        .also = "A distribution's kernel whose number is lower and which has the fixes all the same: its "
                "changelog names the CVEs.",
        .aside = true,
    },
};

}  // namespace

std::span<const Rule> escape_rules() { return escape_rule_rows; }

}  // namespace nestprobe

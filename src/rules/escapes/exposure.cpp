// SPDX-License-Identifier: MIT
// Whether each hole can be reached here, from what is in force.
#include "rules/escapes/escapes.hpp"

#include "rules/common.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace nestprobe {
namespace {

/// Can it be reached?  And why not, or why nobody knows.
struct Reach {
    std::optional<bool> open{};
    std::string why{};
};

std::optional<bool> value_of(const Fact<bool>& fact) {
    const bool* known = fact.if_known();
    return known ? std::optional(*known) : std::nullopt;
}

/// True where any CPU has it, false where all are known not to.
std::optional<bool> any_of(const PerCpu<bool>& facts) {
    std::optional<bool> any;
    for (const auto& group : facts.groups()) {
        const bool* known = group.answer.if_known();
        if (known && *known) return true;
        if (!known) return std::nullopt;
        any = false;
    }
    return any;
}

std::optional<bool> both(std::optional<bool> a, std::optional<bool> b) {
    if (a == false || b == false) return false;
    return a && b ? std::optional(true) : std::nullopt;
}

std::optional<bool> inverse(std::optional<bool> a) { return a ? std::optional(!*a) : std::nullopt; }

std::optional<bool> either(std::optional<bool> a, std::optional<bool> b) {
    return inverse(both(inverse(a), inverse(b)));
}

bool on_amd(const Facts& f) { return has(f, Technology::svm); }

Reach reach_of(const Facts& f, const Escape& escape, std::optional<bool> nested) {
    if (on_amd(f) ? !escape.amd : has(f, Technology::vmx) && !escape.intel)
        return {false, fmt::format("{} processors only", on_amd(f) ? "Intel" : "AMD")};
    const std::optional<bool> shadow = shadow_for_all(f);
    switch (escape.needs) {
        case Needs::nested_or_shadow:
            return {either(nested, shadow), "nesting is off, and no guest is on the shadow MMU"};
        case Needs::nested: return {nested, "nesting is off"};
        case Needs::nested_two_walks: {
            const std::optional<bool> walks = on_amd(f) ? std::optional(true) : any_of(f.vmx.ept_5level);
            return {both(both(nested, inverse(shadow)), walks),
                    "it takes nesting, EPT or NPT, and on Intel EPT page walks of 4 and of 5 levels"};
        }
        case Needs::nested_shadow_vmcs:
            return {both(nested, value_of(f.module.enable_shadow_vmcs)),
                    "it takes nesting and kvm_intel.enable_shadow_vmcs"};
        case Needs::nested_hyperv_flush:
            return {both(nested, std::nullopt), "it takes nesting and a guest with Hyper-V's L2 TLB flush"};
        case Needs::nested_ept_off_check:
            return {both(both(nested, shadow), std::nullopt),
                    "it takes nesting, EPT off and kvm_intel.warn_on_missed_cc"};
    }
    return {};
}

/// "fixed in 6.12.95", "no fix known upstream"
std::string fixed_words(Fixed fixed, std::string_view first, const KernelRelease& kernel) {
    switch (fixed) {
        case Fixed::yes: return fmt::format("fixed from {} on", first);
        case Fixed::not_affected: return "kernels of this branch are not affected";
        case Fixed::no:
            return first.empty() ? "no fix is known for this branch" : fmt::format("fixed in {}", first);
        case Fixed::unknown: break;
    }
    return kernel.maker == KernelMaker::hidden ? "the release does not tell its point release"
                                               : "this maker's first package with the fix is not known here";
}

Exposure exposure_of(const Facts& f, const Escape& escape, const KernelRelease& kernel,
                     std::optional<bool> nested) {
    const Reach reach = reach_of(f, escape, nested);
    if (reach.open == false) return {&escape, ExposureState::not_exposed, "not reachable: " + reach.why};
    std::string_view first;
    const Fixed fixed = has_fix(escape, kernel, first);
    std::string why = fixed_words(fixed, first, kernel);
    if (fixed == Fixed::yes || fixed == Fixed::not_affected)
        return {&escape, ExposureState::not_exposed, std::move(why), first};
    if (!reach.open) return {&escape, ExposureState::unknown, fmt::format("{}; {}", why, reach.why), first};
    const ExposureState state = fixed == Fixed::unknown                 ? ExposureState::unknown
                                : kernel.maker == KernelMaker::upstream ? ExposureState::exposed
                                                                        : ExposureState::likely;
    return {&escape, state, std::move(why), first};
}

}  // namespace

std::optional<bool> shadow_for_all(const Facts& f) {
    if (!software_kvm(f).empty()) return true;
    return inverse(value_of(on_amd(f) ? f.module.npt : f.module.ept));
}

KernelRelease release_of(const Facts& f) {
    const std::string* release = f.kernel.release.if_known();
    const std::string* build = f.kernel.build.if_known();
    return release ? parse_release(*release, build ? *build : "") : KernelRelease{};
}

std::vector<Exposure> exposures(const Facts& f, std::optional<bool> nested) {
    const KernelRelease kernel = release_of(f);
    std::vector<Exposure> all;
    for (const Escape& escape : escapes()) all.push_back(exposure_of(f, escape, kernel, nested));
    return all;
}

ExposureState worst_of(std::span<const Exposure> all) {
    ExposureState worst = ExposureState::not_exposed;
    for (const Exposure& e : all)
        if (e.escape->reaches_host) worst = std::max(worst, e.state);
    return worst;
}

std::string_view to_string(ExposureState state) {
    switch (state) {
        case ExposureState::not_exposed: return "not exposed";
        case ExposureState::unknown: return "unknown";
        case ExposureState::likely: return "likely exposed";
        case ExposureState::exposed: return "exposed";
    }
    return "";
}

}  // namespace nestprobe

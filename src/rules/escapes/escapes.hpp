// SPDX-License-Identifier: MIT
// Known holes in KVM's nesting and shadow MMU, by which a guest, or who may open /dev/kvm, reaches the kernel
// under it: who can reach them here, and whether this kernel has the fixes.
#pragma once

#include "facts/facts.hpp"

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace nestprobe {

/// The day on which the tables were made.
inline constexpr std::string_view escapes_known_on = "2026-11-25";

/// Upstream's branches that the table has a column for.
inline constexpr std::string_view escape_branches[] = {"mainline", "7.1", "7.0", "6.19", "6.18",
                                                       "6.12",     "6.6", "6.1", "5.15", "5.10"};
inline constexpr std::size_t branch_count = std::size(escape_branches);

/// What has to be so before the hole can be reached.
enum class Needs : std::uint8_t {
    nested_or_shadow,      ///< nested on, or every guest on the shadow MMU (EPT or NPT off, kvm_pvm)
    nested,                ///< nested on
    nested_two_walks,      ///< nested on, EPT or NPT on; Intel: EPT page walks of lengths 4 and 5
    nested_shadow_vmcs,    ///< nested on, kvm_intel.enable_shadow_vmcs
    nested_hyperv_flush,   ///< nested on, a guest with Hyper-V's L2 TLB flush
    nested_ept_off_check,  ///< nested on, EPT off, kvm_intel.warn_on_missed_cc
};

struct Escape {
    std::string_view cve;
    std::string_view what;
    bool reaches_host = true;  ///< one of those by which a guest can reach the host; else a lesser one
    bool intel = true, amd = true;
    KernelVersion since{};
    Needs needs = Needs::nested_or_shadow;
    /// The first release with the fix, by branch.  "-": none known; "=": not affected; "": not told.
    std::string_view fixed[branch_count];
};
std::span<const Escape> escapes();

/// Who made a kernel, as far as the numbers of its releases go.
enum class KernelMaker : std::uint8_t {
    upstream,  ///< no suffix: the number says which fixes it has
    other,     ///< a suffix behind upstream's point release: fixes may have come without changing the number
    debian,    ///< the package follows upstream's point releases
    ubuntu,
    red_hat,
    proxmox,
    amazon,
    hidden,  ///< the release does not tell the point release
};

/// The first package with each fix, in the order of escapes(), of those that reach the host.
/// "-": none known; "?": not known.
struct EscapePackages {
    KernelMaker maker;
    std::string_view stream;  ///< of Red Hat's: "el9_8"; else empty
    std::string_view branch;  ///< "6.8"
    std::string_view fixed[5];
};
std::span<const EscapePackages> escape_packages();

/// "6.12.90+deb13-amd64", and what uname -v adds.
struct KernelRelease {
    KernelMaker maker = KernelMaker::hidden;
    std::vector<unsigned> numbers{};  ///< 6, 12, 90; with the package's behind it where it has such
    unsigned candidate = 0;           ///< of "-rc3", 3
    std::string stream{};
    std::string text{};  ///< as people know it: the release, or Debian's package
};
KernelRelease parse_release(std::string_view release, std::string_view build);
/// Of the running kernel; hidden where its release is not known.
KernelRelease release_of(const Facts& f);

enum class Fixed : std::uint8_t { yes, not_affected, no, unknown };
/// Has this kernel the fix?  `first` becomes the release or package that has it, empty where there is none.
Fixed has_fix(const Escape& escape, const KernelRelease& kernel, std::string_view& first);
/// a >= b, as far as both go: 6.8.0-139 has what came with 6.8.0-139.139.
bool at_least(std::span<const unsigned> a, std::span<const unsigned> b);
/// The numbers that a version begins with: "6.8.0-136.136" -> 6, 8, 0, 136, 136.
std::vector<unsigned> numbers_of(std::string_view version);

/// Exposed: by upstream's own number.  Likely: the kernel is a distribution's, whose fixes may not show.
enum class ExposureState : std::uint8_t { not_exposed, unknown, likely, exposed };
std::string_view to_string(ExposureState state);

struct Exposure {
    const Escape* escape;
    ExposureState state;
    std::string why;           ///< "fixed in 6.12.95"
    std::string_view first{};  ///< the release or package that has the fix; empty: none known
};
/// Of every row, with nesting on or off as told (absent: unknown).
std::vector<Exposure> exposures(const Facts& f, std::optional<bool> nested);
/// Every guest is on the shadow MMU: EPT or NPT is off, or kvm_pvm serves.
std::optional<bool> shadow_for_all(const Facts& f);
/// The worst of those that reach the host.
ExposureState worst_of(std::span<const Exposure> all);

}  // namespace nestprobe

// SPDX-License-Identifier: MIT
// Sources, state autumn 2026: Amazon EC2 User Guide, "Use nested virtualization" (families); Google Cloud
// documentation, "About nested virtualization" (N4D by one reading of 2026-09); Microsoft Learn, pages of the
// sizes (azure-docs pull request 90910 for Dasv4, issue 51216 for the N sizes); for Oracle's shapes and
// Alibaba's types one survey of 2026.
#include "machine/instance_types.hpp"

#include "base/text.hpp"

#include <algorithm>
#include <iterator>

namespace nestprobe {
namespace {

template <std::size_t N>
bool is_one_of(std::string_view word, const std::string_view (&words)[N]) {
    return std::find(std::begin(words), std::end(words), word) != std::end(words);
}

template <std::size_t N>
bool begins_with_one(std::string_view word, const std::string_view (&words)[N]) {
    return std::any_of(std::begin(words), std::end(words),
                       [&](std::string_view begin) { return word.starts_with(begin); });
}

/// "m7i-flex.large": a family, and a size.
TypeNesting of_ec2(std::string_view type) {
    constexpr std::string_view families[] = {"c7i",  "c8i", "c8id", "m7i", "m8i", "m8id", "r7i",
                                             "r7iz", "r8i", "r8id", "x8i", "i7i", "i7ie"};
    const auto dot = type.find('.');
    if (dot == std::string_view::npos || dot == 0) return TypeNesting::unknown;
    if (contains(type.substr(dot), "metal")) return TypeNesting::metal;
    std::string_view family = type.substr(0, dot);
    if (family.ends_with("-flex")) family.remove_suffix(5);
    return is_one_of(family, families) ? TypeNesting::has : TypeNesting::lacks;
}

TypeNesting of_gce(std::string_view type) {
    constexpr std::string_view with[] = {"n1-", "n2-", "c2-", "c3-", "c4-", "n4-", "n4d-"};
    constexpr std::string_view without[] = {"e2-",  "n2d-", "c2d-", "t2d-", "c3d-", "t2a-", "c4a-",
                                            "n4a-", "m1-",  "m2-",  "m3-",  "m4-",  "x4-"};
    if (contains(type, "-metal")) return TypeNesting::metal;
    if (begins_with_one(type, with)) return TypeNesting::has;
    return begins_with_one(type, without) ? TypeNesting::lacks : TypeNesting::unknown;
}

/// "Standard_D4as_v5": a family in capitals, CPUs, small letters (a: AMD, p: Arm), a version.
struct AzureSize {
    std::string_view family, letters;
    unsigned version = 1;
};

AzureSize parse_azure_size(std::string_view type) {
    AzureSize size;
    constexpr std::string_view digits = "0123456789", small = "abcdefghijklmnopqrstuvwxyz";
    std::string_view rest = type.substr(std::string_view("Standard_").size());
    size.family = rest.substr(0, rest.find_first_of(digits));
    rest = rest.substr(size.family.size());
    rest = rest.substr(std::min(rest.find_first_not_of("0123456789-"), rest.size()));
    size.letters = rest.substr(0, std::min(rest.find_first_not_of(small), rest.size()));
    if (const auto at = rest.find("_v"); at != std::string_view::npos)
        parse_number(rest.substr(at + 2), size.version);
    return size;
}

TypeNesting of_azure(std::string_view type) {
    if (!type.starts_with("Standard_") && !type.starts_with("Basic_")) return TypeNesting::unknown;
    if (type.starts_with("Basic_")) return TypeNesting::lacks;
    const AzureSize size = parse_azure_size(type);
    const std::string_view family = size.family;
    if (contains(size.letters, "p")) return TypeNesting::lacks;
    if (family == "DC" || family == "EC" || family == "B" || family == "A") return TypeNesting::lacks;
    if (family == "NC" || family == "ND" || family == "NV" || family == "NP") return TypeNesting::lacks;
    if (family == "D" || family == "DS") {
        if (size.version < 3) return TypeNesting::lacks;
        if (contains(size.letters, "a")) return size.version < 5 ? TypeNesting::lacks : TypeNesting::has;
        return TypeNesting::has;
    }
    if (family == "E" && size.version >= 3 && !contains(size.letters, "a")) return TypeNesting::has;
    return TypeNesting::unknown;
}

/// E2 to E6 are AMD's, A1 and A2 Arm's; what begins with 2 or 3 is Intel's.  Of AMD's one survey says no, and
/// a CI's runners of VM.Standard.E4.Flex show svm (cncf/automation#604, 2026-08): of E3 to E6 nobody knows.
TypeNesting of_oci(std::string_view type) {
    constexpr std::string_view intels[] = {"VM.Standard2.", "VM.Standard3.", "VM.Optimized3."};
    constexpr std::string_view others[] = {"VM.Standard.E2.", "VM.Standard.A"};
    if (type.starts_with("BM.")) return TypeNesting::metal;
    if (begins_with_one(type, intels)) return TypeNesting::has;
    return begins_with_one(type, others) ? TypeNesting::lacks : TypeNesting::unknown;
}

TypeNesting of_alibaba(std::string_view type) {
    if (!type.starts_with("ecs.")) return TypeNesting::unknown;
    return contains(type, "ebm") ? TypeNesting::metal : TypeNesting::lacks;
}

/// Graviton's: the first letter behind the generation is a g ("t4g", "x2gd", "im4gn"); g5 and g4dn begin with
/// one, and have another processor.
bool is_graviton(std::string_view type) {
    const std::string_view family = type.substr(0, type.find('.'));
    const auto digits = family.find_first_of("0123456789");
    if (family == "a1") return true;
    if (digits == std::string_view::npos || digits == 0 || !contains(type, ".")) return false;
    const auto behind = family.find_first_not_of("0123456789", digits);
    return behind != std::string_view::npos && family[behind] == 'g';
}

/// "ecs.g8y.large" (Yitian), "ecs.g6r.large" (Ampere).
bool is_arm_of_alibaba(std::string_view type) {
    if (!type.starts_with("ecs.")) return false;
    const std::string_view family = type.substr(4, type.find('.', 4) - 4);
    return family.size() == 3 && (family.ends_with('y') || family.ends_with('r'));
}

}  // namespace

bool is_arm_type(Platform platform, std::string_view type) {
    constexpr std::string_view gce[] = {"t2a-", "c4a-", "n4a-"};
    constexpr std::string_view oci[] = {"VM.Standard.A", "BM.Standard.A"};
    switch (platform) {
        case Platform::aws: return is_graviton(type);
        case Platform::gcp: return begins_with_one(type, gce);
        case Platform::azure:
            return type.starts_with("Standard_") && contains(parse_azure_size(type).letters, "p");
        case Platform::oci: return begins_with_one(type, oci);
        case Platform::alibaba: return is_arm_of_alibaba(type);
        case Platform::hetzner: return type.starts_with("cax");
        default: return false;
    }
}

unsigned cores_of_ec2(std::string_view type) {
    const auto dot = type.find('.');
    const std::string_view size = dot == std::string_view::npos ? std::string_view{} : type.substr(dot + 1);
    if (size == "large") return 1;
    if (size == "xlarge") return 2;
    unsigned times = 0;
    if (!size.ends_with("xlarge") || !parse_number(size.substr(0, size.size() - 6), times)) return 0;
    return times > 96 ? 0 : 2 * times;
}

TypeNesting nesting_of_type(Platform platform, std::string_view type) {
    switch (platform) {
        case Platform::aws: return of_ec2(type);
        case Platform::gcp: return of_gce(type);
        case Platform::azure: return of_azure(type);
        case Platform::oci: return of_oci(type);
        case Platform::alibaba: return of_alibaba(type);
        default: return TypeNesting::unknown;
    }
}

}  // namespace nestprobe

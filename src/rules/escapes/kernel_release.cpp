// SPDX-License-Identifier: MIT
// Which kernel a release names, and whether it has a fix: by the maker's own package numbers where they are
// known, else by upstream's.
#include "base/text.hpp"
#include "rules/escapes/escapes.hpp"

#include <algorithm>

namespace nestprobe {
namespace {

/// The digits at the beginning of a text, taken from it.
bool take_number(std::string_view& text, unsigned& number) {
    std::size_t end = 0;
    while (end < text.size() && is_digit(text[end])) ++end;
    if (end == 0 || !parse_number(text.substr(0, end), number)) return false;
    text.remove_prefix(end);
    return true;
}

/// "6.12.90-rc1-x": 6, 12, 90; the rest stays.
std::vector<unsigned> take_dotted(std::string_view& text) {
    std::vector<unsigned> numbers;
    for (unsigned n = 0; take_number(text, n);) {
        numbers.push_back(n);
        if (text.size() < 2 || text[0] != '.' || !is_digit(text[1])) break;
        text.remove_prefix(1);
    }
    return numbers;
}

unsigned candidate_of(std::string_view text) {
    const auto at = text.find("-rc");
    unsigned n = 0;
    if (at != std::string_view::npos) text.remove_prefix(at + 3);
    return at != std::string_view::npos && take_number(text, n) ? n : 0;
}

/// ".el9_8.x86_64" -> "el9_8"; empty where there is none.
std::string stream_of(std::string_view text) {
    const auto at = text.find(".el");
    if (at == std::string_view::npos || at + 3 >= text.size() || !is_digit(text[at + 3])) return {};
    const std::string_view rest = text.substr(at + 1);
    return std::string(rest.substr(0, rest.find('.')));
}

/// Ubuntu's -generic has the numbers of the main package; clouds' kernels have numbers of their own.
bool is_ubuntu(std::string_view rest) {
    unsigned abi = 0;
    return rest.starts_with('-') && (rest.remove_prefix(1), take_number(rest, abi)) && rest == "-generic";
}

KernelMaker maker_of(const std::vector<unsigned>& numbers, std::string_view rest, const std::string& stream) {
    const bool point = numbers.size() > 2 && numbers[2] > 0;
    if (!stream.empty()) return KernelMaker::red_hat;
    if (rest.ends_with("-pve")) return KernelMaker::proxmox;
    if (contains(rest, ".amzn2023")) return KernelMaker::amazon;
    if (!point && is_ubuntu(rest)) return KernelMaker::ubuntu;
    if (rest.empty() || rest == "+" || candidate_of(rest) > 0) return KernelMaker::upstream;
    return point ? KernelMaker::other : KernelMaker::hidden;
}

std::string branch_of(const KernelRelease& kernel) {
    return kernel.numbers.size() < 2
               ? std::string{}
               : std::to_string(kernel.numbers[0]) + "." + std::to_string(kernel.numbers[1]);
}

KernelVersion version_of(std::span<const unsigned> numbers) {
    return numbers.size() < 2 ? KernelVersion{} : KernelVersion{numbers[0], numbers[1]};
}

/// The mainline release or candidate with the fix, and whether this kernel came after it.
bool after_mainline(std::string_view mainline, const KernelRelease& kernel) {
    const KernelVersion fixed = version_of(numbers_of(mainline)), here = version_of(kernel.numbers);
    if (!(here == fixed)) return here >= fixed;
    if (kernel.candidate == 0) return true;
    const unsigned candidate = candidate_of(mainline);
    return candidate > 0 && kernel.candidate >= candidate;
}

/// The cell of this kernel's branch; null where the table has no such column.
const std::string_view* cell_of(const Escape& escape, const KernelRelease& kernel) {
    const std::string branch = branch_of(kernel);
    for (std::size_t i = 1; i < branch_count; ++i)
        if (escape_branches[i] == branch) return &escape.fixed[i];
    return nullptr;
}

Fixed by_upstream(const Escape& escape, const KernelRelease& kernel, std::string_view& first) {
    const std::string_view* cell = cell_of(escape, kernel);
    if (!(version_of(kernel.numbers) >= escape.since) || (cell && *cell == "=")) return Fixed::not_affected;
    if (kernel.candidate == 0 && cell && !cell->empty() && *cell != "-") {
        first = *cell;
        return at_least(kernel.numbers, numbers_of(*cell)) ? Fixed::yes : Fixed::no;
    }
    if (after_mainline(escape.fixed[0], kernel)) {
        first = escape.fixed[0];
        return Fixed::yes;
    }
    return cell && cell->empty() ? Fixed::unknown
                                 : Fixed::no;  // branches that ended have no column, nor fixes
}

/// The maker's package with the fix; null where the table does not know.
const std::string_view* package_of(const Escape& escape, const KernelRelease& kernel) {
    const auto index = static_cast<std::size_t>(&escape - escapes().data());
    if (index >= std::size(EscapePackages{}.fixed)) return nullptr;
    for (const EscapePackages& row : escape_packages())
        if (row.maker == kernel.maker && row.stream == kernel.stream && row.branch == branch_of(kernel))
            return row.fixed[index] == "?" ? nullptr : &row.fixed[index];
    return nullptr;
}

}  // namespace

std::vector<unsigned> numbers_of(std::string_view version) {
    std::vector<unsigned> numbers;
    for (unsigned n = 0; take_number(version, n);) {
        numbers.push_back(n);
        if (version.size() < 2 || (version[0] != '.' && version[0] != '-') || !is_digit(version[1])) break;
        version.remove_prefix(1);
    }
    return numbers;
}

bool at_least(std::span<const unsigned> a, std::span<const unsigned> b) {
    const std::size_t n = std::min(a.size(), b.size());
    return !std::lexicographical_compare(a.begin(), a.begin() + static_cast<std::ptrdiff_t>(n), b.begin(),
                                         b.begin() + static_cast<std::ptrdiff_t>(n));
}

KernelRelease parse_release(std::string_view release, std::string_view build) {
    KernelRelease kernel{.text = std::string(release)};
    constexpr std::string_view debian = "Debian ";
    if (const auto at = build.find(debian); at != std::string_view::npos) {
        const std::string_view package = build.substr(at + debian.size());
        kernel.numbers = numbers_of(package);
        kernel.maker = KernelMaker::debian;
        kernel.text += " (Debian's " + std::string(package.substr(0, package.find(' '))) + ")";
        if (kernel.numbers.size() > 2) return kernel;
    }
    std::string_view rest = release;
    const std::vector<unsigned> upstream = take_dotted(rest);
    kernel.stream = stream_of(rest);
    kernel.candidate = candidate_of(rest);
    kernel.maker = maker_of(upstream, rest, kernel.stream);
    const bool of_package = kernel.maker == KernelMaker::red_hat || kernel.maker == KernelMaker::ubuntu ||
                            kernel.maker == KernelMaker::proxmox || kernel.maker == KernelMaker::amazon;
    kernel.numbers = of_package ? numbers_of(release) : upstream;
    return kernel;
}

Fixed has_fix(const Escape& escape, const KernelRelease& kernel, std::string_view& first) {
    if (kernel.numbers.size() < 2) return Fixed::unknown;
    const bool own = kernel.maker != KernelMaker::upstream && kernel.maker != KernelMaker::other &&
                     kernel.maker != KernelMaker::debian;
    if (!own) return by_upstream(escape, kernel, first);
    if (const std::string_view* package = package_of(escape, kernel)) {
        if (*package == "-") return Fixed::no;
        first = *package;
        return at_least(kernel.numbers, numbers_of(*package)) ? Fixed::yes : Fixed::no;
    }
    const Fixed fixed = by_upstream(escape, kernel, first);
    if (fixed == Fixed::yes) return fixed;
    first = {};
    const bool takes_features_back = kernel.maker == KernelMaker::red_hat;  // 4.18 has what came with 5.9
    return fixed == Fixed::not_affected && !takes_features_back ? fixed : Fixed::unknown;
}

}  // namespace nestprobe

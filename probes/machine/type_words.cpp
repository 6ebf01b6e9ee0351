// SPDX-License-Identifier: MIT
// Clouds' types of machines where a person names them in a sentence.
#include "base/text.hpp"
#include "base/whole_words.hpp"
#include "machine/instance_types.hpp"

#include <algorithm>
#include <iterator>

namespace nestprobe {
namespace {

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_small(char c) { return c >= 'a' && c <= 'z'; }

std::string_view without_signs(std::string_view word) {
    constexpr std::string_view signs = "()[],;:\"'`*?!";
    while (!word.empty() && contains(signs, word.substr(0, 1))) word.remove_prefix(1);
    while (!word.empty() && (contains(signs, word.substr(word.size() - 1)) || word.back() == '.'))
        word.remove_suffix(1);
    return word;
}

/// "m7i-flex.2xlarge"; "m1.small" is a flavour of OpenStack's as well.
bool is_ec2(std::string_view word) {
    constexpr std::string_view sizes[] = {"nano", "micro", "small", "medium", "large", "xlarge", "metal"};
    const auto dot = word.find('.');
    if (dot == std::string_view::npos || dot < 2 || word.starts_with("m1.")) return false;
    const std::string_view family = word.substr(0, dot), size = word.substr(dot + 1);
    const bool named = is_small(family.front()) && std::any_of(family.begin(), family.end(), is_digit) &&
                       std::all_of(family.begin(), family.end(),
                                   [](char c) { return is_small(c) || is_digit(c) || c == '-'; });
    const bool times = size.ends_with("xlarge") && is_digit(size.front());
    return named && (times || size.starts_with("metal-") ||
                     std::find(std::begin(sizes), std::end(sizes), size) != std::end(sizes));
}

bool is_gce(std::string_view word) {
    constexpr std::string_view kinds[] = {"standard", "highmem", "highcpu", "medium", "small", "micro"};
    const auto hyphen = word.find('-');
    if (hyphen == std::string_view::npos || hyphen < 2 || hyphen > 3 || !is_digit(word[1])) return false;
    return contains("acehmntxz", word.substr(0, 1)) && starts_with_any(word.substr(hyphen + 1), kinds);
}

/// "d4s_v5", "standard_ds2_v2", "nv6ads_a10_v5": as Azure writes it; empty: none.
std::string azure_size(std::string_view word) {
    constexpr std::string_view prefix = "standard_";
    const bool whole = word.starts_with(prefix);
    if (whole) word.remove_prefix(prefix.size());
    const std::size_t family =
        static_cast<std::size_t>(std::find_if_not(word.begin(), word.end(), is_small) - word.begin());
    const bool sized = family > 0 && family <= 3 && family < word.size() && is_digit(word[family]);
    if (!sized || (!whole && !contains(word, "_v"))) return {};
    std::string name = "Standard_";
    for (std::size_t i = 0; i < word.size(); ++i)
        name += i < family ? static_cast<char>(word[i] - 'a' + 'A') : word[i];
    return name;
}

/// "dasv4-series", "ev3": a series, in a text that speaks of them.
bool is_azure_series(std::string_view word, std::string_view text) {
    constexpr std::string_view end = "-series";
    const bool says = word.ends_with(end);
    if (says) word.remove_suffix(end.size());
    const auto v = word.rfind('v');
    if (v == std::string_view::npos || v == 0 || v > 4 || v + 2 != word.size() || !is_digit(word.back()))
        return false;
    const bool letters = contains("bdefmn", word.substr(0, 1)) &&
                         std::all_of(word.begin(), word.begin() + static_cast<std::ptrdiff_t>(v), is_small);
    return letters && (says || contains(text, "series") || contains(text, "azure"));
}

CloudType type_of_word(std::string_view word, std::string_view text) {
    const std::string small = in_small_letters(word);
    if (is_ec2(small)) return {Platform::aws, small};
    if (is_gce(small)) return {Platform::gcp, small};
    if (std::string size = azure_size(small); !size.empty()) return {Platform::azure, std::move(size)};
    if (is_azure_series(small, text)) return {Platform::azure, {}};
    if (word.starts_with("VM.Standard") || word.starts_with("VM.Optimized") || word.starts_with("BM."))
        return {Platform::oci, std::string(word)};
    if (small.starts_with("ecs.") && contains(small, "large")) return {Platform::alibaba, small};
    return {};
}

}  // namespace

CloudType cloud_type_in_words(std::string_view text) {
    const std::string all = in_small_letters(text);
    CloudType found;
    for (const std::string_view word : split_words(text)) {
        CloudType next = type_of_word(without_signs(word), all);
        if (next.platform == Platform::other) continue;
        if (found.platform != Platform::other && found.platform != next.platform) return {};
        // Two types of one cloud: nobody knows which is meant.
        if (found.platform == next.platform && found.name != next.name) next.name.clear();
        found = std::move(next);
    }
    return found;
}

}  // namespace nestprobe

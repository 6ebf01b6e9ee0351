// SPDX-License-Identifier: MIT
#include "registers/lookup.hpp"

#include "registers/all.hpp"

#include <algorithm>
#include <charconv>
#include <numeric>

namespace nestprobe {
namespace {

std::string lower(std::string_view text) {
    std::string result(text);
    for (char& c : result)
        if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
    return result;
}

template <class T>
bool parse_whole(std::string_view digits, int base, T& number) {
    const char* end = digits.data() + digits.size();
    const auto [stopped, error] = std::from_chars(digits.data(), end, number, base);
    return error == std::errc{} && stopped == end && !digits.empty();
}

bool take(std::string_view& text, std::string_view prefix) {
    if (!text.starts_with(prefix)) return false;
    text.remove_prefix(prefix.size());
    return true;
}

/// A number in hex up to the next separator: "8000_000a", "07h", "0xd".
bool take_hex(std::string_view& text, std::string_view separators, std::uint32_t& number) {
    take(text, "0x");
    const std::size_t end = std::min(text.find_first_of(separators), text.size());
    std::string digits(text.substr(0, end));
    text.remove_prefix(end);
    std::erase(digits, '_');
    if (!digits.empty() && digits.back() == 'h') digits.pop_back();
    return parse_whole(digits, 16, number);
}

bool parse_output(std::string_view text, Gpr& output) {
    constexpr std::string_view names[] = {"eax", "ebx", "ecx", "edx"};
    const auto* found = std::find(std::begin(names), std::end(names), text);
    output = static_cast<Gpr>(found - std::begin(names));
    return found != std::end(names);
}

/// "fn8000_000a_edx", "fn0000_000d_eax_x1"
bool parse_amd(std::string_view text, CpuidAddress& at) {
    const std::size_t output = text.find("_e");
    if (output == std::string_view::npos) return false;
    std::string_view number = text.substr(0, output);
    std::string_view rest = text.substr(output + 1);
    if (!take_hex(number, "", at.leaf) || !parse_output(rest.substr(0, 3), at.output)) return false;
    rest.remove_prefix(3);
    return rest.empty() || (take(rest, "_x") && take_hex(rest, "", at.subleaf));
}

/// "7:ebx", "07h:ebx", "0dh.1:eax", "(eax=07h,ecx=0):ebx"
bool parse_intel(std::string_view text, CpuidAddress& at) {
    if (take(text, "(")) {
        if (!take(text, "eax=") || !take_hex(text, ",)", at.leaf)) return false;
        if (take(text, ",") && (!take(text, "ecx=") || !take_hex(text, ")", at.subleaf))) return false;
        if (!take(text, ")")) return false;
    } else {
        if (!take_hex(text, ".:", at.leaf)) return false;
        if (take(text, ".") && !take_hex(text, ":", at.subleaf)) return false;
    }
    return take(text, ":") && parse_output(text, at.output);
}

bool parse_cpuid(std::string_view text, CpuidAddress& at) {
    std::string squeezed(text);
    std::erase(squeezed, ' ');
    std::string_view rest = squeezed;
    if (!take(rest, "cpuid")) return false;
    take(rest, ".");
    return take(rest, "fn") ? parse_amd(rest, at) : parse_intel(rest, at);
}

template <class P>
const Register* first_of(P&& predicate) {
    const auto found = std::find_if(registers::all.begin(), registers::all.end(),
                                    [&](const Register* reg) { return predicate(*reg); });
    return found == registers::all.end() ? nullptr : *found;
}

const Register* find_msr(std::uint32_t index) {
    return first_of([&](const Register& reg) {
        const auto* msr = std::get_if<MsrAddress>(&reg.address);
        return msr && msr->index == index;
    });
}

const Register* find_cpuid(const CpuidAddress& at) {
    return first_of([&](const Register& reg) {
        const auto* other = std::get_if<CpuidAddress>(&reg.address);
        return other && other->leaf == at.leaf && other->subleaf == at.subleaf && other->output == at.output;
    });
}

/// Levenshtein: letters to insert, delete or replace.
std::size_t letters_apart(std::string_view a, std::string_view b) {
    std::vector<std::size_t> row(b.size() + 1);
    std::iota(row.begin(), row.end(), std::size_t{0});
    for (std::size_t i = 0; i < a.size(); ++i) {
        std::size_t diagonal = row[0];
        row[0] = i + 1;
        for (std::size_t j = 0; j < b.size(); ++j) {
            const std::size_t replaced = diagonal + (a[i] == b[j] ? 0 : 1);
            diagonal = row[j + 1];
            row[j + 1] = std::min({row[j] + 1, row[j + 1] + 1, replaced});
        }
    }
    return row.back();
}

void collect(std::vector<const Register*>& needed, const Register& reg) {
    needed.push_back(&reg);
    for (const Condition& c : reg.exists_when) collect(needed, *c.reg);
    if (const auto* at = std::get_if<CpuidAddress>(&reg.address); at && at->block.empty()) {
        needed.push_back(&registers::cpuid_0_eax);
        needed.push_back(&registers::cpuid_80000000_eax);
    }
}

}  // namespace

const Register* find_register(std::string_view name) {
    const std::string wanted = lower(name);
    if (wanted.empty()) return nullptr;
    if (const Register* named = first_of([&](const Register& reg) {
            return lower(reg.name) == wanted || lower(reg.linux_name) == wanted;
        }))
        return named;
    std::uint32_t index = 0;
    if (std::string_view digits = wanted; take(digits, "0x") && parse_whole(digits, 16, index))
        return find_msr(index);
    CpuidAddress at{0, 0, Gpr::eax};
    return parse_cpuid(wanted, at) ? find_cpuid(at) : nullptr;
}

std::vector<std::string_view> nearest_registers(std::string_view name) {
    constexpr std::size_t most = 3;
    const std::string wanted = lower(name);
    std::vector<std::pair<std::size_t, std::string_view>> all;
    for (const Register* reg : registers::all) {
        std::size_t far = letters_apart(wanted, lower(reg->name));
        if (!reg->linux_name.empty()) far = std::min(far, letters_apart(wanted, lower(reg->linux_name)));
        all.emplace_back(far, reg->name);
    }
    std::stable_sort(all.begin(), all.end(), [](const auto& a, const auto& b) { return a.first < b.first; });
    std::vector<std::string_view> names;
    for (std::size_t i = 0; i < std::min(most, all.size()); ++i) names.push_back(all[i].second);
    return names;
}

std::optional<std::uint64_t> parse_register_value(const Register& reg, std::string_view text) {
    const std::string digits = lower(text);
    std::string_view rest = digits;
    std::uint64_t value = 0;
    const int base = take(rest, "0x") ? 16 : 10;
    if (!parse_whole(rest, base, value)) return std::nullopt;
    if (!reg.is_msr() && value > 0xffff'ffff) return std::nullopt;
    return value;
}

std::vector<const Register*> with_register(std::span<const Register* const> list, const Register& reg) {
    std::vector<const Register*> needed(list.begin(), list.end());
    collect(needed, reg);
    if (reg.true_twin) collect(needed, *reg.true_twin);  // of a guard, one bit is enough
    std::vector<const Register*> sorted;
    for (const Register* r : registers::all)
        if (std::find(needed.begin(), needed.end(), r) != needed.end()) sorted.push_back(r);
    return sorted;
}

}  // namespace nestprobe

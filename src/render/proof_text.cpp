// SPDX-License-Identifier: MIT
// What --prove saw: a line for each kind of guest, and what an exit costs here.
#include "render/layout.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <span>

namespace nestprobe {
namespace {

constexpr std::size_t name_column = 8, proof_column = 36;

struct Kind {
    std::string_view name;
    PerCpu<bool> ProofFacts::*runs;
    Fact<unsigned> ProofFacts::*time = nullptr;
};
constexpr Kind kinds[] = {
    {"a guest", &ProofFacts::kvm_here, &ProofFacts::kvm_here_time},
    {"a guest in it, 32-bit", &ProofFacts::kvm_in_guests, &ProofFacts::kvm_in_guests_time},
    {"32-bit, EPT or NPT", &ProofFacts::nested_paging},
    {"64-bit", &ProofFacts::long_mode},
    {"64-bit, EPT or NPT", &ProofFacts::long_mode_nested_paging},
    {"32-bit, shadow VMCS", &ProofFacts::shadow_vmcs},
};

struct CostRow {
    std::string_view name;
    Fact<ExitCost> ProofFacts::*cost;
};
constexpr CostRow costs[] = {
    {"an exit of the guest", &ProofFacts::exit_cost},
    {"an exit of the guest in it", &ProofFacts::nested_exit_cost},
};

std::string line(const std::string& sign, std::string_view name, const std::string& words) {
    return fmt::format("  {}  {:<{}}{}\n", sign, name, proof_column - name_column, wrap(words, proof_column));
}

std::string reason(const Absent& absent) {
    return absent.detail.empty() ? std::string(to_string(absent.why)) : absent.detail;
}

Standing standing_of(const bool* ran) {
    if (!ran) return Standing::apart;
    return *ran ? Standing::well : Standing::failed;
}

/// A failure's reading is "a guest's guest in 32-bit mode", and "at VMLAUNCH: " with the error.
std::string words_of(const Fact<bool>& run) {
    const bool* ran = run.if_known();
    if (!ran) return "not tried: " + reason(run.absence());
    if (*ran) return "ran to its end";
    return run.from().empty() ? "failed" : "failed " + run.from().front().raw;
}

/// Why nobody tried it on any CPU; null where somebody did.
const Absent* untried(const Kind& kind, const ProofFacts& proof) {
    const auto& groups = (proof.*kind.runs).groups();
    return groups.size() == 1 ? groups.front().answer.if_absent() : nullptr;
}

bool is_alike(const Kind& a, const Kind& b, const ProofFacts& proof) {
    const Absent *first = untried(a, proof), *second = untried(b, proof);
    return first && second && same_reason(*first, *second);
}

/// What was not tried for one reason shares a line, with the name of the first but for its kind.
std::string run_lines(std::span<const Kind> rest, const ProofFacts& proof, const Style& style) {
    const Kind& kind = rest.front();
    std::string text;
    std::string_view name = kind.name;
    if (rest.size() > 1 && is_alike(kind, rest[1], proof)) name = name.substr(0, name.find(','));
    const auto& groups = (proof.*kind.runs).groups();
    const unsigned* time = kind.time ? (proof.*kind.time).if_known() : nullptr;
    for (const auto& g : groups) {
        const bool* ran = g.answer.if_known();
        std::string words = words_of(g.answer);
        if (ran && *ran && time && groups.size() == 1)
            words += fmt::format(" in {:.{}f} ms", *time / 1000.0, *time < 10'000 ? 1 : 0);
        if (!g.cpus.empty() && (ran || groups.size() > 1))
            words = fmt::format("{}: {}", name_cpus(g.cpus), words);
        text += line(mark(standing_of(ran), style), &g == &groups.front() ? name : "", words);
    }
    return text;
}

std::string duration(unsigned ns) {
    return ns < 100'000 ? fmt::format("{} ns", ns) : fmt::format("{} us", ns / 1000);
}

std::string cost_lines(const ProofFacts& proof) {
    std::string text;
    for (const CostRow& c : costs) {
        const ExitCost* cost = (proof.*c.cost).if_known();
        if (!cost) continue;
        std::string words = fmt::format("{} (nine of ten: {} to {})", duration(cost->median),
                                        duration(cost->low), duration(cost->high));
        const ExitCost* plain = proof.exit_cost.if_known();
        if (plain && cost != plain)
            words += fmt::format(", {:.1f} times as long",
                                 static_cast<double>(cost->median) / std::max(plain->median, 1u));
        text += line("    ", c.name, words);
    }
    return text;
}

}  // namespace

std::string describe_proof(const Report& report, const Style& style) {
    if (!report.facts.proof) return {};
    std::string text;
    const ProofFacts& proof = *report.facts.proof;
    const std::span all = kinds;
    for (std::size_t i = 0; i < all.size(); ++i)
        if (i == 0 || !is_alike(all[i - 1], all[i], proof)) text += run_lines(all.subspan(i), proof, style);
    if (text.empty()) return {};
    return fmt::format("\n{}\n", bold("guests of --prove", style)) + text + cost_lines(proof);
}

}  // namespace nestprobe

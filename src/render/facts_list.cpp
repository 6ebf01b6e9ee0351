// SPDX-License-Identifier: MIT
// Every fact with its readings, or with why it is missing.
#include "facts/fact_list.hpp"
#include "render/layout.hpp"
#include "render/render.hpp"
#include "render/values.hpp"

namespace nestprobe {
namespace {

std::string name_on(const CpuSet& cpus) { return cpus.empty() ? "" : fmt::format(" on {}", name_cpus(cpus)); }

std::string absent_line(const Absent& absent, const CpuSet& cpus) {
    return fmt::format("  absent{}: {}{}{}\n", name_on(cpus), to_string(absent.why),
                       absent.detail.empty() ? "" : ": ", printable(absent.detail));
}

std::string known_lines(std::string word, const std::vector<Provenance>& from, const CpuSet& cpus,
                        const Style& style) {
    word = printable(word);
    std::string text = fmt::format("  {}{}\n", bold(word.empty() ? "\"\"" : word, style), name_on(cpus));
    for (const Provenance& p : from)
        text += fmt::format("    {}{}{}\n", printable(p.where), p.raw.empty() ? "" : " = ", printable(p.raw));
    return text;
}

template <class T>
std::string lines_of(const Fact<T>& fact, const CpuSet& cpus, const Style& style) {
    if (const Absent* absent = fact.if_absent()) return absent_line(*absent, cpus);
    return known_lines(word_of_value(*fact.if_known()), fact.from(), cpus, style);
}

template <class T>
std::string text_of(const Fact<T>& fact, const Style& style) {
    return lines_of(fact, {}, style);
}
template <class T>
std::string text_of(const PerCpu<T>& facts, const Style& style) {
    std::string text;
    for (const auto& g : facts.groups()) text += lines_of(g.answer, g.cpus, style);
    return text;
}

}  // namespace

std::string render_facts(const Report& report, const Style& style) {
    std::string text;
    for (const auto& [id, any, doc] : list_facts(report.facts)) {
        text += fmt::format("{}: {}\n", id, doc);
        text += std::visit([&](const auto* fact) { return text_of(*fact, style); }, any);
    }
    return text;
}

}  // namespace nestprobe

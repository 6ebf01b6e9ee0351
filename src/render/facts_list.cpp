// SPDX-License-Identifier: MIT
// Every fact with its readings, or with why it is missing.
#include "render/layout.hpp"
#include "render/render.hpp"
#include "render/values.hpp"

namespace nestprobe {
namespace {

template <class T>
std::string lines_of(const Fact<T>& fact, const CpuSet& cpus, const Style& style) {
    const std::string on = cpus.empty() ? "" : fmt::format(" on {}", name_cpus(cpus));
    if (const Absent* absent = fact.if_absent())
        return fmt::format("  absent{}: {}{}{}\n", on, to_string(absent->why),
                           absent->detail.empty() ? "" : ": ", printable(absent->detail));
    const std::string word = printable(word_of_value(*fact.if_known()));
    std::string text = fmt::format("  {}{}\n", bold(word.empty() ? "\"\"" : word, style), on);
    for (const Provenance& p : fact.from())
        text += fmt::format("    {}{}{}\n", printable(p.where), p.raw.empty() ? "" : " = ", printable(p.raw));
    return text;
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
    for_each(report.facts, [&](std::string_view id, const auto& fact, std::string_view doc) {
        text += fmt::format("{}: {}\n{}", id, doc, text_of(fact, style));
    });
    return text;
}

}  // namespace nestprobe

// SPDX-License-Identifier: MIT
#include "render/diff.hpp"
#include "facts/fact_list.hpp"
#include "registers/all.hpp"

#include "machine/readings.hpp"
#include "render/layout.hpp"
#include "render/values.hpp"

#include <map>

namespace nestprobe {
namespace {

using Side = Comparable::Side;

// --- what is compared of a machine ---

template <class T>
Side side_of(const T& value) {
    JsonText out(0, JsonText::on_one_line);
    out.value(value);
    Side side{out.take()};
    if (std::string word = word_of_value(value); word != side.json) side.shown = std::move(word);
    return side;
}

Side absence_side(const Absent& absent) { return side_of(fmt::format("absent ({})", to_string(absent.why))); }

/// A fact without its readings: they name paths and CPUs, which is no difference.
template <class T>
Side bare(const Fact<T>& fact) {
    if (const Absent* absent = fact.if_absent()) return absence_side(*absent);
    return side_of(*fact.if_known());
}

/// {"0-3": ..., "4": ...}: what groups of CPUs answer.
template <class Groups, class F>
Side of_groups(const Groups& groups, F&& side) {
    if (groups.size() == 1) return side(groups.front());
    JsonText object(0, JsonText::on_one_line);
    object.begin_object();
    for (const auto& g : groups) {
        object.key(g.cpus.to_string());
        object.json(side(g).json);
    }
    object.end_object();
    return {object.take()};
}
template <class T>
Side bare(const PerCpu<T>& facts) {
    return of_groups(facts.groups(), [](const auto& group) { return bare(group.answer); });
}
Side bare(const AnyFact& any) {
    return std::visit([](const auto* fact) { return bare(*fact); }, any);
}

Comparable::RegisterSeen seen(const RegisterReadings& readings, const Register& reg) {
    const Bit all = whole(reg);
    const std::vector<RegisterReadings::Alike> groups = readings.alike_in({&all, 1});
    Comparable::RegisterSeen seen{of_groups(groups, [&](const RegisterReadings::Alike& alike) {
        const Reading<std::uint64_t>& reading = (*alike.group)[reg];
        return reading.if_known() ? side_of(hex(*reading.if_known())) : absence_side(reading.absence());
    })};
    const std::uint64_t* one = groups.size() == 1 ? (*groups.front().group)[reg].if_known() : nullptr;
    if (one) seen.raw = *one;
    return seen;
}

// --- what differs ---

/// What differs, before it becomes text or JSON.
struct Difference {
    std::string name;
    const Side *here, *there;
    struct Part {  ///< of a register, a field
        std::string name;
        std::string_view doc;
        Side here, there;
    };
    std::vector<Part> parts{};
};

struct Differences {
    std::vector<Difference> findings, facts, registers;
};

/// Rules that come out differently; one that stands in one of the reports alone (what --prove found) has
/// nothing to be compared with.
std::vector<Difference> compare_findings(const Comparable& here, const Comparable& there) {
    std::map<const Rule*, const Side*> others;
    for (const auto& [rule, status] : there.findings) others.emplace(rule, &status);
    std::vector<Difference> all;
    for (const auto& [rule, status] : here.findings) {
        const auto other = others.find(rule);
        if (other != others.end() && status != *other->second)
            all.push_back({fmt::format("{} {}", rule->id, rule->name), &status, other->second});
    }
    return all;
}

/// Facts of which one of the machines alone has any (of what --prove found, of pastes) are nothing that
/// differs.
std::vector<Difference> compare_facts(const Comparable& here, const Comparable& there) {
    std::map<std::string_view, const Side*> others;
    for (const Comparable::FactSeen& fact : there.facts) others.emplace(fact.id, &fact.side);
    std::vector<Difference> all;
    for (const auto& [id, side] : here.facts) {
        const auto other = others.find(id);
        if (other != others.end() && side != *other->second)
            all.push_back({std::string(id), &side, other->second});
    }
    return all;
}

/// Of a control, what may be set; of anything else, the field.
std::uint64_t part_of(const Register& reg, const Field& field, std::uint64_t raw) {
    if (reg.layout != Layout::controls) return field.of(raw);
    return raw >> (32 + field.at.low) & 1;
}

std::vector<Difference::Part> compare_fields(const Register& reg, std::uint64_t here, std::uint64_t there) {
    std::vector<Difference::Part> parts;
    for (const Field& field : reg.fields) {
        const std::uint64_t a = part_of(reg, field, here);
        const std::uint64_t b = part_of(reg, field, there);
        if (a != b) parts.push_back({locate(reg, field), field.doc, side_of(hex(a)), side_of(hex(b))});
    }
    return parts;
}

std::vector<Difference> compare_registers(const Comparable& here, const Comparable& there) {
    std::vector<Difference> all;
    for (std::size_t i = 0; i < here.registers.size(); ++i) {
        const Comparable::RegisterSeen &a = here.registers[i], &b = there.registers[i];
        if (a.side == b.side) continue;
        const Register& reg = *registers::all[i];
        Difference difference{name_register(reg), &a.side, &b.side};
        if (a.raw && b.raw) difference.parts = compare_fields(reg, *a.raw, *b.raw);
        all.push_back(std::move(difference));
    }
    return all;
}

Differences compare(const Comparable& here, const Comparable& there) {
    return {compare_findings(here, there), compare_facts(here, there), compare_registers(here, there)};
}

// --- text ---

std::string list_of(std::string_view title, const std::vector<Difference>& list, const Style& style) {
    std::string text = fmt::format("\n{}\n", bold(title, style));
    if (list.empty()) return text + "  none\n";
    for (const Difference& d : list) {
        text +=
            fmt::format("  {}: {}  |  {}\n", d.name, printable(d.here->word()), printable(d.there->word()));
        for (const Difference::Part& part : d.parts)
            text += fmt::format("    {}: {} | {}  {}\n", part.name, part.here.word(), part.there.word(),
                                part.doc);
    }
    return text;
}

std::string answer_line(Question question, const Comparable::AnswerGiven& here,
                        const Comparable::AnswerGiven& there, const Style& style) {
    const auto side = [](const Comparable::AnswerGiven& given) {
        const std::string_view costs = given.answer == Answer::yes ? ", degraded" : "";
        return given.cause.empty() ? std::string(to_string(given.answer))
                                   : fmt::format("{}{} ({})", to_string(given.answer), costs, given.cause);
    };
    return fmt::format("  {}: {}  |  {}{}\n", to_string(question), side(here), side(there),
                       here.answer != there.answer ? bold("  differs", style) : "");
}

// --- JSON ---

void write_answer(JsonText& out, std::string_view name, const Comparable::AnswerGiven& given) {
    out.key(name);
    out.begin_object();
    out.member("answer", to_string(given.answer));
    out.key("cause");
    if (given.cause.empty())
        out.null();
    else
        out.value(given.cause);
    out.end_object();
}

void write_answers(JsonText& out, const Comparable& here, const Comparable& there) {
    out.key("answers");
    out.begin_object();
    for (const Question q : questions) {
        const auto at = static_cast<std::size_t>(q);
        out.key(to_string(q));
        out.begin_object();
        write_answer(out, "here", here.answers[at]);
        write_answer(out, "there", there.answers[at]);
        out.member("differs", here.answers[at].answer != there.answers[at].answer);
        out.end_object();
    }
    out.end_object();
}

/// Of one that differs, its beginning; the object is still open.
void begin_difference(JsonText& out, std::string_view name, const Side& here, const Side& there) {
    out.begin_object();
    out.member("name", name);
    out.key("here");
    out.json(here.json);
    out.key("there");
    out.json(there.json);
}

void write_list(JsonText& out, std::string_view name, const std::vector<Difference>& list, bool with_parts) {
    out.key(name);
    out.begin_array();
    for (const Difference& d : list) {
        begin_difference(out, d.name, *d.here, *d.there);
        if (with_parts) {
            out.key("fields");
            out.begin_array();
            for (const Difference::Part& part : d.parts) {
                begin_difference(out, part.name, part.here, part.there);
                out.end_object();
            }
            out.end_array();
        }
        out.end_object();
    }
    out.end_array();
}

}  // namespace

Comparable::Comparable(const Report& report) : machine(describe_machine(report.facts)) {
    for (const Question q : questions) {
        const Verdict& verdict = report.verdict(q);
        const Finding* cause = verdict.cause();
        answers.push_back({verdict.answer, cause ? cause->rule->id : std::string_view{}});
    }
    for (const Finding& f : report.findings)
        findings.emplace_back(f.rule, side_of(std::string(to_string(f.outcome.status))));
    for (const ListedFact& fact : list_facts(report.facts)) facts.push_back({fact.id, bare(fact.fact)});
    for (const Register* reg : registers::all) registers.push_back(seen(report.facts.registers, *reg));
}

std::string render_diff(const Comparable& here, const Comparable& there, const std::string& there_name,
                        const Style& style) {
    const Differences all = compare(here, there);
    std::string text = fmt::format("here:  {}\nthere: {}\n       {}\n", wrap(here.machine, 7),
                                   wrap(there.machine, 7), printable(there_name));
    text += fmt::format("\n{}\n", bold("Answers (here | there)", style));
    for (const Question q : questions)
        text += answer_line(q, here.answers[static_cast<std::size_t>(q)],
                            there.answers[static_cast<std::size_t>(q)], style);
    text += list_of("Rules that come out differently", all.findings, style);
    text += list_of("Facts that differ", all.facts, style);
    text += list_of("Registers that differ", all.registers, style);
    return text;
}

std::string render_diff_json(const Comparable& here, const Comparable& there) {
    const Differences all = compare(here, there);
    JsonText out(0);
    out.begin_object();
    out.member("schema", "nestprobe-diff/1");
    out.member("tool", "nestprobe " NESTPROBE_VERSION);
    write_answers(out, here, there);
    write_list(out, "findings", all.findings, false);
    write_list(out, "facts", all.facts, false);
    write_list(out, "registers", all.registers, true);
    out.end_object();
    return out.take();
}

}  // namespace nestprobe

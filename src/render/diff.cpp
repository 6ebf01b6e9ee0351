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

/// A value on one side: as the text shows it, and as JSON on one line.
struct Side {
    std::string word;
    std::string json;
    friend bool operator==(const Side&, const Side&) = default;
};

/// What differs, before it becomes text or JSON.
struct Difference {
    std::string name;
    std::string doc;
    Side here, there;
    std::vector<Difference> parts{};  ///< of a register, its fields
};

struct Differences {
    std::vector<Difference> findings, facts, registers;
};

template <class T>
Side side_of(const T& value) {
    JsonText out(0, JsonText::on_one_line);
    out.value(value);
    return {word_of_value(value), std::move(out).take()};
}

const Finding* finding_of(const Rule& rule, const Report& report) {
    for (const Finding& f : report.findings)
        if (f.rule == &rule) return &f;
    return nullptr;
}

/// Rules that come out differently; one that stands in one of the reports alone (what --prove found) has
/// nothing to be compared with.
std::vector<Difference> compare_findings(const Report& here, const Report& there) {
    std::vector<Difference> all;
    for (const Finding& a : here.findings) {
        const Finding* b = finding_of(*a.rule, there);
        if (!b || a.outcome.status == b->outcome.status) continue;
        all.push_back({fmt::format("{} {}", a.rule->id, a.rule->name), std::string(a.rule->title),
                       side_of(std::string(to_string(a.outcome.status))),
                       side_of(std::string(to_string(b->outcome.status)))});
    }
    return all;
}

Side absence_side(const Absent& absent) { return side_of(fmt::format("absent ({})", to_string(absent.why))); }

/// {"0-3": ..., "4": ...}: what groups of CPUs answer.
template <class T, class F>
Side of_groups(const PerCpu<T>& facts, F&& side) {
    if (facts.groups().size() == 1) return side(facts.groups().front().answer);
    JsonText object(0, JsonText::on_one_line), shown(0, JsonText::on_one_line, JsonText::Beyond::kept);
    for (JsonText* out : {&object, &shown}) {
        out->begin_object();
        for (const auto& g : facts.groups()) {
            out->key(g.cpus.to_string());
            out->json(side(g.answer).json);
        }
        out->end_object();
    }
    return {std::move(shown).take(), std::move(object).take()};
}

/// A fact without its readings: they name paths and CPUs, which is no difference.
template <class T>
Side bare(const Fact<T>& fact) {
    if (const Absent* absent = fact.if_absent()) return absence_side(*absent);
    return side_of(*fact.if_known());
}
template <class T>
Side bare(const PerCpu<T>& facts) {
    return of_groups(facts, [](const Fact<T>& fact) { return bare(fact); });
}
Side bare(const AnyFact& any) {
    return std::visit([](const auto* fact) { return bare(*fact); }, any);
}

/// Facts of which one of the machines alone has any (of what --prove found, of pastes) are nothing that
/// differs.
std::vector<Difference> compare_facts(const Report& here, const Report& there) {
    std::map<std::string, Side, std::less<>> others;
    for (const ListedFact& fact : list_facts(there.facts)) others.emplace(fact.id, bare(fact.fact));
    std::vector<Difference> all;
    for (const auto& [id, fact, doc] : list_facts(here.facts)) {
        const auto other = others.find(id);
        if (other == others.end()) continue;
        Side mine = bare(fact);
        if (mine != other->second)
            all.push_back({std::string(id), std::string(doc), std::move(mine), std::move(other->second)});
    }
    return all;
}

/// The one value of a register on all CPUs; null when they differ or it is not known.
const std::uint64_t* uniform(const PerCpu<std::uint64_t>& values) {
    return values.groups().size() == 1 ? values.groups().front().answer.if_known() : nullptr;
}

/// Of a control, what may be set; of anything else, the field.
std::uint64_t part_of(const Register& reg, const Field& field, std::uint64_t raw) {
    if (reg.layout != Layout::controls) return field.of(raw);
    return raw >> (32 + field.at.low) & 1;
}

Side hex_or_groups(const PerCpu<std::uint64_t>& values) {
    return of_groups(values, [](const Fact<std::uint64_t>& f) {
        return f.if_known() ? side_of(hex(*f.if_known())) : absence_side(f.absence());
    });
}

std::vector<Difference> compare_fields(const Register& reg, std::uint64_t here, std::uint64_t there) {
    std::vector<Difference> parts;
    for (const Field& field : reg.fields) {
        const std::uint64_t a = part_of(reg, field, here);
        const std::uint64_t b = part_of(reg, field, there);
        if (a != b)
            parts.push_back({locate(reg, field), std::string(field.doc), side_of(hex(a)), side_of(hex(b))});
    }
    return parts;
}

std::vector<Difference> compare_registers(const Report& here, const Report& there) {
    std::vector<Difference> all;
    for (const Register* reg : registers::all) {
        const auto a = raw_values(here.facts.registers, *reg);
        const auto b = raw_values(there.facts.registers, *reg);
        Side mine = hex_or_groups(a);
        Side other = hex_or_groups(b);
        if (mine == other) continue;
        Difference difference{name_register(*reg), std::string(reg->reference), std::move(mine),
                              std::move(other)};
        if (const std::uint64_t* x = uniform(a), *y = uniform(b); x && y)
            difference.parts = compare_fields(*reg, *x, *y);
        all.push_back(std::move(difference));
    }
    return all;
}

Differences compare(const Report& here, const Report& there) {
    return {compare_findings(here, there), compare_facts(here, there), compare_registers(here, there)};
}

// --- text ---

std::string line_of(const Difference& d, std::size_t indent) {
    return fmt::format("{:{}}{}: {}  |  {}\n", "", indent, d.name, printable(d.here.word),
                       printable(d.there.word));
}

std::string section(std::string_view title, const std::vector<Difference>& list, const Style& style) {
    std::string text = fmt::format("\n{}\n", bold(title, style));
    if (list.empty()) return text + "  none\n";
    for (const Difference& d : list) {
        text += line_of(d, 2);
        for (const Difference& part : d.parts)
            text += fmt::format("    {}: {} | {}  {}\n", part.name, printable(part.here.word),
                                printable(part.there.word), part.doc);
    }
    return text;
}

std::string answer_line(const Verdict& here, const Verdict& there, const Style& style) {
    const auto side = [](const Verdict& v) {
        const std::string_view costs = v.answer == Answer::yes ? ", degraded" : "";
        return v.cause() ? fmt::format("{}{} ({})", to_string(v.answer), costs, v.cause()->rule->id)
                         : std::string(to_string(v.answer));
    };
    return fmt::format("  {}: {}  |  {}{}\n", to_string(here.question), side(here), side(there),
                       here.answer != there.answer ? bold("  differs", style) : "");
}

// --- JSON ---

void write_answer(JsonText& out, std::string_view name, const Verdict& v) {
    out.key(name);
    out.begin_object();
    out.member("answer", to_string(v.answer));
    out.key("cause");
    if (v.cause())
        out.value(v.cause()->rule->id);
    else
        out.null();
    out.end_object();
}

void write_answers(JsonText& out, const Report& here, const Report& there) {
    out.key("answers");
    out.begin_object();
    for (const Question q : questions) {
        out.key(to_string(q));
        out.begin_object();
        write_answer(out, "here", here.verdict(q));
        write_answer(out, "there", there.verdict(q));
        out.member("differs", here.verdict(q).answer != there.verdict(q).answer);
        out.end_object();
    }
    out.end_object();
}

void write_list(JsonText& out, std::string_view name, const std::vector<Difference>& list, bool with_parts) {
    out.key(name);
    out.begin_array();
    for (const Difference& d : list) {
        out.begin_object();
        out.member("name", d.name);
        out.key("here");
        out.json(d.here.json);
        out.key("there");
        out.json(d.there.json);
        if (with_parts) write_list(out, "fields", d.parts, false);
        out.end_object();
    }
    out.end_array();
}

}  // namespace

std::string render_diff(const Report& here, const Report& there, const std::string& there_name,
                        const Style& style) {
    const Differences all = compare(here, there);
    std::string text = fmt::format("here:  {}\nthere: {}\n       {}\n", wrap(describe_machine(here.facts), 7),
                                   wrap(describe_machine(there.facts), 7), printable(there_name));
    text += fmt::format("\n{}\n", bold("Answers (here | there)", style));
    for (const Question q : questions) text += answer_line(here.verdict(q), there.verdict(q), style);
    text += section("Rules that come out differently", all.findings, style);
    text += section("Facts that differ", all.facts, style);
    text += section("Registers that differ", all.registers, style);
    return text;
}

std::string render_diff_json(const Report& here, const Report& there) {
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
    return std::move(out).take();
}

}  // namespace nestprobe

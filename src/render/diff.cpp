// SPDX-License-Identifier: MIT
#include "render/diff.hpp"
#include "registers/all.hpp"

#include "machine/readings.hpp"
#include "render/layout.hpp"
#include "render/values.hpp"

#include <map>

namespace nestprobe {
namespace {

/// What differs, before it becomes text or JSON. Values are JSON on both sides.
struct Difference {
    std::string name;
    std::string doc;
    Json here, there;
    std::vector<Difference> parts{};  ///< of a register, its fields
};

struct Differences {
    std::vector<Difference> answers, findings, facts, registers;
};

Json answer_of(const Verdict& v) {
    Json json;
    json["answer"] = to_string(v.answer);
    json["cause"] = v.cause() ? Json(v.cause()->rule->id) : Json();
    return json;
}

std::vector<Difference> compare_answers(const Report& here, const Report& there) {
    std::vector<Difference> all;
    for (const Question q : questions)
        all.push_back(
            {std::string(to_string(q)), "", answer_of(here.verdict(q)), answer_of(there.verdict(q))});
    return all;
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
                       to_string(a.outcome.status), to_string(b->outcome.status)});
    }
    return all;
}

/// A fact without its readings: they name paths and CPUs, which is no difference.
template <class T>
Json bare(const Fact<T>& fact) {
    if (const Absent* absent = fact.if_absent()) return fmt::format("absent ({})", to_string(absent->why));
    return value_of(*fact.if_known());
}
template <class T>
Json bare(const PerCpu<T>& facts) {
    if (facts.groups().size() == 1) return bare(facts.groups().front().answer);
    Json json = Json::object();
    for (const auto& g : facts.groups()) json[g.cpus.to_string()] = bare(g.answer);
    return json;
}

/// Facts of which one of the machines alone has any (of what --prove found, of pastes) are nothing that
/// differs.
std::vector<Difference> compare_facts(const Report& here, const Report& there) {
    std::map<std::string, Json, std::less<>> others;
    for_each(there.facts, [&](std::string_view id, const auto& fact, std::string_view) {
        others.emplace(id, bare(fact));
    });
    std::vector<Difference> all;
    for_each(here.facts, [&](std::string_view id, const auto& fact, std::string_view doc) {
        const auto other = others.find(id);
        if (other == others.end()) return;
        Json mine = bare(fact);
        if (mine != other->second)
            all.push_back({std::string(id), std::string(doc), std::move(mine), std::move(other->second)});
    });
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

Json hex_or_groups(const PerCpu<std::uint64_t>& values) {
    const auto word = [](const Fact<std::uint64_t>& f) -> Json {
        if (const std::uint64_t* raw = f.if_known()) return hex(*raw);
        return fmt::format("absent ({})", to_string(f.absence().why));
    };
    if (values.groups().size() == 1) return word(values.groups().front().answer);
    Json json = Json::object();
    for (const auto& g : values.groups()) json[g.cpus.to_string()] = word(g.answer);
    return json;
}

std::vector<Difference> compare_fields(const Register& reg, std::uint64_t here, std::uint64_t there) {
    std::vector<Difference> parts;
    for (const Field& field : reg.fields) {
        const std::uint64_t a = part_of(reg, field, here);
        const std::uint64_t b = part_of(reg, field, there);
        if (a != b) parts.push_back({locate(reg, field), std::string(field.doc), hex(a), hex(b)});
    }
    return parts;
}

std::vector<Difference> compare_registers(const Report& here, const Report& there) {
    std::vector<Difference> all;
    for (const Register* reg : registers::all) {
        const auto a = raw_values(here.facts.registers, *reg);
        const auto b = raw_values(there.facts.registers, *reg);
        Json mine = hex_or_groups(a);
        Json other = hex_or_groups(b);
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
    return {compare_answers(here, there), compare_findings(here, there), compare_facts(here, there),
            compare_registers(here, there)};
}

// --- text ---

std::string word_of(const Json& value) {
    return printable(value.is_string() ? value.get<std::string>()
                                       : value.dump(-1, ' ', false, Json::error_handler_t::replace));
}

std::string line_of(const Difference& d, std::size_t indent) {
    return fmt::format("{:{}}{}: {}  |  {}\n", "", indent, d.name, word_of(d.here), word_of(d.there));
}

std::string section(std::string_view title, const std::vector<Difference>& list, const Style& style) {
    std::string text = fmt::format("\n{}\n", bold(title, style));
    if (list.empty()) return text + "  none\n";
    for (const Difference& d : list) {
        text += line_of(d, 2);
        for (const Difference& part : d.parts)
            text += fmt::format("    {}: {} | {}  {}\n", part.name, word_of(part.here), word_of(part.there),
                                part.doc);
    }
    return text;
}

std::string answer_line(const Difference& d, const Style& style) {
    const auto side = [](const Json& a) {
        return a["cause"].is_null()
                   ? a["answer"].get<std::string>()
                   : fmt::format("{} ({})", a["answer"].get<std::string>(), a["cause"].get<std::string>());
    };
    const bool changed = d.here["answer"] != d.there["answer"];
    return fmt::format("  {}: {}  |  {}{}\n", d.name, side(d.here), side(d.there),
                       changed ? bold("  differs", style) : "");
}

// --- JSON ---

Json list_of(const std::vector<Difference>& list, bool with_parts) {
    Json array = Json::array();
    for (const Difference& d : list) {
        Json& entry = array.emplace_back(Json::object());
        entry["name"] = d.name;
        entry["here"] = d.here;
        entry["there"] = d.there;
        if (with_parts) entry["fields"] = list_of(d.parts, false);
    }
    return array;
}

}  // namespace

std::string render_diff(const Report& here, const Report& there, const std::string& there_name,
                        const Style& style) {
    const Differences all = compare(here, there);
    std::string text = fmt::format("here:  {}\nthere: {}\n       {}\n", wrap(describe_machine(here.facts), 7),
                                   wrap(describe_machine(there.facts), 7), printable(there_name));
    text += fmt::format("\n{}\n", bold("Answers (here | there)", style));
    for (const Difference& d : all.answers) text += answer_line(d, style);
    text += section("Rules that come out differently", all.findings, style);
    text += section("Facts that differ", all.facts, style);
    text += section("Registers that differ", all.registers, style);
    return text;
}

std::string render_diff_json(const Report& here, const Report& there) {
    const Differences all = compare(here, there);
    Json json;
    json["schema"] = "nestprobe-diff/1";
    json["tool"] = "nestprobe " NESTPROBE_VERSION;
    for (const Difference& d : all.answers) {
        Json& answer = json["answers"][d.name];
        answer["here"] = d.here;
        answer["there"] = d.there;
        answer["differs"] = d.here["answer"] != d.there["answer"];
    }
    json["findings"] = list_of(all.findings, false);
    json["facts"] = list_of(all.facts, false);
    json["registers"] = list_of(all.registers, true);
    return json.dump(2, ' ', true, Json::error_handler_t::replace) + "\n";
}

}  // namespace nestprobe

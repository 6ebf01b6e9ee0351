// SPDX-License-Identifier: MIT
// nestprobe-report/1, as schema/report.schema.json has it.  Keys keep their order.
#include "base/text.hpp"
#include "facts/fact_list.hpp"
#include "render/layout.hpp"
#include "render/values.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace nestprobe {
namespace {

template <class T>
void write_or_null(JsonText& out, std::string_view key, const Fact<T>& fact) {
    out.key(key);
    if (fact.if_known())
        out.value(*fact.if_known());
    else
        out.null();
}

// --- facts ---

void write_readings(JsonText& out, const std::vector<Provenance>& from, const CpuSet& cpus = {}) {
    out.key("readings");
    out.begin_array();
    const std::string on = cpus.empty() ? "" : " on " + name_cpus(cpus);
    for (const Provenance& p : from) {
        out.begin_object();
        out.member("where", p.where + on);
        out.member("raw", p.raw);
        out.end_object();
    }
    out.end_array();
}

template <class T>
void write_answer(JsonText& out, const Fact<T>& fact, const CpuSet& cpus = {}) {
    if (const Absent* absent = fact.if_absent()) return write_absence(out, *absent);
    out.member("value", *fact.if_known());
    write_readings(out, fact.from(), cpus);
}

/// All CPUs alike: as a plain fact.  Otherwise {"per_cpu": [{"cpus": "0-6", ...}, ...]}.
template <class T>
void write_answer(JsonText& out, const PerCpu<T>& facts) {
    if (facts.groups().empty()) return write_absence(out, {});
    if (facts.groups().size() == 1)
        return write_answer(out, facts.groups().front().answer, facts.groups().front().cpus);
    out.key("per_cpu");
    out.begin_array();
    for (const auto& g : facts.groups()) {
        out.begin_object();
        out.member("cpus", g.cpus.to_string());
        write_answer(out, g.answer, g.cpus);
        out.end_object();
    }
    out.end_array();
}

void write_facts(JsonText& out, const Facts& facts) {
    out.key("facts");
    out.begin_object();
    for (const ListedFact& listed : list_facts(facts)) {
        out.key(listed.id);
        out.begin_object();
        std::visit([&](const auto* fact) { write_answer(out, *fact); }, listed.fact);
        out.end_object();
    }
    out.end_object();
}

// --- machine, answers, findings ---

void write_machine(JsonText& out, const Facts& f) {
    out.key("machine");
    out.begin_object();
    out.member("level",
               f.hypervisor.level.if_known() ? to_string(*f.hypervisor.level.if_known()) : "unknown");
    out.key("hypervisors");
    out.begin_array();
    if (const auto* signatures = f.hypervisor.signatures.if_known())
        for (const Signature& s : *signatures) out.value(s.name);
    out.end_array();
    write_or_null(out, "platform", f.hypervisor.platform);
    write_or_null(out, "vendor", f.cpu.vendor_id);
    write_or_null(out, "brand", f.cpu.brand);
    write_or_null(out, "cpus",
                  f.cpu.online.map([](const CpuSet& s) { return static_cast<unsigned>(s.size()); }));
    write_or_null(out, "kernel", f.kernel.release);
    out.end_object();
}

/// "2026-11-25T17:00:00Z", and nothing else that a file may say.
bool is_utc_time(std::string_view text) {
    constexpr std::string_view shape = "0000-00-00T00:00:00Z";
    return text.size() == shape.size() &&
           std::equal(text.begin(), text.end(), shape.begin(),
                      [](char c, char like) { return like == '0' ? c >= '0' && c <= '9' : c == like; });
}

/// What the answer rests on, in one sentence.
std::string because_of(const Verdict& v) {
    if (v.answer != Answer::yes) {
        const Finding* cause = v.cause();
        return cause ? cause->outcome.message : "nothing that bears on it could be read";
    }
    std::string text = v.proof ? v.proof->outcome.message : "every rule that could say no passed";
    if (const Finding* price = v.cause()) text += "; it costs something: " + price->outcome.message;
    return text;
}

/// Null where there is no word.
void write_word(JsonText& out, std::string_view key, std::string_view word) {
    out.key(key);
    if (word.empty())
        out.null();
    else
        out.value(word);
}

template <class Text>
void write_list(JsonText& out, std::string_view key, const std::vector<Text>& words) {
    out.key(key);
    out.begin_array();
    for (const std::string_view word : words) out.value(word);
    out.end_array();
}

/// `next`: what it is a step against, where that is not the cause; `begins`: it is the first of them.
void write_step(JsonText& out, const Step& step, const Finding* next = nullptr, bool begins = false) {
    out.begin_object();
    if (next) out.member("rule", next->rule->id);
    out.member("where", to_string(step.where));
    out.member("do", begins ? fmt::format("{} {}", stops_then(*next), step.what) : step.what);
    write_list(out, "commands", step.commands);
    if (!step.file.empty()) {
        out.member("file", step.file);
        write_list(out, "lines", step.lines);
    }
    out.member("cost", to_string(step.cost));
    out.member("expect", step.expect);
    out.end_object();
}

/// The fix of a finding that failed, as text and as steps; otherwise null and none.
void write_fix(JsonText& out, const Report& report, const Finding* f) {
    const Remedy remedy = f && f->outcome.status == Status::fail ? f->remedy() : Remedy();
    out.key("fix");
    if (remedy.empty())
        out.null();
    else
        out.value(trim(fix_text(report, *f, 0)));
    out.key("steps");
    out.begin_array();
    for (const Step& step : remedy.steps) write_step(out, step);
    if (!remedy.empty())
        for (const Finding* next : what_follows(report, *f)) {
            const Remedy more = next->remedy();
            for (const Step& step : more.steps) write_step(out, step, next, &step == &more.steps.front());
        }
    out.end_array();
}

/// The rules that fail once the cause is fixed, and what the answer is when all that is done.
void write_then(JsonText& out, const Verdict& v) {
    out.key("then");
    out.begin_array();
    for (const Finding& next : v.then) out.value(next.rule->id);
    out.end_array();
    write_word(out, "fixed", v.fixed ? to_string(*v.fixed) : "");
}

void write_verdict(JsonText& out, const Report& report, const Verdict& v) {
    const Finding* cause = v.cause();
    out.key(to_string(v.question));
    out.begin_object();
    out.member("answer", to_string(v.answer));
    out.member("degraded", v.answer == Answer::yes && !v.degraded.empty());
    write_word(out, "how", v.how == How::nothing ? "" : to_string(v.how));
    write_word(out, "cause", cause ? cause->rule->id : "");
    out.member("because", because_of(v));
    write_fix(out, report, cause);
    write_then(out, v);
    write_word(out, "contradicted_by", v.contradictory ? v.because.front()->rule->id : "");
    out.end_object();
}

void write_finding(JsonText& out, const Report& report, const Finding& f) {
    out.begin_object();
    out.member("id", f.rule->id);
    out.member("name", f.rule->name);
    out.member("layer", to_string(f.rule->layer));
    out.member("question", to_string(f.rule->question));
    out.member("role", to_string(f.rule->role));
    out.member("status", to_string(f.outcome.status));
    out.member("message", f.outcome.message);
    write_readings(out, f.outcome.because);
    write_fix(out, report, &f);
    out.end_object();
}

/// Only where a guest's definition was given.
void write_edit(JsonText& out, const GuestEdit& edit) {
    out.key("edit");
    out.begin_object();
    out.member("guest", edit.guest);
    out.member("diff", edit.diff);
    write_list(out, "commands", edit.commands);
    out.member("arguments", edit.arguments);
    write_list(out, "notes", edit.notes);
    out.end_object();
}

}  // namespace

std::string render_json(const Report& report, const Style&) {
    JsonText out(80 * 1024);
    out.begin_object();
    out.member("schema", "nestprobe-report/1");
    out.member("tool", "nestprobe " NESTPROBE_VERSION);
    write_word(out, "collected_at",
               is_utc_time(report.facts.collected_at) ? report.facts.collected_at : std::string_view());
    if (!report.assumed.empty()) write_list(out, "assumed", report.assumed);
    write_machine(out, report.facts);
    out.key("answers");
    out.begin_object();
    for (const Verdict& v : report.verdicts) write_verdict(out, report, v);
    out.end_object();
    out.key("findings");
    out.begin_array();
    for (const Finding& f : report.findings) write_finding(out, report, f);
    out.end_array();
    write_facts(out, report.facts);
    if (const auto ids = ids_of_messages(report); !ids.empty()) write_list(out, "messages", ids);
    if (report.edit) write_edit(out, *report.edit);
    out.end_object();
    return out.take();
}

}  // namespace nestprobe

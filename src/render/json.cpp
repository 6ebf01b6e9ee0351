// SPDX-License-Identifier: MIT
// nestprobe-report/1, as CONTRACT.md and schema/report.schema.json have it.  Keys keep their order.
#include "render/render.hpp"
#include "render/values.hpp"

namespace nestprobe {
namespace {

// --- parts of the report ---

template <class T>
Json or_null(const Fact<T>& fact) {
    return fact.if_known() ? value_of(*fact.if_known()) : Json();
}

Json machine_of(const Facts& f) {
    Json hypervisors = Json::array();
    if (const auto* signatures = f.hypervisor.signatures.if_known())
        for (const Signature& s : *signatures) hypervisors.push_back(s.name);
    Json machine;
    machine["level"] =
        f.hypervisor.level.if_known() ? Json(to_string(*f.hypervisor.level.if_known())) : Json("unknown");
    machine["hypervisors"] = std::move(hypervisors);
    machine["platform"] = or_null(f.hypervisor.platform);
    machine["vendor"] = or_null(f.cpu.vendor_id);
    machine["brand"] = or_null(f.cpu.brand);
    machine["cpus"] = f.cpu.online.if_known() ? Json(f.cpu.online.if_known()->size()) : Json();
    machine["kernel"] = or_null(f.kernel.release);
    return machine;
}

/// What the answer rests on, in one sentence.
std::string because_of(const Verdict& v) {
    if (v.answer != Answer::yes) {
        const Finding* cause = v.cause();
        return cause ? cause->outcome.message : "nothing that bears on it could be read";
    }
    std::string text = v.proof ? v.proof->outcome.message : "every rule that could say no passed";
    if (const Finding* price = v.cause()) text += "; at a price: " + price->outcome.message;
    return text;
}

Json answer_of(const Verdict& v) {
    const Finding* cause = v.cause();
    Json answer;
    answer["answer"] = to_string(v.answer);
    answer["degraded"] = v.answer == Answer::yes && !v.degraded.empty();
    answer["how"] = v.how == How::nothing ? Json() : Json(to_string(v.how));
    answer["cause"] = cause ? Json(cause->rule->id) : Json();
    answer["because"] = because_of(v);
    answer["fix"] = cause && cause->outcome.status == Status::fail ? Json(cause->fix()) : Json();
    if (v.contradictory) answer["contradicted_by"] = v.because.front()->rule->id;
    return answer;
}

Json finding_of(const Finding& f) {
    Json finding;
    finding["id"] = f.rule->id;
    finding["name"] = f.rule->name;
    finding["layer"] = to_string(f.rule->layer);
    finding["question"] = to_string(f.rule->question);
    finding["role"] = to_string(f.rule->role);
    finding["status"] = to_string(f.outcome.status);
    finding["message"] = f.outcome.message;
    finding["readings"] = readings_of(f.outcome.because);
    finding["fix"] = f.outcome.status == Status::fail ? Json(f.fix()) : Json();
    return finding;
}

}  // namespace

std::string render_json(const Report& report, const Style&) {
    Json json;
    json["schema"] = "nestprobe-report/1";
    json["tool"] = "nestprobe " NESTPROBE_VERSION;
    json["machine"] = machine_of(report.facts);
    for (const Verdict& v : report.verdicts)
        json["answers"][std::string(to_string(v.question))] = answer_of(v);
    json["findings"] = Json::array();
    for (const Finding& f : report.findings) json["findings"].push_back(finding_of(f));
    Json& facts = json["facts"] = Json::object();
    for_each(report.facts, [&](std::string_view id, const auto& fact, std::string_view) {
        facts.get_ref<Json::object_t&>().emplace_back(std::string(id), fact_of(fact));
    });
    return json.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

}  // namespace nestprobe

// SPDX-License-Identifier: MIT
// nestprobe-report/1, as CONTRACT.md and schema/report.schema.json have it.  Keys keep their order.
#include "render/render.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace nestprobe {
namespace {

using Json = nlohmann::ordered_json;

// --- values of facts ---

Json value_of(bool v) { return v; }
Json value_of(int v) { return v; }
Json value_of(unsigned v) { return v; }
Json value_of(const std::string& v) { return v; }
Json value_of(const CpuSet& v) { return v.to_string(); }
Json value_of(Vendor v) { return to_string(v); }
Json value_of(Technology v) { return v == Technology::vmx ? "vmx" : "svm"; }
Json value_of(Level v) { return to_string(v); }
Json value_of(Platform v) { return to_string(v); }
Json value_of(BrandKind v) { return to_string(v); }
Json value_of(Tristate v) { return to_string(v); }
Json value_of(const CpuModel& v) { return {{"family", v.family}, {"model", v.model}, {"stepping", v.stepping}}; }
Json value_of(const KernelVersion& v) { return fmt::format("{}.{}", v.major, v.minor); }
Json value_of(const FeatureControl& v) {
    return {{"raw", fmt::format("0x{:x}", v.raw)}, {"locked", v.locked}, {"vmx_inside_smx", v.vmx_inside_smx}, {"vmx_outside_smx", v.vmx_outside_smx}};
}
Json value_of(const VmCr& v) { return {{"raw", fmt::format("0x{:x}", v.raw)}, {"locked", v.locked}, {"svm_disabled", v.svm_disabled}}; }
Json value_of(const Signature& v) { return {{"leaf", fmt::format("0x{:x}", v.leaf)}, {"text", v.text}, {"name", v.name}}; }
Json value_of(const Module& v) {
    Json json = {{"state", to_string(v.state)}};
    json["users"] = v.users < 0 ? Json() : Json(v.users);
    return json;
}
Json value_of(const ModuleOption& v) { return {{"module", v.module}, {"parameter", v.parameter}, {"value", v.value}, {"source", v.source}}; }
Json value_of(const ModuleBlock& v) {
    constexpr std::string_view kinds[] = {"blacklist", "install", "module_blacklist"};
    return {{"kind", kinds[static_cast<std::size_t>(v.kind)]}, {"module", v.module}, {"source", v.source}};
}
template <class T>
Json value_of(const std::vector<T>& values) {
    Json array = Json::array();
    for (const T& v : values) array.push_back(value_of(v));
    return array;
}

Json readings_of(const std::vector<Provenance>& from, const CpuSet& cpus = {}) {
    Json array = Json::array();
    for (const Provenance& p : from)
        array.push_back({{"where", cpus.empty() ? p.where : p.where + " on " + name_cpus(cpus)}, {"raw", p.raw}});
    return array;
}

Json absence_of(const Absent& absent) { return {{"absent", to_string(absent.why)}, {"detail", absent.detail}}; }

template <class T>
Json fact_of(const Fact<T>& fact, const CpuSet& cpus = {}) {
    if (const Absent* absent = fact.if_absent()) return absence_of(*absent);
    return {{"value", value_of(*fact.if_known())}, {"readings", readings_of(fact.from(), cpus)}};
}

/// All CPUs alike: as a plain fact.  Otherwise {"per_cpu": [{"cpus": "0-6", ...}, ...]}.
template <class T>
Json fact_of(const PerCpu<T>& facts) {
    if (facts.groups().size() == 1) return fact_of(facts.groups().front().answer, facts.groups().front().cpus);
    if (facts.groups().empty()) return absence_of({});
    Json array = Json::array();
    for (const auto& g : facts.groups()) {
        Json entry = {{"cpus", g.cpus.to_string()}};
        entry.update(fact_of(g.answer, g.cpus));
        array.push_back(std::move(entry));
    }
    return {{"per_cpu", std::move(array)}};
}

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
    machine["level"] = f.hypervisor.level.if_known() ? Json(to_string(*f.hypervisor.level.if_known())) : Json("unknown");
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
    return v.proof ? v.proof->outcome.message : "every rule that could say no passed";
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
    for (const Verdict& v : report.verdicts) json["answers"][std::string(to_string(v.question))] = answer_of(v);
    json["findings"] = Json::array();
    for (const Finding& f : report.findings) json["findings"].push_back(finding_of(f));
    for_each(report.facts, [&](std::string_view id, const auto& fact, std::string_view) { json["facts"][std::string(id)] = fact_of(fact); });
    return json.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

}  // namespace nestprobe

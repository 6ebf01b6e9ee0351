// SPDX-License-Identifier: MIT
// nestprobe with one rule's body taken out, each in turn: what would the report of this snapshot be?  The lab
// wants to notice every one of them (./dev lab --mutate).  Never installed; the program itself has no such
// switch.
#include "probe.hpp"
#include "render/render.hpp"
#include "report/report.hpp"
#include "snapshot/load.hpp"
#include "snapshot/replay.hpp"

#include <cstdio>
#include <exception>
#include <string>

using namespace nestprobe;

namespace {

Outcome taken_out(const Facts&) { return skip("taken out"); }

/// The rules, with this one's body gone; "none": all as they are.
std::string report_without(std::string_view id, const Facts& facts) {
    std::vector<const Rule*> rules = all_rules();
    Rule mutated{};
    for (const Rule*& rule : rules) {
        if (rule->id != id) continue;
        mutated = *rule;
        mutated.check = taken_out;
        rule = &mutated;
    }
    Report report;
    report.facts = facts;
    report.findings = evaluate(rules, report.facts);
    report.verdicts = decide_all(report.findings, report.facts);
    return render_json(report, {});
}

void print(std::string_view id, const Facts& facts) {
    const std::string text = report_without(id, facts);
    std::printf("@@ %.*s\n%s", static_cast<int>(id.size()), id.data(), text.c_str());
}

}  // namespace

int main(int argc, char** argv) {
    if (argc != 2) {
        std::fputs("usage: mutant SNAPSHOT\n", stderr);
        return 64;
    }
    try {
        const Recording recording = import_inputs(read_inputs({argv[1]})).recording;
        const ReplayedMachine machine(recording);
        Facts facts = probe(machine.sources());
        if (recording.proof) facts.proof = decode_proof(*recording.proof);
        print("none", facts);
        for (const Rule* rule : all_rules()) print(rule->id, facts);
    } catch (const std::exception& error) {
        std::fprintf(stderr, "mutant: %s: %s\n", argv[1], error.what());
        return 65;
    }
    return 0;
}

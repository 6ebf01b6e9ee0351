// SPDX-License-Identifier: MIT
// Two machines beside each other: a damaged one and the golden one, both ways round, and merged.
#include "fuzz.hpp"
#include "render/diff.hpp"
#include "snapshot/merge.hpp"

using namespace nestprobe;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    static const Recording golden = fuzz::golden_machine();
    static const Comparable known(make_report(fuzz::facts_of(golden)));
    Recording recording;
    try {
        recording = read_snapshot(fuzz::text_of(data, size), "snapshot");
    } catch (const BadFile&) {
        return 0;
    }
    const Comparable damaged(make_report(fuzz::facts_of(recording)));
    render_diff(known, damaged, "snapshot", Style{});
    render_diff(damaged, known, "golden", Style{});
    render_diff_json(damaged, known);
    fuzz::render(make_report(fuzz::facts_of(merge_recordings({{"a", recording}, {"b", golden}}))),
                 fuzz::text_of(data, size));
    return 0;
}

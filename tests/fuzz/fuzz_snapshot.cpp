// SPDX-License-Identifier: MIT
// The way back out.  A snapshot that was read is written and read again: the same text, and the same report.
// One that is recorded from it, as --from FILE --record does, gives the same report.
#include "fuzz.hpp"
#include "snapshot/record.hpp"
#include "snapshot/write.hpp"

using namespace nestprobe;

namespace {

std::string report_of(const Facts& facts) { return render_json(make_report(Facts(facts)), {}); }

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    Recording recording;
    try {
        recording = read_snapshot(fuzz::text_of(data, size), "snapshot");
    } catch (const BadFile&) {
        return 0;
    }
    const std::string once = write_snapshot(recording);
    Recording again = read_snapshot(once, "written");
    if (write_snapshot(again) != once) throw std::logic_error("written twice, it is another: " + once);
    const std::string said = report_of(fuzz::facts_of(std::move(recording)));
    const ReplayedMachine machine(std::move(again));
    const Recorder recorder(machine.sources());
    if (report_of(probe(recorder.sources(), every_register)) != said)
        throw std::logic_error("written, it is another machine: " + once);
    Recording recorded = recorder.take();
    const std::string text = write_snapshot(recorded);
    if (report_of(fuzz::facts_of(read_snapshot(text, "recorded"))) != said)
        throw std::logic_error("recorded, it is another machine: " + text);
    return 0;
}

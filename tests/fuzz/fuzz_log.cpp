// SPDX-License-Identifier: MIT
// The kernel's log: as syslog(2) gives it, and its lines in a recorded machine.
#include "base/text.hpp"
#include "fuzz.hpp"
#include "machine/kept_log.hpp"

using namespace nestprobe;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    static const Recording golden = fuzz::golden_machine();
    const std::string_view text = fuzz::text_of(data, size);
    std::vector<std::string> lines = lines_of_syslog(text);
    for (const std::string& line : lines)
        if (line.size() > 400) throw std::logic_error("a line that is longer than any should be");
    for_each_line(text, [&](std::string_view line) { lines.emplace_back(line); });
    Recording recording = golden;
    recording.kernel_log = std::move(lines);
    fuzz::render(make_report(fuzz::facts_of(std::move(recording))), fuzz::text_of(data, size));
    return 0;
}

// SPDX-License-Identifier: MIT
// What the fuzz targets share.  A target gives the input to a parser, and all that comes of it to everything
// behind that: facts, rules, verdicts, every format.  BadFile is a good answer; a crash, a hang, a
// sanitizer's word and any other exception is none.
#pragma once

#include "input/bad_file.hpp"
#include "probe.hpp"
#include "remedy/writers/guest_edit.hpp"
#include "remedy/writers/script.hpp"
#include "render/registers.hpp"
#include "render/render.hpp"
#include "snapshot/read.hpp"
#include "snapshot/replay.hpp"

#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <functional>
#include <iterator>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>

namespace nestprobe::fuzz {

inline std::string_view text_of(const std::uint8_t* data, std::size_t size) {
    return {reinterpret_cast<const char*>(data), size};
}

/// The machine that files and definitions belong to: the snapshot that NESTPROBE_FUZZ_MACHINE names, or
/// machine.json beside the target, where build.sh puts it.  NESTPROBE_FUZZ_OTHER, other.json: one of AMD's.
inline Recording golden_machine(bool other = false) {
    const char* named = std::getenv(other ? "NESTPROBE_FUZZ_OTHER" : "NESTPROBE_FUZZ_MACHINE");
    const std::string path = named ? named
                                   : std::filesystem::read_symlink("/proc/self/exe").parent_path() /
                                         (other ? "other.json" : "machine.json");
    std::ifstream file(path, std::ios::binary);
    if (!file)
        throw std::runtime_error(
            "NESTPROBE_FUZZ_MACHINE and NESTPROBE_FUZZ_OTHER must name snapshots: see ./dev fuzz");
    return read_snapshot(std::string(std::istreambuf_iterator<char>(file), {}), path);
}

inline Facts facts_of(Recording recording) {
    const ReplayedMachine machine(std::move(recording));
    return probe(machine.sources(), every_register);
}

/// What can be said of it, one thing of each input: all of them would take most of the time.
inline void render(Report report, std::string_view input) {
    const std::size_t which = std::hash<std::string_view>()(input) % (formats().size() + 5);
    if (which < formats().size()) {
        formats()[which].render(report, Style{});
        return;
    }
    if (which == formats().size()) render_explain_all(report, Style{});
    if (which == formats().size() + 3) render_registers(report.facts, Style{});
    if (which == formats().size() + 4) render_registers_json(report.facts);
    if (which == formats().size() + 1) report.asked = Question::device_assignment;
    render_fix(report);
}

}  // namespace nestprobe::fuzz

// SPDX-License-Identifier: MIT
// Snapshots and other tools' dumps, told apart as --from does, and the machine that is in them.
#include "fuzz.hpp"
#include "snapshot/import/import.hpp"

using namespace nestprobe;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view text = fuzz::text_of(data, size);
    try {
        const ImportFormat* format = looks_like_snapshot(text) ? nullptr : recognise(text);
        if (!format && !looks_like_snapshot(text)) return 0;
        Recording recording = format ? format->import(text, "dump") : read_snapshot(text, "dump");
        fuzz::render(make_report(fuzz::facts_of(std::move(recording))), text);
    } catch (const BadFile&) {
    }
    return 0;
}

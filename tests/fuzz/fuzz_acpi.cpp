// SPDX-License-Identifier: MIT
// ACPI's tables of IOMMUs, DMAR and IVRS, with their signature and length made right, so that what is behind
// the header is reached; and as they are.
#include "fuzz.hpp"

#include <cstring>

using namespace nestprobe;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    if (size == 0) return 0;
    static const Recording golden = fuzz::golden_machine();
    constexpr std::string_view names[] = {"DMAR", "IVRS"};
    const std::string_view name = names[data[0] % 2];
    std::string table(fuzz::text_of(data, size).substr(1));
    if ((data[0] & 2) == 0 && table.size() >= 8) {
        const auto length = static_cast<std::uint32_t>(table.size());
        std::memcpy(table.data(), name.data(), 4);
        std::memcpy(table.data() + 4, &length, 4);
    }
    Recording recording = golden;
    recording.files.insert_or_assign("/sys/firmware/acpi/tables/" + std::string(name), std::move(table));
    recording.directories.clear();  // derived from the files
    fuzz::render(make_report(fuzz::facts_of(std::move(recording))), fuzz::text_of(data, size));
    return 0;
}

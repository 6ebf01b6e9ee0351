// SPDX-License-Identifier: MIT
// What people paste: outputs of commands with or without prompts, mixed; as a file, and as a folder of files.
#include "fuzz.hpp"
#include "snapshot/import/import_hwloc.hpp"
#include "snapshot/import/import_paste.hpp"

using namespace nestprobe;

namespace {

/// "NAME\0TEXT\0NAME\0TEXT..."
std::vector<std::pair<std::string, std::string>> files_in(std::string_view text) {
    std::vector<std::pair<std::string, std::string>> files;
    const auto next = [&] {
        const auto end = text.find('\0');
        std::string part(text.substr(0, end));
        text = end == std::string_view::npos ? std::string_view() : text.substr(end + 1);
        return part;
    };
    while (!text.empty()) {
        std::string name = next();
        files.emplace_back(std::move(name), next());
    }
    return files;
}

template <class F>
void report_on(std::string_view input, F&& import) {
    try {
        fuzz::render(make_report(fuzz::facts_of(import())), input);
    } catch (const BadFile&) {
    }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view text = fuzz::text_of(data, size);
    report_on(text, [&] { return import_paste(text, "paste").recording; });
    const auto files = files_in(text);
    if (files.size() < 2) return 0;
    report_on(text, [&] { return import_files(files, "folder").recording; });
    std::vector<std::pair<unsigned, std::string>> units;
    for (const auto& [name, contents] : files) units.emplace_back(units.size(), contents);
    report_on(text, [&] { return import_hwloc(std::move(units), "folder"); });
    return 0;
}

// SPDX-License-Identifier: MIT
// modprobe.d and the kernel command line together: "COMMAND LINE\0FILE\0FILE...", over all directories.
#include "fuzz.hpp"

#include <fmt/format.h>

using namespace nestprobe;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    static const Recording golden = fuzz::golden_machine();
    constexpr std::string_view places[] = {"/etc/modprobe.d", "/run/modprobe.d", "/usr/lib/modprobe.d"};
    Recording recording = golden;
    std::string_view text = fuzz::text_of(data, size);
    for (std::size_t n = 0; !text.empty() && n < 12; ++n) {
        const auto end = text.find('\0');
        const std::string path =
            n == 0 ? "/proc/cmdline"
                   : fmt::format("{}/{}{}", places[n % std::size(places)], n / 2, n % 5 == 0 ? "" : ".conf");
        recording.files.insert_or_assign(path, std::string(text.substr(0, end)));
        text = end == std::string_view::npos ? std::string_view() : text.substr(end + 1);
    }
    recording.directories.clear();  // derived from the files
    fuzz::render(make_report(fuzz::facts_of(std::move(recording))), fuzz::text_of(data, size));
    return 0;
}

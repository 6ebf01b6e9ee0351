// SPDX-License-Identifier: MIT
// The reason for an error stands on lines of its own where a program of Rust's prints it: "Error: ...",
// "Caused by:", and below it each cause, numbered where there are several. Joined they read as others' do.
// Source: the crate anyhow 1.0, src/fmt.rs, ErrorImpl::debug().
#include "base/text.hpp"
#include "snapshot/import/readers.hpp"

#include <string>

namespace nestprobe {
namespace {

/// "    1: failed to open kvm device" without its number.
std::string_view cause_in(std::string_view line) {
    line = trim(line);
    const auto colon = line.find(": ");
    unsigned number = 0;
    return colon < 4 && parse_number(line.substr(0, colon), number) ? trim(line.substr(colon + 2)) : line;
}

}  // namespace

void hear_causes(std::string_view text, Evidence& evidence) {
    if (!contains(text, "Caused by:")) return;
    constexpr int most = 12;
    std::string_view before;
    std::string joined;
    int causes = -1;  ///< none is read
    const auto end = [&] {
        if (causes > 0) read_kvm_refusal(joined, evidence);
        causes = -1;
    };
    for_each_line(text, [&](std::string_view line) {
        if (trim(line).ends_with("Caused by:")) {
            end();
            joined = before;
            causes = 0;
        } else if (causes >= 0 && causes < most && !trim(line).empty()) {
            joined.append(": ").append(cause_in(line));
            ++causes;
        } else if (causes >= 0) {
            end();
        }
        if (!trim(line).empty()) before = trim(line);
    });
    end();
}

}  // namespace nestprobe

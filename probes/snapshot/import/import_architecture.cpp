// SPDX-License-Identifier: MIT
// The names of architectures, as tools and kernels write them.
#include "base/text.hpp"
#include "snapshot/import/readers.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>

namespace nestprobe {

bool is_x86_architecture(std::string_view name) {
    return name == "x86_64" || name == "x86-64" || name == "x86" ||
           (name.size() == 4 && name.front() == 'i' && name.ends_with("86"));
}

bool is_machine_name(std::string_view word) {
    constexpr std::string_view others[] = {"aarch64", "armv7l", "armv8l", "armv6l",      "riscv64",
                                           "ppc64le", "ppc64",  "s390x",  "loongarch64", "mips64"};
    return word == "x86_64" || (word.size() == 4 && word.front() == 'i' && word.ends_with("86")) ||
           std::find(std::begin(others), std::end(others), word) != std::end(others);
}

void hear_architecture(std::string_view name, Evidence& evidence) {
    struct Row {
        std::string_view tools, kernels;
    };
    constexpr Row rows[] = {{"x86-64", "x86_64"}, {"x86", "i686"}, {"arm64", "aarch64"}};
    for (const Row& row : rows)
        if (name == row.tools) name = row.kernels;
    evidence.file("/proc/sys/kernel/arch", fmt::format("{}\n", name));
}

std::string_view architecture_of_cpuinfo(std::string_view text) {
    if (contains(text, "CPU implementer")) return contains(text, "CPU architecture: 8") ? "aarch64" : "arm";
    if (contains(text, "\nhart\t") || contains(text, "isa\t\t: rv")) return "riscv64";
    if (contains(text, "IBM/S390")) return "s390x";
    if (contains(text, "cpu\t\t: POWER")) return "ppc64le";
    return {};
}

}  // namespace nestprobe

// SPDX-License-Identifier: MIT
// What QEMU says when something is wrong (QEMU util/error-report.c: the program's name and a colon before it,
// a time before that where libvirt asked for it), in a log of libvirt's or in what a terminal showed.
#include "base/text.hpp"
#include "guest/definition.hpp"

#include <algorithm>

namespace nestprobe {
namespace {

constexpr std::string_view starts[] = {
    "Could not access KVM kernel module", "failed to initialize KVM", "failed to initialize kvm",
    "error: failed to set MSR",           "KVM: entry failed",        "error: kvm run failed"};

/// Without "2026-11-02T08:00:01.000000Z ".
std::string_view without_time(std::string_view line) {
    const std::string_view word = line.substr(0, line.find(' '));
    const bool is_time =
        word.size() >= 20 && word.starts_with("20") && word.ends_with('Z') && word[10] == 'T';
    return is_time && word.size() < line.size() ? line.substr(word.size() + 1) : line;
}

bool is_complaint(std::string_view line) {
    std::string_view word = line.substr(0, line.find(' '));
    if (word.size() < line.size() && word.ends_with(':')) {
        word.remove_suffix(1);
        word = word.substr(word.rfind('/') + 1);
        if (word.starts_with("qemu-system-") || word == "qemu-kvm" || word == "kvm") return true;
    }
    return std::any_of(std::begin(starts), std::end(starts),
                       [&](std::string_view start) { return line.starts_with(start); });
}

}  // namespace

std::vector<Complaint> take_complaints(std::string& text) {
    std::vector<Complaint> all;
    std::size_t line = 0;
    for (std::size_t begin = 0; begin < text.size();) {
        const std::size_t end = std::min(text.find('\n', begin), text.size());
        const std::string_view said = without_time(trim(std::string_view(text).substr(begin, end - begin)));
        ++line;
        if (is_complaint(said)) {
            all.push_back({std::string(said.substr(0, 300)), line});
            std::fill(text.begin() + static_cast<std::ptrdiff_t>(begin),
                      text.begin() + static_cast<std::ptrdiff_t>(end), ' ');
        }
        begin = end + 1;
    }
    return all;
}

}  // namespace nestprobe

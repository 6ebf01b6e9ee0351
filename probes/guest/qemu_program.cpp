// SPDX-License-Identifier: MIT
#include "guest/qemu_program.hpp"

#include "base/text.hpp"
#include "guest/qemu_option_names.hpp"

#include <algorithm>

namespace nestprobe {

std::string_view program_name(std::string_view path) {
    path = path.substr(path.rfind('/') + 1);
    constexpr std::string_view program = "qemu-system-", end = ".exe";
    if (!path.ends_with(end)) return path;
    path.remove_suffix(end.size());
    return path.substr(std::min(path.rfind(program), path.size()));
}

bool is_qemu(const Word& word) {
    const std::string_view name = program_name(word.text);
    if (name.ends_with(':')) return false;  // QEMU says something
    if (name.starts_with("qemu-system-") || name == "qemu-kvm") return true;
    return word.text.starts_with('$') && !word.text.starts_with("$(") &&
           (contains(word.text, "qemu") || contains(word.text, "QEMU"));
}

namespace {

/// Debian's "kvm", which is a word of other commands too: what is started, maybe by root.
bool is_started(std::span<const Word> command, const Word& word) {
    return std::all_of(command.data(), &word, [](const Word& before) {
        return before.text == "sudo" || before.text == "exec" || contains(before.text, "=");
    });
}

/// A disk is all that QEMU needs.
bool names_image(std::string_view word) {
    constexpr std::string_view kinds[] = {".qcow2", ".img", ".raw", ".iso", ".vmdk", ".vdi", ".vhd", ".vhdx"};
    return contains(word, "/") || std::any_of(std::begin(kinds), std::end(kinds),
                                              [&](std::string_view kind) { return word.ends_with(kind); });
}

/// Of what stands behind the program's name: a guest is started so.  lsmod's line of the module kvm, a list
/// of packages and a sentence have no option behind it; among the columns of ps it is one of QEMU's own.
bool starts_guest(std::span<const Word> behind, bool first) {
    if (behind.empty()) return false;
    for (std::size_t i = 0; i < behind.size(); ++i)
        if (only_prints(behind[i].text, i + 1 < behind.size() ? std::string_view(behind[i + 1].text) : ""))
            return false;
    const Word& next = behind.front();
    if (next.is_expanded || is_known_option(next.text)) return true;
    return first && (next.text.starts_with('-') || (is_qemu(*(&next - 1)) && names_image(next.text)));
}

const Word* find_program(std::span<const Word> command) {
    for (const Word& word : command) {
        const bool first = is_started(command, word);
        const bool kvm = program_name(word.text) == "kvm" && (first || word.text == "/usr/bin/kvm");
        if ((kvm || is_qemu(word)) && starts_guest({&word + 1, command.data() + command.size()}, first))
            return &word;
    }
    return nullptr;
}

}  // namespace

std::span<const Word> find_qemu(std::span<const Word> words) {
    std::span<const Word> found;
    for (auto begin = words.begin(); begin != words.end();) {
        const auto end = std::find_if(begin, words.end(),
                                      [&](const Word& word) { return word.command != begin->command; });
        if (const Word* program = find_program({begin, end}))
            found = {program, static_cast<std::size_t>(&*begin + (end - begin) - program)};
        begin = end;
    }
    return found;
}

}  // namespace nestprobe

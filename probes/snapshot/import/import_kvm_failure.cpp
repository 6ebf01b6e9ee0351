// SPDX-License-Identifier: MIT
// A program that could not use KVM, whatever the errno, and also where the line is cut or wrapped before it:
// a module that is loaded proves nothing then.  Sources: QEMU accel/kvm/kvm-all.c, kvm_init(); Firecracker
// src/vmm/src/vstate, and rust-vmm's kvm-ioctls, whose errors name the errno; bash(1), redirections.
#include "base/errors.hpp"
#include "base/text.hpp"
#include "base/whole_words.hpp"
#include "snapshot/import/readers.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cerrno>
#include <iterator>

namespace nestprobe {
namespace {

/// "bash: /dev/kvm: ...", "sh: 1: cannot create /dev/kvm: ...": whatever the shell's language is.
bool is_of_shell(std::string_view line) {
    constexpr std::string_view shells[] = {"bash: ", "-bash: ", "sh: ", "-sh: ", "dash: ", "ksh: "};
    return starts_with_any(line, shells) && contains(line, "/dev/kvm: ");
}

/// "failed: 22 Invalid argument", "Error(22)", "code: 22", "os error 22", or the words alone; 0: it does not
/// say.
int errno_in(std::string_view line) {
    for (const std::string_view key : {"failed: ", "error(", "code: ", "os error "}) {
        const std::string_view rest = after(line, key);
        int number = 0;
        if (parse_number(rest.substr(0, std::min(rest.find_first_not_of("0123456789"), rest.size())), number))
            return number;
    }
    constexpr std::pair<std::string_view, int> words[] = {
        {"invalid argument", EINVAL},         {"cannot allocate memory", ENOMEM},
        {"input/output error", EIO},          {"bad file descriptor", EBADF},
        {"function not implemented", ENOSYS}, {"operation not supported", EOPNOTSUPP},
        {"inappropriate ioctl", ENOTTY},      {"too many open files", EMFILE}};
    for (const auto& [word, number] : words)
        if (contains(line, word)) return number;
    return 0;
}

/// What somebody asks, advises or supposes; what was so before, or is so elsewhere.
bool is_supposed(std::string_view small) {
    constexpr std::string_view hedges[] = {
        "if ",        "when ",      "whether ",    "should",    "unless ",       "make sure", "ensure ",
        "check ",     "verify ",    "?",           "would ",    "until ",        "may ",      "might ",
        "until",      "because",    " or ",        "echo ",     "before",        "at first",  "went away",
        " gone",      "on other",   "on machines", "without ",  "not that",      "wsl1",      "wsl 1",
        "earlier",    "used to",    "previous",    "initially", "no longer",     "fixed",     "solved",
        " was ",      "did not",    "my vps",      "yesterday", "first it said", "my other",  "elsewhere",
        "some hosts", "old machine"};
    return contains_any(small, hedges);
}

/// "(/dev/kvm doesn't exist)", "/dev/kvm isn't there", "Could not find /dev/kvm", "there is no /dev/kvm".
bool says_missing(std::string_view small) {
    constexpr std::string_view node = "/dev/kvm";
    constexpr std::string_view behind[] = {
        "does not exist",   "doesn't exist",  "doesnt exist",       "is not there", "isn't there",
        "is not present",   "isn't present",  "not present",        "not found",    "is not found",
        "was not found",    "wasn't found",   "could not be found", "is missing",   "did not exist",
        "is not available", "isn't available"};
    constexpr std::string_view before[] = {"could not find", "couldn't find",  "cannot find", "can't find",
                                           "can not find",   "unable to find", "there is no", "there's no",
                                           "i have no",      "missing",        "has no"};
    for (auto at = small.find(node); at != std::string_view::npos; at = small.find(node, at + 1)) {
        std::string_view rest = small.substr(at + node.size());
        if (!rest.empty() && (rest.front() == '/' || rest.front() == '-' || rest.front() == '_')) continue;
        rest.remove_prefix(std::min(rest.find_first_not_of("\"'`:) \t"), rest.size()));
        for (const std::string_view noun : {"device node ", "device file ", "device ", "file ", "node "})
            if (rest.starts_with(noun)) rest.remove_prefix(noun.size());
        std::string_view front = small.substr(0, at);
        while (front.ends_with(' ') || front.ends_with('"') || front.ends_with('\'') || front.ends_with('`'))
            front.remove_suffix(1);
        for (const std::string_view noun : {" device", " file", " the"})
            if (front.ends_with(noun)) front.remove_suffix(noun.size());
        const bool ends = std::any_of(std::begin(before), std::end(before),
                                      [&](std::string_view words) { return front.ends_with(words); });
        if (starts_with_any(rest, behind) || ends) return true;
    }
    return false;
}

}  // namespace

bool read_missing_words(std::string_view line, Evidence& evidence) {
    constexpr std::size_t longest = 400;
    if (line.size() > longest || !contains(line, "/dev/kvm")) return false;
    const std::string small = in_small_letters(trim(line));
    // A sentence does not outweigh what ls or another tool showed, or why a program was refused.
    if (!says_missing(small) || is_supposed(small) || evidence.node_is_there() || evidence.refused())
        return false;
    evidence.missed_node();
    evidence.taken("words about /dev/kvm");
    return true;
}

bool read_kvm_failure(std::string_view line, Evidence& evidence) {
    constexpr std::size_t longest = 600, quoted = 100;
    constexpr std::string_view failures[] = {"could not access kvm kernel module",
                                             "failed to initialize kvm",
                                             "ioctl(kvm_create_vm) failed",
                                             "creating the kvm object",
                                             "error opening vm fd",
                                             "vmfd(",
                                             "kvmnew(",
                                             "failed to open /dev/kvm",
                                             "could not open /dev/kvm",
                                             "unable to open /dev/kvm",
                                             "cannot open /dev/kvm",
                                             "can't open /dev/kvm"};
    line = trim(line);
    if (line.size() > longest) return false;
    const std::string small = in_small_letters(line);
    if (!contains_any(small, failures) && !is_of_shell(line)) return false;
    // Those that have a rule of their own are read where the line says what failed.
    constexpr int of_others[] = {ENOENT, ENODEV, ENXIO, EACCES, EPERM, EBUSY};
    int number = errno_in(small);
    if (std::find(std::begin(of_others), std::end(of_others), number) != std::end(of_others)) number = 0;
    evidence.taken("a program's refusal");
    // A line that does not say why is no news behind one that does.
    if (number == 0 && evidence.refused()) return true;
    const std::string said = fmt::format("a program could not use KVM: \"{}\"", line.substr(0, quoted));
    evidence.kvm(Absent{number == 0 ? Why::malformed : refused(number, "").why, said, number});
    return true;
}

bool read_failed_entry(std::string_view line, Evidence& evidence) {
    constexpr std::string_view words = "entry failed, hardware error ";
    constexpr std::size_t longest = 18;  // 0xffffffffffffffff
    if (!contains(line, "rror 0x")) return false;
    const std::size_t at = in_small_letters(line).find(words);
    if (at == std::string::npos) return false;
    const std::string_view rest = line.substr(at + words.size());
    const std::size_t digits =
        rest.starts_with("0x") ? rest.find_first_not_of("0123456789abcdefABCDEF", 2) : 0;
    const std::string_view number = rest.substr(0, std::min(digits, rest.size()));
    if (number.size() < 3 || number.size() > longest) return false;
    evidence.taken("a program's refusal");
    evidence.hear(hearsay::entry_failed, fmt::format("KVM: entry failed, hardware error {}", number), "QEMU");
    return true;
}

}  // namespace nestprobe

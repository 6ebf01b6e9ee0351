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

}  // namespace

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

// SPDX-License-Identifier: MIT
// Linux Documentation/userspace-api/{no_new_privs,landlock,seccomp_filter}.rst.  The numbers of Landlock
// stand here because the headers of older distributions have none of them, or not all.
#include "input/lock_down.hpp"

#include "base/sanitized.hpp"
#include "input/descriptor.hpp"

#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sys/prctl.h>
#include <sys/syscall.h>

#include <cerrno>
#include <cstddef>
#include <iterator>
#include <vector>

namespace nestprobe {
namespace {

// --- Landlock ---

constexpr long create_ruleset = 444, restrict_self = 446;
constexpr std::uint32_t ask_version = 1;

/// struct landlock_ruleset_attr; older kernels take a shorter one.
struct Ruleset {
    std::uint64_t files, network, scoped;
};

/// What each version of the ABI can forbid: all rights to files, TCP, signals and abstract sockets.
Ruleset all_of(long version) {
    constexpr unsigned rights[] = {13, 14, 15, 15, 16};
    const auto known = static_cast<std::size_t>(version) < std::size(rights)
                           ? static_cast<std::size_t>(version)
                           : std::size(rights);
    return {(std::uint64_t{1} << rights[known - 1]) - 1, version >= 4 ? 3u : 0u, version >= 6 ? 3u : 0u};
}

/// A ruleset that forbids everything, and allows nothing of it anywhere.
void forbid_files() {
    const long version = ::syscall(create_ruleset, nullptr, 0, ask_version);
    if (version < 1) return;
    const Ruleset rules = all_of(version);
    const std::size_t size = version >= 6 ? sizeof rules : version >= 4 ? 16 : 8;
    const Descriptor ruleset(static_cast<int>(::syscall(create_ruleset, &rules, size, 0)));
    if (ruleset) ::syscall(restrict_self, ruleset.get(), 0);
}

// --- seccomp ---

#ifdef __x86_64__

/// What computing and writing take: memory, what is open, the time, the end.
constexpr unsigned needed[] = {
    SYS_write,
    SYS_writev,
    SYS_read,
    SYS_close,
    SYS_fstat,
    SYS_lseek,
    SYS_newfstatat,
    SYS_brk,
    SYS_mmap,
    SYS_munmap,
    SYS_mremap,
    SYS_mprotect,
    SYS_madvise,
    SYS_futex,
    SYS_clock_gettime,
    SYS_gettimeofday,
    SYS_time,
    SYS_getrandom,
    SYS_rt_sigaction,
    SYS_rt_sigreturn,
    SYS_rt_sigprocmask,
    SYS_getpid,
    SYS_gettid,
    SYS_tgkill,
    SYS_exit,
    SYS_exit_group,
    SYS_restart_syscall,
    SYS_sched_setaffinity,
};
/// What writing a file as a whole takes beside that.
constexpr unsigned for_a_file[] = {
    SYS_open,   SYS_openat, SYS_readlink, SYS_readlinkat, SYS_stat,   SYS_lstat,    SYS_fchown,
    SYS_fchmod, SYS_fsync,  SYS_rename,   SYS_renameat,   SYS_unlink, SYS_unlinkat,
};

sock_filter statement(unsigned code, unsigned value) {
    return {static_cast<std::uint16_t>(code), 0, 0, value};
}
/// Where the word that was loaded is that number, the next statement; otherwise the one behind it.
sock_filter where_equal(unsigned value) {
    return {static_cast<std::uint16_t>(BPF_JMP | BPF_JEQ | BPF_K), 0, 1, value};
}

std::vector<sock_filter> make_filter(Afterwards afterwards) {
    constexpr unsigned load = BPF_LD | BPF_W | BPF_ABS, answer = BPF_RET | BPF_K;
    std::vector<sock_filter> filter;
    // Calls of another architecture (int 0x80) have other numbers; those of x32 (bit 30) are in no list.
    filter.push_back(statement(load, offsetof(seccomp_data, arch)));
    filter.push_back({static_cast<std::uint16_t>(BPF_JMP | BPF_JEQ | BPF_K), 1, 0, AUDIT_ARCH_X86_64});
    filter.push_back(statement(answer, SECCOMP_RET_ERRNO | EPERM));
    filter.push_back(statement(load, offsetof(seccomp_data, nr)));
    const auto allow = [&](unsigned number) {
        filter.push_back(where_equal(number));
        filter.push_back(statement(answer, SECCOMP_RET_ALLOW));
    };
    for (const unsigned number : needed) allow(number);
    if (afterwards == Afterwards::writes_a_file)
        for (const unsigned number : for_a_file) allow(number);
    filter.push_back(statement(answer, SECCOMP_RET_ERRNO | EPERM));
    return filter;
}

void forbid_calls(Afterwards afterwards) {
    std::vector<sock_filter> filter = make_filter(afterwards);
    const sock_fprog program{static_cast<unsigned short>(filter.size()), filter.data()};
    ::prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program);
}

#else
void forbid_calls(Afterwards) {}
#endif

}  // namespace

void lock_down(Afterwards afterwards) {
    if (is_sanitized || ::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0) return;
    // Where the file is to be written, and where its links lead, is known only then.
    if (afterwards == Afterwards::computes) forbid_files();
    forbid_calls(afterwards);
}

}  // namespace nestprobe

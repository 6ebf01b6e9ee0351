// SPDX-License-Identifier: MIT
// What lock_down() leaves a process: a child locks itself down and tries what parsing must never need.  Built
// without sanitizers, which could not work in there.  Prints what was not refused; exit status 77: this
// kernel has no seccomp and no Landlock to refuse it with.
#include "input/lock_down.hpp"

#include <fcntl.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <initializer_list>

using namespace nestprobe;

namespace {

int faults = 0;

void refused(const char* what, long result) {
    if (result >= 0 || (errno != EPERM && errno != EACCES)) {
        std::printf("not refused: %s (%ld, %s)\n", what, result, std::strerror(errno));
        ++faults;
    }
}

void works(const char* what, bool result) {
    if (!result) {
        std::printf("does not work: %s (%s)\n", what, std::strerror(errno));
        ++faults;
    }
}

/// In a child, as it is for good.
template <class F>
int in_child(F&& body) {
    std::fflush(stdout);
    const pid_t pid = ::fork();
    if (pid == 0) {
        faults = 0;
        body();
        std::fflush(stdout);
        ::_exit(faults > 0 ? 1 : 0);
    }
    int status = 0;
    ::waitpid(pid, &status, 0);
    if (!WIFEXITED(status)) std::printf("ended by signal %d\n", WTERMSIG(status));
    return WIFEXITED(status) ? WEXITSTATUS(status) : 1;
}

void try_everything(Afterwards afterwards) {
    int ends[2];
    works("pipe before", ::pipe(ends) == 0);
    lock_down(afterwards);
    works("no new privileges", ::syscall(SYS_getpid) > 0);
    works("writing to what is open", ::write(ends[1], "x", 1) == 1);
    char byte = 0;
    works("reading what is open", ::read(ends[0], &byte, 1) == 1);
    works("memory", std::malloc(1u << 26) != nullptr);
    refused("a socket", ::socket(AF_INET, SOCK_STREAM, 0));
    const long child = ::syscall(SYS_fork);
    if (child == 0) ::_exit(0);
    refused("another process", child);
    refused("tracing", ::syscall(SYS_ptrace, 0, 0, 0, 0));
    refused("an ioctl", ::syscall(SYS_ioctl, ends[0], 0xae00, 0));
    refused("a mount", ::syscall(SYS_mount, "", "/", "", 0, nullptr));
    refused("a signal to others", ::syscall(SYS_kill, ::getppid(), 0));
    if (afterwards == Afterwards::computes) {
        refused("opening a file", ::open("/etc/passwd", O_RDONLY | O_CLOEXEC));
        refused("making a file", ::open("/tmp/nestprobe-locked-down", O_WRONLY | O_CREAT | O_CLOEXEC, 0600));
        refused("removing a file", ::unlink("/tmp/nestprobe-locked-down"));
        refused("a directory", ::open("/", O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    } else {
        const int file = ::open("/dev/null", O_WRONLY | O_CLOEXEC);
        works("opening a file to write", file >= 0);
    }
    // The last one: where it is not refused, its status is the child's.
    refused("another program", ::execl("/bin/false", "false", nullptr));
}

}  // namespace

int main() {
    if (::prctl(PR_GET_SECCOMP) < 0 && ::syscall(444, nullptr, 0, 1) < 0) {
        std::puts("skipped: a kernel without seccomp and Landlock");
        return 77;
    }
    int failed = 0;
    for (const Afterwards afterwards : {Afterwards::computes, Afterwards::writes_a_file})
        failed += in_child([&] { try_everything(afterwards); });
    std::printf("%d failed\n", failed);
    return failed == 0 ? 0 : 1;
}

// SPDX-License-Identifier: MIT
// nestprobe for the check scripts (tests/run.py): many command lines, one start.  Each is run in a child that
// is forked off, by the program's own main(), with the streams, folder and environment that it asks for: to
// the code it is a process like any other, and one that crashes takes nobody along.  Never installed.
//
// Asked on stdin, each part ended by NUL: number of words, the words; number of variables, NAME=VALUE;
// folder; length of the standard input, then that many bytes.  Answered on stdout: a line "STATUS STDOUT
// STDERR", the last two lengths in bytes, then both.  A status below zero is the signal that ended it.
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string>
#include <vector>

/// main() of src/main.cpp, which is compiled under this name here.
int nestprobe_main(int argc, char** argv);

namespace {

[[noreturn]] void give_up(const char* what) {
    std::fprintf(stderr, "batch: %s: %s\n", what, std::strerror(errno));
    std::_Exit(70);
}

/// Everything up to the next NUL; false where the input ends before it.
bool read_part(std::string& part) {
    part.clear();
    for (int c = std::getchar(); c != EOF; c = std::getchar()) {
        if (c == 0) return true;
        part.push_back(static_cast<char>(c));
    }
    return false;
}

std::string next_part() {
    std::string part;
    if (!read_part(part)) give_up("a request that is cut off");
    return part;
}

std::vector<std::string> next_list(const std::string& count) {
    std::vector<std::string> parts;
    for (unsigned long n = std::strtoul(count.c_str(), nullptr, 10); n > 0; --n) parts.push_back(next_part());
    return parts;
}

std::string next_bytes() {
    std::string bytes(std::strtoul(next_part().c_str(), nullptr, 10), '\0');
    if (std::fread(bytes.data(), 1, bytes.size(), stdin) != bytes.size()) give_up("an input that is cut off");
    return bytes;
}

struct Request {
    std::vector<std::string> words, variables;
    std::string folder, input;
};

void write_whole(int fd, const std::string& bytes) {
    for (std::size_t done = 0; done < bytes.size();) {
        const ssize_t n = ::write(fd, bytes.data() + done, bytes.size() - done);
        if (n <= 0) give_up("write");
        done += static_cast<std::size_t>(n);
    }
}

std::string read_whole(int fd) {
    std::string bytes(static_cast<std::size_t>(::lseek(fd, 0, SEEK_END)), '\0');
    if (::pread(fd, bytes.data(), bytes.size(), 0) != static_cast<ssize_t>(bytes.size())) give_up("pread");
    return bytes;
}

/// A file without a name, whose descriptor is not one of the standard streams'.
int scratch() {
    const int fd = ::memfd_create("batch", MFD_CLOEXEC);
    if (fd < 0) give_up("memfd_create");
    return fd;
}

/// In the child.
[[noreturn]] void become(Request& request, const int streams[3]) {
    for (int fd = 0; fd < 3; ++fd)
        if (::dup2(streams[fd], fd) < 0) std::_Exit(70);
    if (!request.folder.empty() && ::chdir(request.folder.c_str()) != 0) give_up(request.folder.c_str());
    ::clearenv();
    for (std::string& variable : request.variables) ::putenv(variable.data());
    std::vector<char*> words;
    for (std::string& word : request.words) words.push_back(word.data());
    words.push_back(nullptr);
    std::exit(nestprobe_main(static_cast<int>(request.words.size()), words.data()));
}

void serve(Request& request) {
    const int streams[3] = {scratch(), scratch(), scratch()};
    write_whole(streams[0], request.input);
    ::lseek(streams[0], 0, SEEK_SET);
    std::fflush(nullptr);
    const pid_t child = ::fork();
    if (child < 0) give_up("fork");
    if (child == 0) become(request, streams);
    int status = 0;
    while (::waitpid(child, &status, 0) < 0)
        if (errno != EINTR) give_up("waitpid");
    const std::string said = read_whole(streams[1]), complained = read_whole(streams[2]);
    std::printf("%d %zu %zu\n", WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status), said.size(),
                complained.size());
    std::fwrite(said.data(), 1, said.size(), stdout);
    std::fwrite(complained.data(), 1, complained.size(), stdout);
    std::fflush(stdout);
    for (const int fd : streams) ::close(fd);
}

}  // namespace

int main() {
    std::string count;
    while (read_part(count)) {
        Request request;
        request.words = next_list(count);
        request.variables = next_list(next_part());
        request.folder = next_part();
        request.input = next_bytes();
        serve(request);
    }
    return 0;
}

// SPDX-License-Identifier: MIT
// nestprobe for the check scripts (tests/run.py): many command lines, one start, which is most of what a run
// costs.  The program's own main() is called for each, with the streams, the folder and
// the environment that it asks for.  Never installed.
//
// A worker does that, which limits and locks down nothing (unlimited.cpp).  Where it dies, the process that
// started it tells so, with what stands on stderr, and starts another.  What leaks is found when the worker
// ends: the exit status is then its own.
//
// Asked on stdin, each part ended by NUL: number of words, the words; number of variables, NAME=VALUE;
// folder; length of the standard input, then that many bytes.  Answered on stdout: a line "STATUS STDOUT
// STDERR", the last two lengths in bytes, then both.
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <string>
#include <vector>

/// main() of src/main.cpp, which is compiled under this name here.
int nestprobe_main(int argc, char** argv);

namespace {

constexpr int died = 70;  // no answer of nestprobe's to a question

[[noreturn]] void give_up(const char* what) {
    std::fprintf(stderr, "batch: %s: %s\n", what, std::strerror(errno));
    std::_Exit(died);
}

int need(int answer, const char* what) {
    if (answer < 0) give_up(what);
    return answer;
}

/// Everything up to the next NUL; false where the input ends before it.
bool read_part(std::FILE* from, std::string& part) {
    part.clear();
    for (int c = std::getc(from); c != EOF; c = std::getc(from)) {
        if (c == 0) return true;
        part.push_back(static_cast<char>(c));
    }
    return false;
}

std::size_t number(const std::string& text) { return std::strtoul(text.c_str(), nullptr, 10); }

struct Request {
    std::vector<std::string> words, variables;
    std::string folder, input;

    /// False where there is no other.
    bool read(std::FILE* from) {
        std::string count;
        if (!read_part(from, count)) return false;
        words.resize(number(count));
        for (std::string& word : words) read_part(from, word);
        read_part(from, count);
        variables.resize(number(count));
        for (std::string& variable : variables) read_part(from, variable);
        read_part(from, folder);
        read_part(from, count);
        input.resize(number(count));
        if (std::fread(input.data(), 1, input.size(), from) != input.size())
            give_up("a request that is cut off");
        return true;
    }

    void write(std::FILE* to) const {
        const auto part = [to](const std::string& text) {
            std::fwrite(text.c_str(), 1, text.size() + 1, to);
        };
        part(std::to_string(words.size()));
        for (const std::string& word : words) part(word);
        part(std::to_string(variables.size()));
        for (const std::string& variable : variables) part(variable);
        part(folder);
        part(std::to_string(input.size()));
        std::fwrite(input.data(), 1, input.size(), to);
        std::fflush(to);
    }
};

/// The standard streams of a run: files without a name, which both processes have.
struct Streams {
    int file[3];

    Streams() {
        for (int& fd : file) fd = need(::memfd_create("batch", MFD_CLOEXEC), "memfd_create");
    }
    void fill(const std::string& input) const {
        for (const int fd : file)
            if (::ftruncate(fd, 0) != 0 || ::lseek(fd, 0, SEEK_SET) != 0) give_up("ftruncate");
        if (::pwrite(file[0], input.data(), input.size(), 0) != static_cast<ssize_t>(input.size()))
            give_up("pwrite");
    }
    std::string text(int of) const {
        std::string bytes(static_cast<std::size_t>(::lseek(file[of], 0, SEEK_END)), '\0');
        if (::pread(file[of], bytes.data(), bytes.size(), 0) != static_cast<ssize_t>(bytes.size()))
            give_up("pread");
        return bytes;
    }
};

void run(Request& request, const Streams& streams, std::FILE* answers) {
    for (int fd = 0; fd < 3; ++fd) need(::dup2(streams.file[fd], fd), "dup2");
    ::clearenv();
    for (const std::string& variable : request.variables) {
        const auto equals = variable.find('=');
        ::setenv(variable.substr(0, equals).c_str(), variable.c_str() + equals + 1, 1);
    }
    need(::chdir(request.folder.c_str()), request.folder.c_str());
    for (const int changed : {SIGPIPE, SIGXFSZ}) std::signal(changed, SIG_DFL);
    std::vector<char*> words;
    for (std::string& word : request.words) words.push_back(word.data());
    words.push_back(nullptr);
    const int status = nestprobe_main(static_cast<int>(request.words.size()), words.data());
    std::fflush(nullptr);
    std::fprintf(answers, "%d\n", status);
    std::fflush(answers);
}

/// Ends as a program does, so that what leaked is told.
[[noreturn]] void work(std::FILE* requests, std::FILE* answers, const Streams& streams) {
    const int complaints = need(::fcntl(2, F_DUPFD_CLOEXEC, 10), "fcntl");
    for (Request request; request.read(requests);) run(request, streams, answers);
    ::dup2(complaints, 2);
    std::exit(0);
}

class Worker {
public:
    explicit Worker(const Streams& streams) {
        int to[2], from[2];
        if (::pipe2(to, O_CLOEXEC) != 0 || ::pipe2(from, O_CLOEXEC) != 0) give_up("pipe");
        std::fflush(nullptr);
        pid_ = need(::fork(), "fork");
        if (pid_ == 0) {
            ::prctl(PR_SET_PDEATHSIG, SIGKILL);
            ::close(to[1]);
            ::close(from[0]);
            // Above the standard streams, which are other files soon.
            work(::fdopen(to[0], "r"), ::fdopen(from[1], "w"), streams);
        }
        ::close(to[0]);
        ::close(from[1]);
        requests_ = ::fdopen(to[1], "w");
        answers_ = ::fdopen(from[0], "r");
    }
    Worker(const Worker&) = delete;
    Worker& operator=(const Worker&) = delete;

    /// The exit status; nothing where it died.
    bool ask(const Request& request, int& status) {
        request.write(requests_);
        return std::fscanf(answers_, "%d", &status) == 1;
    }
    /// How it ended, as a shell tells it.
    int end() {
        std::fclose(requests_);
        std::fclose(answers_);
        int status = 0;
        while (::waitpid(pid_, &status, 0) < 0)
            if (errno != EINTR) give_up("waitpid");
        return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
    }

private:
    pid_t pid_ = 0;
    std::FILE* requests_ = nullptr;
    std::FILE* answers_ = nullptr;
};

void answer(int status, const std::string& said, const std::string& complained) {
    std::printf("%d %zu %zu\n", status, said.size(), complained.size());
    std::fwrite(said.data(), 1, said.size(), stdout);
    std::fwrite(complained.data(), 1, complained.size(), stdout);
    std::fflush(stdout);
}

}  // namespace

int main() {
    std::signal(SIGPIPE, SIG_IGN);
    const Streams streams;
    auto worker = std::make_unique<Worker>(streams);
    for (Request request; request.read(stdin);) {
        streams.fill(request.input);
        int status = 0;
        std::string complained;
        if (!worker->ask(request, status)) {
            complained = "batch: the run ended with " + std::to_string(worker->end()) + "\n";
            worker = std::make_unique<Worker>(streams);
            status = died;
        }
        answer(status, streams.text(1), streams.text(2) + complained);
    }
    return worker->end();
}

// SPDX-License-Identifier: MIT
#include "guest/virsh.hpp"

#include "base/errors.hpp"
#include "base/text.hpp"
#include "input/bad_file.hpp"
#include "input/descriptor.hpp"

#include <fmt/format.h>
#include <poll.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstdlib>
#include <optional>
#include <utility>
#include <vector>

namespace nestprobe {
namespace {

using Clock = std::chrono::steady_clock;
constexpr auto time_limit = std::chrono::seconds(10);
constexpr std::size_t size_limit = 4u << 20;

struct Pipe {
    Pipe() {
        std::array<int, 2> ends{};
        if (::pipe2(ends.data(), O_CLOEXEC) != 0)
            throw UnopenedFile(fmt::format("virsh: {}", error_text(errno)));
        read = Descriptor(ends[0]);
        write = Descriptor(ends[1]);
    }
    Descriptor read, write;
};

/// The environment, but with words that everybody reads alike.
std::vector<char*> plain_environment(std::string& locale) {
    std::vector<char*> all;
    for (char** variable = environ; *variable; ++variable) {
        const std::string_view text = *variable;
        if (!text.starts_with("LC_") && !text.starts_with("LANG")) all.push_back(*variable);
    }
    all.push_back(locale.data());
    all.push_back(nullptr);
    return all;
}

/// A child that is killed and waited for, unless somebody waited before.
class Child {
public:
    /// `arguments` ends with a null pointer.
    Child(char* const* arguments, const Pipe& out, const Pipe& err) {
        posix_spawn_file_actions_t actions;
        ::posix_spawn_file_actions_init(&actions);
        ::posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
        ::posix_spawn_file_actions_adddup2(&actions, out.write.get(), STDOUT_FILENO);
        ::posix_spawn_file_actions_adddup2(&actions, err.write.get(), STDERR_FILENO);
        std::signal(SIGCHLD, SIG_DFL);  // where it is ignored, as a parent may have left it, nobody can wait
        std::string locale = "LC_ALL=C";
        const std::vector<char*> environment = plain_environment(locale);
        const int error =
            ::posix_spawnp(&pid_, arguments[0], &actions, nullptr, arguments, environment.data());
        ::posix_spawn_file_actions_destroy(&actions);
        if (error != 0) {
            pid_ = -1;
            throw UnopenedFile(fmt::format("virsh: {}; install libvirt-clients, or give --domain a file",
                                           error_text(error)));
        }
    }
    ~Child() {
        if (pid_ <= 0) return;
        ::kill(pid_, SIGKILL);
        while (::waitpid(pid_, nullptr, 0) < 0 && errno == EINTR) {
        }
    }
    Child(const Child&) = delete;
    Child& operator=(const Child&) = delete;

    /// The exit status, 128 and the signal where one ended it; nothing while it runs.
    std::optional<int> ended() {
        int status = 0;
        const pid_t done = ::waitpid(pid_, &status, WNOHANG);
        if (done == 0 || (done < 0 && errno == EINTR)) return {};
        pid_ = -1;
        if (done < 0) throw UnopenedFile(fmt::format("virsh: {}", error_text(errno)));
        return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
    }

private:
    pid_t pid_ = -1;
};

/// Append what is there; false at the end.
bool take(const Descriptor& from, std::string& text) {
    std::array<char, 16384> buffer{};
    const ssize_t n = ::read(from.get(), buffer.data(), buffer.size());
    if (n < 0 && errno == EINTR) return true;
    if (n <= 0) return false;
    text.append(buffer.data(), static_cast<std::size_t>(n));
    if (text.size() > size_limit) throw BadFile("virsh: prints more than a guest's definition can be");
    return true;
}

/// What it writes until it ends, and its exit status.  Who else holds its streams then is not waited for, and
/// closed streams are no end: only its own is.
int listen(Child& child, const Pipe& out, const Pipe& err, Clock::time_point deadline, std::string& said,
           std::string& complained) {
    constexpr int pause = 5;  // milliseconds
    std::array<pollfd, 2> streams{pollfd{out.read.get(), POLLIN, 0}, pollfd{err.read.get(), POLLIN, 0}};
    std::optional<int> status;
    while (true) {
        if (!status) status = child.ended();
        if (!status && Clock::now() >= deadline)
            throw UnopenedFile(fmt::format("virsh: no answer within {} seconds", time_limit.count()));
        const int ready = ::poll(streams.data(), streams.size(), status ? 0 : pause);
        if (ready < 0 && errno != EINTR) throw UnopenedFile(fmt::format("virsh: {}", error_text(errno)));
        if (ready == 0 && status) return *status;
        if (ready <= 0) continue;
        if (streams[0].revents != 0 && !take(out.read, said)) streams[0].fd = -1;
        if (streams[1].revents != 0 && !take(err.read, complained)) streams[1].fd = -1;
    }
}

/// What virsh complained of, in one line: the second of its lines says why.
std::string complaint(std::string_view text) {
    std::string all;
    for_each_line(trim(text), [&](std::string_view line) {
        if (line.starts_with("error: ")) line.remove_prefix(7);
        if (!trim(line).empty()) all.append(all.empty() ? "" : "; ").append(trim(line));
    });
    constexpr std::size_t most = 300;
    return all.substr(0, most);
}

/// An ordinary user's virsh asks that user's own libvirt, which knows nothing of the system's guests.
std::string_view whom_virsh_asked() {
    if (::geteuid() == 0 || std::getenv("LIBVIRT_DEFAULT_URI")) return "";
    return " (as qemu:///session; LIBVIRT_DEFAULT_URI=qemu:///system asks the system's libvirt)";
}

/// virsh --readonly, with these arguments: what it printed.
std::string ask_virsh(std::vector<std::string> words, std::string_view about, Clock::time_point deadline) {
    words.insert(words.begin(), {"virsh", "--readonly"});
    std::vector<char*> arguments;
    for (std::string& word : words) arguments.push_back(word.data());
    arguments.push_back(nullptr);
    Pipe out, err;
    Child child(arguments.data(), out, err);
    out.write = Descriptor();
    err.write = Descriptor();
    std::string said, complained;
    if (const int status = listen(child, out, err, deadline, said, complained); status != 0)
        throw UnopenedFile(
            fmt::format("{}: virsh says: {}{}", about,
                        complained.empty() ? fmt::format("exit status {}", status) : complaint(complained),
                        whom_virsh_asked()));
    return said;
}

/// Of a guest with host-model alone: nobody else needs to know, and libvirt may have to start QEMU to tell.
void ask_for_host_model(DomainTexts& texts, Clock::time_point deadline) {
    if (!contains(texts.stored, "host-model")) return;
    try {
        texts.capabilities = ask_virsh({"domcapabilities", "--virttype", "kvm"}, "domcapabilities", deadline);
    } catch (const std::exception& error) {
        texts.no_capabilities = error.what();
    }
}

}  // namespace

DomainTexts dump_domain(const std::string& name) {
    const Clock::time_point deadline = Clock::now() + time_limit;
    DomainTexts texts;
    texts.stored = ask_virsh({"dumpxml", "--domain", name, "--inactive"}, name, deadline);
    texts.running = ask_virsh({"dumpxml", "--domain", name}, name, deadline);
    ask_for_host_model(texts, deadline);
    return texts;
}

}  // namespace nestprobe

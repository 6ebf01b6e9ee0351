// SPDX-License-Identifier: MIT
#include "input/memory_limit.hpp"

#include "base/printable.hpp"
#include "base/sanitized.hpp"
#include "base/text.hpp"
#include "input/descriptor.hpp"

#include <fmt/format.h>
#include <sys/resource.h>

#include <algorithm>
#include <optional>

namespace nestprobe {
namespace {

constexpr std::size_t times = 8, beside = 16u << 20;

struct Account {
    std::optional<rlimit> before;  ///< as this process was given it
    std::size_t in_use = 0;        ///< before anything was read
    std::size_t read = 0;
    std::size_t inputs = 0;
    std::string complaint;
};

Account& account() {
    static Account one;
    return one;
}

/// Data and stack in the kernel's account, some more than what the limit is compared with (proc(5), statm:
/// the sixth number); 0 where nobody tells.
std::size_t data_in_use() {
    const Descriptor file = Descriptor::open_read_only("/proc/self/statm");
    char text[200];
    const ssize_t n = file ? ::read(file.get(), text, sizeof text) : 0;
    if (n <= 0) return 0;
    const auto words = split_words({text, static_cast<std::size_t>(n)});
    std::size_t pages = 0;
    if (words.size() < 6 || !parse_number(words[5], pages)) return 0;
    return pages * static_cast<std::size_t>(::sysconf(_SC_PAGESIZE));
}

}  // namespace

void lift_memory_limit() {
    Account& a = account();
    if (a.before) ::setrlimit(RLIMIT_DATA, &*a.before);
    if (a.inputs == 0) a.in_use = data_in_use();
}

void limit_memory(std::size_t bytes, const std::string& name) {
    Account& a = account();
    a.read += bytes;
    ++a.inputs;
    a.complaint = printable(
        fmt::format("{}{}: needs more memory than there is, or than {} MiB: {} times its size and {} MiB",
                    name, a.inputs > 1 ? fmt::format(" and {} before it", a.inputs - 1) : "",
                    (times * a.read + beside) >> 20, times, beside >> 20));
    rlimit given{};
    if (is_sanitized || ::getrlimit(RLIMIT_DATA, &given) != 0) return;
    if (!a.before) a.before = given;
    given = *a.before;
    given.rlim_cur = std::min<rlim_t>(given.rlim_cur, a.in_use + times * a.read + beside);
    ::setrlimit(RLIMIT_DATA, &given);
}

const std::string& memory_complaint() { return account().complaint; }

}  // namespace nestprobe

// SPDX-License-Identifier: MIT
// Options -> sources -> probe -> evaluate -> decide -> render -> exit.  Nothing but this, session.cpp and
// terminal.cpp writes to stdout or stderr.
#include "input/bad_file.hpp"
#include "input/memory_limit.hpp"
#include "options.hpp"
#include "render/registers.hpp"
#include "session.hpp"
#include "terminal.hpp"

#include <fcntl.h>

#include <cstdio>
#include <cstdlib>
#include <exception>
#include <new>
#include <string>

using namespace nestprobe;

namespace {

ExitStatus run(const Options& options) {
    const Style style = style_for_stdout(options.colour);
    switch (options.action) {
        case Options::Action::help: return write_stdout(help_text(), ExitStatus::yes);
        case Options::Action::version:
            return write_stdout("nestprobe " NESTPROBE_VERSION "\n", ExitStatus::yes);
        case Options::Action::rules: return write_stdout(render_rules(style), ExitStatus::yes);
        case Options::Action::rule: return write_stdout(render_rule(*options.rule, style), ExitStatus::yes);
        case Options::Action::message:
            return write_stdout(render_message(*options.message, style), ExitStatus::yes);
        case Options::Action::log_line: return explain_log_line(options.text, style);
        case Options::Action::platform:
            return write_stdout(render_platform(*options.platform, options.text, style), ExitStatus::yes);
        case Options::Action::value:
            return write_stdout(options.format->name == "json"
                                    ? render_value_json(*options.reg, options.value)
                                    : render_value(*options.reg, options.value, style),
                                ExitStatus::yes);
        case Options::Action::registers:
        case Options::Action::report: break;
    }
    return examine(options, style);
}

/// A standard stream that came closed must not become the number of a file that is opened later: what was
/// printed would go there.  Its place is taken by a descriptor that refuses what the stream is for.
void reserve_standard_streams() {
    constexpr int refusing[] = {O_WRONLY, O_RDONLY, O_RDONLY};
    for (int fd = 0; fd < 3; ++fd)
        if (::fcntl(fd, F_GETFD) == -1 && ::open("/dev/null", refusing[fd] | O_CLOEXEC) != fd) return;
}

/// Where an allocation fails.  No exception: what has to be undone would have to be allocated for, which some
/// destructors of the JSON library do.  Nothing was printed yet, as reports are printed whole.
[[noreturn]] void out_of_memory() {
    const std::string& complaint = memory_complaint();
    const ExitStatus status = complaint.empty() ? ExitStatus::unknown : ExitStatus::bad_file;
    std::fprintf(stderr, "nestprobe: %s\n",
                 complaint.empty() ? "there is not enough memory to look" : complaint.c_str());
    std::_Exit(static_cast<int>(status));
}

}  // namespace

int main(int argc, char** argv) try {
    std::set_new_handler(out_of_memory);
    reserve_standard_streams();
    return static_cast<int>(run(parse_command_line(argc, argv)));
} catch (const UsageError& error) {
    return static_cast<int>(complain(ExitStatus::usage, error.message + "; see nestprobe --help"));
} catch (const BadFile& error) {
    return static_cast<int>(complain(ExitStatus::bad_file, error.what()));
} catch (const UnopenedFile& error) {
    return static_cast<int>(complain(ExitStatus::no_file, error.what()));
} catch (const std::exception& error) {
    return static_cast<int>(complain(ExitStatus::bug, std::string("a bug in nestprobe: ") + error.what()));
}

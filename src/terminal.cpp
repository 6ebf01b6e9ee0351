// SPDX-License-Identifier: MIT
#include "terminal.hpp"

#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <string_view>

#include "base/errors.hpp"
#include "output.hpp"

namespace nestprobe {
namespace {

std::string_view variable(const char* name) {
    const char* value = std::getenv(name);
    return value ? value : "";
}

/// "UTF-8" however it is written: glibc leaves out case and hyphens (locale/setlocale.c,
/// _nl_normalize_codeset).
bool names_utf8(std::string_view locale) {
    std::string plain;
    for (const char c : locale)
        if (c != '-') plain += c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
    return plain.find("utf8") != std::string::npos;
}

/// The first of LC_ALL, LC_CTYPE, LANG that is set decides (locale(7)).
bool utf8_locale() {
    for (const char* name : {"LC_ALL", "LC_CTYPE", "LANG"}) {
        const std::string_view value = variable(name);
        if (value.empty()) continue;
        return names_utf8(value);
    }
    return false;
}

}  // namespace

Style style_for_stdout(Colour when) {
    const bool terminal = ::isatty(STDOUT_FILENO) == 1 && variable("TERM") != "dumb";
    Style style;
    style.colour =
        when == Colour::always || (when == Colour::automatic && terminal && variable("NO_COLOR").empty());
    style.unicode = terminal && utf8_locale();
    return style;
}

ExitStatus write_stdout(std::string_view text, ExitStatus status) {
    std::signal(SIGPIPE, SIG_IGN);  // a closed pipe is an error to report, not a death
    std::signal(SIGXFSZ, SIG_IGN);  // so is a file that may not grow
    const int error = write_all(STDOUT_FILENO, text);
    if (error == 0) return status;
    std::fprintf(stderr, "nestprobe: standard output: %s\n", error_text(error).c_str());
    return ExitStatus::cannot_write;
}

}  // namespace nestprobe

// SPDX-License-Identifier: MIT
// The words of a QEMU command line: which of them are options, and which of these take a value.
#pragma once

#include "guest/definition.hpp"

#include <span>
#include <string_view>

namespace nestprobe {

/// "cpu" of "-cpu" and "--cpu"; empty for any word that is no option.
std::string_view option_name(std::string_view word);
/// Behind that word stands its value.
bool takes_value(std::string_view word);
/// One of QEMU's options that people write, whatever stands behind its name: "-cpu", "--cpu=host".
bool is_known_option(std::string_view word);
/// QEMU prints what it knows and ends: "--version", "-cpu help".  `next` is the word behind it.
bool only_prints(std::string_view word, std::string_view next);
/// Behind "run.sh:3", what is written there.
Absent known_to_shell(std::string_view where, std::string_view text);

/// What QEMU takes for no option, or for a disk that is not there: "-cpu=host", "-cpu host" as one word,
/// "+vmx" behind "host,", "-cpu" with nothing behind it.  `before` is the word before it, null for the first.
bool is_refused_option(const Word& word, const Word* before, bool is_last);

}  // namespace nestprobe

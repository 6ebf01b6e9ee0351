// SPDX-License-Identifier: MIT
// What an editor, a list, a table or a chat puts in front of every line of a paste and behind it.
#pragma once

#include <string>
#include <string_view>

namespace nestprobe {

/// A paste without the numbers of `cat -n`, grep -n and editors, bullets, the bars of a table of one column,
/// a chat's names and times, a mail's ">" and Markdown's backslashes: where every line has one, or lines in a
/// row do that can be nothing else.  Any other text is as it was.
std::string undressed(std::string_view text);

}  // namespace nestprobe

// SPDX-License-Identifier: MIT
// What is kept of a kernel log, live or in a file: the lines that the table knows (facts/log_lines.hpp), the
// last 32 of each kind, at most 400 bytes each, without names that are nobody's business.
#pragma once

#include "facts/log_lines.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace nestprobe {

class KeptLog {
public:
    void add(unsigned priority, std::string_view message, const LogRow& row);
    /// A record of /dev/kmsg: "6,339,5140900,-;message\n KEY=value\n".
    void add_record(std::string_view record);
    /// The oldest line first.
    std::vector<std::string> finish();

private:
    std::vector<LoggedLine> lines_;
};

/// The same of a text as syslog(2) gives it: "<6>[    0.000000] message" a line.
std::vector<std::string> lines_of_syslog(std::string_view text);

}  // namespace nestprobe

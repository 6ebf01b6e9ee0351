// SPDX-License-Identifier: MIT
// /proc/config.gz is gzip; many kernels (Arch, WSL2, Firecracker's) have their configuration nowhere else.
#pragma once

#include "base/fact.hpp"

#include <string>
#include <string_view>

namespace nestprobe {

/// A gzip file's contents; any other text as it is.  Broken or larger than 4 MiB unpacked: malformed.
Reading<std::string> inflate(std::string_view data, std::string_view path);

}  // namespace nestprobe

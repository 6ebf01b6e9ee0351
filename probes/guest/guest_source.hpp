// SPDX-License-Identifier: MIT
// Where --domain finds the definition of a guest.
#pragma once

#include "guest/definition.hpp"

namespace nestprobe {

/// "-": standard input.  "pid:N": the command line of that process.  A file's path.  Anything else, without a
/// slash and not the name of a file here: libvirt's guest of that name, its stored definition and, where it
/// runs, how that one differs.  Throws BadFile and UnopenedFile.
GuestDefinition load_definition(const std::string& what);

}  // namespace nestprobe

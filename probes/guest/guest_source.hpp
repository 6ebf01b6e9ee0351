// SPDX-License-Identifier: MIT
// Where --domain finds the definition of a guest.
#pragma once

#include "guest/definition.hpp"

#include <cstdint>
#include <map>
#include <optional>
#include <string>

namespace nestprobe {

/// A file that a definition names: its text, or why there is none.
struct NamedText {
    std::optional<std::string> text;
    std::string why;
};

/// What was read of a definition, before any of it is understood.
struct GuestText {
    enum class Kind : std::uint8_t { file, process, libvirt } kind = Kind::file;
    std::string name;                        ///< for messages: the path, "pid:4711", the guest's name
    std::string text;                        ///< of libvirt's guest, as it is stored
    std::string running;                     ///< of libvirt's guest, as it runs
    std::map<std::string, NamedText> files;  ///< behind -readconfig, by the name that stands there
    NamedText capabilities{};                ///< of libvirt's guest with host-model: virsh domcapabilities
};

/// "-": standard input.  "pid:N": the command line of that process.  A file's path.  Anything else, without a
/// slash and not the name of a file here: libvirt's guest of that name.  Throws BadFile and UnopenedFile.
GuestText read_definition(const std::string& what);

/// Of libvirt's guest its stored definition and, where it runs, how that one differs.  Opens nothing.  Throws
/// BadFile.
GuestDefinition understand_definition(GuestText text);

}  // namespace nestprobe

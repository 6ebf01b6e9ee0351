// SPDX-License-Identifier: MIT
// Which of a script's commands, or of a paste's lines, starts a guest with QEMU.
#pragma once

#include "guest/definition.hpp"

#include <span>
#include <string_view>

namespace nestprobe {

/// "qemu-system-x86_64", of Windows' C:\\qemu\\qemu-system-x86_64.exe too, whose backslashes a shell eats.
std::string_view program_name(std::string_view path);
/// "qemu-system-x86_64", "qemu-kvm", "$QEMU".
bool is_qemu(const Word& word);

/// QEMU and its options: of several commands the last, which in a log of libvirt's is the one that counts.
/// Empty where none starts a guest: lsmod's line of the module kvm and `qemu-system-x86_64 --version` do not.
std::span<const Word> find_qemu(std::span<const Word> words);

}  // namespace nestprobe

// SPDX-License-Identifier: MIT
// How each boot loader's kernel command line is changed: one table, for the commands that a person is told
// and for the script of --fix alike.
#pragma once

#include "facts/facts.hpp"

#include <span>
#include <string>
#include <string_view>

namespace nestprobe {

/// {} stands for the word, {sed} for the word as sed's regular expressions need it.
struct LoaderWay {
    BootLoader loader;
    std::string_view add{}, drop{};  ///< a command each, for one word; empty: by hand
    std::string_view prepare{};      ///< a command in front of what adds
    std::string_view finish{};       ///< a command behind all changes; empty: none
    std::string_view place{};        ///< where the words stand, in words, for those that are by hand
    std::string_view next{};         ///< the script: what prints the words of the next boot
    std::string_view script_add{}, script_drop{};  ///< the script: calls of its own, where it can look first
    std::optional<InitramfsTool> with{};           ///< only where that makes the initramfs
};

/// Null where the boot loader is not known, and in a container, whose kernel is the host's.
const LoaderWay* find_way(const Facts& f);
std::span<const LoaderWay> loader_ways();

/// A script can change the words.
inline bool by_command(const LoaderWay& way) { return !way.add.empty(); }

/// A pattern with the word in its place.
std::string with_word(std::string_view pattern, std::string_view word);
/// A script of --fix runs as root.
std::string_view without_sudo(std::string_view command);
/// For sed: the dot is itself, and the slash does not end the expression.
std::string as_expression(std::string_view word);

}  // namespace nestprobe

// SPDX-License-Identifier: MIT
// How each boot loader's kernel command line is changed: one table, for the commands that a person is told
// and for the script of --fix alike.
#pragma once

#include "remedy/remedy.hpp"

#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace nestprobe {

/// {} stands for the word, {sed} for the word as sed's regular expressions need it.
struct LoaderWay {
    BootLoader loader;
    std::string_view add{}, drop{};  ///< a command each, for one word; empty: by hand
    std::string_view prepare{};      ///< a command in front of what adds
    std::string_view finish{};       ///< a command behind all changes; empty: none
    std::string_view place{};        ///< where the words stand, in words, for those that are by hand
    std::string_view look{};         ///< by hand: a command that shows or opens that place
    std::string_view file{};         ///< by hand: what is to stand there so that the words are added
    std::string_view head{}, line{},
        word{" {}"};          ///< lines above, and one with the words in it, each as `word`
    bool is_guest = false;    ///< what reads the words is a guest that `finish` shuts down
    std::string_view next{};  ///< the script: what prints the words of the next boot
    std::string_view script_add{}, script_drop{};  ///< the script: calls of its own, where it can look first
    std::optional<InitramfsTool> with{};           ///< only where that makes the initramfs
};

/// Null where the boot loader is not known, and in a container, whose kernel is the host's.
const LoaderWay* find_way(const Facts& f);
std::span<const LoaderWay> loader_ways();

/// A script can change the words.
inline bool by_command(const LoaderWay& way) { return !way.add.empty(); }
/// And take these away: ostree alone has a command that adds, and none that does this.
inline bool by_command(const LoaderWay& way, const std::vector<std::string>& drop) {
    return by_command(way) && (drop.empty() || !way.drop.empty());
}

/// The commands that take words away and in, without what brings them into force.
void add_word_commands(Step& step, const LoaderWay& way, const std::vector<std::string>& drop,
                       const std::vector<std::string>& add);

/// Nobody can tell who passes the words, which are the step's action: the ways that are usual on this system.
/// `safe`: they may stand in commands.
Remedy by_usual_ways(const Facts& f, Step step, bool safe);

/// By hand: the lines of `file` that add these words.
std::vector<std::string> lines_with(const LoaderWay& way, const std::vector<std::string>& words);

/// Systems whose /etc/modprobe.d is made from something else: NixOS manual, boot.extraModprobeConfig; Unraid
/// 6.9's release notes, config/modprobe.d (state 2026-11).
struct OptionsPlace {
    BootLoader loader;
    std::string_view file, pattern, command, block;
};
/// Null where /etc/modprobe.d is what counts.
const OptionsPlace* options_place(const Facts& f);

/// A pattern with the word in its place.
std::string with_word(std::string_view pattern, std::string_view word);
/// A script of --fix runs as root.
std::string_view without_sudo(std::string_view command);
/// For sed: the dot is itself, and the slash does not end the expression.
std::string as_expression(std::string_view word);

}  // namespace nestprobe

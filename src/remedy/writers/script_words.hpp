// SPDX-License-Identifier: MIT
// The shell functions of --fix about the kernel command line.  What changes with the boot loader is written
// from its row (boot_loaders.hpp): next_words, drop_word, add_word, renew_boot_loader.
#pragma once

#include "remedy/writers/script_functions.hpp"

namespace nestprobe {

/// Each behind those that it calls.
inline constexpr ShellFunction word_functions[] = {
    {"has_word", R"sh(
# has_word WORD: among those on standard input, between blanks and quotation marks, and with these taken off, for the
# kernel takes them off too; - and _ are alike
has_word() {
    awk '{ print; gsub(/["\\\047]/, ""); print }' | tr ' \t"'\''' '\n' | tr - _ |
        grep -qxF -e "$(printf '%s' "$1" | tr - _)"
}
)sh"},
    {"drop_from_lines", R"sh(
# drop_from_lines WORD FILE START: from those lines of the file that begin so
drop_from_lines() {
    [ -f "$2" ] || return 0
    word="$1" start="$3" awk '
        BEGIN { word = ENVIRON["word"]; gsub(/-/, "_", word) }
        {
            line = $0
            sub(/^[ \t]+/, "", line)
        }
        index(line, ENVIRON["start"]) == 1 {
            plain = $0
            gsub(/-/, "_", plain)
            for (from = 1; (at = index(substr(plain, from), word)) > 0;) {
                at += from - 1
                end = at + length(word)
                from = at + 1
                if (!index(" \t\"\047=", substr(plain, at - 1, 1))) continue
                if (end <= length(plain) && !index(" \t\"\047", substr(plain, end, 1))) continue
                if (substr(plain, at - 1, 1) == " ") at--
                $0 = substr($0, 1, at - 1) substr($0, end)
                plain = substr(plain, 1, at - 1) substr(plain, end)
                from = at
            }
        }
        { print }' "$2" > "$2.nestprobe-new" || stop "$2.nestprobe-new cannot be written"
    if replaced "$2"; then renew=yes; fi
}
)sh"},
    {"drop_from_grub", R"sh(
# drop_from_grub WORD: from what grub-mkconfig reads
drop_from_grub() {
    for file in /etc/default/grub /etc/default/grub.d/*.cfg; do
        drop_from_lines "$1" "$file" GRUB_CMDLINE
    done
}
)sh"},
    {"drop_from_extlinux", R"sh(
# drop_from_extlinux WORD: from what update-extlinux reads
drop_from_extlinux() {
    drop_from_lines "$1" /etc/update-extlinux.conf default_kernel_opts=
}
)sh"},
    {"add_to_extlinux", R"sh(
# add_to_extlinux WORD: likewise, between the quotation marks
add_to_extlinux() {
    file=/etc/update-extlinux.conf
    [ -f "$file" ] || return 0
    if grep '^default_kernel_opts=' "$file" | has_word "$1"; then return; fi
    word="$1" awk '
        /^default_kernel_opts=/ {
            mark = sub(/"[ \t]*$/, "") ? "\"" : ""
            $0 = $0 " " ENVIRON["word"] mark
        }
        { print }' "$file" > "$file.nestprobe-new" || stop "$file.nestprobe-new cannot be written"
    if replaced "$file"; then renew=yes; fi
}
)sh"},
    {"append_to_grub", R"sh(
# append_to_grub WORD FILE: what grub-mkconfig reads is shell code, so a line more adds to what those above it say
append_to_grub() {
    if [ -f "$2" ] && grep '^[ \t]*GRUB_CMDLINE' "$2" | has_word "$1"; then return; fi
    mkdir -p "${2%/*}"
    printf 'GRUB_CMDLINE_LINUX_DEFAULT="$GRUB_CMDLINE_LINUX_DEFAULT %s"\n' "$1" >> "$2"
    renew=yes
    say "added to $2: $1"
}
)sh"},
    {"drop_from_cmdline", R"sh(
# drop_from_cmdline WORD: from the first line of /etc/kernel/cmdline, which is the only one that counts
drop_from_cmdline() {
    [ -f /etc/kernel/cmdline ] || return 0
    word="$1" awk '
        BEGIN { wanted = ENVIRON["word"]; gsub(/-/, "_", wanted) }
        NR == 1 {
            kept = ""
            for (i = 1; i <= NF; i++) {
                plain = $i
                gsub(/-/, "_", plain)
                gsub(/["\047]/, "", plain)
                if (plain != wanted) kept = kept (kept == "" ? "" : " ") $i; else dropped = 1
            }
            if (dropped) $0 = kept
        }
        { print }' /etc/kernel/cmdline > /etc/kernel/cmdline.nestprobe-new ||
        stop "/etc/kernel/cmdline.nestprobe-new cannot be written"
    if replaced /etc/kernel/cmdline; then renew=yes; fi
}
)sh"},
    {"add_to_cmdline", R"sh(
# add_to_cmdline WORD: to the first line of /etc/kernel/cmdline
add_to_cmdline() {
    [ -f /etc/kernel/cmdline ] || return 0
    if has_word "$1" < /etc/kernel/cmdline; then return; fi
    word="$1" awk 'NR == 1 { $0 = $0 " " ENVIRON["word"] } { print }' /etc/kernel/cmdline \
        > /etc/kernel/cmdline.nestprobe-new || stop "/etc/kernel/cmdline.nestprobe-new cannot be written"
    if replaced /etc/kernel/cmdline; then renew=yes; fi
}
)sh"},
    {"dropped", R"sh(
# dropped WORD: what came of it, in what the boot loader will say at the next boot
dropped() {
    has_word "$1" < /proc/cmdline || return 0
    if [ -z "$(next_words)" ] || next_words | has_word "$1"; then
        by_hand "remove $1 from the kernel command line, in the boot loader's configuration"
    else
        reboot=yes
    fi
}
)sh"},
    {"added", R"sh(
# added WORD: likewise
added() {
    if has_word "$1" < /proc/cmdline; then return; fi
    if next_words | has_word "$1"; then
        reboot=yes
    else
        by_hand "add $1 to the kernel command line, in the boot loader's configuration"
    fi
}
)sh"},
};

}  // namespace nestprobe

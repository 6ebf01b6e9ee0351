// SPDX-License-Identifier: MIT
// The shell functions that the scripts of --fix are made of.  POSIX sh and awk: they run under dash, bash and
// busybox.  No function may hand anything back through a variable from inside a pipe, whose parts are
// processes of their own.
#pragma once

#include <string_view>

namespace nestprobe {

/// What every script that does anything begins with.
inline constexpr std::string_view fix_prelude = R"sh(
set -eu
reboot=no
left=0

say() { printf 'nestprobe: %s\n' "$*" >&2; }
stop() {
    say "$@"
    exit 1
}
[ "$(id -u)" -eq 0 ] || stop "run this as root"
)sh";

struct ShellFunction {
    std::string_view name, text;
};

/// Each behind those that it calls.
inline constexpr ShellFunction shell_functions[] = {
    {"renew_initramfs", R"sh(
# renew_initramfs: where a file changed that it has a copy of; it may load KVM
changed=no
renew_initramfs() {
    [ "$changed" = yes ] || return 0
    changed=no
    if command -v update-initramfs > /dev/null; then
        update-initramfs -u -k all
    elif command -v dracut > /dev/null; then
        dracut -f --regenerate-all
    elif command -v mkinitcpio > /dev/null; then
        mkinitcpio -P
    fi
}
)sh"},
    {"replaced", R"sh(
# replaced FILE: FILE.nestprobe-new is put in its place, if it differs; the old one is kept beside it, under a name
# that nobody reads. Fails where nothing differs.
replaced() {
    if cmp -s "$1" "$1.nestprobe-new"; then
        rm "$1.nestprobe-new"
        return 1
    fi
    [ -e "$1.nestprobe-backup" ] || cp -p "$1" "$1.nestprobe-backup" || stop "$1 cannot be copied"
    cat "$1.nestprobe-new" > "$1" || stop "$1 cannot be written"
    rm "$1.nestprobe-new"
    say "changed $1; the old one is $1.nestprobe-backup"
}
)sh"},
    {"take_over", R"sh(
# take_over FILE: a package's file of modprobe.d no longer counts where /etc/modprobe.d has one of its name
take_over() {
    if [ ! -f "$1" ] || [ -e "/etc/modprobe.d/${1##*/}" ]; then return; fi
    mkdir -p /etc/modprobe.d
    cp "$1" /etc/modprobe.d/
    say "copied $1 to /etc/modprobe.d, to be changed there"
}
)sh"},
    {"drop_option", R"sh(
# drop_option FILE MODULE PARAMETER: a line that sets it becomes a comment; what else it sets stays
drop_option() {
    [ -f "$1" ] || return 0
    module="$2" parameter="$3" awk '
        BEGIN { module = ENVIRON["module"]; parameter = ENVIRON["parameter"] }
        /\\$/ { line = line substr($0, 1, length($0) - 1) " "; raw = raw $0 "\n"; next }
        {
            line = line $0
            n = split(line, word)
            name = word[2]
            gsub(/-/, "_", name)
            kept = ""
            dropped = 0
            if (word[1] == "options" && name == module)
                for (i = 3; i <= n; i++) {
                    key = word[i]
                    sub(/=.*/, "", key)
                    gsub(/-/, "_", key)
                    if (key == parameter) dropped = 1; else kept = kept " " word[i]
                }
            if (dropped) {
                print "# nestprobe: " line
                if (kept != "") print "options " word[2] kept
            } else
                print raw $0
            line = raw = ""
        }
        END { printf "%s", raw }' "$1" > "$1.nestprobe-new" || stop "$1.nestprobe-new cannot be written"
    if replaced "$1"; then changed=yes; fi
}
)sh"},
    {"drop_block", R"sh(
# drop_block FILE MODULE: a line that keeps it from being loaded becomes a comment
drop_block() {
    [ -f "$1" ] || return 0
    module="$2" awk '
        BEGIN { module = ENVIRON["module"] }
        {
            name = $2
            gsub(/-/, "_", name)
            if (($1 == "blacklist" || $1 == "install") && name == module) print "# nestprobe: " $0; else print
        }' "$1" > "$1.nestprobe-new" || stop "$1.nestprobe-new cannot be written"
    if replaced "$1"; then changed=yes; fi
}
)sh"},
    {"want_option", R"sh(
# want_option MODULE ASSIGNMENT: in the last of all files of modprobe.d, so that it is the one that counts
options_file=/etc/modprobe.d/zz-nestprobe.conf
want_option() {
    if [ -f "$options_file" ] && grep -qxF -e "options $1 $2" "$options_file"; then return; fi
    mkdir -p /etc/modprobe.d
    printf 'options %s %s\n' "$1" "$2" >> "$options_file"
    changed=yes
    say "added to $options_file: options $1 $2"
}
)sh"},
    {"has_word", R"sh(
# has_word WORD: among those on standard input, between blanks and quotation marks, and with these taken off, for the
# kernel takes them off too; - and _ are alike
has_word() {
    awk '{ print; gsub(/["\\\047]/, ""); print }' | tr ' \t"'\''' '\n' | tr - _ |
        grep -qxF -e "$(printf '%s' "$1" | tr - _)"
}
)sh"},
    {"boot_loader", R"sh(
# boot_loader: all that it is told of kernel command lines, as far as this script knows boot loaders
boot_loader() {
    cat /boot/grub/grub.cfg /boot/grub2/grub.cfg /boot/grub2/grubenv /boot/loader/entries/*.conf 2> /dev/null || true
}
)sh"},
    {"renew_grub", R"sh(
renew_grub() {
    if command -v update-grub > /dev/null; then
        update-grub
    elif command -v grub2-mkconfig > /dev/null; then
        grub2-mkconfig -o /boot/grub2/grub.cfg
    elif command -v grub-mkconfig > /dev/null; then
        grub-mkconfig -o /boot/grub/grub.cfg
    fi
}
)sh"},
    {"drop_word", R"sh(
# drop_word WORD: away from the kernel command line, from the next boot on
drop_word() {
    if command -v grubby > /dev/null; then
        grubby --update-kernel=ALL --remove-args="$1"
    else
        edited=no
        for file in /etc/default/grub /etc/default/grub.d/*.cfg; do
            [ -f "$file" ] || continue
            word="$1" awk '
                BEGIN { word = ENVIRON["word"]; gsub(/-/, "_", word) }
                /^[ \t]*GRUB_CMDLINE/ {
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
                { print }' "$file" > "$file.nestprobe-new" || stop "$file.nestprobe-new cannot be written"
            if replaced "$file"; then edited=yes; fi
        done
        [ "$edited" = no ] || renew_grub
    fi
    has_word "$1" < /proc/cmdline || return 0
    if [ -z "$(boot_loader)" ] || boot_loader | has_word "$1"; then
        say "left to do by hand: remove $1 from the kernel command line, in the boot loader's configuration"
        left=$((left + 1))
    else
        reboot=yes
    fi
}
)sh"},
    {"add_word", R"sh(
# add_word WORD: to the kernel command line, from the next boot on
add_word() {
    if has_word "$1" < /proc/cmdline; then return; fi
    if command -v grubby > /dev/null; then
        grubby --update-kernel=ALL --args="$1"
    elif [ -f /etc/default/grub ] && ! has_word "$1" < /etc/default/grub; then
        word="$1" awk '
            BEGIN { word = ENVIRON["word"] }
            /^GRUB_CMDLINE_LINUX=/ && !seen {
                seen = 1
                value = substr($0, 20)
                quote = substr(value, 1, 1)
                if (quote != "\"" && quote != "\047") {
                    quote = "\""
                    n = match(value, /[ \t]/) ? RSTART - 1 : length(value)
                    value = quote substr(value, 1, n) quote substr(value, n + 1)
                }
                n = index(substr(value, 2), quote)
                if (n) $0 = "GRUB_CMDLINE_LINUX=" substr(value, 1, n) (n > 1 ? " " : "") word substr(value, n + 1)
            }
            { print }
            END { if (!seen) print "GRUB_CMDLINE_LINUX=\"" word "\"" }' /etc/default/grub \
            > /etc/default/grub.nestprobe-new || stop "/etc/default/grub.nestprobe-new cannot be written"
        if replaced /etc/default/grub; then renew_grub; fi
    fi
    if boot_loader | has_word "$1"; then
        reboot=yes
    else
        say "left to do by hand: add $1 to the kernel command line, in the boot loader's configuration"
        left=$((left + 1))
    fi
}
)sh"},
    {"is_on", R"sh(
# is_on MODULE PARAMETER: in the kernel that runs now
is_on() {
    case $(cat "/sys/module/$1/parameters/$2" 2> /dev/null) in Y | y | 1) return 0 ;; esac
    return 1
}
)sh"},
    {"users_of_kvm", R"sh(
# users_of_kvm: the processes that have a virtual machine, and its name, of which a terminal obeys nothing
users_of_kvm() {
    for fd in /proc/[0-9]*/fd/*; do
        case $(readlink "$fd" 2> /dev/null) in
        /dev/kvm | anon_inode:kvm-vm | anon_inode:'[kvm-vm]') ;;
        *) continue ;;
        esac
        pid=${fd#/proc/}
        pid=${pid%%/*}
        name=$(tr '\0' '\n' < "/proc/$pid/cmdline" | awk 'take { print; exit } $0 == "-name" { take = 1 }')
        name=${name#guest=}
        name=$(printf '%s' "${name:-$(cat "/proc/$pid/comm")}" | LC_ALL=C tr -c ' -~' '?')
        printf '  process %s: %s\n' "$pid" "$name"
    done | sed 's/,debug-threads=.*//' | sort -u
}
)sh"},
    {"reload", R"sh(
# reload MODULE PARAMETER...: unless all of them are on
reload() {
    module=$1
    needed=no
    shift
    for parameter; do
        is_on "$module" "$parameter" || needed=yes
    done
    [ "$needed" = yes ] || return 0
    if [ -d "/sys/module/$module" ]; then
        users=$(users_of_kvm)
        if [ -n "$users" ]; then
            say "KVM is in use, so $module cannot be reloaded. Stop these virtual machines and run this script again," \
                "or reboot; the files are as they should be:"
            printf '%s\n' "$users" >&2
            exit 1
        fi
        modprobe -r "$module" || stop "$module cannot be removed: what does lsmod say uses it?"
    fi
    modprobe "$module" || stop "$module cannot be loaded: see dmesg"
    say "reloaded $module"
    for parameter; do
        is_on "$module" "$parameter" || stop "$module.$parameter should be on now and is not: ask nestprobe --explain"
        say "$module.$parameter is on"
    done
}
)sh"},
    {"load", R"sh(
# load MODULE [FILE]: unless it is there; FILE must be there then
load() {
    if [ ! -d "/sys/module/$1" ]; then
        modprobe "$1" || stop "$1 cannot be loaded: see dmesg"
        say "loaded $1"
    fi
    [ -e "${2:-/}" ] || stop "$1 is loaded, and there is no $2: see dmesg"
}
)sh"},
    {"is_patched", R"sh(
# is_patched FILE DIFF: each line that comes has its words on one line of the file, in whatever order, and no line that
# goes is there. libvirt writes a definition down in its own way.
is_patched() {
    awk '
        function plain(line) {
            gsub(/[<>\/\r]/, " ", line)
            gsub(/[ \t]+/, " ", line)
            return " " line " "
        }
        function has_line(words,   n, word, i, j) {
            n = split(words, word, " ")
            for (i = 1; i <= lines; i++) {
                for (j = 1; j <= n && index(have[i], " " word[j] " "); j++);
                if (j > n) return 1
            }
            return 0
        }
        NR == FNR { have[++lines] = plain($0); gone[plain($0)] = 1; next }
        /^(\+\+\+|---|@@) / { next }
        /^\+/ { if (!has_line(plain(substr($0, 2)))) { other = 1; exit } }
        /^-/ { if ($0 !~ /^-[ \t]*<\// && (plain(substr($0, 2)) in gone)) { other = 1; exit } }
        END { exit other }' "$1" "$2"
}
)sh"},
    {"patch_file", R"sh(
# patch_file FILE: with the diff on standard input. Fails where that is done already.
patch_file() {
    command -v patch > /dev/null || stop "patch(1) is missing: install the package patch"
    diff=$(mktemp)
    cat > "$diff"
    patched=no
    if is_patched "$1" "$diff"; then
        patched=before
    elif patch --dry-run --force --silent -- "$1" "$diff" > /dev/null 2>&1; then
        patch --silent -- "$1" "$diff" && patched=yes
    fi
    rm "$diff"
    [ "$patched" != no ] || stop "$1 is not what nestprobe saw: ask it again"
    [ "$patched" = yes ]
}
)sh"},
};

}  // namespace nestprobe

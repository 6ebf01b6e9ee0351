// SPDX-License-Identifier: MIT
// The shell functions that the scripts of --fix are made of.  POSIX sh and awk: they run under dash, bash and
// busybox.  No function may hand anything back through a variable from inside a pipe, whose parts are
// processes of their own.
#pragma once

#include <string_view>

namespace nestprobe {

/// What every script that does anything begins with.
inline constexpr std::string_view fix_prelude = R"sh(
# What is said may have a $ in it that is none of this script's; not every change asks for something to be renewed.
# shellcheck disable=SC2016,SC2034
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
    {"by_hand", R"sh(
# by_hand WHAT LINE...: only a person can do it
by_hand() {
    say "left to do by hand: $1"
    shift
    for line; do
        printf '    %s\n' "$line" >&2
    done
    left=$((left + 1))
}
)sh"},
    {"not_yet", R"sh(
# not_yet WHAT: an end, unless what is left to do by hand may be why
not_yet() {
    [ "$left" -gt 0 ] || stop "$@"
    say "$*; that may be for what is left to do by hand: run this again after it"
}
)sh"},
    {"renew_initramfs_by", R"sh(
# renew_initramfs_by COMMAND...: where a file changed that it has a copy of; it may load KVM
changed=no
renew_initramfs_by() {
    [ "$changed" = yes ] || return 0
    changed=no
    if command -v "$1" > /dev/null; then
        "$@" || stop "the initramfs was not rebuilt: $*"
    else
        say "$1 is not here, so no initramfs is rebuilt"
    fi
}
)sh"},
    {"renew_initramfs", R"sh(
# renew_initramfs: by the tool that is here
renew_initramfs() {
    if command -v dracut > /dev/null; then
        renew_initramfs_by dracut -f --regenerate-all
    elif command -v mkinitcpio > /dev/null; then
        renew_initramfs_by mkinitcpio -P
    elif command -v mkinitfs > /dev/null; then
        renew_initramfs_by mkinitfs
    elif command -v /usr/lib/booster/regenerate_images > /dev/null; then
        renew_initramfs_by /usr/lib/booster/regenerate_images
    else
        renew_initramfs_by update-initramfs -u -k all
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
    {"set_option", R"sh(
# set_option FILE MODULE PARAMETER VALUE: wherever a line of it sets that; lines may be joined by a backslash
set_option() {
    [ -f "$1" ] || return 0
    module="$2" parameter="$3" value="$4" awk '
        function set(line,   out, word, key, tail) {
            out = ""
            while (match(line, /[^ \t]+/)) {
                word = substr(line, RSTART, RLENGTH)
                out = out substr(line, 1, RSTART - 1)
                line = substr(line, RSTART + RLENGTH)
                tail = word ~ /\\$/ ? "\\" : ""
                key = word
                sub(/=.*/, "", key)
                sub(/\\$/, "", key)
                gsub(/-/, "_", key)
                out = out (key == parameter ? parameter "=" value tail : word)
            }
            return out line
        }
        BEGIN { module = ENVIRON["module"]; parameter = ENVIRON["parameter"]; value = ENVIRON["value"] }
        {
            if (!joined) {
                name = $2
                gsub(/-/, "_", name)
                ours = $1 == "options" && name == module
            }
            joined = /\\$/
            print (ours ? set($0) : $0)
        }' "$1" > "$1.nestprobe-new" || stop "$1.nestprobe-new cannot be written"
    if replaced "$1"; then changed=yes; fi
}
)sh"},
    {"drop_line", R"sh(
# drop_line FILE MODULE: a line that keeps it from being loaded becomes a comment; install takes * and ? in a name
drop_line() {
    [ -f "$1" ] || return 0
    module="$2" awk '
        BEGIN { module = ENVIRON["module"] }
        {
            name = $2
            gsub(/-/, "_", name)
            command = $3
            sub(/.*\//, "", command)
            blocks = $1 == "blacklist" && name == module
            if ($1 == "install" && command ~ /^(true|false|:|exit|)$/) {
                gsub(/\*/, ".*", name)
                gsub(/\?/, ".", name)
                blocks = module ~ ("^" name "$")
            }
            print (blocks ? "# nestprobe: " : "") $0
        }' "$1" > "$1.nestprobe-new" || stop "$1.nestprobe-new cannot be written"
    if replaced "$1"; then changed=yes; fi
}
)sh"},
    {"want_option", R"sh(
# want_option FILE MODULE ASSIGNMENT: in the last of all files of modprobe.d, so that it is the one that counts
want_option() {
    if [ -f "$1" ] && grep -qxF -e "options $2 $3" "$1"; then return; fi
    mkdir -p "${1%/*}"
    printf 'options %s %s\n' "$2" "$3" >> "$1"
    changed=yes
    say "added to $1: options $2 $3"
}
)sh"},
    {"load_at_boot", R"sh(
# load_at_boot MODULE FILE: a line of modules-load.d
load_at_boot() {
    if [ -f "$2" ] && grep -qxF -e "$1" "$2"; then return; fi
    mkdir -p "${2%/*}"
    printf '%s\n' "$1" >> "$2"
    say "added to $2: $1"
}
)sh"},
    {"is_on", R"sh(
# is_on MODULE PARAMETER: in the kernel that runs now
is_on() {
    case $(cat "/sys/module/$1/parameters/$2" 2> /dev/null) in Y | y | 1) return 0 ;; esac
    return 1
}
)sh"},
    {"stale_unless_on", R"sh(
# stale_unless_on MODULE PARAMETER: off though it is asked for may be by an initramfs that does not ask
stale_unless_on() {
    if [ "$reboot" = no ] && [ -d "/sys/module/$1" ] && ! is_on "$1" "$2"; then changed=yes; fi
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
    if ! modprobe "$module"; then
        not_yet "$module cannot be loaded: see dmesg"
        return 0
    fi
    for parameter; do
        if is_on "$module" "$parameter"; then
            say "reloaded $module: $parameter is on"
        else
            not_yet "$module.$parameter should be on now and is not: ask nestprobe --explain"
        fi
    done
}
)sh"},
    {"load", R"sh(
# load MODULE [FILE]: unless it is there; FILE must be there then
load() {
    if [ ! -d "/sys/module/$1" ]; then
        if ! modprobe "$1"; then
            not_yet "$1 cannot be loaded: see dmesg"
            return 0
        fi
        say "loaded $1"
    fi
    [ -e "${2:-/}" ] || not_yet "$1 is loaded, and there is no $2: see dmesg"
}
)sh"},
    {"join_group", R"sh(
# join_group GROUP: whoever called sudo, whose name no other way tells
join_group() {
    user=${SUDO_USER:-}
    if [ -z "$user" ]; then
        by_hand "let the user who runs guests join the group $1" "usermod -aG $1 USER"
    elif ! id -nG "$user" | tr ' ' '\n' | grep -qxF -e "$1"; then
        usermod -aG "$1" "$user" || stop "$user cannot join $1"
        say "$user is in the group $1 from the next login on"
    fi
}
)sh"},
    {"give_node_to_kvm", R"sh(
# give_node_to_kvm: as udev's own rules do
give_node_to_kvm() {
    rule='KERNEL=="kvm", GROUP="kvm", MODE="0660"'
    file=/etc/udev/rules.d/65-kvm.rules
    if [ -f "$file" ] && grep -qxF -e "$rule" "$file"; then return; fi
    getent group kvm > /dev/null || groupadd --system kvm || stop "there is no group kvm, and none can be made"
    mkdir -p "${file%/*}"
    printf '%s\n' "$rule" > "$file"
    udevadm control --reload
    udevadm trigger --settle --name-match=kvm
    say "added to $file: $rule"
}
)sh"},
    {"make_node", R"sh(
# make_node: by udev, which makes it when the kernel says so once more
make_node() {
    [ ! -e /dev/kvm ] || return 0
    command -v udevadm > /dev/null && udevadm trigger --settle --name-match=kvm
    if [ -e /dev/kvm ]; then
        say "made /dev/kvm"
    else
        by_hand "udev did not make the node" "mknod -m 660 /dev/kvm c 10 232"
    fi
}
)sh"},
    {"is_patched", R"sh(
# is_patched FILE DIFF: each line that comes has its words on one line of the file, in whatever order, and no line that
# goes is there, but for a tag that only closes elsewhere. libvirt writes a definition down in its own way.
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
        /^\+/ { comes[plain(substr($0, 2))] = 1; if (!has_line(plain(substr($0, 2)))) other = 1 }
        /^-/ { if ($0 !~ /^-[ \t]*<\//) goes[plain(substr($0, 2))] = 1 }
        END { for (line in goes) if ((line in gone) && !(line in comes)) other = 1; exit other }' "$1" "$2"
}
)sh"},
    {"patch_file", R"sh(
# patch_file FILE: a path with a slash, the diff on standard input. Fails where that is done already.
patch_file() {
    command -v patch > /dev/null || stop "patch(1) is missing: install the package patch"
    diff=$(mktemp)
    cat > "$diff"
    patched=no
    if is_patched "$1" "$diff"; then
        patched=before
    elif patch --dry-run --force --silent "$1" "$diff" > /dev/null 2>&1; then
        patch --silent "$1" "$diff" && patched=yes
    fi
    rm "$diff"
    [ "$patched" != no ] || stop "$1 is not what nestprobe saw: ask it again"
    [ "$patched" = yes ]
}
)sh"},
};

}  // namespace nestprobe

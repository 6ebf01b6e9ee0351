// SPDX-License-Identifier: MIT
// The functions that every script of --fix begins with. POSIX sh and awk: they run under dash, bash and
// busybox.
#pragma once

#include <string_view>

namespace nestprobe {

inline constexpr std::string_view fix_functions = R"sh(
set -eu
changed=no # a file that matters when KVM's module is loaded
reboot=no
left=0

say() { printf 'nestprobe: %s\n' "$*" >&2; }
stop() {
    say "$@"
    exit 1
}
[ "$(id -u)" -eq 0 ] || stop "run this as root"

# replace FILE: by what comes on standard input, if that differs; the old one is kept beside it, under a name that
# modprobe does not read
replace() {
    cat > "$1.nestprobe-new"
    if cmp -s "$1" "$1.nestprobe-new"; then
        rm "$1.nestprobe-new"
        return
    fi
    [ -e "$1.nestprobe-backup" ] || cp -p "$1" "$1.nestprobe-backup"
    cat "$1.nestprobe-new" > "$1"
    rm "$1.nestprobe-new"
    changed=yes
    say "changed $1; the old one is $1.nestprobe-backup"
}

# drop_option FILE MODULE PARAMETER: a line that sets it becomes a comment; what else it sets stays
# shellcheck disable=SC2317,SC2329
drop_option() {
    [ -f "$1" ] || return 0
    awk -v module="$2" -v parameter="$3" '
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
        }' "$1" | replace "$1"
}

# drop_block FILE MODULE: a line that keeps it from being loaded becomes a comment
# shellcheck disable=SC2317,SC2329
drop_block() {
    [ -f "$1" ] || return 0
    awk -v module="$2" '
        {
            name = $2
            gsub(/-/, "_", name)
            if (($1 == "blacklist" || $1 == "install") && name == module) print "# nestprobe: " $0; else print
        }' "$1" | replace "$1"
}

# want_option LINE: as the last of all files of modprobe.d, so that it is the one that counts
options_file=/etc/modprobe.d/zz-nestprobe.conf
# shellcheck disable=SC2317,SC2329
want_option() {
    if [ -f "$options_file" ] && grep -qxF "$1" "$options_file"; then return; fi
    mkdir -p /etc/modprobe.d
    printf '%s\n' "$1" >> "$options_file"
    changed=yes
    say "added to $options_file: $1"
}

# drop_word WORD, add_word WORD: on the kernel command line
# shellcheck disable=SC2317,SC2329
renew_grub() {
    reboot=yes
    if command -v update-grub > /dev/null; then
        update-grub
    elif command -v grub2-mkconfig > /dev/null; then
        grub2-mkconfig -o /boot/grub2/grub.cfg
    else
        stop "changed /etc/default/grub; renew the boot loader's configuration by hand"
    fi
}
# shellcheck disable=SC2317,SC2329
drop_word() {
    if command -v grubby > /dev/null; then
        grubby --update-kernel=ALL --remove-args="$1"
        reboot=yes
    elif [ -f /etc/default/grub ] && grep -F "$1" /etc/default/grub | grep -q '^GRUB_CMDLINE'; then
        awk -v word="$1" '
            /^GRUB_CMDLINE/ {
                at = index($0, word)
                before = substr($0, at - 1, 1)
                after = substr($0, at + length(word), 1)
                if (at && index(" \"\047", before) && index(" \"\047", after))
                    $0 = substr($0, 1, at - 1) substr($0, at + length(word))
            }
            { print }' /etc/default/grub | replace /etc/default/grub
        renew_grub
    else
        case " $(cat /proc/cmdline) " in
        *" $1 "*)
            say "take $1 out of the kernel command line, in the boot loader's configuration"
            left=$((left + 1))
            ;;
        esac
    fi
}
# shellcheck disable=SC2317,SC2329
add_word() {
    case " $(cat /proc/cmdline) " in *" $1 "*) return ;; esac
    if command -v grubby > /dev/null; then
        grubby --update-kernel=ALL --args="$1"
        reboot=yes
    elif [ -f /etc/default/grub ]; then
        if ! grep '^GRUB_CMDLINE_LINUX=' /etc/default/grub | grep -qF "$1"; then
            awk -v word="$1" '
                /^GRUB_CMDLINE_LINUX="/ { sub(/"$/, " " word "\"") }
                { print }' /etc/default/grub | replace /etc/default/grub
        fi
        renew_grub
    else
        say "add $1 to the kernel command line, in the boot loader's configuration"
        left=$((left + 1))
    fi
}

# is_on MODULE PARAMETER: in the kernel that runs now
# shellcheck disable=SC2317,SC2329
is_on() {
    case $(cat "/sys/module/$1/parameters/$2" 2> /dev/null) in Y | y | 1) return 0 ;; esac
    return 1
}

# users_of_kvm: the processes that have a virtual machine, and its name
# shellcheck disable=SC2317,SC2329
users_of_kvm() {
    for fd in /proc/[0-9]*/fd/*; do
        case $(readlink "$fd" 2> /dev/null) in
        /dev/kvm | anon_inode:kvm-vm | anon_inode:'[kvm-vm]') ;;
        *) continue ;;
        esac
        pid=${fd#/proc/}
        pid=${pid%%/*}
        [ "$pid" != "$$" ] || continue
        name=$(tr '\0' '\n' < "/proc/$pid/cmdline" | awk 'take { print; exit } $0 == "-name" { take = 1 }')
        name=${name#guest=}
        printf '  process %s: %s\n' "$pid" "${name:-$(cat "/proc/$pid/comm")}"
    done | sed 's/,debug-threads=.*//' | sort -u
}

# reload MODULE PARAMETER...: unless all of them are on
# shellcheck disable=SC2317,SC2329
reload() {
    module=$1
    shift
    for parameter; do
        is_on "$module" "$parameter" || needed=yes
    done
    [ "${needed:-no}" = yes ] || return 0
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

# load MODULE: unless it is there
# shellcheck disable=SC2317,SC2329
load() {
    [ ! -d "/sys/module/$1" ] || return 0
    modprobe "$1" || stop "$1 cannot be loaded: see dmesg"
    [ -e /dev/kvm ] || stop "$1 is loaded, and there is no /dev/kvm: see dmesg"
    say "loaded $1"
}

# renew_initramfs: it holds a copy of modprobe.d, and may load KVM
# shellcheck disable=SC2317,SC2329
renew_initramfs() {
    [ "$changed" = yes ] || return 0
    if command -v update-initramfs > /dev/null; then
        update-initramfs -u
    elif command -v dracut > /dev/null; then
        dracut -f
    elif command -v mkinitcpio > /dev/null; then
        mkinitcpio -P
    fi
}

# patch_file FILE: with the diff on standard input, unless that is done already
# shellcheck disable=SC2317,SC2329
patch_file() {
    diff=$(mktemp)
    cat > "$diff"
    if patch --dry-run --force --silent --reverse "$1" "$diff" > /dev/null 2>&1; then
        rm "$diff"
        return 1
    fi
    patch --dry-run --force --silent "$1" "$diff" > /dev/null || stop "$1 is not what nestprobe saw: ask it again"
    patch --silent "$1" "$diff"
    rm "$diff"
}
)sh";

}  // namespace nestprobe

// SPDX-License-Identifier: MIT
// QEMU system/vl.c, lookup_opt(): a name is compared whole, and what is no option is the name of a disk.
#include "guest/qemu_option_names.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace nestprobe {
namespace {

// Options that take no value: a word behind one of them is no value of it (QEMU 7.2, qemu-options.hx).
constexpr std::string_view valueless[] = {"enable-kvm",
                                          "no-kvm",
                                          "nographic",
                                          "no-reboot",
                                          "no-shutdown",
                                          "S",
                                          "s",
                                          "snapshot",
                                          "daemonize",
                                          "nodefaults",
                                          "no-acpi",
                                          "no-user-config",
                                          "no-hpet",
                                          "full-screen",
                                          "singlestep",
                                          "no-quit",
                                          "only-migratable",
                                          "no-fd-bootchk",
                                          "preconfig",
                                          "h",
                                          "help",
                                          "version",
                                          "mem-prealloc",
                                          "usb",
                                          "portrait",
                                          "win2k-hack",
                                          "nodefconfig",
                                          "xen-attach",
                                          "xen-domid-restrict",
                                          "enable-sync-profile",
                                          "audio-help",
                                          "enable-hax",
                                          "enable-fips",
                                          "sdl",
                                          "curses",
                                          "alt-grab",
                                          "ctrl-grab",
                                          "one-insn-per-tb"};

// Options that people write, and that want a value.
constexpr std::string_view others[] = {
    "id",       "uuid",        "hdb",           "hdc",        "hdd",
    "fda",      "rtc",         "readconfig",    "overcommit", "sandbox",
    "runas",    "fw_cfg",      "virtfs",        "fsdev",      "usbdevice",
    "watchdog", "audiodev",    "tpmdev",        "numa",       "incoming",
    "spice",    "k",           "smbios",        "acpitable",  "blockdev",
    "d",        "D",           "trace",         "icount",     "writeconfig",
    "sdl",      "parallel",    "loadvm",        "gdb",        "soundhw",
    "balloon",  "no-hpet",     "mon",           "realtime",   "mem-path",
    "L",        "rtc-td-hack", "no-kvm-irqchip"};
constexpr std::string_view valued[] = {
    "cpu",   "machine", "M",     "accel",   "smp",    "m",       "device", "object", "name",   "global",
    "drive", "hda",     "cdrom", "netdev",  "nic",    "net",     "bios",   "kernel", "append", "initrd",
    "boot",  "display", "vga",   "monitor", "serial", "chardev", "qmp",    "vnc",    "pidfile"};

bool is_named_in(const auto& list, std::string_view name) {
    return std::find(std::begin(list), std::end(list), name) != std::end(list);
}

}  // namespace

std::string_view option_name(std::string_view word) {
    if (!word.starts_with('-')) return {};
    return word.substr(word.starts_with("--") ? 2 : 1);
}

bool takes_value(std::string_view word) {
    const std::string_view name = option_name(word);
    return !name.empty() && !is_named_in(valueless, name);
}

bool is_known_option(std::string_view word) {
    const std::string_view name = option_name(word).substr(0, option_name(word).find('='));
    return !name.empty() &&
           (is_named_in(valued, name) || is_named_in(valueless, name) || is_named_in(others, name));
}

bool only_prints(std::string_view word, std::string_view next) {
    const std::string_view name = option_name(word);
    if (name == "version" || name == "help" || name == "h" || name == "audio-help") return true;
    return !name.empty() && (next == "help" || next == "?");
}

Absent known_to_shell(std::string_view where, std::string_view text) {
    return {Why::not_recorded,
            fmt::format("{}: {}: only the shell knows what that is; the running guest tells (--domain pid:N)",
                        where, text)};
}

bool is_refused_option(const Word& word, const Word* before, bool is_last) {
    if (word.is_expanded) return false;
    const std::string_view name = option_name(word.text);
    if (name.empty()) return word.text.starts_with('+') && before && before->text.ends_with(',');
    const auto end = name.find_first_of("= \t");
    const std::string_view option = name.substr(0, end);
    const bool known = is_named_in(valued, option) || option == "enable-kvm";
    return end == std::string_view::npos ? is_last && is_named_in(valued, option) : known;
}

std::optional<Absent> find_hidden_options(std::span<const Word> words) {
    for (std::size_t i = 0; i < words.size(); ++i) {
        const Word& word = words[i];
        const bool is_value = i > 0 && takes_value(words[i - 1].text);
        if (word.is_expanded && !is_value && !word.text.starts_with('-'))
            return known_to_shell(word.where, word.text.substr(0, 160));
    }
    return {};
}

}  // namespace nestprobe

// SPDX-License-Identifier: MIT
// Files that boot loaders make the kernel command line of, as people paste them: what they hold is for the
// next boot, and says nothing of this one. Sources: GRUB manual, "Simple configuration handling"
// (/etc/default/grub); The Boot Loader Specification, "Type #1" (options); syslinux's wiki, "Config"
// (APPEND); update-extlinux.conf of Alpine; Limine's CONFIG.md (cmdline); limine-entry-tool,
// /etc/default/limine (KERNEL_CMDLINE), as CachyOS' wiki has it (2025-04); NixOS manual, boot.kernelParams,
// boot.blacklistedKernelModules and boot.extraModprobeConfig, which become /etc/modprobe.d/nixos.conf.
#include "base/text.hpp"
#include "machine/kernel_words.hpp"
#include "machine/modprobe.hpp"
#include "snapshot/import/readers.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

namespace nestprobe {
namespace {

constexpr std::string_view grub_file = "/etc/default/grub", limine_file = "/etc/default/limine";

/// What the quotes hold that a text begins with; a text without quotes is it all.
std::string_view unquoted(std::string_view text) {
    text = trim(text);
    if (text.empty() || (text.front() != '"' && text.front() != '\'')) return text;
    const auto end = text.rfind(text.front());
    return end == 0 ? std::string_view{} : text.substr(1, end - 1);
}

/// A kernel's words are behind one of these: which file that is.
struct Form {
    std::string_view begins;  ///< the line
    std::string_view
        holds;  ///< and so does it, or the paste: what nothing else has; empty: `begins` is enough
    std::string_view file;
};
constexpr Form forms[] = {
    {"GRUB_CMDLINE_LINUX", "", grub_file},
    {"KERNEL_CMDLINE[", "", limine_file},
    {"default_kernel_opts=", "", "/etc/update-extlinux.conf"},
    {"options ", "root=", "an entry of loader/entries"},
    {"options ", "initrd=", "an entry of loader/entries"},
    {"cmdline:", "kernel_path:", "limine.conf"},
    {"cmdline:", "protocol: linux", "limine.conf"},
    {"append ", "initrd=", "syslinux.cfg"},
    {"APPEND ", "initrd=", "syslinux.cfg"},
};

/// The words of a line in one of these forms; empty: it is in none, or has none.
std::string_view words_in(std::string_view line, std::string_view text, std::string_view& file) {
    for (const Form& form : forms) {
        if (!line.starts_with(form.begins)) continue;
        const std::string_view where = form.begins == "cmdline:" ? text : line;
        if (!form.holds.empty() && !contains(where, form.holds)) continue;
        file = form.file;
        const auto last = form.begins.back();
        if (last == ' ' || last == ':') return trim(line.substr(form.begins.size()));
        const auto equals = line.find('=');
        return equals == std::string_view::npos ? std::string_view{} : unquoted(line.substr(equals + 1));
    }
    return {};
}

/// What stands between the brackets behind NixOS' `option`, without the quotes; several such lists as one.
std::vector<std::string> list_of(std::string_view text, std::string_view option) {
    std::vector<std::string> found;
    for (auto at = text.find(option); at != std::string_view::npos; at = text.find(option, at + 1)) {
        const std::string_view rest = trim(text.substr(at + option.size()));
        const auto open = rest.find('['), close = rest.find(']');
        if (!rest.starts_with('=') || open == std::string_view::npos || close == std::string_view::npos ||
            close < open || open > std::string_view("= lib.mkAfter [").size())
            continue;
        std::string_view inside = rest.substr(open + 1, close - open - 1);
        for (auto quote = inside.find('"'); quote != std::string_view::npos; quote = inside.find('"')) {
            inside.remove_prefix(quote + 1);
            const auto end = inside.find('"');
            if (end == std::string_view::npos) break;
            found.emplace_back(inside.substr(0, end));
            inside.remove_prefix(end + 1);
        }
    }
    return found;
}

/// boot.extraModprobeConfig: "..." on one line, or ''...'' over several.
std::string options_of_nixos(std::string_view text) {
    const std::string_view rest = trim(after(text, "extraModprobeConfig"));
    if (!rest.starts_with('=')) return {};
    const std::string_view value = trim(rest.substr(1));
    const std::string_view quote = value.starts_with("''") ? "''" : "\"";
    if (!value.starts_with(quote)) return {};
    const auto end = value.find(quote, quote.size());
    if (end == std::string_view::npos) return {};
    std::string lines;
    for_each_line(value.substr(quote.size(), end - quote.size()), [&](std::string_view line) {
        if (!trim(line).empty()) lines.append(trim(line)).push_back('\n');
    });
    return lines;
}

void hear_nixos(std::string_view text, Evidence& evidence) {
    std::string lines;
    for (const std::string& module : list_of(text, "blacklistedKernelModules"))
        lines += fmt::format("blacklist {}\n", module);
    lines += options_of_nixos(text);
    if (!lines.empty()) {
        evidence.add_to_file("/etc/modprobe.d/nixos.conf", fmt::format("{}\n", hearsay::lines_without_place),
                             lines);
        evidence.taken("a configuration of NixOS");
    }
}

/// Those that bear on virtualization, behind what is there.
void keep(std::string_view words, std::vector<std::string>& kept) {
    for (std::string& word : split_command_line(words))
        if (bears_on_virtualization(word) && std::find(kept.begin(), kept.end(), word) == kept.end())
            kept.push_back(std::move(word));
}

}  // namespace

void hear_boot_words(std::string_view text, Evidence& evidence) {
    std::vector<std::string> kept;
    std::string_view of;
    for_each_line(text, [&](std::string_view line) {
        std::string_view file;
        // grep prints the file's name in front.
        line = trim(line);
        if (line.starts_with(grub_file) || line.starts_with(limine_file)) line = after(line, ":");
        if (const std::string_view words = words_in(line, text, file); !file.empty()) {
            keep(words, kept);
            of = file;
        }
    });
    if (of == limine_file) evidence.file(std::string(limine_file), "KERNEL_CMDLINE\n");
    hear_nixos(text, evidence);
    for (const std::string& words : list_of(text, "kernelParams")) {
        keep(words, kept);
        of = "boot.kernelParams";
    }
    if (of.empty()) return;
    evidence.taken("a boot loader's file");
    if (!kept.empty()) evidence.hear(hearsay::boot_words, fmt::format("{}", fmt::join(kept, " ")), of);
}

void read_kernel_cmdline_file(std::string_view text, Evidence& evidence) {
    std::vector<std::string> kept;
    keep(text.substr(0, text.find('\n')), kept);
    evidence.file("/etc/kernel/cmdline", fmt::format("{}\n", fmt::join(kept, " ")));
    evidence.taken("/etc/kernel/cmdline");
    if (!kept.empty())
        evidence.hear(hearsay::boot_words, fmt::format("{}", fmt::join(kept, " ")), "/etc/kernel/cmdline");
}

}  // namespace nestprobe

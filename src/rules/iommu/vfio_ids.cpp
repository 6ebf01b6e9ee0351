// SPDX-License-Identifier: MIT
// vfio-pci reads each id with sscanf("%x:%x:...") and takes what it gets: an address, or the letter O in the
// place of a zero, is an id that no device has, and nothing says so.
// Sources: Linux 4.19 to 7.2 drivers/vfio/pci/vfio_pci.c, vfio_pci_fill_ids(); pci.ids(5).
#include "rules/iommu/vfio_ids.hpp"

#include "base/text.hpp"
#include "facts/module_options.hpp"
#include "remedy/steps.hpp"
#include "rules/common.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace nestprobe {
namespace {

constexpr std::string_view right_name = "vfio-pci.ids";

bool is_hex_of(std::string_view text, std::size_t size) {
    return text.size() == size && text.find_first_not_of("0123456789abcdefABCDEF") == std::string_view::npos;
}

/// "10de:1b81", and with subsystem, class and mask behind it.
bool is_id(std::string_view id) {
    return id.size() >= 9 && is_hex_of(id.substr(0, 4), 4) && id[4] == ':' && is_hex_of(id.substr(5, 4), 4) &&
           (id.size() == 9 || id[9] == ':');
}

/// "01:00.0", "0000:01:00.0"
bool is_address(std::string_view id) {
    if (id.size() == 12) id.remove_prefix(5);
    return id.size() == 7 && is_hex_of(id.substr(0, 2), 2) && id[2] == ':' && id[5] == '.';
}

/// What is wrong with one of the list; empty: nothing.
std::string slip_in(std::string_view id) {
    if (is_id(id)) return {};
    if (is_address(id))
        return fmt::format(
            "{} is a device's address, where its id is meant (vendor:device, four hex digits "
            "each)",
            id);
    return fmt::format("{} is no id of a device (vendor:device, four hex digits each)", id);
}

std::string key_of(const std::string& word) {
    std::string key = word.substr(0, word.find('='));
    std::replace(key.begin(), key.end(), '_', '-');
    return key;
}

/// The word or line with the list, as it stands there.
std::string as_written(const Facts& f, const ModuleOption& option) {
    return option.origin.on_command_line() ? word_as_written(f, option) : fmt::format("ids={}", option.value);
}

Remedy look_ids_up(const Facts& f, const ModuleOption& option) {
    const bool on_line = option.origin.on_command_line();
    return Remedy(Step{.what = "See the ids: lspci prints them in the last brackets of a line.",
                       .commands = {"lspci -nn"}})
        .then(Step{.what = fmt::format("In the place of {} write them with commas and without blanks.",
                                       as_written(f, option)),
                   .file = on_line ? "the kernel command line" : option.origin.file,
                   .lines = {fmt::format("{}VENDOR:DEVICE,VENDOR:DEVICE",
                                         on_line ? "vfio-pci.ids=" : "options vfio-pci ids=")}});
}

std::optional<Outcome> judge_list(const Facts& f, const ModuleOption& option) {
    const std::string said = fmt::format("{} says \"{}\"", place_of(option.origin), as_written(f, option));
    if (option.value.ends_with(','))
        return fail(fmt::format("{}, which ends with a comma: a blank parts the list, and what is behind it "
                                "is lost",
                                said),
                    look_ids_up(f, option));
    std::string slip;
    for_each_part(option.value, ',', [&](std::string_view id) {
        if (slip.empty() && !id.empty()) slip = slip_in(id);
    });
    if (slip.empty()) return {};
    return fail(fmt::format("{}: {}, so vfio-pci takes no device by it", said, slip), look_ids_up(f, option));
}

/// "vfio-pic.ids=10de:1b81" on the kernel command line.
std::optional<Outcome> judge_word(const Facts& f, const std::string& word) {
    const std::string key = key_of(word);
    const std::string_view value = after(word, "=");
    if (key == right_name || !key.starts_with("vfio") || !is_id(value.substr(0, value.find(','))) ||
        distance(key, right_name) > 2)
        return {};
    return fail(fmt::format("the kernel command line says \"{}\", which no module knows: {} is meant", word,
                            right_name),
                change_words(f, {word}, {fmt::format("{}={}", right_name, value)}));
}

}  // namespace

std::string place_of(const Origin& origin) {
    return origin.on_command_line() ? "the kernel command line" : origin.text();
}

std::optional<Outcome> misspelt_vfio_ids(const Facts& f) {
    if (const auto* told = f.module.vfio_ids.if_known())
        for (const ModuleOption& option : *told)
            if (auto outcome = judge_list(f, option)) return cite(std::move(*outcome), f.module.vfio_ids);
    if (const auto* line = f.kernel.command_line.if_known())
        for (const std::string& word : *line)
            if (auto outcome = judge_word(f, word)) return cite(std::move(*outcome), f.kernel.command_line);
    return {};
}

}  // namespace nestprobe

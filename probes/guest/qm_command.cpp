// SPDX-License-Identifier: MIT
// qm create and qm set (qm(1)), as the lines of the configuration that they make.  What qm set does not name
// stays as it was, and is not known.
#include "base/text.hpp"
#include "guest/plain_guest.hpp"
#include "guest/several_guests.hpp"
#include "input/bad_file.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace nestprobe {
namespace {

struct QmOption {
    std::string key, value;
    bool is_expanded;
};

struct QmGuest {
    std::string id;
    std::size_t line;
    bool is_created = false;
    std::vector<QmOption> options;
};

/// "qm set 100", behind a prompt or sudo; npos: no such command.
std::size_t find_qm(std::string_view line) {
    for (const std::string_view command : {"qm create ", "qm set "})
        if (const auto at = line.find(command);
            at != std::string_view::npos && (at == 0 || contains(" $#`/", line.substr(at - 1, 1)))) {
            const std::string_view id = trim(line.substr(at + command.size()));
            if (!id.empty() && (is_digit(id.front()) || contains("$<V\"", id.substr(0, 1)))) return at;
        }
    return std::string_view::npos;
}

void take_options(const std::vector<Word>& words, QmGuest& guest) {
    const auto is_option = [](std::string_view word) {
        return word.size() > 2 && word.starts_with('-') && !is_digit(word[1]);
    };
    for (std::size_t i = 3; i < words.size() && words[i].command == words.front().command; ++i) {
        std::string_view word = words[i].text;
        if (!is_option(word)) continue;
        while (word.starts_with('-')) word.remove_prefix(1);
        const auto equals = word.find('=');
        if (equals != std::string_view::npos)
            guest.options.push_back({std::string(word.substr(0, equals)),
                                     std::string(word.substr(equals + 1)), words[i].is_expanded});
        else if (i + 1 < words.size())
            guest.options.push_back({std::string(word), words[i + 1].text, words[i + 1].is_expanded});
    }
}

std::vector<QmGuest> guests_of(const PlainText& text) {
    std::vector<QmGuest> guests;
    std::string command;
    std::size_t number = 0, first = 0;
    for_each_line(text.text(), [&](std::string_view line) {
        ++number;
        line = trim(line);
        if (command.empty()) {
            const auto at =
                line.starts_with('#') && !line.starts_with("# qm") ? std::string_view::npos : find_qm(line);
            if (at == std::string_view::npos) return;
            line.remove_prefix(at);
            first = number;
        }
        command += line;
        if (command.ends_with('\\')) {
            command.back() = ' ';
            return;
        }
        const std::vector<Word> words = split_shell_words(std::exchange(command, {}), text.label(), first);
        if (words.size() < 3) return;
        auto guest = std::find_if(guests.begin(), guests.end(),
                                  [&](const QmGuest& each) { return each.id == words[2].text; });
        if (guest == guests.end() && guests.size() == most_guests) return;
        if (guest == guests.end()) guest = guests.insert(guest, {words[2].text, first, false, {}});
        guest->is_created = guest->is_created || words[1].text == "create";
        take_options(words, *guest);
    });
    return guests;
}

const QmOption* find_option(const QmGuest& guest, std::string_view key) {
    const auto found = std::find_if(guest.options.rbegin(), guest.options.rend(),
                                    [&](const QmOption& each) { return each.key == key; });
    return found == guest.options.rend() ? nullptr : &*found;
}

GuestFacts facts_of(const QmGuest& guest, const PlainText& text) {
    std::string conf;
    for (const std::string_view key : {"cpu", "kvm", "args", "machine", "ostype", "arch", "acpi", "amd-sev"})
        if (const QmOption* option = find_option(guest, key))
            conf += fmt::format("{}: {}\n", key,
                                std::string_view(option->value).substr(0, option->value.find('\n')));
    unsigned count = 0;
    for (const std::string_view key : {"cores", "sockets"})
        if (const QmOption* option = find_option(guest, key); option && parse_number(option->value, count))
            conf += fmt::format("{}: {}\n", key, count);
    GuestFacts f = parse_proxmox(conf, fmt::format("{}:{}", text.label(), guest.line)).facts;
    if (parse_number(guest.id, count))
        f.vmid = {count, {{fmt::format("{}:{}", text.label(), guest.line), "qm " + guest.id}}};
    const auto absent = [&](std::string_view why) {
        return Absent{Why::not_recorded, fmt::format("{}:{}: {}", text.label(), guest.line, why)};
    };
    for (const std::string_view key : {"cpu", "args", "delete"})
        if (const QmOption* option = find_option(guest, key); option && option->is_expanded)
            f.cpu_mode = absent("only the shell knows what that command says");
    if (guest.is_created) return f;
    const QmOption* args = find_option(guest, "args");
    const bool said = find_option(guest, "cpu") || (args && contains(args->value, "-cpu"));
    if (!said) f.cpu_mode = absent("qm set leaves the CPU as it is: qm config VMID prints it");
    const Absent rest = absent("qm set leaves the rest as it is");
    f.q35 = f.acpi = rest;
    if (!find_option(guest, "cores")) f.vcpus = rest;
    if (!find_option(guest, "machine")) f.iommu = rest;
    f.assigned_devices = rest;
    return f;
}

}  // namespace

bool is_qm_command(std::string_view text) {
    bool found = false;
    for_each_line(text, [&](std::string_view line) {
        found = found || (contains(line, "qm ") && find_qm(trim(line)) != std::string_view::npos);
    });
    return found;
}

GuestDefinition parse_qm_command(std::string text, std::string label) {
    GuestDefinition definition{std::move(label), std::move(text), {}, {}, false, true};
    const PlainText plain(definition.text, definition.label);
    std::vector<OneOfSeveral> all;
    for (const QmGuest& guest : guests_of(plain))
        all.push_back({facts_of(guest, plain), guest.id, guest.line});
    if (all.empty()) throw BadFile(fmt::format("{}: a command qm that is cut off", definition.label));
    definition.facts = facts_of_all(std::move(all), definition.label);
    return definition;
}

}  // namespace nestprobe

// SPDX-License-Identifier: MIT
// Less than a definition of libvirt's: the lines about the CPU that somebody cut out of one, and the options
// of virt-install, from which it makes one.  Sources: libvirt formatdomain, "CPU model and topology";
// virt-install(1), --cpu, --virt-type (a value without a key is the mode or the model, +NAME and -NAME are
// features); state 2026-11.
#include "base/text.hpp"
#include "guest/plain_guest.hpp"
#include "guest/several_guests.hpp"
#include "guest/xml.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace nestprobe {
namespace {

// --- a piece of XML ---

/// From the next "<cpu" up to its end, which may have been cut off; line numbers stay.  `from` is behind it
/// then.
std::string cpu_element(std::string_view text, std::size_t& from, std::size_t& line) {
    std::size_t at = text.find("<cpu", from);
    while (at != std::string_view::npos && !contains(" >/\n\t", text.substr(at + 4, 1)))
        at = text.find("<cpu", at + 1);
    if (at == std::string_view::npos) return {};
    line = line_at(text, at);
    from = at + 1;
    std::string_view rest = text.substr(at);
    const auto tag_end = rest.find('>');
    if (tag_end == std::string_view::npos) return {};
    if (rest[tag_end - 1] == '/') return std::string(rest.substr(0, tag_end + 1));
    constexpr std::string_view close = "</cpu>";
    if (const auto end = rest.find(close); end != std::string_view::npos)
        return std::string(rest.substr(0, end + close.size()));
    // Cut: the lines of its features and its model alone, each whole.
    std::string element(rest.substr(0, tag_end + 1));
    bool first = true;
    for_each_line(rest.substr(tag_end + 1), [&](std::string_view each) {
        const std::string_view tag = trim(each);
        const bool whole = tag.ends_with("/>") || (contains(tag, "</") && tag.ends_with('>'));
        const bool known =
            tag.starts_with("<feature ") || tag.starts_with("<model") || tag.starts_with("<vendor");
        if (!std::exchange(first, false)) element.append("\n");
        if (whole && known) element.append(tag);
    });
    return element.append(close);
}

/// What the whole definition would say besides is not known.
GuestFacts of_cut(const GuestDefinition& parsed, const std::string& label) {
    GuestFacts f = plain_facts(DefinitionKind::libvirt, "", {{label, "lines about the CPU"}},
                               "the lines about the CPU do not say so");
    const GuestFacts& cpu = parsed.facts;
    f.cpu_mode = cpu.cpu_mode;
    f.cpu_model = cpu.cpu_model;
    f.cpu_vendor = cpu.cpu_vendor;
    f.cpu_check = cpu.cpu_check;
    f.cpu_match = cpu.cpu_match;
    f.cpu_properties = cpu.cpu_properties;
    f.repeated_features = cpu.repeated_features;
    f.migratable = cpu.migratable;
    f.required = cpu.required;
    f.vmx = cpu.vmx;
    f.svm = cpu.svm;
    f.acpi = Absent{Why::not_recorded, "the lines about the CPU do not say so"};
    return f;
}

std::optional<GuestDefinition> parse_cut(const std::string& text, const std::string& label) {
    std::size_t from = 0, line = 1;
    std::vector<OneOfSeveral> parts;
    while (parts.size() < most_guests) {
        const std::string element = cpu_element(text, from, line);
        if (element.empty()) break;
        const bool telling = contains(element, "mode=") || contains(element, "<model") ||
                             contains(element, "<feature") || contains(element, "match=");
        if (contains(element, "<arch>") || (!telling && parts.empty())) return {};
        // The element stands where it stood: its lines are cited.
        const std::string domain =
            fmt::format("{}<domain type='kvm'>{}</domain>", std::string(line - 1, '\n'), element);
        if (telling) parts.push_back({of_cut(parse_domain(domain, label), label), {}, line});
    }
    if (parts.empty()) return {};
    GuestDefinition definition{label, text, {}, {}, false, true};
    definition.facts = facts_of_all(std::move(parts), label);
    return definition;
}

/// <qemu:commandline> alone: a -cpu in it comes behind libvirt's own, and decides.
std::optional<GuestDefinition> parse_passed(const std::string& text, const std::string& label) {
    constexpr std::string_view close = "</qemu:commandline>";
    const auto begin = text.find("<qemu:commandline"), end = text.find(close);
    if (begin == std::string::npos || end == std::string::npos || end < begin) return {};
    const std::string domain = fmt::format(
        "{}<domain type='kvm' xmlns:qemu='http://libvirt.org/schemas/domain/qemu/1.0'>{}</domain>",
        std::string(line_at(text, begin) - 1, '\n'), text.substr(begin, end + close.size() - begin));
    const GuestDefinition parsed = parse_domain(domain, label);
    GuestDefinition definition{label, text, {}, {}, false, true};
    GuestFacts& f = definition.facts;
    f = of_cut(parsed, label);
    f.passed_cpu = parsed.facts.passed_cpu;
    f.cpu_option = parsed.facts.cpu_option;
    if (!is(f.passed_cpu, true))
        f.cpu_mode = Absent{Why::not_recorded, fmt::format("{}: what <cpu> says is not in it", label)};
    return definition;
}

// --- virt-install ---

/// "--cpu host-passthrough", "--cpu=host-model,+vmx": the last one counts.
std::string_view option_value(const std::vector<Word>& words, std::string_view name, const Word** where) {
    std::string_view found;
    for (std::size_t i = 0; i < words.size(); ++i) {
        const std::string_view word = words[i].text;
        if (word == name && i + 1 < words.size())
            found = words[i + 1].text;
        else if (word.starts_with(name) && word.substr(name.size()).starts_with('='))
            found = word.substr(name.size() + 1);
        else
            continue;
        *where = &words[i];
    }
    return found;
}

void read_cpu_words(std::string_view value, const std::vector<Provenance>& from, GuestFacts& f) {
    bool first = true;
    for_each_part(value, ',', [&](std::string_view part) {
        const auto equals = part.find('=');
        const std::string_view key = part.substr(0, equals);
        const std::string_view word =
            equals == std::string_view::npos ? std::string_view{} : part.substr(equals + 1);
        if (first && equals == std::string_view::npos)
            set_cpu(part == "host" ? "host-model" : part, part, from, f);
        else if (key == "mode" || key == "model")
            set_cpu(word, key == "model" ? word : std::string_view{}, from, f);
        else if (key == "require" || key == "force" || key == "optional")
            set_feature(word, from, f);
        else if (key == "disable" || key == "forbid")
            set_feature(fmt::format("-{}", word), from, f);
        else if (part.starts_with('+') || part.starts_with('-'))
            set_feature(part, from, f);
        first = false;
    });
}

std::optional<GuestDefinition> parse_virt_install(const std::string& text, const std::string& label) {
    const auto at = text.find("virt-install ");
    if (at == std::string::npos || !contains(std::string_view(text).substr(at), "--")) return {};
    std::vector<Word> words = split_shell_words(std::string_view(text).substr(at), label, line_at(text, at));
    const std::size_t command = words.empty() ? 0 : words.front().command;
    std::erase_if(words, [&](const Word& word) { return word.command != command; });
    GuestDefinition definition{label, text, {}, {}, false, true};
    GuestFacts& f = definition.facts;
    f = plain_facts(DefinitionKind::libvirt, "", {{label, "virt-install's options"}},
                    "virt-install's options do not say so");
    const Word* where = nullptr;
    const auto cite = [&](std::string_view value) {
        return std::vector<Provenance>{{where->where, std::string(value.substr(0, 160))}};
    };
    if (const std::string_view name = option_value(words, "--name", &where); !name.empty())
        f.name = {std::string(name), cite(name)};
    if (const std::string_view type = option_value(words, "--virt-type", &where); !type.empty())
        f.accelerator = {type == "kvm"    ? Accelerator::kvm
                         : type == "qemu" ? Accelerator::tcg
                                          : Accelerator::other,
                         cite(type)};
    if (const std::string_view cpu = option_value(words, "--cpu", &where); !cpu.empty())
        read_cpu_words(cpu, cite(cpu), f);
    else
        f.cpu_mode =
            Absent{Why::not_recorded, fmt::format("{}: without --cpu virt-install's version decides: virsh "
                                                  "dumpxml of the guest tells",
                                                  label)};
    return definition;
}

}  // namespace

std::optional<GuestDefinition> parse_part_of_domain(const std::string& text, const std::string& label) {
    if (contains(text, "<domain") || contains(text, "<capabilities>")) return {};
    if (auto cut = parse_cut(text, label)) return cut;
    if (auto passed = parse_passed(text, label)) return passed;
    return parse_virt_install(text, label);
}

}  // namespace nestprobe

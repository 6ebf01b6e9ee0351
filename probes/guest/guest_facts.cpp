// SPDX-License-Identifier: MIT
#include "base/proxmox_words.hpp"
#include "base/text.hpp"
#include "base/utf8.hpp"
#include "guest/definition.hpp"
#include "guest/plain_guest.hpp"
#include "input/bad_file.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace nestprobe {

std::string_view to_string(DefinitionKind kind) {
    switch (kind) {
        case DefinitionKind::libvirt: return "libvirt";
        case DefinitionKind::qemu: return "qemu";
        case DefinitionKind::proxmox: return "proxmox";
    }
    return "";
}

std::string_view to_string(Accelerator accelerator) {
    switch (accelerator) {
        case Accelerator::kvm: return "kvm";
        case Accelerator::tcg: return "tcg";
        case Accelerator::hvf: return "hvf";
        case Accelerator::whpx: return "whpx";
        case Accelerator::nvmm: return "nvmm";
        case Accelerator::hax: return "hax";
        case Accelerator::xen: return "xen";
        case Accelerator::other: return "other";
    }
    return "";
}

Accelerator accelerator_of(std::string_view word) {
    for (const Accelerator known : {Accelerator::kvm, Accelerator::tcg, Accelerator::hvf, Accelerator::whpx,
                                    Accelerator::nvmm, Accelerator::hax, Accelerator::xen})
        if (to_string(known) == word) return known;
    return Accelerator::other;
}

std::optional<bool> qemu_switch(std::string_view word) {
    struct Spelling {
        std::string_view word;
        bool on;
    };
    constexpr Spelling spellings[] = {{"on", true},   {"yes", true}, {"true", true},   {"y", true},
                                      {"off", false}, {"no", false}, {"false", false}, {"n", false}};
    for (const Spelling& known : spellings)
        if (known.word == word) return known.on;
    return {};
}

std::string_view to_string(CpuMode mode) {
    switch (mode) {
        case CpuMode::none: return "none";
        case CpuMode::custom: return "custom";
        case CpuMode::host_model: return "host-model";
        case CpuMode::host_passthrough: return "host-passthrough";
        case CpuMode::maximum: return "maximum";
    }
    return "";
}

std::string_view to_string(FeaturePolicy policy) {
    switch (policy) {
        case FeaturePolicy::unset: return "unset";
        case FeaturePolicy::force: return "force";
        case FeaturePolicy::require: return "require";
        case FeaturePolicy::optional: return "optional";
        case FeaturePolicy::disable: return "disable";
        case FeaturePolicy::forbid: return "forbid";
    }
    return "";
}

std::string_view to_string(Setting setting) {
    switch (setting) {
        case Setting::unset: return "unset";
        case Setting::on: return "on";
        case Setting::off: return "off";
    }
    return "";
}

std::string_view to_string(IommuModel model) {
    switch (model) {
        case IommuModel::none: return "none";
        case IommuModel::intel: return "intel";
        case IommuModel::amd: return "amd";
        case IommuModel::virtio: return "virtio";
        case IommuModel::other: return "other";
    }
    return "";
}

std::string_view to_string(IoApic ioapic) {
    switch (ioapic) {
        case IoApic::unset: return "unset";
        case IoApic::kernel: return "kernel";
        case IoApic::split: return "split";
    }
    return "";
}

const XmlElement* GuestDefinition::find(std::string_view path, std::string_view name) const {
    for (const XmlElement& element : elements)
        if (element.path == path && (name.empty() || element.name == name)) return &element;
    return nullptr;
}

void without_iommu(const std::vector<Provenance>& from, GuestFacts& facts) {
    const Absent without{Why::not_applicable, "the guest has no IOMMU"};
    facts.iommu = {IommuModel::none, from};
    facts.iommus = {0, from};
    facts.iommu_bus = facts.aw_bits = without;
    facts.intremap = facts.caching_mode = facts.eim = facts.iotlb = without;
    facts.iommu_first = without;
}

void nothing_refused(const std::vector<Provenance>& from, GuestFacts& facts) {
    facts.cpu_match = Absent{Why::not_applicable, "match is left to libvirt"};
    facts.cpu_properties = facts.repeated_features = facts.refused_options =
        facts.refused_values = {std::vector<std::string>(), from};
    facts.cpu_line_dropped = facts.cpu_global = {std::string(), from};
    facts.commandline_dropped = facts.accelerators_clash = {false, from};
}

std::size_t line_at(std::string_view text, std::size_t offset) {
    const std::string_view before = text.substr(0, offset);
    return 1 + static_cast<std::size_t>(std::count(before.begin(), before.end(), '\n'));
}

/// A definition with what a terminal showed around it, which is no XML: the prompt, the command, warnings.
static bool is_domain_within(std::string_view text) {
    bool begins = false;
    for_each_line(text, [&](std::string_view line) { begins = begins || trim(line).starts_with("<domain"); });
    return begins && contains(text, "</domain>");
}

/// The first definition alone: around it there are blanks and the ends of lines, so that lines keep their
/// numbers.
static std::string first_domain(std::string text) {
    constexpr std::string_view close = "</domain>";
    const std::size_t begin = std::min(text.find("<domain"), text.size());
    const std::size_t end = std::min(text.find(close, begin), text.size());
    for (std::size_t i = 0; i < text.size(); ++i)
        if ((i < begin || i >= end + close.size()) && text[i] != '\n') text[i] = ' ';
    return text;
}

/// Its first line begins with it and its last ends with it, and there are others.
static bool has_lines_of_its_own(std::string_view text) {
    bool begins = false, ends = false;
    std::size_t others = 0;
    for_each_line(text, [&](std::string_view line) {
        line = trim(line);
        begins = begins || line.starts_with("<domain");
        others += !line.empty() && (!begins || ends);
        ends = ends || (begins && line.ends_with("</domain>"));
    });
    return begins && ends && others != 0;
}

/// As it is, so that an edit fits it; where prose around it is taken for XML, or another one follows, alone.
static GuestDefinition parse_domain_within(std::string text, std::string label) {
    constexpr std::size_t longest_paste = 1u << 20;
    if (text.size() > longest_paste || !is_domain_within(text))
        return parse_domain(std::move(text), std::move(label));
    try {
        return parse_domain(text, label);
    } catch (const BadFile&) {
        if (!has_lines_of_its_own(text)) throw;
    }
    return parse_domain(first_domain(std::move(text)), std::move(label));
}

GuestDefinition parse_definition(std::string text, std::string label, const NamedFileReader& reader) {
    const std::string_view start = trim(text);
    if (start.empty()) throw BadFile(fmt::format("{}: empty, so no guest is defined", label));
    if (auto managed = parse_managed(text, label)) return *std::move(managed);
    if (auto part = parse_part_of_domain(text, label)) return *std::move(part);
    if (auto several = parse_several_domains(text, label)) return *std::move(several);
    if (const std::string other = what_else_it_is(text); !other.empty())
        throw BadFile(fmt::format("{}: {}", label, other));
    if (start.starts_with('<') || start.starts_with("\xef\xbb\xbf"))
        return parse_domain_within(std::move(text), std::move(label));
    if (!is_utf8(text)) throw BadFile(fmt::format("{}: not UTF-8", label));
    // Before a command line: its <emulator> reads as one.
    if (is_domain_within(text)) return parse_domain_within(std::move(text), std::move(label));
    if (is_proxmox_container(text))
        throw BadFile(
            fmt::format("{}: a container of Proxmox VE, no virtual machine, which shares the node's kernel: "
                        "pct set CTID --dev0 "
                        "/dev/kvm gives it the node's /dev/kvm (Proxmox VE 8.1 and later)",
                        label));
    if (looks_like_proxmox(text)) return parse_proxmox(std::move(text), std::move(label));
    if (is_qm_command(text)) return parse_qm_command(std::move(text), std::move(label));
    if (looks_like_qemu_command(text)) return parse_qemu_command(std::move(text), std::move(label), reader);
    if (const auto complaints = take_complaints(text); !complaints.empty())
        throw BadFile(
            fmt::format("{}: no definition of a guest, but what QEMU said: nestprobe --explain='{}'", label,
                        complaints.front().text));
    throw BadFile(fmt::format(
        "{}: neither libvirt's XML, nor a QEMU command line, nor a Proxmox configuration", label));
}

namespace {

/// One fact of both, where both are known: what differs, in words.
template <class T>
void compare_fact(std::string_view what, const Fact<T>& defined, const Fact<T>& running,
                  std::vector<std::string>& differences, std::vector<Provenance>& from) {
    const T* after = defined.if_known();
    const T* now = running.if_known();
    if (!after || !now || *after == *now) return;
    const auto word = [](const T& value) {
        if constexpr (std::is_same_v<T, std::string>)
            return value.empty() ? std::string("none") : value;
        else
            return std::string(to_string(value));
    };
    differences.push_back(fmt::format("{}: {} now, {} after a new start", what, word(*now), word(*after)));
    from.insert(from.end(), running.from().begin(), running.from().end());
    from.insert(from.end(), defined.from().begin(), defined.from().end());
}

}  // namespace

void compare_running(GuestDefinition& defined, const GuestDefinition& running) {
    GuestFacts& facts = defined.facts;
    facts.runs = running.facts.runs;
    if (!is(facts.runs, true)) {
        facts.runs = {false, {{running.label, "no id"}}};
        facts.not_in_force = Absent{Why::not_applicable, "the guest does not run"};
        return;
    }
    const GuestFacts& now = running.facts;
    std::vector<std::string> differences;
    std::vector<Provenance> from;
    const auto compare = [&](std::string_view what, const auto& a, const auto& b) {
        compare_fact(what, a, b, differences, from);
    };
    // A running guest with host-model shows the model that was found: that is no edit.
    const bool expanded = is(facts.cpu_mode, CpuMode::host_model) && is(now.cpu_mode, CpuMode::custom);
    if (!expanded) {
        compare("CPU mode", facts.cpu_mode, now.cpu_mode);
        compare("CPU model", facts.cpu_model, now.cpu_model);
        compare("feature vmx", facts.vmx, now.vmx);
        compare("feature svm", facts.svm, now.svm);
    }
    compare("machine type", facts.machine, now.machine);
    compare("IOMMU", facts.iommu, now.iommu);
    compare("interrupt remapping", facts.intremap, now.intremap);
    compare("caching mode", facts.caching_mode, now.caching_mode);
    compare("I/O APIC", facts.ioapic, now.ioapic);
    if (from.empty()) from.push_back({running.label, "no difference"});
    facts.not_in_force = {std::move(differences), std::move(from)};
}

}  // namespace nestprobe

// SPDX-License-Identifier: MIT
// What decides the CPU of guests that a cloud's agent or a tool makes of a template: CloudStack's
// agent.properties, Terraform's libvirt_domain.  Sources: CloudStack documentation, "KVM Hypervisor Host
// Installation", "Configure CPU model for KVM guest"; Terraform provider dmacvicar/libvirt, libvirt_domain;
// state 2026-11.
#include "base/text.hpp"
#include "guest/plain_guest.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace nestprobe {
namespace {

/// Of "cpu {" or "cpu = {" the lines up to its "}"; empty where the block is not there.
std::vector<PlainLine> lines_of_block(const PlainText& text, std::string_view name) {
    std::size_t first = 0, last = 0, number = 0;
    for_each_line(text.text(), [&](std::string_view line) {
        ++number;
        const std::string_view words = trim(line);
        const bool heads = words.starts_with(name) && contains(words, "{") &&
                           trim(words.substr(name.size(), words.find('{') - name.size())).size() <= 1;
        if (heads && first == 0) first = number;
        if (first != 0 && last == 0 && contains(words, "}")) last = number;
    });
    std::vector<PlainLine> inside = text.lines('=');
    std::erase_if(inside, [&](const PlainLine& line) {
        return first == 0 || line.number < first || (last != 0 && line.number > last);
    });
    // In one line: cpu = { mode = "host-passthrough" }
    for (PlainLine& line : inside)
        if (const auto brace = line.value.find('{'); brace != std::string_view::npos) {
            const std::string_view rest = line.value.substr(brace + 1);
            const auto equals = rest.find('=');
            if (equals == std::string_view::npos) continue;
            line.key = trim(rest.substr(0, equals));
            line.value = trim(rest.substr(equals + 1, rest.find('}', equals) - equals - 1));
            while (line.value.starts_with('"')) line.value.remove_prefix(1);
            while (line.value.ends_with('"')) line.value.remove_suffix(1);
        }
    return inside;
}

}  // namespace

bool is_cloudstack_agent(std::string_view text) {
    return contains(text, "guest.cpu.mode") || contains(text, "guest.cpu.model");
}

GuestFacts read_cloudstack(const PlainText& text) {
    GuestFacts f =
        plain_facts(DefinitionKind::libvirt, "CloudStack", text.cite_text("CloudStack's agent.properties"));
    const std::vector<PlainLine> lines = text.lines('=');
    const PlainLine* mode = find_line(lines, "guest.cpu.mode");
    const PlainLine* model = find_line(lines, "guest.cpu.model");
    if (mode && mode->value != "custom")
        set_cpu(mode->value, {}, text.cite(*mode), f);
    else if (mode && model)
        set_cpu("custom", model->value, text.cite(*model), f);
    if (const PlainLine* features = find_line(lines, "guest.cpu.features"))
        for (const std::string_view word : split_words(features->value))
            set_feature(word, text.cite(*features), f);
    return f;
}

bool is_terraform_libvirt(std::string_view text) { return contains(text, "resource \"libvirt_domain\""); }

GuestFacts read_terraform(const PlainText& text) {
    GuestFacts f =
        plain_facts(DefinitionKind::libvirt, "Terraform", text.cite_text("a Terraform file for libvirt"));
    const std::vector<PlainLine> lines = text.lines('=');
    const std::vector<PlainLine> cpu = lines_of_block(text, "cpu");
    if (const PlainLine* mode = find_line(cpu, "mode")) {
        const PlainLine* model = find_line(cpu, "model");
        set_cpu(mode->value, model ? model->value : std::string_view{}, text.cite(*mode), f);
    } else {
        f.cpu_mode = Absent{Why::not_recorded,
                            fmt::format("{}: without a block cpu the provider decides", text.label())};
    }
    if (contains(text.text(), "xslt"))
        f.cpu_mode = Absent{Why::not_recorded,
                            fmt::format("{}: an XSLT of its own changes the definition", text.label())};
    if (const PlainLine* type = find_line(lines, "type"); type && type->value == "qemu")
        f.accelerator = {Accelerator::tcg, text.cite(*type)};
    read_vcpus(text, find_line(lines, "vcpu"), f);
    return f;
}

}  // namespace nestprobe

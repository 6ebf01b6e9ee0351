// SPDX-License-Identifier: MIT
// An instance of LXD's or Incus's, as lxc config show prints it.  Sources: LXD and Incus documentation,
// instance options; internal/server/instance/drivers/driver_qemu.go (-cpu host, q35); state 2026-11.
#include "base/text.hpp"
#include "guest/plain_guest.hpp"
#include "input/bad_file.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>

namespace nestprobe {
namespace {

bool is_lxd_container(std::string_view text) {
    if (contains(text, "type: virtual-machine") || contains(text, "raw.qemu")) return false;
    constexpr std::string_view signs[] = {
        "type: container", "volatile.idmap",      "volatile.last_state.idmap", "image.type: squashfs",
        "raw.lxc",         "security.privileged", "security.nesting"};
    constexpr std::string_view of_guests[] = {"disk-kvm.img", "disk1.img", "volatile.vsock_id",
                                              "security.secureboot"};
    const auto holds_any = [&](const auto& words) {
        return std::any_of(std::begin(words), std::end(words),
                           [&](std::string_view word) { return contains(text, word); });
    };
    return holds_any(signs) && !holds_any(of_guests);
}

/// The value of raw.qemu, also as a block ("|-") of lines below it.
std::string raw_qemu(std::string_view text, std::size_t& number) {
    std::string value;
    std::size_t line_number = 0, indent = 0;
    bool block = false;
    for_each_line(text, [&](std::string_view line) {
        ++line_number;
        const std::size_t own = std::min(line.find_first_not_of(' '), line.size());
        const std::string_view word = trim(line);
        if (block && !word.empty() && own <= indent) block = false;
        if (block) value.append(" ").append(word);
        if (!word.starts_with("raw.qemu:")) return;
        number = line_number;
        indent = own;
        const std::string_view rest = trim(word.substr(9));
        block = rest.empty() || rest.starts_with('|') || rest.starts_with('>');
        if (!block) value = rest;
        if (value.size() >= 2 && (value.front() == '"' || value.front() == '\'') &&
            value.back() == value.front())
            value = value.substr(1, value.size() - 2);
    });
    return value;
}

}  // namespace

bool is_lxd_instance(std::string_view text) {
    if (!contains(text, "config:")) return false;
    if (contains(text, "type: virtual-machine")) return true;
    const bool parts = contains(text, "devices:") || contains(text, "profiles:");
    const bool keys = contains(text, "volatile.") || contains(text, "limits.") || contains(text, "image.") ||
                      contains(text, "raw.qemu") || contains(text, "security.");
    return parts && keys;
}

GuestFacts read_lxd(const PlainText& text) {
    const std::string_view manager = contains(text.text(), "ncus") ? "Incus" : "LXD";
    if (is_lxd_container(text.text())) {
        const std::string_view program = manager == "LXD" ? "lxc" : "incus";
        const std::string rest =
            contains(text.text(), ": /dev/kvm")
                ? fmt::format(
                      "which is given the host's /dev/kvm: what stops KVM in it tells nestprobe there ({} "
                      "exec "
                      "NAME -- nestprobe)",
                      program)
                : fmt::format(
                      "which shares the host's kernel, and is not given the host's /dev/kvm: {} config "
                      "device "
                      "add NAME kvm unix-char source=/dev/kvm mode=0666 (security.nesting is about "
                      "containers in it)",
                      program);
        throw BadFile(
            fmt::format("{}: a container of {}'s, no virtual machine, {}", text.label(), manager, rest));
    }
    GuestFacts f = plain_facts(DefinitionKind::qemu, manager, text.cite_text("a virtual machine"));
    f.cpu_mode = {CpuMode::host_passthrough, text.cite_text(fmt::format("{} gives -cpu host", manager))};
    const std::vector<PlainLine> lines = text.lines(':');
    f.q35 = {true, text.cite_text(fmt::format("{} takes q35", manager))};
    without_iommu(text.cite_text(fmt::format("{} gives none", manager)), f);
    f.ioapic = {IoApic::unset, text.cite_text("not said")};
    f.assigned_devices = {
        static_cast<unsigned>(std::count_if(lines.begin(), lines.end(),
                                            [](const PlainLine& line) {
                                                return line.key == "type" &&
                                                       (line.value == "gpu" || line.value == "pci");
                                            })),
        text.cite_text("devices: gpu, pci")};
    const PlainLine* arch = find_line(lines, "architecture");
    if (arch) f.arch = {std::string(arch->value), text.cite(*arch)};
    read_vcpus(text, find_line(lines, "limits.cpu"), f);
    const PlainLine* security = find_line(lines, "security.sev");
    if (security && security->value == "true") f.launch_security = {"sev", text.cite(*security)};
    // Incus since July 2026: false takes both away from a virtual machine; before, it was about containers.
    const PlainLine* nesting = find_line(lines, "security.nesting");
    if (manager == "Incus" && nesting && nesting->value == "false")
        f.cpu_mode =
            Absent{Why::not_recorded,
                   fmt::format("{}:{}: security.nesting is false, by which Incus since July 2026 takes "
                               "VMX and SVM away from a virtual machine, and earlier ones do nothing",
                               text.label(), nesting->number)};
    std::size_t number = 0;
    if (const std::string raw = raw_qemu(text.text(), number); !raw.empty()) {
        std::vector<Word> words = split_shell_words(raw, text.label(), number);
        for (Word& word : words) word.where = fmt::format("{}:{}", text.label(), number);
        apply_qemu_options(words, f);
    }
    return f;
}

}  // namespace nestprobe

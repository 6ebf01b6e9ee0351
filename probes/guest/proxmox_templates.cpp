// SPDX-License-Identifier: MIT
// What Terraform and Packer give a guest of Proxmox VE, as the lines of its own configuration, each on the
// line that it is made from.  Sources: documentation of the providers bpg/proxmox,
// proxmox_virtual_environment_vm (cpu, type: qemu64 where nothing is said), and Telmate/proxmox,
// proxmox_vm_qemu; of the Packer plugin proxmox, cpu_type (kvm64 where nothing is said); state 2026-11.
#include "base/text.hpp"
#include "guest/plain_guest.hpp"
#include "guest/setting_tree.hpp"
#include "guest/several_guests.hpp"
#include "input/bad_file.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

namespace nestprobe {
namespace {

enum class Template : std::uint8_t { none, bpg, telmate, packer };

Template kind_of(std::string_view text) {
    if (contains(text, "resource \"proxmox_virtual_environment_vm\"")) return Template::bpg;
    if (contains(text, "resource \"proxmox_vm_qemu\"")) return Template::telmate;
    const bool packer =
        contains(text, "source \"proxmox-iso\"") || contains(text, "source \"proxmox-clone\"");
    return packer ? Template::packer : Template::none;
}

/// ["+aes", "-pcid"] as Proxmox writes it: "+aes;-pcid".
std::string flags_of(const SettingEntry& list) {
    std::string flags;
    for (const SettingEntry& flag : list.children)
        flags += fmt::format("{}{}", flags.empty() ? "" : ";", flag.value);
    return flags;
}

/// A resource or source of that kind?
bool is_guest(const SettingEntry& block, Template kind) {
    if (block.labels.empty()) return false;
    const std::string_view type = block.labels.front();
    switch (kind) {
        case Template::bpg: return block.key == "resource" && type == "proxmox_virtual_environment_vm";
        case Template::telmate: return block.key == "resource" && type == "proxmox_vm_qemu";
        case Template::packer:
            return block.key == "source" && (type == "proxmox-iso" || type == "proxmox-clone");
        case Template::none: break;
    }
    return false;
}

class Conversion {
public:
    Conversion(const SettingEntry& guest, Template kind, const PlainText& text)
        : text_(text), kind_(kind), guest_(guest) {
        lines_.resize(static_cast<std::size_t>(std::count(text.text().begin(), text.text().end(), '\n')) + 1);
    }

    GuestFacts facts() && {
        const Absent unsaid = put_cpu();
        for (const std::string_view path : {"cpu/cores", "cores"}) put(path, "cores");
        for (const std::string_view path : {"cpu/sockets", "sockets"}) put(path, "sockets");
        put("machine", "machine");
        put("operating_system/type", "ostype");
        for (const std::string_view path : {"args", "kvm_arguments"}) put(path, "args");
        std::string conf;
        for (const std::string& line : lines_) conf += line + "\n";
        GuestFacts f = parse_proxmox(conf, text_.label()).facts;
        f.manager = {kind_ == Template::packer ? "Packer for Proxmox VE" : "Terraform for Proxmox VE",
                     text_.cite_text("a template for Proxmox VE")};
        if (!unsaid.detail.empty()) f.cpu_mode = unsaid;
        for (const std::string_view path : {"args", "kvm_arguments"})
            if (const SettingEntry* args = find(path); args && args->is_unread())
                f.cpu_mode = not_read(*args, text_.label());
        read_kvm(f);
        return f;
    }

private:
    /// Where the provider has a list of one block, it is that one.
    const SettingEntry* find(std::string_view path) const {
        const SettingEntry* found = find_setting(guest_, path);
        const SettingEntry* block = found ? nullptr : find_setting(guest_, path.substr(0, path.find('/')));
        const bool list = block && block->kind == SettingEntry::Kind::list && block->children.size() == 1;
        return list && contains(path, "/")
                   ? find_setting(block->children.front(), path.substr(path.find('/') + 1))
                   : found;
    }

    /// kvm = false: Telmate's provider has that.
    void read_kvm(GuestFacts& f) const {
        const SettingEntry* kvm = find("kvm");
        if (kvm && kvm->is_unread()) f.accelerator = not_read(*kvm, text_.label());
        if (kvm && kvm->value == "false")
            f.accelerator = {Accelerator::tcg, cite_setting(*kvm, text_.label())};
    }

    /// Two of one line: the first one counts, which is the CPU.
    void put(std::string_view path, std::string_view key) {
        const SettingEntry* setting = find(path);
        if (!setting || setting->kind != SettingEntry::Kind::scalar || !lines_[setting->line - 1].empty())
            return;
        const bool number = key == "cores" || key == "sockets";
        unsigned count = 0;
        if (number && (!parse_number(setting->value, count) || count == 0)) return;
        lines_[setting->line - 1] = fmt::format("{}: {}", key, setting->value);
    }

    /// What the template does not say, or says elsewhere.
    Absent put_cpu() {
        const SettingEntry* type = find("cpu/type");
        for (const std::string_view key : {"cpu_type", "cpu"})
            if (const SettingEntry* word = type ? nullptr : find(key);
                word && (word->kind == SettingEntry::Kind::scalar || word->is_unread()))
                type = word;
        if (type && type->kind != SettingEntry::Kind::scalar)
            return absent(
                fmt::format("line {}: the type of CPU is an expression, and stands elsewhere", type->line));
        const SettingEntry* list = find("cpu/flags");
        if (const SettingEntry* unread = find_unread(list)) return not_read(*unread, text_.label());
        const std::string flags = list ? flags_of(*list) : std::string();
        const std::string behind = flags.empty() ? flags : ",flags=" + flags;
        if (type) {
            lines_[type->line - 1] = fmt::format("cpu: {}{}", type->value, behind);
            return {};
        }
        if (guest_.find("clone"))
            return absent("the guest is a clone, and has the CPU of what it is cloned from");
        for (const SettingEntry& child : guest_.children)
            if (child.key == "dynamic" && holds(child.labels, "cpu"))
                return absent(fmt::format("line {}: a block that a list decides about", child.line));
        if (kind_ == Template::telmate) return absent("without a type of CPU the provider's version decides");
        lines_.front() = fmt::format("cpu: {}{}", kind_ == Template::bpg ? "qemu64" : "kvm64", behind);
        return {};
    }

    Absent absent(std::string_view why) const {
        return {Why::not_recorded, fmt::format("{}: {}", text_.label(), why)};
    }

    const PlainText& text_;
    Template kind_;
    const SettingEntry& guest_;
    std::vector<std::string> lines_;
};

}  // namespace

bool is_proxmox_template(std::string_view text) { return kind_of(text) != Template::none; }

GuestFacts read_proxmox_template(const PlainText& text) {
    const Template kind = kind_of(text.text());
    const SettingEntry file = read_hcl(text.text());
    std::vector<OneOfSeveral> guests;
    for (const SettingEntry& block : file.children)
        if (is_guest(block, kind) && guests.size() < most_guests)
            guests.push_back({Conversion(block, kind, text).facts(),
                              block.labels.size() > 1 ? block.labels[1] : std::string(), block.line});
    if (!guests.empty()) return facts_of_all(std::move(guests), text.label());
    throw BadFile(fmt::format("{}: a template for Proxmox VE whose guest is not read", text.label()));
}

}  // namespace nestprobe

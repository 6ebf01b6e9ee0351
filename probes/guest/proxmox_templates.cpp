// SPDX-License-Identifier: MIT
// What Terraform and Packer give a guest of Proxmox VE, as the lines of its own configuration, each on the
// line that it is made from.  Sources: documentation of the providers bpg/proxmox,
// proxmox_virtual_environment_vm (cpu, type: qemu64 where nothing is said), and Telmate/proxmox,
// proxmox_vm_qemu; of the Packer plugin proxmox, cpu_type (kvm64 where nothing is said); state 2026-11.
#include "base/text.hpp"
#include "guest/plain_guest.hpp"

#include <fmt/format.h>

#include <algorithm>

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

std::string_view without_quotes(std::string_view value) {
    value = trim(value);
    while (value.starts_with('"')) value.remove_prefix(1);
    return value.substr(0, value.find('"'));
}

/// The lines of it, by the block they are in: "cpu", "" for those of the resource itself.
class Blocks {
public:
    explicit Blocks(std::string_view text) {
        std::size_t number = 0;
        for_each_line(text, [&](std::string_view line) {
            ++number;
            line = trim(line);
            if (line.starts_with('#') || line.starts_with("//")) return;
            take(line, number);
        });
    }

    struct Setting {
        std::string block;
        std::string_view key, value;
        std::size_t line;
    };
    const Setting* find(std::string_view block, std::string_view key) const {
        for (const Setting& each : settings_)
            if (each.block == block && each.key == key) return &each;
        return nullptr;
    }
    bool has(std::string_view block) const {
        return std::any_of(settings_.begin(), settings_.end(),
                           [&](const Setting& each) { return each.block == block; });
    }

private:
    void take(std::string_view line, std::size_t number) {
        if (const auto brace = line.find('{'); brace != std::string_view::npos && !contains(line, "${")) {
            std::string_view name = trim(line.substr(0, brace));
            name = trim(name.substr(0, name.find('=')));
            open_.emplace_back(name.substr(0, name.find(' ')));
            std::string_view rest = trim(line.substr(brace + 1));
            const bool closed = rest.ends_with('}');
            if (closed) rest.remove_suffix(1);
            add(rest, number);
            if (closed) open_.pop_back();
        } else if (line.starts_with('}')) {
            if (!open_.empty()) open_.pop_back();
        } else {
            add(line, number);
        }
    }
    void add(std::string_view line, std::size_t number) {
        const auto equals = line.find('=');
        if (equals == std::string_view::npos) return;
        std::string block = open_.size() > 1 ? open_.back() : std::string();
        settings_.push_back(
            {std::move(block), trim(line.substr(0, equals)), trim(line.substr(equals + 1)), number});
    }

    std::vector<std::string> open_;
    std::vector<Setting> settings_;
};

/// ["+aes", "-pcid"] as Proxmox writes it: "+aes;-pcid".
std::string flags_of(std::string_view list) {
    std::string flags;
    for (auto at = list.find('"'); at != std::string_view::npos; at = list.find('"', at)) {
        const auto end = list.find('"', at + 1);
        if (end == std::string_view::npos) break;
        flags += fmt::format("{}{}", flags.empty() ? "" : ";", list.substr(at + 1, end - at - 1));
        at = end + 1;
    }
    return flags;
}

class Conversion {
public:
    explicit Conversion(const PlainText& text)
        : text_(text), kind_(kind_of(text.text())), blocks_(text.text()) {
        lines_.resize(static_cast<std::size_t>(std::count(text.text().begin(), text.text().end(), '\n')) + 1);
    }

    GuestFacts facts() && {
        const Absent unsaid = put_cpu();
        put(blocks_.find("cpu", "cores"), "cores");
        put(blocks_.find("", "cores"), "cores");
        put(blocks_.find("cpu", "sockets"), "sockets");
        put(blocks_.find("", "sockets"), "sockets");
        put(blocks_.find("", "machine"), "machine");
        put(blocks_.find("operating_system", "type"), "ostype");
        put(blocks_.find("", "args"), "args");
        put(blocks_.find("", "kvm_arguments"), "args");
        std::string conf;
        for (const std::string& line : lines_) conf += line + "\n";
        GuestFacts f = parse_proxmox(conf, text_.label()).facts;
        f.manager = {kind_ == Template::packer ? "Packer for Proxmox VE" : "Terraform for Proxmox VE",
                     text_.cite_text("a template for Proxmox VE")};
        if (!unsaid.detail.empty()) f.cpu_mode = unsaid;
        return f;
    }

private:
    /// Two of one line: the first one counts, which is the CPU.
    void put(const Blocks::Setting* setting, std::string_view key) {
        if (!setting || !lines_[setting->line - 1].empty()) return;
        const std::string_view value = without_quotes(setting->value);
        const bool number = key == "cores" || key == "sockets";
        unsigned count = 0;
        if (number && !parse_number(value, count)) return;
        if (!number && !setting->value.starts_with('"')) return;  // a variable's
        lines_[setting->line - 1] = fmt::format("{}: {}", key, value);
    }

    /// What the template does not say, or says elsewhere.
    Absent put_cpu() {
        const Blocks::Setting* type = blocks_.find("cpu", "type");
        for (const std::string_view key : {"cpu_type", "cpu"})
            if (!type) type = blocks_.find("", key);
        if (type && !type->value.starts_with('"'))
            return absent("the type of CPU is a variable's, and stands elsewhere");
        std::string flags;
        if (const Blocks::Setting* list = blocks_.find("cpu", "flags")) flags = flags_of(list->value);
        const std::string behind = flags.empty() ? flags : ",flags=" + flags;
        if (type) {
            lines_[type->line - 1] = fmt::format("cpu: {}{}", without_quotes(type->value), behind);
            return {};
        }
        if (blocks_.has("clone") || blocks_.find("", "clone"))
            return absent("the guest is a clone, and has the CPU of what it is cloned from");
        if (kind_ == Template::telmate) return absent("without a type of CPU the provider's version decides");
        lines_.front() = fmt::format("cpu: {}{}", kind_ == Template::bpg ? "qemu64" : "kvm64", behind);
        return {};
    }

    Absent absent(std::string_view why) const {
        return {Why::not_recorded, fmt::format("{}: {}", text_.label(), why)};
    }

    const PlainText& text_;
    Template kind_;
    Blocks blocks_;
    std::vector<std::string> lines_;
};

}  // namespace

bool is_proxmox_template(std::string_view text) { return kind_of(text) != Template::none; }

GuestFacts read_proxmox_template(const PlainText& text) { return Conversion(text).facts(); }

}  // namespace nestprobe

// SPDX-License-Identifier: MIT
// What stands in front of a message of the kernel's log: dmesg's stamps and levels, syslog's and journalctl's
// tags; or the message as a field of JSON or of journalctl's export.
#include "snapshot/import/log_stamps.hpp"

#include "base/text.hpp"
#include "snapshot/import/readers.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>

namespace nestprobe {
namespace {

using Json = nlohmann::json;

bool has_digit(std::string_view text) { return std::any_of(text.begin(), text.end(), is_digit); }

/// "[    0.000000]", "[Wed Nov 25 18:36:34 2026]", "[  +0.000003]", "[    T0]", "[    5.14 <    0.10>]": its
/// size.
std::size_t bracket_size(std::string_view text) {
    constexpr std::size_t longest = 48;
    const auto close = text.find(']');
    if (!text.starts_with('[') || close == std::string_view::npos || close > longest || close == 1) return 0;
    const std::string_view inside = text.substr(1, close - 1);
    const bool stamp = has_digit(inside) && std::all_of(inside.begin(), inside.end(), [](char c) {
                           return is_digit(c) || is_blank(c) || (c >= 'a' && c <= 'z') ||
                                  (c >= 'A' && c <= 'Z') || c == '.' || c == ':' || c == '+' || c == '<' ||
                                  c == '>' || c == '-' || c == ',';
                       });
    return stamp ? close + 1 : 0;
}

/// Stamps and the caller's mark, in front of the message itself.
std::string_view behind_brackets(std::string_view text, bool& stamped) {
    for (int i = 0; i < 3; ++i) {
        const std::size_t size = bracket_size(text);
        if (size == 0) break;
        text = text.substr(size);
        while (text.starts_with(' ') || text.starts_with('\t')) text.remove_prefix(1);
        stamped = true;
    }
    return text;
}

/// "kern  :info  : [..." of dmesg -x; "<6>[..." of dmesg -r.
std::string_view behind_level(std::string_view text, bool& stamped) {
    if (text.starts_with('<')) {
        const auto close = text.find('>');
        unsigned level = 0;
        if (close < 5 && parse_number(text.substr(1, close - 1), level)) {
            stamped = true;
            return text.substr(close + 1);
        }
    }
    if (text.starts_with("kern") && text.size() > 4 && (text[4] == ' ' || text[4] == ':')) {
        const auto first = text.find(':');
        const auto second = text.find(':', first + 1);
        if (first < 12 && second != std::string_view::npos && second < 24) {
            stamped = true;
            return trim(text.substr(second + 1));
        }
    }
    return text;
}

/// "2026-11-25T18:36:34,123456+00:00 "
std::string_view behind_iso_stamp(std::string_view text, bool& stamped) {
    const auto blank = text.find(' ');
    if (text.size() < 20 || blank == std::string_view::npos || blank < 19 || text[4] != '-' ||
        text[7] != '-' || text[10] != 'T' || !is_digit(text[0]))
        return text;
    stamped = true;
    return text.substr(blank + 1);
}

// --- JSON and export ---

/// A journal's field is a text, or an array of bytes where it is no UTF-8.
std::string field_of(const Json& entry, const char* name) {
    const auto found = entry.find(name);
    if (found == entry.end()) return {};
    if (found->is_string()) return found->get<std::string>();
    std::string text;
    if (found->is_array())
        for (const Json& byte : *found)
            if (byte.is_number_unsigned() && byte.get<unsigned>() < 256)
                text += static_cast<char>(byte.get<unsigned>());
    return text;
}

bool is_kernels(const Json& entry) {
    const std::string transport = field_of(entry, "_TRANSPORT"),
                      identifier = field_of(entry, "SYSLOG_IDENTIFIER");
    if (!transport.empty()) return transport == "kernel";
    return identifier.empty() || identifier == "kernel";
}

/// How the kernel's own lines about virtualization begin, where nothing stands in front of them.
bool begins_as_kernels(std::string_view line) {
    constexpr std::string_view beginnings[] = {"kvm: ",
                                               "kvm [1]: ",
                                               "kvm_intel: ",
                                               "kvm_amd: ",
                                               "KVM: ",
                                               "SVM: ",
                                               "VMX: ",
                                               "x86/cpu: VMX",
                                               "x86/cpu: SVM",
                                               "SVM disabled",
                                               "DMAR: ",
                                               "DMAR-IR: ",
                                               "AMD-Vi: ",
                                               "Linux version ",
                                               "smpboot: CPU0",
                                               "Lockdown: ",
                                               "Hypervisor detected: ",
                                               "Kernel is locked down",
                                               "Command line: ",
                                               "tboot: "};
    return starts_with_any(line, beginnings);
}

}  // namespace

std::string_view behind_tag(std::string_view text) {
    constexpr std::string_view tag = "kernel: ";
    constexpr std::size_t longest = 120;
    const auto at = text.substr(0, longest).find(tag);
    if (at == std::string_view::npos) return {};
    const bool alone = at == 0;
    const bool named =
        at > 0 && text[at - 1] == ' ' && (has_digit(text.substr(0, at)) || text.starts_with('['));
    return alone || named ? text.substr(at + tag.size()) : std::string_view{};
}

void read_json(std::string_view text, std::vector<std::string>& messages) {
    std::string pending;  // json-pretty spreads an entry over lines
    for_each_line(text, [&](std::string_view line) {
        constexpr std::size_t longest = 1u << 16;
        if (pending.empty() && !trim(line).starts_with('{')) return;
        pending.append(line).push_back('\n');
        if (!trim(line).ends_with('}') && pending.size() < longest) return;
        const Json entry = Json::parse(std::string_view(pending), nullptr, false);
        if (entry.is_discarded() && pending.size() < longest) return;
        pending.clear();
        if (entry.is_object() && is_kernels(entry)) messages.push_back(field_of(entry, "MESSAGE"));
    });
}

void read_export(std::string_view text, std::vector<std::string>& messages) {
    std::string message;
    bool kernels = true;
    const auto finish = [&] {
        if (!message.empty() && kernels) messages.push_back(message);
        message.clear();
        kernels = true;
    };
    for_each_line(text, [&](std::string_view line) {
        line = trim(line);
        if (line.empty() || line.starts_with("__CURSOR=")) finish();
        if (line.starts_with("MESSAGE=")) message = line.substr(8);
        if (line.starts_with("_TRANSPORT=")) kernels = line == "_TRANSPORT=kernel";
    });
    finish();
}

bool is_journal_json(std::string_view text) {
    text = trim(text.substr(0, 65536));
    return text.starts_with('{') && contains(text, "\"MESSAGE\"");
}

bool is_stamped(std::string_view line, std::string_view& message) {
    bool stamped = false;
    line = trim(line);
    if (const std::string_view tagged = behind_tag(line); !tagged.empty()) {
        message = behind_brackets(tagged, stamped);
        return true;
    }
    std::string_view rest = behind_brackets(behind_iso_stamp(behind_level(line, stamped), stamped), stamped);
    if (!stamped && begins_as_kernels(line)) stamped = true;
    message = rest;
    return stamped;
}

}  // namespace nestprobe

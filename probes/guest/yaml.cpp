// SPDX-License-Identifier: MIT
// YAML as people write and paste it, YAML 1.2 chapters 6 to 8: block and flow collections, plain, quoted and
// block scalars, documents, anchors.  Aliases, tags and templates are kept as unread; nothing is expanded.
#include "base/text.hpp"
#include "guest/setting_tree.hpp"
#include "guest/yaml_flow.hpp"

#include <algorithm>

namespace nestprobe {
namespace {

struct YamlLine {
    std::string_view content;
    std::size_t indent, number;
};

bool is_of_template(std::string_view content) {
    return content.starts_with("{{") || content.starts_with("{%") || content.starts_with("<%");
}

bool is_item(std::string_view content) { return content == "-" || content.starts_with("- "); }

/// "key: |", "key: >-": a text of several lines follows.
bool begins_text(std::string_view content) {
    const auto blank = content.find_last_of(' ');
    if (blank == std::string_view::npos || blank == 0) return false;
    const std::string_view last = content.substr(blank + 1);
    const bool mark = last.size() <= 3 && (last.front() == '|' || last.front() == '>');
    return mark && (content[blank - 1] == ':' || content[blank - 1] == '-');
}

/// `odd`: the first line of a template's own ("{{- if ... }}"), which decides about lines around it.
std::vector<YamlLine> lines_of_yaml(std::string_view yaml, std::size_t& odd) {
    constexpr std::size_t none = std::string_view::npos;
    std::vector<YamlLine> lines;
    std::size_t number = 0, text = none;  // how deep the key of a text of several lines stands
    for_each_line(yaml, [&](std::string_view line) {
        ++number;
        const std::string_view content = trim(line);
        if (content.empty()) return;
        const auto indent = static_cast<std::size_t>(content.data() - line.data());
        if (text != none && indent > text) {
            lines.push_back({content, indent, number});
            return;
        }
        text = none;
        if (content.front() == '#') return;
        if (is_of_template(content)) {
            if (odd == 0) odd = number;
            return;
        }
        if (begins_text(content)) {
            const auto key = content.find_first_not_of("- ");
            text = indent + (is_item(content) && key != none ? key : 0);
        }
        lines.push_back({content, indent, number});
    });
    return lines;
}

/// Of "key: value" the place of the colon; npos for any other text.
std::size_t colon_of(std::string_view content) {
    std::size_t at = 0;
    if (const char quote = content.empty() ? ' ' : content.front(); quote == '"' || quote == '\'') {
        at = content.find(quote, 1);
        if (at == std::string_view::npos) return at;
    }
    for (at = content.find(':', at); at != std::string_view::npos; at = content.find(':', at + 1))
        if (at != 0 && (at + 1 == content.size() || is_blank(content[at + 1]))) return at;
    return at;
}

class YamlReader {
public:
    explicit YamlReader(std::string_view text) : text_(text), lines_(lines_of_yaml(text, odd_)) {}

    std::vector<SettingEntry> documents() {
        SettingEntry document{.kind = SettingEntry::Kind::group, .line = 1};
        while (at_ < lines_.size()) {
            const YamlLine& line = lines_[at_];
            if (line.content == "---" || line.content.starts_with("--- ") || line.content == "...") {
                finish(document);
                document.line = line.number;
                ++at_;
            } else if (line.content.front() == '{' || line.content.front() == '[') {
                finish(document);
                read_flow(document, line.content);
            } else {
                const std::size_t before = at_;
                read_block(document, line.indent, 0);
                if (at_ == before) ++at_;  // what a terminal showed around it
            }
        }
        finish(document);
        for (SettingEntry& each : documents_)
            if (odd_ != 0)
                each.children.push_back({.kind = SettingEntry::Kind::unread,
                                         .key = std::string(odd_line),
                                         .value = "a form that is not read",
                                         .line = odd_});
        return std::move(documents_);
    }

private:
    void finish(SettingEntry& document) {
        if (!document.children.empty() || document.is_unread()) documents_.push_back(std::move(document));
        document = {.kind = SettingEntry::Kind::group, .line = at_ < lines_.size() ? lines_[at_].number : 1};
    }

    bool more() const { return at_ < lines_.size() && !lines_[at_].content.starts_with("---"); }

    void read_block(SettingEntry& parent, std::size_t indent, unsigned depth) {
        while (more() && lines_[at_].indent >= indent) {
            YamlLine& line = lines_[at_];
            if (line.indent > indent) {
                read_rest(parent);
                continue;
            }
            const std::size_t colon = is_item(line.content) ? 0 : colon_of(line.content);
            if (colon == std::string_view::npos) {
                if (depth == 0 && parent.children.empty()) return;
                read_rest(parent);
                continue;
            }
            if (depth > deepest_setting || ++count_ > most_settings) {
                parent.kind = SettingEntry::Kind::unread;
                parent.value = "more than is read";
                if (odd_ == 0) odd_ = line.number;
                at_ = lines_.size();
                return;
            }
            if (is_item(line.content))
                read_item(parent, depth);
            else
                read_pair(parent, colon, depth);
        }
    }

    /// "- name: vmx": the item's own block begins behind the dash.
    void read_item(SettingEntry& parent, unsigned depth) {
        if (parent.kind == SettingEntry::Kind::group && parent.children.empty())
            parent.kind = SettingEntry::Kind::list;
        YamlLine& line = lines_[at_];
        SettingEntry item{.kind = SettingEntry::Kind::group, .line = line.number};
        const std::size_t indent = line.indent;
        const std::string_view rest = trim(line.content.substr(1));
        if (rest.empty()) {
            ++at_;
            if (more() && lines_[at_].indent > indent) read_block(item, lines_[at_].indent, depth + 1);
        } else if ((is_item(rest) || colon_of(rest) != std::string_view::npos) && rest.front() != '{' &&
                   rest.front() != '[' && rest.front() != '&') {
            line.indent += static_cast<std::size_t>(rest.data() - line.content.data());
            line.content = rest;
            read_block(item, line.indent, depth + 1);
        } else {
            read_value(item, rest, indent, depth);
        }
        parent.children.push_back(std::move(item));
    }

    void read_pair(SettingEntry& parent, std::size_t colon, unsigned depth) {
        const YamlLine line = lines_[at_];
        std::string_view key = trim(line.content.substr(0, colon));
        if (key.size() >= 2 && (key.front() == '"' || key.front() == '\''))
            key = key.substr(1, key.find(key.front(), 1) - 1);
        SettingEntry setting{.key = std::string(key), .line = line.number};
        read_value(setting, trim(line.content.substr(colon + 1)), line.indent, depth);
        // An expression as a key stands for any.
        if (key == "<<" || contains(key, "{{") || key.starts_with('*') || key.starts_with("? ")) {
            setting.kind = SettingEntry::Kind::unread;
            setting.key = "<<";
        }
        parent.children.push_back(std::move(setting));
    }

    void read_value(SettingEntry& setting, std::string_view value, std::size_t indent, unsigned depth) {
        setting.kind = SettingEntry::Kind::scalar;
        if (value.starts_with('&'))  // a name for what follows
            value = trim(value.substr(std::min(value.find_first_of(" \t"), value.size())));
        if (value.starts_with('#')) value = {};
        if (value.empty()) {
            ++at_;
            const bool deeper = more() && lines_[at_].indent > indent;
            const bool items = more() && lines_[at_].indent == indent && is_item(lines_[at_].content) &&
                               !setting.key.empty();
            if (!deeper && !items) return;
            setting.kind = SettingEntry::Kind::group;
            if (deeper) return read_block(setting, lines_[at_].indent, depth + 1);
            return read_items(setting, indent, depth + 1);
        }
        if (value.front() == '|' || value.front() == '>') return read_lines(setting, indent);
        if (contains("{['\"", value.substr(0, 1)) && !is_of_template(value)) return read_flow(setting, value);
        const bool plain = !is_no_plain_yaml(value);
        setting.value = trim(value.substr(0, value.find(" #")));
        ++at_;
        if (plain) return;
        setting.kind = SettingEntry::Kind::unread;
        while (more() && lines_[at_].indent > indent) ++at_;  // it may go on there
    }

    /// A list whose dashes stand right below its key.
    void read_items(SettingEntry& setting, std::size_t indent, unsigned depth) {
        while (more() && lines_[at_].indent == indent && is_item(lines_[at_].content))
            if (depth > deepest_setting || ++count_ > most_settings)
                return read_rest(setting);
            else
                read_item(setting, depth);
    }

    /// `|` and `>`: what is deeper, line by line.
    void read_lines(SettingEntry& setting, std::size_t indent) {
        for (++at_; more() && lines_[at_].indent > indent; ++at_)
            setting.value.append(setting.value.empty() ? "" : "\n").append(lines_[at_].content);
    }

    /// Text that goes on from the line before, or stands where nothing is expected.
    void read_rest(SettingEntry& parent) {
        SettingEntry* last = parent.children.empty() ? nullptr : &parent.children.back();
        if (last && last->kind == SettingEntry::Kind::scalar && !last->value.empty()) {
            last->value.append(" ").append(lines_[at_].content);
        } else {
            parent.children.push_back({.kind = SettingEntry::Kind::unread,
                                       .key = "<<",
                                       .value = std::string(lines_[at_].content.substr(0, 80)),
                                       .line = lines_[at_].number});
            ++count_;
        }
        ++at_;
    }

    /// What does not end hides what stands behind it.
    void read_flow(SettingEntry& setting, std::string_view value) {
        const std::size_t line = lines_[at_].number;
        const YamlFlow flow =
            read_yaml_flow(text_, static_cast<std::size_t>(value.data() - text_.data()), line, setting);
        if (!flow.is_whole && odd_ == 0) odd_ = line;
        do ++at_;
        while (at_ < lines_.size() && lines_[at_].number <= flow.last_line);
    }

    std::size_t odd_ = 0;
    std::string_view text_;
    std::vector<YamlLine> lines_;
    std::vector<SettingEntry> documents_;
    std::size_t at_ = 0, count_ = 0;
};

}  // namespace

std::vector<SettingEntry> read_yaml(std::string_view text) { return YamlReader(text).documents(); }

}  // namespace nestprobe

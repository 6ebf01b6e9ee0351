// SPDX-License-Identifier: MIT
#include "guest/yaml_flow.hpp"

#include "base/text.hpp"

#include <utility>

namespace nestprobe {
namespace {

class Flow {
public:
    Flow(std::string_view text, std::size_t offset, std::size_t line)
        : text_(text), at_(offset), line_(line) {}

    YamlFlow read(SettingEntry& into) {
        const bool whole = read_value(into, 0) && count_ <= most_settings;
        if (!whole) into.kind = SettingEntry::Kind::unread;
        return {line_, whole};
    }

private:
    bool ended() const { return at_ >= text_.size(); }
    char here() const { return ended() ? '\0' : text_[at_]; }
    void step() {
        if (here() == '\n') ++line_;
        ++at_;
    }
    void skip_blanks() {
        while (!ended() && (is_blank(here()) || (here() == '#' && (at_ == 0 || is_blank(text_[at_ - 1]))))) {
            if (here() != '#') {
                step();
                continue;
            }
            while (!ended() && here() != '\n') step();
        }
    }
    bool take(char c) {
        skip_blanks();
        if (here() != c || ended()) return false;
        step();
        return true;
    }

    bool read_value(SettingEntry& into, unsigned depth) {
        skip_blanks();
        into.line = line_;
        if (ended() || depth > deepest_setting || ++count_ > most_settings) return false;
        if (text_.substr(at_).starts_with("{{")) return read_template(into);
        if (here() == '{' || here() == '[') return read_group(into, depth);
        if (here() == '"' || here() == '\'') return read_quoted(into.value);
        read_plain(into.value, false);
        if (is_no_plain_yaml(into.value)) into.kind = SettingEntry::Kind::unread;
        return true;
    }

    bool read_group(SettingEntry& into, unsigned depth) {
        const bool list = here() == '[';
        const char close = list ? ']' : '}';
        into.kind = list ? SettingEntry::Kind::list : SettingEntry::Kind::group;
        step();
        while (!take(close)) {
            SettingEntry child;
            if (list ? !read_value(child, depth + 1) : !read_pair(child, depth)) return false;
            into.children.push_back(std::move(child));
            if (take(',')) continue;
            if (!take(close)) return false;
            break;
        }
        return true;
    }

    bool read_pair(SettingEntry& child, unsigned depth) {
        skip_blanks();
        if (here() == '"' || here() == '\'') {
            if (!read_quoted(child.key)) return false;
        } else {
            read_plain(child.key, true);
        }
        if (child.key.empty()) return false;
        const bool named = !is_no_plain_yaml(child.key) && child.key != "<<";
        child.line = line_;
        if (take(':') && !read_nothing() && !read_value(child, depth + 1)) return false;
        if (!named) {
            child.key = "<<";
            child.kind = SettingEntry::Kind::unread;
        }
        return true;
    }

    /// "{a: , b: c}"
    bool read_nothing() {
        skip_blanks();
        return here() == ',' || here() == '}';
    }

    void read_plain(std::string& into, bool is_key) {
        const std::size_t begin = at_;
        while (!ended() && here() != '\n' && here() != ',' && here() != '}' && here() != ']') {
            const bool colon = here() == ':' && (at_ + 1 == text_.size() || is_blank(text_[at_ + 1]) ||
                                                 contains(",[]{}\"", text_.substr(at_ + 1, 1)));
            if (is_key && colon) break;
            if (here() == '#' && at_ > begin && is_blank(text_[at_ - 1])) break;
            step();
        }
        into = trim(text_.substr(begin, at_ - begin));
    }

    bool read_quoted(std::string& into) {
        const char quote = here();
        for (step(); !ended(); step()) {
            if (here() == '\\' && quote == '"') {
                step();
                into += here() == 'n' || here() == 't' ? ' ' : here();
            } else if (here() == quote) {
                step();
                if (quote == '"' || here() != quote) return true;
                into += quote;
            } else {
                into += here() == '\n' ? ' ' : here();
            }
        }
        return false;
    }

    bool read_template(SettingEntry& into) {
        into.kind = SettingEntry::Kind::unread;
        const std::size_t end = text_.find("}}", at_);
        if (end == std::string_view::npos) {
            at_ = text_.size();
            return false;
        }
        into.value = text_.substr(at_, end + 2 - at_);
        while (at_ < end + 2) step();
        return true;
    }

    std::string_view text_;
    std::size_t at_, line_, count_ = 0;
};

}  // namespace

bool is_no_plain_yaml(std::string_view value) {
    constexpr std::string_view templates[] = {"{{", "{%", "<%", "${"};
    return (!value.empty() && contains("*&!@%`?", value.substr(0, 1))) || contains_any(value, templates);
}

YamlFlow read_yaml_flow(std::string_view text, std::size_t offset, std::size_t line, SettingEntry& into) {
    return Flow(text, offset, line).read(into);
}

}  // namespace nestprobe

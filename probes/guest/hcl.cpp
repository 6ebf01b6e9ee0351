// SPDX-License-Identifier: MIT
// HCL as Terraform and Packer read it (HCL native syntax specification): blocks with labels, attributes,
// objects, lists.  An expression that is more than a literal is kept as unread.
#include "base/text.hpp"
#include "guest/setting_tree.hpp"

#include <tuple>
#include <utility>

namespace nestprobe {
namespace {

bool is_name(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || is_digit(c) || c == '_' || c == '-' ||
           c == '.';
}

class Hcl {
public:
    explicit Hcl(std::string_view text) : text_(text) {}

    SettingEntry read() {
        SettingEntry root{.kind = SettingEntry::Kind::group, .line = 1};
        while (!ended()) {
            read_body(root, 0);
            if (!ended()) step();  // a bracket too many
        }
        return root;
    }

private:
    bool ended() const { return at_ >= text_.size(); }
    char here() const { return ended() ? '\0' : text_[at_]; }
    bool at(std::string_view word) const { return text_.substr(at_).starts_with(word); }
    void step() {
        if (here() == '\n') ++line_;
        ++at_;
    }
    void skip_line() {
        while (!ended() && here() != '\n') step();
    }
    void skip_inline_blanks() {
        while (here() == ' ' || here() == '\t' || here() == '\r') step();
    }
    /// Blanks, ends of lines, comments; `commas` too, in lists and objects.
    void skip_blanks() {
        while (!ended()) {
            if (is_blank(here()) || here() == ',' || here() == ';') {
                step();
            } else if (here() == '#' || at("//")) {
                skip_line();
            } else if (at("/*")) {
                while (!ended() && !at("*/")) step();
                step();
                step();
            } else {
                return;
            }
        }
    }

    std::string take_name() {
        const std::size_t begin = at_;
        while (is_name(here())) step();
        return std::string(text_.substr(begin, at_ - begin));
    }

    /// The attributes and blocks up to the "}", which stays.
    void read_body(SettingEntry& parent, unsigned depth) {
        for (skip_blanks(); !ended() && here() != '}' && here() != ']'; skip_blanks()) {
            SettingEntry setting{.kind = SettingEntry::Kind::unread, .line = line_};
            if (depth > deepest_setting || ++count_ > most_settings) {
                parent.kind = SettingEntry::Kind::unread;
                at_ = text_.size();
                return;
            }
            setting.key = here() == '"' ? take_string().first : take_name();
            const std::size_t begin = at_;
            if (setting.key.empty() || !read_rest(setting, depth)) {
                setting.value = trim(text_.substr(begin, text_.substr(begin).find('\n'))).substr(0, 80);
                skip_line();
            }
            parent.children.push_back(std::move(setting));
        }
    }

    bool read_rest(SettingEntry& setting, unsigned depth) {
        skip_inline_blanks();
        if ((here() == '=' && !at("==")) || here() == ':') {
            step();
            read_expression(setting, depth);
            return true;
        }
        for (; here() == '"' || is_name(here()); skip_inline_blanks())
            setting.labels.push_back(here() == '"' ? take_string().first : take_name());
        if (here() != '{') return false;
        step();
        setting.kind = SettingEntry::Kind::group;
        read_body(setting, depth + 1);
        if (here() == '}') step();
        return true;
    }

    void read_expression(SettingEntry& into, unsigned depth) {
        skip_inline_blanks();
        const std::size_t begin = at_;
        bool literal = false;
        if (here() == '"') {
            std::tie(into.value, literal) = take_string();
            into.kind = SettingEntry::Kind::scalar;
        } else if (here() == '{') {
            step();
            into.kind = SettingEntry::Kind::group;
            read_body(into, depth + 1);
            if (here() == '}') step();
            literal = true;
        } else if (here() == '[') {
            literal = read_list(into, depth);
        } else if (at("<<")) {
            return skip_heredoc(into);
        } else {
            into.value = take_name();
            unsigned count = 0;
            literal = into.value == "true" || into.value == "false" || parse_number(into.value, count);
            into.kind = SettingEntry::Kind::scalar;
        }
        skip_inline_blanks();
        const bool ends = ended() || contains("\n,}];#", text_.substr(at_, 1)) || at("//");
        if (literal && ends) return;
        skip_expression();
        into.kind = SettingEntry::Kind::unread;
        into.children.clear();
        into.value = trim(text_.substr(begin, at_ - begin)).substr(0, 80);
    }

    /// False: it is computed ("[for x in ...]").
    bool read_list(SettingEntry& into, unsigned depth) {
        into.kind = SettingEntry::Kind::list;
        step();
        if (depth > deepest_setting) return false;
        for (skip_blanks(); !ended() && here() != ']'; skip_blanks()) {
            if (here() == '}' || ++count_ > most_settings) return false;
            SettingEntry child{.line = line_};
            const std::size_t before = at_;
            read_expression(child, depth + 1);
            if (at_ == before) return false;
            into.children.push_back(std::move(child));
        }
        if (here() == ']') step();
        return true;
    }

    /// Up to the end of the line, or what closes or parts what it stands in.
    void skip_expression() {
        for (std::size_t open = 0; !ended(); step()) {
            if (here() == '"') {
                take_string();
                if (ended()) return;
            }
            if (open == 0 && contains("\n,}]", text_.substr(at_, 1))) return;
            if (contains("([{", text_.substr(at_, 1))) ++open;
            if (contains(")]}", text_.substr(at_, 1)) && open != 0) --open;
        }
    }

    /// Without its quotation marks; false where it holds an expression ("${...}", "%{...}").
    std::pair<std::string, bool> take_string() {
        std::string value;
        bool literal = true;
        std::size_t open = 0;
        for (step(); !ended() && here() != '\n' && (here() != '"' || open != 0); step()) {
            if (here() == '\\') step();
            if (at("${") || at("%{")) {
                literal = false;
                ++open;
            } else if (here() == '}' && open != 0) {
                --open;
            }
            value += here();
        }
        if (here() != '"') return {value, false};
        step();
        return {value, literal};
    }

    void skip_heredoc(SettingEntry& into) {
        into.kind = SettingEntry::Kind::unread;
        into.value = "a text of several lines";
        at_ += 2;
        if (here() == '-' || here() == '~') step();
        const std::string end = take_name();
        for (skip_line(); !ended(); skip_line()) {
            step();
            const std::string_view rest = text_.substr(at_);
            if (trim(rest.substr(0, rest.find('\n'))) == end) return skip_line();
        }
    }

    std::string_view text_;
    std::size_t at_ = 0, line_ = 1, count_ = 0;
};

}  // namespace

SettingEntry read_hcl(std::string_view text) { return Hcl(text).read(); }

}  // namespace nestprobe

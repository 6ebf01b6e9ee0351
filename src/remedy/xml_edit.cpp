// SPDX-License-Identifier: MIT
#include "remedy/xml_edit.hpp"

#include "base/text.hpp"

#include <algorithm>

namespace nestprobe {
namespace {

/// Where ` name="value"` stands in a start tag, the blanks before it included; empty where it does not.
Span find_attribute(std::string_view tag, std::string_view name) {
    for (std::size_t at = 0; at < tag.size();) {
        const std::size_t blank = std::min(tag.find_first_of(" \t\r\n", at), tag.size());
        const std::size_t begin = std::min(tag.find_first_not_of(" \t\r\n", blank), tag.size());
        const std::size_t open = std::min(tag.find_first_of("\"'", begin), tag.size());
        if (open == tag.size()) break;
        const std::size_t close = std::min(tag.find(tag[open], open + 1), tag.size() - 1);
        const std::string_view word = trim(tag.substr(begin, tag.find('=', begin) - begin));
        if (word == name) return {blank, close + 1};
        at = close + 1;
    }
    return {};
}

char quote_of(std::string_view tag) {
    const auto found = tag.find_first_of("\"'");
    return found == std::string_view::npos ? '\'' : tag[found];
}

/// The line break before that place and the blanks behind it; only the blanks where no line begins there.
std::size_t begin_of_line(std::string_view text, std::size_t offset) {
    std::size_t begin = offset;
    while (begin > 0 && (text[begin - 1] == ' ' || text[begin - 1] == '\t')) --begin;
    return begin;
}

}  // namespace

std::string with_attribute(std::string_view tag, std::string_view name, std::string_view value) {
    const char quote = quote_of(tag);
    const Span old = find_attribute(tag, name);
    const std::size_t at =
        old.size() > 0 ? old.begin
                       : tag.find_last_not_of(" \t\r\n", tag.size() - (tag.ends_with("/>") ? 3 : 2)) + 1;
    std::string blanks = " ";
    if (old.size() > 0)
        blanks = tag.substr(old.begin, tag.find_first_not_of(" \t\r\n", old.begin) - old.begin);
    std::string text(tag.substr(0, at));
    text += blanks + std::string(name) + "=" + quote + std::string(value) + quote;
    return text += tag.substr(old.size() > 0 ? old.end : at);
}

std::string without_attribute(std::string_view tag, std::string_view name) {
    const Span old = find_attribute(tag, name);
    return std::string(tag.substr(0, old.begin)) + std::string(tag.substr(old.end));
}

XmlEdit::XmlEdit(const GuestDefinition& definition)
    : text_(definition.text),
      elements_(definition.elements),
      newline_(contains(definition.text, "\r\n") ? "\r\n" : "\n"),
      quote_(quote_of(tag(definition.elements.front()))),
      wishes_(definition.elements.size()) {}

// --- what is wanted ---

XmlEdit::Wish& XmlEdit::wish(const XmlElement& element) {
    return wishes_[static_cast<std::size_t>(&element - elements_.data())];
}

void XmlEdit::set_attribute(const XmlElement& element, std::string_view name, std::string_view value) {
    std::string& wanted = wish(element).tag;
    wanted = with_attribute(wanted.empty() ? tag(element) : wanted, name, value);
}

void XmlEdit::drop_attribute(const XmlElement& element, std::string_view name) {
    std::string& wanted = wish(element).tag;
    wanted = without_attribute(wanted.empty() ? tag(element) : wanted, name);
}

void XmlEdit::remove(const XmlElement& element) { wish(element).removed = true; }

void XmlEdit::append(const XmlElement& parent, const std::vector<std::string>& lines) {
    std::vector<std::string>& children = wish(parent).children;
    children.insert(children.end(), lines.begin(), lines.end());
}

void XmlEdit::insert_behind(const XmlElement& sibling, const std::vector<std::string>& lines) {
    std::vector<std::string>& followers = wish(sibling).followers;
    followers.insert(followers.end(), lines.begin(), lines.end());
}

// --- where it goes ---

std::string_view XmlEdit::tag(const XmlElement& element) const {
    return text_.substr(element.tag.begin, element.tag.size());
}

std::string_view XmlEdit::indentation(std::size_t offset) const {
    const std::size_t begin = begin_of_line(text_, offset);
    if (begin > 0 && text_[begin - 1] != '\n') return {};
    return text_.substr(begin, offset - begin);
}

/// As the first child has it, or two blanks more than the parent's.
std::string XmlEdit::childrens_indentation(const XmlElement& parent) const {
    const std::size_t child = text_.find('<', parent.tag.end);
    if (child < parent.whole.end && !text_.substr(child).starts_with("</") && !indentation(child).empty())
        return std::string(indentation(child));
    return std::string(indentation(parent.tag.begin)) + "  ";
}

std::string XmlEdit::laid_out(const std::vector<std::string>& lines, std::string_view indent) const {
    std::string out;
    for (std::string line : lines) {
        std::replace(line.begin(), line.end(), '\'', quote_);
        out += indent;
        out += line;
        out += newline_;
    }
    return out;
}

Span XmlEdit::with_line(const XmlElement& element) const {
    const std::size_t begin = begin_of_line(text_, element.whole.begin);
    std::size_t end = element.whole.end;
    while (end < text_.size() && (text_[end] == ' ' || text_[end] == '\t' || text_[end] == '\r')) ++end;
    const bool alone = (begin == 0 || text_[begin - 1] == '\n') && end < text_.size() && text_[end] == '\n';
    return alone ? Span{begin, end + 1} : element.whole;
}

/// Nothing but blanks between the tags, now that children were removed.
bool XmlEdit::left_empty(std::size_t element) const {
    const XmlElement& parent = elements_[element];
    std::string inside;
    std::size_t at = parent.tag.end;
    for (std::size_t i = element + 1; i < elements_.size() && elements_[i].whole.begin < parent.whole.end;
         ++i) {
        if (!wishes_[i].removed || elements_[i].whole.begin < at) continue;
        inside += text_.substr(at, elements_[i].whole.begin - at);
        at = elements_[i].whole.end;
    }
    if (at == parent.tag.end || at >= parent.whole.end) return false;
    inside += text_.substr(at, parent.whole.end - at);
    return trim(inside).starts_with("</");
}

/// `<a/>` with children.
Change XmlEdit::opened(const XmlElement& element, std::string_view tag, const Wish& wish) const {
    const std::string name(tag.substr(1, tag.find_first_of(" \t\r\n/>", 1) - 1));
    std::string text(tag.substr(0, tag.find_last_not_of(" \t\r\n", tag.size() - 3) + 1));
    text.append(">").append(newline_).append(laid_out(wish.children, childrens_indentation(element)));
    text.append(indentation(element.tag.begin)).append("</").append(name).append(">");
    return {element.whole, std::move(text)};
}

Change XmlEdit::last_children(const XmlElement& parent, const Wish& wish) const {
    std::string text = laid_out(wish.children, childrens_indentation(parent));
    const std::size_t end_tag = text_.rfind("</", parent.whole.end - 1);
    const std::size_t line = begin_of_line(text_, end_tag);
    if (line > 0 && text_[line - 1] == '\n') return {{line, line}, std::move(text)};
    text.insert(0, newline_).append(indentation(parent.tag.begin));
    return {{end_tag, end_tag}, std::move(text)};
}

Change XmlEdit::behind(const XmlElement& sibling, const Wish& wish) const {
    std::string text = laid_out(wish.followers, indentation(sibling.whole.begin));
    const std::size_t end = text_.find('\n', sibling.whole.end);
    const bool ends_line = end != std::string_view::npos &&
                           trim(text_.substr(sibling.whole.end, end - sibling.whole.end)).empty();
    if (ends_line) return {{end + 1, end + 1}, std::move(text)};
    text.insert(0, newline_);
    text.resize(text.size() - newline_.size());
    return {{sibling.whole.end, sibling.whole.end}, std::move(text)};
}

bool XmlEdit::add_changes(std::size_t i, std::vector<Change>& changes) const {
    const XmlElement& element = elements_[i];
    const Wish& wish = wishes_[i];
    if (!wish.followers.empty()) changes.push_back(behind(element, wish));
    if (wish.removed) {
        changes.push_back({with_line(element), ""});
        return false;
    }
    const std::string_view wanted = wish.tag.empty() ? tag(element) : std::string_view(wish.tag);
    if (wanted.ends_with("/>") && !wish.children.empty()) {
        changes.push_back(opened(element, wanted, wish));
        return false;
    }
    if (wish.children.empty() && !wanted.ends_with("/>") && left_empty(i)) {
        changes.push_back({element.whole, std::string(wanted.substr(0, wanted.size() - 1)) + "/>"});
        return false;
    }
    if (!wish.tag.empty()) changes.push_back({element.tag, wish.tag});
    if (!wish.children.empty()) changes.push_back(last_children(element, wish));
    return true;
}

std::vector<Change> XmlEdit::changes() const {
    std::vector<Change> changes;
    std::size_t behind_what_goes = 0;
    for (std::size_t i = 0; i < elements_.size(); ++i)
        if (elements_[i].whole.begin >= behind_what_goes && !add_changes(i, changes))
            behind_what_goes = elements_[i].whole.end;
    return changes;
}

}  // namespace nestprobe

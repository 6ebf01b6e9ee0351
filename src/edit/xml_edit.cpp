// SPDX-License-Identifier: MIT
#include "edit/xml_edit.hpp"

#include "text.hpp"

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
    : text_(definition.text), newline_(contains(definition.text, "\r\n") ? "\r\n" : "\n"), quote_('\'') {
    const XmlElement& root = definition.elements.front();
    quote_ = quote_of(text_.substr(root.tag.begin, root.tag.size()));
}

void XmlEdit::retag(const XmlElement& element, std::string tag) {
    changes_.push_back({element.tag, std::move(tag)});
}

void XmlEdit::remove(const XmlElement& element) {
    Span where = element.whole;
    const std::size_t begin = begin_of_line(text_, where.begin);
    std::size_t end = where.end;
    while (end < text_.size() && (text_[end] == ' ' || text_[end] == '\t' || text_[end] == '\r')) ++end;
    const bool alone = (begin == 0 || text_[begin - 1] == '\n') && end < text_.size() && text_[end] == '\n';
    if (alone) where = {begin, end + 1};
    changes_.push_back({where, ""});
}

void XmlEdit::replace(const XmlElement& element, std::string text) {
    std::erase_if(changes_, [&](const Change& change) {
        return change.where.begin >= begin_of_line(text_, element.whole.begin) &&
               change.where.begin < element.whole.end;
    });
    changes_.push_back({element.whole, std::move(text)});
}

std::string_view XmlEdit::indentation(std::size_t offset) const {
    const std::size_t begin = begin_of_line(text_, offset);
    if (begin > 0 && text_[begin - 1] != '\n') return {};
    return text_.substr(begin, offset - begin);
}

/// As the first child has it, or two blanks more than the parent's.
std::string_view XmlEdit::childrens_indentation(const XmlElement& parent, std::string& made) const {
    const std::size_t child = text_.find('<', parent.tag.end);
    if (child < parent.whole.end && !text_.substr(child).starts_with("</") && !indentation(child).empty())
        return indentation(child);
    made = std::string(indentation(parent.tag.begin)) + "  ";
    return made;
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

void XmlEdit::append(const XmlElement& parent, const std::vector<std::string>& lines) {
    std::string made;
    const std::string_view indent = childrens_indentation(parent, made);
    const std::string_view tag = text_.substr(parent.tag.begin, parent.tag.size());
    const std::string own(indentation(parent.tag.begin));
    if (tag.ends_with("/>")) {
        const std::string name(tag.substr(1, tag.find_first_of(" \t\r\n/>", 1) - 1));
        std::string open(tag.substr(0, tag.find_last_not_of(" \t\r\n", tag.size() - 3) + 1));
        return retag(parent,
                     open + ">" + std::string(newline_) + laid_out(lines, indent) + own + "</" + name + ">");
    }
    const std::size_t end_tag = text_.rfind("</", parent.whole.end - 1);
    const std::size_t line = begin_of_line(text_, end_tag);
    if (line > 0 && text_[line - 1] == '\n')
        changes_.push_back({{line, line}, laid_out(lines, indent)});
    else
        changes_.push_back({{end_tag, end_tag}, std::string(newline_) + laid_out(lines, indent) + own});
}

void XmlEdit::insert_behind(const XmlElement& sibling, const std::vector<std::string>& lines) {
    const std::string_view indent = indentation(sibling.whole.begin);
    const std::size_t end = text_.find('\n', sibling.whole.end);
    const bool ends_line = end != std::string_view::npos &&
                           trim(text_.substr(sibling.whole.end, end - sibling.whole.end)).empty();
    if (ends_line) {
        changes_.push_back({{end + 1, end + 1}, laid_out(lines, indent)});
        return;
    }
    std::string text = std::string(newline_) + laid_out(lines, indent);
    text.resize(text.size() - newline_.size());
    changes_.push_back({{sibling.whole.end, sibling.whole.end}, std::move(text)});
}

bool XmlEdit::leaves_empty(const XmlElement& element) const {
    std::string inside(text_.substr(element.tag.end, element.whole.end - element.tag.end));
    std::vector<Change> within;
    for (const Change& change : changes_)
        if (change.where.begin >= element.tag.end && change.where.end <= element.whole.end)
            within.push_back(
                {{change.where.begin - element.tag.end, change.where.end - element.tag.end}, change.text});
    inside = apply_changes(inside, std::move(within));
    return inside.empty() || trim(inside).starts_with("</");
}

}  // namespace nestprobe

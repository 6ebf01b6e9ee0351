// SPDX-License-Identifier: MIT
// Changes to an XML text that leave everything else as it was written: indentation, quotation marks,
// comments.
#pragma once

#include "edit/text_edit.hpp"

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace nestprobe {

/// A start tag with that attribute set, in the tag's own quotation marks; at its end where it was not there.
std::string with_attribute(std::string_view tag, std::string_view name, std::string_view value);
/// A start tag without that attribute.
std::string without_attribute(std::string_view tag, std::string_view name);

class XmlEdit {
public:
    explicit XmlEdit(const GuestDefinition& definition);

    /// In the place of the start tag.
    void retag(const XmlElement& element, std::string tag);
    /// The element away, with its line where it has one for itself.
    void remove(const XmlElement& element);
    /// The whole element away, and this in its place.
    void replace(const XmlElement& element, std::string text);
    /// As the last child. Lines of the text are indented as the parent's children are; `'` becomes the
    /// document's quotation mark.
    void append(const XmlElement& parent, const std::vector<std::string>& lines);
    /// Behind that element, on lines of the same indentation.
    void insert_behind(const XmlElement& sibling, const std::vector<std::string>& lines);
    /// Is there anything but blanks between the start and end tags once the removed elements are gone?
    bool leaves_empty(const XmlElement& element) const;

    std::vector<Change> take() && { return std::move(changes_); }
    /// "'" or '"', whichever the document has in its first tag.
    char quote() const { return quote_; }

private:
    std::string_view indentation(std::size_t offset) const;
    std::string_view childrens_indentation(const XmlElement& parent, std::string& made) const;
    std::string laid_out(const std::vector<std::string>& lines, std::string_view indent) const;

    std::string_view text_;
    std::string_view newline_;
    char quote_;
    std::vector<Change> changes_;
};

}  // namespace nestprobe

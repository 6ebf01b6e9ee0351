// SPDX-License-Identifier: MIT
// Changes to an XML text that leave everything else as it was written: indentation, quotation marks,
// comments.
#pragma once

#include "remedy/text_edit.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace nestprobe {

/// A start tag with that attribute set, in the tag's own quotation marks; at its end where it was not there.
std::string with_attribute(std::string_view tag, std::string_view name, std::string_view value);
/// A start tag without that attribute.
std::string without_attribute(std::string_view tag, std::string_view name);

/// What is to become of the elements of a definition.  Every call adds to what was asked for before, in any
/// order; the text is only touched by changes().
class XmlEdit {
public:
    explicit XmlEdit(const GuestDefinition& definition);

    void set_attribute(const XmlElement& element, std::string_view name, std::string_view value);
    void drop_attribute(const XmlElement& element, std::string_view name);
    /// The element away, with its line where it has one for itself; what held nothing else becomes empty.
    void remove(const XmlElement& element);
    /// As the last children. Lines of the text are indented as the parent's children are; `'` becomes the
    /// document's quotation mark.
    void append(const XmlElement& parent, const std::vector<std::string>& lines);
    /// Behind that element, on lines of the same indentation.
    void insert_behind(const XmlElement& sibling, const std::vector<std::string>& lines);

    std::vector<Change> changes() const;

private:
    struct Wish {
        std::string tag{};  ///< in the place of the start tag; empty: as it is
        bool removed = false;
        std::vector<std::string> children{}, followers{};
    };
    Wish& wish(const XmlElement& element);
    std::string_view tag(const XmlElement& element) const;
    Span with_line(const XmlElement& element) const;
    bool left_empty(std::size_t element) const;
    Change opened(const XmlElement& element, std::string_view tag, const Wish& wish) const;
    Change last_children(const XmlElement& parent, const Wish& wish) const;
    Change behind(const XmlElement& sibling, const Wish& wish) const;
    /// Adds what is wanted of one element; false where all that it holds goes with it.
    bool add_changes(std::size_t element, std::vector<Change>& changes) const;

    std::string_view indentation(std::size_t offset) const;
    std::string childrens_indentation(const XmlElement& parent) const;
    std::string laid_out(const std::vector<std::string>& lines, std::string_view indent) const;

    std::string_view text_;
    const std::vector<XmlElement>& elements_;
    std::string_view newline_;
    char quote_;
    std::vector<Wish> wishes_;  ///< one for each element
};

}  // namespace nestprobe

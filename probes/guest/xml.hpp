// SPDX-License-Identifier: MIT
// An XML text as a tree of elements, each with the place where it stands.  expat parses.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace nestprobe {

class XmlDocument;

struct XmlAttribute {
    std::string_view name, value;
};

/// An element of a document that lives as long, or none: a child that is not there has neither name, text,
/// attributes nor children.
class XmlNode {
public:
    XmlNode() = default;
    explicit operator bool() const { return document_ != nullptr; }

    /// As it is written, with its prefix: "qemu:arg".
    std::string_view name() const;
    /// Before the first child.
    std::string_view text() const;
    /// Where its `<` stands, counted in bytes.
    std::size_t offset() const;

    bool has(std::string_view attribute) const;
    /// Empty where there is none.
    std::string_view attribute(std::string_view name) const;
    std::vector<XmlAttribute> attributes() const;

    /// The first of that name.
    XmlNode child(std::string_view name) const;
    /// The first of that name with that attribute.
    XmlNode child(std::string_view name, std::string_view attribute, std::string_view value) const;
    std::vector<XmlNode> children() const;
    std::vector<XmlNode> children(std::string_view name) const;

private:
    friend class XmlDocument;
    XmlNode(const XmlDocument& document, std::uint32_t index) : document_(&document), index_(index) {}
    XmlNode first_child() const;
    XmlNode next() const;

    const XmlDocument* document_ = nullptr;
    std::uint32_t index_ = 0;
};

/// What is not well-formed, and where.
struct XmlFault {
    std::string_view what;  ///< expat's words; empty where the text is well-formed
    std::size_t line = 0;   ///< 1 is the first
};

/// Elements and texts lie one after the other, and know each other by number: a definition may have many.
class XmlDocument {
public:
    /// UTF-8, whatever the text declares.  What stands around the document, a terminal's prompt say, is
    /// passed over where it holds no `<`.
    XmlFault parse(std::string_view text);
    /// None where the text was not well-formed.
    XmlNode root() const { return elements_.size() > 1 ? XmlNode(*this, 1) : XmlNode(); }

private:
    friend class XmlNode;
    friend struct XmlHandlers;
    struct Element {
        std::size_t offset = 0;
        std::uint32_t parent = 0, first_child = 0, last_child = 0, next = 0;  ///< 0: none
        std::uint32_t name = 0, text = 0, text_size = 0;                      ///< within texts_
        std::uint32_t attributes = 0, attribute_count = 0;                    ///< pairs, within texts_
    };
    std::uint32_t keep(std::string_view text);
    std::string_view kept(std::uint32_t at) const { return texts_.data() + at; }
    void begin(const char* name, const char** attributes, std::size_t offset);
    void add_text(std::string_view text);
    void end() { open_ = elements_[open_].parent; }

    std::vector<Element> elements_ = {{}};  ///< the first is no element: so 0 is none
    std::string texts_ = std::string(1, '\0');
    std::uint32_t open_ = 0;
    std::size_t begins_ = 0;  ///< where the document does
};

}  // namespace nestprobe

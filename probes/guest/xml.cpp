// SPDX-License-Identifier: MIT
#include "guest/xml.hpp"

#include "guest/definition.hpp"

#include <expat.h>
#include <sys/auxv.h>
#include <algorithm>
#include <cstring>
#include <limits>
#include <memory>
#include <new>

namespace nestprobe {
namespace {

/// expat asks malloc(3) for its own, and not operator new, which would call the handler of main().
[[noreturn]] void end_without_memory() {
    if (const std::new_handler handler = std::get_new_handler()) handler();
    throw std::bad_alloc();
}

/// What keeps names that somebody chose from making expat's tables slow: the kernel gave it to this process
/// (getauxval(3), AT_RANDOM).  expat asks arc4random(3), which ends a program that getrandom(2) refuses.
unsigned long hash_salt() {
    unsigned long salt = 0;
    if (const auto address = ::getauxval(AT_RANDOM); address != 0)
        std::memcpy(&salt, reinterpret_cast<const char*>(address), sizeof salt);
    return std::max(salt, 1ul);  // 0: expat asks all the same
}

}  // namespace

// --- a node ---

std::string_view XmlNode::name() const {
    return document_ ? document_->kept(document_->elements_[index_].name) : std::string_view();
}

std::string_view XmlNode::text() const {
    if (!document_) return {};
    const XmlDocument::Element& element = document_->elements_[index_];
    return std::string_view(document_->texts_).substr(element.text, element.text_size);
}

std::size_t XmlNode::offset() const { return document_ ? document_->elements_[index_].offset : 0; }

std::vector<XmlAttribute> XmlNode::attributes() const {
    std::vector<XmlAttribute> all;
    if (!document_) return all;
    const XmlDocument::Element& element = document_->elements_[index_];
    const char* at = document_->texts_.data() + element.attributes;
    for (std::uint32_t n = 0; n < element.attribute_count; ++n) {
        const std::string_view name = at;
        const std::string_view value = at + name.size() + 1;
        all.push_back({name, value});
        at += name.size() + value.size() + 2;
    }
    return all;
}

bool XmlNode::has(std::string_view attribute) const {
    const auto all = attributes();
    return std::any_of(all.begin(), all.end(), [&](const XmlAttribute& a) { return a.name == attribute; });
}

std::string_view XmlNode::attribute(std::string_view name) const {
    for (const XmlAttribute& a : attributes())
        if (a.name == name) return a.value;
    return {};
}

XmlNode XmlNode::first_child() const {
    const std::uint32_t first = document_ ? document_->elements_[index_].first_child : 0;
    return first != 0 ? XmlNode(*document_, first) : XmlNode();
}

XmlNode XmlNode::next() const {
    const std::uint32_t next = document_->elements_[index_].next;
    return next != 0 ? XmlNode(*document_, next) : XmlNode();
}

XmlNode XmlNode::child(std::string_view name) const {
    XmlNode node = first_child();
    while (node && node.name() != name) node = node.next();
    return node;
}

XmlNode XmlNode::child(std::string_view name, std::string_view attribute, std::string_view value) const {
    XmlNode node = first_child();
    while (node && (node.name() != name || node.attribute(attribute) != value)) node = node.next();
    return node;
}

std::vector<XmlNode> XmlNode::children() const {
    std::vector<XmlNode> all;
    for (XmlNode node = first_child(); node; node = node.next()) all.push_back(node);
    return all;
}

std::vector<XmlNode> XmlNode::children(std::string_view name) const {
    std::vector<XmlNode> named = children();
    std::erase_if(named, [&](const XmlNode& node) { return node.name() != name; });
    return named;
}

// --- the document ---

std::uint32_t XmlDocument::keep(std::string_view text) {
    const auto at = static_cast<std::uint32_t>(texts_.size());
    texts_.append(text).push_back('\0');
    return at;
}

void XmlDocument::begin(const char* name, const char** attributes, std::size_t offset) {
    const auto index = static_cast<std::uint32_t>(elements_.size());
    Element element;
    element.offset = begins_ + offset;
    element.parent = open_;
    element.name = keep(name);
    element.attributes = static_cast<std::uint32_t>(texts_.size());
    for (; *attributes; attributes += 2, ++element.attribute_count) {
        keep(attributes[0]);
        keep(attributes[1]);
    }
    elements_.push_back(element);
    Element& parent = elements_[open_];
    if (parent.last_child != 0)
        elements_[parent.last_child].next = index;
    else
        parent.first_child = index;
    parent.last_child = index;
    open_ = index;
}

/// expat hands a text over in pieces; until a child begins nothing else comes between them.
void XmlDocument::add_text(std::string_view text) {
    Element& element = elements_[open_];
    if (open_ == 0 || element.first_child != 0) return;
    if (element.text_size == 0) element.text = static_cast<std::uint32_t>(texts_.size());
    texts_.append(text);
    element.text_size += static_cast<std::uint32_t>(text.size());
}

/// expat calls these, with the address of this.  No exception may pass through it.
struct XmlHandlers {
    XML_Parser parser;
    XmlDocument& document;
    bool out_of_memory = false;

    template <typename Step>
    static void take(void* self, Step step) noexcept {
        XmlHandlers& h = *static_cast<XmlHandlers*>(self);
        try {
            step(h);
        } catch (const std::bad_alloc&) {
            h.out_of_memory = true;
            XML_StopParser(h.parser, XML_FALSE);
        }
    }
    static void begin(void* self, const char* name, const char** attributes) {
        take(self, [&](XmlHandlers& h) {
            h.document.begin(name, attributes, static_cast<std::size_t>(XML_GetCurrentByteIndex(h.parser)));
        });
    }
    static void end(void* self, const char*) {
        take(self, [](XmlHandlers& h) { h.document.end(); });
    }
    static void text(void* self, const char* text, int size) {
        take(self, [&](XmlHandlers& h) { h.document.add_text({text, static_cast<std::size_t>(size)}); });
    }
};

XmlFault XmlDocument::parse(std::string_view text) {
    constexpr std::size_t most = std::numeric_limits<int>::max();
    if (text.size() > most) return {"too large", 1};
    const std::unique_ptr<XML_ParserStruct, decltype(&XML_ParserFree)> parser(XML_ParserCreate("UTF-8"),
                                                                              &XML_ParserFree);
    if (!parser) end_without_memory();
    XML_SetHashSalt(parser.get(), hash_salt());
    XmlHandlers handlers{parser.get(), *this};
    XML_SetUserData(parser.get(), &handlers);
    XML_SetElementHandler(parser.get(), XmlHandlers::begin, XmlHandlers::end);
    XML_SetCharacterDataHandler(parser.get(), XmlHandlers::text);
    begins_ = std::min(text.find('<'), text.size());
    const bool cut_off = text.find_last_of("<>") != text.rfind('>');  // in the middle of a tag
    const std::size_t end = cut_off ? text.size() : text.rfind('>') + 1;
    const std::string_view document = text.substr(begins_, std::max(end, begins_) - begins_);
    if (XML_Parse(parser.get(), document.data(), static_cast<int>(document.size()), XML_TRUE) ==
        XML_STATUS_OK)
        return {};
    elements_.resize(1);
    const XML_Error error = XML_GetErrorCode(parser.get());
    if (handlers.out_of_memory || error == XML_ERROR_NO_MEMORY) end_without_memory();
    return {XML_ErrorString(error),
            line_at(text, begins_) + static_cast<std::size_t>(XML_GetCurrentLineNumber(parser.get())) - 1};
}

}  // namespace nestprobe

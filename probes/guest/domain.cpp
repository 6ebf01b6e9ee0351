// SPDX-License-Identifier: MIT
// A guest as libvirt defines it (libvirt formatdomain).  The places of its elements in the text are
// kept, so that an edit can leave everything else as it is.
// Entities that a document type declares are refused with the declaration: libvirt writes none, and a few
// lines of them can stand for gigabytes.
#include "base/utf8.hpp"
#include "guest/domain_reader.hpp"
#include "guest/xml_places.hpp"
#include "input/bad_file.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>

namespace nestprobe {
namespace {

// --- places ---

/// Elements that an edit may look for, by their path below the root.
constexpr std::string_view edited[] = {
    "os",
    "os/type",
    "features",
    "features/acpi",
    "features/apic",
    "features/ioapic",
    "cpu",
    "cpu/model",
    "cpu/vendor",
    "cpu/feature",
    "devices",
    "devices/iommu",
    "devices/iommu/driver",
    "devices/iommu/address",
    "qemu:commandline",
    "qemu:commandline/qemu:arg",
    "vcpu",
    "memory",
    "name",
};

/// Its name, and of what libvirt's namespace for QEMU has, as libvirt itself writes it.
std::string name_in_path(XmlNode node, XmlNode commandline, const std::string& prefix) {
    const bool is_it = commandline && node.offset() == commandline.offset();
    if (is_it || prefix == "qemu:commandline/") return fmt::format("qemu:{}", local_name(node));
    return local_name(node) == "commandline" ? std::string() : std::string(node.name());
}

void list_elements(std::string_view text, XmlNode parent, XmlNode commandline, const std::string& prefix,
                   std::vector<XmlElement>& out) {
    for (const XmlNode node : parent.children()) {
        const std::string path = prefix + name_in_path(node, commandline, prefix);
        if (std::find(std::begin(edited), std::end(edited), path) == std::end(edited)) continue;
        const Span tag = tag_of(text, node);
        out.push_back({path,
                       std::string(node.attribute("name")),
                       tag,
                       {tag.begin, end_of_element(text, tag.begin, tag.end)}});
        list_elements(text, node, commandline, path + "/", out);
    }
}

// --- the document ---

/// Said in words of our own, as people do paste such.
void check_encoding(std::string_view text, const std::string& label) {
    if (!is_utf8(text)) throw BadFile(fmt::format("{}: not UTF-8", label));
    const auto is_control = [](char c) { return c >= 0 && c < ' ' && c != '\t' && c != '\n' && c != '\r'; };
    const auto control = std::find_if(text.begin(), text.end(), is_control);
    if (control != text.end())
        throw BadFile(fmt::format("{}:{}: a control character, which XML does not have", label,
                                  line_at(text, static_cast<std::size_t>(control - text.begin()))));
    const auto doctype = text.find("<!DOCTYPE");
    if (doctype != std::string_view::npos)
        throw BadFile(fmt::format("{}:{}: a document type, which no guest's definition has", label,
                                  line_at(text, doctype)));
}

XmlNode find_domain(const XmlDocument& document, const std::string& label) {
    const XmlNode root = document.root();
    if (root.name() == "domain") return root;
    if (root.name() == "domstatus" && root.child("domain")) return root.child("domain");
    throw BadFile(fmt::format("{}: the root element is <{}>, not libvirt's <domain>", label,
                              root.name().substr(0, 60)));
}

}  // namespace

GuestDefinition parse_domain(std::string text, std::string label) {
    GuestDefinition definition{std::move(label), std::move(text), {}, {}, false};
    check_encoding(definition.text, definition.label);
    XmlDocument document;
    if (const XmlFault fault = document.parse(definition.text); !fault.what.empty())
        throw BadFile(fmt::format("{}:{}: no well-formed XML: {}", definition.label, fault.line, fault.what));
    const XmlNode root = find_domain(document, definition.label);
    list_elements(definition.text, root, find_commandline(root), "", definition.elements);
    const Span tag = tag_of(definition.text, root);
    definition.elements.insert(
        definition.elements.begin(),
        {"", "", tag, {tag.begin, end_of_element(definition.text, tag.begin, tag.end)}});
    definition.facts = read_domain({definition.text, definition.label, root});
    return definition;
}

}  // namespace nestprobe

// SPDX-License-Identifier: MIT
// A libvirt domain as it is read: its elements, cited by their lines.
#pragma once

#include "guest/definition.hpp"

#include <pugixml.hpp>

namespace nestprobe {

/// The start tag of a node.
Span tag_of(std::string_view text, pugi::xml_node node);

/// The text, what it is called, and its <domain>.
struct DomainReader {
    std::string_view text;
    const std::string& label;
    pugi::xml_node root;

    /// "vm.xml:12", and the tag there.
    std::vector<Provenance> cite(pugi::xml_node node) const;
    /// Something that is not there, where it would stand.
    std::vector<Provenance> cite_without(pugi::xml_node parent, std::string_view what) const;
    /// Throws BadFile.
    [[noreturn]] void refuse(pugi::xml_node node, std::string_view what) const;
    /// An attribute that is on or off, yes or no.
    Fact<Setting> setting(pugi::xml_node node, const char* attribute) const;
};

/// What the definition says.
GuestFacts read_domain(const DomainReader& domain);
/// Of that, its devices: those of the host, and the IOMMU.
void read_domain_devices(const DomainReader& domain, GuestFacts& facts);

}  // namespace nestprobe

// SPDX-License-Identifier: MIT
// A libvirt domain as it is read: its elements, cited by their lines.
#pragma once

#include "guest/definition.hpp"
#include "guest/xml.hpp"

namespace nestprobe {

/// The start tag of a node.
Span tag_of(std::string_view text, XmlNode node);

/// The text, what it is called, and its <domain>.
struct DomainReader {
    std::string_view text;
    const std::string& label;
    XmlNode root;

    /// "vm.xml:12", and the tag there.
    std::vector<Provenance> cite(XmlNode node) const;
    /// Something that is not there, where it would stand.
    std::vector<Provenance> cite_without(XmlNode parent, std::string_view what) const;
    /// Throws BadFile.
    [[noreturn]] void refuse(XmlNode node, std::string_view what) const;
    /// An attribute that is on or off, yes or no.
    Fact<Setting> setting(XmlNode node, std::string_view attribute) const;
};

/// <qemu:commandline>, by whatever prefix the definition binds libvirt's namespace for QEMU to; none where it
/// is not there, or where libvirt drops it, because its prefix is bound to nothing or to something else.
XmlNode find_commandline(XmlNode domain);
/// It is there, and libvirt drops it.
bool drops_commandline(XmlNode domain);
/// "arg" of "qemu:arg".
std::string_view local_name(XmlNode node);

/// What the definition says.
GuestFacts read_domain(const DomainReader& domain);
/// Of that, its devices: those of the host, and the IOMMU.
void read_domain_devices(const DomainReader& domain, GuestFacts& facts);

}  // namespace nestprobe

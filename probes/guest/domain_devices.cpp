// SPDX-License-Identifier: MIT
// The devices in libvirt's definition of a guest: those of the host, and the IOMMU (libvirt formatdomain,
// "Devices"); and how an element of it is cited.
#include "base/text.hpp"
#include "guest/domain_reader.hpp"
#include "guest/xml_places.hpp"
#include "input/bad_file.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace nestprobe {

Span tag_of(std::string_view text, XmlNode node) { return {node.offset(), end_of_tag(text, node.offset())}; }

std::vector<Provenance> DomainReader::cite(XmlNode node) const {
    const Span tag = tag_of(text, node);
    return {{fmt::format("{}:{}", label, line_at(text, tag.begin)),
             std::string(text.substr(tag.begin, std::min<std::size_t>(tag.size(), 160)))}};
}

std::vector<Provenance> DomainReader::cite_without(XmlNode parent, std::string_view what) const {
    auto from = cite(parent);
    from.front().raw += fmt::format(", no {}", what);
    return from;
}

void DomainReader::refuse(XmlNode node, std::string_view what) const {
    throw BadFile(fmt::format("{}:{}: {}", label, line_at(text, tag_of(text, node).begin),
                              what.substr(0, longest_complaint)));
}

Fact<Setting> DomainReader::setting(XmlNode node, std::string_view attribute) const {
    const std::string_view word = node.attribute(attribute);
    const XmlNode shown = node ? node : root;
    if (word == "on" || word == "yes") return {Setting::on, cite(shown)};
    if (word == "off" || word == "no") return {Setting::off, cite(shown)};
    return {Setting::unset, cite_without(shown, attribute)};
}

namespace {

constexpr IommuModel iommu_models[] = {IommuModel::intel, IommuModel::amd, IommuModel::virtio};

class Devices {
public:
    explicit Devices(const DomainReader& domain) : d_(domain) {}

    void read(GuestFacts& f) const {
        const XmlNode devices = d_.root.child("devices");
        const XmlNode shown = devices ? devices : d_.root;
        f.assigned_devices = count_assigned(devices, shown);
        f.fixed_addresses = find_fixed_address(devices, shown);
        if (const XmlNode iommu = devices.child("iommu"))
            read_iommu(devices, iommu, f);
        else
            without_iommu(d_.cite_without(shown, "<iommu>"), f);
    }

private:
    void read_iommu(XmlNode devices, XmlNode iommu, GuestFacts& f) const {
        const std::string_view word = iommu.attribute("model");
        IommuModel model = IommuModel::other;
        for (const IommuModel known : iommu_models)
            if (to_string(known) == word) model = known;
        f.iommu = {model, d_.cite(iommu)};
        f.iommus = {static_cast<unsigned>(devices.children("iommu").size()), d_.cite(iommu)};
        f.iommu_bus = read_iommu_bus(iommu);
        f.iommu_first = Absent{Why::not_applicable, "libvirt sees to the order itself"};
        const XmlNode driver = iommu.child("driver") ? iommu.child("driver") : iommu;
        f.intremap = d_.setting(driver, "intremap");
        f.caching_mode = d_.setting(driver, "caching_mode");
        f.eim = d_.setting(driver, "eim");
        f.iotlb = d_.setting(driver, "iotlb");
        unsigned bits = 0;
        if (parse_number(driver.attribute("aw_bits"), bits))
            f.aw_bits = {bits, d_.cite(driver)};
        else
            f.aw_bits = Absent{Why::not_applicable, "aw_bits is left to QEMU"};
    }

    Fact<unsigned> read_iommu_bus(XmlNode iommu) const {
        const XmlNode address = iommu.child("address");
        if (!address) return Absent{Why::not_applicable, "the IOMMU has no address of its own"};
        std::string_view word = address.attribute("bus");
        const int base = word.starts_with("0x") ? 16 : 10;
        if (base == 16) word.remove_prefix(2);
        unsigned bus = 0;
        if (!word.empty() && !parse_number(word, bus, base))
            d_.refuse(address, "<address> has a bus that is no number");
        return {bus, d_.cite(address)};
    }

    /// Addresses that libvirt wrote down when it defined the guest, and what only an i440fx machine has.
    Fact<bool> find_fixed_address(XmlNode devices, XmlNode shown) const {
        for (const XmlNode device : devices.children()) {
            const XmlNode address = device.child("address");
            if (address.attribute("type") == "pci") return {true, d_.cite(address)};
            const bool ide = device.child("target").attribute("bus") == "ide";
            const bool controller = device.name() == "controller";
            const std::string_view type = device.attribute("type");
            if (ide || (controller && (type == "pci" || type == "ide"))) return {true, d_.cite(device)};
        }
        return {false, d_.cite_without(shown, "address of a PCI bus")};
    }

    /// <hostdev type='pci'>, and network interfaces that are one.
    Fact<unsigned> count_assigned(XmlNode devices, XmlNode shown) const {
        unsigned count = 0;
        std::vector<Provenance> from;
        for (const XmlNode node : devices.children()) {
            const std::string_view name = node.name();
            const std::string_view type = node.attribute("type");
            if (!((name == "hostdev" && type == "pci") || (name == "interface" && type == "hostdev")))
                continue;
            if (++count == 1) from = d_.cite(node);
        }
        if (count == 0) from = d_.cite_without(shown, "PCI device of the host");
        return {count, std::move(from)};
    }

    const DomainReader& d_;
};

}  // namespace

void read_domain_devices(const DomainReader& domain, GuestFacts& facts) { Devices(domain).read(facts); }

}  // namespace nestprobe

// SPDX-License-Identifier: MIT
// The edit of libvirt's XML that fixes a guest: the CPU that it is shown, and its IOMMU.
#pragma once

#include "remedy/xml_edit.hpp"
#include "report/report.hpp"

#include <string>
#include <string_view>

namespace nestprobe {

class DomainEdit {
public:
    /// `name` is the guest's, for the commands.  What the edit comes to is put into `edit`.
    DomainEdit(const GuestDefinition& definition, const Facts& facts, std::string_view name, GuestEdit& edit)
        : d_(definition),
          guest_(definition.facts),
          facts_(facts),
          name_(name),
          edit_(edit),
          xml_(definition) {}

    void edit_cpu();
    /// `width`: the width that the definition asks for is not to be had.
    void edit_iommu(bool width);
    /// The changes as a diff of a file of that name.
    void finish(std::string_view file);

private:
    std::string virt_xml(std::string_view what) const;
    bool is_taken_from_model() const;
    bool refuses(const XmlElement& element) const;
    void use_kvm();
    void edit_passed_cpu();
    void drop_refusals();
    void require_feature();
    void pass_through();
    void add_cpu();
    bool use_q35();
    void add_iommu();
    void keep_one_iommu();
    void set_driver(const XmlElement& iommu, bool amd);
    void set_features();

    const GuestDefinition& d_;
    const GuestFacts& guest_;
    const Facts& facts_;
    std::string name_;
    GuestEdit& edit_;
    XmlEdit xml_;
    bool drops_width_ = false;
};

}  // namespace nestprobe

// SPDX-License-Identifier: MIT
// What is to be changed in the definition of a guest, in the words of the definition's own kind: libvirt's
// XML, a QEMU command line, a Proxmox configuration; and of whoever writes it before every start.
#pragma once

#include "remedy/remedy.hpp"
#include "rules/rule.hpp"

#include <string>
#include <string_view>

namespace nestprobe {

/// Whose words a person changes it in: of a command line that libvirt or Proxmox wrote, theirs.
DefinitionKind words_of(const Facts& f);

/// The same change in each kind's words.
struct InWords {
    std::string_view place;    ///< in libvirt's XML: "<features>"
    std::string_view xml;      ///< what stands there then
    std::string arguments;     ///< of QEMU's command line
    std::string_view qm = {};  ///< of `qm set VMID`; empty: Proxmox has no such word
};

/// Rules about an IOMMU that is not there stand back with one word.
Outcome skip_without_iommu();

/// One step that changes the definition so, and starts the guest again.
Step change_guest(const Facts& f, std::string what, const InWords& words);
/// A step that says in prose what to change there.
Step change_guest(const Facts& f, std::string what);

/// Off and on from outside, which is what a change of the definition takes.
Step start_again(const Facts& f);
/// The guest has the host's processor.
Remedy fix_guest_cpu(const Facts& f);
/// The guest keeps its CPU model and is shown VMX or SVM beside it: what else fix_guest_cpu() could be.
Step keep_guest_model(const Facts& f);
/// What takes VMX or SVM away is no longer there.
Remedy show_guest_feature(const Facts& f);
/// KVM runs the guest.
Remedy run_guest_by_kvm(const Facts& f);
/// The guest is not encrypted.
Remedy without_encryption(const Facts& f);
/// The guest has an IOMMU that VFIO can use.
Remedy fix_guest_iommu(const Facts& f);
/// The machine type is this one.
Step set_guest_machine(const Facts& f, std::string_view type);

}  // namespace nestprobe

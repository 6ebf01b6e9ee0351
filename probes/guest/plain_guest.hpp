// SPDX-License-Identifier: MIT
// Guests whose definition a manager keeps in words of its own: what these say of the CPU, as facts.  What
// they do not say, the manager decides at every start.
#pragma once

#include "guest/definition.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace nestprobe {

/// A line of such a text, without blanks around it.
struct PlainLine {
    std::string_view key, value;  ///< of "key: value", "key = value"; the value without quotation marks
    std::size_t number = 0;
    std::size_t indent = 0;
};

class PlainText {
public:
    PlainText(std::string_view text, const std::string& label) : text_(text), label_(label) {}

    std::string_view text() const { return text_; }
    const std::string& label() const { return label_; }
    /// Lines with a key, comments left out; `separator` is ':' or '='.
    std::vector<PlainLine> lines(char separator) const;
    std::vector<Provenance> cite(const PlainLine& line) const;
    std::vector<Provenance> cite_text(std::string_view what) const;

private:
    std::string_view text_;
    const std::string& label_;
};

/// The last line of that key that has a value; null: none.
const PlainLine* find_line(const std::vector<PlainLine>& lines, std::string_view key);
void read_vcpus(const PlainText& text, const PlainLine* line, GuestFacts& f);

/// An x86 guest that KVM runs, of which nothing else is known.
GuestFacts plain_facts(DefinitionKind kind, std::string_view manager, std::vector<Provenance> from,
                       std::string_view unsaid = "the definition leaves that to its manager");

/// libvirt's word for a mode, or the name of a model.  A word that is neither is not known.
void set_cpu(std::string_view mode, std::string_view model, const std::vector<Provenance>& from,
             GuestFacts& facts);

/// What is said of the CPU cannot be told.
void forget_cpu(const Absent& why, GuestFacts& facts);

/// "+vmx", "vmx", "-svm", "svm=off": of other features nothing.
void set_feature(std::string_view word, const std::vector<Provenance>& from, GuestFacts& facts);

/// An instance of LXD's or Incus's.  Throws BadFile for a container.
bool is_lxd_instance(std::string_view text);
GuestFacts read_lxd(const PlainText& text);

/// KubeVirt's VirtualMachine, also as JSON.
bool is_kubevirt_machine(std::string_view text);
GuestFacts read_kubevirt(const PlainText& text);
/// A Vagrantfile for libvirt, or lines of one.
bool is_vagrant_libvirt(std::string_view text);
GuestFacts read_vagrant(const PlainText& text);
bool is_cloudstack_agent(std::string_view text);
GuestFacts read_cloudstack(const PlainText& text);
bool is_terraform_libvirt(std::string_view text);
GuestFacts read_terraform(const PlainText& text);
/// Terraform's and Packer's for Proxmox VE.
bool is_proxmox_template(std::string_view text);
GuestFacts read_proxmox_template(const PlainText& text);
/// dockur's and qemus' container images, which run QEMU.
bool is_container_of_qemu(std::string_view text);
GuestFacts read_container_of_qemu(const PlainText& text);

/// LXD's and Incus's instances, nova.conf, KubeVirt's VirtualMachine, a Vagrantfile for libvirt, quickemu's
/// .conf; nothing for any other text.  Throws BadFile for a container of LXD's or Incus's.
std::optional<GuestDefinition> parse_managed(std::string_view text, const std::string& label);

/// virt-install's options, and the lines of libvirt's XML about the CPU alone; nothing for any other text.
std::optional<GuestDefinition> parse_part_of_domain(const std::string& text, const std::string& label);

/// qm create and qm set, as the configuration that they make.
bool is_qm_command(std::string_view text);
GuestDefinition parse_qm_command(std::string text, std::string label);

/// More than one <domain>, or a snapshot of one's; nothing for any other text.
std::optional<GuestDefinition> parse_several_domains(const std::string& text, const std::string& label);

}  // namespace nestprobe

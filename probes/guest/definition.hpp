// SPDX-License-Identifier: MIT
// The definition of a guest: parsed into facts, with its text kept and the places in it that an edit may have
// to touch.
#pragma once

#include "facts/guest_facts.hpp"

#include <cstddef>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace nestprobe {

/// A stretch of a text, in bytes.
struct Span {
    std::size_t begin = 0, end = 0;
    std::size_t size() const { return end - begin; }
    friend bool operator==(const Span&, const Span&) = default;
};

/// An XML element that bears on nesting.
struct XmlElement {
    std::string path;  ///< from the root's children on: "cpu/model", "devices/iommu"
    std::string name;  ///< its attribute `name`, which tells features apart; empty when it has none
    Span tag;          ///< the start tag, brackets included
    Span whole;        ///< up to and with the end tag
};

struct GuestDefinition {
    std::string label;                 ///< "vm.xml", "standard input": for messages
    std::string text;                  ///< as it was given
    std::vector<XmlElement> elements;  ///< of libvirt's XML alone, in the order of the document
    GuestFacts facts;
    bool from_libvirt = false;  ///< libvirt was asked for it: there is no file
    bool is_part = false;       ///< lines cut out of libvirt's, or what it is made from: no edit fits them

    /// The first element at that path; null when there is none.
    const XmlElement* find(std::string_view path, std::string_view name = {}) const;
};

/// The text of a file that a definition names; nothing, and why, where it cannot be had.
using NamedFileReader = std::function<std::optional<std::string>(const std::string& path, std::string& why)>;

/// Whatever it is: libvirt's XML, a QEMU command line (with blanks as a shell has it, or NULs as
/// /proc/PID/cmdline), a Proxmox configuration.  Throws BadFile, "LABEL:LINE: what is wrong".
GuestDefinition parse_definition(std::string text, std::string label, const NamedFileReader& reader = {});

/// libvirt's XML: a <domain>, or a <domstatus> around one.
GuestDefinition parse_domain(std::string text, std::string label);
/// What host-model stands for, from `virsh domcapabilities`: the policy of svm for AMD's and Hygon's, of vmx
/// for others' processors; unset where host-model has no such line.
Fact<FeaturePolicy> parse_host_model(std::string_view capabilities);
GuestDefinition parse_qemu_command(std::string text, std::string label, const NamedFileReader& reader = {});
GuestDefinition parse_proxmox(std::string text, std::string label);

/// Of a definition for something else than libvirt, QEMU and Proxmox (VMware, VirtualBox, Vagrant, ...): what
/// it is, where nesting is switched on in it, and what nestprobe can read instead; empty for any other text.
std::string what_else_it_is(std::string_view text);

/// Do these look like what the last two read?
bool looks_like_qemu_command(std::string_view text);
bool looks_like_proxmox(std::string_view text);

/// A word of a QEMU command line and where it stands.
struct Word {
    std::string text;
    std::string where;         ///< "run.sh:3", "pid:123"
    std::size_t command = 0;   ///< counts commands: words with the same number belong together
    bool is_expanded = false;  ///< holds $ or `: only the shell knows what becomes of it
};
/// What QEMU's options say, over what the facts say already: a later option counts.
void apply_qemu_options(std::span<const Word> words, GuestFacts& facts);
/// Why what the options do not say is not known: a word stands for any number of them ($OPTIONS). Nothing
/// where none does.
std::optional<Absent> find_hidden_options(std::span<const Word> words);
/// The options with those in place of -readconfig FILE that the file holds (qemu(1), -readconfig).  A file
/// that cannot be read stays as it is, and `unread` says why: it can hold the machine, the accelerator, CPUs'
/// number and devices, but no -cpu.
std::vector<Word> expand_config_files(std::span<const Word> words, const NamedFileReader& reader,
                                      std::optional<Absent>& unread);

/// A line in which QEMU complains, in a log or in what a terminal showed.
struct Complaint {
    std::string text;
    std::size_t line;
};
/// Those lines, which are no commands: overwritten with blanks in the text.
std::vector<Complaint> take_complaints(std::string& text);
/// Split as a shell would: quotes, backslashes, comments, commands.  `line` is the first line's number.
/// Throws BadFile where a quotation does not end.
std::vector<Word> split_shell_words(std::string_view text, const std::string& label, std::size_t line = 1);

/// The facts of a guest that has no IOMMU.
void without_iommu(const std::vector<Provenance>& from, GuestFacts& facts);

/// The facts of a guest in whose definition nothing is refused or dropped.
void nothing_refused(const std::vector<Provenance>& from, GuestFacts& facts);

/// The line, counted from 1, at that byte.
std::size_t line_at(std::string_view text, std::size_t offset);

/// What the running guest still has otherwise than the definition that is stored: into runs and not_in_force
/// of defined.facts.  `running` is what libvirt gives when it is not asked for the stored one: of a guest
/// that does not run it is the same, without an id.
void compare_running(GuestDefinition& defined, const GuestDefinition& running);

}  // namespace nestprobe

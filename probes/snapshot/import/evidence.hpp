// SPDX-License-Identifier: MIT
// What the readers of a paste put together: files, kernel log lines, and what tools said, of one machine.
#pragma once

#include "base/hearsay.hpp"
#include "recording/recording.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace nestprobe {

/// One processor, or all that are alike, as lscpu, /proc/cpuinfo and the kernel's log describe it.
struct CpuLines {
    std::string ids;  ///< "0-7"; empty: nobody said
    std::string vendor, brand, flags, vmx_flags;
    bool has_flags = false, has_vmx_flags = false;
    bool flags_cut = false;  ///< the end of the flags may be missing
};

/// /dev/kvm as ls -l shows it.
struct NodeLine {
    std::string owner, group;  ///< names or numbers
    unsigned mode = 0;         ///< the nine bits of rwx
    bool has_acl = false;      ///< "+": more than these may open it; also where the tool does not show that
    std::string_view tool = "ls -l";
};

/// Who ran a command, as id shows it; each name and number by itself.
struct UserLine {
    std::vector<std::string> user, groups;
};

/// Where in a paste something was said: of two looks at one thing the later counts, where they are of one
/// place.
struct Moment {
    std::string line, program, host;  ///< the command's; empty: nobody knows
    unsigned changes = 0;             ///< commands before it that load KVM, or let somebody in
    unsigned places = 0;              ///< headings before it that name a place: "In the guest:"
    bool inside = false;              ///< it was run in a container
};

class Evidence {
public:
    /// The next output is of that command.
    void begin(Moment moment);
    bool has_file(std::string_view path) const { return recording_.files.contains(path); }
    /// What stands later in a paste is the newer state.
    void file(std::string path, std::string text);
    /// Behind what stands there already; else behind `heading`.
    void add_to_file(const std::string& path, std::string_view heading, std::string_view text);
    void absent_file(const std::string& path, Absent absent);
    void directory(const std::string& path, std::vector<std::string> names);
    void log_line(std::string line);
    /// What a loader of modules said: no line of the kernel's log, and kept with it whatever follows.
    void said(std::string line);
    /// A module's name that a list of built-in code holds.
    void built_in(std::string_view module);
    /// A module's name whose parameter has no file: it is not in the kernel.
    void missing(std::string_view module);
    /// The kernel was started again: what its log said before is about another life.
    void forget_log();
    /// `source` says who said it: "lscpu, Hypervisor vendor".
    void hear(std::string_view topic, std::string_view value, std::string_view source);
    /// Was that heard, of who has these words?
    bool says(std::string_view topic, std::string_view value, std::string_view words) const;
    /// A later line shows that what was heard means nothing.
    void forget(std::string_view topic) { recording_.files.erase(std::string(topic)); }
    /// Where a product's definition of a guest (hearsay::definition) cannot be of the machine that prints the
    /// rest, nothing of it is heard, and it is said of `name` (empty: it is not) that it was left out.
    void part_from_definition(std::string_view name);
    /// A later refusal of the same kind is no news behind libvirt's.
    void kvm(Reading<bool> open, Opener by = Opener::user);
    /// ls or kvm-ok saw the node, or none: a later look is the newer state, both ways.
    void saw_node();
    void missed_node();
    bool node_is_there() const { return there_at_.has_value(); }
    /// A program has KVM now; false where that says nothing against who was refused.
    bool got_kvm();
    /// It runs a guest by it.
    void runs_kvm();
    /// A heading: what follows is of another place, maybe of a container or another sandbox.
    void move_on() { ++now_.places; }
    void names_sandbox() { sandbox_named_ = true; }
    /// Where nobody tried to open /dev/kvm, its mode and the user's groups tell who is kept out.
    void node(NodeLine line);
    void user(UserLine line);
    void cpu(CpuLines lines);
    /// A register dump that stands among other outputs.
    void dump(Recording recording);
    void msr(const CpuSet& ids, std::uint32_t index, std::uint64_t value);
    /// A format that was recognised, for --explain.
    void taken(std::string_view format);

    bool anything() const { return !taken_.empty(); }
    /// A program was refused /dev/kvm for want of rights.
    bool denied() const;
    /// Somebody could not open /dev/kvm, or saw none.
    bool refused() const { return recording_.kvm.open && recording_.kvm.open->if_absent() != nullptr; }
    /// Has anything in it said that this is a virtual machine?
    bool says_guest() const;
    const std::vector<std::string>& formats() const { return taken_; }
    Recording take() &&;

private:
    std::optional<std::string> source_of(std::string_view topic) const;
    /// Why this is another machine than a guest with that definition; empty: it may be that one.
    std::string_view no_guest_of(bool shows) const;
    void judge_access();
    void forget_old_refusal();
    bool in_container() const;
    bool in_sandbox() const;
    void leave_node_open();

    Recording recording_;
    Opener opener_ = Opener::user;  ///< of what kvm.open holds
    Moment now_, refused_at_, user_at_;
    std::optional<Moment> there_at_;  ///< the node was seen
    bool looked_ = false;             ///< what kvm.open holds is of somebody who looked for the node
    bool sandbox_named_ = false;
    bool no_guest_heard_ = false;  ///< of a tool that knows; what was said of it since may be another's
    std::vector<std::string> logs_asked_;  ///< commands that showed the kernel's log
    std::optional<NodeLine> node_;
    std::optional<UserLine> user_;
    std::vector<CpuLines> cpus_;
    std::vector<std::string> taken_, said_, built_in_, missing_;
};

/// A real processor's brand names its maker; what QEMU calls its models does not: then empty.
std::string_view vendor_of_brand(std::string_view brand);

/// The text of /proc/cpuinfo that says this.
std::string write_cpuinfo(const std::vector<CpuLines>& cpus);

/// What stands behind a refusal: who was refused is another user than the reader where libvirt passes it on.
constexpr std::string_view said_by(Opener opener) {
    return opener == Opener::libvirt ? ", says libvirt" : "";
}

/// What the kernel says of a path that it refuses: "No such file or directory" and so on, in the words of any
/// tool; false where the line says nothing of the kind.
bool read_refusal(std::string_view path, std::string_view words, Absent& absent);

}  // namespace nestprobe

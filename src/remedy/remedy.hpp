// SPDX-License-Identifier: MIT
// A cure as a value: what a person has to do, step by step, so that what failed works.  A rule that fails
// returns one; the text of a report, JSON's `steps`, the script of --fix and the edit of a guest's definition
// are written from it, and none of these looks at facts to decide anything.
#pragma once

#include "facts/facts.hpp"
#include "remedy/shell_command.hpp"

#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

namespace nestprobe {

struct LoaderWay;

/// Where a step is done.
enum class Where : std::uint8_t {
    here,              ///< on this system
    firmware,          ///< in this machine's firmware setup
    hypervisor_host,   ///< on the host that runs this guest
    windows_host,      ///< on the Windows that runs it
    provider,          ///< with the cloud or the hoster: its console, its command line, its support
    guest_definition,  ///< in the definition of a guest of this system
    container_host,    ///< outside this container: its host, or what starts it
    ci_job,            ///< in the definition of the CI job that this is
};

/// What a step costs.
enum class Cost : std::uint8_t {
    none,
    stop_guests,      ///< every guest of this system, or of that host, has to be stopped
    restart_guest,    ///< one guest is shut down and started: a reboot inside it is not enough
    restart_session,  ///< log out and in
    reboot,
    power_off,
};

// --- what a step does: for the script, and for what lies behind it ---

/// Only a person can do it.
struct ByHand {};
/// A parameter of a module of KVM, by modprobe.d, so that it counts.
struct SetOption {
    std::string module, parameter, value;
    std::vector<ModuleOption> instead_of{};  ///< lines that say otherwise, each to say this
    std::string file{};                      ///< where there are none: the line goes in here
};
/// A line of modprobe.d that keeps a module out becomes a comment.
struct DropLine {
    std::string file, module;
};
/// Words of the kernel command line.
struct ChangeWords {
    std::vector<std::string> drop, add;
    const LoaderWay* way = nullptr;  ///< how this machine's boot loader is told; null: nobody can tell
};
/// What rebuilds it, without sudo; empty: the one of several tools that is found.
struct RenewInitramfs {
    std::string command{};
};
struct Load {
    std::string module;
    std::string file = "/dev/kvm";  ///< is there then; empty: none
};
/// From the next boot on, by modules-load.d.
struct LoadAtBoot {
    std::string module, file;
};
/// Unload and load, so that its parameters count; those are expected to be on then.
struct Reload {
    std::string module;
    std::vector<std::string> parameters;
};
/// VMX or SVM, or the IOMMU, on in the firmware setup.
struct SwitchOnInFirmware {
    enum class What : std::uint8_t { virtualization, iommu } what = What::virtualization;
};
/// The hypervisor above shows VMX or SVM.
struct ShowToThisGuest {};
/// This user, or this container, is given /dev/kvm by a person.
struct GiveDevice {};
/// This user joins the group that may open /dev/kvm.
struct JoinGroup {
    std::string group;
};
/// udev gives the node to group kvm, by the rule and the commands of the step.
struct WriteUdevRule {};
/// udev makes the node of a KVM that is up.
struct MakeNode {};
/// What an edit of a guest's definition changes.
enum class GuestChange : std::uint8_t { none, cpu, iommu, iommu_width };
struct EditGuest {
    GuestChange change = GuestChange::none;
};

using Action = std::variant<ByHand, SetOption, DropLine, ChangeWords, RenewInitramfs, Load, LoadAtBoot,
                            Reload, SwitchOnInFirmware, ShowToThisGuest, GiveDevice, JoinGroup, WriteUdevRule,
                            MakeNode, EditGuest>;

/// One thing to do.  `what` is a sentence or two.  `commands` are whole lines, each to be pasted as it is.
struct Step {
    Where where = Where::here;
    std::string what;
    ShellCommands commands{};
    std::string file{};                ///< `lines` go into this file; empty: none
    std::vector<std::string> lines{};  ///< text to write there, as it is
    Cost cost = Cost::none;
    std::string expect{};  ///< what shows that it worked; empty: the next question to nestprobe does
    Action action = ByHand{};
};

struct Remedy {
    std::vector<Step> steps{};
    std::string intro{};  ///< what the steps presuppose, in front of them; empty: nothing
    bool never = false;   ///< nothing makes it work on this machine: the steps say what else there is

    Remedy() = default;
    Remedy(std::vector<Step> list) : steps(std::move(list)) {}
    Remedy(Step step) { steps.push_back(std::move(step)); }
    /// Text of a table, by hand: a line that begins with four blanks is a command of the step that it stands
    /// in, whole; the next line without is another step.
    Remedy(std::string_view text, Where where = Where::here);
    /// Text that was put together, with a machine's words maybe: nothing of it is a command.
    Remedy(const std::string& text, Where where = Where::here);
    Remedy(const char* text) : Remedy(std::string_view(text)) {}

    /// What else there is, where nothing makes it work; empty: as the rule's page says.
    static Remedy instead(std::string_view text = {}, Where where = Where::here) {
        Remedy remedy(text, where);
        remedy.never = true;
        return remedy;
    }

    bool empty() const { return steps.empty(); }
    Remedy& then(Step step) {
        steps.push_back(std::move(step));
        return *this;
    }
    Remedy& then(Remedy more) {
        for (Step& step : more.steps) steps.push_back(std::move(step));
        return *this;
    }
    /// Steps that a person takes only under a condition, which opens the first: "Only if it printed 0, all
    /// that follows."  Their intro stands behind it, and a script does none of them.
    Remedy& then_only(std::string_view condition, Remedy more);
    /// Words in front of the first step's, which may be a machine's; the commands stay what they are.
    Remedy& led_by(std::string_view words);
};

std::string_view to_string(Where where);  ///< as JSON has it: "hypervisor-host"
std::string_view to_string(Cost cost);    ///< as JSON has it: "restart-guest"
/// For people: "On the hypervisor's host"; empty for here.
std::string_view title_of(Where where);
/// For people: "every guest has to be stopped"; empty for none.
std::string_view title_of(Cost cost);

/// Where it is done, what is done, and what it costs, in a sentence or three.
std::string heading(const Step& step);
/// Can a script do it?  All else is left to be done by hand: another place than this system, or words that
/// are none of a script's.
bool is_for_script(const Step& step);

/// The steps on one line, as a sentence: for a log, a table, a comment of a script.
std::string sentence(const Remedy& remedy);
/// The steps as text: one alone plain, several numbered; commands each alone on a line, whole.  Lines of
/// prose behind the first are wrapped at 80 columns and indented by `indent`.
std::string steps_text(const Remedy& remedy, std::size_t indent);
/// The same, every step with a number: those behind `number`, which counts on.
std::string steps_text(const Remedy& remedy, std::size_t indent, std::size_t& number);

}  // namespace nestprobe

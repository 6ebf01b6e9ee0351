// SPDX-License-Identifier: MIT
// Rules about other hypervisors on this system, beside KVM (NP604, NP609).  A module of KVM's that is loaded
// and a device that opens prove what they proved when the module loaded: before Linux 6.12 no CPU is switched
// on until the first guest, and VirtualBox or VMware may hold VMX or SVM by then.
#include "base/text.hpp"
#include "remedy/steps.hpp"
#include "rules/common.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cerrno>
#include <tuple>

namespace nestprobe {
namespace {

/// What a line that failed_to_enable() finds says.
std::string_view meaning_of(const LoggedLine& line) {
    if (line.id == LogLine::vmxon_faulted)
        return "VMX could not be switched on on a CPU: another hypervisor held it, or that CPU's "
               "IA32_FEATURE_CONTROL does not allow it";
    return "most likely another hypervisor held it then";
}

/// Somebody else holds VMX or SVM.  EFER.SVME with no KVM module says so on AMD; Intel's CR4 cannot be read.
Outcome check_busy(const Facts& f) {
    const auto* rivals = f.module.rivals.if_known();
    const std::string names =
        rivals && !rivals->empty() ? fmt::format(" ({} is loaded)", fmt::join(*rivals, ", ")) : "";
    if (open_error(f) == EBUSY)
        return fail(fmt::format("{}: another hypervisor uses the processor's virtualization{}",
                                f.device.open.absence().detail, names));
    if (vendor_module_absent(f) && software_kvm(f).empty() && f.svm.in_use.any(yes))
        return cite(
            fail(fmt::format(
                "SVM is switched on (EFER.SVME) though kvm_amd is not loaded: another hypervisor uses it{}",
                names)),
            f.svm.in_use);
    if (const LoggedLine* line = failed_to_enable(f); line && !holds_since_load(f)) {
        if (line->id != LogLine::kvm_enabling_failed && line->id != LogLine::vmxon_faulted)
            return cite_log(skip("KVM stopped at CPUs that differ, not at another hypervisor (NP103)"),
                            *line);
        return cite_log(unknown(fmt::format("the kernel log says \"{}\": {}{}; whether it is still so, only "
                                            "starting a guest tells",
                                            line->text, meaning_of(*line), names)),
                        *line);
    }
    if (!names.empty() && holds_since_load(f))
        return cite(
            pass(fmt::format("another hypervisor's module is there{}, and KVM holds {} since its own was "
                             "loaded: KVM's guests start (see NP609)",
                             names, hardware_word(f))),
            f.module.rivals);
    if (!names.empty())
        return cite(pass(fmt::format("another hypervisor's module is there{}; while it runs a virtual "
                                     "machine, creating one with KVM can fail with EBUSY",
                                     names)),
                    f.module.rivals);
    return cite(skip("no sign of another hypervisor on this system"), f.module.rivals);
}

/// VirtualBox's and VMware's modules, of those that are loaded; "vboxdrv, vmmon".
std::string other_products(const std::vector<std::string>& rivals) {
    std::vector<std::string> names;
    for (const std::string& rival : rivals)
        if (rival == "vboxdrv" || rival == "vmmon") names.push_back(rival);
    return fmt::format("{}", fmt::join(names, ", "));
}

enum class OwnWay : std::uint8_t { yes, no, unknown };

/// VirtualBox 7.2.10 and later does not switch VMX or SVM on itself, but has KVM do it, and wants it held
/// (VirtualBox/virtualbox#711, #713, 2026-06); on Linux 6.12 it still does (void-linux/void-packages#61332 of
/// 7.2.14, 2026-07; 6.18 and later do not).
OwnWay switches_itself(const Facts& f) {
    const std::string* text = f.module.virtualbox_version.if_known();
    if (!text) return OwnWay::unknown;
    unsigned numbers[3] = {};
    std::string_view rest = std::string_view(*text).substr(0, text->find_first_not_of("0123456789."));
    for (unsigned& number : numbers) {
        if (!parse_number(rest.substr(0, rest.find('.')), number)) return OwnWay::unknown;
        rest = rest.find('.') == std::string_view::npos ? "" : rest.substr(rest.find('.') + 1);
    }
    const bool older = std::tie(numbers[0], numbers[1], numbers[2]) < std::tuple(7u, 2u, 10u);
    return older || is(f.kernel.version, KernelVersion{6, 12}) ? OwnWay::yes : OwnWay::no;
}

bool has_switch(const Facts& f) {
    return f.module.enable_virt_at_load.if_known() || kernel_at_least(f, 6, 12);
}

/// VirtualBox's module alone is there, and of a version that wants KVM to hold VMX or SVM.
bool wants_kvm_to_hold(const Facts& f, const std::string& names) {
    return names == "vboxdrv" && switches_itself(f) == OwnWay::no && has_switch(f);
}

std::string why_beside(const Facts& f, const std::string& names) {
    if (wants_kvm_to_hold(f, names) && holds_since_load(f))
        return fmt::format(
            "VirtualBox {} is loaded beside KVM, and takes {} by way of KVM, which holds it: its guests "
            "start, "
            "but not while KVM's own run, and the reverse",
            *f.module.virtualbox_version.if_known(), hardware_word(f));
    if (wants_kvm_to_hold(f, names))
        return fmt::format(
            "VirtualBox {} is loaded beside KVM, and wants KVM to hold {}, which kvm.enable_virt_at_load=0 "
            "forbids: its guests do not start (VERR_SVM_HOST_SVME_NOT_ENABLED), or the machine freezes",
            *f.module.virtualbox_version.if_known(), hardware_word(f));
    if (holds_since_load(f))
        return fmt::format(
            "{} is loaded beside KVM, and KVM holds {} as long as its module is loaded: the other "
            "hypervisor's guests do not start (VERR_VMX_IN_VMX_ROOT_MODE, VERR_SVM_IN_USE)",
            names, hardware_word(f));
    return fmt::format(
        "{} is loaded beside KVM: while the other hypervisor runs a guest, KVM's do not start "
        "(EBUSY), and the reverse",
        names);
}

/// kvm's parameter is read when kvm itself loads.
Step reload_both(const Facts& f) {
    if (!vendor_module_is(f, Module::State::loaded)) return {.what = "Restart.", .cost = Cost::reboot};
    const std::string module = vendor_module_name(f);
    Step step{.what = "Then reload KVM, kvm itself too.", .cost = Cost::stop_guests};
    add_command(step, "sudo modprobe -r {} kvm", {module});
    add_command(step, "sudo modprobe {}", {module});
    return step;
}

/// kvm.enable_virt_at_load=0 goes from where it is written.
Remedy hold_again(const Facts& f) {
    const auto* options = f.module.options.if_known();
    const ModuleOption* off = options ? effective(*options, "kvm", "enable_virt_at_load") : nullptr;
    if (!off)
        return Remedy(options
                          ? "Remove enable_virt_at_load=0: nothing sets it for good, so it was given by hand "
                            "when the module was loaded."
                          : "Remove enable_virt_at_load=0 from where it is set.")
            .then(reload_both(f));
    if (off->origin.on_command_line()) return change_words(f, {word_as_written(f, *off)}, {});
    return set_option(f, "kvm", "enable_virt_at_load", {*off}).then(reload_both(f));
}

/// Whose guests are to run is for a person to say.
Remedy one_at_a_time(const Facts& f, const std::string& names) {
    const std::string kvm = vendor_module_name(f);
    Remedy remedy;
    remedy.intro = "One of them at a time:";
    if (vendor_module_is(f, Module::State::loaded) && !kvm.empty()) {
        // Before 6.12 KVM holds nothing while none of its guests runs.
        const bool old = f.kernel.release.if_known() && !kernel_at_least(f, 6, 12);
        Step step{
            .what = old ? "To run the other product's guests: shut KVM's down first."
                        : "To run the other product's guests: shut KVM's down, and unload its module, "
                          "which is so until the next start (for good, on Linux 6.12 and later: options "
                          "kvm enable_virt_at_load=0).",
            .cost = Cost::stop_guests};
        if (!old) add_command(step, "sudo modprobe -r {}", {kvm});
        step.action = ByHand{};
        remedy.then(std::move(step));
    }
    Step step{.what = "To run KVM's: shut the other product's guests down, and unload its modules.",
              .cost = Cost::stop_guests};
    if (names.find("vboxdrv") != std::string::npos)
        step.commands.emplace_back("sudo modprobe -r vboxnetadp vboxnetflt vboxdrv");
    if (names.find("vmmon") != std::string::npos) step.commands.emplace_back("sudo modprobe -r vmmon");
    step.action = ByHand{};
    remedy.then(std::move(step));
    return remedy;
}

/// What to set depends on whose guests are to run, and on VirtualBox's version.
Remedy fix_beside(const Facts& f, const std::string& names) {
    if (!has_switch(f)) return one_at_a_time(f, names);
    if (wants_kvm_to_hold(f, names)) return holds_since_load(f) ? Remedy() : hold_again(f);
    if (!holds_since_load(f)) return one_at_a_time(f, names);
    const bool built_in = vendor_module_is(f, Module::State::built_in);
    Remedy remedy = built_in ? Remedy(change_words(f, {}, {"kvm.enable_virt_at_load=0"}))
                             : set_option(f, "kvm", "enable_virt_at_load", {}, "0");
    for (Step& step : remedy.steps) step.action = ByHand{};  // whose guests are to run is for a person to say
    if (!built_in) remedy.then(reload_both(f));
    const bool opposite = names.find("vboxdrv") != std::string::npos && switches_itself(f) == OwnWay::unknown;
    remedy.intro = fmt::format(
        "To let the other hypervisor run when KVM runs no guest{}:",
        opposite ? " (VirtualBox from 7.2.10 on wants the opposite: leave it as it is there)" : "");
    return remedy;
}

Outcome check_beside(const Facts& f) {
    if (!is(f.device.open, true) && !vendor_module_is(f, Module::State::loaded))
        return skip("KVM is not known to be here");
    const LoggedLine* line = failed_to_enable(f);
    if (line && !holds_since_load(f)) return skip("KVM could not switch it on (see NP604, NP103)");
    if (line)
        return cite_log(
            fail(fmt::format("the kernel log says \"{}\": of an earlier try, or of a CPU that came "
                             "later; {} is loaded now, and switched {} on when it was",
                             line->text, vendor_module_name(f), hardware_word(f)),
                 "Look whether every CPU is online, and whether another hypervisor is in use.\n"
                 "    cat /sys/devices/system/cpu/online"),
            *line);
    return judge(
        [&](const std::vector<std::string>& rivals) {
            const std::string names = other_products(rivals);
            return names.empty() ? pass("neither VirtualBox's nor VMware's module is loaded beside KVM")
                                 : fail(why_beside(f, names), fix_beside(f, names));
        },
        f.module.rivals);
}

constexpr std::string_view busy_see[] = {
    "Linux arch/x86/kvm/svm/svm.c, svm_enable_virtualization_cpu(); vmx/vmx.c, "
    "vmx_enable_virtualization_cpu()"};
constexpr std::string_view beside_see[] = {
    "Linux virt/kvm/kvm_main.c, kvm_enable_virtualization(), enable_virt_at_load (6.12 and later)",
    "VirtualBox/virtualbox#81, #141, #711, #713 (read 2026-11-25)"};

constexpr Rule rival_rule_rows[] = {
    {
        .id = "NP604",
        .name = "virtualization-in-use",
        .layer = Layer::device,
        .question = Question::kvm_here,
        .role = Role::blocker,
        .title = "another hypervisor on this system uses VMX or SVM",
        .explain =
            "Only one hypervisor at a time can use VMX or SVM. While VirtualBox or VMware holds it, KVM\n"
            "fails with EBUSY; since 6.12 KVM in turn holds it from the moment its module is loaded\n"
            "(kvm.enable_virt_at_load).",
        .fix = "Close the other hypervisor's virtual machines, and see whether its module is loaded.\n"
               "    lsmod | grep -E '^(vboxdrv|vmmon)'\n"
               "Unload it. VirtualBox's, with its window closed:\n"
               "    sudo modprobe -r vboxnetadp vboxnetflt vboxdrv\n"
               "VMware's:\n"
               "    sudo /etc/init.d/vmware stop",
        .see = busy_see,
        .check = check_busy,
        .worked = "nestprobe says that /dev/kvm opens and answers, and a guest starts.",
        .also = "A CPU that its firmware left locked gives the same line in the log (NP201).",
    },
    {
        .id = "NP609",
        .name = "another-hypervisor-beside-kvm",
        .layer = Layer::device,
        .question = Question::kvm_here,
        .role = Role::degraded,
        .title = "another hypervisor beside KVM wants VMX or SVM too",
        .explain =
            "VirtualBox, VMware and KVM each need VMX or SVM for themselves. With the module of one of them\n"
            "loaded, KVM works only while the other runs no guest. Since 6.12 KVM takes VMX or SVM when its\n"
            "module is loaded and keeps it (kvm.enable_virt_at_load): then it is the other one that fails. "
            "VirtualBox from 7.2.10 on goes by\n"
            "way of KVM instead, and fails where KVM is told not to hold it.",
        .fix = "Use one of them at a time: unload the other's modules (vboxdrv, vmmon), or KVM's.",
        .see = beside_see,
        .check = check_beside,
        .worked = "Both products start a machine, one after the other.",
        .also = "Only one of the two can run guests at a time, except where VirtualBox is new enough to use "
                "KVM itself.",
    },
};

}  // namespace

std::span<const Rule> rival_rules() { return rival_rule_rows; }

}  // namespace nestprobe

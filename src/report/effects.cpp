// SPDX-License-Identifier: MIT
#include "report/effects.hpp"

#include "base/text.hpp"
#include "machine/modprobe.hpp"
#include "rules/common.hpp"
#include "rules/module/refusals.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <type_traits>

namespace nestprobe {
namespace {

/// For what the words of a kernel command line say of modules, and no file does.
class NoFiles final : public Filesystem {
public:
    Reading<std::string> read(std::string_view) const override { return Absent{Why::no_device, ""}; }
    Reading<std::vector<std::string>> list(std::string_view) const override {
        return Absent{Why::no_device, ""};
    }
};

std::string as_command_line(const std::vector<std::string>& words) {
    std::string text;
    for (const std::string& word : words)
        text += word.find(' ') == std::string::npos ? word + " " : fmt::format("\"{}\" ", word);
    return text;
}

/// What the registers of VMX or SVM hold where CPUID did not show it.
template <class T>
void not_known_yet(PerCpu<T>& facts, const std::string& reason) {
    PerCpu<T> next;
    for (const auto& g : facts.groups())
        next.add(g.cpus, g.answer.if_known()
                             ? g.answer
                             : Absent{Why::not_applicable, fmt::format("{}: not read yet", reason)});
    facts = std::move(next);
}

bool of_firmware(const LoggedLine& line) {
    return log_row(line.id).effect == LogEffect::off_by_firmware ||
           line.id == LogLine::modprobe_not_supported;
}
bool of_user(const LoggedLine& line) {
    return log_row(line.id).effect == LogEffect::off_by_user || line.id == LogLine::loader_blacklisted ||
           line.id == LogLine::modprobe_not_permitted || line.id == LogLine::modprobe_bad_option ||
           line.id == LogLine::loader_parameter_invalid || line.id == LogLine::loader_parameter_too_large;
}

/// The module's own line that firmware has it off, and no word of modprobe's: udev tried it at boot.
bool tried_without_a_person(const Facts& f) {
    constexpr LogLine by_module[] = {LogLine::kvm_disabled_by_bios, LogLine::kvm_intel_disabled_by_bios,
                                     LogLine::kvm_amd_disabled_by_bios,
                                     LogLine::kvm_intel_not_enabled_in_feat_ctl};
    const auto* lines = f.kernel.log.if_known();
    if (f.module.kvm.if_known()) return false;  // who loaded that shows elsewhere
    return heard_last(f, by_module) && std::none_of(lines->begin(), lines->end(), [](const LoggedLine& line) {
               return log_row(line.id).subsystem == LogSubsystem::modprobe;
           });
}

}  // namespace

void Changes::forget_log(bool (*forgotten)(const LoggedLine& line)) {
    if (const auto* lines = facts_.kernel.log.if_known()) {
        std::vector<LoggedLine> kept = *lines;
        std::erase_if(kept, forgotten);
        facts_.kernel.log = {std::move(kept), facts_.kernel.log.from()};
    }
}

// --- what is configured ---

void Changes::set_option(const SetOption& option) {
    std::vector<ModuleOption> options;
    if (const auto* known = facts_.module.options.if_known()) options = *known;
    bool said = false;
    for (ModuleOption& o : options)
        if (std::find(option.instead_of.begin(), option.instead_of.end(), o) != option.instead_of.end()) {
            o.value = option.value;
            said = true;
        }
    // Behind all files, for its name sorts last, and in front of the kernel command line.
    const auto place = std::find_if(options.begin(), options.end(),
                                    [](const ModuleOption& o) { return o.origin.on_command_line(); });
    if (!said) options.insert(place, {option.module, option.parameter, option.value, {because_}});
    facts_.module.options =
        fact(std::move(options), fmt::format("{}.{}={}", option.module, option.parameter, option.value));
    forget_log(of_user);
}

void Changes::drop_line(const DropLine& line) {
    was_blocked_ = was_blocked_ || !blocks_in_force(facts_).empty();
    const auto* known = facts_.module.blocks.if_known();
    if (!known) return;
    std::vector<ModuleBlock> blocks = *known;
    std::erase_if(
        blocks, [&](const ModuleBlock& b) { return b.module == line.module && b.origin.file == line.file; });
    facts_.module.blocks = fact(std::move(blocks), fmt::format("{} without {}", line.file, line.module));
    forget_log(of_user);
}

void Changes::change_words(const ChangeWords& change) {
    was_blocked_ = was_blocked_ || !blocks_in_force(facts_).empty();
    std::vector<std::string> words;
    if (const auto* known = facts_.kernel.command_line.if_known()) words = *known;
    std::erase_if(words, [&](const std::string& word) {
        return std::find(change.drop.begin(), change.drop.end(), word) != change.drop.end();
    });
    words.insert(words.end(), change.add.begin(), change.add.end());
    std::string raw = fmt::format("{}", fmt::join(words, " "));
    facts_.kernel.command_line = fact(std::move(words), std::move(raw));
    read_words();
    forget_log(of_user);
}

/// What the words say of modules: the options and lists of the command line come behind those of files.
void Changes::read_words() {
    ModprobeConfig said =
        read_modprobe_config(NoFiles(), as_command_line(*facts_.kernel.command_line.if_known()));
    const auto renew = [&](auto& facts, const auto& now) {
        if (!facts.if_known() && now.empty()) return;
        std::remove_cvref_t<decltype(now)> list;
        if (facts.if_known()) list = *facts.if_known();
        std::erase_if(list, [](const auto& item) { return item.origin.on_command_line(); });
        list.insert(list.end(), now.begin(), now.end());
        facts = {std::move(list), facts.from()};
        if (facts.from().empty()) facts.from().push_back({because_, Origin{}.text()});
    };
    renew(facts_.module.options, said.options);
    renew(facts_.module.blocks, said.blocks);
    renew(facts_.module.strays, said.strays);
    const auto& words = *facts_.kernel.command_line.if_known();
    const bool nomodule = std::find(words.begin(), words.end(), "nomodule") != words.end();
    const auto& from = facts_.kernel.modules_disabled.from();
    if (nomodule || (!from.empty() && from.front().raw == "nomodule"))
        facts_.kernel.modules_disabled = fact(nomodule, nomodule ? "nomodule" : "no nomodule");
}

// --- what a restart brings ---

void Changes::switch_on_in_firmware(SwitchOnInFirmware::What what) {
    if (what == SwitchOnInFirmware::What::iommu) {
        const Technology* technology = facts_.cpu.technology.if_known();
        const std::string* table = facts_.iommu.table.if_known();
        if (technology && (!table || table->empty()))
            facts_.iommu.table = fact(std::string(*technology == Technology::vmx ? "DMAR" : "IVRS"), "there");
        return;
    }
    tried_at_boot_ = tried_without_a_person(facts_);
    const bool of_vmx = is(facts_.cpu.technology, Technology::vmx),
               of_svm = is(facts_.cpu.technology, Technology::svm);
    PerCpu<FeatureControl> vmx;
    for (const auto& g : facts_.firmware.feature_control.groups()) {
        const FeatureControl* fc = g.answer.if_known();
        const bool closed = fc ? fc->locked && !fc->vmx_outside_smx : of_vmx;
        vmx.add(g.cpus, closed ? fact(FeatureControl{5, true, false, true}, "0x5") : g.answer);
    }
    PerCpu<VmCr> svm;
    for (const auto& g : facts_.firmware.vm_cr.groups()) {
        const VmCr* cr = g.answer.if_known();
        const bool closed = cr ? cr->svm_disabled : of_svm;
        svm.add(g.cpus, closed ? fact(VmCr{0, false, false}, "0x0") : g.answer);
    }
    facts_.firmware.feature_control = std::move(vmx);
    facts_.firmware.vm_cr = std::move(svm);
    forget_log(of_firmware);
    if (facts_.evidence) facts_.evidence->firmware_off = Absent{Why::not_applicable, because_};
    if (const FlawReport* itlb = report_of(facts_, FlawReport::Flaw::itlb_multihit);
        itlb && itlb->tells == FlawTells::vmx_unsupported)
        facts_.kernel.vulnerabilities = Absent{Why::not_applicable, because_};
    // Firmware that has it off is the firmware of a processor that has it.
    if (facts_.cpu.technology.if_known() && (hardware_absent(facts_) || !cpuid_bit(facts_).any_known()))
        show_bit(*facts_.cpu.technology.if_known(), true);
}

void Changes::show_bit(Technology technology, bool there) {
    const bool vmx = technology == Technology::vmx;
    set_everywhere(vmx ? facts_.cpu.vmx : facts_.cpu.svm, there, there ? "0x1" : "0x0");
    if (!there) return;
    facts_.cpu.technology = facts_.cpu.technology.if_known()
                                ? facts_.cpu.technology
                                : fact(technology, std::string(to_string(technology)));
    not_known_yet(facts_.firmware.feature_control, because_);
    not_known_yet(facts_.firmware.vm_cr, because_);
    not_known_yet(facts_.vmx.capabilities, because_);
    not_known_yet(facts_.vmx.missing, because_);
}

/// What was built with that kernel, or lies beside it, is not known.
void Changes::set_kernel(std::string_view release) {
    KernelVersion version;
    const auto dot = release.find('.');
    const auto end = release.find_first_not_of("0123456789", dot + 1);
    if (dot == std::string_view::npos || !parse_number(release.substr(0, dot), version.major) ||
        !parse_number(release.substr(dot + 1, end - dot - 1), version.minor))
        return;
    const Absent other{Why::not_probed, fmt::format("{}: not looked at for that kernel", because_)};
    facts_.kernel.release = fact(std::string(release), std::string(release));
    facts_.kernel.version = fact(version, std::string(release));
    facts_.kernel.build = other;
    facts_.kernel.config_vendor = other;
    facts_.module.files = other;
}

// --- all of it ---

namespace {

/// What a step does, on facts.  False: nothing that can be foreseen.
struct Does {
    Changes& changes;
    template <class Other>
    bool operator()(const Other&) const {
        return false;
    }
    bool operator()(const SetOption& option) const { return changes.set_option(option), true; }
    bool operator()(const DropLine& line) const { return changes.drop_line(line), true; }
    bool operator()(const ChangeWords& words) const { return changes.change_words(words), true; }
    bool operator()(const SwitchOnInFirmware& on) const {
        return changes.switch_on_in_firmware(on.what), true;
    }
    bool operator()(const ShowToThisGuest&) const {
        const Technology* technology = changes.facts().cpu.technology.if_known();
        if (technology) changes.show_bit(*technology, true);
        return technology != nullptr;
    }
    bool operator()(const EditGuest& edit) const { return changes.edit_guest(edit.change), true; }
    bool operator()(const GiveDevice&) const { return changes.give_device(), true; }
    bool operator()(const JoinGroup&) const { return changes.give_device(), true; }
    bool operator()(const WriteUdevRule&) const { return true; }  // whoever joins the group may open it then
    bool operator()(const MakeNode&) const { return changes.give_device(), true; }
    // Below, once all files are as they are to be.
    bool operator()(const Load&) const { return true; }
    bool operator()(const Reload&) const { return true; }
};

bool restarts(const Step& step) {
    return step.cost == Cost::reboot || step.cost == Cost::power_off ||
           std::holds_alternative<ChangeWords>(step.action) ||
           std::holds_alternative<ShowToThisGuest>(step.action);
}

}  // namespace

std::optional<Facts> after(const Remedy& remedy, const Facts& facts) {
    Changes changes(facts, "after the fix");
    bool foreseen = false, restart = false;
    for (const Step& step : remedy.steps) {
        const bool does = std::visit(Does{changes}, step.action);
        foreseen = foreseen || does;
        restart = restart || (does && restarts(step));
    }
    if (!foreseen) return std::nullopt;
    if (restart) changes.restart();
    for (const Step& step : remedy.steps) {
        if (std::holds_alternative<Load>(step.action)) changes.load();
        if (const auto* reload = std::get_if<Reload>(&step.action)) changes.reload(reload->parameters);
    }
    return std::move(changes).take();
}

}  // namespace nestprobe

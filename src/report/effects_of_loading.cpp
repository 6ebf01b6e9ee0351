// SPDX-License-Identifier: MIT
// What is in force once a module is loaded or the machine was restarted: the kernel's flag, parameters, the
// device, the IOMMU.
#include "report/effects.hpp"

#include "remedy/steps.hpp"
#include "report/report.hpp"
#include "rules/common.hpp"
#include "rules/iommu/iommu_causes.hpp"
#include "rules/iommu/iommu_words.hpp"
#include "rules/module/feature.hpp"
#include "rules/module/refusals.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cerrno>

namespace nestprobe {
namespace {

/// A rule whose failure keeps the module from loading: one about what lies beneath it.
std::vector<const Rule*> rules_beneath_module() {
    std::vector<const Rule*> found;
    for (const Rule* rule : all_rules())
        if (rule->layer < Layer::module && rule->role == Role::blocker &&
            rule->question == Question::kvm_here)
            found.push_back(rule);
    return found;
}

bool is_root(const Facts& f) { return !f.kernel.uid.if_known() || is(f.kernel.uid, 0u); }

bool fails_beneath(const Facts& f) {
    const auto findings = evaluate(rules_beneath_module(), f);
    return std::any_of(findings.begin(), findings.end(),
                       [](const Finding& finding) { return finding.outcome.status == Status::fail; });
}

/// In the kernel now, one way or the other.
bool is_in_kernel(const Facts& f) { return f.module.vendor.if_known() && !vendor_module_absent(f); }

/// A blacklist is obeyed by udev, and not by who names the module.
bool is_blocked(const Facts& f, bool by_name) {
    const auto blocks = blocks_in_force(f);
    return std::any_of(blocks.begin(), blocks.end(), [&](const ModuleBlock* block) {
        return !by_name || block->kind != ModuleBlock::Kind::blacklist;
    });
}

}  // namespace

// --- the kernel's flag ---

// Linux arch/x86/kernel/cpu/feat_ctl.c, init_ia32_feat_ctl(); amd.c, init_amd(): a flag is listed where CPUID
// has it, unless firmware or the command line forbids it.
void Changes::list_flag() {
    const Technology* technology = facts_.cpu.technology.if_known();
    if (!technology) return;
    PerCpu<bool>& flag = *technology == Technology::vmx ? facts_.kernel.flag_vmx : facts_.kernel.flag_svm;
    const bool cleared = !clearcpuid_word(facts_).empty();
    const bool usable =
        cpuid_bit(facts_).all(yes) && !switched_off(facts_) && !is(facts_.kernel.config_vendor, Tristate::no);
    if (cleared || cpuid_bit(facts_).all(no))
        set_everywhere(flag, false, "not listed");
    else if (usable && flag.any(no))
        set_everywhere(flag, true, "listed");
    facts_.kernel.flag_usable = flag;
}

// --- the module ---

/// What is asked for, else the default; absent where nobody knows.
// Linux arch/x86/kvm/vmx/vmx.c, nested: on since 4.20 (commit 1e58e5e59148); svm/svm.c: always.
Fact<bool> Changes::in_force(std::string_view parameter) const {
    const std::string* module = facts_.module.name.if_known();
    if (!module) return facts_.module.name.absence();
    if (const int asked = asked_value(facts_, *module, parameter); asked >= 0)
        return fact(asked == 1, asked_by(facts_, *module, parameter));
    if (withheld(facts_.module.options.absence())) return facts_.module.options.absence();
    if (parameter != "nested") return Absent{Why::not_probed, "known once the module is loaded"};
    if (*module == "kvm_amd") return fact(true, "the default");
    if (!facts_.kernel.version.if_known()) return facts_.kernel.version.absence();
    return fact(kernel_at_least(facts_, 4, 20), "the default");
}

/// Nothing that is known keeps a module out that is not in the kernel.
bool Changes::is_loadable() const {
    return facts_.module.name.if_known() && !follows_from_above(facts_) && !why_kept_out(facts_) &&
           !fails_beneath(facts_);
}

/// Would a module that is loaded now be loaded again?  What the log says is of earlier tries.
bool Changes::loads_again(bool by_name) const {
    if (!vendor_module_is(facts_, Module::State::loaded)) return true;
    Facts gone = facts_;
    gone.module.vendor = fact(Module{}, "not loaded");
    return !is_blocked(gone, by_name) && bad_options(gone).empty() && !follows_from_above(gone) &&
           !fails_beneath(gone);
}

void Changes::start_module(const std::vector<std::string>& expected) {
    const Technology* technology = facts_.cpu.technology.if_known();
    if (!technology) return;
    const auto is_expected = [&](std::string_view parameter) {
        return std::find(expected.begin(), expected.end(), parameter) != expected.end();
    };
    for (const Feature* row : *technology == Technology::vmx ? vmx_features() : svm_features()) {
        Fact<bool>& value = facts_.module.*row->value;
        Fact<bool> now = in_force(row->parameter);
        if (now.if_known())
            value = std::move(now);
        else if (is_expected(row->parameter))
            value = fact(true, "on");
    }
    if (const int held = asked_value(facts_, "kvm", "enable_virt_at_load"); held >= 0)
        facts_.module.enable_virt_at_load = fact(held == 1, asked_by(facts_, "kvm", "enable_virt_at_load"));
    facts_.module.nested = in_force("nested");
    if (facts_.module.nested.if_absent() && is_expected("nested")) facts_.module.nested = fact(true, "on");
    // A device that opens is of a module that works, whatever seems to speak against it.
    if (is(facts_.device.open, true) || vendor_module_is(facts_, Module::State::loaded) ||
        !fails_beneath(facts_))
        open_device();
}

void Changes::load(bool all_the_same) {
    if (is_in_kernel(facts_) || !(all_the_same || is_loadable())) return;
    facts_.module.vendor = fact(Module{Module::State::loaded, 0}, "loaded");
    if (is(facts_.module.kvm, Module{})) facts_.module.kvm = fact(Module{Module::State::loaded, 1}, "loaded");
    start_module({});
}

void Changes::reload(const std::vector<std::string>& expected) {
    if (!is_in_kernel(facts_)) return load();
    if (!loads_again(true)) return unload();
    start_module(expected);
}

void Changes::unload() {
    const Absent gone{Why::no_device, fmt::format("{}: the module is not loaded", because_), ENOENT};
    facts_.module.vendor = fact(Module{}, "not loaded");
    facts_.module.nested = gone;
    for (const auto rows : {vmx_features(), svm_features()})
        for (const Feature* row : rows) facts_.module.*row->value = gone;
    facts_.device = {.registered = fact(false, "the module is not loaded"),
                     .open = gone,
                     .api_version = gone,
                     .offers_vmx = gone,
                     .offers_svm = gone,
                     .nested_state = gone};
    facts_.proof.reset();
}

// --- the device ---

/// Where the node was not there, root may open it, and of anyone else nobody knows; where it was there and
/// did not open, it still does not.
void Changes::open_device() {
    facts_.proof.reset();
    facts_.device.registered = fact(true, "/dev/kvm");
    const int error = open_error(facts_);
    const bool without_driver = error == ENODEV || error == ENXIO;  // the node is there, in a container too
    const bool opens_then = without_driver || (error == ENOENT && !in_container(facts_));
    if (opens_then) {
        if (is_root(facts_))
            facts_.device.open = fact(true, "opens");
        else
            facts_.device.open = Absent{Why::not_probed, "/dev/kvm: known once it is there"};
        facts_.device.api_version = facts_.device.open.map([](bool) { return 12; });
    }
    const Technology* technology = facts_.cpu.technology.if_known();
    if (!technology) return;
    Fact<bool>& offered =
        *technology == Technology::vmx ? facts_.device.offers_vmx : facts_.device.offers_svm;
    offered = facts_.device.open.if_known() ? facts_.module.nested : facts_.device.open.absence();
}

void Changes::give_device() {
    facts_.device.open = fact(true, "opens");
    facts_.device.api_version = fact(12, "12");
    open_device();
}

// --- the IOMMU ---

// Linux drivers/iommu/intel/iommu.c, intel_iommu_init(), and amd/init.c, amd_iommu_detect(): VT-d is driven
// where the command line or the configuration says so, AMD's unless it is told off.
void Changes::drive_iommu() {
    IommuFacts& iommu = facts_.iommu;
    const std::string* table = iommu.table.if_known();
    const bool off = !words_against_iommu(facts_).empty();
    if (off && iommu.instances.if_known()) {
        iommu.groups = fact(0u, "none");
        iommu.instances = fact(std::vector<std::string>{}, "none");
        return;
    }
    const bool remaps_not = !words_against_remapping(facts_).empty();
    const bool told = told_to_drive(facts_) || is(iommu.default_on, true);
    const bool drives = table && !off && !is(iommu.driver, Tristate::no) &&
                        !heard_cause(facts_, Stops::dma) && ((*table == "DMAR" && told) || *table == "IVRS");
    if (drives && is(iommu.groups, 0u)) {
        iommu.groups = fact(1u, "there");
        iommu.instances = fact(std::vector<std::string>{*table == "DMAR" ? "dmar0" : "ivhd0"}, "there");
        iommu.interrupt_remapping = Absent{Why::not_probed, "known once the kernel drives the IOMMU"};
    }
    if (is(iommu.groups, 0u)) return;
    if (remaps_not || is(iommu.table_intremap, false))
        iommu.interrupt_remapping = fact(false, "off");
    else if (is(iommu.interrupt_remapping, false) &&
             iommu.interrupt_remapping.from().front().where == "/proc/cmdline")
        iommu.interrupt_remapping = Absent{Why::not_probed, "known once the kernel remaps interrupts"};
}

void Changes::restart() {
    list_flag();
    drive_iommu();
    if (is_in_kernel(facts_)) return loads_again(false) ? start_module({}) : unload();
    // udev, which every distribution has, loads what the processor's flag asks for; a bare initramfs does
    // not.  Who wrote a line against a module saw it loaded.
    if ((facts_.system.distribution.if_known() || tried_at_boot_ || was_blocked_) && !in_container(facts_))
        load();
}

// --- a guest's definition ---

void Changes::edit_guest(GuestChange change) {
    if (!facts_.guest || change == GuestChange::none) return;
    GuestFacts& guest = *facts_.guest;
    if (change == GuestChange::cpu) {
        guest.accelerator = fact(Accelerator::kvm, "kvm");
        guest.cpu_mode = fact(CpuMode::host_passthrough, "host-passthrough");
        guest.cpu_model = guest.cpu_vendor = Absent{Why::not_applicable, because_};
        guest.vmx = guest.svm = fact(FeaturePolicy::unset, "");
        return;
    }
    if (change == GuestChange::iommu && !is(guest.q35, true) && is(guest.fixed_addresses, true)) return;
    guest.aw_bits = Absent{Why::not_applicable, because_};
    guest.eim = fact(Setting::on, "on");
    if (change == GuestChange::iommu_width) return;
    guest.q35 = fact(true, "q35");
    guest.acpi = fact(true, "on");
    if (!is(guest.iommu, IommuModel::amd)) guest.iommu = fact(IommuModel::intel, "intel");
    guest.iommus = fact(1u, "1");
    guest.intremap = fact(Setting::on, "on");
    guest.caching_mode = fact(Setting::on, "on");
    guest.ioapic = fact(IoApic::split, "qemu");
    guest.iommu_first = fact(true, "first");
}

}  // namespace nestprobe

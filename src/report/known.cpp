// SPDX-License-Identifier: MIT
#include "report/known.hpp"

#include "base/text.hpp"
#include "rules/common.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <utility>

namespace nestprobe {
namespace {

std::string of_modules(const Facts& f) {
    const Module* other = f.module.other_vendor.if_known();
    if (other && other->state == Module::State::loaded && vendor_module_absent(f))
        return fmt::format(
            "{} is loaded, and another output names the other maker's processor: are they of one "
            "machine?",
            has(f, Technology::svm) ? "kvm_intel" : "kvm_amd");
    if (const Module* vendor = f.module.vendor.if_known()) {
        const std::string name = vendor_module_name(f);
        switch (vendor->state) {
            case Module::State::loaded: return fmt::format("{} is loaded", name);
            case Module::State::built_in: return fmt::format("{} is built in", name);
            case Module::State::present: return fmt::format("{} is in the kernel", name);
            case Module::State::absent: return fmt::format("{} is not loaded", name);
        }
    }
    const Module* kvm = f.module.kvm.if_known();
    if (!kvm) return {};
    switch (kvm->state) {
        case Module::State::absent: return "kvm is not loaded";
        case Module::State::built_in: return "kvm is built in, the common part";
        default: return "kvm is loaded, the common part";
    }
}

/// Modules that a tool looked for in /sys/module in vain.
std::string of_missing_modules(const Facts& f) {
    const auto* names = f.evidence ? f.evidence->missing.if_known() : nullptr;
    if (!names || names->empty()) return {};
    if (names->size() == 1) return fmt::format("{} is not in the kernel", names->front());
    return fmt::format("neither {} is in the kernel", fmt::join(*names, " nor "));
}

/// "kvm_intel.nested=1 is set by /etc/modprobe.d/kvm.conf:1", where what is in force is not known.
std::string what_is_asked_for(const Facts& f) {
    for (const std::string_view module : {"kvm_intel", "kvm_amd"})
        if (!f.module.name.if_known() || is(f.module.name, module))
            if (asked_value(f, module, "nested") == 1)
                return fmt::format("nested is asked for: {}", asked_by(f, module, "nested"));
    return {};
}

/// What was read answers this question, with a no, and neither of the others.
bool is_only_answer(const Report& report) {
    return report.verdict(Question::kvm_here).answer == Answer::unknown &&
           report.verdict(Question::kvm_in_guests).answer == Answer::unknown &&
           report.verdict(Question::device_assignment).answer == Answer::no;
}

/// Somebody has tried to give a device away: VFIO's words are in the log, in a paste or on the kernel command
/// line, or there is a group that it holds or refused.
bool was_assignment_tried(const Report& report) {
    const auto* groups = report.facts.iommu.shared_groups.if_known();
    if (groups && !groups->empty()) return true;
    if (report.facts.module.vfio_ids.if_known()) return true;
    const auto* lines = report.facts.kernel.log.if_known();
    if (lines &&
        std::any_of(lines->begin(), lines->end(), [](const LoggedLine& line) { return line.names_vfio; }))
        return true;
    if (const auto* words = report.facts.kernel.command_line.if_known())
        if (std::any_of(words->begin(), words->end(), [](const std::string& word) {
                return word.starts_with("vfio-pci.") || word.starts_with("vfio_pci.");
            }))
            return true;
    return std::any_of(report.pasted.begin(), report.pasted.end(), [](const std::string& line) {
        return contains(line, "vfio 0000:") || contains(line, "vfio-pci,host=") ||
               contains(line, "/dev/vfio");
    });
}

/// Nothing of KVM was given, and what was given shows a fault of the IOMMU's or of a device behind it.
bool is_only_fault(const Report& report) {
    if (!what_is_known(report.facts).empty()) return false;
    return std::any_of(report.findings.begin(), report.findings.end(), [](const Finding& f) {
        return f.rule->layer == Layer::iommu && f.rule->role == Role::advice &&
               f.outcome.status == Status::fail;
    });
}

/// The kernel was told of an IOMMU, or somebody's lines are about one.
bool is_iommu_wanted(const Report& report) {
    const auto asks = [](const std::string& word) {
        return word == "intel_iommu=on" || word == "amd_iommu=on" || word == "iommu=pt" ||
               word == "iommu=on" || word == "iommu.passthrough=1";
    };
    // Lines of the log by which devices got groups, and nothing of KVM.
    if (!report.pasted.empty() && report.facts.iommu.groups.if_known()) return true;
    const auto* words = report.facts.kernel.command_line.if_known();
    const auto* later = report.facts.evidence ? report.facts.evidence->boot_words.if_known() : nullptr;
    return (words && std::any_of(words->begin(), words->end(), asks)) ||
           (later && std::any_of(later->begin(), later->end(), asks)) ||
           std::any_of(report.pasted.begin(), report.pasted.end(),
                       [](const std::string& line) { return contains(line, "IOMMU"); });
}

}  // namespace

std::string what_processor_shows(const Facts& f) {
    const std::string word = hardware_word(f);
    const std::string_view flag = flag_word(f);
    const PerCpu<bool>& bit = cpuid_bit(f);
    const PerCpu<bool>& listed = f.kernel.flag_usable;
    if (f.cpu.technology.if_absent()) {
        if (f.kernel.flag_vmx.all(no) && f.kernel.flag_svm.all(no))
            return "the kernel lists neither vmx nor svm";
        return {};
    }
    if (bit.any(yes) && listed.any(yes)) return fmt::format("{} is there and the kernel lists it", word);
    if (bit.any(yes) && listed.all(no))
        return fmt::format("CPUID shows {}, and the kernel does not list it", word);
    if (bit.any(yes)) return fmt::format("CPUID shows {}", word);
    if (listed.any(yes)) return fmt::format("the kernel lists {}", flag);
    if (listed.all(no)) return fmt::format("the kernel does not list {}", flag);
    if (bit.all(no)) return fmt::format("CPUID shows no {}", word);
    if (lists_svm_or_lock(f)) return "the kernel lists svm or svm_lock, which stays where svm is off";
    return {};
}

std::string what_is_known(const Facts& f) {
    std::vector<std::string> known;
    const auto add = [&](std::string text) {
        if (!text.empty()) known.push_back(std::move(text));
    };
    if (is_foreign(f)) add(fmt::format("this is no x86 machine but {}", *f.kernel.arch.if_known()));
    if (heard(f, LogLine::arm_nested_on) || heard(f, LogLine::arm_nested_off))
        add("the kernel log says that KVM started");
    add(what_processor_shows(f));
    add(of_modules(f));
    if (!f.module.vendor.if_known()) add(of_missing_modules(f));
    if (is(f.module.nested, true)) add("nested is on");
    if (is(f.module.nested, false)) add("nested is off");
    if (f.module.nested.if_absent()) add(what_is_asked_for(f));
    if (is(f.device.open, true))
        add("/dev/kvm opens");
    else if (is(f.device.registered, true))
        add("KVM has registered /dev/kvm");
    else if (f.evidence && is(f.evidence->usable, true))
        add("/dev/kvm was there");
    else if (f.evidence && is(f.evidence->usable, false))
        add(fmt::format("{} found no KVM that it could use", f.evidence->usable_by));
    const std::vector<const LoggedLine*> lines = telling_lines(f);
    if (!lines.empty())
        add(quoted(*lines.back()));
    else if (const LoggedLine* start = heard_start(f))
        add(quoted(*start));
    return fmt::format("{}", fmt::join(known, "; "));
}

std::vector<std::string> what_the_log_means(const Facts& f) {
    std::vector<std::string> texts;
    for (const LoggedLine* line : telling_lines(f)) {
        const LogRow& row = log_row(line->id);
        const bool firmware = row.effect == LogEffect::off_by_firmware;
        std::string text =
            fmt::format("\"{}\": {}", line->text,
                        firmware && in_guest(f) ? "the hypervisor above has it off." : row.meaning);
        if (!row.is_not.empty() && !(firmware && in_guest(f))) text += fmt::format(" {}", row.is_not);
        texts.push_back(std::move(text));
    }
    return texts;
}

bool is_asked(const Report& report, Question question) {
    if (question != Question::device_assignment) return true;
    if (report.asked) return report.asked == question;
    if (!report.facts.guest)
        return was_assignment_tried(report) || is_only_answer(report) || is_only_fault(report);
    const GuestFacts& guest = *report.facts.guest;
    const IommuModel* iommu = guest.iommu.if_known();
    const unsigned* devices = guest.assigned_devices.if_known();
    return (iommu && *iommu != IommuModel::none) || (devices && *devices > 0);
}

bool is_lack_told(const Report& report, Question question) {
    if (report.asked == Question::kvm_in_guests) return question != Question::device_assignment;
    if (report.asked) return report.asked == question;
    const bool devices =
        (is_asked(report, Question::device_assignment) || is_iommu_wanted(report)) && !report.facts.guest;
    if (devices && question == Question::device_assignment) return true;
    return devices && what_is_known(report.facts).empty() ? question == Question::device_assignment
                                                          : is_asked(report, question);
}

bool is_answered(const Report& report, Question question) {
    return question != Question::device_assignment || !report.facts.guest ||
           report.asked != Question::kvm_in_guests;
}

namespace {

bool is_iommu_spoken_of(const Facts& f) {
    const auto* lines = f.kernel.log.if_known();
    return f.iommu.table.if_known() || f.iommu.instances.if_known() || f.iommu.groups.if_known() ||
           (lines && std::any_of(lines->begin(), lines->end(), [](const LoggedLine& line) {
                const LogEffect effect = log_row(line.id).effect;
                return effect >= LogEffect::iommu_on && effect <= LogEffect::ir_off;
            }));
}

// device-assignment and a guest's definition are other matters: there it is what is missing.
bool is_told_by_lack(const Report& report, const Verdict& verdict) {
    return verdict.question == Question::device_assignment ||
           (report.facts.guest && verdict.question != Question::kvm_here);
}

}  // namespace

std::string what_is_missing(const Report& report, const Verdict& verdict) {
    const bool devices = verdict.question == Question::device_assignment;
    const bool left_out =
        (report.facts.evidence || !report.pasted.empty()) && !(devices && is_iommu_spoken_of(report.facts));
    std::vector<std::pair<std::string, std::string>> missing;  // message, rules
    for (const Finding* f : verdict.because) {
        // What a definition does not say is what keeps its guest from an answer.
        const bool of_definition = f->rule->layer == Layer::guest && !devices;
        if (left_out && !of_definition && f->outcome.lacking.why == Why::not_recorded) continue;
        const auto same = std::find_if(missing.begin(), missing.end(),
                                       [&](const auto& m) { return m.first == f->outcome.message; });
        if (same == missing.end())
            missing.emplace_back(f->outcome.message, f->rule->id);
        else
            same->second += fmt::format(", {}", f->rule->id);
    }
    if (missing.empty()) return verdict.because.empty() ? "nothing that bears on it could be read" : "";
    std::string text;
    for (const auto& [message, rules] : missing)
        text += fmt::format("{}{} ({})", text.empty() ? "" : "; ", message, rules);
    return text;
}

bool is_anything_known(const Report& report, const Verdict& verdict) {
    return is_told_by_lack(report, verdict) || !what_is_known(report.facts).empty();
}

std::string headline_of_unknown(const Report& report, const Verdict& verdict) {
    if (is_told_by_lack(report, verdict)) {
        std::string missing = what_is_missing(report, verdict);
        if (missing.empty() && verdict.question == Question::device_assignment && is_iommu_wanted(report))
            return "an IOMMU is asked for, or spoken of; whether one is in use was not given";
        return missing.empty() ? "nothing that bears on it was given" : missing;
    }
    return is_anything_known(report, verdict)
               ? fmt::format("{}; that does not settle it", what_is_known(report.facts))
               : "nothing that bears on it is known";
}

std::string describe_machine(const Facts& facts) {
    const std::string* arch = facts.kernel.arch.if_known();
    std::string text = facts.cpu.brand.if_known() ? *facts.cpu.brand.if_known()
                       : arch                     ? fmt::format("{} processor", *arch)
                                                  : "unknown processor";
    if (const CpuSet* online = facts.cpu.online.if_known())
        text += fmt::format(", {} CPU{}", online->size(), online->size() == 1 ? "" : "s");
    if (const Level* level = facts.hypervisor.level.if_known()) {
        const Platform* platform = facts.hypervisor.platform.if_known();
        text += *level == Level::bare_metal
                    ? ", bare metal"
                    : fmt::format(", guest of {}", platform ? to_string(*platform) : "an unknown hypervisor");
    } else {
        text += ", bare metal or guest unknown";
    }
    if (facts.kernel.release.if_known()) text += fmt::format(", Linux {}", *facts.kernel.release.if_known());
    return text;
}

}  // namespace nestprobe

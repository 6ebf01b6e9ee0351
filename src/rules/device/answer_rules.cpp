// SPDX-License-Identifier: MIT
// Rules about what KVM itself answers, once /dev/kvm opens (NP605 to NP608).
#include "rules/common.hpp"

#include <fmt/format.h>

#include <optional>

namespace nestprobe {
namespace {

/// Nobody looked, or the refusal is another rule's: not this one's business, unless nothing else could be
/// read.
Outcome judge_refusal(const Facts& f, const Absent& absent) {
    const std::string message = carry(absent).message;
    if (software_kvm_unseen(f))
        return unknown(fmt::format(
            "{}; nor could the modules be read ({}): a KVM that needs neither VMX nor SVM may be here",
            message, carry(f.module.software.absence()).message));
    const bool looked =
        absent.error != 0 || (absent.why != Why::not_recorded && absent.why != Why::not_probed);
    if (!looked || has_own_rule(open_error(f))) return skip("/dev/kvm does not open: " + message);
    Outcome outcome =
        unknown(fmt::format("{}: that says neither that KVM works nor that it does not", message));
    outcome.because.push_back({"open(\"/dev/kvm\")", absent.detail});
    return outcome;
}

Outcome check_api(const Facts& f) {
    if (const Absent* absent = f.device.open.if_absent()) return judge_refusal(f, *absent);
    return judge(
        [](int version) {
            return version == 12
                       ? pass("KVM_GET_API_VERSION is 12")
                       : fail(fmt::format(
                             "KVM_GET_API_VERSION is {}, not 12: this is not the KVM that programs expect",
                             version));
        },
        f.device.api_version);
}

/// What KVM says is no proof where the log says that it could not switch VMX or SVM on.
std::optional<Outcome> doubt_of_log(const Facts& f, std::string_view said) {
    const LoggedLine* line = failed_to_enable(f);
    if (!line || holds_since_load(f)) return std::nullopt;
    return cite_log(unknown(fmt::format("{}, but the kernel log says \"{}\" (see above)", said, line->text)),
                    *line);
}

Outcome check_answers(const Facts& f) {
    return judge(
        [&](bool, int version) {
            if (version != 12) return fail("/dev/kvm opens, but does not answer as KVM does");
            if (auto doubted = doubt_of_log(f, "/dev/kvm opens and answers")) return *std::move(doubted);
            const std::string name = software_kvm(f);
            const std::string by =
                name.empty()
                    ? (f.module.vendor.if_known() && !vendor_module_absent(f) ? vendor_module_name(f) : "KVM")
                    : name + ", which needs neither VMX nor SVM";
            return pass(
                fmt::format("/dev/kvm opens and answers ({}){}", by, f.proof ? "" : "; no guest was run"));
        },
        f.device.open, f.device.api_version);
}

/// What KVM_GET_SUPPORTED_CPUID says about the technology of this machine; where that is unknown, either will
/// do for a yes, and both are needed for a no.
Fact<bool> offered(const Facts& f) {
    if (has(f, Technology::vmx)) return f.device.offers_vmx;
    if (has(f, Technology::svm)) return f.device.offers_svm;
    if (is(f.device.offers_vmx, true)) return f.device.offers_vmx;
    const Absent* svm = f.device.offers_svm.if_absent();
    return is(f.device.offers_svm, true) || (svm && withheld(*svm)) ? f.device.offers_svm
                                                                    : f.device.offers_vmx;
}

Outcome check_offers(const Facts& f) {
    return judge(
        [&](bool on) {
            const std::string offer = fmt::format("KVM offers {} to guests", hardware_word(f));
            if (auto doubted = doubt_of_log(f, offer); on && doubted) return *std::move(doubted);
            return on ? pass(offer) : fail(fmt::format("KVM does not offer {} to guests", hardware_word(f)));
        },
        offered(f));
}

Outcome check_withholds(const Facts& f) {
    const Fact<bool> answer = offered(f);
    if (const std::string name = software_kvm(f); !name.empty())
        return cite(skip(fmt::format("{} offers neither VMX nor SVM by design (NP506)", name)), answer);
    const bool failed = is(f.device.open, true) && withheld(answer.absence());
    if (!answer.if_known() && f.module.nested.if_known() && !(failed && is(f.module.nested, true)))
        return skip("KVM could not be asked; its parameter nested speaks for it (NP503)");
    return judge(
        [&](bool on) {
            if (on) return pass(fmt::format("KVM offers {} to guests", hardware_word(f)));
            const bool contradicts = is(f.module.nested, true);
            return fail(fmt::format("KVM_GET_SUPPORTED_CPUID does not offer {} to guests{}", hardware_word(f),
                                    contradicts ? fmt::format(", although {}.nested is on: another module "
                                                              "serves /dev/kvm, or this kernel was changed",
                                                              vendor_module_name(f))
                                                : ""));
        },
        answer);
}

constexpr std::string_view ioctl_see[] = {"Linux Documentation/virt/kvm/api.rst, \"System ioctls\"",
                                          "udev(7), 50-udev-default.rules"};
constexpr std::string_view cpuid_see[] = {
    "Linux Documentation/virt/kvm/api.rst, \"KVM_GET_SUPPORTED_CPUID\"",
    "Linux arch/x86/kvm/vmx/vmx.c, vmx_set_cpu_caps(); svm/svm.c, svm_set_cpu_caps()"};

constexpr Rule answer_rule_rows[] = {
    {
        .id = "NP605",
        .name = "kvm-api-unusable",
        .layer = Layer::device,
        .question = Question::kvm_here,
        .role = Role::blocker,
        .title = "/dev/kvm does not speak KVM's API",
        .explain =
            "Every KVM since 2.6.22 answers KVM_GET_API_VERSION with 12; programs must refuse any other.\n"
            "Where /dev/kvm does not open for a reason that is neither its absence nor a lack of rights\n"
            "(too many open files, out of memory, Input/output error), or does not answer, this rule says\n"
            "that nobody can tell: a module that is loaded does not outweigh a device that refuses.",
        .fix = "Check what the node is: it must have the numbers 10, 232.\n    ls -l /dev/kvm",
        .see = ioctl_see,
        .check = check_api,
        .worked = "ls -l /dev/kvm shows 10, 232, and nestprobe says that it answers.",
        .also = "Too many open files, or no memory: the errno in the message tells.",
    },
    {
        .id = "NP606",
        .name = "dev-kvm-answers",
        .layer = Layer::device,
        .question = Question::kvm_here,
        .role = Role::proof,
        .title = "/dev/kvm gives no answer",
        .explain =
            "A /dev/kvm that opens and answers belongs to a KVM that has accepted the machine: guests can\n"
            "be run, whatever could not be read on the way. No guest is run to find out.",
        .fix = "See the rules above.",
        .see = ioctl_see,
        .check = check_answers,
    },
    {
        .id = "NP607",
        .name = "nesting-offered",
        .layer = Layer::device,
        .question = Question::kvm_in_guests,
        .role = Role::proof,
        .title = "KVM has not said that it offers VMX or SVM to guests",
        .explain =
            "KVM_GET_SUPPORTED_CPUID is KVM's own answer to what a guest may be shown. VMX or SVM in it is\n"
            "proof that guests can nest, if their definition asks for it. KVM_CAP_NESTED_STATE is not: it\n"
            "is set on 5.10 to 6.16 even with nested off.",
        .fix = "See NP503.",
        .see = cpuid_see,
        .check = check_offers,
    },
    {
        .id = "NP608",
        .name = "kvm-withholds-nesting",
        .layer = Layer::device,
        .question = Question::kvm_in_guests,
        .role = Role::blocker,
        .title = "KVM does not offer VMX or SVM to guests",
        .explain = "What KVM_GET_SUPPORTED_CPUID does not contain, no guest can be given. This is so when "
                   "nested is off, and when /dev/kvm belongs to a KVM that does not nest.",
        .fix = "Switch the parameter nested on and reload the module (NP503).",
        .see = cpuid_see,
        .check = check_withholds,
        .worked = "nestprobe says that KVM offers VMX or SVM to guests (NP607).",
        .also = "Another module that serves /dev/kvm (NP506), which never offers it.",
    },
};

}  // namespace

std::span<const Rule> answer_rules() { return answer_rule_rows; }

}  // namespace nestprobe

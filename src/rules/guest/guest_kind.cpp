// SPDX-License-Identifier: MIT
// Rules about what runs a guest (NP701 to NP703): KVM, QEMU alone, or something else.
#include "definition/guest_accelerators.hpp"
#include "definition/guest_questions.hpp"
#include "rules/common.hpp"
#include "rules/guest/definition_words.hpp"

#include <fmt/format.h>

namespace nestprobe {
namespace {

/// The guest is run by KVM, or the outcome that stands for it.
constexpr std::string_view by_kvm = "KVM runs this guest";

Outcome foreign_accelerator(const Facts& f, Accelerator accelerator) {
    const OtherAccelerator* other = find_other_accelerator(accelerator);
    if (!other) return refused("the guest is neither KVM's nor QEMU's");
    const std::string written = of_libvirt(f) ? fmt::format("<domain type='{}'>", to_string(accelerator))
                                              : fmt::format("-accel {}", to_string(accelerator));
    return refused(
        fmt::format("{} names {}, not KVM. {} ({})", written, other->name, other->nesting, other->source),
        Remedy(other->instead));
}

/// libvirt src/qemu/qemu_domain.c: "Emulator ... does not support virt type 'kvm'".
Outcome foreign_processor(Accelerator accelerator, const std::string& arch) {
    if (accelerator != Accelerator::kvm)
        return fail(fmt::format("the guest's processor is {}, which has neither VMX nor SVM", arch));
    return refused(fmt::format("the guest's processor is {}, which KVM on this x86 system cannot run", arch));
}

Outcome check_foreign(const Facts& f) {
    return judge(
        [&](Accelerator accelerator, const std::string& arch) {
            if (accelerator != Accelerator::kvm && accelerator != Accelerator::tcg)
                return foreign_accelerator(f, accelerator);
            if (arch != "x86_64" && arch != "i686" && arch != "i386")
                return foreign_processor(accelerator, arch);
            return pass(accelerator == Accelerator::kvm ? std::string(by_kvm) : "QEMU emulates this guest");
        },
        f.guest->accelerator, f.guest->arch);
}

Outcome check_emulated(const Facts& f) {
    return judge(
        [&](Accelerator accelerator, CpuMode mode) {
            if (accelerator == Accelerator::kvm) return skip(std::string(by_kvm));
            if (accelerator != Accelerator::tcg) return skip("QEMU does not emulate the guest (NP701)");
            if (mode == CpuMode::host_passthrough)
                return refused(
                    of_libvirt(f)
                        ? "libvirt refuses it: \"CPU mode 'host-passthrough' for x86_64 qemu domain on "
                          "x86_64 host is not supported by hypervisor\""
                        : "QEMU refuses it: \"CPU model 'host' requires KVM or HVF\"",
                    run_guest_by_kvm(f));
            const std::optional<bool> svm = emulates_svm(*f.guest);
            if (!svm) return unknown("QEMU emulates SVM with some versions of this CPU model, and VMX never");
            return *svm ? pass("QEMU emulates SVM with this CPU")
                        : fail(
                              "QEMU emulates this guest, without KVM: VMX it never has, and SVM not with "
                              "this CPU",
                              run_guest_by_kvm(f).then(fix_guest_cpu(f)));
        },
        f.guest->accelerator, f.guest->cpu_mode);
}

Outcome check_slow(const Facts& f) {
    return judge(
        [&](Accelerator accelerator) {
            if (accelerator == Accelerator::kvm) return pass(std::string(by_kvm));
            if (accelerator != Accelerator::tcg) return skip("QEMU does not emulate the guest (NP701)");
            return fail(
                "QEMU emulates this guest instruction by instruction: expect a tenth of the speed or "
                "less, and its own guests slower still",
                run_guest_by_kvm(f));
        },
        f.guest->accelerator);
}

constexpr std::string_view guest_kind_see[] = {"libvirt formatdomain, \"Element and attribute overview\"",
                                               "QEMU target/i386/cpu.c, builtin_x86_defs; tcg/tcg-cpu.c"};

constexpr Rule guest_kind_rows[] = {
    {
        .id = "NP701",
        .name = "guest-of-another-kind",
        .layer = Layer::guest,
        .question = Question::kvm_in_guests,
        .role = Role::blocker,
        .title = "the guest is not an x86 guest of KVM or QEMU",
        .explain =
            "Definitions of other hypervisors' guests (Xen, LXC, ...), for QEMU's other accelerators (hvf,\n"
            "whpx, nvmm, hax) and of other architectures can be read, but KVM here has nothing to give them.",
        .fix = "Define a guest of type kvm, x86_64.",
        .see = guest_kind_see,
        .check = check_foreign,
        .worked = "virsh dumpxml GUEST begins with <domain type='kvm'>, and its <type> has arch='x86_64'.",
        .also = "A guest of another hypervisor, which that one can be asked about.",
    },
    {
        .id = "NP702",
        .name = "guest-emulated-without-svm",
        .layer = Layer::guest,
        .question = Question::kvm_in_guests,
        .role = Role::blocker,
        .title = "QEMU emulates the guest, with a CPU that has no SVM",
        .explain =
            "A guest of type qemu (or without -accel kvm) is emulated (TCG). QEMU can emulate SVM, slowly,\n"
            "with the CPU \"max\", with AMD's newer models and where svm is asked for; VMX it cannot.",
        .fix = "Run the guest with KVM: <domain type='kvm'>, -accel kvm. Where /dev/kvm is the obstacle, "
               "fix "
               "that first.",
        .see = guest_kind_see,
        .check = check_emulated,
        .edit = GuestChange::cpu,
        .worked = "In the guest, systemd-detect-virt says kvm.",
        .also = "KVM that fell back to emulation at the start, because /dev/kvm did not open (NP601, NP603).",
    },
    {
        .id = "NP703",
        .name = "guest-is-emulated",
        .layer = Layer::guest,
        .question = Question::kvm_in_guests,
        .role = Role::degraded,
        .title = "QEMU emulates the guest, without KVM",
        .explain =
            "A guest of type qemu, and one without -accel kvm: QEMU's TCG translates every instruction.\n"
            "Hypervisors run in it, at a fraction of the speed.",
        .fix = "Run the guest with KVM: <domain type='kvm'>, -accel kvm.",
        .see = guest_kind_see,
        .check = check_slow,
        .worked = "In the guest, systemd-detect-virt says kvm, not qemu.",
        .also = "KVM that fell back to emulation at the start, because /dev/kvm did not open (NP601, NP603).",
    },
};

}  // namespace

std::span<const Rule> guest_kind_rules() { return guest_kind_rows; }

}  // namespace nestprobe

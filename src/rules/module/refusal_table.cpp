// SPDX-License-Identifier: MIT
// What the lines mean by which KVM's module is refused, and what helps: data only.
#include "rules/module/refusals.hpp"

namespace nestprobe {
namespace {

constexpr std::string_view reinstall =
    "Reinstall the kernel's package, so that kvm and the vendor's module are of one build, in the initramfs "
    "too; then restart.";
constexpr std::string_view kernel_with_kvm =
    "See what this kernel was built with. Where CONFIG_KVM is not set there, modules alone do not help: boot "
    "a "
    "kernel that was built with KVM; a maker's own (a NAS, an appliance) has none to offer.\n"
    "    zgrep KVM /proc/config.gz || grep KVM \"/boot/config-$(uname -r)\"";
constexpr std::string_view right_kernel =
    "Restart into the kernel that is installed; or install the modules of the one that runs.\n    uname -r\n"
    "A module that was built by hand has to be built for this kernel.";
constexpr std::string_view same_microcode =
    "Bring all CPUs to the same microcode (loaded early, from the initramfs) and update the firmware. Until "
    "then, take the CPU that the line names offline before the module is loaded.";
constexpr std::string_view even_cpus =
    "The hypervisor above shows this guest CPUs that are not alike: stop the guest and start it again (not "
    "a reboot) on one host, with one CPU model for all its CPUs.";
constexpr std::string_view signing =
    "Use the distribution's own kvm and vendor module, which its kernel trusts: reinstall the kernel's "
    "package.\nA module that was built by hand has to be signed with a key that is enrolled. CERTIFICATE is "
    "that of the key:\n    sudo mokutil --import CERTIFICATE";
constexpr std::string_view unload_other =
    "Stop all virtual machines and unload the other vendor's module. OTHER is its name, among those that "
    "this "
    "prints:\n    lsmod | grep kvm\n    sudo modprobe -r OTHER\n"
    "It comes back unless it is removed from where it is loaded at boot.\n"
    "    grep -rs kvm /etc/modules /etc/modules-load.d";
constexpr std::string_view stop_other =
    "Stop the other hypervisor's virtual machines and unload its modules (vboxdrv, vmmon); only then does "
    "KVM's module load.";

constexpr std::string_view last_lines = "sudo dmesg | tail -n 5";
constexpr std::string_view who_sets_it =
    "grep -rs kvm /etc/modprobe.d /run/modprobe.d /usr/lib/modprobe.d /lib/modprobe.d /proc/cmdline";
constexpr std::string_view which_argument =
    "an option has a word that its parameter does not take, kvm is of another build, or an install line says "
    "/bin/false";
constexpr std::string_view see_which_argument =
    "See which: the kernel log's last lines name an option or a symbol; an install line leaves none. An "
    "option has to "
    "say 1 or 0, which every such parameter takes.";

// Linux arch/x86/kvm/, kernel/module/, kernel/params.c (4.19 to 7.2).
constexpr Refusal refusals[] = {
    {LogLine::kvm_feature_inconsistency, "NP515", "one CPU does not offer what the others do", same_microcode,
     even_cpus},
    {LogLine::vmcs_config_differs, "NP515", "one CPU's VMX capabilities differ from the others'",
     same_microcode, even_cpus},
    {LogLine::vmcs_config_differs_from_reference, "NP515",
     "one CPU's VMX capabilities differ from the others'", same_microcode, even_cpus},
    {LogLine::vm_entry_exit_pair, "NP515",
     "of a pair of VM-entry and VM-exit controls only one is offered, which no processor does",
     "Update microcode and firmware.\nAs a workaround (6.1 and later):\n"
     "    sudo modprobe kvm_intel error_on_inconsistent_vmcs_config=0",
     "The hypervisor above has to offer both or none: update it.\nAs a workaround (6.1 and later):\n"
     "    sudo modprobe kvm_intel error_on_inconsistent_vmcs_config=0"},
    {LogLine::vmcs_config_failed, "NP515",
     "a VMX control that KVM cannot do without is not offered, or reading a capability MSR failed",
     "Update microcode and firmware; where the processor is known to have all of VMX, report it.",
     "The hypervisor above shows VMX without all that KVM needs: update it, or give this guest the host's "
     "own "
     "CPU model (host-passthrough)."},
    {LogLine::kvm_vmx_disabled_on_cpu, "NP515", "VMX is locked off on one CPU and allowed on others",
     "Switch the machine off and on (not a restart); if it stays, update the firmware, which leaves one CPU "
     "out.",
     even_cpus},
    {LogLine::kvm_intel_not_fully_enabled, "NP515",
     "VMX is allowed, but the kernel took the flag away on a CPU",
     "Look for clearcpuid= on the kernel command line, and for lines of x86/cpu before that one.\n"
     "    cat /proc/cmdline\n    sudo dmesg | grep x86/cpu",
     even_cpus},
    {LogLine::kvm_pvm_in_its_guest, "NP515",
     "kvm_pvm does not serve in a guest of PVM, and no other KVM can, for such a guest is shown neither VMX "
     "nor SVM",
     "Run what needs KVM on a host whose KVM uses VMX or SVM, and shows it to guests, or on the hardware. "
     "What "
     "can do without uses emulation (QEMU without -accel kvm).",
     ""},
    {LogLine::kvm_inadequate_fpu, "NP515", "FXSAVE is missing: the processor lacks it, or nofxsr was given",
     "Remove nofxsr from the kernel command line and restart.",
     "Give this guest a CPU model with FXSR, such as the host's own (host-passthrough)."},
    {LogLine::kvm_pat_not_wb, "NP515",
     "the page attribute table does not begin with write-back, as under Xen PV or with nopat",
     "Remove nopat from the kernel command line and restart. In a Xen PV domain KVM cannot run: boot this "
     "kernel without Xen.",
     "Remove nopat from this guest's kernel command line and restart it. In a Xen PV domain KVM cannot run: "
     "make it an HVM domain."},
    {LogLine::kvm_rt_needs_constant_tsc, "NP515",
     "a PREEMPT_RT kernel's KVM demands a constant time-stamp counter",
     "Boot a kernel that is not PREEMPT_RT; this processor's counter is not constant.",
     "Give this guest an invariant time-stamp counter (libvirt: <feature policy='require' name='invtsc'/>), "
     "or boot a kernel that is not PREEMPT_RT."},
    {LogLine::kvm_nx_not_supported, "NP515",
     "NX is off: by noexec=off on the kernel command line, or by the processor's own switch",
     "Remove noexec=off from the kernel command line and restart; else switch on Execute Disable (XD, NX) in "
     "the firmware setup.",
     "Remove noexec=off from this guest's kernel command line; else give it a CPU model with nx."},
    {LogLine::kvm_amd_not_amd, "NP515", "kvm_amd of this kernel does not know this processor's vendor",
     "Boot a newer kernel: Hygon processors are known since 4.20.", ""},
    {LogLine::kvm_amd_svm_of_amd_alone, "NP515",
     "kvm_amd of this kernel does not know this processor's vendor",
     "Boot a newer kernel: Hygon processors are known since 4.20.", ""},
    {LogLine::has_svm_not_amd_or_hygon, "NP515", "kvm_amd of this kernel does not know this vendor",
     "Boot a newer kernel: Hygon processors are known since 4.20.", ""},
    {LogLine::has_svm_not_amd, "NP515", "kvm_amd of this kernel knows no vendor but AMD",
     "Boot a newer kernel: Hygon processors are known since 4.20.", ""},
    {LogLine::kvm_already_loaded_vendor, "NP515",
     "another vendor module owns kvm already; it has to go first", unload_other, ""},
    {LogLine::kvm_already_loaded_other, "NP515", "another vendor module owns kvm already; it has to go first",
     unload_other, ""},
    {LogLine::kvm_enabling_failed, "NP515",
     "VMX or SVM could not be switched on on a CPU: most likely another hypervisor held it", stop_other,
     stop_other},
    {LogLine::vmxon_faulted, "NP515",
     "VMXON faulted: another hypervisor held VMX, or that CPU does not allow it", stop_other, stop_other},
    {LogLine::loader_gave_up, "NP515", "a module hangs in its init",
     "Look at that module's own lines.\n    sudo dmesg | grep -i kvm\nThen restart.", ""},

    {LogLine::loader_symbol_of_image, "NP540",
     "kvm needs what a kernel has only where it was built with KVM, and this one lacks it: the module was "
     "built apart from it",
     kernel_with_kvm, ""},
    {LogLine::loader_symbol_differs, "NP540", "kvm in memory is of another build than the vendor's module",
     reinstall, ""},
    {LogLine::loader_symbol_version, "NP540", "kvm in memory is of another build than the vendor's module",
     reinstall, ""},
    {LogLine::loader_no_symbol_version, "NP540",
     "the module was built without versions for the symbols that it uses",
     "Build the module once more, against this kernel's own build folder, or take the distribution's.\n"
     "    ls -d \"/lib/modules/$(uname -r)/build\"",
     ""},
    {LogLine::loader_symbol_missing, "NP540",
     "kvm, which the vendor's module needs, was not there, or is of another build",
     "Look for a line that keeps kvm itself out, and delete it.\n"
     "    grep -rs 'install kvm' /etc/modprobe.d /usr/lib/modprobe.d /lib/modprobe.d\n"
     "Where insmod was used, use modprobe, which loads kvm first. Else renew the list of modules, or "
     "reinstall the kernel's package.\n    sudo depmod",
     ""},
    {LogLine::loader_symbol, "NP540",
     "kvm, which the vendor's module needs, was not there, or is of another build", reinstall, ""},

    {LogLine::loader_version_magic, "NP541", "the file is a module of another kernel", right_kernel, ""},
    {LogLine::loader_duplicate_symbol, "NP541",
     "the kernel has this code already: built in, or in another module",
     "Do not load this file. Where KVM is built in, its options go to the kernel command line.", ""},
    {LogLine::loader_elf, "NP541", "a module's file is damaged, or no module at all",
     "Reinstall the kernel's package, then renew the list of modules.\n    sudo depmod", "", false},
    {LogLine::loader_decompression, "NP541",
     "a module's file is compressed in a way that this kernel cannot undo, or damaged",
     "Reinstall the kernel's package, then renew the list of modules.\n    sudo depmod", "", false},

    {LogLine::loader_unsigned, "NP542", "a module without signature was refused: the kernel demands one",
     signing, "", false},
    {LogLine::loader_key_unavailable, "NP542",
     "a module was refused, for the key of its signature is not one that the kernel knows", signing, "",
     false},
    {LogLine::loader_crypto_unsupported, "NP542",
     "a module was refused, for its signature uses what this kernel cannot check", signing, "", false},
    {LogLine::loader_rejected, "NP542", "a module was refused for its signature", signing, "", false},
    {LogLine::loader_hash_blacklisted, "NP542",
     "a module was refused, for the firmware's list of revoked hashes (dbx) names its file",
     "Update the kernel's package: this build of the module is revoked.", "", false},
    {LogLine::lockdown_unsigned_module, "NP542",
     "the kernel is locked down (Secure Boot), and a module without a valid signature was refused", signing,
     "", false},
    {LogLine::lockdown_parameters, "NP542",
     "the kernel is locked down (Secure Boot), and a module's parameter was refused as unsafe",
     "Delete that parameter from modprobe.d or the kernel command line.", "", false},

    // The loaders' words: kmod tools/modprobe.c and insmod.c, systemd src/shared/module-util.c.
    {LogLine::modprobe_bad_option,
     "NP515",
     which_argument,
     see_which_argument,
     "",
     true,
     true,
     {last_lines, who_sets_it}},
    {LogLine::insmod_bad_option,
     "NP515",
     which_argument,
     see_which_argument,
     "",
     true,
     true,
     {last_lines, who_sets_it}},
    {LogLine::modprobe_not_permitted,
     "NP515",
     "the kernel forbids it: by lockdown, module_blacklist= or modules_disabled, or because it was not root "
     "who "
     "tried",
     "See which. Lockdown refuses what is not signed; module_blacklist= has to go from the kernel command "
     "line; "
     "modules_disabled lasts until the next boot.",
     "",
     true,
     true,
     {last_lines, "cat /sys/kernel/security/lockdown /proc/sys/kernel/modules_disabled /proc/cmdline"}},
    {LogLine::modprobe_busy,
     "NP515",
     "another hypervisor held VMX or SVM, or another module of KVM did",
     stop_other,
     stop_other,
     true,
     true,
     {"lsmod | grep -E '^(kvm|vboxdrv|vmmon)'"}},
    {LogLine::modprobe_io_error,
     "NP515",
     "KVM's set-up failed on a CPU: a control of VMX is missing, or the CPUs differ",
     "See which CPU and what.\n    sudo dmesg | grep -i kvm\n"
     "Then bring all CPUs to the same microcode and update the firmware.",
     "See what the kernel log says of it.\n    sudo dmesg | grep -i -E 'kvm|vmx'\n"
     "If it names a CPU, the hypervisor above shows this guest CPUs that are not alike: stop the guest and "
     "start it "
     "again (not a reboot) on one host, with one CPU model for all its CPUs.\n"
     "If it names none, what runs this guest offers VMX without a control that KVM needs: there, update the "
     "kernel "
     "or the hypervisor, and give the guest the host's processor instead of a named model.",
     true,
     true,
     {}},
    {LogLine::modprobe_exists,
     "NP515",
     "another vendor's module owns kvm already; it has to go first",
     "See which one it is, and unload it with all its virtual machines stopped.",
     "",
     true,
     true,
     {"lsmod | grep ^kvm"}},
    {LogLine::modprobe_unknown_symbol,
     "NP540",
     "kvm, which the vendor's module needs, was not there, or is of another build",
     reinstall,
     "",
     true,
     true,
     {last_lines}},
    {LogLine::modprobe_wrong_format,
     "NP541",
     "the file is a module of another kernel, or damaged",
     right_kernel,
     "",
     true,
     true,
     {last_lines}},
    {LogLine::insmod_wrong_format,
     "NP541",
     "the file is a module of another kernel, or damaged",
     right_kernel,
     "",
     true,
     true,
     {last_lines}},
    {LogLine::modprobe_key_rejected,
     "NP542",
     "its signature is missing, damaged, or of a key that the kernel "
     "does not know",
     signing,
     "",
     true,
     true,
     {last_lines}},
    {LogLine::modprobe_no_key,
     "NP542",
     "its signature is of a key that the kernel does not know",
     signing,
     "",
     true,
     true,
     {last_lines}},
};

}  // namespace

std::span<const Refusal> refusal_table() { return refusals; }

}  // namespace nestprobe

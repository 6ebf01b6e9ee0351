// SPDX-License-Identifier: MIT
// The table of messages.  A line of steps or worked that begins with four blanks is a command, whole.
// Statements about other people's products carry their source; they age, and say when they were made.
#include "messages/messages.hpp"

#include "base/packed_table.hpp"

#include <vector>

namespace nestprobe {
namespace {

// The formatter indents the whole table otherwise where one row has a word more.
// clang-format off
constexpr Message message_rows[] = {
    {.id = "vm-entry-invalid-guest-state",
     .program = "QEMU with KVM",
     .patterns = "failentry(2147483681\n"
                 "hardware error 0x80000021\n"
                 "vm entry failed with error 0x80000021\n"
                 "guest running in big real mode\n"
                 "without unrestricted mode support\n"
                 "entry_failure_reason = 0x80000021",
     .means =
         R"(VM entry failed with basic exit reason 33, "invalid guest state" (bit 31 of the number says "failed entry", 0x21 is 33). The processor, or the hypervisor above, refused the register state that KVM wanted to give the guest.)",
     .rules = "unrestricted-guest-off ept-off vmx-lacks-required-control",
     .causes =
         R"(1. No unrestricted guest: the processor lacks it (before Westmere), ept=0 or unrestricted_guest=0 was given, or the hypervisor above does not offer it. Then real-mode code, which all firmware starts with, is entered only in states that can be imitated.
2. The guest returns from system management mode: UEFI with Secure Boot, Windows 11 setup. Kernels of 2016 to 2022 had faults of that kind.
3. In a virtual machine: a fault of the hypervisor above, whose checks differ from the hardware's.)",
     .steps = R"(Is unrestricted guest on? It should say Y:
    cat /sys/module/kvm_intel/parameters/unrestricted_guest
If it says N, look for the option that did it, delete it and reload KVM with all guests off:
    grep -rnE 'unrestricted_guest=|ept=' /etc/modprobe.d /run/modprobe.d /usr/lib/modprobe.d /lib/modprobe.d
    sudo modprobe -r kvm_intel
    sudo modprobe kvm_intel
If no option is there and this is a virtual machine, the level above has to offer it; install a newer kernel there. If it says Y, install a newer kernel here. For the details of one failure, this is allowed at any time:
    echo 1 | sudo tee /sys/module/kvm_intel/parameters/dump_invalid_vmcs
then start the guest again and read the dump:
    sudo dmesg)",
     .worked = R"(The guest gets past its firmware, and the kernel log has no new "dump_invalid_vmcs" line.)",
     .otherwise =
         R"(A guest with Secure Boot that runs without it: the fault is in SMM, and switching Secure Boot off is a way round it. On AMD the number is another one: 0xffffffff.)",
     .source = "Intel SDM vol. 3, \"Basic VM-Exit Reasons\"; Linux arch/x86/kvm/vmx/vmx.c, "
               "vmx_handle_exit(); tianocore/edk2#91 (2016); snapd#12142 (2022-09)"},
    {.id = "vm-entry-msr-loading",
     .program = "QEMU with KVM",
     .patterns = "hardware error 0x80000022\n"
                 "entry_failure_reason = 0x80000022",
     .means =
         R"(VM entry failed with basic exit reason 34, "MSR loading": a register in the VM-entry MSR-load area was refused.)",
     .rules = "vmx-lacks-required-control vmx-capability-msrs-refused",
     .causes =
         R"(1. In a virtual machine: the hypervisor above does not know the register, or refuses its value.
2. A guest definition that gives the guest a register (a PMU register, for example) that the processor has not.
3. A fault of KVM.)",
     .steps =
         R"(Remove what is special from the guest's CPU first: the PMU, then all flags but the model.
    qemu-system-x86_64 -accel kvm -cpu host,pmu=off -m 512 -nographic
If the guest starts, give the flags back one at a time. If it does not, and this is a virtual machine, update the kernel of the level above.)",
     .worked = R"(The guest gets past its firmware.)",
     .otherwise = R"(0x80000021 is refused guest state, 0x7 refused controls: other pages.)",
     .source = "Intel SDM vol. 3, \"Basic VM-Exit Reasons\", \"VM-Entry Failures During or After Loading "
               "Guest State\""},
    {.id = "vm-entry-machine-check",
     .program = "QEMU with KVM",
     .patterns = "hardware error 0x80000029",
     .means =
         R"(VM entry failed with basic exit reason 41: a machine-check event happened during the entry. This is a hardware error.)",
     .causes = R"(1. Memory, cache or processor fault.
2. Overclocking or undervolting.)",
     .steps = R"(Read what the machine check said:
    sudo journalctl -k -b --grep 'mce|Hardware Error'
Take overclocking and undervolting back; test the memory.)",
     .worked = R"(The log stays free of machine checks under load.)",
     .otherwise = R"(Nothing in KVM's or the guest's settings causes this.)",
     .source = "Intel SDM vol. 3, \"Basic VM-Exit Reasons\""},
    {.id = "vm-entry-invalid-control",
     .program = "QEMU with KVM, Kata, uhyve, KubeVirt",
     .patterns = "failentry(7,\n"
                 "failentry(7)\n"
                 "hardware error 0x7\n"
                 "entry_failure_reason = 0x7",
     .means =
         R"page(VMLAUNCH or VMRESUME failed with VM-instruction error 7, "VM entry with invalid control field(s)". The controls that KVM set are not a combination that the processor, or the hypervisor above, takes.)page",
     .rules =
         "vmx-lacks-required-control vmx-capabilities-differ vmx-capability-msrs-refused guest-with-evmcs",
     .causes =
         R"(1. In a virtual machine, by far the most common: the hypervisor above shows a control in its capability registers and refuses it on entry. GitHub's hosted runners had it in waves.
2. Guest started with -overcommit cpu-pm=on or the like, which switches off exits that the level above wants.
3. The virtual machine was moved to a host with other capabilities while KVM stayed loaded.)",
     .steps =
         R"(Load the module again, so that it reads the capabilities of the present host; all guests have to be off:
    sudo modprobe -r kvm_intel
    sudo modprobe kvm_intel
If that does not help, switch optional helpers off, one at a time, until a guest starts:
    sudo modprobe -r kvm_intel
    sudo modprobe kvm_intel enable_apicv=0 preemption_timer=0
On a hosted CI runner: run the job again; it may get another host. Otherwise the kernel of the level above has to be updated.)",
     .worked = R"(A guest runs. nestprobe --prove runs a tiny one and says so; no static check can.)",
     .otherwise = R"(Error 8 is invalid host state, 0x80000021 invalid guest state.)",
     .source = "Intel SDM vol. 3, \"VM Instruction Error Numbers\"; actions/runner-images#5128; "
               "hermit-os/uhyve#1150, #1206"},
    {.id = "vm-entry-invalid-host-state",
     .program = "QEMU with KVM",
     .patterns = "hardware error 0x8\n"
                 "entry_failure_reason = 0x8",
     .means =
         R"page(VMLAUNCH or VMRESUME failed with VM-instruction error 8, "VM entry with invalid host-state field(s)": the state to return to is one that the processor, or the hypervisor above, does not take.)page",
     .rules = "vmx-lacks-required-control",
     .causes =
         R"(1. In a virtual machine: a fault of the hypervisor above, or one whose checks differ from the hardware's (CET, LA57, PKS shown but not carried through).
2. A kernel module of another hypervisor that changed control registers under KVM.)",
     .steps = R"(Is another hypervisor's module here? This should print nothing:
    lsmod | grep -E 'vboxdrv|vmmon'
In a virtual machine update the kernel of the level above, or remove newer features from the guest's CPU there.)",
     .worked = R"(A guest runs.)",
     .otherwise = R"(0x80000021 (guest state) and 0x7 (controls) have pages of their own.)",
     .source = "Intel SDM vol. 3, \"VM Instruction Error Numbers\""},
    {.id = "kvm-vmwrite-failed",
     .program = "Linux",
     .patterns = "vmwrite failed\n"
                 "vmread failed\n"
                 "vmwrite error\n"
                 "vmptrld failed\n"
                 "vmclear failed\n"
                 "vmlaunch failed",
     .means =
         R"(An instruction of VMX itself failed. err=12 is a field that this processor's VMCS has not; anything else, a VMCS that is not the current one.)",
     .rules = "vmx-lacks-required-control virtualization-in-use platform-shows-and-fails",
     .causes = R"(1. In a virtual machine: the level above shows a control and lacks its fields.
2. Another hypervisor on this system (VirtualBox, VMware) switched VMX off or took the VMCS away.)",
     .steps = R"(Is another hypervisor's module here? This should print nothing:
    lsmod | grep -E 'vboxdrv|vmmon'
    sudo journalctl -k -b --grep 'vmwrite|vmread|vmptrld|vmclear'
In a virtual machine update the level above.)",
     .worked = R"(No new such line.)",
     .otherwise = R"()",
     .source = "Linux arch/x86/kvm/vmx/vmx.c, vmwrite_error(), vmread_error(), vmclear_error(); Intel "
               "SDM vol. 3, \"VM Instruction Error Numbers\""},
    {.id = "vm-entry-unsupported-component",
     .program = "QEMU with KVM",
     .patterns = "hardware error 0xc",
     .means =
         R"(VM-instruction error 12, "VMREAD/VMWRITE from/to unsupported VMCS component": a VMCS field that KVM uses is not there.)",
     .rules = "vmx-lacks-required-control guest-with-evmcs",
     .causes =
         R"(1. In a virtual machine: the hypervisor above shows a control and does not implement its fields.
2. Enlightened VMCS, where the level above implements part of it.)",
     .steps = R"(Which field? The kernel log names it:
    sudo journalctl -k -b --grep 'vmwrite|vmread'
In a virtual machine update the level above; without enlightened VMCS (hv-evmcs) in the guest's CPU KVM takes the ordinary way.)",
     .worked = R"(A guest runs and the log has no new such line.)",
     .otherwise = R"()",
     .source = "Intel SDM vol. 3, \"VM Instruction Error Numbers\"; Linux arch/x86/kvm/vmx/vmx.c, "
               "vmwrite_error()"},
    {.id = "vm-entry-error-zero",
     .program = "QEMU with KVM",
     .patterns = "hardware error 0x0\n"
                 "entry_failure_reason = 0x0",
     .means =
         R"(VM entry failed and the VM-instruction error reads as 0, which is no error number: the failure was not recorded in a current VMCS. KVM has lost the VMCS, or the hypervisor above fails without saying why.)",
     .rules = "virtualization-in-use vmx-lacks-required-control",
     .causes =
         R"(1. Another hypervisor on this machine switched VMX off or took the VMCS away (VirtualBox 7.2.10 beside QEMU is known for it).
2. In a virtual machine: an old or faulty hypervisor above (kernels of 2018 and 2019, and AMD ones in 2026, are known for it).)",
     .steps = R"(Shut down the other product's guests, then unload its module and try again:
    lsmod | grep -E 'vboxdrv|vmmon'
    sudo modprobe -r vboxnetadp vboxnetflt vboxdrv
In a virtual machine without such a module: update the kernel of the level above, and start this machine again (shut down, start).)",
     .worked = R"(A guest runs, several times.)",
     .otherwise = R"(The number 0x0 says nothing about the guest's own definition.)",
     .source = "VirtualBox/virtualbox#711 (2026-06); kubevirt/kubevirt#2318 (2019); "
               "coconut-svsm/svsm#1081 (2026)"},
    {.id = "vmrun-invalid",
     .program = "QEMU with KVM on AMD",
     .patterns = "hardware error 0xffffffff\n"
                 "hardware error 0xffffffffffffffff",
     .means =
         R"(VMRUN ended with exit code -1, VMEXIT_INVALID: the processor, or the hypervisor above, refused the guest's state or controls. It is AMD's counterpart of Intel's 0x80000021 and 0x7.)",
     .rules = "nesting-offered",
     .causes =
         R"(1. In a virtual machine: a fault of the hypervisor above (KVM of before 5.10; Hyper-V before Windows 11 or Server 2022, or a configuration version below 9.3).
2. A guest in a state that KVM builds wrongly: newer kernels fixed several.)",
     .steps = R"(For the details of one failure:
    echo 1 | sudo tee /sys/module/kvm_amd/parameters/dump_invalid_vmcb
    sudo dmesg
Install a newer kernel, in a virtual machine on the level above first.)",
     .worked = R"(A guest runs.)",
     .otherwise = R"()",
     .source = "AMD APM vol. 2, \"VMRUN: Canonicalization and Consistency Checks\"; Linux "
               "arch/x86/kvm/svm/svm.c, svm_handle_exit()"},
    {.id = "kvm-entry-failed",
     .program = "QEMU with KVM",
     .patterns = "failentry(\n"
                 "kvm: entry failed, hardware error\n"
                 "kvm_exit_fail_entry\n"
                 "kvm_exit_fail_entry (9)",
     .means =
         R"(KVM could not enter the guest at all. The number tells why: 0x80000021 guest state, 0x80000022 register loading, 0x7 controls, 0x8 host state, 0x0 unknown, 0xffffffff on AMD.)",
     .rules = "vmx-lacks-required-control unrestricted-guest-off virtualization-in-use",
     .causes =
         R"(1. In a virtual machine: the hypervisor above shows nesting and does not carry it through.
2. Another hypervisor on this machine.
3. A guest that needs unrestricted guest where there is none.)",
     .steps = R"(Ask for the number's own page:
    nestprobe --explain='hardware error 0x80000021')",
     .worked = R"(A guest runs.)",
     .otherwise = R"()",
     .source = "Linux Documentation/virt/kvm/api.rst, KVM_EXIT_FAIL_ENTRY"},
    {.id = "kvm-run-failed",
     .program = "QEMU",
     .patterns = "kvm run failed",
     .means = R"(The guest ran, and KVM_RUN came back with an errno: the guest is lost.)",
     .rules = "guest-entry-fails unrestricted-guest-off",
     .causes =
         R"(1. "Bad address": memory of the guest that is no memory for KVM: a device's region, a file on a full or failing disk, huge pages that ran out.
2. "Invalid argument", "Input/output error": in a virtual machine, the level above refused the entry.
3. "Function not implemented": an exit that this kernel does not handle.)",
     .steps = R"(    sudo journalctl -k -b --grep 'kvm|Hardware Error'
    df -h /dev/shm
In a virtual machine update the kernel of the level above. nestprobe --prove tells whether any guest runs here:
    sudo nestprobe --prove)",
     .worked = R"(The guest stays up.)",
     .otherwise = R"()",
     .source = "Linux Documentation/virt/kvm/api.rst, KVM_RUN; QEMU accel/kvm/kvm-all.c, kvm_cpu_exec()"},
    {.id = "kvm-unknown-exit",
     .program = "QEMU",
     .patterns = "unknown exit, hardware reason\n"
                 "kvm: unhandled exit\n"
                 "unexpected exit reason",
     .means =
         R"(The processor, or the hypervisor above, ended the guest's run for a reason that this KVM does not know. The number is the exit reason of the manual (31 is RDMSR, 33 invalid guest state, 48 an EPT violation).)",
     .rules = "unrestricted-guest-off ept-off vmx-lacks-required-control",
     .causes = R"(1. In a virtual machine: the level above reports an exit that was not asked for.
2. A processor newer than this kernel.)",
     .steps =
         R"(Install a newer kernel; in a virtual machine on the level above first. Does a tiny guest run?
    sudo nestprobe --prove)",
     .worked = R"(The guest stays up.)",
     .otherwise = R"()",
     .source = "Intel SDM vol. 3, App. C, \"VMX Basic Exit Reasons\"; Linux include/uapi/linux/kvm.h, "
               "KVM_EXIT_UNKNOWN"},
    {.id = "kvm-internal-error-emulation",
     .program = "QEMU with KVM",
     .patterns = "kvm internal error. suberror: 1\n"
                 "emulation failure",
     .means =
         R"(KVM had to execute an instruction of the guest itself and does not know it. In ordinary guests that happens where the guest touches a device's memory with an unusual instruction, or runs real-mode code without unrestricted guest.)",
     .rules = "unrestricted-guest-off ept-off",
     .causes = R"(1. The guest jumped into nothing: the wrong firmware or kernel image.
2. No unrestricted guest or no EPT here, as under VirtualBox, so that far more is emulated.
3. An instruction that KVM's emulator lacks: newer kernels know more.)",
     .steps = R"(    cat /sys/module/kvm_intel/parameters/unrestricted_guest
    cat /sys/module/kvm_intel/parameters/ept
Both should say Y. In a guest of VirtualBox they often do not: use another hypervisor for nested guests. Otherwise try the guest with its firmware's default, and a newer kernel.)",
     .worked = R"(The guest gets past the instruction in the "Code=" line.)",
     .otherwise =
         R"(Suberror 3 is a fault while an event was delivered (bad page tables), 4 an exit KVM did not expect.)",
     .source = "Linux include/uapi/linux/kvm.h; slimbootloader/slimbootloader#1469 (2022-01)"},
    {.id = "kvm-internal-error",
     .program = "QEMU with KVM",
     .patterns = "kvm internal error. suberror",
     .means =
         R"(KVM gave up the guest: suberror 2 two exceptions at once, 3 a fault while an event was delivered, 4 an exit that it did not expect.)",
     .rules = "ept-off",
     .causes = R"(1. The guest's memory or page tables are wrong (wrong image, bad memory).
2. In a virtual machine: the level above reports an exit that this kernel does not know.)",
     .steps = R"(    sudo journalctl -k -b --grep 'unexpected exit reason|EPT'
Install a newer kernel; in a virtual machine on the level above.)",
     .worked = R"(The guest runs.)",
     .otherwise = R"()",
     .source = "Linux include/uapi/linux/kvm.h, KVM_INTERNAL_ERROR_*"},
    {.id = "qemu-set-msr-vmx",
     .program = "QEMU",
     .weight = Weight::fatal,
     .patterns = "failed to set msr 0x480\n"
                 "failed to set msr 0x481\n"
                 "failed to set msr 0x482\n"
                 "failed to set msr 0x483\n"
                 "failed to set msr 0x484\n"
                 "failed to set msr 0x485\n"
                 "failed to set msr 0x486\n"
                 "failed to set msr 0x487\n"
                 "failed to set msr 0x488\n"
                 "failed to set msr 0x489\n"
                 "failed to set msr 0x48a\n"
                 "failed to set msr 0x48b\n"
                 "failed to set msr 0x48c\n"
                 "failed to set msr 0x48d\n"
                 "failed to set msr 0x48e\n"
                 "failed to set msr 0x48f\n"
                 "failed to set msr 0x490\n"
                 "failed to set msr 0x491\n"
                 "failed to set msr 0x492\n"
                 "failed to set msr 0x493",
     .means =
         R"(QEMU asked KVM to show the guest a set of VMX capabilities that KVM does not offer, and aborted. 0x480 to 0x491 are the VMX capability registers; 0x48d, 0x48e, 0x48f and 0x490 are the pin-based, processor-based, exit and entry controls.)",
     .rules = "vmx-lacks-required-control guest-feature-switched-off guest-cpu-model-lacks-feature "
              "vmx-capabilities-differ",
     .causes =
         R"(1. In a virtual machine: the hypervisor above offers an incomplete set (value "to 0x0" for 0x480: QEMU found no VMX at all), so QEMU's model wants more than KVM has.
2. A guest definition with vmx-* flags of its own, or a named model, on a host whose kernel is older or newer than the model expects; so in containers that bring a newer QEMU (KubeVirt, Kata, dockur) to an old kernel (3.10 of CentOS 7, 4.x, 5.0), where a newer kernel helps.
3. A guest that was saved or moved from another kernel.
4. VMware above without virtual performance counters, of 0x48d and 0x48f: power the machine off, and tick "Virtualize CPU performance counters" beside VT-x (Fusion: "Enable code profiling applications"; vpmc.enable = "TRUE" in its .vmx).
5. hv-evmcs, or hv_passthrough, which brings it, in the guest's CPU: enlightened VMCS takes controls away that QEMU then sets, of 0x48d the preemption timer. Leave it out (hv_passthrough,hv-evmcs=off).)",
     .steps =
         R"(Use the host's own set. libvirt: in the guest definition write <cpu mode='host-passthrough'/> and no vmx- feature lines:
    virsh edit GUEST
QEMU:
    qemu-system-x86_64 -accel kvm -cpu host -m 512 -nographic
Does the guest itself need VMX? If not, leave it out, and the register is never set: -cpu host,-vmx, or <feature policy='disable' name='vmx'/>.)",
     .worked = R"(The guest starts. In it this is not 0, if VMX was wanted:
    grep -c -w vmx /proc/cpuinfo)",
     .otherwise =
         R"(0x345 and 0x38d to 0x3f1 are the PMU's registers: pmu=off. 0xc0000104 is AMD's TSC ratio.)",
     .source = "QEMU target/i386/kvm/kvm.c, kvm_buf_set_msrs(); kubevirt/kubevirt#5068; "
               "kata-containers#1326; canonical/lxd#6518"},
    {.id = "qemu-set-msr-pmu",
     .program = "QEMU",
     .weight = Weight::fatal,
     .patterns = "failed to set msr 0x345\n"
                 "failed to set msr 0x38d\n"
                 "failed to set msr 0x38e\n"
                 "failed to set msr 0x38f\n"
                 "failed to set msr 0x390\n"
                 "failed to set msr 0x3f1\n"
                 "failed to set msr 0x186\n"
                 "failed to set msr 0x187",
     .means =
         R"(QEMU asked KVM to set a register of the performance counters (PMU), which KVM refused, as a rule because the level above offers no such counters.)",
     .causes = R"(1. A virtual machine without a virtual PMU, in which guests get -cpu host.
2. kvm.enable_pmu=N on this host.)",
     .steps =
         R"(Start the guest without a PMU. QEMU: -cpu host,pmu=off. libvirt, inside <features>: <pmu state='off'/>
    virsh edit GUEST)",
     .worked = R"(The guest starts.)",
     .otherwise = R"(Has nothing to do with nested virtualization as such.)",
     .source = "QEMU target/i386/kvm/kvm.c; crc-org/crc#527 (2019-09)"},
    {.id = "qemu-set-msr-arch-capabilities",
     .program = "QEMU",
     .weight = Weight::fatal,
     .patterns = "failed to set msr 0x10a to",
     .means =
         R"(QEMU wanted to give the guest IA32_ARCH_CAPABILITIES (0x10a), which says what mitigations a processor needs, and KVM refused that register or its value.)",
     .rules = "",
     .causes =
         R"(1. In a virtual machine: KVM there lists the register and has another set of its bits than QEMU took.
2. QEMU and the kernel are years apart: an old QEMU, or a newer one in a container, on a kernel with other bits.)",
     .steps =
         R"(Leave the feature out. libvirt: in the guest definition, inside <cpu>: <feature policy='disable' name='arch-capabilities'/>
    virsh edit GUEST
QEMU:
    qemu-system-x86_64 -accel kvm -cpu host,-arch-capabilities -m 512 -nographic
Where -cpu does not know that word, take a model instead of host:
    qemu-system-x86_64 -accel kvm -cpu kvm64 -m 512 -nographic)",
     .worked = R"(The guest starts.)",
     .otherwise = R"(Has nothing to do with nesting. Newer QEMU and kernel agree on it.)",
     .source = "QEMU target/i386/kvm/kvm.c, kvm_put_msrs(); Linux arch/x86/kvm/x86.c, "
               "kvm_set_msr_common()"},
    {.id = "qemu-set-msr-waitpkg",
     .program = "QEMU",
     .weight = Weight::fatal,
     .patterns = "failed to set msr 0xe1 to",
     .means =
         R"(QEMU wanted to set IA32_UMWAIT_CONTROL (0xe1), which this processor, as it is shown here, does not have. KVM of Linux 5.4 to 5.7 lists it all the same.)",
     .rules = "",
     .causes =
         R"(1. This is a virtual machine, its kernel is one of 5.4 to 5.7 without the correction of 2020, and the host above ignores unknown registers (kvm.ignore_msrs=1, as for graphics passthrough), so that the register seems to be there.)",
     .steps = R"(Which kernel is it?
    uname -r
Before 5.8: install a newer kernel in this virtual machine, and restart it. Until then, have KVM here ignore it, too:
    echo 1 | sudo tee /sys/module/kvm/parameters/ignore_msrs
Or, on the host above, take ignore_msrs=1 away where nothing needs it.)",
     .worked = R"(The guest starts.)",
     .otherwise = R"(Has nothing to do with nesting as such.)",
     .source = "Linux f4cfcd2d5aea (5.8, 2020-05), KVM: x86: don't expose MSR_IA32_UMWAIT_CONTROL "
               "unconditionally; GNS3/gns3-server#1774 (2020-08)"},
    {.id = "qemu-set-msr-feature",
     .program = "QEMU",
     .weight = Weight::fatal,
     .patterns = "failed to set msr 0x122 to\n"
                 "failed to set msr 0x48 to\n"
                 "failed to set msr 0xc001011f to\n"
                 "failed to set msr 0xda0 to\n"
                 "failed to set msr 0xd90 to\n"
                 "failed to set msr 0x1c4 to\n"
                 "failed to set msr 0x1c5 to\n"
                 "failed to set msr 0x560 to\n"
                 "failed to set msr 0x570 to\n"
                 "failed to set msr 0x3b to\n"
                 "failed to set msr 0x6e0 to\n"
                 "failed to set msr 0xc0000104 to\n"
                 "failed to set msr 0x400000\n"
                 "failed to set msr 0x4b564d",
     .means =
         R"(QEMU wanted to set a register that belongs to one feature of the guest's CPU, and KVM refused it. Without the feature it is never set.)",
     .rules = "",
     .causes =
         R"(1. In a virtual machine: the level above shows the feature and lacks its register.
2. QEMU is newer or older than the kernel expects, or the guest was saved on another host.)",
     .steps =
         R"(The register's feature, as -cpu takes it: 0x122 -tsx-ctrl; 0x48 -spec-ctrl; 0xc001011f -virt-ssbd; 0xda0 -xsaves; 0xd90 -mpx; 0x1c4, 0x1c5 -xfd,-amx-tile; 0x560, 0x570 -intel-pt; 0x3b -tsc-adjust; 0x6e0 -tsc-deadline; 0xc0000104 -tsc-scale; 0x400000NN one of hv-*; 0x4b564dNN one of kvm-*. For example, of 0xda0:
    qemu-system-x86_64 -accel kvm -cpu host,-xsaves -m 512 -nographic
libvirt: in the guest definition, inside <cpu>, the same name without its dash: <feature policy='disable' name='xsaves'/>
    virsh edit GUEST)",
     .worked = R"(The guest starts.)",
     .otherwise = R"(Has nothing to do with nesting as such.)",
     .source = "QEMU 10.0 target/i386/kvm/kvm.c, kvm_put_msrs(), and cpu.h (the registers' numbers)"},
    {.id = "qemu-set-msr",
     .program = "QEMU",
     .weight = Weight::fatal,
     .patterns = "failed to set msr\n"
                 "kvm_msr_buf->nmsrs' failed",
     .means =
         R"(QEMU wanted to set a register of the guest that KVM refused, and aborted. The register's number is in the line.)",
     .rules = "vmx-lacks-required-control",
     .causes = R"(1. In a virtual machine: the level above lacks the register.
2. Guest definition and kernel do not go together.)",
     .steps =
         R"(Look at the line before the assertion for the number, then start the guest with a smaller CPU:
    qemu-system-x86_64 -accel kvm -cpu host,pmu=off,-vmx -m 512 -nographic)",
     .worked = R"(The guest starts; give flags back one at a time.)",
     .otherwise = R"()",
     .source = "QEMU target/i386/kvm/kvm.c, kvm_buf_set_msrs()"},
    {.id = "qemu-host-lacks-svm",
     .program = "QEMU",
     .patterns = "host doesn't support requested feature: cpuid*ecx.svm\n"
                 "host doesn't support requested feature: cpuid*ecx:svm",
     .means =
         R"(The guest's CPU model has SVM, AMD's virtualization, and KVM here does not offer it, so QEMU leaves it out. On an Intel processor it never can, and the line is harmless: the guest starts.)",
     .rules = "guest-cpu-of-another-vendor nested-parameter-off nesting-offered kvm-withholds-nesting",
     .causes =
         R"(1. An Intel processor, and a model of AMD's: qemu64, which is QEMU's own choice where no -cpu is given.
2. AMD: the nested parameter is off on this host.
3. AMD, in a virtual machine: SVM is not there for KVM at all.)",
     .steps = R"(Whose processor is it?
    grep -m1 vendor_id /proc/cpuinfo
GenuineIntel: nothing is wrong; give the guest the host's own CPU, and the line is gone, and the guest has vmx where nesting is on:
    qemu-system-x86_64 -accel kvm -cpu host -m 512 -nographic
AuthenticAMD: does KVM offer it? If this says 0, switch it on for good, with all guests off:
    cat /sys/module/kvm_amd/parameters/nested
    echo 'options kvm_amd nested=1' | sudo tee /etc/modprobe.d/zz-kvm-nested.conf
    sudo modprobe -r kvm_amd
    sudo modprobe kvm_amd)",
     .worked = R"(The line is gone, and in the guest this prints more than 0, where it is to nest:
    grep -c -E -w 'vmx|svm' /proc/cpuinfo)",
     .otherwise = R"(A guest that does not start has another reason: look at the other lines.)",
     .source = "QEMU target/i386/cpu.c, builtin_x86_defs, qemu64 (10.0); Linux "
               "arch/x86/kvm/svm/svm.c, svm_set_cpu_caps()"},
    {.id = "qemu-host-lacks-vmx",
     .program = "QEMU",
     .patterns = "host doesn't support requested feature: cpuid*ecx.vmx",
     .means =
         R"(KVM does not offer VMX or SVM to guests, so QEMU leaves it out and starts the guest without: no nesting in that guest.)",
     .rules = "nested-parameter-off nesting-offered guest-cpu-of-another-vendor kvm-withholds-nesting",
     .causes = R"(1. The nested parameter is off on this host.
2. The model is of the other maker: qemu64 asks for svm on Intel, where the line is harmless.
3. In a virtual machine: VMX or SVM is not there for KVM at all.)",
     .steps = R"(    cat /sys/module/kvm_intel/parameters/nested
    cat /sys/module/kvm_amd/parameters/nested
If the one that is there says N or 0, switch it on for good and reload KVM with all guests off:
    echo 'options kvm_intel nested=1' | sudo tee /etc/modprobe.d/zz-kvm-nested.conf
    sudo modprobe -r kvm_intel
    sudo modprobe kvm_intel
(kvm_amd on AMD.) Somebody may have switched it off on purpose, against escapes from nested guests.)",
     .worked = R"(The line is gone from the guest's log, and in the guest:
    grep -c -E -w 'vmx|svm' /proc/cpuinfo)",
     .otherwise = R"(With check='none' the guest starts all the same and simply has no vmx.)",
     .source = "QEMU target/i386/cpu.c; Linux arch/x86/kvm/vmx/vmx.c, vmx_set_cpu_caps()"},
    {.id = "qemu-host-lacks-vmx-control",
     .program = "QEMU",
     .patterns = "host doesn't support requested feature: msr(48",
     .means =
         R"(The guest definition asks for a single VMX feature (its name is in the line) that KVM does not offer. It is a warning: the guest starts without it. Where QEMU ended all the same, its reason is another line.)",
     .rules = "apicv-off shadow-vmcs-off vmx-lacks-required-control",
     .causes =
         R"(1. libvirt 9.10 and later write all vmx-* features of a model into the definition; this host has fewer.
2. APICv or posted interrupts are off here (enable_apicv=N), or the hypervisor above does not offer them.)",
     .steps =
         R"(As a rule nothing: it costs a nested guest some speed. To be rid of it use the host's own set:
    virsh edit GUEST
with <cpu mode='host-passthrough'/>.)",
     .worked = R"(The warning is gone after shutting the guest down and starting it.)",
     .otherwise = R"(Not a reason for a black screen or a failed start.)",
     .source = "QEMU target/i386/cpu.c; virt-manager/virt-manager#234 (2023-01)"},
    {.id = "kvm-uses-evmcs",
     .program = "Linux",
     .patterns = "using hyper-v enlightened vmcs",
     .means =
         R"(No fault: KVM loaded in a guest of Hyper-V (WSL 2, Azure, a machine with ExposeVirtualizationExtensions) that is shown VMX, and speaks to Hyper-V through the enlightened VMCS, which is faster.)",
     .rules = "kvm-module-loaded",
     .causes = R"(1. Hyper-V above offers it, and kvm_intel takes it by default.)",
     .steps = R"(Nothing has to be fixed. Where a guest fails as soon as it is entered, and only then, load KVM without it:
    sudo modprobe -r kvm_intel
    sudo modprobe kvm_intel enlightened_vmcs=0)",
     .worked = R"(    ls -l /dev/kvm)",
     .otherwise = R"(QEMU's hv-evmcs is another thing: it offers the same to a guest of this KVM.)",
     .source = "Linux arch/x86/kvm/vmx/vmx.c, hv_init_evmcs(), before 6.4 hardware_setup()"},
    {.id = "qemu-evmcs",
     .program = "QEMU",
     .patterns = "hyper-v enlightened vmcs\n"
                 "hv-evmcs\n"
                 "hv_evmcs",
     .means =
         R"(The enlightened VMCS, which makes Hyper-V in a Windows guest faster, cannot be given as it is asked for.)",
     .rules = "guest-evmcs-without-vapic guest-with-evmcs",
     .causes = R"page(1. "requires Hyper-V virtual APIC (hv-vapic)": that one has to be asked for too.
2. "is not supported by kernel": AMD, nesting off, or a kernel before 4.20.)page",
     .steps = R"(    cat /sys/module/kvm_intel/parameters/nested
Y: add vapic. libvirt, in <hyperv>: <vapic state='on'/> beside <evmcs state='on'/>; QEMU: hv-vapic beside hv-evmcs in -cpu. No such file, or N: leave evmcs out.
    virsh edit GUEST)",
     .worked = R"(The guest starts.)",
     .otherwise = R"()",
     .source = "QEMU target/i386/kvm/kvm.c, kvm_hyperv_properties; docs/system/i386/hyperv.rst"},
    {.id = "qemu-no-hugepages",
     .program = "QEMU",
     .weight = Weight::fatal,
     .patterns = "unable to map backing store for guest ram: cannot allocate memory\n"
                 "unable to map backing store for hugepages: cannot allocate memory\n"
                 "can't open backing store /dev/hugepages\n"
                 "file_ram_alloc: can't mmap ram pages: cannot allocate memory\n"
                 "os_mem_prealloc: insufficient free host memory pages",
     .means =
         R"(The guest's memory is to come from huge pages, and there are not enough free ones of that size. KVM is not at fault.)",
     .rules = "",
     .causes =
         R"(1. None, or too few, were set aside: HugePages_Free times Hugepagesize is less than the guest's memory.
2. They were asked for late, when memory was in pieces already; or they are of another size (2 MiB, 1 GiB), or on another NUMA node.
3. Another guest, or what is left of one, has them; in Kubernetes, the guest's own overhead is not in the limit.)",
     .steps = R"(How many are there, and free?
    grep -i huge /proc/meminfo
Ask for as many as the guest needs: for 8 GiB in pages of 2 MiB that is 4096, and some more.
    echo 4200 | sudo tee /proc/sys/vm/nr_hugepages
    grep HugePages_Free /proc/meminfo
Fewer than asked for: ask at boot, on the kernel command line (hugepagesz=1G hugepages=8), and restart. Or do without: take <memoryBacking><hugepages/></memoryBacking> out.
    virsh edit GUEST)",
     .worked = R"(The guest starts, and HugePages_Free falls by what it has.)",
     .otherwise =
         R"(Incus and LXD: limits.memory.hugepages; Kata: enable_hugepages. The host needs the pages all the same.)",
     .source = "QEMU util/mmap-alloc.c, backends/hostmem-file.c; Linux "
               "Documentation/admin-guide/mm/hugetlbpage.rst"},
    {.id = "qemu-no-memory",
     .program = "QEMU",
     .weight = Weight::fatal,
     .patterns = "cannot set up guest memory*cannot allocate memory\n"
                 "cannot set up guest memory",
     .means =
         R"(The host has not that much memory to give: the guest does not start. KVM and nesting are not at fault.)",
     .rules = "",
     .causes =
         R"(1. The guest's memory is more than what is free, or than what the kernel lends out (vm.overcommit_memory=2).
2. A limit of the place: a container's or a pod's memory, ulimit -v, a virtual machine above that is small.)",
     .steps = R"(How much is there, and does the kernel lend more?
    free -m
    cat /proc/sys/vm/overcommit_memory
Give the guest less (QEMU: -m 2048; libvirt: <memory unit='MiB'>2048</memory>), stop other guests, or give the machine that runs it more.
    virsh edit GUEST)",
     .worked = R"(The guest starts.)",
     .otherwise = R"(Where huge pages are asked for, QEMU speaks of a "backing store": that page is another.)",
     .source = "QEMU system/physmem.c, ram_block_add(); Linux Documentation/mm/overcommit-accounting.rst; "
               "redhatdemocentral/ocp-install-demo#35 (2017-09)"},
    {.id = "nested-migration",
     .program = "QEMU, libvirt",
     .patterns = "does not support live migration yet\n"
                 "non-migratable cpu device\n"
                 "nested*cannot be migrated\n"
                 "kvm_get_nested_state\n"
                 "kvm_set_nested_state\n"
                 "get_nested_state\n"
                 "set_nested_state\n"
                 "nested state*fail\n"
                 "migration*nested virtualization",
     .means =
         R"(The guest cannot be saved or moved while it has nested state, or a CPU feature that ties it to this host (invtsc).)",
     .causes =
         R"(1. Nested VMX with QEMU before 4.2 or Linux before 5.3; nested SVM with older ones than 5.8. QEMU 4.0 and 4.1 refuse as soon as the guest's CPU has vmx, whether it nests or not.
2. -cpu host with invtsc, or migratable=off.)",
     .steps = R"(Which QEMU is it? From 4.2 on, with Linux 5.3 or later, it goes.
    qemu-system-x86_64 --version
    uname -r
Older, and the guest need not nest: leave vmx out (inside <cpu>: <feature policy='disable' name='vmx'/>; QEMU: -cpu host,-vmx), then shut the guest down and start it.
    virsh edit GUEST
It has to nest: shut the guests inside it down first, or shut the guest itself down and start it on the other host. Is a feature in the definition that ties it to this one?
    virsh dumpxml GUEST | grep -E 'invtsc|migratable')",
     .worked = R"(The migration runs.)",
     .otherwise = R"()",
     .source = "Linux Documentation/virt/kvm/x86/running-nested-guests.rst; QEMU target/i386/kvm/kvm.c"},
    {.id = "qemu-host-lacks-feature",
     .program = "QEMU",
     .patterns = "host doesn't support requested feature\n"
                 "host doesn't support requested features",
     .means =
         R"(The CPU model in the guest definition has a feature that this host's KVM does not offer. Without "enforce" the guest starts without it; with it, QEMU stops.)",
     .rules = "guest-cpu-model-lacks-feature guest-will-not-start",
     .causes = R"(1. A model newer than the processor.
2. A feature that microcode switched off (TSX: hle, rtm).)",
     .steps =
         R"(Use -cpu host, or <cpu mode='host-model'/>, or the model's variant without the feature (-noTSX).
    virsh domcapabilities --virttype kvm
lists the models that are usable here.)",
     .worked = R"(No such line in the guest's log.)",
     .otherwise = R"(Only vmx and svm decide nesting; they have a page of their own.)",
     .source = "QEMU target/i386/cpu.c"},
    {.id = "qemu-cpu-host-needs-kvm",
     .program = "QEMU",
     .weight = Weight::fatal,
     .patterns = "cpu model 'host' requires kvm\n"
                 "'host' cpu model requires\n"
                 "cpu model 'host' requires",
     .means =
         R"(-cpu host is the host's processor, which only KVM (on a Mac HVF) can give. QEMU was started without, or could not use it and fell back.)",
     .rules = "guest-is-emulated dev-kvm-missing dev-kvm-permission-denied",
     .causes = R"(1. No -accel kvm (or -enable-kvm) on the command line: plain QEMU emulates.
2. -machine accel=kvm:tcg fell back to emulation, because KVM could not be opened.)",
     .steps = R"(Ask for KVM alone, so that the reason is printed:
    qemu-system-x86_64 -accel kvm -cpu host -m 512 -nographic
Without KVM, slow: -cpu max instead.)",
     .worked = R"(The guest starts, and systemd-detect-virt in it says kvm.)",
     .otherwise = R"()",
     .source = "QEMU target/i386/host-cpu.c, host_cpu_realizefn()"},
    {.id = "qemu-fell-back-to-tcg",
     .program = "QEMU",
     .patterns = "falling back to tcg\n"
                 "back to tcg accelerator\n"
                 "warning: kvm is not available*tcg",
     .means =
         R"(KVM could not be used, and QEMU emulates the guest instead: it works, many times slower, and without VMX.)",
     .rules = "guest-is-emulated dev-kvm-missing dev-kvm-permission-denied",
     .causes = R"(1. The line before it says why KVM failed; it has a page of its own.
2. Several accelerators were given (accel=kvm:tcg).)",
     .steps = R"(    ls -l /dev/kvm
    qemu-system-x86_64 -accel kvm -cpu host -m 512 -nographic)",
     .worked = R"(The line is gone.)",
     .otherwise = R"()",
     .source = "QEMU accel/accel-system.c, system/vl.c, configure_accelerators()"},
    {.id = "qemu-tcg-lacks-vmx",
     .program = "QEMU",
     .patterns = "tcg doesn't support requested feature: cpuid*ecx.vmx",
     .means = R"(QEMU emulates this guest in software (TCG), and TCG has no VMX: KVM is not used.)",
     .rules = "guest-is-emulated guest-of-another-kind",
     .causes = R"(1. KVM could not be opened and QEMU fell back, or no -accel kvm was given.
2. The guest is of type qemu in libvirt.)",
     .steps = R"(Give -accel kvm alone, so that the reason is printed and nothing falls back:
    qemu-system-x86_64 -accel kvm -cpu host -m 512 -nographic
libvirt: the first line of the definition has to be <domain type='kvm'>.
    virsh edit GUEST)",
     .worked = R"(In the guest systemd-detect-virt says kvm and not qemu.)",
     .otherwise = R"(TCG does emulate SVM: -cpu max or EPYC shows svm, very slowly.)",
     .source = "QEMU docs/system/i386, target/i386/tcg"},
    {.id = "qemu-tcg-lacks-feature",
     .program = "QEMU",
     .patterns = "tcg doesn't support requested feature",
     .means =
         R"(QEMU emulates this guest in software (TCG) and leaves out a feature that the model has. A warning.)",
     .rules = "guest-is-emulated",
     .causes = R"(1. KVM is not used: not asked for, or not there.)",
     .steps = R"(    qemu-system-x86_64 -accel kvm -cpu host -m 512 -nographic)",
     .worked = R"(The warning is gone, and KVM is used.)",
     .otherwise = R"(Under TCG the warning itself is harmless.)",
     .source = "QEMU target/i386/cpu.c"},
    {.id = "docker-no-dev-kvm",
     .program = "Docker, Podman",
     .patterns = "custom device \"/dev/kvm\": no such file\n"
                 "error: stat /dev/kvm: no such file or directory\n"
                 "error mounting \"/dev/kvm\"",
     .means =
         R"(The container asks for /dev/kvm, and there is none where the daemon runs. The container and its image are not at fault.)",
     .rules = "dev-kvm-missing kvm-module-not-loaded hypervisor-hides-vmx hypervisor-hides-svm "
              "no-hardware-virtualization",
     .causes =
         R"(1. The daemon runs in a virtual machine that has no KVM: Docker Desktop (on Linux too), Docker on a Mac or on Windows, a rented server.
2. On this Linux KVM's module is not loaded, or virtualization is off in firmware setup.
3. A Mac with Apple silicon, or a Raspberry Pi: KVM there is for arm64 guests alone, and macOS has none.)",
     .steps =
         R"(Where does the daemon run? desktop-linux means a virtual machine of Docker Desktop's, and default this system:
    docker context show
On this system, outside of all containers:
    ls -l /dev/kvm
    sudo modprobe kvm_intel
    sudo modprobe kvm_amd
One of the two loads, or says why not: that line has a page of its own. With Docker Desktop on Linux use Docker Engine instead, beside it:
    docker context use default
On Windows it takes WSL 2 on Windows 11, with nested virtualization on (its default); on a Mac there is no way.)",
     .worked = R"(    docker run --rm --device /dev/kvm alpine ls -l /dev/kvm
shows the device.)",
     .otherwise =
         R"(Leaving the option --device away lets the container start, and emulate: many times slower.)",
     .source = "sickcodes/Docker-OSX#578 (2022-12), #604; dockur/windows#1150 (2025-03); "
               "vdsm/virtual-dsm#498 (2023-12)"},
    {.id = "dev-kvm-is-a-directory",
     .program = "Docker, QEMU",
     .patterns = "custom device \"/dev/kvm\": not a device node\n"
                 "kvm kernel module: is a directory\n"
                 "/dev/kvm: is a directory\n"
                 "/dev/kvm : is a directory",
     .means =
         R"(/dev/kvm is an ordinary file or directory, not KVM's device. Docker makes such a directory for -v /dev/kvm:/dev/kvm where there was no device.)",
     .rules = "dev-kvm-missing kvm-api-unusable kvm-module-not-loaded",
     .causes =
         R"(1. A container was started with -v (a volume) instead of --device while KVM was not loaded.
2. Somebody made the node by hand.)",
     .steps = R"(Outside of the container, see what it is:
    ls -ld /dev/kvm
If the line begins with d, remove the empty directory and load KVM:
    sudo rmdir /dev/kvm
    sudo modprobe kvm_intel
    sudo modprobe kvm_amd
Then give the device, not a volume:
    docker run --device /dev/kvm IMAGE)",
     .worked = R"(    ls -l /dev/kvm
begins with crw.)",
     .otherwise = R"()",
     .source = "Docker documentation, bind mounts (a source that does not exist becomes a directory); "
               "sickcodes/Docker-OSX#841 (2024-11)"},
    {.id = "qemu-sev-init",
     .program = "QEMU, Linux",
     .weight = Weight::fatal,
     .patterns = "sev_guest_init: failed to initialize\n"
                 "sev_kvm_init: failed to initialize\n"
                 "sev_common_kvm_init: failed to initialize\n"
                 "sev_kvm_init: failed to get platform status\n"
                 "sev_guest_init: failed to get platform status\n"
                 "sev_common_kvm_init: failed to get platform status\n"
                 "sev_guest_init: failed to open /dev/sev\n"
                 "sev_common_kvm_init: failed to open /dev/sev\n"
                 "sev_kvm_init: failed to open /dev/sev\n"
                 "memory encryption not enabled by bios\n"
                 "sev: failed to init error\n"
                 "sev-snp: failed to init\n"
                 "sev: failed: invalid state",
     .means =
         R"(The guest is to be encrypted by SEV, and SEV cannot be used here. That QEMU then fails to initialize KVM follows from it: /dev/kvm itself was opened.)",
     .rules = "",
     .causes =
         R"(1. Memory encryption, or SEV, is off in firmware setup (SMEE, SEV Control, SEV-ES ASID space), or the processor is no EPYC.
2. kvm_amd was loaded without it: the parameter sev is N, as it is by default on older kernels.
3. The processor's firmware is too old, or wants its update (/lib/firmware/amd).)",
     .steps = R"(What do the kernel and its module say?
    sudo dmesg | grep -i -e sev -e ccp
    cat /sys/module/kvm_amd/parameters/sev
"not enabled by BIOS": firmware setup. N, and no such line: switch it on, with all guests off:
    echo 'options kvm_amd sev=1' | sudo tee /etc/modprobe.d/kvm-amd-sev.conf
    sudo modprobe -r kvm_amd
    sudo modprobe kvm_amd
Or start the guest without memory encryption.)",
     .worked = R"(This prints Y or 1, and /dev/sev is there:
    cat /sys/module/kvm_amd/parameters/sev)",
     .otherwise = R"(Has nothing to do with nesting: a guest that is encrypted cannot run KVM itself.)",
     .source = "QEMU target/i386/sev.c; Linux drivers/crypto/ccp/psp-dev.c, psp_check_sev_support(), "
               "sev-dev.c; AMDESE/AMDSEV#36 (2019-08)"},
    {.id = "kvm-module-no-such-file",
     .program = "QEMU",
     .weight = Weight::fatal,
     .patterns = "could not access kvm kernel module: no such file or directory\n"
                 "failed to initialize kvm: no such file or directory",
     .means =
         R"(There is no /dev/kvm: KVM's module is not loaded, or this is a container to which the device was not given.)",
     .rules = "dev-kvm-missing kvm-module-not-loaded kvm-module-missing no-hardware-virtualization "
              "vmx-disabled-by-firmware svm-disabled-by-firmware hypervisor-hides-vmx hypervisor-hides-svm",
     .causes =
         R"(1. In a virtual machine or rented server: VMX or SVM is not shown to it, so nothing loads the module.
2. On real hardware: VT-x or SVM Mode is off in firmware setup, often after a firmware update or a reset to defaults.
3. A container without the device.
4. The module is blacklisted, or the running kernel's modules are gone (updated, not restarted).)",
     .steps = R"(Try to load it; the error says which of the four it is:
    sudo modprobe kvm_intel
    sudo modprobe kvm_amd
"Operation not supported": see that page. In a container pass the device in:
    docker run --device /dev/kvm IMAGE)",
     .worked = R"(    ls -l /dev/kvm)",
     .otherwise = R"(Installing qemu-kvm does not create the device; only the kernel's module does.)",
     .source = "QEMU accel/kvm/kvm-all.c; cases of foxlet/macOS-Simple-KVM#252"},
    {.id = "kvm-module-permission-denied",
     .program = "QEMU",
     .weight = Weight::fatal,
     .patterns = "could not access kvm kernel module: permission denied\n"
                 "failed to initialize kvm: permission denied",
     .means =
         R"(/dev/kvm is there and this user may not open it for reading and writing. Virtualization itself is fine.)",
     .rules = "dev-kvm-permission-denied",
     .causes =
         R"(1. The user is not in the group of /dev/kvm (kvm as a rule), or was added and has not logged in again.
2. In a container: the device has a group that the container does not know, or the device cgroup forbids it.
3. libvirt: QEMU runs as libvirt-qemu or qemu, and that user is not in the group.)",
     .steps = R"page(    ls -l /dev/kvm
    sudo usermod -aG kvm "$USER"
(the group that ls showed), then log in again. For this session alone:
    sudo setfacl -m "u:$USER:rw" /dev/kvm
Docker:
    docker run --device /dev/kvm --group-add "$(stat -c %g /dev/kvm)" IMAGE)page",
     .worked = R"(    test -r /dev/kvm -a -w /dev/kvm && echo yes)",
     .otherwise = R"(chmod 666 works until the next start only and opens KVM to everybody.)",
     .source = "QEMU accel/kvm/kvm-all.c; udev rules 50-udev-default.rules"},
    {.id = "kvm-module-operation-not-permitted",
     .program = "QEMU",
     .weight = Weight::fatal,
     .patterns = "could not access kvm kernel module: operation not permitted\n"
                 "failed to initialize kvm: operation not permitted",
     .means =
         R"(Opening /dev/kvm was refused with EPERM: not by the file's mode but by a device cgroup, a sandbox or a security module.)",
     .rules = "dev-kvm-permission-denied",
     .causes = R"(1. A container or a systemd unit without the device (DeviceAllow, --device).
2. SELinux or AppArmor.)",
     .steps = R"(Docker: --device /dev/kvm. A unit: DeviceAllow=/dev/kvm rw. Was it SELinux?
    sudo ausearch -m AVC -ts recent)",
     .worked = R"(The guest starts. Looking at the file's mode is not enough: EPERM comes from elsewhere.)",
     .otherwise = R"(Group membership does not help against EPERM.)",
     .source = "Linux Documentation/admin-guide/cgroup-v2.rst, \"Device controller\""},
    {.id = "kvm-device-busy",
     .program = "QEMU, minikube, Firecracker, multipass",
     .weight = Weight::fatal,
     .patterns = "could not access kvm kernel module: device or resource busy\n"
                 "failed to initialize kvm: device or resource busy\n"
                 "ioctl(kvm_create_vm) failed: 16\n"
                 "unable to create vm: oserror(16)",
     .means = R"(KVM is loaded and could not switch VMX or SVM on: another hypervisor holds it.)",
     .rules = "virtualization-in-use",
     .causes =
         R"(1. VirtualBox or VMware has a guest running, or, with VirtualBox, just its window open.
2. Another hypervisor's module (vboxdrv, vmmon) of a product that is no longer used.
3. In a virtual machine: the level above refused VMXON.)",
     .steps = R"(Shut the other product's guests down, then see what is loaded:
    lsmod | grep -E 'vboxdrv|vmmon'
    sudo journalctl -k -b --grep 'enabling virtualization|VMXON'
Unload it if you do not need it:
    sudo modprobe -r vboxnetadp vboxnetflt vboxdrv
    sudo /etc/init.d/vmware stop)",
     .worked = R"(The guest starts.)",
     .otherwise =
         R"(The way round (KVM keeps VirtualBox out) is VERR_VMX_IN_VMX_ROOT_MODE and VERR_SVM_IN_USE.)",
     .source = "Linux virt/kvm/kvm_main.c; dhiltgen/docker-machine-kvm#64; kubernetes/minikube#4913"},
    {.id = "arm-guest-cpu-type",
     .program = "QEMU for arm64",
     .weight = Weight::fatal,
     .patterns = "kvm is not supported for this guest cpu type",
     .means =
         R"(KVM works. On Arm it runs guests with the host's own processor alone, and QEMU was asked for another model, or for none: the machine virt then takes cortex-a15, which is of 32 bits.)",
     .rules = "no-x86-machine",
     .causes = R"(1. -cpu is missing, or names a model: cortex-a57, cortex-a72, max of an older QEMU.
2. libvirt: the definition has a <model> in the place of mode='host-passthrough'.)",
     .steps = R"(    qemu-system-aarch64 -accel kvm -cpu host -machine virt,gic-version=host -m 1G -nographic
libvirt:
    virt-xml GUEST --edit --cpu host-passthrough)",
     .worked = R"(The guest starts.)",
     .otherwise =
         R"(A processor with cores of two kinds (big and little) fails at times all the same: keep QEMU on cores of one kind, by taskset.)",
     .source = "QEMU target/arm/kvm.c, kvm_arch_init_vcpu(); AsahiLinux/linux#393 (2025-05)"},
    {.id = "arm-secure-state",
     .program = "QEMU for arm64",
     .weight = Weight::fatal,
     .patterns = "cpu_address_space_init: assertion `asidx == 0\n"
                 "does not support providing security extensions\n"
                 "does not support guests using security extensions",
     .means =
         R"(The guest was asked for with EL3 (TrustZone), which KVM has for no guest: a board's model that always has it, or secure=on.)",
     .rules = "no-x86-machine",
     .causes = R"(1. A machine of QEMU that models a board (xlnx-zcu102, raspi4b, sbsa-ref): these are for emulation.
2. -machine virt,secure=on.)",
     .steps = R"(    qemu-system-aarch64 -accel kvm -cpu host -machine virt,secure=off -m 1G -nographic
For the board itself, emulated:
    qemu-system-aarch64 -accel tcg -machine xlnx-zcu102 -m 1G -nographic)",
     .worked = R"(The guest starts.)",
     .otherwise = R"(KVM on the host works.)",
     .source = "QEMU hw/arm/virt.c, machvirt_init(); system/physmem.c; Xilinx/qemu#63 (2021)"},
    {.id = "arm-kvm-needs-cpu-host",
     .program = "QEMU with KVM on arm64",
     .patterns = "qemu-system-aarch64*kvm_init_vcpu*invalid argument\n"
                 "qemu-system-aarch64*kvm_arch_init_vcpu failed*invalid argument",
     .means =
         R"(KVM on arm64 can give a guest the CPU of this machine alone, and another model was asked for, or none, which is another model too.)",
     .causes = R"(1. No -cpu host.
2. A virtual machine whose level above offers less of the CPU than QEMU asks for.)",
     .steps = R"(    qemu-system-aarch64 -accel kvm -cpu host -M virt -m 512 -nographic)",
     .worked = R"(The guest's firmware shows itself.)",
     .otherwise = R"(Without KVM any model goes, slowly: -accel tcg.)",
     .source = "lima-vm/lima#3031 (2024-12); QEMU target/arm/kvm.c"},
    {.id = "kvm-init-vcpu-failed",
     .program = "QEMU",
     .weight = Weight::fatal,
     .patterns = "kvm_init_vcpu failed\n"
                 "kvm_init_vcpu:\n"
                 "kvm_arch_init_vcpu failed\n"
                 "kvm_create_vcpu failed",
     .means = R"(KVM made the virtual machine and refused one of its CPUs. The errno says why.)",
     .rules = "kvm-api-unusable guest-with-more-cpus-than-machine guest-requires-missing-feature",
     .causes =
         R"(1. "Invalid argument": a CPU definition that this KVM cannot do (nested state, TSC frequency, a CPU number beyond its limit).
2. "Function not implemented", "Operation not supported": QEMU asks for what this kernel has not; often an enlightenment of Hyper-V, SEV or TDX.
3. "Cannot allocate memory", "File exists": a limit, or a fault.)",
     .steps =
         R"(Start with the plainest definition; if that works, give the options back one at a time.
    qemu-system-x86_64 -accel kvm -cpu host -smp 1 -m 512 -nographic
    sudo journalctl -k -b --grep kvm)",
     .worked = R"(The guest starts.)",
     .otherwise = R"()",
     .source = "QEMU accel/kvm/kvm-all.c, kvm_init_vcpu(); target/i386/kvm/kvm.c, kvm_arch_init_vcpu()"},
    {.id = "kvm-memory-region",
     .program = "QEMU",
     .patterns = "kvm_set_user_memory_region\n"
                 "kvm_set_phys_mem: error registering slot",
     .means = R"(KVM did not take a region of the guest's memory. The errno says why.)",
     .causes = R"(1. "Cannot allocate memory": a memory limit of the process or its cgroup.
2. "Invalid argument", "File exists": two devices at one place, mostly after PCI devices were given to the guest.)",
     .steps = R"(    ulimit -a
    sudo journalctl -k -b --grep kvm
Start the guest without its assigned devices first.)",
     .worked = R"(The guest starts.)",
     .otherwise = R"()",
     .source = "Linux Documentation/virt/kvm/api.rst, KVM_SET_USER_MEMORY_REGION"},
    {.id = "kvm-create-vm-failed",
     .program = "QEMU",
     .weight = Weight::fatal,
     .patterns = "ioctl(kvm_create_vm) failed",
     .means =
         R"(/dev/kvm opened, and creating a virtual machine failed; the number is the errno: 16 busy, 12 no memory, 5 could not be switched on, 22 wrong type, 1 forbidden.)",
     .rules = "virtualization-in-use kvm-api-unusable",
     .causes = R"(1. 16 or 5: another hypervisor holds VMX or SVM, or one CPU refused.
2. 12: a memory limit.
3. 22: a machine type for encrypted guests that this host has not.)",
     .steps = R"(    sudo journalctl -k -b --grep kvm)",
     .worked = R"(The guest starts.)",
     .otherwise = R"()",
     .source = "Linux Documentation/virt/kvm/api.rst, KVM_CREATE_VM"},
    {.id = "failed-to-initialize-kvm",
     .program = "QEMU",
     .weight = Weight::fatal,
     .patterns = "failed to initialize kvm",
     .means = R"(QEMU could not use KVM; the words after the colon are the reason.)",
     .rules = "dev-kvm-missing dev-kvm-permission-denied virtualization-in-use kvm-api-unusable",
     .causes = R"(1. "No such file or directory": no device.
2. "Permission denied": this user.
3. "Device or resource busy": another hypervisor.
4. "Function not implemented", "Invalid argument": the kernel and QEMU do not go together (split irqchip, missing capability).)",
     .steps = R"(    nestprobe)",
     .worked = R"(The guest starts.)",
     .otherwise = R"()",
     .source = "QEMU accel/kvm/kvm-all.c"},
    {.id = "kvm-module-other-reason",
     .program = "QEMU",
     .weight = Weight::fatal,
     .patterns = "could not access kvm kernel module",
     .means =
         R"(QEMU could not open /dev/kvm; the words after the colon are the errno's, in the language of the system.)",
     .rules = "dev-kvm-missing dev-kvm-permission-denied kvm-module-not-loaded",
     .causes =
         R"(1. No such file: no device, because no module is loaded or a container was not given it.
2. Permission: this user is not in the group of the device.
3. Busy: another hypervisor.)",
     .steps = R"(Ask again in English, and look that line up:
    LC_ALL=C qemu-system-x86_64 -accel kvm -m 512 -nographic
    ls -l /dev/kvm
    nestprobe)",
     .worked = R"(    test -r /dev/kvm -a -w /dev/kvm && echo yes)",
     .otherwise = R"()",
     .source = "QEMU accel/kvm/kvm-all.c, kvm_init()"},
    {.id = "qemu-of-another-processor",
     .program = "QEMU for Arm, RISC-V, POWER or s390x",
     .weight = Weight::fatal,
     .patterns = "qemu-system-arm*invalid accelerator kvm\n"
                 "qemu-system-aarch64*invalid accelerator kvm\n"
                 "qemu-system-riscv*invalid accelerator kvm\n"
                 "qemu-system-ppc*invalid accelerator kvm\n"
                 "qemu-system-s390x*invalid accelerator kvm",
     .means = R"(This QEMU emulates another processor than x86. KVM serves guests of the machine's own architecture alone, so on x86 this program never has it.)",
     .rules = "kvm-api-unusable",
     .causes = R"(1. The machine is x86, and the guest is to be of another architecture: that is emulated, without KVM.
2. The machine is of that architecture, and this package was built without KVM. Linux has no KVM for 32-bit Arm since 5.7.)",
     .steps = R"(Which machine is it?
    uname -m
x86_64: run the guest without KVM (-accel tcg), or a guest for x86 with KVM:
    qemu-system-x86_64 -accel help
aarch64: see whether KVM came up, and which accelerators this program has:
    sudo dmesg | grep -i kvm
    qemu-system-aarch64 -accel help)",
     .worked = R"(-accel help lists kvm.)",
     .otherwise = R"()",
     .source = "QEMU meson.build, accelerator_targets; Linux 5.7, removal of arch/arm/kvm"},
    {.id = "qemu-invalid-accelerator",
     .program = "QEMU",
     .weight = Weight::fatal,
     .patterns = "invalid accelerator kvm\n"
                 "invalid accelerator hax\n"
                 "invalid accelerator whpx\n"
                 "invalid accelerator hvf\n"
                 "accel=kvm: no accelerator found\n"
                 "kvm: no accelerator found\n"
                 "no accelerator selected and no default accelerator available",
     .means = R"(This QEMU program was built without that accelerator. It says nothing about the machine.)",
     .rules = "kvm-api-unusable",
     .causes = R"(1. A QEMU for Windows or macOS was asked for KVM, which exists on Linux only.
2. A QEMU for another processor (qemu-system-aarch64 on x86): KVM serves its own architecture only.
3. A package without KVM, or an emulator made from QEMU (xemu, Android's).)",
     .steps = R"(Which accelerators has it?
    qemu-system-x86_64 -accel help
Install the distribution's QEMU for x86:
    sudo apt install qemu-system-x86)",
     .worked = R"(-accel help lists kvm.)",
     .otherwise = R"()",
     .source = "QEMU accel/accel-system.c; xemu-project/xemu#736 (2022-02)"},
    {.id = "qemu-hax-not-working",
     .program = "Android emulator, QEMU on Windows",
     .patterns = "haxm is not installed\n"
                 "haxm installation failed\n"
                 "hax kernel module is not installed\n"
                 "haxm cannot be installed\n"
                 "intel haxm is required\n"
                 "vt-x is disabled in bios. enable vt-x in your bios\n"
                 "failed to install intel haxm\n"
                 "hax is not working\n"
                 "failed to open the hax device\n"
                 "failed to initialize hax\n"
                 "hax*and emulator runs in emulation mode\n"
                 "unable to open haxm device",
     .means =
         R"(HAXM, Intel's old accelerator for Windows and macOS, is missing or has no VMX. It is not Linux, and HAXM has been given up (2023).)",
     .rules = "hypervisor-hides-vmx",
     .causes =
         R"(1. Hyper-V, WSL2 or memory integrity holds VMX on Windows: then the Windows Hypervisor Platform is the way.
2. VT-x is off in firmware setup; or AMD, on which HAXM never worked.
3. Inside a virtual machine without nesting.)",
     .steps = R"(On Windows, in an administrator's PowerShell, then restart:
    Enable-WindowsOptionalFeature -Online -FeatureName HypervisorPlatform -All
QEMU: -accel whpx. Android emulator: nothing more, or its AEHD driver.)",
     .worked = R"(    emulator -accel-check)",
     .otherwise = R"()",
     .source = "intel/haxm (archived 2023); developer.android.com, \"Configure hardware acceleration\""},
    {.id = "qemu-whpx-nested",
     .program = "QEMU on Windows",
     .patterns = "whpx: failed to enable nested virtualization",
     .means =
         R"(QEMU asked Windows' hypervisor to show VMX or SVM to its guest, and this Windows does not offer that. Guests of WHPX have had it for a short time only.)",
     .rules = "guest-of-another-kind",
     .causes =
         R"(1. This Windows or this processor has no nesting for such guests: hr=80370302 says that the property is not supported.
2. The Windows is a virtual machine itself.)",
     .steps =
         R"(Without nesting the guest starts; QEMU's name for the guest's feature is vmx or svm, so take it away (x86_64 guests):
    qemu-system-x86_64 -accel whpx -cpu max,-vmx,-svm -m 2G
For guests that run KVM take WSL2, or a guest of Hyper-V; in an administrator's PowerShell, the guest shut down:
    Set-VMProcessor -VMName GUEST -ExposeVirtualizationExtensions $true)",
     .worked = R"(In the guest this is not 0:
    grep -c -E -w 'vmx|svm' /proc/cpuinfo)",
     .otherwise = R"()",
     .source = "omacom/try-omarchy-windows#19 (2026-08); QEMU target/i386/whpx; Microsoft, "
               "Set-VMProcessor"},
    {.id = "qemu-whpx-guest-crashed",
     .program = "QEMU on Windows, Android emulator",
     .patterns = "whpx: unexpected vp exit code\n"
                 "whpx: failed to exec a virtual processor\n"
                 "whpx: failed to emulate mmio\n"
                 "whpx: injection failed",
     .means =
         R"(The guest did something that Windows' hypervisor, or QEMU's emulation beside it, does not carry out. Code 4 is an exception that the guest could not handle (a triple fault).)",
     .rules = "guest-of-another-kind",
     .causes = R"(1. -cpu host or a model with features that this hypervisor does not give.
2. The interrupt controller in the kernel: it is off for guests of WHPX with some versions.
3. A fault of the guest itself: it crashes with other accelerators, too.)",
     .steps = R"(A plainer CPU, and QEMU's own interrupt controller:
    qemu-system-x86_64 -accel whpx,kernel-irqchip=off -cpu qemu64 -m 2G
The same without WHPX tells whether the guest is at fault:
    qemu-system-x86_64 -accel tcg -m 2G)",
     .worked = R"(The guest gets past its firmware.)",
     .otherwise = R"()",
     .source = "SerenityOS/serenity#11484 (2021-12); qemus/qemu#1360 (2026-07); Microsoft, "
               "WHvRunVirtualProcessor"},
    {.id = "qemu-whpx-partition",
     .program = "QEMU on Windows, VirtualBox on Windows",
     .patterns = "whpx: failed to enable partition\n"
                 "whpx: failed to set partition\n"
                 "whpx: failed to setup partition\n"
                 "whvsetuppartition failed, hr",
     .means = R"(Windows' hypervisor refused what the guest was to have.)",
     .rules = "hypervisor-hides-vmx guest-of-another-kind",
     .causes =
         R"(1. A feature that this Windows' version does not offer to such guests (x2APIC, nesting).
2. The Windows is itself a virtual machine, and its hypervisor gets less from the one above.
3. A Windows that is older than QEMU expects.)",
     .steps = R"(QEMU's own interrupt controller, which asks for less:
    qemu-system-x86_64 -accel whpx,kernel-irqchip=off -m 2G
Then Windows Update, and restart.)",
     .worked = R"(The guest starts.)",
     .otherwise = R"()",
     .source = "QEMU target/i386/whpx/whpx-all.c, whpx_accel_init(); kubernetes/minikube#4587 (2019-06)"},
    {.id = "qemu-whpx-not-working",
     .program = "QEMU on Windows, Android emulator",
     .patterns = "whpx: no accelerator found\n"
                 "failed to initialize whpx\n"
                 "whpx is not working\n"
                 "whpx is either not available or not installed\n"
                 "whpx: failed to create partition\n"
                 "whvcreatepartition",
     .means = R"(The Windows Hypervisor Platform is not installed or Hyper-V does not run.)",
     .rules = "hypervisor-hides-vmx",
     .causes = R"(1. The optional feature is off.
2. Hyper-V does not start: VT-x or SVM off in firmware setup, or this Windows is itself a virtual machine without nesting, or hypervisorlaunchtype is off.)",
     .steps = R"(In an administrator's PowerShell, then restart:
    Enable-WindowsOptionalFeature -Online -FeatureName HypervisorPlatform -All
    bcdedit /set hypervisorlaunchtype auto)",
     .worked = R"(systeminfo ends with "A hypervisor has been detected".)",
     .otherwise = R"()",
     .source = "MicrosoftDocs/xamarin-docs#765; QEMU target/i386/whpx"},
    {.id = "libvirt-host-passthrough-not-supported",
     .program = "libvirt",
     .patterns = "cpu mode 'host-passthrough'*not supported\n"
                 "cpu mode 'host-model'*not supported\n"
                 "Режим процессора «*» для домена * * на узле * не поддерживается гипервизором\n"
                 "підтримки режиму процесора «*» для домену * * на вузлі * у гіпервізорі не передбачено\n"
                 "režim procesoru „*\" pro doménu * * na hostiteli * není podporován hypervizorem\n"
                 "cpu-läge \"*\" för domänen * * på värden * stödjs inte av hypervisorn\n"
                 "ホスト上の * * ドメインの cpu モード '*' は、ハイパーバイザーではサポートされません\n"
                 "호스트에서 * * 도메인을 위한 cpu 모드 '*'는 하이퍼바이저에 의해 지원되지 않습니다\n"
                 "hypervisor 不支持 * 主机上 * * 域的 cpu 模式 '*'\n"
                 "cpu mode 'maximum'*not supported",
     .means =
         R"(host-passthrough and host-model mean the host's processor, which only KVM can give. This guest would be emulated: its type is qemu, or libvirt sees no KVM.)",
     .rules = "guest-emulated-without-svm guest-is-emulated dev-kvm-missing dev-kvm-permission-denied",
     .causes =
         R"(1. <domain type='qemu'> in the definition, often because KVM was not there when it was made.
2. KVM is not usable on this host.
3. libvirt remembers a time without KVM.)",
     .steps = R"(    ls -l /dev/kvm
Not there: fix that first. There: change <domain type='qemu'> to <domain type='kvm'>:
    virsh edit GUEST
If libvirt still refuses, let it look again:
    sudo rm -f /var/cache/libvirt/qemu/capabilities/*.xml
    sudo systemctl try-restart libvirtd virtqemud)",
     .worked = R"(The guest starts, and systemd-detect-virt in it says kvm.)",
     .otherwise = R"()",
     .source = "libvirt src/qemu/qemu_validate.c, qemuValidateDomainDefCpu()"},
    {.id = "libvirt-domain-type-not-supported",
     .program = "libvirt, virt-install, Vagrant",
     .patterns = "kvm is not supported by '\n"
                 "domain type 'kvm' not supported\n"
                 "does not support virt type 'kvm'\n"
                 "l'emulatore '*' non supporta il tipo di virtualizzazione 'kvm'\n"
                 "Эмулятор «*» не поддерживает тип виртуализации «kvm»\n"
                 "У емуляторі «*» не передбачено підтримки типу віртуалізації «kvm»\n"
                 "emulatorn \"*\" stödjer inte virtualiseringstypen \"kvm\"\n"
                 "エミュレーター '*' は virt タイプ 'kvm' をサポートしません\n"
                 "에뮬레이터 '*'가 가상 유형 'kvm'을 지원하지 않습니다\n"
                 "模拟器 '*'不支持 virt 类型 'kvm'\n"
                 "domain verlangt kvm, aber es ist nicht verfügbar\n"
                 "domain requiere kvm, pero no está disponible\n"
                 "domínio requer kvm, mas não está disponível\n"
                 "Для нормальной работы домена требуется kvm\n"
                 "Для роботи домену потрібна підсистема kvm, але її не виявлено\n"
                 "doména vyžaduje kvm, ale to není k dispozici\n"
                 "domänen kräver kvm, men det är inte tillgängligt\n"
                 "ドメインが kvm を必要としていますが、利用可能ではありません\n"
                 "도메인에는 kvm이 필요하지만 사용할 수 없습니다\n"
                 "域需要 kvm\n"
                 "domain requires kvm, but it is not available\n"
                 "host does not support domain type kvm",
     .means =
         R"(libvirt asked QEMU what it can do and got no KVM. As a rule there is no usable /dev/kvm for the user that QEMU runs as; libvirt may also remember an old answer.)",
     .rules = "dev-kvm-missing kvm-module-not-loaded dev-kvm-permission-denied",
     .causes =
         R"(1. No /dev/kvm: no VMX or SVM (virtual machine), switched off in firmware setup, module not loaded.
2. /dev/kvm came after libvirt had asked, or its permissions changed.
3. The emulator is for another architecture, or was built without KVM.)",
     .steps = R"(    ls -l /dev/kvm
If it is there, make libvirt ask again:
    sudo systemctl restart libvirtd
    sudo rm -f /var/cache/libvirt/qemu/capabilities/*.xml
    sudo systemctl restart libvirtd
(virtqemud instead of libvirtd where that is the service.))",
     .worked = R"(    virsh domcapabilities --virttype kvm
prints XML and not an error.)",
     .otherwise = R"(Installing more packages rarely helps.)",
     .source = "libvirt src/qemu/qemu_capabilities.c; virtkick/virtkick#163"},
    {.id = "libvirt-devices-cgroup",
     .program = "libvirt",
     .patterns = "unable to write to*devices.allow*operation not permitted\n"
                 "unable to write to*devices.deny*operation not permitted\n"
                 "/devices.allow': operation not permitted",
     .means =
         R"(libvirt gives each guest a list of devices that it may open, and may not write that list here: in a container the list is the host's.)",
     .rules = "dev-kvm-permission-denied",
     .causes = R"(1. libvirt runs in a container (LXD, Incus, LXC, Docker), whose device cgroup it may not change.)",
     .steps = R"(In the container, let libvirt leave that list alone, by naming the others:
    echo 'cgroup_controllers = [ "cpu", "memory", "blkio", "cpuset", "cpuacct" ]' | sudo tee -a /etc/libvirt/qemu.conf
    sudo systemctl restart libvirtd
What the guest needs has to be in the container: see that these are there.
    ls -l /dev/kvm /dev/net/tun /dev/vhost-net)",
     .worked = R"(The guest starts.)",
     .otherwise = R"(On a host: another program manages libvirt's part of the cgroups.)",
     .source = "libvirt qemu.conf, cgroup_controllers; canonical/lxd#2718 (2017-05)"},
    {.id = "libvirt-cannot-run-qemu",
     .program = "libvirt",
     .patterns = "cannot execute binary*qemu\n"
                 "failed to start qemu binary*permission denied",
     .means =
         R"(libvirt was to ask a QEMU what it can do, and may not start that file: it knows no guest of KVM by it. It says nothing of /dev/kvm.)",
     .causes = R"(1. A QEMU built by hand in /usr/local: AppArmor lets libvirtd start those of /usr/bin alone (Ubuntu, Debian, SUSE).
2. SELinux: the file has not the label that QEMU has.
3. The file is not executable for all, or a folder above it.)",
     .steps = R"(Which of them:
    sudo journalctl -k -b --grep apparmor=.DENIED
    sudo ausearch -m AVC -ts recent
AppArmor, for the libvirtd of Debian and Ubuntu:
    echo '/usr/local/bin/qemu-* PUx,' | sudo tee -a /etc/apparmor.d/local/usr.sbin.libvirtd
    sudo apparmor_parser -r /etc/apparmor.d/usr.sbin.libvirtd
    sudo systemctl restart libvirtd
SELinux:
    sudo restorecon -Rv /usr/local/bin
The distribution's own QEMU is used again once those of /usr/local/bin are gone, which libvirt finds first.)",
     .worked = R"(    virsh domcapabilities --virttype kvm)",
     .otherwise = R"(A line about one architecture (qemu-system-sparc) among others that work is a remark.)",
     .source = "libvirt src/qemu/qemu_capabilities.c, src/security/apparmor; zhaodice/qemu-anti-detection#86 (2024-07)"},
    {.id = "libvirt-no-capabilities-kvm",
     .program = "libvirt, minikube kvm2, Vagrant",
     .patterns = "host does not support any virtualization options\n"
                 "could not find capabilities for domaintype=kvm\n"
                 "could not find capabilities for arch=\n"
                 "could not get preferred machine\n"
                 "no supported architecture for os type 'hvm'\n"
                 "does not support virtualization type hvm",
     .means = R"(libvirt knows no emulator that can run such a guest with KVM here.)",
     .rules = "dev-kvm-missing dev-kvm-permission-denied kvm-module-not-loaded hypervisor-hides-vmx "
              "hypervisor-hides-svm",
     .causes = R"(1. In a virtual machine: the level above shows it neither VMX nor SVM, so that there is no /dev/kvm.
2. No usable /dev/kvm for QEMU's user.
3. No QEMU for this architecture is installed.
4. virt-host-validate says PASS and this comes all the same: libvirt remembers an older answer, or QEMU runs as a user without access.)",
     .steps = R"(    grep -c -E -w 'vmx|svm' /proc/cpuinfo
    ls -l /dev/kvm
0 in a virtual machine: it is switched on where that one is defined, and nestprobe names the switch. A number and no device: load the module. Both are there:
    sudo apt install qemu-system-x86
    sudo systemctl restart libvirtd
Fedora, CentOS, RHEL, instead of the first:
    sudo dnf install qemu-kvm
As a last step delete what libvirt remembers:
    sudo rm -f /var/cache/libvirt/qemu/capabilities/*.xml
    sudo systemctl restart libvirtd)",
     .worked = R"(    virsh domcapabilities --virttype kvm)",
     .otherwise = R"()",
     .source = "libvirt src/conf/capabilities.c; kubernetes/minikube#2991, #4348; vagrant-libvirt#1208"},
    {.id = "libvirt-no-passthrough",
     .program = "libvirt",
     .patterns = "host doesn't support passthrough of host pci devices\n"
                 "хост не поддерживает проброс устройств pci\n"
                 "у основній системі не передбачено підтримки пропускання для пристроїв pci\n"
                 "hostitel nepodporuje předávání svých pci zařízení\n"
                 "ホストは、ホスト pci デバイスのパススルーをサポートしていません\n"
                 "호스트는 호스트 pci 장치의 통과를 지원하지 않습니다\n"
                 "主机不支持主机 pci 设备的 passthrough\n"
                 "host doesn't support legacy pci passthrough\n"
                 "vfio device assignment is currently not supported on this system\n"
                 "pci backend driver 'default' is not supported\n"
                 "pci backend driver vfio is not supported",
     .means =
         R"(libvirt found no IOMMU group, or no /dev/vfio/vfio: it says the same of both.)",
     .rules = "no-iommu iommu-table-damaged",
     .causes = R"(1. No IOMMU is in use: off in firmware setup (VT-d, AMD IOMMU), or intel_iommu=on is missing; in a virtual machine, no virtual IOMMU was given.
2. The module vfio-pci is not loaded, so there is no /dev/vfio/vfio.
3. libvirt runs in a container or a pod (KubeVirt) that has neither, while the host has both.)",
     .steps = R"(Which of the two is missing, on the host itself?
    ls /sys/kernel/iommu_groups
    ls -l /dev/vfio/vfio
No /dev/vfio/vfio: load the module, now and at every start.
    sudo modprobe vfio-pci
    echo vfio-pci | sudo tee /etc/modules-load.d/vfio-pci.conf
No groups: the kernel's log says why.
    sudo dmesg | grep -e DMAR -e AMD-Vi -e IOMMU
Both are there, and it is KubeVirt: the device has to be offered by its device plugin and allowed in the KubeVirt resource (permittedHostDevices), so that the pod gets it.)",
     .worked = R"(The guest starts with the device.)",
     .otherwise = R"(amd_iommu=on is no option; AMD's is on by itself.)",
     .source = "libvirt src/hypervisor/virhostdev.c, virHostdevHostSupportsPassthroughVFIO(), and before that "
               "src/qemu/qemu_hostdev.c; kubevirt#5811 (2021-06)"},
    {.id = "libvirt-missing-svm",
     .program = "libvirt",
     .patterns = "missing features: svm\n"
                 "does not provide required features: svm\n"
                 "host cpu does not provide required features*svm",
     .means =
         R"(The guest definition requires svm, AMD's virtualization, and KVM on this host does not offer it to guests. The guest does not start. On an Intel processor it never can.)",
     .rules = "guest-cpu-of-another-vendor nested-parameter-off kvm-withholds-nesting",
     .causes =
         R"(1. An Intel processor: the definition came from an AMD host, or an old libvirt's host-model put svm in (2.x and 3.x, 2016 and 2017).
2. AMD: the nested parameter is off on this host.
3. libvirt remembers the time before nesting was switched on.)",
     .steps = R"(Whose processor is it?
    grep -m1 vendor_id /proc/cpuinfo
GenuineIntel: give the guest the host's own CPU, <cpu mode='host-passthrough'/>, and delete the line with svm; with Vagrant: libvirt.cpu_mode = 'host-passthrough'; in KubeVirt's spec.template.spec.domain.cpu: model: host-passthrough, and no feature svm (what virsh edits there is lost)
    virsh edit GUEST
AuthenticAMD, and this says 0: switch it on, with all guests off.
    cat /sys/module/kvm_amd/parameters/nested
    echo 'options kvm_amd nested=1' | sudo tee /etc/modprobe.d/zz-kvm-nested.conf
    sudo modprobe -r kvm_amd
    sudo modprobe kvm_amd
    sudo systemctl restart libvirtd)",
     .worked = R"(The guest starts.)",
     .otherwise = R"()",
     .source = "libvirt src/cpu/cpu.c, src/cpu/cpu_x86.c; vagrant-libvirt#667 (2016-10)"},
    {.id = "libvirt-feature-twice",
     .program = "libvirt",
     .patterns = "cpu feature '*' specified more than once\n"
                 "cpu feature `*' specified more than once",
     .means =
         R"(The guest definition has two lines about one CPU feature, and libvirt takes neither. It says nothing of the host.)",
     .rules = "",
     .causes =
         R"(1. Vagrant: libvirt.nested = true writes the line for vmx already, and libvirt.cpu_feature writes it once more.
2. A definition that was put together by hand or by a tool.)",
     .steps =
         R"(Vagrant: delete the line libvirt.cpu_feature of that feature, and keep libvirt.nested = true with libvirt.cpu_mode = 'host-passthrough'. Else keep one of the two:
    virsh edit GUEST)",
     .worked = R"(The definition is taken.)",
     .otherwise = R"()",
     .source = "libvirt src/conf/cpu_conf.c; vagrant-libvirt#866 (2018-02)"},
    {.id = "libvirt-features-without-model",
     .program = "libvirt",
     .patterns = "non-empty feature list specified without cpu model",
     .means =
         R"(The guest definition names CPU features and no CPU model that they could be added to. It says nothing of the host.)",
     .rules = "",
     .causes =
         R"(1. A mode or a model is missing; with Vagrant beside libvirt.cpu_feature or libvirt.nested.)",
     .steps =
         R"(Vagrant: add libvirt.cpu_mode = 'host-passthrough' to the Vagrantfile. Else: <cpu mode='host-passthrough'> around the feature lines, or <cpu mode='custom'> with a <model>
    virsh edit GUEST)",
     .worked = R"(The definition is taken.)",
     .otherwise = R"()",
     .source = "libvirt src/conf/cpu_conf.c; vagrant-libvirt#758 (2017-04)"},
    {.id = "libvirt-missing-vmx-controls",
     .program = "libvirt",
     .patterns = "missing features: vmx-\n"
                 "does not provide required features: vmx-",
     .means =
         R"(The guest's CPU was made on another host, or for one, with details of VMX (vmx-...) that KVM on this host does not offer. Nesting itself need not be off.)",
     .rules = "guest-cpu-model-lacks-feature vmx-capabilities-differ",
     .causes =
         R"(1. A migration: the other host's processor or kernel has more, or these hosts are virtual machines, and the hypervisor above shows them different sets.
2. A definition that was saved on another host, or before a change of the kernel.
3. On the host where it fails, kvm_intel was loaded with options (enable_apicv, ept and so on) of its own.)",
     .steps = R"(Compare, on both hosts:
    uname -r
    grep -m1 'vmx flags' /proc/cpuinfo
    cat /sys/module/kvm_intel/parameters/enable_apicv
Where they differ, make them alike: same processor type, same kernel, same options; in virtual machines, one kind of host below. Or give the guest a CPU that both have: a named model without the vmx- lines, or, where it does not nest, without vmx: <feature policy='disable' name='vmx'/>
    virsh edit GUEST
KubeVirt, Harvester: spec.domain.cpu.model of the machine, with a model that all nodes have, instead of host-model or host-passthrough. Then shut the guest down and start it.)",
     .worked = R"(The migration runs, or the guest starts.)",
     .otherwise = R"()",
     .source = "libvirt src/cpu/cpu_x86.c; harvester/harvester#8121 (2025-04)"},
    {.id = "libvirt-missing-vmx",
     .program = "libvirt",
     .patterns = "missing features: vmx\n"
                 "missing features*vmx\n"
                 "missing features*svm\n"
                 "does not provide required features: vmx\n"
                 "cpu feature vmx not found\n"
                 "host cpu does not provide required features*vmx",
     .means =
         R"(The guest definition requires vmx or svm, and KVM on this host does not offer it to guests. The guest does not start.)",
     .rules = "nested-parameter-off nesting-offered guest-cpu-of-another-vendor",
     .causes = R"(1. The nested parameter is off on this host.
2. The feature is of the other maker: vmx on AMD, svm on Intel.
3. libvirt remembers the time before nesting was switched on.)",
     .steps = R"(    cat /sys/module/kvm_intel/parameters/nested
    cat /sys/module/kvm_amd/parameters/nested
If it says N or 0, with all guests off (kvm_amd on AMD):
    echo 'options kvm_intel nested=1' | sudo tee /etc/modprobe.d/zz-kvm-nested.conf
    sudo modprobe -r kvm_intel
    sudo modprobe kvm_intel
    sudo systemctl restart libvirtd
If the guest needs no nesting, delete the feature line instead:
    virsh edit GUEST)",
     .worked = R"(    virsh domcapabilities --virttype kvm | grep -E "'(vmx|svm)'")",
     .otherwise = R"()",
     .source = "libvirt src/cpu/cpu.c, src/cpu/cpu_x86.c"},
    {.id = "libvirt-missing-features",
     .program = "libvirt",
     .patterns = "guest cpu doesn't match specification: missing features\n"
                 "процессор гостевой системы не соответствует спецификации: отсутствующие возможности:\n"
                 "процесор гостьової системи не відповідає специфікації: можливості, яких не вистачає:\n"
                 "procesor hosta neodpovídá specifikaci: chybějící funkce:\n"
                 "ゲスト cpu が仕様と一致しません: 不足している機能:\n"
                 "게스트 cpu가 사양과 일치하지 않음: 누락된 기능:\n"
                 "客户机 cpu 与规范不匹配：缺失的功能：\n"
                 "процессор не совместим с процессором хоста:\n"
                 "процесор не є сумісним з процесором основної системи:\n"
                 "procesor není kompatibilní s procesorem hostitele:\n"
                 "cpu はホスト cpu と互換性がありません:\n"
                 "cpu는 호스트 cpu: *와 호환되지 않습니다\n"
                 "cpu 与主机 cpu 不兼容：\n"
                 "the cpu is incompatible with host cpu\n"
                 "does not provide required features",
     .means =
         R"(The guest definition asks for CPU features that this host's KVM does not offer; they are listed in the line. The guest does not start.)",
     .rules = "guest-cpu-model-lacks-feature guest-will-not-start",
     .causes =
         R"(1. A model newer than this processor, or a definition that came from another host, as in a migration: the guest was started with more than this host has.
2. Features that microcode or the kernel switched off (hle, rtm, mpx).)",
     .steps = R"(Which models are usable here?
    virsh domcapabilities --virttype kvm
A guest that stays here: use host-model or host-passthrough, or delete the feature:
    virsh edit GUEST
A guest that is to move: give it a model that all hosts have. KubeVirt, Harvester: that is spec.domain.cpu.model of the machine (an edit by virsh is lost there). Then shut the guest down and start it.)",
     .worked = R"(The guest starts.)",
     .otherwise = R"(vmx and svm have a page of their own.)",
     .source = "libvirt src/cpu/cpu.c; harvester/harvester#3015 (2022)"},
    {.id = "arm-mode-ignored",
     .program = "Linux on arm64",
     .patterns = "kvm is not available. ignoring kvm-arm.mode",
     .means =
         R"(The kernel was started without EL2, the level at which a hypervisor runs, so that kvm-arm.mode= on its command line has nothing to act on. No word of it brings EL2.)",
     .rules = "no-x86-machine arm-guests-cannot-nest",
     .causes = R"(1. A telephone, a tablet or a board whose firmware keeps EL2 for itself or for a hypervisor of the maker's (Gunyah, pKVM), and starts Linux at EL1.
2. In a virtual machine: the level above shows no EL2.)",
     .steps = R"(At which level the kernel was started, it says itself:
    sudo dmesg | grep -i -e 'started at EL' -e kvm
EL1: take firmware, or a boot loader, that starts Linux at EL2, if the maker has one; else another machine.)",
     .worked = R"(The log says "VHE mode initialized successfully" or "Hyp mode initialized successfully".)",
     .otherwise = R"(CONFIG_KVM=y alone is not enough.)",
     .source = "Linux arch/arm64/kvm/arm.c, early_kvm_mode_cfg()"},
    {.id = "virt-manager-kvm-not-available",
     .program = "virt-manager, virt-install",
     .scope = PageScope::frame,
     .patterns = "kvm is not available. this may mean the kvm package is not installed\n"
                 "kvm is not available\n"
                 "kvm ist nicht verfügbar\n"
                 "kvm no esta disponible\n"
                 "kvm n'est pas disponible\n"
                 "kvm non è disponibile\n"
                 "kvm is niet beschikbaar\n"
                 "kvm nie jest dostępne\n"
                 "kvm não está disponível\n"
                 "kvm недоступен\n"
                 "kvm недоступна\n"
                 "kvm není k dispozici\n"
                 "kvm är inte tillgängligt\n"
                 "kvm kullanılabilir değil\n"
                 "a kvm nem érhető el\n"
                 "kvm を利用できません\n"
                 "kvm은 사용할 수 없습니다\n"
                 "kvm 不可用\n"
                 "kvm kernel modules are not loaded\n"
                 "kvm acceleration not available, using 'qemu'\n"
                 "no hypervisor options were found for this connection",
     .means = R"(virt-manager asked libvirt, which sees no KVM. Guests would be emulated, very slowly.)",
     .rules = "dev-kvm-missing kvm-module-not-loaded vmx-disabled-by-firmware svm-disabled-by-firmware "
              "hypervisor-hides-vmx hypervisor-hides-svm",
     .causes = R"(1. In a virtual machine: VMX or SVM is not shown to it.
2. On hardware: VT-x or SVM Mode is off in firmware setup.
3. The module is not loaded, or QEMU is not installed.)",
     .steps = R"(    sudo modprobe kvm_intel
    sudo modprobe kvm_amd
    sudo systemctl restart libvirtd
The error of modprobe says which it is.)",
     .worked = R"(A new machine offers "KVM" under the connection.)",
     .otherwise = R"(If only an existing guest is slow, its type is qemu: a new one has type kvm.)",
     .source = "virt-manager virtManager/createvm.py; virt-manager/virt-manager#286"},
    {.id = "android-hyperv-conflict",
     .program = "Android emulator on Windows",
     .patterns = "android emulator is incompatible with hyper-v\n"
                 "hyper-v detected*emulator",
     .means = R"(An old emulator with HAXM, which cannot run beside Windows' own hypervisor.)",
     .causes = R"(1. Hyper-V, WSL 2 or memory integrity is on.)",
     .steps =
         R"(Keep Hyper-V and update the emulator, which then uses the Windows Hypervisor Platform. In an administrator's PowerShell, then restart:
    Enable-WindowsOptionalFeature -Online -FeatureName HypervisorPlatform -All)",
     .worked = R"(    emulator -accel-check)",
     .otherwise = R"()",
     .source = "developer.android.com, \"Configure hardware acceleration for the Android Emulator\""},
    {.id = "android-aehd",
     .program = "Android emulator on Windows",
     .patterns = "aehd is not installed\n"
                 "emulator hypervisor driver\n"
                 "gvm.sys\n"
                 "aehd.sys\n"
                 "service_name: aehd\n"
                 "service_name: gvm\n"
                 "4294967201\n"
                 "0xffffffa1\n"
                 "gvm is not installed",
     .means =
         R"(AEHD (once GVM), Google's driver for Windows, is not there. It is one of two ways; it needs Windows' own hypervisor off.)",
     .causes = R"(1. It was not installed, or its service does not start because VT-x or SVM is off.
2. Hyper-V runs: then the Windows Hypervisor Platform is the way.)",
     .steps = R"(With Hyper-V, in an administrator's PowerShell, then restart:
    Enable-WindowsOptionalFeature -Online -FeatureName HypervisorPlatform -All
Without Hyper-V: install "Android Emulator hypervisor driver" in the SDK Manager, then see its service:
    sc query aehd)",
     .worked = R"(    emulator -accel-check)",
     .otherwise = R"(On Linux none of this matters: there the emulator uses KVM.)",
     .source = "developer.android.com, \"Configure hardware acceleration for the Android Emulator\""},
    {.id = "android-mac-no-vmx",
     .program = "Android emulator on a Mac",
     .patterns = "requires an intel processor with vt-x and nx support*vt-x is not supported\n"
                 "configuring vm acceleration on macos",
     .means =
         R"(The emulator for Intel Macs runs on a macOS whose processor shows no VT-x. KVM has no part in it.)",
     .causes =
         R"(1. macOS is a virtual machine, as on hosted CI (CircleCI, Azure, GitHub's Intel runners): nobody shows VT-x to it.
2. An Apple silicon Mac with the emulator or the system image for Intel.)",
     .steps = R"(See which it is: 1 and arm64, or 0:
    sysctl kern.hv_support
    uname -m
On CI: run the emulator in a job on Linux x64 whose runner has /dev/kvm. On Apple silicon: the emulator for it, and a system image arm64-v8a.)",
     .worked = R"(    emulator -accel-check)",
     .otherwise = R"()",
     .source = "react-native-community/react-native-circleci-orb#144 (2022-03); developer.android.com, "
               "\"Configure hardware acceleration for the Android Emulator\""},
    {.id = "android-no-vmx",
     .program = "Android emulator",
     .patterns = "requires an intel processor with vt-x\n"
                 "does not support required features (vt-x or svm)\n"
                 "kvm requires a cpu that supports vmx or svm\n"
                 "can't run a vm-accelerated emulator inside another vm",
     .means = R"(The emulator looked at CPUID or /proc/cpuinfo and found neither vmx nor svm.)",
     .rules = "no-hardware-virtualization hypervisor-hides-vmx hypervisor-hides-svm vmx-disabled-by-firmware "
              "svm-disabled-by-firmware",
     .causes =
         R"(1. A container or virtual machine whose host does not show VMX or SVM (Docker on Windows or macOS, most rented servers, WSL2 on Windows 10).
2. Firmware: on kernels from 5.6 (Intel) and 6.7 (AMD) the flag is missing when it is switched off there.)",
     .steps = R"(    grep -c -E -w 'vmx|svm' /proc/cpuinfo
0 in a virtual machine: the level above has to show it. 0 on real hardware: firmware setup, then power off and on.)",
     .worked = R"(    emulator -accel-check)",
     .otherwise = R"(An arm64 image on an x86 machine does not use KVM either.)",
     .source = "docker-android-sdk/android-29#1 (2020-05); mindrunner/docker-android-sdk#101 (2024-04)"},
    {.id = "android-dev-kvm-not-found",
     .program = "Android emulator",
     .patterns = "/dev/kvm is not found\n"
                 "kvm is not installed on this machine (/dev/kvm is missing)",
     .means =
         R"(There is no /dev/kvm where the emulator runs. The words "VT disabled in BIOS or KVM kernel module not loaded" are a guess.)",
     .rules = "dev-kvm-missing kvm-module-not-loaded",
     .causes =
         R"(1. A container or sandbox (Docker, Flatpak) that was not given the device, while the host has it.
2. The module is not loaded.
3. No VMX or SVM.)",
     .steps = R"(Outside of the container:
    ls -l /dev/kvm
If it is there:
    docker run --device /dev/kvm IMAGE
    flatpak override --user --device=kvm APP
Else:
    sudo modprobe kvm_intel
    sudo modprobe kvm_amd)",
     .worked = R"(    emulator -accel-check)",
     .otherwise = R"()",
     .source = "aerokube/images#243 (2020-04); Dart-Code/Dart-Code#1205 (2018-09)"},
    {.id = "android-dev-kvm-permission",
     .program = "Android emulator, Android Studio",
     .patterns = "/dev/kvm device: permission denied\n"
                 "this user doesn't have permissions to use kvm\n"
                 "device permission*/dev/kvm",
     .means = R"(/dev/kvm is there and this user may not open it.)",
     .rules = "dev-kvm-permission-denied",
     .causes = R"(1. Not in the group of the device, or not logged in again since.
2. A CI runner: GitHub's hosted Linux runners have the device and need a rule.)",
     .steps = R"(    ls -l /dev/kvm
    sudo usermod -aG kvm "$USER"
then log in again. In a CI job, which cannot do that:
    echo 'KERNEL=="kvm", GROUP="kvm", MODE="0666", OPTIONS+="static_node=kvm"' | sudo tee /etc/udev/rules.d/99-kvm4all.rules
    sudo udevadm control --reload-rules
    sudo udevadm trigger --name-match=kvm)",
     .worked = R"(    emulator -accel-check)",
     .otherwise = R"()",
     .source = "github.blog, \"Hardware accelerated Android virtualization on Actions\" (2024-04)"},
    {.id = "android-emulator-killed",
     .program = "Android Studio",
     .patterns = "emulator process for avd*was killed\n"
                 "emulator process for avd*has terminated",
     .means = R"(Android Studio's sentence for an emulator that ended by itself, whatever the reason.)",
     .rules = "dev-kvm-missing dev-kvm-permission-denied",
     .causes = R"(1. No acceleration: no KVM, or not for this user.
2. Not enough disk space or memory; a graphics driver.)",
     .steps = R"(Start it by hand, which prints the reason (emulator -list-avds has the names):
    emulator -accel-check
    emulator -avd NAME -verbose)",
     .worked = R"(The emulator stays open.)",
     .otherwise = R"()",
     .source = "developer.android.com, \"Troubleshoot known issues with Android Emulator\""},
    {.id = "android-runner-without-kvm",
     .program = "CI, android-emulator-runner",
     .patterns = "disabling linux hardware acceleration",
     .means =
         R"(The action found no KVM that it may open and starts the emulator without, which takes many times as long and often times out.)",
     .rules = "dev-kvm-missing dev-kvm-permission-denied",
     .causes = R"(1. GitHub's Linux runners have the device, and it is closed to the job's user.
2. A self-hosted or arm64 runner without KVM.)",
     .steps = R"(In a step before the emulator's:
    echo 'KERNEL=="kvm", GROUP="kvm", MODE="0666", OPTIONS+="static_node=kvm"' | sudo tee /etc/udev/rules.d/99-kvm4all.rules
    sudo udevadm control --reload-rules
    sudo udevadm trigger --name-match=kvm)",
     .worked = R"(The line is gone from the job's log.)",
     .otherwise = R"(macOS runners of arm64 have no nesting: take ubuntu-latest (as of 2026-11).)",
     .source = "github.blog, \"Hardware accelerated Android virtualization on Actions\" (2024-04)"},
    {.id = "android-needs-acceleration",
     .program = "Android emulator",
     .patterns = "emulation currently requires hardware acceleration\n"
                 "please ensure kvm is properly installed and usable\n"
                 "cpu acceleration status\n"
                 "kvm is required to run this avd",
     .means =
         R"(The emulator wants KVM and cannot use it; the line "CPU acceleration status" after it says why.)",
     .rules = "dev-kvm-missing dev-kvm-permission-denied no-hardware-virtualization hypervisor-hides-vmx "
              "hypervisor-hides-svm",
     .causes = R"(1. "requires a CPU that supports vmx or svm".
2. "/dev/kvm is not found".
3. "permission denied": each has a page.)",
     .steps = R"(    emulator -accel-check
    nestprobe)",
     .worked = R"(emulator -accel-check says that KVM is installed and usable.)",
     .otherwise = R"(-no-accel starts the emulator without, too slow for use.)",
     .source = "developer.android.com, \"Configure hardware acceleration for the Android Emulator\""},
    {.id = "vbox-svm-in-use",
     .program = "VirtualBox",
     .patterns = "verr_svm_in_use\n"
                 "virtualbox can't enable the amd-v extension\n"
                 "amd-v is being used by another hypervisor",
     .means =
         R"(KVM, or another hypervisor, holds AMD-V, so VirtualBox cannot. From Linux 6.12 on KVM takes it when kvm_amd is loaded, not when a guest starts.)",
     .rules = "virtualization-in-use",
     .causes = R"(1. Linux 6.12 or later with kvm_amd loaded and VirtualBox older than 7.2.10.
2. A KVM guest runs.
3. On a Windows host: Hyper-V or memory integrity.)",
     .steps = R"(VirtualBox 7.2.9 or older. Once, until the next start:
    sudo modprobe -r kvm_amd
For good:
    echo 'options kvm enable_virt_at_load=0' | sudo tee /etc/modprobe.d/kvm-virtualbox.conf
    sudo modprobe -r kvm_amd kvm
    sudo modprobe kvm_amd
VirtualBox 7.2.10 and later: delete that file again; there the line is the cause and not the cure. (On Linux 6.12 itself 7.2.14 still needs the line, by a report of 2026-07.))",
     .worked = R"(    cat /sys/module/kvm/parameters/enable_virt_at_load
says N, and the VirtualBox guest starts.)",
     .otherwise = R"("recompile your kernel" in VirtualBox's text is never needed.)",
     .source = "VirtualBox/virtualbox#81 (2025-07), #141 (2025-08), #711, #713 (2026-06)"},
    {.id = "vbox-vmx-root-mode",
     .program = "VirtualBox",
     .patterns = "verr_vmx_in_vmx_root_mode\n"
                 "virtualbox can't operate in vmx root mode\n"
                 "vt-x is being used by another hypervisor",
     .means =
         R"(KVM, or another hypervisor, holds VT-x, so VirtualBox cannot. From Linux 6.12 on KVM takes it when kvm_intel is loaded, not when a guest starts.)",
     .rules = "virtualization-in-use",
     .causes = R"(1. Linux 6.12 or later with kvm_intel loaded and VirtualBox older than 7.2.10.
2. A KVM guest runs.)",
     .steps = R"(VirtualBox 7.2.9 or older. Once, until the next start:
    sudo modprobe -r kvm_intel
For good:
    echo 'options kvm enable_virt_at_load=0' | sudo tee /etc/modprobe.d/kvm-virtualbox.conf
    sudo modprobe -r kvm_intel kvm
    sudo modprobe kvm_intel
VirtualBox 7.2.10 and later: delete that file again; there the line is the cause and not the cure. (On Linux 6.12 itself 7.2.14 still needs the line, by a report of 2026-07.))",
     .worked = R"(    cat /sys/module/kvm/parameters/enable_virt_at_load
says N, and the VirtualBox guest starts.)",
     .otherwise = R"()",
     .source = "NixOS/nixpkgs#363887 (2024-12); VirtualBox/virtualbox#141 (2025-08), #711 (2026-06)"},
    {.id = "vbox-host-svme-not-enabled",
     .program = "VirtualBox",
     .patterns = "verr_svm_host_svme_not_enabled\n"
                 "host api has not enabled svme bit in efer msr",
     .means =
         R"(VirtualBox 7.2.10 asks the kernel to hold AMD-V and found it off: KVM was told not to take it at load.)",
     .rules = "virtualization-in-use",
     .causes =
         R"(1. kvm.enable_virt_at_load=0 is set, by an older recipe or by the distribution's VirtualBox package.)",
     .steps = R"(Find the line and delete it (Debian: virtualbox-kvm-autodisable.conf), then reload:
    grep -rn enable_virt_at_load /etc/modprobe.d /usr/lib/modprobe.d /lib/modprobe.d /proc/cmdline
    sudo modprobe -r kvm_amd kvm
    sudo modprobe kvm_amd
Or unload KVM altogether.)",
     .worked = R"(    cat /sys/module/kvm/parameters/enable_virt_at_load
says Y, and the guest starts.)",
     .otherwise = R"()",
     .source = "VirtualBox/virtualbox#713, #711 (2026-06)"},
    {.id = "vbox-nem-not-available",
     .program = "VirtualBox on Windows",
     .patterns = "verr_nem_not_available\n"
                 "whvcapabilitycodehypervisorpresent is false\n"
                 "not in a hypervisor partition (hvp=0)",
     .means =
         R"(VirtualBox found no VT-x or AMD-V of its own, tried Windows' hypervisor instead, and that does not run either.)",
     .rules = "no-hardware-virtualization hypervisor-hides-vmx hypervisor-hides-svm vmx-disabled-by-firmware "
              "svm-disabled-by-firmware",
     .causes =
         R"(1. Virtualization is off in firmware setup: the line behind it says so (VERR_VMX_MSR_ALL_VMX_DISABLED, VERR_SVM_DISABLED).
2. Windows is itself a virtual machine without nesting (VERR_VMX_NO_VMX, VERR_SVM_NO_SVM).)",
     .steps =
         R"(Task Manager, Performance, CPU: does "Virtualization" say Enabled? Disabled on hardware: firmware setup, then power off and on. In a virtual machine: its host has to show it, for Hyper-V
    Set-VMProcessor -VMName GUEST -ExposeVirtualizationExtensions $true)",
     .worked = R"(The guest starts.)",
     .otherwise =
         R"(The part about the Windows Hypervisor Platform is a guess of VirtualBox's: switching that on does not help.)",
     .source = "VirtualBox include/VBox/err.h; NEMR3Native-win.cpp"},
    {.id = "vbox-kvm-capability-missing",
     .program = "VirtualBox with KVM as its back end (Linux)",
     .patterns = "required capability '*' is missing!\n"
                 "verr_nem_missing_feature",
     .means =
         R"(VirtualBox runs its guests by Linux' KVM here, and that KVM lacks something that VirtualBox wants. KVM_CAP_XCRS is there where the processor has XSAVE, which came with Intel's later Core 2 (Penryn) and AMD's Bulldozer.)",
     .rules = "",
     .causes = R"(1. The processor is too old for this back end: KVM_CAP_XCRS.
2. Another capability: the kernel is too old, or KVM runs without hardware.)",
     .steps = R"(Has the processor it?
    grep -c -w xsave /proc/cpuinfo
0: take VirtualBox with its own module (Oracle's packages, virtualbox-dkms), which does not need KVM, or QEMU, which does without.)",
     .worked = R"(The guest starts.)",
     .otherwise =
         R"(Windows has neither KVM nor this message. A guest or a firmware may hide XSAVE: then the flag is not listed either.)",
     .source = "VirtualBox src/VBox/VMM/VMMR3/NEMR3Native-linux.cpp, nemR3LnxInitCheckCapabilities(); Linux "
               "arch/x86/kvm/x86.c, kvm_vm_ioctl_check_extension(); cyberus-technology/virtualbox-kvm#4"},
    {.id = "vbox-on-hyperv",
     .program = "VirtualBox on Windows",
     .patterns = "verr_nem_\n"
                 "call to whvsetuppartition failed\n"
                 "verr_supdrv_no_raw_mode_hyper_v_root\n"
                 "raw-mode is unavailable courtesy of hyper-v\n"
                 "attempting fall back to nem",
     .means =
         R"(VirtualBox runs by the system's own hypervisor. On Windows that is Hyper-V's, which holds VT-x or AMD-V (the green turtle): slower, without nesting for its guests, and now and then not at all.)",
     .rules = "hypervisor-hides-vmx hypervisor-hides-svm",
     .causes = R"(1. Windows: Hyper-V, WSL 2, Windows Sandbox, memory integrity or Credential Guard is on.
2. Linux: VirtualBox was built or told to use KVM (its KVM back end, as of 2026 for newer processors alone).)",
     .steps =
         R"(On Windows, where none of these is needed: Windows Security, Device security, Core isolation: Memory integrity off. Then in an administrator's prompt, and restart:
    bcdedit /set hypervisorlaunchtype off
Back again:
    bcdedit /set hypervisorlaunchtype auto)",
     .worked = R"(The turtle in the window's status line is gone, and VBox.log says nothing of NEM.)",
     .otherwise = R"(Where they are needed, use a Hyper-V machine instead: it can nest.)",
     .source = "VirtualBox manual, \"Using Hyper-V with Oracle VirtualBox\""},
    {.id = "guest-needs-64-bit",
     .program = "VirtualBox, VMware, guests of theirs",
     .patterns = "this kernel requires an x86-64 cpu\n"
                 "64-bit operation is not possible\n"
                 "configured for 64-bit guest operating systems\n"
                 "64-bit guest will fail to detect a 64-bit cpu",
     .means =
         R"(A 64-bit guest was started where only 32-bit ones can run: without VT-x or AMD-V these products have no 64-bit guests.)",
     .rules = "vmx-disabled-by-firmware svm-disabled-by-firmware hypervisor-hides-vmx hypervisor-hides-svm",
     .causes = R"(1. VT-x or SVM is off in firmware setup.
2. This is a virtual machine without nesting.
3. VirtualBox: the machine's type is a 32-bit one (Ubuntu instead of Ubuntu (64-bit)).
4. Windows: its own hypervisor holds VT-x.)",
     .steps = R"(On Linux, what does this system see?
    grep -c -E -w 'vmx|svm' /proc/cpuinfo
0 on hardware: firmware setup, then power off and on. 0 in a virtual machine: the level above. More than 0: the machine's type,
    VBoxManage modifyvm GUEST --ostype Linux26_64)",
     .worked = R"(The guest starts.)",
     .otherwise = R"()",
     .source = "VirtualBox manual, \"64-bit guests\"; VMware's message"},
    {.id = "vbox-no-vmx",
     .program = "VirtualBox, Vagrant",
     .patterns = "verr_vmx_no_vmx\n"
                 "vt-x is not available\n"
                 "vt-x/amd-v hardware acceleration is not available",
     .means = R"(VirtualBox sees no VT-x in CPUID.)",
     .rules = "no-hardware-virtualization hypervisor-hides-vmx xen-owns-virtualization",
     .causes = R"(1. VirtualBox runs inside a virtual machine that is not shown VT-x.
2. On a Windows host Hyper-V holds it and hides it.
3. A processor without.)",
     .steps =
         R"(In a virtual machine: have nesting switched on above, then shut down and start. Windows host, if Hyper-V is not needed, in an administrator's prompt, then restart:
    bcdedit /set hypervisorlaunchtype off)",
     .worked = R"(The guest starts.)",
     .otherwise = R"(Off in firmware setup is another message: VERR_VMX_MSR_ALL_VMX_DISABLED.)",
     .source = "hashicorp/vagrant#10056 (2018)"},
    {.id = "vbox-vmx-disabled",
     .program = "VirtualBox, Vagrant, minikube",
     .patterns = "verr_vmx_msr_all_vmx_disabled\n"
                 "verr_vmx_msr_vmx_disabled\n"
                 "verr_vmx_msr_vmxon_disabled\n"
                 "verr_vmx_msr_locked_or_disabled\n"
                 "vt-x is disabled in the bios",
     .means = R"(The processor has VT-x and register 0x3A (IA32_FEATURE_CONTROL) locks it off.)",
     .rules = "vmx-disabled-by-firmware vmx-locked-off-in-guest",
     .causes = R"(1. Switched off in firmware setup.
2. In a virtual machine: the level above locks it off; no firmware setup there helps.
3. Switched on since, but the machine was restarted and not powered off.)",
     .steps =
         R"(Real hardware: firmware setup, "Intel Virtualization Technology" or "VT-x" on; save, power off, wait ten seconds, power on.)",
     .worked = R"(    grep -c '^flags.* vmx ' /proc/cpuinfo
is the number of CPUs.)",
     .otherwise = R"()",
     .source = "kubernetes/minikube#4378 (2019-05)"},
    {.id = "vbox-svm-disabled",
     .program = "VirtualBox, Vagrant, minikube",
     .patterns = "verr_svm_disabled\n"
                 "amd-v is disabled in the bios",
     .means = R"(The processor has AMD-V and register VM_CR (bit SVMDIS) switches it off.)",
     .rules = "svm-disabled-by-firmware svm-disabled-in-guest",
     .causes = R"(1. "SVM Mode" is off in firmware setup.
2. On a Windows host Hyper-V hides it; the text says "or by the host OS".
3. In a virtual machine: the level above.)",
     .steps = R"(Real hardware: firmware setup, "SVM Mode" on; save, power off and on.)",
     .worked = R"(    grep -c -w svm /proc/cpuinfo
is the number of CPUs, and kvm_amd loads.)",
     .otherwise = R"()",
     .source = "kubernetes/minikube#7074 (2020-03)"},
    {.id = "vbox-no-svm",
     .program = "VirtualBox",
     .patterns = "verr_svm_no_svm\n"
                 "amd-v is not available",
     .means = R"(VirtualBox sees no AMD-V in CPUID.)",
     .rules = "no-hardware-virtualization hypervisor-hides-svm",
     .causes = R"(1. VirtualBox runs inside a virtual machine that is not shown it.
2. On a Windows host Hyper-V hides it.)",
     .steps = R"(In a virtual machine: have nesting switched on above, then shut down and start.)",
     .worked = R"(The guest starts.)",
     .otherwise = R"()",
     .source = "VirtualBox include/VBox/err.h"},
    {.id = "vbox-no-driver",
     .program = "VirtualBox",
     .patterns = "kernel driver not installed (rc=-1908)\n"
                 "verr_vm_driver_not_installed\n"
                 "the vboxdrv kernel module is not loaded",
     .means = R"(VirtualBox's own module is not loaded. Not a matter of VT-x, AMD-V or KVM.)",
     .causes = R"(1. The kernel was updated and the module not built again.
2. Secure Boot refuses it because it is not signed.)",
     .steps = R"(    sudo /sbin/vboxconfig
    sudo journalctl -k -b --grep 'vboxdrv|Lockdown')",
     .worked = R"(    lsmod | grep vboxdrv)",
     .otherwise = R"()",
     .source = "VirtualBox manual, \"The VirtualBox Kernel Modules\""},
    {.id = "vbox-other-error",
     .program = "VirtualBox",
     .patterns = "verr_vmx_\n"
                 "verr_svm_",
     .means = R"(VirtualBox's part for VT-x or AMD-V failed; the word in capitals is the reason.)",
     .rules = "virtualization-in-use hypervisor-hides-vmx hypervisor-hides-svm",
     .causes =
         R"(1. Another hypervisor holds it (KVM since Linux 6.12, as soon as its module is loaded).
2. VirtualBox runs in a virtual machine whose nesting is incomplete.)",
     .steps = R"(    lsmod | grep kvm
    sudo modprobe -r kvm_intel
    sudo modprobe -r kvm_amd)",
     .worked = R"(The guest starts.)",
     .otherwise = R"(The log of the machine (VBox.log) says at which step.)",
     .source = "VirtualBox include/VBox/err.h"},
    {.id = "docker-machine-no-vtx",
     .program = "minikube, docker-machine",
     .patterns = "this computer doesn't have vt-x/amd-v enabled",
     .means =
         R"(The VirtualBox driver looked for vmx or svm before it made a machine and found neither. "Enabling it in the BIOS is mandatory" is a guess.)",
     .rules = "hypervisor-hides-vmx hypervisor-hides-svm vmx-disabled-by-firmware svm-disabled-by-firmware",
     .causes =
         R"(1. minikube or docker-machine runs inside a virtual machine without nesting: by far the most common.
2. Windows with Hyper-V: the check cannot see behind it.
3. Switched off in firmware setup.)",
     .steps = R"(Choose a driver that needs no virtualization:
    minikube start --driver=docker
Or have nesting switched on above, then shut this machine down and start it.)",
     .worked = R"(    grep -c -E -w 'vmx|svm' /proc/cpuinfo
is not 0, and minikube start ends with "Done!".)",
     .otherwise = R"(--no-vtx-check silences the check only; VirtualBox fails after it.)",
     .source = "kubernetes/minikube#3900, #2687 (2018), #18365 (2024-03)"},
    {.id = "vbox-nested-breaks",
     .program = "VirtualBox",
     .patterns = "virtualbox*hard locking\n"
                 "virtualbox*nested*freez\n"
                 "virtualbox*nested*crash\n"
                 "virtualbox*nested*hang\n"
                 "nested hypervisor hard system crash",
     .means =
         R"(VirtualBox shows VT-x or AMD-V to its guest, and what runs in there hangs, crashes, or takes the machine down with it. Users report it of several versions, and no cure is known.)",
     .rules = "platform-shows-and-fails",
     .causes = R"(1. A fault of VirtualBox's nesting (7.1 and 7.2, reported in 2025 and 2026, open).
2. KVM and VirtualBox at once on the machine below.
3. The guest has too little memory for what runs in it.)",
     .steps = R"(Run what is inside on the machine itself, or that guest under KVM or VMware. To have the guest run without nesting, with it off:
    VBoxManage modifyvm GUEST --nested-hw-virt off
Is KVM loaded on the machine below?
    lsmod | grep -E '^(kvm|vbox)'
Install the newest VirtualBox before trying again:
    VBoxManage --version)",
     .worked = R"(The guest inside runs for a while under load.)",
     .otherwise = R"(Slow, and no crash: nested paging is off inside (no ept in the vmx flags).)",
     .source = "VirtualBox/virtualbox#30 (2025-06), #270 (2025-10), #790 (2026-07)"},
    {.id = "vbox-guru-meditation",
     .program = "VirtualBox",
     .patterns = "guru meditation\n"
                 "'gurumeditation' state\n"
                 "verr_trpm_dont_panic",
     .means =
         R"(VirtualBox met a state of its guest that it cannot go on from; the number and the name behind it say where.)",
     .rules = "platform-shows-and-fails",
     .causes =
         R"(1. VirtualBox itself runs in a virtual machine: without VT-x or AMD-V releases up to 6.0 ran guests in software and met traps they could not handle (VERR_TRPM_DONT_PANIC); 6.1 and later need VT-x or AMD-V.
2. A hypervisor inside the guest: VirtualBox' nesting breaks with it.
3. VINF_EM_TRIPLE_FAULT: the guest's own firmware or system gave up.)",
     .steps = R"(Is VirtualBox on hardware, and is VT-x or AMD-V there?
    systemd-detect-virt
    grep -c -w -E 'vmx|svm' /proc/cpuinfo
    VBoxManage --version
In a virtual machine with 0: have nesting switched on above, and take VirtualBox 6.1 or later. nestprobe names the switch:
    nestprobe)",
     .worked = R"(The machine starts, and its VBox.log has no such line.)",
     .otherwise = R"(The guest's log next to it, VBox.log, has the lines before: they say more than the number.)",
     .source = "VirtualBox include/iprt/err.h, VBox/err.h; NixOS/nixpkgs#60943 (2019-05)"},
    {.id = "vbox-nested-needs-paging",
     .program = "VirtualBox",
     .patterns = "nested vt-x/amd-v without nested-paging\n"
                 "verr_cpum_invalid_hwvirt_config",
     .means =
         R"(Nested VT-x/AMD-V is switched on for this machine, and VirtualBox cannot give it: it needs nested paging and unrestricted guest execution from its own host.)",
     .rules = "ept-off unrestricted-guest-off hypervisor-hides-vmx",
     .causes = R"(1. Nested paging is switched off for the machine.
2. VirtualBox runs on Windows' hypervisor or in a virtual machine, which give it none.
3. A processor before Westmere.)",
     .steps = R"(    VBoxManage modifyvm GUEST --nested-paging on --nested-hw-virt on
If it stays, start the machine without nesting:
    VBoxManage modifyvm GUEST --nested-hw-virt off)",
     .worked = R"(The machine starts; in it:
    grep -c -E -w 'vmx|svm' /proc/cpuinfo)",
     .otherwise = R"()",
     .source = "VirtualBox src/VBox/VMM/VMMR3/CPUMR3CpuId.cpp"},
    {.id = "vbox-nested-ept",
     .program = "VirtualBox",
     .patterns = "pgmr0bthept*nested\n"
                 "verr_pgm_mapping_ipe",
     .means =
         R"(VirtualBox' own nested paging failed while a guest of its guest ran, and it stopped the machine. Nothing in the guest is wrong: VT-x is shown to it, and KVM used it.)",
     .rules = "platform-shows-and-fails",
     .causes = R"(1. A fault of VirtualBox in its nested VT-x, which guests of guests use.)",
     .steps =
         R"(On the machine that runs VirtualBox, see the version, and install the newest one if it is older:
    VBoxManage --version
If it stays, try KVM without EPT in the guest, which is slow and leaves VirtualBox' nested paging unused:
    echo 'options kvm_intel ept=0' | sudo tee /etc/modprobe.d/zz-kvm-ept.conf
    sudo modprobe -r kvm_intel
    sudo modprobe kvm_intel
Or run that guest under KVM, VMware or Hyper-V, which nest better.)",
     .worked = R"(The nested guest runs, and the machine does not stop.)",
     .otherwise = R"()",
     .source = "VirtualBox/virtualbox#450 (2025-12, VirtualBox 7.2.4, open)"},
    {.id = "vbox-nested-setting",
     .program = "VirtualBox",
     .patterns = "enable nested vt-x/amd-v\n"
                 "nested-hw-virt",
     .means =
         R"(VirtualBox's switch that shows VT-x or AMD-V to a guest. The box is grey until nested paging is on and where the command line has to be used.)",
     .rules = "hypervisor-hides-vmx hypervisor-hides-svm",
     .causes =
         R"(1. The switch is off, as it is by default. AMD since VirtualBox 6.0, Intel since 6.1.
2. VirtualBox on a KVM backend, or on Windows with Hyper-V: no nesting there.)",
     .steps = R"(On the machine that runs VirtualBox, with the guest off:
    VBoxManage modifyvm GUEST --nested-hw-virt on
    VBoxManage startvm GUEST)",
     .worked = R"(In the guest:
    grep -c -E -w 'vmx|svm' /proc/cpuinfo)",
     .otherwise =
         R"(Nested guests under VirtualBox are slow and some do not start; KVM, VMware and Hyper-V do it better.)",
     .source = "VBoxManage manual, modifyvm; cyberus-technology/virtualbox-kvm#19 (2024-03)"},
    {.id = "vmware-hyperv-incompatible",
     .program = "VMware Workstation, Player on Windows",
     .patterns = "device/credential guard are not compatible\n"
                 "and hyper-v are not compatible",
     .means =
         R"(Windows' own hypervisor runs, and this VMware (before 15.5.5) cannot work beside it. Newer ones can, without nesting for their guests.)",
     .rules = "hypervisor-hides-vmx hypervisor-hides-svm",
     .causes = R"(1. Hyper-V, WSL 2, memory integrity, Credential Guard or a policy of the company's.)",
     .steps =
         R"(Update VMware; that is all where its guests need no nesting. With nesting: Windows Security, Device security, Core isolation: Memory integrity off. Then in an administrator's prompt, and restart:
    bcdedit /set hypervisorlaunchtype off)",
     .worked = R"(msinfo32 says "Virtualization-based security: Not enabled".)",
     .otherwise =
         R"(WSL 2, Docker Desktop and Hyper-V stop working meanwhile; auto instead of off brings them back.)",
     .source = "VMware knowledge base 2146361 (by its title)"},
    {.id = "vmware-no-vtx",
     .program = "VMware Workstation, Player",
     .patterns = "host does not support \"intel ept\" hardware assisted mmu\n"
                 "host does not support \"amd rvi\" hardware assisted mmu\n"
                 "this host does not support intel vt-x\n"
                 "this host does not support amd-v\n"
                 "this host does not support virtualizing real mode",
     .means =
         R"(VMware sees no VT-x or AMD-V, or not its paging in hardware (EPT, RVI), which its guests of 64 bits need.)",
     .rules = "hypervisor-hides-vmx hypervisor-hides-svm ept-off unrestricted-guest-off",
     .causes =
         R"(1. VMware runs in a virtual machine, whose hypervisor shows it none of that, or no EPT (VirtualBox).
2. On Windows: Windows' own hypervisor runs (Hyper-V, WSL 2, memory integrity) and hides it.
3. VT-x or SVM Mode is off in firmware setup.
4. A processor without EPT or RVI: Intel's Core 2 and older.)",
     .steps = R"(On Linux: what does this system see?
    lscpu | grep -i -E 'model name|virtuali|hypervisor'
    grep -o -w -m1 -E 'vmx|svm|ept|npt' /proc/cpuinfo | sort -u
A line "Hypervisor vendor": have nesting switched on above, then shut the machine down and start it. On Windows, where Hyper-V and WSL 2 are not needed, in an administrator's prompt, then restart:
    bcdedit /set hypervisorlaunchtype off)",
     .worked = R"(The guest starts.)",
     .otherwise =
         R"(Under VirtualBox and Hyper-V, VMware's own guests are not supported inside, even with nesting on; use KVM there.)",
     .source = "VMware's message; vmware/packer-plugin-vmware#10 (2021-04), "
               "MicrosoftDocs/Virtualization-Documentation#184 (2016-03)"},
    {.id = "vmware-vtx-disabled",
     .program = "VMware Workstation, Player",
     .patterns = "this host supports intel vt-x, but intel vt-x is disabled\n"
                 "this host supports intel vt-x, but vt-x is disabled\n"
                 "this host supports amd-v, but amd-v is disabled\n"
                 "此主机支持 intel vt-x*处于禁用状态\n"
                 "此主机支持 amd-v*处于禁用状态\n"
                 "binary translation is incompatible with long mode",
     .means =
         R"(VMware found the processor's feature and could not use it: it is locked off, or another hypervisor holds it.)",
     .rules = "vmx-disabled-by-firmware svm-disabled-by-firmware virtualization-in-use",
     .causes = R"(1. Off in firmware setup, or switched on and not powered off since.
2. KVM holds it (Linux 6.12 and later: as soon as its module is loaded).
3. On Windows: Hyper-V or memory integrity.)",
     .steps = R"(On Linux:
    sudo modprobe -r kvm_intel
    sudo modprobe -r kvm_amd
If the guest then starts, see the page of VERR_VMX_IN_VMX_ROOT_MODE for a cure that lasts. Otherwise firmware setup, then power off and on.)",
     .worked = R"(The guest starts.)",
     .otherwise = R"()",
     .source = "VMware's message; that the cure of VirtualBox fits VMware is likely, not tried"},
    {.id = "vmware-vtx-in-use",
     .program = "VMware Workstation",
     .patterns = "vt-x*is already in use\n"
                 "vt-x may be in use\n"
                 "vt-x is already in use by another\n"
                 "another*virtualization product*vt-x\n"
                 "virtualization capability of your processor is already in use",
     .means = R"(Another hypervisor holds VT-x or AMD-V; on Linux nearly always KVM.)",
     .rules = "virtualization-in-use",
     .causes = R"(1. Linux 6.12 or later: KVM holds it from the time its module is loaded.
2. A KVM or VirtualBox guest runs.)",
     .steps = R"(    sudo modprobe -r kvm_intel
    sudo modprobe -r kvm_amd
A cure that lasts: options kvm enable_virt_at_load=0
    echo 'options kvm enable_virt_at_load=0' | sudo tee /etc/modprobe.d/kvm-vmware.conf
and restart.)",
     .worked = R"(The guest starts while kvm_intel or kvm_amd is loaded.)",
     .otherwise = R"()",
     .source = "Linux virt/kvm/kvm_main.c, enable_virt_at_load; VMware side likely, not tried"},
    {.id = "vmware-power-on-trouble",
     .program = "VMware Workstation, Player",
     .scope = PageScope::matter,
     .patterns = "does not support the user level monitor on this host\n"
                 "module 'monitormode' power on failed\n"
                 "module 'mmu' power on failed",
     .means =
         R"(VMware did not start the guest; the line does not say why. The lines before it do, and each has a page.)",
     .rules = "",
     .causes = R"(1. VT-x or AMD-V is not there, switched off, or held by another hypervisor.
2. On Windows: Hyper-V, WSL 2 or memory integrity.)",
     .steps = R"(Ask for the page of the line before it:
    nestprobe --explain='This host supports AMD-V, but AMD-V is disabled.')",
     .worked = R"()",
     .otherwise = R"()",
     .source = "VMware's message"},
    {.id = "vmware-performance-counters",
     .program = "VMware",
     .patterns = "module 'vpmc' power on failed\n"
                 "virtualized performance counters are not supported\n"
                 "virtualize cpu performance counters",
     .means =
         R"(The machine asks for virtual performance counters, which its host cannot give. Nesting does not need them.)",
     .causes = R"(1. The box "Virtualize CPU performance counters" is ticked.
2. Windows' own hypervisor runs on the host.)",
     .steps =
         R"(With the machine off: Settings, Processors: untick "Virtualize CPU performance counters", or this line in its .vmx: vpmc.enable = "FALSE".)",
     .worked = R"(The machine starts.)",
     .otherwise = R"(QEMU in a guest may then fail to set MSR 0x38d: give its guests pmu=off.)",
     .source = "VMware's message"},
    {.id = "vmware-ept-not-supported",
     .program = "VMware Workstation, Player, Fusion",
     .patterns = "virtualized intel vt-x/ept is not supported on this platform\n"
                 "virtualized amd-v/rvi is not supported on this platform\n"
                 "does not support nested virtualization on this host\n"
                 "此平台不支持虚拟化的\n"
                 "在此主机上不支持嵌套虚拟化\n"
                 "模块\"hv\"启动失败\n"
                 "intel vt-x/ept はこのプラットフォームではサポートされて\n"
                 "amd-v/rvi はこのプラットフォームではサポートされて\n"
                 "module 'hv' power on failed\n"
                 "module 'cpuidearly' power on failed\n"
                 "module cpuidearly power on failed\n"
                 "module hv power on failed",
     .means =
         R"(The guest has "Virtualize Intel VT-x/EPT or AMD-V/RVI" switched on, and VMware cannot offer it on this host.)",
     .rules = "hypervisor-hides-vmx hypervisor-hides-svm ept-off",
     .causes =
         R"(1. Windows host: Hyper-V runs (WSL2, memory integrity, Credential Guard, Sandbox), so VMware sits on top of it and has no VT-x to pass on.
2. VMware itself runs in a virtual machine without EPT or NPT.
3. A processor before Nehalem: VT-x without EPT.)",
     .steps =
         R"(Windows host, if WSL2 and Hyper-V can be done without. Windows Security, Device security, Core isolation: Memory integrity off. Then in an administrator's prompt:
    bcdedit /set hypervisorlaunchtype off
and restart. If "Virtualization-based security" still says Running in msinfo32, a UEFI lock or a policy holds it.)",
     .worked =
         R"(msinfo32 says "Virtualization-based security: Not enabled" and the guest starts with the box ticked.)",
     .otherwise = R"(Without the box the guest starts, and has no nesting in it.)",
     .source = "GNS3/gns3-server#1538, #2554 (2025-08), #2164"},
    {.id = "gns3-vm-kvm",
     .program = "the GNS3 VM",
     .patterns = "kvm support available: false\n"
                 "kvm support available false",
     .means =
         R"(The GNS3 VM is a guest, and what runs it shows it neither VMX nor SVM. It is set there, with the GNS3 VM switched off.)",
     .rules = "hypervisor-hides-vmx hypervisor-hides-svm",
     .causes = R"(1. The switch for nesting is off, as it is by default.
2. A Windows host whose own hypervisor runs (WSL 2, Hyper-V, memory integrity): then VMware and VirtualBox have none to give.)",
     .steps =
         R"(VMware Workstation: Virtual Machine Settings, Processors, tick the first box below "Virtualization engine". VirtualBox 6.1 and later, by the machine's name:
    VBoxManage modifyvm "GNS3 VM" --nested-hw-virt on
Hyper-V, in an administrator's PowerShell:
    Set-VMProcessor -VMName "GNS3 VM" -ExposeVirtualizationExtensions $true
If the box is grey, or has no effect: see which hypervisor has the processor, on the Windows host.
    nestprobe --explain=vbox-on-hyperv)",
     .worked = R"(The first screen of the GNS3 VM says "KVM support available: True".)",
     .otherwise =
         R"(GNS3 runs without it, too: QEMU machines are slow then, and IOU, Dynamips and Docker are as they were.)",
     .source = "GNS3/gns3-vm#109 (2018-11); GNS3/gns3-server#2254 (2023-07)"},
    {.id = "vmware-esxi-nested",
     .program = "VMware ESXi",
     .patterns = "vmware esx*does not support hardware-assisted virtualization\n"
                 "no hardware virtualization*esx\n"
                 "esxi*installer*hardware virtualization\n"
                 "hardware virtualization is not a feature of the cpu, or is not enabled in the bios\n"
                 "vhv.enable",
     .means =
         R"(ESXi, or its installer, sees no VT-x or AMD-V; inside a virtual machine that is a matter of the level above.)",
     .rules = "hypervisor-hides-vmx hypervisor-hides-svm vmx-disabled-by-firmware svm-disabled-by-firmware",
     .causes = R"(1. A nested ESXi whose virtual machine is not shown VT-x or AMD-V.
2. Off in firmware setup of a physical host.)",
     .steps =
         R"(ESXi or vCenter above: power the machine off, Edit settings, CPU, "Expose hardware assisted virtualization to the guest OS" (vhv.enable = "TRUE" in the .vmx file); power on. KVM above: CPU host-passthrough, and for ESXi as a guest on the host:
    echo 1 | sudo tee /sys/module/kvm/parameters/ignore_msrs)",
     .worked = R"(The installer goes on without the warning.)",
     .otherwise = R"()",
     .source = "docs of vSphere, \"Expose VMware Hardware Assisted Virtualization\""},
    {.id = "docker-desktop-hav",
     .program = "Docker Desktop for Windows",
     .patterns = "virtualisation support wasn't detected\n"
                 "virtualization support is not enabled on your machine\n"
                 "hardware assisted virtualization and data execution protection must be enabled\n"
                 "hardware assisted virtualization\n"
                 "docker desktop*virtualization support not detected\n"
                 "virtualization support wasn't detected\n"
                 "virtualization must be enabled",
     .means = R"(Docker Desktop needs a virtual machine (WSL2 or Hyper-V) and Windows cannot start one.)",
     .rules = "hypervisor-hides-vmx hypervisor-hides-svm vmx-disabled-by-firmware svm-disabled-by-firmware",
     .causes = R"(1. Windows itself is a virtual machine without nesting.
2. VT-x or SVM Mode is off in firmware setup.
3. Hyper-V is installed and does not start: hypervisorlaunchtype off.)",
     .steps =
         R"(In a virtual machine: have nesting switched on above (Hyper-V host, with the machine off):
    Set-VMProcessor -VMName GUEST -ExposeVirtualizationExtensions $true
On hardware: Task Manager, Performance, CPU: "Virtualization" has to say Enabled. Then, as administrator, and restart:
    bcdedit /set hypervisorlaunchtype auto)",
     .worked = R"(Docker Desktop starts.)",
     .otherwise = R"()",
     .source = "docker/for-win#8712 (2020-09), #13015 (2022-10)"},
    {.id = "docker-desktop-linux",
     .program = "Docker Desktop for Linux",
     .patterns = "docker desktop requires kvm\n"
                 "kvm is not enabled on host\n"
                 "docker desktop*kvm",
     .means =
         R"(Docker Desktop for Linux runs its own virtual machine under KVM and cannot use it. Docker Engine needs no KVM at all.)",
     .rules = "dev-kvm-missing dev-kvm-permission-denied",
     .causes = R"(1. No /dev/kvm: a virtual machine without nesting, firmware setup, module.
2. The user may not open it.)",
     .steps = R"(    ls -l /dev/kvm
    sudo usermod -aG kvm "$USER"
then log in again. Without KVM install Docker Engine, which shares this kernel.)",
     .worked = R"(Docker Desktop starts.)",
     .otherwise = R"()",
     .source = "docker/desktop-linux#2 (2022-04)"},
    {.id = "wsl-virtual-machine-platform",
     .program = "WSL",
     .patterns = "wsl2 is unable to start\n"
                 "hcs_e_service_not_available\n"
                 "0x80370114\n"
                 "wsl2 kann nicht gestartet werden\n"
                 "hcs_e_hyperv_not_installed\n"
                 "please enable the virtual machine platform\n"
                 "please enable the \"virtual machine platform\"\n"
                 "wsl2 is not supported with your current machine configuration\n"
                 "current machine configuration does not support wsl2\n"
                 "aka.ms/enablevirtualization\n"
                 "aka.ms/wsl2-install\n"
                 "请启用虚拟机平台\n"
                 "请启用\"虚拟机平台\"\n"
                 "当前计算机配置不支持 wsl2\n"
                 "windows の仮想マシン プラットフォーム機能を有効\n"
                 "0x80370102",
     .means = R"(Windows cannot start the virtual machine that WSL2 is: the hypervisor does not run.)",
     .rules = "hypervisor-hides-vmx hypervisor-hides-svm vmx-disabled-by-firmware svm-disabled-by-firmware",
     .causes = R"(1. The "Virtual Machine Platform" feature is off.
2. Virtualization is off in firmware setup.
3. hypervisorlaunchtype is off, set by an older recipe or by an emulator for Android games.
4. Windows is itself a virtual machine without nesting.)",
     .steps = R"(As administrator, then restart:
    wsl.exe --install --no-distribution
    bcdedit /set hypervisorlaunchtype auto
Task Manager, Performance, CPU: "Virtualization" has to say Enabled; if not, firmware setup.)",
     .worked = R"(    wsl.exe --status
and systeminfo ends with "A hypervisor has been detected".)",
     .otherwise = R"(WSL1 works without: wsl.exe --set-version DISTRIBUTION 1)",
     .source = "microsoft/WSL#11117, #13092 (2025-06), #14435 (2026-03)"},
    {.id = "wsl-nested-not-supported",
     .program = "WSL",
     .patterns = "geschachtelte virtualisierung\n"
                 "la virtualisation imbriqu\n"
                 "virtualización anidada no\n"
                 "virtualizzazione annidata\n"
                 "virtualização aninhada\n"
                 "nested virtualization is not supported on this machine\n"
                 "nested virtualization is not supported on this windows build\n"
                 "wsl_e_nested_not_supported\n"
                 "Вложенная виртуализация не поддерживается\n"
                 "不支持嵌套虚拟化\n"
                 "ネスト化された仮想化は\n"
                 "geschachtelte virtualisierung wird auf",
     .means = R"(WSL starts, and says that no vmx or svm will be in it.)",
     .rules = "hypervisor-hides-vmx hypervisor-hides-svm",
     .causes =
         R"(1. Windows 10: WSL offers nesting on Windows 11 only, even where Hyper-V on the same machine has it.
2. Windows is a virtual machine without nesting of its own.
3. Windows on Arm, where nothing is offered (as of 2026-11).)",
     .steps =
         R"(Windows 11: nesting is on unless %USERPROFILE%\.wslconfig says nestedVirtualization=false under [wsl2]; then:
    wsl.exe --shutdown
Windows 10: use a Hyper-V virtual machine:
    Set-VMProcessor -VMName GUEST -ExposeVirtualizationExtensions $true)",
     .worked = R"(In WSL:
    grep -c -E -w 'vmx|svm' /proc/cpuinfo)",
     .otherwise = R"(The warning itself is harmless to those who need no KVM.)",
     .source = "microsoft/WSL#11216 (2024-02), #9201 (2022-11), #13796 (2025-12), localization/strings"},
    {.id = "wsl-nesting-by-policy",
     .program = "WSL",
     .patterns = "wsl2.nestedvirtualization*policy\n"
                 "wsl2.nestedvirtualization*richtlinie\n"
                 "wsl2.nestedvirtualization*strat\n"
                 "wsl2.nestedvirtualization*política\n"
                 "wsl2.nestedvirtualization*политикой\n"
                 "wsl2.nestedvirtualization*ポリシー\n"
                 "directiva*wsl2.nestedvirtualization\n"
                 "策略*wsl2.nestedvirtualization",
     .means = R"(Whoever administers this Windows does not let .wslconfig decide about nesting.)",
     .rules = "hypervisor-hides-vmx hypervisor-hides-svm",
     .causes = R"(The policy "Allow nested virtualization" of the Windows Subsystem for Linux (Intune or group policy) is switched off.)",
     .steps = R"(Ask for that policy to be enabled; then, in Windows:
    wsl.exe --shutdown)",
     .worked = R"(In WSL:
    grep -c -E -w 'vmx|svm' /proc/cpuinfo)",
     .otherwise = R"(A virtual machine of Hyper-V is another way, where that is allowed.)",
     .source = "microsoft/WSL, intune/en-US/WSL.adml (2026-11)"},
    {.id = "wsl-conf-is-another-file",
     .program = "WSL",
     .patterns = "wsl2.nestedvirtualization*wsl.conf\n"
                 "wsl.conf*wsl2.nestedvirtualization",
     .means = R"(nestedVirtualization stands in the distribution's own file, /etc/wsl.conf, which does not take that word. It is one of .wslconfig, a file of Windows.)",
     .rules = "hypervisor-hides-vmx hypervisor-hides-svm",
     .causes = R"(The line was written into /etc/wsl.conf.)",
     .steps = R"(Remove it from /etc/wsl.conf. In %USERPROFILE%\.wslconfig, on Windows:
    [wsl2]
    nestedVirtualization=true
Then, in Windows:
    wsl.exe --shutdown)",
     .worked = R"(In WSL:
    grep -c -E -w 'vmx|svm' /proc/cpuinfo)",
     .otherwise = R"(Under Windows 11 it is the default. Where /dev/kvm lacks and the flag is there, KVM's module is to be loaded: kernels from 6.6 on have it as a module.)",
     .source = "microsoft/WSL#13262 (2025-07); Microsoft documentation, Advanced settings configuration in WSL"},
    {.id = "power-nested-compatibility",
     .program = "Linux on POWER",
     .patterns = "couldn't set guest wide elements",
     .means =
         R"(POWER: this system is itself a guest of PowerVM or KVM, and runs as an older processor than the one below; the guest that it starts is asked to be the newer one, which the level below refuses.)",
     .rules = "no-x86-machine",
     .causes = R"(A partition in a compatibility mode (Power11 as Power10), and a QEMU that takes the guest's processor from the hardware's number.)",
     .steps = R"(Start the guest as the processor that this partition is:
    qemu-system-ppc64 -accel kvm -machine pseries,max-cpu-compat=power10
In libvirt's definition: <cpu mode='host-model'> with <model>power10</model> in it.)",
     .worked = R"(The guest starts.)",
     .otherwise = R"(Newer kernels and QEMU know the partition's mode themselves: patches of 2026.)",
     .source = "linuxppc/issues#498 (2026-06)"},
    {.id = "power-machine-capability",
     .program = "QEMU on POWER",
     .weight = Weight::fatal,
     .patterns = "irq_xive capability must be present\n"
                 "try cap-large-decr=off\n"
                 "-machine cap-\n"
                 "does not support nested-hv\n"
                 "nested-hv only supported on",
     .means =
         R"(POWER: the guest's machine is to have something that KVM here cannot give. On a system that is a guest itself (PowerVM, KVM) KVM gives less than on hardware.)",
     .rules = "no-x86-machine",
     .causes = R"(1. The line names what lacks: cap-large-decr, cap-nested-hv, IRQ_XIVE ...
2. cap-nested-hv: the host is no POWER9 or later with radix, or kvm_hv.nested is off there.
3. kernel_irqchip=on makes XIVE a must, which partitions do not have.)",
     .steps = R"(Switch it off for the guest, as the line says:
    qemu-system-ppc64 -accel kvm -machine pseries,cap-large-decr=off
For nested guests, on the host:
    cat /sys/module/kvm_hv/parameters/nested
kernel_irqchip=on: leave it out; QEMU then takes XICS.)",
     .worked = R"(The guest starts.)",
     .otherwise = R"()",
     .source = "QEMU hw/ppc/spapr_caps.c; kata-containers/runtime#2599 (2020-04), kata-containers#13848 (2026-09)"},
    {.id = "hyperv-nesting-not-supported",
     .program = "Hyper-V",
     .patterns = "platform does not support nested virtualization",
     .means =
         R"(The Hyper-V machine is to be shown VT-x or AMD-V (ExposeVirtualizationExtensions), and this host cannot do that: the machine does not start.)",
     .rules = "hypervisor-hides-vmx hypervisor-hides-svm",
     .causes = R"(1. An AMD processor, and a Windows before Windows 11 or Server 2022, or a machine whose configuration version is below 9.3.
2. Intel: a Windows before Windows 10 or Server 2016.
3. The Windows itself is a virtual machine, and what runs it does not nest that deep.)",
     .steps = R"(On the host, in an administrator's PowerShell: which processor, which Windows, which version?
    Get-CimInstance Win32_Processor | Select-Object Name
    winver
    Get-VM -Name GUEST | Select-Object Name, Version
A Windows that can, and a lower version: raise it, with the machine off; it does not go back.
    Update-VMVersion -Name GUEST
A Windows that cannot: start the machine without it; there is no KVM in it then.
    Set-VMProcessor -VMName GUEST -ExposeVirtualizationExtensions $false)",
     .worked = R"(The machine starts, and in it this is not 0:
    grep -c -w -E 'vmx|svm' /proc/cpuinfo)",
     .otherwise = R"()",
     .source = "Microsoft documentation, \"Run Hyper-V in a Virtual Machine with Nested Virtualization\" (2026-11); "
               "jamesstringer90/Easy-GPU-PV#7 (2021-11)"},
    {.id = "hyperv-no-slat",
     .program = "Windows",
     .patterns = "does not support second level address translation\n"
                 "second level address translation*: no\n"
                 "second level address translation (slat)*required",
     .means =
         R"(Windows found VT-x or AMD-V, and no SLAT beside it, which is EPT or NPT. Hyper-V, WSL2 and Docker Desktop need it.)",
     .rules = "ept-off npt-off",
     .causes =
         R"(1. Windows is a virtual machine whose hypervisor shows VT-x without EPT: VMware with CPU/MMU virtualization on "software", VirtualBox without nested paging, KVM with ept=0 or npt=0 on its host, an old ESXi.
2. A processor before Nehalem (Intel) or Barcelona (AMD).)",
     .steps = R"(VMware, with the machine off: CPU, "CPU/MMU Virtualization": hardware CPU and MMU; and "Expose hardware assisted virtualization". VirtualBox, with the machine off:
    VBoxManage modifyvm GUEST --nested-paging on --nested-hw-virt on
On a KVM host these should say Y or 1:
    cat /sys/module/kvm_intel/parameters/ept
    cat /sys/module/kvm_amd/parameters/npt)",
     .worked = R"(In Windows, "Second Level Address Translation: Yes":
    systeminfo)",
     .otherwise = R"()",
     .source = "Microsoft, \"System requirements for Hyper-V\"; woshub.com, \"Install Hyper-V in a VM on VMware ESXi\" (2018)"},
    {.id = "hyperv-component-not-running",
     .program = "Hyper-V, minikube, Docker",
     .patterns = "the hyper-v hypervisor is disabled\n"
                 "hypervisor launch failed\n"
                 "0xc0351000\n"
                 "one of the hyper-v components is not running\n"
                 "the hypervisor is not running\n"
                 "虚拟机监控程序未运行\n"
                 "hypervisor wird nicht ausgeführt\n"
                 "ハイパーバイザーが実行されていない\n"
                 "no se está ejecutando el hipervisor\n"
                 "a hypervisor is already running\n"
                 "hyper-v cannot be installed",
     .means =
         R"(Hyper-V is installed and its hypervisor does not run. Inside a virtual machine that means no nesting.)",
     .rules = "hypervisor-hides-vmx hypervisor-hides-svm vmx-disabled-by-firmware svm-disabled-by-firmware",
     .causes = R"(1. Windows is a virtual machine that is not shown VT-x or AMD-V.
2. Off in firmware setup.
3. hypervisorlaunchtype is off.
4. AMD: a host before Windows 11 or Server 2022, or a configuration version below 9.3.)",
     .steps = R"(On the Hyper-V host above, machine off:
    Set-VMProcessor -VMName GUEST -ExposeVirtualizationExtensions $true
VMware above: "Virtualize Intel VT-x/EPT or AMD-V/RVI". KVM above: host-passthrough, and Hyper-V enlightenments for the CPU. In the guest:
    bcdedit /set hypervisorlaunchtype auto
and restart.)",
     .worked = R"(systeminfo ends with "A hypervisor has been detected".)",
     .otherwise = R"()",
     .source = "docker/for-win#4470, #574; kubernetes/minikube#7404; VVV#2534 (2021-10)"},
    {.id = "windows-firmware-flag",
     .program = "Windows",
     .patterns = "virtualizationfirmwareenabled\n"
                 "virtualization:*disabled\n"
                 "virtualisierung:*deaktiviert\n"
                 "virtualisation :*désactivé\n"
                 "virtualización:*deshabilitad\n"
                 "virtualização:*desabilitad\n"
                 "иртуализация:*тключен\n"
                 "虚拟化:*已禁用\n"
                 "虚拟化：*已禁用\n"
                 "仮想化:*無効\n"
                 "virtualization enabled in firmware*no\n"
                 "virtualization support is disabled in the firmware\n"
                 "virtualization support*not enabled in the bios\n"
                 "either vmx not present or not enabled in bios\n"
                 "either svm not present or not enabled in bios",
     .means = R"(Windows calls virtualization enabled where the firmware has switched it on in the processor's register (Intel: 0x3A, locked; AMD: VM_CR).)",
     .rules = "vmx-disabled-by-firmware svm-disabled-by-firmware hypervisor-hides-vmx",
     .causes = R"(1. Windows runs on its own hypervisor, which hides this: FALSE means nothing then.
2. Real hardware: switched off in firmware setup.
3. A virtual machine that is not shown VMX or SVM: VMMonitorModeExtensions is FALSE as well.
4. A virtual machine whose firmware leaves the register alone, though VMX is shown: Cloud Hypervisor with rust-hypervisor-firmware of before 2026-06, for one.)",
     .steps = R"(In PowerShell, which of them:
    Get-CimInstance Win32_Processor | Format-List VMMonitorModeExtensions,VirtualizationFirmwareEnabled
    Get-CimInstance Win32_ComputerSystem | Format-List HypervisorPresent
The last one True on real hardware: the first cause. In a virtual machine with VMMonitorModeExtensions True, update its firmware on the host; with False, nesting is switched on there.)",
     .worked = R"(systeminfo ends with "A hypervisor has been detected" once Hyper-V runs.)",
     .otherwise = R"(Windows' answers are about Windows: KVM in a Linux on the same machine looks for itself.)",
     .source = "Microsoft documentation, Win32_Processor; cloud-hypervisor/rust-hypervisor-firmware#438 (2026-06)"},
    {.id = "windows-is-ready-for-hyperv",
     .program = "Windows",
     .patterns = "virtualization enabled in firmware*: yes\n"
                 "virtualisierung in firmware aktiviert*: ja",
     .means =
         R"(No hypervisor runs below this Windows' own kernel, and it sees VT-x or AMD-V, switched on. If this Windows is a virtual machine, the level above shows it: nesting is on there.)",
     .causes =
         R"(1. Hyper-V, WSL2 or Docker fails all the same: the Windows feature is not installed, or hypervisorlaunchtype is off.
2. Installed, and Windows starts without it: what the level above shows is not enough for Hyper-V (ESXi: hardware version 11 or later, VBS of that machine; KVM: the host's own CPU).)",
     .steps = R"(In an administrator's PowerShell, then restart:
    Enable-WindowsOptionalFeature -Online -FeatureName Microsoft-Hyper-V -All
    bcdedit /set hypervisorlaunchtype auto
After it, did it start?
    Get-WinEvent -FilterHashtable @{LogName='System'; ProviderName='Microsoft-Windows-Hyper-V-Hypervisor'} -MaxEvents 5)",
     .worked = R"(systeminfo says "A hypervisor has been detected".)",
     .otherwise = R"()",
     .source = "Microsoft documentation, systeminfo; docker/for-win#3729 (2019-04)"},
    {.id = "hyperv-in-guest-fails",
     .program = "Windows in a virtual machine",
     .patterns = "0xc0000001\n"
                 "automatic repair*hyper-v\n"
                 "hyper-v*automatic repair\n"
                 "your pc couldn't start properly\n"
                 "nested hyper-v*does not work\n"
                 "enable hyper-v*failure to boot\n"
                 "boots into windows recovery",
     .means =
         R"(Windows goes into repair as soon as its own hypervisor is to start (Hyper-V, WSL 2, Docker Desktop, memory integrity). In a virtual machine that shows VMX or SVM: what runs it does not carry out all that Windows' hypervisor wants.)",
     .rules = "windows-without-evmcs guest-with-evmcs",
     .causes = R"(1. KVM on Intel: the guest's CPU has TSX or MPX (hle, rtm, mpx), which users had to take away.
2. KVM: Hyper-V's enlightenments are missing, or the definition hides the hypervisor bit.
3. VirtualBox: reported as broken with 7.2 and open (as of 2026-07). Xen and XCP-ng: likewise.
4. On hardware: a fault of Windows 11 of 2026, gone with the update of July.)",
     .steps = R"(Have it start again: in the repair's command prompt, then restart.
    bcdedit /set {default} hypervisorlaunchtype off
KVM: libvirt, inside <cpu mode='host-passthrough'>: <feature policy='disable' name='hle'/>, the same for rtm and mpx, and no line that disables hypervisor; QEMU: -cpu host,-hle,-rtm,-mpx and the hv- words.
    virsh edit GUEST
Then shut the guest down, start it, and switch its hypervisor on again:
    bcdedit /set hypervisorlaunchtype auto
What nestprobe says of the definition:
    nestprobe --domain GUEST
VirtualBox, Xen: run this guest under KVM, VMware or Hyper-V.)",
     .worked = R"(Windows starts, and systeminfo ends with "A hypervisor has been detected".)",
     .otherwise =
         R"(A guest without VMX or SVM starts, and says that Hyper-V cannot be installed or does not run.)",
     .source = "cilium/ebpf#1816 (2025-06); dockur/windows#265, #1191 (2025-04); VirtualBox/virtualbox#270 "
               "(2025-10), #790 (2026-07); microsoft/WSL#40344 (2026-07)"},
    {.id = "windows-hypervisor-error",
     .program = "Windows (a blue screen)",
     .patterns = "hypervisor_error\n"
                 "stop code*0x20001\n"
                 "0x20001",
     .means =
         R"(Windows' own hypervisor, which WSL 2, Hyper-V and memory integrity use, ended with a fault. KVM has no part in it.)",
     .causes = R"(1. Firmware, microcode or a driver that does not go with it; on some laptops a switch of the firmware (Lenovo: Enhanced Windows Biometric Security).
2. Overclocking, memory.
3. In a virtual machine: the level above.)",
     .steps = R"(Update the firmware and Windows; take overclocking back. To have the machine start without it meanwhile, as administrator:
    bcdedit /set hypervisorlaunchtype off
Restart; auto instead of off brings it back. WSL 1 needs none of it:
    wsl --set-version DISTRIBUTION 1)",
     .worked = R"(The blue screen stays away under load.)",
     .otherwise = R"()",
     .source = "microsoft/WSL#5288 (2020), #5783 (2022), #11508 (2024-04)"},
    {.id = "windows-hypervisor-runs",
     .program = "systeminfo",
     .patterns = "a hypervisor has been detected. features required for hyper-v\n"
                 "ein hypervisor wurde erkannt",
     .means = R"(This Windows runs on a hypervisor: its own (Hyper-V, WSL 2, memory integrity), or the one whose guest it is. It is then not told what the processor has, so a missing line about VT-x or AMD-V means nothing.)",
     .rules = "hypervisor-hides-vmx hypervisor-hides-svm",
     .causes = R"(1. Windows' own hypervisor runs, for Hyper-V, WSL 2, Docker Desktop, Sandbox, or memory integrity.
2. Windows is itself a virtual machine.)",
     .steps = R"(In PowerShell, which of them:
    Get-CimInstance Win32_ComputerSystem | Format-List Manufacturer,Model
A virtual machine's model says so: "Virtual Machine", "VMware7,1", "VirtualBox", "Standard PC". Then its host decides.
On hardware a guest of Hyper-V is shown the extensions by its own switch, with the guest off:
    Set-VMProcessor -VMName GUEST -ExposeVirtualizationExtensions $true
On hardware, for a guest of VMware or VirtualBox, the hypervisor of Windows has to go: switch memory integrity off, and as administrator:
    bcdedit /set hypervisorlaunchtype off
Restart. WSL 2, Hyper-V and Docker Desktop stop working; auto instead of off brings them back.)",
     .worked = R"(systeminfo ends with four lines of Hyper-V Requirements, each with Yes.)",
     .otherwise = R"()",
     .source = "Microsoft documentation, \"System requirements for Hyper-V on Windows and Windows Server\" (2026-11)"},
    {.id = "hyperv-expose-failed",
     .program = "Hyper-V",
     .patterns = "cannot modify property without enabling virtualizationbasedsecurityoptout\n"
                 "failed to modify device*processor\n"
                 "virtualization host*supports nested virtualization: no\n"
                 "exposevirtualizationextensions",
     .means = R"(The Hyper-V host refuses to show virtualization to its guest.)",
     .rules = "hypervisor-hides-vmx",
     .causes = R"(1. The machine is running or saved: it has to be off.
2. An early Windows 10 (2016) while virtualization-based security runs in it, which Microsoft's script then names: update Windows.
3. Host before Server 2016; AMD before Windows 11 or Server 2022.)",
     .steps = R"(    Stop-VM -Name GUEST
    Set-VMProcessor -VMName GUEST -ExposeVirtualizationExtensions $true
    Start-VM -Name GUEST)",
     .worked = R"(    Get-VMProcessor -VMName GUEST | Format-List ExposeVirtualizationExtensions)",
     .otherwise = R"()",
     .source = "MicrosoftDocs/Virtualization-Documentation#299, #308, #345 (2016)"},
    {.id = "qemu-words-refused",
     .program = "QEMU",
     .weight = Weight::fatal,
     .patterns = "unable to find cpu model 'host-passthrough'\n"
                 "unable to find cpu model 'host-model'\n"
                 "property 'host-x86_64-cpu.*not found\n"
                 "property '*-x86_64-cpu.*not found\n"
                 "can't apply global*-cpu.*expects 'on' or 'off'\n"
                 "the -accel and \"-machine accel=\" options are incompatible\n"
                 "-cpu=*: invalid option\n"
                 "-accel=*: invalid option",
     .means =
         R"(QEMU read its own command line and refused a word of it; nothing was asked of KVM yet. It says nothing of VMX or SVM.)",
     .rules = "guest-command-line-refused",
     .causes = R"(1. host-passthrough and host-model are libvirt's words; QEMU's is host.
2. An option and its value are two words: -cpu host, not -cpu=host.
3. -accel kvm beside -enable-kvm or accel= in -machine: one of them is enough, and both are refused.
4. A feature is on or off: vmx=on, +vmx; no number. nested is no feature, but a parameter of KVM's module on the host.)",
     .steps = R"(What starts, with what this machine has:
    qemu-system-x86_64 -accel kvm -cpu host -m 2048
The rest of a line or script, word by word:
    nestprobe --domain SCRIPT)",
     .worked = R"(The guest's firmware shows itself.)",
     .otherwise = R"()",
     .source = "QEMU system/vl.c, target/i386/cpu.c, qom/object.c"},
    {.id = "eve-ng-no-virtualization",
     .program = "EVE-NG",
     .patterns = "neither intel vt-x or amd-v found",
     .means =
         R"(EVE-NG's login screen counted vmx and svm in /proc/cpuinfo and found none: its machine is not shown them. Nodes that need KVM do not start.)",
     .rules = "hypervisor-hides-vmx hypervisor-hides-svm",
     .causes =
         R"(1. EVE-NG runs in a virtual machine without nested virtualization; VMware calls the switch "Virtualize Intel VT-x/EPT or AMD-V/RVI".
2. On hardware: VT-x or SVM Mode is off in firmware setup.)",
     .steps = R"(Which hypervisor is it? nestprobe names its switch:
    systemd-detect-virt
    nestprobe
VMware Workstation, with the machine off, in its .vmx file: vhv.enable = "TRUE")",
     .worked = R"(The screen has no such line, and this prints more than 0:
    grep -c -E -w 'vmx|svm' /proc/cpuinfo)",
     .otherwise = R"()",
     .source = "EVE-NG community cookbook, installation (2026-11)"},
    {.id = "proxmox-cpu-refused",
     .program = "Proxmox VE, its API, Terraform's providers",
     .patterns = "built-in cputype*is not defined\n"
                 "custom cputype*not found\n"
                 "vm-specific cpu flags must be a subset of\n"
                 "unable to parse value of 'cpu' - format error\n"
                 "cputype can only be one of",
     .means =
         R"(Proxmox VE, or the tool that speaks to it, does not know that CPU type or that flag. In a file that was edited by hand the line is passed over, and the default CPU counts, kvm64, which has neither VMX nor SVM.)",
     .rules = "guest-cpu-line-dropped guest-cpu-model-lacks-feature",
     .causes =
         R"(1. A name that is misspelt, or in the wrong case: Host for host. QEMU's and libvirt's names are not all Proxmox' (host-passthrough).
2. A custom model without custom- before its name, or one that /etc/pve/virtual-guest/cpu-models.conf has not.
3. A flag that a guest may not name: vmx and svm are such; nested-virt is in Proxmox VE 9 and later.
4. A Terraform provider that is older than Proxmox VE.)",
     .steps = R"(Nesting wants the node's own CPU:
    qm set VMID --cpu host
    qm stop VMID
    qm start VMID
In Terraform's resource, type = "host" within cpu, or cpu = "host"; see the provider's page.)",
     .worked = R"(In the guest:
    grep -c -E -w 'vmx|svm' /proc/cpuinfo)",
     .otherwise = R"()",
     .source = "Proxmox qemu-server, PVE/QemuServer/CPUConfig.pm; Telmate/terraform-provider-proxmox#1133 (2024-10), #1518"},
    {.id = "proxmox-cpu-flag-unknown",
     .program = "Proxmox VE",
     .patterns = "cpu.flags: value does not match the regex pattern\n"
                 "flags: value does not match the regex pattern\n"
                 "flags: invalid format*nested-virt\n"
                 "unknown cpu flag*nested-virt",
     .means =
         R"(This Proxmox VE does not know the CPU flag: nested-virt is one of newer releases (qemu-server 9).)",
     .rules = "guest-cpu-model-lacks-feature",
     .causes = R"(1. An older Proxmox VE.
2. A flag that Proxmox does not let through.)",
     .steps = R"(Give the machine the node's whole CPU, which has nesting if the node has:
    qm set VMID --cpu host
    qm stop VMID
    qm start VMID)",
     .worked = R"(In the guest:
    grep -c -E -w 'vmx|svm' /proc/cpuinfo)",
     .otherwise = R"()",
     .source = "Proxmox qemu-server CPUConfig.pm (the wording differs by version)"},
    {.id = "proxmox-kvm-not-available",
     .program = "Proxmox VE",
     .patterns = "kvm virtualisation configured, but not available",
     .means =
         R"(Proxmox could not open /dev/kvm and gives this one text for every reason. "Enable in BIOS" is right on hardware only.)",
     .rules = "dev-kvm-missing dev-kvm-permission-denied vmx-disabled-by-firmware svm-disabled-by-firmware "
              "hypervisor-hides-vmx hypervisor-hides-svm",
     .causes = R"(1. Proxmox runs in a virtual machine that is not shown VMX or SVM.
2. VT-x or SVM Mode is off in firmware setup.
3. The module is not loaded: a foreign kernel, a blacklist.)",
     .steps = R"(    sudo modprobe kvm_intel
    sudo modprobe kvm_amd
The error tells which. Nested under Proxmox: on the outer node
    qm set VMID --cpu host
    qm stop VMID
    qm start VMID)",
     .worked = R"(    ls -l /dev/kvm)",
     .otherwise =
         R"("KVM hardware virtualization: No" in the options makes the guest start, emulated and very slow.)",
     .source = "Proxmox qemu-server src/PVE/QemuServer.pm; LongQT-sea/pve-live#1"},
    {.id = "proxmox-got-timeout",
     .program = "Proxmox VE",
     .patterns = "failed: got timeout",
     .means = R"(QEMU was started and gave no answer in its time: that says nothing of KVM.)",
     .causes = R"(1. Much memory, huge pages, or a device that is passed through.
2. A disk of the guest on a storage that does not answer.
3. This Proxmox is a virtual machine itself, on a host that is busy or nests slowly.)",
     .steps = R"(See whether it runs all the same; else start it with more time, in seconds:
    qm status VMID
    qm start VMID --timeout 600
If that fails, too, see what QEMU is given, and start it by hand:
    qm showcmd VMID --pretty)",
     .worked = R"(    qm status VMID)",
     .otherwise = R"(Behind shutdown or powerdown it is about the guest's own system.)",
     .source = "qm(1), qm start, --timeout (Proxmox VE 8)"},
    {.id = "gnome-boxes",
     .program = "GNOME Boxes",
     .patterns = "virtualization extensions are unavailable on your system\n"
                 "die virtualisierungs-erweiterungen sind auf ihrem system nicht verfügbar\n"
                 "la extensiones de virtualización no están disponibles en su sistema\n"
                 "les extensions de virtualisation ne sont pas disponibles sur votre ordinateur\n"
                 "le estensioni di virtualizzazione non sono disponibili su questo sistema\n"
                 "virtualisatie-uitbreidingen zijn niet beschikbaar op uw systeem\n"
                 "rozszerzenia wirtualizacji są niedostępne na tym komputerze\n"
                 "extensões de virtualização estão indisponíveis em seu sistema\n"
                 "Расширения виртуализации недоступны для вашей системы\n"
                 "Розширення віртуалізації недоступні на вашій системі\n"
                 "rozšíření pro virtualizaci nejsou na vašem systému k dispozici\n"
                 "virtualiseringstillägg är inte tillgängliga på ditt system\n"
                 "sanallaştırma eklentileri sisteminizde bulunmuyor\n"
                 "a virtualizációs kiterjesztések nem érhetők el a rendszeren\n"
                 "お使いのシステムでは仮想化支援機能を利用できません\n"
                 "시스템에서 가상화 확장을 사용할 수 없습니다\n"
                 "虚拟化扩展在您的系统上不可用\n"
                 "您的系統沒有虛擬化延伸功能\n"
                 "boxes cannot access the virtualization backend\n"
                 "failed to execute: virsh capabilities\n"
                 "says \"no kvm\"\n"
                 "no kvm!",
     .means =
         R"(Boxes asks libvirt for KVM and gets none. Its advice about the BIOS is one of several reasons.)",
     .rules = "dev-kvm-missing dev-kvm-permission-denied vmx-disabled-by-firmware svm-disabled-by-firmware",
     .causes = R"(1. Flatpak: the sandbox lacks the device, while the host has it.
2. No /dev/kvm, or no permission.
3. Virtualization off in firmware setup, or a virtual machine without nesting.)",
     .steps = R"(Does the host have it, and may you open it?
    ls -l /dev/kvm
Boxes from Flathub: give its sandbox the device, end Boxes, and see what its own libvirt finds. A guest type kvm is a yes; an error is the reason.
    flatpak override --user --device=kvm org.gnome.Boxes
    flatpak kill org.gnome.Boxes
    flatpak run --command=virsh org.gnome.Boxes capabilities
Boxes from the distribution's package:
    gnome-boxes --checks)",
     .worked = R"(gnome-boxes --checks says yes to KVM.)",
     .otherwise = R"()",
     .source = "flathub/org.gnome.Boxes#6 (2020-04), #85 (2023-03), #99 (2024-08); clearlinux/clr-bundles#246 "
               "(2023)"},
    {.id = "steam-deck-virtualization",
     .program = "Bazzite",
     .patterns = "virtualization is not supported on steam deck",
     .means =
         R"(The recipe of Bazzite does not run on this model by its name. It looked at no processor: a Steam Deck's has SVM, and KVM works there.)",
     .rules = "dev-kvm-missing svm-disabled-by-firmware",
     .causes = R"(1. The recipe refuses every Steam Deck; newer releases may not.)",
     .steps = R"(KVM itself is part of the system:
    ls -l /dev/kvm
If it is there, nothing has to be layered: machines that need no more than a window run in Boxes from Flathub.
    flatpak install flathub org.gnome.Boxes
For virt-manager, layer it, and start the machine again:
    rpm-ostree install virt-manager libvirt-daemon-kvm qemu-kvm edk2-ovmf)",
     .worked = R"(A machine starts, and its definition says type='kvm'.)",
     .otherwise = R"(No /dev/kvm there: SVM is off in the firmware's setup, which is entered by Volume up and Power.)",
     .source = "ublue-os/bazzite#877 (2024-03)"},
    {.id = "vagrant-libvirt",
     .program = "Vagrant",
     .scope = PageScope::frame,
     .patterns = "error while creating domain: error saving the server\n"
                 "call to virdomaincreatewithflags failed\n"
                 "call to virdomaindefinexml failed",
     .means =
         R"(libvirt refused the machine that Vagrant asked for; its own words follow after the colon and have pages of their own.)",
     .rules = "dev-kvm-missing dev-kvm-permission-denied",
     .causes = R"(1. "could not find capabilities for domaintype=kvm": no usable KVM.
2. "Domain requires KVM".
3. A CPU that the host has not.)",
     .steps = R"(    virsh -c qemu:///system domcapabilities --virttype kvm
Without KVM, slow: libvirt.driver = "qemu" in the Vagrantfile.)",
     .worked = R"(vagrant up goes on.)",
     .otherwise = R"()",
     .source = "vagrant-libvirt#598, #1208"},
    {.id = "vagrant-vbox-failed",
     .program = "Vagrant",
     .scope = PageScope::frame,
     .patterns = "there was an error while executing `vboxmanage`\n"
                 "vboxmanage: error",
     .means = R"(VirtualBox refused; the word in capitals (VERR_...) is the reason.)",
     .rules = "virtualization-in-use hypervisor-hides-vmx",
     .causes = R"(1. VERR_VMX_IN_VMX_ROOT_MODE, VERR_SVM_IN_USE: KVM holds it.
2. VERR_VMX_NO_VMX: no VT-x here.)",
     .steps = R"(    nestprobe --explain=VERR_SVM_IN_USE)",
     .worked = R"(vagrant up goes on.)",
     .otherwise = R"()",
     .source = "VirtualBox include/VBox/err.h"},
    {.id = "firecracker-under-emulation",
     .program = "Firecracker",
     .patterns = "`prctl` syscall failed with error code: 22\n"
                 "prctl syscall failed with error code: 22",
     .means =
         R"(The system refused Firecracker's filter of system calls. That happens where a build for another processor is run by an emulator of programs: an x86 build on Apple silicon, under Rosetta or qemu-user.)",
     .rules = "no-x86-machine dev-kvm-missing",
     .causes = R"(1. Firecracker's x86_64 build on an arm64 machine (OrbStack, Docker Desktop, Lima on a Mac).)",
     .steps = R"(What is the machine, and what is the program?
    uname -m
    file -L /usr/local/bin/firecracker
aarch64 and x86-64: take Firecracker's build for aarch64. It needs /dev/kvm all the same, which a Linux guest on a Mac has from an M3 with macOS 15 on, where the program that runs the guest offers it (as of 2026-11).
    ls -l /dev/kvm)",
     .worked = R"(Firecracker answers on its socket.)",
     .otherwise = R"(On a machine of the same kind: a kernel without CONFIG_SECCOMP_FILTER.)",
     .source = "orbstack/orbstack#248 (2023-06); seccomp(2), prctl(2)"},
    {.id = "firecracker-no-kvm",
     .program = "Firecracker, libkrun",
     .patterns = "error creating the kvm object\n"
                 "error creating kvm object\n"
                 "critical error creating the kvm object\n"
                 "cannot create vmm.: kvm(error(\n"
                 "cannot open /dev/kvm. error",
     .means =
         R"(Firecracker, or what is made of it (libkrun: krun, muvm, microsandbox), could not open /dev/kvm. Error(2) is "no such file", Error(13) "permission denied", 19 "no such device": a node without KVM behind it.)",
     .rules = "dev-kvm-missing dev-kvm-permission-denied",
     .causes = R"(1. 13: the user has no access; the jailer drops to a user that has none.
2. 2: no device: no KVM on this machine, or none in the jail.)",
     .steps = R"(    ls -l /dev/kvm
    sudo setfacl -m "u:$USER:rw" /dev/kvm)",
     .worked = R"(    test -r /dev/kvm -a -w /dev/kvm && echo yes)",
     .otherwise =
         R"(On EC2 (2026) Firecracker needs a .metal type or one with nested virtualization switched on.)",
     .source = "firecracker-microvm/firecracker#2268 (2020-11), #2908 (2022-02)"},
    {.id = "firecracker-create-vm",
     .program = "Firecracker",
     .patterns = "vm(vmsetup(error(16\n"
                 "error creating the vm*16\n"
                 "cannot create vm*resource busy\n"
                 "failed to create vm: *(os error 16)",
     .means = R"(KVM answers, and a virtual machine could not be made or entered.)",
     .rules = "virtualization-in-use vmx-lacks-required-control",
     .causes = R"(1. Another hypervisor holds VMX or SVM.
2. In a virtual machine: nesting is shown and fails on entry; Firecracker does not support nesting below it.)",
     .steps = R"(    lsmod | grep -E 'vboxdrv|vmmon'
    sudo journalctl -k -b --grep kvm)",
     .worked = R"(The microVM starts.)",
     .otherwise = R"()",
     .source = "firecracker-microvm/firecracker#668, #1109"},
    {.id = "firecracker-shutdown",
     .program = "Firecracker",
     .patterns = "kvm_exit_shutdown",
     .means =
         R"(The guest's processor gave up: a triple fault. A kernel that restarts so (reboot=t) ends in the same way, and then nothing is wrong.)",
     .rules = "platform-shows-and-fails",
     .causes = R"(1. Linux in the guest was restarted, or panicked, without reboot=k on its command line.
2. At once after the start, in a virtual machine: the hypervisor above shows nesting and does not carry it through (ESXi on EPYC 9754, for one).
3. A kernel that does not go with the CPU that it is shown.)",
     .steps = R"(Let the guest's kernel say what it does, in boot_args: console=ttyS0 reboot=k panic=1. Without a line from it, and with this in a virtual machine, another one tells whether nesting itself fails:
    qemu-system-x86_64 -accel kvm -cpu host -m 512 -nographic
If that fails, too, update the hypervisor above; Firecracker supports bare metal alone.)",
     .worked = R"(The guest's kernel writes to the console.)",
     .otherwise = R"()",
     .source = "firecracker-microvm/firecracker, docs/getting-started.md; #5437 (2025-09)"},
    {.id = "krun-start-enter",
     .program = "libkrun (krun, smolvm, muvm)",
     .patterns = "krun_start_enter",
     .means =
         R"(libkrun did not start its virtual machine, and gives one number for many reasons: -22 is its general one. On Linux it is as a rule that its user may not open /dev/kvm.)",
     .rules = "dev-kvm-permission-denied dev-kvm-missing",
     .causes = R"(1. The user that the machine runs as is not in the node's group: rootless Podman drops groups, and some tools run each machine as a user of its own.
2. No /dev/kvm.)",
     .steps = R"(    ls -l /dev/kvm
Podman, with the groups of who starts it:
    podman run --runtime=krun --group-add keep-groups IMAGE
Until the next start of this machine, for this user:
    sudo setfacl -m "u:$USER:rw" /dev/kvm)",
     .worked = R"(    test -r /dev/kvm -a -w /dev/kvm && echo yes)",
     .otherwise = R"(The lines before it, if there are any, say more than the number.)",
     .source = "smol-machines/smolvm#718 (2026-07); containers/crun#1894"},
    {.id = "crosvm-no-jail",
     .program = "crosvm",
     .patterns = "is not a directory, cannot create jail",
     .means = R"(crosvm puts its devices into sandboxes, and the empty folder for them is missing. It says nothing of KVM.)",
     .causes = R"(1. Another system than ChromeOS, which has that folder.)",
     .steps = R"(    sudo mkdir -p /var/empty
Or without sandboxes, where you trust the guest:
    crosvm run --disable-sandbox KERNEL)",
     .worked = R"(The guest starts, or says what else it lacks.)",
     .otherwise = R"("clone(...) failed" of minijail behind it: the system forbids such namespaces; --disable-sandbox does without.)",
     .source = "crosvm src/crosvm/sys/linux/jail_helpers.rs; termux/termux-packages#29792 (2026-05)"},
    {.id = "cloud-hypervisor-no-kvm",
     .program = "Cloud Hypervisor",
     .patterns = "failed to open hypervisor interface\n"
                 "failed to create the hypervisor: no supported hypervisor\n"
                 "is /dev/kvm available?\n"
                 "hypervisorcreate\n"
                 "vmboot(kvmnew\n"
                 "kvmnew(error(\n"
                 "vmcreate(no such file or directory",
     .means = R"(Cloud Hypervisor found neither /dev/kvm nor /dev/mshv that it may open. Error(2) is "no such file", Error(13) "permission denied".)",
     .rules = "dev-kvm-missing dev-kvm-permission-denied",
     .causes = R"(1. No device.
2. No permission.)",
     .steps = R"(    ls -l /dev/kvm
    sudo usermod -aG kvm "$USER")",
     .worked = R"(The guest starts.)",
     .otherwise = R"()",
     .source = "cloud-hypervisor#1568 (2020-08), #1748; microvm-nix/microvm.nix#78 (2023)"},
    {.id = "gvisor-kvm-sandbox",
     .program = "gVisor (runsc)",
     .patterns = "waiting for sandbox to start: eof",
     .means =
         R"(gVisor's sandbox ended before it answered. With --platform=kvm in a virtual machine the cause is as a rule the nesting below it: gVisor needs more of it than a small guest does.)",
     .rules = "dev-kvm-missing dev-kvm-permission-denied platform-shows-and-fails",
     .causes =
         R"(1. VirtualBox, VMware or an older KVM above, whose nesting lacks something of what gVisor uses.
2. /dev/kvm is missing, or not open to the user of the sandbox.
3. Anything else that ends it early; --debug-log says what.)",
     .steps = R"(    sudo runsc --platform=systrap do echo works
prints "works": it is the KVM platform. systrap, gVisor's own choice, needs no KVM. To see whether KVM itself works:
    sudo dmesg | grep -i kvm)",
     .worked = R"(    sudo runsc --platform=kvm do echo works)",
     .otherwise = R"()",
     .source = "google/gvisor#4459 (2020), #5395 (2021), #8317 (2022); gvisor.dev, platforms (as of 2026-11)"},
    {.id = "qemu-no-kvm-option",
     .program = "QEMU",
     .patterns = "-no-kvm: invalid option",
     .means =
         R"(QEMU no longer has this option. What called it with -no-kvm found no /dev/kvm on this machine and wanted to do without.)",
     .rules = "dev-kvm-missing hypervisor-hides-vmx hypervisor-hides-svm",
     .causes = R"(1. A manager or script that is older than its QEMU, on a machine without /dev/kvm.)",
     .steps = R"(In place of -no-kvm:
    -accel tcg
It is slow. Or give the machine KVM: this says what is in its way:
    nestprobe)",
     .worked = R"(The guest starts.)",
     .otherwise = R"()",
     .source = "QEMU docs/about/removed-features.rst; yunionio/cloudpods#24774 (2026-05)"},
    {.id = "openvmm-no-partition",
     .program = "OpenVMM",
     .patterns = "failed to create the prototype partition",
     .means = R"(OpenVMM could not make a partition: the last of the numbered lines below is the reason, of KVM's or Hyper-V's.)",
     .rules = "dev-kvm-missing dev-kvm-permission-denied",
     .causes = R"(1. "No such file or directory": there is no /dev/kvm (or /dev/mshv) here.
2. "Permission denied": the device is there, and not open to this user.)",
     .steps = R"(    ls -l /dev/kvm /dev/mshv
    nestprobe
says what stands in KVM's way.)",
     .worked = R"(The guest starts.)",
     .otherwise = R"()",
     .source = "microsoft/openvmm#109"},
    {.id = "arm-guest-with-el2",
     .program = "QEMU for arm64",
     .patterns = "does not support providing virtualization extensions to the guest cpu",
     .means =
         R"(The machine was asked for with virtualization=on: its guest is to be able to run guests of its own (EL2). The accelerator here, KVM or Apple's, offers no guest that. KVM as such may work well.)",
     .rules = "arm-guests-cannot-nest",
     .causes =
         R"(1. virtualization=on was copied from an example for emulation, and the guest does not need it: by far the most common.
2. KVM: the kernel runs without kvm-arm.mode=nested, is older than 6.16, or the processor lacks FEAT_NV2. In a virtual machine the level above would have to show it FEAT_NV2 too.
3. On a Mac, QEMU with -accel hvf: what starts the guest has to be one that can nest (vz, on M3 or later with macOS 15).)",
     .steps = R"(If the guest is not to run guests itself, leave that word out:
    qemu-system-aarch64 -accel kvm -cpu host -machine virt -nographic
If it is: does the kernel here offer it? "VHE+NV2 mode initialized successfully" is a yes.
    sudo dmesg | grep -i kvm)",
     .worked = R"(The guest starts.)",
     .otherwise = R"(With -accel tcg it starts, and everything in it is emulated.)",
     .source = "QEMU hw/arm/virt.c, machvirt_init(); lima-vm/lima#4498 (2025-12)"},
    {.id = "quickemu-no-virtualization",
     .program = "quickemu",
     .patterns = "error! intel vt-x support is required\n"
                 "error! amd-v support is required\n"
                 "error! amd svm support is required",
     .means = R"(quickemu looked for vmx or svm among the flags of /proc/cpuinfo, and found neither.)",
     .rules = "hypervisor-hides-vmx hypervisor-hides-svm vmx-disabled-by-firmware svm-disabled-by-firmware",
     .causes =
         R"(1. WSL2: Windows shows no VMX there. It does on Windows 11, with nestedVirtualization of .wslconfig on; on Windows 10 it does not.
2. Another virtual machine without nesting.
3. On hardware: switched off in firmware setup.)",
     .steps = R"(Which of them is it?
    systemd-detect-virt
    nestprobe)",
     .worked = R"(This prints more than 0:
    grep -c -w -E 'vmx|svm' /proc/cpuinfo)",
     .otherwise = R"(Without KVM quickemu does not start a guest; QEMU by itself does, with -accel tcg.)",
     .source = "quickemu-project/quickemu#1852 (2026-01)"},
    {.id = "harvester-kvm-disabled",
     .program = "Harvester",
     .patterns = "kvm must be enabled before creating any virtual machines",
     .means =
         R"(Harvester's page of a host found no KVM on that node. "Disabled by BIOS" is a guess: it cannot tell a switch in firmware setup from a virtual machine whose hypervisor shows no VMX or SVM.)",
     .rules = "dev-kvm-missing hypervisor-hides-vmx hypervisor-hides-svm",
     .causes =
         R"(1. The node is a virtual machine without nesting.
2. Switched off in firmware setup, where the node is hardware.
3. KVM works, and the page was not told: it has been said of AMD nodes with kvm_amd loaded.)",
     .steps = R"(On the node itself:
    ls -l /dev/kvm
    lsmod | grep kvm
If both are there, KVM works: start a virtual machine in spite of the message, and update Harvester. If not:
    nestprobe)",
     .worked = R"(A virtual machine of Harvester's starts.)",
     .otherwise = R"()",
     .source = "harvester/harvester#3900 (2023-05)"},
    {.id = "macos-hypervisor-missing",
     .program = "Docker Desktop for Mac, Apple's Hypervisor framework",
     .patterns = "kern.hv_support: 0\n"
                 "hypervisor check failed\n"
                 "docker requires a processor with virtualization capabilities",
     .means =
         R"(macOS says that programs cannot use its hypervisor here. On a Mac that is as good as always a macOS that runs in a virtual machine itself.)",
     .rules = "guest-cpu-model-lacks-feature hypervisor-hides-vmx",
     .causes =
         R"(1. macOS in a guest of QEMU's on Intel: the CPU's model has no vmx (Penryn and the others have none by themselves).
2. The same on AMD: Apple's hypervisor for Intel Macs knows VMX only, so svm in the guest is no use to it.
3. macOS in a guest on Apple silicon: Apple offers nesting to Linux guests (M3 or later, macOS 15), not to macOS ones.)",
     .steps =
         R"(On the Linux host of a macOS guest, Intel: are guests shown vmx there? It should say Y or 1:
    cat /sys/module/kvm_intel/parameters/nested
Then add vmx to the value of the guest's -cpu (of OSX-KVM's scripts: to MY_OPTIONS; Docker-OSX: -e BOOT_ARGS=+vmx,rdtscp), and start the guest again. In it, this should say 1:
    sysctl kern.hv_support
Whether a definition shows it:
    nestprobe --domain boot-macOS.sh)",
     .worked = R"(sysctl kern.hv_support says 1, and Docker starts.)",
     .otherwise =
         R"(On AMD and on Apple silicon there is no way: run Docker on the host, beside the macOS guest.)",
     .source = "kholia/OSX-KVM notes.md; sickcodes/Docker-OSX#346, #270 (2021); docker/for-mac#7287 (2024-05); "
               "utmapp/UTM#3405 (2025)"},
    {.id = "vmware-nesting-beside-passthrough",
     .program = "VMware ESXi",
     .patterns = "virtualization is not supported on a virtual machine with a pci passthrough device",
     .means =
         R"(ESXi does not show VMX or SVM to a machine that has a PCI device or a vGPU of its own: by design one excludes the other.)",
     .rules = "hypervisor-hides-vmx hypervisor-hides-svm",
     .causes = R"(1. The machine has a passthrough device, a vGPU, or both boxes were ticked.)",
     .steps =
         R"(With the machine off, remove the device and tick "Expose hardware assisted virtualization to the guest OS", or keep the device and do without nesting. Two machines, one for each, are the way to have both.)",
     .worked = R"(The machine starts, and in it this prints more than 0:
    grep -c -w -E 'vmx|svm' /proc/cpuinfo)",
     .otherwise = R"()",
     .source = "Broadcom knowledge base, article 437651 (2026)"},
    {.id = "xen-insufficient-control",
     .program = "Xen",
     .patterns = "has insufficient*exec control\n"
                 "has insufficient vmexit control\n"
                 "has insufficient vmentry control\n"
                 "has insufficient pin-based",
     .means =
         R"(Xen compared what VMX can do here with what it needs, and a control is missing: the first number is what may be set, the second what has to be. Xen then runs without hardware virtual machines.)",
     .rules = "vmx-lacks-required-control",
     .causes =
         R"(1. Xen runs in a virtual machine, and the hypervisor above shows only a part of VMX: Hyper-V and VMware on a Windows whose own hypervisor runs do.
2. A very old processor.)",
     .steps =
         R"(Which bits lack: those set in the second number and not in the first. Run Xen on the hardware, or below a KVM that passes the host's CPU through. On a Windows host, VMware shows all of VMX only where Windows' own hypervisor is off.
    sudo xl dmesg | grep -i vmx)",
     .worked = R"(This lists hvm:
    sudo xl info | grep virt_caps)",
     .otherwise = R"(KVM needs other controls than Xen, and may load where Xen does not.)",
     .source = "Xen xen/arch/x86/hvm/vmx/vmcs.c, adjust_vmx_controls(); CERT-Polska/drakvuf-sandbox#418 (2021-01)"},
    {.id = "xen-no-iommu",
     .program = "Xen, Qubes OS",
     .patterns = "cannot be assigned - no iommu",
     .means = R"(Xen drives no IOMMU here, so no device can be given to a virtual machine.)",
     .rules = "no-iommu no-interrupt-remapping iommu-table-damaged",
     .causes =
         R"(1. VT-d, or AMD IOMMU, is off in firmware setup: it is a switch of its own, beside VT-x and SVM.
2. The firmware's table is faulty, and Xen dropped it: an update of the firmware has helped.
3. The processor or the chipset has none: processors of Intel's with K up to the third generation have VT-x and no VT-d.
4. Xen itself runs in a virtual machine without an IOMMU.)",
     .steps = R"(In dom0: what Xen has, and why not more:
    sudo xl info | grep virt_caps
    sudo xl dmesg | grep -i -E 'vt-d|amd-vi|iommu|dmar|ivrs'
hvm_directio among virt_caps is a yes. Else switch it on in firmware setup, then update the firmware.)",
     .worked = R"(This lists hvm_directio:
    sudo xl info | grep virt_caps)",
     .otherwise = R"(Task Manager's "Virtualization: Enabled" of Windows speaks of VT-x alone.)",
     .source = "Xen tools/libs/light/libxl_pci.c; QubesOS/qubes-issues#3684 (2018-03), #6741 (2021-06)"},
    {.id = "kvm-vmcs-dump",
     .program = "Linux",
     .patterns = "cr0: actual=*gh_mask=\n"
                 "pinbased=*secondaryexec=\n"
                 "pinbased=*execcontrols=",
     .means =
         R"(KVM printed the VMCS of a guest that could not be entered. In the lines behind "Control State", reason= says how it failed (80000021 is invalid guest state), and SecondaryExec=00000000 says that EPT, VPID and unrestricted guest are all not in use.)",
     .rules = "ept-off unrestricted-guest-off vmx-lacks-required-control",
     .causes =
         R"(1. SecondaryExec is 0, or lacks bit 7 (0x80): no unrestricted guest, so code without paging, which all firmware starts with, is entered only in states that can be imitated. In a virtual machine the hypervisor above does not show it.
2. The program that runs the guest set a state that no processor takes.
3. A fault of the hypervisor above.)",
     .steps = R"(Are both in use? They should say Y:
    cat /sys/module/kvm_intel/parameters/ept
    cat /sys/module/kvm_intel/parameters/unrestricted_guest
If they say N and no option did that, the level above has to show them. What it shows:
    nestprobe --registers)",
     .worked = R"(The guest runs, and the log has no new dump.)",
     .otherwise = R"(Kernels since 2019 print the dump only with dump_invalid_vmcs=1, which changes nothing else.)",
     .source = "Linux arch/x86/kvm/vmx/vmx.c, dump_vmcs(); dosemu2/dosemu2#1274 (2020-10)"},
    {.id = "coreinfo-above-hypervisor",
     .program = "Coreinfo (Sysinternals)",
     .patterns = "hypervisor \\* hypervisor is present",
     .means =
         R"(Coreinfo ran above a hypervisor, as a rule Windows' own: it sees what that one shows. "VMX -" and "SVM -" then say nothing of the processor or of its firmware.)",
     .rules = "hyperv-root-partition hypervisor-hides-vmx",
     .causes =
         R"(1. Windows' hypervisor runs (Hyper-V, WSL2, memory integrity): virtualization is on in firmware then, or it could not.
2. Windows itself is in a virtual machine; then nesting is for the hypervisor above to switch on.)",
     .steps = R"(Which of the two? In PowerShell, the maker of the machine:
    Get-CimInstance Win32_ComputerSystem | Select-Object Manufacturer, Model, HypervisorPresent
A maker of computers: the first. "Microsoft Corporation" with "Virtual Machine", QEMU, VMware, innotek: the second.)",
     .worked = R"()",
     .otherwise = R"(On a Windows without a hypervisor, "VMX -" means off in firmware, or no VT-x.)",
     .source = "Coreinfo v3.6, its own last line; microsoft/WSL#7879 (2022-01)"},
    {.id = "crosvm-no-kvm",
     .program = "crosvm",
     .patterns = "failed to create kvm*/dev/kvm\n"
                 "failed to open kvm device\n"
                 "crosvm*/dev/kvm",
     .means = R"(crosvm could not open /dev/kvm.)",
     .rules = "dev-kvm-missing dev-kvm-permission-denied",
     .causes = R"(1. No device.
2. No permission, or the sandbox (minijail) has no such node.)",
     .steps = R"(    ls -l /dev/kvm
    crosvm run --disable-sandbox KERNEL
tells whether it is the sandbox.)",
     .worked = R"(The guest starts.)",
     .otherwise = R"()",
     .source = "crosvm documentation; wording differs by version (not checked)"},
    {.id = "kata-not-capable",
     .program = "Kata Containers",
     .patterns = "system is not capable of running kata containers\n"
                 "cpu property not found\n"
                 "kernel property not found*kvm",
     .means = R"(kata-runtime check misses a CPU flag or a module; name= in its lines says which.)",
     .rules = "no-hardware-virtualization hypervisor-hides-vmx hypervisor-hides-svm kvm-module-not-loaded",
     .causes = R"(1. name=vmx or svm: not shown here: a virtual machine without nesting.
2. name=sse4_1 or another: a guest CPU model that is too old; nesting itself is fine.
3. name=kvm_intel on an AMD machine, in old versions: the check knew Intel only.)",
     .steps = R"(    grep -c -E -w 'vmx|svm' /proc/cpuinfo
0: the level above has to show it. More than 0: give the machine the host's CPU (host-passthrough) above.)",
     .worked = R"(    kata-runtime check)",
     .otherwise = R"()",
     .source = "kata-containers/runtime#646 (2018), #476; kata-containers#1819 (2021)"},
    {.id = "virsh-not-found",
     .program = "minikube, Vagrant, a shell",
     .patterns = "\"virsh\": executable file not found\n"
                 "virsh: command not found\n"
                 "virsh: not found",
     .means = R"(The client of libvirt is not installed. That says nothing of KVM.)",
     .causes = R"(1. libvirt's client, or libvirt itself, is not installed.
2. The program runs in a container or as another user, with another PATH.)",
     .steps = R"(On Debian and Ubuntu:
    sudo apt install libvirt-clients libvirt-daemon-system
On Fedora and RHEL:
    sudo dnf install libvirt-client libvirt-daemon-kvm
Then join libvirt's group, and log in again:
    sudo usermod -aG libvirt "$USER")",
     .worked = R"(    virsh -c qemu:///system list)",
     .otherwise = R"(On Arch Linux the package and its daemon are libvirt and libvirtd.service.)",
     .source = "packages of Debian 12, Ubuntu 24.04, Fedora 41, Arch Linux (2026-11)"},
    {.id = "minikube-kvm2",
     .program = "minikube",
     .patterns = "provider_kvm2_not_found\n"
                 "pr_kvm\n"
                 "kvm_unavailable\n"
                 "kvm_create_busy\n"
                 "host_virt_unavailable\n"
                 "/dev/kvm doesn't exist, is kvm supported\n"
                 "minikube*kvm2*not found\n"
                 "libvirt group membership check failed",
     .means = R"(minikube's KVM or VirtualBox driver found no virtualization, or no access to it.)",
     .rules = "dev-kvm-missing dev-kvm-permission-denied hypervisor-hides-vmx hypervisor-hides-svm",
     .causes = R"(1. minikube runs in a virtual machine without nesting.
2. libvirt is not installed, or the user is not in the libvirt group.
3. Off in firmware setup.)",
     .steps = R"(A driver that needs no virtualization:
    minikube start --driver=docker
For kvm2:
    virt-host-validate qemu
    sudo usermod -aG libvirt "$USER"
then log in again.)",
     .worked = R"(minikube start ends with "Done!".)",
     .otherwise = R"()",
     .source = "kubernetes/minikube#18365 (2024-03), #2991"},
    {.id = "apple-virtualization-missing",
     .program = "QEMU, Lima, Colima, podman machine, Tart on a Mac",
     .patterns = "virtualization is not available on this hardware\n"
                 "vzerrordomain\n"
                 "hv_unsupported\n"
                 "hv_denied\n"
                 "hv_vm_create failed\n"
                 "hv_error (0xfae94001\n"
                 "failed to initialize hvf\n"
                 "hvf error\n"
                 "vfkit exited unexpectedly\n"
                 "krunkit exited unexpectedly\n"
                 "sysctl: unknown oid 'kern.hv_support'",
     .means = R"(macOS gives this program no virtualization. It is not Linux, and KVM has no part in it.)",
     .causes =
         R"(1. macOS is itself a virtual machine (GitHub's and others' hosted arm64 runners): nesting there needs an M3 or later, macOS 15 and a host that offers it, and hosted runners do not (as of 2026-11).
2. HV_DENIED: the program is not signed with the entitlement com.apple.security.hypervisor.
3. An x86 guest asked for on Apple silicon: that is emulation, without HVF.
4. An Intel Mac of before 2010: the framework needs EPT, which processors before Nehalem lack (hv_vm_create fails).)",
     .steps = R"(    sysctl kern.hv_support
1: macOS has it; then sign the program (QEMU from Homebrew is signed), or start an arm64 guest. 0, or an unknown oid: this is a virtual machine or too old. On CI use a Linux x64 runner, or a Mac of your own.)",
     .worked = R"(    sysctl kern.hv_support
prints 1, and the machine starts.)",
     .otherwise =
         R"(Inside a guest on a Mac, /dev/kvm needs the nested virtualization of that guest: arm64, M3 or later, macOS 15.)",
     .source = "actions/runner-images#8465 (2023-10), #9460 (2024-03); abiosoft/colima#970 (2024-01); "
               "lima-vm/lima#2626 (2024-09)"},
    {.id = "kubevirt-no-kvm",
     .program = "KubeVirt, Harvester, OpenShift Virtualization",
     .patterns = "insufficient devices.kubevirt.io/kvm\n"
                 "device '/dev/kvm' not present\n"
                 "device '/dev/kvm' is not present\n"
                 "'/dev/kvm' not present\n"
                 "device-plugin*kvm*not\n"
                 "devices.kubevirt.io/kvm: \"0\"\n"
                 "devices.kubevirt.io/kvm\": \"0\"\n"
                 "devices.kubevirt.io/kvm: 0",
     .means = R"(No node offers /dev/kvm to the virtual machine's pod, so it stays Pending or Scheduling.)",
     .rules = "dev-kvm-missing kvm-module-not-loaded hypervisor-hides-vmx hypervisor-hides-svm "
              "vmx-disabled-by-firmware svm-disabled-by-firmware",
     .causes =
         R"(1. The nodes are virtual machines without nesting: the usual case in kind, minikube and rented clusters.
2. On hardware: off in firmware setup, or the module is not loaded.
3. The device came after virt-handler had looked.)",
     .steps = R"(Which nodes have it? 0 or <none>: none there.
    kubectl get nodes -o custom-columns='NODE:.metadata.name,KVM:.status.allocatable.devices\.kubevirt\.io/kvm'
On such a node:
    ls -l /dev/kvm
If it is there, let virt-handler look again:
    kubectl -n kubevirt rollout restart daemonset/virt-handler
Without any, emulate (slow, for trials):
    kubectl -n kubevirt patch kubevirt kubevirt --type merge -p '{"spec":{"configuration":{"developerConfiguration":{"useEmulation":true}}}}')",
     .worked = R"(The first command shows a number, and the machine runs.)",
     .otherwise = R"()",
     .source = "kubevirt/kubevirt#4748 (2021-01), #10851 (2023-12); harvester/harvester#3415 (2023-02)"},
    {.id = "kubevirt-no-node-for-cpu",
     .program = "KubeVirt, Harvester, OpenShift Virtualization",
     .patterns = "nosuitablenodesforhostmodelmigration\n"
                 "no node is suitable to run the required cpu model\n"
                 "no node*host-model-required-features",
     .means =
         R"(A live migration has no node to go to: the machine runs with the CPU of the node where it was started (model host-model), and no other node offers that model with all its features. Nesting itself need not be the reason.)",
     .rules = "guest-cpu-model-lacks-feature",
     .causes = R"(1. Nodes with different processors, microcode or kernels.
2. Nodes that are virtual machines, to which the level above shows different sets of features.
3. The other nodes are cordoned, or have no /dev/kvm.)",
     .steps = R"(What does each node offer?
    kubectl get nodes -o json | jq '.items[] | {node: .metadata.name, models: [.metadata.labels | keys[] | select(startswith("cpu-model.node.kubevirt.io/"))]}'
Give the machine a model that all of them have, in spec.template.spec.domain.cpu.model, instead of host-model; a machine that is to nest then needs the feature vmx or svm beside it. Then stop it and start it:
    virtctl stop VM
    virtctl start VM)",
     .worked = R"(The migration runs:
    kubectl get vmim)",
     .otherwise =
         R"("guest CPU doesn't match specification: missing features" is the same, found later, by libvirt.)",
     .source = "KubeVirt user guide, \"Live Migration\", \"Virtual hardware\"; harvester/harvester#3015 (2022-11)"},
    {.id = "xenserver-cpu-of-another-vendor",
     .program = "XenServer, XCP-ng",
     .patterns = "vm_incompatible_with_this_host\n"
                 "last booted on a host which had a cpu from a different vendor",
     .means =
         R"(A machine that runs, or is suspended, was to go to a host whose processor is another vendor's, or lacks what the machine was started with. It says nothing of nesting.)",
     .causes = R"(1. Intel here and AMD there: nothing running moves between the two.
2. A pool with processors of several generations, and a machine that was started before its CPU set was levelled.)",
     .steps = R"(Shut the machine down, and start it on the other host:
    xe vm-shutdown uuid=UUID
    xe vm-start uuid=UUID on=HOST)",
     .worked = R"(The machine runs on the other host.)",
     .otherwise = R"(A machine in which nested guests run is not to be moved at all: shut those down first.)",
     .source = "vatesfr/xen-orchestra#126 (2014-06); XCP-ng documentation, \"Migration\""},
    {.id = "cloud-hypervisor-migration-ended",
     .program = "Cloud Hypervisor",
     .patterns = "migratesocket(error { kind: unexpectedeof\n"
                 "migration failed: migratesocket",
     .means =
         R"(The side that receives the machine closed the connection. Why stands in that side's log, not in this one.)",
     .causes = R"(1. The receiving host's processor or kernel lacks what the guest's CPU has; with nested=on that holds for each detail of VMX or SVM.
2. Another version of Cloud Hypervisor there.)",
     .steps = R"(Read the log of the receiving side. Compare, on both hosts:
    cloud-hypervisor --version
    uname -r
    lscpu
A guest that need not nest is started without it:
    cloud-hypervisor --cpus boot=2,nested=off)",
     .worked = R"(The guest goes on on the other host.)",
     .otherwise = R"(The guest goes on here all the same.)",
     .source = "cloud-hypervisor/cloud-hypervisor#6848 (2024-11)"},
    {.id = "terraform-libvirt-cpu-block",
     .program = "Terraform, OpenTofu (provider dmacvicar/libvirt)",
     .patterns = "an argument named \"cpu\" is not expected here\n"
                 "blocks of type \"cpu\" are not expected here",
     .means =
         R"(The guest's CPU is written in the way of another version of the provider; nothing was made. It says nothing of the host.)",
     .causes = R"(1. Versions 0.6.11 to 0.8 take cpu as a block, without =; those before and 0.9 take it as a value, with =.)",
     .steps = R"(Which version is it?
    terraform version
0.6.11 to 0.8, in the resource libvirt_domain, with the mode on a line of its own between the braces: cpu { mode = "host-passthrough" }. 0.9: cpu = { mode = "host-passthrough" }. Then let Terraform make it again:
    terraform apply)",
     .worked = R"(The guest's own definition has the mode:
    virsh dumpxml GUEST | grep '<cpu')",
     .otherwise = R"()",
     .source = "dmacvicar/terraform-provider-libvirt#908 (2021-11), #970 (2022-08), #1344 (2026-06)"},
    {.id = "terraform-without-nested-option",
     .program = "Terraform, OpenTofu (provider aws)",
     .patterns = "an argument named \"nested_virtualization\" is not expected\n"
                 "unsupported argument*nested_virtualization",
     .means =
         R"(This version of the provider does not know the option of EC2's that shows VMX to an instance; nothing was made.)",
     .rules = "hypervisor-hides-vmx",
     .causes = R"(1. The provider is older than 6.33.0 (February 2026), often by a line of the project's own that holds it at 5.)",
     .steps = R"(Which version is it?
    terraform version
Write version = ">= 6.33.0" for hashicorp/aws into required_providers, then:
    terraform init -upgrade
    terraform apply
An instance that is there already is changed without Terraform, with it stopped:
    aws ec2 modify-instance-cpu-options --instance-id INSTANCE --core-count CORES --threads-per-core 2 --nested-virtualization enabled)",
     .worked = R"(    aws ec2 describe-instances --instance-ids INSTANCE --query 'Reservations[].Instances[].CpuOptions')",
     .otherwise = R"(EKS' managed node groups pass over the option in a launch template (as of 2026-03).)",
     .source = "hashicorp/terraform-provider-aws#46510, #46533 (2026-02), #47181 (2026-04); "
               "aws/containers-roadmap#2784"},
    {.id = "guest-wants-nested-vmx",
     .program = "Juniper vJunos, and other images that run a guest of their own",
     .patterns = "nested kvm (i.e. nested vmx feature) is not enabled\n"
                 "nested vmx feature*not enabled",
     .means =
         R"(The image runs a virtual machine inside its own, and looks for vmx in the CPU that it was given: the host's KVM has to show it VMX, which an AMD processor never has.)",
     .rules = "nested-parameter-off guest-cpu-model-lacks-feature hypervisor-hides-vmx",
     .causes = R"(1. The parameter nested of kvm_intel is off where the image runs.
2. The image's -cpu is a model without vmx.
3. The host is itself a virtual machine that is not shown VMX; in hosted editors and on clouds that is the rule.
4. An AMD processor.)",
     .steps = R"(Where the container or QEMU runs:
    grep -m1 vendor_id /proc/cpuinfo
    grep -c -w vmx /proc/cpuinfo
    cat /sys/module/kvm_intel/parameters/nested
AuthenticAMD: take a machine with an Intel processor. 0 in a virtual machine: the level above has to show VMX; nestprobe there names its switch. N: switch nesting on, with all guests off.
    echo 'options kvm_intel nested=1' | sudo tee /etc/modprobe.d/zz-kvm-nested.conf
    sudo modprobe -r kvm_intel
    sudo modprobe kvm_intel)",
     .worked = R"(The image starts without that line.)",
     .otherwise = R"()",
     .source = "srl-labs/containerlab#3086 (2026-03)"},
    {.id = "vrnetlab-qemu-ended",
     .program = "vrnetlab, containerlab",
     .patterns = "unable to connect to qemu monitor\n"
                 "vrnetlab.qemubroken",
     .means =
         R"(QEMU ended, or did not start, before it could be asked anything. Why stands in lines of QEMU's own, above this one.)",
     .rules = "dev-kvm-missing dev-kvm-permission-denied",
     .causes = R"(1. No /dev/kvm where the container runs: a virtual machine without nesting, or no module.
2. The image's -cpu wants what this host has not.
3. Too little memory for the image.)",
     .steps = R"(On the machine that runs the container:
    ls -l /dev/kvm
    docker logs CONTAINER 2>&1 | grep -i -e qemu -e kvm -e memory
Without the device, nestprobe there tells why. A line of QEMU's has a page of its own:
    nestprobe --explain='could not access KVM kernel module')",
     .worked = R"(The node's log goes on to the console of its system.)",
     .otherwise = R"()",
     .source = "srl-labs/vrnetlab#102 (2023-03)"},
    {.id = "vmware-nested-not-supported-by-vm",
     .program = "VMware's API (pyvmomi, govc, Terraform, Packer)",
     .patterns = "nestedhvsupported\n"
                 "nested hardware-assisted virtualization*hardware version",
     .means =
         R"(VMware says whether this virtual machine may be shown VT-x or AMD-V at all. A line vhv.enable among its parameters does not do it by itself there.)",
     .rules = "hypervisor-hides-vmx hypervisor-hides-svm",
     .causes = R"(1. The machine's hardware version is below 9.
2. The switch was given as a parameter (vhv.enable in extraConfig or configuration_parameters) instead of nestedHVEnabled.
3. The host's processor lacks EPT or NPT, or firmware has VT-x or SVM off.)",
     .steps = R"(With the machine powered off, raise its hardware version, then set the switch itself:
    govc vm.upgrade -vm NAME -version 19
    govc vm.change -vm NAME -nested-hv-enabled=true
Packer's vsphere-iso and vsphere-clone: NestedHV = true. Terraform: nested_hv_enabled = true.)",
     .worked = R"(In the guest this prints more than 0:
    grep -c -E -w 'vmx|svm' /proc/cpuinfo)",
     .otherwise = R"()",
     .source = "vmware/pyvmomi#629 (2017-11); hashicorp/packer#10215 (2020-12); vmware/govmomi, govc/USAGE.md"},
    {.id = "talos-kernel-arguments",
     .program = "Talos Linux",
     .patterns = "extra kernel arguments are not supported when booting using sdboot\n"
                 "extrakernelargs\n"
                 "grubuseukicmdline",
     .means =
         R"(Words for Talos' kernel command line, on which alone KVM's parameters are given there. Where they are written depends on how the node boots; a word in the other place does nothing.)",
     .rules = "nested-off-at-next-load no-iommu",
     .causes = R"(1. systemd-boot (new installations on UEFI since 1.10): machine.install.extraKernelArgs is passed over; the words are inside the image.
2. GRUB: they come into force with the next upgrade, which may be to the same version.
3. nested=0 there is a policy of summer 2026 against Januscape, and newer kernels do without.)",
     .steps = R"(What is in force? A line with BOOT_IMAGE= is GRUB's.
    talosctl -n NODE read /proc/cmdline
    talosctl -n NODE read /sys/module/kvm_intel/parameters/nested
    talosctl -n NODE read /sys/module/kvm_amd/parameters/nested
systemd-boot: write them into the image factory's schematic, customization.extraKernelArgs, and upgrade to the image that it makes of it:
    talosctl upgrade --nodes NODE --image factory.talos.dev/installer/SCHEMATIC:VERSION
GRUB: machine.install.extraKernelArgs, then the same upgrade. nestprobe judges what these print:
    talosctl -n NODE read /proc/cmdline > node.txt
    nestprobe --from node.txt)",
     .worked = R"(The words stand in /proc/cmdline of the node.)",
     .otherwise = R"()",
     .source = "siderolabs/talos#8653 (2024-04), #8656, #10708 (2025-04), #11145; cozystack/talm#224, #225 (2026-07)"},
    {.id = "vhost-net-denied",
     .program = "QEMU, LXD, libvirt",
     .patterns = "open vhost char device failed\n"
                 "/dev/vhost-net: permission denied\n"
                 "unable to open vhost-net",
     .means =
         R"(QEMU may not open /dev/vhost-net, which makes the guest's network faster: another device than /dev/kvm, which may be well.)",
     .causes = R"(1. Who runs QEMU may not open the device; of a snap or under AppArmor its profile decides.
2. The module vhost_net is not loaded.
3. In a container: it was not passed in.)",
     .steps = R"(    sudo modprobe vhost_net
    ls -l /dev/vhost-net /dev/kvm
    sudo journalctl -k -b --grep 'apparmor="DENIED"'
LXD of the edge channel: go back to a stable one.
    sudo snap refresh lxd --channel=latest/stable
A container of LXD or Incus that runs virtual machines:
    lxc config device add NAME vhost-net unix-char source=/dev/vhost-net)",
     .worked = R"(The guest starts, and the line is gone.)",
     .otherwise = R"(Without the device QEMU goes on with vhost=off, more slowly.)",
     .source = "canonical/lxd#12023 (2023-07), #11674 (2023-05); QEMU net/tap.c"},
    {.id = "wsl-start-times-out",
     .program = "WSL",
     .patterns = "createvm/0x800705b4\n"
                 "createvm/hcs/0x800705b4",
     .means = R"(WSL 2's virtual machine was started, and its Linux did not answer in time. The hypervisor runs, or the code would be another one.)",
     .rules = "hypervisor-hides-svm hypervisor-hides-vmx",
     .causes = R"(1. Windows is itself a guest of KVM: reported of WSL 2.7.5 to 2.7.8 on AMD, where 2.7.3 starts (2026-06, marked as to be fixed in a later one).
2. A machine under load, or nesting that is slow.)",
     .steps = R"(On Windows, in PowerShell, see the version, and take a newer one:
    wsl --version
    wsl --update
    wsl --shutdown
If there is no newer one, install the package of an older version from the releases of microsoft/WSL.)",
     .worked = R"(    wsl uname -r
prints a kernel's version.)",
     .otherwise = R"(HCS_E_HYPERV_NOT_INSTALLED or HCS_E_SERVICE_NOT_AVAILABLE in that place: the hypervisor does not run at all.)",
     .source = "microsoft/WSL#40820 (2026-06)"},
    {.id = "pci-bar-without-space",
     .program = "Linux, in a guest with a device of the host's",
     .patterns = "bar *: no space for [mem\n"
                 "bar * can't assign; no space\n"
                 "bar *: failed to assign [mem",
     .means = R"(The guest's PCI bus has no window that is large enough for the device's memory, so its driver will not work. That is between the guest's firmware and its machine type, not KVM or the IOMMU.)",
     .rules = "",
     .causes = R"(1. A card with gigabytes of memory behind one BAR, and a firmware (SeaBIOS, an older OVMF) that opens a small window above 4 GiB.
2. The device was plugged in while the guest ran, behind a port without room.)",
     .steps = R"(Plain QEMU with OVMF: a window of 64 GiB, and a port with room for what is plugged in later:
    -fw_cfg name=opt/ovmf/X-PciMmio64Mb,string=65536
    -device pcie-root-port,id=port1,chassis=1,pref64-reserve=32G
Kata: hotplug_vfio_on_root_bus and pcie_root_port in configuration.toml. In the guest, this word on the kernel command line lets Linux share it out again:
    pci=realloc)",
     .worked = R"(In the guest's log the same BAR is "assigned".)",
     .otherwise = R"(A BAR of a bridge or of an unused ROM: nothing that matters.)",
     .source = "Linux drivers/pci/setup-res.c, pci_assign_resource(); QEMU docs/pcie.txt; kata-containers/runtime#1128 "
               "(2019-01)"},
    {.id = "libvirt-no-affinity",
     .program = "libvirt, OpenStack",
     .patterns = "cpu affinity is not supported",
     .means = R"(A guest that QEMU emulates has no thread of its own for each virtual CPU, so none can be bound to a CPU of the host. The guest was defined without KVM.)",
     .rules = "guest-emulated-without-svm dev-kvm-missing",
     .causes = R"(1. OpenStack: virt_type = qemu in nova.conf, which is what installers write on a compute node without /dev/kvm: a virtual machine without nesting, as a rule.
2. A definition of libvirt with type='qemu'.)",
     .steps = R"(On the compute node, see whether it can do better:
    ls -l /dev/kvm
    grep -c -w -E 'vmx|svm' /proc/cpuinfo
0 in a virtual machine: nesting is switched on for it by what runs it. With /dev/kvm there, write virt_type = kvm into [libvirt] of nova.conf, and restart the service (openstack-nova-compute on Red Hat):
    sudo systemctl restart nova-compute)",
     .worked = R"(The instance starts, and virsh dumpxml of it on the node begins with <domain type='kvm'.)",
     .otherwise = R"(Without KVM, leave the pinning out of the flavor (hw:cpu_policy).)",
     .source = "libvirt src/qemu/qemu_driver.c, qemuDomainPinVcpuLive(); xx-sec/xx-sec#5 (2019-11)"},
    {.id = "juju-no-kvm-containers",
     .program = "Juju",
     .patterns = "cannot host kvm containers",
     .means = R"(Juju was to put a virtual machine into this machine, and its agent found no KVM here when it started.)",
     .rules = "dev-kvm-missing hypervisor-hides-vmx hypervisor-hides-svm",
     .causes = R"(1. The machine is a virtual machine without nesting.
2. Hardware: switched off in firmware setup, or the module is not loaded.)",
     .steps = R"(On that machine:
    ls -l /dev/kvm
    grep -c -w -E 'vmx|svm' /proc/cpuinfo
    systemd-detect-virt
0 and a name: what runs the machine has to show it vmx or svm; nested=Y on the host is not enough, the machine's definition decides (host-passthrough).)",
     .worked = R"(ls -l /dev/kvm on that machine shows the device, and the agent, started again, takes the container.)",
     .otherwise = R"(lxd containers need no KVM: deploy with lxd: in place of kvm:.)",
     .source = "Ubuntu-Solutions-Engineering/openstack-installer#971 (2016-07)"},
    {.id = "kubevirt-no-vhost-net",
     .program = "KubeVirt",
     .patterns = "insufficient devices.kubevirt.io/vhost-net\n"
                 "devices.kubevirt.io/vhost-net: 0\n"
                 "insufficient devices.kubevirt.io/tun",
     .means =
         R"(No node offers /dev/vhost-net (or /dev/net/tun), which every virtual machine of KubeVirt asks for beside /dev/kvm. It says nothing of KVM.)",
     .rules = "",
     .causes = R"(1. The module vhost_net (or tun) is not loaded on the nodes: small systems do not load it by themselves (Kairos, k3OS, Alpine).
2. The device came after virt-handler had looked.)",
     .steps = R"(On the node:
    sudo modprobe vhost_net
    ls -l /dev/vhost-net /dev/net/tun
To make it last; systems with a configuration of their own (k3OS, Kairos, Talos) name it in their list of modules instead.
    echo vhost_net | sudo tee /etc/modules-load.d/vhost_net.conf
Let virt-handler look again:
    kubectl -n kubevirt rollout restart daemonset/virt-handler)",
     .worked =
         R"(kubectl describe node shows devices.kubevirt.io/vhost-net with a number above 0.)",
     .otherwise = R"("Insufficient devices.kubevirt.io/kvm" is another page: there the node has no /dev/kvm.)",
     .source = "rancher/k3os#669 (2021-03); kairos-io/kairos#3394 (2025-05)"},
    {.id = "launcher-no-dev-kvm",
     .program = "dockur/windows, qemus/qemu, vrnetlab, docker-android",
     .patterns = "kvm acceleration not available (\n"
                 "error: kvm acceleration is disabled\n"
                 "kvm acceleration is not available (\n"
                 "kvm acceleration not detected (\n"
                 "requirement not satisfied: /dev/kvm",
     .means =
         R"(The container starts a virtual machine, and /dev/kvm is not in it, or not open to its user. The words say nothing of the host.)",
     .rules = "dev-kvm-missing dev-kvm-permission-denied",
     .causes = R"(1. The device was not passed in.
2. Docker Desktop: its containers run in a virtual machine of its own, which has no /dev/kvm.
3. The host has none: a virtual machine without nesting, switched off in firmware setup, module not loaded.)",
     .steps = R"(Does the host itself have it?
    ls -l /dev/kvm
Is it Docker Desktop? It prints the host's own kernel where not:
    docker info --format '{{.KernelVersion}} {{.OperatingSystem}}'
Pass it in; a container that runs cannot be given it:
    docker run --device /dev/kvm IMAGE
Under Docker Desktop, let Docker Engine on the host run it:
    docker context use default)",
     .worked = R"(In the container, this shows the device:
    ls -l /dev/kvm)",
     .otherwise =
         R"(Where the host has none either, nestprobe on the host tells why. The container runs without it, ten times slower (KVM: "N").)",
     .source = "dockur/windows#151 (2024-02), #856 (2024-11), #1577 (2025-11); dockur/windows-arm#109 "
               "(2024-05); networkop/docker-topo#35 (2020-02)"},
    {.id = "cuttlefish-groups",
     .program = "Cuttlefish",
     .patterns = "user must be a member of kvm\n"
                 "user must be a member of cvdnetwork",
     .means =
         R"(launch_cvd looks at the groups of the user who runs it: kvm, cvdnetwork and render are wanted. Of KVM itself the words say nothing.)",
     .rules = "dev-kvm-permission-denied",
     .causes = R"(1. The user is not in these groups, or joined them after the login.
2. In a container: the image's /etc/group has none of them.)",
     .steps = R"(Join them, then log out and in (or restart).
    sudo usermod -aG kvm,cvdnetwork,render "$USER"
Then see:
    id -nG
    ls -l /dev/kvm)",
     .worked = R"(launch_cvd says nothing of groups.)",
     .otherwise =
         R"("vm host not configured" behind it comes of the same; where /dev/kvm is missing, nestprobe tells why.)",
     .source = "google/android-riscv64#85 (2023-07); Android documentation, Cuttlefish, Get started"},
    {.id = "kind-no-virtualization",
     .program = "kind, podman machine, Colima, Lima",
     .patterns = "nested virtualization is not supported on this device\n"
                 "qemu exited unexpectedly\n"
                 "qemu has exited\n"
                 "vz*nested virtualization",
     .means =
         R"(The tool starts a virtual machine of its own (kind itself does not: it needs containers only) and cannot.)",
     .rules = "dev-kvm-permission-denied dev-kvm-missing hypervisor-hides-vmx hypervisor-hides-svm",
     .causes =
         R"(1. On Linux: /dev/kvm is missing or not open to this user; the tool's log has QEMU's words.
2. On a Mac: nesting needs Apple M3 or later and macOS 15, and arm64 guests.
3. Hosted macOS runners have no nesting.)",
     .steps = R"(On Linux:
    ls -l /dev/kvm
    sudo usermod -aG kvm "$USER"
podman and kind need no machine on Linux; use them without "machine".)",
     .worked = R"(The machine starts.)",
     .otherwise = R"()",
     .source = "lima-vm/lima#477; abiosoft/colima#434 (2022-09); bootc-dev/podman-bootc#24"},
    {.id = "multipass-kvm",
     .program = "Multipass",
     .patterns = "the check_kvm_support script failed\n"
                 "launch failed: cpu does not support kvm\n"
                 "kvm support is not enabled on this machine\n"
                 "failed to launch: kvm (vmx) is disabled by your bios\n"
                 "failed to launch: kvm (svm) is disabled by your bios\n"
                 "launch failed: kvm",
     .means = R"(Multipass asked kvm-ok's way and got no KVM.)",
     .rules = "dev-kvm-missing vmx-disabled-by-firmware svm-disabled-by-firmware hypervisor-hides-vmx "
              "hypervisor-hides-svm virtualization-in-use",
     .causes =
         R"(1. Locked off in firmware setup: before Linux 5.6 the vmx flag stays visible all the same.
2. A virtual machine without nesting.
3. Another hypervisor holds it.)",
     .steps = R"(    sudo modprobe kvm_intel
    sudo modprobe kvm_amd
    sudo journalctl -k -b --grep kvm)",
     .worked = R"(multipass launch works.)",
     .otherwise = R"()",
     .source = "canonical/multipass#322 (2018-07), #3392 (2024-01), #12"},
    {.id = "nix-no-kvm",
     .program = "Nix",
     .patterns = "with features {kvm\n"
                 "with features {*kvm*is required to build\n"
                 "required features: {kvm\n"
                 "required features: {*kvm*}",
     .means =
         R"(The build wants KVM, and Nix' daemon says that this machine does not offer it: when it started it found no /dev/kvm, or its configuration does not list the feature.)",
     .rules = "dev-kvm-missing dev-kvm-permission-denied",
     .causes =
         R"(1. There is no /dev/kvm here: a virtual machine without nesting, or the module is not loaded.
2. system-features in nix.conf is set, and kvm is not in it.
3. The daemon started before the device was there.)",
     .steps = R"(Is the device there, and what does Nix offer?
    ls -l /dev/kvm
    nix config show system-features
There, and no kvm in the list: let the daemon look again.
    sudo systemctl restart nix-daemon
The builders are users of Nix' own (nixbld1 and so on), so the group of yours does not help: outside NixOS let all in.
    echo 'KERNEL=="kvm", MODE="0666"' | sudo tee /etc/udev/rules.d/99-open-kvm.rules
    sudo udevadm control --reload
    sudo udevadm trigger --settle --name-match=kvm)",
     .worked = R"(The build starts.)",
     .otherwise = R"(Without KVM: a remote builder that has it.)",
     .source = "Nix manual, system-features; MatthewCroughan/NixThePlanet#47 (2025-03)"},
    {.id = "snap-kvm-interface",
     .program = "Multipass and others as snaps",
     .patterns = "ensure the snap kvm interface is connected\n"
                 "kvm device cannot be opened for reading and writing",
     .means =
         R"(The program is a snap, and its interface to /dev/kvm is not connected, or the node is not open to its user.)",
     .rules = "dev-kvm-permission-denied",
     .causes = R"(1. The interface kvm of the snap is not connected.
2. The user may not open /dev/kvm.)",
     .steps = R"(See, and connect it (SNAP is its name, multipass for one).
    snap connections SNAP
    sudo snap connect SNAP:kvm
If that is not it:
    ls -l /dev/kvm)",
     .worked = R"(snap connections shows a slot behind its plug kvm.)",
     .otherwise = R"()",
     .source = "canonical/multipass#2344 (2021-11); Snap documentation, The kvm interface"},
    {.id = "kvm-ok-no-extensions",
     .program = "kvm-ok",
     .scope = PageScope::evidence,
     .patterns = "your cpu does not support kvm extensions",
     .means =
         R"(kvm-ok found neither vmx nor svm in /proc/cpuinfo. That is the kernel's view, not the processor's.)",
     .rules = "no-hardware-virtualization hypervisor-hides-vmx hypervisor-hides-svm flag-cleared-by-kernel "
              "vmx-disabled-by-firmware svm-disabled-by-firmware",
     .causes = R"(1. In a virtual machine: not shown by the level above.
2. On hardware: off in firmware setup; kernels from 5.6 (Intel) and 6.7 (AMD) remove the flag then, so kvm-ok blames the processor.
3. A processor without.)",
     .steps = R"(    sudo journalctl -k -b --grep 'VMX|SVM'
"disabled by BIOS" there: firmware setup, then power off and on. A virtual machine: the level above.)",
     .worked = R"(kvm-ok says that KVM acceleration can be used.)",
     .otherwise = R"()",
     .source = "Ubuntu cpu-checker, kvm-ok"},
    {.id = "kvm-ok-disabled-by-bios",
     .program = "kvm-ok",
     .scope = PageScope::evidence,
     .patterns = "is disabled by your bios\n"
                 "enter your bios setup and enable virtualization technology",
     .means = R"(kvm-ok read register 0x3A or VM_CR and found virtualization locked off.)",
     .rules =
         "vmx-disabled-by-firmware svm-disabled-by-firmware vmx-locked-off-in-guest svm-disabled-in-guest",
     .causes = R"(1. Off in firmware setup.
2. In a virtual machine: the level above locks it, and no firmware setup helps.)",
     .steps =
         R"(Firmware setup: "Intel Virtualization Technology", "VT-x" or "SVM Mode" on; power off, wait ten seconds, power on.)",
     .worked = R"(    kvm-ok)",
     .otherwise = R"()",
     .source = "Ubuntu cpu-checker, kvm-ok; canonical/multipass#322 (2018-07)"},
    {.id = "kvm-ok-cannot-be-used",
     .program = "kvm-ok",
     .scope = PageScope::evidence,
     .patterns = "kvm acceleration can not be used\n"
                 "info: /dev/kvm does not exist",
     .means = R"(kvm-ok sees no /dev/kvm, or a reason above it in its output.)",
     .rules = "dev-kvm-missing kvm-module-not-loaded",
     .causes = R"(1. The module is not loaded.
2. No VMX or SVM, or locked off: kvm-ok's other lines.)",
     .steps = R"(    sudo modprobe kvm_intel
    sudo modprobe kvm_amd)",
     .worked = R"(    kvm-ok)",
     .otherwise = R"(Only one of the two commands can succeed.)",
     .source = "Ubuntu cpu-checker, kvm-ok"},
    {.id = "kvm-ok-says-yes",
     .program = "kvm-ok",
     .scope = PageScope::evidence,
     .patterns = "kvm acceleration can be used",
     .means =
         R"(kvm-ok found the flag and did not find it locked. It opens nothing: permission, another hypervisor, a kernel without the module and nesting are not looked at.)",
     .rules = "dev-kvm-permission-denied virtualization-in-use kvm-module-missing nesting-offered",
     .causes = R"(1. /dev/kvm is there and not for this user.
2. "/dev/kvm does not exist" stands above it: the module's file is missing.
3. Another hypervisor holds VMX or SVM.)",
     .steps = R"(    nestprobe)",
     .worked = R"(A guest starts.)",
     .otherwise = R"()",
     .source = "Ubuntu cpu-checker, kvm-ok; weaveworks/ignite#583"},
    {.id = "vhv-hardware-virtualization",
     .program = "virt-host-validate",
     .scope = PageScope::evidence,
     .patterns = "checking for hardware virtualization*fail\n"
                 "only emulated cpus are available, performance will be significantly limited",
     .means = R"(No vmx or svm in /proc/cpuinfo.)",
     .rules = "no-hardware-virtualization hypervisor-hides-vmx hypervisor-hides-svm vmx-disabled-by-firmware "
              "svm-disabled-by-firmware flag-cleared-by-kernel",
     .causes = R"(1. A virtual machine that is not shown it.
2. Off in firmware setup.)",
     .steps = R"(    grep -c -E -w 'vmx|svm' /proc/cpuinfo
    sudo journalctl -k -b --grep 'VMX|SVM')",
     .worked = R"(    virt-host-validate qemu)",
     .otherwise = R"()",
     .source = "libvirt tools/virt-host-validate-qemu.c"},
    {.id = "vhv-kvm-device",
     .program = "virt-host-validate",
     .scope = PageScope::evidence,
     .patterns = "checking if device /dev/kvm exists*fail\n"
                 "check that the 'kvm-intel' or 'kvm-amd' modules are loaded",
     .means = R"(No /dev/kvm, though the processor's flag is there.)",
     .rules = "dev-kvm-missing kvm-module-not-loaded",
     .causes = R"(1. The module is not loaded or refuses.
2. A container.)",
     .steps = R"(    sudo modprobe kvm_intel
    sudo modprobe kvm_amd)",
     .worked = R"(    virt-host-validate qemu)",
     .otherwise = R"()",
     .source = "libvirt tools/virt-host-validate-qemu.c"},
    {.id = "vhv-kvm-access",
     .program = "virt-host-validate",
     .scope = PageScope::evidence,
     .patterns = "checking if device /dev/kvm is accessible*fail\n"
                 "check /dev/kvm is world writable or you are in a group that is allowed to access it",
     .means =
         R"(The user who ran virt-host-validate may not open /dev/kvm. For system guests QEMU's user counts, not this one.)",
     .rules = "dev-kvm-permission-denied",
     .causes = R"(1. Not in the group.)",
     .steps = R"(    ls -l /dev/kvm
    sudo usermod -aG kvm "$USER"
then log in again.)",
     .worked = R"(    virt-host-validate qemu)",
     .otherwise = R"(World writable is not needed.)",
     .source = "libvirt tools/virt-host-validate-qemu.c; kubernetes/minikube#3706"},
    {.id = "vhv-iommu",
     .program = "virt-host-validate",
     .scope = PageScope::evidence,
     .patterns = "checking if iommu is enabled by kernel*warn\n"
                 "iommu appears to be disabled in kernel\n"
                 "checking for device assignment iommu support*warn\n"
                 "unknown if this platform has iommu support\n"
                 "no acpi dmar table found, iommu either disabled in bios or not supported\n"
                 "no acpi ivrs table found, iommu either disabled in bios or not supported",
     .means =
         R"(No IOMMU is in use. That matters for giving devices to guests only, not for KVM or nesting.)",
     .rules = "no-iommu iommu-table-damaged",
     .causes =
         R"(1. Intel, "disabled in kernel": intel_iommu=on is missing where the kernel's default is off, or firmware's table is faulty.
2. No table: VT-d or AMD-Vi is off in firmware setup; in a virtual machine there is no virtual IOMMU.
3. Xen: it holds the IOMMU.)",
     .steps = R"(    sudo journalctl -k -b --grep 'DMAR|AMD-Vi'
    ls /sys/class/iommu)",
     .worked = R"(    ls /sys/kernel/iommu_groups
lists groups.)",
     .otherwise = R"()",
     .source = "libvirt tools/virt-host-validate-common.c"},
    {.id = "vhv-secure-guest",
     .program = "virt-host-validate",
     .scope = PageScope::evidence,
     .patterns = "checking for secure guest support*warn\n"
                 "unknown if this platform has secure guest support",
     .means =
         R"(This host cannot run encrypted guests (SEV, SEV-SNP, TDX). Nothing to do with KVM, nesting or Secure Boot.)",
     .causes = R"(1. The processor has none, or it is off.)",
     .steps = R"(Nothing, unless you want encrypted guests.)",
     .worked = R"()",
     .otherwise = R"(A harmless line that is often taken for the cause.)",
     .source = "libvirt tools/virt-host-validate-common.c"},
    {.id = "modprobe-no-such-device",
     .program = "modprobe",
     .patterns = "could not insert 'kvm_intel': no such device\n"
                 "could not insert 'kvm_amd': no such device\n"
                 "insert*kvm*no such device",
     .means =
         R"(ENODEV: the module looked for its processor and found another maker's, or one without VMX or SVM.)",
     .rules = "wrong-vendors-module no-hardware-virtualization hypervisor-hides-vmx hypervisor-hides-svm "
              "vmx-disabled-by-firmware svm-disabled-by-firmware",
     .causes = R"(1. kvm_intel on AMD, or kvm_amd on Intel.
2. In a virtual machine: VMX or SVM is not shown.
3. On hardware: off in firmware setup, where the kernel hides the flag then.)",
     .steps = R"(    grep -m1 vendor_id /proc/cpuinfo
    grep -c -E -w 'vmx|svm' /proc/cpuinfo
GenuineIntel: kvm_intel; AuthenticAMD: kvm_amd. 0 flags in a virtual machine: the level above has to show it. 0 on hardware: firmware setup, then power off and on.
    sudo journalctl -k -b --grep 'kvm|VMX|SVM')",
     .worked = R"(    ls -l /dev/kvm)",
     .otherwise = R"()",
     .source = "Linux arch/x86/kvm/vmx/vmx.c, vmx_cpu_id; svm/svm.c, svm_cpu_id"},
    {.id = "modprobe-not-supported",
     .program = "modprobe, insmod",
     .patterns = "could not insert 'kvm_intel': operation not supported\n"
                 "could not insert 'kvm_amd': operation not supported\n"
                 "insert*kvm*operation not supported",
     .means =
         R"(The module ran its checks and refused (EOPNOTSUPP): no VMX or SVM as it sees it. The kernel log has the reason.)",
     .rules = "no-hardware-virtualization vmx-disabled-by-firmware svm-disabled-by-firmware "
              "hypervisor-hides-vmx hypervisor-hides-svm svm-disabled-in-guest vmx-locked-off-in-guest "
              "wrong-vendors-module flag-cleared-by-kernel kvm-module-refused",
     .causes = R"(1. In a virtual machine: VMX or SVM is not shown.
2. On hardware: switched off in firmware setup.
3. The module of the other maker: kvm_intel on AMD.
4. A confidential guest (SEV, TDX); or NX off.)",
     .steps = R"page(    sudo journalctl -k -b --grep 'kvm|VMX|SVM'
"disabled by BIOS" or "(by BIOS)": firmware setup, then power off and on; in a virtual machine it is the level above. "not supported by CPU" in a virtual machine: the level above.)page",
     .worked = R"(    ls -l /dev/kvm)",
     .otherwise = R"()",
     .source = "Linux arch/x86/kvm/x86.c, kvm_x86_vendor_init()"},
    {.id = "modprobe-io-error",
     .program = "modprobe",
     .patterns = "could not insert 'kvm_intel': input/output error\n"
                 "could not insert 'kvm_amd': input/output error",
     .means =
         R"(The module refused with EIO: a CPU that is not like the others, a capability set that lacks what KVM needs, or VMX that could not be switched on.)",
     .rules = "vmx-capabilities-differ vmx-lacks-required-control cpus-disagree kvm-module-refused "
              "virtualization-in-use vmx-capability-msrs-refused",
     .causes = R"(1. In a virtual machine: the VMX registers above are incomplete.
2. One CPU has VMX locked off while the others have not, or microcode differs.
3. Linux 6.12 and later: another hypervisor holds VMX, or VMXON faulted.)",
     .steps = R"(    sudo journalctl -k -b --grep 'kvm|VMX'
"Inconsistent" or "reference config": update microcode and firmware. "Failed to setup VMCS config": the level above. "enabling virtualization on CPU": another hypervisor.)",
     .worked = R"(    ls -l /dev/kvm)",
     .otherwise = R"()",
     .source = "Linux arch/x86/kvm/vmx/vmx.c"},
    {.id = "module-parameter-invalid",
     .program = "Linux",
     .patterns = "invalid for parameter",
     .means = R"(An option has a word that the parameter does not take, so the whole module stays out.)",
     .rules = "option-keeps-module-out next-load-will-fail",
     .causes =
         R"(1. kvm_amd.nested is a number in every kernel: nested=Y, from a recipe for Intel, is refused. Write 1.
2. Quotation marks or a blank in the option.)",
     .steps = R"(Who says it?
    grep -rnE 'options[[:space:]]+kvm' /etc/modprobe.d /run/modprobe.d /usr/local/lib/modprobe.d /usr/lib/modprobe.d /lib/modprobe.d
    cat /proc/cmdline
Write 1 or 0 there, which every switch takes, and load the module:
    sudo modprobe kvm_amd)",
     .worked = R"(    ls -l /dev/kvm)",
     .otherwise = R"()",
     .source = "Linux kernel/params.c, parse_args(); lib/kstrtox.c"},
    {.id = "module-parameter-unknown",
     .program = "Linux",
     .patterns = "unknown parameter '*' ignored\n"
                 "kvm*: unknown parameter",
     .means =
         R"(The module has no such parameter. Only this line comes of it, where it ends in "ignored": the module loads, and the option does nothing. Without that word it is a kernel before 3.11, whose module does not load by it.)",
     .rules = "nested-set-for-wrong-module option-misspelt",
     .causes = R"(1. options kvm nested=1: the parameter is kvm_intel's and kvm_amd's, not kvm's.
2. It is misspelt, or of another kernel version.)",
     .steps = R"(What parameters has the module?
    modinfo -p kvm_intel
    modinfo -p kvm_amd
    grep -rn kvm /etc/modprobe.d)",
     .worked = R"(The line is gone after the next load, and the parameter under /sys/module has the value.)",
     .otherwise = R"()",
     .source = "Linux kernel/module/main.c, unknown_module_param_cb()"},
    {.id = "modprobe-invalid-argument",
     .program = "modprobe",
     .patterns = "could not insert 'kvm_intel': invalid argument\n"
                 "could not insert 'kvm_amd': invalid argument\n"
                 "could not insert 'kvm': invalid argument\n"
                 "error running install command*module kvm",
     .means =
         R"(EINVAL: an option has a word that the parameter does not take, kvm and the vendor module are from different builds, or an "install" line in modprobe.d says false.)",
     .rules = "kvm-module-blacklisted kvm-module-refused nested-options-conflict",
     .causes =
         R"(1. options kvm_amd nested=Y: kvm_amd.nested is a number, so the whole module stays out. Write 1.
2. "disagrees about version of symbol": a kernel package half updated.
3. "Error running install command": somebody blocked it on purpose.)",
     .steps =
         R"(    grep -rn kvm /etc/modprobe.d /run/modprobe.d /usr/local/lib/modprobe.d /usr/lib/modprobe.d /lib/modprobe.d
    sudo journalctl -k -b --grep 'invalid for parameter|disagrees about version'
Correct the line, then:
    sudo modprobe kvm_amd)",
     .worked = R"(    ls -l /dev/kvm)",
     .otherwise = R"()",
     .source = "Linux kernel/params.c, parse_args(); kmod libkmod-module.c"},
    {.id = "module-unsigned",
     .program = "Linux",
     .patterns = "loading of unsigned module is rejected\n"
                 "unsigned module loading is restricted\n"
                 "module with unavailable key is rejected\n"
                 "module with unsupported crypto is rejected",
     .means =
         R"(The kernel takes signed modules only (Secure Boot, lockdown, module.sig_enforce), and this file has no signature that it knows.)",
     .rules = "kvm-module-signature-refused",
     .causes =
         R"(1. A KVM that was built by hand, or one of another kernel, in the place of the distribution's.
2. A file that was stripped or recompressed after signing.)",
     .steps = R"page(Put the distribution's file back (Debian and Ubuntu):
    sudo apt install --reinstall "linux-image-$(uname -r)"
    sudo depmod -a
Your own build: sign it, and enrol the key, which asks for a password at the next start:
    sudo mokutil --import MOK.der)page",
     .worked = R"(    sudo modprobe kvm_intel
says nothing.)",
     .otherwise =
         R"("module verification failed: signature and/or required key missing - tainting kernel" is a remark: that module was loaded.)",
     .source = "Linux kernel/module/signing.c, module_sig_check(); kernel_lockdown(7)"},
    {.id = "module-taints-kernel",
     .program = "Linux",
     .patterns = "module verification failed: signature and/or required key missing",
     .means =
         R"(A remark: a module without a known signature was loaded, and the kernel marks itself. The module works.)",
     .causes = R"(1. A module that was built by hand (VirtualBox's, ZFS, NVIDIA's).)",
     .steps = R"(Nothing, for KVM's sake.)",
     .worked = R"()",
     .otherwise = R"(A module that is refused says Loading of unsigned module is rejected.)",
     .source = "Linux kernel/module/main.c, module_augment_kernel_taints()"},
    {.id = "rival-key-rejected",
     .program = "modprobe",
     .patterns = "insert*vboxdrv*key was rejected by service\n"
                 "insert*vmmon*key was rejected by service\n"
                 "insert*vmnet*key was rejected by service\n"
                 "insert*vboxdrv*required key not available\n"
                 "insert*vmmon*required key not available\n"
                 "insert*vboxdrv*operation not permitted\n"
                 "insert*vmmon*operation not permitted",
     .means =
         R"(Secure Boot: the kernel takes signed modules only, and VirtualBox' or VMware's was built on this machine, with a key that is not enrolled. It has nothing to do with KVM.)",
     .rules = "another-hypervisor-beside-kvm",
     .causes = R"(1. The key that the module is signed with was never enrolled, or the module was built again without it after an update of the kernel.
2. The module was not signed at all: VMware's script does not.)",
     .steps = R"(Which key does DKMS sign with? One of the two is there: Debian and Fedora, or Ubuntu.
    ls /var/lib/dkms/mok.pub /var/lib/shim-signed/mok/MOK.der
Have it enrolled, by a password of your own; restart, and say yes in the blue screen that comes before the system (Enroll MOK).
    sudo mokutil --import /var/lib/dkms/mok.pub
On Ubuntu:
    sudo mokutil --import /var/lib/shim-signed/mok/MOK.der
Or switch Secure Boot off in the firmware setup. VMware's modules have to be signed by hand with such a key after each build.)",
     .worked = R"(This prints nothing of a key:
    sudo modprobe vboxdrv)",
     .otherwise = R"(KVM needs none of it: a distribution's own modules are signed.)",
     .source = "Linux kernel/module/signing.c; dkms(8), mok_signing_key; linux-surface#906 (2022-08)"},
    {.id = "modprobe-key-rejected",
     .program = "modprobe",
     .patterns = "key was rejected by service\n"
                 "could not insert*required key not available",
     .means =
         R"(The kernel takes signed modules only (Secure Boot, lockdown, module.sig_enforce), and this file's signature is missing, unknown or damaged.)",
     .rules = "kvm-module-refused",
     .causes = R"(1. A self-built kvm, or one of another kernel, in the place of the distribution's.
2. A module that was stripped or recompressed after signing.)",
     .steps = R"page(Put the distribution's file back (Debian and Ubuntu):
    sudo apt install --reinstall "linux-image-$(uname -r)"
    sudo depmod -a
A self-built one: sign it and enrol the key:
    sudo mokutil --import MOK.der)page",
     .worked = R"(    sudo modprobe kvm_intel
says nothing.)",
     .otherwise = R"(A distribution's own KVM never needs an extra key.)",
     .source = "Linux kernel/module/signing.c"},
    {.id = "modprobe-not-permitted",
     .program = "modprobe",
     .patterns = "could not insert 'kvm_intel': operation not permitted\n"
                 "could not insert 'kvm_amd': operation not permitted\n"
                 "could not insert 'kvm': operation not permitted",
     .means =
         R"(EPERM: not root, loading is switched off, the command line blacklists the module, or lockdown refuses it.)",
     .rules = "module-loading-disabled kvm-module-blacklisted kvm-module-refused",
     .causes = R"(1. Run without sudo, or in a container.
2. module_blacklist=kvm_intel on the kernel command line.
3. kernel.modules_disabled=1.
4. Lockdown and an unsigned file.)",
     .steps = R"(    cat /proc/cmdline
    cat /proc/sys/kernel/modules_disabled
    sudo journalctl -k -b --grep 'blacklisted|Lockdown')",
     .worked = R"(    ls -l /dev/kvm)",
     .otherwise = R"(Lines in modprobe.d are not the cause of EPERM.)",
     .source = "Linux kernel/module/main.c"},
    {.id = "modprobe-busy",
     .program = "modprobe",
     .patterns = "could not insert 'kvm_intel': device or resource busy\n"
                 "could not insert 'kvm_amd': device or resource busy",
     .means = R"(From 6.12 on loading KVM switches VMX or SVM on; somebody else holds it.)",
     .rules = "virtualization-in-use",
     .causes = R"(1. VirtualBox or VMware has a guest running.
2. Another hypervisor below Linux.)",
     .steps = R"(    lsmod | grep -E 'vboxdrv|vmmon'
Shut its guests down and load KVM again:
    sudo modprobe kvm_intel)",
     .worked = R"(    ls -l /dev/kvm)",
     .otherwise = R"()",
     .source = "Linux virt/kvm/kvm_main.c"},
    {.id = "pvm-guest",
     .program = "Linux",
     .patterns = "itself a kvm-pvm guest\n"
                 "hypervisor detected: pvm\n"
                 "booting paravirtualized kernel on pvm\n"
                 "running under pvm",
     .means =
         R"(This system is a guest of PVM: a KVM (module kvm_pvm on its host) that runs guests without VMX and SVM. It shows them neither, and kvm_pvm does not serve in such a guest.)",
     .rules = "hypervisor-hides-svm hypervisor-hides-vmx software-kvm-cannot-nest",
     .causes = R"(1. The host has no VMX or SVM itself, mostly as a guest of a cloud: PVM is what runs there all the same.)",
     .steps = R"(Nothing inside this guest helps. Run what needs KVM on a host whose KVM uses VMX or SVM, and shows it to guests, or on the hardware. What can do without KVM uses emulation:
    qemu-system-x86_64 -accel tcg)",
     .worked = R"(    grep -c -w -E 'vmx|svm' /proc/cpuinfo)",
     .otherwise =
         R"(What CPUID tells a program there may be the answer of the machine below PVM: /proc/cpuinfo is what counts.)",
     .source = "virt-pvm, arch/x86/kernel/pvm.c (not merged into Linux, 2026-11)"},
    {.id = "modprobe-file-exists",
     .program = "modprobe",
     .patterns = "could not insert 'kvm_intel': file exists\n"
                 "could not insert 'kvm_amd': file exists",
     .means = R"(Another vendor module serves KVM already (EEXIST): the other maker's, or kvm_pvm.)",
     .rules = "wrong-vendors-module software-kvm-cannot-nest",
     .causes = R"(1. kvm_pvm is loaded and serves guests without VMX.
2. The wrong maker's module was asked for.)",
     .steps = R"(    lsmod | grep kvm
    sudo modprobe -r kvm_pvm
    sudo modprobe kvm_intel)",
     .worked = R"(    lsmod | grep kvm_intel)",
     .otherwise = R"()",
     .source = "Linux arch/x86/kvm/x86.c"},
    {.id = "modules-load-failed",
     .program = "systemd",
     .patterns = "failed to find module 'kvm\n"
                 "module 'kvm*is deny-listed\n"
                 "module 'kvm*is blacklisted\n"
                 "module kvm_intel is blacklisted\n"
                 "module kvm_amd is blacklisted",
     .means = R"(systemd-modules-load could not load a module of KVM's that modules-load.d names.)",
     .rules = "kvm-module-missing kvm-module-blacklisted kernel-without-kvm",
     .causes =
         R"(1. "Failed to find": the running kernel has no such module: updated and not restarted, a trimmed kernel, or built in.
2. "deny-listed": a blacklist line of modprobe.d, or module_blacklist= on the kernel command line.)",
     .steps = R"(    modinfo kvm_intel
    grep -rnE '^(blacklist|install)[[:space:]]+kvm' /etc/modprobe.d /run/modprobe.d /usr/lib/modprobe.d /lib/modprobe.d
    cat /proc/cmdline
Delete the line, if one is there, or restart into the installed kernel.)",
     .worked = R"(    systemctl restart systemd-modules-load
says nothing, and /dev/kvm is there.)",
     .otherwise = R"()",
     .source = "systemd src/shared/module-util.c"},
    {.id = "crostini-does-not-start",
     .program = "ChromeOS, ChromeOS Flex, Brunch",
     .patterns = "error starting penguin container\n"
                 "error starting crostini for terminal\n"
                 "error starting termina\n"
                 "launching vmshell failed\n"
                 "command 'vmc' is not available",
     .means =
         R"(Linux on ChromeOS (Crostini) is a container in a virtual machine, which ChromeOS runs by KVM; that machine, or the container in it, did not start. The number tells only at which step.)",
     .rules = "no-hardware-virtualization vmx-disabled-by-firmware kernel-without-kvm",
     .causes =
         R"(1. The processor or the firmware has no VT-x or AMD-V, or it is off there; boards before about 2015 often lack it, and Brunch then says that virtual machines are not supported.
2. The board's kernel is too old: Google gives such boards no Crostini.
3. The machine itself is fine and its image is not: a failed update, no space left, a flag of the GPU.)",
     .steps = R"(In crosh (Ctrl+Alt+T), in its shell where developer mode is on:
    grep -c -w -E 'vmx|svm' /proc/cpuinfo
    ls -l /dev/kvm
0, or no such file: enable virtualization in the firmware setup where there is one (PCs with Brunch or Flex); a Chromebook without it has no other way. Else restart, update ChromeOS, and let it make the container again (this deletes what is in it): Settings, About ChromeOS, Developers, Linux development environment, Remove; then set it up again.)",
     .worked = R"(The terminal shows a prompt of penguin.)",
     .otherwise = R"(KVM inside Crostini is a further matter: nested virtualization, which most boards do not offer.)",
     .source = "chromium.org, \"Running Custom Containers Under ChromeOS\"; sebanc/brunch#1280 (2021-10), #1336 "
               "(2021-11); state of 2026-11, by reports"},
    {.id = "depmod-no-folder",
     .program = "depmod",
     .patterns = "depmod: error: could not open directory*/lib/modules\n"
                 "depmod: fatal: could not search modules",
     .means =
         R"(There is no folder of modules for the kernel that runs here. depmod and modprobe can do nothing, and no package that fits another kernel helps.)",
     .rules = "kvm-module-missing dev-kvm-missing",
     .causes =
         R"(1. A container, or the building of its image: the kernel is the host's, and so are its modules.
2. The kernel was updated and the machine not restarted.
3. A kernel that comes without modules (boot2docker, Docker Desktop, a microVM).)",
     .steps = R"(Is this a container?
    systemd-detect-virt --container
A name: leave depmod and modprobe out of the image. The host loads the module, and the container is given the device:
    docker run --device /dev/kvm IMAGE
none: see which kernels are installed, and restart into one of them.
    uname -r
    ls /lib/modules)",
     .worked = R"(    ls -l /dev/kvm)",
     .otherwise = R"(Kernel headers are no modules: to install them changes nothing here.)",
     .source = "kmod tools/depmod.c; boot2docker/boot2docker#1138 (2016-02)"},
    {.id = "modules-folder-gone",
     .program = "modprobe",
     .patterns = "could not open moddep file\n"
                 "module msr not found in directory\n"
                 "module vfio not found in directory\n"
                 "module vfio-pci not found in directory\n"
                 "module vfio_pci not found in directory\n"
                 "module tun not found in directory\n"
                 "module vhost_net not found in directory",
     .means =
         R"(There are no modules for the kernel that runs here: the folder that modprobe names is not there, or is empty. It is no matter of that module alone; kvm_intel and kvm_amd load as little, unless they are in the kernel already.)",
     .rules = "kvm-module-missing kvm-module-not-loaded",
     .causes =
         R"(1. The kernel was updated and its old modules removed; the machine was not restarted.
2. A container: the kernel is the host's, and so are its modules.
3. A snap, whose /lib/modules may be another one.
4. A kernel without modules (WSL 2, a microVM), or a trimmed package (Ubuntu: linux-modules-extra).)",
     .steps = R"(    uname -r
    ls /lib/modules
The release is not in the list: restart. A container: its host loads the module. Is KVM there without it?
    ls -l /dev/kvm)",
     .worked = R"(    sudo modprobe msr
says nothing.)",
     .otherwise = R"()",
     .source = "kmod libkmod/libkmod.c, kmod_search_moddep(); canonical/multipass#811 (2019-05)"},
    {.id = "modprobe-bad-line",
     .program = "modprobe",
     .patterns = "ignoring bad line starting with",
     .means =
         R"(A line of a file in modprobe.d does not begin with a word of modprobe's, so it is passed over: what was meant by it does not happen. The file and the line's number are named.)",
     .rules = "nested-parameter-off option-misspelt",
     .causes = R"(1. A command was written into the file: "modprobe kvm_intel nested=1", "echo ...".
2. The first word is misspelt or quoted.)",
     .steps = R"(Lines begin with options, install, blacklist, alias, softdep, remove or "#". For nested guests, on Intel (AMD: kvm_amd):
    echo 'options kvm_intel nested=1' | sudo tee /etc/modprobe.d/kvm.conf
Then load the module again, with no guest running:
    sudo modprobe -r kvm_intel
    sudo modprobe kvm_intel)",
     .worked = R"(    cat /sys/module/kvm_intel/parameters/nested)",
     .otherwise = R"()",
     .source = "kmod libkmod/libkmod-config.c, kmod_config_parse(); modprobe.d(5); microsoft/WSL#4193"},
    {.id = "vmware-without-vmmon",
     .program = "VMware Workstation and Player on Linux",
     .weight = Weight::fatal,
     .patterns = "could not open /dev/vmmon\n"
                 "transport (vmdb) error -14",
     .means =
         R"(VMware's own kernel modules (vmmon, vmnet) are not loaded: they were not built for this kernel, or the kernel refused them.)",
     .rules = "kvm-module-signature-refused",
     .causes = R"(1. The kernel was updated: the modules have to be built again, with its headers and a compiler.
2. Secure Boot: the kernel takes signed modules alone.
3. VMware is older than the kernel: the sources do not build.)",
     .steps = R"(    sudo vmware-modconfig --console --install-all
    sudo modprobe vmmon
"Key was rejected", "Required key not available": sign vmmon and vmnet with a key of yours, or switch Secure Boot off. "No such file" for headers: install those of the running kernel.
KVM needs none of these: a guest of QEMU or libvirt runs without VMware's modules.)",
     .worked = R"(    ls -l /dev/vmmon)",
     .otherwise = R"(Where vmmon is loaded, "Transport (VMDB) error -14" stands for another end of VMware's own process: see its vmware.log.)",
     .source = "Broadcom knowledge base, \"Could not open /dev/vmmon\"; vmware-modconfig(1)"},
    {.id = "modprobe-not-found",
     .program = "modprobe",
     .patterns = "module kvm_intel not found\n"
                 "module kvm_amd not found\n"
                 "module kvm not found\n"
                 "module kvm-intel not found\n"
                 "module kvm-amd not found",
     .means =
         R"(The running kernel has no such module file: it was updated and not restarted, is a trimmed image, or has no KVM.)",
     .rules = "kvm-module-missing kernel-without-kvm",
     .causes =
         R"(1. The kernel package was updated: the directory of the running release is gone. Restart.
2. A container: its /lib/modules is not the host's.
3. A kernel without KVM (WSL1, NAS, minimal cloud image), or KVM is built in and needs no module.)",
     .steps = R"page(    ls /lib/modules
    uname -r
Different: restart. Ubuntu's trimmed images:
    sudo apt install "linux-modules-extra-$(uname -r)")page",
     .worked = R"(    sudo modprobe kvm_intel)",
     .otherwise = R"()",
     .source = "kmod tools/modprobe.c"},
    {.id = "module-of-another-build",
     .program = "Linux",
     .patterns = "disagrees about version of symbol\n"
                 "no symbol version for kvm\n"
                 "unknown symbol kvm_\n"
                 "unknown symbol __kvm",
     .means =
         R"(kvm_intel or kvm_amd does not fit the kvm that is loaded: the two are from different builds, or kvm is not there.)",
     .rules = "kvm-module-of-another-build kvm-module-blacklisted",
     .causes = R"(1. A kernel package that was updated without a restart or with an old initramfs.
2. install kvm /bin/true in modprobe.d, so that kvm is skipped.
3. A module built by hand.)",
     .steps = R"page(Is a line to blame? This should print nothing:
    grep -rnE '^install[[:space:]]+kvm' /etc/modprobe.d /usr/lib/modprobe.d /lib/modprobe.d
Otherwise put the distribution's files back, and restart (Debian and Ubuntu):
    sudo apt install --reinstall "linux-image-$(uname -r)"
    sudo depmod -a
    sudo update-initramfs -u)page",
     .worked = R"(    sudo modprobe kvm_intel
says nothing.)",
     .otherwise = R"()",
     .source = "Linux kernel/module/main.c, resolve_symbol(); version.c, check_version()"},
    {.id = "modprobe-unknown-symbol",
     .program = "modprobe",
     .patterns = "unknown symbol in module, or unknown parameter",
     .means =
         R"(ENOENT: a symbol that the module needs is not there. Since Linux 3.11 unknown parameters are ignored, so it never is a parameter there.)",
     .rules = "kvm-module-blacklisted kvm-module-missing kvm-module-refused",
     .causes =
         R"(1. "install kvm /bin/true" in modprobe.d: kvm is skipped and kvm_intel finds no symbols.
2. kvm.ko is of another build.)",
     .steps = R"(    grep -rn kvm /etc/modprobe.d /run/modprobe.d /usr/lib/modprobe.d /lib/modprobe.d
    sudo modprobe kvm
    sudo modprobe kvm_intel)",
     .worked = R"(    lsmod | grep kvm)",
     .otherwise = R"()",
     .source = "kmod tools/modprobe.c; Linux kernel/module/main.c"},
    {.id = "module-version-magic",
     .program = "Linux",
     .patterns = "version magic '",
     .means = R"(The module's file is of another kernel than the one that runs.)",
     .rules = "kvm-module-of-another-kernel kvm-module-missing",
     .causes = R"(1. The kernel was updated and the machine not restarted.
2. A module that was built for, or copied from, another kernel.)",
     .steps = R"page(    uname -r
    ls /lib/modules
Restart into the installed kernel; if it is the same, reinstall its package (Debian and Ubuntu):
    sudo apt install --reinstall "linux-image-$(uname -r)"
    sudo depmod -a)page",
     .worked = R"(    sudo modprobe kvm_intel
says nothing.)",
     .otherwise = R"()",
     .source = "Linux kernel/module/main.c, check_modinfo()"},
    {.id = "module-built-for-another-kernel",
     .program = "modprobe, insmod",
     .patterns = "insert*vmmon*exec format error\n"
                 "insert*vmnet*exec format error\n"
                 "insert*vboxdrv*exec format error\n"
                 "kvmfr*exec format error\n"
                 "kvmfr*invalid module format\n"
                 "vmmon*invalid module format\n"
                 "vboxdrv*invalid module format",
     .means =
         R"(This module was built on this machine, for another kernel than the one that runs, or against other sources. KVM's own modules are not concerned.)",
     .rules = "another-hypervisor-beside-kvm",
     .causes = R"(1. The kernel was updated, and the module not built again.
2. It was built with another compiler, or without the headers of exactly this kernel.
3. Secure Boot, on older kernels, says it in these words, too.)",
     .steps = R"(The two have to be the same (write the module's own name or file):
    uname -r
    modinfo -F vermagic vmmon
The kernel says what it compared:
    sudo journalctl -k -b --grep 'version magic|ELF|signature'
Have it built again: by DKMS, by VirtualBox' script, by VMware's
    sudo dkms autoinstall
    sudo /sbin/vboxconfig
    sudo vmware-modconfig --console --install-all)",
     .worked = R"(modprobe says nothing.)",
     .otherwise = R"("Key was rejected by service" is Secure Boot's refusal.)",
     .source = "Linux kernel/module/main.c, check_modinfo(); mkubecek/vmware-host-modules#91 (2021-04)"},
    {.id = "vbox-needs-kvm-symbols",
     .program = "depmod, Linux",
     .patterns = "vboxdrv*needs unknown symbol*preempt_notifier\n"
                 "vboxdrv: unknown symbol preempt_notifier\n"
                 "vboxdrv*unknown symbol*kvm_",
     .means =
         R"(VirtualBox 7.2 uses functions of the kernel that are built only where KVM is: this kernel was configured without KVM, and no guest of VirtualBox starts.)",
     .rules = "kernel-without-kvm another-hypervisor-beside-kvm",
     .causes = R"(1. A kernel of one's own without CONFIG_KVM. Linux 6.15 and later, with VirtualBox 7.2.0 beta 1, show it (2025-06).)",
     .steps = R"(Is it so?
    zgrep -E 'CONFIG_KVM=|CONFIG_PREEMPT_NOTIFIERS' /proc/config.gz
Build the kernel with CONFIG_KVM=m and CONFIG_KVM_INTEL=m or CONFIG_KVM_AMD=m, or take the distribution's.)",
     .worked = R"(depmod says nothing of vboxdrv.)",
     .otherwise = R"()",
     .source = "VirtualBox/virtualbox#9 (2025-06)"},
    {.id = "modprobe-exec-format",
     .program = "modprobe, insmod",
     .patterns = "could not insert 'kvm*exec format error\n"
                 "kvm*invalid module format",
     .means =
         R"(ENOEXEC: the module file is of another kernel, truncated, or compressed in a way that this kernel cannot undo.)",
     .rules = "kvm-module-missing kvm-module-refused",
     .causes = R"(1. A module copied from, or built for, another release.
2. A broken package.)",
     .steps = R"page(    sudo journalctl -k -b --grep 'version magic|ELF'
    sudo apt install --reinstall "linux-image-$(uname -r)"
    sudo depmod -a)page",
     .worked = R"(    sudo modprobe kvm_intel)",
     .otherwise = R"()",
     .source = "Linux kernel/module/main.c"},
    {.id = "modprobe-builtin",
     .program = "modprobe",
     .patterns = "module kvm_intel is builtin\n"
                 "module kvm_amd is builtin\n"
                 "module kvm is builtin\n"
                 "module kvm_intel is built-in",
     .means =
         R"(KVM is part of this kernel, and no module: it cannot be unloaded, and modprobe.d says nothing to it.)",
     .rules = "nested-parameter-off nested-configured-but-not-live",
     .causes = R"(1. A kernel built that way (some clouds', WSL 2's, your own).)",
     .steps =
         R"(Its parameters are set on the kernel command line, for the next start (the words are kvm_intel.nested=1, kvm_amd.nested=1). nestprobe says where your boot loader has them:
    nestprobe --explain
    cat /sys/module/kvm_intel/parameters/nested)",
     .worked = R"(    cat /proc/cmdline
has the word after the restart.)",
     .otherwise = R"()",
     .source = "kmod libkmod-module.c; Linux Documentation/admin-guide/kernel-parameters.txt"},
    {.id = "modprobe-in-use",
     .program = "modprobe",
     .patterns = "module kvm_intel is in use\n"
                 "module kvm_amd is in use\n"
                 "module kvm is in use",
     .means =
         R"(The module cannot be unloaded: guests run, or another module needs it. Not an error of KVM.)",
     .rules = "nested-configured-but-not-live",
     .causes = R"(1. A guest, or a program that holds /dev/kvm open (libvirt's probing, an emulator).
2. kvm is asked for before kvm_intel.)",
     .steps = R"(    sudo fuser -v /dev/kvm
    sudo virsh list
Shut the guests down, then the vendor module first:
    sudo modprobe -r kvm_intel)",
     .worked = R"(    lsmod | grep kvm)",
     .otherwise = R"(A restart does the same.)",
     .source = "Linux kernel/module/main.c"},
    {.id = "dev-kvm-chmod-refused",
     .program = "chmod, chown, mknod",
     .patterns = "chmod*/dev/kvm*operation not permitted\n"
                 "chown*/dev/kvm*operation not permitted\n"
                 "chgrp*/dev/kvm*operation not permitted\n"
                 "mknod*/dev/kvm*operation not permitted\n"
                 "chmod*/dev/kvm*permission denied\n"
                 "mknod*/dev/kvm*permission denied",
     .means =
         R"(Who ran this does not own the node, or may not make one: a user without sudo, or root of a container whose users are mapped (rootless Podman or Docker, unprivileged LXC), which is no root on the host. It says nothing of whether /dev/kvm opens.)",
     .rules = "dev-kvm-permission-denied dev-kvm-missing",
     .causes = R"(1. A rootless container: the node is the host's, and its owner is nobody inside.
2. A user of the host without sudo.)",
     .steps = R"(On the host, not in the container, let the user open it; until the next start:
    sudo setfacl -m "u:$USER:rw" /dev/kvm
For good, where every user may run guests:
    echo 'KERNEL=="kvm", MODE="0666"' | sudo tee /etc/udev/rules.d/65-kvm.rules
    sudo udevadm control --reload
    sudo udevadm trigger --settle --name-match=kvm
A program that insists on changing the node (KubeVirt's virt-handler) needs a container with root of the host: minikube and kind with Docker, or Podman run by root.
    minikube config set rootless false)",
     .worked = R"(In the container, test -w /dev/kvm succeeds.)",
     .otherwise = R"(The open itself refused with the same words is a device cgroup.)",
     .source = "chmod(2), mknod(2); user_namespaces(7); containers/kubernetes-mcp-server#1410 (2026-09)"},
    {.id = "vfio-device-missing",
     .program = "QEMU, libvirt, Docker",
     .weight = Weight::fatal,
     .patterns = "/dev/vfio/vfio: no such file\n"
                 "'/dev/vfio/vfio': no such file\n"
                 "failed to open /dev/vfio/*no such file\n"
                 "could not open '/dev/vfio/*no such file\n"
                 "custom device \"/dev/vfio\n"
                 "/dev/vfio/vfio*not found\n"
                 "/dev/vfio/*does not exist\n"
                 "/dev/vfio/*doesn't exist",
     .means =
         R"(VFIO has no device file for this. /dev/vfio/vfio is there once the module vfio is loaded; /dev/vfio/NUMBER once a device of that IOMMU group is bound to vfio-pci.)",
     .rules = "no-iommu no-interrupt-remapping",
     .causes = R"(1. The device still has its host driver: it was not bound to vfio-pci.
2. The modules are not loaded.
3. There are no IOMMU groups at all: no IOMMU is in use.
4. A container that was not given /dev/vfio.)",
     .steps = R"(Load the modules, and see whether there are groups:
    sudo modprobe vfio-pci
    ls /sys/kernel/iommu_groups
No number there: see the page of vfio-no-iommu. Otherwise see who has the device (write its address), and bind it:
    lspci -nnks 01:00.0
    sudo driverctl set-override 0000:01:00.0 vfio-pci
A container needs both files, and the number is that of the group:
    docker run --device /dev/vfio/vfio --device /dev/vfio/12 IMAGE)",
     .worked = R"(    ls /dev/vfio
lists vfio and the number of the group.)",
     .otherwise =
         R"("Permission denied" instead is about the user, "not viable" about the other devices of the group.)",
     .source = "Linux Documentation/driver-api/vfio.rst; foxlet/macOS-Simple-KVM#159, #497 (2021-08); "
               "NVIDIA/nvtrust#32 (2024-01)"},
    {.id = "vfio-forbidden-by-cgroup",
     .program = "QEMU",
     .weight = Weight::fatal,
     .patterns = "/dev/vfio/*operation not permitted",
     .means =
         R"(EPERM: it is no matter of the file's mode or of a user. A list of allowed devices (a cgroup: a container's, or a service's) leaves the group's file out. The IOMMU itself is fine.)",
     .causes = R"(1. A container that was given neither /dev/vfio/vfio nor the group's file.
2. A service of systemd with DevicePolicy= or DeviceAllow=; systemd-nspawn is one.)",
     .steps = R"(Docker and Podman, with the number that stands in the message:
    docker run --device /dev/vfio/vfio --device /dev/vfio/12 IMAGE
systemd-nspawn: bind /dev/vfio in, and allow it; other services of systemd likewise:
    sudo systemctl set-property systemd-nspawn@CONTAINER.service DeviceAllow='char-vfio rw' DeviceAllow='/dev/vfio/vfio rw'
    sudo machinectl reboot CONTAINER
LXC, in the container's file: lxc.cgroup2.devices.allow = c 10:196 rwm, and the major number of the group's file, which this shows before the comma:
    ls -l /dev/vfio)",
     .worked = R"(The guest starts with the device.)",
     .otherwise = R"("Permission denied" instead is about the user.)",
     .source = "systemd.resource-control(5), DeviceAllow=; systemd/systemd#6648 (2017-08); Linux "
               "Documentation/admin-guide/devices.txt (10:196)"},
    {.id = "vfio-permission-denied",
     .program = "QEMU",
     .weight = Weight::fatal,
     .patterns = "/dev/vfio/*permission denied",
     .means = R"(The group's device file is there, and this user may not open it. The IOMMU itself is fine.)",
     .causes = R"(1. QEMU runs as a user, and the file is root's.
2. A container without the device.)",
     .steps = R"(See whose it is, and give it to the user who runs QEMU, until the next start:
    ls -l /dev/vfio
    sudo setfacl -m "u:$USER:rw" /dev/vfio/12
(12 is the number in the message.) libvirt does this itself for guests of qemu:///system. The user also has to be allowed to lock the guest's memory:
    ulimit -l)",
     .worked = R"(The guest starts with the device.)",
     .otherwise = R"()",
     .source = "Linux Documentation/driver-api/vfio.rst, \"VFIO Usage Example\""},
    {.id = "vfio-group-busy",
     .program = "QEMU, Proxmox VE",
     .weight = Weight::fatal,
     .patterns = "/dev/vfio/*device or resource busy\n"
                 "vfio*group*is already in use\n"
                 "pci device*already in use by vmid",
     .means =
         R"(Another guest, or a QEMU that did not end, holds the device's IOMMU group. A group belongs to one guest at a time, whatever devices it has. The IOMMU itself works.)",
     .causes = R"(1. Another guest that runs has the same device, or one of the same group.
2. A QEMU of an earlier start is still there.)",
     .steps =
         R"(See which process holds the group (its number stands in the message), and which devices are in it:
    sudo fuser -v /dev/vfio/12
    ls /sys/kernel/iommu_groups/12/devices
Stop the guest that has it, or give both devices to one guest.)",
     .worked = R"(fuser prints nothing; then the guest starts.)",
     .otherwise =
         R"(A device that its host driver still holds is another matter: there the file of the group is missing.)",
     .source = "Linux Documentation/driver-api/vfio.rst; Linux drivers/vfio/group.c, "
               "vfio_group_fops_open() "
               "(EBUSY)"},
    {.id = "vfio-device-reserved-by-firmware",
     .program = "Linux",
     .weight = Weight::fatal,
     .patterns = "ineligible for iommu domain attach due to platform rmrr\n"
                 "firmware has requested this device have a 1:1 iommu mapping",
     .means =
         R"(The firmware keeps a region of memory for this device (RMRR), so the kernel does not let it go to a guest. Other devices are not concerned.)",
     .rules = "device-held-back-by-firmware",
     .causes =
         R"(1. The server's management controller reads the device's sensors through that memory (HP and HPE above all).
2. An integrated GPU or USB controller, whose region newer kernels put up with.)",
     .steps =
         R"(Does the maker have a switch? HPE calls it shared memory features, and takes it per slot; look in the machine's manual. Then see which devices are held:
    sudo journalctl -k -b --grep 'RMRR|1:1'
Or give away another device or port.)",
     .worked = R"(The line is gone at the next start of the guest.)",
     .otherwise =
         R"(Kernels with a patch that ignores the region exist (Proxmox: relax_rmrr): the device and the firmware then write to the same memory.)",
     .source = "Linux drivers/iommu/intel/iommu.c, device_rmrr_is_relaxable(); HPE advisory c04781229 "
               "(by its title)"},
    {.id = "lxd-vsock",
     .program = "LXD, Incus",
     .patterns = "vsock support is missing\n"
                 "vhost_vsock kernel module not loaded\n"
                 "vhost-vsock support is missing",
     .means =
         R"(Virtual machines of LXD's and Incus's talk to their host over vsock, and this system has no device for it. KVM itself is another matter, and may well work.)",
     .rules = "dev-kvm-missing",
     .causes = R"(1. The module vhost_vsock is not loaded on the host.
2. LXD runs in a container, which was not given the devices.)",
     .steps = R"(On the host:
    sudo modprobe vhost_vsock
For a container, on its host too (write its name):
    lxc config device add NAME vsock unix-char source=/dev/vsock
    lxc config device add NAME vhost-vsock unix-char source=/dev/vhost-vsock
    lxc restart NAME
Then let LXD look again, in the container where it runs:
    sudo systemctl reload snap.lxd.daemon)",
     .worked = R"(Where LXD runs:
    ls -l /dev/kvm /dev/vsock /dev/vhost-vsock)",
     .otherwise = R"()",
     .source = "canonical/lxd#11674 (2023-05), canonical/lxd#10504 (2022-06)"},
    {.id = "cpu-stuck",
     .program = "Linux",
     .patterns = "bug: soft lockup - cpu\n"
                 "detected expedited stalls on cpus\n"
                 "self-detected stall on cpu\n"
                 "detected stalls on cpus/tasks",
     .means =
         R"(A CPU of this system did not come to its work for that long. In a virtual machine the level above has let it stand, as a rule; it says nothing of whether KVM works.)",
     .rules = "platform-shows-and-fails ept-off huge-pages-split",
     .causes = R"(1. The host has more virtual CPUs than it can run, or was busy, paused or moved.
2. In a guest of a guest: every exit costs several; without EPT from the level above, or with VMware's side-channel mitigations on, too many.
3. A fault of the nesting hypervisor: VirtualBox is known for it.)",
     .steps = R"(Is the time stolen? The column st:
    vmstat 1 5
Much: fewer virtual CPUs, or less on the host. Little, and this is a guest of a guest: see what it costs there, one level up:
    sudo nestprobe --explain)",
     .worked = R"(No new line of that kind:
    sudo dmesg --follow)",
     .otherwise = R"(On real hardware it is a driver's or the hardware's matter.)",
     .source = "Linux kernel/watchdog.c, kernel/rcu/tree_stall.h; flatcar/Flatcar#329 (2021-01); VirtualBox/virtualbox#776 (2026-07)"},
    {.id = "clock-in-a-guest",
     .program = "Linux",
     .patterns = "clocksource: timekeeping watchdog on cpu\n"
                 "watchdog hpet read timed out\n"
                 "marking tsc unstable due to clocksource watchdog\n"
                 "tsc found unstable after boot\n"
                 "clocksource watchdog: marking",
     .means =
         R"(The kernel compared its clocks and waited too long for one of them, so that it trusts the TSC no more. It says nothing of whether KVM works; a guest with the slower clock is slow.)",
     .causes =
         R"(1. This is a virtual machine, or one inside another: each look at the HPET is an exit there, and in nested ones each exit costs several. "Broken BIOS" is a guess of the kernel's.
2. The virtual machine was paused, moved, or has more CPUs than its host can run.
3. On hardware: a TSC that does run unevenly.)",
     .steps = R"(Is this a virtual machine, and which clock does it use?
    systemd-detect-virt
    cat /sys/devices/system/clocksource/clocksource0/current_clocksource
    cat /sys/devices/system/clocksource/clocksource0/available_clocksource
In a guest of KVM take kvm-clock, in one of Hyper-V hyperv_clocksource_tsc_page, where they are listed, at once:
    echo kvm-clock | sudo tee /sys/devices/system/clocksource/clocksource0/current_clocksource
Where neither is listed and the level above has an invariant TSC: tsc=reliable on the kernel command line.)",
     .worked = R"(No new line of that kind:
    sudo dmesg | grep -i clocksource)",
     .otherwise = R"(A guest that hangs at "Calibrating delay loop" (Linux 4.9 and older, in Hyper-V inside VMware): a newer kernel, or lpj= with the number that another boot printed.)",
     .source = "Linux kernel/time/clocksource.c, clocksource_watchdog(); Documentation/admin-guide/kernel-parameters.txt, tsc=; "
               "Mellanox/mkt#74 (2021-11); au-ts/libvmm#389 (2026-08); linuxkit/linuxkit#3209 (2018-10)"},
    {.id = "vmware-cpu-disabled",
     .program = "VMware",
     .patterns = "the cpu has been disabled by the guest operating system\n"
                 "guest os has disabled the cpu",
     .means =
         R"(The guest's processor gave up (a triple fault): its firmware, its system, or a hypervisor in it did something that was not carried out.)",
     .rules = "platform-shows-and-fails",
     .causes =
         R"(1. VMware runs in a virtual machine, and the level below does not carry out what it needs.
2. A guest that runs a hypervisor, with a virtual hardware version or a system that does not go with it.
3. The guest's own fault: it happens without the switch for virtualization, too.)",
     .steps = R"(Is VMware itself in a virtual machine? On Linux:
    systemd-detect-virt
If it is: a newer hypervisor and kernel there. Otherwise switch virtualization off for this guest, to see whether it is that:
    vhv.enable = "FALSE"
is the line in its .vmx file, with the machine powered off.)",
     .worked = R"(The guest gets past that point.)",
     .otherwise = R"(Firmware that does not go with the system: EFI for BIOS, or the other way round.)",
     .source = "VMware's message"},
    {.id = "hyperv-machine-runs",
     .program = "Hyper-V",
     .patterns = "cannot be performed while the virtual machine is in its current state",
     .means =
         R"(Hyper-V changes a machine's processor only while the machine is off; saved or paused is not off.)",
     .rules = "hypervisor-hides-vmx hypervisor-hides-svm",
     .causes = R"(1. The machine runs, or its state is saved.)",
     .steps = R"(In an administrator's PowerShell on the host (write the machine's name):
    Stop-VM -Name GUEST
    Set-VMProcessor -VMName GUEST -ExposeVirtualizationExtensions $true
    Start-VM -Name GUEST)",
     .worked = R"(In the guest this is not 0:
    grep -c -E -w 'vmx|svm' /proc/cpuinfo)",
     .otherwise = R"(A saved state has to go first: Remove-VMSavedState.)",
     .source = "Microsoft, Set-VMProcessor, and \"Run Hyper-V in a virtual machine with nested "
               "virtualization\""},
    {.id = "vfio-bad-address",
     .program = "QEMU",
     .weight = Weight::fatal,
     .patterns = "vfio-pci.host' doesn't take value\n"
                 "parameter 'host' expects a host address\n"
                 "could not find host pci device",
     .means =
         R"(What stands behind host= is no address of a PCI device: that is BUS:DEVICE.FUNCTION, with a full stop before the last digit.)",
     .rules = "no-iommu",
     .causes = R"(1. A colon before the function: 00:14:0 for 00:14.0.
2. The address of another machine, or one that changed when a card was moved.)",
     .steps = R"(The addresses of this machine, as QEMU takes them, with the driver of each:
    lspci -nnk)",
     .worked = R"(The guest starts with the device.)",
     .otherwise = R"()",
     .source = "QEMU hw/core/qdev-properties-system.c, set_pci_host_devaddr(); foxlet/vmra1n#11 "
               "(2019-11)"},
    {.id = "vfio-bar-taken",
     .program = "Linux, QEMU",
     .weight = Weight::fatal,
     .patterns = "can't reserve [mem\n"
                 "can't reserve [io\n"
                 "failed to mmap*bar\n"
                 "vfio_region_write*device or resource busy",
     .means =
         R"(Something on the host still has memory of the card, so that vfio-pci cannot give it to the guest: nearly always the screen that the firmware set up (BOOTFB), on the card that the machine booted with.)",
     .rules = "no-iommu",
     .causes =
         R"(1. The boot screen: efifb, vesafb, simplefb or simpledrm. On newer kernels it stays there though a driver was blacklisted, and video=efifb:off has no effect from 5.15 on.
2. The host's driver of the card was loaded before vfio-pci.)",
     .steps = R"(Who has it?
    sudo grep -i -E 'fb|drm|vfio' /proc/iomem
If that is the boot screen, keep the kernel from making it, by this word on the kernel command line (the host then shows nothing on that card); restart:
    initcall_blacklist=sysfb_init
Better, where there is another card: make it the first in firmware setup, with the monitor on it.)",
     .worked = R"(No such line when the guest starts:
    sudo journalctl -k -b --grep reserve)",
     .otherwise =
         R"("Failed to mmap ... Performance may be slow" alone is a warning: the guest starts, and reads that region slowly.)",
     .source = "Linux drivers/firmware/sysfb.c; cosminmocan/vfio-single-amdgpu-passthrough#3 (2024-01); "
               "siderolabs/talos#14356 (2026-09)"},
    {.id = "vfio-igd-legacy-mode",
     .program = "QEMU",
     .patterns = "cannot support legacy mode",
     .means =
         R"(Intel's graphics is given to the guest, and not as its first one with the firmware's own picture ("legacy mode"). QEMU goes on: the guest's driver can use it all the same.)",
     .rules = "",
     .causes = R"(1. The machine is q35, which has a bridge of its own at 00:1f.0, where legacy mode wants to put one.
2. The device is not at 00:02.0 in the guest, or the guest has another graphics card.)",
     .steps = R"(For a picture by the firmware: the machine i440fx (pc), the device at 00:02.0, and no other graphics:
    qemu-system-x86_64 -accel kvm -cpu host -m 4G -machine pc -vga none -device vfio-pci,host=00:02.0,addr=02.0
Otherwise leave it as it is.)",
     .worked = R"(In the guest:
    lspci -nnk -d 8086::0300)",
     .otherwise = R"(It is no matter of the IOMMU: where that lacks, the guest does not start.)",
     .source = "QEMU docs/igd-assign.txt, hw/vfio/igd.c"},
    {.id = "vfio-device-asleep",
     .program = "QEMU, libvirt, Proxmox VE, Linux",
     .weight = Weight::fatal,
     .patterns = "unknown pci header type\n"
                 "unknown header type 7f\n"
                 "failed to read device config space\n"
                 "unable to change power state from d3\n"
                 "can't change power state from d3\n"
                 "stuck in d3\n"
                 "after resume; giving up\n"
                 "after resume; waiting",
     .means =
         R"(The device answers with all ones (127 is 0x7f): it is off, asleep (D3cold), or did not come back from a reset. It is no matter of the IOMMU.)",
     .rules = "no-iommu",
     .causes =
         R"(1. It ran in a guest before, and cannot be reset: AMD graphics cards of Polaris, Vega and Navi 10 above all.
2. vfio-pci put it to sleep while nobody used it, and the board does not wake it.
3. Laptops: the graphics card is switched off by the firmware's power management.
4. It fell off the bus: a riser, the slot's speed, power.)",
     .steps = R"(Does it answer now (write its address)?
    sudo lspci -vvv -s 0000:01:00.0
"!!! Unknown header type 7f": switch the machine off and on. To keep vfio-pci from letting it sleep:
    echo 'options vfio-pci disable_idle_d3=1' | sudo tee /etc/modprobe.d/vfio-power.conf
then rebuild the initramfs if it loads vfio-pci, and restart. Polaris, Vega, Navi 10: the module vendor-reset, which is not part of Linux, resets them.)",
     .worked = R"(The guest starts a second time, without a restart of the host.)",
     .otherwise =
         R"(pcie_aspm=off, or a fixed speed of the slot in firmware setup, where it falls off the bus.)",
     .source = "Linux drivers/pci/pci.c, pci_power_up(), and drivers/vfio/pci/vfio_pci.c, disable_idle_d3; "
               "gnif/vendor-reset (2021)"},
    {.id = "vfio-intx",
     .program = "QEMU",
     .weight = Weight::fatal,
     .patterns = "failed to setup intx fd\n"
                 "failed to set up intx\n"
                 "error: failed to setup intx",
     .means =
         R"(QEMU could not get the device's old interrupt line (INTx). "Device or resource busy": a device of this system has the same line, and this one cannot be masked by itself.)",
     .rules = "",
     .causes = R"(1. Busy: the line is shared with a device whose driver is loaded here.
2. "Operation not permitted": interrupts are not remapped here.)",
     .steps = R"(Who has the device's line (write its address)?
    lspci -v -s 01:00.0 | grep IRQ
    cat /proc/interrupts
Unbind the other device's driver, or put the card into another slot. Or have its line masked as a whole, which some devices need, until the next start:
    sudo modprobe -r vfio_pci
    sudo modprobe vfio_pci nointxmask=1
Not permitted: does the IOMMU remap interrupts?
    sudo dmesg | grep -i remapping)",
     .worked = R"(The guest starts with the device.)",
     .otherwise = R"(Guests that use MSI alone start without the line.)",
     .source = "QEMU hw/vfio/pci.c, vfio_intx_enable_kvm(); Linux drivers/vfio/pci/vfio_pci_intrs.c, "
               "parameter nointxmask; ra1nstorm/ra1nstorm-helper#16 (2019-11)"},
    {.id = "vfio-no-reset",
     .program = "QEMU, libvirt, Linux",
     .weight = Weight::fatal,
     .patterns = "no available reset mechanism\n"
                 "after flr; giving up\n"
                 "after bus reset; giving up\n"
                 "after flr; waiting\n"
                 "/reset: inappropriate ioctl for device\n"
                 "/reset': inappropriate ioctl for device\n"
                 "unable to reset pci device",
     .means =
         R"(The device cannot be reset, or does not come back from it, and a guest is to get it in its first state.)",
     .rules = "no-iommu",
     .causes =
         R"(1. It has no reset of its own (FLR, power management), and shares its bus with devices that stay with the host: so the bus is not reset either.
2. Its own reset is broken: AMD's USB and audio controllers of some chipsets, some SSDs.)",
     .steps = R"(What can it do (write its address)?
    cat /sys/bus/pci/devices/0000:01:00.0/reset_method
Empty: give all devices of its bus to the guest, or give another device. A method that fails: try another one of the list, as root, until the next start:
    echo bus | sudo tee /sys/bus/pci/devices/0000:01:00.0/reset_method)",
     .worked = R"(The guest starts a second time, without a restart of the host.)",
     .otherwise = R"(A warning at most where the guest starts all the same.)",
     .source = "Linux Documentation/ABI/testing/sysfs-bus-pci, reset_method (5.15 and later)"},
    {.id = "cloud-hypervisor-p2p-dma",
     .program = "Cloud Hypervisor",
     .weight = Weight::fatal,
     .patterns = "failed to map vfio mmio region\n"
                 "failed to map an iova range to the ioas\n"
                 "vfiodmamap",
     .means =
         R"(Cloud Hypervisor maps a device's registers for other devices too, so that they reach each other, and the IOMMU did not take that mapping. A single device needs none of it.)",
     .rules = "",
     .causes =
         R"(1. "Bad address", with iommufd=on: that way cannot map a device's registers, whatever the kernel (Cloud Hypervisor 54).
2. "Invalid argument": the region is beyond the addresses that the IOMMU has; QEMU's virtual one has 39 bits.)",
     .steps = R"(Leave that mapping out, beside what --platform has already (iommufd=on,vfio_p2p_dma=off):
    cloud-hypervisor --platform vfio_p2p_dma=off
Devices that have to reach each other (GPUs): iommufd=off. In a guest of QEMU: give its virtual IOMMU 48 bits there, with the guest off; libvirt: <driver intremap='on' aw_bits='48'/> in <iommu>, and in QEMU's words:
    qemu-system-x86_64 -machine q35,kernel-irqchip=split -device intel-iommu,intremap=on,aw-bits=48)",
     .worked = R"(The guest starts with the device.)",
     .otherwise = R"()",
     .source = "cloud-hypervisor/cloud-hypervisor#8895 (2026-09, v54), #7030 (2025-04)"},
    {.id = "vfio-address-spaces",
     .program = "QEMU, Kata Containers",
     .weight = Weight::fatal,
     .patterns = "used in multiple address spaces",
     .means =
         R"(Behind a virtual IOMMU each device of the guest has an address space of its own, and these devices are of one IOMMU group of the host's, which can have only one.)",
     .rules = "assigned-device-behind-amd-iommu",
     .causes =
         R"(1. Two functions of one card (graphics and audio) stand in different slots of a guest that has a virtual IOMMU.)",
     .steps =
         R"(Put all devices of the group behind one PCIe-to-PCI bridge of the guest, where they share an address space; in QEMU's words, with the addresses of yours:
    qemu-system-x86_64 -machine q35 -device pcie-pci-bridge,id=br -device vfio-pci,host=01:00.0,bus=br,addr=1 -device vfio-pci,host=01:00.1,bus=br,addr=2
Or give the guest no virtual IOMMU, if it does not pass devices on; or leave the second function out, bound to vfio-pci on the host.)",
     .worked = R"(The guest starts with the devices.)",
     .otherwise = R"()",
     .source = "QEMU hw/vfio/common.c, vfio_get_group(); kata-containers/kata-containers#10622 (2024-12)"},
    {.id = "bridge-in-the-group",
     .program = "PCILeechFWGenerator",
     .patterns = "wrong driver devices*pcieport",
     .means =
         R"(A check of this program's own wants vfio-pci for every device of the group, bridges too. VFIO does not: a bridge (pcieport) stays where it is, and vfio-pci takes none.)",
     .rules = "iommu-group-shared-with-host",
     .causes = R"(1. The group holds the bridge above the device, as it often does, and the check counts it.)",
     .steps = R"(See who is in the group (write the device's address); each but bridges has to have vfio-pci:
    ls /sys/bus/pci/devices/0000:05:00.0/iommu_group/devices
    lspci -nnk
If that is so, VFIO opens the group: take a newer version of the program, whose check leaves bridges out, or report it there. Do not unbind the bridge: the device is gone with it.)",
     .worked = R"(The program goes on.)",
     .otherwise = R"(QEMU's "group is not viable" means another device than a bridge.)",
     .source = "Linux drivers/iommu/iommu.c, iommu_device_use_default_domain(); drivers/pci/pcie/portdrv.c "
               "(driver_managed_dma); VoltCyclone/PCILeechFWGenerator#77 (2025-06), #124 (2025-07)"},
    {.id = "vfio-group-not-viable",
     .program = "QEMU, libvirt, KubeVirt, Incus",
     .weight = Weight::fatal,
     .patterns = "is not viable\n"
                 "please ensure all devices within the iommu_group are bound to their vfio bus driver\n"
                 "verify all devices in group\n"
                 "has devices not bound to vfio-pci\n"
                 "all devices in an iommu group must be bound",
     .means =
         R"(The device shares its IOMMU group with others that host drivers still use. All of them go to the guest, or to vfio-pci, together.)",
     .rules = "no-iommu",
     .causes = R"(1. A graphics card's audio or USB function was left to the host.
2. Devices behind one bridge without ACS.)",
     .steps = R"(Who is in the group (write the device's address)?
    ls /sys/bus/pci/devices/0000:01:00.0/iommu_group/devices
    lspci -nnk
Bind all of them but bridges to vfio-pci (options vfio-pci ids=..., or driverctl):
    sudo driverctl set-override 0000:01:00.1 vfio-pci)",
     .worked = R"(lspci -nnk shows vfio-pci for each, and the guest starts.)",
     .otherwise =
         R"(pcie_acs_override parts the groups by ignoring what hardware said: unsafe. Another slot may help.)",
     .source = "Linux Documentation/driver-api/vfio.rst; kubevirt/kubevirt#6718"},
    {.id = "proxmox-no-iommu",
     .program = "Proxmox VE",
     .patterns = "no iommu detected, please activate it\n"
                 "cannot prepare pci pass-through, iommu not present\n"
                 "task error: iommu not present",
     .means = R"(Proxmox sees no IOMMU groups on this node.)",
     .rules = "no-iommu",
     .causes =
         R"(1. As for every Linux: firmware setup, intel_iommu=on on older kernels, faulty tables.
2. The word was added to a file that this node does not start from.)",
     .steps = R"(    cat /proc/cmdline
    sudo journalctl -k -b --grep 'DMAR|AMD-Vi'
systemd-boot: /etc/kernel/cmdline (one line), then
    proxmox-boot-tool refresh
GRUB: /etc/default/grub, then
    update-grub
and restart.)",
     .worked = R"(    ls /sys/kernel/iommu_groups)",
     .otherwise = R"()",
     .source = "Proxmox VE documentation, \"PCI(e) Passthrough\""},
    {.id = "vfio-no-iommu",
     .program = "QEMU, libvirt",
     .weight = Weight::fatal,
     .patterns = "no iommu detected\n"
                 "no iommu_group found\n"
                 "no iommu group found\n"
                 "no available iommu models\n"
                 "vfio*no such file or directory*iommu\n"
                 "no iommu found\n"
                 "iommu not enabled\n"
                 "iommu is not enabled\n"
                 "iommu isn't loaded\n"
                 "iommu not present\n"
                 "vfionoiommugroup\n"
                 "iommu_group: no such file",
     .means = R"(The device has no IOMMU group: no IOMMU is in use.)",
     .rules = "no-iommu iommu-table-damaged",
     .causes = R"(1. Off in firmware setup (VT-d, AMD IOMMU).
2. Intel: intel_iommu=on is missing where the kernel's default is off (Ubuntu 22.04).
3. Firmware's table is faulty and was dropped.
4. In a virtual machine: no virtual IOMMU was given.
5. A mediated device (vGPU, GVT-g), whose group VFIO makes itself: the modules vfio_iommu_type1 and, before Linux 5.16, vfio_mdev are not loaded.)",
     .steps = R"(    sudo journalctl -k -b --grep 'DMAR|AMD-Vi'
    ls /sys/class/iommu
No line and no table: firmware setup, or above a virtual IOMMU. "Firmware Bug": firmware update. A table and no use: intel_iommu=on on the kernel command line. A mediated device:
    sudo modprobe -a vfio_iommu_type1 mdev)",
     .worked = R"(    ls /sys/kernel/iommu_groups)",
     .otherwise = R"(amd_iommu=on is no option; AMD's is on by itself.)",
     .source = "Linux drivers/iommu; foxlet/macOS-Simple-KVM#579"},
    {.id = "amd-iommu-perf-counter",
     .program = "Linux",
     .weight = Weight::remark,
     .patterns = "amd-vi: unable to*iommu perf counter\n"
                 "unable to*write to iommu perf counter",
     .means =
         R"(The counters that measure the IOMMU did not answer when the kernel tried them. They are for perf alone: the IOMMU works, and devices can be given to guests.)",
     .rules = "no-iommu",
     .causes = R"(1. Firmware of many Ryzen machines, or power gating of the IOMMU at the start; kernels from 5.13 on try no more.)",
     .steps = R"(Nothing. Where the start stops behind this line, it is about what comes next: start once with amd_iommu=off on the kernel command line, or with nomodeset, to see which.)",
     .worked = R"(    ls /sys/kernel/iommu_groups
shows numbers.)",
     .otherwise = R"(amd_iommu=on and iommu=pt change nothing of it.)",
     .source = "Linux drivers/iommu/amd/init.c, init_iommu_perf_ctr(); commit \"iommu/amd: Remove performance "
               "counter pre-initialization test\" (5.13)"},
    {.id = "amd-iommu-unknown-option",
     .program = "Linux",
     .weight = Weight::remark,
     .patterns = "amd-vi: unknown option",
     .means =
         R"(amd_iommu= was given a word that the kernel does not know, and passed it over. "on" is such a word: AMD's IOMMU is driven without any.)",
     .rules = "iommu-word-unknown no-iommu",
     .causes = R"(1. Advice that was written after Intel's: intel_iommu=on is a word, amd_iommu=on is none.)",
     .steps = R"(Is the IOMMU driven? Then delete the word; nothing changes:
    ls /sys/kernel/iommu_groups
No number: it is off in the firmware setup (IOMMU, AMD-Vi, among the northbridge's or AMD CBS' settings).)",
     .worked = R"(The line is gone at the next start.)",
     .otherwise = R"()",
     .source = "Linux drivers/iommu/amd/init.c, parse_amd_iommu_options(); Documentation/admin-guide/"
               "kernel-parameters.txt, amd_iommu="},
    {.id = "intel-iommu-hangs",
     .program = "many",
     .scope = PageScope::matter,
     .patterns = "intel_iommu=on*hang\n"
                 "intel_iommu=on*freez\n"
                 "intel_iommu=on*stuck\n"
                 "intel_iommu=on*black screen\n"
                 "intel_iommu=on*boot loop\n"
                 "intel_iommu=on*not boot\n"
                 "intel_iommu=on*won't boot",
     .means =
         R"(With the IOMMU on, a device may use no memory but what it was given. One that firmware has left running (graphics, a disk's controller, a management controller), and that firmware's table does not speak of, fails then, and with it the start.)",
     .rules = "iommu-fault iommu-table-damaged no-iommu",
     .causes = R"(1. Firmware's table of the IOMMU is at fault, on laptops and Chromebooks above all.
2. The integrated graphics.)",
     .steps = R"(Get in: in the boot loader's menu (e in GRUB and systemd-boot) delete the word for one start. Then try these in its place, one after the other, the same way:
    intel_iommu=on,igfx_off
    intel_iommu=on iommu=pt
Update the firmware. What the kernel says of it, in a start that works:
    sudo journalctl -k -b --grep 'DMAR|Firmware Bug')",
     .worked = R"(    ls /sys/kernel/iommu_groups)",
     .otherwise = R"(KVM itself needs no IOMMU: only devices that are given to guests do.)",
     .source = "Linux Documentation/admin-guide/kernel-parameters.txt, intel_iommu=, iommu=; "
               "MrChromebox/firmware#153 (2019-07)"},
    {.id = "vfio-failed-to-set-iommu",
     .program = "QEMU",
     .weight = Weight::fatal,
     .patterns = "failed to set iommu for container\n"
                 "vfio: failed to set iommu\n"
                 "no interrupt remapping support\n"
                 "vfio_set_iommu",
     .means =
         R"(VFIO has the group and could not attach it to the IOMMU. "Operation not permitted" nearly always means that interrupts are not remapped.)",
     .rules = "no-interrupt-remapping no-iommu unsafe-interrupts-allowed",
     .causes =
         R"(1. No interrupt remapping: in a virtual machine the virtual IOMMU lacks intremap=on; on hardware firmware's table leaves an I/O APIC out.
2. vfio_iommu_type1 is not loaded.
3. "Input/output error": a mediated device (GVT-g) whose parent does not work.
4. A region that firmware keeps for the device (RMRR).)",
     .steps = R"(    sudo journalctl -k -b --grep 'remapping|RMRR|1:1'
    sudo modprobe vfio_iommu_type1
In a virtual machine: intremap='on' for the virtual IOMMU, with a split I/O APIC, above.)",
     .worked = R"(The guest starts with the device.)",
     .otherwise =
         R"(allow_unsafe_interrupts=1 makes it go on and lets a guest inject interrupts into the host.)",
     .source = "Linux drivers/vfio/vfio_iommu_type1.c; intel/gvt-linux#171 (2020-09)"},
    {.id = "vfio-memlock",
     .program = "Linux",
     .weight = Weight::fatal,
     .patterns = "vfio_pin_pages_remote*exceeded\n"
                 "rlimit_memlock*exceeded",
     .means =
         R"(A device that is given away reaches all of the guest's memory, so that is locked, and the process may not lock as much: the number in the line is its limit, in bytes.)",
     .causes = R"(1. A user without a raised limit runs QEMU, Cloud Hypervisor or a program of DPDK's or SPDK's.
2. A container or a service, whose limit is its own.)",
     .steps = R"(See the limit, and start the program without one:
    ulimit -l
    sudo prlimit --pid $$ --memlock=unlimited:unlimited
(that is for this shell and what it starts). For a service: LimitMEMLOCK=infinity behind [Service], by
    sudo systemctl edit UNIT
Docker:
    docker run --ulimit memlock=-1 IMAGE
For a user for good, from the next login on:
    echo "$USER - memlock unlimited" | sudo tee /etc/security/limits.d/vfio.conf)",
     .worked = R"(The line does not come again.)",
     .otherwise = R"(libvirt raises the limit itself.)",
     .source = "Linux drivers/vfio/vfio_iommu_type1.c, vfio_pin_pages_remote(); "
               "cloud-hypervisor#165 (2019-10)"},
    {.id = "vfio-map-dma",
     .program = "QEMU",
     .weight = Weight::fatal,
     .patterns = "vfio_map_dma failed\n"
                 "vfio_dma_map\n"
                 "vfio_map_dma: -\n"
                 "vfio_container_dma_map\n"
                 "vfio_legacy_dma_map\n"
                 "vfio_listener_region_add\n"
                 "cannot limit locked memory\n"
                 "iommufd_backend_map_dma",
     .means = R"(The guest's memory could not be mapped for the device. The errno says why.)",
     .rules = "caching-mode-off",
     .causes =
         R"(1. "Cannot allocate memory", and libvirt's "cannot limit locked memory": the memory lock limit (of the container that libvirt runs in, too), or too many mappings (dma_entry_limit).
2. "Invalid argument": an address above the IOMMU's width, or in a reserved region.
3. "Bad address": memory of another device (resizable BAR).)",
     .steps = R"(    ulimit -l
libvirt sets the limit itself; for plain QEMU run it with
    prlimit --memlock=unlimited qemu-system-x86_64 -accel kvm -m 512 -nographic
In a virtual machine: caching_mode='on' and a wider aw_bits for the virtual IOMMU, above.)",
     .worked = R"(The guest starts with the device.)",
     .otherwise = R"()",
     .source = "Linux drivers/vfio/vfio_iommu_type1.c"},
    {.id = "qemu-aw-bits",
     .program = "QEMU, Proxmox VE",
     .weight = Weight::fatal,
     .patterns = "aw-bits*> host aw-bits\n"
                 "aw-bits * > host",
     .means =
         R"(The guest's virtual IOMMU has more address bits than this host's: QEMU 9.2 and later makes it 48 bits wide, and the processor's IOMMU has 39.)",
     .rules = "guest-iommu-wider-than-host",
     .causes = R"(1. A desktop or laptop processor, whose VT-d has 39 bits.)",
     .steps = R"(libvirt, inside <iommu model='intel'>: <driver aw_bits='39'/>, beside what is there:
    virsh edit GUEST
Proxmox VE, with the number of the machine:
    qm set VMID --machine q35,viommu=intel,aw-bits=39
QEMU: -device intel-iommu,aw-bits=39 beside its other options.)",
     .worked = R"(The guest starts.)",
     .otherwise = R"()",
     .source = "QEMU hw/i386/intel_iommu.c, vtd_check_hiod(); pve-devel patch on aw-bits (2025)"},
    {.id = "qemu-caching-mode",
     .program = "QEMU",
     .weight = Weight::fatal,
     .patterns = "caching-mode=on for intel-iommu\n"
                 "requires caching mode\n"
                 "without enabling caching-mode=on",
     .means =
         R"(A device of the host is given to a guest that has a virtual Intel IOMMU without caching mode; QEMU refuses.)",
     .rules = "assigned-without-caching-mode guest-iommu-without-caching-mode caching-mode-off",
     .causes = R"(1. The definition lacks caching_mode='on'.)",
     .steps =
         R"(libvirt, inside <iommu model='intel'>: <driver intremap='on' caching_mode='on'/>, and <ioapic driver='qemu'/> under <features>:
    virsh edit GUEST
QEMU: -device intel-iommu,intremap=on,caching-mode=on before the other devices.)",
     .worked = R"(The guest starts.)",
     .otherwise = R"()",
     .source = "QEMU hw/i386/intel_iommu.c"},
    {.id = "qemu-interrupt-remapping-irqchip",
     .program = "QEMU, libvirt",
     .weight = Weight::fatal,
     .patterns = "interrupt remapping cannot work with kernel-irqchip=on\n"
                 "iommu interrupt remapping requires split i/o apic",
     .means = R"(A virtual IOMMU with interrupt remapping needs the I/O APIC in QEMU, not in the kernel.)",
     .rules = "guest-without-interrupt-remapping guest-ioapic-in-kernel",
     .causes = R"(1. kernel-irqchip=on, or no <ioapic driver='qemu'/>.)",
     .steps = R"(libvirt, under <features>: <ioapic driver='qemu'/>
    virsh edit GUEST
QEMU: -machine q35,kernel-irqchip=split)",
     .worked = R"(The guest starts, and in it the kernel log says "Enabled IRQ remapping".)",
     .otherwise = R"()",
     .source = "QEMU hw/i386/x86-iommu.c; libvirt src/conf/domain_validate.c"},
    {.id = "xen-vmx-disabled",
     .program = "Xen",
     .patterns = "vmx disabled by bios\n"
                 "(xen) vmx: feature control msr not initialised\n"
                 "(xen)*svm*disabled by bios\n"
                 "(xen) cpu*: svm disabled\n"
                 "hvm: svm disabled",
     .means = R"(Xen itself found VMX or SVM switched off by firmware; HVM guests do not start.)",
     .rules = "xen-owns-virtualization vmx-disabled-by-firmware svm-disabled-by-firmware",
     .causes = R"(1. Off in firmware setup.
2. Xen is itself a guest: the level above.)",
     .steps = R"(    sudo xl dmesg
    sudo xl info
virt_caps has "hvm" where it works. Firmware setup, then power off and on.)",
     .worked = R"(    sudo xl info | grep virt_caps)",
     .otherwise = R"()",
     .source = "Xen xen/arch/x86/hvm"},
    {.id = "vm-bhyve-missing-popcnt",
     .program = "vm-bhyve (FreeBSD)",
     .patterns = "cpu supports bhyve (missing popcnt)",
     .means =
         R"(vm-bhyve looked for POPCNT among the processor's features in FreeBSD's boot log, and did not find it. It takes it as the sign of a processor that has all that bhyve needs of VT-x (EPT, unrestricted guest): VT-x itself may be there.)",
     .rules = "",
     .causes = R"(1. The processor is older than Intel's Nehalem (2008): it has VT-x, and no EPT.
2. In a virtual machine: the model of the processor that the hypervisor above shows lacks POPCNT.)",
     .steps = R"(What does FreeBSD list?
    grep -e Features2 -e VT-x /var/run/dmesg.boot
VT-x without EPT and UG: bhyve does not run on this processor. In a virtual machine, show it the host's own processor (host-passthrough).)",
     .worked = R"(    vm init
says nothing.)",
     .otherwise = R"()",
     .source = "vm-bhyve lib/vm-util, util::check_bhyve_support(); churchers/vm-bhyve#293"},
    {.id = "bhyve-no-vmx",
     .program = "FreeBSD, illumos (bhyve)",
     .patterns = "vmx_modinit: processor does not support\n"
                 "vmx_init: processor does not support\n"
                 "processor does not support vmx operation\n"
                 "error: unable to load vmm.ko\n"
                 "module_register_init: mod_load (vmm,*error 6\n"
                 "lacks the 'ug' feature of ept\n"
                 "missing ug feature on intel cpu\n"
                 "vm_create: device not configured",
     .means = R"(bhyve found no VMX in this processor, or not all of it that bhyve needs, and does not load.)",
     .rules = "hypervisor-hides-vmx no-hardware-virtualization",
     .causes =
         R"(1. In a virtual machine: the hypervisor above does not show VMX. HAXM, bhyve, VirtualBox before 6.1 and QEMU without KVM have none to show.
2. "does not support desired ...": the hypervisor above shows a part of VMX.
3. A processor without VT-x.)",
     .steps = R"(Is this a virtual machine, and whose? On FreeBSD:
    sysctl kern.vm_guest
    dmesg | grep -i -e vmx -e hypervisor
hv, vmware, kvm: have nesting switched on there, with this machine off (nestprobe says how, on that host or with --domain). HAXM or bhyve: run this machine under KVM, VMware or Hyper-V instead.)",
     .worked = R"(    kldload vmm
says nothing, and /dev/vmm is there after the first guest.)",
     .otherwise = R"("VMX operation disabled by BIOS" is another matter: the firmware's switch.)",
     .source = "FreeBSD sys/amd64/vmm/intel/vmx.c, vmx_modinit(); intel/haxm#479 (2022-11)"},
    {.id = "kvm-evmcs-field",
     .program = "Linux kernel (KVM)",
     .patterns = "accessing unsupported evmcs field",
     .means =
         R"(KVM runs on Hyper-V and uses its enlightened VMCS, which has no such field: an old kernel on a newer processor. Guests of KVM can hang or fail here.)",
     .rules = "",
     .causes =
         R"(1. A kernel that takes VMX features of a newer processor into use (2032 is the TSC multiplier) which the enlightened VMCS of Hyper-V did not have; seen on Azure's v5 sizes with Linux 5.4.)",
     .steps = R"(Which kernel is it?
    uname -r
Install your distribution's newest kernel and restart. Until then, let KVM do without the enlightened VMCS, with no guest running:
    echo 'options kvm_intel enlightened_vmcs=0' | sudo tee /etc/modprobe.d/zz-kvm-evmcs.conf
    sudo modprobe -r kvm_intel
    sudo modprobe kvm_intel)",
     .worked = R"(    cat /sys/module/kvm_intel/parameters/enlightened_vmcs
prints N, and the line does not come again.)",
     .otherwise = R"()",
     .source = "Linux 5.4 arch/x86/kvm/vmx/evmcs.h, get_evmcs_offset(), vmx.c (module parameter); "
               "microsoft/lisa#2607 (2023-02)"},
    {.id = "xen-dmar-not-parsed",
     .program = "Xen",
     .patterns = "failed to parse acpi dmar*disabling vt-d",
     .means =
         R"(Xen could not read the firmware's table of VT-d (DMAR), and goes on without an IOMMU: no device can be given to a guest.)",
     .rules = "no-iommu",
     .causes = R"(1. The table names memory (RMRR) that the firmware's own memory map does not set aside, or a device that is not there.
2. The table itself is damaged.)",
     .steps = R"(What stands before that line?
    sudo xl dmesg | grep -i -e dmar -e vt-d -e rmrr
Update the firmware, then Xen. The region [0x...] that is named with "not in reserved memory" can be let pass by Xen's own option, where you are sure of it: iommu_inclusive_mapping=1 on older Xen, dom0-iommu=map-inclusive since 4.11. Report the table (/sys/firmware/acpi/tables) to the machine's maker and to Xen.)",
     .worked = R"(sudo xl dmesg says "I/O virtualisation enabled".)",
     .otherwise = R"(A Linux without Xen may use the same table all the same.)",
     .source = "Xen xen/drivers/passthrough/vtd/dmar.c, acpi_parse_dmar(); QubesOS/qubes-issues#10937"},
    {.id = "xen-amd-vi-failed",
     .program = "Xen",
     .patterns = "amd-vi: error initialization\n"
                 "ivmd*is not (entirely) in reserved memory\n"
                 "ivmd: page at*can't be converted",
     .means =
         R"(Xen found AMD's IOMMU in the firmware's table (IVRS), could not use what the table says, and goes on without it: no device can be given to a guest.)",
     .rules = "",
     .causes =
         R"(1. The firmware's table names memory (IVMD) that its own memory map does not set aside; so on some new laptops.)",
     .steps = R"(What does Xen say of it, and is there an IOMMU?
    sudo xl dmesg | grep -i -e amd-vi -e iommu -e ivmd
    sudo xl info | grep virt_caps
Update the firmware, then Xen; report the table (/sys/firmware/acpi/tables/IVRS) to the machine's maker and to Xen if it stays.)",
     .worked = R"(virt_caps has "pv_directio" and "hvm_directio".)",
     .otherwise = R"(A Linux that starts without Xen may read the same table and use the IOMMU all the same.)",
     .source = "Xen xen/drivers/passthrough/amd/iommu_acpi.c, iov_detect(); QubesOS/qubes-issues#10931 (2026-06, open)"},
    {.id = "xen-nested-hap",
     .program = "Xen, XCP-ng",
     .patterns = "shadow paging and nested virtualisation are mutually exclusive\n"
                 "platform:nested-virt\n"
                 "exp-nested-hvm\n"
                 "nestedhvm=\n"
                 "domain_crash called from",
     .means =
         R"(Nested HVM of Xen works with hardware-assisted paging (HAP) only, and is experimental: crashes are known.)",
     .rules = "hypervisor-hides-vmx hypervisor-hides-svm xen-owns-virtualization",
     .causes = R"(1. The guest has shadow paging (hap=0, or a migration setting).
2. Nesting is not switched on for it.)",
     .steps =
         R"(xl configuration: hap=1 and nestedhvm=1. XCP-ng 8.3 and XenServer 8, with the guest halted:
    xe vm-param-set uuid=UUID platform:nested-virt=true)",
     .worked = R"(In the guest:
    grep -c -E -w 'vmx|svm' /proc/cpuinfo)",
     .otherwise = R"(Do not rely on it for work that matters.)",
     .source = "vatesfr/xen-orchestra#3743; xcp-ng/xcp#105, #562; xl.cfg(5)"},
    {.id = "xen-hvm-not-available",
     .program = "Xen, libvirt",
     .patterns = "hvm guests but your cpu does not support\n"
                 "xen*hardware virtualization*not available\n"
                 "hvm guest not available\n"
                 "no hvm support",
     .means =
         R"(Xen has no VMX or SVM, so that only PV guests start. The Linux in dom0 never sees vmx or svm, even where Xen has it.)",
     .rules = "xen-owns-virtualization",
     .causes = R"(1. Off in firmware setup.
2. Looking in dom0's /proc/cpuinfo, which proves nothing.)",
     .steps = R"(    sudo xl info
virt_caps with "hvm": Xen has it.)",
     .worked = R"(    sudo xl info | grep virt_caps)",
     .otherwise = R"(KVM does not work under Xen; start Linux without Xen for KVM.)",
     .source = "xl(1)"},
    {.id = "sev-kvm-unsupported",
     .program = "Linux",
     .patterns = "kvm is unsupported when running as an sev guest",
     .means = R"(This is a confidential guest (SEV). KVM does not load in it by design.)",
     .rules = "confidential-guest",
     .causes = R"(1. A confidential virtual machine type.)",
     .steps = R"(Use an ordinary machine type for nesting. There is no switch.)",
     .worked = R"()",
     .otherwise = R"(TDX guests have no VMX either.)",
     .source = "Linux arch/x86/kvm/svm/svm.c"},
    {.id = "kvm-disabled-by-bios",
     .program = "Linux",
     .patterns = "kvm: disabled by bios\n"
                 "' disabled by bios\n"
                 "txt) disabled by bios\n"
                 "svm disabled (by bios)\n"
                 "vmx not enabled (by bios)",
     .means = R"(The kernel read the lock register (0x3A or VM_CR) and virtualization is switched off.)",
     .rules =
         "vmx-disabled-by-firmware svm-disabled-by-firmware vmx-locked-off-in-guest svm-disabled-in-guest",
     .causes = R"(1. Off in firmware setup, often after an update of it.
2. Switched on, and restarted instead of powered off.
3. In a virtual machine: the level above did it.
4. Intel: a kernel without KVM ran before and kexec started this one.)",
     .steps =
         R"(Real hardware: firmware setup, "Intel Virtualization Technology", "VT-x" or "SVM Mode" on; save, power off, wait ten seconds, power on. A virtual machine: the level above.)",
     .worked = R"(    ls -l /dev/kvm)",
     .otherwise = R"()",
     .source = "Linux arch/x86/kernel/cpu/feat_ctl.c, amd.c"},
    {.id = "kvm-other-module-loaded",
     .program = "Linux",
     .patterns = "already loaded the other module\n"
                 "already loaded vendor module",
     .means =
         R"(Only one vendor's module can serve KVM, and one did when this was said: kvm_intel, kvm_amd or kvm_pvm. It had found all that it needs, so the line speaks for KVM here. The second was refused.)",
     .rules = "wrong-vendors-module software-kvm-cannot-nest",
     .causes =
         R"(1. Both are built into the kernel, or listed in /etc/modules or modules-load.d, or a script tries both: harmless. The wrong one cannot be the one that serves: it is refused on the other maker's processor.
2. kvm_pvm, or a module that was built by hand, is loaded in its place.)",
     .steps = R"(    lsmod | grep kvm
    ls -l /dev/kvm
If kvm_pvm is there, and the processor has VMX or SVM: on Intel the second, on AMD the third.
    sudo modprobe -r kvm_pvm
    sudo modprobe kvm_intel
    sudo modprobe kvm_amd)",
     .worked = R"(    lsmod | grep kvm
shows kvm and the processor's own module, or /dev/kvm is there where both are built in.)",
     .otherwise = R"("no hardware support" in front of it is the other module's, and as harmless.)",
     .source = "Linux arch/x86/kvm/x86.c, kvm_arch_init() (to 6.0), kvm_x86_vendor_init()"},
    {.id = "kvm-cpus-differ",
     .program = "Linux",
     .patterns = "feature inconsistency!\n"
                 "inconsistent vmcs config on cpu\n"
                 "processor compatibility check on cpu",
     .means =
         R"(KVM compares every CPU with the first and found one that differs: its module does not load, or, where that CPU was added later, that CPU stays offline.)",
     .rules = "vmx-capabilities-differ cpus-disagree",
     .causes = R"(1. Microcode was loaded on some CPUs only, or late.
2. A processor with two kinds of cores, and firmware that sets them up differently.
3. A virtual machine whose CPUs were moved or defined unlike; "CPU8 has been hot-added" in front of it: one that was moved live to a host with another processor, kernel or nesting, and got a CPU there.)",
     .steps = R"(In such a virtual machine: reload the module, with all its guests off, and switch the CPU on, with its number.
    sudo modprobe -r kvm_intel
    sudo modprobe kvm_intel
    echo 1 | sudo tee /sys/devices/system/cpu/cpu8/online
Or shut the machine down and start it; one that runs no guests of its own is better defined without vmx.
Else: do the microcode numbers agree? One line means yes:
    grep microcode /proc/cpuinfo | sort -u
Install the distribution's microcode package, which loads it early, and restart (Debian and Ubuntu; amd64-microcode on AMD):
    sudo apt install intel-microcode
If the odd CPU can be done without, take it offline, with its number, and load KVM:
    echo 0 | sudo tee /sys/devices/system/cpu/cpu3/online
    sudo modprobe kvm_intel)",
     .worked = R"(    ls -l /dev/kvm)",
     .otherwise = R"()",
     .source = "Linux arch/x86/kvm/vmx/vmx.c, vmx_check_processor_compat(); virt/kvm/kvm_main.c"},
    {.id = "qemu-hyperv-requires",
     .program = "QEMU",
     .patterns = "hyper-v * requires hyper-v *\n"
                 "hyper-v * requires hypver-v *",
     .means =
         R"(The guest's CPU has one of Hyper-V's enlightenments without another that it stands on; both are named in the line. QEMU does not start such a guest (from 5.0 on). It says nothing of the host.)",
     .rules = "guest-will-not-start",
     .causes = R"(1. A definition that was made for an older QEMU, which did not check.
2. Vagrant or Packer: one of the enlightenments was left out of the list.)",
     .steps = R"(Add the one that is missing beside the other. QEMU: hv-time beside hv-stimer, and so on. libvirt: in <hyperv>, <stimer state='on'/> wants <synic state='on'/> and, in <clock>, <timer name='hypervclock' present='yes'/>:
    virsh edit GUEST
Vagrant, in the libvirt provider:
    libvirt.clock_timer :name => 'hypervclock', :present => 'yes')",
     .worked = R"(The guest starts.)",
     .otherwise = R"()",
     .source = "QEMU target/i386/kvm/kvm.c; docs/system/i386/hyperv.rst; ruzickap/packer-templates#154 (2020-08)"},
    {.id = "haxm-requirements-hyperv",
     .program = "HAXM (Intel's old accelerator for Windows and macOS)",
     .patterns = "hyper-v disabled - no",
     .means =
         R"(HAXM's check found that Windows' own hypervisor runs. That holds VMX and shows it to nobody else: the lines about VMX and EPT say what it shows, not what the processor has or how it is set up.)",
     .causes = R"(1. Hyper-V, the Virtual Machine Platform (WSL 2) or Memory Integrity is on.)",
     .steps = R"(HAXM is no longer developed (2023). With Windows' hypervisor on, the emulator runs by it. In an administrator's PowerShell:
    Enable-WindowsOptionalFeature -Online -FeatureName HypervisorPlatform -All
and restart.)",
     .worked = R"(    emulator -accel-check)",
     .otherwise = R"()",
     .source = "intel/haxm README (2023-01), #374, #375 (2021-05); Android documentation, \"Configure hardware acceleration\""},
    {.id = "haxm-requirements",
     .program = "HAXM (Intel's old accelerator for Windows and macOS)",
     .patterns = "ept supported - no\n"
                 "the system requirements are not satisfied",
     .means =
         R"(HAXM's check found that something it wants is missing: the line that ends with "- No" names it. EPT is missing in processors before Nehalem (2008), the Core 2 among them. KVM on Linux does without EPT, slowly; guests inside its guests are then slower still.)",
     .rules = "ept-off no-hardware-virtualization vmx-disabled-by-firmware",
     .causes = R"(1. "Hyper-V disabled - No": Windows' own hypervisor runs, and the other lines say what it shows.
2. Where that says Yes, "EPT supported - No": an old processor; no setting brings it.
3. Where that says Yes, "VMX enabled - No": most likely switched off in firmware setup.)",
     .steps = R"(HAXM is no longer developed (2023). On Windows, in an administrator's PowerShell, what the emulator uses instead:
    Enable-WindowsOptionalFeature -Online -FeatureName HypervisorPlatform -All
and restart. It wants EPT too: an old processor has neither, and an image for arm64 that is emulated is what is left.)",
     .worked = R"(    emulator -accel-check)",
     .otherwise = R"()",
     .source = "intel/haxm README (2023-01), #374, #375 (2021-05); Android documentation, \"Configure hardware acceleration\""},
    {.id = "vbox-saved-state-of-another-cpu",
     .program = "VirtualBox",
     .patterns = "verr_ssm_load_cpuid_mismatch\n"
                 "is not supported by the host but has already been exposed to the guest",
     .means =
         R"(A saved state holds a running machine, its processor's features among them, and this processor lacks one: as a rule the state was saved on a machine with another maker's or a newer processor. It says nothing of VT-x or AMD-V here.)",
     .causes = R"(1. An appliance or a folder that was copied with its saved state from another machine.
2. A snapshot that was taken while the machine ran, elsewhere.)",
     .steps = R"(Discard the state, which is as if its power was cut, and start the machine; its disk stays as it is.
    VBoxManage discardstate NAME
    VBoxManage startvm NAME)",
     .worked = R"(The machine boots.)",
     .otherwise = R"()",
     .source = "VirtualBox manual, \"VBoxManage discardstate\"; ashemery/CuckooVM#1 (2020-03)"},
    {.id = "qemu-unrecognized-feature",
     .program = "QEMU",
     .patterns = "unrecognized feature",
     .means =
         R"(This QEMU does not know a word behind -cpu, and does not start the guest. It says nothing of the host's processor or of KVM.)",
     .rules = "guest-will-not-start",
     .causes = R"(1. A QEMU older than the definition: "kvm" (kvm=off, libvirt's <kvm><hidden state='on'/>, minikube's --kvm-hidden) came with QEMU 2.1, and CentOS 7's qemu-kvm is 1.5.3.
2. A word that is misspelt, or another QEMU's.)",
     .steps = R"(Which QEMU is it?
    /usr/libexec/qemu-kvm --version
    qemu-system-x86_64 --version
Install a newer one, or leave the word out: minikube
    minikube delete
    minikube start --driver=kvm2 --kvm-hidden=false
libvirt: delete the feature, or <hidden state='on'/>:
    virsh edit GUEST)",
     .worked = R"(The guest starts.)",
     .otherwise = R"("host doesn't support requested feature" is about a feature that this host lacks.)",
     .source = "QEMU target-i386/cpu.c; release notes of 2.1; kubernetes/minikube#3546 (2019-01)"},
    {.id = "qemu-put-registers",
     .program = "QEMU",
     .patterns = "failed to put registers after",
     .means =
         R"(QEMU gave KVM the registers that the guest's CPU is to have, and KVM refused them as no state that a processor can be in ("Invalid argument"). KVM itself works; the registers are printed below the line.)",
     .causes = R"(1. "after init": a kernel or multiboot image whose loader, QEMU's or its own, leaves such a state, or a fault of this QEMU with it.
2. A state that was saved or moved from another QEMU or kernel.
3. In a virtual machine: the hypervisor above refuses a register.)",
     .steps = R"(Does the image run without KVM, and with the 64-bit emulator? The second tells QEMU's fault from the image's.
    qemu-system-x86_64 -accel tcg -m 1G -cdrom IMAGE
    qemu-system-x86_64 -accel kvm -m 1G -cdrom IMAGE
Then try a newer QEMU, and a newer kernel here.)",
     .worked = R"(The guest starts.)",
     .otherwise = R"("failed to set MSR" names the one register that was refused.)",
     .source = "QEMU accel/kvm/kvm-all.c, do_kvm_cpu_synchronize_post_init(); maxdev1/ghost#46 (2025-02)"},
    {.id = "lxd-vm-no-kvm",
     .program = "LXD, Incus",
     .scope = PageScope::frame,
     .patterns = "\"virtual-machine\" is not supported on this server: kvm support is missing\n"
                 "not supported on this server: kvm support is missing",
     .means =
         R"(The server, not the client, has no /dev/kvm: containers work there, virtual machines do not. It looked when it started.)",
     .rules = "dev-kvm-missing hypervisor-hides-vmx hypervisor-hides-svm",
     .causes = R"(1. On hardware: VT-x or SVM Mode is off in firmware setup.
2. The server is itself a virtual machine, which is not shown VMX or SVM.
3. The module was loaded after the server had started.
4. The server runs in a container without the device.)",
     .steps = R"(On the server (of IncusOS, which has no shell: by the machine's firmware setup, or by what runs it):
    grep -c -w -E 'vmx|svm' /proc/cpuinfo
    systemd-detect-virt
0 and none: firmware setup. 0 and a name: that hypervisor. Above 0: load the module, then let the server look again, by the one of the two that is there.
    sudo modprobe -a kvm_intel kvm_amd
    sudo systemctl restart incus
    sudo snap restart lxd)",
     .worked = R"(    incus info | grep driver:)",
     .otherwise = R"("vhost-vsock support is missing" and "QEMU command not available" are other reasons of the same refusal.)",
     .source = "Incus internal/server/instance/drivers/driver_qemu.go; lxc/incus-os#155 (2025-06)"},
    {.id = "lxd-vm-no-qemu",
     .program = "LXD, Incus",
     .patterns = "qemu command not available for cpu architecture",
     .means =
         R"(The server found no QEMU for this processor where it looks for programs. It says nothing of KVM or of the processor. It looked when it started.)",
     .causes = R"(1. QEMU is not installed: Debian's and Ubuntu's package incus does not bring it.
2. RHEL and its kin have it as /usr/libexec/qemu-kvm alone.
3. It was installed after the server had started.)",
     .steps = R"(Debian, Ubuntu; on arm64 qemu-system-arm and qemu-efi-aarch64:
    sudo apt install qemu-system-x86 ovmf
RHEL, Rocky, AlmaLinux:
    sudo dnf install qemu-kvm edk2-ovmf
    sudo ln -s /usr/libexec/qemu-kvm /usr/local/bin/qemu-system-x86_64
Then let the server look again, by the one of the two that is there:
    sudo systemctl restart incus
    sudo snap restart lxd)",
     .worked = R"(    incus info | grep driver:)",
     .otherwise = R"("KVM support is missing" and "QEMU failed to run feature checks" are other reasons of the same refusal.)",
     .source = "Incus internal/server/instance/drivers/driver_qemu.go; lxc/incus#894, #1516 (2024-12)"},
    {.id = "lxd-vm-feature-checks",
     .program = "LXD, Incus",
     .patterns = "qemu failed to run feature checks\n"
                 "unable to run feature checks during qemu initialization\n"
                 "failed to query cpu model: genericerror",
     .means =
         R"(The server started QEMU once, to see what it can do, and that failed. Why, it writes into its own log alone. It says nothing of the processor.)",
     .rules = "dev-kvm-permission-denied dev-kvm-missing",
     .causes = R"(1. "Unable to locate a UEFI firmware": OVMF is missing, or lies elsewhere than the server looks (Void, Arch, NixOS).
2. "CPU model 'kvm64' not found": QEMU 10 of RHEL 10 and its kin has that model no more, and Incus up to 7.2 asks for it (as of 2026-07).
3. QEMU itself ended: /dev/kvm, or a module of QEMU's that is not installed.)",
     .steps = R"(Its reason, by the one of the two that is there:
    sudo journalctl -u incus -b --grep QEMU
    sudo snap logs lxd
For the first cause, install the firmware (Debian: ovmf; Fedora, Arch, Void: edk2-ovmf), tell Incus where it lies, and let it look again:
    sudo systemctl edit incus
with the two lines
    [Service]
    Environment=INCUS_EDK2_PATH=/usr/share/edk2/x64
and then
    sudo systemctl restart incus)",
     .worked = R"(    incus info | grep driver:)",
     .otherwise = R"(Incus before 6.5 calls that variable INCUS_OVMF_PATH.)",
     .source = "lxc/incus#475, #606 (2024-03), #1300 (2024-10), #3603 (2026-07); void-packages#51907 (2024-08)"},
    {.id = "lxd-vm-failed-to-start",
     .program = "LXD, Incus",
     .patterns = "lxc info --show-log\n"
                 "incus info*--show-log\n"
                 "lxc info*--show-log",
     .means =
         R"(LXD or Incus started QEMU for a virtual machine, and QEMU ended at once. Its reason is not in these lines but in the instance's log.)",
     .rules = "dev-kvm-missing dev-kvm-permission-denied",
     .causes = R"(1. No /dev/kvm: a host that is a virtual machine without nesting, or a container.
2. What the log's last line says.)",
     .steps = R"(With the instance's name; Incus: incus info.
    lxc info NAME --show-log
    ls -l /dev/kvm
Look its last line up:
    nestprobe --explain='LINE')",
     .worked = R"(    lxc list)",
     .otherwise = R"()",
     .source = "LXD doc/, \"How to debug Incus\", incus-info(1); canonical/lxd#8899 (2021-06)"},
    {.id = "qubes-no-iommu",
     .program = "Qubes OS",
     .patterns = "failed to start an hvm qube with pci devices\n"
                 "hardware does not support iommu\n"
                 "missing features*iommu/vt-d\n"
                 "missing features*interrupt remapping",
     .means =
         R"(A qube with devices (sys-net, sys-usb) is an HVM one, and Xen reports no IOMMU that it uses. Qubes asks Xen, not Linux: /proc/cpuinfo of dom0 never lists vmx or svm.)",
     .rules = "xen-owns-virtualization no-iommu",
     .causes = R"(1. VT-d or the AMD IOMMU is off in firmware setup; on AMD a switch of its own beside SVM Mode, often under NBIO or "AMD CBS".
2. The firmware's table (DMAR, IVRS) is faulty, and Xen dropped it.
3. The processor or board has none: Intel's with K up to the third generation have VT-x and no VT-d.)",
     .steps = R"(In dom0: hvm_directio in the first says that Xen has it; the second says why not.
    xl info | grep virt_caps
    sudo xl dmesg | grep -i -E 'vt-d|amd-vi|i/o virtualisation'
"disabled" without an error: switch it on in firmware setup. An error about the table: update the firmware.)",
     .worked = R"(    xl info | grep hvm_directio)",
     .otherwise =
         R"(Without an IOMMU a qube with devices runs in PV mode only, and its devices can then read all memory: qvm-prefs sys-net virt_mode pv.)",
     .source = "Qubes OS documentation, \"System requirements\" and \"PCI devices\"; QubesOS/qubes-issues#6615 (2021-05), #6741 (2021-06), #3684 (2018-03)"},
    {.id = "kvm-nx-missing",
     .program = "Linux",
     .patterns = "nx (execute disable) not supported",
     .means = R"(kvm_amd needs the no-execute bit (NX), and the processor, as the kernel sees it, has none.)",
     .rules = "kvm-module-refused",
     .causes = R"(1. NX (also: XD, no-execute memory protection) is off in firmware setup.
2. noexec=off or clearcpuid=nx on the kernel command line.
3. A guest definition that leaves nx out.)",
     .steps = R"(    grep -c -w nx /proc/cpuinfo
0: look at the kernel command line, then into the firmware setup; in a virtual machine into its definition.
    cat /proc/cmdline)",
     .worked = R"(    sudo modprobe kvm_amd
says nothing.)",
     .otherwise = R"()",
     .source = "Linux arch/x86/kvm/svm/svm.c, svm_hardware_setup()"},
    {.id = "kvm-no-hardware-support",
     .program = "Linux",
     .patterns = "kvm: no hardware support\n"
                 "kvm*no hardware support\n"
                 "vmx not supported by cpu\n"
                 "svm not supported by cpu\n"
                 "has_svm\n"
                 "isn't amd or hygon",
     .means =
         R"(One of KVM's modules was tried and its technology was not there. On the other maker's processor this is harmless.)",
     .rules = "wrong-vendors-module hypervisor-hides-vmx hypervisor-hides-svm no-hardware-virtualization "
              "svm-disabled-by-firmware",
     .causes =
         R"(1. The other maker's module: built in, listed in /etc/modules, or tried by VirtualBox. Harmless.
2. In a virtual machine: not shown.
3. AMD from 6.7: switched off in firmware setup reads as "not supported".)",
     .steps = R"(    lsmod | grep kvm
If kvm_intel or kvm_amd is listed with kvm, KVM works and the line is to be ignored.)",
     .worked = R"(    ls -l /dev/kvm)",
     .otherwise = R"()",
     .source = "clearlinux/distribution#1702; VirtualBox/virtualbox#629 (2026-04)"},
    {.id = "kvm-enabling-failed",
     .program = "Linux",
     .patterns = "enabling virtualization on cpu\n"
                 "rip: *enable_virtualization_cpu\n"
                 "rip: *hardware_enable\n"
                 "vmxon faulted",
     .means = R"(KVM could not switch VMX or SVM on, though its module is loaded.)",
     .rules = "virtualization-in-use",
     .causes = R"(1. VirtualBox or VMware holds it.
2. "VMXON faulted" with 0x5 in the line, in a virtual machine: the level above refuses.
3. After resume: one CPU came back locked.)",
     .steps = R"(    lsmod | grep -E 'vboxdrv|vmmon'
Shut the other product's guests down. Without such a module: power off and on.)",
     .worked = R"(A guest starts and no new line appears.)",
     .otherwise = R"()",
     .source = "Linux virt/kvm/kvm_main.c; cyberus-technology/cloud-hypervisor#103 (2026-03)"},
    {.id = "kernel-fault-in-kvm",
     .program = "Linux",
     .patterns = "rip: *[kvm]\n"
                 "rip: *[kvm_intel]\n"
                 "rip: *[kvm_amd]",
     .means =
         R"(The kernel that runs the guests came, in KVM's own code, to where it should never be. Above "RIP", "BUG" is a fault that ended something, "WARNING" one that was noted. No setting of a guest may bring it to that.)",
     .rules = "known-escapes-from-guests",
     .causes =
         R"(1. A fault of this release, often of a stable one with a change taken back badly; guests that run KVM, bhyve or Hyper-V themselves reach code that others do not.
2. A module of somebody else's, or a patched kernel ("Tainted" names the kind).
3. VMXON refused ("VMXON faulted", "WARNING" instead of "BUG"): another hypervisor holds the processor; see that line.)",
     .steps = R"(Which kernel is it, and is there a newer one of the same series?
    uname -r
Install the distribution's newest kernel and reboot. Until then, no guest should run guests of its own here.
Report it with the whole trace:
    sudo journalctl -k -b -1)",
     .worked = R"(The same guest starts, and the log has no new trace.)",
     .otherwise = R"()",
     .source = "NixOS/nixpkgs#76839 (2020-01: Linux 4.19.78, repaired in 4.19.79), #54876 (2019-01: 4.14.94 to 4.14.96)"},
    {.id = "split-lock",
     .program = "Linux",
     .patterns = "split_lock trap\n"
                 "split lock detection: #ac",
     .means =
         R"(A guest locks memory across two cache lines, and this kernel slows it down on purpose (some milliseconds each time). The guest runs, at times very slowly.)",
     .causes = R"(1. Windows, games and old programs in a guest.)",
     .steps =
         R"(Where the guests are your own: split_lock_detect=off on the kernel command line, and restart. Without a restart, so that only the warning stays:
    sudo sysctl kernel.split_lock_mitigate=0)",
     .worked = R"(The guest is fast again.)",
     .otherwise = R"(Off lets any program slow the whole machine's memory bus.)",
     .source = "Linux Documentation/arch/x86/buslock.rst"},
    {.id = "illumos-unhandled-msr",
     .program = "SmartOS and other illumos systems",
     .patterns = "kern.info] unhandled rdmsr\n"
                 "kern.info] unhandled wrmsr",
     .means =
         R"(A guest used a register that KVM of illumos does not have. It is no Linux that says so: "[ID number kern.info]" is the form of illumos' log, and it has neither /sys nor modprobe.)",
     .causes =
         R"(1. The guest was shown another CPU than the machine's, by default qemu64, and its system or its drivers look for what belongs to a newer one.)",
     .steps = R"(In the global zone, show the guest the machine's own CPU, with the guest stopped:
    vmadm stop UUID
    vmadm update UUID cpu_type=host
    vmadm start UUID
The guest's UUID is in the list:
    vmadm list)",
     .worked = R"(The guest boots, and the log has no new line of that kind.)",
     .otherwise = R"(Nested virtualization: KVM of illumos shows no guest VMX; bhyve there does not either.)",
     .source = "TritonDataCenter/smartos-live#695 (2017-05); vmadm(8)"},
    {.id = "unhandled-msr",
     .program = "Linux, guests of macOS, ESXi, Windows",
     .scope = PageScope::matter,
     .patterns = "unhandled rdmsr\n"
                 "unhandled wrmsr\n"
                 "unhandled msr\n"
                 "ignore_msrs\n"
                 "ignored rdmsr\n"
                 "ignored wrmsr",
     .means = R"(A guest used a register that KVM does not have. Most guests cope; some stop there.)",
     .rules = "guest-msr-not-emulated",
     .causes = R"(1. macOS, ESXi or Windows with Hyper-V as a guest.)",
     .steps = R"(On the host, if the guest hangs or restarts at that point:
    echo 1 | sudo tee /sys/module/kvm/parameters/ignore_msrs
For good:
    echo 'options kvm ignore_msrs=1' | sudo tee /etc/modprobe.d/kvm-ignore-msrs.conf)",
     .worked = R"(The guest gets past it.)",
     .otherwise = R"(Answers all unknown registers with 0: some drivers then misbehave.)",
     .source = "Linux arch/x86/kvm/x86.c, kvm_msr_ignored_check()"},
    {.id = "msr-unchecked",
     .program = "Linux",
     .patterns = "unchecked msr access error",
     .means = R"(The kernel used a register that this processor lacks, noted it, and went on.)",
     .causes = R"(1. A virtual machine whose hypervisor leaves that register out.
2. On hardware, a driver or a tool for another model, or microcode that is too old.)",
     .steps = R"(As a rule nothing. What the log says of KVM itself:
    sudo dmesg | grep -i -E 'kvm|vmx|svm'
Registers 0x3a and 0x480 to 0x491 are VMX's, 0xc0010114 and 0xc0010117 SVM's. For one of these:
    sudo modprobe msr
    sudo nestprobe --explain)",
     .worked = R"(    sudo dmesg | grep -i -E 'kvm|vmx|svm')",
     .otherwise = R"(The call trace behind it is a note, not a crash. KVM fails for another reason.)",
     .source = "Linux arch/x86/mm/extable.c; firecracker#814 (2019-01); harvester#3447 (2023-02)"},
    {.id = "vhost-vsock-missing",
     .program = "Kata Containers, QEMU, LXD, Incus",
     .patterns = "open /dev/vhost-vsock\n"
                 "/dev/vhost-vsock*no such\n"
                 "/dev/vhost-vsock: permission denied\n"
                 "vhost-vsock: unable to open\n"
                 "unable to open vhost-vsock\n"
                 "vhost-vsock: failed to open vhost device\n"
                 "could not insert 'vhost_vsock'\n"
                 "module vhost_vsock not found",
     .means = R"(The host has no /dev/vhost-vsock: another device than /dev/kvm, which may be well.)",
     .causes = R"(1. The module vhost_vsock is not loaded.
2. "Device or resource busy": this host is a guest itself, and its own end of such a socket is in the way.
3. In a container the device was not passed in.
4. The kernel was built without CONFIG_VHOST_VSOCK.)",
     .steps = R"(    sudo modprobe vhost_vsock
    ls -l /dev/vhost-vsock
At every boot:
    echo vhost_vsock | sudo tee /etc/modules-load.d/vhost-vsock.conf
If it is there and says "Permission denied": its group is kvm as a rule, and in a job of a CI, whose machine is thrown away, everybody may be let in.
    sudo usermod -aG kvm "$USER"
    sudo chmod 666 /dev/vhost-vsock
If modprobe says "Device or resource busy", unload the guest's end; of VMware:
    lsmod | grep vsock
    sudo modprobe -r vmw_vsock_vmci_transport
    sudo modprobe vhost_vsock
In a container:
    docker run --device /dev/kvm --device /dev/vhost-vsock IMAGE)",
     .worked = R"(    ls -l /dev/vhost-vsock)",
     .otherwise = R"("Permission denied": the node belongs to group kvm as a rule.)",
     .source = "Linux drivers/vhost/vsock.c; kata-containers#3459 (2022-01)"},
    {.id = "minikube-driver-unsupported",
     .program = "minikube",
     .patterns = "drv_unsupported_os",
     .means =
         R"(This minikube has no driver of that name for this system: its name is spelled otherwise, or whoever built it left the driver out. It looked neither at KVM nor at the processor.)",
     .causes = R"(1. A distribution's own package, built without libvirt: then kvm2 is not in it (Fedora 44, minikube 1.38, 2026-07).
2. Capital letters (QEMU, KVM2), or a name that is none (containerd).
3. kvm2 on macOS or Windows: it is Linux' alone.)",
     .steps = R"(The makers' own program has kvm2 on Linux:
    curl -LO https://storage.googleapis.com/minikube/releases/latest/minikube-linux-amd64
    sudo install minikube-linux-amd64 /usr/local/bin/minikube
    minikube start --driver=kvm2
Or the driver that needs no libvirt:
    minikube start --driver=qemu2)",
     .worked = R"(It goes on to "Using the kvm2 driver".)",
     .otherwise = R"()",
     .source = "kubernetes/minikube#23360 (2026-07), #17582 (2023-11)"},
    {.id = "firmware-switch-lost",
     .program = "a sentence",
     .scope = PageScope::matter,
     .patterns = "virtualization*does not stay\n"
                 "virtualization*doesn't stay\n"
                 "virtualization*won't stay\n"
                 "virtualization*resets to disabled\n"
                 "virtualization*reverts to disabled\n"
                 "virtualization*turns itself off\n"
                 "virtualization*disables itself\n"
                 "vt-x*does not stay\n"
                 "vt-x*doesn't stay\n"
                 "svm*does not stay\n"
                 "svm*doesn't stay\n"
                 "vt-d*doesn't stay\n"
                 "vt-d*does not stay",
     .means = R"(The firmware setup takes the switch and loses it. What Linux sees is the register that the firmware then sets.)",
     .rules = "vmx-disabled-by-firmware svm-disabled-by-firmware",
     .causes = R"(1. Changed and not saved, or restarted in the place of a power-off: the register is locked until the power goes.
2. A profile or a mode that sets the single switches: a server's workload profile, an overclocking profile, "optimized defaults" after an update.
3. An administrator's password, or the maker's own protection (HP Sure Start, Intel TXT), which puts the old value back.
4. A flat battery of the board, or firmware that was patched or flashed in part.)",
     .steps = R"(In the setup load its defaults, save, switch off, wait ten seconds, switch on; then set the one switch, save, and switch off again. If it is lost all the same: update the firmware, then change the board's battery.
What Linux sees, each time:
    sudo dmesg | grep -i -E 'vmx|svm|disabled by'
    grep -c -w -E 'vmx|svm' /proc/cpuinfo)",
     .worked = R"(The number is that of the CPUs after a power-off, too.)",
     .otherwise = R"(In a virtual machine there is no such setup: what runs it decides.)",
     .source = "makers' manuals; n4ru/1vyrain#95"},
    {.id = "vfio-eal-no-iommu",
     .program = "DPDK, SPDK, ODP",
     .patterns = "no supported iommu extensions found\n"
                 "eal: vfio support not initialized",
     .means =
         R"(The program opened /dev/vfio/vfio, and VFIO there offers no way to map memory: the module for it is not loaded, or this machine uses no IOMMU. Where the program drives no device, nobody has to do anything.)",
     .rules = "no-iommu",
     .causes = R"(1. vfio_iommu_type1 is not loaded.
2. No IOMMU is in use: off in firmware setup, or not switched on on the kernel command line (Intel before the kernels that do it by themselves).
3. A virtual machine without an IOMMU of its own.)",
     .steps = R"(    sudo modprobe vfio_iommu_type1
    ls /sys/kernel/iommu_groups
Nothing in that folder: there is no IOMMU in use, and the reason is what nestprobe tells.
    nestprobe --question device-assignment)",
     .worked = R"(The program finds its device.)",
     .otherwise = R"(VFIO without an IOMMU (enable_unsafe_noiommu_mode=1) lets a device read and write all memory.)",
     .source = "DPDK lib/eal/linux/eal_vfio.c; spdk/spdk#1344 (2020-04); OpenDataPlane/odp#2340"},
    {.id = "selinux-module-request",
     .program = "SELinux",
     .patterns = "module_request*char-major-10-232",
     .means =
         R"(Number 10, 232 is /dev/kvm: a program opened the node while no module of KVM was loaded, and SELinux forbade that the kernel loads one for it. That KVM was not loaded comes first.)",
     .rules = "kvm-module-not-loaded dev-kvm-without-driver",
     .causes = R"(1. The processor's module refused at boot: off in firmware setup, or a virtual machine without nesting.
2. It was never loaded.)",
     .steps = R"(Load it, on Intel the first, on AMD the second; what it says if it refuses tells the rest.
    sudo modprobe kvm_intel
    sudo modprobe kvm_amd
    sudo dmesg | grep -i kvm)",
     .worked = R"(    lsmod | grep kvm)",
     .otherwise = R"(No rule for SELinux is needed: once the module is there nobody asks for it.)",
     .source = "Linux fs/char_dev.c, chrdev_open(); fedora-selinux/selinux-policy#1559 (2023)"},
    {.id = "dmar-malfunction",
     .program = "Linux",
     .weight = Weight::fatal,
     .patterns = "dmar hardware is malfunctioning",
     .means =
         R"(An Intel IOMMU did not answer a command in time, and the kernel stopped. A unit is broken, or the firmware describes one that is not there.)",
     .rules = "no-iommu",
     .causes = R"(1. The firmware's table (DMAR) is wrong.
2. A unit for the graphics that the firmware switched off.
3. In a virtual machine: the level above shows an IOMMU that does not work.)",
     .steps = R"(Start once without it: in the boot menu, at the end of the kernel's line, write intel_iommu=off. If it starts, update the firmware; intel_iommu=on,igfx_off leaves out the unit of the graphics alone.
What the kernel then says of the table:
    sudo dmesg | grep -i -e DMAR -e 'Firmware Bug')",
     .worked = R"(The system starts without that word.)",
     .otherwise = R"()",
     .source = "Linux drivers/iommu/intel/iommu.h, IOMMU_WAIT_OP"},
    {.id = "nanabox-nesting",
     .program = "NanaBox",
     .scope = PageScope::matter,
     .patterns = "nanabox",
     .means =
         R"(NanaBox runs its machines by Windows' hypervisor without Hyper-V's manager, so Hyper-V's commands for PowerShell do not know them. Its switch for nesting stands in the machine's own file.)",
     .rules = "hypervisor-hides-vmx hypervisor-hides-svm",
     .causes = R"(1. The switch is off, as it is by default.
2. Windows 10 on AMD: nesting there is Windows 11's.)",
     .steps = R"(On the Windows host, with the machine off: add "ExposeVirtualizationExtensions": true to the object NanaBox in its .7b file, with a comma behind the line before it, and start the machine. In its Linux:
    grep -c -w -E 'vmx|svm' /proc/cpuinfo)",
     .worked = R"(The number is above 0.)",
     .otherwise = R"()",
     .source = "M2Team/NanaBox, README, ExposeVirtualizationExtensions (2026-11)"},
    {.id = "vbs-nested-windows",
     .program = "Windows",
     .patterns = "virtualization-based security\n"
                 "credential guard\n"
                 "memory integrity\n"
                 "core isolation",
     .means =
         R"(Windows uses Hyper-V for its own protection (VBS). As a host it keeps VT-x from other hypervisors; as a guest of KVM it needs nesting and is slow without enlightenments.)",
     .rules = "guest-with-evmcs windows-without-evmcs",
     .causes = R"(1. Windows 11 switches it on by default.)",
     .steps =
         R"(Host, to free VT-x: Windows Security, Device security, Core isolation, Memory integrity off; as administrator:
    bcdedit /set hypervisorlaunchtype off
and restart. Guest of KVM: Hyper-V enlightenments in the definition, on Intel hv-evmcs as well.)",
     .worked = R"(msinfo32: "Virtualization-based security: Not enabled".)",
     .otherwise = R"(A UEFI lock or company policy switches it on again.)",
     .source = "Microsoft Learn, \"Virtualization-based Security\""},
    {.id = "azure-no-nesting",
     .program = "Azure, tools that ask it",
     .patterns = "nested virtualization is not supported on this vm size\n"
                 "vm size*not support nested virtualization\n"
                 "size*too small for nested virtualization\n"
                 "vm size*nested virtualization*not supported",
     .means =
         R"(This size of Azure VM shows neither VMX nor SVM to its guest. Azure has no switch for it: the size decides.)",
     .rules = "hypervisor-hides-vmx hypervisor-hides-svm confidential-guest",
     .causes =
         R"(1. A size without nesting: Bsv2, Dasv4, Arm sizes, the N sizes with GPUs (as of 2026-11).
2. A confidential VM, of whatever size.)",
     .steps =
         R"(See the size, then read its page in Microsoft's documentation: the line Nested Virtualization says Supported or not.
    az vm show --resource-group GROUP --name VM --query hardwareProfile.vmSize --output tsv
Change it; disks in the VM that are temporary are lost:
    az vm deallocate --resource-group GROUP --name VM
    az vm resize --resource-group GROUP --name VM --size Standard_D4s_v5
    az vm start --resource-group GROUP --name VM)",
     .worked = R"(In the VM:
    grep -c -E -w 'vmx|svm' /proc/cpuinfo
is not 0.)",
     .otherwise =
         R"(The security type Trusted Launch alone is no reason (older advice says so). No query of Azure's tells whether a size nests (2025-10).)",
     .source = "Microsoft Learn, pages of the VM sizes; MicrosoftDocs/azure-docs pull request 90910; "
               "AutomatedLab#1679 (2025-10)"},
    {.id = "aws-no-nesting",
     .program = "AWS",
     .patterns = "instance type*not support nested virtualization\n"
                 "nested virtualization*not supported*instance type\n"
                 "nestedvirtualization*not supported*instance\n"
                 "nestedvirtualization*is not valid\n"
                 "cpuoptions*nestedvirtualization",
     .means =
         R"(EC2 refuses nested virtualization for this instance type. It exists on some Intel types since February 2026, and is off unless it is asked for.)",
     .rules = "hypervisor-hides-vmx hypervisor-hides-svm",
     .causes =
         R"(1. A type without it: all of AMD's, Graviton, and Intel's before the seventh generation (as of 2026-11).
2. A metal type, which needs no option: KVM runs there without nesting.
3. A Spot request: by one report it refuses the option.
4. An old AWS CLI, which does not know the option (about 2.34 has it).)",
     .steps = R"(Which types have it today?
    aws ec2 describe-instance-types --filters Name=processor-info.supported-features,Values=nested-virtualization --query 'InstanceTypes[].InstanceType' --output text
Launch one of them:
    aws ec2 run-instances --image-id IMAGE --instance-type m8i.xlarge --cpu-options NestedVirtualization=enabled)",
     .worked = R"(In the instance:
    grep -c -w vmx /proc/cpuinfo
is not 0.)",
     .otherwise = R"()",
     .source = "Amazon EC2 User Guide, Use nested virtualization to run hypervisors in Amazon EC2 "
               "instances (read 2026-10)"},
    {.id = "gcp-no-nesting",
     .program = "Google Cloud",
     .patterns = "compute.disablenestedvirtualization\n"
                 "nested virtualization is not supported for machine type\n"
                 "machine type*nested virtualization\n"
                 "enablenestedvirtualization",
     .means =
         R"(Compute Engine refuses nested virtualization for this instance: its machine type has none, or a policy of the organization forbids it.)",
     .rules = "hypervisor-hides-vmx hypervisor-hides-svm",
     .causes =
         R"(1. The machine type: E2, memory-optimized, Arm, and AMD ones but N4D (as of 2026-10, by second-hand readings).
2. The constraint compute.disableNestedVirtualization is enforced.)",
     .steps = R"(Is it the policy? enforced: true means that its administrator has to allow it.
    gcloud resource-manager org-policies describe compute.disableNestedVirtualization --effective --project=PROJECT
Otherwise take a machine type that has it:
    gcloud compute instances create INSTANCE --zone=ZONE --machine-type=n2-standard-4 --enable-nested-virtualization)",
     .worked = R"(In the instance:
    grep -c -w vmx /proc/cpuinfo
is not 0.)",
     .otherwise = R"()",
     .source = "Google Cloud documentation, About nested virtualization; Enable nested virtualization"},
    {.id = "kvm-l1tf-smt",
     .program = "Linux",
     .patterns = "l1tf cpu bug present and smt on\n"
                 "mmio stale data cpu bug present and smt on\n"
                 "mds cpu bug present and smt on",
     .means =
         R"(A warning about leaks between the threads of a core. KVM works; nothing of nesting is missing.)",
     .rules = "l1d-flushed-at-guest-entry",
     .causes = R"(1. The processor has that fault, and two threads of a core can run different guests.)",
     .steps = R"(Nothing, where every guest is trusted. Otherwise see what is in force:
    grep . /sys/devices/system/cpu/vulnerabilities/l1tf)",
     .worked = R"()",
     .otherwise = R"(The flush at guest entry costs speed, most for guests of guests.)",
     .source = "Linux Documentation/admin-guide/hw-vuln/l1tf.rst; arch/x86/kvm/vmx/vmx.c, vmx_vm_init()"},
    {.id = "kvm-harmless",
     .program = "Linux",
     .weight = Weight::remark,
     .patterns = "smp vm created on host with unstable tsc\n"
                 "zapping shadow pages for mmio generation wraparound\n"
                 "disabled perfctr wrmsr\n"
                 "kvm: exiting hardware virtualization\n"
                 "exceeds the recommended cpus supported by kvm\n"
                 "vm_exit_load_ia32_perf_global_ctrl does not work properly",
     .means = R"(A remark of KVM's. It is no error, and nothing is missing because of it.)",
     .causes =
         R"(1. Ordinary work: the clock of old hosts, a counter that ran over, the module being unloaded, performance counters that a guest asked for.)",
     .steps = R"(Nothing is to be done. If a guest fails, another line says why:
    sudo journalctl -k -b --grep kvm)",
     .worked = R"()",
     .otherwise = R"()",
     .source = "Linux arch/x86/kvm/x86.c; virt/kvm/kvm_main.c"},
    {.id = "kvm-nesting-is-on",
     .program = "Linux",
     .weight = Weight::remark,
     .patterns = "kvm: nested virtualization enabled\n"
                 "kvm_amd: nested virtualization enabled\n"
                 "svm: nested virtualization enabled\n"
                 "kvm: nested paging enabled\n"
                 "kvm_amd: nested paging enabled",
     .means =
         R"(Good news of kvm_amd's: it loaded, and offers SVM to guests (or uses nested paging for them). kvm_intel has no such line.)",
     .rules = "nesting-offered",
     .causes = R"(1. Nothing is wrong on this level.)",
     .steps = R"(If a guest still has no svm, its own definition is the next to look at:
    nestprobe --domain GUEST)",
     .worked = R"()",
     .otherwise = R"()",
     .source = "Linux arch/x86/kvm/svm/svm.c, svm_hardware_setup()"},
    {.id = "dev-kvm-permission",
     .program = "many",
     .patterns = "/dev/kvm: permission denied\n"
                 "/dev/kvm': permission denied\n"
                 "/dev/kvm\": permission denied\n"
                 "/dev/kvm*permission denied\n"
                 "/dev/kvm*eacces\n"
                 "/dev/kvm*os error 13\n"
                 "kvm(error(13\n"
                 "/dev/kvm*not writable\n"
                 "/dev/kvm*not accessible\n"
                 "permission*access /dev/kvm",
     .means =
         R"(/dev/kvm is there and this user may not open it for reading and writing. Virtualization itself is fine.)",
     .rules = "dev-kvm-permission-denied",
     .causes = R"(1. Not in the group of the device, or not logged in again since.
2. A container or service whose user is in no such group.
3. A CI job: GitHub's hosted Linux runners need a udev rule.)",
     .steps = R"page(    ls -l /dev/kvm
    sudo usermod -aG kvm "$USER"
(the group that ls showed), then log in again. For this session alone:
    sudo setfacl -m "u:$USER:rw" /dev/kvm
Docker:
    docker run --device /dev/kvm --group-add "$(stat -c %g /dev/kvm)" IMAGE)page",
     .worked = R"(    test -r /dev/kvm -a -w /dev/kvm && echo yes)",
     .otherwise = R"("Operation not permitted" is another: a device cgroup or a security module.)",
     .source = "Linux Documentation/virt/kvm/api.rst; udev rules 50-udev-default.rules"},
    {.id = "dev-kvm-passed-in",
     .program = "Docker, Podman, Compose, Kubernetes",
     .scope = PageScope::matter,
     .patterns = "/dev/kvm:/dev/kvm\n"
                 "--device /dev/kvm\n"
                 "--device=/dev/kvm",
     .means =
         R"(A container is given /dev/kvm: what runs in it uses this machine's KVM. By itself that is no complaint, and right.)",
     .rules = "dev-kvm-missing dev-kvm-permission-denied",
     .causes =
         R"(1. The device has to be there when the container starts, and the user in it has to be allowed to open it: --group-add with the number of the group kvm, or keep-groups for Podman.
2. Whether the guest in it has VMX or SVM itself is for its own -cpu to say: host or max.)",
     .steps = R"(On the machine that runs the container:
    ls -l /dev/kvm
    nestprobe
In the container:
    ls -l /dev/kvm)",
     .worked = R"(    docker exec CONTAINER test -w /dev/kvm && echo yes)",
     .otherwise = R"()",
     .source = "Docker documentation, docker run, --device; Podman documentation, --group-add"},
    {.id = "dev-kvm-no-driver",
     .program = "many",
     .patterns = "open /dev/kvm: no such device\n"
                 "open '/dev/kvm': no such device\n"
                 "/dev/kvm: open failed: no such device\n"
                 "/dev/kvm*no such device (os error 19)",
     .means = R"(The node /dev/kvm is there, and no KVM is registered behind it (ENODEV): a node that was made by hand or by a package, or was passed into a container, and on the machine itself the vendor's module is not loaded.)",
     .rules = "dev-kvm-without-driver kvm-module-not-loaded",
     .causes = R"(1. Neither kvm_intel nor kvm_amd is loaded.
2. It was loaded, and refused: no VMX or SVM is shown, or it is switched off.)",
     .steps = R"(Is it loaded, and does the processor show VMX or SVM here?
    lsmod | grep kvm
    grep -c -w -E 'vmx|svm' /proc/cpuinfo
Load it on the machine itself, in a container on its host; on Intel the first, on AMD the second:
    sudo modprobe kvm_intel
    sudo modprobe kvm_amd)",
     .worked = R"(lsmod | grep kvm lists kvm_intel or kvm_amd.)",
     .otherwise = R"()",
     .source = "Linux drivers/char/misc.c, misc_open()"},
    {.id = "dev-kvm-trouble",
     .program = "many",
     .scope = PageScope::trouble,
     .patterns = "/dev/kvm\n"
                 "no kvm device\n"
                 "kvm device not found\n"
                 "kvm(error(2",
     .means = R"(A program wanted /dev/kvm and could not use it.)",
     .rules = "dev-kvm-missing dev-kvm-permission-denied dev-kvm-without-driver kvm-module-not-loaded",
     .causes =
         R"(1. It is not there: no module is loaded (a virtual machine without nesting, firmware setup), or a container was not given it.
2. This user may not open it.
3. Another hypervisor holds VMX or SVM.)",
     .steps = R"(    ls -l /dev/kvm
    nestprobe
nestprobe says which of the three it is here, and what to do.)",
     .worked = R"(    test -r /dev/kvm -a -w /dev/kvm && echo yes)",
     .otherwise = R"()",
     .source = "Linux Documentation/virt/kvm/api.rst"},
    {.id = "vfio-ids-ignored",
     .program = "vfio-pci",
     .scope = PageScope::matter,
     .patterns = "vfio-pci.ids\n"
                 "vfio_pci.ids\n"
                 "vfio-pci ids=\n"
                 "vfio_pci ids=",
     .means =
         R"(vfio-pci is told by ids which devices to take, and gets those that no driver has when it loads. It takes nothing away from a driver, and says nothing of a device that it did not get.)",
     .rules = "vfio-ids-without-effect iommu-word-unknown iommu-group-shared-with-host",
     .causes =
         R"(1. The card's own driver loads first: vfio-pci is not in the initramfs, or that driver is built in.
2. The line stands in modprobe.d and vfio-pci is built into the kernel (Ubuntu since 20.04), or the initramfs was not rebuilt.
3. Booster's initramfs holds only the modules that this machine uses: modules_force_load: vfio_pci in /etc/booster.yaml.)",
     .steps = R"(Who has the devices, and is vfio-pci a module?
    lspci -nnk
    modinfo -n vfio-pci
modinfo prints builtin: write vfio-pci.ids= with the same ids on the kernel command line. Else have it loaded first (write the driver that lspci names in the place of nouveau), and rebuild the initramfs with vfio-pci in it:
    echo 'softdep nouveau pre: vfio-pci' | sudo tee -a /etc/modprobe.d/vfio.conf
nestprobe --question device-assignment says which driver and which line it is here.)",
     .worked = R"(lspci -nnk says "Kernel driver in use: vfio-pci".)",
     .otherwise = R"()",
     .source = "Linux drivers/vfio/pci/vfio_pci.c, vfio_pci_fill_ids(); anatol/booster#20 (2021-03); "
               "clayfreeman/gpu-passthrough#3 (2020-09)"},
    {.id = "vfio-driver-in-use",
     .program = "lspci",
     .weight = Weight::remark, .scope = PageScope::matter,
     .patterns = "kernel driver in use: nvidia\n"
                 "kernel driver in use: nouveau\n"
                 "kernel driver in use: amdgpu\n"
                 "kernel driver in use: radeon\n"
                 "kernel driver in use: snd_hda_intel",
     .means =
         R"(lspci names the driver that holds each device. As long as that is one of this system's, the device is not given to a guest: vfio-pci has to hold it, and the other functions of its card.)",
     .rules = "vfio-ids-without-effect iommu-group-shared-with-host",
     .causes = R"(1. Nobody told vfio-pci to take it.
2. It was told, and the card's own driver came first.)",
     .steps = R"(What was vfio-pci told?
    cat /proc/cmdline
    grep -rn vfio /etc/modprobe.d /etc/modules-load.d
Give it the device by its address, which lasts (package driverctl), and each other function of the card likewise:
    sudo driverctl set-override 0000:01:00.0 vfio-pci
A card that shows this system's screen goes dark.)",
     .worked = R"(lspci -nnk says "Kernel driver in use: vfio-pci".)",
     .otherwise = R"(libvirt's managed='yes' takes a device when the guest starts; a graphics driver that is in use may hang then.)",
     .source = "Linux Documentation/driver-api/vfio.rst; driverctl(8)"},
    {.id = "vfio-capability-hidden",
     .program = "vfio-pci",
     .weight = Weight::remark,
     .patterns = "vfio_ecap_init: hiding ecap\n"
                 "vfio_cap_init: hiding cap",
     .means = R"(VFIO hides a capability of the device that it does not virtualize. This line comes at every start of such a guest, and nothing failed.)",
     .rules = "",
     .causes = R"(1. Nothing is wrong.)",
     .steps = R"(Nothing has to be done. If the guest does not work with the device, another line says why:
    sudo journalctl -k -b --grep 'vfio|DMAR|AMD-Vi')",
     .worked = R"()",
     .otherwise = R"()",
     .source = "Linux drivers/vfio/pci/vfio_pci_config.c, vfio_ecap_init()"},
    {.id = "libvirt-device-of-another-guest",
     .program = "libvirt",
     .weight = Weight::fatal,
     .patterns = "pci device*is in use by driver qemu, domain",
     .means = R"(Another guest, which the message names behind "domain", has the device. One device is given to one guest at a time.)",
     .rules = "",
     .causes = R"(1. That guest runs.
2. It was to let go of the device and did not: it is paused, or saved in memory.)",
     .steps = R"(Which guests run?
    virsh list --all
Shut that one down (write its name), then start this one:
    virsh shutdown OTHER_GUEST)",
     .worked = R"(The guest starts with the device.)",
     .otherwise = R"()",
     .source = "libvirt src/hypervisor/virhostdev.c, virHostdevIsPCINodeDeviceUsed()"},
    {.id = "qemu-monitor-closed",
     .program = "libvirt",
     .weight = Weight::fatal, .scope = PageScope::frame,
     .patterns = "unable to read from monitor: connection reset by peer",
     .means = R"(QEMU ended while libvirt talked to it. Why it ended is not in this message.)",
     .rules = "",
     .causes = R"(1. QEMU refused something in the definition, or a device of it: its own last line says what.
2. QEMU crashed, or the kernel ended it for want of memory.)",
     .steps = R"(QEMU's own last lines (write the guest's name):
    sudo tail -n 20 /var/log/libvirt/qemu/GUEST.log
    sudo journalctl -k -b --grep 'qemu|oom'
What they say tells the rest: nestprobe takes them by --from.)",
     .worked = R"(The guest starts.)",
     .otherwise = R"()",
     .source = "libvirt src/qemu/qemu_monitor.c, qemuMonitorIORead()"},
    {.id = "vfio-unknown-symbol",
     .program = "Linux",
     .patterns = "vfio_iommu_type1: unknown symbol\n"
                 "vfio_pci: unknown symbol\n"
                 "vfio_pci_core: unknown symbol",
     .means = R"(A module of VFIO did not load: one that it stands on is not there, or is another kernel's.)",
     .rules = "",
     .causes = R"(1. insmod was used, which loads nothing else; modprobe loads what a module stands on.
2. The modules in /lib/modules are not those of the running kernel: it was updated, and the machine not restarted.)",
     .steps = R"(Does the running kernel have its modules here?
    uname -r
    ls /lib/modules
If that release is not among them: restart this machine. Else:
    sudo depmod
    sudo modprobe vfio-pci)",
     .worked = R"(lsmod | grep vfio lists vfio_pci and vfio_iommu_type1.)",
     .otherwise = R"()",
     .source = "Linux kernel/module/main.c, simplify_symbols(); modprobe(8)"},
    {.id = "irq-nobody-cared",
     .program = "Linux",
     .patterns = "irq *: nobody cared",
     .means = R"(Interrupts came that no driver took, and the kernel switched that line off. Beside a device that is given to a guest: the line is shared with one of this system's.)",
     .rules = "",
     .causes = R"(1. The device uses the old interrupt line (INTx), and shares it with another device.
2. Without any device given to a guest: a driver or the firmware; that is no matter of KVM's.)",
     .steps = R"(Who shares the line, whose number stands in the message?
    cat /proc/interrupts
Let the device use MSI in the guest, or put it into another slot. Does it have MSI?
    sudo lspci -vv)",
     .worked = R"(The line comes no more.)",
     .otherwise = R"()",
     .source = "Linux kernel/irq/spurious.c, __report_bad_irq(); drivers/vfio/pci/vfio_pci_intrs.c"},
    {.id = "amd-psp-not-reached",
     .program = "Linux, module ccp",
     .weight = Weight::remark,
     .patterns = "psp: unable to access the device*broken bios",
     .means = R"(AMD's secure processor does not answer the module ccp. SEV and the firmware's TPM need it. KVM and nesting do not.)",
     .rules = "",
     .causes = R"(1. The firmware does not let the system reach it; many desktop boards say so at every start.
2. In a virtual machine: it is given to none.)",
     .steps = R"(For KVM nothing has to be done. Where SEV is wanted, update the firmware, and see whether it is still said:
    sudo dmesg | grep -i -e ccp -e sev)",
     .worked = R"()",
     .otherwise = R"()",
     .source = "Linux drivers/crypto/ccp/psp-dev.c, psp_dev_init()"},
    {.id = "kvm-exchange-as-write",
     .program = "Linux, module kvm",
     .weight = Weight::remark,
     .patterns = "emulating exchange as write",
     .means = R"(KVM carried out a guest's locked write to a device's memory as a plain one. It is said once, and is harmless.)",
     .rules = "",
     .causes = R"(1. Nothing is wrong: some guests' drivers do that.)",
     .steps = R"(Nothing has to be done. See whether anything else is said:
    sudo dmesg | grep -i kvm)",
     .worked = R"()",
     .otherwise = R"()",
     .source = "Linux arch/x86/kvm/x86.c, emulator_cmpxchg_emulated()"},
    {.id = "pci-rom-unreadable",
     .program = "Linux",
     .patterns = "invalid pci rom header signature\n"
                 "invalid pci rom data signature",
     .means =
         R"(The card's option ROM (a graphics card's BIOS) could not be read through PCI. VFIO did not fail by that, and the IOMMU is in use: the guest starts as a rule, maybe with a black screen.)",
     .rules = "",
     .causes = R"(1. It is the card that this machine booted with: its firmware has run, and the ROM is hidden or changed.
2. The card has no ROM of its own (a laptop's, a processor's own graphics).
3. "got 0xffff": the card sleeps (D3) or has been reset and does not answer.)",
     .steps = R"(Where the guest's screen stays black, give it the ROM as a file (of the same card, read while another one was the boot card). libvirt, in <hostdev>: <rom file='/usr/share/vgabios/card.rom'/>. QEMU: -device vfio-pci,host=01:00.0,romfile=/usr/share/vgabios/card.rom
A card without a ROM: <rom bar='off'/> (QEMU: rombar=0). Better still: let the machine boot with its other graphics card, in the firmware setup.)",
     .worked = R"(The guest's screen shows its firmware.)",
     .otherwise = R"("Unable to change power state from D3cold" beside it: the card has to be woken first.)",
     .source = "Linux drivers/pci/rom.c, pci_get_rom_size(); libvirt formatdomain, <rom>; QEMU hw/vfio/pci.c"},
    {.id = "vfio-device-not-bound",
     .program = "QEMU",
     .weight = Weight::fatal,
     .patterns = "error getting device from group *: no such device",
     .means =
         R"(VFIO opened the device's IOMMU group, so an IOMMU is in use; it does not have the device itself: no driver of VFIO's holds that one.)",
     .rules = "iommu-group-shared-with-host vfio-ids-without-effect",
     .causes = R"(1. The device is bound to no driver, or a bridge (driver pcieport), which cannot be given away.
2. The address is another one's: they move when cards are added.
3. The device has fallen off the bus.)",
     .steps = R"(Which driver has it (write its address)?
    lspci -nnk -s 01:00.0
Bind it to vfio-pci:
    sudo driverctl set-override 0000:01:00.0 vfio-pci
A line "PCI bridge": leave it out of the guest. No line at all: it is gone; power the machine off and on.)",
     .worked = R"(    lspci -nnk -s 01:00.0
says "Kernel driver in use: vfio-pci".)",
     .otherwise = R"(Another errno is another fault.)",
     .source = "QEMU hw/vfio/container.c, vfio_device_get(); Linux drivers/vfio/group.c, "
               "vfio_group_ioctl_get_device_fd()"},
    {.id = "dmar-unit-not-mapped",
     .program = "Linux",
     .patterns = "dmar: failed to map dmar\n"
                 "iommu: failed to map dmar",
     .means =
         R"(The kernel could not reach the registers of one of VT-d's units, which the firmware's table (DMAR) names: that unit is not used, nor, as a rule, VT-d at all.)",
     .rules = "iommu-table-damaged no-iommu",
     .causes = R"(1. The table names an address where there is no unit (firmware, or the virtual machine's).
2. In a guest: its virtual IOMMU is not what its tables say.)",
     .steps = R"(    sudo dmesg | grep -e DMAR -e 'IOMMU'
Update the firmware; in a virtual machine, its hypervisor. Then switch VT-d off and on again in the firmware setup.)",
     .worked = R"(    ls /sys/class/iommu
lists dmar0.)",
     .otherwise = R"()",
     .source = "Linux drivers/iommu/intel/dmar.c, alloc_iommu()"},
    {.id = "dmar-invalidation-queue-error",
     .program = "Linux",
     .patterns = "vt-d detected invalidation queue error\n"
                 "vt-d detected invalidation completion error",
     .means =
         R"(The IOMMU could not work off what the kernel had asked it to forget: the queue of requests stopped. The IOMMU is in use; a device or the firmware disturbs it.)",
     .rules = "",
     .causes = R"(1. A device does not answer in time (the next line: Time-out Error, with its number).
2. A device below VMD, or a bridge, that was reset while it was in use.
3. A fault of the kernel or of the processor's unit: newer firmware and kernels have fixes.)",
     .steps = R"(Which device is it, and what came before?
    sudo dmesg | grep -e DMAR -e vmd -e 'QI '
Update firmware and kernel. Where it comes with VMD alone: switch VMD off in the firmware setup, where the disks do not need it.)",
     .worked = R"(The lines do not come back.)",
     .otherwise = R"("Time-out Error" alone: a device's ATS.)",
     .source = "Linux drivers/iommu/intel/dmar.c, qi_dump_fault(); linux-pci 2023-08, \"PCI: vmd: Fix "
               "domain reset operation\""},
    {.id = "dmar-without-graphics",
     .program = "Linux",
     .patterns = "disabling iommu for graphics on this chipset\n"
                 "no shadow gtt; disabling iommu for graphics",
     .means =
         R"(VT-d leaves out the processor's or chipset's own graphics, which do not work with it on this chipset. The rest is translated: other devices can be given to guests, the built-in graphics cannot.)",
     .rules = "",
     .causes = R"(1. A chipset of 2008 to 2010 with a known fault (GM45, G4x, Ironlake).
2. "no shadow GTT": the firmware's setting for the graphics' memory.)",
     .steps = R"(Nothing has to be fixed for other devices:
    ls /sys/kernel/iommu_groups)",
     .worked = R"(The folder has a number for each group.)",
     .otherwise = R"()",
     .source = "Linux drivers/iommu/intel/iommu.c, quirk_iommu_igfx(), quirk_calpella_no_shadow_gtt()"},
    {.id = "dmar-rmrr-not-reserved",
     .program = "Linux",
     .patterns = "no firmware reserved region can cover this rmrr\n"
                 "your bios is broken; bad rmrr",
     .means =
         R"(The firmware's table of VT-d sets memory aside for a device (RMRR) that its own memory map leaves to the system. The kernel reports it and uses the table as it is: the IOMMU works. Somebody's memory may be written over, in theory.)",
     .rules = "",
     .causes = R"(1. A fault of the firmware, on many laptops.)",
     .steps = R"(Is the IOMMU in use?
    ls /sys/class/iommu
A newer firmware may not say it; nothing else has to be fixed. Where the machine does not start with VT-d and does with intel_iommu=off, this may be why.)",
     .worked = R"(The folder lists dmar0.)",
     .otherwise = R"()",
     .source = "Linux arch/x86/include/asm/iommu.h, arch_rmrr_sanity_check(); drivers/iommu/intel/iommu.c, "
               "dmar_parse_one_rmrr()"},
    {.id = "dmar-x2apic-opt-out",
     .program = "Linux",
     .patterns = "use 'intremap=no_x2apic_optout' to override",
     .means =
         R"(The firmware asks the system to stay without x2APIC, and the kernel does so. Interrupts are remapped all the same ("Enabled IRQ remapping in xapic mode"): devices can be given to guests. Needed is x2APIC for more than 255 processors.)",
     .rules = "",
     .causes = R"(1. The firmware's flag (X2APIC_OPT_OUT in its DMAR table): a default of many laptops.)",
     .steps = R"(Nothing has to be fixed. Who wants x2APIC puts intremap=no_x2apic_optout on the kernel command line; firmware may have had its reason (a fault in system management mode).)",
     .worked = R"(    sudo dmesg | grep 'IRQ remapping'
says "Enabled IRQ remapping in x2apic mode".)",
     .otherwise = R"()",
     .source = "Linux drivers/iommu/intel/irq_remapping.c, dmar_x2apic_optout()"},
    {.id = "kfd-wants-iommu",
     .program = "Linux (amdgpu)",
     .patterns = "kfd*error getting iommu info\n"
                 "kfd*error initializing iommuv2",
     .means =
         R"(amdgpu wanted the IOMMU's second version (ATS, PRI, PASID) for computing on a processor's own graphics (ROCm, OpenCL), and was not given it. That is about computing alone: KVM and devices for guests do not need it.)",
     .rules = "no-iommu",
     .causes = R"(1. No IOMMU is in use: off in the firmware setup, or amd_iommu=off on the kernel command line.
2. The IOMMU is in use, and this graphics unit is not listed for it by the firmware.)",
     .steps = R"(Is one in use?
    ls /sys/class/iommu
    sudo dmesg | grep AMD-Vi
Empty: switch IOMMU on in the firmware setup. Else a newer firmware may list the unit; kernels since 6.6 do without.)",
     .worked = R"(    ls /sys/class/iommu
lists ivhd0.)",
     .otherwise = R"()",
     .source = "Linux 6.5 drivers/gpu/drm/amd/amdkfd/kfd_iommu.c, kfd_iommu_device_init()"},
    {.id = "vfio-trouble",
     .program = "many",
     .weight = Weight::fatal, .scope = PageScope::trouble,
     .patterns = "/dev/vfio\n"
                 "vfio*error\n"
                 "vfio*failed\n"
                 "vfio-pci*\n"
                 "vfio_group_set_container\n"
                 "vfio_group_get\n"
                 "vfio_device_",
     .means = R"(VFIO, by which a device is given to a guest, failed at some step.)",
     .rules = "no-iommu no-interrupt-remapping device-held-back-by-firmware "
              "iommu-group-shared-with-host vfio-ids-without-effect",
     .causes = R"(1. No IOMMU is in use.
2. The device, or another one of its group, still has its host driver.
3. The firmware keeps the device.)",
     .steps = R"(    ls /sys/kernel/iommu_groups
    sudo journalctl -k -b --grep 'vfio|DMAR|AMD-Vi'
    nestprobe --question device-assignment)",
     .worked = R"(The guest starts with the device.)",
     .otherwise = R"()",
     .source = "Linux Documentation/driver-api/vfio.rst"},
    {.id = "escapes-of-2026",
     .program = "people who read of a hole in KVM's nesting",
     .scope = PageScope::matter,
     .patterns = "cve-2026-46113\n"
                 "cve-2026-53359\n"
                 "cve-2026-64561\n"
                 "cve-2026-64562\n"
                 "cve-2026-80726\n"
                 "cve-2026-23401\n"
                 "cve-2026-43133\n"
                 "cve-2026-46076\n"
                 "cve-2026-72287\n"
                 "januscape\n"
                 "zapscape",
     .means =
         R"(Holes of 2026 in KVM's nesting and shadow MMU. By five of them (CVE-2026-46113, -53359, -64561, -64562, -80726) a guest that may run KVM, or who may open /dev/kvm, can reach the kernel under it; the others are lesser ones.)",
     .rules = "known-escapes-from-guests",
     .causes = R"(1. Reached where nesting is on, which it is by default, or where every guest is on the shadow MMU (ept=0, npt=0, PVM).
2. A kernel without the fixes. Upstream 7.2 has all; distributions bring them without changing upstream's number.)",
     .steps = R"(nestprobe compares this kernel with the fixes that are known, also of Debian's, Ubuntu's, Red Hat's, Proxmox' and Amazon's packages:
    nestprobe --explain --all
Its line is NP570. Install the distribution's newest kernel and restart. Until then, where no guest has to nest, with all guests off:
    echo 'options kvm_intel nested=0' | sudo tee -a /etc/modprobe.d/zz-nestprobe.conf
    echo 'options kvm_amd nested=0' | sudo tee -a /etc/modprobe.d/zz-nestprobe.conf
    sudo modprobe -r kvm_intel kvm_amd
    sudo modprobe kvm_intel
    sudo modprobe kvm_amd
Only one of the two modules loads.)",
     .worked = R"(NP570 is "ok".)",
     .otherwise =
         R"(A guest whose vmx or svm is taken away in its definition cannot reach them by nesting, whatever the host's parameter says.)",
     .source = "CVE records of the kernel's CNA (2026-05 to 2026-10); known on 2026-11-25"},
    {.id = "triple-fault",
     .program = "QEMU, Cloud Hypervisor, others",
     .scope = PageScope::matter,
     .patterns = "triple fault\n"
                 "triple-fault\n"
                 "triple faulted",
     .means =
         R"(The guest's processor met a fault while it handled a fault, and resets: QEMU starts the guest again, other monitors end. Most often it is the guest's own.)",
     .causes = R"(1. The guest's kernel or firmware: a wrong image, a fault that emulation (TCG) happens not to show.
2. A CPU feature that the guest takes for granted and was not given.
3. In a virtual machine: the hypervisor above carries something out wrongly.)",
     .steps = R"(Have QEMU stop there, and say where:
    qemu-system-x86_64 -accel kvm -cpu host -no-reboot -d int,cpu_reset -D reset.log -m 512 -nographic
Does it run by emulation, and on another machine with KVM, one that is no guest? Only here: the level above.
    qemu-system-x86_64 -accel tcg -m 512 -nographic
In a virtual machine, whether nesting itself works:
    sudo nestprobe --prove)",
     .worked = R"(The guest gets past the place where it restarted.)",
     .otherwise = R"(A kernel that is told to restart so (reboot=t) ends in the same way.)",
     .source = "QEMU documentation, -d and -no-reboot; Linux arch/x86/kvm/x86.c, KVM_REQ_TRIPLE_FAULT"},
    {.id = "windows-hypervisor-holds-vtx",
     .program = "people with VMware or VirtualBox on Windows",
     .scope = PageScope::matter,
     .patterns = "wsl*conflict*vmware\n"
                 "wsl*conflict*virtualbox\n"
                 "hyper-v*conflict\n"
                 "doesn't let vmware\n"
                 "wsl*vmware*work\n"
                 "wsl*virtualbox*work",
     .means =
         R"(WSL 2, Hyper-V, Docker Desktop and memory integrity start Windows' own hypervisor, which holds VT-x or AMD-V. VMware (15.5.5 and later) and VirtualBox (6 and later) then run on top of it: slower, and without nesting for their guests.)",
     .rules = "hypervisor-hides-vmx hypervisor-hides-svm",
     .causes = R"(1. Windows' hypervisor cannot be shown VT-x to programs beside it: there is no switch for that, ExposeVirtualizationExtensions is for guests alone.)",
     .steps = R"(Either do without it: Windows Security, Device security, Core isolation: Memory integrity off; then as administrator, and restart:
    bcdedit /set hypervisorlaunchtype off
auto instead of off brings WSL 2 back. Or keep it, and run what nests in WSL 2 (Windows 11) or in a guest of Hyper-V, with that guest off:
    Set-VMProcessor -VMName GUEST -ExposeVirtualizationExtensions $true)",
     .worked = R"(msinfo32 says "Virtualization-based security: Not enabled", and the guests of VMware or VirtualBox start with nesting.)",
     .otherwise = R"()",
     .source = "microsoft/WSL#5030 (2020-03), #6213 (2020-11); Microsoft documentation, WSL FAQ"},
    {.id = "nesting-trouble",
     .program = "many",
     .scope = PageScope::matter,
     .patterns = "nested virtualization\n"
                 "nesting is not\n"
                 "nested vm\n"
                 "nested vms\n"
                 "nested guest\n"
                 "vm inside a vm\n"
                 "vm in a vm\n"
                 "nested virtualisation\n"
                 "nested-virtualization\n"
                 "nested vt-x\n"
                 "nested hardware virtualization\n"
                 "nested vmx\n"
                 "nested kvm",
     .means =
         R"(A program speaks of nested virtualization: this system is a virtual machine, or one of its guests wants to run guests.)",
     .rules = "hypervisor-hides-vmx hypervisor-hides-svm nested-parameter-off guest-cpu-model-lacks-feature",
     .causes =
         R"(1. In a virtual machine: the level above does not show VMX or SVM to it, and that is switched on there.
2. On a host: the parameter nested is off, or the guest's definition leaves the feature out.)",
     .steps = R"(In the system where the message came:
    grep -c -E -w 'vmx|svm' /proc/cpuinfo
0 in a virtual machine: the level above. nestprobe names it, with its switch:
    nestprobe
On a host, about one of its guests:
    nestprobe --domain GUEST)",
     .worked = R"(The count is not 0, in the guest that is to run guests.)",
     .otherwise = R"()",
     .source = "Linux Documentation/virt/kvm/x86/running-nested-guests.rst"},
    {.id = "generic-kvm-not-usable",
     .program = "many",
     .scope = PageScope::matter,
     .patterns = "kvm is not supported\n"
                 "kvm not supported\n"
                 "kvm not available\n"
                 "kvm is unavailable\n"
                 "kvm unavailable\n"
                 "kvm acceleration is not available\n"
                 "kvm is not enabled\n"
                 "kvm not enabled\n"
                 "kvm is disabled\n"
                 "kvm disabled\n"
                 "kvm not found\n"
                 "kvm support is missing\n"
                 "no kvm support\n"
                 "kvm support not\n"
                 "kvm is not usable\n"
                 "cannot use kvm\n"
                 "can't use kvm\n"
                 "cannot be run without kvm\n"
                 "requires kvm\n"
                 "kvm is required\n"
                 "failed to create kvm\n"
                 "unable to use kvm\n"
                 "no kvm\n"
                 "kvm_create_vm failed",
     .means =
         R"(A program wanted to run a guest by KVM, and found no /dev/kvm that it can use. Which of four reasons it was, its sentence does not say.)",
     .rules = "dev-kvm-missing dev-kvm-permission-denied kvm-module-not-loaded hypervisor-hides-vmx hypervisor-hides-svm",
     .causes = R"(1. In a virtual machine: the hypervisor above shows it no VMX or SVM.
2. In a container or a job of a CI: /dev/kvm was not passed in.
3. The user may not open it: group kvm, as a rule.
4. The module is not loaded, or firmware has the feature off.)",
     .steps = R"(Which of them:
    nestprobe
Without it:
    ls -l /dev/kvm
    grep -c -w -E 'vmx|svm' /proc/cpuinfo
    systemd-detect-virt
0, and a name of a hypervisor: the first. More than 0 and no /dev/kvm: the second in a container, the fourth elsewhere. A /dev/kvm with group kvm: the third.)",
     .worked = R"(It prints nothing and no error:
    : <> /dev/kvm)",
     .otherwise = R"(Where the program goes on without KVM it emulates: the same guest, many times slower.)",
     .source = "Linux virt/kvm/kvm_main.c, kvm_dev_ioctl(); the pages of the programs above"},
    {.id = "generic-virtualization-not-enabled",
     .program = "many",
     .scope = PageScope::matter,
     .patterns = "virtualization is not enabled\n"
                 "virtualization is disabled\n"
                 "virtualization support not detected\n"
                 "virtualization is not available\n"
                 "virtualization not available\n"
                 "virtualization not enabled\n"
                 "virtualization is not supported\n"
                 "virtualization not supported\n"
                 "does not support virtualization\n"
                 "doesn't support virtualization\n"
                 "not support vt-x\n"
                 "not support amd-v\n"
                 "not support intel vt\n"
                 "vt-x: disabled\n"
                 "vt-x: no\n"
                 "vt-x is disabled\n"
                 "vt-x disabled\n"
                 "vt-x is not enabled\n"
                 "vt-x not enabled\n"
                 "amd-v: disabled\n"
                 "amd-v: no\n"
                 "amd-v is disabled\n"
                 "svm is disabled\n"
                 "vmx unsupported\n"
                 "enable virtualization in the bios\n"
                 "enable virtualization in bios\n"
                 "hardware acceleration is not available\n"
                 "svm mode",
     .means =
         R"(A program found no VT-x or AMD-V and guesses at the BIOS. In a virtual machine that guess is wrong.)",
     .rules = "vmx-disabled-by-firmware svm-disabled-by-firmware hypervisor-hides-vmx hypervisor-hides-svm",
     .causes = R"(1. In a virtual machine: not shown by the level above.
2. On hardware: off in firmware setup.
3. On Windows: Hyper-V holds it.)",
     .steps = R"(On Linux, which of them:
    nestprobe
Without it:
    grep -c -w -E 'vmx|svm' /proc/cpuinfo
    systemd-detect-virt
A number above 0: the processor is well, and the program lacks /dev/kvm. 0 and a name: it is switched on above, on that hypervisor's host. 0 and none: firmware setup. On Windows, in PowerShell:
    Get-CimInstance Win32_ComputerSystem | Format-List Manufacturer,Model,HypervisorPresent
HypervisorPresent True on real hardware: the third. A maker like VMware, innotek or QEMU: the first.)",
     .worked = R"(The number is above 0:
    grep -c -w -E 'vmx|svm' /proc/cpuinfo)",
     .otherwise = R"()",
     .source = "the pages of the programs above"},
};
// clang-format on

constexpr PackedTable<Message, std::size(message_rows), packed_bytes(message_rows)> packed_messages(
    message_rows);

}  // namespace

std::span<const Message> messages() {
    static const std::vector<Message> all = packed_messages.view().all();
    return all;
}

}  // namespace nestprobe

// SPDX-License-Identifier: MIT
// What --help prints.  Each option is in man/nestprobe.1 too.
#include "options.hpp"

namespace nestprobe {
namespace {

constexpr std::string_view help =
    R"(Usage: nestprobe [OPTION]...
Tell whether this system can run KVM guests, whether those guests can run KVM,
and why or why not, with the fix. Reads only; changes nothing.

What to print:
      --explain          the ladder: a line for each layer, and below it what
                         failed, costs something or could not be judged
      --all              with --explain: every rule with its readings
      --explain=WHAT     the page of a rule, by id or name (NP503), of a
                         message of QEMU, libvirt, KVM ..., pasted in quotes,
                         of a line of the kernel's log, or of what runs guests
                         (DigitalOcean, VirtualBox)
      --json             the report, for monitoring
      --format NAME      summary (the default), explain, json, facts
      --registers        the registers decoded, bit by bit, and what KVM here
                         gives of them to its guests; JSON with --json
      --registers=NAME   that one: IA32_FEATURE_CONTROL, MSR_IA32_FEAT_CTL,
                         0x3a, CPUID.7:EBX, "CPUID Fn8000_000A_EDX"
      --registers=NAME=VALUE  that number decoded; no machine is looked at
      --fix              a shell script with comments that would fix what was
                         found; it is printed, and nothing is run or written
      --rules            every rule, a line each
      --prove            run a guest of a few bytes, and a guest inside it, to
                         find out; also --prove=all-cpus, =force (where that is
                         known to do harm), =report FILE (all about a failure,
                         for the hypervisor's makers); words joined by commas
  -q, --quiet            nothing: the exit status is the answer
      --color WHEN       auto (the default), always, never

Which machine:
      --from FILE        answer for a snapshot, another tool's dump (cpuid,
                         kcpuid, libcpuid, AIDA64, CPU-Z, hwloc, RJCP), a paste
                         (lscpu, /proc/cpuinfo, dmesg, lsmod and more, with or
                         without prompts), or a folder of such (sosreport,
                         supportconfig), instead of this machine; - is stdin.
                         May be repeated: several inputs about one machine
      --diff FILE        this machine, or --from, beside another: what differs,
                         and which answers; text, or JSON with --json
      --record FILE      write down everything read, failures too, as a
                         snapshot, for --from elsewhere; - is stdout
      --assume NAME=VALUE
                         judge as if that were so: kernel=7.1.9, module=loaded,
                         kvm_intel.nested=1, intel_iommu=on (any word of the
                         kernel command line), cpu.vmx=yes; may be repeated

Which guest:
      --domain GUEST     what the guest defined there will be offered, and the
                         edit that fixes it: a file (libvirt's XML, a QEMU
                         command line, a Proxmox .conf, nova.conf, a manager's
                         YAML, a Vagrantfile; - is stdin), a guest of
                         libvirt's here by name, or pid:N of a running QEMU.
                         kvm-in-guests and device-assignment are then about it

What decides the exit status:
      --question NAME    kvm-here (the default in a guest), kvm-in-guests (the
                         default on bare metal), device-assignment

  -h, --help             this text
  -V, --version          the version

Exit status: 0 yes, 1 no, 2 cannot tell; 64 usage, 65 a file that cannot be
understood, 66 a file that cannot be opened, 70 a bug, 74 output error.
The manual: man nestprobe
)";

}  // namespace

std::string_view help_text() { return help; }

}  // namespace nestprobe

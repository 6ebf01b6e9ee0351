// SPDX-License-Identifier: MIT
// The readers of outputs that people paste, one pair of functions per format: does the text look like it, and
// what does it say?  import_paste.cpp lists them in a table; nobody else calls them.
#pragma once

#include "snapshot/import/evidence.hpp"
#include "snapshot/import/paste.hpp"

#include <set>
#include <string>
#include <string_view>

namespace nestprobe {

/// `name` is the file's, for messages.
void read_lscpu(std::string_view text, const std::string& name, Evidence& evidence);
/// Some lines of it, whatever stands around them.
bool looks_like_lscpu(std::string_view text);
/// A grep of it that would have shown the line "Virtualization:", and has not.
void read_filtered_lscpu(const Section& section, Evidence& evidence);

/// The variables that tell of a CI's job or a container.
bool read_job_line(std::string_view line, Evidence& evidence);
void read_variables(const Section& section, Evidence& evidence);
void read_sysctl(const Section& section, Evidence& evidence);
void read_nixos_version(const Section& section, Evidence& evidence);
void read_ostree_words(const Section& section, Evidence& evidence);
/// docker info and docker context ls, the questions of WSL's form of issues.
bool read_form_line(std::string_view line, Evidence& evidence);
/// What the whole paste says: a log of Compose, a device that was asked for, the system that Docker is on.
void hear_forms(std::string_view text, Evidence& evidence);
/// "runs-on: ubuntu-latest", "container: IMAGE", where a step of the job was refused /dev/kvm.
void hear_workflow(std::string_view text, Evidence& evidence);
/// HAXM's checktool, where it names itself.
void hear_haxm(std::string_view text, Evidence& evidence);
void hear_cloud_commands(std::string_view text, Evidence& evidence);
void read_az(const Section& section, Evidence& evidence);
void read_xe(const Section& section, Evidence& evidence);
bool is_xe_host(std::string_view text);
/// Win32_Processor and Win32_ComputerSystem, which are asked one by one.
void hear_win32_classes(std::string_view text, Evidence& evidence);
/// Lines of FreeBSD's and OpenBSD's log about the processor.
void hear_bsd(std::string_view text, Evidence& evidence);
/// Errors whose cause stands on the lines below.
void hear_causes(std::string_view text, Evidence& evidence);
/// Products and boards that a person names in a sentence.
void hear_mentions(std::string_view text, Evidence& evidence);
/// What a boot loader's file, or NixOS' configuration, holds for the next boot.
void hear_boot_words(std::string_view text, Evidence& evidence);
void read_kernel_cmdline_file(std::string_view text, Evidence& evidence);
/// QEMU, libvirt or Proxmox VE found no KVM for a guest that somebody started: a definition beside it is that
/// one's.
bool shows_failed_start(std::string_view text);
/// A container's configuration of Proxmox VE: it is of what prints the rest, where no module of the node's is
/// among that.
void hear_proxmox_container(std::string_view text, Evidence& evidence);
/// Words of a distribution's own configuration.
void hear_distribution(std::string_view text, Evidence& evidence);

/// Whose clouds give such names to their machines and users as the prompts have; as in hearsay::cloud.
std::set<std::string_view> clouds_in_prompts(std::string_view text);
/// Where prompts disagree the outputs are of two machines, and nothing is heard.
void hear_prompts(const std::set<std::string_view>& clouds, Evidence& evidence);

bool is_kernel_log(std::string_view text);
/// Lines that the table knows, without what stamps or surrounds them.
bool has_log_line(std::string_view text);
void read_kernel_log(const Section& section, Evidence& evidence);
/// A line with the kernel's time stamp or name in front; without these in `message`.
bool is_stamped(std::string_view line, std::string_view& message);

/// A line of the journal by which a service tells of a module that it did not get in.
bool read_service_line(std::string_view line, Evidence& evidence);

void read_cpuinfo(const Section& section, Evidence& evidence);

bool is_lsmod(std::string_view text);
void read_lsmod(const Section& section, Evidence& evidence);
bool is_modinfo(std::string_view text);
void read_modinfo(const Section& section, Evidence& evidence);
bool is_systool(std::string_view text);
void read_systool(const Section& section, Evidence& evidence);

/// cat, grep and head of files of the kernel, of modprobe.d and of kernel configurations.
bool is_modprobe_file(std::string_view text);
void read_modprobe_file(std::string_view path, std::string_view text, Evidence& evidence);
/// "/etc/modprobe.d/kvm.conf:3:options kvm_intel nested=1", as grep prints it; false where there is none.
bool read_grepped_options(const Section& section, Evidence& evidence);
/// Lines of files that nobody names: modprobe -c, cat of several files.
void read_options_without_place(std::string_view text, Evidence& evidence);
/// "modprobe: ERROR: could not insert 'kvm_amd': Invalid argument", and other loaders' words.
bool read_modprobe_refusal(std::string_view line, Evidence& evidence);
/// "modprobe: FATAL: Module msr not found in directory /lib/modules/R" names the release; else nothing.
void read_release_of_modprobe(std::string_view line, Evidence& evidence);
/// "kernel/arch/x86/kvm/kvm-intel.ko", of modules.builtin.
bool read_built_in_list(const Section& section, Evidence& evidence);
bool is_kernel_config(std::string_view text);
void read_kernel_config(std::string_view text, Evidence& evidence);
/// Is it a file that a probe reads?
bool is_wanted(std::string_view path);
/// Where in a folder a copy of the machine's own tree begins: "sosreport-x/proc/cpuinfo" -> "/proc/cpuinfo";
/// empty where the path leads through none.
std::string path_on_machine(std::string_view path);
/// False where this path bears on nothing.
bool read_file_of_kernel(const std::string& path, std::string_view text, Evidence& evidence);
/// "Access: (0660/crw-rw----)  Uid: ...", of stat, below the node's name; its line of stat -c and of getfacl.
bool read_stat_line(std::string_view line, const Section& section, Evidence& evidence);
void read_getfacl(const Section& section, Evidence& evidence);
/// "cat: /dev/kvm: No such file or directory", "/sys/module/kvm_intel/parameters/nested:Y", "BOOT_IMAGE=...",
/// "crw-rw---- 1 root kvm 10, 232 ... /dev/kvm", "Linux host 6.1.0 ...", a refusal of modprobe or QEMU.
bool read_single_line(std::string_view line, const Section& section, Evidence& evidence);

/// What commands print that nestprobe's own steps name; false: nothing of the kind, or another's.
bool read_own_check(const Section& section, Evidence& evidence);
/// "kvm:x:104:anna" of /etc/group, alone or in the emulator's "The KVM line in /etc/group is: [...]".
bool read_group_line(std::string_view line, Evidence& evidence);
/// What several commands say together: a release without a folder of modules, a module that went in.
void hear_between(const std::vector<Section>& sections, Evidence& evidence);

/// Is there a reader for what this program prints?
bool has_reader(std::string_view program);
/// One output, by its command or by what it looks like.  `name` is the file's, for messages.
void take_section(const Section& section, const std::string& name, Evidence& evidence);
/// Around it: what stands between two outputs tells which of them is the newer state.
void begin_section(const Section& section, Evidence& evidence);
void end_section(const Section& section, Evidence& evidence);
/// Lines of several outputs in one, without prompts.  `name` is the file's, for messages.
void take_lines(const Section& section, const std::string& name, Evidence& evidence);
/// What stands below one command's output and is none of it: quoted lines of a log, a node, a refusal.
void take_strays(const Section& section, Evidence& evidence);

bool is_virsh_capabilities(std::string_view text);
void read_virsh_capabilities(const Section& section, Evidence& evidence);
bool is_checker_line(std::string_view line);  ///< kvm-ok, virt-host-validate
void read_checkers(const Section& section, Evidence& evidence);
bool read_libvirt_refusal(std::string_view line, Evidence& evidence);
/// QEMU's, libvirt's and other tools' words for open("/dev/kvm") that failed.
bool read_kvm_refusal(std::string_view line, Evidence& evidence);
bool read_denial(std::string_view line, Evidence& evidence);
/// A program that could not use KVM, and says so without an errno that is known, or with one that is no
/// rule's.
bool read_kvm_failure(std::string_view line, Evidence& evidence);

/// "(/dev/kvm doesn't exist)", "Could not find /dev/kvm", in any program's or person's words; what is
/// supposed or advised is not heard.
bool read_missing_words(std::string_view line, Evidence& evidence);

/// "KVM: entry failed, hardware error 0x7": QEMU target/i386/kvm/kvm.c, kvm_arch_handle_exit().
bool read_failed_entry(std::string_view line, Evidence& evidence);
/// VERR_VMX_MSR_ALL_VMX_DISABLED, VERR_SVM_DISABLED.
bool read_virtualbox_refusal(std::string_view line, Evidence& evidence);
/// Words of programs that need KVM: containers' banners, emulators, agents of clusters, modprobe's "is
/// builtin".
bool read_program_line(std::string_view line, Evidence& evidence);
/// kata-runtime's check: "CPU property found ... name=vmx", "kernel property not found ... name=kvm_intel".
bool read_kata_line(std::string_view line, Evidence& evidence);
bool is_validate_line(std::string_view line);  ///< virt-host-validate, in any language
void read_validate_line(std::string_view line, Evidence& evidence);
bool is_osquery(std::string_view text);
void read_osquery(const Section& section, Evidence& evidence);
bool is_cpuid_text(std::string_view text);
void read_cpuid_text(const Section& section, Evidence& evidence);
bool is_dmidecode(std::string_view text);
void read_dmidecode(const Section& section, Evidence& evidence);
/// uname with any of its options.
void read_uname_output(const Section& section, Evidence& evidence);
bool is_hostnamectl(std::string_view text);
void read_hostnamectl(const Section& section, Evidence& evidence);
void read_detect_virt(const Section& section, Evidence& evidence);
void read_id(const Section& section, Evidence& evidence);
void read_groups(const Section& section, Evidence& evidence);
void read_rdmsr(const Section& section, Evidence& evidence);

/// Of uname -m, lscpu and hostnamectl, which have names of their own: as /proc/sys/kernel/arch has it
/// (Linux 6.1).
void hear_architecture(std::string_view name, Evidence& evidence);
bool is_x86_architecture(std::string_view name);
/// What uname -m prints on Linux.
bool is_machine_name(std::string_view word);
/// Whose /proc/cpuinfo that is; empty: x86's, or nobody's that is known.
std::string_view architecture_of_cpuinfo(std::string_view text);
bool take_answer_in_command(const Section& section, Evidence& evidence);
/// cat and its like of files that a probe knows.
bool take_files(const Section& section, Evidence& evidence);

/// find and ls of the kernel's folders of IOMMUs, whole; false: nothing of the kind.
bool read_iommu_command(const Section& section, Evidence& evidence);
/// Lines of the kernel's log that read VT-d's table, and none that uses it, where the log would show that.
void read_unused_iommu(const Command& command, const std::vector<std::string>& messages, Evidence& evidence);
/// Lists of IOMMU groups, lspci -k, xl info, and words about an IOMMU, in any output: what else it holds is
/// another's.
void read_iommu_groups(const Section& section, Evidence& evidence);

/// "docker exec ...", "pct enter 105": what follows is of a container; "docker run ...", "docker logs ...":
/// what that prints, is.  Also a file that every container of a kind has, and a command shows.
void read_entrance(const Section& section, Evidence& evidence);
/// cat /run/.containerenv; false where it is another file.
bool read_container_file(std::string_view path, std::string_view text, Evidence& evidence);

/// Of VMware, VirtualBox, Hyper-V, Xen and others: whose guest it is, and whether its switch for nesting is
/// on.
bool is_other_definition(std::string_view text);
void read_other_definition(const Section& section, Evidence& evidence);
/// PowerShell was asked for Hyper-V's switch alone, and said True or False.
void read_asked_switch(const Section& section, Evidence& evidence);
/// What stands behind the first `key`, behind blanks, colons, equals signs, commas and quotes.
std::string_view switch_value(std::string_view text, std::string_view key);
/// What a cloud's tools say of an instance.
bool is_cloud_description(std::string_view text);
void read_cloud_description(const Section& section, Evidence& evidence);
/// The type of machine in what the metadata service answered; empty: none.
std::string_view type_in_metadata(std::string_view cloud, std::string_view answer);

/// neofetch, fastfetch, screenfetch: "Kernel:" and "CPU:" of any line that begins so.
bool read_fetch_line(std::string_view line, Evidence& evidence);
/// Their whole table, behind its logo: "Host:" too.
void read_fetch_table(const Section& section, Evidence& evidence);
/// apport's and Qubes' reports of a machine.
void read_reports(const Section& section, Evidence& evidence);
/// What lists the processor's flags in words of its own.
bool is_lshw(std::string_view text);
void read_lshw(const Section& section, Evidence& evidence);
bool is_hwinfo(std::string_view text);
void read_hwinfo(const Section& section, Evidence& evidence);
bool is_x86info(std::string_view text);
void read_x86info(const Section& section, Evidence& evidence);
bool is_cpu_x(std::string_view text);
void read_cpu_x(const Section& section, Evidence& evidence);
bool is_vbox_hostinfo(std::string_view text);
void read_vbox_hostinfo(const Section& section, Evidence& evidence);
bool is_inxi(std::string_view text);
void read_inxi(const Section& section, Evidence& evidence);
bool read_pveversion(std::string_view line, Evidence& evidence);
bool read_lsb_release(std::string_view line, Evidence& evidence);
/// "minikube v1.32.0 on Ubuntu 22.04 (vbox/amd64)": whose guest it is (minikube pkg/minikube/out,
/// platform()); its driver for VirtualBox looks for vmx or svm in a Linux guest's /proc/cpuinfo.
void hear_minikube(std::string_view text, Evidence& evidence);
/// systeminfo, Get-ComputerInfo, Coreinfo: of processor and firmware, not of Linux.
bool is_windows_tool(std::string_view text);
void read_windows_tool(const Section& section, Evidence& evidence);
/// curl and wget of a cloud's metadata service.
void read_metadata(const Section& section, Evidence& evidence);
void read_ec2_metadata(const Section& section, Evidence& evidence);
void read_cloud_id(const Section& section, Evidence& evidence);
bool is_lscpu_json(std::string_view text);
void read_lscpu_json(const Section& section, Evidence& evidence);
bool is_domain_capabilities(std::string_view text);
void read_domain_capabilities(const Section& section, Evidence& evidence);

/// "Dell Inc. PowerEdge R640/0W23H8, BIOS 2.10.2 02/24/2021", of the kernel's log, as files of DMI.
void read_dmi_line(std::string_view text, Evidence& evidence);

}  // namespace nestprobe

// SPDX-License-Identifier: MIT
#include "rules/guest/definition_words.hpp"

#include "base/text.hpp"
#include "definition/guest_questions.hpp"
#include "remedy/cpu_option.hpp"
#include "remedy/shell.hpp"
#include "rules/common.hpp"
#include "rules/guest/managers.hpp"
#include "rules/hypervisor/platforms.hpp"

#include <fmt/format.h>

#include <span>

namespace nestprobe {
namespace {

constexpr std::string_view qemus_command_line = "QEMU's command line";

/// The guest's name as a word of a shell; GUEST where it has none, or none that could be a word.
std::string name_word(const Facts& f) {
    const std::string* name = f.guest->name.if_known();
    const auto word = name && !name->empty() && !name->starts_with('-') ? shell_word(*name) : std::nullopt;
    return word.value_or("GUEST");
}

std::string vmid(const Facts& f) {
    const unsigned* id = f.guest->vmid.if_known();
    return id ? fmt::format("{}", *id) : "VMID";
}

ShellCommand qm_set(const Facts& f, std::string_view words) {
    return ShellCommand::checked(fmt::format("qm set {} {}", vmid(f), words));
}

/// The -cpu that is passed behind libvirt's or Proxmox's own, where it stands.
Remedy fix_passed_cpu(const Facts& f) {
    const std::string where =
        f.guest->passed_cpu.from().empty() ? "" : f.guest->passed_cpu.from().front().where;
    const bool libvirt = of_libvirt(f);
    const std::string* option = f.guest->cpu_option.if_known();
    const std::string edited = option ? edited_cpu_option(*option, flag_of_guest(f)) : "host";
    Step step = change_guest(
        f, fmt::format("The -cpu in {} ({}) comes behind {} own and decides: change its value, not {}.",
                       libvirt ? "<qemu:commandline>" : "the line args", where,
                       libvirt ? "libvirt's" : "Proxmox's", libvirt ? "<cpu>" : "the line cpu"));
    step.file = libvirt ? "<qemu:commandline>, behind that of -cpu" : "the line args";
    step.lines = {libvirt ? fmt::format("<qemu:arg value='{}'/>", edited) : "-cpu " + edited};
    return step;
}

/// What -global takes away, where it stands.
Remedy without_global(const Facts& f) {
    const std::string* global = f.guest->cpu_global.if_known();
    const std::string_view place = words_of(f) == DefinitionKind::libvirt   ? " from <qemu:commandline>"
                                   : words_of(f) == DefinitionKind::proxmox ? " from the line args"
                                                                            : " from QEMU's command line";
    return change_guest(f, fmt::format("Delete -global {}{}.", global ? *global : "", place));
}

}  // namespace

Outcome skip_without_iommu() { return skip("the guest has no IOMMU (NP720)"); }

DefinitionKind words_of(const Facts& f) {
    if (manager_of(f) == "libvirt") return DefinitionKind::libvirt;
    if (manager_of(f) == "Proxmox VE") return DefinitionKind::proxmox;
    const DefinitionKind* kind = f.guest->definition.if_known();
    return kind ? *kind : DefinitionKind::qemu;
}

Step change_guest(const Facts& f, std::string what) {
    Step step{.where = Where::guest_definition, .what = std::move(what), .cost = Cost::restart_guest};
    if (const std::string& manager = manager_of(f); find_manager(f))
        step.what += fmt::format(" {} writes this definition before every start: change it there.", manager);
    else if (words_of(f) == DefinitionKind::libvirt)
        step.commands = {ShellCommand::checked(fmt::format("virsh edit {}", name_word(f)))};
    return step;
}

Step change_guest(const Facts& f, std::string what, const InWords& words) {
    Step step = change_guest(f, std::move(what));
    switch (words_of(f)) {
        case DefinitionKind::libvirt:
            step.file = words.place;
            for_each_line(words.xml, [&](std::string_view line) { step.lines.emplace_back(line); });
            break;
        case DefinitionKind::qemu:
            step.file = qemus_command_line;
            step.lines = {words.arguments};
            break;
        case DefinitionKind::proxmox:
            if (!words.qm.empty()) {
                step.commands = {qm_set(f, words.qm)};
            } else {
                step.file = "the line args";
                step.lines = {words.arguments};
            }
            break;
    }
    return step;
}

Step start_again(const Facts& f) {
    Step step{
        .where = Where::guest_definition,
        .what =
            "Shut the guest down, and when it is off, start it: a reboot inside it is not enough, and a "
            "saved state would bring the old CPU back.",
        .cost = Cost::restart_guest,
        .expect = fmt::format("In the guest, grep -c -w {} /proc/cpuinfo prints more than 0.",
                              technology_of_guest(f) ? feature_of_guest(f) : "-E 'vmx|svm'")};
    const auto say = [&](std::string_view command, const std::string& guest) {
        step.commands.push_back(ShellCommand::checked(fmt::format("{} {}", command, guest)));
    };
    if (find_manager(f)) return step;
    if (words_of(f) == DefinitionKind::libvirt)
        for (const std::string_view command : {"virsh shutdown", "virsh managedsave-remove", "virsh start"})
            say(command, name_word(f));
    if (words_of(f) == DefinitionKind::proxmox)
        for (const std::string_view command : {"qm shutdown", "qm start"}) say(command, vmid(f));
    return step;
}

Remedy fix_guest_cpu(const Facts& f) {
    if (const Manager* manager = find_manager(f)) return manager_steps(*manager);
    if (is(f.guest->passed_cpu, true)) return fix_passed_cpu(f);
    const std::string qm = "--cpu " + edited_proxmox_cpu(*f.guest);
    std::string arguments = edited_cpu_arguments(*f.guest, flag_of_guest(f));
    if (arguments.starts_with(' ')) arguments.erase(0, 1);
    return change_guest(f, "Give the guest its host's CPU.",
                        {"<domain>, in the place of <cpu>", "<cpu mode='host-passthrough' check='none'/>",
                         std::move(arguments), qm});
}

Step keep_guest_model(const Facts& f) {
    const std::string feature = technology_of_guest(f) ? feature_of_guest(f) : "vmx";
    const std::string xml = fmt::format("<feature policy='require' name='{}'/>", feature);
    const std::string* model = f.guest->cpu_model.if_known();
    const std::string qm =
        model ? fmt::format("--cpu '{},flags=+nested-virt'", *model) : std::string("--cpu host");
    const std::string* option = f.guest->cpu_option.if_known();
    const bool qemus = option && words_of(f) == DefinitionKind::qemu;
    return change_guest(
        f, technology_of_guest(f) ? "Or, to keep the model:" : "Or, to keep the model (svm on AMD):",
        {"<cpu>", xml,
         fmt::format("-cpu {},+{}",
                     qemus   ? *option
                     : model ? *model
                             : "MODEL",
                     feature),
         qm});
}

Remedy show_guest_feature(const Facts& f) {
    if (const Manager* manager = find_manager(f)) return manager_steps(*manager);
    if (is(f.guest->passed_cpu, true)) return fix_passed_cpu(f);
    const std::string feature = feature_of_guest(f);
    const bool named = is(f.guest->cpu_mode, CpuMode::custom);
    std::string arguments = edited_cpu_arguments(*f.guest, flag_of_guest(f));
    if (arguments.starts_with(' ')) arguments.erase(0, 1);
    if (is_taken_by_global(*f.guest, flag_of_guest(f))) return without_global(f);
    if (!named && words_of(f) == DefinitionKind::libvirt)
        return change_guest(f, fmt::format("Delete the <feature> element of {} from <cpu>.", feature));
    const std::string xml = fmt::format("<feature policy='require' name='{}'/>", feature);
    return change_guest(f, fmt::format("Let {} be shown.", feature),
                        {"<cpu>, in the place of what it says of that feature", xml, std::move(arguments),
                         "--cpu " + edited_proxmox_cpu(*f.guest)});
}

Remedy run_guest_by_kvm(const Facts& f) {
    if (manager_of(f) == "OpenStack")
        return Remedy(Step{.where = Where::hypervisor_host,
                           .what = "Let KVM run this compute host's guests; /dev/kvm has to work there.",
                           .file = "nova.conf, section [libvirt]",
                           .lines = {"virt_type = kvm"}})
            .then(Step{.where = Where::hypervisor_host,
                       .what = "Restart the compute service; then stop the instance and start it.",
                       .commands = {"sudo systemctl restart nova-compute"}});
    if (manager_of(f) == "Vagrant")
        return Remedy(Step{.what = "Let KVM run the guest; /dev/kvm has to work where it runs.",
                           .file = "the Vagrantfile, in the block of config.vm.provider :libvirt",
                           .lines = {"libvirt.driver = \"kvm\""}})
            .then(Step{.what = "Define it again.", .commands = {"vagrant reload"}});
    const std::string qm = "--kvm 1";
    return change_guest(f, "Let KVM run the guest; /dev/kvm has to work here.",
                        {"the first line", "<domain type='kvm'>", "-accel kvm", qm});
}

Remedy without_encryption(const Facts& f) {
    constexpr std::string_view only = "Only without encryption can a guest run KVM, if it may do without:";
    switch (words_of(f)) {
        case DefinitionKind::libvirt:
            return change_guest(f, fmt::format("{} delete <launchSecurity>.", only));
        case DefinitionKind::qemu:
            return change_guest(f, fmt::format("{} remove confidential-guest-support= from -machine, and the "
                                               "-object that it names.",
                                               only));
        case DefinitionKind::proxmox: break;
    }
    Step step = change_guest(f, fmt::format("{} delete that option.", only));
    const bool tdx = is(f.guest->launch_security, "tdx");
    step.commands = {qm_set(f, tdx ? "--delete intel-tdx" : "--delete amd-sev")};
    return step;
}

Remedy fix_guest_iommu(const Facts& f) {
    if (const Manager* manager = find_manager(f)) {
        if (!manager->arguments.empty())
            return Step{.what = "Pass QEMU an IOMMU that VFIO can use.",
                        .file = fmt::format("{}, as words for QEMU", manager->arguments),
                        .lines = {iommu_arguments(false, has_many_cpus(*f.guest))}};
        if (manager->platform == Platform::kvm)
            return Step{.where = Where::guest_definition,
                        .what =
                            "Give the guest an IOMMU on a q35 machine. Where the provider has no word for "
                            "one, an XSLT of its block xml puts this into <devices>.",
                        .file = "the guest's <devices>, by the resource's xml { xslt = ... }",
                        .lines = {"<iommu model='intel'><driver intremap='on' caching_mode='on'/></iommu>"}};
        Remedy remedy = iommu_of_platform(f, manager->platform);
        remedy.intro = lost_edit(*manager);
        return remedy;
    }
    const bool many = has_many_cpus(*f.guest);
    const std::string xml =
        fmt::format("<iommu model='intel'>\n  <driver intremap='on' caching_mode='on'{}/>\n</iommu>",
                    many ? " eim='on'" : "");
    Step step = change_guest(f,
                             is(f.guest->iommu, IommuModel::none)
                                 ? "Give the guest, on a q35 machine, an IOMMU that VFIO can use."
                                 : "Let the guest's IOMMU be this one, which VFIO can use, on a q35 machine.",
                             {"<devices>", xml, iommu_arguments(false, many), "--machine q35,viommu=intel"});
    if (words_of(f) == DefinitionKind::qemu) step.what += " It stands before any -device vfio-pci.";
    Remedy remedy(std::move(step));
    if (words_of(f) == DefinitionKind::libvirt)
        remedy.then(Step{.where = Where::guest_definition,
                         .what = "With it, the I/O APIC has to be QEMU's.",
                         .file = "<features>",
                         .lines = {"<ioapic driver='qemu'/>"}});
    return remedy;
}

Step set_guest_machine(const Facts& f, std::string_view type) {
    const std::string qm = type == "q35" ? "--machine q35" : "--delete machine";
    const std::string xml = fmt::format("<type arch='x86_64' machine='{}'>hvm</type>", type);
    return change_guest(f, "Take another machine type.", {"<os>", xml, fmt::format("-machine {}", type), qm});
}

}  // namespace nestprobe

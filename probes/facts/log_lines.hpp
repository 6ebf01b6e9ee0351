// SPDX-License-Identifier: MIT
// The kernel's log as a table: each line that bears on virtualization, the kernels that print it, what it
// means and what it must not be taken for.  Rules ask for a line by its name, never by a text of their own.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace nestprobe {

enum class LogSubsystem : std::uint8_t {
    kvm,
    modprobe,  ///< not the kernel's: what modprobe, insmod and systemd print
    loader,
    lockdown,
    dmar,
    amd_vi,
    x86_cpu,
    hypervisor,
    dmi,
    xen,
    vbox,
    tdx_sev,
    vfio,
    linux_banner
};

enum class LogEffect : std::uint8_t {
    load_refused,        ///< KVM's module (or one it needs) does not load
    off_by_firmware,     ///< switched off; inside a guest by the level above, never by firmware setup
    off_by_user,         ///< an option or command-line word did it; somebody may have meant it
    option_void,         ///< an option was not applied; nothing else happened
    in_use_by_another,   ///< VMX or SVM is, or may be, held by another hypervisor
    nested_on,           ///< nesting is told to be on
    nested_off,          ///< nesting was asked for and is told to be off
    harmless,            ///< must not become a cause
    iommu_on,            ///< an IOMMU translates
    iommu_off,           ///< an IOMMU is not used
    iommu_broken,        ///< firmware's table or unit is faulty
    iommu_fault,         ///< a device misbehaves; the IOMMU works
    ir_on,               ///< interrupts are remapped
    ir_off,              ///< interrupts are not remapped; DMA may be
    confidential_guest,  ///< SEV, SNP or TDX guest
    entry_failed,        ///< a guest of this KVM could not be entered
    info,                ///< a fact
};

enum class LogVendor : std::uint8_t { intel, amd, either };

/// One name a row, in the order of the table: the most specific first, so that the first row that fits is the
/// right one.
enum class LogLine : std::uint16_t {
    vmx_outside_txt_off_by_firmware,
    vmx_inside_txt_off_by_firmware,
    vmx_needs_txt_off,
    svm_off_by_firmware_on_cpu,
    svm_off_by_firmware,
    kvm_intel_not_enabled_in_feat_ctl,
    kvm_intel_not_fully_enabled,
    kvm_vmx_disabled_on_cpu,
    kvm_intel_disabled_by_bios,
    kvm_amd_disabled_by_bios,
    kvm_disabled_by_bios,
    kvm_intel_vmx_not_supported,
    kvm_amd_svm_of_amd_alone,
    kvm_amd_svm_not_supported,
    kvm_amd_not_amd,
    has_svm_not_amd_or_hygon,
    has_svm_not_amd,
    has_svm_not_available,
    has_svm_no_leaf,
    kvm_intel_no_hardware,
    kvm_amd_no_hardware,
    kvm_no_hardware,
    kvm_unsupported_in_sev_guest,
    kvm_already_loaded_vendor,
    kvm_already_loaded_other,
    kvm_pvm_in_its_guest,
    kvm_inadequate_fpu,
    kvm_rt_needs_constant_tsc,
    kvm_pat_not_wb,
    kvm_nx_not_supported,
    vm_entry_exit_pair,
    vmcs_config_failed,
    vmcs_config_differs,
    vmcs_config_differs_from_reference,
    kvm_feature_inconsistency,
    vmxon_faulted,
    kvm_enabling_failed,
    kvm_exiting,
    kvm_intel_tdx_needs,
    nested_on_amd,
    npt_on,
    npt_off,
    evmcs_in_use,
    hv_npt_flush,
    hv_direct_flush,
    avic_snp,
    avic_forced,
    x2avic_off,
    x2avic_unsupported,
    x2avic_on,
    avic_on,
    amd_helper,
    amd_vgif,
    amd_vnmi,
    amd_tsc_scaling,
    amd_lbrv,
    amd_pmu_off,
    kvm_sev_snp_asids,
    kvm_sev_es_asids,
    kvm_sev_asids,
    kvm_sev_supported,
    perf_global_ctrl_erratum,
    l1tf_smt,
    l1tf_off,
    unstable_tsc,
    dump_vmcs_hint,
    dump_vmcb_hint,
    last_attempted_entry,
    unexpected_exit_reason,
    vmwrite_failed,
    vmread_failed,
    vmwrite_error,
    vmptrld_failed,
    ignore_msrs_unsupported,
    unhandled_msr_named,
    ignored_msr_named,
    set_tss_addr,
    unhandled_msr,
    ignored_msr,
    arm_nested_on,
    arm_nested_off,
    arm_no_hyp,
    arm_gic_too_old,
    arm_kvm_off,
    arm_cpu_not_supported,
    arm_mode_ignored,
    arm_nv_unavailable,
    kvm_clock,
    clocksource_kvm,
    clocksource_hyperv,
    clocksource_xen,
    kvm_guest,
    kvm_async_pf,
    x86_features_cleared,
    sgx_off,
    sgx_virtualization_off,
    tboot_found,
    msr_unchecked,
    modprobe_bad_option,
    insmod_bad_option,
    modprobe_key_rejected,
    modprobe_no_key,
    modprobe_wrong_format,
    insmod_wrong_format,
    modprobe_unknown_symbol,
    modprobe_not_supported,
    modprobe_not_permitted,
    modprobe_busy,
    modprobe_io_error,
    modprobe_exists,
    modprobe_not_found,
    loader_blacklisted,
    loader_hash_blacklisted,
    loader_deny_listed,
    loader_symbol_of_image,
    loader_symbol_missing,
    loader_symbol_differs,
    loader_symbol,
    loader_symbol_version,
    loader_no_symbol_version,
    loader_version_magic,
    loader_duplicate_symbol,
    loader_unsigned,
    loader_key_unavailable,
    loader_crypto_unsupported,
    loader_rejected,
    loader_key_missing,
    loader_out_of_tree,
    loader_parameter_built_in,
    loader_parameter_invalid,
    loader_parameter_too_large,
    loader_parameter_unknown,
    loader_parameters_after_dashes,
    loader_dangerous_option,
    loader_gave_up,
    loader_elf,
    loader_decompression,
    lockdown_unsigned_module,
    lockdown_parameters,
    lockdown_msr,
    lockdown_on,
    lockdown_other,
    secure_boot_on,
    dmar_at_zero,
    dmar_all_ones,
    dmar_cannot_validate,
    dmar_no_drhd,
    dmar_no_devices,
    dmar_invalid_haw,
    dmar_parse_failure,
    dmar_zero_length,
    dmar_bad_rmrr,
    dmar_rmrr_workaround,
    dmar_rhsa,
    dmar_andd,
    dmar_no_widths,
    dmar_unknown_option,
    dmar_off,
    dmar_on,
    dmar_forced_opt_in,
    dmar_forced_tboot,
    dmar_in_use,
    dmar_batching,
    acpi_dmar,
    acpi_ivrs,
    acpi_viot,
    dmar_unit,
    dmar_drhd,
    dmar_scalable,
    dmar_queued,
    dmar_ioapic,
    dmar_haw,
    dmar_device_silent,
    dmar_fault_ir,
    dmar_fault_dma,
    dmar_fault,
    ir_firmware_ioapic,
    ir_erratum,
    ir_failed,
    ir_not_enabling,
    ir_x2apic_opt_out,
    ir_no_eim,
    ir_on_x2apic,
    ir_on_xapic,
    ir_queued_invalidation,
    amdvi_ioapic,
    amdvi_southbridge,
    amdvi_ir_off,
    amdvi_checksum,
    amdvi_table_error,
    amdvi_mmio,
    amdvi_bios_bug,
    amdvi_ivhd_type,
    amdvi_ivhd_device,
    amdvi_sme,
    amdvi_stoney,
    amdvi_cx16,
    amdvi_snp,
    amdvi_ir_on,
    amdvi_x2apic,
    amdvi_ga_off,
    amdvi_ga,
    amdvi_device_silent,
    amdvi_wait_timeout,
    amdvi_device_entry,
    amdvi_device_table_error,
    amdvi_page_table_error,
    amdvi_command_error,
    amdvi_command_illegal,
    amdvi_request_invalid,
    amdvi_page_request_invalid,
    amdvi_snp_fault,
    amdvi_fault,
    amdvi_event,
    amdvi_strict,
    amdvi_v2_missing,
    amdvi_features,
    amdvi_found,
    x2apic_ir,
    iommu_default_domain,
    iommu_group_added,
    iommu_group_added_old,
    rmrr_ineligible,
    firmware_one_to_one,
    vfio_no_ir,
    vfio_noiommu,
    vfio_probe_failed,
    tdx_guest,
    memenc_tdx,
    memenc_sev_snp,
    memenc_sev_es,
    memenc_sev,
    memenc_sme,
    sev_active_old,
    sme_active_old,
    sev_status,
    sev_snp_cpuid_table,
    hv_isolation,
    systemd_confidential,
    snp_host_rmp,
    tdx_host,
    hypervisor_kvm,
    hypervisor_hyperv,
    hypervisor_vmware,
    hypervisor_xen_pv,
    hypervisor_xen_hvm,
    hypervisor_acrn,
    hypervisor_jailhouse,
    hypervisor_bhyve,
    hypervisor_pvm,
    gvisor_starting,
    hypervisor_any,
    hv_root,
    hv_nested,
    hv_nested_features,
    hv_build,
    hv_any,
    vboxguest,
    booting_bare,
    booting_xen,
    booting_other,
    xen_version,
    vbox_kvm_symbols,
    vbox_loaded,
    vbox_tsc,
    vbox_cores,
    vmmon_registered,
    vmmon_any,
    linux_banner,
    kernel_command_line,
    command_line,
    dmi,
};

struct LogRow {
    LogLine id;
    std::string_view name;  ///< the enumerator's name, for snapshots and --explain
    std::string_view text;  ///< a plain part of the message, without time stamp and level
    std::string_view then;  ///< a second part, somewhere after the first; empty: none
    std::string_view
        since;  ///< first release that prints it, as far as looked at; empty: older than 4.19, or not known
    std::string_view until;  ///< last release that prints it; empty: it still does, or not known
    LogSubsystem subsystem;
    LogVendor vendor;  ///< whose processor it speaks of, not whose it is printed on
    LogEffect effect;
    bool about_kvm;  ///< counts only where the line also names kvm, kvm_intel or kvm_amd: any module may
                     ///< print it
    std::string_view meaning;
    std::string_view is_not;  ///< what it must not be taken for; may be empty
    std::string_view source;  ///< kernel file and function, or the thread and its date
};

std::span<const LogRow> log_rows();
const LogRow& log_row(LogLine id);

/// Who writes such lines as LogSubsystem::modprobe has.
enum class Loader : std::uint8_t { modprobe, insmod, systemd };

/// A line of the kernel's log that the table knows, and where it stood: the later one is the younger.
struct LoggedLine {
    LogLine id{};
    std::string text;    ///< the message
    unsigned order = 0;  ///< among all lines that were read
    std::string_view
        module{};     ///< of KVM's, that it names: kvm_intel, kvm_amd, else kvm; empty: none, or both
    Loader loader{};  ///< of a loader's line
    bool names_vfio = false;
    friend bool operator==(const LoggedLine&, const LoggedLine&) = default;
};

/// The first row that fits a line, with or without stamp, host name and level before the message; null: none
/// does.
const LogRow* classify_log_line(std::string_view line);

/// A line of a log and the first row that fits it.
struct FoundLine {
    const LogRow* row;
    std::string_view line;  ///< the whole line, a view into the text that was searched
};

/// The vendor's module that a line names, kvm_intel or kvm_amd, with a hyphen too; empty: none, or both.
std::string_view module_in(std::string_view line);

/// All such lines of a text, in its order, found in one pass over it.
std::vector<FoundLine> search_log(std::string_view text);

}  // namespace nestprobe

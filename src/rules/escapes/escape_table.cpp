// SPDX-License-Identifier: MIT
// Releases and packages that fixed each hole.  Sources: the CVE records of the kernel's CNA (2026-05-28 to
// 2026-10-03), the change logs of Debian's and Ubuntu's kernel packages (read 2026-11-25), AlmaLinux's OSV
// records, and the advisories of Proxmox and Amazon (July and August 2026).  All ages: the date is printed.
#include "rules/escapes/escapes.hpp"

namespace nestprobe {
namespace {

constexpr Escape escape_rows[] = {
    {.cve = "CVE-2026-46113",
     .what = "shadow page reused for another guest frame",
     .since = {2, 6},
     .needs = Needs::nested_or_shadow,
     .fixed = {"7.1-rc3", "7.1", "7.0.7", "-", "6.18.30", "6.12.88", "6.6.140", "6.1.175", "5.15.222", "-"}},
    {.cve = "CVE-2026-53359",
     .what = "shadow page reused in another role (Januscape)",
     .since = {2, 6},
     .needs = Needs::nested_or_shadow,
     .fixed = {"7.2-rc1", "7.1.3", "-", "-", "6.18.38", "6.12.95", "6.6.144", "6.1.177", "5.15.222", "-"}},
    {.cve = "CVE-2026-64561",
     .what = "root page table discarded while in use (Zapscape)",
     .since = {5, 9},
     .needs = Needs::nested_two_walks,
     .fixed = {"7.2-rc5", "7.1.6", "-", "-", "6.18.42", "6.12.101", "6.6.148", "6.1.183", "5.15.218", "-"}},
    {.cve = "CVE-2026-64562",
     .what = "shadow VMCS freed while the processor may write to it",
     .amd = false,
     .since = {4, 9},
     .needs = Needs::nested_shadow_vmcs,
     .fixed = {"7.2", "7.1.6", "-", "-", "6.18.42", "6.12.101", "6.6.148", "6.1.183", "5.15.216",
               "5.10.265"}},
    {.cve = "CVE-2026-80726",
     .what = "shadow pages inherit that their parent is invalid",
     .since = {2, 6},
     .needs = Needs::nested_or_shadow,
     .fixed = {"7.2", "7.1.9", "-", "-", "6.18.45", "6.12.104", "6.6.152", "6.1.183", "5.15.222", "-"}},
    // lesser ones
    {.cve = "CVE-2026-23401",
     .what = "present shadow entry overwritten by an MMIO one",
     .reaches_host = false,
     .since = {5, 13},
     .needs = Needs::nested_or_shadow,
     .fixed = {"7.0", "", "", "6.19.11", "6.18.21", "6.12.80", "6.6.131", "6.1.168", "5.15.203", "="}},
    {.cve = "CVE-2026-43133",
     .what = "VMLOAD and VMSAVE of a guest's guest used the wrong VMCB",
     .reaches_host = false,
     .intel = false,
     .since = {5, 13},
     .needs = Needs::nested,
     .fixed = {"7.0", "", "", "6.19.6", "6.18.16", "6.12.75", "6.6.128", "6.1.165", "5.15.202", "="}},
    {.cve = "CVE-2026-46076",
     .what = "VMMCALL of a guest's guest treated as the guest's",
     .reaches_host = false,
     .intel = false,
     .since = {6, 2},
     .needs = Needs::nested_hyperv_flush,
     .fixed = {"7.1", "", "7.0.4", "", "6.18.27", "6.12.86", "-", "=", "=", "="}},
    {.cve = "CVE-2026-72287",
     .what = "guest left running on a CR3 of its own choice",
     .reaches_host = false,
     .amd = false,
     .since = {6, 19},
     .needs = Needs::nested_ept_off_check,
     .fixed = {"7.2", "7.1.5", "-", "-", "=", "=", "=", "=", "=", "="}},
};

constexpr EscapePackages packages[] = {
    {KernelMaker::debian, "", "6.12", {"6.12.88-1", "6.12.95-1", "6.12.101-1", "6.12.101-1", "6.12.105-1"}},
    {KernelMaker::debian, "", "6.1", {"6.1.176-1", "6.1.177-1", "6.1.187-1", "6.1.187-1", "6.1.187-1"}},
    {KernelMaker::debian, "", "7.1", {"7.1.3-1", "7.1.3-1", "7.1.6-1", "7.1.6-1", "7.1.9-1"}},
    {KernelMaker::debian, "", "5.10", {"-", "-", "-", "-", "-"}},
    {KernelMaker::ubuntu,
     "",
     "5.15",
     {"5.15.0-202.212", "5.15.0-191.201", "5.15.0-202.212", "5.15.0-198.208", "5.15.0-202.212"}},
    {KernelMaker::ubuntu,
     "",
     "6.8",
     {"6.8.0-136.136", "6.8.0-139.139", "6.8.0-147.147", "6.8.0-147.147", "6.8.0-148.148"}},
    {KernelMaker::ubuntu, "", "6.17", {"6.17.0-42.42", "6.17.0-42.42", "-", "-", "-"}},
    {KernelMaker::ubuntu,
     "",
     "7.0",
     {"7.0.0-28.28", "7.0.0-31.31", "7.0.0-38.38", "7.0.0-38.38", "7.0.0-39.39"}},
    {KernelMaker::red_hat,
     "el10_2",
     "6.12",
     {"6.12.0-211.32.1", "6.12.0-211.32.1", "6.12.0-211.39.1", "?", "?"}},
    {KernelMaker::red_hat,
     "el9_8",
     "5.14",
     {"5.14.0-687.24.1", "5.14.0-687.24.1", "5.14.0-687.30.1", "?", "?"}},
    {KernelMaker::red_hat,
     "el8_10",
     "4.18",
     {"4.18.0-553.143.1", "4.18.0-553.143.1", "4.18.0-553.147.1", "?", "?"}},
    {KernelMaker::proxmox, "", "7.0", {"7.0.14-4", "7.0.14-4", "7.0.14-9", "?", "?"}},
    {KernelMaker::proxmox, "", "6.17", {"?", "6.17.13-15", "-", "?", "?"}},
    {KernelMaker::proxmox, "", "6.8", {"?", "6.8.12-33", "6.8.12-40", "?", "?"}},
    {KernelMaker::amazon, "", "6.1", {"?", "-", "-", "?", "?"}},
    {KernelMaker::amazon, "", "6.12", {"?", "6.12.94-123.190", "6.12.100-125.179", "?", "?"}},
    {KernelMaker::amazon, "", "6.18", {"?", "6.18.38-73.137", "6.18.42", "?", "6.18.45"}},
};

}  // namespace

std::span<const Escape> escapes() { return escape_rows; }
std::span<const EscapePackages> escape_packages() { return packages; }

}  // namespace nestprobe

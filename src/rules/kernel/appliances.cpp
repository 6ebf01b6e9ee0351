// SPDX-License-Identifier: MIT
// From the names that distributions and makers give their kernels (2026-11, Debian, Ubuntu, Alpine and
// Docker by their packages; Microsoft's, Synology's and QNAP's by their manuals).
#include "rules/kernel/appliances.hpp"

#include "rules/rule.hpp"

namespace nestprobe {
namespace {

constexpr Appliance appliances[] = {
    {"-cloud-amd64", "", "Debian's kernel for clouds",
     "Install Debian's usual kernel, and restart into it.\n    sudo apt install linux-image-amd64"},
    {"-kvm", "", "Ubuntu's kernel for guests of KVM",
     "Install Ubuntu's usual kernel, and restart into it.\n    sudo apt install linux-image-generic"},
    {"-virt", "", "Alpine's kernel for virtual machines",
     "Install Alpine's usual kernel, and restart into it.\n    doas apk add linux-lts"},
    {"-linuxkit", "", "the kernel of Docker Desktop's virtual machine",
     "Docker Desktop brings this kernel, and nobody else can change it: run Docker Engine in a Linux system "
     "of your own instead."},
    {"-microsoft-standard", "", "a kernel of WSL 2, of its first years",
     "Windows brings this kernel, and no package of this system: update it from there. (On Windows 10 WSL 2 "
     "offers no nested virtualization, whatever the kernel.)\n    wsl --update\n    wsl --shutdown"},
    {"-microsoft-standard-WSL2", "", "the kernel of WSL 2",
     "Windows brings this kernel, and no package of this system: update it from there; a kernel= line in "
     ".wslconfig puts one of your own in its place, which may lack KVM.\n    wsl --update\n    wsl "
     "--shutdown"},
    {"", "Synology", "a Synology NAS's kernel",
     "The maker builds this kernel. On models that Synology lists for it, the package Virtual Machine "
     "Manager "
     "brings KVM; on others there is none."},
    {"", "QNAP", "a QNAP NAS's kernel",
     "The maker builds this kernel. On models that QNAP lists for it, the app Virtualization Station brings "
     "KVM; on others there is none."},
};

bool fits(const Facts& f, const Appliance& a) {
    const std::string* release = f.kernel.release.if_known();
    const std::string* maker = f.hypervisor.dmi_vendor.if_known();
    if (f.evidence && f.evidence->maker.if_known()) maker = f.evidence->maker.if_known();
    if (!a.release.empty()) return release && release->ends_with(a.release);
    return maker && maker->starts_with(a.maker);
}

}  // namespace

const Appliance* appliance(const Facts& f) {
    for (const Appliance& a : appliances)
        if (fits(f, a)) return &a;
    return nullptr;
}

bool is_wsl1(const Facts& f) {
    const std::string* release = f.kernel.release.if_known();
    if (!release) return is(f.hypervisor.platform, Platform::wsl1);
    return release->ends_with("-Microsoft");  // WSL 2 writes -microsoft-standard
}

}  // namespace nestprobe

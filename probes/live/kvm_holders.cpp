// SPDX-License-Identifier: MIT
// Who holds /dev/kvm: the links in /proc/PID/fd, which the kernel names "/dev/kvm" and "anon_inode:kvm-vm"
// (Linux virt/kvm/kvm_main.c, kvm_dev_ioctl_create_vm(); fs/anon_inodes.c).  Nothing is opened but folders,
// and of a holder its comm and cmdline, from which the guest's name alone is kept.
#include "base/errors.hpp"
#include "base/text.hpp"
#include "input/descriptor.hpp"
#include "live/parts.hpp"

#include <dirent.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <memory>

namespace nestprobe {
namespace {

struct CloseFolder {
    void operator()(DIR* folder) const { ::closedir(folder); }
};
using Folder = std::unique_ptr<DIR, CloseFolder>;

Folder open_folder(int at, const std::string& path) {
    const int file = ::openat(at, path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (file < 0) return nullptr;
    DIR* folder = ::fdopendir(file);
    if (!folder) ::close(file);
    return Folder(folder);
}

bool holds_kvm(DIR* links) {
    constexpr std::string_view targets[] = {"/dev/kvm", "anon_inode:kvm-vm", "anon_inode:[kvm-vm]"};
    while (const dirent* entry = ::readdir(links)) {
        char target[32];
        const ssize_t size = ::readlinkat(::dirfd(links), entry->d_name, target, sizeof target);
        if (size <= 0) continue;
        const std::string_view name(target, static_cast<std::size_t>(size));
        if (std::find(std::begin(targets), std::end(targets), name) != std::end(targets)) return true;
    }
    return false;
}

/// What follows -name: "guest=web-1,debug-threads=on" is web-1; Firecracker's --id.
std::string guest_told(std::string_view arguments) {
    bool next = false;
    while (!arguments.empty()) {
        std::string_view word = arguments.substr(0, arguments.find('\0'));
        arguments.remove_prefix(std::min(word.size() + 1, arguments.size()));
        if (next) {
            if (word.starts_with("guest=")) word.remove_prefix(6);
            return std::string(word.substr(0, word.find(',')));
        }
        next = word == "-name" || word == "--id";
    }
    return {};
}

std::string describe_holder(const std::string& pid) {
    const LiveFilesystem files;
    const auto command = files.read("/proc/" + pid + "/comm");
    const auto arguments = files.read("/proc/" + pid + "/cmdline");
    std::string text = pid;
    if (command.if_known()) text.append(" ").append(trim(*command.if_known()));
    const std::string guest = arguments.if_known() ? guest_told(*arguments.if_known()) : "";
    if (!guest.empty()) text.append(" -name ").append(guest);
    return text;
}

}  // namespace

Reading<std::vector<std::string>> LiveKvmDevice::holders() const {
    const Folder processes = open_folder(AT_FDCWD, "/proc");
    if (!processes) return refused(errno, "/proc");
    std::vector<unsigned> found;
    unsigned closed = 0;
    while (const dirent* entry = ::readdir(processes.get())) {
        unsigned pid = 0;
        if (!parse_number(std::string_view(entry->d_name), pid) || pid == static_cast<unsigned>(::getpid()))
            continue;
        const Folder links = open_folder(::dirfd(processes.get()), fmt::format("{}/fd", pid));
        if (!links && errno == EACCES) ++closed;
        if (links && holds_kvm(links.get())) found.push_back(pid);
    }
    if (found.empty() && closed > 0)
        return refused(EACCES, fmt::format("/proc/*/fd of {} processes", closed));
    std::sort(found.begin(), found.end());
    std::vector<std::string> holders;
    for (const unsigned pid : found) holders.push_back(describe_holder(fmt::format("{}", pid)));
    return holders;
}

}  // namespace nestprobe

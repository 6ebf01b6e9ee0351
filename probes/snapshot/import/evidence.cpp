// SPDX-License-Identifier: MIT
#include "snapshot/import/evidence.hpp"

#include "base/errors.hpp"
#include "base/text.hpp"
#include "snapshot/import/lscpu_words.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cerrno>
#include <iterator>

namespace nestprobe {
namespace {

/// Flags that are cut, flags that are whole, more of them: each is worth more than the one before.
int worth(const CpuLines& cpu) { return !cpu.has_flags ? 0 : cpu.flags_cut ? 1 : 2; }

/// One description of the processor from several: the better list of flags, and what it lacks from the
/// others.
void complete(CpuLines& better, const CpuLines& other) {
    if (better.ids.empty()) better.ids = other.ids;
    if (better.vendor.empty()) better.vendor = other.vendor;
    if (better.brand.empty()) better.brand = other.brand;
    if (!better.has_vmx_flags && other.has_vmx_flags) {
        better.vmx_flags = other.vmx_flags;
        better.has_vmx_flags = true;
    }
}

/// The words of a cut list that the other one has are there as well.
void add_words(CpuLines& cpu, const CpuLines& other) {
    if (!cpu.flags_cut || !other.has_flags) return;
    for (const std::string_view word : split_words(other.flags))
        if ((word == "vmx" || word == "svm" || word == "hypervisor" || word == "ept") &&
            !has_word(cpu.flags, word))
            cpu.flags = fmt::format("{} ... {}", word, cpu.flags);
}

/// KVM's or Hyper-V's name: VirtualBox shows guests the one or the other, QEMU the second, and whoever
/// builds on KVM the first.  TCG's and none's are worth no more.
bool names_interface(std::string_view text) {
    std::string name;
    for (const char c : trim(text.substr(0, text.find('\n'))))
        name += c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
    for (const std::string_view interface :
         {"kvm", "linux kvm", "microsoft", "hyper-v", "hyperv", "qemu", "bochs"})
        if (name.starts_with(interface)) return true;
    return name.empty();
}

}  // namespace

void Evidence::file(std::string path, std::string text) {
    // "6.5.11-": the paste was cut or wrapped there.
    if (path == "/proc/sys/kernel/osrelease" && trim(text).ends_with('-')) return;
    recording_.files.insert_or_assign(std::move(path), Reading<std::string>(std::move(text)));
}
void Evidence::add_to_file(const std::string& path, std::string_view heading, std::string_view text) {
    const auto found = recording_.files.find(path);
    const std::string* before = found == recording_.files.end() ? nullptr : found->second.if_known();
    file(path, fmt::format("{}{}", before ? *before : std::string(heading), text));
}
void Evidence::said(std::string line) { said_.push_back(std::move(line)); }
void Evidence::built_in(std::string_view module) {
    if (std::find(built_in_.begin(), built_in_.end(), module) == built_in_.end())
        built_in_.emplace_back(module);
}
void Evidence::missing(std::string_view module) {
    if (std::find(missing_.begin(), missing_.end(), module) == missing_.end()) missing_.emplace_back(module);
}
void Evidence::absent_file(const std::string& path, Absent absent) {
    recording_.files.insert_or_assign(path, Reading<std::string>(std::move(absent)));
}
void Evidence::directory(const std::string& path, std::vector<std::string> names) {
    std::sort(names.begin(), names.end());
    recording_.directories.insert_or_assign(path, Reading<std::vector<std::string>>(std::move(names)));
}
void Evidence::log_line(std::string line) {
    constexpr std::size_t most = 20000;
    if (!recording_.kernel_log)
        recording_.kernel_log = Reading<std::vector<std::string>>(std::vector<std::string>{});
    auto& lines = *recording_.kernel_log->if_known();
    if (lines.size() < most) lines.push_back(std::move(line));
}
void Evidence::forget_log() {
    if (recording_.kernel_log) recording_.kernel_log->if_known()->clear();
}
void Evidence::hear(std::string_view topic, std::string_view value, std::string_view source) {
    // What CPUID names may be what another product imitates; who looked at DMI, or at a definition, knows.
    const auto before = recording_.files.find(std::string(topic));
    if (topic == hearsay::hypervisor && names_interface(value) && before != recording_.files.end() &&
        before->second.if_known() && !names_interface(*before->second.if_known()))
        return;
    no_guest_heard_ = no_guest_heard_ || (topic == hearsay::guest && value == "no");
    file(std::string(topic), hearsay::write_statement(value, source));
}
bool Evidence::says(std::string_view topic, std::string_view value, std::string_view words) const {
    const auto found = recording_.files.find(std::string(topic));
    const std::string* text = found == recording_.files.end() ? nullptr : found->second.if_known();
    if (!text) return false;
    const hearsay::Statement statement = hearsay::parse_statement(*text);
    return statement.value == value && contains(statement.source, words);
}
void Evidence::kvm(Reading<bool> open, Opener by) {
    const Absent *fresh = open.if_absent(),
                 *before = recording_.kvm.open ? recording_.kvm.open->if_absent() : nullptr;
    // QEMU says it once more behind libvirt, and behind a security module that named the node.
    if (fresh && before && same_reason(*fresh, *before) && opener_ == Opener::libvirt) return;
    if (fresh && before && by == Opener::user && opener_ >= Opener::snap) return;
    recording_.kvm.open = std::move(open);
    opener_ = by;
    refused_at_ = now_;
    looked_ = false;
}
bool Evidence::denied() const {
    return refused() && recording_.kvm.open->absence().why == Why::permission_denied &&
           opener_ == Opener::user;
}
void Evidence::cpu(CpuLines lines) {
    if (lines.vendor.empty()) lines.vendor = vendor_of_brand(lines.brand);
    if (lines.has_flags && !take_marks_off(lines.flags)) lines.flags_cut = true;
    cpus_.push_back(std::move(lines));
}
void Evidence::dump(Recording recording) {
    recording_.cpus = std::move(recording.cpus);
    if (recording_.tool.empty()) recording_.tool = recording.tool;
}
void Evidence::msr(const CpuSet& ids, std::uint32_t index, std::uint64_t value) {
    for (CpuRecord& record : recording_.cpus)
        if (record.ids.intersects(ids)) {
            record.msr.insert_or_assign(index, value);
            return;
        }
    recording_.cpus.push_back({ids, {}, {}});
    recording_.cpus.back().msr.emplace(index, value);
}
void Evidence::taken(std::string_view format) {
    if (std::find(taken_.begin(), taken_.end(), format) == taken_.end()) taken_.emplace_back(format);
}

bool Evidence::says_guest() const {
    const auto heard = recording_.files.find(hearsay::guest);
    const std::string* word = heard == recording_.files.end() ? nullptr : heard->second.if_known();
    return (word && word->starts_with("yes")) ||
           std::any_of(cpus_.begin(), cpus_.end(),
                       [](const CpuLines& cpu) { return has_word(cpu.flags, "hypervisor"); });
}

Recording Evidence::take() && {
    if (!cpus_.empty() && !recording_.files.contains("/proc/cpuinfo")) {
        // Those told apart by number stay apart; else the best description is everybody's.
        std::vector<CpuLines> numbered;
        std::copy_if(cpus_.begin(), cpus_.end(), std::back_inserter(numbered),
                     [](const CpuLines& cpu) { return !cpu.ids.empty() && cpu.has_flags; });
        CpuLines best = cpus_.front();
        for (const CpuLines& cpu : cpus_) {
            if (&cpu == &cpus_.front()) continue;
            CpuLines other = cpu;
            if (worth(other) > worth(best)) std::swap(other, best);
            complete(best, other);
            add_words(best, other);
        }
        if (numbered.size() > 1)
            for (CpuLines& cpu : numbered) complete(cpu, best);
        if (numbered.size() <= 1 && best.ids.empty()) hear(hearsay::cpu_count, "unknown", "the paste");
        recording_.files.emplace("/proc/cpuinfo",
                                 write_cpuinfo(numbered.size() > 1 ? numbered : std::vector<CpuLines>{best}));
    }
    judge_access();
    if (recording_.kvm.open && recording_.kvm.open->if_absent() &&
        recording_.kvm.open->absence().why == Why::malformed)
        forget(hearsay::usable);
    if (opener_ != Opener::user) hear(hearsay::opener, to_string(opener_), "who was refused /dev/kvm");
    // In a container the folder of modules is the image's own: what modprobe misses there tells nothing.
    if (in_container())
        std::erase_if(said_,
                      [](const std::string& line) { return contains(line, "not found in directory"); });
    for (std::string& line : said_) log_line(std::move(line));
    if (!built_in_.empty())
        hear(hearsay::built_in, fmt::format("{}", fmt::join(built_in_, " ")), "modules.builtin");
    if (!missing_.empty()) hear(hearsay::missing, fmt::format("{}", fmt::join(missing_, " ")), "/sys/module");
    if (recording_.tool.empty()) recording_.tool = fmt::format("{}", fmt::join(taken_, ", "));
    return std::move(recording_);
}

}  // namespace nestprobe

// SPDX-License-Identifier: MIT
#include "snapshot/merge.hpp"

#include "base/hearsay.hpp"
#include "base/text.hpp"
#include "machine/cpuinfo.hpp"
#include "snapshot/import/evidence.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <set>

namespace nestprobe {
namespace {

constexpr std::string_view proc_cpuinfo = "/proc/cpuinfo";
constexpr std::string_view deciding_flags[] = {"vmx", "svm", "hypervisor"};

std::string_view yes_or_no(bool value) { return value ? "yes" : "no"; }

/// A value as a line may quote it.
std::string shown(std::string_view text) {
    text = trim(text);
    return fmt::format("\"{}\"", text.substr(0, std::min<std::size_t>(text.find('\n'), 80)));
}

class Merge {
public:
    explicit Merge(NamedRecording first) : result_(std::move(first.recording)) {
        for (const auto& [path, text] : result_.files) origin_[path] = first.name;
        name_ = std::move(first.name);
    }

    void add(NamedRecording input) {
        Recording& other = input.recording;
        keep_count_known(other);
        add_files(other.files, input.name);
        result_.directories.insert(other.directories.begin(), other.directories.end());
        add_cpus(std::move(other.cpus), input.name);
        add_kvm(std::move(other.kvm), input.name);
        if (!result_.kernel_log || result_.kernel_log->if_absent())
            result_.kernel_log = std::move(other.kernel_log);
        else if (other.kernel_log && other.kernel_log->if_known())
            for (std::string& line : *other.kernel_log->if_known())
                result_.kernel_log->if_known()->push_back(std::move(line));
        // Together they are as old as the oldest of them that says so.
        if (result_.recorded.empty() || (!other.recorded.empty() && other.recorded < result_.recorded))
            result_.recorded = other.recorded;
        if (!other.tool.empty() && other.tool != result_.tool) result_.tool += ", " + other.tool;
    }

    Recording take() && {
        compare_flags_with_hearsay();
        if (const auto own = result_.files.find(hearsay::contradictions); own != result_.files.end())
            if (const std::string* text = own->second.if_known()) contradict(std::string(trim(*text)));
        result_.files.insert_or_assign(
            std::string(hearsay::contradictions),
            Reading<std::string>(fmt::format("{}", fmt::join(contradictions_, "\n"))));
        return std::move(result_);
    }

private:
    using Files = std::map<std::string, Reading<std::string>, std::less<>>;

    void contradict(std::string line) {
        if (std::find(contradictions_.begin(), contradictions_.end(), line) == contradictions_.end())
            contradictions_.push_back(std::move(line));
    }

    void add_files(const Files& files, const std::string& name) {
        for (const auto& [path, text] : files) {
            const auto found = result_.files.find(path);
            if (found == result_.files.end() || is_blank_absence(found->second)) {
                result_.files.insert_or_assign(path, text);
                origin_[path] = name;
            } else if (path == proc_cpuinfo) {
                merge_cpuinfo(found->second, text, name);
            } else if (!is_blank_absence(text)) {
                merge_file(path, found->second, text, name);
            }
        }
    }
    /// How many CPUs there are is unknown only where no input with a processor in it says so.
    void keep_count_known(Recording& other) {
        const auto knows = [](const Recording& r) {
            return r.files.contains(proc_cpuinfo) && !r.files.contains(hearsay::cpu_count);
        };
        if (knows(result_)) other.files.erase(std::string(hearsay::cpu_count));
        if (knows(other)) result_.files.erase(std::string(hearsay::cpu_count));
    }
    /// Not recorded, not readable: no statement about what is there.
    static bool is_blank_absence(const Reading<std::string>& text) {
        const Absent* absent = text.if_absent();
        return absent && absent->why != Why::no_device;
    }
    void merge_file(const std::string& path, Reading<std::string>& mine, const Reading<std::string>& other,
                    const std::string& name) {
        const std::string *a = mine.if_known(), *b = other.if_known();
        if (!a && !b) return;
        if (a && b && first_line(path, *a) == first_line(path, *b)) return;
        if (path == hearsay::built_in && a && b) {
            mine = fmt::format("{} {}\nmodules.builtin\n", trim(a->substr(0, a->find('\n'))),
                               trim(b->substr(0, b->find('\n'))));
            return;
        }
        if ((path == hearsay::unknown_options_file || path == hearsay::contradictions) && a && b) {
            mine = *a + *b;
            return;
        }
        if (hearsay::is_sentence(path)) return void(mine = Absent{Why::not_recorded, path});
        if (path == "/proc/modules" || path == "/proc/self/status" || path == "/proc/interrupts" ||
            path == "/proc/config.gz")
            return merge_lists(mine, other);
        const std::string text = fmt::format("{}: {} in {}, {} in {}", path, a ? shown(*a) : "missing",
                                             origin_[path], b ? shown(*b) : "missing", name);
        contradict(text);
        mine = Absent{Why::malformed, text};
    }
    /// Of a statement only its value counts, not who made it.
    static std::string_view first_line(std::string_view path, std::string_view text) {
        return trim(is_hearsay(path) ? text.substr(0, text.find('\n')) : text);
    }
    /// Users and numbers differ from one moment to the next; what one lists and the other does not is listed.
    static void merge_lists(Reading<std::string>& mine, const Reading<std::string>& other) {
        if (!other.if_known()) return;
        if (!mine.if_known()) return void(mine = other);
        std::set<std::string, std::less<>> keys;
        for_each_line(*mine.if_known(), [&](std::string_view line) {
            keys.emplace(line.substr(0, line.find_first_of(" =:")));
        });
        std::string& text = *mine.if_known();
        if (!text.empty() && !text.ends_with('\n')) text += '\n';
        for_each_line(*other.if_known(), [&](std::string_view line) {
            if (!keys.contains(line.substr(0, line.find_first_of(" =:")))) text.append(line).push_back('\n');
        });
    }

    // --- the processor ---

    static CpuLines lines_of(const CpuinfoEntry& entry, const CpuSet& ids) {
        return {ids.to_string(), entry.vendor_id, entry.brand,         entry.flags,
                entry.vmx_flags, entry.has_flags, entry.has_vmx_flags, entry.flags_cut};
    }
    void merge_cpuinfo(Reading<std::string>& mine, const Reading<std::string>& other,
                       const std::string& name) {
        if (!mine.if_known() || !other.if_known()) {
            if (other.if_known()) mine = other;
            return;
        }
        const auto a = parse_cpuinfo(mine), b = parse_cpuinfo(other);
        if (!b.any_known()) return;
        if (!a.any_known()) {
            mine = other;
            return;
        }
        bool differ = false;
        for (const std::string_view flag : deciding_flags) {
            const auto x = flag_of(a, flag).first_known(), y = flag_of(b, flag).first_known();
            if (!x.if_known() || !y.if_known() || *x.if_known() == *y.if_known()) continue;
            differ = true;
            contradict(fmt::format("{}, flag {}: {} in {}, {} in {}", proc_cpuinfo, flag,
                                   yes_or_no(*x.if_known()), origin_[std::string(proc_cpuinfo)],
                                   yes_or_no(*y.if_known()), name));
        }
        const auto first_a = a.first_known(), first_b = b.first_known();
        const CpuinfoEntry &ea = *first_a.if_known(), &eb = *first_b.if_known();
        for (const auto& [key, x, y] : {std::tuple{"vendor_id", &ea.vendor_id, &eb.vendor_id},
                                        std::tuple{"model name", &ea.brand, &eb.brand}})
            if (!x->empty() && !y->empty() && trim(*x) != trim(*y))
                contradict(fmt::format("{}, {}: {} in {}, {} in {}", proc_cpuinfo, key, shown(*x),
                                       origin_[std::string(proc_cpuinfo)], shown(*y), name));
        mine = combine(a, b, differ);
    }
    /// The better of the two lists, for the CPUs of the longer one; none where they contradict each other.
    static std::string combine(const PerCpu<CpuinfoEntry>& a, const PerCpu<CpuinfoEntry>& b, bool differ) {
        const auto rank = [](const PerCpu<CpuinfoEntry>& p) {
            const auto first = p.first_known();
            const CpuinfoEntry* entry = first.if_known();
            return !entry || !entry->has_flags ? 0 : entry->flags_cut ? 1 : 2;
        };
        const PerCpu<CpuinfoEntry>&better = rank(b) > rank(a) ? b : a, &lesser = rank(b) > rank(a) ? a : b;
        const auto other = lesser.first_known();
        CpuSet better_ids, lesser_ids;
        for (const auto& group : better.groups()) better_ids.add(group.cpus);
        for (const auto& group : lesser.groups()) lesser_ids.add(group.cpus);
        std::vector<CpuLines> lines;
        for (const auto& group : better.groups()) {
            const CpuinfoEntry* entry = group.answer.if_known();
            if (!entry) continue;
            CpuLines cpu = lines_of(*entry, group.cpus);
            if (better.groups().size() == 1 && lesser_ids.size() > better_ids.size())
                cpu.ids = lesser_ids.to_string();
            if (cpu.vendor.empty()) cpu.vendor = other.if_known()->vendor_id;
            if (cpu.brand.empty()) cpu.brand = other.if_known()->brand;
            if (!cpu.has_vmx_flags && other.if_known()->has_vmx_flags) {
                cpu.vmx_flags = other.if_known()->vmx_flags;
                cpu.has_vmx_flags = true;
            }
            if (differ) cpu.has_flags = false;
            lines.push_back(std::move(cpu));
        }
        return write_cpuinfo(lines);
    }

    void add_cpus(std::vector<CpuRecord> cpus, const std::string& name) {
        if (result_.cpus.empty()) {
            result_.cpus = std::move(cpus);
            return;
        }
        for (CpuRecord& record : cpus)
            for (CpuRecord& mine : result_.cpus)
                if (mine.ids.intersects(record.ids)) {
                    add_registers(mine.cpuid, record.cpuid, name, "CPUID");
                    add_registers(mine.msr, record.msr, name, "MSR");
                }
        for (CpuRecord& record : cpus)
            if (std::none_of(result_.cpus.begin(), result_.cpus.end(),
                             [&](const CpuRecord& mine) { return mine.ids.intersects(record.ids); }))
                result_.cpus.push_back(std::move(record));
    }
    static std::string number_of(const CpuidKey& key) {
        return fmt::format("{:x}:{:x}", key.first, key.second);
    }
    static std::string number_of(std::uint32_t index) { return fmt::format("0x{:x}", index); }
    static bool matters(const CpuidKey& key) { return key.first == 0 || key.first == 0x8000'0001; }
    static bool matters(std::uint32_t) { return true; }
    template <class Map>
    void add_registers(Map& mine, const Map& other, const std::string& name, std::string_view kind) {
        for (const auto& [key, value] : other) {
            const auto [found, is_new] = mine.try_emplace(key, value);
            if (is_new || !value.if_known()) continue;
            if (!found->second.if_known()) {
                found->second = value;
            } else if (matters(key) && *found->second.if_known() != *value.if_known()) {
                const std::string text =
                    fmt::format("{} {} differs between {} and {}", kind, number_of(key), name_, name);
                contradict(text);
                found->second = Absent{Why::malformed, text};
            }
        }
    }

    void add_kvm(KvmRecord other, const std::string& name) {
        KvmRecord& mine = result_.kvm;
        if (!mine.open) {
            mine.open = other.open;
            mine.node = other.node;
        } else if (other.open && (!mine.open->if_known()) != (!other.open->if_known())) {
            const bool here = mine.open->if_known() != nullptr;
            const auto text = fmt::format("/dev/kvm {} in {} and {} in {}", here ? "opens" : "does not open",
                                          name_, here ? "does not" : "does", name);
            contradict(text);
            mine.open = Reading<bool>(Absent{Why::malformed, text});
            mine.node.reset();
        }
        if (!mine.api_version) mine.api_version = other.api_version;
        if (!mine.holders) mine.holders = other.holders;
        mine.extensions.insert(other.extensions.begin(), other.extensions.end());
        mine.supported_cpuid.insert(other.supported_cpuid.begin(), other.supported_cpuid.end());
        mine.feature_msrs.insert(other.feature_msrs.begin(), other.feature_msrs.end());
    }

    /// What lscpu or kvm-ok said of a flag, beside the list itself.
    void compare_flags_with_hearsay() {
        const auto cpuinfo = result_.files.find(proc_cpuinfo);
        if (cpuinfo == result_.files.end()) return;
        const auto parsed = parse_cpuinfo(cpuinfo->second);
        for (const auto& [flag, topic] :
             {std::pair<std::string_view, std::string_view>{"vmx", hearsay::flag_vmx},
              std::pair<std::string_view, std::string_view>{"svm", hearsay::flag_svm}}) {
            const auto found = result_.files.find(topic);
            const auto listed = flag_of(parsed, flag).first_known();
            if (found == result_.files.end() || !found->second.if_known() || !listed.if_known()) continue;
            const std::string& said = *found->second.if_known();
            if (said.starts_with("yes") == *listed.if_known()) continue;
            contradict(fmt::format("flag {}: {} in the list of {}, {} by {}", flag,
                                   yes_or_no(*listed.if_known()), origin_[std::string(proc_cpuinfo)],
                                   said.substr(0, said.find('\n')), origin_[std::string(topic)]));
        }
    }

    Recording result_;
    std::string name_;
    std::map<std::string, std::string, std::less<>> origin_;
    std::vector<std::string> contradictions_;
};

}  // namespace

Recording merge_recordings(std::vector<NamedRecording> inputs) {
    if (inputs.size() == 1) return std::move(inputs.front().recording);
    Merge merge(std::move(inputs.front()));
    for (std::size_t i = 1; i < inputs.size(); ++i) merge.add(std::move(inputs[i]));
    return std::move(merge).take();
}

}  // namespace nestprobe

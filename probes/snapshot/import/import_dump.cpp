// SPDX-License-Identifier: MIT
#include "snapshot/import/import_dump.hpp"

#include "base/text.hpp"
#include "input/bad_file.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace nestprobe {
namespace {

/// AIDA64 lists every CPU and the mainboard before the first register.
constexpr std::size_t beginning = std::size_t{64} * 1024;

/// The Pentium III's serial number (Intel AP-485); nothing else was ever put there.
constexpr std::uint32_t serial_number_leaf = 3;
/// PPIN of Intel and of AMD: a processor's serial number.
constexpr std::uint32_t serial_number_msrs[] = {0x4f, 0xc001'02f1};

/// Leaves whose rows count up without a gap, so that their order tells the subleaf. Leaf 0xd is none of them.
constexpr std::uint32_t counted_leaves[] = {0x4, 0x7, 0xb, 0x14, 0x18, 0x1f, 0x8000'001d, 0x8000'0026};

std::size_t hash(const CpuRecord& cpu) {
    std::size_t h = cpu.cpuid.size();
    const auto mix = [&h](std::uint64_t value) { h = (h ^ value) * 0x100'0000'01b3; };
    for (const auto& [key, reading] : cpu.cpuid) {
        const CpuidRegs* known = reading.if_known();
        const CpuidRegs r = known ? *known : CpuidRegs{};
        for (const std::uint32_t value : {key.first, key.second, r.eax, r.ebx, r.ecx, r.edx}) mix(value);
    }
    for (const auto& [index, value] : cpu.msr) {
        mix(index);
        mix(value.if_known() ? *value.if_known() : ~0ULL);
    }
    return h;
}

std::vector<CpuRecord> merge(std::vector<CpuRecord> cpus) {
    std::vector<CpuRecord> result;
    std::unordered_multimap<std::size_t, std::size_t> by_hash;
    for (CpuRecord& cpu : cpus) {
        const std::size_t h = hash(cpu);
        const auto [begin, end] = by_hash.equal_range(h);
        const auto twin = std::find_if(begin, end, [&](const auto& entry) {
            const CpuRecord& r = result[entry.second];
            return same_map(r.cpuid, cpu.cpuid) && same_map(r.msr, cpu.msr);
        });
        if (twin != end) {
            result[twin->second].ids.add(cpu.ids);
            continue;
        }
        by_hash.emplace(h, result.size());
        result.push_back(std::move(cpu));
    }
    return result;
}

}  // namespace

bool any_early_line(std::string_view text, bool (*predicate)(std::string_view line)) {
    bool found = false;
    for_each_dump_line(text.substr(0, beginning),
                       [&](const DumpLine& line) { found = found || predicate(line.text); });
    return found;
}

bool Cursor::skip(std::string_view literal) {
    std::string_view rest = rest_;
    for (const char c : literal) {
        if (rest.empty() || (c == ' ' ? !is_blank(rest.front()) : rest.front() != c)) return false;
        rest.remove_prefix(1);
        while (c == ' ' && !rest.empty() && is_blank(rest.front())) rest.remove_prefix(1);
    }
    rest_ = rest;
    return true;
}

void Cursor::skip_blanks() {
    while (!rest_.empty() && is_blank(rest_.front())) rest_.remove_prefix(1);
}

bool Cursor::decimal(unsigned& number) {
    const auto [end, error] = std::from_chars(rest_.data(), rest_.data() + rest_.size(), number);
    if (error != std::errc{}) return false;
    rest_.remove_prefix(static_cast<std::size_t>(end - rest_.data()));
    return true;
}

bool Cursor::registers(const std::array<std::string_view, 4>& before, CpuidRegs& regs, std::size_t least) {
    const std::array<std::uint32_t*, 4> into = {&regs.eax, &regs.ebx, &regs.ecx, &regs.edx};
    for (std::size_t i = 0; i < into.size(); ++i)
        if (!skip(before[i]) || !hex(*into[i], least)) return false;
    return true;
}

void Dump::refuse(std::string_view what) const {
    throw BadFile(fmt::format("{}:{}: {}", name_, line_, what.substr(0, longest_complaint)));
}

void Dump::select(unsigned cpu) {
    if (cpu >= CpuSet::limit) refuse(fmt::format("a CPU number above {}", CpuSet::limit - 1));
    const auto [found, is_new] = by_id_.try_emplace(cpu, cpus_.size());
    if (is_new) cpus_.push_back({CpuSet(cpu), {}, {}});
    current_ = found->second;
}

void Dump::select_first() {
    if (cpus_.empty()) select(0);
    current_ = 0;
}

void Dump::select_next() { select(static_cast<unsigned>(cpus_.size())); }

CpuRecord& Dump::current() {
    if (cpus_.empty()) select(0);
    return cpus_[current_];
}

void Dump::leaf(CpuidKey key, const CpuidRegs& regs, Repeat repeat) {
    if (key.first == serial_number_leaf) return;
    auto& known = current().cpuid;
    const CpuidRegs masked = mask_apic_ids(key.first, regs);
    if (ambiguous_.contains({current_, key})) return;
    const auto [found, is_new] = known.try_emplace(key, masked);
    if (is_new || same_answer(found->second, Reading<CpuidRegs>(masked))) return;
    if (repeat == Repeat::refuse)  // the dump may have run another CPU into this one
        refuse(fmt::format("leaf 0x{:x}, subleaf 0x{:x} stands twice for one CPU", key.first, key.second));
    if (repeat == Repeat::replace) {
        found->second = masked;
        return;
    }
    ambiguous_.emplace(current_, key);
    known.erase(found);
}

void Dump::next_leaf(std::uint32_t leaf, const CpuidRegs& regs) {
    const auto subleaf = next_subleaf(leaf);
    // Leaf 0 or 1 again is no subleaf but another CPU, run into this one.
    if (subleaf || leaf <= 1) this->leaf({leaf, subleaf.value_or(0)}, regs);
}

std::optional<std::uint32_t> Dump::next_subleaf(std::uint32_t leaf) {
    const auto& known = current().cpuid;
    auto after = known.upper_bound({leaf, ~0U});
    if (after == known.begin() || (--after)->first.first != leaf) return 0;
    if (!holds(counted_leaves, leaf) || after->first.second == ~0U) return std::nullopt;
    return after->first.second + 1;
}

void Dump::msr(std::uint32_t index, Reading<std::uint64_t> value) {
    if (!holds(serial_number_msrs, index)) current().msr.try_emplace(index, std::move(value));
}

Recording Dump::take() && {
    const auto is_empty = [](const CpuRecord& cpu) { return cpu.cpuid.empty() && cpu.msr.empty(); };
    if (std::all_of(cpus_.begin(), cpus_.end(), is_empty)) refuse("ends without a register of any CPU");
    Recording recording;
    recording.tool = tool_;
    recording.cpus = merge(std::move(cpus_));
    return recording;
}

}  // namespace nestprobe

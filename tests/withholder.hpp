// SPDX-License-Identifier: MIT
// Withholds readings of a recorded machine, one, two or nearly all of them, and compares what is answered
// then with what is answered with all of them: withheld_test.cpp.
#pragma once

#include "base/errors.hpp"
#include "fake_machine.hpp"
#include "render/render.hpp"
#include "snapshot/read.hpp"

#include <doctest/doctest.h>
#include <fmt/format.h>

#include <cerrno>
#include <filesystem>
#include <fstream>
#include <functional>
#include <map>
#include <random>
#include <set>
#include <sstream>
#include <utility>

namespace nestprobe::test {

/// How a look fails; 0: the snapshot does not hold the value.
inline constexpr int failures[] = {EACCES, ENOENT, EIO, EMFILE, EFBIG, ENXIO, 0};

/// Where a failed look is an answer, or the lack of it takes no answer away.
struct Reason {
    std::string_view what;    ///< the reading, as it is named below
    std::set<int> failures;   ///< with these only; empty: with any
    std::string_view change;  ///< "yes no": what it may turn into what; empty: any answer into another
    std::string_view why;
};
inline const Reason true_reasons[] = {
    {"open(/dev/kvm)", {EACCES, ENOENT, ENXIO}, "", "refused so, /dev/kvm cannot be used"},
    {"/sys/module/vfio_iommu_type1/parameters/allow_unsafe_interrupts",
     {ENOENT},
     "",
     "a module that is not loaded was told nothing"},
    {"/etc/modprobe.d/kvm.conf", {ENOENT}, "", "a file that is not there asks for nothing"},
    {"/sys/module/kvm_amd/parameters/nested", {ENOENT}, "", "a parameter that is not there has no module"},
    {"/sys/module/kvm_intel/parameters/nested", {ENOENT}, "", "the same"},
    {"/boot/config-6.1.0-18-amd64", {ENOENT}, "", "a kernel without its configuration tells nothing of it"},
    {"/sys/hypervisor/type", {ENOENT}, "unknown no", "Linux has it under Xen alone"},
    {"/proc/xen/capabilities", {ENOENT}, "unknown no", "a guest of Xen does without xenfs"},
    {"MSR 0x480", {EIO}, "", "the msr driver's EIO is a #GP: VMX without its registers"},
    {"MSRs of all CPUs", {EIO}, "", "the same"},
    {"the kernel log",
     {},
     "unknown yes",
     "most people may not read it: a line that is not heard proves nothing"},
};

/// Does a look that fails so say something, whatever else is known?
inline bool is_an_answer(std::string_view what, int failure) {
    return std::any_of(std::begin(true_reasons), std::end(true_reasons),
                       [&](const Reason& r) { return r.what == what && r.failures.contains(failure); });
}

inline bool is_allowed(std::string_view what, int failure, Answer before, Answer after) {
    const std::string change = fmt::format("{} {}", to_string(before), to_string(after));
    return std::any_of(std::begin(true_reasons), std::end(true_reasons), [&](const Reason& r) {
        return r.what == what && (r.failures.empty() || r.failures.contains(failure)) &&
               (r.change.empty() || r.change == change);
    });
}

/// A word that sends the reader of a guest's report to a firmware setup; empty where there is none, or where
/// the kernel's own line, which may be quoted, has it.
inline std::string_view word_of_firmware(const Report& report, const std::string& text) {
    if (!is(report.facts.hypervisor.level, Level::guest)) return {};
    std::string words;  // as if it were not wrapped
    for (const char c : text)
        if (c != '\n' && !(c == ' ' && words.ends_with(' ')))
            words += c;
        else if (!words.ends_with(' '))
            words += ' ';
    const auto* log = report.facts.kernel.log.if_known();
    for (const std::string_view word : {"firmware setup", "BIOS", "VT-x", "SVM Mode"}) {
        const bool quoted = log && std::any_of(log->begin(), log->end(), [&](const LoggedLine& line) {
                                return line.text.find(word) != std::string::npos;
                            });
        if (!quoted && words.find(word) != std::string::npos) return word;
    }
    return {};
}

inline std::vector<Answer> answers_of(const Recording& recording) {
    const Report report = report_of(recording);
    std::vector<Answer> answers;
    for (const Verdict& v : report.verdicts) answers.push_back(v.answer);
    const std::string summary = render_summary(report, {});
    CHECK(!summary.empty());
    CHECK_MESSAGE(word_of_firmware(report, summary).empty(), word_of_firmware(report, summary),
                  " in a guest:\n", summary);
    return answers;
}

inline Recording load(const std::filesystem::path& path) {
    std::ifstream file(path);
    std::stringstream text;
    text << file.rdbuf();
    return read_snapshot(text.str(), path.string());
}

inline std::set<std::filesystem::path> machines_in(const std::filesystem::path& folder) {
    std::set<std::filesystem::path> paths;
    for (const auto& entry : std::filesystem::recursive_directory_iterator(folder))
        if (entry.path().filename() == "snapshot.json") paths.insert(entry.path());
    return paths;
}

/// Tries the readings of one machine, every nth of them.
class Withholder {
public:
    Withholder(std::string machine, Recording recording, std::size_t& turn, std::size_t every)
        : machine_(std::move(machine)), recording_(std::move(recording)), turn_(turn), every_(every) {}

    void try_all() {
        const Recording& r = recording_;
        for (const auto& [path, ignored] : r.files) try_entry(path, &Recording::files, path);
        for (const auto& [path, ignored] : r.directories) try_entry(path, &Recording::directories, path);
        if (r.kernel_log)
            try_each("the kernel log", [](Recording& w, const auto& put) { put(w.kernel_log); });
        if (r.kvm.open) try_each("open(/dev/kvm)", [](Recording& w, const auto& put) { put(w.kvm.open); });
        if (r.kvm.api_version)
            try_each("KVM_GET_API_VERSION", [](Recording& w, const auto& put) { put(w.kvm.api_version); });
        for (const auto& [key, ignored] : r.kvm.supported_cpuid) try_kvm(key, &KvmRecord::supported_cpuid);
        for (const auto& [key, ignored] : r.kvm.feature_msrs) try_kvm(key, &KvmRecord::feature_msrs);
        for (std::size_t i = 0; i < r.cpus.size(); ++i) try_cpu(i);
        if (each_once_) return;
        try_each("CPUID on all CPUs", [](Recording& w, const auto& put) {
            for (CpuRecord& cpu : w.cpus)
                for (auto& [key, reading] : cpu.cpuid) put(reading);
        });
        try_each("MSRs of all CPUs", [](Recording& w, const auto& put) {
            for (CpuRecord& cpu : w.cpus)
                for (auto& [key, reading] : cpu.msr) put(reading);
        });
    }
    /// Readings by their names, all at once, in each way that a look can fail.  False: one of them is not
    /// there.
    bool try_named(const std::vector<std::string>& names) {
        collect_ = true;
        try_all();
        collect_ = false;
        const std::vector<Collected> all = std::exchange(collected_, {});
        for (const int failure : failures) {
            Recording worse = recording_;
            std::vector<Withheld> withheld;
            for (const std::string& name : names) {
                bool found = false;
                for (const Collected& reading : all) {
                    if (reading.what != name) continue;
                    reading.withhold(worse, Put{failure, name});
                    found = true;
                }
                if (!found) return false;
                withheld.push_back({name, failure});
            }
            compare(withheld, answers_of(worse));
            ++tried_;
        }
        return true;
    }
    /// Two readings at a time: every nth pair of them, each with a failure of its own.
    void try_pairs(std::size_t& turn, std::size_t every_pair) {
        collect_ = true;
        try_all();
        collect_ = false;
        const std::size_t n = std::size(failures);
        for (std::size_t i = 0; i < collected_.size(); ++i)
            for (std::size_t j = i + 1; j < collected_.size(); ++j) {
                if (++turn % every_pair != 0) continue;
                const int one = failures[turn / every_pair % n], other = failures[turn / every_pair / n % n];
                Recording worse = recording_;
                collected_[i].withhold(worse, Put{one, collected_[i].what});
                collected_[j].withhold(worse, Put{other, collected_[j].what});
                compare({{collected_[i].what, one}, {collected_[j].what, other}}, answers_of(worse));
                ++tried_;
            }
    }
    /// About `share` of the readings stay, the others fail: each in some way that says nothing.
    void try_all_but(double share, std::minstd_rand& dice) {
        if (alone_.empty()) {
            collect_ = each_once_ = true;
            try_all();
            collect_ = each_once_ = false;
            alone_.swap(collected_);
        }
        Recording worse = recording_;
        std::vector<Withheld> withheld;
        std::string left;
        for (const Collected& reading : alone_) {
            if (std::bernoulli_distribution(share)(dice)) {
                left += " " + reading.what;
                continue;
            }
            int failure = 0;
            while (failure == 0 || is_an_answer(reading.what, failure))
                failure = failures[dice() % std::size(failures)];
            reading.withhold(worse, Put{failure, reading.what});
            withheld.push_back({reading.what, failure});
        }
        INFO("what is left:", left);
        compare(withheld, answers_of(worse));
        ++tried_;
    }
    std::size_t tried() const { return tried_; }

private:
    /// Writes a failure over what stands in a recording; removes what a failure of 0 says was never there.
    struct Put {
        int failure;
        std::string_view what;
        template <class T>
        void operator()(std::optional<Reading<T>>& reading) const {
            if (failure == 0) return reading.reset();
            reading = Reading<T>(refused(failure, what));
        }
        template <class T>
        void operator()(Reading<T>& reading) const {
            reading = Reading<T>(failure == 0 ? Absent{Why::not_recorded, {}} : refused(failure, what));
        }
    };

    template <class Map, class Key>
    void try_entry(const std::string& what, Map Recording::*map, const Key& key) {
        try_each(what, [map, key](Recording& w, const Put& put) { put((w.*map).find(key)->second); });
    }
    template <class Map, class Key>
    void try_kvm(const Key& key, Map KvmRecord::*map) {
        try_each("what KVM offers", [map, key](Recording& w, const Put& put) { put((w.kvm.*map).at(key)); });
    }

    /// One CPU's readings.  Of several that are alike, on the last of them alone too.
    void try_cpu(std::size_t i) {
        const CpuRecord& cpu = recording_.cpus[i];
        const bool several = cpu.ids.members().size() > 1;
        for (const bool alone : {false, true}) {
            if (alone && (!several || each_once_)) return;
            for (const auto& reading : cpu.cpuid)
                try_each(fmt::format("CPUID 0x{:x}", reading.first.first),
                         [i, alone, key = reading.first](Recording& w, const Put& put) {
                             put(part(w, i, alone).cpuid.at(key));
                         });
            for (const auto& reading : cpu.msr)
                try_each(fmt::format("MSR 0x{:x}", reading.first),
                         [i, alone, key = reading.first](Recording& w, const Put& put) {
                             put(part(w, i, alone).msr.at(key));
                         });
        }
    }
    static CpuRecord& part(Recording& w, std::size_t i, bool alone) {
        if (!alone) return w.cpus[i];
        const std::vector<unsigned> ids = w.cpus[i].ids.members();
        if (ids.size() == 1) return w.cpus[i];  // the other reading of the pair has parted them
        CpuSet first, last;
        for (const unsigned id : ids) (id == ids.back() ? last : first).add(CpuSet(id));
        w.cpus[i].ids = first;
        w.cpus.push_back(w.cpus[i]);
        w.cpus.back().ids = last;
        return w.cpus.back();
    }

    template <class F>
    void try_each(const std::string& what, F&& withhold) {
        if (collect_) {
            collected_.push_back({what, withhold});
            return;
        }
        for (const int failure : failures) {
            if (++turn_ % every_ != 0) continue;
            Recording worse = recording_;
            withhold(worse, Put{failure, what});
            compare(what, failure, answers_of(worse));
            ++tried_;
        }
    }

    void compare(const std::string& what, int failure, const std::vector<Answer>& now) {
        compare({{what, failure}}, now);
    }

    struct Withheld {
        std::string what;
        int failure;
    };
    void compare(const std::vector<Withheld>& withheld, const std::vector<Answer>& now) {
        if (!answers_) answers_ = answers_of(recording_);
        for (const Question q : questions) {
            const Answer before = (*answers_)[static_cast<std::size_t>(q)];
            const Answer after = now[static_cast<std::size_t>(q)];
            // What nobody looked at is not withheld: there the answer rests on the rest of the evidence.
            bool flipped = after != before && after != Answer::unknown;
            std::string what;
            for (const Withheld& w : withheld) {
                flipped = flipped && w.failure != 0 && !is_allowed(w.what, w.failure, before, after);
                if (withheld.size() <= 2)
                    what += fmt::format("{}{} fails with {}", what.empty() ? "" : " and ", w.what,
                                        error_name(w.failure));
            }
            CHECK_MESSAGE(!flipped, machine_, ": ", to_string(q), " turns from ", to_string(before), " to ",
                          to_string(after), " where ", what);
        }
    }

    struct Collected {
        std::string what;
        std::function<void(Recording&, const Put&)> withhold;
    };
    std::vector<Collected> collected_, alone_;
    bool collect_ = false, each_once_ = false;
    std::string machine_;
    Recording recording_;
    std::size_t& turn_;
    std::size_t every_;
    std::size_t tried_ = 0;
    std::optional<std::vector<Answer>> answers_;
};

}  // namespace nestprobe::test

// SPDX-License-Identifier: MIT
// What becomes of the facts when something is changed: a remedy's steps done, or what a person assumes.
// Pure, and no more sure than the rules: a step whose effect cannot be foreseen changes nothing.  Facts that
// are set so say it in their readings.
#pragma once

#include "remedy/remedy.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace nestprobe {

/// Facts being changed.  What is configured (options, lines, words) and what is in force (parameters, the
/// module, the device) are told apart as on the machine: only load(), reload() and restart() bring the one
/// into the other.
class Changes {
public:
    /// `because`: where the facts that are set say that they come from: "after the fix", "--assume".
    Changes(Facts facts, std::string because) : facts_(std::move(facts)), because_(std::move(because)) {}

    // --- what is configured ---

    /// Each line of `instead_of` says this value; where there is none, a line of its own does.
    void set_option(const SetOption& option);
    void drop_line(const DropLine& line);
    void change_words(const ChangeWords& words);

    // --- what a restart brings ---

    void switch_on_in_firmware(SwitchOnInFirmware::What what);
    /// CPUID's bit of this technology on every CPU.  Where it is new, the registers behind it are not known.
    void show_bit(Technology technology, bool there);
    void set_kernel(std::string_view release);
    void restart();

    // --- here and now ---

    /// modprobe, by the module's name; nothing happens where something is known that keeps it out, unless it
    /// is loaded all the same.
    void load(bool all_the_same = false);
    void unload();
    /// `expected`: parameters that are on then unless an option says otherwise.
    void reload(const std::vector<std::string>& expected);
    void give_device();

    void edit_guest(GuestChange change);

    const Facts& facts() const { return facts_; }
    Facts take() && { return std::move(facts_); }

private:
    template <class T>
    Fact<T> fact(T value, std::string raw) const {
        return {std::move(value), {{because_, std::move(raw)}}};
    }
    /// On each CPU that is known.
    template <class T>
    void set_everywhere(PerCpu<T>& facts, T value, const std::string& raw) const {
        CpuSet cpus;
        for (const auto& g : facts.groups()) cpus.add(g.cpus);
        if (cpus.empty() && facts_.cpu.online.if_known()) cpus = *facts_.cpu.online.if_known();
        facts = {};
        facts.add(cpus, fact(std::move(value), raw));
    }
    Fact<bool> in_force(std::string_view parameter) const;
    void read_words();
    void forget_log(bool (*forgotten)(const LoggedLine& line));
    void list_flag();
    bool is_loadable() const;
    bool loads_again(bool by_name) const;
    void start_module(const std::vector<std::string>& expected);
    void open_device();
    void drive_iommu();

    Facts facts_;
    std::string because_;
    bool was_blocked_ = false;    ///< a line kept the module out, so that something else would load it
    bool tried_at_boot_ = false;  ///< the module was tried without a person, and firmware was what refused it
};

/// The facts with every step of a remedy done, a restart included where a step asks for one; nothing where no
/// step has an effect that can be foreseen.
std::optional<Facts> after(const Remedy& remedy, const Facts& facts);

}  // namespace nestprobe

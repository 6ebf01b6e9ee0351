// SPDX-License-Identifier: MIT
// What a run looks at: this machine, or one that files tell of, and a guest's definition beside it.
#pragma once

#include "options.hpp"
#include "output.hpp"

#include "guest/guest_source.hpp"
#include "live/machine.hpp"
#include "messages/messages.hpp"
#include "snapshot/load.hpp"
#include "snapshot/replay.hpp"

#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace nestprobe {

/// The machine to look at: a file's, or this one.
struct Machine {
    explicit Machine(std::vector<RawInput> inputs) {
        if (inputs.empty()) {
            live = std::make_unique<LiveMachine>();
            collected_at = utc_now();
            return;
        }
        Loaded loaded = import_inputs(std::move(inputs),
                                      [](std::string_view line) { return find_message(line) != nullptr; });
        notes = std::move(loaded.notes);
        unread = std::move(loaded.unread);
        lines = std::move(loaded.lines);
        definitions = std::move(loaded.definitions);
        replay(std::move(loaded.recording));
    }
    void replay(Recording recording) {
        collected_at = recording.recorded;
        proof = recording.proof;
        replayed = std::make_unique<ReplayedMachine>(std::move(recording));
    }
    Sources sources() const { return live ? live->sources() : replayed->sources(); }

    std::unique_ptr<LiveMachine> live;
    std::unique_ptr<ReplayedMachine> replayed;
    std::string collected_at;                 ///< of a file, when it was recorded; empty: it does not say
    std::optional<ProofRecord> proof;         ///< of a file, what it holds
    std::vector<std::string> notes;           ///< what each input was taken for
    std::vector<std::string> unread;          ///< of folders, what was left out
    std::vector<std::string> lines;           ///< of pastes, those that may be a program's message
    std::vector<HeldDefinition> definitions;  ///< of guests, in what was given for the machine
};

/// What comes from elsewhere: all of it is read before any of it is parsed.
struct Inputs {
    explicit Inputs(const Options& options) {
        if (!options.domain.empty()) guest = read_definition(options.domain);
        from = read_inputs(options.from);
        if (!options.diff.empty()) other = read_inputs({options.diff});
        take_definition_as_evidence();
    }
    /// A definition for another hypervisor than QEMU is evidence of the guest itself.
    void take_definition_as_evidence() {
        if (!guest || !from.empty() || guest->kind != GuestText::Kind::file ||
            !defines_other_guest(guest->text))
            return;
        from.emplace_back().path = guest->name;
        from.back().text = std::move(guest->text);
        guest.reset();
    }
    bool anything() const { return guest || !from.empty() || !other.empty(); }

    std::optional<GuestText> guest;
    std::vector<RawInput> from, other;
};

}  // namespace nestprobe

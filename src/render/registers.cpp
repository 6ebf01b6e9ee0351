// SPDX-License-Identifier: MIT
#include "render/registers.hpp"
#include "registers/all.hpp"

#include "machine/readings.hpp"
#include "render/layout.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace nestprobe {
namespace {

constexpr std::size_t width = 100;  // tables are wider than prose

// --- rows ---

std::string number_word(std::uint64_t value) { return value < 10 ? fmt::format("{}", value) : hex(value); }

std::string here_word(const DecodedField& f) {
    if (f.here_state) return std::string(to_string(*f.here_state));
    return f.here ? number_word(*f.here) : "?";
}

std::string guests_word(const DecodedField& f) {
    if (!f.offer) return f.guests ? number_word(*f.guests) : "-";
    switch (*f.offer) {
        case Offer::both: return "yes";
        case Offer::hardware_only: return "kept";
        case Offer::neither: return "no";
        case Offer::guest_only: return "emulated";
        case Offer::unknown: break;
    }
    if (!f.guests) return "?";
    return *f.guests != 0 ? "yes" : "no";
}

std::string text_of(const DecodedField& f) {
    std::string also(f.field->linux_flag);
    if (!f.field->parameter.empty())
        also += fmt::format("{}{}", also.empty() ? "" : "; ", f.field->parameter);
    return also.empty() ? std::string(f.field->doc) : fmt::format("{} [{}]", f.field->doc, also);
}

/// The columns of one register's table.
struct Columns {
    std::size_t bits = 4, name = 4, here = 4, guests = 0;  ///< 0: there is none
    std::size_t text() const { return 2 + bits + 2 + name + 2 + here + 2 + (guests > 0 ? guests + 2 : 0); }
};

Columns measure(const std::vector<DecodedField>& fields, bool with_guests) {
    Columns c;
    if (with_guests) c.guests = 8;
    for (const DecodedField& f : fields) {
        if (!f.field) continue;
        c.bits = std::max(c.bits, f.bits.size());
        c.name = std::max(c.name, f.field->name.size());
        c.here = std::max(c.here, here_word(f).size());
        if (with_guests) c.guests = std::max(c.guests, guests_word(f).size());
    }
    return c;
}

/// Coloured after padding, which counts columns.
std::string guests_cell(const DecodedField& f, const Columns& c, const Style& style) {
    if (c.guests == 0) return {};
    const std::string cell = fmt::format("{:<{}}  ", guests_word(f), c.guests);
    if (f.offer == Offer::both) return green(cell, style);
    return f.offer == Offer::hardware_only || f.offer == Offer::guest_only ? yellow(cell, style) : cell;
}

/// Bits that no row describes: "bits 1-2,4: forced".
std::string undescribed(const DecodedField& f, const Columns& c) {
    std::string text = fmt::format("bits {}: {}", f.bits, here_word(f));
    if (c.guests > 0) text += fmt::format(", guests {}", guests_word(f));
    return fmt::format("  {}\n", wrap(text + "; reserved, or newer than this nestprobe", 4, width));
}

std::string row(const DecodedField& f, const Columns& c, const Style& style) {
    if (!f.field) return undescribed(f, c);
    return fmt::format("  {:>{}}  {:<{}}  {:<{}}  {}{}\n", f.bits, c.bits, f.field->name, c.name,
                       here_word(f), c.here, guests_cell(f, c, style), wrap(text_of(f), c.text(), width));
}

std::string heading(const Columns& c) {
    const std::string text = fmt::format("  {:>{}}  {:<{}}  {:<{}}  {}", "bits", c.bits, "name", c.name,
                                         "here", c.here, c.guests > 0 ? "guests" : "");
    return text.substr(0, text.find_last_not_of(' ') + 1) + '\n';
}

bool same_row(const DecodedField& a, const DecodedField& b) {
    return a.field == b.field && a.bits == b.bits && a.here == b.here && a.here_state == b.here_state;
}

/// Of further CPUs, the rows that differ from the first one's.
std::vector<DecodedField> differing(const std::vector<DecodedField>& first, std::vector<DecodedField> other) {
    std::erase_if(other, [&](const DecodedField& f) {
        return std::any_of(first.begin(), first.end(), [&](const DecodedField& g) { return same_row(f, g); });
    });
    return other;
}

// --- one register ---

std::string raw_text(const Register& reg, const RawRegister& raw) {
    std::string text = hex(*raw.value);
    if (raw.true_twin) text += fmt::format(", with {} {}", reg.true_twin->name, hex(*raw.true_twin));
    return text;
}

std::string reason_of(const Absent& absent) {
    if (absent.why == Why::not_recorded) return "not recorded";
    return absent.detail.empty() ? std::string(to_string(absent.why)) : absent.detail;
}

/// "not there: the processor shows no SVM", "not known: /dev/cpu/0/msr: Permission denied"
std::string why_text(const Absent& absent) {
    const bool nothing = absent.why == Why::not_applicable || absent.why == Why::not_implemented;
    return fmt::format("{}: {}", nothing ? "not there" : "not known", reason_of(absent));
}

std::string labelled(std::string_view label, std::string_view text) {
    return fmt::format("  {:<8}{}\n", label, wrap(text, 10, width));
}

std::string head(const RegisterView& view, const Style& style) {
    const Register& reg = *view.reg;
    std::string text = fmt::format("{}", bold(name_register(reg), style));
    if (!reg.linux_name.empty()) text += fmt::format(", in Linux {}", reg.linux_name);
    text += fmt::format("\n  {}\n", wrap(reg.reference, 2, width));
    for (const auto& g : view.here.groups()) {
        const RawRegister* raw = g.answer.if_known();
        text += labelled("here",
                         fmt::format("{}{}{}", raw ? raw_text(reg, *raw) : why_text(g.answer.absence()),
                                     g.cpus.empty() ? "" : " on ", g.cpus.empty() ? "" : name_cpus(g.cpus)));
    }
    if (view.twin)
        text += labelled("", fmt::format("{} is not known ({}): what is forced may be default-on",
                                         reg.true_twin->name, reason_of(*view.twin)));
    if (const RawRegister* raw = view.guests.if_known())
        text += labelled("guests", raw->value ? raw_text(reg, *raw)
                                              : fmt::format("nothing: {}", view.guests.from().front().where));
    else if (view.of_machine && !reg.guests_unknown.empty())
        text += labelled("guests", reg.guests_unknown);
    return text;
}

std::string table(const RegisterView& view, const Style& style) {
    const auto& groups = view.here.groups();
    const std::vector<DecodedField> first = decode_group(view, groups.front());
    const Columns columns = measure(first, view.guests.if_known() != nullptr);
    std::string text = heading(columns);
    for (const DecodedField& f : first) text += row(f, columns, style);
    for (std::size_t i = 1; i < groups.size(); ++i) {
        const auto others = differing(first, decode_group(view, groups[i]));
        text +=
            fmt::format("  {} on {}:\n", others.empty() ? "the same" : "other", name_cpus(groups[i].cpus));
        for (const DecodedField& f : others) text += row(f, columns, style);
    }
    return text;
}

std::string page(const RegisterView& view, const Style& style) {
    return head(view, style) + table(view, style);
}

// --- all of them ---

bool known_anywhere(const RegisterView& view) {
    const RawRegister* guests = view.guests.if_known();
    return view.here.any_known() || (guests && guests->value);
}

/// The register whose table has this one's bits too; null where its own table is needed.
const Register* told_by(const Register& twin, const registers::Chapter& chapter, const Facts& facts) {
    for (const Register* reg : chapter.registers)
        if (reg->true_twin == &twin && known_anywhere(view_register(facts, *reg))) return reg;
    return nullptr;
}

/// Registers that are not there, or not known, by the reason.
std::string missing_lines(const std::vector<std::pair<std::string, std::string>>& missing) {
    std::string text;
    for (const auto& [reason, names] : missing)
        text += fmt::format("\n{}\n", wrap(fmt::format("{} ({})", names, reason), 2, width));
    return text;
}

void add_missing(std::vector<std::pair<std::string, std::string>>& missing, const RegisterView& view) {
    const Fact<RawRegister> first = view.here.first();
    const Absent absent = first.absence();
    const std::string reason = why_text(absent);
    auto known =
        std::find_if(missing.begin(), missing.end(), [&](const auto& m) { return m.first == reason; });
    if (known == missing.end()) known = missing.insert(missing.end(), {reason, ""});
    known->second += fmt::format("{}{}", known->second.empty() ? "" : ", ", view.reg->name);
}

std::string chapter(const registers::Chapter& chapter, const Facts& facts, const Style& style) {
    std::string text = fmt::format("\n{}\n", bold(fmt::format("== {} ==", chapter.title), style));
    std::vector<std::pair<std::string, std::string>> missing;
    for (const Register* reg : chapter.registers) {
        const RegisterView view = view_register(facts, *reg);
        if (!known_anywhere(view))
            add_missing(missing, view);
        else if (const Register* plain = told_by(*reg, chapter, facts))
            text += fmt::format("\n{}  decoded above, with {}\n", head(view, style), plain->name);
        else
            text += fmt::format("\n{}", page(view, style));
    }
    return text + missing_lines(missing);
}

// --- what stands above ---

/// The first MSR that was withheld, and what an administrator can do about it.
std::string hint(const Facts& facts) {
    for (const auto& g : facts.registers.groups())
        for (std::size_t i = 0; i < g.values.list.size(); ++i) {
            const Absent* absent = g.values.values[i].if_absent();
            if (!g.values.list[i]->is_msr() || !absent) continue;
            if (absent->why == Why::no_device)
                return fmt::format(
                    "Model-specific registers cannot be read: {}. An administrator's `modprobe msr` "
                    "makes these files.",
                    reason_of(*absent));
            if (absent->why == Why::permission_denied)
                return fmt::format(
                    "Model-specific registers cannot be read: {}. Root can, with CAP_SYS_RAWIO.",
                    reason_of(*absent));
        }
    return {};
}

std::string legend(const Facts& facts) {
    const auto& offer = facts.guest_registers[registers::cpuid_1_ecx];
    if (!offer.if_known())
        return fmt::format("What KVM here gives its guests is not known: {}.",
                           reason_of(name_absence(registers::cpuid_1_ecx, offer.absence())));
    return "here: what this system has. guests: what KVM here gives its guests: yes; kept: this system has "
           "it, and "
           "KVM keeps it from guests; no: this system lacks it; emulated: this system lacks it, and KVM "
           "gives it "
           "all the same; ?: not known.";
}

std::string preface(const Facts& facts, bool with_guests, bool with_msrs) {
    std::string text = wrap(describe_machine(facts), 0, width) + "\n";
    std::string notes;
    if (with_guests) notes += wrap(legend(facts), 0, width) + "\n";
    if (with_msrs)
        if (const std::string advice = hint(facts); !advice.empty()) notes += wrap(advice, 0, width) + "\n";
    return notes.empty() ? text : text + "\n" + notes;
}

}  // namespace

std::string render_registers(const Facts& facts, const Style& style) {
    std::string text = preface(facts, true, true);
    for (const registers::Chapter& c : registers::chapters) text += chapter(c, facts, style);
    return text;
}

std::string render_register(const Facts& facts, const Register& reg, const Style& style) {
    return preface(facts, reg.guests_unknown.empty(), reg.is_msr()) + "\n" +
           page(view_register(facts, reg), style);
}

std::string render_value(const Register& reg, std::uint64_t value, const Style& style) {
    return page(view_value(reg, value), style);
}

}  // namespace nestprobe

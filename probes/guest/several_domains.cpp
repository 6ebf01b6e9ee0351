// SPDX-License-Identifier: MIT
// A text with more than one definition of libvirt's in it: what virsh dumpxml printed one after another, or
// virsh snapshot-dumpxml, which has the guest as it ran and as it was stored (libvirt formatsnapshot).
#include "base/text.hpp"
#include "guest/definition.hpp"
#include "guest/several_guests.hpp"
#include "input/bad_file.hpp"

#include <algorithm>
#include <utility>

namespace nestprobe {
namespace {

constexpr std::size_t longest_paste = 1u << 20;

struct Form {
    std::string_view opens, closes;
};
constexpr Form domain_forms[] = {{"<domain", "</domain>"}, {"<inactiveDomain", "</inactiveDomain>"}};

struct Piece {
    std::size_t begin, end;
    const Form* form;
};

/// The next start tag of that form, with a type, from there on; npos: none.
std::size_t find_start(std::string_view text, std::string_view opens, std::size_t from) {
    for (auto at = text.find(opens, from); at != std::string_view::npos; at = text.find(opens, at + 1)) {
        const std::string_view rest = text.substr(at + opens.size());
        const std::string_view tag = rest.substr(0, rest.find('>'));
        if (!tag.empty() && is_blank(tag.front()) && contains(tag, "type")) return at;
    }
    return std::string_view::npos;
}

std::vector<Piece> find_pieces(std::string_view text) {
    std::vector<Piece> pieces;
    for (const Form& form : domain_forms)
        for (auto at = find_start(text, form.opens, 0); at != std::string_view::npos;
             at = find_start(text, form.opens, at + 1)) {
            const auto close = text.find(form.closes, at);
            if (close == std::string_view::npos) break;
            pieces.push_back({at, close + form.closes.size(), &form});
            at = close;
            if (pieces.size() == most_guests) break;
        }
    std::sort(pieces.begin(), pieces.end(), [](const Piece& a, const Piece& b) { return a.begin < b.begin; });
    return pieces;
}

/// That piece alone, as a <domain>, on the lines that it stands on.
std::string text_of(const Piece& piece, std::string_view text) {
    std::string alone(static_cast<std::size_t>(std::count(
                          text.begin(), text.begin() + static_cast<std::ptrdiff_t>(piece.begin), '\n')),
                      '\n');
    const std::size_t begin = piece.begin + piece.form->opens.size();
    alone.append("<domain").append(text.substr(begin, piece.end - piece.form->closes.size() - begin));
    return alone.append("</domain>");
}

}  // namespace

std::optional<GuestDefinition> parse_several_domains(const std::string& text, const std::string& label) {
    if (text.size() > longest_paste) return {};
    const std::vector<Piece> pieces = find_pieces(text);
    const bool snapshot = contains(text, "<domainsnapshot") || contains(text, "<domaincheckpoint");
    if (pieces.size() < (snapshot ? 1 : 2)) return {};
    std::vector<OneOfSeveral> guests;
    for (const Piece& piece : pieces) {
        GuestFacts facts;
        try {
            facts = parse_domain(text_of(piece, text), label).facts;
        } catch (const BadFile&) {
            return {};
        }
        const std::string* name = facts.name.if_known();
        std::string said = name ? *name : std::string();
        guests.push_back({std::move(facts), std::move(said), line_at(text, piece.begin)});
    }
    GuestDefinition definition{label, text, {}, {}, false, true};
    definition.facts = facts_of_all(std::move(guests), label);
    return definition;
}

}  // namespace nestprobe

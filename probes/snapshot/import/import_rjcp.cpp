// SPDX-License-Identifier: MIT
// The XML of RJCP.CpuId: <processor> elements of <register eax="00000004" ecx="00000001">a,b,c,d</register>.
// Reads that, comments and declarations; no entities, no CDATA, nothing else of XML.
#include "snapshot/import/import_dump.hpp"
#include "snapshot/import/import_formats.hpp"

#include <algorithm>

namespace nestprobe {
namespace {

struct Tag {
    std::string_view name;  ///< with its slash, where it closes: "/register"
    std::string_view attributes;
};

class Rjcp {
public:
    Rjcp(std::string_view text, const std::string& name) : dump_(format_names::rjcp, name), rest_(text) {}

    Recording read() && {
        dump_.at(line_);
        for (Tag tag = next_tag(); tag.name != "/cpuid"; tag = next_tag()) {
            if (tag.name == "processor")
                dump_.select_next();
            else if (tag.name == "register")
                take_register(tag);
        }
        return std::move(dump_).take();
    }

private:
    /// Everything before `mark`, which goes too.
    std::string_view take_until(std::string_view mark) {
        const auto at = rest_.find(mark);
        if (at == std::string_view::npos) dump_.refuse("ends before </cpuid>");
        const std::string_view taken = rest_.substr(0, at);
        rest_.remove_prefix(at + mark.size());
        line_ += static_cast<std::size_t>(std::count(taken.begin(), taken.end(), '\n'));
        return taken;
    }
    Tag next_tag() {
        while (true) {
            take_until("<");
            dump_.at(line_);
            if (rest_.starts_with("!--"))
                take_until("-->");
            else
                return split(take_until(">"));
        }
    }
    static Tag split(std::string_view tag) {
        const auto blank = std::find_if(tag.begin(), tag.end(), is_blank);
        const auto length = static_cast<std::size_t>(blank - tag.begin());
        return {tag.substr(0, length), trim(tag.substr(length))};
    }

    void take_register(const Tag& tag) {
        const CpuidKey key = read_key(tag.attributes);
        Cursor text(take_until("<"));
        CpuidRegs regs;
        text.skip_blanks();
        if (!text.registers({"", ",", ",", ","}, regs) || !text.at_end())
            dump_.refuse("a register has four values of eight hex digits");
        if (take_until(">") != "/register") dump_.refuse("a register is not closed");
        dump_.leaf(key, regs, Dump::Repeat::neither);
    }
    /// eax="00000004" ecx="00000001", in either order
    CpuidKey read_key(std::string_view attributes) {
        std::optional<std::uint32_t> eax, ecx;
        for (Cursor rest(attributes); !rest.at_end(); rest.skip_blanks()) {
            std::uint32_t value = 0;
            auto& into = rest.rest().starts_with("eax") ? eax : ecx;
            if ((!rest.skip("eax=\"") && !rest.skip("ecx=\"")) || into || !rest.hex(value, 1) ||
                !rest.skip("\""))
                dump_.refuse("a register has the attributes eax and ecx, in hex digits");
            into = value;
        }
        if (!eax) dump_.refuse("a register without the attribute eax");
        return {*eax, ecx.value_or(0)};
    }

    Dump dump_;
    std::string_view rest_;
    std::size_t line_ = 1;
};

}  // namespace

bool is_rjcp(std::string_view text) {
    text = text.substr(0, 4096);
    const auto root = text.find("<cpuid");
    return root != std::string_view::npos && contains(text.substr(root), "<register ");
}

Recording import_rjcp(std::string_view text, const std::string& name) { return Rjcp(text, name).read(); }

}  // namespace nestprobe

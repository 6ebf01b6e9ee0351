// SPDX-License-Identifier: MIT
// nestprobe-registers/1, as schema/registers.schema.json has it.  Keys keep their order.
#include "machine/readings.hpp"
#include "registers/all.hpp"
#include "render/registers.hpp"
#include "render/values.hpp"

namespace nestprobe {
namespace {

template <class T>
void write_or_null(JsonText& out, std::string_view name, const std::optional<T>& value) {
    out.key(name);
    if (value)
        out.value(*value);
    else
        out.null();
}
void write_or_null(JsonText& out, std::string_view name, std::string_view text) {
    write_or_null(out, name, text.empty() ? std::nullopt : std::optional(text));
}
std::optional<std::string> hex_or_null(const std::optional<std::uint64_t>& value) {
    return value ? std::optional(hex(*value)) : std::nullopt;
}

std::string_view to_string(Gpr output) {
    constexpr std::string_view names[] = {"eax", "ebx", "ecx", "edx"};
    return names[static_cast<std::size_t>(output)];
}

std::string_view to_string(Layout layout) {
    switch (layout) {
        case Layout::fields: return "fields";
        case Layout::controls: return "controls";
        case Layout::allowed_1: return "allowed_1";
    }
    return "";
}

void write_address(JsonText& out, const Register& reg) {
    out.key("address");
    out.begin_object();
    if (const auto* msr = std::get_if<MsrAddress>(&reg.address)) {
        out.member("msr", hex(msr->index));
    } else {
        const auto& at = std::get<CpuidAddress>(reg.address);
        out.member("leaf", hex(at.leaf));
        out.member("subleaf", hex(at.subleaf));
        out.member("output", to_string(at.output));
        if (!at.block.empty()) out.member("hypervisor", at.block);
    }
    out.end_object();
}

void write_raw(JsonText& out, const RawRegister& raw) {
    write_or_null(out, "raw", hex_or_null(raw.value));
    if (raw.true_twin) out.member("true", hex(*raw.true_twin));
}

void write_field(JsonText& out, const Register& reg, const DecodedField& f) {
    out.begin_object();
    write_or_null(out, "name", f.field ? f.field->name : std::string_view());
    out.member("bits", f.bits);
    write_or_null(out, "here", f.here);
    write_or_null(out, "guests", f.guests);
    if (reg.is_control()) {
        write_or_null(out, "state", f.here_state);
        write_or_null(out, "guests_state", f.guests_state);
    }
    write_or_null(out, "offer", f.offer);
    out.end_object();
}

void write_group(JsonText& out, const RegisterView& view, const PerCpu<RawRegister>::Group& g) {
    out.begin_object();
    if (!g.cpus.empty()) out.member("cpus", g.cpus.to_string());
    const RawRegister* raw = g.answer.if_known();
    if (raw)
        write_raw(out, *raw);
    else
        write_absence(out, g.answer.absence());
    if (raw && !raw->true_twin && view.twin) {
        out.key("true");
        out.begin_object();
        write_absence(out, *view.twin);
        out.end_object();
    }
    out.key("fields");
    out.begin_array();
    for (const DecodedField& f : decode_group(view, g)) write_field(out, *view.reg, f);
    out.end_array();
    out.end_object();
}

void write_guests(JsonText& out, const RegisterView& view) {
    out.key("guests");
    out.begin_object();
    if (const Absent* absent = view.guests.if_absent()) {
        write_absence(out, *absent);
    } else {
        write_raw(out, *view.guests.if_known());
        if (!view.guests.if_known()->value) out.member("detail", view.guests.from().front().where);
    }
    out.end_object();
}

void write_rows(JsonText& out, const Register& reg) {
    out.key("rows");
    out.begin_array();
    for (const Field& f : reg.fields) {
        out.begin_object();
        out.member("name", f.name);
        out.member("bits", positions(f));
        out.member("doc", f.doc);
        write_or_null(out, "linux_flag", f.linux_flag);
        write_or_null(out, "parameter", f.parameter);
        out.end_object();
    }
    out.end_array();
}

std::string_view chapter_of(const Register& reg) {
    for (const registers::Chapter& c : registers::chapters)
        for (const Register* other : c.registers)
            if (other == &reg) return c.title;
    return "";
}

void write_register(JsonText& out, const RegisterView& view) {
    const Register& reg = *view.reg;
    out.begin_object();
    out.member("name", reg.name);
    write_or_null(out, "linux_name", reg.linux_name);
    out.member("chapter", chapter_of(reg));
    write_address(out, reg);
    out.member("layout", to_string(reg.layout));
    write_or_null(out, "true_twin", reg.true_twin ? reg.true_twin->name : std::string_view());
    out.member("reference", reg.reference);
    write_rows(out, reg);
    out.key("values");
    out.begin_array();
    for (const auto& g : view.here.groups()) write_group(out, view, g);
    out.end_array();
    write_guests(out, view);
    out.end_object();
}

std::string document(const std::vector<RegisterView>& views) {
    JsonText out(0);
    out.begin_object();
    out.member("schema", "nestprobe-registers/1");
    out.member("tool", "nestprobe " NESTPROBE_VERSION);
    out.key("registers");
    out.begin_array();
    for (const RegisterView& view : views) write_register(out, view);
    out.end_array();
    out.end_object();
    return out.take();
}

}  // namespace

std::string render_registers_json(const Facts& facts) {
    std::vector<RegisterView> views;
    for (const Register* reg : registers::all) views.push_back(view_register(facts, *reg));
    return document(views);
}
std::string render_register_json(const Facts& facts, const Register& reg) {
    return document({view_register(facts, reg)});
}
std::string render_value_json(const Register& reg, std::uint64_t value) {
    return document({view_value(reg, value)});
}

}  // namespace nestprobe

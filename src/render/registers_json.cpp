// SPDX-License-Identifier: MIT
// nestprobe-registers/1, as schema/registers.schema.json has it.  Keys keep their order.
#include "machine/readings.hpp"
#include "registers/all.hpp"
#include "render/registers.hpp"
#include "render/values.hpp"

namespace nestprobe {
namespace {

template <class T>
Json or_null(const std::optional<T>& value) {
    return value ? Json(*value) : Json();
}
Json or_null(std::string_view text) { return text.empty() ? Json() : Json(text); }
Json state_word(const std::optional<ControlState>& state) { return state ? Json(to_string(*state)) : Json(); }

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

Json address_of(const Register& reg) {
    Json address = Json::object();
    if (const auto* msr = std::get_if<MsrAddress>(&reg.address)) {
        address["msr"] = hex(msr->index);
        return address;
    }
    const auto& at = std::get<CpuidAddress>(reg.address);
    address["leaf"] = hex(at.leaf);
    address["subleaf"] = hex(at.subleaf);
    address["output"] = to_string(at.output);
    if (!at.block.empty()) address["hypervisor"] = at.block;
    return address;
}

void put_raw(Json& entry, const RawRegister& raw) {
    entry["raw"] = raw.value ? Json(hex(*raw.value)) : Json();
    if (raw.true_twin) entry["true"] = hex(*raw.true_twin);
}

Json field_of(const Register& reg, const DecodedField& f) {
    Json field = Json::object();
    field["name"] = f.field ? Json(f.field->name) : Json();
    field["bits"] = f.bits;
    field["here"] = or_null(f.here);
    field["guests"] = or_null(f.guests);
    if (reg.is_control()) {
        field["state"] = state_word(f.here_state);
        field["guests_state"] = state_word(f.guests_state);
    }
    field["offer"] = f.offer ? Json(to_string(*f.offer)) : Json();
    return field;
}

Json values_of(const RegisterView& view) {
    Json values = Json::array();
    for (const auto& g : view.here.groups()) {
        Json& entry = values.emplace_back(Json::object());
        if (!g.cpus.empty()) entry["cpus"] = g.cpus.to_string();
        const RawRegister* raw = g.answer.if_known();
        if (raw)
            put_raw(entry, *raw);
        else
            entry.update(absence_of(g.answer.absence()));
        if (raw && !raw->true_twin && view.twin) entry["true"] = absence_of(*view.twin);
        Json& fields = entry["fields"] = Json::array();
        for (const DecodedField& f : decode_group(view, g)) fields.push_back(field_of(*view.reg, f));
    }
    return values;
}

Json guests_of(const RegisterView& view) {
    Json guests = Json::object();
    if (const Absent* absent = view.guests.if_absent()) return absence_of(*absent);
    put_raw(guests, *view.guests.if_known());
    if (!view.guests.if_known()->value) guests["detail"] = view.guests.from().front().where;
    return guests;
}

Json rows_of(const Register& reg) {
    Json rows = Json::array();
    for (const Field& f : reg.fields) {
        Json& row = rows.emplace_back(Json::object());
        row["name"] = f.name;
        row["bits"] = positions(f);
        row["doc"] = f.doc;
        row["linux_flag"] = or_null(f.linux_flag);
        row["parameter"] = or_null(f.parameter);
    }
    return rows;
}

std::string_view chapter_of(const Register& reg) {
    for (const registers::Chapter& c : registers::chapters)
        for (const Register* other : c.registers)
            if (other == &reg) return c.title;
    return "";
}

Json json_of(const RegisterView& view) {
    const Register& reg = *view.reg;
    Json json = Json::object();
    json["name"] = reg.name;
    json["linux_name"] = or_null(reg.linux_name);
    json["chapter"] = chapter_of(reg);
    json["address"] = address_of(reg);
    json["layout"] = to_string(reg.layout);
    json["true_twin"] = reg.true_twin ? Json(reg.true_twin->name) : Json();
    json["reference"] = reg.reference;
    json["rows"] = rows_of(reg);
    json["values"] = values_of(view);
    json["guests"] = guests_of(view);
    return json;
}

std::string document(const std::vector<RegisterView>& views) {
    Json json;
    json["schema"] = "nestprobe-registers/1";
    json["tool"] = "nestprobe " NESTPROBE_VERSION;
    Json& list = json["registers"] = Json::array();
    for (const RegisterView& view : views) list.push_back(json_of(view));
    return json.dump(2, ' ', true, Json::error_handler_t::replace) + "\n";
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

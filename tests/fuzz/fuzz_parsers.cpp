// SPDX-License-Identifier: MIT
// Parsers alone, without what comes behind them: a thousand times as many inputs in the same time.  The first
// byte says which, or for all inputs NESTPROBE_FUZZ_PARSER does, its number.  What is written is read back,
// and what is made printable is.
#include "base/cpu_set.hpp"
#include "base/flat_json.hpp"
#include "base/inflate.hpp"
#include "base/json_text.hpp"
#include "base/printable.hpp"
#include "guest/definition.hpp"
#include "input/bad_file.hpp"
#include "live/parts.hpp"
#include "machine/acpi_iommu.hpp"
#include "machine/cpuinfo.hpp"
#include "machine/kept_log.hpp"
#include "machine/modprobe.hpp"
#include "snapshot/base64.hpp"
#include "snapshot/read.hpp"
#include "snapshot/write.hpp"

#include <cstdint>
#include <cstdlib>
#include <iterator>
#include <stdexcept>
#include <string>
#include <string_view>

using namespace nestprobe;

namespace {

void expect(bool holds, const char* what) {
    if (!holds) throw std::logic_error(what);
}

void try_dmar(const std::string& text) { parse_dmar(text); }
void try_ivrs(const std::string& text) { parse_ivrs(text); }
void try_cpuinfo(const std::string& text) { vmx_flags_of(parse_cpuinfo(Reading<std::string>(text))); }
void try_inflate(const std::string& text) { inflate(text, "config.gz"); }
void try_definition(const std::string& text) { parse_definition(text, "guest"); }
void try_qemu(const std::string& text) { parse_qemu_command(text, "guest"); }
void try_proxmox(const std::string& text) { parse_proxmox(text, "guest"); }
void try_command_line(const std::string& text) { split_command_line(text); }

void try_group(const std::string& text) { group_named(text, 104); }

void try_log(const std::string& text) {
    for (const std::string& line : lines_of_syslog(text))
        expect(line.size() <= 400, "a line that is longer than any should be");
}

void try_cpu_set(const std::string& text) {
    CpuSet set, again;
    if (!CpuSet::parse(text, set)) return;
    expect(CpuSet::parse(set.to_string(), again) && again == set, "CPUs, written, are others");
    expect(set.members().size() == set.size(), "CPUs that are counted twice");
}

void try_base64(const std::string& text) {
    std::string bytes;
    expect(decode_base64(encode_base64(text), bytes) && bytes == text, "base64, written, is another");
    decode_base64(text, bytes);
}

void try_printable(const std::string& text) { expect(is_printable(printable(text)), "not printable"); }

void try_json(const std::string& text) {
    JsonText json(text.size() + 64, JsonText::on_one_line);
    json.begin_object();
    json.member("x", text);
    json.end_object();
    const std::string written = std::move(json).take();
    for (const char c : written) expect(c >= ' ' && c <= '~', "JSON that is not ASCII");
    const auto read = parse_flat_json(written);
    expect(read && read->size() == 1, "JSON that is not read");
    parse_flat_json(text);
}

void try_snapshot(const std::string& text) {
    const std::string once = write_snapshot(read_snapshot(text, "snapshot"));
    expect(write_snapshot(read_snapshot(once, "written")) == once, "a snapshot, written, is another");
}

constexpr void (*parsers[])(const std::string&) = {
    try_dmar,      try_ivrs,   try_log,        try_cpuinfo,      try_cpu_set,
    try_inflate,   try_base64, try_definition, try_qemu,         try_proxmox,
    try_printable, try_json,   try_snapshot,   try_command_line, try_group,
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    if (size == 0) return 0;
    static const char* const chosen = std::getenv("NESTPROBE_FUZZ_PARSER");
    const std::size_t which = chosen ? std::strtoul(chosen, nullptr, 10) : data[0];
    try {
        parsers[which % std::size(parsers)](std::string(reinterpret_cast<const char*>(data) + 1, size - 1));
    } catch (const BadFile&) {
    }
    return 0;
}

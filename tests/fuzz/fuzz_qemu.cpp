// SPDX-License-Identifier: MIT
// Definitions by the parser's name, whatever they look like: the first byte says whether a QEMU command line
// or a Proxmox configuration; and a running guest beside a stored one, "XML\0XML".
#include "fuzz.hpp"

using namespace nestprobe;

namespace {

void report_on(GuestDefinition definition, std::string_view input) {
    static const Facts machine = fuzz::facts_of(fuzz::golden_machine());
    Facts facts = machine;
    facts.guest = definition.facts;
    Report report = make_report(std::move(facts));
    report.edit = make_edit(definition, report);
    fuzz::render(std::move(report), input);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    if (size == 0) return 0;
    const std::string text(fuzz::text_of(data, size).substr(1));
    try {
        switch (data[0] % 3) {
            case 0: report_on(parse_qemu_command(text, "guest"), text); break;
            case 1: report_on(parse_proxmox(text, "guest"), text); break;
            default: {
                const auto end = text.find('\0');
                GuestDefinition stored = parse_domain(text.substr(0, end), "stored");
                if (end != std::string::npos)
                    compare_running(stored, parse_domain(text.substr(end + 1), "running"));
                stored.from_libvirt = true;
                report_on(std::move(stored), text);
            }
        }
    } catch (const BadFile&) {
    }
    return 0;
}

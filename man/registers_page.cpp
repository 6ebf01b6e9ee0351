// SPDX-License-Identifier: MIT
// Prints nestprobe-registers(7) from the register tables, so that the page cannot say anything else than the
// program.
#include "pages.hpp"
#include "registers/all.hpp"
#include "roff.hpp"

#include <fmt/format.h>

#include <string>

using namespace nestprobe;

namespace {

std::string_view layout_of(const Register& reg) {
    return reg.is_control() ? "\nEach row is a control that may be set to 0 or 1 as this register allows.\n"
                            : "\n";
}

std::string row_of(const Field& f) {
    std::string text = fmt::format(".It {} \\fB{}\\fR\n{}.\n", positions(f), roff(f.name), roff(f.doc));
    if (!f.linux_flag.empty()) text += fmt::format("In\n.Pa /proc/cpuinfo :\n.Ql {} .\n", roff(f.linux_flag));
    if (!f.parameter.empty()) text += fmt::format("Parameter:\n.Cm {} .\n", roff(f.parameter));
    return text;
}

std::string page_of(const Register& reg) {
    const auto* msr = std::get_if<MsrAddress>(&reg.address);
    std::string text = fmt::format(".Ss {}\n", roff(reg.name));
    if (msr) text += fmt::format("Model\\-specific register 0x{:x}.\n", msr->index);
    if (!reg.linux_name.empty()) text += fmt::format("Linux calls it\n.Dv {} .\n", roff(reg.linux_name));
    text += fmt::format("Source: {}.{}", roff(reg.reference), layout_of(reg));
    if (!reg.else_because.empty())
        text += fmt::format("It does not exist where {}.\n", roff(reg.else_because));
    text += ".Pp\n.Bl -tag -width 12n -compact\n";
    for (const Field& f : reg.fields) text += row_of(f);
    return text + ".El\n";
}

constexpr std::string_view registers_head =
    R"(.\" Made from the register tables in probes/registers/ when nestprobe is built.
.Dd November 24, 2026
.Dt NESTPROBE-REGISTERS 7
.Os
.Sh NAME
.Nm nestprobe-registers
.Nd the registers that decide whether KVM can run, and nest
.Sh DESCRIPTION
These are the CPUID leaves and model\-specific registers that
.Xr nestprobe 1
reads and decodes with
.Fl -registers .
A row has the bits, the manual's mnemonic and what they mean; the word in
.Pa /proc/cpuinfo
and the parameter of a KVM module that go with it, where there are any.
The rows of VMX controls are told with one of four states:
not supported (must be 0), optional, default\-on (must be 1 only for software
that does not know the TRUE register), forced (must be 1).
)";
constexpr std::string_view registers_tail = R"(.Sh SEE ALSO
.Xr nestprobe 1
)";

}  // namespace

std::string nestprobe::registers_page() {
    std::string page(registers_head);
    for (const registers::Chapter& chapter : registers::chapters) {
        page += fmt::format(".Sh {}\n", roff(upper_case(chapter.title)));
        for (const Register* reg : chapter.registers) page += page_of(*reg);
    }
    return page += registers_tail;
}

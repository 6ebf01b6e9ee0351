// SPDX-License-Identifier: MIT
#include "guest/guest_source.hpp"

#include "base/errors.hpp"
#include "base/text.hpp"
#include "guest/virsh.hpp"
#include "input/bad_file.hpp"
#include "input/descriptor.hpp"
#include "input/read_input.hpp"

#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <exception>

namespace nestprobe {
namespace {

// The largest that libvirt's own tests have is 60 KB.
constexpr std::size_t limit = 4u << 20;

/// Files that a command line names, from the folder that it is read against.  Regular files only: a device or
/// a FIFO would be more than a look.
NamedFileReader reader_at(std::string folder) {
    return [folder = std::move(folder)](const std::string& name,
                                        std::string& why) -> std::optional<std::string> {
        const std::string path = name.starts_with('/') ? name : folder + name;
        struct stat status {};
        const Descriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK));
        if (!file || ::fstat(file.get(), &status) != 0)
            why = error_text(errno);
        else if (!S_ISREG(status.st_mode))
            why = "no regular file";
        else
            try {
                return read_all(file.get(), path, limit);
            } catch (const std::exception& error) {
                why = error.what();
            }
        return {};
    };
}

GuestDefinition load_process(const std::string& what) {
    unsigned pid = 0;
    if (!parse_number(std::string_view(what).substr(4), pid))
        throw UnopenedFile(fmt::format("{}: no process number", what));
    std::string words = read_input(fmt::format("/proc/{}/cmdline", pid), limit);
    if (words.empty()) throw BadFile(fmt::format("{}: a process without a command line", what));
    GuestDefinition definition =
        parse_qemu_command(std::move(words), what, reader_at(fmt::format("/proc/{}/cwd/", pid)));
    definition.facts.runs = {true, {{what, "a process"}}};
    return definition;
}

/// Of a guest with host-model alone: nobody else needs to know, and libvirt may have to start QEMU to tell.
void ask_for_host_model(GuestFacts& facts) {
    if (!is(facts.cpu_mode, CpuMode::host_model) || !is(facts.accelerator, Accelerator::kvm)) return;
    try {
        facts.host_model = parse_host_model(dump_capabilities());
    } catch (const std::exception& error) {
        facts.host_model = Absent{Why::not_recorded, error.what()};
    }
}

GuestDefinition load_from_libvirt(const std::string& name) {
    GuestDefinition defined = parse_domain(dump_domain(name, true), name + ".xml");
    compare_running(defined, parse_domain(dump_domain(name, false), name + " as it runs"));
    ask_for_host_model(defined.facts);
    defined.from_libvirt = true;
    return defined;
}

}  // namespace

GuestDefinition load_definition(const std::string& what) {
    if (what.starts_with("pid:")) return load_process(what);
    const bool is_file = what == "-" || contains(what, "/") || ::access(what.c_str(), F_OK) == 0;
    if (is_file)
        return parse_definition(read_input(what, limit), name_of_input(what),
                                reader_at(what.substr(0, what.rfind('/') + 1)));
    if (what.starts_with('-')) throw UnopenedFile(fmt::format("{}: neither a file nor a guest's name", what));
    return load_from_libvirt(what);
}

}  // namespace nestprobe

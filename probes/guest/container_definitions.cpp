// SPDX-License-Identifier: MIT
// Guests that a container image of dockur's or qemus' makes of its environment: a file of Compose's, or
// docker run.  Sources: qemus/qemu, src/proc.sh (VMX, CPU_MODEL, CPU_FLAGS, KVM), whose
// configureKvmCpuModel() takes vmx away from Windows; dockur/windows since version 3.20 (October 2024);
// vdsm/virtual-dsm, src/proc.sh, which leaves vmx alone; state 2026-11.
#include "base/text.hpp"
#include "guest/plain_guest.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace nestprobe {
namespace {

struct Image {
    std::string_view name;
    bool windows;
};
constexpr Image images[] = {{"dockurr/windows", true},    {"ghcr.io/dockur/windows", true},
                            {"qemux/qemu", false},        {"ghcr.io/qemus/qemu", false},
                            {"vdsm/virtual-dsm", false},  {"ghcr.io/vdsm/virtual-dsm", false},
                            {"kroese/virtual-dsm", false}};

/// "image: dockurr/windows:5.0", or that word of docker run's.
const Image* find_image(std::string_view text) {
    const bool runs = contains(text, "docker run") || contains(text, "podman run");
    const Image* found = nullptr;
    for_each_line(text, [&](std::string_view line) {
        line = trim(line);
        if (!runs && !line.starts_with("image:")) return;
        for (std::string_view word : split_words(line)) {
            while (word.starts_with('"') || word.starts_with('\'')) word.remove_prefix(1);
            while (word.ends_with('"') || word.ends_with('\'')) word.remove_suffix(1);
            for (const Image& image : images)
                if (word.substr(0, word.find(':')) == image.name ||
                    (word.starts_with("docker.io/") && word.substr(10) == image.name))
                    found = &image;
        }
    });
    return found;
}

/// `VMX: "Y"`, `- VMX=Y`, `-e VMX=Y`.
class Environment {
public:
    explicit Environment(const PlainText& text) : text_(text), listed_(text.lines('=')) {
        for (const PlainLine& line : text.lines(':')) add(line);
        for (PlainLine line : listed_) {
            for (const std::string_view before : {"- ", "\"", "'"})
                if (line.key.starts_with(before)) line.key.remove_prefix(before.size());
            while (line.value.ends_with('"') || line.value.ends_with('\'')) line.value.remove_suffix(1);
            add(line);
        }
        take_run();
    }

    const PlainLine* find(std::string_view key) const { return find_line(lines_, key); }
    std::vector<Provenance> cite(const PlainLine& line) const { return text_.cite(line); }

private:
    void add(const PlainLine& line) { lines_.push_back(line); }

    void take_run() {
        if (!contains(text_.text(), "docker run") && !contains(text_.text(), "podman run")) return;
        words_ = split_shell_words(text_.text(), text_.label());
        for (std::size_t i = 0; i + 1 < words_.size(); ++i) {
            if (words_[i].text != "-e" && words_[i].text != "--env") continue;
            const std::string_view word = words_[i + 1].text;
            const auto equals = std::min(word.find('='), word.size());
            lines_.push_back({word.substr(0, equals), word.substr(std::min(equals + 1, word.size())), 1, 0});
        }
    }

    const PlainText& text_;
    std::vector<PlainLine> listed_, lines_;
    std::vector<Word> words_;
};

/// qemus/qemu src/utils.sh, disabled(): what begins with n or f, and 0, off.
bool is_off(const PlainLine* line) {
    if (!line) return false;
    const char first = line->value.front();
    return first == 'n' || first == 'N' || first == 'f' || first == 'F' || line->value == "0" ||
           line->value == "off";
}

void read_cpu(const Environment& environment, bool windows, const std::vector<Provenance>& image,
              GuestFacts& f) {
    if (const PlainLine* model = environment.find("CPU_MODEL"); model && model->value != "host")
        set_cpu("custom", model->value, environment.cite(*model), f);
    else
        f.cpu_mode = {CpuMode::host_passthrough, image};
    const PlainLine* vmx = environment.find("VMX");
    if (windows && (!vmx || is_off(vmx)))
        f.vmx = {FeaturePolicy::disable, vmx ? environment.cite(*vmx) : image};
    if (const PlainLine* flags = environment.find("CPU_FLAGS"))
        for_each_part(flags->value, ',',
                      [&](std::string_view flag) { set_feature(flag, environment.cite(*flags), f); });
}

}  // namespace

bool is_container_of_qemu(std::string_view text) { return find_image(text) != nullptr; }

GuestFacts read_container_of_qemu(const PlainText& text) {
    const Image& image = *find_image(text.text());
    const Environment environment(text);
    const std::vector<Provenance> from = text.cite_text(
        fmt::format("{}{}", image.name, image.windows ? ", which takes vmx away where VMX is not Y" : ""));
    GuestFacts f = plain_facts(DefinitionKind::qemu, "dockur", from);
    const PlainLine* boot = environment.find("BOOT_MODE");
    const bool windows = image.windows || (boot && boot->value.starts_with("windows"));
    f.windows = {windows, from};
    if (windows)
        f.evmcs = f.vapic = f.hyperv_passthrough =
            Absent{Why::not_recorded, "the image gives Hyper-V's words by the processor"};
    f.q35 = {true, from};
    f.assigned_devices = {0u, from};
    without_iommu(from, f);
    f.iommu = {IommuModel::none, from};
    f.iommus = {0u, from};
    read_vcpus(text, environment.find("CPU_CORES"), f);
    read_cpu(environment, windows, from, f);
    if (const PlainLine* kvm = environment.find("KVM"); is_off(kvm)) {
        f.accelerator = {Accelerator::tcg, environment.cite(*kvm)};
        f.cpu_mode = Absent{Why::not_recorded,
                            fmt::format("{}: without KVM the image chooses the CPU itself", text.label())};
    }
    if (const PlainLine* arguments = environment.find("ARGUMENTS");
        arguments && contains(arguments->value, "-cpu"))
        f.cpu_mode = Absent{
            Why::not_recorded,
            fmt::format("{}: newer images pass over a -cpu in ARGUMENTS, older ones take it", text.label())};
    return f;
}

}  // namespace nestprobe

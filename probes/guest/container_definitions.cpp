// SPDX-License-Identifier: MIT
// Guests that a container image of dockur's or qemus' makes of its environment: a file of Compose's, or
// docker run.  Sources: qemus/qemu, src/proc.sh (VMX, CPU_MODEL, CPU_FLAGS, KVM), whose
// configureKvmCpuModel() takes vmx away from Windows; dockur/windows since version 3.20 (October 2024);
// vdsm/virtual-dsm, src/proc.sh, which leaves vmx alone; state 2026-11.
#include "base/text.hpp"
#include "guest/plain_guest.hpp"
#include "guest/setting_tree.hpp"
#include "guest/several_guests.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

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

/// "dockurr/windows:5.0", also with quotation marks and the registry.
const Image* image_of(std::string_view word) {
    while (word.starts_with('"') || word.starts_with('\'')) word.remove_prefix(1);
    while (word.ends_with('"') || word.ends_with('\'')) word.remove_suffix(1);
    if (word.starts_with("docker.io/")) word.remove_prefix(10);
    for (const Image& image : images)
        if (word.substr(0, word.find(':')) == image.name) return &image;
    return nullptr;
}

/// "image: dockurr/windows:5.0", or that word of docker run's.
const Image* find_image(std::string_view text) {
    const bool runs = contains(text, "docker run") || contains(text, "podman run");
    const Image* found = nullptr;
    for_each_line(text, [&](std::string_view line) {
        if (!runs && !contains(line, "image")) return;
        for (const std::string_view word : split_words(line))
            if (const Image* image = image_of(word.substr(0, word.find_first_of(",}")))) found = image;
    });
    return found;
}

/// The services of a file of Compose's that run such an image.
void find_services(const SettingEntry& at, std::vector<const SettingEntry*>& found) {
    const SettingEntry* image = at.find("image");
    if (image && image_of(image->value) && found.size() < most_guests) found.push_back(&at);
    for (const SettingEntry& child : at.children) find_services(child, found);
}

/// `VMX: "Y"`, `- VMX=Y`, `-e VMX=Y`.
class Environment {
public:
    /// Of one service of Compose's.
    Environment(const PlainText& text, const SettingEntry& service) : text_(text) {
        unread_ = service.find("<<");
        for (const std::string_view key : {"env_file", "extends"})
            if (const SettingEntry* elsewhere = service.find(key)) unread_ = elsewhere;
        const SettingEntry* environment = service.find("environment");
        if (!environment) return;
        if (environment->is_unread()) unread_ = environment;
        for (const SettingEntry& each : environment->children) {
            const std::string_view word = each.value;
            const auto equals = std::min(word.find('='), word.size());
            const bool listed = each.key.empty();
            const std::string_view key = listed ? word.substr(0, equals) : std::string_view(each.key);
            if (each.is_unread() && (key == "<<" || holds(deciding, key))) unread_ = &each;
            lines_.push_back(
                {key, listed ? word.substr(std::min(equals + 1, word.size())) : word, each.line, 0});
        }
    }

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
    /// What decides and is said elsewhere, or by an expression; null: all is read.
    const SettingEntry* unread() const { return unread_; }

private:
    static constexpr std::string_view deciding[] = {"VMX", "CPU_MODEL", "CPU_FLAGS",
                                                    "KVM", "ARGUMENTS", "BOOT_MODE"};

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
    const SettingEntry* unread_ = nullptr;
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

GuestFacts facts_of_image(const Image& image, const Environment& environment, const PlainText& text) {
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
    if (const SettingEntry* unread = environment.unread()) {
        f.cpu_mode = not_read(*unread, text.label());
        f.vmx = f.svm = not_read(*unread, text.label());
    }
    return f;
}

}  // namespace

bool is_container_of_qemu(std::string_view text) { return find_image(text) != nullptr; }

GuestFacts read_container_of_qemu(const PlainText& text) {
    const bool runs = contains(text.text(), "docker run") || contains(text.text(), "podman run");
    const std::vector<SettingEntry> documents = runs ? std::vector<SettingEntry>() : read_yaml(text.text());
    std::vector<const SettingEntry*> services;
    for (const SettingEntry& document : documents) find_services(document, services);
    if (services.empty()) return facts_of_image(*find_image(text.text()), Environment(text), text);
    std::vector<OneOfSeveral> guests;
    for (const SettingEntry* service : services)
        guests.push_back(
            {facts_of_image(*image_of(service->find("image")->value), Environment(text, *service), text),
             service->key, service->line});
    return facts_of_all(std::move(guests), text.label());
}

}  // namespace nestprobe

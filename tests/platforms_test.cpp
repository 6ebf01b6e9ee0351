// SPDX-License-Identifier: MIT
// Tables of other people's products: no row may lack its text, its source or its date.
#include "rules/hypervisor/platforms.hpp"
#include "machine/instance_types.hpp"
#include "machine/platform_signs.hpp"
#include "rules/firmware/firmware_makers.hpp"

#include <doctest/doctest.h>

#include <set>
#include <string>

using namespace nestprobe;

namespace {

bool is_month(std::string_view date) {
    return date.size() == 7 && date.starts_with("20") && date[4] == '-' && date.substr(5) >= "01" &&
           date.substr(5) <= "12";
}

/// One whole line that has no placeholder left.
bool is_line(std::string_view text) {
    return !text.empty() && text.find('\n') == text.npos && text.find("{flag}") == text.npos &&
           text.find("{module}") == text.npos;
}

Facts on(Platform platform) {
    Facts f;
    f.hypervisor.level = {Level::guest, {}};
    f.hypervisor.platform = {platform, {}};
    return f;
}

void check_steps(const Remedy& remedy) {
    REQUIRE_FALSE(remedy.empty());
    for (const Step& step : remedy.steps) {
        CHECK(is_line(step.what));
        CHECK(step.where != Where::firmware);
        CHECK(step.lines.empty() == step.file.empty());
        for (const ShellCommand& command : step.commands) CHECK(is_line(command.text()));
        for (const std::string& line : step.lines) CHECK(is_line(line));
    }
}

}  // namespace

TEST_SUITE("platforms") {
    TEST_CASE("every platform has one row, whole, for both technologies") {
        std::set<Platform> seen;
        for (const PlatformRow& row : platform_rows().all()) {
            CAPTURE(to_string(row.id));
            CHECK(seen.insert(row.id).second);
            CHECK_FALSE(row.intro.empty());
            CHECK_FALSE(row.source.empty());
            CHECK(is_month(row.date));
            CHECK((row.id == Platform::other || row.iommu_steps[0].empty() != row.iommu_none.empty()));
            CHECK((row.id == Platform::other) == (to_string(row.id) == "another hypervisor"));
            // Nobody is asked for what the product does not have.
            if (row.nesting == Nesting::none || row.nesting == Nesting::never) CHECK(row.ask.empty());
            for (const std::string_view flag : {"vmx", "svm"}) {
                const Remedy remedy = fix_on_platform(on(row.id), flag);
                check_steps(remedy);
                CHECK(is_line(remedy.intro));
                CHECK(remedy.intro.find(row.date) != std::string::npos);
                const std::string other = flag == "vmx" ? "kvm_amd" : "kvm_intel";
                CHECK(sentence(remedy).find(other + " nested=1") == std::string::npos);
            }
            // Nobody knows the vendor: what a person reads names both.
            check_steps(fix_on_platform(on(row.id), ""));
            check_steps(iommu_on_platform(on(row.id)));
        }
        CHECK(seen.size() == static_cast<std::size_t>(Platform::other) + 1);
    }

    TEST_CASE("a cloud's type of machine says what it has") {
        constexpr struct {
            Platform platform;
            std::string_view type;
            TypeNesting nesting;
        } types[] = {
            {Platform::aws, "t3.large", TypeNesting::lacks},
            {Platform::aws, "m7i-flex.2xlarge", TypeNesting::has},
            {Platform::aws, "c5.metal", TypeNesting::metal},
            {Platform::aws, "large", TypeNesting::unknown},
            {Platform::gcp, "n2-standard-4", TypeNesting::has},
            {Platform::gcp, "n2d-standard-4", TypeNesting::lacks},
            {Platform::gcp, "e2-medium", TypeNesting::lacks},
            {Platform::gcp, "h3-standard-88", TypeNesting::unknown},
            {Platform::azure, "Standard_D4s_v5", TypeNesting::has},
            {Platform::azure, "Standard_D4as_v4", TypeNesting::lacks},
            {Platform::azure, "Standard_D4as_v5", TypeNesting::has},
            {Platform::azure, "Standard_DS2_v2", TypeNesting::lacks},
            {Platform::azure, "Standard_D4ps_v5", TypeNesting::lacks},
            {Platform::azure, "Standard_E8-4as_v5", TypeNesting::unknown},
            {Platform::azure, "Standard_LRS", TypeNesting::unknown},
            {Platform::oci, "VM.Standard3.Flex", TypeNesting::has},
            {Platform::oci, "VM.Standard.E2.1.Micro", TypeNesting::lacks},
            {Platform::oci, "VM.Standard.E4.Flex", TypeNesting::unknown},
            {Platform::oci, "BM.Standard3.64", TypeNesting::metal},
            {Platform::alibaba, "ecs.g7.xlarge", TypeNesting::lacks},
            {Platform::hetzner, "cx22", TypeNesting::unknown},
        };
        for (const auto& row : types) {
            CAPTURE(row.type);
            CHECK(nesting_of_type(row.platform, row.type) == row.nesting);
        }
        CHECK(cloud_type_in_words("nested on a t3.large?").name == "t3.large");
        CHECK(cloud_type_in_words("is it D4s_v5 or what").name == "Standard_D4s_v5");
        CHECK(cloud_type_in_words("Easv4-series nested virtualization").platform == Platform::azure);
        CHECK(cloud_type_in_words("n2d-standard-4, and n2-standard-4").name.empty());
        CHECK(cloud_type_in_words("m1.small").platform == Platform::other);
        CHECK(cloud_type_in_words("linux-6.8.0-large env3 e.g. x2.y").platform == Platform::other);
        for (const auto& [platform, type] :
             {std::pair{Platform::aws, "t4g.medium"}, std::pair{Platform::aws, "im4gn.large"},
              std::pair{Platform::aws, "a1.xlarge"}, std::pair{Platform::gcp, "t2a-standard-2"},
              std::pair{Platform::azure, "Standard_D2ps_v5"}, std::pair{Platform::oci, "VM.Standard.A1.Flex"},
              std::pair{Platform::alibaba, "ecs.g8y.large"}, std::pair{Platform::hetzner, "cax11"}})
            CHECK(is_arm_type(platform, type));
        for (const auto& [platform, type] :
             {std::pair{Platform::aws, "g5.xlarge"}, std::pair{Platform::aws, "g4dn.xlarge"},
              std::pair{Platform::aws, "m7i.large"}, std::pair{Platform::azure, "Standard_NP10s"},
              std::pair{Platform::azure, "Standard_DS2_v2"}, std::pair{Platform::alibaba, "ecs.g7.xlarge"},
              std::pair{Platform::hetzner, "cx22"}})
            CHECK_FALSE(is_arm_type(platform, type));
        CHECK(cores_of_ec2("m8i.large") == 1);
        CHECK(cores_of_ec2("m8i.xlarge") == 2);
        CHECK(cores_of_ec2("m8i.24xlarge") == 48);
        CHECK(cores_of_ec2("m8i.metal-24xl") == 0);
    }

    TEST_CASE("a type that has nesting is not told to change, and one that lacks it is told outright") {
        Facts f = on(Platform::aws);
        f.hypervisor.instance_type = {"m8i.2xlarge", {}};
        CHECK(sentence(fix_on_platform(f, "vmx")).find("modify-instance-attribute") == std::string::npos);
        f.hypervisor.instance_type = {"t3.large", {}};
        const std::string said = sentence(fix_on_platform(f, "vmx"));
        CHECK(said.find("modify-instance-attribute") != std::string::npos);
        CHECK(said.find("(Only if the type lacks") == std::string::npos);
        CHECK(type_without_nesting(f).starts_with("t3.large, a type without nested virtualization"));
    }

    TEST_CASE("a row that is more than a year old says so") {
        Facts f = on(Platform::hetzner);
        const std::string old = "it may have changed";
        const auto intro = [&](const char* when) {
            f.collected_at = when;
            return fix_on_platform(f, "vmx").intro;
        };
        CHECK(intro("").find(old) == std::string::npos);
        CHECK(intro("2027-07").find(old) == std::string::npos);
        CHECK(intro("2027-08").find(old) != std::string::npos);
        CHECK(intro("2027-08-01T00:00:00Z").find(old) != std::string::npos);
        CHECK(intro("yesterday, I think").find(old) == std::string::npos);
    }

    TEST_CASE("every maker of firmware has a way in, a source and a date") {
        for (const FirmwareMaker& row : firmware_makers()) {
            CAPTURE(row.name);
            CHECK_FALSE(row.name.empty());
            CHECK_FALSE(row.key.empty());
            CHECK((!row.vmx.empty() || !row.svm.empty() || !row.remark.empty()));
            CHECK(
                (!row.sys_vendor[0].empty() || !row.board_vendor[0].empty() || !row.bios_vendor[0].empty()));
            CHECK_FALSE(row.source.empty());
            CHECK(is_month(row.date));
        }
    }

    TEST_CASE("each row of makers can be found") {
        for (const FirmwareMaker& row : firmware_makers()) {
            CAPTURE(row.name);
            HypervisorFacts machine;
            machine.dmi_vendor = {std::string(row.sys_vendor[0]), {}};
            machine.dmi_product = {std::string(row.product[0]), {}};
            machine.dmi_board_vendor = {std::string(row.board_vendor[0]), {}};
            machine.dmi_bios_vendor = {std::string(row.bios_vendor[0]), {}};
            CHECK(find_firmware_maker(machine, row.bios) == &row);
        }
    }

    // A boot log's DMI line has Lenovo's type number in place of the family.
    TEST_CASE("Lenovo's families by the firmware's version") {
        struct {
            std::string_view version, name;
        } const rows[] = {
            {"N1QET98W (1.73 )", "Lenovo ThinkPad"},          {"8DET72WW (1.42 )", "Lenovo ThinkPad"},
            {"M1AKT59A", "Lenovo ThinkCentre, ThinkStation"}, {"GKCN58WW", "Lenovo (IdeaPad, Yoga, Legion)"},
            {"ET", "Lenovo (IdeaPad, Yoga, Legion)"},         {"", "Lenovo (IdeaPad, Yoga, Legion)"}};
        HypervisorFacts machine;
        machine.dmi_vendor = {std::string("LENOVO"), {}};
        machine.dmi_product = {std::string("20HES2CG00"), {}};
        for (const auto& row : rows) {
            const FirmwareMaker* maker = find_firmware_maker(machine, row.version);
            REQUIRE(maker);
            CHECK(maker->name == row.name);
        }
    }
}

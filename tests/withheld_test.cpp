// SPDX-License-Identifier: MIT
// What a machine is said to be with one reading of it withheld: every golden machine, each reading in turn,
// each reason; two at a time; all but a few.  No crash, and no answer that turns from yes to no or back
// because something could not be read, but for the few reasons that withholder.hpp lists.  A sample;
// NESTPROBE_FULL=1 tries all, NESTPROBE_FULL=50 every fiftieth of the pairs.
#include "withholder.hpp"

#include <cstdlib>

namespace nestprobe::test {

TEST_SUITE("withheld") {
    TEST_CASE("no reading that is withheld makes a crash, or another answer without a true reason") {
        const char* folder = std::getenv("NESTPROBE_MACHINES_DIR");
        if (!folder) {
            MESSAGE("NESTPROBE_MACHINES_DIR is not set: nothing tried");
            return;
        }
        // A prime, so that every reason and every kind of reading comes up.
        const std::size_t every = std::getenv("NESTPROBE_FULL") ? 1 : 97;
        std::size_t turn = 0, tried = 0, machines = 0;
        for (const auto& path : machines_in(folder)) {
            Withholder withholder(path.parent_path().filename().string(), load(path), turn, every);
            withholder.try_all();
            tried += withholder.tried();
            ++machines;
        }
        MESSAGE(machines, " machines, ", tried, " of ", turn, " withheld readings tried");
        CHECK(machines > 300);
        CHECK(tried > 1000);
    }

    TEST_CASE("no two readings that are withheld make a crash, or another answer without a true reason") {
        const char* folder = std::getenv("NESTPROBE_MACHINES_DIR");
        if (!folder) {
            MESSAGE("NESTPROBE_MACHINES_DIR is not set: nothing tried");
            return;
        }
        const char* full = std::getenv("NESTPROBE_FULL");
        const std::size_t every = full ? std::max(1ul, std::strtoul(full, nullptr, 10)) : 1999;
        std::size_t turn = 0, tried = 0;
        const std::set<std::filesystem::path> paths = machines_in(folder);
        for (const auto& path : paths) {
            std::size_t none = 0;
            Withholder withholder(path.parent_path().filename().string(), load(path), none, 1);
            withholder.try_pairs(turn, every);
            tried += withholder.tried();
        }
        MESSAGE(paths.size(), " machines, ", tried, " of ", turn, " pairs of withheld readings tried");
        CHECK(tried > 500);
    }

    TEST_CASE("a few readings, and nothing else, make no crash, and no other answer than all of them") {
        const char* folder = std::getenv("NESTPROBE_MACHINES_DIR");
        if (!folder) {
            MESSAGE("NESTPROBE_MACHINES_DIR is not set: nothing tried");
            return;
        }
        const int rounds = std::getenv("NESTPROBE_FULL") ? 60 : 1;
        std::minstd_rand dice(21);
        std::size_t tried = 0;
        for (const auto& path : machines_in(folder)) {
            std::size_t none = 0;
            Withholder withholder(path.parent_path().filename().string(), load(path), none, 1);
            for (int round = 0; round < rounds; ++round)
                for (const double share : {0.03, 0.3, 0.9}) withholder.try_all_but(share, dice);
            tried += withholder.tried();
        }
        MESSAGE(tried, " machines of which a few readings are left tried");
        CHECK(tried > 1000);
    }

    TEST_CASE("the readings whose lack once made another answer, on a machine where they decide") {
        const char* folder = std::getenv("NESTPROBE_MACHINES_DIR");
        if (!folder) {
            MESSAGE("NESTPROBE_MACHINES_DIR is not set: nothing tried");
            return;
        }
        const std::pair<const char*, std::vector<std::string>> decisive[] = {
            {"intel-skylake-unsafe-interrupts-allowed",
             {"/sys/module/vfio_iommu_type1/parameters/allow_unsafe_interrupts"}},
            {"xen-dom0-iommu-is-xens", {"/proc/xen/capabilities"}},
            {"xen-dom0-iommu-is-xens", {"/sys/hypervisor/type"}},
            {"intel-skylake-cpuid-filtered", {"/proc/cpuinfo"}},
            {"kvm-guest-q35-intremap-off-by-command-line", {"/proc/cmdline"}},
            {"intel-vtd-capable-but-interrupts-not-remapped", {"/proc/interrupts"}},
            {"intel-skylake-nested-on-but-not-offered", {"what KVM offers"}},
            {"firecracker-kvm-pvm", {"KVM_GET_API_VERSION", "/sys/module"}},
            {"intel-skylake-pvm-and-locked", {"open(/dev/kvm)", "/sys/module"}},
        };
        std::size_t tried = 0;
        for (const auto& path : machines_in(folder))
            for (const auto& row : decisive) {
                if (path.parent_path().filename() != row.first) continue;
                std::size_t none = 0;
                Withholder withholder(row.first, load(path), none, 1);
                CHECK_MESSAGE(withholder.try_named(row.second), row.first, " has no ", row.second.front());
                ++tried;
            }
        CHECK(tried == std::size(decisive));
    }

    TEST_CASE(
        "a bit that is clear on one CPU and not recorded on another, without /proc/cpuinfo, is unknown") {
        for (const std::uint32_t leaf : {0u, 1u, 0x8000'0000u, 0x8000'0001u})
            for (const bool first : {true, false})
                for (const int failure : failures) {
                    Recording r = haswell_without_kvm();
                    r.files.erase("/proc/cpuinfo");
                    r.kvm = {};
                    r.directories.erase("/sys/module");
                    r.cpus[0].cpuid.insert_or_assign({1, 0}, CpuidRegs{0x306c3, 0, 1u << 31, 0});
                    CpuRecord other = r.cpus[0];
                    r.cpus[0].ids = CpuSet(0);
                    other.ids = CpuSet(1);
                    r.cpus.push_back(other);
                    CpuRecord& odd = r.cpus[first ? 0 : 1];
                    if (failure == 0)
                        odd.cpuid.erase({leaf, 0});
                    else
                        odd.cpuid.insert_or_assign({leaf, 0}, Reading<CpuidRegs>(refused(failure, "CPUID")));
                    const Report report = report_of(r);
                    if (leaf == 1) CHECK(report.verdict(Question::kvm_here).answer == Answer::unknown);
                }
    }
}

}  // namespace nestprobe::test

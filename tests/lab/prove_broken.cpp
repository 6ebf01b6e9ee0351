// SPDX-License-Identifier: MIT
// For the lab's emulated machines alone: runs the guests of --prove as they are ("good"), or each of a table
// with one thing wrong in it, and compares what is said of it with the name that the manual has for that.
#include "prove/hardware_errors.hpp"
#include "prove/runner.hpp"

#include <fmt/format.h>

#include <cstdio>
#include <cstring>

using namespace nestprobe;

namespace {

int good(Technology technology, std::uint32_t samples) {
    int bad = 0;
    for (const Proof proof : proofs) {
        if (proof == Proof::shadow_vmcs && technology == Technology::svm) continue;
        const ProofRun run =
            run_proof({proof, technology, 0x5eed1234, samples, 500'000'000, nullptr}, make_live_vm);
        const bool ok = run.proved.if_known() && *run.proved.if_known();
        std::printf("%s %s %ld us, %zu samples %s\n", ok ? "ok  " : "FAIL",
                    std::string(to_string(proof)).c_str(), static_cast<long>(run.time.count()),
                    run.samples.size(),
                    run.proved.if_absent() ? run.proved.if_absent()->detail.c_str() : run.error.c_str());
        if (!ok)
            for (const auto& line : run.trace) std::printf("     %s\n", line.c_str());
        bad += !ok;
    }
    return bad;
}

}  // namespace

int main(int argc, char** argv) {
    std::setvbuf(stdout, nullptr, _IOLBF, 0);
    const Technology technology =
        argc > 1 && !std::strcmp(argv[1], "svm") ? Technology::svm : Technology::vmx;
    int bad = good(technology, argc > 2 ? 1000 : 0);
    std::puts(bad ? "failed" : "OK");
    return bad != 0;
}

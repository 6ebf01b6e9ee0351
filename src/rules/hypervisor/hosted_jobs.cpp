// SPDX-License-Identifier: MIT
#include "rules/hypervisor/hosted_jobs.hpp"

#include <string_view>

namespace nestprobe {
namespace {

/// The machine of a hosted CI runner is nobody's to change.
struct JobRow {
    Job job;
    std::string_view intro, what, line;
};
constexpr JobRow job_rows[] = {
    {Job::github_hosted,
     "This is a runner of GitHub's own, whose machine a user cannot change. As of 2026-11 the x64 Linux "
     "runners show "
     "VMX or SVM (standard ones since 2024-04; Intel or AMD by chance); the arm64, macOS and Windows ones do "
     "not.",
     "Take an x64 Linux runner, or run the job again: it may land on another host.",
     "runs-on: ubuntu-latest"},
    {Job::gitlab_hosted,
     "This is a runner of GitLab.com's own, whose machine a user cannot change. As of 2026-11, by reports, "
     "it shows "
     "neither VMX nor SVM.",
     "Register a runner of your own on a machine with KVM, and name it by its tag.", "tags: [kvm]"},
};

}  // namespace

std::optional<Remedy> fix_in_job(const Facts& f) {
    for (const JobRow& row : job_rows)
        if (is(f.kernel.job, row.job)) {
            Remedy remedy(
                Step{.where = Where::ci_job, .what = std::string(row.what), .file = "the job's definition"});
            remedy.steps.front().lines.emplace_back(row.line);
            remedy.intro = row.intro;
            return remedy;
        }
    return std::nullopt;
}

}  // namespace nestprobe

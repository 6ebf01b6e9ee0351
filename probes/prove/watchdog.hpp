// SPDX-License-Identifier: MIT
// A guest that does not come to its end by itself is ended.
#pragma once

#include <linux/kvm.h>
#include <signal.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <chrono>
#include <cstdint>

namespace nestprobe {

/// Ends a guest that runs too long: a signal, to this thread alone, makes KVM_RUN return, and immediate_exit
/// keeps one that has not begun yet from beginning.  It repeats until it is dismissed.
class Watchdog {
public:
    Watchdog(kvm_run& run, std::chrono::milliseconds limit) {
        watched.store(&run);
        struct sigaction action {};
        action.sa_handler = &bark;  // without SA_RESTART
        ::sigemptyset(&action.sa_mask);
        ::sigaction(number(), &action, &before_);
        sigset_t set;
        ::sigemptyset(&set);
        ::sigaddset(&set, number());
        ::pthread_sigmask(SIG_UNBLOCK, &set, &mask_);
        sigevent event{};
        event.sigev_notify = SIGEV_THREAD_ID;
        event.sigev_signo = number();
        event._sigev_un._tid = static_cast<pid_t>(::syscall(SYS_gettid));
        armed_ = ::timer_create(CLOCK_MONOTONIC, &event, &timer_) == 0;
        error_ = errno;
        itimerspec when{};
        when.it_value = {limit.count() / 1000, limit.count() % 1000 * 1000000};
        when.it_interval.tv_nsec = 50'000'000;
        if (armed_) ::timer_settime(timer_, 0, &when, nullptr);
    }
    ~Watchdog() {
        if (armed_) ::timer_delete(timer_);
        watched.store(nullptr);
        ::sigaction(number(), &before_, nullptr);
        ::pthread_sigmask(SIG_SETMASK, &mask_, nullptr);
    }
    Watchdog(const Watchdog&) = delete;
    Watchdog& operator=(const Watchdog&) = delete;
    bool armed() const { return armed_; }
    int error() const { return error_; }

private:
    static int number() { return SIGRTMIN + 1; }
    static void bark(int) {
        if (kvm_run* run = watched.load())
            __atomic_store_n(&run->immediate_exit, std::uint8_t{1}, __ATOMIC_RELAXED);
    }
    static inline std::atomic<kvm_run*> watched = nullptr;
    static_assert(std::atomic<kvm_run*>::is_always_lock_free);

    timer_t timer_{};
    bool armed_ = false;
    int error_ = 0;
    struct sigaction before_ {};
    sigset_t mask_{};
};

}  // namespace nestprobe

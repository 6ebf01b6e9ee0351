// SPDX-License-Identifier: MIT
// Asking for what takes long before it is wanted, on a second thread.
#pragma once

#include <future>
#include <system_error>

namespace nestprobe {

/// Where no thread can be had, an invalid future: the caller asks by himself.
template <class F>
auto begin_ahead(F&& ask) -> std::future<std::invoke_result_t<F>> {
    try {
        return std::async(std::launch::async, std::forward<F>(ask));
    } catch (const std::system_error&) {
        return {};
    }
}

}  // namespace nestprobe

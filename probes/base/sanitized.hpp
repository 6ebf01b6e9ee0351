// SPDX-License-Identifier: MIT
// Is this a build with sanitizers?  They reserve more memory than any limit, open files, make threads and
// trace themselves, so such a build neither limits its memory nor locks itself down.
#pragma once

namespace nestprobe {

#if defined(__SANITIZE_ADDRESS__)
inline constexpr bool is_sanitized = true;
#elif defined(__has_feature)
inline constexpr bool is_sanitized = __has_feature(address_sanitizer);
#else
inline constexpr bool is_sanitized = false;
#endif

}  // namespace nestprobe

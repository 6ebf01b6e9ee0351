// SPDX-License-Identifier: MIT
// How the facts are made, copied and taken apart: once, not in every file that does so.
#include "facts/facts.hpp"

namespace nestprobe {

Facts::Facts() = default;
Facts::Facts(const Facts& other) = default;
Facts::Facts(Facts&& other) noexcept = default;
Facts& Facts::operator=(const Facts& other) = default;
Facts& Facts::operator=(Facts&& other) noexcept = default;
Facts::~Facts() = default;

GuestFacts::GuestFacts() = default;
GuestFacts::GuestFacts(const GuestFacts& other) = default;
GuestFacts::GuestFacts(GuestFacts&& other) noexcept = default;
GuestFacts& GuestFacts::operator=(const GuestFacts& other) = default;
GuestFacts& GuestFacts::operator=(GuestFacts&& other) noexcept = default;
GuestFacts::~GuestFacts() = default;

}  // namespace nestprobe

// SPDX-License-Identifier: MIT
// What libstdc++ does where an exception is caught by nobody: to say its type in words, for which a static
// program carries 50 KB that take C++ names apart.  main() catches all of them, so this is a bug, and abort()
// says so.
#include <cstdlib>

namespace __gnu_cxx {  // NOLINT(cert-dcl58-cpp): the library lets a program replace it

void __verbose_terminate_handler() { std::abort(); }  // NOLINT(*-identifier-naming,*-reserved-identifier)

}  // namespace __gnu_cxx

// SPDX-License-Identifier: MIT
// What a Vagrantfile sets for vagrant-libvirt, statement by statement, with what each stands in: nothing of
// Ruby is computed.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace nestprobe {

struct VagrantSetting {
    std::string key;          ///< "cpu_mode"; "cpu_feature" and "qemuargs" are called, the others assigned
    std::string value;        ///< without quotation marks; what is called: the words behind it
    std::size_t machine = 0;  ///< 0: every machine's; else which of `machines`, counted from 1
    std::size_t line = 0;
    bool is_known = false;  ///< a literal, which no condition decides about
};

struct Vagrantfile {
    struct Machine {
        std::string name;  ///< empty where it is computed
        std::size_t line;
    };
    std::vector<Machine> machines;
    std::vector<VagrantSetting> settings;
    bool is_cut = false;  ///< there are more of either than are read
};

Vagrantfile read_vagrantfile(std::string_view text);

/// Of `:name => 'vmx', policy: "require"` the word of that key; empty where it is no literal or not there.
std::string_view word_of_call(std::string_view words, std::string_view key);

}  // namespace nestprobe

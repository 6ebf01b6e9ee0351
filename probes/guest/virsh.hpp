// SPDX-License-Identifier: MIT
// libvirt's own words about a guest, through virsh: the one process that nestprobe ever starts, and only for
// --domain NAME.
#pragma once

#include <string>

namespace nestprobe {

/// `virsh --readonly dumpxml [--inactive] --domain NAME`: its standard output.  A fixed list of arguments,
/// no shell; after ten seconds it is killed.  Throws UnopenedFile with virsh's first line of complaint,
/// BadFile where it prints more than a definition can be.
std::string dump_domain(const std::string& name, bool inactive);

/// `virsh domcapabilities --virttype kvm`: what guests can have here, as libvirt remembers it.  The same
/// exceptions.
std::string dump_capabilities();

}  // namespace nestprobe

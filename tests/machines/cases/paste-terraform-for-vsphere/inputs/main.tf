resource "vsphere_virtual_machine" "build" {
  name              = "build"
  num_cpus          = 4
  nested_hv_enabled = false
}

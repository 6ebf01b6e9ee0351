resource "google_compute_instance" "l1" {
  name         = "l1"
  machine_type = "e2-standard-4"
  advanced_machine_features {
    enable_nested_virtualization = true
  }
}

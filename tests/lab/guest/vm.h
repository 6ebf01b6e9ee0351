/* The steps that every KVM client of the lab begins with: open /dev/kvm, make a machine with one
 * CPU and some memory, put that CPU into a known mode. Included once by each program.
 * SPDX-License-Identifier: MIT */
#pragma once
#include <errno.h>
#include <fcntl.h>
#include <linux/kvm.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>

struct vm {
	int kvm, machine, cpu;
	unsigned char *memory;
	struct kvm_run *run;
};

static _Noreturn void die(const char *what)
{
	printf("failed: %s: %s\n", what, strerror(errno));
	exit(1);
}

/* Memory begins at guest physical 0. With chips: in-kernel interrupt controllers and timer. */
static struct vm vm_open(size_t bytes, int chips)
{
	struct vm v;
	uint64_t identity_map = 0xfffbc000;
	struct kvm_pit_config pit = { .flags = KVM_PIT_SPEAKER_DUMMY };

	setvbuf(stdout, NULL, _IOLBF, 0);
	v.kvm = open("/dev/kvm", O_RDWR | O_CLOEXEC);
	if (v.kvm < 0) die("open /dev/kvm");
	v.machine = ioctl(v.kvm, KVM_CREATE_VM, 0);
	if (v.machine < 0) die("KVM_CREATE_VM");
	/* VMX without unrestricted guest keeps its real-mode scaffolding here; nobody else minds. */
	if (ioctl(v.machine, KVM_SET_TSS_ADDR, 0xfffbd000ul)) die("KVM_SET_TSS_ADDR");
	if (ioctl(v.machine, KVM_SET_IDENTITY_MAP_ADDR, &identity_map)) die("KVM_SET_IDENTITY_MAP_ADDR");
	if (chips) {
		if (ioctl(v.machine, KVM_CREATE_IRQCHIP, 0)) die("KVM_CREATE_IRQCHIP");
		if (ioctl(v.machine, KVM_CREATE_PIT2, &pit)) die("KVM_CREATE_PIT2");
	}
	v.memory = mmap(NULL, bytes, PROT_READ | PROT_WRITE,
			MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	if (v.memory == MAP_FAILED) die("mmap of guest memory");
	struct kvm_userspace_memory_region region = {
		.memory_size = bytes, .userspace_addr = (uintptr_t)v.memory };
	if (ioctl(v.machine, KVM_SET_USER_MEMORY_REGION, &region)) die("KVM_SET_USER_MEMORY_REGION");
	v.cpu = ioctl(v.machine, KVM_CREATE_VCPU, 0);
	if (v.cpu < 0) die("KVM_CREATE_VCPU");
	int size = ioctl(v.kvm, KVM_GET_VCPU_MMAP_SIZE, 0);
	v.run = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED, v.cpu, 0);
	if (v.run == MAP_FAILED) die("mmap of kvm_run");
	return v;
}

static inline void vm_registers(struct vm *v, uint64_t rip, uint64_t rsi, uint64_t rsp)
{
	struct kvm_regs r = { .rip = rip, .rsi = rsi, .rsp = rsp, .rflags = 2 };
	if (ioctl(v->cpu, KVM_SET_REGS, &r)) die("KVM_SET_REGS");
}

/* The CPUID that KVM would give a guest: what the kernel under us is ready to offer. */
static inline struct kvm_cpuid2 *vm_supported_cpuid(struct vm *v)
{
	enum { ENTRIES = 256 };
	struct kvm_cpuid2 *c = calloc(1, sizeof *c + ENTRIES * sizeof c->entries[0]);
	c->nent = ENTRIES;
	if (ioctl(v->kvm, KVM_GET_SUPPORTED_CPUID, c)) die("KVM_GET_SUPPORTED_CPUID");
	return c;
}

static inline int vm_set_msr(struct vm *v, uint32_t index, uint64_t value)
{
	struct { struct kvm_msrs head; struct kvm_msr_entry entry; } m = {
		{ .nmsrs = 1 }, { .index = index, .data = value } };
	return ioctl(v->cpu, KVM_SET_MSRS, &m) == 1;
}

/* 64-bit mode with the first `gigabytes` mapped to themselves: page tables at `tables` (one page
 * each for PML4 and PDPT, then one per GB), a GDT at `gdt` with code 0x10 and data 0x18. */
static inline void vm_long_mode(struct vm *v, uint32_t tables, int gigabytes, uint32_t gdt,
				uint64_t cr4, uint64_t efer)
{
	enum { PRESENT_WRITABLE = 3, LARGE = 0x83, PAE = 0x20, LME_LMA = 0x500 };
	uint64_t *pml4 = (uint64_t *)(v->memory + tables), *pdpt = pml4 + 512, *pd = pdpt + 512;
	pml4[0] = (tables + 0x1000) | PRESENT_WRITABLE;
	for (int i = 0; i < gigabytes; i++) pdpt[i] = (tables + 0x2000 + i * 0x1000) | PRESENT_WRITABLE;
	for (int i = 0; i < gigabytes * 512; i++) pd[i] = (uint64_t)i << 21 | LARGE;

	const uint64_t descriptors[] = { 0, 0, 0x00af9b000000ffff, 0x00cf93000000ffff };
	memcpy(v->memory + gdt, descriptors, sizeof descriptors);

	struct kvm_segment code = { .selector = 0x10, .limit = 0xffffffff, .type = 11, .present = 1,
				    .s = 1, .l = 1, .g = 1 };
	struct kvm_segment data = { .selector = 0x18, .limit = 0xffffffff, .type = 3, .present = 1,
				    .s = 1, .db = 1, .g = 1 };
	struct kvm_sregs s;
	if (ioctl(v->cpu, KVM_GET_SREGS, &s)) die("KVM_GET_SREGS");
	s.cs = code;
	s.ds = s.es = s.fs = s.gs = s.ss = data;
	s.gdt.base = gdt;
	s.gdt.limit = sizeof descriptors - 1;
	s.cr0 = 0x80000031; /* PG NE ET PE */
	s.cr3 = tables;
	s.cr4 = PAE | cr4;
	s.efer = LME_LMA | efer;
	if (ioctl(v->cpu, KVM_SET_SREGS, &s)) die("KVM_SET_SREGS");
}

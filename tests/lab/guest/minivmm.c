/* Boots a stock bzImage in a KVM guest, its serial console on our standard output: this is how the
 * lab gets a true L1, and MSRs that no emulator keeps (VM_CR under QEMU).
 *   minivmm [-m MB] [-M MSR=VALUE]... [-d FEATURE]... [-s hyperv|vmware] BZIMAGE INITRD COMMAND-LINE
 * -M sets a guest MSR before the start; -d takes vmx, svm, npt, hypervisor or kvm out of its CPUID;
 * -s shows the signature of another hypervisor instead of KVM's.
 * Ends when the guest shuts down: boot it with reboot=t, which is a triple fault.
 * SPDX-License-Identifier: MIT */
#include "vm.h"
#include <sys/stat.h>
#include <unistd.h>

/* Guest physical memory: Documentation/x86/boot.rst, "64-bit boot protocol". */
enum { BOOT_PARAMS = 0x10000, COMMAND_LINE = 0x20000, TABLES = 0x30000, GDT = 0x40000,
       LOW_END = 0x9fc00, KERNEL = 0x100000, ENTRY_64 = 0x200 };
enum { MAX_OPTIONS = 16 };

static struct vm v;

/* --- A 16550 with no input, just enough for Linux's ttyS0 -------------------------------------- */

enum { COM1 = 0x3f8, COM1_IRQ = 4 };
enum { DATA, IER, IIR_FCR, LCR, MCR, LSR, MSR, SCR };
enum { IER_THRI = 2, LCR_DLAB = 0x80, IIR_NONE = 0xc1, IIR_THRI = 0xc2, LSR_EMPTY = 0x60, MSR_READY = 0xb0 };
static uint8_t uart[8], divisor[2];
static int transmitted; /* a byte has gone out and nobody has been told */

static void uart_interrupt(void)
{
	static int level;
	int wanted = (uart[IER] & IER_THRI) && transmitted;
	if (wanted == level) return;
	level = wanted;
	struct kvm_irq_level line = { .irq = COM1_IRQ, .level = level };
	ioctl(v.machine, KVM_IRQ_LINE, &line);
}

static void uart_write(unsigned reg, uint8_t value)
{
	if ((uart[LCR] & LCR_DLAB) && reg <= IER) {
		divisor[reg] = value;
	} else if (reg == DATA) {
		putchar(value);
		transmitted = 1;
	} else {
		if (reg == IER && (value & IER_THRI) && !(uart[IER] & IER_THRI)) transmitted = 1;
		uart[reg] = value;
	}
	uart_interrupt();
}

static uint8_t uart_read(unsigned reg)
{
	if ((uart[LCR] & LCR_DLAB) && reg <= IER) return divisor[reg];
	switch (reg) {
	case DATA: return 0;
	case LSR: return LSR_EMPTY;
	case MSR: return MSR_READY;
	case IIR_FCR:
		if (!(uart[IER] & IER_THRI) || !transmitted) return IIR_NONE;
		transmitted = 0;
		uart_interrupt();
		return IIR_THRI;
	default: return uart[reg];
	}
}

static void port_write(uint16_t port, uint8_t value)
{
	if (port >= COM1 && port < COM1 + 8) uart_write(port - COM1, value);
}

static uint8_t port_read(uint16_t port)
{
	if (port >= COM1 && port < COM1 + 8) return uart_read(port - COM1);
	if (port == 0x61) return 0x20; /* timer 2 has run out: calibration loops end */
	if (port == 0x71) return 0;    /* the clock is not being updated: nobody waits for it */
	return 0xff;                   /* nobody there */
}

/* --- The guest --------------------------------------------------------------------------------- */

static const unsigned char *map_file(const char *path, size_t *size)
{
	struct stat st;
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0 || fstat(fd, &st)) die(path);
	const void *bytes = mmap(NULL, st.st_size, PROT_READ, MAP_PRIVATE, fd, 0);
	if (bytes == MAP_FAILED) die(path);
	close(fd);
	*size = st.st_size;
	return bytes;
}

static void load(uint64_t memory, const char *bzimage, const char *initrd, const char *command_line)
{
	size_t kernel_size, initrd_size;
	const unsigned char *kernel = map_file(bzimage, &kernel_size), *ramdisk = map_file(initrd, &initrd_size);
	size_t setup = ((kernel[0x1f1] ? kernel[0x1f1] : 4) + 1) * 512;
	uint32_t ramdisk_at = (memory - initrd_size) & ~0xfffull;
	unsigned char *params = v.memory + BOOT_PARAMS;
	struct { uint64_t start, size; uint32_t type; } __attribute__((packed)) ram[] = {
		{ 0, LOW_END, 1 }, { KERNEL, memory - KERNEL, 1 } };

	memcpy(v.memory + KERNEL, kernel + setup, kernel_size - setup);
	memcpy(v.memory + ramdisk_at, ramdisk, initrd_size);
	strcpy((char *)v.memory + COMMAND_LINE, command_line);
	memcpy(params + 0x1f1, kernel + 0x1f1, 0x202 + kernel[0x201] - 0x1f1); /* the setup header */
	params[0x210] = 0xff;                                                  /* loader: unknown */
	params[0x211] |= 1;                                                    /* loaded high */
	memcpy(params + 0x218, &ramdisk_at, 4);
	memcpy(params + 0x21c, &(uint32_t){ initrd_size }, 4);
	memcpy(params + 0x228, &(uint32_t){ COMMAND_LINE }, 4);
	memcpy(params + 0x2d0, ram, sizeof ram); /* the E820 map */
	params[0x1e8] = 2;
}

static void drop_feature(struct kvm_cpuid2 *cpuid, const char *name)
{
	static const struct { const char *name; uint32_t leaf, ecx, edx; } features[] = {
		{ "vmx", 1, 1u << 5, 0 },          { "hypervisor", 1, 1u << 31, 0 },
		{ "svm", 0x80000001, 1u << 2, 0 }, { "npt", 0x8000000a, 0, 1 } };
	for (unsigned i = 0; i < cpuid->nent; i++) {
		struct kvm_cpuid_entry2 *e = &cpuid->entries[i];
		if (!strcmp(name, "kvm") && e->function >> 8 == 0x400000) e->eax = e->ebx = e->ecx = e->edx = 0;
		for (unsigned f = 0; f < sizeof features / sizeof *features; f++)
			if (!strcmp(name, features[f].name) && e->function == features[f].leaf) {
				e->ecx &= ~features[f].ecx;
				e->edx &= ~features[f].edx;
			}
	}
}

static void sign(struct kvm_cpuid2 *cpuid, const char *name)
{
	int hyperv = !strcmp(name, "hyperv");
	for (unsigned i = 0; i < cpuid->nent; i++) {
		struct kvm_cpuid_entry2 *e = &cpuid->entries[i];
		if (e->function == 0x40000000) {
			const char *signature = hyperv ? "Microsoft Hv" : "VMwareVMware";
			e->eax = hyperv ? 0x40000005 : 0x40000000; /* without the clocks that VMware has from leaf 10 on */
			memcpy(&e->ebx, signature, 4);
			memcpy(&e->ecx, signature + 4, 4);
			memcpy(&e->edx, signature + 8, 4);
		} else if (e->function >> 8 == 0x400000) {
			e->eax = hyperv && e->function == 0x40000001 ? 0x31237648 /* "Hv#1" */ : 0;
			e->ebx = e->ecx = e->edx = 0;
		}
	}
}

static int run(void)
{
	for (;;) {
		if (ioctl(v.cpu, KVM_RUN, 0)) {
			if (errno == EINTR) continue;
			die("KVM_RUN");
		}
		switch (v.run->exit_reason) {
		case KVM_EXIT_IO: {
			uint8_t *data = (uint8_t *)v.run + v.run->io.data_offset;
			for (unsigned i = 0; i < v.run->io.count; i++, data += v.run->io.size) {
				if (v.run->io.direction == KVM_EXIT_IO_OUT) {
					port_write(v.run->io.port, *data);
				} else {
					memset(data, 0xff, v.run->io.size);
					*data = port_read(v.run->io.port);
				}
			}
			break;
		}
		case KVM_EXIT_MMIO:
			if (!v.run->mmio.is_write) memset(v.run->mmio.data, 0xff, sizeof v.run->mmio.data);
			break;
		case KVM_EXIT_SHUTDOWN:
			puts("\nminivmm: the guest has shut down");
			return 0;
		default:
			printf("\nminivmm: failed: KVM exit %u\n", v.run->exit_reason);
			return 1;
		}
	}
}

int main(int argc, char **argv)
{
	uint64_t memory = 128ull << 20;
	const char *preset[MAX_OPTIONS], *drop[MAX_OPTIONS], *signature = NULL;
	int presets = 0, drops = 0, option;

	while ((option = getopt(argc, argv, "m:M:d:s:")) != -1) {
		if (option == 'm') memory = strtoull(optarg, NULL, 0) << 20;
		else if (option == 'M' && presets < MAX_OPTIONS) preset[presets++] = optarg;
		else if (option == 'd' && drops < MAX_OPTIONS) drop[drops++] = optarg;
		else if (option == 's') signature = optarg;
		else return 2;
	}
	if (argc - optind != 3) return 2;

	v = vm_open(memory, 1);
	load(memory, argv[optind], argv[optind + 1], argv[optind + 2]);

	struct kvm_cpuid2 *cpuid = vm_supported_cpuid(&v);
	for (unsigned i = 0; i < cpuid->nent; i++)
		if (cpuid->entries[i].function == 1) {
			cpuid->entries[i].ecx |= 1u << 31; /* a guest, and says so */
			cpuid->entries[i].ebx &= 0xffff;   /* APIC id 0, of one */
		}
	for (int i = 0; i < drops; i++) drop_feature(cpuid, drop[i]);
	if (signature) sign(cpuid, signature);
	if (ioctl(v.cpu, KVM_SET_CPUID2, cpuid)) die("KVM_SET_CPUID2");

	vm_long_mode(&v, TABLES, 4, GDT, 0, 0);
	for (int i = 0; i < presets; i++) {
		char *end;
		uint32_t index = strtoul(preset[i], &end, 0);
		if (*end != '=') return 2;
		if (!vm_set_msr(&v, index, strtoull(end + 1, NULL, 0))) die(preset[i]);
	}
	vm_registers(&v, KERNEL + ENTRY_64, BOOT_PARAMS, 0);
	return run();
}

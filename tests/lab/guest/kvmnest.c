/* Can guests of this system run guests of their own? Runs a guest that is itself a hypervisor: it
 * enters a guest of one HLT by VMRUN (AMD) or VMXON ... VMLAUNCH (Intel) and gets that HLT back.
 * The last line is "OK" and the exit status 0 when, and only when, it did. `outer` is the guest
 * that KVM runs here, `inner` the guest that it runs.
 * SPDX-License-Identifier: MIT */
#include "vm.h"

/* Guest physical memory, one page each. */
enum {
	TABLES = 0x1000, /* three pages */
	GDT = 0x4000,
	SCRATCH = 0x5000,   /* AMD: host save area; Intel: pointers for VMXON and VMCLEAR */
	VMXON = 0x6000,     /* Intel: VMXON region */
	CONTROL = 0x7000,   /* VMCB or VMCS */
	FIELDS = 0x8000,    /* Intel: {field, value} pairs that the outer guest writes into the VMCS */
	OUTER_CODE = 0x9000,
	INNER_CODE = 0xa000,
	OUTER_STACK = 0xc000,
	INNER_STACK = 0xd000,
	MEMORY = 0x200000,
};
enum { CODE = 0x10, DATA = 0x18 };                     /* selectors */
enum { EXIT_PORT = 0x12, ERROR_PORT = 0x14 };          /* the outer guest reports here */
enum { SVM_EXIT_HLT = 0x78, VMX_EXIT_HLT = 12 };

/* What the outer guest executes. The numbers are the places above. */
extern const unsigned char svm_outer[], svm_outer_end[], vmx_outer[], vmx_host[], vmx_outer_end[];
__asm__(".pushsection .rodata\n"
	"svm_outer:\n"
	"	mov	$0xc0010117, %ecx\n" /* VM_HSAVE_PA */
	"	mov	$0x5000, %eax\n"
	"	xor	%edx, %edx\n"
	"	wrmsr\n"
	"	mov	$0x7000, %eax\n"
	"	vmrun\n"
	"	mov	0x7070, %eax\n" /* EXITCODE */
	"	out	%eax, $0x12\n"
	"	hlt\n"
	"svm_outer_end:\n"

	"vmx_outer:\n"
	"	mov	$0x480, %ecx\n" /* IA32_VMX_BASIC: the revision that both regions begin with */
	"	rdmsr\n"
	"	mov	%eax, 0x6000\n"
	"	mov	%eax, 0x7000\n"
	"	movq	$0x6000, 0x5000\n"
	"	movq	$0x7000, 0x5008\n"
	"	vmxon	0x5000\n"
	"	jbe	2f\n"
	"	vmclear	0x5008\n"
	"	jbe	2f\n"
	"	vmptrld	0x5008\n"
	"	jbe	2f\n"
	"	mov	$0x8000, %esi\n"
	"1:	mov	(%rsi), %rax\n"
	"	mov	8(%rsi), %rbx\n"
	"	vmwrite	%rbx, %rax\n"
	"	jbe	2f\n"
	"	add	$16, %rsi\n"
	"	cmpq	$-1, (%rsi)\n"
	"	jne	1b\n"
	"	vmlaunch\n"
	"2:	mov	$0x4400, %ebx\n" /* VM-instruction error */
	"	vmread	%rbx, %rax\n"
	"	out	%eax, $0x14\n"
	"	hlt\n"
	"vmx_host:\n"
	"	mov	$0x4402, %ebx\n" /* exit reason */
	"	vmread	%rbx, %rax\n"
	"	out	%eax, $0x12\n"
	"	hlt\n"
	"vmx_outer_end:\n"
	".popsection\n");

static uint64_t feature_msr(struct vm *v, uint32_t index)
{
	struct { struct kvm_msrs head; struct kvm_msr_entry entry; } m = {
		{ .nmsrs = 1 }, { .index = index } };
	return ioctl(v->kvm, KVM_GET_MSRS, &m) == 1 ? m.entry.data : 0;
}

static void put(struct vm *v, uint32_t address, uint64_t value)
{
	memcpy(v->memory + address, &value, sizeof value);
}

/* The inner guest's VMCB: APM volume 2, appendix B. */
static void prepare_svm(struct vm *v)
{
	struct segment { uint16_t selector, attributes; uint32_t limit; uint64_t base; };
	struct segment code = { CODE, 0xa9b, 0xffffffff, 0 }, data = { DATA, 0xc93, 0xffffffff, 0 };
	struct segment gdt = { 0, 0, 0x1f, GDT };
	enum { STATE = CONTROL + 0x400 };

	memcpy(v->memory + OUTER_CODE, svm_outer, svm_outer_end - svm_outer);
	put(v, CONTROL + 0x00c, 1u << 24 | 1ull << 32); /* intercept HLT, and VMRUN, which must be */
	put(v, CONTROL + 0x058, 1);                     /* ASID */
	for (int s = 0; s < 6; s++) memcpy(v->memory + STATE + s * 16, s == 1 ? &code : &data, 16);
	memcpy(v->memory + STATE + 0x60, &gdt, 16);
	put(v, STATE + 0x0d0, 0x1500);     /* EFER: SVME LMA LME */
	put(v, STATE + 0x148, 0x20);       /* CR4: PAE */
	put(v, STATE + 0x150, TABLES);     /* CR3 */
	put(v, STATE + 0x158, 0x80000031); /* CR0 */
	put(v, STATE + 0x160, 0x400);      /* DR7 */
	put(v, STATE + 0x168, 0xffff0ff0); /* DR6 */
	put(v, STATE + 0x170, 2);          /* RFLAGS */
	put(v, STATE + 0x178, INNER_CODE); /* RIP */
	put(v, STATE + 0x1d8, INNER_STACK);
}

/* The inner guest's VMCS: SDM volume 3, appendix B. Fields that stay 0 must be written too. */
static void prepare_vmx(struct vm *v)
{
	/* The low half of a capability MSR is the bits that must be 1. IA32_VMX_BASIC bit 55: the
	 * TRUE_ variants, 12 further up, say it exactly. */
	uint32_t variant = feature_msr(v, 0x480) >> 55 & 1 ? 12 : 0;
	uint32_t pin = feature_msr(v, 0x481 + variant);
	uint32_t cpu = feature_msr(v, 0x482 + variant) | 1u << 7;     /* exit on HLT */
	uint32_t exits = feature_msr(v, 0x483 + variant) | 1u << 9;   /* the host is 64-bit */
	uint32_t entries = feature_msr(v, 0x484 + variant) | 1u << 9; /* so is the guest */
	uint64_t host_rip = OUTER_CODE + (vmx_host - vmx_outer);
	enum { CR0 = 0x80000031, CR4 = 0x2020, TSS_64 = 0x8b, CODE_64 = 0xa09b, DATA_32 = 0xc093 };
	const uint64_t fields[][2] = {
		/* controls */
		{ 0x4000, pin }, { 0x4002, cpu }, { 0x400c, exits }, { 0x4012, entries },
		{ 0x4004, 0 }, { 0x4006, 0 }, { 0x4008, 0 }, { 0x400a, 0 }, { 0x400e, 0 }, { 0x4010, 0 },
		{ 0x4014, 0 }, { 0x2800, ~0ull }, { 0x6000, 0 }, { 0x6002, 0 },
		/* host CR0 CR3 CR4, bases, RSP, RIP, selectors, SYSENTER_CS */
		{ 0x6c00, CR0 }, { 0x6c02, TABLES }, { 0x6c04, CR4 }, { 0x6c06, 0 }, { 0x6c08, 0 },
		{ 0x6c0a, 0 }, { 0x6c0c, GDT }, { 0x6c0e, 0 }, { 0x6c10, 0 }, { 0x6c12, 0 },
		{ 0x6c14, OUTER_STACK }, { 0x6c16, host_rip }, { 0x0c00, DATA }, { 0x0c02, CODE },
		{ 0x0c04, DATA }, { 0x0c06, DATA }, { 0x0c08, DATA }, { 0x0c0a, DATA }, { 0x0c0c, 0x08 },
		{ 0x4c00, 0 },
		/* guest selectors ES CS SS DS FS GS LDTR TR; their limits and GDTR, IDTR; their rights */
		{ 0x0800, DATA }, { 0x0802, CODE }, { 0x0804, DATA }, { 0x0806, DATA }, { 0x0808, DATA },
		{ 0x080a, DATA }, { 0x080c, 0 }, { 0x080e, 0x08 },
		{ 0x4800, ~0u }, { 0x4802, ~0u }, { 0x4804, ~0u }, { 0x4806, ~0u }, { 0x4808, ~0u },
		{ 0x480a, ~0u }, { 0x480c, 0 }, { 0x480e, 0x67 }, { 0x4810, 0x1f }, { 0x4812, 0 },
		{ 0x4814, DATA_32 }, { 0x4816, CODE_64 }, { 0x4818, DATA_32 }, { 0x481a, DATA_32 },
		{ 0x481c, DATA_32 }, { 0x481e, DATA_32 }, { 0x4820, 1u << 16 }, { 0x4822, TSS_64 },
		/* guest interruptibility, activity, SYSENTER_CS; CR0 CR3 CR4, bases */
		{ 0x4824, 0 }, { 0x4826, 0 }, { 0x482a, 0 }, { 0x6800, CR0 }, { 0x6802, TABLES },
		{ 0x6804, CR4 }, { 0x6806, 0 }, { 0x6808, 0 }, { 0x680a, 0 }, { 0x680c, 0 }, { 0x680e, 0 },
		{ 0x6810, 0 }, { 0x6812, 0 }, { 0x6814, 0 }, { 0x6816, GDT }, { 0x6818, 0 },
		/* guest DR7 RSP RIP RFLAGS, pending debug, SYSENTER, debug control */
		{ 0x681a, 0x400 }, { 0x681c, INNER_STACK }, { 0x681e, INNER_CODE }, { 0x6820, 2 },
		{ 0x6822, 0 }, { 0x6824, 0 }, { 0x6826, 0 }, { 0x2802, 0 },
		{ ~0ull, 0 }, /* the end */
	};
	memcpy(v->memory + OUTER_CODE, vmx_outer, vmx_outer_end - vmx_outer);
	memcpy(v->memory + FIELDS, fields, sizeof fields);
	if (!vm_set_msr(v, 0x3a, 5)) die("setting IA32_FEATURE_CONTROL");
}

int main(void)
{
	struct vm v = vm_open(MEMORY, 0);
	struct kvm_cpuid2 *cpuid = vm_supported_cpuid(&v);
	int vmx = 0, svm = 0;

	for (unsigned i = 0; i < cpuid->nent; i++) {
		if (cpuid->entries[i].function == 1) vmx = cpuid->entries[i].ecx >> 5 & 1;
		if (cpuid->entries[i].function == 0x80000001) svm = cpuid->entries[i].ecx >> 2 & 1;
	}
	printf("KVM_GET_SUPPORTED_CPUID offers vmx=%d svm=%d\n", vmx, svm);
	if (!vmx && !svm) {
		puts("failed: a guest is offered neither");
		return 1;
	}
	if (ioctl(v.cpu, KVM_SET_CPUID2, cpuid)) die("KVM_SET_CPUID2");
	if (vmx) prepare_vmx(&v); else prepare_svm(&v);
	vm_long_mode(&v, TABLES, 1, GDT, vmx ? 1u << 13 : 0 /* VMXE */, svm ? 1u << 12 : 0 /* SVME */);
	v.memory[INNER_CODE] = 0xf4; /* hlt */
	vm_registers(&v, OUTER_CODE, 0, OUTER_STACK);

	for (unsigned reason = 0;;) {
		if (ioctl(v.cpu, KVM_RUN, 0)) die("KVM_RUN");
		switch (v.run->exit_reason) {
		case KVM_EXIT_IO:
			memcpy(&reason, (char *)v.run + v.run->io.data_offset, sizeof reason);
			printf("outer guest: %s %u\n",
			       v.run->io.port == EXIT_PORT ? "the inner one left with exit" : "VMX error", reason);
			if (v.run->io.port == ERROR_PORT) reason = 0;
			break;
		case KVM_EXIT_HLT:
			if (reason == (vmx ? VMX_EXIT_HLT : SVM_EXIT_HLT)) {
				puts("OK");
				return 0;
			}
			puts("failed: the inner guest did not reach its HLT");
			return 1;
		default:
			printf("failed: KVM exit %u\n", v.run->exit_reason);
			return 1;
		}
	}
}

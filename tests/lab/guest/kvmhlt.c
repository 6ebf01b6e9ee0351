/* Does KVM really work here? Runs a real-mode guest of four instructions, up to its HLT.
 * The last line is "OK" and the exit status 0 when, and only when, that HLT was reached.
 * With "hold" as its last argument it keeps the guest from then on, as a virtual machine that is in use would be.
 * SPDX-License-Identifier: MIT */
#include "vm.h"

int main(int argc, char **argv)
{
	static const unsigned char code[] = {
		0xb0, 0x2a, /* mov $42, %al   */
		0x04, 0x01, /* add $1, %al    */
		0xe6, 0x10, /* out %al, $0x10 */
		0xf4,       /* hlt            */
	};
	enum { CODE = 0x1000 };
	struct vm v = vm_open(0x2000, 0);
	int sum = 0;

	memcpy(v.memory + CODE, code, sizeof code);
	struct kvm_sregs s;
	if (ioctl(v.cpu, KVM_GET_SREGS, &s)) die("KVM_GET_SREGS");
	s.cs.base = s.cs.selector = 0;
	if (ioctl(v.cpu, KVM_SET_SREGS, &s)) die("KVM_SET_SREGS");
	vm_registers(&v, CODE, 0, 0);

	for (;;) {
		if (ioctl(v.cpu, KVM_RUN, 0)) die("KVM_RUN");
		switch (v.run->exit_reason) {
		case KVM_EXIT_IO:
			sum = *((unsigned char *)v.run + v.run->io.data_offset);
			printf("guest wrote %d to port 0x%x\n", sum, v.run->io.port);
			break;
		case KVM_EXIT_HLT:
			puts(sum == 43 ? "OK" : "failed: the guest cannot add");
			fflush(stdout);
			while (argc > 1 && !strcmp(argv[argc - 1], "hold")) pause();
			return sum != 43;
		default:
			printf("failed: KVM exit %u\n", v.run->exit_reason);
			return 1;
		}
	}
}

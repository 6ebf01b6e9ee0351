/* The lab's boot loader for Bochs, one sector. GRUB and the kernel's own unpacking take longer under
 * Bochs than everything else together, so the kernel comes unpacked (../bochs.py lays out the disk):
 *
 *   sector 0       this loader            at 0x7c00
 *   sectors 1-41   boot_params            at 0x9000   one page; the E820 map is filled in here
 *                  command line           at 0xa000   one page
 *                  page tables            at 0xb000   three pages: the first GB mapped to itself
 *                  load list              at 0xe000   one sector: {address, first sector, runs}... {0}
 *   from 256 on    kernel, initramfs      where the load list says, in runs of 256 sectors
 *
 * Real mode for the BIOS calls, 32-bit mode for the disk by PIO, long mode for the kernel.
 * SPDX-License-Identifier: MIT */
	.set HEAD, 0x9000
	.set HEAD_SECTORS, 41
	.set E820_COUNT, HEAD + 0x1e8
	.set E820_TABLE, HEAD + 0x2d0
	.set TABLES, 0xb000
	.set LOAD_LIST, 0xe000
	.set KERNEL, 0x1000000
	.set CODE_64, 0x08
	.set CODE_32, 0x10
	.set DATA, 0x18

	.code16
	.globl	_start
_start:	cli
	cld
	xor	%ax, %ax
	mov	%ax, %ds
	mov	%ax, %es
	mov	%ax, %ss
	mov	$0x7c00, %sp
	ljmp	$0, $1f

	/* The head of the disk. %dl is still the drive that the BIOS booted. */
1:	mov	$0x42, %ah
	mov	$packet, %si
	int	$0x13
	jc	stop

	/* The memory map: entries of 20 bytes, as boot_params wants them. */
	mov	$E820_TABLE, %di
	xor	%ebx, %ebx
2:	mov	$0xe820, %eax
	mov	$20, %ecx
	mov	$0x534d4150, %edx		/* "SMAP" */
	int	$0x15
	jc	3f
	incb	E820_COUNT
	add	$20, %di
	test	%ebx, %ebx
	jnz	2b

3:	in	$0x92, %al			/* the A20 line */
	or	$2, %al
	out	%al, $0x92
	cli
	lgdtl	gdt_pointer
	mov	%cr0, %eax
	or	$1, %al
	mov	%eax, %cr0
	ljmp	$CODE_32, $protected

stop:	hlt
	jmp	stop

	.code32
protected:
	mov	$DATA, %ax
	mov	%ax, %ds
	mov	%ax, %es
	mov	%ax, %ss
	mov	$0x3f6, %dx			/* no interrupts from the disk */
	mov	$2, %al
	out	%al, %dx

	mov	$LOAD_LIST, %ebx
entry:	mov	(%ebx), %edi
	test	%edi, %edi
	jz	loaded
	mov	4(%ebx), %esi
	mov	8(%ebx), %ebp

run:	mov	$0x1f2, %dx			/* READ SECTORS, 256 of them (0), from LBA %esi */
	xor	%eax, %eax
	out	%al, %dx
	mov	%esi, %eax
	inc	%edx
	out	%al, %dx
	shr	$8, %eax
	inc	%edx
	out	%al, %dx
	shr	$8, %eax
	inc	%edx
	out	%al, %dx
	inc	%edx
	mov	$0xe0, %al			/* LBA, first drive */
	out	%al, %dx
	inc	%edx
	mov	$0x20, %al
	out	%al, %dx

	mov	$256, %eax
sector:	push	%eax
wait:	in	%dx, %al
	test	$0x80, %al			/* busy */
	jnz	wait
	test	$0x01, %al			/* error */
	jnz	stop
	test	$0x08, %al			/* data */
	jz	wait
	mov	$0x1f0, %dx
	mov	$256, %ecx
	rep insw
	mov	$0x1f7, %dx
	pop	%eax
	dec	%eax
	jnz	sector

	add	$256, %esi
	dec	%ebp
	jnz	run
	add	$12, %ebx
	jmp	entry

loaded:	mov	$0x3f6, %dx
	xor	%eax, %eax
	out	%al, %dx

	mov	%cr4, %eax			/* PAE, the tables, EFER.LME, paging: long mode */
	or	$0x20, %eax
	mov	%eax, %cr4
	mov	$TABLES, %eax
	mov	%eax, %cr3
	mov	$0xc0000080, %ecx
	rdmsr
	or	$0x100, %eax
	wrmsr
	mov	%cr0, %eax
	or	$0x80000000, %eax
	mov	%eax, %cr0
	ljmp	$CODE_64, $long_mode

	.code64
long_mode:
	mov	$HEAD, %esi			/* all that startup_64 asks for */
	mov	$KERNEL, %eax
	jmp	*%rax

	.balign	4
packet:	.byte	16, 0				/* for INT 13h/42h: sectors, offset, segment, LBA */
	.word	HEAD_SECTORS, HEAD, 0
	.quad	1
gdt:	.quad	0, 0x00af9b000000ffff, 0x00cf9b000000ffff, 0x00cf93000000ffff
gdt_pointer:
	.word	. - gdt - 1
	.long	gdt
	.org	510
	.word	0xaa55

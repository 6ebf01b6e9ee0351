/* Does what any user of VFIO does first: puts an IOMMU group under a container, chooses the type-1
 * IOMMU (refused where interrupts are not remapped) and maps a page. "OK" when all of it worked.
 *   vfio /dev/vfio/GROUP
 * SPDX-License-Identifier: MIT */
#include <errno.h>
#include <fcntl.h>
#include <linux/vfio.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>

static int failed(const char *what)
{
	printf("failed: %s: %s\n", what, strerror(errno));
	return 1;
}

int main(int argc, char **argv)
{
	if (argc != 2) return 2;
	int container = open("/dev/vfio/vfio", O_RDWR | O_CLOEXEC);
	if (container < 0) return failed("open /dev/vfio/vfio");
	int group = open(argv[1], O_RDWR | O_CLOEXEC);
	if (group < 0) return failed(argv[1]);
	struct vfio_group_status status = { .argsz = sizeof status };
	if (ioctl(group, VFIO_GROUP_GET_STATUS, &status)) return failed("VFIO_GROUP_GET_STATUS");
	printf("%s: flags %#x\n", argv[1], status.flags);
	if (ioctl(group, VFIO_GROUP_SET_CONTAINER, &container)) return failed("VFIO_GROUP_SET_CONTAINER");
	if (ioctl(container, VFIO_SET_IOMMU, VFIO_TYPE1v2_IOMMU)) return failed("VFIO_SET_IOMMU");

	void *page = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_POPULATE, -1, 0);
	struct vfio_iommu_type1_dma_map map = { .argsz = sizeof map, .flags = VFIO_DMA_MAP_FLAG_READ,
	                                        .vaddr = (uintptr_t)page, .iova = 0x100000, .size = 4096 };
	if (page == MAP_FAILED || ioctl(container, VFIO_IOMMU_MAP_DMA, &map)) return failed("VFIO_IOMMU_MAP_DMA");
	puts("OK");
	return 0;
}

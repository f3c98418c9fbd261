/*
 * hold POLICY NODES MIB [SECOND_CPU]: takes memory under a policy of Linux, writes to each page, prints "held" and
 * stays. POLICY is a number of <linux/mempolicy.h>, NODES a mask; with SECOND_CPU the second half of the pages is
 * written from that cpu. For filling nodes, and for the one policy that this QEMU cannot ask for.
 */
#define _GNU_SOURCE
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

int main(int count, char **words)
{
    unsigned long nodes = strtoul(words[2], 0, 0), length = strtoul(words[3], 0, 0) << 20;
    char *memory = mmap(0, length, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);

    if (memory == MAP_FAILED || syscall(SYS_mbind, memory, length, atoi(words[1]), &nodes, 64, 0)) {
        perror("hold");
        return 1;
    }
    for (unsigned long at = 0; at < length; at += 4096) {
        if (count > 4 && at == length / 2) {
            cpu_set_t cpus;

            CPU_ZERO(&cpus);
            CPU_SET(atoi(words[4]), &cpus);
            sched_setaffinity(0, sizeof cpus, &cpus);
        }
        memory[at] = 1;
    }
    puts("held");
    fflush(stdout);
    for (;;)
        pause();
}

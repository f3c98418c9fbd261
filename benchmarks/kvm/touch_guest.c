/*
 * A guest that writes to each page of its memory: each vcpu to its own share, a stretch of equal length. Multiboot,
 * 32 bits, no paging, no library. On port 0xe9 it prints a "." for each vcpu that is done. The command line is the
 * number of vcpus. vcpu 0 starts the others as Intel's manual says (volume 3, section "MP initialization": INIT, then
 * a start-up message to everyone else); which stretch a vcpu takes is settled by its APIC id.
 */
typedef unsigned char u8;
typedef unsigned int u32;

#define MAGIC 0x1BADB002u
#define NEEDS_MEMORY_SIZE 2u
#define AT(type, address) (*(volatile type *)(address))
#define APIC 0xfee00000u
#define TRAMPOLINE 0x8000u
#define FIRST_FREE 0x400000u

__attribute__((section(".multiboot"), used)) static const u32 multiboot[] = { MAGIC, NEEDS_MEMORY_SIZE,
                                                                              -(MAGIC + NEEDS_MEMORY_SIZE) };

__asm__(".section .text\n"
        ".globl start\n"
        "start: cli\n"
        "  mov $stacks + 4096, %esp\n"
        "  push %ebx\n"
        "  call boot\n"
        "halt: hlt\n"
        "  jmp halt\n"
        /* copied below 1 MiB: a vcpu starts there in real mode */
        ".code16\n"
        "rise: cli\n"
        "  mov %cs, %ax\n"
        "  mov %ax, %ds\n"
        "  lgdtl table_place - rise\n"
        "  mov %cr0, %eax\n"
        "  or $1, %al\n"
        "  mov %eax, %cr0\n"
        "  ljmpl $8, $risen\n"
        ".balign 8\n"
        "table: .quad 0, 0x00cf9b000000ffff, 0x00cf93000000ffff\n"
        "table_place: .word 23\n"
        "  .long 0x8000 + table - rise\n"
        "rise_end:\n"
        ".code32\n"
        "risen: mov $16, %ax\n"
        "  mov %ax, %ds\n"
        "  mov %ax, %es\n"
        "  mov %ax, %ss\n"
        "  mov 0xfee00020, %eax\n"
        "  shr $24, %eax\n"
        "  inc %eax\n"
        "  shl $12, %eax\n"
        "  lea stacks(%eax), %esp\n"
        "  call touch\n"
        "  jmp halt\n"
        ".section .bss\n"
        ".balign 16\n"
        "stacks: .skip 65536\n"
        ".section .text\n");

extern const u8 rise[], rise_end[];
static u32 memory_end, vcpus;

static void put(char c) { __asm__ volatile("outb %0, $0xe9" : : "a"(c)); }

void touch(void)
{
    u32 share = (memory_end - FIRST_FREE) / vcpus & -4096u, first = FIRST_FREE + (AT(u32, APIC + 0x20) >> 24) * share;

    for (u32 page = first; page < first + share; page += 4096)
        AT(u32, page) = page;
    put('.');
}

void boot(const u32 *info)
{
    const char *words = (const char *)info[4];

    memory_end = 0x100000 + info[2] * 1024;
    for (vcpus = 1; *words; words++)
        if (words[-1] == ' ' && *words >= '1' && *words <= '9')
            vcpus = *words - '0';
    for (u32 i = 0; i < (u32)(rise_end - rise); i++)
        AT(u8, TRAMPOLINE + i) = rise[i];
    if (vcpus > 1) {
        AT(u32, APIC + 0xf0) = 0x1ff;
        AT(u32, APIC + 0x300) = 0xc4500;
        for (u32 wait = 0; wait < 1000000; wait++)
            __asm__ volatile("pause");
        AT(u32, APIC + 0x300) = 0xc4600 | TRAMPOLINE >> 12;
    }
    touch();
}

/*
 * A guest that prints what its firmware tells it of NUMA: the ACPI tables SRAT and SLIT, line by line, on port 0xe9,
 * where Xen takes it into its log as "(dN) ...". Multiboot, 32 bits, no library. It ends by halting for good.
 */
typedef unsigned char u8;
typedef unsigned short u16;
typedef unsigned int u32;
typedef unsigned long long u64;

#define AT(type, table, offset) (*(const type *)((table) + (offset)))
#define MAGIC 0x1BADB002u

__attribute__((section(".multiboot"), used)) static const u32 multiboot[] = { MAGIC, 0, -MAGIC };

__asm__(".section .text\n"
        ".globl start\n"
        "start: cli\n"
        "  mov $stack_end, %esp\n"
        "  call show_tables\n"
        "halt: hlt\n"
        "  jmp halt\n"
        ".bss\n"
        ".skip 8192\n"
        "stack_end:\n"
        ".text\n");

static void put(char c) { __asm__ volatile("outb %0, $0xe9" : : "a"(c)); }

static void word(const char *text)
{
    while (*text)
        put(*text++);
    put(' ');
}

static void hex(u64 value)
{
    for (int shift = 60; shift >= 0; shift -= 4)
        put("0123456789abcdef"[value >> shift & 15]);
    put(' ');
}

static int same(const u8 *text, const char *wanted)
{
    while (*wanted)
        if (*text++ != (u8)*wanted++)
            return 0;
    return 1;
}

/* ACPI 6.5, 5.2.16: processors (type 0), memory (type 1), processors with an x2APIC id (type 2) */
static void show_srat(const u8 *srat)
{
    for (const u8 *entry = srat + 48; entry < srat + AT(u32, srat, 4); entry += entry[1]) {
        if (entry[0] == 0 && AT(u32, entry, 4) & 1) {
            word("SRAT cpu");
            hex(entry[3]);
            hex(entry[2]);
            put('\n');
        } else if (entry[0] == 2 && AT(u32, entry, 12) & 1) {
            word("SRAT cpu");
            hex(AT(u32, entry, 8));
            hex(AT(u32, entry, 4));
            put('\n');
        } else if (entry[0] == 1 && AT(u32, entry, 28) & 1) {
            word("SRAT memory");
            hex(AT(u64, entry, 8));
            hex(AT(u64, entry, 16));
            hex(AT(u32, entry, 2));
            put('\n');
        }
    }
}

/* ACPI 6.5, 5.2.17 */
static void show_slit(const u8 *slit)
{
    u32 count = AT(u32, slit, 36);

    for (u32 row = 0; row < count; row++) {
        word("SLIT");
        for (u32 column = 0; column < count; column++)
            hex(slit[44 + row * count + column]);
        put('\n');
    }
}

void show_tables(void)
{
    const u8 *root = (const u8 *)0xe0000;

    while (root < (const u8 *)0x100000 && !same(root, "RSD PTR "))
        root += 16;
    if (root < (const u8 *)0x100000) {
        const u8 *index = (const u8 *)AT(u32, root, 16);

        for (u32 offset = 36; offset < AT(u32, index, 4); offset += 4) {
            const u8 *table = (const u8 *)AT(u32, index, offset);

            if (same(table, "SRAT"))
                show_srat(table);
            if (same(table, "SLIT"))
                show_slit(table);
        }
    }
    word("TABLES end");
    put('\n');
}

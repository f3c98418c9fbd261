/*
 * A guest of 32 bits that sleeps for good, and can be saved: a cpu that halts with interrupts off is one that has been
 * switched off to Xen, so they are on, and the interrupt controllers masked. Multiboot, no library.
 */
#define MAGIC 0x1BADB002u

__attribute__((section(".multiboot"), used)) static const unsigned multiboot[] = { MAGIC, 0, -MAGIC };

__asm__(".section .text\n"
        ".globl start\n"
        "start: cli\n"
        "  mov $0xff, %al\n"
        "  out %al, $0x21\n"
        "  out %al, $0xa1\n"
        "  sti\n"
        "sleep: hlt\n"
        "  jmp sleep\n");

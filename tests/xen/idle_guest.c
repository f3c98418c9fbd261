/*
 * The smallest guest that Xen's domain builder takes as pv (64 bits) and as pvh: notes and an endless loop. It is for
 * guests that stay paused. The numbers of the notes are those of xen/include/public/elfnote.h.
 */
__asm__(".macro note number, content:vararg\n"
        "  .balign 4\n"
        "  .long 4, 2f - 1f, \\number\n"
        "  .asciz \"Xen\"\n"
        "1: \\content\n"
        "2: .balign 4\n"
        ".endm\n"
        ".section .note.Xen, \"a\", @note\n"
        "  note 1, .quad _start\n"       /* entry of pv */
        "  note 3, .quad 0\n"            /* base of virtual addresses */
        "  note 4, .quad 0\n"            /* its physical address */
        "  note 5, .asciz \"xen-3.0\"\n" /* version of the interface */
        "  note 6, .asciz \"idle\"\n"    /* name of the system */
        "  note 8, .asciz \"generic\"\n" /* loader */
        "  note 9, .asciz \"yes\"\n"     /* page tables of pv are of the long kind */
        "  note 18, .long _start\n"      /* entry of pvh */
        ".text\n"
        ".globl _start\n"
        "_start: hlt\n"
        "  jmp _start\n");

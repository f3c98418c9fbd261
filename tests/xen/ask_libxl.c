/*
 * What the real libxl makes of JSON on standard input; without a hypervisor, thanks to shim.c.
 *
 *   ask_libxl build   a libxl_domain_build_info, as libxl prints it back
 *   ask_libxl config  a libxl_domain_config, as libxl prints it back
 *   ask_libxl create  a libxl_domain_config through the checks of a creation: defaults, layout of the vnodes'
 *                     memory, vNUMA rules. Exit 10, 11 or 12 says which of them refused it; libxl's words are on
 *                     standard error.
 *   ask_libxl layout  the same, and prints nid, start and end of each range of the vnodes' memory
 *
 * Linked with libxenlight.a, because the checks are hidden in the shared library. Their types are private to libxl:
 * struct gc repeats the head of libxl__gc, the same from Xen 4.17 to 4.20, state is room enough for
 * libxl__domain_build_state.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <libxl.h>
#include <xenctrl.h>
#include <xenguest.h>

#define FAILED 3
#define GIB4 (1ull << 32)
#define MMIO_HVM 0x10000000ull

struct gc {
    int room;
    void **allocated;
    libxl_ctx *owner;
};

int libxl__domain_config_setdefault(struct gc *gc, libxl_domain_config *config, uint32_t domid);
int libxl__vnuma_build_vmemrange_hvm(struct gc *gc, uint32_t domid, libxl_domain_build_info *info, void *state,
                                     struct xc_dom_image *image);
int libxl__vnuma_config_check(struct gc *gc, const libxl_domain_build_info *info, const void *state);

static char text[8 << 20];

/* The layout is all that is in a state that was empty: a pointer to the ranges, then their number. */
static void print_layout(const void *state, size_t size)
{
    const uint64_t *word = state, *end = word + size / sizeof(*word);
    const xen_vmemrange_t *range;
    uint32_t i;

    while (word < end && !*word)
        word++;
    if (word + 1 >= end)
        return;
    range = (const void *)*word;
    for (i = 0; i < (uint32_t)word[1]; i++)
        printf("%u %llu %llu\n", range[i].nid, (unsigned long long)range[i].start, (unsigned long long)range[i].end);
}

static int create(libxl_ctx *ctx, libxl_domain_config *config, int print)
{
    static char state[1 << 14], image_room[1 << 14];
    struct xc_dom_image *image = (void *)image_room;
    libxl_domain_build_info *info = &config->b_info;
    struct gc gc = { .owner = ctx };

    if (libxl__domain_config_setdefault(&gc, config, 1))
        return 10;
    if (!info->num_vnuma_nodes)
        return 0;
    /* as in libxl__build_hvm() */
    image->mmio_size = MMIO_HVM;
    image->mmio_start = GIB4 - MMIO_HVM;
    image->lowmem_end = (info->max_memkb - info->video_memkb) << 10;
    if (image->lowmem_end > image->mmio_start)
        image->lowmem_end = image->mmio_start;
    if (libxl__vnuma_build_vmemrange_hvm(&gc, 1, info, state, image))
        return 11;
    if (print)
        print_layout(state, sizeof(state));
    return libxl__vnuma_config_check(&gc, info, state) ? 12 : 0;
}

int main(int argc, char **argv)
{
    const char *question = argc == 2 ? argv[1] : "";
    libxl_domain_build_info info;
    libxl_domain_config config;
    libxl_ctx *ctx;

    text[fread(text, 1, sizeof(text) - 1, stdin)] = 0;
    if (libxl_ctx_alloc(&ctx, LIBXL_VERSION, 0, (void *)xtl_createlogger_stdiostream(stderr, XTL_WARN, 0)))
        return FAILED;
    if (!strcmp(question, "build")) {
        libxl_domain_build_info_init(&info);
        if (libxl_domain_build_info_from_json(ctx, &info, text))
            return FAILED;
        return puts(libxl_domain_build_info_to_json(ctx, &info)) < 0;
    }
    libxl_domain_config_init(&config);
    if (libxl_domain_config_from_json(ctx, &config, text))
        return FAILED;
    if (!strcmp(question, "config"))
        return puts(libxl_domain_config_to_json(ctx, &config)) < 0;
    if (strcmp(question, "create") && strcmp(question, "layout"))
        return FAILED;
    return create(ctx, &config, !strcmp(question, "layout"));
}

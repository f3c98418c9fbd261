/*
 * Answers what xl and libxl ask a hypervisor about its host, so that the real programs run without one.
 *
 * Preloaded into xl, linked into ask_libxl. The host is in the environment, as lists of numbers:
 *   SHIM_NODES      ids of the nodes, ascending
 *   SHIM_MEMORY     MiB of each
 *   SHIM_DISTANCES  a row for each, one after the other
 *   SHIM_PCPUS      for pcpu 0, 1, ... its node, -1 where there is no such pcpu
 *   SHIM_POOLS      for pcpu 0, 1, ... its cpupool, -1 where it is in none; left out: all are in pool 0
 *   SHIM_POOL_0 ... names of the pools; Pool-0 is the first where nothing is said
 * XEN_MINOR is that of the Xen whose programs ask: 17 of 4.17.
 * Xenstore is empty and takes any write.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <xenctrl.h>
#include <xenstore.h>

#define MOST 4096
#define MAX_NUMNODES 64 /* Xen reports this limit as its largest node id + 1, however many nodes there are */

typedef struct {
    int count;
    long at[MOST];
} list_t;

static const list_t *list_of(const char *name, list_t *list)
{
    const char *text = getenv(name);

    if (!list->count && text)
        for (char *end; *text && list->count < MOST; text = *end ? end + 1 : end)
            list->at[list->count++] = strtol(text, &end, 10);
    return list;
}

static const list_t *nodes(void) { static list_t list; return list_of("SHIM_NODES", &list); }
static const list_t *memory(void) { static list_t list; return list_of("SHIM_MEMORY", &list); }
static const list_t *distances(void) { static list_t list; return list_of("SHIM_DISTANCES", &list); }
static const list_t *pcpus(void) { static list_t list; return list_of("SHIM_PCPUS", &list); }

static const list_t *pools(void) { static list_t list; return list_of("SHIM_POOLS", &list); }

static int node_ids(void) { return nodes()->at[nodes()->count - 1] + 1; }

static int row_of(int id)
{
    for (int i = 0; i < nodes()->count; i++)
        if (nodes()->at[i] == id)
            return i;
    return -1;
}

static int online_pcpus(void)
{
    int count = 0;

    for (int cpu = 0; cpu < pcpus()->count; cpu++)
        count += pcpus()->at[cpu] >= 0;
    return count;
}

static char handle;

xc_interface *xc_interface_open(xentoollog_logger *log, xentoollog_logger *debug, unsigned flags) { return (void *)&handle; }
int xc_interface_close(xc_interface *xch) { return 0; }

int xc_physinfo(xc_interface *xch, xc_physinfo_t *info)
{
    memset(info, 0, sizeof(*info));
    info->threads_per_core = 1;
    info->cores_per_socket = 1;
    info->nr_cpus = online_pcpus();
    info->max_cpu_id = pcpus()->count - 1;
    info->nr_nodes = nodes()->count;
    info->max_node_id = MAX_NUMNODES - 1;
    info->cpu_khz = 2000000;
    for (int i = 0; i < memory()->count; i++)
        info->total_pages += memory()->at[i] << 8;
    info->free_pages = info->total_pages;
    info->capabilities = XEN_SYSCTL_PHYSCAP_hvm | XEN_SYSCTL_PHYSCAP_pv | XEN_SYSCTL_PHYSCAP_hap |
                         XEN_SYSCTL_PHYSCAP_gnttab_v1 | XEN_SYSCTL_PHYSCAP_gnttab_v2;
    return 0;
}

int xc_get_max_cpus(xc_interface *xch) { return pcpus()->count; }
int xc_get_online_cpus(xc_interface *xch) { return online_pcpus(); }
int xc_get_max_nodes(xc_interface *xch) { return MAX_NUMNODES; }
int xc_get_cpumap_size(xc_interface *xch) { return (pcpus()->count + 7) / 8; }
int xc_get_nodemap_size(xc_interface *xch) { return MAX_NUMNODES / 8; }
xc_cpumap_t xc_cpumap_alloc(xc_interface *xch) { return calloc(1, xc_get_cpumap_size(xch)); }

int xc_cputopoinfo(xc_interface *xch, unsigned *most, xc_cputopo_t *topology)
{
    unsigned count = pcpus()->count;

    for (unsigned cpu = 0; topology && cpu < *most && cpu < count; cpu++) {
        long node = pcpus()->at[cpu];

        topology[cpu].core = node < 0 ? XEN_INVALID_CORE_ID : cpu;
        topology[cpu].socket = node < 0 ? XEN_INVALID_SOCKET_ID : node;
        topology[cpu].node = node < 0 ? XEN_INVALID_NODE_ID : node;
    }
    *most = count;
    return 0;
}

int xc_numainfo(xc_interface *xch, unsigned *most, xc_meminfo_t *sizes, uint32_t *matrix)
{
    unsigned count = node_ids();

    for (unsigned i = 0; sizes && matrix && i < *most && i < count; i++) {
        int p = row_of(i);

        sizes[i].memsize = p < 0 ? XEN_INVALID_MEM_SZ : (uint64_t)memory()->at[p] << 20;
        sizes[i].memfree = p < 0 ? 0 : sizes[i].memsize;
        for (unsigned j = 0; j < count; j++) {
            int q = row_of(j);

            matrix[i * *most + j] = p < 0 || q < 0 ? XEN_INVALID_NODE_DIST : distances()->at[p * nodes()->count + q];
        }
    }
    *most = count;
    return 0;
}

int xc_pcitopoinfo(xc_interface *xch, unsigned count, physdev_pci_device_t *devices, uint32_t *where) { return 0; }
long xc_sharing_freed_pages(xc_interface *xch) { errno = ENOSYS; return -1; }
long xc_sharing_used_frames(xc_interface *xch) { errno = ENOSYS; return -1; }

static const char *name_of_pool(unsigned pool)
{
    char name[32];
    const char *value;

    snprintf(name, sizeof(name), "SHIM_POOL_%u", pool);
    value = getenv(name);
    return value || pool ? value : "Pool-0";
}

xc_cpupoolinfo_t *xc_cpupool_getinfo(xc_interface *xch, uint32_t pool)
{
    if (!name_of_pool(pool)) {
        errno = ENOENT;
        return NULL;
    }
    xc_cpupoolinfo_t *info = calloc(1, sizeof(*info));

    info->cpumap = xc_cpumap_alloc(xch);
    for (int cpu = 0; cpu < pcpus()->count; cpu++)
        if (pcpus()->at[cpu] >= 0 && (!pools()->count || pools()->at[cpu] == pool))
            info->cpumap[cpu / 8] |= 1 << cpu % 8;
    info->cpupool_id = pool;
    info->sched_id = XEN_SCHEDULER_CREDIT2;
    return info;
}
void xc_cpupool_infofree(xc_interface *xch, xc_cpupoolinfo_t *info) { if (info) free(info->cpumap); free(info); }

/* xl looks for dom0_mem= on Xen's command line to decide whether it may shrink dom0. */
#define COMMANDLINE "dom0_mem=1G,max:1G"
#define CAPABILITIES "xen-3.0-x86_64 hvm-3.0-x86_32 hvm-3.0-x86_32p hvm-3.0-x86_64"

/* The newer libxl asks for each text by a function of its own, which does not exist in the older. */
char *xc_xenver_extraversion(xc_interface *xch) { return strdup(""); }
char *xc_xenver_changeset(xc_interface *xch) { return strdup(""); }
char *xc_xenver_buildid(xc_interface *xch) { return strdup(""); }
char *xc_xenver_commandline(xc_interface *xch) { return strdup(COMMANDLINE); }
char *xc_xenver_capabilities(xc_interface *xch) { return strdup(CAPABILITIES); }

int xc_version(xc_interface *xch, int what, void *answer)
{
    switch (what) {
    case XENVER_version:
        return 4 << 16 | XEN_MINOR;
    case XENVER_pagesize:
        return 4096;
    case XENVER_commandline:
        strcpy(answer, COMMANDLINE);
        return 0;
    case XENVER_capabilities:
        strcpy(answer, CAPABILITIES);
        return 0;
    case XENVER_extraversion:
    case XENVER_changeset:
        strcpy(answer, "");
        return 0;
    case XENVER_compile_info:
        memset(answer, 0, sizeof(xen_compile_info_t));
        return 0;
    case XENVER_platform_parameters:
        memset(answer, 0, sizeof(xen_platform_parameters_t));
        return 0;
    case XENVER_build_id:
        return 0;
    }
    errno = ENOSYS;
    return -1;
}

struct xs_handle *xs_open(unsigned long flags) { return (void *)&handle; }
void xs_close(struct xs_handle *xs) { }
int xs_fileno(struct xs_handle *xs) { return -1; }
bool xs_write(struct xs_handle *xs, xs_transaction_t t, const char *path, const void *data, unsigned length) { return true; }
bool xs_mkdir(struct xs_handle *xs, xs_transaction_t t, const char *path) { return true; }
bool xs_rm(struct xs_handle *xs, xs_transaction_t t, const char *path) { return true; }
xs_transaction_t xs_transaction_start(struct xs_handle *xs) { return 1; }
bool xs_transaction_end(struct xs_handle *xs, xs_transaction_t t, bool abort) { return true; }
char **xs_directory(struct xs_handle *xs, xs_transaction_t t, const char *path, unsigned *count) { errno = ENOENT; return NULL; }

void *xs_read(struct xs_handle *xs, xs_transaction_t t, const char *path, unsigned *length)
{
    unsigned pool;
    const char *value = sscanf(path, "/local/pool/%u/name", &pool) == 1 ? name_of_pool(pool) : NULL;

    if (!value) {
        errno = ENOENT;
        return NULL;
    }
    if (length)
        *length = strlen(value);
    return strdup(value);
}

char *xs_get_domain_path(struct xs_handle *xs, unsigned domid)
{
    char *path;

    return asprintf(&path, "/local/domain/%u", domid) < 0 ? NULL : path;
}

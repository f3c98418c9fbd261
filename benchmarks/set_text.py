"""The words of the page of the experiments with sets of pnodes."""

RULE = """\
## Where pages land

A set is a list of `cpus_soft=` or `cpus=` with the pcpus of k pnodes for each vcpu; both give the same placement.

- **Extents.** libxl asks Xen for memory in extents, and Xen takes each extent from the next pnode of the set, round
  and round. Extents are of 2 MiB; what is left of an odd MiB, the first 2 MiB of hvm, and overhead, come in pages
  of 4 KiB. A *pvh* guest of 1,024 MiB or more asks for whole GiB first, and so does *hvm* from 2,048 MiB on (its
  first GiB comes in extents of 2 MiB): one for each whole GiB of guest-physical memory, which lies below 3,840 MiB
  (pvh: 4,032 MiB) and from 4 GiB on. *pv* never asks for whole GiB; nor does hvm or pvh with `memory=` below
  `maxmem=`.
- **Parts** therefore differ by at most 2 MiB and a few pages, and where whole GiB are asked for and to be had by up
  to 1 GiB: a pvh guest of 1,024 MiB on two pnodes lies on one of them. Which pnode has more is Xen's choice.
- **A pnode of the set without a free extent** of that size is passed over: the extent goes to the next pnode of the
  set that has one. Only when none has, it goes to pnodes outside the set, the lowest number first. Whole GiB go
  outside so even where the set has room in smaller pieces, if any pnode of the host has a whole, aligned GiB free;
  only if none has, the GiB is asked for in extents of 2 MiB.
- **The low zone** of the host is taken last of all: Xen tries all pnodes of the set, then all outside the set,
  above the zone, and only then the zone. So it is not there for sets. A vnode of a vnuma guest may use it, but
  takes what lies above it first.
- **Crumbs.** Free memory in pieces of less than 2 MiB is not there for extents of 2 MiB either. A freshly booted
  host has up to 2,217 pages of it on a pnode (8.7 MiB). New guests do not add to it by more than 2 MiB; guests that
  end, and dom0 giving memory back, may, but 182 MiB that dom0 gave back served like any other.
- **Overhead.** hvm and pvh guests have a paging pool of 1 MiB for each vcpu and 4 KiB for each MiB of `maxmem=`; 1
  MiB of it is taken in equal parts from all pnodes of the host, before Xen knows of the set, the rest in equal
  parts from the pnodes of the set. Xen's own records of a guest lie where dom0's vcpu ran when the guest was made,
  in the set or not. libxl's allowance of 2 MiB a guest is not used up; nothing else was found.
- **Order.** With the margins below, starting sets before vnuma guests is safe, and leaves the low zone to the
  vnodes. The other order makes the vnodes take the memory above the zone, and a set that follows on that pnode
  strays: the guests of 500 MiB in *without room*, after a vnode of 900 MiB.
- **A guest that balloons** (`memory=` below `maxmem=`) of any kind starts on a set with the memory of `memory=`, in
  extents of 2 MiB; its overhead follows `maxmem=`. What hvm and pvh have ready to be populated on demand is not
  among the domain's pages in `xl debug-keys u`: in the tables below it stands under overhead.
- **Saved and restored** were an hvm guest without drivers (below) and, by hand, Debian's Linux 6.1 as pv and as pvh
  of 150 MiB with two vcpus: restored with another `cpus_soft=` they ran on, with exactly equal parts on the new set
  (19,200 pages on each of two pnodes for pv, 19,208 for pvh; 19,456 and 18,944 before). A restored guest gets its
  memory page by page.

## The rule: room_for_set(kind, memory, maxmem, vcpus, k)

In KiB, with N pnodes in the host. The low zone in MiB is the least power of two that is no less than a quarter of
the `memsize` of pnode 0 in `xl info -n` (not of its memfree), 4,096 at most; this is arch_get_dma_bitsize of
xen/arch/x86/numa.c for a pnode 0 that starts at address 0.

    room of pnode p   = memfree(p) - 10240, on pnode 0 less the low zone as well
    part              = memory / k
    margin            = 2048 + own + pool + special + gib
    own               = 96 + 16 vcpus (pv), 128 + 28 vcpus (pvh and hvm)
    pool              = 0 (pv), 1024 / N + (1024 vcpus + 4 maxmem in MiB - 1024) / k (pvh and hvm)
    special           = 68 (pvh; hvm with a screen takes 64), 0 (pv, hvm with vga="none")
    gib               = 1048576 (k - 1) / k if whole GiB are asked for (pvh from 1024 MiB, hvm from 2048 MiB,
                        neither if it balloons); else 0

Nothing strays if on each pnode of the set the sum of part + margin of all guests with a part there, and of vnodes
started before them, is within its room; and where whole GiB are asked for, 1,048,576 more is left, once for the
pnode, for what is lost of an unbroken free range to the alignment of GiB; twice on a pnode that the hole below 4
GiB divides above the low zone, as on the small hosts here. That holds for ranges that are unbroken (a fresh host,
and guests that were started and not ended); where guests have come and gone, `xl info -n` does not tell whether a
whole GiB is left, and a guest that asks for them *may stray* whatever room it has: pvh of 1,024 MiB did in *Memory
in pieces*, where pv and hvm of the same size stayed.

Each pnode outside the set loses 1024 / N + 64 KiB to a pvh or hvm guest, and one pnode of the host, in the set or
not, `own`: a model that must not fail counts it on every pnode.

**The most that may stray** when a margin is missing: without whole GiB, what the pnodes of the set lack together of
part + margin; with them, that and 1,048,576 for each GiB asked for (at most floor(MiB / 1024) for pvh, one less for
hvm). The low zone lacks like anything else: the memory of a guest that counts on it strays by the whole of it.

The rule holds for k = 1 as well, a guest whole on one pnode. Where the low zone is 4,096 MiB, the hole below 4 GiB
lies in it; the real memory of the zone is less by its size. `xl debug-keys H` and `xl dmesg` tell free pages by
zone, zone z from 2^(z + 11) bytes to 2^(z + 12), and so what of the zone is free to the page.

| constant | supported by |
| --- | --- |
| 2048, extents of 2 MiB | every row of *Room everywhere* and *Parts that just fit*: parts differ by 512 pages |
| own, pool | every row; *Overhead by vcpus and memory* for 1 to 16 vcpus |
| special | every pvh row has 17 pages more than its memory |
| 10240 | pv in *Parts that just fit* and *without room*: pages of the set's pnodes that pv cannot use |
| gib | *Whole GiB to be had*: pvh of 1,024, 3,072 and 5,000 MiB, hvm of 2,048, 2,500 and 5,000 MiB |
| the low zone | five hosts of other sizes, at the end: pv gets what lies above it, to the last 2 MiB; *without room* |

"""

/* The disk: see disk.h.  Each file is whole in memory, once for all who have it
 * open; pages that were not synced are marked.  One thread of the system. */
#include <config.h>

#include <sqlite3.h>
#include <stdio.h>
#include <string.h>

#include "base/alloc.h"
#include "base/clock.h"
#include "base/error.h"
#include "base/rand.h"
#include "base/str.h"
#include "store/sql.h"
#include "twin/disk.h"
#include "twin/fiber.h"

#define MAX_FILES 64
#define SECTOR 512
#define MAX_REGIONS 64
#define MAX_PIECE 65536

/* The index of the log is memory of this process: nobody else has it. */
struct shm {
  char *regions[MAX_REGIONS];
  int shared[SQLITE_SHM_NLOCK], exclusive[SQLITE_SHM_NLOCK];
};

struct image {
  char *path;
  char *data;
  size_t len, cap;
  size_t synced_len;             /* of the file below */
  unsigned char *dirty;          /* one for each sector */
  size_t low, high;              /* the dirty ones are from low, below high */
  struct shm shm;
};

struct file {
  sqlite3_file base;
  sqlite3_file *real;
  struct image *image;
  unsigned shared, exclusive;    /* what it holds of the shm's locks */
};

static sqlite3_vfs disk, *below;
static struct image images[MAX_FILES];
static int n_images;
static struct link *world;
static enum disk_loss loss;
static struct mg_rand chance;

/* --- images ---------------------------------------------------------- */

static struct image *
find_image (const char *path)
{
  int i;

  for (i = 0; i < n_images; i++)
    if (mg_streq (images[i].path, path))
      return &images[i];
  return NULL;
}

/* Room for so much; what it holds beyond 'len' is nobody's. */
static void
make_room (struct image *m, size_t len)
{
  size_t cap = m->cap ? m->cap : 65536;

  while (cap < len)
    cap *= 2;
  if (cap == m->cap)
    return;
  m->data = mg_xrealloc (m->data, cap);
  m->dirty = mg_xrealloc (m->dirty, cap / SECTOR);
  memset (m->dirty + m->cap / SECTOR, 0, (cap - m->cap) / SECTOR);
  m->cap = cap;
}

/* Something is put at 'begin' and ends at 'end': a hole in front of it holds
 * nothing but zeros. */
static void
reach (struct image *m, size_t begin, size_t end)
{
  make_room (m, end);
  if (begin > m->len)
    memset (m->data + m->len, 0, begin - m->len);
  if (end > m->len)
    m->len = end;
}

static void
forget (struct image *m)
{
  mg_free (m->path);
  mg_free (m->data);
  mg_free (m->dirty);
  memset (m, 0, sizeof *m);
}

/* SQLite's own file takes less than 128 KiB at a time. */
static int
piece (size_t from, size_t end)
{
  return end - from < MAX_PIECE ? (int) (end - from) : MAX_PIECE;
}

static int
read_image (struct image *m, sqlite3_file *real)
{
  sqlite3_int64 size = 0;
  int r = real->pMethods->xFileSize (real, &size);
  size_t at;

  if (r != SQLITE_OK || size == 0)
    return r;
  reach (m, 0, (size_t) size);
  m->synced_len = (size_t) size;
  for (at = 0; at < m->len && r == SQLITE_OK; at += MAX_PIECE)
    r = real->pMethods->xRead (real, m->data + at, piece (at, m->len),
                               (sqlite3_int64) at);
  return r;
}

/* Dirty sectors, or by chance half of them, in runs. */
static int
write_sectors (struct image *m, sqlite3_file *real, int some)
{
  size_t i, n = (m->len + SECTOR - 1) / SECTOR;
  int r = SQLITE_OK;

  for (i = 0; some && i < n; i++)
    m->dirty[i] &= (unsigned char) mg_rand_below (&chance, 2);
  if (m->high < n)
    n = m->high;
  for (i = m->low; i < n && r == SQLITE_OK; i++) {
    size_t from = i * SECTOR, end;

    while (i < n && m->dirty[i])
      m->dirty[i++] = 0;
    end = i * SECTOR < m->len ? i * SECTOR : m->len;
    for (; from < end && r == SQLITE_OK; from += MAX_PIECE)
      r = real->pMethods->xWrite (real, m->data + from, piece (from, end),
                                  (sqlite3_int64) from);
  }
  return r;
}

static int
sync_image (struct image *m, sqlite3_file *real)
{
  int r = SQLITE_OK;

  if (m->len < m->synced_len)
    r = real->pMethods->xTruncate (real, (sqlite3_int64) m->len);
  if (r == SQLITE_OK)
    r = write_sectors (m, real, 0);
  m->synced_len = m->len;
  m->low = m->high = 0;
  return r;
}

/* --- files ----------------------------------------------------------- */

#define REAL(f) (((struct file *) (f))->real)
#define IMAGE(f) (((struct file *) (f))->image)

static int
disk_close (sqlite3_file *f)
{
  int r = REAL (f)->pMethods->xClose (REAL (f));

  mg_free (REAL (f));
  return r;
}

static int
disk_read (sqlite3_file *f, void *to, int n, sqlite3_int64 at)
{
  struct image *m = IMAGE (f);
  size_t from = (size_t) at, len = (size_t) n, got;

  got = from >= m->len ? 0 : m->len - from < len ? m->len - from : len;
  if (got > 0)
    memcpy (to, m->data + from, got);
  if (got == len)
    return SQLITE_OK;
  memset ((char *) to + got, 0, len - got);
  return SQLITE_IOERR_SHORT_READ;
}

static int
disk_write (sqlite3_file *f, const void *from, int n, sqlite3_int64 at)
{
  struct image *m = IMAGE (f);
  size_t i, begin = (size_t) at, end = begin + (size_t) n;

  reach (m, begin, end);
  memcpy (m->data + begin, from, (size_t) n);
  i = begin / SECTOR;
  if (m->high == 0 || i < m->low)
    m->low = i;
  for (; i * SECTOR < end; i++)
    m->dirty[i] = 1;
  if (i > m->high)
    m->high = i;
  return SQLITE_OK;
}

static int
disk_truncate (sqlite3_file *f, sqlite3_int64 size)
{
  struct image *m = IMAGE (f);

  reach (m, (size_t) size, (size_t) size);
  m->len = (size_t) size;
  return SQLITE_OK;
}

static int
disk_sync (sqlite3_file *f, int flags)
{
  int r;

  (void) flags;
  link_commit (world, 0, mg_clock_now_us ());
  r = sync_image (IMAGE (f), REAL (f));
  link_commit (world, 1, mg_clock_now_us ());
  return r;
}

static int
disk_size (sqlite3_file *f, sqlite3_int64 *ret_size)
{
  *ret_size = (sqlite3_int64) IMAGE (f)->len;
  return SQLITE_OK;
}

static int
disk_lock (sqlite3_file *f, int lock)
{
  return REAL (f)->pMethods->xLock (REAL (f), lock);
}

static int
disk_unlock (sqlite3_file *f, int lock)
{
  return REAL (f)->pMethods->xUnlock (REAL (f), lock);
}

static int
disk_reserved (sqlite3_file *f, int *ret)
{
  return REAL (f)->pMethods->xCheckReservedLock (REAL (f), ret);
}

static int
disk_control (sqlite3_file *f, int op, void *arg)
{
  if (op == SQLITE_FCNTL_SIZE_HINT || op == SQLITE_FCNTL_MMAP_SIZE
      || op == SQLITE_FCNTL_CHUNK_SIZE)
    return SQLITE_NOTFOUND;
  return REAL (f)->pMethods->xFileControl (REAL (f), op, arg);
}

static int
disk_sector (sqlite3_file *f)
{
  (void) f;
  return SECTOR;
}

static int
disk_character (sqlite3_file *f)
{
  (void) f;
  return 0;                      /* promises nothing */
}

static int
disk_shm_map (sqlite3_file *f, int region, int size, int extend,
              void volatile **ret)
{
  struct shm *shm = &IMAGE (f)->shm;

  if (region >= MAX_REGIONS)
    return SQLITE_FULL;
  if (shm->regions[region] == NULL && extend)
    shm->regions[region] = mg_xcalloc (1, (size_t) size);
  *ret = shm->regions[region];
  return SQLITE_OK;
}

static int
may_lock (const struct shm *shm, const struct file *file, int i, int exclusive)
{
  unsigned bit = 1u << i;
  int others_shared = shm->shared[i] - ((file->shared & bit) != 0);
  int others_exclusive = shm->exclusive[i] - ((file->exclusive & bit) != 0);

  return others_exclusive == 0 && (!exclusive || others_shared == 0);
}

static void
set_lock (unsigned *held, int *count, int i, int on)
{
  unsigned bit = 1u << i;

  *count += on - ((*held & bit) != 0);
  *held = on ? *held | bit : *held & ~bit;
}

static int
disk_shm_lock (sqlite3_file *f, int offset, int n, int flags)
{
  struct file *file = (struct file *) f;
  struct shm *shm = &IMAGE (f)->shm;
  int exclusive = (flags & SQLITE_SHM_EXCLUSIVE) != 0, i;
  int on = (flags & SQLITE_SHM_LOCK) != 0;

  for (i = offset; on && i < offset + n; i++)
    if (!may_lock (shm, file, i, exclusive))
      return SQLITE_BUSY;
  for (i = offset; i < offset + n; i++) {
    if (exclusive)
      set_lock (&file->exclusive, &shm->exclusive[i], i, on);
    else
      set_lock (&file->shared, &shm->shared[i], i, on);
  }
  return SQLITE_OK;
}

static void
disk_shm_barrier (sqlite3_file *f)
{
  (void) f;
}

static int
disk_shm_unmap (sqlite3_file *f, int remove)
{
  struct file *file = (struct file *) f;
  struct shm *shm = &IMAGE (f)->shm;
  int i;

  for (i = 0; i < SQLITE_SHM_NLOCK; i++) {
    set_lock (&file->exclusive, &shm->exclusive[i], i, 0);
    set_lock (&file->shared, &shm->shared[i], i, 0);
  }
  for (i = 0; remove && i < MAX_REGIONS; i++) {
    mg_free (shm->regions[i]);
    shm->regions[i] = NULL;
  }
  return SQLITE_OK;
}

static const sqlite3_io_methods methods = {
  2, disk_close, disk_read, disk_write, disk_truncate, disk_sync, disk_size,
  disk_lock, disk_unlock, disk_reserved, disk_control, disk_sector,
  disk_character, disk_shm_map, disk_shm_lock, disk_shm_barrier,
  disk_shm_unmap, NULL, NULL,
};

/* --- the VFS --------------------------------------------------------- */

static struct image *
new_image (const char *path)
{
  struct image *m = find_image (NULL);       /* of a file that is gone */

  if (m == NULL) {
    if (n_images == MAX_FILES)
      mg_bug ("too many files");
    m = &images[n_images++];
  }
  m->path = mg_xstrdup (path);
  return m;
}

static int
disk_open (sqlite3_vfs *vfs, const char *path, sqlite3_file *f, int flags,
           int *ret_flags)
{
  struct file *file = (struct file *) f;
  int r;

  (void) vfs;
  memset (file, 0, sizeof *file);
  if (path == NULL)
    return below->xOpen (below, path, f, flags, ret_flags);
  file->real = mg_xcalloc (1, (size_t) below->szOsFile);
  r = below->xOpen (below, path, file->real, flags, ret_flags);
  if (r != SQLITE_OK) {
    mg_free (file->real);
    return r;
  }
  file->image = find_image (path);
  if (file->image == NULL) {
    file->image = new_image (path);
    r = read_image (file->image, file->real);
  }
  file->base.pMethods = &methods;
  return r;
}

static int
disk_delete (sqlite3_vfs *vfs, const char *path, int sync)
{
  struct image *m = find_image (path);

  (void) vfs;
  if (m != NULL)
    forget (m);
  return below->xDelete (below, path, sync);
}

static int
disk_access (sqlite3_vfs *vfs, const char *path, int flags, int *ret)
{
  struct image *m = find_image (path);

  (void) vfs;
  if (m != NULL && m->len > 0 && flags == SQLITE_ACCESS_EXISTS) {
    *ret = 1;
    return SQLITE_OK;
  }
  return below->xAccess (below, path, flags, ret);
}

static int
disk_path (sqlite3_vfs *vfs, const char *path, int n, char *ret)
{
  (void) vfs;
  return below->xFullPathname (below, path, n, ret);
}

static int
disk_randomness (sqlite3_vfs *vfs, int n, char *ret)
{
  (void) vfs;
  mg_rand_bytes (ret, (size_t) n);
  return n;
}

static int
disk_sleep (sqlite3_vfs *vfs, int us)
{
  (void) vfs;
  fiber_pause (us);
  return us;
}

static int
disk_time (sqlite3_vfs *vfs, sqlite3_int64 *ret_ms)
{
  (void) vfs;
  *ret_ms = mg_clock_wall_us () / 1000 + INT64_C (210866760000000);
  return SQLITE_OK;
}

static int
disk_error (sqlite3_vfs *vfs, int n, char *text)
{
  (void) vfs;
  return below->xGetLastError (below, n, text);
}

/* The program dies: what was not synced may be on the disk or not. */
static void
dying (void)
{
  int i;

  for (i = 0; i < n_images && loss != DISK_LOSES_ALL; i++) {
    struct image *m = &images[i];
    sqlite3_file *real;

    if (m->path == NULL)
      continue;
    real = mg_xcalloc (1, (size_t) below->szOsFile);
    if (below->xOpen (below, m->path, real,
                      SQLITE_OPEN_READWRITE | SQLITE_OPEN_MAIN_JOURNAL,
                      NULL) == SQLITE_OK) {
      if (loss == DISK_LOSES_NONE)
        sync_image (m, real);
      else
        write_sectors (m, real, 1);
    }
  }
}

void
disk_begin (struct link *link, enum disk_loss how, uint64_t seed)
{
  world = link;
  loss = how;
  link->dying = dying;
  mg_rand_seed (&chance, seed);
  mg_sql_begin ();
  below = sqlite3_vfs_find ("unix");
  disk.iVersion = 2;
  disk.szOsFile = sizeof (struct file);
  if (disk.szOsFile < below->szOsFile)
    disk.szOsFile = below->szOsFile;         /* for files without a name */
  disk.mxPathname = below->mxPathname;
  disk.zName = "twin";
  disk.xOpen = disk_open;
  disk.xDelete = disk_delete;
  disk.xAccess = disk_access;
  disk.xFullPathname = disk_path;
  disk.xRandomness = disk_randomness;
  disk.xSleep = disk_sleep;
  disk.xCurrentTimeInt64 = disk_time;
  disk.xGetLastError = disk_error;
  sqlite3_vfs_register (&disk, 1);
}

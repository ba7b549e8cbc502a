/* Shared objects: see module.h. */
#include <config.h>

#include <dirent.h>
#include <dlfcn.h>
#include <errno.h>
#include <ltdl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/file.h"
#include "base/str.h"
#include "plugin/module.h"

struct mg_module {
  lt_dlhandle handle;
};

int
mg_module_start (struct mg_error *err)
{
  static int started;

  if (!started && lt_dlinit () != 0)
    return mg_error_set (err, MG_E_FAIL, "plugin-load",
                         "cannot start libltdl: %s", lt_dlerror ());
  started = 1;
  return 0;
}

/* The group may write when it is the user's own (umask 0002). */
static int
others_write (const struct stat *st)
{
  return (st->st_mode & S_IWOTH) != 0
         || ((st->st_mode & S_IWGRP) != 0 && st->st_gid != getegid ());
}

/* Who may write to the folder may put another file in the place of ours,
 * unless it is sticky. */
static int
check_folder (const char *path, struct mg_error *err)
{
  MG_CLEANUP_FREE char *folder = mg_xstrdup (path);
  struct stat st;

  *strrchr (folder, '/') = '\0';
  if (stat (*folder ? folder : "/", &st) < 0)
    return mg_file_error (err, "read", folder, errno);
  if (others_write (&st) && !(st.st_mode & S_ISVTX))
    return mg_error_set (err, MG_E_DENIED, "plugin-writable",
                         "the folder of '%s' is writable by others; refusing "
                         "to load it; chmod go-w it", path);
  return 0;
}

static int
check_owner (const char *path, struct mg_error *err)
{
  struct stat st;

  if (stat (path, &st) < 0)
    return mg_error_set (err, MG_E_NOT_FOUND, "plugin-load",
                         "cannot load '%s': %s", path, strerror (errno));
  if (!S_ISREG (st.st_mode))
    return mg_error_set (err, MG_E_DENIED, "plugin-load",
                         "'%s' is not a file; refusing to load it", path);
  if (others_write (&st))
    return mg_error_set (err, MG_E_DENIED, "plugin-writable",
                         "'%s' is writable by others; refusing to load it; "
                         "chmod go-w it", path);
  if (st.st_uid != 0 && st.st_uid != geteuid ())
    return mg_error_set (err, MG_E_DENIED, "plugin-writable",
                         "'%s' belongs to another user; refusing to load it",
                         path);
  return check_folder (path, err);
}

static lt_dlhandle
open_local (const char *path)
{
  lt_dlhandle handle = NULL;
  lt_dladvise advise;

  if (lt_dladvise_init (&advise) == 0) {
    lt_dladvise_local (&advise);
    handle = lt_dlopenadvise (path, advise);
    lt_dladvise_destroy (&advise);
  }
  return handle;
}

int
mg_module_open (const char *path, struct mg_module **ret_module,
                struct mg_error *err)
{
  MG_CLEANUP_FREE char *full = NULL;
  struct mg_module *module;
  lt_dlhandle handle;
  int r = mg_module_start (err);

  if (r < 0)
    return r;
  if (strchr (path, '/') == NULL)
    return mg_error_set (err, MG_E_INVALID, "plugin-load",
                         "'%s' is not a path; write './%s' for a file in this "
                         "folder", path, path);
  full = realpath (path, NULL);
  if (full == NULL)
    return mg_error_set (err, MG_E_NOT_FOUND, "plugin-load",
                         "cannot load '%s': %s", path, strerror (errno));
  r = check_owner (full, err);
  if (r < 0)
    return r;
  if (dlopen (full, RTLD_NOW | RTLD_LOCAL) == NULL)
    return mg_error_set (err, MG_E_FAIL, "plugin-load", "cannot load %s",
                         dlerror ());
  handle = open_local (full);
  if (handle == NULL)
    return mg_error_set (err, MG_E_FAIL, "plugin-load", "cannot load '%s': %s",
                         path, lt_dlerror ());
  module = mg_xcalloc (1, sizeof *module);
  module->handle = handle;
  *ret_module = module;
  return 0;
}

const void *
mg_module_symbol (struct mg_module *module, const char *name)
{
  return lt_dlsym (module->handle, name);
}

static int
by_name (const void *a, const void *b)
{
  return strcmp (*(char *const *) a, *(char *const *) b);
}

int
mg_module_foreach (const char *folder,
                   int (*each) (void *opaque, const char *path,
                                struct mg_error *err),
                   void *opaque, struct mg_error *err)
{
  DIR *dir = opendir (folder);
  char **names = NULL;
  struct dirent *entry;
  int n = 0, i, r = 0;

  if (dir == NULL)
    return errno == ENOENT ? 0 : mg_file_error (err, "read", folder, errno);
  while ((entry = readdir (dir)) != NULL)
    if (mg_ends (entry->d_name, ".so") && entry->d_name[0] != '.') {
      names = mg_xreallocarray (names, (size_t) n + 1, sizeof *names);
      names[n++] = mg_path_join (folder, entry->d_name);
    }
  closedir (dir);
  if (n > 0)
    qsort (names, (size_t) n, sizeof *names, by_name);
  for (i = 0; i < n; i++) {
    if (r == 0)
      r = each (opaque, names[i], err);
    mg_free (names[i]);
  }
  mg_free (names);
  return r;
}

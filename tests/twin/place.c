/* Files of the twin: see place.h. */
#include <config.h>

#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/error.h"
#include "base/file.h"
#include "twin/place.h"

static char folder[200];

static int
remove_one (const char *path, const struct stat *st, int type, struct FTW *ftw)
{
  (void) st, (void) type;
  return ftw->level > 0 ? remove (path) : 0;
}

void
place_home (const char *path)
{
  setenv ("MIGRATE_HOME", path, 1);
}

static int
remove_all (const char *path, const struct stat *st, int type, struct FTW *ftw)
{
  (void) st, (void) type, (void) ftw;
  return remove (path);
}

void
place_remove (const char *path)
{
  nftw (path, remove_all, 16, FTW_DEPTH | FTW_PHYS);
}

void
place_clear (void)
{
  if (folder[0] != '\0')
    nftw (folder, remove_one, 16, FTW_DEPTH | FTW_PHYS);
}

void
place_done (void)
{
  place_clear ();
  if (folder[0] != '\0')
    rmdir (folder);
  folder[0] = '\0';
}

char *
place_new (const char *name)
{
  const char *base = mg_env ("TMPDIR");

  if (base == NULL)
    base = "/tmp";
  if (folder[0] == '\0') {
    snprintf (folder, sizeof folder, "%s/migrate-twin.XXXXXX", base);
    if (mkdtemp (folder) == NULL)
      mg_bug ("cannot make a folder in '%s'", base);
    place_home (folder);
  }
  return mg_path_join (folder, name);
}

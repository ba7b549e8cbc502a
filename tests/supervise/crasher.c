/* A plugin that breaks in the manner that the key of an asset names: while that is
 * imported, or, as --break-in says, listed or compared. */
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <migrate-plugin.h>

static const char *const owned[] = { "widget_id", NULL };

static const struct migrate_kind kinds[] = {
  {
    .name = "widgets", .title = "widgets",
    .key = "name", .id = "widget_id",
    .once = MIGRATE_ONCE_UNIQUE,
    .flags = MIGRATE_KIND_CALLS,
    .paging = MIGRATE_PAGING_TOKEN,
    .list = "GET /api/2.0/widgets", .array = "widgets",
    .get = "GET /api/2.0/widgets/{id}",
    .create = "POST /api/2.0/widgets",
    .update = "PUT /api/2.0/widgets/{id}",
    .remove = "DELETE /api/2.0/widgets/{id}",
    .owned = owned,
  },
};

/* Ends only when the stack does. */
static int
deeper (volatile char *above)
{
  volatile char here[4096];

  here[0] = (char) (above ? above[0] + 1 : 1);
  if (above != NULL && above[0] == 0 && here[0] == 0)
    return 0;
  return deeper (here) + here[0];
}

/* Hides a null pointer from the compiler. */
static volatile int *volatile nothing;

/* Writes over what the C library keeps before a block, and lets it find that. */
static void
spoil_heap (void)
{
  char *volatile block = malloc (2000);
  volatile size_t i;             /* hidden from the compiler, all of it */

  for (i = 1; i <= 8; i++)
    ((volatile char *) block)[-i] = 0x55;
  free (block);
}

/* Half a second without a sign of life. */
static void
take_a_while (void)
{
  struct timespec pause = { 0, 50000000 };
  int i;

  fputs ("taking a while\n", stderr);
  for (i = 0; i < 10; i++)
    nanosleep (&pause, NULL);
}

static int
break_as (const char *key)
{
  if (strcmp (key, "segv") == 0)
    *nothing = 1;
  if (strcmp (key, "abort") == 0)
    abort ();
  if (strcmp (key, "heap") == 0)
    spoil_heap ();
  if (strcmp (key, "slow") == 0)
    take_a_while ();
  if (strcmp (key, "stack") == 0)
    return deeper (NULL);
  if (strcmp (key, "loop") == 0)
    for (;;)
      *key ? (void) 0 : abort ();
  return 0;
}

static int
breaks_in (struct migrate_ctx *ctx, const char *where)
{
  const char *option = migrate_option (ctx, "break-in");

  return strcmp (option ? option : "import", where) == 0;
}

static int
each (struct migrate_ctx *ctx, void *opaque, const char *json, size_t len)
{
  const char *name = "";

  migrate_json_get (ctx, json, len, "name", &name);
  if (breaks_in (ctx, "export"))
    break_as (name);
  return migrate_emit (ctx, (const struct migrate_kind *) opaque, json, len);
}

static int
export_kind (struct migrate_ctx *ctx, void *self,
             const struct migrate_kind *kind)
{
  (void) self;
  return migrate_pages (ctx, kind, each, (void *) (uintptr_t) kind);
}

static int
import (struct migrate_ctx *ctx, void *self, const struct migrate_asset *asset)
{
  int r;

  (void) self;
  if (breaks_in (ctx, "import"))
    break_as (asset->key);
  r = migrate_generic (ctx, asset);
  if (strcmp (asset->key, "after") == 0)
    *nothing = 1;
  return r;
}

static int
validate (struct migrate_ctx *ctx, void *self,
          const struct migrate_asset *asset)
{
  (void) self;
  return breaks_in (ctx, "validate") ? break_as (asset->key) : 0;
}

static int
open_crasher (struct migrate_ctx *ctx, void **ret_self)
{
  *ret_self = NULL;
  if (migrate_option (ctx, "break-open") != NULL)
    return migrate_fail (ctx, MIGRATE_E_FAIL, NULL, "it was told not to open");
  return 0;
}

static const struct migrate_option options[] = {
  { "break-open", NULL, "refuse to open" },
  { "break-in", "none|export|import|validate", "where to break [import]" },
  { NULL, NULL, NULL },
};

MIGRATE_REGISTER (
  .name = "crasher",
  .summary = "Breaks as it is told",
  .version = MIGRATE_VERSION_STRING,
  .kinds = kinds, .n_kinds = 1,
  .options = options,
  .open = open_crasher,
  .export_kind = export_kind,
  .import_asset = import,
  .validate_asset = validate
);

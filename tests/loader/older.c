/* Built with an older header of the same ABI: its structs are smaller, and
 * what stands behind each in memory is not a member. */
#include <string.h>

#include "module.h"

struct older_kind { char bytes[offsetof (struct migrate_kind, unordered)]; };

static const struct migrate_kind whole[] = {
  { SOUND ("older"), LIST, .permissions = "older" },
  { SOUND ("older-parts"), LIST },
};

static struct older_kind kinds[2];

extern MIGRATE_EXPORT struct older_plugin {
  char bytes[offsetof (struct migrate_plugin, open)];
  char poison[64];
} migrate_plugin;
struct older_plugin migrate_plugin;

__attribute__ ((constructor)) static void
cut (void)
{
  struct migrate_plugin p = {
    .abi_version = MIGRATE_ABI_VERSION,
    .struct_size = sizeof migrate_plugin.bytes,
    .kind_size = sizeof kinds[0],
    .ref_size = REF_SIZE,
    .name = "older",
    .kinds = (const struct migrate_kind *) (const void *) kinds,
    .n_kinds = 2,
  };

  memcpy (&kinds[0], &whole[0], sizeof kinds[0]);
  memcpy (&kinds[1], &whole[1], sizeof kinds[1]);
  memcpy (migrate_plugin.bytes, &p, sizeof migrate_plugin.bytes);
  memset (migrate_plugin.poison, 0xa5, sizeof migrate_plugin.poison);
}

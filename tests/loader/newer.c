/* Built with a newer header of the same ABI: its structs are larger, and the
 * strides of its arrays are others. */
#include "module.h"

struct newer_ref {
  struct migrate_ref old;
  const char *more;
};

struct newer_kind {
  struct migrate_kind old;
  const char *more[5];
};

static const struct newer_ref refs[] = {
  { { .path = "owner", .ns = "newer.id", .late = 1 }, "more" },
  { { .path = "parent", .ns = "newer-parts.id" }, "more" },
  { { .path = NULL }, NULL },
};

static const struct newer_kind kinds[] = {
  { { SOUND ("newer"), LIST, .refs = &refs[0].old, .link = "/#newer/{id}" },
    { "more" } },
  { { SOUND ("newer-parts"), LIST }, { "more" } },
};

extern MIGRATE_EXPORT const struct newer_plugin {
  struct migrate_plugin old;
  int (*more) (void);
} migrate_plugin;
const struct newer_plugin migrate_plugin = {
  {
    .abi_version = MIGRATE_ABI_VERSION,
    .struct_size = sizeof (struct newer_plugin),
    .kind_size = sizeof (struct newer_kind),
    .ref_size = sizeof (struct newer_ref),
    .sdk_version = "99.0",
    .name = "newer",
    .summary = "From the future",
    .kinds = &kinds[0].old,
    .n_kinds = 2,
  },
  NULL,
};

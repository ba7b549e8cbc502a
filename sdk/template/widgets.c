/* widgets - a plugin that is nothing but data.
 *
 * Copy this folder, rename the files, and say what your service is like.
 * migrate-plugin(3) explains every member.
 *
 * SPDX-License-Identifier: 0BSD
 */
#include <migrate-plugin.h>

/* What the service fills in: not sent, not compared. */
static const char *const owned[] = { "widget_id", NULL };

/* Arrays whose order means nothing. */
static const char *const unordered[] = { "labels", NULL };

/* A widget can name another one, by its id: the target has other ids, so the
 * other one comes first, and its new id is put here. */
static const struct migrate_ref refs[] = {
  { .path = "spare.widget_id", .ns = "widgets.id" },
  { .path = NULL },
};

static const struct migrate_kind kinds[] = {
  {
    .name = "widgets",
    .title = "widgets",
    .key = "name",
    .id = "widget_id",
    .once = MIGRATE_ONCE_UNIQUE,
    .paging = MIGRATE_PAGING_TOKEN,
    .list = "GET /api/2.0/widgets",
    .array = "widgets",
    .get = "GET /api/2.0/widgets/{id}",
    .create = "POST /api/2.0/widgets",
    .update = "PUT /api/2.0/widgets/{id}",
    .remove = "DELETE /api/2.0/widgets/{id}",
    .owned = owned,
    .unordered = unordered,
    .refs = refs,
  },
};

static const struct migrate_right rights[] = {
  { "widgets", "CAN_MANAGE on all widgets, to list and create them" },
  { NULL, NULL },
};

MIGRATE_REGISTER (
  .name = "widgets",
  .summary = "Widgets",
  .version = "1.0",
  .kinds = kinds, .n_kinds = 1,
  .rights = rights
);

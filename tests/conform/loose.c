/* Emits outside of pages, then a list.  Its kind never comes into being. */
#include "calls.h"

static int
emit (struct migrate_ctx *ctx, void *kind, const char *json, size_t len)
{
  return migrate_emit (ctx, (const struct migrate_kind *) kind, json, len);
}

static int
export_kind (struct migrate_ctx *ctx, void *self UNUSED,
             const struct migrate_kind *kind)
{
  const struct migrate_response *res = NULL;
  int r = send (ctx, MIGRATE_READ, "GET /api/2.0/loose", &res);

  if (r < 0)
    return r;
  r = migrate_json_each (ctx, res->body, res->body_len, "[*]", emit,
                         (void *) (uintptr_t) kind);
  return r != 0 ? r : migrate_pages (ctx, kind, emit,
                                     (void *) (uintptr_t) kind);
}

WITH_CALLS ("loose", .export_kind = export_kind);

/* What the modules of this folder have in common.  Each breaks one rule of a
 * callback; migrate-plugin-check finds it. */
#ifndef CALLS_H
#define CALLS_H

#include <string.h>
#include "module.h"

#define UNUSED __attribute__ ((unused))

/* A plugin of one kind with these callbacks. */
#define WITH_CALLS(NAME, ...) \
  static const struct migrate_kind kinds[] = { \
    { SOUND (NAME), LIST, .flags = MIGRATE_KIND_CALLS }, \
  }; \
  MIGRATE_REGISTER (.name = NAME, .summary = "x", .version = "1", \
                    .kinds = kinds, .n_kinds = 1, __VA_ARGS__)

static UNUSED int
send (struct migrate_ctx *ctx, uint32_t effect, const char *call,
      const struct migrate_response **ret_res)
{
  struct migrate_request req = MIGRATE_REQUEST_INIT;

  req.effect = effect;
  req.call = call;
  req.body = "{}";
  req.body_len = 2;
  return migrate_request (ctx, &req, ret_res);
}

#define IMPORT \
  static int \
  import_asset (struct migrate_ctx *ctx, void *self UNUSED, \
                const struct migrate_asset *asset UNUSED)

#endif

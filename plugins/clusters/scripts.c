/* The order of global init scripts: see scripts.h. */
#include <stdio.h>
#include <string.h>
#include "scripts.h"

/* The one that was looked at before this one, in both workspaces: one thread at
 * a time is in the callbacks of this kind. */
static struct { long source, target; char name[100]; } last;

static long
position_of (struct migrate_ctx *ctx, const char *json, size_t len)
{
  const char *text = "0";
  long position = 0;

  migrate_json_get (ctx, json, len, "position", &text);
  for (; *text >= '0' && *text <= '9' && position < 100000000; text++)
    position = position * 10 + (*text - '0');
  return position;
}

/* They are looked at in the order of the source, where nobody needs to have a
 * position of the same number. */
int
script_validate (struct migrate_ctx *ctx, const struct migrate_asset *asset)
{
  long source = position_of (ctx, asset->source_json, asset->source_json_len);
  long target = position_of (ctx, asset->target_json, asset->target_json_len);
  int had = last.name[0] != '\0';
  int wrong = had && (source < last.source) != (target < last.target);
  const char *text = wrong
    ? migrate_printf (ctx, "it and '%s' have changed places", last.name) : NULL;

  last.source = source;
  last.target = target;
  snprintf (last.name, sizeof last.name, "%s", asset->key ? asset->key : "?");
  return wrong ? migrate_fail (ctx, MIGRATE_E_FAIL, "script-order", text) : 0;
}

/* The service lists them by their positions, and so they are made: each one
 * finds those before it there. */
int
script_create (struct migrate_ctx *ctx, const struct migrate_asset *asset)
{
  struct migrate_asset own = *asset;
  long position = position_of (ctx, asset->source_json,
                               asset->source_json_len);

  own.json = migrate_printf (ctx, "%.*s,\"position\":%ld}",
                             (int) asset->json_len - 1, asset->json, position);
  own.json_len = strlen (own.json);
  return migrate_generic (ctx, &own);
}

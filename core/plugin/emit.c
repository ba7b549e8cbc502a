/* From what the service shows to what the session keeps. */
#include <config.h>

#include <stdio.h>
#include <string.h>

#include "base/alloc.h"
#include "base/json.h"
#include "base/limits.h"
#include "base/str.h"
#include "plugin/ctx.h"

/* An asset's own text at a path, or NULL. */
static char *
text_at (const char *json, size_t len, const char *path)
{
  return path ? mg_json_get_text (json, len, path) : NULL;
}

static void
alias_folded (struct mg_put *put, const char *ns, const char *val, int fold)
{
  MG_CLEANUP_FREE char *folded = fold ? mg_fold (val) : NULL;

  mg_put_alias (put, ns, folded ? folded : val);
}

/* What an asset calls itself, read in one pass: its id, its key, and its other
 * names as far as there is room; who has more of them reads each by itself. */
#define NAMES 16

struct names {
  char *text[NAMES];
};

static void
read_names (struct names *names, const struct migrate_kind *k, const char *json,
            size_t len)
{
  const struct migrate_alias *a = k->aliases;
  const char *paths[NAMES];
  size_t n = 0;

  paths[n++] = k->id;
  paths[n++] = k->key;
  for (; a != NULL && a->ns != NULL && n < NAMES; a++)
    paths[n++] = a->path;
  mg_json_get_texts (json, len, paths, n, names->text);
  for (; n < NAMES; n++)
    names->text[n] = NULL;
}

static void
names_done (struct names *names)
{
  size_t i;

  for (i = 0; i < NAMES; i++)
    mg_free (names->text[i]);
}

static char *
take_name (struct names *names, size_t i)
{
  char *text = names->text[i];

  names->text[i] = NULL;
  return text;
}

/* Without names: those of a stub, which has no body. */
static void
add_aliases (const struct mg_kind *kind, struct names *names, const char *json,
             size_t len, struct mg_put *put)
{
  const struct migrate_alias *a;
  char ns[128];
  size_t i = 2;

  snprintf (ns, sizeof ns, "%s.id", kind->k->name);
  mg_put_alias (put, ns, put->src_id);
  if (put->key != NULL) {
    snprintf (ns, sizeof ns, "%s.key", kind->k->name);
    alias_folded (put, ns, put->key,
                  (kind->k->flags & MIGRATE_KIND_NOCASE) != 0);
  }
  for (a = kind->k->aliases; names != NULL && a != NULL && a->ns != NULL;
       a++, i++) {
    MG_CLEANUP_FREE char *val = i < NAMES ? take_name (names, i)
                                : text_at (json, len, a->path);

    if (val != NULL)
      alias_folded (put, a->ns, val, a->nocase != 0);
  }
}

int
mg_put_fill (struct mg_ctx *ctx, const struct mg_kind *kind, const char *json,
             size_t len, struct mg_put *put, struct mg_error *err)
{
  MG_CLEANUP (names_done) struct names names;

  put->kid = kind->kid;
  read_names (&names, kind->k, json, len);
  if (put->src_id == NULL)
    put->src_id = take_name (&names, 0);
  if (put->src_id == NULL || *put->src_id == '\0')
    return mg_error_set (err, MG_E_PROTOCOL, "no-id",
                         "one of the %s has no '%s'; it cannot be kept; report "
                         "it with --trace", kind->k->title, kind->k->id);
  if (put->key == NULL)
    put->key = take_name (&names, 1);
  if (put->key == NULL)
    put->key = mg_xstrdup (put->src_id);
  if (strlen (put->src_id) > MG_MAX_NAME || strlen (put->key) > MG_MAX_NAME)
    return mg_error_set (err, MG_E_REMOTE, "too-large",
                         "one of the %s has an id or a name of more than %d bytes; "
                         "it cannot be kept; look what it is", kind->k->title,
                         MG_MAX_NAME);
  add_aliases (kind, &names, json, len, put);
  if (kind->k->flags & MIGRATE_KIND_DETAIL && put->stub)
    return 0;
  return mg_pack (&ctx->packer, json, len,
                  (kind->k->flags & MIGRATE_KIND_SENSITIVE) != 0, &put->packed,
                  put->sha, err);
}

static struct mg_put_op *
batch_of (struct mg_ctx *ctx)
{
  if (ctx->batch == NULL)
    ctx->batch = mg_put_op_new (ctx->side->wsid, ctx->side->sid);
  return ctx->batch;
}

const char *
mg_left_out (const struct migrate_leave *leave, const char *json, size_t len)
{
  for (; leave != NULL && leave->path != NULL; leave++) {
    MG_CLEANUP_FREE char *text = mg_json_get_text (json, len, leave->path);

    if (text != NULL && strcmp (text, leave->value) == 0)
      return leave->code;
  }
  return NULL;
}

/* The parts of what was just emitted: a stub each, right behind it. */
static void
emit_parts (struct mg_ctx *ctx, const struct mg_kind *kind, const char *id,
            const char *key)
{
  const struct mg_kind *part = ctx->stubs_only ? NULL : kind->first_part;

  for (; part != NULL; part = part->next_part) {
    struct mg_put *put;

    if (!part->chosen)
      continue;
    put = mg_put_op_add (batch_of (ctx));
    put->kid = part->kid;
    put->stub = 1;
    put->parent_before = 1;
    put->src_id = mg_xstrdup (id);
    put->key = mg_xstrdup (key);
    add_aliases (part, NULL, "", 0, put);
  }
}

int
mg_ctx_emit (struct mg_ctx *ctx, const struct mg_kind *kind, const char *json,
             size_t len)
{
  struct mg_put *put = mg_put_op_add (batch_of (ctx));
  MG_CLEANUP_FREE char *id = NULL;
  MG_CLEANUP_FREE char *key = NULL;
  int r;

  put->stub = (kind->k->flags & MIGRATE_KIND_DETAIL) != 0;
  r = mg_put_fill (ctx, kind, json, len, put, &ctx->error);
  if (r < 0) {
    mg_put_done (put);
    ctx->batch->n_puts--;
    return r;
  }
  ctx->n_emitted++;
  if (put->stub && put->stamp == NULL)
    put->stamp = text_at (json, len, kind->k->stamp);
  id = text_at (json, len, kind->k->permissions_id);
  if (id == NULL)
    id = mg_xstrdup (put->src_id);
  key = mg_xstrdup (put->key);
  if (mg_left_out (kind->k->leave, json, len) == NULL)
    emit_parts (ctx, kind, id, key);
  return 0;
}

int
mg_ctx_emit_stub (struct mg_ctx *ctx, const struct mg_kind *kind,
                  const char *id, const char *key, const char *stamp)
{
  struct mg_put *put = mg_put_op_add (batch_of (ctx));

  put->kid = kind->kid;
  put->stub = 1;
  put->src_id = mg_xstrdup (id);
  put->key = mg_xstrdup (key ? key : id);
  put->stamp = mg_xstrdup (stamp);
  add_aliases (kind, NULL, "", 0, put);
  ctx->n_emitted++;
  emit_parts (ctx, kind, id, key ? key : id);
  return 0;
}

int
mg_ctx_flush (struct mg_ctx *ctx)
{
  struct mg_put_op *batch = ctx->batch;

  ctx->batch = NULL;
  if (batch == NULL)
    return 0;
  batch->op.size = mg_put_op_size (batch);
  return mg_store_post (ctx->store, &batch->op, &ctx->error);
}

void
mg_ctx_drop_batch (struct mg_ctx *ctx)
{
  ctx->n_emitted = 0;
  if (ctx->batch == NULL)
    return;
  ctx->batch->op.free (&ctx->batch->op);
  ctx->batch = NULL;
}

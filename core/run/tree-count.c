/* What a tree is made of, and how much is in it: see tree.h. */
#include <config.h>

#include <string.h>

#include "base/alloc.h"
#include "base/json.h"
#include "run/tree.h"

int
mg_tree_is_of (const struct mg_kind *kind, const char *sort)
{
  const char *const *s = kind->k->tree->sorts;

  for (; s != NULL && *s != NULL; s++)
    if (strcmp (*s, sort) == 0)
      return 1;
  return 0;
}

int
mg_tree_enters (const struct mg_kind *walker, const char *sort,
                const char *name, const char *json, size_t len)
{
  struct mg_asset a = MG_ASSET_INIT;
  const char *const *shut = walker->k->tree->shut;
  int entered;

  if (!mg_tree_is_of (walker, sort))
    return 0;
  for (; shut != NULL && *shut != NULL; shut++)
    if (strcmp (*shut, name) == 0)
      return 0;
  mg_buf_add (&a.body, json, len);
  entered = mg_run_left_out (walker, &a) == NULL;
  mg_buf_done (&a.body);
  return entered;
}

/* ---- counting ---- */

struct count {
  const struct mg_registry *registry;
  const struct mg_kind *walker;
  int64_t *found, *page;           /* of the list that is being read */
  char **names;                    /* to be listed */
  size_t n_names, cap, before;     /* ... before this list */
};

static void
push (struct count *c, char *name)
{
  if (c->n_names == c->cap) {
    c->cap = c->cap ? c->cap * 2 : 64;
    c->names = mg_xreallocarray (c->names, c->cap, sizeof *c->names);
  }
  c->names[c->n_names++] = name;
}

static int
count_element (struct migrate_ctx *pub, void *opaque, const char *json,
               size_t len)
{
  struct count *c = opaque;
  const struct migrate_tree *t = c->walker->k->tree;
  MG_CLEANUP_FREE char *sort = mg_json_get_text (json, len, t->sort);
  char *name = mg_json_get_text (json, len, t->node);
  int i;

  (void) pub;
  for (i = 0; sort != NULL && i < c->registry->n_kinds; i++)
    if (mg_tree_walker_of (c->registry, c->registry->kinds[i]) == c->walker
        && mg_tree_is_of (c->registry->kinds[i], sort))
      c->page[i]++;
  if (sort != NULL && name != NULL
      && mg_tree_enters (c->walker, sort, name, json, len))
    push (c, name);
  else
    mg_free (name);
  return 0;
}

static void
count_restart (struct mg_ctx *ctx, void *opaque)
{
  struct count *c = opaque;

  (void) ctx;
  memset (c->page, 0, (size_t) c->registry->n_kinds * sizeof *c->page);
  while (c->n_names > c->before)
    mg_free (c->names[--c->n_names]);
}

static int
count_node (struct count *c, struct mg_ctx *ctx)
{
  MG_CLEANUP_FREE char *name = c->names[--c->n_names];
  struct mg_list list = { .node = name, .each = count_element,
                          .restart = count_restart, .opaque = c };
  int i, r;

  c->before = c->n_names;
  count_restart (ctx, c);
  r = mg_call_export (ctx, c->walker, &list);
  for (i = 0; i < c->registry->n_kinds && r == 0; i++)
    c->found[i] += c->page[i];
  if (r == MG_E_NOT_FOUND && strcmp (name, c->walker->k->tree->root) != 0)
    r = 0;                         /* gone since it was told of */
  return r;
}

int
mg_tree_count (struct mg_ctx *ctx, const struct mg_kind *walker,
               int64_t *found, struct mg_error *err)
{
  struct count c = { .registry = ctx->registry, .walker = walker,
                     .found = found };
  int r = 0;

  c.page = mg_xcalloc ((size_t) ctx->registry->n_kinds + 1, sizeof *c.page);
  push (&c, mg_xstrdup (walker->k->tree->root));
  while (c.n_names > 0 && r == 0)
    r = count_node (&c, ctx);
  if (r < 0)
    mg_error_copy (err, &ctx->error);
  while (c.n_names > 0)
    mg_free (c.names[--c.n_names]);
  mg_free (c.names);
  mg_free (c.page);
  return r;
}

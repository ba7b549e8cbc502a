/* What a tree is made of, and how much is in it: see tree.h. */
#include <config.h>

#include <fnmatch.h>
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
mg_tree_hides (const struct mg_kind *walker, const char *name)
{
  const char *const *hidden = walker->k->tree->hidden;

  for (; name != NULL && hidden != NULL && *hidden != NULL; hidden++)
    if (fnmatch (*hidden, name, FNM_PATHNAME | FNM_NOESCAPE) == 0)
      return 1;
  return 0;
}

int
mg_tree_shuts (const struct mg_kind *walker, const char *name)
{
  const char *const *shut = walker->k->tree->shut;

  for (; shut != NULL && *shut != NULL; shut++) {
    size_t len = strlen (*shut);

    if (strncmp (*shut, name, len) == 0
        && (name[len] == '\0' || name[len] == '/'))
      return 1;
  }
  return 0;
}

const char *
mg_tree_left (const struct mg_kind *walker, const char *sort, const char *json,
              size_t len)
{
  struct mg_asset a = MG_ASSET_INIT;
  const char *code;

  if (!mg_tree_is_of (walker, sort))
    return NULL;
  mg_buf_add (&a.body, json, len);
  code = mg_run_left_out (walker, &a);
  mg_buf_done (&a.body);
  return code;
}

int
mg_tree_enters (const struct mg_kind *walker, const char *sort,
                const char *name, const char *left)
{
  return mg_tree_is_of (walker, sort) && left == NULL
         && !mg_tree_shuts (walker, name);
}

/* ---- names ---- */

void
mg_tree_names_add (struct mg_tree_names *names, char *name)
{
  if (names->n == names->cap) {
    names->cap = names->cap ? names->cap * 2 : 16;
    names->names = mg_xreallocarray (names->names, names->cap,
                                     sizeof *names->names);
  }
  names->names[names->n++] = name;
}

void
mg_tree_names_keep (struct mg_tree_names *names)
{
  names->kept = names->n;
}

void
mg_tree_names_restart (struct mg_tree_names *names)
{
  while (names->n > names->kept)
    mg_free (names->names[--names->n]);
}

void
mg_tree_names_done (struct mg_tree_names *names)
{
  names->kept = 0;
  mg_tree_names_restart (names);
  mg_free (names->names);
  memset (names, 0, sizeof *names);
}

/* ---- counting ---- */

struct count {
  const struct mg_registry *registry;
  const struct mg_kind *walker;
  int64_t *found, *page;           /* of the page that is being read */
  struct mg_tree_names names;      /* to be listed */
};

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
  if (mg_tree_hides (c->walker, name)) {
    mg_free (name);
    return 0;
  }
  for (i = 0; sort != NULL && i < c->registry->n_kinds; i++)
    if (mg_tree_walker_of (c->registry, c->registry->kinds[i]) == c->walker
        && mg_tree_is_of (c->registry->kinds[i], sort))
      c->page[i]++;
  if (sort != NULL && name != NULL
      && mg_tree_enters (c->walker, sort, name,
                         mg_tree_left (c->walker, sort, json, len)))
    mg_tree_names_add (&c->names, name);
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
  mg_tree_names_restart (&c->names);
}

static int
count_page (struct mg_ctx *ctx, void *opaque, const char *cursor)
{
  struct count *c = opaque;
  int i;

  (void) ctx, (void) cursor;
  for (i = 0; i < c->registry->n_kinds; i++)
    c->found[i] += c->page[i];
  memset (c->page, 0, (size_t) c->registry->n_kinds * sizeof *c->page);
  mg_tree_names_keep (&c->names);
  return 0;
}

static int
count_node (struct count *c, struct mg_ctx *ctx)
{
  MG_CLEANUP_FREE char *name = c->names.names[--c->names.n];
  struct mg_list list = { .node = name, .each = count_element,
                          .page = count_page, .restart = count_restart,
                          .opaque = c };
  int r;

  mg_tree_names_keep (&c->names);
  r = mg_call_export (ctx, c->walker, &list);
  if (r < 0)
    count_restart (ctx, c);
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
  mg_tree_names_add (&c.names, mg_xstrdup (walker->k->tree->root));
  while (c.names.n > 0 && r == 0)
    r = count_node (&c, ctx);
  if (r < 0)
    mg_error_copy (err, &ctx->error);
  mg_tree_names_done (&c.names);
  mg_free (c.page);
  return r;
}

/* What one array has and another lacks: migrate_json_lacking.  The names of the
 * other's elements are sorted once, so that groups of 50,000 members are no
 * harder, name by name, than small ones. */
#include <config.h>

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/json.h"
#include "base/limits.h"
#include "plugin/ctx.h"

struct lacking {
  struct migrate_ctx *pub;
  const char *by;
  char **names;                    /* of the other's elements, sorted */
  size_t n_names;
  struct mg_buf batch;
  size_t n, most;
  mg_element_fn each;
  void *opaque;
};

static int
keep_name (void *opaque, struct mg_span element)
{
  struct lacking *l = opaque;
  char *name = mg_json_get_text (element.p, element.len, l->by);

  if (name == NULL)
    return 0;
  if ((l->n_names & (l->n_names - 1)) == 0)
    l->names = mg_xreallocarray (l->names, l->n_names ? 2 * l->n_names : 1,
                                 sizeof *l->names);
  l->names[l->n_names++] = name;
  return 0;
}

static int
by_name (const void *a, const void *b)
{
  return strcmp (*(char *const *) a, *(char *const *) b);
}

static int
hand_out (struct lacking *l)
{
  struct mg_ctx *ctx = (struct mg_ctx *) l->pub;
  int r;

  if (l->n == 0)
    return 0;
  mg_buf_add_byte (&l->batch, ']');
  r = mg_buf_check (&l->batch, "elements to add", &ctx->error);
  if (r == 0)
    r = l->each (l->pub, l->opaque, mg_buf_text (&l->batch), l->batch.len);
  mg_buf_reset (&l->batch);
  l->n = 0;
  return r;
}

static int
take_element (void *opaque, struct mg_span element)
{
  struct lacking *l = opaque;
  MG_CLEANUP_FREE char *name = mg_json_get_text (element.p, element.len, l->by);

  if (name != NULL && l->n_names > 0
      && bsearch (&name, l->names, l->n_names, sizeof *l->names, by_name))
    return 0;
  mg_buf_add_byte (&l->batch, l->n == 0 ? '[' : ',');
  mg_buf_add (&l->batch, element.p, element.len);
  return ++l->n < l->most ? 0 : hand_out (l);
}

int
mg_json_lacking (struct migrate_ctx *pub, const char *json, size_t len,
                 const char *other, size_t other_len, const char *array_path,
                 const char *by, size_t most, mg_element_fn each, void *opaque)
{
  struct lacking l = { .pub = pub, .by = by, .most = most, .each = each,
                       .batch = MG_BUF_INIT (MG_MAX_BODY), .opaque = opaque };
  MG_CLEANUP_FREE char *path = mg_xasprintf ("%s[*]", array_path);
  int r = 0;

  if (other != NULL)
    r = mg_json_each (other, other_len, path, keep_name, &l);
  if (l.n_names > 1)
    qsort (l.names, l.n_names, sizeof *l.names, by_name);
  if (r == 0)
    r = mg_json_each (json, len, path, take_element, &l);
  if (r == 0)
    r = hand_out (&l);
  r = mg_ctx_read (pub, r, array_path);
  while (l.n_names > 0)
    mg_free (l.names[--l.n_names]);
  mg_free (l.names);
  mg_buf_done (&l.batch);
  return r;
}

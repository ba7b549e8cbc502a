/* Lists of users, groups and service principals: filter, pages, order.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include <config.h>

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/alloc.h"
#include "base/parse.h"
#include "base/str.h"
#include "scim.h"

#define MAX_PAGE 10000

struct list {
  struct sim_call *c;
  enum sim_kind kind;
  struct sim_table *t;
  struct sim_filter *filter;
  int derived;               /* it looks at what is not stored */
  struct sim_pick pick;
  int64_t start, size;
  int64_t total, shown;
};

static void
add_one (struct list *l, struct sim_object *o)
{
  struct mg_buf *out = &l->c->r->body;
  int times = sim_times (l->c, l->shown == 0);

  while (times-- > 0) {
    mg_buf_add_str (out, l->shown == 0 ? ",\"Resources\":[" : ",");
    sim_scim_render (l->c->s, l->kind, o, &l->pick, out);
    l->shown++;
  }
}

static int
matches (struct list *l, struct sim_object *o)
{
  MG_CLEANUP (sim_json_put) struct json_object *j = NULL;

  if (l->derived) {
    MG_CLEANUP (mg_buf_done) struct mg_buf text = MG_BUF_INIT (1 << 26);
    struct sim_pick all = { NULL, NULL };

    sim_scim_render (l->c->s, l->kind, o, &all, &text);
    j = sim_json_parse (mg_buf_text (&text), text.len, NULL);
  }
  else
    j = sim_object_json (l->t, o);
  return sim_filter_match (l->filter, j);
}

static void
consider (struct list *l, struct sim_object *o)
{
  if (!sim_visible (l->c, o))
    return;
  if (l->filter != NULL && !matches (l, o))
    return;
  l->total++;
  if (l->total >= l->start && l->total - l->start < l->size)
    add_one (l, o);
}

/* Without a filter the page is where it is: nothing else is looked at. */
static void
add_page (struct list *l)
{
  int64_t i, end;

  l->total = l->t->n_live;
  end = l->total - (l->start - 1) > l->size ? l->start - 1 + l->size
    : l->total;
  for (i = l->start - 1; i < end; i++)
    add_one (l, sim_table_at (l->t, (uint32_t) i));
}

struct sorted { struct sim_object *o; char *text; };

static int
by_text (const void *a, const void *b)
{
  const struct sorted *x = a, *y = b;
  int order = strcmp (x->text, y->text);

  return order ? order : (x->o->slot > y->o->slot) - (x->o->slot < y->o->slot);
}

static void
add_sorted (struct list *l, const char *by, int down)
{
  MG_CLEANUP (mg_buf_done) struct mg_buf scratch = MG_BUF_INIT (1 << 24);
  struct sorted *all = mg_xcalloc (l->t->n_live + 1, sizeof *all);
  uint32_t i, n = l->t->n_live;

  for (i = 0; i < n; i++) {
    MG_CLEANUP_FREE char *text = NULL;

    all[i].o = sim_table_at (l->t, i);
    text = sim_text_field (sim_object_text (l->t, all[i].o, &scratch), by);
    all[i].text = mg_fold (text);
  }
  qsort (all, n, sizeof *all, by_text);
  for (i = 0; i < n; i++)
    consider (l, all[down ? n - 1 - i : i].o);
  for (i = 0; i < n; i++)
    mg_free (all[i].text);
  mg_free (all);
}

static void
add_all (struct list *l)
{
  const char *by = sim_query (l->c, "sortBy");
  const char *name = l->filter && l->t->key
    ? sim_filter_eq (l->filter, l->t->key) : NULL;
  uint32_t i;

  if (name != NULL) {
    struct sim_object *o = sim_table_by_key (l->t, name);

    if (o != NULL)
      consider (l, o);
  }
  else if (by != NULL && *by != '\0')
    add_sorted (l, by, mg_streq (sim_query (l->c, "sortOrder"),
                                 "descending"));
  else if (l->filter == NULL && l->c->stale_us == 0)
    add_page (l);
  else
    for (i = 0; i < l->t->n_live; i++)
      consider (l, sim_table_at (l->t, i));
}

static int
read_query (struct list *l)
{
  const char *count = sim_query (l->c, "count");
  const char *filter = sim_query (l->c, "filter"), *why = "";
  int64_t asked = 0;

  l->start = sim_query_int (l->c, "startIndex", 1);
  if (l->start < 1)
    l->start = 1;
  if (count != NULL && (mg_parse_int64 (count, &asked) < 0 || asked < 0)) {
    sim_fail (l->c, 400, "invalidValue", "count '%s' is not a number", count);
    return -1;
  }
  l->size = count != NULL && asked == 0
    ? 0 : sim_page_size (l->c, asked, MAX_PAGE);
  if (filter != NULL && *filter != '\0') {
    l->filter = sim_filter_new (filter, &why);
    l->derived = strcasestr (filter, "members")
      || strcasestr (filter, "groups") || strcasestr (filter, "roles")
      || strcasestr (filter, "meta");
    if (l->filter == NULL) {
      sim_fail (l->c, 400, "invalidFilter", "Invalid filter '%s': %s", filter,
                why);
      return -1;
    }
  }
  return 0;
}

void
sim_scim_list (struct sim_call *c)
{
  enum sim_kind kind = (enum sim_kind) c->op->kind;
  struct list l = { .c = c, .kind = kind, .t = &c->s->tables[kind] };

  l.pick.only = sim_query (c, "attributes");
  l.pick.without = sim_query (c, "excludedAttributes");
  if (read_query (&l) < 0)
    return;
  mg_buf_add_str (&c->r->body, "{\"schemas\":[\"urn:ietf:params:scim:api:"
                               "messages:2.0:ListResponse\"]");
  add_all (&l);
  sim_filter_free (l.filter);
  mg_buf_addf (&c->r->body, "%s,\"totalResults\":%" PRId64 ",\"startIndex\":%"
               PRId64 ",\"itemsPerPage\":%" PRId64 "}",
               l.shown > 0 ? "]" : "", l.total, l.start, l.shown);
  c->r->status = 200;
  c->r->content_type = "application/scim+json";
}

/* How many calls there are: see oracle-calls.h. */
#include <config.h>

#include <inttypes.h>
#include <string.h>

#include "base/alloc.h"
#include "base/str.h"
#include "simulator/state.h"
#include "twin/oracle-calls.h"
#include "twin/texts.h"

#define MAX_TEXT ((size_t) 64 * 1024 * 1024)

/* Who one is, which sort of workspace it is, tokens, and lists of what is only
 * named. */
#define SLACK 24

/* What is read of one that was moved: its detail, its permissions, what it has
 * besides; of a folder also what is in it. */
static const struct { const char *kind; int reads; } necessary[] = {
  { "users", 0 }, { "service-principals", 0 }, { "instance-profiles", 0 },
  { "groups", 2 }, { "experiments", 1 }, { "instance-pools", 1 },
  { "cluster-policies", 1 }, { "clusters", 2 }, { "jobs", 4 },
  { "global-init-scripts", 2 }, { "folders", 2 }, { "notebooks", 2 },
  { "files", 2 }, { "repos", 3 },
};

struct calls_mark
calls_mark (struct world *w, int end)
{
  size_t n = sim_ledger_count (w->sims[end]);
  struct calls_mark mark = { 0 };
  struct sim_record r;

  if (n > 0) {
    sim_ledger_get (w->sims[end], n - 1, &r);
    mark.seq = r.seq;
  }
  return mark;
}

static int64_t
count_kind (struct json_object *state, const char *kind)
{
  struct json_object *t = state_table (state, kind);

  return t ? (int64_t) json_object_array_length (t) : 0;
}

/* The home of each user and service principal is a folder that nobody made, and
 * has an owner's permissions. */
static int64_t
most_calls (struct world *w, int64_t page)
{
  int64_t most = SLACK, n;
  int end;
  size_t i;

  for (end = 0; end < WORLD_ENDS; end++) {
    MG_CLEANUP (mg_buf_done) struct mg_buf text = MG_BUF_INIT (MAX_TEXT);
    MG_CLEANUP (sim_json_put) struct json_object *state = NULL;

    world_ask (w, end, "GET", "/_simulator/state", NULL, &text);
    state = sim_json_parse (text.data, text.len, NULL);
    for (i = 0; i < MG_N_ELEMENTS (necessary); i++) {
      n = count_kind (state, necessary[i].kind);
      most += end == WORLD_OLD ? n * necessary[i].reads : page ? n / page : 0;
    }
    if (end == WORLD_OLD && w->has_tree)
      most += 2 * (count_kind (state, "users")
                   + count_kind (state, "service-principals"));
  }
  return most;
}

static void
say_again (void *opaque, char *text)
{
  mg_buf_addf (opaque, "read twice: %s\n", text);
}

/* What names others, and was read before they were listed, is read once more. */
static int
is_read_again (const struct sim_record *r)
{
  return mg_ends (r->route, "/Groups/{id}") || mg_ends (r->route, "/jobs/get")
         || mg_ends (r->route, "/global-init-scripts/{script_id}");
}

static char *
call_of (const struct sim_record *r)
{
  return mg_xasprintf ("%s %s %s", r->method, r->path, r->digest);
}

/* Each once, sorted as 'all' is. */
static void
add_once (const struct texts *all, struct texts *ret)
{
  size_t i;

  for (i = 0; i < all->n; i++)
    if (i == 0 || strcmp (all->list[i - 1], all->list[i]) != 0)
      texts_add (ret, mg_xstrdup (all->list[i]));
}

void
calls_judge (struct world *w, struct calls_mark from, int64_t page,
             struct mg_buf *ret_text)
{
  MG_CLEANUP (texts_done) struct texts all = { 0 };
  MG_CLEANUP (texts_done) struct texts once = { 0 };
  struct sim *s = w->sims[WORLD_NEW];
  size_t i = sim_ledger_count (s);
  int64_t n = 0, most = most_calls (w, page);
  struct sim_record r;

  while (i-- > 0) {
    sim_ledger_get (s, i, &r);
    if (r.seq <= from.seq)
      break;
    if (strcmp (r.verdict, "refused") == 0)
      continue;
    n++;
    if (r.status == 200 && !is_read_again (&r))
      texts_add (&all, call_of (&r));
  }
  texts_sort (&all);
  add_once (&all, &once);
  texts_subtract (&all, &once, say_again, ret_text);
  if (n > most)
    mg_buf_addf (ret_text, "%" PRId64 " calls of validate, and %" PRId64
                 " are enough\n", n, most);
}

void
calls_refused (struct world *w, struct calls_mark from, struct mg_buf *ret_text)
{
  struct sim *s = w->sims[WORLD_NEW];
  size_t i = sim_ledger_count (s);
  int64_t n = 0, refused = 0;
  struct sim_record r;

  while (i-- > 0) {
    sim_ledger_get (s, i, &r);
    if (r.seq <= from.seq)
      break;
    n++;
    refused += strcmp (r.verdict, "refused") == 0;
  }
  if (refused * 1000 > n)
    mg_buf_addf (ret_text, "%" PRId64 " of %" PRId64 " calls were refused by "
                 "limits that are published\n", refused, n);
}

/* The ledger: a ring with one record for each request, and the counters.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include <config.h>

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/alloc.h"
#include "base/digest.h"
#include "call.h"

#define MAX_PATH_KEPT 1024

struct record {
  int64_t seq, arrival_us, effect_us, reply_us;
  uint64_t connection;
  uint32_t connection_seq;
  int status;
  char *path, *key;
  const struct sim_op *op;
  const char *method, *token, *effect, *kind, *fault, *verdict;
  char rate_class[24];
  char id[SIM_ID_SIZE];
  unsigned char digest[16];
  uint8_t has_body;
};

struct sim_ledger {
  struct record *ring;
  size_t cap, n, first;
  int64_t seq;
};

struct counter { char *group, *name; int64_t n; };

struct sim_counter {
  struct counter *list;
  uint32_t n, cap;
  uint32_t *cells;           /* index into list + 1 */
  uint32_t n_cells;
};

void
sim_ledger_init (struct sim *s)
{
  s->ledger = mg_xcalloc (1, sizeof *s->ledger);
  sim_counters_init (s);
}

void
sim_counters_init (struct sim *s)
{
  s->counters = mg_xcalloc (1, sizeof *s->counters);
}

static struct record *
record_at (const struct sim_ledger *l, size_t i)
{
  return &l->ring[(l->first + i) % l->cap];
}

static void
record_done (struct record *r)
{
  mg_free (r->path);
  mg_free (r->key);
  memset (r, 0, sizeof *r);
}

void
sim_ledger_clear (struct sim *s)
{
  size_t i;

  for (i = 0; i < s->ledger->n; i++)
    record_done (record_at (s->ledger, i));
  s->ledger->n = s->ledger->first = 0;
}

void
sim_ledger_done (struct sim *s)
{
  sim_ledger_clear (s);
  mg_free (s->ledger->ring);
  mg_free (s->ledger);
}

static struct record *
new_record (struct sim_ledger *l, size_t max)
{
  struct record *r;

  if (l->n == l->cap && l->cap < max) {      /* first is 0 until it is full */
    l->cap = l->cap ? l->cap * 2 : 256;
    if (l->cap > max)
      l->cap = max;
    l->ring = mg_xreallocarray (l->ring, l->cap, sizeof l->ring[0]);
  }
  if (l->n == l->cap) {
    r = record_at (l, 0);
    l->first = (l->first + 1) % l->cap;
    record_done (r);
  }
  else {
    r = record_at (l, l->n++);
    memset (r, 0, sizeof *r);
  }
  r->seq = ++l->seq;
  return r;
}

/* The method as a constant: records outlive requests. */
static const char *
method_word (const char *method)
{
  static const char *const words[] = { "GET", "POST", "PUT", "PATCH",
                                       "DELETE", "HEAD", "OPTIONS" };
  size_t i;

  for (i = 0; i < MG_N_ELEMENTS (words); i++)
    if (strcmp (method, words[i]) == 0)
      return words[i];
  return "OTHER";
}

void
sim_ledger_add (struct sim_call *c, const struct sim_fault *f,
                const char *rate_class, const char *verdict,
                int64_t effect_us)
{
  struct record *r = new_record (c->s->ledger,
                                 (size_t) c->s->config.n_ledger);
  unsigned char sha[MG_DIGEST_LEN];

  r->arrival_us = c->now_us;
  r->effect_us = effect_us;
  r->reply_us = c->now_us + c->r->delay_us;
  r->connection = c->q->connection;
  r->connection_seq = c->q->connection_seq;
  r->status = c->r->wire == SIM_WIRE_CUT || c->r->wire == SIM_WIRE_SILENT
    ? 0 : c->r->status;
  r->path = mg_xstrndup (c->q->target, MAX_PATH_KEPT);
  r->key = mg_xstrdup (c->effect_key);
  r->op = c->op;
  r->method = method_word (c->q->method);
  r->token = c->token_name;
  r->effect = c->effect ? c->effect : "none";
  r->kind = c->effect_kind ? c->effect_kind : "";
  r->fault = f != NULL ? sim_fault_name (f) : "";
  r->verdict = verdict;
  snprintf (r->rate_class, sizeof r->rate_class, "%s", rate_class);
  if (c->effect != NULL)
    snprintf (r->id, sizeof r->id, "%s", c->effect_id);
  if (c->q->body_len > 0) {
    mg_digest_of (c->q->body, c->q->body_len, sha);
    memcpy (r->digest, sha, sizeof r->digest);
    r->has_body = 1;
  }
}

size_t
sim_ledger_count (const struct sim *s)
{
  return s->ledger->n;
}

void
sim_ledger_get (const struct sim *s, size_t i, struct sim_record *ret_record)
{
  const struct record *r = record_at (s->ledger, i);

  memset (ret_record, 0, sizeof *ret_record);
  ret_record->seq = r->seq;
  ret_record->arrival_us = r->arrival_us;
  ret_record->effect_us = r->effect_us;
  ret_record->reply_us = r->reply_us;
  ret_record->connection = r->connection;
  ret_record->connection_seq = r->connection_seq;
  ret_record->status = r->status;
  ret_record->method = r->method;
  ret_record->path = r->path;
  ret_record->route = r->op ? r->op->path : "";
  ret_record->token = r->token;
  ret_record->rate_class = r->rate_class;
  ret_record->effect = r->effect;
  ret_record->kind = r->kind;
  ret_record->id = r->id;
  ret_record->key = r->key ? r->key : "";
  ret_record->fault = r->fault;
  ret_record->verdict = r->verdict;
  if (r->has_body)
    mg_hex (r->digest, sizeof r->digest, ret_record->digest);
}

static void
add_member (struct mg_buf *out, const char *name, const char *value)
{
  mg_buf_addf (out, ",\"%s\":", name);
  mg_buf_add_json (out, value);
}

void
sim_ledger_json (const struct sim *s, struct mg_buf *out)
{
  struct sim_record r;
  size_t i;

  for (i = 0; i < s->ledger->n; i++) {
    sim_ledger_get (s, i, &r);
    mg_buf_addf (out, "{\"seq\":%" PRId64 ",\"arrival_us\":%" PRId64
                 ",\"effect_us\":%" PRId64 ",\"reply_us\":%" PRId64
                 ",\"connection\":%" PRIu64 ",\"connection_seq\":%" PRIu32
                 ",\"status\":%d",
                 r.seq, r.arrival_us, r.effect_us, r.reply_us, r.connection,
                 r.connection_seq, r.status);
    add_member (out, "method", r.method);
    add_member (out, "path", r.path);
    add_member (out, "route", r.route);
    add_member (out, "token", r.token);
    add_member (out, "class", r.rate_class);
    add_member (out, "effect", r.effect);
    add_member (out, "kind", r.kind);
    add_member (out, "id", r.id);
    add_member (out, "key", r.key);
    add_member (out, "fault", r.fault);
    add_member (out, "verdict", r.verdict);
    add_member (out, "digest", r.digest);
    mg_buf_add_str (out, "}\n");
  }
}

/* --- counters -------------------------------------------------------- */

static uint32_t
counter_hash (const char *group, const char *name)
{
  return sim_hash (group, 0) * 31 + sim_hash (name, 0);
}

static void
grow_counters (struct sim_counter *k)
{
  uint32_t i, j;

  mg_free (k->cells);
  k->n_cells = k->n_cells ? k->n_cells * 2 : 256;
  k->cells = mg_xcalloc (k->n_cells, sizeof k->cells[0]);
  for (i = 0; i < k->n; i++) {
    j = counter_hash (k->list[i].group, k->list[i].name) & (k->n_cells - 1);
    while (k->cells[j] != 0)
      j = (j + 1) & (k->n_cells - 1);
    k->cells[j] = i + 1;
  }
}

void
sim_count (struct sim *s, const char *group, const char *name)
{
  struct sim_counter *k = s->counters;
  struct counter *one;
  uint32_t j;

  if ((k->n + 1) * 2 > k->n_cells)
    grow_counters (k);
  j = counter_hash (group, name) & (k->n_cells - 1);
  for (; k->cells[j] != 0; j = (j + 1) & (k->n_cells - 1)) {
    one = &k->list[k->cells[j] - 1];
    if (strcmp (one->group, group) == 0 && strcmp (one->name, name) == 0) {
      one->n++;
      return;
    }
  }
  if (k->n == k->cap) {
    k->cap = k->cap ? k->cap * 2 : 64;
    k->list = mg_xreallocarray (k->list, k->cap, sizeof k->list[0]);
  }
  one = &k->list[k->n++];
  one->group = mg_xstrdup (group);
  one->name = mg_xstrdup (name);
  one->n = 1;
  k->cells[j] = k->n;
}

struct json_object *
sim_counters_json (const struct sim *s)
{
  static const char *const groups[] = {
    "routes", "unknown-routes", "unknown-fields", "missing-fields",
    "wrong-types", "throttled", "faults", "creates",
  };
  struct json_object *all = json_object_new_object ();
  uint32_t i;

  for (i = 0; i < MG_N_ELEMENTS (groups); i++)
    json_object_object_add (all, groups[i], json_object_new_object ());
  for (i = 0; i < s->counters->n; i++) {
    struct counter *one = &s->counters->list[i];

    json_object_object_add (json_object_object_get (all, one->group),
                            one->name, json_object_new_int64 (one->n));
  }
  return all;
}

void
sim_counters_done (struct sim *s)
{
  uint32_t i;

  for (i = 0; i < s->counters->n; i++) {
    mg_free (s->counters->list[i].group);
    mg_free (s->counters->list[i].name);
  }
  mg_free (s->counters->list);
  mg_free (s->counters->cells);
  mg_free (s->counters);
  s->counters = NULL;
}

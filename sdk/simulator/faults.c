/* Faults: what goes wrong, for which requests, and when.  The forms of a line
 * stand in migrate-simulator(1).
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include <config.h>

#include <stdio.h>
#include <string.h>

#include "base/alloc.h"
#include "base/clock.h"
#include "base/str.h"
#include "call.h"

enum what {
  DO_STATUS, DO_CUT, DO_DEFER, DO_TRUNCATE, DO_LENGTH, DO_HTML, DO_EMPTY,
  DO_BIG, DO_DEEP, DO_TEXT, DO_SLOW, DO_SILENT, DO_CLOSE, DO_DELAY, DO_STALE,
  DO_DUPLICATE, DO_PAGE_TOKEN, DO_KILL
};

/* 'served': the request is always served first, whatever "when" says. */
static const struct { const char *name; int served; } whats[] = {
  [DO_STATUS] = { "status", 0 }, [DO_CUT] = { "cut", 0 },
  [DO_DEFER] = { "defer", 0 }, [DO_TRUNCATE] = { "truncate", 1 },
  [DO_LENGTH] = { "length", 1 }, [DO_HTML] = { "html", 0 },
  [DO_EMPTY] = { "empty", 1 }, [DO_BIG] = { "big", 0 },
  [DO_DEEP] = { "deep", 0 }, [DO_TEXT] = { "text", 0 },
  [DO_SLOW] = { "slow", 1 }, [DO_SILENT] = { "silent", 0 },
  [DO_CLOSE] = { "close", 1 }, [DO_DELAY] = { "delay", 1 },
  [DO_STALE] = { "stale", 1 }, [DO_DUPLICATE] = { "duplicate", 1 },
  [DO_PAGE_TOKEN] = { "page-token", 0 }, [DO_KILL] = { "kill", 0 },
};

struct sim_fault {
  char *match;               /* "METHOD PATH", a glob */
  char *with;                /* must stand in the target or the body */
  enum what what;
  int after;
  int replied;               /* kill when the reply is out */
  int reused;
  int64_t offset, times;     /* times 0: for ever */
  double probability;
  int status;
  char *body;
  struct sim_header headers[4];
  int n_headers;
  int64_t ms, bytes, pid;
  int64_t seen, done;
};

/* A request whose effect comes later than its connection ends. */
struct sim_deferred {
  int64_t due_us;
  char *method, *target, *authorization, *content_type;
  struct mg_buf body;
};

/* --- reading --------------------------------------------------------- */

static const char *const members[] = {
  "match", "with", "do", "when", "reused", "offset", "times", "probability",
  "status", "body", "headers", "ms", "bytes", "pid", NULL
};

static int
known_members (struct json_object *o, const char **ret_bad)
{
  json_object_object_foreach (o, name, value) {
    int i;

    (void) value;
    for (i = 0; members[i] != NULL && strcmp (members[i], name) != 0; i++)
      ;
    if (members[i] == NULL) {
      *ret_bad = name;
      return 0;
    }
  }
  return 1;
}

static void
read_headers (struct sim_fault *f, struct json_object *headers)
{
  if (!json_object_is_type (headers, json_type_object))
    return;
  json_object_object_foreach (headers, name, value) {
    struct sim_header *h;

    if (f->n_headers == (int) MG_N_ELEMENTS (f->headers))
      return;
    h = &f->headers[f->n_headers++];
    snprintf (h->name, sizeof h->name, "%s", name);
    snprintf (h->value, sizeof h->value, "%s",
              json_object_get_string (value));
  }
}

static int
find_what (const char *name)
{
  size_t i;

  for (i = 0; name != NULL && i < MG_N_ELEMENTS (whats); i++)
    if (strcmp (whats[i].name, name) == 0)
      return (int) i;
  return -1;
}

/* Numbers with which an answer can be made. */
static int
check_numbers (const struct sim_fault *f, int line, struct mg_error *err)
{
  const struct { const char *name; int64_t value, least, most; } numbers[] = {
    { "status", f->status, 200, 599 },
    { "offset", f->offset, 0, INT32_MAX },
    { "times", f->times, 0, INT32_MAX },
    { "ms", f->ms, 0, 86400000 },
    { "bytes", f->bytes, -1, SIM_MAX_REPLY },
  };
  size_t i;

  for (i = 0; i < MG_N_ELEMENTS (numbers); i++)
    if (numbers[i].value < numbers[i].least
        || numbers[i].value > numbers[i].most)
      return mg_error_set (err, MG_E_INVALID, "bad-faults",
                           "faults: line %d: '%s' is not between %lld and %lld",
                           line, numbers[i].name, (long long) numbers[i].least,
                           (long long) numbers[i].most);
  return 0;
}

static char *
read_body (struct json_object *o)
{
  struct json_object *body;

  if (!json_object_object_get_ex (o, "body", &body))
    return NULL;
  return json_object_is_type (body, json_type_string)
         ? mg_xstrdup (json_object_get_string (body)) : sim_json_text (body);
}

static int
read_fault (struct sim_fault *f, struct json_object *o, int line,
            struct mg_error *err)
{
  const char *when = sim_json_str (o, "when"), *bad = "";
  int what = find_what (sim_json_str (o, "do"));

  if (!known_members (o, &bad))
    return mg_error_set (err, MG_E_INVALID, "bad-faults",
                         "faults: line %d: unknown member '%s'", line, bad);
  if (what < 0 || sim_json_str (o, "match") == NULL)
    return mg_error_set (err, MG_E_INVALID, "bad-faults",
                         "faults: line %d: needs 'match' and a known 'do'",
                         line);
  f->replied = what == DO_KILL && mg_streq (when, "replied");
  if (when != NULL && strcmp (when, "before") != 0
      && strcmp (when, "after") != 0 && !f->replied)
    return mg_error_set (err, MG_E_INVALID, "bad-faults",
                         "faults: line %d: 'when' is before or after", line);
  f->what = (enum what) what;
  f->after = mg_streq (when, "after") || whats[what].served || f->replied;
  f->reused = (int) sim_json_int (o, "reused", 0);
  f->offset = sim_json_int (o, "offset", 0);
  f->probability = sim_json_double (o, "probability", 1);
  f->times = sim_json_int (o, "times", f->probability < 1 ? 0 : 1);
  f->status = (int) sim_json_int (o, "status",
                                  what == DO_STATUS ? 503 : 200);
  f->ms = sim_json_int (o, "ms", 1000);
  f->bytes = sim_json_int (o, "bytes", -1);
  f->pid = sim_json_int (o, "pid", 0);
  if (check_numbers (f, line, err) < 0)
    return MG_E_INVALID;
  f->match = mg_xstrdup (sim_json_str (o, "match"));
  f->with = mg_xstrdup (sim_json_str (o, "with"));
  f->body = read_body (o);
  read_headers (f, json_object_object_get (o, "headers"));
  return 0;
}

static int
add_line (struct sim *s, const char *text, size_t len, int line,
          struct mg_error *err)
{
  MG_CLEANUP (sim_json_put) struct json_object *o = NULL;
  const char *why = "not an object";
  struct sim_fault f = { 0 };

  o = sim_json_parse (text, len, &why);
  if (!json_object_is_type (o, json_type_object))
    return mg_error_set (err, MG_E_INVALID, "bad-faults",
                         "faults: line %d: %s", line,
                         why ? why : "not an object");
  if (read_fault (&f, o, line, err) < 0)
    return MG_E_INVALID;
  s->faults = mg_xreallocarray (s->faults, (size_t) s->n_faults + 1,
                                sizeof f);
  s->faults[s->n_faults++] = f;
  return 0;
}

int
sim_faults_add (struct sim *s, const char *text, struct mg_error *err)
{
  int line = 0;

  while (*text != '\0') {
    size_t len = strcspn (text, "\n");
    size_t blank = strspn (text, " \t\r");

    line++;
    if (blank < len && text[blank] != '#'
        && add_line (s, text, len, line, err) < 0)
      return MG_E_INVALID;
    text += len;
    if (*text == '\n')
      text++;
  }
  return 0;
}

void
sim_faults_clear (struct sim *s)
{
  int i;

  for (i = 0; i < s->n_faults; i++) {
    mg_free (s->faults[i].match);
    mg_free (s->faults[i].with);
    mg_free (s->faults[i].body);
  }
  mg_free (s->faults);
  s->faults = NULL;
  s->n_faults = 0;
}

struct json_object *
sim_faults_json (const struct sim *s)
{
  struct json_object *all = json_object_new_array ();
  int i;

  for (i = 0; i < s->n_faults; i++) {
    const struct sim_fault *f = &s->faults[i];
    struct json_object *o = json_object_new_object ();

    sim_json_set_str (o, "match", f->match);
    sim_json_set_str (o, "do", whats[f->what].name);
    sim_json_set_str (o, "when", f->after ? "after" : "before");
    json_object_object_add (o, "seen", json_object_new_int64 (f->seen));
    json_object_object_add (o, "done", json_object_new_int64 (f->done));
    json_object_object_add (o, "times", json_object_new_int64 (f->times));
    json_object_array_add (all, o);
  }
  return all;
}

const char *
sim_fault_name (const struct sim_fault *f)
{
  return whats[f->what].name;
}

/* --- meeting one ----------------------------------------------------- */

static int
has_page_token (const struct sim_call *c)
{
  static const char *const fields[] = { "page_token", "next_page_token" };
  size_t i;

  for (i = 0; i < MG_N_ELEMENTS (fields); i++) {
    const char *token = sim_query (c, fields[i]);

    if (token != NULL && *token != '\0')
      return 1;
  }
  return c->q->body != NULL
    && strstr (c->q->body, "\"page_token\"") != NULL
    && strstr (c->q->body, "\"page_token\":\"\"") == NULL;
}

static int
applies (const struct sim_call *c, const struct sim_fault *f,
         const char *call)
{
  if (!mg_glob (f->match, call))
    return 0;
  if (f->with != NULL && strstr (c->q->target, f->with) == NULL
      && (c->q->body == NULL
          || memmem (c->q->body, c->q->body_len, f->with,
                     strlen (f->with)) == NULL))
    return 0;
  if (f->reused && c->q->connection_seq == 0)
    return 0;
  return f->what != DO_PAGE_TOKEN || has_page_token (c);
}

struct sim_fault *
sim_faults_match (struct sim_call *c)
{
  MG_CLEANUP_FREE char *call = NULL;
  int i;

  if (c->s->n_faults == 0)
    return NULL;
  call = mg_xasprintf ("%s %s", c->q->method, c->path);
  for (i = 0; i < c->s->n_faults; i++) {
    struct sim_fault *f = &c->s->faults[i];

    if (!applies (c, f, call) || f->seen++ < f->offset
        || (f->times > 0 && f->done >= f->times)
        || (f->probability < 1 && mg_rand_unit (c->rng) >= f->probability))
      continue;
    f->done++;
    if (f->what == DO_STALE)
      c->stale_us = f->ms * MG_MS_US;
    else if (f->what == DO_DUPLICATE)
      c->duplicate = 1;
    else if (f->what == DO_DELAY)
      c->r->delay_us += f->ms * MG_MS_US;
    return f;
  }
  return NULL;
}

static void
defer (struct sim_call *c, const struct sim_fault *f)
{
  struct sim *s = c->s;
  struct sim_deferred *d;

  s->deferred = mg_xreallocarray (s->deferred, (size_t) s->n_deferred + 1,
                                  sizeof *d);
  d = &s->deferred[s->n_deferred++];
  d->due_us = c->now_us + f->ms * MG_MS_US;
  d->method = mg_xstrdup (c->q->method);
  d->target = mg_xstrdup (c->q->target);
  d->authorization = mg_xstrdup (c->q->authorization);
  d->content_type = mg_xstrdup (c->q->content_type);
  mg_buf_init (&d->body, SIM_MAX_REPLY);
  if (c->q->buffer != NULL)
    mg_buf_move (&d->body, c->q->buffer);
  else if (c->q->body != NULL)
    mg_buf_add (&d->body, c->q->body, c->q->body_len);
}

static void
add_repeated (struct mg_buf *out, const char *piece, int64_t n)
{
  while (n-- > 0)
    mg_buf_add_str (out, piece);
}

static void
add_big (struct mg_buf *out, int64_t bytes)
{
  char *room;

  mg_buf_add_str (out, "{\"padding\":\"");
  room = mg_buf_reserve (out, (size_t) bytes + 3);
  if (room != NULL) {
    memset (room, 'x', (size_t) bytes);
    room[bytes] = '\0';
    out->len += (size_t) bytes;
  }
  mg_buf_add_str (out, "\"}");
}

/* A reply in place of the one that a handler makes. */
static void
replace_reply (struct sim_call *c, const struct sim_fault *f)
{
  static const char page[] = "<!DOCTYPE html>\n<html><head><title>Sign in"
    "</title></head><body><form action=\"/login.html\">Sign in to your "
    "workspace</form></body></html>\n";
  struct mg_buf *out = &c->r->body;
  int i;

  sim_reply_clear (c->r);
  c->r->status = f->status;
  c->r->content_type = f->what == DO_HTML ? "text/html; charset=utf-8"
    : f->what == DO_TEXT ? "text/plain" : "application/json";
  if (f->body != NULL)
    mg_buf_add_str (out, f->body);
  else if (f->what == DO_HTML)
    mg_buf_add_str (out, page);
  else if (f->what == DO_TEXT)
    mg_buf_add_str (out, "upstream connect error or disconnect");
  else if (f->what == DO_BIG)
    add_big (out, f->bytes < 0 ? 64 * 1024 * 1024 : f->bytes);
  else if (f->what == DO_DEEP) {
    add_repeated (out, "[", f->bytes < 0 ? 100000 : f->bytes);
    add_repeated (out, "]", f->bytes < 0 ? 100000 : f->bytes);
  }
  else
    mg_buf_addf (out, "{\"error_code\":\"%s\",\"message\":\"simulated\"}",
                 f->status == 429 ? "REQUEST_LIMIT_EXCEEDED"
                 : f->status >= 500 ? "TEMPORARILY_UNAVAILABLE"
                 : "BAD_REQUEST");
  for (i = 0; i < f->n_headers; i++)
    sim_header (c->r, f->headers[i].name, "%s", f->headers[i].value);
}

int
sim_fault_before (struct sim_call *c, struct sim_fault *f)
{
  if (f->after)
    return 0;
  switch (f->what) {
  case DO_DEFER:
    defer (c, f);
    c->r->wire = SIM_WIRE_CUT;
    break;
  case DO_CUT:
    c->r->wire = SIM_WIRE_CUT;
    break;
  case DO_SILENT:
    c->r->wire = SIM_WIRE_SILENT;
    break;
  case DO_KILL:
    c->r->kill_pid = f->pid;
    c->r->wire = SIM_WIRE_CUT;
    break;
  case DO_PAGE_TOKEN:
    sim_fail (c, 400, "INVALID_PARAMETER_VALUE",
              "Invalid page token: it has expired");
    break;
  default:
    replace_reply (c, f);
    break;
  }
  return 1;
}

/* A list in which there was nothing to change has met none: 0. */
int
sim_fault_met (struct sim_call *c, const struct sim_fault *f)
{
  if ((f->what == DO_STALE || f->what == DO_DUPLICATE) && !c->is_altered)
    return 0;
  sim_count (c->s, "faults", whats[f->what].name);
  return 1;
}

static int64_t
or_half (const struct sim_fault *f, size_t len)
{
  return f->bytes >= 0 ? f->bytes : (int64_t) len / 2;
}

void
sim_fault_after (struct sim_call *c, struct sim_fault *f)
{
  struct sim_reply *r = c->r;
  size_t len;

  (void) sim_reply_bytes (r, &len);
  switch (f->what) {
  case DO_STATUS: case DO_HTML: case DO_TEXT: case DO_BIG: case DO_DEEP:
    replace_reply (c, f);
    break;
  case DO_CUT: case DO_DEFER:
    r->wire = SIM_WIRE_CUT;
    break;
  case DO_SILENT:
    r->wire = SIM_WIRE_SILENT;
    break;
  case DO_KILL:
    r->kill_pid = f->pid;
    r->kill_late = f->replied;
    if (!f->replied)
      r->wire = SIM_WIRE_CUT;
    break;
  case DO_TRUNCATE:
    r->wire = SIM_WIRE_TRUNCATE;
    r->wire_arg = or_half (f, len);
    break;
  case DO_LENGTH:
    r->wire = SIM_WIRE_LONGER;
    r->wire_arg = or_half (f, len);
    break;
  case DO_SLOW:
    r->wire = SIM_WIRE_SLOW;
    r->wire_arg = f->ms * MG_MS_US;
    break;
  case DO_CLOSE:
    r->wire = SIM_WIRE_CLOSE;
    break;
  case DO_EMPTY:
    sim_reply_clear (r);
    break;
  case DO_DELAY: case DO_STALE: case DO_DUPLICATE: case DO_PAGE_TOKEN:
    break;
  }
}

/* --- effects that come later ----------------------------------------- */

static void
deferred_free (struct sim_deferred *d)
{
  mg_free (d->method);
  mg_free (d->target);
  mg_free (d->authorization);
  mg_free (d->content_type);
  mg_buf_done (&d->body);
}

static void
run_one (struct sim *s, struct sim_deferred *d, struct mg_rand *rng)
{
  struct sim_reply reply = { 0 };
  struct sim_request q = {
    .method = d->method, .target = d->target, .body = d->body.data,
    .body_len = d->body.len, .buffer = &d->body,
    .content_type = d->content_type, .authorization = d->authorization,
  };
  struct sim_call c = { .s = s, .q = &q, .r = &reply, .rng = rng,
                        .now_us = d->due_us, .token_name = "pat" };

  mg_buf_init (&reply.body, SIM_MAX_REPLY);
  if (sim_call_begin (&c) == 0)
    sim_do (&c);
  reply.wire = SIM_WIRE_CUT;
  if (c.effect != NULL) {
    MG_CLEANUP_FREE char *name =
      mg_xasprintf ("%s %s", c.effect_kind, c.effect_key);

    if (strcmp (c.effect, "create") == 0)
      sim_count (s, "creates", name);
  }
  sim_ledger_add (&c, NULL, "", "deferred", c.effect ? d->due_us : 0);
  sim_call_end (&c);
  sim_reply_done (&reply);
}

void
sim_deferred_run (struct sim *s, int64_t now_us, struct mg_rand *rng)
{
  int i = 0;

  while (i < s->n_deferred) {
    struct sim_deferred d = s->deferred[i];

    if (d.due_us > now_us) {
      i++;
      continue;
    }
    s->n_deferred--;
    memmove (s->deferred + i, s->deferred + i + 1,
             (size_t) (s->n_deferred - i) * sizeof d);
    run_one (s, &d, rng);
    deferred_free (&d);
  }
}

void
sim_deferred_done (struct sim *s)
{
  int i;

  for (i = 0; i < s->n_deferred; i++)
    deferred_free (&s->deferred[i]);
  mg_free (s->deferred);
  s->deferred = NULL;
  s->n_deferred = 0;
}

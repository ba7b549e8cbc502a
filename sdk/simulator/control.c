/* /_simulator/: how tests look at the state and change it.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include <config.h>

#include <inttypes.h>
#include <string.h>

#include "base/alloc.h"
#include "base/clock.h"
#include "base/str.h"
#include "call.h"
#include "control.h"

static void
show_state (struct sim_call *c)
{
  struct mg_error err = MG_ERROR_INIT;
  int r = sim_query (c, "live") != NULL
    ? sim_save_live (c->s, &c->r->body, &err)
    : sim_save (c->s, &c->r->body, &err);

  if (r < 0) {
    sim_fail (c, 500, "INTERNAL_ERROR", "%s", err.text);
    return;
  }
  c->r->status = 200;
  c->r->content_type = "application/json";
}

static void
show_counters (struct sim_call *c)
{
  MG_CLEANUP (sim_json_put) struct json_object *o = sim_counters_json (c->s);

  sim_json_sorted (&c->r->body, o);
  mg_buf_add_byte (&c->r->body, '\n');
  c->r->status = 200;
  c->r->content_type = "application/json";
}

static void
show_ledger (struct sim_call *c)
{
  sim_ledger_json (c->s, &c->r->body);
  c->r->status = 200;
  c->r->content_type = "application/x-ndjson";
}

static void
show_faults (struct sim_call *c)
{
  MG_CLEANUP (sim_json_put) struct json_object *o = sim_faults_json (c->s);

  sim_reply_json (c, 200, o);
}

static void
add_faults (struct sim_call *c)
{
  struct mg_error err = MG_ERROR_INIT;

  if (sim_faults_add (c->s, c->q->body ? c->q->body : "", &err) < 0)
    sim_fail (c, 400, "INVALID_PARAMETER_VALUE", "%s", err.text);
  else
    sim_reply_empty (c);
}

static void
clear_faults (struct sim_call *c)
{
  sim_faults_clear (c->s);
  sim_reply_empty (c);
}

static struct json_object *
body_or_empty (struct sim_call *c)
{
  if (c->body == NULL)
    c->body = c->q->body_len > 0
      ? sim_json_parse (c->q->body, c->q->body_len, NULL)
      : json_object_new_object ();
  return c->body;
}

static void
reset (struct sim_call *c)
{
  const char *what = sim_json_str (body_or_empty (c), "what");
  struct mg_error err = MG_ERROR_INIT;

  if (what == NULL)
    what = "all";
  if (strcmp (what, "faults") == 0 || strcmp (what, "all") == 0) {
    sim_faults_clear (c->s);
    sim_deferred_done (c->s);
  }
  if (strcmp (what, "ledger") == 0 || strcmp (what, "all") == 0)
    sim_ledger_clear (c->s);
  if (strcmp (what, "counters") == 0 || strcmp (what, "all") == 0)
    sim_counters_clear (c->s);
  if (strcmp (what, "limits") == 0 || strcmp (what, "all") == 0) {
    sim_limits_done (c->s);
    if (c->s->config.limits != NULL)
      (void) sim_limits_init (c->s, c->s->config.limits, &err);
  }
  if (strcmp (what, "state") == 0 && sim_restart (c->s, c->now_us, &err) < 0)
    sim_fail (c, 500, "INTERNAL_ERROR", "%s", err.text);
  else
    sim_reply_empty (c);
}

static void
set_limits (struct sim_call *c)
{
  struct mg_error err = MG_ERROR_INIT;

  sim_limits_done (c->s);
  if (sim_limits_init (c->s, c->q->body ? c->q->body : "off", &err) < 0)
    sim_fail (c, 400, "INVALID_PARAMETER_VALUE", "%s", err.text);
  else
    sim_reply_empty (c);
}

static void
show_clock (struct sim_call *c)
{
  mg_buf_addf (&c->r->body, "{\"now_us\":%" PRId64 ",\"offset_us\":%" PRId64
               "}", c->now_us, c->s->clock_offset_us);
  c->r->status = 200;
  c->r->content_type = "application/json";
}

static void
set_clock (struct sim_call *c)
{
  int64_t ms = sim_json_int (body_or_empty (c), "advance_ms", 0);

  if (ms < 0) {
    sim_fail (c, 400, "INVALID_PARAMETER_VALUE", "time never goes back");
    return;
  }
  c->s->clock_offset_us += ms * MG_MS_US;
  c->now_us += ms * MG_MS_US;
  show_clock (c);
}

static void
expire (struct sim_call *c)
{
  const char *what = sim_json_str (body_or_empty (c), "what");
  MG_CLEANUP (sim_json_put) struct json_object *o = json_object_new_object ();

  sim_auth_expire (c->s, what ? what : "all", c->now_us);
  sim_json_set_str (o, "token", c->s->pat);
  sim_reply_json (c, 200, o);
}

static void
about (struct sim_call *c)
{
  MG_CLEANUP (sim_json_put) struct json_object *o = json_object_new_object ();

  sim_json_set_str (o, "name", c->s->config.name);
  sim_json_set_str (o, "token", c->s->pat);
  sim_json_set_str (o, "client_id", c->s->client_id);
  sim_json_set_str (o, "client_secret", c->s->client_secret);
  json_object_object_add (o, "workspace_id",
                          json_object_new_int64 (c->s->workspace_id));
  sim_reply_json (c, 200, o);
}

static const struct {
  const char *method, *name;
  void (*run) (struct sim_call *);
} doors[] = {
  { "GET", "state", show_state }, { "GET", "counters", show_counters },
  { "GET", "ledger", show_ledger }, { "GET", "faults", show_faults },
  { "POST", "faults", add_faults }, { "DELETE", "faults", clear_faults },
  { "POST", "reset", reset }, { "GET", "clock", show_clock },
  { "POST", "clock", set_clock }, { "POST", "expire", expire },
  { "PUT", "limits", set_limits }, { "POST", "limits", set_limits },
  { "POST", "object", sim_mutate }, { "GET", "about", about },
};

void
sim_control (struct sim_call *c)
{
  const char *name = c->path + strlen ("/_simulator/");
  size_t i;

  c->scim = 0;
  if (!c->q->local) {
    sim_fail (c, 403, "PERMISSION_DENIED", "only from this machine");
    return;
  }
  for (i = 0; i < MG_N_ELEMENTS (doors); i++) {
    if (strcmp (doors[i].name, name) == 0
        && strcmp (doors[i].method, c->q->method) == 0) {
      doors[i].run (c);
      return;
    }
  }
  sim_fail (c, 404, "NOT_FOUND", "no such control: %s %s", c->q->method,
            c->path);
}

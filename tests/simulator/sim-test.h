/* What the tests of libsim share: a client without a network.
 *
 *   START (.populate = "small");
 *   is_int (call ("GET", "/api/2.0/preview/scim/v2/Me", NULL), 200);
 *   is_str (at ("userName"), "admin@example.com");
 *
 * One workspace at a time; START makes a new one.
 */
#ifndef SIM_TEST_H
#define SIM_TEST_H

#include <json-c/json.h>

#include "base/alloc.h"
#include "base/clock.h"
#include "base/parse.h"
#include "base/str.h"
#include "mg-test.h"
#include "simulator/sim.h"

#define SCIM "/api/2.0/preview/scim/v2/"
#define MLFLOW "/api/2.0/mlflow/experiments/"

static struct sim *sim;
static struct mg_rand rng;
static int64_t now_us;
static struct sim_reply reply;
static struct json_object *json;
static char authorization[128];
static uint32_t connection_seq;

/* To be printed with the reason when a workspace cannot be made. */
static void
start (const struct sim_config *config)
{
  struct mg_error err = MG_ERROR_INIT;

  sim_free (sim);
  sim = NULL;
  now_us = INT64_C (1800000000) * MG_SECOND_US;
  mg_rand_seed (&rng, 7);
  if (sim_new (config, now_us, &sim, &err) < 0)
    fail_test ("no workspace: %s", err.text);
  snprintf (authorization, sizeof authorization, "Bearer %s",
            sim_token (sim));
}

#define START(...) start (&(struct sim_config) { __VA_ARGS__ })

/* The status; the body is in 'json' and the wire's fate in 'reply'. */
/* Texts that tests compare live to the end: nothing frees them one by one. */
MG_TEST_UNUSED static char *
keep (char *given)
{
  static char *kept[65536];
  static size_t n;

  n = (n + 1) % 65536;
  kept[n] = given;
  return kept[n];
}

static int
ask (struct sim_request *q)
{
  q->host = "sim:80";
  q->authorization = authorization;
  q->connection = 1;
  q->connection_seq = connection_seq++;
  q->local = 1;
  json_object_put (json);
  sim_reply_done (&reply);
  sim_step (sim, q, now_us, &rng, &reply);
  json = json_tokener_parse (mg_buf_text (&reply.body));
  return reply.status;
}

MG_TEST_UNUSED static int
call (const char *method, const char *target, const char *body)
{
  struct sim_request q = {
    .method = method, .target = target, .body = body,
    .body_len = body ? strlen (body) : 0,
  };

  return ask (&q);
}

/* The same with the text formatted; 900 bytes at most. */
MG_TEST_UNUSED MG_PRINTF (3, 4) static int
callf (const char *method, const char *target, const char *format, ...)
{
  char body[900];
  va_list args;

  va_start (args, format);
  vsnprintf (body, sizeof body, format, args);
  va_end (args);
  return call (method, target, body);
}

MG_TEST_UNUSED MG_PRINTF (2, 3) static int
gett (const char *method, const char *format, ...)
{
  char target[900];
  va_list args;

  va_start (args, format);
  vsnprintf (target, sizeof target, format, args);
  va_end (args);
  return call (method, target, NULL);
}

/* "Resources.0.name.givenName"; NULL when absent. */
MG_TEST_UNUSED static struct json_object *
node (const char *path)
{
  struct json_object *o = json;

  while (o != NULL && *path != '\0') {
    size_t len = strcspn (path, ".");
    char *name = mg_xstrndup (path, len);
    int64_t i;

    if (json_object_is_type (o, json_type_array))
      o = mg_parse_int64 (name, &i) == 0
        ? json_object_array_get_idx (o, (size_t) i) : NULL;
    else
      o = json_object_object_get (o, name);
    mg_free (name);
    path += len;
    if (*path == '.')
      path++;
  }
  return o;
}

/* A copy that lives as long as the program: tests are short. */
MG_TEST_UNUSED static const char *
at (const char *path)
{
  struct json_object *o = node (path);

  return keep (o ? mg_xstrdup (json_object_get_string (o)) : NULL);
}

MG_TEST_UNUSED static int
length (const char *path)
{
  struct json_object *o = node (path);

  return o && json_object_is_type (o, json_type_array)
    ? (int) json_object_array_length (o) : 0;
}

MG_TEST_UNUSED static const char *
text (void)
{
  return mg_buf_text (&reply.body);
}

/* A counter of /_simulator/counters; 0 when it is not there. */
MG_TEST_UNUSED static int
counter (const char *group, const char *name)
{
  struct json_object *o;

  call ("GET", "/_simulator/counters", NULL);
  o = json_object_object_get (json, group);
  o = o ? json_object_object_get (o, name) : NULL;
  return o ? json_object_get_int (o) : 0;
}

MG_TEST_UNUSED static char *
state (void)
{
  call ("GET", "/_simulator/state", NULL);
  return keep (mg_xstrdup (text ()));
}

#endif

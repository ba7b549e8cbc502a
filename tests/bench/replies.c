/* What the yardstick server answers: enough of SCIM's users and groups, of
 * MLflow's experiments and of a workspace's tree (replies-tree.c) for an export
 * from it and an import into it.  Nothing is checked and nothing is limited: it
 * is to cost as little as it can. */
#include <config.h>

#include <inttypes.h>
#include <string.h>

#include "base/alloc.h"
#include "base/str.h"
#include "replier.h"

#define PAGE 1000
#define FIRST_ID 1000000
#define NUMBER_LEN 7

static const struct {
  const char *path;                /* of lists, creates and "/ID" */
  const char *word;                /* before the number in a key */
  const char *array;
} collections[] = {
  [USERS] = { "/api/2.0/preview/scim/v2/Users", "\"user-", "Resources" },
  [GROUPS] = { "/api/2.0/preview/scim/v2/Groups", "\"group-", "Resources" },
  [EXPERIMENTS] = { "/api/2.0/mlflow/experiments/", "/experiment-",
                    "experiments" },
};

static void
put_in (struct collection_state *c, uint32_t number)
{
  if (c->n == c->cap) {
    c->cap = c->cap ? 2 * c->cap : 1024;
    c->numbers = mg_xreallocarray (c->numbers, c->cap, sizeof *c->numbers);
  }
  c->numbers[c->n++] = number;
}

void
replies_populate (struct replies *r, enum collection which, int64_t n)
{
  int64_t i;

  for (i = 0; i < n; i++)
    put_in (&r->all[which], (uint32_t) i);
}

void
replies_done (struct replies *r)
{
  int i;

  for (i = 0; i < N_COLLECTIONS; i++)
    mg_free (r->all[i].numbers);
  tree_done (r);
  mg_buf_done (&r->body);
}

/* ---- elements ---- */

static void
add_user (struct mg_buf *b, size_t place, uint32_t i)
{
  mg_buf_addf (b, "{\"schemas\":[\"urn:ietf:params:scim:schemas:core:2.0:User\""
               "],\"id\":\"%zu\",\"userName\":\"user-%07" PRIu32 "@example.com\""
               ",\"displayName\":\"User %" PRIu32 "\",\"active\":true,\"name\":{"
               "\"givenName\":\"User\",\"familyName\":\"%" PRIu32 "\"},"
               "\"emails\":[{\"value\":\"user-%07" PRIu32 "@example.com\","
               "\"type\":\"work\",\"primary\":true}],\"entitlements\":[{"
               "\"value\":\"workspace-access\"}]}", FIRST_ID + place, i, i, i,
               i);
}

static void
add_group (struct mg_buf *b, size_t place, uint32_t i, int whole)
{
  mg_buf_addf (b, "{\"schemas\":[\"urn:ietf:params:scim:schemas:core:2.0:Group"
               "\"],\"id\":\"%zu\",\"displayName\":\"group-%07" PRIu32 "\"",
               FIRST_ID + place, i);
  if (whole)
    mg_buf_add_str (b, ",\"entitlements\":[{\"value\":\"workspace-access\"},{"
                    "\"value\":\"allow-cluster-create\"}],\"members\":[],"
                    "\"groups\":[],\"roles\":[]");
  mg_buf_addf (b, ",\"meta\":{\"resourceType\":\"WorkspaceGroup\"}}");
}

static void
add_experiment (struct mg_buf *b, size_t place, uint32_t i)
{
  mg_buf_addf (b, "{\"experiment_id\":\"%zu\",\"name\":\"/Shared/experiment-%07"
               PRIu32 "\",\"artifact_location\":\"dbfs:/experiments/%" PRIu32
               "\",\"lifecycle_stage\":\"active\",\"creation_time\":"
               "1700000000000,\"last_update_time\":1700000000000,\"tags\":[{"
               "\"key\":\"team\",\"value\":\"number %" PRIu32 "\"}]}",
               FIRST_ID + place, i, i, i);
}

static void
add_element (struct replies *r, enum collection which, size_t place, int whole)
{
  uint32_t number = r->all[which].numbers[place];

  if (which == USERS)
    add_user (&r->body, place, number);
  else if (which == GROUPS)
    add_group (&r->body, place, number, whole);
  else
    add_experiment (&r->body, place, number);
}

/* ---- numbers in what was asked ---- */

static size_t
digits (const char *p, const char *end)
{
  size_t n = 0;

  for (; p < end && *p >= '0' && *p <= '9'; p++)
    n = 10 * n + (size_t) (*p - '0');
  return n;
}

/* The number behind a word, or 'otherwise'. */
static size_t
number_after (const char *text, size_t len, const char *word, size_t otherwise)
{
  const char *p = memmem (text, len, word, strlen (word));

  return p ? digits (p + strlen (word), text + len) : otherwise;
}

/* ---- answers ---- */

/* One page; the size is in count= or in "max_results". */
static void
add_list (struct replies *r, enum collection which, const struct call *call)
{
  struct collection_state *c = &r->all[which];
  size_t path_len = strlen (call->path), from, n = PAGE, i;

  if (which == EXPERIMENTS)
    from = number_after (call->body, call->body_len, "\"page_token\":\"", 0);
  else {
    from = number_after (call->path, path_len, "startIndex=", 1) - 1;
    n = number_after (call->path, path_len, "count=", PAGE);
  }
  if (from > c->n)
    from = c->n;
  if (n > c->n - from)
    n = c->n - from;
  mg_buf_addf (&r->body, "{\"totalResults\":%zu,\"startIndex\":%zu,"
               "\"itemsPerPage\":%zu,\"%s\":[", c->n, from + 1, n,
               collections[which].array);
  for (i = from; i < from + n; i++) {
    if (i > from)
      mg_buf_add_byte (&r->body, ',');
    add_element (r, which, i, 0);
  }
  mg_buf_add_byte (&r->body, ']');
  if (which == EXPERIMENTS && from + n < c->n)
    mg_buf_addf (&r->body, ",\"next_page_token\":\"%zu\"", from + n);
  mg_buf_add_byte (&r->body, '}');
}

static int
add_one (struct replies *r, enum collection which, const char *path)
{
  const char *id = strrchr (path, which == EXPERIMENTS ? '=' : '/');
  size_t place = id ? digits (id + 1, path + strlen (path)) : 0;

  if (place < FIRST_ID || place - FIRST_ID >= r->all[which].n)
    return 0;
  if (which == EXPERIMENTS)
    mg_buf_add_str (&r->body, "{\"experiment\":");
  add_element (r, which, place - FIRST_ID, 1);
  if (which == EXPERIMENTS)
    mg_buf_add_byte (&r->body, '}');
  return 1;
}

/* What was sent, with an id in front: so services answer. */
static int
add_created (struct replies *r, enum collection which, const struct call *call)
{
  struct collection_state *c = &r->all[which];
  size_t number = number_after (call->body, call->body_len,
                                collections[which].word, 0);

  if (call->body_len < 2)
    return 0;
  r->n_creates++;
  if (which == EXPERIMENTS)
    mg_buf_addf (&r->body, "{\"experiment_id\":\"%zu\"}", FIRST_ID + c->n);
  else {
    mg_buf_addf (&r->body, "{\"id\":\"%zu\",", FIRST_ID + c->n);
    mg_buf_add (&r->body, call->body + 1, call->body_len - 1);
  }
  put_in (c, (uint32_t) number);
  return 1;
}

static int
is_list (enum collection which, const char *rest)
{
  return which == EXPERIMENTS ? mg_starts (rest, "search") : *rest == '?';
}

static int
is_create (enum collection which, const struct call *call, const char *rest)
{
  return call->is_post
         && (which == EXPERIMENTS ? mg_streq (rest, "create") : *rest == '\0');
}

/* Status of the answer whose body it makes. */
static int
answer_body (struct replies *r, const struct call *call)
{
  int i, status = tree_answer (r, call);

  if (status != 0)
    return status;
  for (i = 0; i < N_COLLECTIONS; i++) {
    const char *rest = call->path + strlen (collections[i].path);

    if (!mg_starts (call->path, collections[i].path))
      continue;
    if (is_list ((enum collection) i, rest)) {
      add_list (r, (enum collection) i, call);
      return 200;
    }
    if (is_create ((enum collection) i, call, rest))
      return add_created (r, (enum collection) i, call) ? 201 : 400;
    if (!call->is_post && add_one (r, (enum collection) i, call->path))
      return 200;
    return 404;
  }
  if (mg_ends (call->path, "/permissionassignments"))
    mg_buf_add_str (&r->body, "{\"error_code\":\"FEATURE_DISABLED\","
                    "\"message\":\"not here\"}");
  else if (mg_ends (call->path, "/Me"))
    mg_buf_add_str (&r->body, "{\"id\":\"1\",\"userName\":\"bench@example.com\","
                    "\"groups\":[{\"display\":\"admins\",\"value\":\"2\"}]}");
  else if (mg_ends (call->path, "/_replier/counters"))
    mg_buf_addf (&r->body, "{\"requests\":%" PRId64 ",\"creates\":%" PRId64 "}",
                 r->n_requests, r->n_creates);
  else
    mg_buf_add_str (&r->body, "{}");
  return mg_starts (r->body.data, "{\"error_code\"") ? 404 : 200;
}

void
replies_answer (struct replies *r, const struct call *call, struct mg_buf *out)
{
  int status;

  r->n_requests++;
  mg_buf_reset (&r->body);
  status = answer_body (r, call);
  if (status >= 400 && r->body.len == 0)
    mg_buf_add_str (&r->body, "{\"error_code\":\"RESOURCE_DOES_NOT_EXIST\","
                    "\"message\":\"no such thing\"}");
  mg_buf_addf (out, "HTTP/1.1 %d %s\r\nContent-Type: application/json\r\n"
               "X-Databricks-Org-Id: %" PRId64 "\r\nContent-Length: %zu\r\n\r\n",
               status, status < 300 ? "OK" : "Refused", r->org_id,
               r->body.len);
  mg_buf_add (out, r->body.data, r->body.len);
}

/* The workspace's tree of the yardstick server: folders of ten folders and
 * fifty notebooks each, below /Shared.  What an object is follows from the
 * number in its name, so one costs a bit, and a source's bodies come out of one
 * text that all share. */
#include <config.h>

#include <inttypes.h>
#include <string.h>

#include "base/alloc.h"
#include "base/rand.h"
#include "base/str.h"
#include "replier.h"

#define API "/api/2.0/workspace/"
#define PERMISSIONS "/api/2.0/permissions/"
#define FAN 10
#define IN_FOLDER 50
#define SHARED_ID 2
#define FIRST_ID 1000000
#define BODY_LEN 5464                /* 4 KiB in base 64 */
#define POOL_LEN 262144

enum sort { ROOT, SHARED, FOLDER, NOTEBOOK, NEITHER };

static const char *const names[] = { [FOLDER] = "folder-",
                                     [NOTEBOOK] = "notebook-" };

/* ---- who is there ---- */

static struct tree_set *
set_of (struct replies *r, enum sort sort)
{
  return &r->tree[sort == NOTEBOOK];
}

static int
has (struct replies *r, enum sort sort, size_t i)
{
  struct tree_set *set = set_of (r, sort);

  return i / 8 < set->cap && (set->bits[i / 8] >> i % 8 & 1);
}

static void
put_in (struct replies *r, enum sort sort, size_t i)
{
  struct tree_set *set = set_of (r, sort);
  size_t cap = set->cap ? set->cap : 1024;

  while (cap <= i / 8)
    cap *= 2;
  if (cap > set->cap) {
    set->bits = mg_xreallocarray (set->bits, cap, 1);
    memset (set->bits + set->cap, 0, cap - set->cap);
    set->cap = cap;
  }
  set->bits[i / 8] |= (unsigned char) (1 << i % 8);
}

void
tree_populate (struct replies *r, int64_t folders, int64_t notebooks)
{
  int64_t i;

  if (folders < (notebooks + IN_FOLDER - 1) / IN_FOLDER)
    folders = (notebooks + IN_FOLDER - 1) / IN_FOLDER;
  for (i = 0; i < folders; i++)
    put_in (r, FOLDER, (size_t) i);
  for (i = 0; i < notebooks; i++)
    put_in (r, NOTEBOOK, (size_t) i);
}

void
tree_done (struct replies *r)
{
  mg_free (r->tree[0].bits);
  mg_free (r->tree[1].bits);
  mg_free (r->pool);
}

/* ---- paths ---- */

static void
add_path (struct mg_buf *b, size_t folder)
{
  if (folder > 0)
    add_path (b, (folder - 1) / FAN);
  else
    mg_buf_add_str (b, "/Shared");
  mg_buf_addf (b, "/%s%zu", names[FOLDER], folder);
}

/* What the last part of a path says; it ends at a quote, '&' or zero. */
static enum sort
read_path (const char *path, const char *end, size_t *ret_number)
{
  const char *p = path, *last = path;
  int sort;

  for (; p < end && *p != '\0' && *p != '"' && *p != '&'; p++) {
    if (*p == '/')
      last = p + 1;
    else if (*p == '%' && p + 2 < end && p[1] == '2' && (p[2] | 32) == 'f')
      last = p + 3;
  }
  if (last >= p)
    return ROOT;
  if (mg_starts (last, "Shared"))
    return SHARED;
  for (sort = FOLDER; sort <= NOTEBOOK; sort++) {
    const char *digit = last + strlen (names[sort]);

    if (!mg_starts (last, names[sort]))
      continue;
    for (*ret_number = 0; digit < p; digit++)
      *ret_number = 10 * *ret_number + (size_t) (*digit - '0');
    return (enum sort) sort;
  }
  return NEITHER;
}

/* ---- elements ---- */

static void
add_object (struct mg_buf *b, enum sort sort, size_t i)
{
  if (sort == ROOT || sort == SHARED) {
    mg_buf_addf (b, "{\"object_type\":\"DIRECTORY\",\"path\":\"%s\","
                 "\"object_id\":%d}", sort == ROOT ? "/" : "/Shared",
                 sort == ROOT ? 0 : SHARED_ID);
    return;
  }
  mg_buf_addf (b, "{\"object_type\":\"%s\",\"path\":\"",
               sort == FOLDER ? "DIRECTORY" : "NOTEBOOK");
  add_path (b, sort == FOLDER ? i : i / IN_FOLDER);
  if (sort == NOTEBOOK)
    mg_buf_addf (b, "/%s%zu\",\"language\":\"PYTHON\",\"created_at\":"
                 "1700000000000,\"modified_at\":1700000000000", names[sort], i);
  else
    mg_buf_add_byte (b, '"');
  mg_buf_addf (b, ",\"object_id\":%zu}", FIRST_ID + 2 * i + (sort == NOTEBOOK));
}

static void
add_if_there (struct replies *r, enum sort sort, size_t i)
{
  if (sort != SHARED && !has (r, sort, i))
    return;
  if (r->body.data[r->body.len - 1] != '[')
    mg_buf_add_byte (&r->body, ',');
  add_object (&r->body, sort, i);
}

static void
add_list (struct replies *r, enum sort sort, size_t folder)
{
  size_t i;

  mg_buf_add_str (&r->body, "{\"objects\":[");
  if (sort == ROOT)
    add_if_there (r, SHARED, 0);
  else if (sort == SHARED)
    add_if_there (r, FOLDER, 0);
  else {
    for (i = 0; i < FAN; i++)
      add_if_there (r, FOLDER, folder * FAN + 1 + i);
    for (i = 0; i < IN_FOLDER; i++)
      add_if_there (r, NOTEBOOK, folder * IN_FOLDER + i);
  }
  mg_buf_add_str (&r->body, "]}");
}

/* Lines of a program, in base 64 from the first byte on. */
static void
fill_pool (struct replies *r)
{
  static const char digits[] =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  MG_CLEANUP (mg_buf_done) struct mg_buf text = MG_BUF_INIT (POOL_LEN);
  struct mg_rand rng;
  size_t i, n = 0;

  mg_rand_seed (&rng, 1);
  while (text.len < POOL_LEN * 3 / 4 - 100)
    mg_buf_addf (&text, "frame_%d = read_table (\"%08" PRIx64 "\")\n",
                 (int) mg_rand_below (&rng, 100),
                 mg_rand_next (&rng) & 0xffffffff);
  r->pool = mg_xcalloc (POOL_LEN, 1);
  for (i = 0; i + 3 <= text.len; i += 3) {
    const unsigned char *t = (const unsigned char *) text.data + i;
    unsigned bits = (unsigned) t[0] << 16 | (unsigned) t[1] << 8 | t[2];

    r->pool[n++] = digits[bits >> 18];
    r->pool[n++] = digits[bits >> 12 & 63];
    r->pool[n++] = digits[bits >> 6 & 63];
    r->pool[n++] = digits[bits & 63];
  }
  r->pool_len = n;
}

static void
add_content (struct replies *r, size_t i)
{
  if (r->pool == NULL)
    fill_pool (r);
  mg_buf_add_str (&r->body, "{\"content\":\"");
  mg_buf_add (&r->body, r->pool + i * 1236 % (r->pool_len - BODY_LEN) / 4 * 4,
              BODY_LEN);
  mg_buf_add_str (&r->body, "\",\"file_type\":\"py\"}");
}

/* ---- answers ---- */

static int
read_object (struct replies *r, const char *what, const struct call *call)
{
  const char *end = call->path + strlen (call->path);
  const char *path = strstr (what, "path=");
  size_t i = 0;
  enum sort sort = path ? read_path (path + 5, end, &i) : NEITHER;

  if (sort == NEITHER || (sort >= FOLDER && !has (r, sort, i)))
    return 404;
  if (mg_starts (what, "list?"))
    add_list (r, sort, i);
  else if (mg_starts (what, "get-status?"))
    add_object (&r->body, sort, i);
  else
    add_content (r, i);
  return 200;
}

static int
make_object (struct replies *r, const struct call *call)
{
  static const char word[] = "\"path\":\"";
  const char *end = call->body + call->body_len;
  const char *path = memmem (call->body, call->body_len, word, strlen (word));
  size_t i = 0;
  enum sort sort = path ? read_path (path + strlen (word), end, &i) : NEITHER;

  if (sort != FOLDER && sort != NOTEBOOK)
    return 400;
  r->n_creates += !has (r, sort, i);
  put_in (r, sort, i);
  mg_buf_add_str (&r->body, "{}");
  return 200;
}

/* Nobody has got anything of its own. */
static void
add_permissions (struct replies *r, const char *what)
{
  const char *sort = mg_starts (what, "notebooks") ? "notebook" : "directory";

  mg_buf_addf (&r->body, "{\"object_id\":\"/%s\",\"object_type\":\"%s\","
               "\"access_control_list\":[{\"group_name\":\"admins\","
               "\"all_permissions\":[{\"permission_level\":\"CAN_MANAGE\","
               "\"inherited\":true,\"inherited_from_object\":["
               "\"/directories/0\"]}]}]}", what, sort);
}

int
tree_answer (struct replies *r, const struct call *call)
{
  const char *what = call->path + strlen (API);

  if (mg_starts (call->path, PERMISSIONS)) {
    add_permissions (r, call->path + strlen (PERMISSIONS));
    return 200;
  }
  if (!mg_starts (call->path, API))
    return 0;
  return call->is_post ? make_object (r, call) : read_object (r, what, call);
}

/* What is too large for the text of an object: kept once, as it came, and shown
 * from there.  See state.h.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include <config.h>

#include <string.h>

#include "base/alloc.h"
#include "call.h"

static const enum sim_kind kinds[] = { SIM_NOTEBOOKS, SIM_FILES };

/* --- bytes ----------------------------------------------------------- */

struct sim_content *
sim_content_new (char *memory, const char *data, size_t len)
{
  struct sim_content *k = mg_xcalloc (1, sizeof *k);

  k->n_refs = 1;
  k->memory = memory;
  k->data = data;
  k->len = len;
  return k;
}

struct sim_content *
sim_content_copy (const char *data, size_t len)
{
  char *memory = mg_xmalloc (len + 1);

  if (len > 0)
    memcpy (memory, data, len);
  memory[len] = '\0';
  return sim_content_new (memory, memory, len);
}

struct sim_content *
sim_content_ref (struct sim_content *k)
{
  k->n_refs++;
  return k;
}

void
sim_content_unref (struct sim_content *k)
{
  if (k == NULL || --k->n_refs > 0)
    return;
  mg_free (k->memory);
  mg_free (k);
}

static void
digest_of (const char *data, size_t len, char ret_text[SIM_DIGEST_SIZE])
{
  unsigned char sha[MG_DIGEST_LEN];

  mg_digest_of (data, len, sha);
  mg_hex (sha, sizeof sha, ret_text);
}

const char *
sim_content_digest (struct sim_content *k)
{
  if (k->digest[0] == '\0')
    digest_of (k->data, k->len, k->digest);
  return k->digest;
}

/* --- of objects ------------------------------------------------------ */

struct sim_content *
sim_object_content (const struct sim_object *o)
{
  return o->links ? o->links->content : NULL;
}

void
sim_object_set_content (struct sim_object *o, struct sim_content *content)
{
  struct sim_content *old = sim_object_content (o);

  if (old != NULL || content != NULL)
    sim_object_links (o)->content = content;
  sim_content_unref (old);
}

void
sim_content_show (const struct sim_object *o, struct json_object *fields)
{
  struct sim_content *k = sim_object_content (o);

  if (k == NULL)
    return;
  sim_json_set_str (fields, "content_sha256", sim_content_digest (k));
  json_object_object_add (fields, "content_size",
                          json_object_new_int64 ((int64_t) k->len));
}

struct sim_content *
sim_content_told (struct json_object *fields)
{
  const char *digest = sim_json_str (fields, "content_sha256");
  struct sim_content *k = NULL;

  if (digest != NULL && strlen (digest) == SIM_DIGEST_SIZE - 1) {
    k = sim_content_new (NULL, NULL,
                         (size_t) sim_json_int (fields, "content_size", 0));
    memcpy (k->digest, digest, SIM_DIGEST_SIZE);
  }
  json_object_object_del (fields, "content_sha256");
  json_object_object_del (fields, "content_size");
  return k;
}

/* --- for the shell --------------------------------------------------- */

int
sim_kept_next (struct sim *s, size_t *pos, struct sim_kept *ret_kept)
{
  size_t i, n = 0;

  for (i = 0; i < MG_N_ELEMENTS (kinds); i++) {
    const struct sim_table *t = &s->tables[kinds[i]];

    for (; *pos - n < t->n_live; ++*pos) {
      struct sim_content *k =
        sim_object_content (sim_table_at (t, (uint32_t) (*pos - n)));

      if (k == NULL)
        continue;
      *ret_kept = (struct sim_kept) { sim_content_digest (k), k->data, k->len };
      ++*pos;
      return 1;
    }
    n += t->n_live;
  }
  return 0;
}

int
sim_kept_give (struct sim *s, char *data, size_t len)
{
  struct sim_content *k = sim_content_new (data, data, len);
  const char *digest = sim_content_digest (k);
  size_t i;
  int n = 0;

  for (i = 0; i < MG_N_ELEMENTS (kinds); i++) {
    const struct sim_table *t = &s->tables[kinds[i]];
    uint32_t j;

    for (j = 0; j < t->n_live; j++) {
      struct sim_object *o = sim_table_at (t, j);
      struct sim_content *told = sim_object_content (o);

      if (told == NULL || told->data != NULL
          || strcmp (told->digest, digest) != 0)
        continue;
      sim_object_set_content (o, sim_content_ref (k));
      n++;
    }
  }
  sim_content_unref (k);
  return n;
}

/* --- in replies ------------------------------------------------------ */

const char *
sim_reply_bytes (const struct sim_reply *r, size_t *ret_len)
{
  *ret_len = r->content ? r->content->len : r->body.len;
  return r->content ? r->content->data : mg_buf_text (&r->body);
}

void
sim_reply_clear (struct sim_reply *r)
{
  mg_buf_reset (&r->body);
  sim_content_unref (r->content);
  r->content = NULL;
}

void
sim_reply_done (struct sim_reply *r)
{
  mg_buf_done (&r->body);
  sim_content_unref (r->content);
  r->content = NULL;
}

/* What every handler uses: the request's parts, and replies.  See call.h.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include <config.h>

#include <stdio.h>
#include <string.h>

#include "base/alloc.h"
#include "base/parse.h"
#include "base/str.h"
#include "call.h"

static int
hex_digit (char c)
{
  if (c >= '0' && c <= '9')
    return c - '0';
  if (c >= 'a' && c <= 'f')
    return c - 'a' + 10;
  if (c >= 'A' && c <= 'F')
    return c - 'A' + 10;
  return -1;
}

char *
sim_url_decode (const char *s, size_t len, int plus)
{
  char *out = mg_xmalloc (len + 1), *w = out;
  size_t i;

  for (i = 0; i < len; i++) {
    if (s[i] == '%' && i + 2 < len && hex_digit (s[i + 1]) >= 0
        && hex_digit (s[i + 2]) >= 0) {
      *w++ = (char) (hex_digit (s[i + 1]) * 16 + hex_digit (s[i + 2]));
      i += 2;
    }
    else
      *w++ = plus && s[i] == '+' ? ' ' : s[i];
  }
  *w = '\0';
  return out;
}

int
sim_call_begin (struct sim_call *c)
{
  const char *target = c->q->target;
  const char *mark = strchr (target, '?');

  c->path = mg_xstrndup (target,
                         mark ? (size_t) (mark - target) : strlen (target));
  c->scim = strstr (c->path, "/scim/v2/") != NULL;
  while (mark != NULL) {
    const char *piece = mark + 1;
    size_t len = strcspn (piece, "&"), name_len = strcspn (piece, "=&");

    mark = piece[len] == '&' ? piece + len : NULL;
    if (len == 0)
      continue;
    if (c->n_query == SIM_MAX_QUERY)
      return -1;
    c->query[c->n_query].name = sim_url_decode (piece, name_len, 1);
    c->query[c->n_query++].value = name_len < len
      ? sim_url_decode (piece + name_len + 1, len - name_len - 1, 1)
      : mg_xstrdup ("");
  }
  return 0;
}

void
sim_call_end (struct sim_call *c)
{
  int i;

  for (i = 0; i < c->n_query; i++) {
    mg_free (c->query[i].name);
    mg_free (c->query[i].value);
  }
  for (i = 0; i < c->n_params; i++)
    mg_free (c->params[i].value);
  mg_free (c->path);
  mg_free (c->effect_key);
  json_object_put (c->body);
}

const char *
sim_query (const struct sim_call *c, const char *name)
{
  int i;

  for (i = 0; i < c->n_query; i++)
    if (strcmp (c->query[i].name, name) == 0)
      return c->query[i].value;
  return NULL;
}

int64_t
sim_query_int (const struct sim_call *c, const char *name, int64_t otherwise)
{
  const char *text = sim_query (c, name);

  if (text != NULL)
    (void) mg_parse_int64 (text, &otherwise);
  return otherwise;
}

const char *
sim_param (const struct sim_call *c, int i)
{
  return i < c->n_params ? c->params[i].value : "";
}

void
sim_header (struct sim_reply *r, const char *name, const char *format, ...)
{
  struct sim_header *h;
  va_list args;

  if (r->n_headers == SIM_MAX_HEADERS)
    return;
  h = &r->headers[r->n_headers++];
  snprintf (h->name, sizeof h->name, "%s", name);
  va_start (args, format);
  vsnprintf (h->value, sizeof h->value, format, args);
  va_end (args);
}

void
sim_fail (struct sim_call *c, int status, const char *code,
          const char *format, ...)
{
  MG_CLEANUP_FREE char *message = NULL;
  struct sim_reply *r = c->r;
  va_list args;

  va_start (args, format);
  message = mg_xvasprintf (format, args);
  va_end (args);
  sim_reply_clear (r);
  r->status = status;
  r->content_type = "application/json";
  if (c->scim) {
    r->content_type = "application/scim+json";
    mg_buf_add_str (&r->body, "{\"schemas\":[\"urn:ietf:params:scim:api:"
                              "messages:2.0:Error\"],\"detail\":");
    mg_buf_add_json (&r->body, message);
    if (code != NULL) {
      mg_buf_add_str (&r->body, ",\"scimType\":");
      mg_buf_add_json (&r->body, code);
    }
    mg_buf_addf (&r->body, ",\"status\":\"%d\"}", status);
    return;
  }
  mg_buf_add_str (&r->body, "{\"error_code\":");
  mg_buf_add_json (&r->body, code ? code : "BAD_REQUEST");
  mg_buf_add_str (&r->body, ",\"message\":");
  mg_buf_add_json (&r->body, message);
  mg_buf_add_byte (&r->body, '}');
}

void
sim_reply_json (struct sim_call *c, int status, struct json_object *o)
{
  size_t len;
  const char *text = json_object_to_json_string_length (
    o, JSON_C_TO_STRING_PLAIN | JSON_C_TO_STRING_NOSLASHESCAPE, &len);

  mg_buf_reset (&c->r->body);
  mg_buf_add (&c->r->body, text, len);
  c->r->status = status;
  c->r->content_type = "application/json";
}

void
sim_reply_empty (struct sim_call *c)
{
  mg_buf_reset (&c->r->body);
  mg_buf_add_str (&c->r->body, "{}");
  c->r->status = 200;
  c->r->content_type = "application/json";
}

void
sim_effect (struct sim_call *c, const char *effect, const char *kind,
            int64_t id, const char *key)
{
  c->effect = effect;
  c->effect_kind = kind;
  snprintf (c->effect_id, sizeof c->effect_id, "%lld", (long long) id);
  mg_free (c->effect_key);
  c->effect_key = mg_xstrdup (key);
}

void
sim_effect_on (struct sim_call *c, const char *effect,
               const struct sim_table *t, const struct sim_object *o,
               const char *key)
{
  sim_effect (c, effect, t->name, o->id, key);
  sim_id_text (t, o->id, c->effect_id);
}

int64_t
sim_new_id (struct sim *s)
{
  return s->id_base + ++s->n_ids;
}

int
sim_visible (struct sim_call *c, const struct sim_object *o)
{
  int is_hidden = c->stale_us > 0 && o->created_us + c->stale_us > c->now_us;

  c->is_altered |= is_hidden;
  return !is_hidden;
}

int
sim_times (struct sim_call *c, int is_first)
{
  int is_twice = c->duplicate && is_first;

  c->is_altered |= is_twice;
  return is_twice ? 2 : 1;
}

int64_t
sim_page_size (const struct sim_call *c, int64_t asked, int64_t service_max)
{
  int64_t size = service_max;

  if (c->s->config.page > 0 && c->s->config.page < size)
    size = c->s->config.page;
  if (asked > 0 && asked < size)
    size = asked;
  return size;
}

int64_t
sim_parse_id (const char *text)
{
  int64_t id;

  if (text == NULL || mg_parse_int64 (text, &id) < 0 || id < 0)
    return -1;
  return id;
}

void
sim_id_text (const struct sim_table *t, int64_t id, char ret_text[SIM_ID_SIZE])
{
  char digits[24];

  snprintf (digits, sizeof digits, "%016" PRId64, id);
  if (t->id_form == SIM_ID_POOL)
    snprintf (ret_text, SIM_ID_SIZE, "%.4s-%.6s-sim%.2s-pool-%s", digits,
              digits + 4, digits + 10, digits + 12);
  else if (t->id_form == SIM_ID_CLUSTER)
    snprintf (ret_text, SIM_ID_SIZE, "%.4s-%.6s-sim%s", digits, digits + 4,
              digits + 10);
  else if (t->id_form == SIM_ID_HEX)
    snprintf (ret_text, SIM_ID_SIZE, "%016" PRIX64, id);
  else if (t->id_form == SIM_ID_HEX32)
    snprintf (ret_text, SIM_ID_SIZE, "%016" PRIx64 "%016" PRIx64, id, id);
  else if (t->id_form == SIM_ID_UUID) {
    snprintf (digits, sizeof digits, "%016" PRIx64, id);
    snprintf (ret_text, SIM_ID_SIZE, "%.8s-%.4s-4%.3s-8%.1s00-000000000000",
              digits, digits + 8, digits + 12, digits + 15);
  }
  else
    snprintf (ret_text, SIM_ID_SIZE, "%" PRId64, id);
}

/* 16 digits; -1: they are something else. */
static int64_t
parse_hex (const char *text)
{
  static const char digits[] = "0123456789ABCDEF";
  int64_t id = 0;

  if (text == NULL || strlen (text) != 16 || text[0] > '7')
    return -1;
  for (; *text != '\0'; text++) {
    const char *digit = strchr (digits, *text);

    if (digit == NULL)
      return -1;
    id = id * 16 + (digit - digits);
  }
  return id;
}

/* Of few objects: looked for. */
static int64_t
find_id (const struct sim_table *t, const char *text)
{
  char id[SIM_ID_SIZE];
  uint32_t i;

  for (i = 0; text != NULL && i < t->n_live; i++) {
    const struct sim_object *o = sim_table_at (t, i);

    sim_id_text (t, o->id, id);
    if (strcmp (id, text) == 0)
      return o->id;
  }
  return -1;
}

int64_t
sim_id_parse (const struct sim_table *t, const char *text)
{
  char digits[24] = "", again[SIM_ID_SIZE];
  const char *p;
  size_t n = 0;
  int64_t id;

  if (t->id_form == SIM_ID_NUMBER)
    return sim_parse_id (text);
  if (t->id_form == SIM_ID_HEX)
    return parse_hex (text);
  if (t->id_form == SIM_ID_HEX32 || t->id_form == SIM_ID_UUID)
    return find_id (t, text);
  for (p = text; p != NULL && *p != '\0' && n + 1 < sizeof digits; p++)
    if (*p >= '0' && *p <= '9')
      digits[n++] = *p;
  id = sim_parse_id (digits);
  if (id < 0)
    return -1;
  sim_id_text (t, id, again);
  return strcmp (again, text) == 0 ? id : -1;
}

struct sim_object *
sim_principal (struct sim *s, int64_t id, enum sim_kind *ret_kind)
{
  static const enum sim_kind kinds[] = { SIM_USERS, SIM_GROUPS,
                                         SIM_PRINCIPALS };
  size_t i;

  for (i = 0; i < MG_N_ELEMENTS (kinds); i++) {
    struct sim_object *o = sim_table_by_id (&s->tables[kinds[i]], id);

    if (o != NULL) {
      if (ret_kind != NULL)
        *ret_kind = kinds[i];
      return o;
    }
  }
  return NULL;
}

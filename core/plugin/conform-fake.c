/* A service table that only records: see conform-fake.h. */
#include <config.h>

#include <stdarg.h>
#include <string.h>

#include "base/alloc.h"
#include "base/json.h"
#include "base/limits.h"
#include "base/str.h"
#include "plugin/check.h"
#include "plugin/conform-fake.h"

#define PAGE_ELEMENTS 3

static struct mg_fake *
fake (struct migrate_ctx *pub)
{
  return (struct mg_fake *) pub;
}

void
mg_fake_wrong (struct mg_fake *f, const char *format, ...)
{
  va_list args;

  if (f->wrong.len > 0)
    return;
  va_start (args, format);
  mg_buf_vaddf (&f->wrong, format, args);
  va_end (args);
}

/* Counts one call of a service that can fail; what it returns when it does. */
static int
enter (struct mg_fake *f, const char *what)
{
  int n = ++f->n_calls;

  if (f->trouble == MG_TROUBLE_STOP && n >= f->at) {
    f->n_after_stop += n > f->at;
    f->troubled = f->must_fail = 1;
    return mg_error_set (&f->ctx.error, MG_E_CANCELLED, "cancelled",
                         "%s: the run is stopping", what);
  }
  if (n != f->at)
    return 0;
  if (f->trouble == MG_TROUBLE_NET) {
    f->troubled = f->must_fail = 1;
    return mg_error_set (&f->ctx.error, MG_E_NET, "net",
                         "%s: the connection broke", what);
  }
  return 0;
}

/* ---- requests ---- */

static int
wants_blob (const struct migrate_request *req)
{
  return req->struct_size > offsetof (struct migrate_request, to_blob)
         && req->to_blob;
}

/* What an answer of this body would be as a file of the session. */
static int
answer_blob (struct mg_fake *f, const char *body,
             const struct migrate_response **ret_res)
{
  struct migrate_response *res = mg_arena_alloc (&f->ctx.arena, sizeof *res);
  char *name = mg_arena_alloc (&f->ctx.arena, 2 * MG_DIGEST_LEN + 1);
  unsigned char sha[MG_DIGEST_LEN];

  mg_digest_of (body, strlen (body), sha);
  mg_hex (sha, sizeof sha, name);
  res->status = 200;
  res->body = res->error_code = "";
  res->body_len = strlen (body);
  res->blob = name;
  if (ret_res != NULL)
    *ret_res = res;
  return 0;
}

static int
answer (struct mg_fake *f, uint32_t status, const char *body, const char *code,
        const struct migrate_response **ret_res)
{
  struct migrate_response *res = mg_arena_alloc (&f->ctx.arena, sizeof *res);

  res->status = status;
  res->body = mg_arena_strdup (&f->ctx.arena, body);
  res->body_len = strlen (body);
  res->error_code = code;
  res->blob = NULL;
  if (ret_res != NULL)
    *ret_res = res;
  return 0;
}

static void
check_parts (struct mg_fake *f, const struct migrate_request *req)
{
  const char *blob;
  uint32_t i;

  if (req->struct_size <= offsetof (struct migrate_request, n_parts))
    return;
  if (req->n_parts > 0 && (req->parts == NULL || req->body != NULL))
    mg_fake_wrong (f, "it sent parts to '%s' beside a body, or none",
                   req->call ? req->call : "");
  for (i = 0; req->parts != NULL && i < req->n_parts; i++) {
    blob = req->parts[i].blob;
    if (req->parts[i].data == NULL
        && (blob == NULL || strspn (blob, "0123456789abcdef") != 2 * MG_DIGEST_LEN))
      mg_fake_wrong (f, "part %u of a body is neither bytes nor a blob", i);
  }
}

static int
check_request (struct mg_fake *f, const struct migrate_request *req)
{
  if (req->struct_size < offsetof (struct migrate_request, body_len))
    mg_fake_wrong (f, "a request was not begun with MIGRATE_REQUEST_INIT");
  if (req->call == NULL || !mg_call_ok (req->call))
    mg_fake_wrong (f, "it asked for '%s', which is not \"METHOD /path\"",
                   req->call ? req->call : "(null)");
  else if (strstr (req->call, "{id}") != NULL)
    mg_fake_wrong (f, "it left {id} in '%s'", req->call);
  if (req->effect > MIGRATE_CREATING)
    mg_fake_wrong (f, "an effect of %u, which does not exist", req->effect);
  if (f->only_reads && req->effect != MIGRATE_READ)
    mg_fake_wrong (f, "it writes where it may only read: '%s'", req->call);
  if (req->body != NULL && req->content_type == NULL
      && mg_json_check (req->body, req->body_len, NULL) < 0)
    mg_fake_wrong (f, "it sent a body that is not JSON to '%s'", req->call);
  check_parts (f, req);
  return f->wrong.len > 0 ? MG_E_INVALID : 0;
}

static int
count_create (struct mg_fake *f, uint32_t effect)
{
  if (effect != MIGRATE_CREATING || f->n_creates++ == 0)
    return 0;
  mg_fake_wrong (f, "it sent a second create for one asset [two-creates]");
  return mg_error_set (&f->ctx.error, MG_E_INVALID, "two-creates",
                       "the plugin sent a second create for one asset");
}

static int
fake_request (struct migrate_ctx *pub, const struct migrate_request *req,
              const struct migrate_response **ret_res)
{
  struct mg_fake *f = fake (pub);
  int r = check_request (f, req);
  const char *body;

  f->n_requests++;
  if (r < 0)
    return mg_error_set (&f->ctx.error, r, "bad-call", "refused: %s",
                         mg_buf_text (&f->wrong));
  r = enter (f, "request");
  if (r == 0)
    r = count_create (f, req->effect);
  if (r < 0)
    return r;
  if (f->trouble == MG_TROUBLE_REFUSED && f->n_calls == f->at) {
    f->troubled = 1;
    f->n_creates -= req->effect == MIGRATE_CREATING;
    answer (f, 400, "{\"error_code\":\"INVALID_PARAMETER_VALUE\","
            "\"message\":\"no\"}", "INVALID_PARAMETER_VALUE", ret_res);
    return mg_error_set (&f->ctx.error, MG_E_REMOTE, "remote",
                         "%s: 400 INVALID_PARAMETER_VALUE: no", req->call);
  }
  body = f->trouble == MG_TROUBLE_ODD ? f->odd_body : mg_buf_text (&f->answer);
  return wants_blob (req) ? answer_blob (f, body, ret_res)
         : answer (f, 200, body, "", ret_res);
}

static const struct migrate_kind *
own_kind (struct mg_fake *f, const struct migrate_kind *k, const char *what)
{
  uint32_t i;

  for (i = 0; k != NULL && i < f->plugin->p.n_kinds; i++)
    if (mg_streq (f->plugin->kinds[i].name, k->name))
      return &f->plugin->kinds[i];
  mg_fake_wrong (f, "%s was given a kind that is not the plugin's", what);
  return NULL;
}

static int
fake_pages (struct migrate_ctx *pub, const struct migrate_kind *k,
            mg_element_fn each, void *opaque)
{
  struct mg_fake *f = fake (pub);
  const struct migrate_kind *kind = own_kind (f, k, "migrate_pages");
  const char *element = f->trouble == MG_TROUBLE_ODD ? f->odd_body
                        : mg_buf_text (&f->sample);
  int i, r = enter (f, "list");

  if (r == 0 && kind != NULL && kind->list == NULL)
    mg_fake_wrong (f, "migrate_pages for a kind without 'list'");
  f->n_requests++;
  for (i = 0; i < PAGE_ELEMENTS && r == 0; i++)
    r = each (pub, opaque, element, strlen (element));
  return r;
}

/* ---- what a callback reports ---- */

static int
fake_emit (struct migrate_ctx *pub, const struct migrate_kind *k,
           const char *json, size_t len)
{
  struct mg_fake *f = fake (pub);
  const struct migrate_kind *kind = own_kind (f, k, "migrate_emit");
  MG_CLEANUP_FREE char *id = NULL;
  int r = enter (f, "emit");

  if (r < 0 || kind == NULL)
    return r < 0 ? r : MG_E_INVALID;
  id = mg_json_get_text (json, len, kind->id);
  if (id == NULL) {
    if (f->trouble != MG_TROUBLE_ODD)
      mg_fake_wrong (f, "it emitted an asset without '%s'", kind->id);
    return mg_error_set (&f->ctx.error, MG_E_PROTOCOL, "no-id",
                         "an asset without '%s'", kind->id);
  }
  if (mg_json_check (json, len, NULL) < 0)
    mg_fake_wrong (f, "it emitted an asset that is not JSON");
  f->n_emitted++;
  return 0;
}

static int
fake_emit_stub (struct migrate_ctx *pub, const struct migrate_kind *k,
                const char *id, const char *stamp)
{
  struct mg_fake *f = fake (pub);
  const struct migrate_kind *kind = own_kind (f, k, "migrate_emit_stub");
  int r = enter (f, "emit");

  (void) stamp;
  if (r < 0 || kind == NULL)
    return r < 0 ? r : MG_E_INVALID;
  if (id == NULL) {
    mg_fake_wrong (f, "it emitted a stub without an id");
    return MG_E_INVALID;
  }
  if (kind->get == NULL && f->plugin->p.fetch_asset == NULL)
    mg_fake_wrong (f, "it emitted a stub of %s, which have neither 'get' nor "
                   "fetch_asset", kind->name);
  f->n_emitted++;
  return 0;
}

static int
fake_generic (struct migrate_ctx *pub, const struct migrate_asset *a)
{
  struct mg_fake *f = fake (pub);
  int r = enter (f, "request");

  f->n_requests++;
  if (a->phase == MIGRATE_MERGE)
    mg_fake_wrong (f, "it called migrate_generic to merge, which does nothing");
  if (r == 0 && a->phase == MIGRATE_CREATE)
    r = count_create (f, MIGRATE_CREATING);
  if (r == 0)
    f->generic = 1;
  return r;
}

static int
fake_created (struct migrate_ctx *pub, const char *id, const char *json,
              size_t len)
{
  struct mg_fake *f = fake (pub);

  if (id == NULL || *id == '\0')
    mg_fake_wrong (f, "migrate_created without an id");
  if (json != NULL && mg_json_check (json, len, NULL) < 0
      && f->trouble != MG_TROUBLE_ODD)
    mg_fake_wrong (f, "migrate_created with a body that is not JSON");
  if (f->created++)
    mg_fake_wrong (f, "migrate_created was called twice for one asset");
  return 0;
}

static void
check_code (struct mg_fake *f, const char *service, const char *code)
{
  const struct migrate_code *have = f->plugin->p.codes;

  for (; have != NULL && have->code != NULL; have++)
    if (strcmp (have->code, code) == 0)
      return;
  mg_fake_wrong (f, "%s with the code '%s', which the plugin does not declare",
                 service, code);
}

static int
fake_manual (struct migrate_ctx *pub, const char *code, const char *text)
{
  struct mg_fake *f = fake (pub);

  if (code == NULL || text == NULL)
    mg_fake_wrong (f, "migrate_manual without a code or text");
  else
    check_code (f, "migrate_manual", code);
  f->manual = 1;
  return 0;
}

static int
fake_fail (struct migrate_ctx *pub, int code, const char *word,
           const char *text)
{
  struct mg_fake *f = fake (pub);

  if (code >= 0)
    mg_fake_wrong (f, "migrate_fail with %d, which is no error", code);
  if (text == NULL || *text == '\0') {
    mg_fake_wrong (f, "migrate_fail without a text");
    text = "?";
  }
  if (word != NULL)
    check_code (f, "migrate_fail", word);
  return mg_services.fail (pub, code, word, text);
}

static const char *
fake_option (struct migrate_ctx *pub, const char *name)
{
  struct mg_fake *f = fake (pub);
  const struct migrate_option *have = f->plugin->p.options;

  for (; have != NULL && have->name != NULL; have++)
    if (mg_streq (have->name, name))
      return f->option == NULL || have->argument == NULL
             || strchr (have->argument, '|') == NULL ? f->option
             : mg_arena_strndup (&f->ctx.arena, have->argument,
                                 strcspn (have->argument, "|"));
  mg_fake_wrong (f, "it asked for the option '%s', which it does not declare",
                 name ? name : "(null)");
  return NULL;
}

static uint32_t
fake_end (struct migrate_ctx *pub)
{
  return fake (pub)->end;
}

/* A target: there plugins do more. */
static int
fake_is_source (struct migrate_ctx *pub)
{
  (void) pub;
  return 0;
}

static void
fake_note (struct migrate_ctx *pub, const char *text)
{
  if (text == NULL)
    mg_fake_wrong (fake (pub), "migrate_note without a text");
}

void
mg_fake_init (struct mg_fake *f, const struct mg_plugin *plugin)
{
  memset (f, 0, sizeof *f);
  mg_ctx_init (&f->ctx, NULL, NULL, NULL);
  mg_buf_init (&f->sample, MG_MAX_ELEMENT);
  mg_buf_init (&f->answer, MG_MAX_BODY);
  mg_buf_init (&f->wrong, MG_MAX_PATH);
  f->plugin = plugin;
  f->table = mg_services;
  f->table.request = fake_request;
  f->table.pages = fake_pages;
  f->table.emit = fake_emit;
  f->table.emit_stub = fake_emit_stub;
  f->table.generic = fake_generic;
  f->table.created = fake_created;
  f->table.manual = fake_manual;
  f->table.fail = fake_fail;
  f->table.option = fake_option;
  f->table.end = fake_end;
  f->table.note = fake_note;
  f->table.is_source = fake_is_source;
  f->ctx.pub.core = &f->table;
}

void
mg_fake_done (struct mg_fake *f)
{
  mg_buf_done (&f->sample);
  mg_buf_done (&f->answer);
  mg_buf_done (&f->wrong);
  mg_ctx_done (&f->ctx);
}

void
mg_fake_begin (struct mg_fake *f)
{
  mg_ctx_begin (&f->ctx, NULL, NULL);
  mg_buf_reset (&f->wrong);
  f->n_calls = f->n_requests = f->n_creates = f->n_emitted = 0;
  f->n_after_stop = f->troubled = f->must_fail = 0;
  f->created = f->manual = f->generic = 0;
}

/* ---- canned assets ---- */

/* Where a value can be put: no wildcard, no text inside a string. */
static int
is_plain (const char *path)
{
  return path != NULL && *path != '\0' && strpbrk (path, "*[|") == NULL;
}

static void
set (struct mg_buf *json, const char *path, const char *value)
{
  struct mg_buf out = MG_BUF_INIT (MG_MAX_BODY);
  struct mg_edit edit = { .op = MG_EDIT_SET, .path = path, .value = value };

  if (is_plain (path)
      && mg_json_edit (json->data, json->len, &edit, 1, &out, NULL) == 0)
    mg_buf_move (json, &out);
  mg_buf_done (&out);
}

static void
make_sample (const struct migrate_kind *k, struct mg_buf *json)
{
  const struct migrate_ref *ref;
  const struct migrate_alias *alias;
  const char *const *merge;

  mg_buf_add_str (json, "{\"unknown\":{\"kept\":[1,12345678901234567890]}}");
  for (ref = k->refs; ref != NULL && ref->path != NULL; ref++)
    set (json, ref->path, "\"7\"");
  for (alias = k->aliases; alias != NULL && alias->ns != NULL; alias++)
    set (json, alias->path, "\"an alias\"");
  for (merge = k->merge; merge != NULL && *merge != NULL; merge++)
    set (json, *merge, "[{\"value\":\"7\",\"name\":\"seven\"},"
         "{\"value\":\"8\",\"name\":\"eight\"}]");
  set (json, k->created, "1500000000000");
  set (json, k->creator, "\"someone@example.com\"");
  set (json, k->key, "\"canned 'name'\"");
  set (json, k->id, "\"1\"");
}

void
mg_fake_kind (struct mg_fake *f, const struct migrate_kind *kind,
              const struct mg_sample *sample)
{
  MG_CLEANUP_FREE char *list = NULL;

  f->kind = kind;
  mg_buf_reset (&f->sample);
  mg_buf_reset (&f->answer);
  if (sample != NULL)
    mg_buf_add (&f->sample, sample->json, sample->len);
  else
    make_sample (kind, &f->sample);
  mg_buf_add (&f->answer, f->sample.data, f->sample.len);
  list = mg_xasprintf ("[%s]", mg_buf_text (&f->sample));
  set (&f->answer, kind->array, list);
  set (&f->answer, kind->unwrap, mg_buf_text (&f->sample));
}

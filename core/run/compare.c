/* When are two bodies the same asset?  See state.h. */
#include <config.h>

#include <string.h>

#include "base/alloc.h"
#include "base/str.h"
#include "run/compare.h"
#include "run/state.h"

#define MAX_PATHS 64

struct paths {
  const char *ignore[MAX_PATHS];
  const char *nocase[MAX_PATHS];
  struct mg_json_rules rules;
};

static int
add_all (const char **to, int n, const char *const *from)
{
  for (; from != NULL && *from != NULL && n < MAX_PATHS - 1; from++)
    to[n++] = *from;
  return n;
}

static void
rules_of (const struct mg_kind *kind, struct paths *p)
{
  const struct migrate_set *set;
  int n;

  memset (p, 0, sizeof *p);
  n = add_all (p->ignore, 0, kind->k->owned);
  for (set = kind->k->set; set != NULL && set->path != NULL
       && n < MAX_PATHS - 1; set++)
    p->ignore[n++] = set->path;
  n = add_all (p->nocase, 0, kind->k->nocase);
  if (kind->k->flags & MIGRATE_KIND_NOCASE)
    p->nocase[n++] = kind->k->key;
  p->rules.ignore = p->ignore;
  p->rules.nocase = p->nocase;
  p->rules.unordered = kind->k->unordered;
  p->rules.absent_is_default = 1;
}

/* What the service worked out of this body. */
static void
ignore_derived (struct paths *p, const struct mg_kind *kind, const char *json,
                size_t len)
{
  const char *derived[MG_MAX_DERIVED + 1];
  int n = 0;

  while (p->ignore[n] != NULL)
    n++;
  mg_run_derived (kind, json, len, NULL, derived);
  add_all (p->ignore, n, derived);
}

/* Does the object stand there that holds what is forced? */
static int
is_there (const char *json, size_t len, const char *path)
{
  const char *dot = strrchr (path, '.');
  MG_CLEANUP_FREE char *parent =
    mg_xstrndup (path, dot ? (size_t) (dot - path) : 0);
  struct mg_span object;

  return mg_json_get (json, len, parent, &object) == 1
         && mg_json_type (object) == '{';
}

/* What is forced where its object is there counts as it is forced: without it
 * the object might be empty, and an empty one is none. */
static int
with_forced (const struct mg_kind *kind, const char *json, size_t len,
             struct mg_buf *ret_json, struct mg_error *err)
{
  const struct migrate_set *set = kind->k->set_there;
  struct mg_edit edits[MAX_PATHS];
  size_t n = 0;

  for (; set != NULL && set->path != NULL && n < MAX_PATHS; set++)
    if (is_there (json, len, set->path))
      edits[n++] = (struct mg_edit) { .op = MG_EDIT_SET, .path = set->path,
                                      .value = set->value };
  if (n > 0)
    return mg_json_edit (json, len, edits, n, ret_json, err);
  mg_buf_add (ret_json, json, len);
  return mg_buf_check (ret_json, "body", err);
}

static int
form (const struct mg_kind *kind, struct paths *p, const char *json, size_t len,
      struct mg_buf *ret_text, struct mg_error *err)
{
  MG_CLEANUP (mg_buf_done) struct mg_buf forced = MG_BUF_INIT (MG_MAX_ELEMENT);
  int r;

  ignore_derived (p, kind, json, len);
  if (kind->k->set_there == NULL)
    return mg_json_canonical (json, len, &p->rules, ret_text, err);
  r = with_forced (kind, json, len, &forced, err);
  return r < 0 ? r : mg_json_canonical (mg_buf_text (&forced), forced.len,
                                        &p->rules, ret_text, err);
}

int
mg_compare_form (const struct mg_kind *kind, const char *json, size_t len,
                 struct mg_buf *ret_text, struct mg_error *err)
{
  struct paths p;

  rules_of (kind, &p);
  return form (kind, &p, json, len, ret_text, err);
}

int
mg_compare_form_of_update (const struct mg_kind *kind, const char *json,
                           size_t len, struct mg_buf *ret_text,
                           struct mg_error *err)
{
  struct paths p;
  int n = 0;

  rules_of (kind, &p);
  while (p.ignore[n] != NULL)
    n++;
  add_all (p.ignore, n, kind->k->fixed);
  return form (kind, &p, json, len, ret_text, err);
}

int
mg_compare_diff (const struct mg_kind *kind, const struct mg_buf *source,
                 const struct mg_buf *target,
                 int (*each) (void *opaque, const char *path,
                              struct mg_span source, struct mg_span target),
                 void *opaque, struct mg_error *err)
{
  struct paths p;

  rules_of (kind, &p);
  return mg_json_diff (mg_buf_text (source), source->len, mg_buf_text (target),
                       target->len, &p.rules, each, opaque, err);
}

const char *
mg_compare_same (const struct mg_kind *kind, const char *left, size_t left_len,
                 const char *right, size_t right_len)
{
  const char *const *path = kind->k->same;

  for (; path != NULL && *path != NULL; path++) {
    MG_CLEANUP_FREE char *one = mg_json_get_text (left, left_len, *path);
    MG_CLEANUP_FREE char *two = mg_json_get_text (right, right_len, *path);

    if (!mg_streq (one ? one : "", two ? two : ""))
      return *path;
  }
  return NULL;
}

int
mg_compare_sent (const struct mg_kind *kind, const char *sent, size_t sent_len,
                 const char *found, size_t found_len)
{
  const struct migrate_set *set = kind->k->set_there;
  struct paths p;
  int n = 0;

  rules_of (kind, &p);
  while (p.ignore[n] != NULL)
    n++;
  for (; set != NULL && set->path != NULL && n < MAX_PATHS - 1; set++)
    p.ignore[n++] = set->path;     /* somebody may have changed it since */
  add_all (p.ignore, n, kind->k->later);
  ignore_derived (&p, kind, sent, sent_len);
  return mg_json_subset (sent, sent_len, found, found_len, &p.rules, NULL) > 0;
}

static int
is_other (void *opaque, struct mg_span value)
{
  const char *forced = opaque;

  return value.len != strlen (forced) || memcmp (value.p, forced, value.len) != 0;
}

int
mg_compare_is_forced (const struct mg_kind *kind, const char *json, size_t len)
{
  const struct migrate_set *const sets[] = { kind->k->set, kind->k->set_there };
  const struct migrate_set *set;
  size_t i;

  for (i = 0; i < MG_N_ELEMENTS (sets); i++)
    for (set = sets[i]; set != NULL && set->path != NULL; set++)
      if (mg_json_each (json, len, set->path, is_other,
                        (void *) (uintptr_t) set->value) > 0)
        return 0;
  return 1;
}

static int
lacks (void *opaque, struct mg_span object)
{
  struct mg_span leaf;

  return mg_json_type (object) == '{'
         && mg_json_get (object.p, object.len, opaque, &leaf) != 1;
}

/* Does an object stand there that does not say what would be forced? */
static int
is_silent (const struct migrate_set *set, const char *json, size_t len)
{
  const char *dot = strrchr (set->path, '.');
  MG_CLEANUP_FREE char *holder =
    mg_xstrndup (set->path, dot ? (size_t) (dot - set->path) : 0);

  return dot != NULL && mg_json_each (json, len, holder, lacks,
                                      (void *) (uintptr_t) (dot + 1)) > 0;
}

int
mg_compare_would_force (const struct migrate_set *set, int there, const char *json,
                        size_t len)
{
  return mg_json_each (json, len, set->path, is_other,
                       (void *) (uintptr_t) set->value) > 0
         || (there && is_silent (set, json, len));
}

int
mg_compare_is_off (const struct mg_kind *kind, const struct mg_buf *source,
                   const struct mg_buf *target)
{
  const struct migrate_set *const sets[] = { kind->k->set, kind->k->set_there };
  const struct migrate_set *set;
  int was_on = 0;
  size_t i;

  for (i = 0; i < MG_N_ELEMENTS (sets); i++)
    for (set = sets[i]; set != NULL && set->path != NULL && !was_on; set++)
      was_on = mg_compare_would_force (set, i > 0, mg_buf_text (source),
                                       source->len);
  return was_on && mg_compare_is_forced (kind, mg_buf_text (target), target->len);
}

/* ---- unions, for what import adds to an adopted asset ---- */

struct join {
  const struct mg_kind *kind;
  struct mg_span before;           /* the array as it was; may be absent */
  struct mg_buf *out;
  int n, has;
  struct mg_span element;
};

static int
same_element (void *opaque, struct mg_span other)
{
  struct join *j = opaque;

  return mg_json_subset (j->element.p, j->element.len, other.p, other.len, NULL,
                         NULL);
}

static int
keep_element (void *opaque, struct mg_span element)
{
  struct join *j = opaque;

  if (j->n++ > 0)
    mg_buf_add_byte (j->out, ',');
  return mg_buf_add (j->out, element.p, element.len);
}

static int
add_element (void *opaque, struct mg_span element)
{
  struct join *j = opaque;
  int r = 0;

  j->element = element;
  if (j->has)
    r = mg_json_each (j->before.p, j->before.len, "[*]", same_element, j);
  if (r != 0)
    return r < 0 ? r : 0;
  return keep_element (j, element);
}

/* The array: what was there, and what is wanted and was not.  Without memory
 * for all of it there is none: an element left out would look like a
 * difference. */
static int
join_arrays (struct join *j, struct mg_span more, struct mg_error *err)
{
  int r = 0;

  mg_buf_add_byte (j->out, '[');
  if (j->has)
    r = mg_json_each (j->before.p, j->before.len, "[*]", keep_element, j);
  if (r == 0 && more.p != NULL)
    r = mg_json_each (more.p, more.len, "[*]", add_element, j);
  mg_buf_add_byte (j->out, ']');
  if (r < 0 && !j->out->failed)
    return mg_error_set (err, r, "too-large", "no memory to compare JSON");
  return mg_buf_check (j->out, "an array", err);
}

int
mg_compare_union (const struct mg_kind *kind, const char *before,
                  size_t before_len, const char *wanted, size_t wanted_len,
                  struct mg_buf *ret_json, struct mg_error *err)
{
  const char *const *path;
  struct mg_buf body = MG_BUF_INIT (MG_MAX_ELEMENT);
  int r = 0;

  if (mg_buf_add (&body, before, before_len) < 0)
    r = mg_buf_check (&body, "body", err);
  for (path = kind->k->merge; path != NULL && *path != NULL && r == 0; path++) {
    struct mg_buf array = MG_BUF_INIT (MG_MAX_ELEMENT);
    struct mg_buf next = MG_BUF_INIT (MG_MAX_ELEMENT);
    struct join j = { .kind = kind, .out = &array };
    struct mg_span more = { NULL, 0 };
    struct mg_edit edit = { .op = MG_EDIT_SET, .path = *path };

    j.has = mg_json_get (before, before_len, *path, &j.before) == 1;
    mg_json_get (wanted, wanted_len, *path, &more);
    r = join_arrays (&j, more, err);
    edit.value = mg_buf_text (&array);
    if (r == 0 && j.n > 0)
      r = mg_json_edit (mg_buf_text (&body), body.len, &edit, 1, &next, err);
    if (j.n > 0 && r >= 0)
      mg_buf_move (&body, &next);
    mg_buf_done (&array);
    mg_buf_done (&next);
  }
  if (r >= 0 && mg_buf_add (ret_json, mg_buf_text (&body), body.len) < 0)
    r = mg_buf_check (ret_json, "body", err);
  mg_buf_done (&body);
  return r < 0 ? r : 0;
}

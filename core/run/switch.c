/* See switch.h. */
#include <config.h>

#include <stdio.h>
#include <string.h>

#include "base/alloc.h"
#include "base/limits.h"
#include "base/str.h"
#include "run/switch.h"

#define MAX_STATUS 64

struct place {
  const struct migrate_set *set;
  char member[100];                /* as it is sent */
  char holder[200];                /* in the whole body; without "[*]" */
  const char *leaf;
  int is_array;
};

/* 1, or 0: a path of another form is none of ours. */
static int
parse (const struct migrate_kind *k, const struct migrate_set *set,
       struct place *ret)
{
  const char *dot = strrchr (set->path, '.');
  size_t len = dot ? (size_t) (dot - set->path) : 0;
  size_t skip = k->send ? strlen (k->send) + 1 : 0;

  if (dot == NULL || len >= sizeof ret->holder || len <= skip)
    return 0;
  ret->set = set;
  ret->leaf = dot + 1;
  ret->is_array = len > 3 && memcmp (dot - 3, "[*]", 3) == 0;
  len -= ret->is_array ? 3 : 0;
  snprintf (ret->holder, sizeof ret->holder, "%.*s", (int) len, set->path);
  snprintf (ret->member, sizeof ret->member, "%s", ret->holder + skip);
  return 1;
}

static int
is_on (const struct mg_switch *sw, const struct place *p, struct mg_span holder)
{
  struct mg_span value;

  if (mg_json_get (holder.p, holder.len, p->leaf, &value) != 1)
    return strcmp (sw->absent, p->set->value) != 0;
  return value.len != strlen (p->set->value)
         || memcmp (value.p, p->set->value, value.len) != 0;
}

/* ---- building an object of the members ---- */

/* What is to stand at the LEAF, as JSON; NULL = as it is. */
typedef const char *(*status_fn) (void *opaque, const struct place *p,
                                  struct mg_span holder);

struct build {
  const struct place *p;
  status_fn status;
  void *opaque;
  struct mg_buf *out;
  struct mg_error *err;
  int n, changed;
};

static int
build_one (void *opaque, struct mg_span holder)
{
  struct build *b = opaque;
  struct mg_edit edit = { .op = MG_EDIT_SET, .path = b->p->leaf };

  if (b->n++ > 0)
    mg_buf_add_byte (b->out, ',');
  if (mg_json_type (holder) == '{')
    edit.value = b->status (b->opaque, b->p, holder);
  if (edit.value == NULL)
    return mg_buf_add (b->out, holder.p, holder.len);
  b->changed = 1;
  return mg_json_edit (holder.p, holder.len, &edit, 1, b->out, b->err);
}

/* 1 built, 2 with changes, 0 the body has no such member. */
static int
build_member (struct build *b, const char *json, size_t len)
{
  struct mg_span span;
  int r;

  if (mg_json_get (json, len, b->p->holder, &span) != 1
      || mg_json_type (span) != (b->p->is_array ? '[' : '{'))
    return 0;
  if (b->p->is_array) {
    mg_buf_add_byte (b->out, '[');
    r = mg_json_each (span.p, span.len, "[*]", build_one, b);
    mg_buf_add_byte (b->out, ']');
  }
  else
    r = build_one (b, span);
  return r < 0 ? r : 1 + b->changed;
}

/* The members whose statuses 'status' gives: all of them, or those that change;
 * how many these are, or negative. */
static int
build_all (const struct mg_switch *sw, const char *json, size_t len,
           int only_changed, status_fn status, void *opaque, struct mg_buf *out,
           struct mg_error *err)
{
  const struct migrate_set *const sets[] = { sw->k->set, sw->k->set_there };
  const struct migrate_set *set;
  size_t i;
  int n = 0, r = 0;

  for (i = 0; i < MG_N_ELEMENTS (sets); i++)
    for (set = sets[i]; r >= 0 && set != NULL && set->path != NULL; set++) {
      MG_CLEANUP (mg_buf_done) struct mg_buf one = MG_BUF_INIT (MG_MAX_ELEMENT);
      struct place p;
      struct build b = { &p, status, opaque, &one, err, 0, 0 };

      if (!parse (sw->k, set, &p))
        continue;
      r = build_member (&b, json, len);
      if (r > only_changed) {
        mg_buf_addf (out, "%s\"%s\":", n++ ? "," : "", p.member);
        mg_buf_add (out, mg_buf_text (&one), one.len);
      }
      if (r >= 0 && mg_buf_check (&one, "a member", err) < 0)
        r = err->code;
    }
  if (r >= 0)
    r = mg_buf_check (out, "members", err);
  return r < 0 ? r : n;
}

/* In an object of the form of a body, or of what is sent. */
static int
build_object (const struct mg_switch *sw, const char *json, size_t len,
              int is_part, status_fn status, void *opaque, struct mg_buf *out,
              struct mg_error *err)
{
  int wrap = is_part && sw->k->send != NULL, n;

  mg_buf_reset (out);
  if (wrap)
    mg_buf_addf (out, "{\"%s\":", sw->k->send);
  mg_buf_add_byte (out, '{');
  n = build_all (sw, json, len, !is_part, status, opaque, out, err);
  mg_buf_add_str (out, wrap ? "}}" : "}");
  return n < 0 ? n : n > 0;
}

static const char *
as_it_is (void *opaque, const struct place *p, struct mg_span holder)
{
  (void) opaque, (void) p, (void) holder;
  return NULL;
}

int
mg_switch_part (const struct mg_switch *sw, const char *json, size_t len,
                struct mg_buf *ret_part, struct mg_error *err)
{
  return build_object (sw, json, len, 1, as_it_is, NULL, ret_part, err);
}

static const char *
forced (void *opaque, const struct place *p, struct mg_span holder)
{
  return is_on (opaque, p, holder) ? p->set->value : NULL;
}

int
mg_switch_off (const struct mg_switch *sw, const char *json, size_t len,
               struct mg_buf *ret_members, struct mg_error *err)
{
  return build_object (sw, json, len, 0, forced, (void *) (uintptr_t) sw,
                       ret_members, err);
}

/* ---- what is on ---- */

struct counter {
  const struct mg_switch *sw;
  int n, r;
  int (*each) (void *opaque, const char *holder, struct mg_span value);
  void *opaque;
};

static const char *
count_on (void *opaque, const struct place *p, struct mg_span holder)
{
  struct counter *c = opaque;
  char path[210];

  if (!is_on (c->sw, p, holder))
    return NULL;
  c->n++;
  snprintf (path, sizeof path, "%s%s", p->holder, p->is_array ? "[*]" : "");
  if (c->each != NULL && c->r == 0)
    c->r = c->each (c->opaque, path, holder);
  return NULL;
}

static int
count (struct counter *c, const char *json, size_t len)
{
  MG_CLEANUP (mg_buf_done) struct mg_buf scratch = MG_BUF_INIT (MG_MAX_ELEMENT);
  struct mg_error err = MG_ERROR_INIT;
  int r = build_object (c->sw, json, len, 1, count_on, c, &scratch, &err);

  return r < 0 ? r : c->n;
}

int
mg_switch_is_on (const struct mg_switch *sw, const char *json, size_t len)
{
  struct counter c = { .sw = sw };

  return count (&c, json, len) > 0;
}

int
mg_switch_each_on (const struct mg_switch *sw, const struct mg_buf *json,
                   int (*each) (void *opaque, const char *holder,
                                struct mg_span value),
                   void *opaque)
{
  struct counter c = { .sw = sw, .each = each, .opaque = opaque };
  int r = count (&c, mg_buf_text (json), json->len);

  return r < 0 ? r : c.r;
}

/* ---- now and then ---- */

struct former {
  const struct mg_switch *sw;
  const struct mg_buf *json;
  uint64_t used;                   /* elements of an array, the first 64 */
  const struct place *p;           /* ... which */
  char member[100];                /* ... of this member */
  char value[MAX_STATUS];
  int n_set, n_there, n_theirs, n_found;
};

static int
same_but_leaf (const struct place *p, struct mg_span a, struct mg_span b)
{
  const char *ignore[] = { p->leaf, NULL };
  const struct mg_json_rules rules = { .ignore = ignore,
                                       .absent_is_default = 1 };
  MG_CLEANUP (mg_buf_done) struct mg_buf x = MG_BUF_INIT (MG_MAX_ELEMENT);
  MG_CLEANUP (mg_buf_done) struct mg_buf y = MG_BUF_INIT (MG_MAX_ELEMENT);

  return mg_json_canonical (a.p, a.len, &rules, &x, NULL) == 0
         && mg_json_canonical (b.p, b.len, &rules, &y, NULL) == 0
         && x.len == y.len
         && memcmp (mg_buf_text (&x), mg_buf_text (&y), x.len) == 0;
}

struct search {
  struct former *f;
  const struct place *p;
  struct mg_span wanted, found;
  unsigned at;
};

static int
look_at_element (void *opaque, struct mg_span element)
{
  struct search *s = opaque;
  uint64_t bit = s->at < 64 ? UINT64_C (1) << s->at : 0;

  s->at++;
  if ((s->f->used & bit) != 0 || !same_but_leaf (s->p, s->wanted, element))
    return 0;
  s->f->used |= bit;
  s->found = element;
  return 1;
}

/* What the former state has in the place of this holder; p NULL = nothing. */
static struct mg_span
counterpart (struct former *f, const struct place *p, struct mg_span holder)
{
  struct search s = { f, p, holder, { NULL, 0 }, 0 };
  struct mg_span list = { NULL, 0 };

  if (strcmp (f->member, p->member) != 0) {
    snprintf (f->member, sizeof f->member, "%s", p->member);
    f->used = 0;
  }
  if (mg_json_get (mg_buf_text (f->json), f->json->len, p->holder, &list) != 1
      || mg_json_type (list) != (p->is_array ? '[' : '{'))
    return s.found;
  if (!p->is_array)
    return list;
  mg_json_each (list.p, list.len, "[*]", look_at_element, &s);
  return s.found;
}

static const char *
status_of (struct former *f, const struct place *p, struct mg_span was)
{
  struct mg_span value;

  if (mg_json_get (was.p, was.len, p->leaf, &value) != 1
      || value.len >= sizeof f->value)
    return f->sw->absent;
  memcpy (f->value, value.p, value.len);
  f->value[value.len] = '\0';
  return f->value;
}

/* What is on now was switched on by others since: it is as they say. */
static const char *
keep_status (void *opaque, const struct place *p, struct mg_span holder)
{
  struct former *f = opaque;
  struct mg_span was = counterpart (f, p, holder);

  return was.p && !is_on (f->sw, p, holder) ? status_of (f, p, was) : NULL;
}

int
mg_switch_keep (const struct mg_switch *sw, const struct mg_buf *now,
                const struct mg_buf *former, struct mg_buf *ret_part,
                struct mg_error *err)
{
  struct former f = { .sw = sw, .json = former };

  return build_object (sw, mg_buf_text (now), now->len, 1, keep_status, &f,
                       ret_part, err);
}

static const char *
count_other (void *opaque, const struct place *p, struct mg_span holder)
{
  struct former *f = opaque;
  struct mg_span was = counterpart (f, p, holder);

  f->n_theirs += was.p != NULL
                 && is_on (f->sw, p, was) != is_on (f->sw, p, holder);
  return NULL;
}

int
mg_switch_differs (const struct mg_switch *sw, const struct mg_buf *now,
                   const struct mg_buf *former, struct mg_error *err)
{
  MG_CLEANUP (mg_buf_done) struct mg_buf scratch = MG_BUF_INIT (MG_MAX_ELEMENT);
  struct former f = { .sw = sw, .json = former };
  int r = build_object (sw, mg_buf_text (now), now->len, 1, count_other, &f,
                        &scratch, err);

  return r < 0 ? r : f.n_theirs > 0;
}

static const char *
former_status (void *opaque, const struct place *p, struct mg_span holder)
{
  struct former *f = opaque;
  struct mg_span was = counterpart (f, p, holder);
  int on = is_on (f->sw, p, holder);

  if (was.p == NULL || !is_on (f->sw, p, was)) {
    f->n_theirs += on;
    return NULL;
  }
  f->n_found++;
  f->n_there += on;
  f->n_set += !on;
  return on ? NULL : status_of (f, p, was);
}

int
mg_switch_back (const struct mg_switch *sw, const struct mg_buf *now,
                const struct mg_buf *former, struct mg_buf *ret_members,
                struct mg_error *err)
{
  struct former f = { .sw = sw, .json = former };
  struct counter were = { .sw = sw };
  int r = build_object (sw, mg_buf_text (now), now->len, 0, former_status, &f,
                        ret_members, err);
  int n = count (&were, mg_buf_text (former), former->len);

  if (r < 0 || n < 0)
    return r < 0 ? r : mg_error_set (err, MG_E_STORE, "session-corrupt",
                                     "what was kept of it is not JSON");
  if (f.n_theirs > 0 || f.n_found < n || (f.n_set > 0 && f.n_there > 0))
    return MG_SWITCH_THEIRS;
  if (f.n_set > 0)
    return MG_SWITCH_SEND;
  return f.n_there > 0 ? MG_SWITCH_ALREADY : MG_SWITCH_STAYS;
}

/* What a kind and the tables of a plugin must be like: see check.h.  What is
 * refused here would break the core later, far from its cause. */
#include <config.h>

#include <ctype.h>
#include <string.h>

#include "base/json.h"
#include "base/str.h"
#include "plugin/check.h"

#define KNOWN_FLAGS 0x7fu
#define REQUIREMENT_BITS 0xffffu
#define KNOWN_ENDS (MIGRATE_END_DATABRICKS | MIGRATE_END_MLFLOW)
#define MAX_NAME 60

int
mg_plugin_name_ok (const char *name)
{
  size_t i;

  if (name == NULL || !islower ((unsigned char) name[0])
      || strlen (name) > MAX_NAME)
    return 0;
  for (i = 0; name[i] != '\0'; i++)
    if (!islower ((unsigned char) name[i]) && !isdigit ((unsigned char) name[i])
        && name[i] != '-')
      return 0;
  return 1;
}

int
mg_call_ok (const char *call)
{
  static const char *const methods[] = {
    "GET /", "POST /", "PUT /", "PATCH /", "DELETE /", "HEAD /",
  };
  const char *space = strchr (call, ' ');
  size_t i;

  if (space == NULL || strchr (space + 1, ' ') != NULL)
    return 0;
  for (i = 0; call[i] != '\0'; i++)
    if (iscntrl ((unsigned char) call[i]))
      return 0;
  for (i = 0; i < MG_N_ELEMENTS (methods); i++)
    if (mg_starts (call, methods[i]))
      return 1;
  return 0;
}

/* One kind of one file, for messages. */
struct subject {
  const struct migrate_kind *k;
  const char *path;
  struct mg_error *err;
};

static int
refuse (const struct subject *s, const char *what, const char *value)
{
  return mg_error_set (s->err, MG_E_INVALID, "plugin-load",
                       "'%s': kind '%s' %s%s%s%s; refusing to load it", s->path,
                       s->k->name, what, value ? " '" : "", value ? value : "",
                       value ? "'" : "");
}

static int
too_new (const struct subject *s, const char *what, unsigned value)
{
  return mg_error_set (s->err, MG_E_UNSUPPORTED, "plugin-abi",
                       "'%s': kind '%s' needs %s 0x%x of a newer version; "
                       "update migrate", s->path, s->k->name, what, value);
}

static int
check_versions (const struct subject *s)
{
  const struct migrate_kind *k = s->k;
  uint32_t unknown = k->flags & REQUIREMENT_BITS & ~KNOWN_FLAGS;

  if (unknown != 0)
    return too_new (s, "feature", unknown);
  if (k->paging > MIGRATE_PAGING_NEXT_TOKEN)
    return too_new (s, "paging", k->paging);
  if (k->once > MIGRATE_ONCE_PUT)
    return too_new (s, "once", k->once);
  if ((k->ends & ~KNOWN_ENDS) != 0)
    return too_new (s, "end", k->ends & ~KNOWN_ENDS);
  return 0;
}

static int
check_shape (const struct subject *s)
{
  const struct migrate_kind *k = s->k;
  int calls = (k->flags & MIGRATE_KIND_CALLS) != 0;

  if (k->key == NULL || k->id == NULL || k->title == NULL)
    return refuse (s, "has no key, id or title", NULL);
  if (k->once == 0)
    return refuse (s, "does not say what makes a create happen once", NULL);
  if (!calls && k->list == NULL && k->tree == NULL && k->part_of == NULL)
    return refuse (s, "has neither a list nor callbacks", NULL);
  if (!calls && (k->flags & MIGRATE_KIND_DETAIL) && k->get == NULL)
    return refuse (s, "lists stubs but has no get", NULL);
  return 0;
}

static int
check_calls (const struct subject *s)
{
  const char *const calls[] = {
    s->k->list, s->k->get, s->k->create, s->k->update, s->k->remove,
  };
  size_t i;

  for (i = 0; i < MG_N_ELEMENTS (calls); i++)
    if (calls[i] != NULL && !mg_call_ok (calls[i]))
      return refuse (s, "has a call that is not \"METHOD /path\":", calls[i]);
  if (s->k->list_body != NULL
      && mg_json_check (s->k->list_body, strlen (s->k->list_body), NULL) < 0)
    return refuse (s, "has a list_body that is not JSON:", s->k->list_body);
  return 0;
}

static int
check_path (const struct subject *s, const char *path)
{
  if (path != NULL && mg_json_path_check (path, NULL) < 0)
    return refuse (s, "has a path that cannot be read:", path);
  return 0;
}

/* NULL-ended lists of paths, and the single ones. */
static int
check_paths (const struct subject *s)
{
  const struct migrate_kind *k = s->k;
  const char *const single[] = {
    k->key, k->id, k->array, k->unwrap, k->created, k->creator, k->send,
    k->stamp, k->permissions_id, k->tree ? k->tree->sort : NULL,
    k->tree ? k->tree->node : NULL,
  };
  const char *const *const lists[] = {
    k->owned, k->unordered, k->nocase, k->later, k->merge, k->fixed,
    k->parts, k->same,
  };
  size_t i, j;
  int r = 0;

  for (i = 0; i < MG_N_ELEMENTS (single) && r == 0; i++)
    r = check_path (s, single[i]);
  for (i = 0; i < MG_N_ELEMENTS (lists); i++)
    for (j = 0; r == 0 && lists[i] != NULL && lists[i][j] != NULL; j++)
      r = j < MG_MAX_PLUGIN_LIST ? check_path (s, lists[i][j])
          : refuse (s, "has a list of paths without an end", NULL);
  return r;
}

/* "/Archive/": a name is put behind it. */
static int
is_folder (const char *text)
{
  size_t len = strlen (text);

  return len > 2 && text[0] == '/' && text[len - 1] == '/';
}

static int
check_refs (const struct subject *s)
{
  const struct migrate_ref *ref;
  int r;

  for (ref = s->k->refs; ref != NULL && ref->path != NULL; ref++) {
    if (ref->ns == NULL)
      return refuse (s, "has a reference without a namespace:", ref->path);
    if (ref->on_missing > MIGRATE_SPELL_OUT)
      return too_new (s, "on_missing", ref->on_missing);
    if ((ref->ends & ~KNOWN_ENDS) != 0)
      return too_new (s, "end", ref->ends & ~KNOWN_ENDS);
    if (ref->archive != NULL && (!ref->given || !is_folder (ref->archive)))
      return refuse (s, "archives in what is no folder:", ref->archive);
    r = check_path (s, ref->path);
    if (r == 0 && ref->with != NULL)
      r = check_path (s, ref->with);
    if (r < 0)
      return r;
  }
  return 0;
}

static int
check_aliases (const struct subject *s)
{
  const struct migrate_alias *a = s->k->aliases;
  int i, r = 0;

  for (i = 0; a != NULL && a[i].ns != NULL && r == 0; i++)
    if (i == MG_MAX_PLUGIN_LIST)
      r = refuse (s, "has a list of aliases without an end", NULL);
    else if (a[i].path == NULL)
      r = refuse (s, "has an alias without a path:", a[i].ns);
    else
      r = check_path (s, a[i].path);
  return r;
}

static int
check_sets (const struct subject *s, const struct migrate_set *set)
{
  int i, r = 0;

  for (i = 0; set != NULL && set[i].path != NULL && r == 0; i++)
    if (i == MG_MAX_PLUGIN_LIST)
      r = refuse (s, "has a list of values to set without an end", NULL);
    else if (set[i].value == NULL
             || mg_json_check (set[i].value, strlen (set[i].value), NULL) < 0)
      r = refuse (s, "sets what is not JSON:", set[i].path);
    else
      r = check_path (s, set[i].path);
  return r;
}

/* Its file is one of a folder of ours. */
static int
check_made (const struct subject *s)
{
  const struct migrate_made *made = s->k->made;
  int i;

  for (i = 0; made != NULL && made[i].file != NULL; i++)
    if (i == MG_MAX_PLUGIN_LIST || !mg_plugin_name_ok (made[i].file)
        || made[i].text == NULL || strstr (made[i].text, "{id}") == NULL)
      return refuse (s, "makes names of nothing:", made[i].file);
  return 0;
}

static int
check_set (const struct subject *s)
{
  int r = check_sets (s, s->k->set);

  if (r == 0)
    r = check_sets (s, s->k->set_there);
  return r < 0 ? r : check_made (s);
}

static int
check_fill (const struct subject *s)
{
  const struct migrate_fill *f = s->k->fill;
  int i, r = 0;

  for (i = 0; f != NULL && f[i].path != NULL && r == 0; i++)
    if (i == MG_MAX_PLUGIN_LIST)
      r = refuse (s, "has a list of what it fills without an end", NULL);
    else if (f[i].from == NULL || f[i].unless == NULL)
      r = refuse (s, "does not say from where or unless what it fills:",
                  f[i].path);
    else {
      r = check_path (s, f[i].path);
      r = r < 0 ? r : check_path (s, f[i].from);
      r = r < 0 ? r : check_path (s, f[i].unless);
    }
  return r;
}

static int
check_left (const struct subject *s, const struct migrate_leave *leave)
{
  int i, r = 0;

  for (i = 0; leave != NULL && leave[i].path != NULL && r == 0; i++)
    if (i == MG_MAX_PLUGIN_LIST)
      r = refuse (s, "has a list of what it leaves without an end", NULL);
    else if (leave[i].value == NULL || leave[i].code == NULL)
      r = refuse (s, "leaves assets without a value or code:", leave[i].path);
    else
      r = check_path (s, leave[i].path);
  return r;
}

static int
check_leave (const struct subject *s)
{
  int r = check_left (s, s->k->leave);

  return r < 0 ? r : check_left (s, s->k->builtin);
}

static int
check_walker (const struct subject *s, const struct migrate_tree *t)
{
  if (t->sort == NULL || t->node == NULL || t->root == NULL
      || s->k->list == NULL || strstr (s->k->list, "{node}") == NULL)
    return refuse (s, "walks a tree without sort, node, root or {node} in its "
                   "list", NULL);
  if (t->look == NULL || !mg_call_ok (t->look)
      || strstr (t->look, "{id}") == NULL)
    return refuse (s, "walks a tree without a look that has {id}", NULL);
  return 0;
}

/* Of a tree's kinds the one that walks says how; which that is shows only when
 * all of them are known. */
static int
check_tree (const struct subject *s)
{
  const struct migrate_tree *t = s->k->tree;

  if (s->k->permissions_id != NULL
      && (s->k->permissions_get == NULL || !mg_call_ok (s->k->permissions_get)))
    return refuse (s, "has permissions_id without a permissions_get", NULL);
  if (t == NULL)
    return 0;
  if (t->walker == NULL || t->sorts == NULL)
    return refuse (s, "does not say who walks its tree, or what it is there",
                   NULL);
  return strcmp (t->walker, s->k->name) == 0 ? check_walker (s, t) : 0;
}

/* Of what the core reads itself it must know how. */
static int
check_seen (const struct subject *s)
{
  const struct migrate_seen *seen = s->k->seen;

  if (seen == NULL)
    return 0;
  if (seen->walker == NULL || seen->code == NULL || seen->id == NULL)
    return refuse (s, "does not say who sees it, or by what", NULL);
  if (s->k->tree != NULL || s->k->get == NULL
      || (s->k->flags & MIGRATE_KIND_DETAIL))
    return refuse (s, "is seen by a walk and has stubs, a tree or no get", NULL);
  return check_path (s, seen->id);
}

static int
check_derived (const struct subject *s)
{
  const struct migrate_derived *d = s->k->derived;
  int i, r = 0;

  for (i = 0; d != NULL && d[i].path != NULL && r == 0; i++)
    if (i == MG_MAX_PLUGIN_LIST)
      r = refuse (s, "has a list of what is derived without an end", NULL);
    else if (d[i].when == NULL)
      r = refuse (s, "does not say what derives:", d[i].path);
    else {
      r = check_path (s, d[i].path);
      r = r < 0 ? r : check_path (s, d[i].when);
    }
  return r;
}

static int
check_values (const struct subject *s)
{
  const struct migrate_value *value = s->k->values;
  int i, r = 0;

  for (i = 0; value != NULL && value[i].path != NULL && r == 0; i++)
    if (i == MG_MAX_PLUGIN_LIST)
      r = refuse (s, "has a list of values without an end", NULL);
    else if (value[i].what < MIGRATE_VALUE_EMAIL
             || value[i].what > MIGRATE_VALUE_URL)
      r = too_new (s, "sort of value", value[i].what);
    else
      r = check_path (s, value[i].path);
  return r;
}

int
mg_check_kind (const struct migrate_kind *k, const char *path,
               struct mg_error *err)
{
  static int (*const checks[]) (const struct subject *) = {
    check_versions, check_shape, check_calls, check_paths, check_refs,
    check_aliases, check_set, check_leave, check_derived, check_values,
    check_fill, check_tree, check_seen,
  };
  struct subject s = { k, path, err };
  size_t i;
  int r = 0;

  if (!mg_plugin_name_ok (k->name))
    return mg_error_set (err, MG_E_INVALID, "plugin-load",
                         "'%s' has a kind whose name is not [a-z][a-z0-9-]*; "
                         "refusing to load it", path);
  for (i = 0; i < MG_N_ELEMENTS (checks) && r == 0; i++)
    r = checks[i] (&s);
  return r;
}

static int
refuse_table (const char *path, const char *what, const char *name,
              struct mg_error *err)
{
  return mg_error_set (err, MG_E_INVALID, "plugin-load",
                       "'%s' has %s%s%s%s; refusing to load it", path, what,
                       name ? " '" : "", name ? name : "", name ? "'" : "");
}

static int
check_options (const struct migrate_option *o, const char *path,
               struct mg_error *err)
{
  int i;

  for (i = 0; o != NULL && o[i].name != NULL; i++) {
    if (!mg_plugin_name_ok (o[i].name) || i == MG_MAX_PLUGIN_LIST)
      return refuse_table (path, "an option whose name is not [a-z][a-z0-9-]*:",
                           o[i].name, err);
    if (o[i].help == NULL)
      return refuse_table (path, "an option without help:", o[i].name, err);
  }
  return 0;
}

static int
check_codes (const struct migrate_code *c, const char *path,
             struct mg_error *err)
{
  int i;

  for (i = 0; c != NULL && c[i].code != NULL; i++) {
    if (!mg_plugin_name_ok (c[i].code) || i == MG_MAX_PLUGIN_LIST)
      return refuse_table (path, "a code that is not [a-z][a-z0-9-]*:",
                           c[i].code, err);
    if (c[i].text == NULL || c[i].cure == NULL)
      return refuse_table (path, "a code without text or cure:", c[i].code,
                           err);
  }
  return 0;
}

static int
check_listed (const struct migrate_listed *listed, const char *path,
              struct mg_error *err)
{
  int i, r = 0;

  for (i = 0; r == 0 && listed != NULL && listed[i].call != NULL; i++)
    if (strncmp (listed[i].call, "GET /", 5) != 0 || listed[i].path == NULL
        || listed[i].what == 0 || listed[i].reserved != 0
        || i == MG_MAX_PLUGIN_LIST)
      r = refuse_table (path, "values that are not listed by a GET:",
                        listed[i].call, err);
  return r;
}

int
mg_check_tables (const struct migrate_plugin *p, const char *path,
                 struct mg_error *err)
{
  const struct migrate_right *right = p->rights;
  const struct migrate_confirm *confirm = p->confirm;
  int i, r = check_options (p->options, path, err);

  if (r == 0)
    r = check_codes (p->codes, path, err);
  for (i = 0; r == 0 && right != NULL && right[i].kind != NULL; i++)
    if (right[i].text == NULL || i == MG_MAX_PLUGIN_LIST)
      r = refuse_table (path, "a right without a text:", right[i].kind, err);
  for (i = 0; r == 0 && confirm != NULL && confirm[i].kind != NULL; i++)
    if (confirm[i].option == NULL || confirm[i].question == NULL
        || i == MG_MAX_PLUGIN_LIST)
      r = refuse_table (path, "a question without text or option:",
                        confirm[i].kind, err);
  return r == 0 ? check_listed (p->listed, path, err) : r;
}

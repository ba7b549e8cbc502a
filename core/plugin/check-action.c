/* What an action of a plugin must be like: see check.h. */
#include <config.h>

#include <string.h>

#include "base/json.h"
#include "base/str.h"
#include "plugin/check.h"

#define MAX_ACTIONS 100

static int
is_json (const char *text)
{
  return text != NULL && mg_json_check (text, strlen (text), NULL) == 0;
}

/* MEMBER.LEAF or MEMBER[*].LEAF, behind 'send'. */
static int
is_place (const struct migrate_kind *k, const char *path)
{
  size_t skip = k->send ? strlen (k->send) : 0;
  const char *dot;

  if (skip > 0 && (strncmp (path, k->send, skip) != 0 || path[skip++] != '.'))
    return 0;
  path += skip;
  dot = strchr (path, '.');
  return dot != NULL && dot > path && dot[1] != '\0'
         && strpbrk (dot + 1, ".[*|\\") == NULL
         && ((size_t) (dot - path) == strcspn (path, "[*|\\")
             || strncmp (path + strcspn (path, "[*|\\"), "[*].", 4) == 0);
}

static int
has_places (const struct migrate_kind *k)
{
  const struct migrate_set *const sets[] = { k->set, k->set_there };
  const struct migrate_set *set;
  size_t i;
  int n = 0;

  for (i = 0; i < MG_N_ELEMENTS (sets); i++)
    for (set = sets[i]; set != NULL && set->path != NULL; set++)
      n += is_place (k, set->path);
  return n > 0;
}

static const char *
fault_of_busy (const struct migrate_action *a)
{
  if (a->busy == NULL)
    return NULL;
  if (!mg_call_ok (a->busy) || !mg_starts (a->busy, "GET ")
      || a->busy_array == NULL || a->busy_title == NULL || a->busy_of == NULL
      || mg_json_path_check (a->busy_of, NULL) < 0)
    return "does not say how what is at work is listed";
  return NULL;
}

/* How it is done. */
static const char *
fault_of_call (const struct migrate_action *a)
{
  if (a->call == NULL || !mg_call_ok (a->call) || a->body == NULL
      || strstr (a->body, "${*}") == NULL)
    return "has no good call or body";
  if (!is_json (a->absent))
    return "does not say what an absent member means";
  return fault_of_busy (a);
}

/* The core reads what it switches by the kind's own calls. */
static int
reads_by_itself (const struct migrate_plugin *p, const struct migrate_kind *k)
{
  return (k->flags & MIGRATE_KIND_CALLS)
         && (p->export_kind != NULL || p->fetch_asset != NULL);
}

static const char *
fault_of (const struct migrate_plugin *p, const struct migrate_action *a,
          const struct migrate_kind *k)
{
  const uint32_t ends = MIGRATE_AT_SOURCE | MIGRATE_AT_TARGET;

  if (!mg_plugin_name_ok (a->name))
    return "has a name that is not [a-z][a-z0-9-]*";
  if (k == NULL || k->list == NULL || k->get == NULL || k->part_of != NULL
      || reads_by_itself (p, k) || !has_places (k))
    return "is about no kind that it can switch";
  if (a->what != MIGRATE_ACTION_OFF && a->what != MIGRATE_ACTION_BACK)
    return "does what this program does not know";
  if (a->ends == 0 || (a->ends & ~ends) != 0)
    return "is for an end that this program does not know";
  if (a->summary == NULL || a->done == NULL)
    return "lacks a text";
  return fault_of_call (a);
}

int
mg_check_actions (const struct migrate_plugin *p,
                  const struct migrate_kind *kinds, const char *path,
                  struct mg_error *err)
{
  const struct migrate_action *a = p->actions;
  int n;

  for (n = 0; a != NULL && a->name != NULL; a++, n++) {
    const struct migrate_kind *k = NULL;
    const char *fault;
    uint32_t i;

    for (i = 0; i < p->n_kinds; i++)
      if (mg_streq (kinds[i].name, a->kind))
        k = &kinds[i];
    fault = n < MAX_ACTIONS ? fault_of (p, a, k) : "is one of too many";
    if (fault != NULL)
      return mg_error_set (err, MG_E_INVALID, "plugin-load",
                           "'%s' has an action that %s: '%.60s'; refusing to "
                           "load it", path, fault, a->name);
  }
  return 0;
}

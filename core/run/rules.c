/* See rules.h. */
#include <config.h>

#include <string.h>

#include "base/alloc.h"
#include "base/json.h"
#include "base/str.h"
#include "run/rules.h"

#define ARN_PARTS 4                /* colons before the account's id */

static const char *const sorts[] = {
  [MIGRATE_VALUE_EMAIL] = MG_RULE_EMAIL,
  [MIGRATE_VALUE_ARN] = MG_RULE_ACCOUNT,
  [MIGRATE_VALUE_NODE_TYPE] = MG_RULE_NODE_TYPE,
  [MIGRATE_VALUE_PATH] = MG_RULE_PATH,
  [MIGRATE_VALUE_URL] = MG_RULE_HOST,
};

static int
is_folded (const char *sort)
{
  return strcmp (sort, MG_RULE_EMAIL) == 0
         || strcmp (sort, MG_RULE_HOST) == 0
         || strcmp (sort, MG_RULE_HOME) == 0
         || strcmp (sort, MG_RULE_PRINCIPAL) == 0;
}

int
mg_rules_is_path (const struct mg_rule *rule)
{
  size_t i;

  for (i = 1; i < MG_N_ELEMENTS (sorts); i++)
    if (strcmp (rule->sort, sorts[i]) == 0)
      return 0;
  return strcmp (rule->sort, MG_RULE_PRINCIPAL) != 0
         && strcmp (rule->sort, MG_RULE_HOME) != 0;
}

const char *
mg_rules_sort (uint32_t what)
{
  return what < MG_N_ELEMENTS (sorts) ? sorts[what] : NULL;
}

char *
mg_rules_from (const char *sort, const char *from)
{
  return is_folded (sort) ? mg_fold (from) : mg_xstrdup (from);
}

/* The first rule that is not before (sort, from). */
static size_t
lower_bound (const struct mg_rules *rules, const char *sort, const char *from)
{
  size_t low = 0, high = rules ? rules->n : 0;

  while (low < high) {
    size_t mid = low + (high - low) / 2;
    int order = strcmp (rules->rule[mid].sort, sort);

    if (order == 0)
      order = strcmp (rules->rule[mid].from, from);
    if (order < 0)
      low = mid + 1;
    else
      high = mid;
  }
  return low;
}

static const struct mg_rule *
find (const struct mg_rules *rules, const char *sort, const char *text)
{
  MG_CLEANUP_FREE char *from = mg_rules_from (sort, text);
  size_t i = lower_bound (rules, sort, from);

  return rules != NULL && i < rules->n
         && strcmp (rules->rule[i].sort, sort) == 0
         && strcmp (rules->rule[i].from, from) == 0 ? &rules->rule[i] : NULL;
}

int
mg_rules_have_path (const struct mg_rules *rules, const char *path)
{
  size_t i = lower_bound (rules, path, "");

  return rules != NULL && i < rules->n
         && strcmp (rules->rule[i].sort, path) == 0;
}

int
mg_rules_have (const struct mg_rules *rules, uint32_t what)
{
  return what < MG_N_ELEMENTS (sorts) && sorts[what] != NULL
         && mg_rules_have_path (rules, sorts[what]);
}

/* "arn:aws:iam::111122223333:instance-profile/one": the account's place. */
static int
find_account (const char *arn, struct mg_span *ret)
{
  const char *from = arn, *end;
  int i;

  if (!mg_starts (arn, "arn:"))
    return 0;
  for (i = 0; i < ARN_PARTS && from != NULL; i++) {
    from = strchr (from, ':');
    from = from ? from + 1 : NULL;
  }
  end = from ? strchr (from, ':') : NULL;
  if (end == NULL)
    return 0;
  *ret = (struct mg_span) { from, (size_t) (end - from) };
  return 1;
}

/* "https://user@HOST:443/x", or "HOST:5000/x" as images have it: the host's
 * place. */
static int
find_host (const char *url, struct mg_span *ret)
{
  const char *from = strstr (url, "://"), *at;
  size_t len;

  if (from == NULL && strchr (url, '/') == NULL)
    return 0;
  from = from ? from + 3 : url;
  len = strcspn (from, "/?#");
  at = memchr (from, '@', len);
  if (at != NULL) {
    len -= (size_t) (at + 1 - from);
    from = at + 1;
  }
  *ret = (struct mg_span) { from, len };
  if (memchr (from, ':', len) != NULL)
    ret->len = strcspn (from, ":");
  return ret->len > 0;
}

static const struct mg_rule *
find_part (const struct mg_rules *rules, const char *sort, struct mg_span part)
{
  MG_CLEANUP_FREE char *text = mg_xstrndup (part.p, part.len);

  return find (rules, sort, text);
}

/* Of a path the whole, or the nearest of its folders that has a rule.  What lies in
 * the workspace may be named from its root, or from that of the file system. */
static const struct mg_rule *
find_folder (const struct mg_rules *rules, const char *path,
             struct mg_span *ret)
{
  static const char mount[] = "/Workspace";
  const struct mg_rule *rule = NULL;
  size_t len = strlen (path);

  while (rule == NULL && len > 0) {
    *ret = (struct mg_span) { path, len };
    rule = find_part (rules, MG_RULE_PATH, *ret);
    while (len > 0 && path[--len] != '/')
      ;
  }
  if (rule == NULL && mg_starts (path, mount)
      && path[sizeof mount - 1] == '/')
    return find_folder (rules, path + sizeof mount - 1, ret);
  return rule;
}

/* The rule, and the place of what it changes in the text. */
static const struct mg_rule *
find_place (const struct mg_rules *rules, uint32_t what, const char *text,
            struct mg_span *ret)
{
  if (!mg_rules_have (rules, what))
    return NULL;
  *ret = (struct mg_span) { text, strlen (text) };
  switch (what) {
  case MIGRATE_VALUE_ARN:
    return find_account (text, ret) ? find_part (rules, sorts[what], *ret)
           : NULL;
  case MIGRATE_VALUE_URL:
    return find_host (text, ret) ? find_part (rules, sorts[what], *ret) : NULL;
  case MIGRATE_VALUE_PATH:
    return find_folder (rules, text, ret);
  default:
    return find (rules, sorts[what], text);
  }
}

const struct mg_rule *
mg_rules_for_value (const struct mg_rules *rules, uint32_t what,
                    const char *text)
{
  struct mg_span place;

  return find_place (rules, what, text, &place);
}

const struct mg_rule *
mg_rules_for_path (const struct mg_rules *rules, const char *path,
                   const char *text)
{
  return find (rules, path, text);
}

const struct mg_rule *
mg_rules_for_name (const struct mg_rules *rules, const char *ns,
                   const char *name)
{
  return mg_rules_is_principal (ns) ? find (rules, MG_RULE_PRINCIPAL, name)
         : NULL;
}

/* Is it a path of the workspace that begins at its root? */
static int
is_from_root (const char *path)
{
  return *path == '/' && !mg_starts (path, "/Workspace/")
         && !mg_starts (path, "/Volumes/") && !mg_starts (path, "/dbfs/");
}

char *
mg_rules_value (const struct mg_rules *rules, uint32_t what, const char *text)
{
  struct mg_span place;
  const struct mg_rule *rule = find_place (rules, what, text, &place);

  if (rule == NULL)
    return NULL;
  /* the mount stays where the new one lies below it as well */
  if (what == MIGRATE_VALUE_PATH && !is_from_root (rule->to))
    return mg_xasprintf ("%s%s", rule->to, place.p + place.len);
  return mg_xasprintf ("%.*s%s%s", (int) (place.p - text), text, rule->to,
                       place.p + place.len);
}

uint32_t
mg_value_sort (const struct migrate_kind *k, const char *path)
{
  const struct migrate_value *value;

  for (value = k->values; value != NULL && value->path != NULL; value++)
    if (strcmp (value->path, path) == 0)
      return value->what;
  return 0;
}

char *
mg_rules_change (const struct mg_rules *rules, const char *path, uint32_t what,
                 const char *text)
{
  const struct mg_rule *rule = mg_rules_for_path (rules, path, text);

  return rule ? mg_xstrdup (rule->to) : mg_rules_value (rules, what, text);
}

char *
mg_rules_key (const struct mg_rules *rules, const struct migrate_kind *k,
              const char *key)
{
  const struct migrate_value *value = k->values;
  uint32_t what = 0;
  char *changed;

  for (; value != NULL && value->path != NULL; value++)
    if (strcmp (value->path, k->key) == 0)
      what = value->what;
  changed = rules ? mg_rules_change (rules, k->key, what, key) : NULL;
  return changed ? changed : mg_xstrdup (key);
}

int
mg_rules_is_principal (const char *ns)
{
  return mg_starts (ns, "principal.");
}

const struct mg_rule *
mg_rules_for_home (const struct mg_rules *rules, const char *name)
{
  return mg_rules_have_path (rules, MG_RULE_HOME)
         ? find (rules, MG_RULE_HOME, name) : NULL;
}

const char *
mg_rules_home (const struct mg_rules *rules, const char *name)
{
  const struct mg_rule *rule = mg_rules_for_home (rules, name);

  return rule ? rule->to : NULL;
}

int
mg_rules_is_above_home (const struct mg_rules *rules, const char *folder)
{
  size_t i, len = strlen (folder);

  for (i = lower_bound (rules, MG_RULE_HOME, "");
       rules != NULL && i < rules->n
       && strcmp (rules->rule[i].sort, MG_RULE_HOME) == 0; i++)
    if (mg_starts (rules->rule[i].to, folder) && rules->rule[i].to[len] == '/')
      return 1;
  return 0;
}

/* migrate rules add SORT OLD=NEW | remove SORT OLD | show: what is changed on its
 * way to a target.  The export itself stays as it is. */
#include <config.h>

#include <stdio.h>
#include <string.h>

#include "base/alloc.h"
#include "base/clock.h"
#include "base/json.h"
#include "base/str.h"
#include "cli/decide.h"
#include "run/rules.h"
#include "view/events.h"
#include "view/hint.h"
#include "view/table.h"

#define DROP "drop"

/* ---- what the export has for them ---- */

/* How many targets the session knows: their numbers are 1 to n. */
static int
count_targets (struct mg_app *app, int *ret_n, struct mg_error *err)
{
  int n = 0, r;

  do {
    MG_CLEANUP (mg_workspace_done) struct mg_workspace space = { 0 };

    r = mg_session_workspace (&app->session, n + 1, &space, err);
    n += r > 0;
  } while (r > 0);
  *ret_n = n;
  return r;
}

static int
count (struct mg_app *app, const struct mg_rules *rules,
       struct mg_rule_count *ret, struct mg_error *err)
{
  int n_targets = 0, r = count_targets (app, &n_targets, err);

  if (r == 0)
    r = mg_key_load (app, 0, err);
  return r < 0 ? r : mg_rules_count (app->session.store, &app->registry, rules,
                                     n_targets, ret, err);
}

/* "instance-profiles 6, clusters 5", and how many that is. */
static int64_t
add_kinds (struct mg_app *app, const int64_t *n, struct mg_buf *text)
{
  int64_t all = 0;
  int i;

  for (i = 0; i < app->registry.n_kinds; i++) {
    if (n[i] == 0)
      continue;
    mg_buf_addf (text, "%s%s %lld", all ? ", " : "",
                 app->registry.kinds[i]->k->name, (long long) n[i]);
    all += n[i];
  }
  return all;
}

/* ---- showing ---- */

static void
show_one (struct mg_app *app, struct mg_table *table,
          const struct mg_rule *rule, const int64_t *n)
{
  struct mg_buf kinds = MG_BUF_MUST (MG_MAX_HEADER);
  int64_t all = add_kinds (app, n, &kinds);
  struct mg_line line;
  char when[24];

  mg_time_iso (rule->at_us, when);
  if (app->view.json) {
    mg_line_begin (&line, "rule");
    mg_line_text (&line, "sort", rule->sort);
    mg_line_text (&line, "from", rule->from);
    mg_line_text (&line, "to", rule->to);
    mg_line_number (&line, "values", all);
    mg_line_text (&line, "who", rule->who);
    mg_line_text (&line, "when", when);
    mg_line_end (&line);
  }
  else {
    mg_table_text (table, rule->sort);
    mg_table_text (table, rule->from);
    mg_table_text (table, rule->to ? rule->to : DROP);
    mg_table_number (table, all);
    mg_table_text (table, mg_buf_text (&kinds));
    mg_table_text (table, rule->who);
    mg_table_text (table, when);
    mg_table_end (table);
  }
  mg_buf_done (&kinds);
}

static int
show (struct mg_app *app, struct mg_error *err)
{
  MG_CLEANUP (mg_rules_done) struct mg_rules rules = { NULL, 0 };
  MG_CLEANUP (mg_rule_count_done) struct mg_rule_count counted = { 0 };
  struct mg_table table;
  size_t i;
  int r = mg_rules_load (app->session.store, &rules, err);

  if (r == 0 && rules.n > 0)
    r = count (app, &rules, &counted, err);
  if (r < 0)
    return r;
  mg_table_init (&table, "SORT:OLD:NEW:VALUES>:WHERE:BY:WHEN");
  for (i = 0; i < rules.n; i++)
    show_one (app, &table, &rules.rule[i],
              counted.n + i * (size_t) app->registry.n_kinds);
  if (rules.n > 0 && !app->view.json)
    mg_table_print (&table, stdout);
  else if (!app->view.json)
    puts ("there are no rules");
  mg_table_done (&table);
  return 0;
}

/* ---- changing them ---- */

/* Changed rules would look for what was sent under another name, and take what
 * was made for edited by somebody. */
static int
check_untouched (struct mg_app *app, const struct mg_rules *rules,
                 struct mg_rule_count *counted, struct mg_error *err)
{
  int n_targets = 0, wsid, r = count_targets (app, &n_targets, err);

  for (wsid = 1; wsid <= n_targets && r == 0; wsid++) {
    r = mg_rules_are_in_use (app->session.store, wsid, err);
    if (r > 0)
      return mg_error_set (err, MG_E_UNCERTAIN, "uncertain",
                           "something was sent and never confirmed; migrate "
                           "import --retry-failed settles that, then change "
                           "the rules");
  }
  if (r == 0)
    r = count (app, rules, counted, err);
  if (r == 0 && counted->moved > 0)
    return mg_error_set (err, MG_E_EXISTS, "already-moved",
                         "%lld of the assets that it changes are in a target "
                         "already, %s among them; migrate undo takes back what "
                         "was made", (long long) counted->moved,
                         counted->moved_key);
  return r;
}

static int
bad_sort (const char *sort, struct mg_error *err)
{
  return mg_error_set (err, MG_E_INVALID, "bad-words",
                       "'%s' is neither %s, %s, %s, %s, %s, %s, %s nor a path "
                       "into an asset's JSON", sort, MG_RULE_EMAIL,
                       MG_RULE_PRINCIPAL, MG_RULE_ACCOUNT, MG_RULE_NODE_TYPE,
                       MG_RULE_PATH, MG_RULE_HOST, MG_RULE_HOME);
}

/* What a rule about folders may say. */
static int
check_folders (const char *sort, const char *from, const char *both, char split,
               struct mg_error *err)
{
  const char *to = both + strlen (from) + 1;
  int is_home = mg_streq (sort, MG_RULE_HOME);

  if (is_home && (to[0] != '/' || to[1] == '\0' || strchr (from, '/') != NULL))
    return mg_error_set (err, MG_E_INVALID, "bad-words",
                         "'%s' is not NAME%c/FOLDER: whose home it is, and where "
                         "what lies there goes", both, split);
  if ((is_home || mg_streq (sort, MG_RULE_PATH))
      && (mg_ends (from, "/") || mg_ends (both, "/")))
    return mg_error_set (err, MG_E_INVALID, "bad-words",
                         "'%s': leave out the '/' at the end: it is of the file "
                         "or folder itself, and of what lies in it", both);
  return 0;
}

/* The rule "OLD=NEW" of these words, 'split' standing between the two. */
static int
parse (const char *sort, const char *both, char split, struct mg_rule *ret,
       struct mg_error *err)
{
  const char *equals = strchr (both, split);
  MG_CLEANUP_FREE char *from =
    equals ? mg_xstrndup (both, (size_t) (equals - both)) : NULL;

  if (equals == NULL || equals == both || equals[1] == '\0')
    return mg_error_set (err, MG_E_INVALID, "bad-words",
                         "'%s' is not OLD%cNEW", both, split);
  if (check_folders (sort, from, both, split, err) < 0)
    return MG_E_INVALID;
  ret->sort = mg_xstrdup (sort);
  if (mg_rules_is_path (ret) && mg_json_path_check (sort, NULL) < 0)
    return bad_sort (sort, err);
  ret->from = mg_rules_from (sort, from);
  ret->to = strcmp (sort, MG_RULE_PRINCIPAL) == 0
            && strcmp (equals + 1, DROP) == 0 ? NULL : mg_xstrdup (equals + 1);
  ret->who = mg_xstrdup (mg_who_am_i ());
  ret->at_us = mg_clock_wall_us ();
  return 0;
}

/* What is worked out, forced or looked up is no rule's to change, by whatever
 * path. */
static int
is_taken (const struct migrate_kind *k, const char *path)
{
  const struct migrate_set *const sets[] = { k->set, k->set_there };
  const struct migrate_set *set;
  const struct migrate_ref *ref;
  const char *const *owned;
  size_t i;

  for (ref = k->refs; ref != NULL && ref->path != NULL; ref++)
    if (mg_json_paths_meet (ref->path, path) && mg_value_sort (k, ref->path) == 0)
      return 1;
  for (owned = k->owned; owned != NULL && *owned != NULL; owned++)
    if (mg_json_paths_meet (*owned, path))
      return 1;
  for (i = 0; i < MG_N_ELEMENTS (sets); i++)
    for (set = sets[i]; set != NULL && set->path != NULL; set++)
      if (mg_json_paths_meet (set->path, path))
        return 1;
  return 0;
}

static int
check_taken (struct mg_app *app, const char *path, struct mg_error *err)
{
  int i;

  for (i = 0; i < app->registry.n_kinds; i++)
    if (is_taken (app->registry.kinds[i]->k, path))
      return mg_error_set (err, MG_E_INVALID, "bad-words",
                           "'%s' of %s is not for rules: the program itself "
                           "decides what stands there", path,
                           app->registry.kinds[i]->k->name);
  return 0;
}

static int
check_paths (struct mg_app *app, const struct mg_rule *rule,
             struct mg_error *err)
{
  MG_CLEANUP (mg_rules_done) struct mg_rules rules = { NULL, 0 };
  size_t i, n = 0;
  int r = mg_rules_is_path (rule) ? check_taken (app, rule->sort, err) : 0;

  if (r == 0)
    r = mg_rules_load (app->session.store, &rules, err);
  if (r < 0 || !mg_rules_is_path (rule)
      || mg_rules_have_path (&rules, rule->sort))
    return r;
  for (i = 0; i < rules.n; i++)
    n += mg_rules_is_path (&rules.rule[i])
         && (i == 0 || !mg_streq (rules.rule[i - 1].sort, rules.rule[i].sort));
  return n < MG_MAX_RULE_PATHS ? 0
         : mg_error_set (err, MG_E_INVALID, "bad-words",
                         "there are rules for %d paths already; remove some",
                         MG_MAX_RULE_PATHS);
}

/* What names somebody who is dropped may be a place of its own, which no rule
 * can take away. */
static void
say_none (struct mg_app *app, const struct mg_rule *rule)
{
  MG_CLEANUP_FREE char *hint =
    mg_hint (&app->view, "migrate rules add principal NAME=OTHER");

  if (rule->to != NULL)
    printf ("0 values: nothing of the export has '%s' there\n", rule->from);
  else
    printf ("0 entries: no list of the export has '%s'; who stands alone, as an "
            "owner, cannot be left out, but replaced: %s\n", rule->from, hint);
}

static void
say_count (struct mg_app *app, const struct mg_rule *rule,
           const struct mg_rule_count *counted)
{
  struct mg_buf kinds = MG_BUF_MUST (MG_MAX_HEADER);
  int64_t all = add_kinds (app, counted->n, &kinds);

  if (app->view.json)
    ;                              /* rules show --json has them */
  else if (all > 0)
    printf ("%lld %s: %s\n", (long long) all, all == 1 ? "value" : "values",
            mg_buf_text (&kinds));
  else
    say_none (app, rule);
  mg_buf_done (&kinds);
}

static void
free_rule (struct mg_rule *rule)
{
  mg_free (rule->sort);
  mg_free (rule->from);
  mg_free (rule->to);
  mg_free (rule->who);
}

/* Checks the rule and keeps it. */
static int
keep (struct mg_app *app, const struct mg_rule *rule,
      struct mg_rule_count *counted, struct mg_error *err)
{
  struct mg_rules one = { (struct mg_rule *) (uintptr_t) rule, 1 };
  int r = check_paths (app, rule, err);

  if (r == 0)
    r = check_untouched (app, &one, counted, err);
  return r < 0 ? r : mg_rule_put (app->session.store, rule, err);
}

static int
add (struct mg_app *app, struct mg_error *err)
{
  MG_CLEANUP (free_rule) struct mg_rule rule = { 0 };
  MG_CLEANUP (mg_rule_count_done) struct mg_rule_count counted = { 0 };
  int r = parse (app->words[1], app->words[2], '=', &rule, err);

  if (r == 0)
    r = keep (app, &rule, &counted, err);
  if (r == 0)
    say_count (app, &rule, &counted);
  return r;
}

/* One that is there already is no change. */
static int
add_once (struct mg_app *app, const char *sort, const char *both, char split,
          struct mg_error *err)
{
  MG_CLEANUP (free_rule) struct mg_rule rule = { 0 };
  MG_CLEANUP (mg_rule_count_done) struct mg_rule_count counted = { 0 };
  MG_CLEANUP (mg_rules_done) struct mg_rules rules = { NULL, 0 };
  int r = parse (sort, both, split, &rule, err);
  size_t i;

  if (r == 0)
    r = mg_rules_load (app->session.store, &rules, err);
  for (i = 0; i < rules.n && r == 0; i++)
    if (mg_streq (rules.rule[i].sort, rule.sort)
        && mg_streq (rules.rule[i].from, rule.from)
        && mg_streq (rules.rule[i].to, rule.to))
      return 0;
  return r < 0 ? r : keep (app, &rule, &counted, err);
}

/* "a@x:b@x,c@x:d@x" */
static int
add_emails (struct mg_app *app, const char *list, struct mg_error *err)
{
  MG_CLEANUP_FREE char *copy = mg_xstrdup (list);
  char *save = NULL, *one;
  int r = 0;

  for (one = strtok_r (copy, ", ", &save); one != NULL && r == 0;
       one = strtok_r (NULL, ", ", &save))
    r = add_once (app, MG_RULE_EMAIL, one, ':', err);
  return r;
}

/* A pair of options, of which one alone says nothing. */
static int
add_pair (struct mg_app *app, const char *sort, enum mg_opt from,
          enum mg_opt to, struct mg_error *err)
{
  const char *a = mg_opt_text (&app->options, from);
  const char *b = mg_opt_text (&app->options, to);
  MG_CLEANUP_FREE char *both = NULL;

  if (a == NULL && b == NULL)
    return 0;
  if (a == NULL || b == NULL)
    return mg_error_set (err, MG_E_INVALID, "missing-value",
                         "--%s and --%s say one thing together; add the other",
                         mg_option_table[from].name, mg_option_table[to].name);
  both = mg_xasprintf ("%s=%s", a, b);
  return add_once (app, sort, both, '=', err);
}

int
mg_rules_of_options (struct mg_app *app, struct mg_error *err)
{
  const char *list = mg_opt_text (&app->options, MG_OPT_REPLACE_EMAIL);
  int r = list ? add_emails (app, list, err) : 0;

  if (r == 0)
    r = add_pair (app, MG_RULE_EMAIL, MG_OPT_REPLACE_OLD_EMAIL,
                  MG_OPT_UPDATE_NEW_EMAIL, err);
  return r < 0 ? r : add_pair (app, MG_RULE_ACCOUNT, MG_OPT_OLD_ACCOUNT_ID,
                               MG_OPT_UPDATE_ACCOUNT_ID, err);
}

static int
take_away (struct mg_app *app, struct mg_error *err)
{
  MG_CLEANUP (free_rule) struct mg_rule rule = {
    .sort = mg_xstrdup (app->words[1]),
    .from = mg_rules_from (app->words[1], app->words[2])
  };
  MG_CLEANUP (mg_rule_count_done) struct mg_rule_count counted = { 0 };
  MG_CLEANUP (mg_rules_done) struct mg_rules there = { NULL, 0 };
  struct mg_rules one = { &rule, 1 };
  int r;

  r = mg_rules_load (app->session.store, &there, err);
  if (r == 0 && mg_rules_for_path (&there, rule.sort, rule.from) == NULL)
    return mg_error_set (err, MG_E_NOT_FOUND, "bad-words",
                         "there is no %s rule for '%s'; migrate rules show "
                         "lists them", rule.sort, rule.from);
  rule.to = mg_xstrdup (rule.from);  /* anything but its own: it is counted */
  if (r == 0)
    r = check_untouched (app, &one, &counted, err);
  if (r == 0)
    r = mg_rule_remove (app->session.store, rule.sort, rule.from, err);
  if (r > 0 && !app->view.json)
    puts ("removed");
  return r < 0 ? r : 0;
}

int
mg_cmd_rules (struct mg_app *app)
{
  static const char *const verbs[] = { "add", "remove", "show", NULL };
  struct mg_error err = MG_ERROR_INIT;
  int (*const does[]) (struct mg_app *, struct mg_error *) = { add, take_away,
                                                               show };
  int i = 0, is_show, r = mg_app_load (app, &err);

  if (r < 0)
    return mg_app_fail (app, &err);
  while (verbs[i] != NULL && !mg_streq (app->words[0], verbs[i]))
    i++;
  is_show = verbs[i] != NULL && does[i] == show;
  if (verbs[i] == NULL || app->n_words != (is_show ? 1 : 3))
    r = mg_app_bad_verb (app, verbs, &err);
  if (r == 0)
    r = mg_app_start (app, is_show ? 0 : MG_START_WRITE, &err);
  if (r == 0)
    r = does[i] (app, &err);
  return r < 0 ? mg_app_fail (app, &err) : MG_EXIT_OK;
}

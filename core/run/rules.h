/* What the operator's rules say of a value, a name, a key.
 *
 * The sorts: email, principal, account-id, node-type, path, host, home, or a path
 * into the JSON.
 * A rule changes whole values only, or the one part that is of its sort; never a
 * piece of a text.  'rules' may be NULL: none.  Any thread.
 */
#ifndef MG_RUN_RULES_H
#define MG_RUN_RULES_H

#include "plugin/registry.h"
#include "store/rule.h"

#define MG_RULE_EMAIL "email"
#define MG_RULE_PRINCIPAL "principal"
#define MG_RULE_ACCOUNT "account-id"
#define MG_RULE_NODE_TYPE "node-type"
#define MG_RULE_PATH "path"
#define MG_RULE_HOST "host"
#define MG_RULE_HOME "home"
#define MG_MAX_RULE_PATHS 24       /* different ones at a time */

/* Is it a rule for a path, and not one for a sort of value? */
int mg_rules_is_path (const struct mg_rule *rule);
int mg_rules_have (const struct mg_rules *rules, uint32_t what);
int mg_rules_have_path (const struct mg_rules *rules, const char *path);

/* The other value, to be freed; NULL = it stays.  'what' is MIGRATE_VALUE_*. */
char *mg_rules_value (const struct mg_rules *rules, uint32_t what,
                      const char *text);
/* The sort of the values that the kind has at this path; 0 = none. */
uint32_t mg_value_sort (const struct migrate_kind *k, const char *path);
/* The same at a path, whose own rules come first; 'what' 0 = of no sort. */
char *mg_rules_change (const struct mg_rules *rules, const char *path,
                       uint32_t what, const char *text);

/* The key that an asset of the source has in a target, to be freed. */
char *mg_rules_key (const struct mg_rules *rules, const struct migrate_kind *k,
                    const char *key);

/* The rule itself, or NULL: for a value of a sort, at a path, and for a name in a
 * namespace of principals ('to' NULL = it is left out). */
const struct mg_rule *mg_rules_for_value (const struct mg_rules *rules,
                                          uint32_t what, const char *text);
const struct mg_rule *mg_rules_for_path (const struct mg_rules *rules,
                                         const char *path, const char *text);
const struct mg_rule *mg_rules_for_name (const struct mg_rules *rules,
                                         const char *ns, const char *name);
int mg_rules_is_principal (const char *ns);

/* The rule for somebody's home, and the folder that takes its place; or NULL. */
const struct mg_rule *mg_rules_for_home (const struct mg_rules *rules,
                                         const char *name);
const char *mg_rules_home (const struct mg_rules *rules, const char *name);
/* Does such a folder lie in this one? */
int mg_rules_is_above_home (const struct mg_rules *rules, const char *folder);

/* The sort of rules for values of a sort (MIGRATE_VALUE_*); NULL = none. */
const char *mg_rules_sort (uint32_t what);

/* 'from' as it is kept: where case does not count, folded.  To be freed. */
char *mg_rules_from (const char *sort, const char *from);

/* How many values of the export the rules change, by kind, and how many assets
 * that hold some were made in a target or changed there already. */
struct mg_rule_count {
  int64_t *n;                      /* by [rule * n_kinds + index of kind] */
  int64_t moved;
  char *moved_key;                 /* one of them; NULL = none */
};
int mg_rules_count (struct mg_store *store, struct mg_registry *registry,
                    const struct mg_rules *rules, int n_targets,
                    struct mg_rule_count *ret, struct mg_error *err);
void mg_rule_count_done (struct mg_rule_count *count);

#endif

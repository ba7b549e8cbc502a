/* See rule.h. */
#include <config.h>

#include <string.h>

#include "base/alloc.h"
#include "store/rule.h"
#include "store/sql.h"

struct rule_op {
  struct mg_op op;
  const struct mg_rule *rule;      /* of a removal: sort and from alone */
  int found;
};

void
mg_rules_done (struct mg_rules *rules)
{
  size_t i;

  for (i = 0; i < rules->n; i++) {
    mg_free (rules->rule[i].sort);
    mg_free (rules->rule[i].from);
    mg_free (rules->rule[i].to);
    mg_free (rules->rule[i].who);
  }
  mg_free (rules->rule);
  memset (rules, 0, sizeof *rules);
}

static int
apply_put (struct mg_store *store, struct mg_conn *conn, struct mg_op *op,
           struct mg_error *err)
{
  const struct mg_rule *rule = ((struct rule_op *) op)->rule;

  (void) store;
  return mg_sql_run (conn, err, MG_SQL_RULE_PUT, "ssssi", rule->sort,
                     rule->from, rule->to, rule->who, rule->at_us);
}

static int
apply_remove (struct mg_store *store, struct mg_conn *conn, struct mg_op *op,
              struct mg_error *err)
{
  struct rule_op *o = (struct rule_op *) op;
  int64_t one = 0;
  int r = mg_sql_int (conn, err, &one, MG_SQL_RULE_REMOVE, "ss", o->rule->sort,
                      o->rule->from);

  (void) store;
  o->found = r > 0;
  return r < 0 ? r : 0;
}

int
mg_rule_put (struct mg_store *store, const struct mg_rule *rule,
             struct mg_error *err)
{
  struct rule_op op = { .op = { .apply = apply_put }, .rule = rule };

  return mg_store_do (store, &op.op, err);
}

int
mg_rule_remove (struct mg_store *store, const char *sort, const char *from,
                struct mg_error *err)
{
  MG_CLEANUP_FREE char *of = mg_xstrdup (sort);
  MG_CLEANUP_FREE char *what = mg_xstrdup (from);
  struct mg_rule which = { .sort = of, .from = what };
  struct rule_op op = { .op = { .apply = apply_remove }, .rule = &which };
  int r = mg_store_do (store, &op.op, err);

  return r < 0 ? r : op.found;
}

static char *
column (sqlite3_stmt *st, int i)
{
  const unsigned char *text = sqlite3_column_text (st, i);

  return text ? mg_xstrdup ((const char *) text) : NULL;
}

int
mg_rules_load (struct mg_store *store, struct mg_rules *ret,
               struct mg_error *err)
{
  struct mg_conn *conn = mg_store_read (store);
  sqlite3_stmt *st = mg_sql_bind (conn, MG_SQL_RULE_LIST, "");
  struct mg_rules rules = { NULL, 0 };
  int r;

  while ((r = mg_sql_step (conn, st, err)) > 0) {
    rules.rule = mg_xreallocarray (rules.rule, rules.n + 1, sizeof *rules.rule);
    rules.rule[rules.n++] = (struct mg_rule) {
      .sort = column (st, 0), .from = column (st, 1), .to = column (st, 2),
      .who = column (st, 3), .at_us = sqlite3_column_int64 (st, 4)
    };
  }
  mg_store_read_end (store, conn);
  if (r < 0)
    mg_rules_done (&rules);
  else
    *ret = rules;
  return r;
}

int
mg_rules_are_in_use (struct mg_store *store, int wsid, struct mg_error *err)
{
  struct mg_conn *conn = mg_store_read (store);
  sqlite3_stmt *st = mg_sql_bind (conn, MG_SQL_WORK_UNSURE, "i", (int64_t) wsid);
  int r = mg_sql_step (conn, st, err);

  if (r > 0)
    mg_sql_reset (st);
  mg_store_read_end (store, conn);
  return r;
}

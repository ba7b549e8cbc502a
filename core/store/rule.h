/* The rules by which an operator changes values on their way to a target.
 */
#ifndef MG_STORE_RULE_H
#define MG_STORE_RULE_H

#include "store/store.h"

struct mg_rule {
  char *sort;                      /* "email" ... or a path into the JSON */
  char *from, *to;                 /* to NULL = what names it is left out */
  char *who;
  int64_t at_us;                   /* wall time */
};

/* In the order of sort, then from (bytewise). */
struct mg_rules {
  struct mg_rule *rule;
  size_t n;
};

void mg_rules_done (struct mg_rules *rules);

/* Durable when it returns.  One of the same sort and 'from' is replaced. */
int mg_rule_put (struct mg_store *store, const struct mg_rule *rule,
                 struct mg_error *err);
/* 1, or 0 when there was none. */
int mg_rule_remove (struct mg_store *store, const char *sort, const char *from,
                    struct mg_error *err);

/* All of them; free with mg_rules_done. */
int mg_rules_load (struct mg_store *store, struct mg_rules *ret,
                   struct mg_error *err);

/* 1: something was sent to a target and nobody knows yet what came of it; how it
 * is looked for depends on the rules. */
int mg_rules_are_in_use (struct mg_store *store, int wsid, struct mg_error *err);

#endif

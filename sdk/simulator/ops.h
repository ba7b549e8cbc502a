/* The table of operations: which calls exist and what fields they take.
 * Read-only once it is made.
 */
#ifndef SIM_OPS_H
#define SIM_OPS_H

#include "base/error.h"

struct sim_call;

struct sim_field {
  char *name;
  char *type;                /* without the '!' */
  int required;
};

struct sim_fields {
  struct sim_field *list;
  int n;
  int any;                   /* not checked */
};

struct sim_op {
  char *method;
  char *path;                /* with {placeholders} */
  struct sim_fields query, body;
  int form;                  /* the body is a form, checked by the handler */
  char *file;                /* the body may be multipart/form-data with this
                                part as a file, the fields as texts; or NULL */
  void (*handler) (struct sim_call *);
  int kind;                  /* enum sim_kind, for handlers of several */
};

struct sim_message { char *name; struct sim_fields fields; };
struct sim_enum { char *name; char **values; int n; };
struct sim_alias { char *from, *to; };

struct sim_ops {
  struct sim_op *ops;
  int n_ops;
  struct sim_message *messages;
  int n_messages;
  struct sim_enum *enums;
  int n_enums;
  struct sim_alias *aliases;
  int n_aliases;
};

int sim_ops_read (struct sim_ops *o, const char *tsv, struct mg_error *err);
void sim_ops_done (struct sim_ops *o);

/* An operation of our own, for --routes. Fields as in the table. */
struct sim_op *sim_ops_add (struct sim_ops *o, const char *method,
                            const char *path, const char *query,
                            const char *body);

/* The operation for a path, whose query is cut off; the most literal wins.
 * ret_params takes the values of at most max placeholders (to be freed). */
const struct sim_op *sim_ops_find (const struct sim_ops *o,
                                   const char *method, const char *path,
                                   char **ret_params, int max,
                                   int *ret_n_params);

/* The path with an alias replaced, to be freed; NULL when none applies. */
char *sim_ops_unalias (const struct sim_ops *o, const char *path);

const struct sim_message *sim_ops_message (const struct sim_ops *o,
                                           const char *name);
const struct sim_enum *sim_ops_enum (const struct sim_ops *o,
                                     const char *name);

#endif

/* A service table that only records: what conform-calls.c hands to plugins.
 * Nothing leaves, nothing is stored.  One thread.
 */
#ifndef MG_PLUGIN_CONFORM_FAKE_H
#define MG_PLUGIN_CONFORM_FAKE_H

#include "plugin/conform.h"
#include "plugin/ctx.h"

/* What goes wrong in one run of a callback. */
enum mg_trouble {
  MG_TROUBLE_NONE,
  MG_TROUBLE_NET,        /* call 'at' of a service fails, no answer came */
  MG_TROUBLE_REFUSED,    /* call 'at' is refused by the service */
  MG_TROUBLE_STOP,       /* from call 'at' on the run is being stopped */
  MG_TROUBLE_ODD,        /* answers are odd_body */
};

struct mg_fake {
  struct mg_ctx ctx;             /* first: the real JSON services use it */
  struct migrate_core table;
  const struct mg_plugin *plugin;
  const struct migrate_kind *kind;
  struct mg_buf sample;          /* a whole asset of the kind */
  struct mg_buf answer;          /* to requests: the asset, and lists of it */

  enum mg_trouble trouble;
  int at;
  const char *odd_body;
  int only_reads;                /* this callback may not write */
  uint32_t end;
  const char *option;            /* value of every option, or NULL */

  /* what the callback did */
  int n_calls;                   /* of services that can fail */
  int n_requests, n_creates, n_emitted;
  int n_after_stop;              /* requests since the run is being stopped */
  int troubled;                  /* the trouble was met */
  int must_fail;                 /* ... in a call whose error may not be lost */
  int created, manual, generic;
  struct mg_buf wrong;           /* the first rule that was broken, or "" */
};

void mg_fake_init (struct mg_fake *f, const struct mg_plugin *plugin);
void mg_fake_done (struct mg_fake *f);

/* For one kind: a sample, given or made from the kind's paths. */
void mg_fake_kind (struct mg_fake *f, const struct migrate_kind *kind,
                   const struct mg_sample *sample);

/* Before each run of a callback. */
void mg_fake_begin (struct mg_fake *f);

/* Notes the first broken rule of a run. */
void mg_fake_wrong (struct mg_fake *f, const char *format, ...)
  MG_PRINTF (2, 3);

#endif

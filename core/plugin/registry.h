/* Which plugins and kinds there are.
 *
 * Plugins are loaded from --plugin-dir folders, else from the folder they are
 * installed in, each checked against the rules of migrate-plugin(3) and copied
 * into structs of this program's size, so that older and newer plugins work.
 * Filled before the first thread, read-only afterwards but for 'disabled'.
 */
#ifndef MG_PLUGIN_REGISTRY_H
#define MG_PLUGIN_REGISTRY_H

#include <migrate-plugin.h>
#include <stdint.h>
#include "base/error.h"

struct mg_plugin {
  struct migrate_plugin p;         /* copied; p.kinds is NULL, see registry */
  char *path;
  uint32_t struct_size_given;      /* as the plugin was built */
  struct migrate_kind *kinds;      /* copied by the plugin's stride */
  int disabled;                    /* for the rest of this run */
  int told;                        /* ... and the operator knows */
  struct mg_error why;             /* of disabled */
  void *self[2];                   /* what open gave: source, target */
  int opened[2];
};

/* One kind, ours (permissions) or a plugin's. */
struct mg_kind {
  const struct migrate_kind *k;
  struct mg_plugin *plugin;
  struct mg_kind *parent;          /* of NAME/permissions: NAME, else what it
                                      is part_of, or NULL */
  struct mg_kind *first_part;      /* of NAME: the first of its parts */
  struct mg_kind *next_part;       /* of the same parent */
  int is_acl;                      /* NAME/permissions */
  int index;                       /* in registry order */
  int kid;                         /* in the session; 0 before it is opened */
  int chosen;                      /* by --plugins and --skip: imported */
  int indexed;                     /* listed so that references resolve */
  struct mg_lanes *lanes;          /* who is in its callbacks; see call.c */
  _Atomic int left_out;            /* this workspace does not offer it: found
                                      out, and said, by this run */
};

/* Of the kinds of a registry (call.c). */
struct mg_lanes *mg_lanes_new (uint32_t most);
void mg_lanes_free (struct mg_lanes *lanes);

struct mg_registry {
  struct mg_plugin **plugins;
  int n_plugins;
  struct mg_kind **kinds;          /* a kind comes after those it refers to,
                                      where that is possible */
  int n_kinds;
  struct mg_refusal { char *path; struct mg_error error; } *refusals;
  int n_refusals;                  /* files that were not loaded, and why */
};

/* 'folders' is NULL-ended; empty = the installed one, which may be absent.
 * Files that are refused are listed, not an error; a folder that was named and
 * is not there is one: MG_E_NOT_FOUND [plugin-load].  'ret' needs
 * mg_registry_done in any case. */
int mg_registry_load (const char *const *folders, struct mg_registry *ret,
                      struct mg_error *err);
void mg_registry_done (struct mg_registry *registry);

struct mg_plugin *mg_registry_plugin (const struct mg_registry *registry,
                                      const char *name);
struct mg_kind *mg_registry_kind (const struct mg_registry *registry,
                                  const char *name);
struct mg_kind *mg_registry_kid (const struct mg_registry *registry, int kid);

/* Sets 'chosen' from comma lists of plugin or kind names ("jobs" chooses
 * jobs and jobs/permissions; "acls" stands for every permissions kind); NULL =
 * all, none.  'indexed' follows from the references of what is chosen.
 * MG_E_INVALID [unknown-plugin] with the nearest name. */
int mg_registry_choose (struct mg_registry *registry, const char *only,
                        const char *skip, uint32_t end, struct mg_error *err);

/* One file, for 'plugins check' and tests. */
int mg_plugin_open (const char *path, struct mg_plugin **ret_plugin,
                    struct mg_error *err);
void mg_plugin_free (struct mg_plugin *plugin);

/* Does 'kind' refer to 'other', or come after it? */
int mg_kind_needs (const struct mg_kind *kind, const struct mg_kind *other);

/* Has the kind an alias in this namespace? */
int mg_kind_declares (const struct mg_kind *kind, const char *ns);

/* Is a value of this namespace compared without case? */
int mg_registry_ns_nocase (const struct mg_registry *registry, const char *ns);

#endif

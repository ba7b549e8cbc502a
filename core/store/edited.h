/* Bodies that people changed between export and import.  What the export found
 * stays beside them: who reads the asset gets the edited body, who exports again
 * renews the other one.
 */
#ifndef MG_STORE_EDITED_H
#define MG_STORE_EDITED_H

#include "store/asset.h"

struct mg_edited {
  int64_t aid, at_us;              /* wall time */
  char *who;
  int is_stale;                    /* the source's was changed since */
};

void mg_edited_done (struct mg_edited *edited);

/* Durable when it returns.  'put' has the names and the body as edited, 'found'
 * the names of the source's body: those stay, since other assets go on using
 * them.  An edit that is there is replaced. */
int mg_edited_put (struct mg_store *store, const struct mg_edited *edited,
                   const struct mg_put *put, const struct mg_put *found,
                   struct mg_error *err);
/* 'put' has the names of the source's body. */
int mg_edited_remove (struct mg_store *store, int64_t aid,
                      const struct mg_put *put, struct mg_error *err);

/* 1 found, 0 not.  Release with mg_edited_done. */
int mg_edited_get (struct mg_store *store, int64_t aid, struct mg_edited *ret,
                   struct mg_error *err);
/* The first behind 'after', in the order of aid: 1, or 0 at the end. */
int mg_edited_after (struct mg_store *store, int64_t after,
                     struct mg_edited *ret, struct mg_error *err);

/* As the export found it: as mg_asset_get. */
int mg_edited_original (struct mg_store *store, struct mg_packer *packer,
                        int64_t aid, struct mg_asset *ret,
                        struct mg_error *err);

#endif

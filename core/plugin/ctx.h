/* What stands behind a plugin's struct migrate_ctx: one worker thread's tools.
 *
 * A context belongs to one thread and is reused for many callbacks; the arena
 * and what a callback reported are cleared by mg_ctx_begin.
 */
#ifndef MG_PLUGIN_CTX_H
#define MG_PLUGIN_CTX_H

#include "base/arena.h"
#include "base/json.h"
#include "net/remote.h"
#include "plugin/registry.h"
#include "store/asset.h"

/* One workspace in use: the source (wsid 0) or a target. */
struct mg_side {
  struct mg_remote *remote;
  int wsid;
  uint32_t end;                    /* MIGRATE_END_* */
  int64_t sid;                     /* the snapshot that exports write to */
};

struct mg_list;

struct mg_ctx {
  struct migrate_ctx pub;          /* first: plugins hold a pointer to it */
  struct mg_arena arena;           /* what services return */
  struct mg_arena report;          /* what the callback reported */
  struct mg_error error;
  struct mg_store *store;
  struct mg_side *side;
  const struct mg_registry *registry;
  const char *(*option) (const char *plugin, const char *name);
  struct mg_packer packer;
  const struct mg_kind *kind;      /* whose callback runs */
  const struct mg_plugin *plugin;  /* ... also where there is no kind */
  const struct mg_asset *asset;    /* that it runs for, or NULL */
  const struct mg_list *list;      /* what export_kind feeds, or NULL */

  struct mg_buf *got;              /* where fetch_asset's own asset goes, or NULL */

  /* what the callback did */
  struct mg_put_op *batch;         /* emitted, not posted yet */
  int64_t n_emitted;
  int in_pages;                    /* migrate_pages that run: each page is
                                      posted as a whole */
  size_t n_loose;                  /* bytes emitted outside of those, not posted
                                      yet */
  int stubs_only;                  /* an index: no permissions, no details */
  int n_creates;                   /* CREATING requests: at most one */
  int n_writes;                    /* IDEMPOTENT and CREATING ones */
  enum mg_outcome outcome;         /* of the create */
  int refused;                     /* the last write surely did nothing */
  /* before the first IDEMPOTENT request leaves; an error keeps it back */
  int (*before_change) (struct mg_ctx *ctx, void *opaque);
  void *before_opaque;
  int created;
  char *created_id;                /* in 'report' */
  char *created_json;
  size_t created_len;
  int incomplete;                  /* the reply lacks what was sent (CHECK) */
  int owner_stays;                 /* the list that was sent names none */
  int manual;
  char *manual_code, *manual_text;
};

void mg_ctx_init (struct mg_ctx *ctx, struct mg_store *store,
                  struct mg_side *side, const struct mg_registry *registry);
void mg_ctx_done (struct mg_ctx *ctx);
void mg_ctx_begin (struct mg_ctx *ctx, const struct mg_kind *kind,
                   const struct mg_asset *asset);

/* Whose callback runs has assets that may hold secrets. */
int mg_ctx_is_secret (const struct mg_ctx *ctx);

/* The table of services that every context carries; the largest of them stands
 * in lacking.c. */
extern const struct migrate_core mg_services;

/* r; an error that has no text yet is that of reading JSON at 'path'. */
int mg_ctx_read (struct migrate_ctx *pub, int r, const char *path);
int mg_json_lacking (struct migrate_ctx *pub, const char *json, size_t len,
                     const char *other, size_t other_len,
                     const char *array_path, const char *by, size_t most,
                     int (*each) (struct migrate_ctx *, void *, const char *,
                                  size_t),
                     void *opaque);

/* ---- storing what the service shows ---- */

/* Makes a put of one asset as the service gave it: id, key and aliases by the
 * kind's paths, the body packed. */
int mg_put_fill (struct mg_ctx *ctx, const struct mg_kind *kind,
                 const char *json, size_t len, struct mg_put *put,
                 struct mg_error *err);

/* The code of the first of these rows that fits, or NULL. */
const char *mg_left_out (const struct migrate_leave *leave, const char *json,
                         size_t len);

/* Into the context's batch, with a stub of each of its parts where it is not left
 * out; stored by mg_ctx_flush. */
int mg_ctx_emit (struct mg_ctx *ctx, const struct mg_kind *kind,
                 const char *json, size_t len);
int mg_ctx_emit_stub (struct mg_ctx *ctx, const struct mg_kind *kind,
                      const char *id, const char *key, const char *stamp);
int mg_ctx_flush (struct mg_ctx *ctx);
void mg_ctx_drop_batch (struct mg_ctx *ctx);

/* ---- what a plain REST kind needs, from its data ---- */

typedef int (*mg_element_fn) (struct migrate_ctx *ctx, void *opaque,
                              const char *json, size_t len);

/* The kind's list, page by page.  'cursor' NULL starts at the first page; when
 * a page is whole 'page' is called with the cursor of the next (NULL = that was
 * the last).  A page that broke off is taken again from its beginning:
 * 'restart' is called before. */
struct mg_list {
  const char *node;                /* of a tree, or NULL */
  const char *cursor;
  mg_element_fn each;
  int (*page) (struct mg_ctx *ctx, void *opaque, const char *cursor);
  void (*restart) (struct mg_ctx *ctx, void *opaque);
  void *opaque;
};
int mg_generic_list (struct mg_ctx *ctx, const struct mg_kind *kind,
                     const struct mg_list *list);

#define MG_GET_TRIES 3             /* of what may be whole next time */

/* The body of one asset, unwrapped and normalised, into ret_body. */
int mg_generic_get (struct mg_ctx *ctx, const struct mg_kind *kind,
                    const char *id, struct mg_buf *ret_body);

/* Makes the first page of an answer, which stands in 'body', the whole: the
 * other pages of parts[], and what fill[] says. */
int mg_whole_answer (struct mg_ctx *ctx, const struct migrate_kind *k,
                     const char *id, const struct migrate_response *res,
                     struct mg_buf *body);

/* Creates or updates; reports through the context as a callback would. */
int mg_generic_import (struct mg_ctx *ctx, const struct migrate_asset *asset);

/* Removes; an asset that is gone already is success. */
int mg_generic_delete (struct mg_ctx *ctx, const struct migrate_asset *asset);

/* A body of a template: ${id} and ${*} are replaced.  Appends. */
void mg_fill_body (const char *t, const char *id_json, struct mg_span asset,
                   struct mg_buf *out);

/* One request; 'id' replaces {id} (request.c).  The response is in the arena. */
int mg_ctx_request (struct mg_ctx *ctx, const struct migrate_request *asked,
                    const char *id, const struct migrate_response **ret_res);
int mg_service_request (struct migrate_ctx *pub,
                        const struct migrate_request *req,
                        const struct migrate_response **ret_res);

/* The same from a "METHOD /path" text; 'id' replaces {id}.  The response is
 * in the arena. */
int mg_ctx_call (struct mg_ctx *ctx, uint32_t effect, const char *call,
                 const char *id, const char *content_type, const char *body,
                 size_t body_len, const struct migrate_response **ret_res);

/* r, or MG_E_UNSUPPORTED when the answer says that the service does not offer
 * this (the error is marked so). */
int mg_ctx_unsupported (struct mg_ctx *ctx, const struct mg_response *res,
                        int r);

/* Path of the id's own member: "a.b.id" gives "id". */
const char *mg_id_member (const struct migrate_kind *k);

/* The id as JSON: bare when it stands as a number in 'like', else a string. */
const char *mg_id_json (struct mg_ctx *ctx, const struct migrate_kind *k,
                        const char *id, const char *like, size_t like_len);

/* ---- callbacks, each through its plugin or generically ---- */

int mg_call_open (struct mg_ctx *ctx, struct mg_plugin *plugin);
void mg_call_close (struct mg_ctx *ctx, struct mg_plugin *plugin);
int mg_call_preflight (struct mg_ctx *ctx, struct mg_plugin *plugin);
int mg_call_export (struct mg_ctx *ctx, const struct mg_kind *kind,
                    const struct mg_list *list);
/* One asset's body as its plugin reads it, else by 'get'; half an answer is asked
 * for again.  It may be called between two callbacks of an asset. */
int mg_call_get (struct mg_ctx *ctx, const struct mg_kind *kind, const char *id,
                 const char *key, struct mg_buf *ret_body);
int mg_call_fetch (struct mg_ctx *ctx, const struct mg_kind *kind,
                   const struct mg_asset *stub);
int mg_call_import (struct mg_ctx *ctx, const struct mg_kind *kind,
                    const struct migrate_asset *asset);
int mg_call_delete (struct mg_ctx *ctx, const struct mg_kind *kind,
                    const struct migrate_asset *asset);
/* Only for kinds whose plugin has the callback: else MIGRATE_OK. */
int mg_call_validate (struct mg_ctx *ctx, const struct mg_kind *kind,
                      const struct migrate_asset *asset);

#endif

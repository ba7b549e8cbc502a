/* migrate-plugin.h - the contract between migrate and its plugins.
 *
 * A plugin is one shared object that exports one constant, 'migrate_plugin',
 * and links against nothing of ours.  Almost everything about an asset is data
 * (struct migrate_kind); a plain REST kind needs no code at all.  Where code is
 * needed it is straight-line and blocking, for one asset at a time: no thread,
 * no loop over pages, no retry, no checkpoint, no free.
 *
 * This text is the manual page migrate-plugin(3).
 *
 * SPDX-License-Identifier: 0BSD
 */
#ifndef MIGRATE_PLUGIN_H
#define MIGRATE_PLUGIN_H

#include <stddef.h>
#include <stdint.h>
#include <migrate-version.h>

#ifdef __cplusplus
extern "C" {
#endif

/* = ABI
 *
 * While the version is 0 the contract may change with every release, each
 * change with a line in NEWS.  From 1 on, members are only added at the end of
 * a struct, and a plugin built against an older header of the same version
 * works with every newer program.  The number, MIGRATE_ABI_VERSION, stands in
 * migrate-version.h. */

struct migrate_ctx;
struct migrate_core;

/* = ERRORS
 *
 * Callbacks and services return 0, a named positive result, or one of these.
 * The text belongs to the context (see migrate_fail). */
#define MIGRATE_OK 0
#define MIGRATE_E_FAIL (-1)        /* failed; the text says why */
#define MIGRATE_E_CANCELLED (-2)   /* the run is stopping: return at once */
#define MIGRATE_E_NOMEM (-3)       /* too large, or no memory */
#define MIGRATE_E_INVALID (-4)     /* malformed argument, option or asset */
#define MIGRATE_E_NOT_FOUND (-5)   /* the service does not have it */
#define MIGRATE_E_EXISTS (-6)      /* the service has it already */
#define MIGRATE_E_AUTH (-7)        /* credentials refused */
#define MIGRATE_E_DENIED (-8)      /* right missing */
#define MIGRATE_E_THROTTLED (-9)   /* refused by a rate limit for too long */
#define MIGRATE_E_NET (-10)        /* connection, TLS, time-out */
#define MIGRATE_E_REMOTE (-11)     /* the service answered with an error */
#define MIGRATE_E_PROTOCOL (-12)   /* the answer could not be understood */
#define MIGRATE_E_UNSUPPORTED (-17)/* this workspace does not offer it */
#define MIGRATE_E_UNCERTAIN (-18)  /* sent, and nobody knows the effect */
#define MIGRATE_E_BLOCKED (-20)    /* something it needs is missing */

#include <migrate-kind.h>

/* = CODES
 *
 * Stable words in brackets at the end of a message; 'migrate explain CODE'
 * prints text and cure. */
struct migrate_code {
  const char *code;
  const char *text;
  const char *cure;
};

/* What a plugin needs to work: for preflight and the manual page. */
struct migrate_right {
  const char *kind;
  const char *text;              /* "workspace admin, to list and create users" */
};

/* An option: --NAME on the command line, NAME = VALUE in the config file. */
struct migrate_option {
  const char *name;
  const char *argument;          /* "N", "GLOB"; NULL = a switch; "ONE|OTHER":
                                    it takes only these, which the core checks */
  const char *help;
};

/* A question before the first import of a kind into a target, about what cannot
 * be taken back: "12 QUESTION [y/N]", 12 being how many will be created; without
 * a terminal the option must be there. */
struct migrate_confirm {
  const char *kind;
  const char *option;            /* the flag that says yes: "invitations-muted" */
  const char *question;
};

/* = SWITCHING OFF AND ON
 *
 * What 'migrate action PLUGIN/NAME --on source|target' does: all of it is data.
 * An action is about what set[] or set_there[] of a kind forces on import, at
 * paths of the form 'MEMBER.LEAF' or 'MEMBER[*].LEAF' (behind the kind's 'send',
 * if it has one): it switches that off, or puts back what was there.  The core
 * reads each asset by 'get', keeps the former state in the session before the
 * first request that changes it, and sends the members that change, whole. */
enum migrate_action_what {
  MIGRATE_ACTION_OFF = 1,        /* writes what import forces, where it is not */
  MIGRATE_ACTION_BACK = 2        /* puts back what MIGRATE_ACTION_OFF found; in a
                                    target that import switched off, what the
                                    source had */
};

#define MIGRATE_AT_SOURCE 1u
#define MIGRATE_AT_TARGET 2u

/* When an asset starts by itself: a Quartz expression and its time zone, below
 * what holds the LEAF ("settings.schedule", "settings.triggers[*]"). */
struct migrate_timetable {
  const char *holder, *cron, *zone;
};

struct migrate_action {
  const char *name;              /* "pause" */
  const char *kind;              /* of this plugin; has 'list' and 'get' */
  uint32_t what;                 /* enum migrate_action_what */
  uint32_t ends;                 /* MIGRATE_AT_*: where it may be done */
  const char *summary;           /* for people, in a list of actions */
  const char *done;              /* "paused" */
  const char *call;              /* the request, which twice does as once */
  const char *body;              /* ${id} is the id, ${*} the members, as JSON */
  const char *absent;            /* what it means when LEAF is not there; JSON */
  /* MIGRATE_ACTION_OFF may wait for what is still at work; NULL = nothing is */
  const char *busy;              /* a list, paged by tokens: "GET /..." */
  const char *busy_array;        /* where its elements stand: "runs" */
  const char *busy_of;           /* path of the asset's id in an element */
  const char *busy_title;        /* "active runs" */
  const struct migrate_timetable *timetables; /* MIGRATE_ACTION_BACK: to tell
                                    what was missed meanwhile; ends with a zero
                                    element; or NULL */
};

/* Where a workspace lists the values of a sort that it knows: preflight asks the
 * target, and tells which of an export it lacks, before the service refuses
 * what has them. */
struct migrate_listed {
  const char *call;              /* a read: "GET /api/2.1/widgets/colours" */
  const char *path;              /* in its answer: "colours[*].name" */
  uint32_t what;                 /* enum migrate_value_sort */
  uint32_t reserved;             /* 0 */
};

/* = ASSETS
 *
 * One asset as a callback sees it.  Owned by the core; lives until the callback
 * returns. */
enum migrate_phase {
  MIGRATE_CREATE = 1,            /* not in the target */
  MIGRATE_UPDATE = 2,            /* make the target's equal to 'json' */
  MIGRATE_MERGE = 3              /* adopted: add what the merge[] arrays lack */
};

struct migrate_asset {
  const struct migrate_kind *kind;
  const char *id;                /* in the workspace it was exported from */
  const char *key;
  const char *json;              /* import: ready to send, with ids of the target,
                                    owned[] dropped and set[] forced;
                                    fetch and validate: as the service gave it */
  size_t json_len;
  const char *source_json;       /* as exported, untouched */
  size_t source_json_len;
  const char *target_id;         /* NULL before the create */
  const char *target_json;       /* the target's body as last seen, or NULL */
  size_t target_json_len;
  uint32_t phase;                /* enum migrate_phase */
  uint32_t finishes;             /* 1 = the MIGRATE_UPDATE that follows a create:
                                    migrate_unfinished, MIGRATE_KIND_FINISH */
};

/* = REQUESTS */

/* What the request does if it arrives.  A callback may send one CREATING
 * request, and another only after the service refused the one before. */
enum migrate_effect {
  MIGRATE_READ = 0,              /* nothing.  The source lets only these through */
  MIGRATE_IDEMPOTENT = 1,        /* twice is once: repeated when in doubt */
  MIGRATE_CREATING = 2           /* twice makes two: never repeated in doubt */
};

/* A piece of a body: bytes, or what an earlier answer put into the session. */
struct migrate_part {
  const char *data;              /* NULL = 'blob' */
  size_t len;
  const char *blob;              /* as migrate_response named it */
};

struct migrate_request {
  uint32_t struct_size;          /* by MIGRATE_REQUEST_INIT */
  uint32_t effect;               /* enum migrate_effect */
  const char *call;              /* "POST /api/2.0/widgets/create" */
  const char *content_type;      /* of the body, and of the answer that is
                                    wanted; NULL = application/json, and an
                                    answer that is none is an error */
  const char *body;              /* NULL = none */
  size_t body_len;
  const char *accept;            /* of the answer; NULL = content_type */
  const struct migrate_part *parts; /* the body, if 'body' is NULL: one after the
                                    other, never whole in memory */
  uint32_t n_parts;
  uint32_t to_blob;              /* 1 = a successful answer's body, of any size,
                                    becomes a file of the session: 'blob' tells
                                    which.  Not for a SENSITIVE kind */
};

#define MIGRATE_REQUEST_INIT \
  { sizeof (struct migrate_request), 0, NULL, NULL, NULL, 0, NULL, NULL, 0, 0 }

struct migrate_response {
  uint32_t status;               /* of HTTP; 0 = no answer came */
  const char *body;              /* ends with a zero byte; "" of a blob */
  size_t body_len;
  const char *error_code;        /* of the service, or "" */
  const char *blob;              /* of to_blob: the SHA-256 of the body, in hex,
                                    for a part of a request and for the asset,
                                    which it outlives; NULL = there is none */
};

/* = SERVICES
 *
 * What the core does for a plugin, by the functions below.  All are thread-safe
 * and belong to the callback they are called from; arguments are copied; results
 * live until that callback (or the 'each' of migrate_pages that asked) ends. */
struct migrate_core {
  uint32_t abi_version;
  uint32_t struct_size;

  int (*request) (struct migrate_ctx *ctx, const struct migrate_request *req,
                  const struct migrate_response **ret_res);
  int (*pages) (struct migrate_ctx *ctx, const struct migrate_kind *kind,
                int (*each) (struct migrate_ctx *ctx, void *opaque,
                             const char *json, size_t len),
                void *opaque);
  int (*emit) (struct migrate_ctx *ctx, const struct migrate_kind *kind,
               const char *json, size_t len);
  int (*emit_stub) (struct migrate_ctx *ctx, const struct migrate_kind *kind,
                    const char *id, const char *stamp);
  int (*generic) (struct migrate_ctx *ctx, const struct migrate_asset *asset);
  int (*created) (struct migrate_ctx *ctx, const char *id, const char *json,
                  size_t len);
  void (*unfinished) (struct migrate_ctx *ctx);
  int (*manual) (struct migrate_ctx *ctx, const char *code, const char *text);
  int (*fail) (struct migrate_ctx *ctx, int code, const char *word,
               const char *text);
  int (*json_get) (struct migrate_ctx *ctx, const char *json, size_t len,
                   const char *path, const char **ret_text);
  int (*json_raw) (struct migrate_ctx *ctx, const char *json, size_t len,
                   const char *path, const char **ret_json, size_t *ret_len);
  int (*json_each) (struct migrate_ctx *ctx, const char *json, size_t len,
                    const char *path,
                    int (*each) (struct migrate_ctx *ctx, void *opaque,
                                 const char *json, size_t len),
                    void *opaque);
  int (*json_contains) (struct migrate_ctx *ctx, const char *json, size_t len,
                        const char *array_path, const char *element,
                        size_t element_len, const char *by);
  char *(*format) (struct migrate_ctx *ctx, const char *format, ...);
  const char *(*quote) (struct migrate_ctx *ctx, const char *text);
  const char *(*option) (struct migrate_ctx *ctx, const char *name);
  uint32_t (*end) (struct migrate_ctx *ctx);
  void (*note) (struct migrate_ctx *ctx, const char *text);
  int (*json_lacking) (struct migrate_ctx *ctx, const char *json, size_t len,
                       const char *other, size_t other_len,
                       const char *array_path, const char *by, size_t most,
                       int (*each) (struct migrate_ctx *ctx, void *opaque,
                                    const char *json, size_t len),
                       void *opaque);
  int (*is_source) (struct migrate_ctx *ctx);
  /* members are only added here */
};

struct migrate_ctx {
  const struct migrate_core *core;
  /* the rest is the core's */
};

/* Is a service of a newer header there? */
#define MIGRATE_HAS(ctx, member) \
  ((ctx)->core->struct_size > offsetof (struct migrate_core, member) \
   && (ctx)->core->member != NULL)

/* Sends one request and waits for its answer.  Retries, limits and tokens are
 * the core's.  0, or negative with the text already telling method, path,
 * status and the service's message; *ret_res is set when an answer came (NULL:
 * nobody reads it). */
static inline int
migrate_request (struct migrate_ctx *ctx, const struct migrate_request *req,
                 const struct migrate_response **ret_res)
{
  return ctx->core->request (ctx, req, ret_res);
}

/* Lists 'kind' page by page and hands out each element; 0 from 'each' goes on.
 * A copy of the kind with another 'list' asks for that one. */
static inline int
migrate_pages (struct migrate_ctx *ctx, const struct migrate_kind *kind,
               int (*each) (struct migrate_ctx *, void *, const char *, size_t),
               void *opaque)
{
  return ctx->core->pages (ctx, kind, each, opaque);
}

/* Stores one asset of an export.  Its id and key are read by the kind's paths.
 * It is kept when its page is complete, outside of migrate_pages soon.  In
 * fetch_asset: the body of the asset that is asked for, once. */
static inline int
migrate_emit (struct migrate_ctx *ctx, const struct migrate_kind *kind,
              const char *json, size_t len)
{
  return ctx->core->emit (ctx, kind, json, len);
}

/* Announces an asset whose body fetch_asset (or the kind's 'get') brings; not
 * again while 'stamp', whatever changes with the asset, stays (NULL = always). */
static inline int
migrate_emit_stub (struct migrate_ctx *ctx, const struct migrate_kind *kind,
                   const char *id, const char *stamp)
{
  return ctx->core->emit_stub (ctx, kind, id, stamp);
}

/* Creates or updates this asset as the core would without a callback. */
static inline int
migrate_generic (struct migrate_ctx *ctx, const struct migrate_asset *asset)
{
  return ctx->core->generic (ctx, asset);
}

/* import_asset: the asset is in the target with this id.  'json' is its body
 * there when an answer held it, else NULL. */
static inline int
migrate_created (struct migrate_ctx *ctx, const char *id, const char *json,
                 size_t len)
{
  return ctx->core->created (ctx, id, json, len);
}

/* import_asset, MIGRATE_CREATE: an update (MIGRATE_UPDATE) has to follow. */
static inline void
migrate_unfinished (struct migrate_ctx *ctx)
{
  ctx->core->unfinished (ctx);
}

/* A line among the manual actions: we cannot move it.  Return what it returns. */
static inline int
migrate_manual (struct migrate_ctx *ctx, const char *code, const char *text)
{
  return ctx->core->manual (ctx, code, text);
}

/* Returns 'code' with a text; 'word' is a code that the plugin declares, or
 * NULL to keep that of the request which failed. */
static inline int
migrate_fail (struct migrate_ctx *ctx, int code, const char *word,
              const char *text)
{
  return ctx->core->fail (ctx, code, word, text);
}

/* Text of the string, number or boolean at a path: 1; else 0, *ret_text kept. */
static inline int
migrate_json_get (struct migrate_ctx *ctx, const char *json, size_t len,
                  const char *path, const char **ret_text)
{
  return ctx->core->json_get (ctx, json, len, path, ret_text);
}

/* The bytes of any value at a path; 1 or 0. */
static inline int
migrate_json_raw (struct migrate_ctx *ctx, const char *json, size_t len,
                  const char *path, const char **ret_json, size_t *ret_len)
{
  return ctx->core->json_raw (ctx, json, len, path, ret_json, ret_len);
}

/* Every value at a path. */
static inline int
migrate_json_each (struct migrate_ctx *ctx, const char *json, size_t len,
                   const char *path,
                   int (*each) (struct migrate_ctx *, void *, const char *,
                                size_t),
                   void *opaque)
{
  return ctx->core->json_each (ctx, json, len, path, each, opaque);
}

/* 1: the array at a path has an element with the member 'by' of 'element'. */
static inline int
migrate_json_contains (struct migrate_ctx *ctx, const char *json, size_t len,
                       const char *array_path, const char *element,
                       size_t element_len, const char *by)
{
  return ctx->core->json_contains (ctx, json, len, array_path, element,
                                   element_len, by);
}

/* What the array at a path has in 'json' and lacks in 'other' (NULL = all of
 * it): elements are the same when their members 'by' are.  'each' gets them as
 * JSON arrays of at most 'most' elements and returns 0 to go on.  Arrays may be
 * large. */
static inline int
migrate_json_lacking (struct migrate_ctx *ctx, const char *json, size_t len,
                      const char *other, size_t other_len,
                      const char *array_path, const char *by, size_t most,
                      int (*each) (struct migrate_ctx *, void *, const char *,
                                   size_t),
                      void *opaque)
{
  return ctx->core->json_lacking (ctx, json, len, other, other_len, array_path,
                                  by, most, each, opaque);
}

/* Text in the callback's memory. */
#define migrate_printf(ctx, ...) ((ctx)->core->format ((ctx), __VA_ARGS__))

/* The text as a JSON string, quotes included. */
static inline const char *
migrate_quote (struct migrate_ctx *ctx, const char *text)
{
  return ctx->core->quote (ctx, text);
}

/* The text as a part of a URL: of it only letters, digits and -._~ stay. */
static inline const char *
migrate_in_url (struct migrate_ctx *ctx, const char *text)
{
  static const char digits[] = "0123456789ABCDEF";
  char *url, *to;
  size_t len = 0;

  while (text[len] != '\0')
    len++;
  url = to = migrate_printf (ctx, "%*s", (int) len * 3, "");
  for (; *text != '\0'; text++) {
    const unsigned char c = (unsigned char) *text;

    if ((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z')
        || (c >= '0' && c <= '9') || c == '-' || c == '.' || c == '_'
        || c == '~')
      *to++ = *text;
    else {
      *to++ = '%';
      *to++ = digits[c >> 4];
      *to++ = digits[c & 15];
    }
  }
  *to = '\0';
  return url;
}

/* Value of one of the plugin's options; NULL when not given. */
static inline const char *
migrate_option (struct migrate_ctx *ctx, const char *name)
{
  return ctx->core->option (ctx, name);
}

/* MIGRATE_END_* of the workspace this callback talks to. */
static inline uint32_t
migrate_end (struct migrate_ctx *ctx)
{
  return ctx->core->end (ctx);
}

/* 1 = it is the source, which is only read; 0 = a target. */
static inline int
migrate_is_source (struct migrate_ctx *ctx)
{
  return ctx->core->is_source (ctx);
}

/* A line for the operator about this asset; it stands in the report too. */
static inline void
migrate_note (struct migrate_ctx *ctx, const char *text)
{
  ctx->core->note (ctx, text);
}

/* = THE PLUGIN
 *
 * Callbacks may be NULL.  They run on the core's worker threads, for one asset
 * at a time, in at most 'lanes' threads per kind.
 *
 *   open -> preflight | export_kind, fetch_asset | import_asset |
 *           validate_asset | delete_asset -> close
 *
 * open is called once for each workspace that a command touches, before the
 * other callbacks, and its 'self' is passed to them; close is called whenever
 * open succeeded.  An error of open disables the plugin for the run; an error
 * of another callback is one asset's failure.
 */
struct migrate_plugin {
  uint32_t abi_version;          /* the first five by MIGRATE_REGISTER */
  uint32_t struct_size;
  uint32_t kind_size;
  uint32_t ref_size;
  const char *sdk_version;

  const char *name;              /* as the file: NAME.so */
  const char *summary;
  const char *version;
  const struct migrate_kind *kinds;
  uint32_t n_kinds;
  uint32_t flags;                /* none yet */
  const struct migrate_option *options; /* these end with a zero element */
  const struct migrate_code *codes;
  const struct migrate_right *rights;

  int (*open) (struct migrate_ctx *ctx, void **ret_self);
  void (*close) (struct migrate_ctx *ctx, void *self);
  int (*preflight) (struct migrate_ctx *ctx, void *self);
  int (*export_kind) (struct migrate_ctx *ctx, void *self,
                      const struct migrate_kind *kind);
  int (*fetch_asset) (struct migrate_ctx *ctx, void *self,
                      const struct migrate_asset *asset);
  int (*import_asset) (struct migrate_ctx *ctx, void *self,
                       const struct migrate_asset *asset);
  int (*validate_asset) (struct migrate_ctx *ctx, void *self,
                         const struct migrate_asset *asset);
  int (*delete_asset) (struct migrate_ctx *ctx, void *self,
                       const struct migrate_asset *asset);
  const struct migrate_confirm *confirm; /* ends with a zero element */
  const struct migrate_action *actions;  /* likewise */
  const struct migrate_listed *listed;   /* likewise */
  /* members are only added here */
};

#if defined (__GNUC__)
#define MIGRATE_EXPORT __attribute__ ((visibility ("default")))
#else
#define MIGRATE_EXPORT
#endif

/* The one symbol of a plugin. */
#define MIGRATE_REGISTER(...) \
  extern MIGRATE_EXPORT const struct migrate_plugin migrate_plugin; \
  const struct migrate_plugin migrate_plugin = { \
    .abi_version = MIGRATE_ABI_VERSION, \
    .struct_size = sizeof (struct migrate_plugin), \
    .kind_size = sizeof (struct migrate_kind), \
    .ref_size = sizeof (struct migrate_ref), \
    .sdk_version = MIGRATE_VERSION_STRING, \
    __VA_ARGS__ \
  }

#ifdef __cplusplus
}
#endif

#endif

/* What of an asset counts when two are compared, by its kind's data.  Any thread. */
#ifndef MG_RUN_COMPARE_H
#define MG_RUN_COMPARE_H

#include "base/buf.h"
#include "base/json.h"
#include "plugin/registry.h"

/* What both sides look like when they are equal.  Appends. */
int mg_compare_form (const struct mg_kind *kind, const char *json, size_t len,
                     struct mg_buf *ret_text, struct mg_error *err);
/* The same without what an update does not send (fixed[]). */
int mg_compare_form_of_update (const struct mg_kind *kind, const char *json,
                               size_t len, struct mg_buf *ret_text,
                               struct mg_error *err);
int mg_compare_diff (const struct mg_kind *kind, const struct mg_buf *source,
                     const struct mg_buf *target,
                     int (*each) (void *opaque, const char *path,
                                  struct mg_span source, struct mg_span target),
                     void *opaque, struct mg_error *err);
/* The first of the kind's same[] that differs, or NULL. */
const char *mg_compare_same (const struct mg_kind *kind, const char *left,
                             size_t left_len, const char *right,
                             size_t right_len);
/* Was 'sent' stored as 'found'?  The service may have added to it; members of
 * later[] do not count. */
int mg_compare_sent (const struct mg_kind *kind, const char *sent,
                     size_t sent_len, const char *found, size_t found_len);

/* 1: what import forces stands in this body as it was forced; 0: somebody has
 * switched it on since.  What is not there is not looked at. */
int mg_compare_is_forced (const struct mg_kind *kind, const char *json,
                          size_t len);

/* 1: import makes another value of what stands in this body; of a row of set_there
 * ('there') also where the object says nothing of it. */
int mg_compare_would_force (const struct migrate_set *set, int there,
                            const char *json, size_t len);

/* 1: on in the source, and in the target as import forces it. */
int mg_compare_is_off (const struct mg_kind *kind, const struct mg_buf *source,
                       const struct mg_buf *target);

/* The body 'before' with the elements that 'wanted' has more in merge[]. */
int mg_compare_union (const struct mg_kind *kind, const char *before,
                      size_t before_len, const char *wanted, size_t wanted_len,
                      struct mg_buf *ret_json, struct mg_error *err);

#endif

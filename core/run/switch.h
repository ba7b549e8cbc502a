/* What of a body an action switches off and puts back: the members that hold
 * what set[] and set_there[] of its kind force.  Pure; any thread.
 *
 * A place is MEMBER.LEAF, or MEMBER[*].LEAF of an array's elements, below what the
 * kind sends.  An element of an array is known by what else is in it, not by
 * where it stands: somebody may have added others.
 */
#ifndef MG_RUN_SWITCH_H
#define MG_RUN_SWITCH_H

#include "base/buf.h"
#include "base/json.h"
#include "plugin/registry.h"

struct mg_switch {
  const struct migrate_kind *k;
  const char *absent;              /* what a LEAF that is not there means; JSON */
};

/* The members, in an object of the body's form.  1; 0 when it has none. */
int mg_switch_part (const struct mg_switch *sw, const char *json, size_t len,
                    struct mg_buf *ret_part, struct mg_error *err);

/* Is anything on?  1 or 0. */
int mg_switch_is_on (const struct mg_switch *sw, const char *json, size_t len);

/* What to send to switch it off: the members that change, in an object. */
int mg_switch_off (const struct mg_switch *sw, const char *json, size_t len,
                   struct mg_buf *ret_members, struct mg_error *err);

/* The part of 'now', with what 'former' says of the places that it has: what
 * was kept once is not kept over. */
int mg_switch_keep (const struct mg_switch *sw, const struct mg_buf *now,
                    const struct mg_buf *former, struct mg_buf *ret_part,
                    struct mg_error *err);

/* 1: a place that both have is on in one of them only. */
int mg_switch_differs (const struct mg_switch *sw, const struct mg_buf *now,
                       const struct mg_buf *former, struct mg_error *err);

enum mg_switch_verdict {
  MG_SWITCH_SEND,                  /* ret_members puts it back */
  MG_SWITCH_ALREADY,               /* it is as it was, and something is on */
  MG_SWITCH_STAYS,                 /* nothing was on, nothing is */
  MG_SWITCH_THEIRS                 /* it is not as the action left it */
};
/* Negative, or the verdict on a body that was switched off. */
int mg_switch_back (const struct mg_switch *sw, const struct mg_buf *now,
                    const struct mg_buf *former, struct mg_buf *ret_members,
                    struct mg_error *err);

/* Every place that is on: the path of what holds it ("settings.schedule",
 * "settings.triggers[*]") and that.  'each' returns 0 to go on. */
int mg_switch_each_on (const struct mg_switch *sw, const struct mg_buf *json,
                       int (*each) (void *opaque, const char *holder,
                                    struct mg_span value),
                       void *opaque);

#endif

/* JSON as bytes.
 *
 * What passes through us is never rebuilt from a tree: unknown fields, big
 * integers, repeated keys, odd escapes, bare NaN and lone surrogates survive
 * byte for byte.  These functions read a span in place, or copy a text with
 * some values replaced.  Numbers may be NaN, Infinity, -Infinity (MLflow
 * answers them).  Any thread; no state beyond the arguments.
 *
 * Paths: 'settings.schedule.pause_status', 'tasks[*].run_job_task.job_id',
 * '[*].x', '**.policy_id' (any depth, also 0), 'a.b\.c' (a dot inside a key),
 * 'tags[key=owner].value' (elements that are objects with such a member),
 * 'cluster[?pool].node' (only of an object that has a member 'pool' which is
 * neither null nor ""),
 * 'definition|json.instance_pool_id.value' (the string holds JSON: step into
 * it), '' (the whole text).  Also '[3]' (one element), 'a.*' (any member) and
 * 'a.b*c' (members of such names: a star stands for any bytes, a dot too).
 * A backslash takes the meaning from any one character of a key.  Keys are
 * compared after unescaping.  A path has at most 32 steps.
 */
#ifndef MG_BASE_JSON_H
#define MG_BASE_JSON_H

#include <stddef.h>
#include <stdint.h>
#include "base/buf.h"
#include "base/error.h"

struct mg_span {
  const char *p;         /* NULL: not there */
  size_t len;
};

/* One value, all of the text, depth <= MG_MAX_JSON_DEPTH, UTF-8 valid in
 * strings; 0 or MG_E_PROTOCOL [not-json] with the offset. */
int mg_json_check (const char *text, size_t len, struct mg_error *err);

/* 0, or MG_E_INVALID [bad-path]: for paths that come from outside.  The other
 * functions answer "not there" or the same error for such a path. */
int mg_json_path_check (const char *path, struct mg_error *err);

/* May both lead to one place of a text?  1 where that cannot be excluded, 0 for
 * what is no path. */
int mg_json_paths_meet (const char *a, const char *b);

/* First value at the path (no wildcards needed, allowed: the first match);
 * 1 found, 0 not there (also for text that is not JSON).  The span is the
 * value's own bytes; what stands inside a string ('|json') has none, use
 * mg_json_get_text or mg_json_each there. */
int mg_json_get (const char *text, size_t len, const char *path,
                 struct mg_span *ret_value);

/* The type letter: { [ " 0 t f n, or 0 for an empty span; numbers are '0'
 * (NaN and Infinity too). */
int mg_json_type (struct mg_span value);

/* Text of a string (unescaped; lone surrogates and zero bytes become U+FFFD),
 * or of a number or true/false as they stand.  The caller frees with mg_free.
 * NULL for null, objects, arrays, absent.  mg_json_get_text is get + text. */
char *mg_json_text (struct mg_span value);
char *mg_json_get_text (const char *text, size_t len, const char *path);

/* The texts at several good paths, 64 at most, in one pass. */
void mg_json_get_texts (const char *text, size_t len, const char *const *paths,
                        size_t n_paths, char **ret_texts);
int mg_json_get_int64 (const char *text, size_t len, const char *path,
                       int64_t *ret_value);   /* 1, or 0: absent or no integer;
                                                 "12" in quotes counts */
int mg_json_get_bool (const char *text, size_t len, const char *path);
                                              /* 1 only for true */

/* Every value at the path, in order of the text.  'each' returns 0 to go on;
 * anything else stops and is returned.  MG_E_PROTOCOL when the text is not JSON
 * (found on the way: 'each' may have been called), MG_E_INVALID for the path.
 * Spans below '|json' live until 'each' returns. */
int mg_json_each (const char *text, size_t len, const char *path,
                  int (*each) (void *opaque, struct mg_span value),
                  void *opaque);

/* The same of several paths in one pass, in order of the text (of some dozen
 * paths and more: of each few of them); 'which' counts from 0. */
int mg_json_each_of (const char *text, size_t len, const char *const *paths,
                     size_t n_paths,
                     int (*each) (void *opaque, size_t which,
                                  struct mg_span value), void *opaque);

/* ---- copying with changes ---- */

enum mg_edit_op {
  MG_EDIT_DROP,          /* remove the member or element, comma and all */
  MG_EDIT_SET,           /* replace by 'value' (JSON text); add the member when
                            its parent object exists (makes missing parents of
                            a path without wildcards) */
  MG_EDIT_MAP,           /* ask 'map' */
};

/* What 'map' says of one value at the path. */
enum mg_map_verdict {
  MG_MAP_KEEP,
  MG_MAP_REPLACE,        /* by the text that it appended to ret_text */
  MG_MAP_DROP_ELEMENT,   /* remove the nearest enclosing array element (or the
                            member itself when there is none) */
};

struct mg_edit {
  enum mg_edit_op op;
  const char *path;
  const char *value;     /* SET: JSON text */
  /* MAP.  'value' is the span as it stands; 'parent' the object that holds it
   * (or the array).  With MG_MAP_REPLACE the replacement is plain text in
   * ret_text: written as a string where a string stood, bare where a number
   * or a truth value stood and the replacement is one, too, else as a string.  A
   * negative verdict stops the edit and is returned. */
  int (*map) (void *opaque, const struct mg_edit *edit, struct mg_span value,
              struct mg_span parent, struct mg_buf *ret_text,
              struct mg_error *err);
  void *opaque;
};

/* Applies all edits in one pass over the text (values inside dropped members
 * are not asked for; two edits that match one value: the first in the array
 * wins, of maps the first that does not keep it).  Everything untouched is copied
 * byte for byte.  Appends to ret_text.
 * SET adds nothing below '**' (only replaces there), nothing to what is no
 * object, and no parents below a wildcard.
 * MG_E_PROTOCOL [not-json], MG_E_NOMEM [too-large], MG_E_INVALID [bad-path]
 * [bad-value], or what a map returned; ret_text is as it was then. */
int mg_json_edit (const char *text, size_t len, const struct mg_edit *edits,
                  size_t n_edits, struct mg_buf *ret_text,
                  struct mg_error *err);

/* ---- comparing ---- */

struct mg_json_rules {
  const char *const *ignore;     /* NULL-ended paths dropped on both sides */
  const char *const *unordered;  /* arrays compared as multisets */
  const char *const *nocase;     /* strings at these paths compared folded */
  int absent_is_default;         /* a missing member equals "", 0, false, null,
                                    [] and {} (the service drops those) */
};

/* The same value on many lines, as people read it.  MG_E_PROTOCOL where a string
 * does not end; the rest is not checked. */
int mg_json_indent (const char *text, size_t len, struct mg_buf *out);

/* One canonical text: keys sorted bytewise, no white space, ignored paths
 * dropped, unordered arrays sorted by their canonical text, strings in one
 * escaping, numbers as they stand but for 1.0 = 1 and 1e0 = 1.  Two values are
 * equal iff their canonical texts are. */
int mg_json_canonical (const char *text, size_t len,
                       const struct mg_json_rules *rules,
                       struct mg_buf *ret_text, struct mg_error *err);

/* Is every member and element of 'part' in 'whole' with the same value?
 * (Services add defaults to what was sent.)  1 or 0; negative on error. */
int mg_json_subset (const char *part, size_t part_len, const char *whole,
                    size_t whole_len, const struct mg_json_rules *rules,
                    struct mg_error *err);

/* Differences between two canonical texts, path by path: 'each' is called with
 * the path of the deepest difference and both values (NULL spans for absent).
 * Elements of unordered arrays (by 'rules') that differ are reported one by one
 * as present on one side only, with path 'members[]'. */
int mg_json_diff (const char *left, size_t left_len, const char *right,
                  size_t right_len, const struct mg_json_rules *rules,
                  int (*each) (void *opaque, const char *path,
                               struct mg_span left, struct mg_span right),
                  void *opaque, struct mg_error *err);

/* ---- a list that streams ---- */

/* Push parser: fed in pieces of any size, hands out each element of one array
 * as its own bytes and keeps the rest of the document (everything but the
 * array's elements) for reading tokens and totals at the end. */
struct mg_split;

/* 'array' is the path of the array ("clusters", "Resources", "a.b"; "" = the
 * document itself is the array).  max_element bounds one element, max_rest the
 * rest. */
struct mg_split *mg_split_new (const char *array, size_t max_element,
                               size_t max_rest,
                               int (*each) (void *opaque, const char *element,
                                            size_t len, struct mg_error *err),
                               void *opaque);
void mg_split_free (struct mg_split *split);
int mg_split_feed (struct mg_split *split, const char *data, size_t len,
                   struct mg_error *err);
/* Errors of feed: MG_E_PROTOCOL [not-json], MG_E_NOMEM [too-large],
 * MG_E_INVALID [bad-path] (keys only, no wildcards), or what 'each' returned
 * (negative); the splitter is done for then.
 * The document must be whole: else MG_E_PROTOCOL [truncated].  ret_rest is the
 * document with the array empty. */
int mg_split_end (struct mg_split *split, struct mg_span *ret_rest,
                  size_t *ret_n_elements, struct mg_error *err);

#endif

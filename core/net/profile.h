/* The profile file, as Databricks' own tools write and read it: INI with
 * comments of # and ;, where DEFAULT is a section like any other.  Lines that
 * make no sense are tolerated as long as nobody needs what they stand in.
 */
#ifndef MG_NET_PROFILE_H
#define MG_NET_PROFILE_H

#include <stddef.h>
#include "base/error.h"

struct mg_profile_entry {
  char *key;             /* NULL: a line that makes no sense */
  char *value;
  int line;
};

struct mg_profile {
  char *name;
  int line;
  struct mg_profile_entry *entries;
  size_t n_entries;
};

struct mg_profiles {
  char *path;
  struct mg_profile *all;
  size_t n;
};

#define MG_PROFILES_INIT { NULL, NULL, 0 }

/* An absent file is an empty one.  MG_E_IO, MG_E_NOMEM [too-large]. */
int mg_profiles_read (const char *path, struct mg_profiles *ret_profiles,
                      struct mg_error *err);
/* The same from memory; 'path' is for messages. */
void mg_profiles_parse (const char *text, const char *path,
                        struct mg_profiles *ret_profiles);
void mg_profiles_done (struct mg_profiles *profiles);   /* wipes values */

const struct mg_profile *mg_profiles_find (const struct mg_profiles *profiles,
                                           const char *name);

/* The last value of the key, NULL when absent or empty. */
const char *mg_profile_get (const struct mg_profile *profile,
                            const char *key);

/* The line of the first entry that makes no sense, or that stands there a
 * second time (a key, or the whole section); 0 = none. */
int mg_profile_bad_line (const struct mg_profile *profile);

/* "~/x" with the home folder; the caller frees with mg_free. */
char *mg_profile_expand (const char *path);

#endif

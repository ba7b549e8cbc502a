/* A profile file, however it looks: every profile that was read can be found
 * by its name, and what stands in it is one trimmed line. */
#include <config.h>

#include <string.h>

#include "base/alloc.h"
#include "fuzz.h"
#include "net/profile.h"

const char mg_fuzz_corpus[] = "profile";

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  MG_CLEANUP_FREE char *text = mg_xstrndup ((const char *) data, size);
  MG_CLEANUP (mg_profiles_done) struct mg_profiles all = MG_PROFILES_INIT;
  size_t i, j;

  mg_profiles_parse (text, "f", &all);
  for (i = 0; i < all.n; i++) {
    must (mg_profiles_find (&all, all.all[i].name) == &all.all[i]);
    mg_profile_bad_line (&all.all[i]);
    for (j = 0; j < all.all[i].n_entries; j++) {
      const struct mg_profile_entry *e = &all.all[i].entries[j];

      must (e->line > 0);
      if (e->key == NULL)
        continue;
      must (strchr (e->value, '\n') == NULL);
      must (e->value[0] != ' ');
      mg_profile_get (&all.all[i], e->key);
    }
  }
  return 0;
}

/* What of a list is nearest to a name that it does not have. */
#include <config.h>

#include "mg-test.h"
#include "run/listed.h"

static const char *
nearest (const char *text)
{
  static char names[][20] = { "i3.2xlarge", "m5.2xlarge", "m6i.xlarge",
                              "m5d.xlarge", "i3en.xlarge", "c5.large",
                              "Standard_D8ds_v5", "Standard_D4ads_v5" };
  char *list[sizeof names / sizeof names[0]];
  struct mg_listed listed = { list, sizeof names / sizeof names[0] };
  size_t i;

  for (i = 0; i < listed.n; i++)
    list[i] = names[i];
  return mg_listed_nearest (&listed, text);
}

MG_TEST (other_letters_are_nearer_than_another_size)
{
  is_str (nearest ("i3.xlarge"), "i3en.xlarge");
  is_str (nearest ("m5.xlarge"), "m5d.xlarge");
  is_str (nearest ("Standard_D4ds_v5"), "Standard_D4ads_v5");
}

MG_TEST (another_size_is_better_than_none)
{
  is_str (nearest ("i3.4xlarge"), "i3.2xlarge");
}

MG_TEST (what_is_like_nothing_has_no_nearest)
{
  ok (nearest ("n2-highmem-16") == NULL);
  ok (nearest ("") == NULL);
}

MG_TEST (what_is_there_is_found)
{
  char a[] = "a", b[] = "b";
  char *some[] = { a, b };
  struct mg_listed listed = { some, 2 };

  is_int (mg_listed_has (&listed, "b"), 1);
  is_int (mg_listed_has (&listed, "B"), 0);
}

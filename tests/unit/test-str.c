/* Helpers on strings. */
#include <config.h>

#include "base/alloc.h"
#include "base/str.h"
#include "mg-test.h"

static const char *
printable (const char *s)
{
  static char text[200];

  return mg_printable (s, text, sizeof text);
}

static const char *
folded (const char *s)
{
  static char text[200];
  char *f = mg_fold (s);

  snprintf (text, sizeof text, "%s", f);
  mg_free (f);
  return text;
}

MG_TEST (equality_knows_null)
{
  ok (mg_streq ("a", "a"));
  ok (!mg_streq ("a", "b"));
  ok (!mg_streq ("a", NULL));
  ok (!mg_streq (NULL, "a"));
  ok (mg_streq (NULL, NULL));
}

MG_TEST (beginnings_and_ends)
{
  ok (mg_starts ("abc", "ab"));
  ok (mg_starts ("abc", ""));
  ok (!mg_starts ("a", "ab"));
  ok (mg_ends ("abc", "bc"));
  ok (mg_ends ("abc", ""));
  ok (!mg_ends ("c", "bc"));
}

MG_TEST (globs_match)
{
  static const char *const yes[][2] = {
    { "", "" }, { "*", "" }, { "*", "abc" }, { "a*", "a" }, { "a*c", "abbc" },
    { "*b*", "abc" }, { "a?c", "abc" }, { "**", "x" }, { "*ab", "aab" },
    { "a*b*c", "aXbYbZc" }, { "[a]", "[a]" }, { "a\\*", "a\\x" },
  };
  size_t i;

  for (i = 0; i < MG_N_ELEMENTS (yes); i++)
    if (!mg_glob (yes[i][0], yes[i][1]))
      fail_test ("'%s' does not match '%s'", yes[i][0], yes[i][1]);
}

MG_TEST (globs_do_not_match_more)
{
  static const char *const no[][2] = {
    { "", "a" }, { "?", "" }, { "a", "A" }, { "a*c", "ab" }, { "a?", "a" },
    { "[ab]", "a" }, { "ab", "abc" }, { "*a", "ab" }, { "a*b*c", "acb" },
  };
  size_t i;

  for (i = 0; i < MG_N_ELEMENTS (no); i++)
    if (mg_glob (no[i][0], no[i][1]))
      fail_test ("'%s' matches '%s'", no[i][0], no[i][1]);
}

MG_TEST (a_glob_full_of_stars_ends_soon)
{
  char text[4001];

  memset (text, 'a', 4000);
  text[4000] = '\0';
  ok (!mg_glob ("*a*a*a*a*a*a*a*a*a*b", text));
}

MG_TEST (trims)
{
  char a[] = " \t a b \n", b[] = " \n", c[] = "";

  is_str (mg_trim (a), "a b");
  is_str (mg_trim (b), "");
  is_str (mg_trim (c), "");
}

MG_TEST (folds_the_alphabets_it_promises)
{
  is_str (folded ("Az09_@[`{"), "az09_@[`{");
  is_str (folded ("\xc3\x80\xc3\x96\xc3\x97\xc3\x98\xc3\x9e\xc3\x9f"),
          "\xc3\xa0\xc3\xb6\xc3\x97\xc3\xb8\xc3\xbe\xc3\x9f");
  is_str (folded ("\xc5\x81\xc5\xb9\xc5\xb8\xc4\xb0"),      /* L/ Z' Y" I. */
          "\xc5\x82\xc5\xba\xc3\xbf\xc4\xb0");
  is_str (folded ("\xce\x91\xce\x86\xce\xa9\xce\xab"),      /* Greek */
          "\xce\xb1\xce\xac\xcf\x89\xcf\x8b");
  is_str (folded ("\xd0\x90\xd0\xaf\xd0\x81\xd0\x86\xd2\x90"), /* Cyrillic */
          "\xd0\xb0\xd1\x8f\xd1\x91\xd1\x96\xd2\x91");
}

MG_TEST (folding_leaves_the_rest_alone)
{
  const char *same = "\xc3\xa9\xce\xb1\xd0\xb6\xe4\xb8\xad\xf0\x9f\x98\x80"
                     "\xff\xed\xa0\x80\xc3";

  is_str (folded (same), same);
  is_str (folded (""), "");
}

MG_TEST (plain_text_is_printable)
{
  is_str (printable ("a b \\ \" \xc3\xa9 \xe4\xb8\xad \xf0\x9f\x98\x80"),
          "a b \\ \" \xc3\xa9 \xe4\xb8\xad \xf0\x9f\x98\x80");
  is_str (printable (""), "");
  is_str (printable (NULL), "(none)");
}

MG_TEST (control_bytes_are_shown)
{
  is_str (printable ("a\nb\x1b[31m\r\x7f\x01"),
          "a\\nb\\x1b[31m\\x0d\\x7f\\x01");
  is_str (printable ("\xc2\x9b"), "\\u{009b}");
}

MG_TEST (what_deceives_the_eye_is_shown)
{
  is_str (printable ("\xe2\x80\xae\xe2\x80\x8b\xe2\x81\xa6\xef\xbb\xbf"),
          "\\u{202e}\\u{200b}\\u{2066}\\u{feff}");
  is_str (printable ("\xd8\x9c\xe2\x80\xa8\xf3\xa0\x80\x81"),
          "\\u{061c}\\u{2028}\\u{e0001}");
}

MG_TEST (what_is_not_utf8_is_shown)
{
  is_str (printable ("a\xff\xc3"), "a\\xff\\xc3");
  is_str (printable ("\xed\xa0\x80"), "\\xed\\xa0\\x80");
}

MG_TEST (printable_is_cut_to_what_fits)
{
  char text[8];

  is_str (mg_printable ("abcdefg", text, sizeof text), "abcdefg");
  is_str (mg_printable ("abcdefgh", text, sizeof text), "abcd...");
  /* not in the middle of a character */
  is_str (mg_printable ("abc\xc3\xa9" "fgh", text, sizeof text), "abc...");
  is_str (mg_printable ("abcdefgh", text, 3), "..");
}

MG_TEST (utf8_is_told_from_what_is_not)
{
  static const char *const good[] = {
    "", "a", "\xc2\x80", "\xdf\xbf", "\xe0\xa0\x80", "\xed\x9f\xbf",
    "\xee\x80\x80", "\xf0\x90\x80\x80", "\xf4\x8f\xbf\xbf",
  };
  static const char *const bad[] = {
    "\x80", "\xc0\x80", "\xc1\xbf", "\xe0\x9f\xbf", "\xed\xa0\x80",
    "\xf0\x8f\xbf\xbf", "\xf4\x90\x80\x80", "\xf8\x88\x80\x80\x80", "\xc3",
    "\xe2\x82", "\xc3(", "\xff",
  };
  size_t i;

  for (i = 0; i < MG_N_ELEMENTS (good); i++)
    ok (mg_utf8_valid (good[i], strlen (good[i])));
  for (i = 0; i < MG_N_ELEMENTS (bad); i++)
    if (mg_utf8_valid (bad[i], strlen (bad[i])))
      fail_test ("valid: %zu", i);
  ok (mg_utf8_valid ("a\0b", 3));
}

MG_TEST (utf8_is_not_read_beyond_its_end)
{
  ok (!mg_utf8_valid ("\xe2\x82\xac", 2));
  ok (!mg_utf8_valid ("\xc3\xa9", 1));
}

MG_TEST (printable_text_has_an_end)
{
  struct mg_buf b = MG_BUF_INIT (64 * 1024);
  char text[20001];

  memset (text, '\x1b', sizeof text - 1);
  text[sizeof text - 1] = '\0';
  mg_buf_add_str (&b, "before");
  mg_buf_add_printable (&b, text);
  ok (!b.failed);
  ok (b.len > 4000 && b.len < 4100);
  is_str (mg_buf_text (&b) + b.len - 7, "\\x1b...");
  mg_buf_done (&b);
}

MG_TEST (distances)
{
  is_int (mg_distance ("", ""), 0);
  is_int (mg_distance ("abc", "abc"), 0);
  is_int (mg_distance ("abc", ""), 3);
  is_int (mg_distance ("kitten", "sitting"), 3);
  is_int (mg_distance ("sitting", "kitten"), 3);
  is_int (mg_distance ("export", "exprot"), 2);
  is_int (mg_distance ("a", "abcd"), 3);
  is_int (mg_distance ("abcd", "d"), 3);
}

MG_TEST (distances_of_long_strings_are_large)
{
  char text[62];

  memset (text, 'a', 61);
  text[61] = '\0';
  ok (mg_distance (text, text) > 100);
  ok (mg_distance ("", text) > 100);
  text[60] = '\0';
  is_int (mg_distance (text, text), 0);
  is_int (mg_distance ("", text), 60);
}

MG_TEST (the_nearest_word_is_found)
{
  static const char *const words[] = { "export", "import", "validate", NULL };

  is_str (mg_nearest ("exprt", words), "export");
  is_str (mg_nearest ("imporrt", words), "import");
  is_str (mg_nearest ("expo", words), "export");
  is_null (mg_nearest ("exp", words));
  is_str (mg_nearest ("validat", words), "validate");
  is_null (mg_nearest ("zzzzzz", words));
  is_null (mg_nearest ("xy", words));
}

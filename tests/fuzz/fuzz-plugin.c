/* The data of a plugin, however it looks: it is refused with a message, or the
 * core can work with it.  Each line of the input is one member of the kind, in
 * the order below; an empty one is NULL, in lists a '|' stands between two.
 * The first line are its numbers. */
#include <config.h>

#include <string.h>

#include "base/alloc.h"
#include "base/json.h"
#include "base/limits.h"
#include "fuzz.h"
#include "plugin/check.h"
#include "plugin/conform-fake.h"
#include "run/compare.h"
#include "run/state.h"

const char mg_fuzz_corpus[] = "plugin";

enum { MAX_LIST = 16 };

struct data {
  char *next;                      /* the lines not read yet */
  struct migrate_kind kind;
  struct migrate_plugin plugin;
  const char *lists[6][MAX_LIST + 1];
  int n_lists;
  struct migrate_ref refs[MAX_LIST + 1];
  struct migrate_alias aliases[MAX_LIST + 1];
  struct migrate_set set[MAX_LIST + 1];
  struct migrate_leave leave[MAX_LIST + 1];
  struct migrate_option options[MAX_LIST + 1];
  struct migrate_code codes[MAX_LIST + 1];
};

static const char *
cut (char **rest, char mark)
{
  char *at = *rest, *end;

  if (at == NULL)
    return NULL;
  end = strchr (at, mark);
  if (end != NULL)
    *end++ = '\0';
  *rest = end;
  return *at ? at : NULL;
}

static const char *
line (struct data *d)
{
  return cut (&d->next, '\n');
}

static int
split (struct data *d, const char **ret, int max)
{
  char *rest = (char *) (uintptr_t) line (d);
  int n = 0;

  while (rest != NULL && n < max)
    if ((ret[n] = cut (&rest, '|')) != NULL)
      n++;
  ret[n] = NULL;
  return n;
}

static const char *const *
list (struct data *d)
{
  const char **at = d->lists[d->n_lists++];

  return split (d, at, MAX_LIST) ? at : NULL;
}

static void
read_numbers (struct data *d)
{
  const char *s = line (d);
  uint32_t *const to[] = { &d->kind.once, &d->kind.flags, &d->kind.ends,
                           &d->kind.paging, &d->kind.lanes };
  size_t i;

  for (i = 0; s != NULL && i < sizeof to / sizeof to[0] && s[i] != '\0'; i++)
    *to[i] = (uint32_t) (unsigned char) s[i] - '0';
}

static void
read_tables (struct data *d)
{
  const char *words[3 * MAX_LIST + 1];
  int i, n = split (d, words, 3 * MAX_LIST);

  for (i = 0; i + 1 < n; i += 2) {
    d->refs[i / 2].path = words[i];
    d->refs[i / 2].ns = words[i + 1];
    d->refs[i / 2].late = i % 4 == 0;
    if (i / 2 == MAX_LIST - 1)
      break;
  }
  n = split (d, words, MAX_LIST);
  for (i = 0; i + 1 < n; i += 2) {
    d->aliases[i / 2].ns = words[i];
    d->aliases[i / 2].path = words[i + 1];
  }
  n = split (d, words, MAX_LIST);
  for (i = 0; i + 1 < n; i += 2) {
    d->set[i / 2].path = words[i];
    d->set[i / 2].value = words[i + 1];
  }
  n = split (d, words, MAX_LIST);
  for (i = 0; i + 2 < n; i += 3) {
    d->leave[i / 3].path = words[i];
    d->leave[i / 3].value = words[i + 1];
    d->leave[i / 3].code = words[i + 2];
  }
  n = split (d, words, MAX_LIST);
  for (i = 0; i + 1 < n; i += 2) {
    d->options[i / 2].name = words[i];
    d->options[i / 2].help = words[i + 1];
  }
  n = split (d, words, MAX_LIST);
  for (i = 0; i + 1 < n; i += 2) {
    d->codes[i / 2].code = words[i];
    d->codes[i / 2].text = d->codes[i / 2].cure = words[i + 1];
  }
}

static void
read_data (struct data *d)
{
  struct migrate_kind *k = &d->kind;

  read_numbers (d);
  k->name = line (d);
  k->title = line (d);
  k->key = line (d);
  k->id = line (d);
  k->list = line (d);
  k->list_body = line (d);
  k->array = line (d);
  k->get = line (d);
  k->unwrap = line (d);
  k->create = line (d);
  k->update = line (d);
  k->update_body = line (d);
  k->remove = line (d);
  k->permissions = line (d);
  k->owned = list (d);
  k->unordered = list (d);
  k->nocase = list (d);
  k->later = list (d);
  k->merge = list (d);
  k->after = list (d);
  read_tables (d);
  k->refs = d->refs;
  k->aliases = d->aliases;
  k->set = d->set;
  k->leave = d->leave;
  d->plugin.options = d->options;
  d->plugin.codes = d->codes;
  d->plugin.kinds = k;
  d->plugin.n_kinds = 1;
}

/* What the core does with a kind's data and one asset. */
static void
work_with (struct data *d)
{
  struct mg_plugin plugin = { .p = d->plugin, .kinds = &d->kind,
                              .path = (char *) "x" };
  struct mg_kind kind = { .k = &d->kind, .plugin = &plugin };
  MG_CLEANUP (mg_buf_done) struct mg_buf form = MG_BUF_INIT (MG_MAX_ELEMENT);
  struct mg_put put;
  struct mg_fake fake;
  const char *text;
  size_t len;

  mg_fake_init (&fake, &plugin);
  mg_fake_kind (&fake, &d->kind, NULL);
  text = mg_buf_text (&fake.sample);
  len = fake.sample.len;
  if (mg_json_check (text, len, NULL) == 0) {
    if (mg_compare_form (&kind, text, len, &form, NULL) == 0)
      must (mg_json_check (mg_buf_text (&form), form.len, NULL) == 0);
    must (mg_compare_sent (&kind, text, len, text, len) == 1);
    mg_put_init (&put);
    mg_put_fill (&fake.ctx, &kind, text, len, &put, NULL);
    mg_put_done (&put);
  }
  mg_fake_done (&fake);
}

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  MG_CLEANUP_FREE char *text = mg_xstrndup ((const char *) data, size);
  struct mg_error err = MG_ERROR_INIT;
  struct data *d = mg_xcalloc (1, sizeof *d);
  int r;

  d->next = text;
  read_data (d);
  r = mg_check_kind (&d->kind, "x.so", &err);
  if (r == 0)
    r = mg_check_tables (&d->plugin, "x.so", &err);
  if (r == 0)
    work_with (d);
  else
    must (err.code == r && err.text[0] != '\0' && err.id[0] != '\0');
  mg_free (d);
  return 0;
}

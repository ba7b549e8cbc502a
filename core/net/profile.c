/* The profile file: see profile.h, and mg_end_save of end.h. */
#include <config.h>

#include <ctype.h>
#include <string.h>

#include "base/alloc.h"
#include "base/file.h"
#include "base/limits.h"
#include "base/str.h"
#include "net/end.h"
#include "net/profile.h"

char *
mg_profile_expand (const char *path)
{
  const char *home = mg_env ("HOME");

  if (home == NULL || path[0] != '~' || (path[1] != '/' && path[1] != '\0'))
    return mg_xstrdup (path);
  return mg_xasprintf ("%s%s", home, path + 1);
}

char *
mg_end_profile_path (void)
{
  const char *named = mg_env ("DATABRICKS_CONFIG_FILE");

  return mg_profile_expand (named ? named : "~/.databrickscfg");
}

static struct mg_profile_entry *
add_place (struct mg_profile *profile, int line)
{
  struct mg_profile_entry *e;

  profile->entries = mg_xreallocarray (profile->entries,
                                       profile->n_entries + 1,
                                       sizeof *profile->entries);
  e = &profile->entries[profile->n_entries++];
  memset (e, 0, sizeof *e);
  e->line = line;
  return e;
}

/* A section that stands twice makes no sense the second time: which host
 * would the token be for? */
static struct mg_profile *
add_section (struct mg_profiles *profiles, const char *name, size_t len,
             int line)
{
  struct mg_profile *p;
  size_t i;

  for (i = 0; i < profiles->n; i++)
    if (strlen (profiles->all[i].name) == len
        && memcmp (profiles->all[i].name, name, len) == 0) {
      add_place (&profiles->all[i], line);
      return &profiles->all[i];
    }
  profiles->all = mg_xreallocarray (profiles->all, profiles->n + 1,
                                    sizeof *profiles->all);
  p = &profiles->all[profiles->n++];
  memset (p, 0, sizeof *p);
  p->name = mg_xstrndup (name, len);
  p->line = line;
  return p;
}

/* An inline comment needs a blank before its #. */
static void
cut_comment (char *value)
{
  char *p;

  for (p = value; *p != '\0'; p++)
    if (*p == '#' && p > value && isblank ((unsigned char) p[-1])) {
      *p = '\0';
      return;
    }
}

static void
add_entry (struct mg_profile *profile, char *line, int number)
{
  struct mg_profile_entry *e = add_place (profile, number);
  size_t at = strcspn (line, "=:");

  if (line[at] == '\0' || at == 0)
    return;
  line[at] = '\0';
  cut_comment (line + at + 1);
  e->key = mg_fold (mg_trim (line));
  e->value = mg_xstrdup (mg_trim (line + at + 1));
}

/* Keys before the first section belong to none and are dropped. */
static struct mg_profile *
read_line (struct mg_profiles *profiles, struct mg_profile *now, char *line,
           int number)
{
  char *p = mg_trim (line);
  char *close;

  if (*p == '\0' || *p == '#' || *p == ';')
    return now;
  if (*p == '[') {
    close = strchr (p, ']');
    if (close != NULL)
      *close = '\0';
    p = mg_trim (p + 1);
    now = add_section (profiles, p, strlen (p), number);
    if (close == NULL)
      add_place (now, number);
    return now;
  }
  if (now != NULL)
    add_entry (now, p, number);
  return now;
}

void
mg_profiles_parse (const char *text, const char *path,
                   struct mg_profiles *ret_profiles)
{
  struct mg_profiles profiles = MG_PROFILES_INIT;
  struct mg_profile *now = NULL;
  const char *p = text;
  int number = 0;

  profiles.path = mg_xstrdup (path);
  if (mg_starts (p, "\xef\xbb\xbf"))
    p += 3;
  while (*p != '\0') {
    size_t len = strcspn (p, "\n");
    char *line = mg_xstrndup (p, len);

    now = read_line (&profiles, now, line, ++number);
    mg_free_secret (line);
    p += len + (p[len] == '\n');
  }
  *ret_profiles = profiles;
}

int
mg_profiles_read (const char *path, struct mg_profiles *ret_profiles,
                  struct mg_error *err)
{
  MG_CLEANUP (mg_buf_done) struct mg_buf text = MG_BUF_INIT (MG_MAX_FILE);
  int r;

  if (mg_file_exists (path)) {
    r = mg_file_read (path, &text, err);
    if (r < 0)
      return r;
  }
  mg_profiles_parse (mg_buf_text (&text), path, ret_profiles);
  if (text.data != NULL)
    mg_wipe (text.data, text.len);
  return 0;
}

void
mg_profiles_done (struct mg_profiles *profiles)
{
  size_t i, j;

  for (i = 0; i < profiles->n; i++) {
    struct mg_profile *p = &profiles->all[i];

    for (j = 0; j < p->n_entries; j++) {
      mg_free (p->entries[j].key);
      mg_free_secret (p->entries[j].value);
    }
    mg_free (p->entries);
    mg_free (p->name);
  }
  mg_free (profiles->all);
  mg_free (profiles->path);
  memset (profiles, 0, sizeof *profiles);
}

const struct mg_profile *
mg_profiles_find (const struct mg_profiles *profiles, const char *name)
{
  size_t i;

  for (i = 0; i < profiles->n; i++)
    if (strcmp (profiles->all[i].name, name) == 0)
      return &profiles->all[i];
  return NULL;
}

const char *
mg_profile_get (const struct mg_profile *profile, const char *key)
{
  size_t i;

  for (i = profile->n_entries; i > 0; i--) {
    const struct mg_profile_entry *e = &profile->entries[i - 1];

    if (e->key != NULL && strcmp (e->key, key) == 0)
      return e->value[0] ? e->value : NULL;
  }
  return NULL;
}

/* Does an earlier line give this key? */
static int
is_second (const struct mg_profile *profile, size_t at)
{
  size_t i;

  for (i = 0; i < at; i++)
    if (strcmp (profile->entries[i].key, profile->entries[at].key) == 0)
      return 1;
  return 0;
}

int
mg_profile_bad_line (const struct mg_profile *profile)
{
  size_t i;

  for (i = 0; i < profile->n_entries; i++)
    if (profile->entries[i].key == NULL || is_second (profile, i))
      return profile->entries[i].line;
  return 0;
}

/* ---- writing one profile ---- */

/* What a new login replaces; the rest of a section stays. */
static int
is_login_line (const char *line)
{
  static const char *const keys[] = {
    "host", "token", "client_id", "client_secret", "username", "password",
    "auth_type",
  };
  size_t i, len = strcspn (line, "=:");

  while (isblank ((unsigned char) *line)) {
    line++;
    len--;
  }
  while (len > 0 && isblank ((unsigned char) line[len - 1]))
    len--;
  for (i = 0; i < MG_N_ELEMENTS (keys); i++)
    if (strlen (keys[i]) == len && memcmp (line, keys[i], len) == 0)
      return 1;
  return 0;
}

static void
add_login (struct mg_buf *text, const char *host, const char *token,
           const char *client_id, const char *client_secret)
{
  mg_buf_addf (text, "host = %s\n", host);
  if (client_id != NULL)
    mg_buf_addf (text, "client_id = %s\nclient_secret = %s\n", client_id,
                 client_secret);
  else if (token != NULL)
    mg_buf_addf (text, "token = %s\n", token);
}

static int
is_section_line (const char *line, const char *name)
{
  size_t len = strlen (name);

  while (isblank ((unsigned char) *line))
    line++;
  if (*line++ != '[')
    return 0;
  while (isblank ((unsigned char) *line))
    line++;
  if (name[0] == '\0')
    return 1;
  if (strncmp (line, name, len) != 0)
    return 0;
  line += len;
  while (isblank ((unsigned char) *line))
    line++;
  return *line == ']';
}

/* Copies the file; the section's login lines give way to 'login', which
 * stands right behind its first header line. */
static void
replace_section (struct mg_buf *to, const char *text, const char *name,
                 const struct mg_buf *login)
{
  int inside = 0, written = 0;

  while (*text != '\0') {
    size_t len = strcspn (text, "\n");
    MG_CLEANUP_FREE char *line = mg_xstrndup (text, len);

    len += text[len] == '\n';
    if (is_section_line (line, ""))
      inside = is_section_line (line, name);
    if (!inside || !is_login_line (line))
      mg_buf_add (to, text, len);
    if (inside && !written && is_section_line (line, name)) {
      if (text[len - 1] != '\n')
        mg_buf_add_byte (to, '\n');
      mg_buf_add (to, login->data, login->len);
      written = 1;
    }
    text += len;
  }
  if (written)
    return;
  if (to->len > 0)
    mg_buf_add_str (to, to->data[to->len - 1] == '\n' ? "\n" : "\n\n");
  mg_buf_addf (to, "[%s]\n", name);
  mg_buf_add (to, login->data, login->len);
}

static int
is_one_line (const char *s)
{
  for (; s != NULL && *s != '\0'; s++)
    if ((unsigned char) *s < ' ' || *s == 0x7f)
      return 0;
  return 1;
}

static void
wipe_buf (struct mg_buf *b)
{
  if (b->data != NULL)
    mg_wipe (b->data, b->len);
  mg_buf_done (b);
}

int
mg_end_save (const char *profile, const char *host, const char *token,
             const char *client_id, const char *client_secret,
             struct mg_error *err)
{
  MG_CLEANUP (wipe_buf) struct mg_buf text = MG_BUF_INIT (MG_MAX_FILE);
  MG_CLEANUP (wipe_buf) struct mg_buf login = MG_BUF_INIT (MG_MAX_FILE);
  MG_CLEANUP (wipe_buf) struct mg_buf to = MG_BUF_INIT (MG_MAX_FILE);
  MG_CLEANUP_FREE char *path = mg_end_profile_path ();
  int r;

  if (profile[0] == '\0' || strpbrk (profile, "[]/:") != NULL
      || mg_starts (profile, "__") || !is_one_line (profile))
    return mg_error_set (err, MG_E_INVALID, "bad-profile",
                         "'%s' cannot be a profile's name; use letters, "
                         "digits, - and _", profile);
  if (!is_one_line (host) || !is_one_line (token) || !is_one_line (client_id)
      || !is_one_line (client_secret))
    return mg_error_set (err, MG_E_INVALID, "bad-profile",
                         "profile '%s': a value has a line break or a control "
                         "byte", profile);
  if (mg_file_exists (path)) {
    r = mg_file_read (path, &text, err);
    if (r < 0)
      return r;
  }
  add_login (&login, host, token, client_id, client_secret);
  replace_section (&to, mg_buf_text (&text), profile, &login);
  r = mg_buf_check (&to, path, err);
  if (r < 0)
    return r;
  return mg_file_write (path, to.data, to.len, 0600, err);
}

/* The config file: 'key = value' lines, keys as the options are called.
 * $XDG_CONFIG_HOME/migrate/config.  Main thread. */
#include <config.h>

#include <stdio.h>
#include <string.h>

#include "base/alloc.h"
#include "base/file.h"
#include "base/limits.h"
#include "base/str.h"
#include "cli/options.h"

char *
mg_config_dir (void)
{
  const char *xdg = mg_env ("XDG_CONFIG_HOME"), *home = mg_env ("HOME");

  if (xdg != NULL && xdg[0] == '/')
    return mg_path_join (xdg, "migrate");
  return mg_path_join (home ? home : "/", ".config/migrate");
}

char *
mg_config_path (void)
{
  MG_CLEANUP_FREE char *dir = mg_config_dir ();

  return mg_path_join (dir, "config");
}

static int
odd (const struct mg_options *o, int line, struct mg_error *err,
     const char *text, const char *key)
{
  return mg_error_set (err, MG_E_INVALID, "bad-config", "%s:%d: %s%s%s%s",
                       o->config_path, line, text, key ? " '" : "",
                       key ? key : "", key ? "'" : "");
}

static int
set_extra (struct mg_options *o, const char *key, const char *value, int line,
           int plugins_known, struct mg_error *err)
{
  const char *near;
  int i;

  for (i = 0; i < o->n_extras; i++)
    if (strcmp (o->extras[i].name, key) == 0) {
      if (o->extras[i].value.text == NULL) {
        o->extras[i].value.text = mg_xstrdup (value);
        o->extras[i].value.source = MG_FROM_CONFIG;
      }
      return 0;
    }
  if (!plugins_known)
    return 0;                    /* perhaps a plugin's: judged when it matters */
  near = mg_opt_nearest (o, key);
  if (near != NULL)
    return mg_error_set (err, MG_E_INVALID, "bad-config",
                         "%s:%d: unknown key '%s'; did you mean '%s'?",
                         o->config_path, line, key, near);
  return odd (o, line, err, "unknown key", key);
}

static int
set_key (struct mg_options *o, const char *key, const char *value, int line,
         int plugins_known, struct mg_error *err)
{
  int id = mg_opt_find (key);
  MG_CLEANUP_FREE char *where = NULL;
  int r;

  if (id < 0)
    return set_extra (o, key, value, line, plugins_known, err);
  if (mg_option_table[id].flags & MG_OPT_FLAG_ONLY)
    return odd (o, line, err, "only the command line may say", key);
  if (mg_option_table[id].type == MG_OPT_SECRET)
    return odd (o, line, err, "a secret does not belong here; use migrate "
                "configure:", key);
  if (o->values[id].text != NULL && o->values[id].source > MG_FROM_CONFIG)
    return 0;
  where = mg_xasprintf ("%s:%d: '%s'", o->config_path, line, key);
  r = mg_value_set (&o->values[id], &mg_option_table[id], value,
                    MG_FROM_CONFIG, where, err);
  if (r == 0)
    o->values[id].line = line;
  return r;
}

static int
read_line (struct mg_options *o, char *text, int line, int plugins_known,
           struct mg_error *err)
{
  char *equals;

  text = mg_trim (text);
  if (text[0] == '\0' || text[0] == '#' || text[0] == ';')
    return 0;
  equals = strchr (text, '=');
  if (equals == NULL || equals == text)
    return odd (o, line, err, "not 'key = value':", text);
  *equals = '\0';
  return set_key (o, mg_trim (text), mg_trim (equals + 1), line, plugins_known,
                  err);
}

int
mg_config_read (struct mg_options *o, int plugins_known, struct mg_error *err)
{
  MG_CLEANUP (mg_buf_done) struct mg_buf text = MG_BUF_INIT (MG_MAX_FILE);
  char *p, *next;
  int line = 0, r;

  mg_free (o->config_path);
  o->config_path = mg_config_path ();
  if (!mg_file_exists (o->config_path))
    return 0;
  r = mg_file_read (o->config_path, &text, err);
  if (r < 0)
    return r;
  if (memchr (mg_buf_text (&text), '\0', text.len) != NULL)
    return odd (o, 1, err, "not a text file", NULL);
  for (p = text.data; p != NULL && *p != '\0' && r == 0; p = next) {
    next = strchr (p, '\n');
    if (next != NULL)
      *next++ = '\0';
    r = read_line (o, p, ++line, plugins_known, err);
  }
  return r;
}

/* The command line: see options.h.  Main thread. */
#include <config.h>

#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "base/alloc.h"
#include "base/clock.h"
#include "base/file.h"
#include "base/parse.h"
#include "base/str.h"
#include "cli/options.h"

#define SWITCH MG_OPT_SWITCH
#define TEXT MG_OPT_TEXT
#define SECRET MG_OPT_SECRET
#define NUMBER MG_OPT_NUMBER
#define DURATION MG_OPT_DURATION
#define CLOCK MG_OPT_CLOCK
#define CHOICE MG_OPT_CHOICE

const struct mg_option mg_option_table[MG_OPT_N] = {
#define X(id, name, letter, argument, type, commands, flags, initial, group, \
          help) \
  { name, letter, argument, type, commands, flags, initial, \
    MG_GROUP_##group, help },
  MG_OPTIONS (X)
#undef X
};

const char *const mg_group_titles[MG_GROUP_N] = {
#define X(id, title) title,
  MG_OPTION_GROUPS (X)
#undef X
};

static const struct { const char *name; enum mg_opt id; } aliases[] = {
#define X(name, id) { name, MG_OPT_##id },
  MG_OPTION_ALIASES (X)
#undef X
};

/* ---- looking up ---- */

int
mg_opt_find (const char *name)
{
  size_t i;

  for (i = 0; i < MG_OPT_N; i++)
    if (strcmp (mg_option_table[i].name, name) == 0)
      return (int) i;
  for (i = 0; i < MG_N_ELEMENTS (aliases); i++)
    if (strcmp (aliases[i].name, name) == 0)
      return (int) aliases[i].id;
  return -1;
}

static int
find_letter (char letter)
{
  int i;

  for (i = 0; i < MG_OPT_N; i++)
    if (mg_option_table[i].letter == letter)
      return i;
  return -1;
}

static struct mg_extra *
find_extra (const struct mg_options *o, const char *name)
{
  int i;

  for (i = 0; i < o->n_extras; i++)
    if (strcmp (o->extras[i].name, name) == 0)
      return &o->extras[i];
  return NULL;
}

const char *
mg_opt_nearest (const struct mg_options *o, const char *name)
{
  const char **names = mg_xcalloc (MG_OPT_N + (size_t) o->n_extras + 1,
                                   sizeof *names);
  const char *near;
  int i, n = 0;

  for (i = 0; i < MG_OPT_N; i++)
    if (!(mg_option_table[i].flags & MG_OPT_HIDDEN))
      names[n++] = mg_option_table[i].name;
  for (i = 0; i < o->n_extras; i++)
    names[n++] = o->extras[i].name;
  near = mg_nearest (name, names);
  mg_free (names);
  return near;
}

const char *
mg_opt_env (const char *name, char ret_name[64])
{
  size_t i, n = (size_t) snprintf (ret_name, 64, "MIGRATE_%s", name);

  for (i = 8; i < n && i < 63; i++)
    ret_name[i] = ret_name[i] == '-' ? '_'
                  : (char) toupper ((unsigned char) ret_name[i]);
  return ret_name;
}

/* ---- values ---- */

static void
value_done (struct mg_value *v)
{
  mg_free_secret (v->text);
  memset (v, 0, sizeof *v);
}

static int
choice_of (const char *words, const char *text)
{
  size_t len = strlen (text);
  int n = 0;

  for (;; n++) {
    size_t w = strcspn (words, "|");

    if (w == len && memcmp (words, text, len) == 0)
      return n;
    if (words[w] == '\0')
      return -1;
    words += w + 1;
  }
}

/* 0, or -1 when the text is no value of this type. */
static int
read_value (const struct mg_option *option, const char *text,
            int64_t *ret_number)
{
  int on;

  switch (option->type) {
  case MG_OPT_SWITCH:
    if (mg_parse_bool (text, &on) < 0)
      return -1;
    *ret_number = on;
    return 0;
  case MG_OPT_NUMBER:
    return mg_parse_int64 (text, ret_number) < 0 || *ret_number < 1
           || (*ret_number > 256 && (option->flags & MG_OPT_MOST_256)) ? -1 : 0;
  case MG_OPT_DURATION:
    return mg_parse_duration (text, ret_number) < 0 || *ret_number < 0
           || (*ret_number == 0 && (option->flags & MG_OPT_NOT_ZERO)) ? -1 : 0;
  case MG_OPT_CLOCK:
    return mg_time_next_local (text, mg_clock_wall_us (), ret_number);
  case MG_OPT_CHOICE:
    *ret_number = choice_of (option->argument, text);
    return *ret_number < 0 ? -1 : 0;
  case MG_OPT_TEXT:
  case MG_OPT_SECRET:
    break;
  }
  return text[0] == '\0' ? -1 : 0;
}

static const char *
wanted (const struct mg_option *option)
{
  switch (option->type) {
  case MG_OPT_SWITCH: return "yes or no";
  case MG_OPT_NUMBER:
    return option->flags & MG_OPT_MOST_256 ? "a number from 1 to 256"
           : "a number from 1 on";
  case MG_OPT_DURATION: return "a time like 30s, 5m or 2h";
  case MG_OPT_CLOCK: return "a time of day like 06:00";
  case MG_OPT_CHOICE: return option->argument;
  default: return "a text that is not empty";
  }
}

int
mg_value_set (struct mg_value *v, const struct mg_option *option,
              const char *text, enum mg_opt_source source, const char *where,
              struct mg_error *err)
{
  int64_t number = 0;

  if (read_value (option, text, &number) < 0)
    return mg_error_set (err, MG_E_INVALID, "bad-value",
                         option->type == MG_OPT_SECRET
                         ? "%s%.0s is empty; it wants %s"
                         : "%s cannot be '%s'; it wants %s", where, text,
                         wanted (option));
  if ((option->flags & MG_OPT_REPEAT) && option->argument == NULL
      && v->source == source)
    number += v->number;
  value_done (v);
  v->source = source;
  v->text = mg_xstrdup (text);
  v->number = number;
  return 0;
}

/* ---- the words of the command line ---- */

static void
add_word (char ***list, int *n, const char *word)
{
  *list = mg_xreallocarray (*list, (size_t) *n + 2, sizeof **list);
  (*list)[(*n)++] = mg_xstrdup (word);
  (*list)[*n] = NULL;
}

static void
free_words (char ***list, int *n)
{
  while (*n > 0)
    mg_free ((*list)[--*n]);
  mg_free (*list);
  *list = NULL;
}

static int
set_flag (struct mg_options *o, int id, const char *text, struct mg_error *err)
{
  const struct mg_option *option = &mg_option_table[id];
  char where[64];
  int r;

  snprintf (where, sizeof where, "--%s", option->name);
  r = mg_value_set (&o->values[id], option, text, MG_FROM_FLAG, where, err);
  if (r == 0 && id == MG_OPT_PLUGIN_DIR)
    add_word (&o->folders, &o->n_folders, text);
  return r;
}

static int
unknown_option (const struct mg_options *o, const char *name,
                struct mg_error *err)
{
  const char *near = mg_opt_nearest (o, name);

  if (near != NULL)
    return mg_error_set (err, MG_E_INVALID, "unknown-option",
                         "unknown option '--%s'; did you mean '--%s'?", name,
                         near);
  return mg_error_set (err, MG_E_INVALID, "unknown-option",
                       "unknown option '--%s'; see migrate --help", name);
}

int
mg_options_judge (const struct mg_options *o, struct mg_error *err)
{
  return o->unknown != NULL ? unknown_option (o, o->unknown, err) : 0;
}

static int
set_extra (struct mg_extra *extra, const char *text)
{
  value_done (&extra->value);
  extra->value.source = MG_FROM_FLAG;
  extra->value.text = mg_xstrdup (text);
  return 0;
}

/* Two commands may have one name for two options. */
static int
for_command (const struct mg_options *o, int id)
{
  const struct mg_command *command =
    o->n_words > 0 ? mg_command_find (o->words[0]) : NULL;
  int i;

  if (id < 0 || command == NULL || (mg_option_table[id].commands & command->bit))
    return id;
  for (i = 0; i < MG_OPT_N; i++)
    if (strcmp (mg_option_table[i].name, mg_option_table[id].name) == 0
        && (mg_option_table[i].commands & command->bit))
      return i;
  return id;
}

/* '--name', '--name=value', '--name value'; *i is moved over what was used. */
static int
parse_long (struct mg_options *o, int *i, int judge, struct mg_error *err)
{
  const char *arg = o->argv[*i] + 2;
  size_t len = strcspn (arg, "=");
  MG_CLEANUP_FREE char *name = mg_xstrndup (arg, len);
  const char *value = arg[len] == '=' ? arg + len + 1 : NULL;
  int id = for_command (o, mg_opt_find (name));
  struct mg_extra *extra = id < 0 ? find_extra (o, name) : NULL;
  const char *argument;

  if (id < 0 && extra == NULL) {
    if (judge)
      return unknown_option (o, name, err);
    if (o->unknown == NULL)
      o->unknown = mg_xstrdup (name);
    return 0;
  }
  argument = id >= 0 ? mg_option_table[id].argument : extra->argument;
  if (value == NULL && argument == NULL)
    value = "yes";
  if (value == NULL) {
    if (*i + 1 >= o->argc)
      return mg_error_set (err, MG_E_INVALID, "missing-value",
                           "'--%s' wants a value: --%s %s", name, name,
                           argument);
    value = o->argv[++*i];
  }
  return id >= 0 ? set_flag (o, id, value, err) : set_extra (extra, value);
}

/* '-vq': switches only, so that they can be written together. */
static int
parse_short (struct mg_options *o, const char *letters, struct mg_error *err)
{
  for (; *letters != '\0'; letters++) {
    int id = find_letter (*letters), r;

    if (id < 0)
      return mg_error_set (err, MG_E_INVALID, "unknown-option",
                           "unknown option '-%c'; see migrate --help",
                           isprint ((unsigned char) *letters) ? *letters : '?');
    r = set_flag (o, id, "yes", err);
    if (r < 0)
      return r;
  }
  return 0;
}

static void
forget (struct mg_options *o)
{
  int i;

  for (i = 0; i < MG_OPT_N; i++)
    value_done (&o->values[i]);
  for (i = 0; i < o->n_extras; i++)
    value_done (&o->extras[i].value);
  free_words (&o->words, &o->n_words);
  free_words (&o->folders, &o->n_folders);
  mg_free (o->unknown);
  o->unknown = NULL;
}

int
mg_options_parse (struct mg_options *o, int argc, char **argv, int judge,
                  struct mg_error *err)
{
  int i, only_words = 0, r = 0;

  forget (o);
  o->argc = argc;
  o->argv = argv;
  for (i = 1; i < argc && r == 0; i++) {
    const char *arg = argv[i];

    if (only_words || arg[0] != '-' || arg[1] == '\0')
      add_word (&o->words, &o->n_words, arg);
    else if (strcmp (arg, "--") == 0)
      only_words = 1;
    else if (arg[1] == '-')
      r = parse_long (o, &i, judge, err);
    else
      r = parse_short (o, arg + 1, err);
  }
  return r;
}

void
mg_options_init (struct mg_options *o)
{
  memset (o, 0, sizeof *o);
}

void
mg_options_done (struct mg_options *o)
{
  forget (o);
  mg_free (o->extras);
  mg_free (o->config_path);
  memset (o, 0, sizeof *o);
}

void
mg_options_add_extra (struct mg_options *o, const char *plugin,
                      const char *name, const char *argument, const char *help)
{
  struct mg_extra *extra;

  o->extras = mg_xreallocarray (o->extras, (size_t) o->n_extras + 1,
                                sizeof *o->extras);
  extra = &o->extras[o->n_extras++];
  memset (extra, 0, sizeof *extra);
  extra->plugin = plugin;
  extra->name = name;
  extra->argument = argument;
  extra->help = help;
}

/* ---- environment, config file, and does it belong here ---- */

static int
read_environment (struct mg_options *o, struct mg_error *err)
{
  int i, r = 0;

  for (i = 0; i < MG_OPT_N && r == 0; i++) {
    const struct mg_option *option = &mg_option_table[i];
    const char *text;
    char name[64];

    if ((option->flags & MG_OPT_FLAG_ONLY) || o->values[i].text != NULL)
      continue;
    text = mg_env (mg_opt_env (option->name, name));
    if (text != NULL)
      r = mg_value_set (&o->values[i], option, text, MG_FROM_ENV, name, err);
  }
  for (i = 0; i < o->n_extras; i++) {
    char name[64];
    const char *text = mg_env (mg_opt_env (o->extras[i].name, name));

    if (text != NULL && o->extras[i].value.text == NULL) {
      o->extras[i].value.text = mg_xstrdup (text);
      o->extras[i].value.source = MG_FROM_ENV;
    }
  }
  return r;
}

static int
check_command (const struct mg_options *o, const struct mg_command *command,
               struct mg_error *err)
{
  int i;

  for (i = 0; i < MG_OPT_N; i++)
    if (o->values[i].source == MG_FROM_FLAG
        && !(mg_option_table[i].commands & command->bit))
      return mg_error_set (err, MG_E_INVALID, "wrong-option",
                           "'--%s' has no meaning for 'migrate %s'; see "
                           "migrate %s --help", mg_option_table[i].name,
                           command->name, command->name);
  return 0;
}

/* A plugin's option whose argument reads "ONE|OTHER" takes only these. */
static int
check_extras (const struct mg_options *o, struct mg_error *err)
{
  int i;

  for (i = 0; i < o->n_extras; i++) {
    const struct mg_extra *e = &o->extras[i];

    if (e->value.text != NULL && e->argument != NULL
        && strchr (e->argument, '|') != NULL
        && choice_of (e->argument, e->value.text) < 0)
      return mg_error_set (err, MG_E_INVALID, "bad-value",
                           "--%s cannot be '%s'; it wants %s", e->name,
                           e->value.text, e->argument);
  }
  return 0;
}

int
mg_options_finish (struct mg_options *o, const struct mg_command *command,
                   int plugins_known, struct mg_error *err)
{
  int r = read_environment (o, err);

  if (r == 0)
    r = mg_config_read (o, plugins_known, err);
  if (r == 0)
    r = check_extras (o, err);
  if (r == 0 && command != NULL)
    r = check_command (o, command, err);
  return r;
}

/* ---- asking ---- */

int
mg_opt_given (const struct mg_options *o, enum mg_opt id)
{
  return o->values[id].text != NULL;
}

int
mg_opt_on (const struct mg_options *o, enum mg_opt id)
{
  return o->values[id].text != NULL && o->values[id].number != 0;
}

const char *
mg_opt_text (const struct mg_options *o, enum mg_opt id)
{
  return o->values[id].text;
}

int64_t
mg_opt_number (const struct mg_options *o, enum mg_opt id, int64_t otherwise)
{
  return o->values[id].text != NULL ? o->values[id].number : otherwise;
}

int
mg_opt_choice (const struct mg_options *o, enum mg_opt id, int otherwise)
{
  return (int) mg_opt_number (o, id, otherwise);
}

const char *
mg_opt_extra (const struct mg_options *o, const char *plugin, const char *name)
{
  const struct mg_extra *extra = find_extra (o, name);

  if (extra == NULL || strcmp (extra->plugin, plugin) != 0)
    return NULL;
  return extra->value.text;
}

/* See dump.h. */
#include <config.h>

#include <stdio.h>

#include "base/alloc.h"
#include "base/buf.h"
#include "base/limits.h"
#include "cli/dump.h"

/* ---- show ---- */

static void
show_call (const char *what, const char *call)
{
  if (call != NULL)
    printf ("    %-7s %s\n", what, call);
}

static void
show_refs (const struct migrate_kind *k)
{
  const struct migrate_ref *r = k->refs;

  for (; r != NULL && r->path != NULL; r++)
    printf ("    refers  %s -> %s%s\n", r->path, r->ns,
            r->on_missing == MIGRATE_DROP_ELEMENT ? " (left out when missing)"
            : r->on_missing == MIGRATE_KEEP ? " (if there is one)"
            : r->on_missing == MIGRATE_SPELL_OUT ? " (else in full)" : "");
}

static const char *
where (uint32_t ends)
{
  if ((ends & MIGRATE_END_MLFLOW) && (ends & MIGRATE_END_DATABRICKS))
    return "Databricks and plain MLflow servers";
  return ends & MIGRATE_END_MLFLOW ? "plain MLflow servers" : "Databricks";
}

static void
show_kind (const struct mg_kind *kind)
{
  const struct migrate_kind *k = kind->k;
  const struct migrate_leave *l = k->leave;

  printf ("\n  %s: %s (%s)\n", k->name, k->title ? k->title : k->name,
          where (k->ends ? k->ends : MIGRATE_END_DATABRICKS));
  printf ("    key     %s\n", k->key ? k->key : "-");
  show_call ("list", k->list);
  show_call ("get", k->get);
  show_call ("create", k->create);
  show_call ("update", k->update);
  show_call ("remove", k->remove);
  show_refs (k);
  for (; l != NULL && l->path != NULL; l++)
    printf ("    left    %s = %s [%s]\n", l->path, l->value ? l->value : "",
            l->code ? l->code : "");
}

static void
show_options (const struct migrate_option *o)
{
  if (o != NULL && o->name != NULL)
    puts ("\nOptions");
  for (; o != NULL && o->name != NULL; o++)
    printf ("  --%s%s%s  %s\n", o->name, o->argument ? " " : "",
            o->argument ? o->argument : "", o->help ? o->help : "");
}

static void
show_rights (const struct migrate_right *r)
{
  if (r != NULL && r->text != NULL)
    puts ("\nRights needed");
  for (; r != NULL && r->text != NULL; r++)
    printf ("  %s%s%s\n", r->kind ? r->kind : "", r->kind ? ": " : "", r->text);
}

static void
show_codes (const struct migrate_code *c)
{
  if (c != NULL && c->code != NULL)
    puts ("\nCodes");
  for (; c != NULL && c->code != NULL; c++)
    printf ("  %s  %s\n", c->code, c->text ? c->text : "");
}

void
mg_show_plugin (const struct mg_registry *registry,
                const struct mg_plugin *plugin)
{
  int i;

  printf ("%s %s: %s\n%s\n", plugin->p.name,
          plugin->p.version ? plugin->p.version : plugin->p.sdk_version,
          plugin->p.summary ? plugin->p.summary : "", plugin->path);
  for (i = 0; i < registry->n_kinds; i++)
    if (registry->kinds[i]->plugin == plugin)
      show_kind (registry->kinds[i]);
  show_options (plugin->p.options);
  show_rights (plugin->p.rights);
  show_codes (plugin->p.codes);
}

/* ---- dump ---- */

static void
dump_text (struct mg_buf *b, const char *key, const char *value)
{
  if (value == NULL)
    return;
  mg_buf_addf (b, ",\n      \"%s\": ", key);
  mg_buf_add_json (b, value);
}

static void
dump_number (struct mg_buf *b, const char *key, uint32_t value)
{
  mg_buf_addf (b, ",\n      \"%s\": %u", key, value);
}

static void
dump_list (struct mg_buf *b, const char *key, const char *const *list)
{
  const char *comma = "";

  if (list == NULL)
    return;
  mg_buf_addf (b, ",\n      \"%s\": [", key);
  for (; *list != NULL; list++) {
    mg_buf_add_str (b, comma);
    mg_buf_add_json (b, *list);
    comma = ", ";
  }
  mg_buf_add_byte (b, ']');
}

/* Objects of two or three texts in one shape. */
static void
dump_row (struct mg_buf *b, int *first, const char *const *keys,
          const char *const *values, int n)
{
  int i;

  mg_buf_add_str (b, *first ? "\n        {" : ",\n        {");
  *first = 0;
  for (i = 0; i < n; i++) {
    mg_buf_addf (b, "%s\"%s\": ", i ? ", " : "", keys[i]);
    if (values[i] != NULL)
      mg_buf_add_json (b, values[i]);
    else
      mg_buf_add_str (b, "null");
  }
  mg_buf_add_byte (b, '}');
}

static void
dump_refs (struct mg_buf *b, const struct migrate_ref *r)
{
  static const char *const keys[] = { "path", "ns", "on_missing", "late" };
  int first = 1;

  if (r == NULL)
    return;
  mg_buf_add_str (b, ",\n      \"refs\": [");
  for (; r->path != NULL; r++) {
    const char *const values[] = {
      r->path, r->ns,
      r->on_missing == MIGRATE_DROP_ELEMENT ? "drop-element"
      : r->on_missing == MIGRATE_KEEP ? "keep"
      : r->on_missing == MIGRATE_SPELL_OUT ? "spell-out" : "block",
      r->late ? "yes" : "no"
    };
    dump_row (b, &first, keys, values, 4);
  }
  mg_buf_add_str (b, "]");
}

static void
dump_aliases (struct mg_buf *b, const struct migrate_alias *a)
{
  static const char *const keys[] = { "ns", "path", "nocase" };
  int first = 1;

  if (a == NULL)
    return;
  mg_buf_add_str (b, ",\n      \"aliases\": [");
  for (; a->ns != NULL; a++) {
    const char *const values[] = { a->ns, a->path, a->nocase ? "yes" : "no" };

    dump_row (b, &first, keys, values, 3);
  }
  mg_buf_add_str (b, "]");
}

static void
dump_leave (struct mg_buf *b, const char *name, const struct migrate_leave *l)
{
  static const char *const keys[] = { "path", "value", "code" };
  int first = 1;

  if (l == NULL)
    return;
  mg_buf_addf (b, ",\n      \"%s\": [", name);
  for (; l->path != NULL; l++) {
    const char *const values[] = { l->path, l->value, l->code };

    dump_row (b, &first, keys, values, 3);
  }
  mg_buf_add_byte (b, ']');
}

static void
dump_derived (struct mg_buf *b, const struct migrate_derived *d)
{
  static const char *const keys[] = { "path", "when" };
  int first = 1;

  if (d == NULL)
    return;
  mg_buf_add_str (b, ",\n      \"derived\": [");
  for (; d->path != NULL; d++) {
    const char *const values[] = { d->path, d->when };

    dump_row (b, &first, keys, values, 2);
  }
  mg_buf_add_byte (b, ']');
}

static void
dump_set (struct mg_buf *b, const char *name, const struct migrate_set *s)
{
  static const char *const keys[] = { "path", "value" };
  int first = 1;

  if (s == NULL)
    return;
  mg_buf_addf (b, ",\n      \"%s\": [", name);
  for (; s->path != NULL; s++) {
    const char *const values[] = { s->path, s->value };

    dump_row (b, &first, keys, values, 2);
  }
  mg_buf_add_byte (b, ']');
}

static void
dump_fill (struct mg_buf *b, const struct migrate_fill *f)
{
  static const char *const keys[] = { "path", "from", "unless", "has" };
  int first = 1;

  if (f == NULL)
    return;
  mg_buf_add_str (b, ",\n      \"fill\": [");
  for (; f->path != NULL; f++) {
    const char *const values[] = { f->path, f->from, f->unless, f->has };

    dump_row (b, &first, keys, values, 4);
  }
  mg_buf_add_byte (b, ']');
}

static void
dump_made (struct mg_buf *b, const struct migrate_made *made)
{
  static const char *const keys[] = { "file", "text" };
  int first = 1;

  if (made == NULL)
    return;
  mg_buf_add_str (b, ",\n      \"made\": [");
  for (; made->file != NULL; made++) {
    const char *const values[] = { made->file, made->text };

    dump_row (b, &first, keys, values, 2);
  }
  mg_buf_add_byte (b, ']');
}

static void
dump_seen (struct mg_buf *b, const struct migrate_seen *seen)
{
  static const char *const keys[] = { "walker", "code", "id" };
  const char *const values[] = { seen ? seen->walker : NULL,
                                 seen ? seen->code : NULL,
                                 seen ? seen->id : NULL };
  int first = 1;

  if (seen == NULL)
    return;
  mg_buf_add_str (b, ",\n      \"seen\": [");
  dump_row (b, &first, keys, values, 3);
  mg_buf_add_byte (b, ']');
}

static void
dump_changes (struct mg_buf *b, const struct migrate_kind *k)
{
  dump_set (b, "set", k->set);
  dump_set (b, "set_there", k->set_there);
  dump_fill (b, k->fill);
  dump_leave (b, "leave", k->leave);
  dump_leave (b, "builtin", k->builtin);
  dump_derived (b, k->derived);
}

static void
dump_kind (struct mg_buf *b, const struct migrate_kind *k)
{
  mg_buf_add_str (b, "    {\n      \"name\": ");
  mg_buf_add_json (b, k->name);
  dump_text (b, "title", k->title);
  dump_text (b, "key", k->key);
  dump_text (b, "id", k->id);
  dump_number (b, "once", k->once);
  dump_number (b, "flags", k->flags);
  dump_number (b, "ends", k->ends);
  dump_number (b, "lanes", k->lanes);
  dump_number (b, "paging", k->paging);
  dump_number (b, "settle_s", k->settle_s);
  dump_text (b, "list", k->list);
  dump_text (b, "list_body", k->list_body);
  dump_text (b, "array", k->array);
  dump_text (b, "get", k->get);
  dump_text (b, "unwrap", k->unwrap);
  dump_list (b, "parts", k->parts);
  dump_text (b, "create", k->create);
  dump_text (b, "send", k->send);
  dump_text (b, "update", k->update);
  dump_text (b, "update_body", k->update_body);
  dump_text (b, "remove", k->remove);
  dump_text (b, "content_type", k->content_type);
  dump_text (b, "permissions", k->permissions);
  dump_text (b, "part_of", k->part_of);
  dump_list (b, "same", k->same);
  dump_list (b, "owned", k->owned);
  dump_list (b, "unordered", k->unordered);
  dump_list (b, "nocase", k->nocase);
  dump_list (b, "merge", k->merge);
  dump_list (b, "fixed", k->fixed);
  dump_list (b, "after", k->after);
  dump_refs (b, k->refs);
  dump_aliases (b, k->aliases);
  dump_changes (b, k);
  dump_text (b, "created", k->created);
  dump_text (b, "creator", k->creator);
  dump_text (b, "link", k->link);
  dump_made (b, k->made);
  dump_text (b, "cost", k->cost);
  dump_seen (b, k->seen);
  mg_buf_add_str (b, "\n    }");
}

static void
dump_callbacks (struct mg_buf *b, const struct migrate_plugin *p)
{
  const struct { const char *name; int has; } all[] = {
    { "open", p->open != NULL }, { "close", p->close != NULL },
    { "preflight", p->preflight != NULL },
    { "export_kind", p->export_kind != NULL },
    { "fetch_asset", p->fetch_asset != NULL },
    { "import_asset", p->import_asset != NULL },
    { "validate_asset", p->validate_asset != NULL },
    { "delete_asset", p->delete_asset != NULL },
  };
  const char *comma = "";
  size_t i;

  mg_buf_add_str (b, "  \"callbacks\": [");
  for (i = 0; i < MG_N_ELEMENTS (all); i++)
    if (all[i].has) {
      mg_buf_addf (b, "%s\"%s\"", comma, all[i].name);
      comma = ", ";
    }
  mg_buf_add_str (b, "],\n");
}

static void
dump_actions (struct mg_buf *b, const struct migrate_action *a)
{
  const char *comma = "";

  for (; a != NULL && a->name != NULL; a++, comma = ",") {
    mg_buf_addf (b, "%s\n    {\n      \"name\": ", comma);
    mg_buf_add_json (b, a->name);
    mg_buf_addf (b, ",\n      \"what\": \"%s\",\n      \"ends\": %u",
                 a->what == MIGRATE_ACTION_OFF ? "off" : "back", a->ends);
    dump_text (b, "kind", a->kind);
    dump_text (b, "call", a->call);
    dump_text (b, "body", a->body);
    dump_text (b, "absent", a->absent);
    dump_text (b, "busy", a->busy);
    mg_buf_add_str (b, "\n    }");
  }
}

void
mg_dump_plugin (const struct mg_registry *registry,
                const struct mg_plugin *plugin)
{
  MG_CLEANUP (mg_buf_done) struct mg_buf b = MG_BUF_INIT (4 * MG_MIB);
  const struct migrate_plugin *p = &plugin->p;
  int i, first = 1;

  mg_buf_add_str (&b, "{\n  \"name\": ");
  mg_buf_add_json (&b, p->name);
  mg_buf_add_str (&b, ",\n  \"path\": ");
  mg_buf_add_json (&b, plugin->path);
  mg_buf_addf (&b, ",\n  \"abi_version\": %u,\n  \"struct_size\": %u,\n"
               "  \"kind_size\": %u,\n  \"ref_size\": %u,\n", p->abi_version,
               plugin->struct_size_given, p->kind_size, p->ref_size);
  dump_callbacks (&b, p);
  mg_buf_add_str (&b, "  \"kinds\": [\n");
  for (i = 0; i < registry->n_kinds; i++) {
    if (registry->kinds[i]->plugin != plugin)
      continue;
    mg_buf_add_str (&b, first ? "" : ",\n");
    first = 0;
    dump_kind (&b, registry->kinds[i]->k);
  }
  mg_buf_add_str (&b, "\n  ]");
  if (p->actions != NULL) {
    mg_buf_add_str (&b, ",\n  \"actions\": [");
    dump_actions (&b, p->actions);
    mg_buf_add_str (&b, "\n  ]");
  }
  mg_buf_add_str (&b, "\n}\n");
  fwrite (mg_buf_text (&b), 1, b.len, stdout);
}

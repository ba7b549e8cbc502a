/* Each refusal of the loader, with the module that earns it, and the modules
 * that differ from this program's header and are good all the same. */
#include <config.h>

#include <errno.h>
#include <sys/stat.h>

#include "base/alloc.h"
#include "base/file.h"
#include "base/limits.h"
#include "mg-test.h"
#include "plugin/registry.h"

/* Where the modules were built, and a copy in a folder of this test. */
static char *
built (const char *name)
{
  return mg_xasprintf ("%s/tests/loader/%s", mg_test_builddir (), name);
}

static const char *
folder (const char *name)
{
  static char path[300];

  snprintf (path, sizeof path, "%s/%s", mg_test_tmpdir (), name);
  if (mkdir (path, 0755) < 0 && errno != EEXIST)
    fail_test ("cannot make '%s'", path);
  return path;
}

static char *
copy_as (const char *name, const char *dir, const char *new_name)
{
  MG_CLEANUP_FREE char *from = built (name);
  MG_CLEANUP (mg_buf_done) struct mg_buf text = MG_BUF_INIT (MG_MAX_BODY);
  char *to = mg_path_join (folder (dir), new_name);

  is_ok (mg_file_read (from, &text, NULL));
  is_ok (mg_file_write (to, text.data, text.len, 0755, NULL));
  return to;
}

static char *
copy (const char *name, const char *dir)
{
  return copy_as (name, dir, name);
}

/* Opening 'path' fails with this code, word and text. */
static void
refused_path (const char *path, int code, const char *id, const char *text)
{
  struct mg_plugin *plugin = NULL;
  struct mg_error err = MG_ERROR_INIT;

  is_int (mg_plugin_open (path, &plugin, &err), code);
  is_int (err.code, code);
  is_str (err.id, id);
  has_str (err.text, text);
  is_null (plugin);
}

static void
refused (const char *name, int code, const char *id, const char *text)
{
  MG_CLEANUP_FREE char *path = built (name);

  refused_path (path, code, id, text);
  unsetenv ("MG_LOADER_RAN");
}

static struct mg_plugin *
accepted (const char *name)
{
  MG_CLEANUP_FREE char *path = built (name);
  struct mg_error err = MG_ERROR_INIT;
  struct mg_plugin *plugin = NULL;

  if (mg_plugin_open (path, &plugin, &err) < 0)
    fail_test ("refused: %s", err.text);
  return plugin;
}

#define REFUSED(test, module, code, id, text) \
  MG_TEST (test) { refused (module, code, id, text); }
#define WRONG(test, module, text) \
  REFUSED (test, module, MG_E_INVALID, "plugin-load", text)
#define TOO_NEW(test, module, text) \
  REFUSED (test, module, MG_E_UNSUPPORTED, "plugin-abi", text)

/* ---- the file ---- */

MG_TEST (an_absent_file)
{
  refused ("nobody.so", MG_E_NOT_FOUND, "plugin-load",
           "nobody.so': No such file or directory");
}

MG_TEST (a_folder_is_no_file)
{
  refused_path (folder ("a-folder.so"), MG_E_DENIED, "plugin-load",
                "a-folder.so' is not a file; refusing to load it");
}

MG_TEST (a_file_that_others_may_write)
{
  MG_CLEANUP_FREE char *path = copy ("marked.so", "writable");

  unsetenv ("MG_LOADER_RAN");
  is_ok (chmod (path, 0757));
  refused_path (path, MG_E_DENIED, "plugin-writable",
                "marked.so' is writable by others; refusing to load it; "
                "chmod go-w it");
  is_null (getenv ("MG_LOADER_RAN"));
}

MG_TEST (a_file_that_another_group_may_write)
{
  MG_CLEANUP_FREE char *path = copy ("marked.so", "group");

  if (chown (path, (uid_t) -1, 54321) < 0)
    skip_test ("only root can give a file to another group");
  is_ok (chmod (path, 0775));
  refused_path (path, MG_E_DENIED, "plugin-writable", "is writable by others");
  is_null (getenv ("MG_LOADER_RAN"));
}

MG_TEST (ones_own_group_may_write)
{
  MG_CLEANUP_FREE char *path = copy ("good.so", "own-group");
  struct mg_plugin *plugin = NULL;

  is_ok (chmod (path, 0775));
  is_ok (mg_plugin_open (path, &plugin, NULL));
  mg_plugin_free (plugin);
}

MG_TEST (a_file_of_another_user)
{
  MG_CLEANUP_FREE char *path = copy ("marked.so", "owner");

  if (chown (path, 54321, (gid_t) -1) < 0)
    skip_test ("only root can give a file away");
  refused_path (path, MG_E_DENIED, "plugin-writable",
                "marked.so' belongs to another user; refusing to load it");
  is_null (getenv ("MG_LOADER_RAN"));
}

MG_TEST (a_folder_that_others_may_write)
{
  MG_CLEANUP_FREE char *path = copy ("marked.so", "open-folder");

  is_ok (chmod (folder ("open-folder"), 0777));
  refused_path (path, MG_E_DENIED, "plugin-writable",
                "the folder of '");
  is_null (getenv ("MG_LOADER_RAN"));
}

MG_TEST (a_link_leads_to_what_is_judged)
{
  MG_CLEANUP_FREE char *path = copy ("marked.so", "behind-link");
  MG_CLEANUP_FREE char *name = mg_path_join (folder ("link"), "marked.so");

  is_ok (chmod (folder ("behind-link"), 0777));
  is_ok (symlink (path, name));
  refused_path (name, MG_E_DENIED, "plugin-writable", "the folder of '");
  is_null (getenv ("MG_LOADER_RAN"));
}

/* 'libz.so.1' is on every system: it must not be found along its paths. */
MG_TEST (a_bare_name_is_no_path)
{
  refused_path ("libz.so.1", MG_E_INVALID, "plugin-load",
                "'libz.so.1' is not a path; write './libz.so.1'");
  refused_path ("libz", MG_E_INVALID, "plugin-load", "'libz' is not a path");
}

MG_TEST (a_bare_name_is_not_looked_for_here)
{
  mg_free (copy ("marked.so", "here"));
  is_ok (chdir (folder ("here")));
  refused_path ("marked.so", MG_E_INVALID, "plugin-load",
                "'marked.so' is not a path");
  is_null (getenv ("MG_LOADER_RAN"));
  is_ok (chdir ("/"));
}

MG_TEST (not_a_shared_object)
{
  MG_CLEANUP_FREE char *path = mg_path_join (folder ("text"), "text.so");

  is_ok (mg_file_write (path, "hello\n", 6, 0755, NULL));
  refused_path (path, MG_E_FAIL, "plugin-load", "text.so: ");
}

/* libltdl alone accepts it and dies at the first call. */
MG_TEST (an_undefined_symbol_is_named)
{
  unsetenv ("MG_LOADER_RAN");
  refused ("undefined.so", MG_E_FAIL, "plugin-load", "nobody_has_this");
  is_null (getenv ("MG_LOADER_RAN"));
}

MG_TEST (a_stale_la_file_beside_it_is_ignored)
{
  MG_CLEANUP_FREE char *path = copy ("good.so", "stale");
  MG_CLEANUP_FREE char *la = mg_path_join (folder ("stale"), "good.la");
  MG_CLEANUP_FREE char *text =
    mg_xasprintf ("# good.la - a libtool library file\n"
                  "dlname='impostor.so'\nlibrary_names='impostor.so'\n"
                  "old_library=''\ninstalled=yes\nlibdir='%s'\n",
                  folder ("stale"));
  struct mg_plugin *plugin = NULL;

  mg_free (copy ("impostor.so", "stale"));
  unsetenv ("MG_LOADER_RAN");
  is_ok (mg_file_write (la, text, strlen (text), 0644, NULL));
  is_ok (mg_plugin_open (path, &plugin, NULL));
  is_str (plugin->p.name, "good");
  is_null (getenv ("MG_LOADER_RAN"));
  mg_plugin_free (plugin);
}

/* ---- the head ---- */

WRONG (no_symbol, "no-symbol.so", "is not a migrate plugin (no symbol "
       "'migrate_plugin')")
REFUSED (another_abi, "other-abi.so", MG_E_MISMATCH, "plugin-abi",
         "was built for ABI 99, this program has ABI 0; build it against")
WRONG (an_odd_struct_size, "size-odd.so", "an impossible struct_size 17")
WRONG (a_huge_struct_size, "size-huge.so", "an impossible struct_size 70000")
WRONG (a_small_kind_size, "size-kind.so", "kind_size 8")
WRONG (no_ref_size, "size-ref.so", "ref_size 0")
WRONG (a_name_unlike_the_file, "misnamed.so",
       "misnamed.so' calls itself 'other'; rename the file or the plugin")
WRONG (a_name_that_is_none, "bad_name.so",
       "has a name that is not [a-z][a-z0-9-]*")
WRONG (no_name, "no-name.so", "has a name that is not [a-z][a-z0-9-]*")
WRONG (no_kinds, "no-kinds.so", "has no kinds")
WRONG (kinds_that_are_null, "kinds-null.so", "has no kinds")
TOO_NEW (a_plugin_flag_of_the_future, "needs-plugin.so",
         "needs feature 0x2 of a newer version; update migrate")

/* ---- the kinds ---- */

WRONG (a_kind_without_key, "kind-no-key.so",
       "kind 'gadgets' has no key, id or title")
WRONG (a_kind_without_id, "kind-no-id.so",
       "kind 'gadgets' has no key, id or title")
WRONG (a_kind_name_that_is_none, "kind-name.so",
       "has a kind whose name is not [a-z][a-z0-9-]*")
WRONG (a_kind_without_once, "kind-once.so",
       "does not say what makes a create happen once")
WRONG (a_kind_without_list, "no-list.so", "has neither a list nor callbacks")
WRONG (stubs_without_get, "no-get.so", "lists stubs but has no get")
WRONG (callbacks_that_are_not_there, "no-callbacks.so",
       "has none of export, import, validate")
WRONG (arrays_that_nobody_merges, "no-merge.so",
       "has a kind with merge[] and no import_asset for it: 'gadgets'")
WRONG (arrays_that_no_callback_merges, "no-import.so",
       "has a kind with merge[] and no import_asset for it: 'gadgets'")
TOO_NEW (a_kind_flag_of_the_future, "needs-feature.so",
         "kind 'gadgets' needs feature 0x4000 of a newer version")
TOO_NEW (a_paging_of_the_future, "needs-paging.so", "needs paging 0x9")
TOO_NEW (an_end_of_the_future, "needs-end.so", "needs end 0x8")
TOO_NEW (an_on_missing_of_the_future, "needs-missing.so",
         "needs on_missing 0x9")
WRONG (a_call_that_is_none, "bad-call.so",
       "has a call that is not \"METHOD /path\": '/api/2.0/gadgets'")
WRONG (a_list_body_that_is_not_json, "bad-body.so",
       "has a list_body that is not JSON: '{'")
WRONG (a_path_that_cannot_be_read, "bad-path.so",
       "has a path that cannot be read: 'a['")
WRONG (a_reference_without_namespace, "bad-ref.so",
       "has a reference without a namespace: 'x'")
WRONG (an_alias_without_path, "bad-alias.so",
       "has an alias without a path: 'gadget.path'")
WRONG (a_set_value_that_is_not_json, "bad-set.so",
       "sets what is not JSON: 'state'")
WRONG (a_leave_without_code, "bad-leave.so",
       "leaves assets without a value or code: 'state'")
WRONG (made_of_no_id, "bad-made.so", "makes names of nothing: '../jdbc'")
WRONG (an_action_about_nothing, "bad-action.so",
       "has an action that is about no kind that it can switch: 'halt'")
WRONG (a_list_without_end, "endless.so",
       "has a list of references without an end")
WRONG (a_code_that_is_none, "bad-code.so",
       "has a code that is not [a-z][a-z0-9-]*: 'Gadget Bent'")
WRONG (an_option_without_help, "bad-option.so",
       "has an option without help: 'gadget-color'")

/* ---- what is accepted ---- */

MG_TEST (a_good_plugin_is_copied_as_it_is)
{
  struct mg_plugin *plugin = accepted ("good.so");

  is_str (plugin->p.name, "good");
  is_str (plugin->p.version, "1.2.3");
  is_int (plugin->p.n_kinds, 2);
  is_str (plugin->kinds[1].name, "gizmos");
  is_str (plugin->kinds[0].permissions, "gadgets");
  is_int (plugin->struct_size_given, sizeof (struct migrate_plugin));
  mg_plugin_free (plugin);
}

WRONG (an_archive_that_is_no_folder, "bad-archive.so",
       "archives in what is no folder: '/Archive'")

/* What stands behind its structs in memory is not read. */
MG_TEST (an_older_plugin_with_smaller_structs)
{
  struct mg_plugin *plugin = accepted ("older.so");

  is_int (plugin->p.n_kinds, 2);
  is_str (plugin->kinds[0].name, "older");
  is_str (plugin->kinds[0].permissions, "older");
  is_str (plugin->kinds[1].name, "older-parts");
  is_null (plugin->kinds[0].unordered);
  is_null (plugin->kinds[0].link);
  ok (plugin->p.open == NULL && plugin->p.delete_asset == NULL);
  is_str (plugin->p.summary, "");
  mg_plugin_free (plugin);
}

MG_TEST (older_references_are_walked_by_their_own_size)
{
  struct mg_plugin *plugin = accepted ("older-refs.so");
  const struct migrate_ref *refs = plugin->kinds[0].refs;

  is_str (refs[0].path, "owner");
  is_int (refs[0].on_missing, MIGRATE_BLOCK);
  is_str (refs[1].ns, "older-parts.id");
  is_null (refs[2].path);
  mg_plugin_free (plugin);
}

MG_TEST (a_newer_plugin_with_larger_structs)
{
  struct mg_plugin *plugin = accepted ("newer.so");

  is_str (plugin->kinds[0].link, "/#newer/{id}");
  is_str (plugin->kinds[1].name, "newer-parts");
  is_str (plugin->kinds[0].refs[1].ns, "newer-parts.id");
  is_int (plugin->kinds[0].refs[0].late, 1);
  is_null (plugin->kinds[0].refs[2].path);
  is_str (plugin->p.sdk_version, "99.0");
  mg_plugin_free (plugin);
}

MG_TEST (a_hint_of_the_future_is_ignored)
{
  mg_plugin_free (accepted ("hint.so"));
}

/* ---- folders ---- */

static void
load (const char *const *folders, struct mg_registry *ret)
{
  struct mg_error err = MG_ERROR_INIT;

  if (mg_registry_load (folders, ret, &err) < 0)
    fail_test ("%s", err.text);
}

MG_TEST (all_of_a_folder_but_what_is_refused)
{
  const char *folders[] = { NULL, NULL };
  MG_CLEANUP_FREE char *dir = mg_xstrdup (folder ("mixed"));
  struct mg_registry registry;

  mg_free (copy ("good.so", "mixed"));
  mg_free (copy ("other-abi.so", "mixed"));
  mg_free (copy ("hint.so", "mixed"));
  mg_free (copy_as ("good.so", "mixed", "good.txt"));
  mg_free (copy_as ("good.so", "mixed", ".hidden.so"));
  folders[0] = dir;
  load (folders, &registry);
  is_int (registry.n_plugins, 2);
  is_int (registry.n_refusals, 1);
  has_str (registry.refusals[0].path, "/other-abi.so");
  is_str (registry.refusals[0].error.id, "plugin-abi");
  is_int (registry.n_kinds, 4);
  not_null (mg_registry_kind (&registry, "gadgets/permissions"));
  mg_registry_done (&registry);
}

MG_TEST (a_kind_of_two_plugins)
{
  const char *folders[] = { NULL, NULL };
  MG_CLEANUP_FREE char *dir = mg_xstrdup (folder ("twins"));
  struct mg_registry registry;

  mg_free (copy ("twin-b.so", "twins"));
  mg_free (copy ("twin-a.so", "twins"));
  folders[0] = dir;
  load (folders, &registry);
  is_int (registry.n_plugins, 1);
  is_int (registry.n_refusals, 1);
  has_str (registry.refusals[0].path, "/twin-b.so");
  is_str (registry.refusals[0].error.id, "plugin-load");
  has_str (registry.refusals[0].error.text,
           "kind 'twins' is provided by both 'twin-a' and 'twin-b'");
  is_null (mg_registry_kind (&registry, "left-out"));
  is_null (mg_registry_kind (&registry, "left-out/permissions"));
  not_null (mg_registry_kind (&registry, "alone/permissions"));
  mg_registry_done (&registry);
}

MG_TEST (the_first_folder_wins)
{
  const char *folders[] = { NULL, NULL, NULL };
  MG_CLEANUP_FREE char *first = mg_xstrdup (folder ("first"));
  MG_CLEANUP_FREE char *second = mg_xstrdup (folder ("second"));
  struct mg_registry registry;

  mg_free (copy ("good.so", "first"));
  mg_free (copy ("good.so", "second"));
  folders[0] = second;
  folders[1] = first;
  load (folders, &registry);
  is_int (registry.n_plugins, 1);
  is_int (registry.n_refusals, 0);
  has_str (mg_registry_plugin (&registry, "good")->path, "/second/good.so");
  mg_registry_done (&registry);
}

MG_TEST (a_folder_that_was_named_and_is_not_there)
{
  const char *const folders[] = { "/nonexistent/plugins", NULL };
  struct mg_error err = MG_ERROR_INIT;
  struct mg_registry registry;

  is_int (mg_registry_load (folders, &registry, &err), MG_E_NOT_FOUND);
  is_str (err.id, "plugin-load");
  has_str (err.text, "cannot read the plugin folder '/nonexistent/plugins'");
  mg_registry_done (&registry);
}

/* MG_PLUGINDIR of this program is below its prefix, where nothing is
 * installed while the tests run; or the plugins are, and load. */
MG_TEST (the_installed_folder_may_be_absent)
{
  struct mg_registry registry;

  load (NULL, &registry);
  mg_registry_done (&registry);
}

MG_TEST (a_folder_without_plugins)
{
  const char *folders[] = { NULL, NULL };
  struct mg_registry registry;

  folders[0] = folder ("empty");
  load (folders, &registry);
  is_int (registry.n_plugins + registry.n_refusals + registry.n_kinds, 0);
  mg_registry_done (&registry);
}

/* ---- refused, too ---- */

WRONG (a_builtin_without_code, "bad-builtin.so",
       "leaves assets without a value or code: 'state'")
WRONG (a_derived_member_of_nothing, "bad-derived.so",
       "does not say what derives: 'whole'")
WRONG (a_member_filled_from_nothing, "bad-fill.so",
       "does not say from where or unless what it fills: 'whole'")
WRONG (a_value_set_there_that_is_no_json, "bad-pause.so",
       "sets what is not JSON: 'timer.state'")
TOO_NEW (a_value_of_an_unknown_sort, "bad-value.so", "needs sort of value 0x4d")
WRONG (a_tree_that_shows_no_single_one, "bad-look.so",
       "walks a tree without a look")
WRONG (a_tree_whose_list_has_no_node, "bad-tree.so", "walks a tree without")
WRONG (seen_and_not_read, "bad-seen.so",
       "is seen by a walk and has stubs, a tree or no get")

/* ---- what one kind needs of another, or of a callback ---- */

WRONG (creates_that_nothing_finishes, "no-finish.so",
       "has a kind to be finished and no update or import_asset for it: "
       "'gadgets'")
WRONG (a_part_of_nothing, "bad-part.so",
       "has a kind that cannot be the part that it says it is: 'gadgets'")

/* The workspace's tree: folders, and what lies in them.
 *
 * Folders, notebooks and files are tables of their own; a path is one object in
 * all of them and among the experiments.  The root, its three folders and the
 * homes of those who exist are there without having been made: they become
 * objects when somebody asks for them.
 */
#ifndef SIM_TREE_H
#define SIM_TREE_H

#include "call.h"

#define SIM_DIRECTORY_ADMINS "/directories/0"

struct sim_node {
  enum sim_kind kind;        /* SIM_FOLDERS, _NOTEBOOKS, _FILES, _REPOS,
                                _EXPERIMENTS */
  struct sim_object *o;
};

/* folders.c */

/* The path as it is stored, to be freed: no mount, no slash twice or at the
 * end.  Who is lenient may give NULL. */
char *sim_tree_path (const char *path);
/* That of the folder it lies in, to be freed; of "/" itself "/". */
char *sim_tree_parent (const char *path);

int sim_folder_exists (struct sim *s, const char *path);
/* With its parents; what is there already stays. */
void sim_folder_make (struct sim *s, const char *path);
/* The user or service principal whose home 'path' is in, or NULL. */
struct sim_object *sim_folder_owner (struct sim *s, const char *path,
                                     enum sim_kind *ret_kind);

/* A folder by its number, also one that nobody asked for so far; or NULL. */
struct sim_object *sim_folder_by_id (struct sim *s, int64_t id);

/* 1, or 0 and *ret_node untouched. */
int sim_tree_find (struct sim *s, const char *path, struct sim_node *ret_node);
/* A new leaf below a folder that exists; 'text' is taken and begins with its
 * "path". */
struct sim_object *sim_tree_add (struct sim *s, enum sim_kind kind, char *text);
/* With all that is below; experiments go to the trash. */
void sim_tree_remove (struct sim *s, const struct sim_node *node);
int sim_tree_is_empty (struct sim *s, const struct sim_node *folder);
/* Each that lies directly in a folder, in the order in which they were made;
 * "/" has its three folders first, "/Users" everybody's home. */
void sim_tree_each (struct sim *s, const struct sim_node *folder,
                    void (*each) (void *opaque, const struct sim_node *node),
                    void *opaque);
/* One that goes without saying: nobody gave it anything, and it is there
 * anyhow (or not at all).  It is no part of the state. */
int sim_tree_is_implied (struct sim *s, const struct sim_object *folder);
/* Somebody is about to be deleted: what is in his home stays. */
void sim_tree_orphan (struct sim *s, enum sim_kind kind,
                      const struct sim_object *owner);
/* After a state was read: who lies where. */
void sim_tree_link_all (struct sim *s);

/* workspace-files.c */
char *sim_base64 (const char *data, size_t len);
/* -1 when it is none; "*ret_data" is to be freed. */
int sim_unbase64 (const char *text, char **ret_data, size_t *ret_len);
/* A notebook or file as an import makes it; the folder exists. */
struct sim_object *sim_notebook_make (struct sim *s, const char *path,
                                      const char *language, const char *source,
                                      size_t len, int64_t now_us);
struct sim_object *sim_file_make (struct sim *s, const char *path,
                                  const char *data, size_t len,
                                  int64_t now_us);
/* What a test describes: {"path", "language", "source", "padding", "results",
 * "refusal", "form"}, or of a file {"path", "object_type", ...}. */
struct sim_object *sim_leaf_make (struct sim *s, enum sim_kind kind,
                                  struct json_object *fields, int64_t now_us);

#endif

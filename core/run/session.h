/* Sessions by name: where they lie, what they are bound to, their lock.
 *
 * A name lives under ${MIGRATE_HOME:-$XDG_STATE_HOME/migrate} (XDG_STATE_HOME
 * defaults to ~/.local/state); a text with '/' is a folder.  Without a name the
 * newest session of this source's host goes on, else one is made and named.
 */
#ifndef MG_RUN_SESSION_H
#define MG_RUN_SESSION_H

#include "net/end.h"
#include "plugin/registry.h"
#include "store/store.h"

struct mg_session {
  char *name, *folder;
  struct mg_store *store;
  int lock_fd;                   /* -1 = none */
};

/* The folder that a name means; the caller frees with mg_free. */
char *mg_session_folder (const char *name_or_dir);
char *mg_session_home (void);    /* the folder of all; free with mg_free */

/* Takes the lock (5 s).  MG_E_LOCKED [locked].  Before any fork; the child
 * keeps it. */
int mg_session_lock (const char *folder, int *ret_fd, struct mg_error *err);

/* Opens (or makes) and registers the registry's kinds in the file, filling
 * their kid.  lock_fd is taken over; -1 opens without a lock (reading). */
int mg_session_open (const char *name_or_dir, int create, int lock_fd,
                     struct mg_registry *registry,
                     struct mg_session *ret_session, struct mg_error *err);
void mg_session_close (struct mg_session *session);

/* The newest session whose source has this host; NULL = none.  Free.  An error
 * when the index cannot be read, which is no 'none': that makes a second one. */
int mg_session_for_host (const char *host, char **ret_name,
                         struct mg_error *err);
int mg_session_remember (const char *name, const char *host,
                         struct mg_error *err);

/* One row of the workspace table; texts owned. */
struct mg_workspace {
  int wsid, confirmed;
  char *role, *host, *org_id;
  uint32_t end;
};
void mg_workspace_done (struct mg_workspace *w);
/* 1 found, 0 not. */
int mg_session_workspace (struct mg_session *session, int wsid,
                          struct mg_workspace *ret, struct mg_error *err);

/* Binds an end: role "source" is wsid 0; a target gets the next number, or that
 * of the same org id.  MG_E_MISMATCH [wrong-workspace] when the session's source
 * is another workspace, [same-workspace] when a target is the source. */
int mg_session_bind (struct mg_session *session, const char *role,
                     const char *host, const char *org_id, uint32_t end,
                     int *ret_wsid, struct mg_error *err);
/* The number alone, and the same refusals: nothing is written. */
int mg_session_place (struct mg_session *session, const char *role,
                      const char *host, const char *org_id, int *ret_wsid,
                      struct mg_error *err);
int mg_session_confirm (struct mg_session *session, int wsid,
                        struct mg_error *err);   /* the host was typed */

/* Who is at the other end: asks it (SCIM Me or, of a plain MLflow server, the
 * creation time of experiment 0 with its host) for the id that a session
 * records. */
struct mg_remote;
int mg_session_identify (struct mg_remote *remote, uint32_t end,
                         char ret_org_id[64], char ret_user[256],
                         int *ret_is_admin, struct mg_error *err);

/* A file beside the sessions that stands for "an import into this workspace is
 * running"; flock as mg_session_lock. */
int mg_session_target_lock (const char *org_id, int *ret_fd,
                            struct mg_error *err);

/* Runs of commands, for status and reports. */
int mg_session_run_begin (struct mg_session *session, const char *command,
                          int wsid, int64_t *ret_rid, struct mg_error *err);
int mg_session_run_end (struct mg_session *session, int64_t rid, int status,
                        int64_t requests, struct mg_error *err);

#endif

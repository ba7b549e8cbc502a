/* What the files on Git share: remotes, credentials, Git folders. */
#ifndef SIM_GIT_H
#define SIM_GIT_H

#include "call.h"

sim_handler sim_repo_create, sim_repo_get, sim_repo_list, sim_repo_update,
  sim_repo_delete;
sim_handler sim_credential_create, sim_credential_get, sim_credential_list,
  sim_credential_update, sim_credential_delete;

#define SIM_COMMIT_SIZE 41

/* The name as the service writes it, in whatever case it came; NULL: none of
 * its providers. */
const char *sim_git_provider (const char *name);
/* 1: may this call read the remote?  0 after a reply. */
int sim_remote_is_open (struct sim_call *c, const char *url,
                        const char *provider);
/* Of a remote's default branch, to be freed. */
char *sim_remote_default (struct sim *s, const char *url);
/* Where a branch or a tag is now.  1, or 0: the remote has none such. */
int sim_remote_commit (struct sim *s, const char *url, const char *ref,
                       int is_tag, char ret_commit[SIM_COMMIT_SIZE]);

/* A new Git folder, its folder made as well; of 'fields' every one counts, and
 * what they leave open is as after a create. */
struct sim_object *sim_repo_make (struct sim *s, struct json_object *fields);
/* Is the command line of Git enabled in this one? */
int sim_repo_has_cli (const struct sim_object *o);
/* The same of a credential of this user or service principal. */
struct sim_object *sim_credential_make (struct sim *s, int64_t owner,
                                        struct json_object *fields);

#endif

/* The program in the twin: what 'migrate export', 'import', 'validate' and
 * 'undo' do between the command line and the tables, with the shipped code, as one life
 * of the process.
 */
#ifndef MG_TWIN_PROGRAM_H
#define MG_TWIN_PROGRAM_H

#include "base/error.h"
#include "twin/link.h"

#define PROGRAM_PLUGINS 3        /* are loaded, at most */

enum program_command {
  PROGRAM_EXPORT, PROGRAM_IMPORT, PROGRAM_VALIDATE, PROGRAM_UNDO
};

/* What the workspaces hold, and which plugins are loaded. */
enum program_assets {
  PROGRAM_PEOPLE,                /* and experiments */
  PROGRAM_COMPUTE,               /* people, compute, jobs */
  PROGRAM_TREE                   /* people, notebooks, files, Git folders */
};

struct program_options {
  enum program_command command;
  const char *session;           /* its folder */
  enum program_assets assets;
  struct link *link;
  uint64_t seed;                 /* of turns, times on the way, jitter */
  int wild;                      /* random turns */
  int64_t now_us;                /* when it starts */
  int64_t wall_shift_us;         /* of this machine's wall clock */
  const char *limits;            /* as --limits: NULL or "off" or a file */
  const char *only;              /* as --plugins; NULL */
  const char *plugins[PROGRAM_PLUGINS];   /* loaded in place of the others */
  int parallel;                  /* threads; 0 = as shipped */
  int64_t settle_us;             /* -1 = as the kinds say */
  size_t waiting_bytes;          /* of folders' names; 0 = as the program does */
  int retry_failed;
  int oauth;                     /* tokens that expire, else one that stays */
  const char *token[WORLD_ENDS], *client_id[WORLD_ENDS],
    *client_secret[WORLD_ENDS];
  int64_t way_us, jitter_us;     /* see wire.h */
  double refused;
};

struct program_result {
  struct mg_error error;         /* code 0: it got through */
  int64_t n_failed, n_differences, n_requests;
  int stopped;
  int64_t began_us, ended_us;    /* of the work, without opening */
  int64_t instructions;          /* 0 where they are not counted: count.h */
  int pid;                       /* of a life's process */
};

/* Loads the plugins, so that processes that are forked later need not. */
void program_preload (enum program_assets assets);

/* 0, or the code of the error that ended the run. */
int program_run (const struct program_options *options,
                 struct program_result *ret_result);

#endif

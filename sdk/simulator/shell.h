/* The shell around libsim: sockets, threads, time, files.
 *
 * One thread of libmicrohttpd per workspace and one timer thread.  A
 * workspace's lock is held during a step; nothing else of it is shared.
 */
#ifndef SIM_SHELL_H
#define SIM_SHELL_H

#include <stdint.h>

#include "base/error.h"
#include "base/thread.h"
#include "sim.h"

#define SHELL_MAX_WORKSPACES 64

struct shell;

struct shell_server {
  struct shell *shell;
  const char *name;          /* of the workspace, as long as the shell */
  struct sim *sim;           /* under lock: a reset puts another in its place */
  struct mg_rand rng;        /* under lock */
  struct mg_mutex lock;
  struct MHD_Daemon *daemon;
  const char *state_file;    /* or NULL */
  char **loaded;             /* files of contents that were there */
  size_t n_loaded;
  char url[80];              /* under url_lock of the shell */
};

/* A connection that waits until 'due_us' of mg_clock_now_us. */
struct shell_wait { int64_t due_us; struct MHD_Connection *connection; };

struct shell {
  struct shell_server servers[SHELL_MAX_WORKSPACES];
  int n_servers;
  struct mg_mutex url_lock;  /* the first server runs before all are there */
  const char *listen;        /* address, or address:port */
  const char *tls_cert, *tls_key;   /* texts, or NULL */
  double time_scale;
  int64_t born_wall_us, born_us;
  /* the timer */
  struct mg_thread timer;
  struct mg_mutex timer_lock;
  struct mg_cond timer_wake;
  struct shell_wait *waits;  /* a heap, the nearest first; under timer_lock */
  size_t n_waits, cap_waits;
  int stopping;              /* under timer_lock */
};

/* http.c: all servers listen; stop ends every connection. */
int shell_start (struct shell *sh, struct mg_error *err);
void shell_stop (struct shell *sh);

/* Simulated wall clock, and a simulated span as a real one. */
int64_t shell_now_us (const struct shell *sh);

/* timer.c */
int shell_timer_start (struct shell *sh);
void shell_timer_stop (struct shell *sh);
/* Suspends the connection and resumes it at due_us; any thread.  At once when
 * the shell is stopping. */
void shell_wait_until (struct shell *sh, struct MHD_Connection *connection,
                       int64_t due_us);

/* output.c */
int shell_write_profiles (struct shell *sh, const char *path,
                          struct mg_error *err);
int shell_write_ledger (struct shell *sh, const char *path,
                        struct mg_error *err);
/* A state is a file; large contents are files of their own in a folder beside it,
 * PATH.contents, and called by their SHA-256. */
int shell_read_state (struct shell_server *server, struct mg_error *err);
int shell_write_states (struct shell *sh, struct mg_error *err);

#endif

/* Where a run of the twin keeps its files: a folder of its own, in memory where
 * the system has such a place, gone at the end.
 */
#ifndef MG_TWIN_PLACE_H
#define MG_TWIN_PLACE_H

/* A name in it that is not used yet; the caller frees with mg_free. */
char *place_new (const char *name);

/* Locks of the program lie in this folder from here on: processes that run at
 * the same time are not in each other's way. */
void place_home (const char *path);

/* One of its folders goes. */
void place_remove (const char *path);

/* Empties it; and the folder goes, too. */
void place_clear (void);
void place_done (void);

#endif

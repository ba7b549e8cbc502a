/* What the oracles know of the workspace tree: folders, notebooks, files and Git
 * folders.
 */
#ifndef MG_TWIN_ORACLE_TREE_H
#define MG_TWIN_ORACLE_TREE_H

#include "twin/texts.h"

/* As compute_titles, compute_rows and compute_raw (oracle-compute.h). */
void tree_titles (struct json_object *state, struct texts *ret);
void tree_rows (struct json_object *state, const struct names *names,
                const struct texts *adopted, struct texts *ret);
void tree_raw (struct json_object *state, struct texts *ret);

/* A session that nobody is at holds whole files alone: under the names of their
 * digests, and nothing that was begun.  Says what is wrong, line by line. */
void tree_blobs (const char *session, struct mg_buf *ret_text);

#endif

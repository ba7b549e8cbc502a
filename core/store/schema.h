/* The session file's format: migrate-session(5) documents it. */
#ifndef MG_STORE_SCHEMA_H
#define MG_STORE_SCHEMA_H

#include "store/sql.h"

#define MG_SCHEMA_VERSION 5
#define MG_APPLICATION_ID 0x4d494752   /* "MIGR" */

/* An empty file gets the schema; a known older one is brought up in one
 * transaction; MG_E_MISMATCH [session-newer] or MG_E_STORE [session-corrupt]
 * (not a session at all) else. */
int mg_schema_prepare (struct mg_conn *conn, struct mg_error *err);

#endif

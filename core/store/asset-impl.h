/* Shared by asset.c and edited.c. */
#ifndef MG_STORE_ASSET_IMPL_H
#define MG_STORE_ASSET_IMPL_H

#include "store/asset.h"
#include "store/sql.h"

/* The row that the statement finds: 1, 0 or negative. */
int mg_asset_read_one (struct mg_packer *packer, struct mg_conn *conn,
                       sqlite3_stmt *st, struct mg_asset *ret,
                       struct mg_error *err);

/* Inside an operation: adds to the names that it has. */
int mg_asset_add_names (struct mg_conn *conn, int wsid, int64_t aid,
                        const struct mg_put *put, struct mg_error *err);

#endif

/* NAME/permissions: the kind that every kind with an object type gets.
 *
 * Its assets stand for the access control list of one parent asset: only the
 * direct entries, never inherited ones nor those of the group 'admins', which
 * the service gives by itself.
 */
#ifndef MG_PLUGIN_PERMISSIONS_H
#define MG_PLUGIN_PERMISSIONS_H

#include <migrate-plugin.h>
#include "base/buf.h"
#include "base/error.h"

struct mg_ctx;

/* Names of the namespaces that a plugin with principals declares. */
#define MG_NS_USER "principal.user_name"
#define MG_NS_GROUP "principal.group_name"
#define MG_NS_SERVICE "principal.service_principal_name"

const struct migrate_kind *mg_permissions_kind (const struct migrate_kind *parent);
void mg_permissions_kind_free (const struct migrate_kind *k);

/* Is there one, be it empty?  With access control the service's answer always has
 * one, for administrators stand in it; but an empty list is often left out of
 * JSON, so one answer without it says nothing about the workspace. */
int mg_permissions_has_list (const char *json, size_t len);

/* {"access_control_list":[{NAME, "permission_level": LEVEL}, ...]} from the
 * service's answer, {} from one without a list.  Appends. */
int mg_permissions_direct (const char *answer, size_t len,
                           struct mg_buf *ret_body, struct mg_error *err);

/* Was a list that is not empty accepted and not kept?  MG_E_UNSUPPORTED then, 0
 * if not or nobody can tell: 'res' need not show the object. */
int mg_permissions_kept (struct mg_ctx *ctx, const struct migrate_asset *a,
                         const struct migrate_response *res);

/* The list of 'json' with the owner whom 'now' names, where it names none itself:
 * 1, appended; 0 when it does or nobody owns it now.  Both are as
 * mg_permissions_direct writes them. */
int mg_permissions_own (const char *json, size_t len, const char *now,
                        size_t now_len, struct mg_buf *ret_body,
                        struct mg_error *err);

/* Sends an access control list again that the service refused because it names
 * no owner: with the one that the asset has now, which the context says then.
 * 'r' and the context's error are those of the refusal, and what is returned when
 * it was for another reason. */
int mg_permissions_owner (struct mg_ctx *ctx, const struct migrate_asset *a,
                          int r);

#endif

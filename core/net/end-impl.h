/* What the two files of end.h share: end.c (profiles, environment) and
 * end-mlflow.c (plain MLflow servers).  Any thread; no state. */
#ifndef MG_NET_END_IMPL_H
#define MG_NET_END_IMPL_H

#include "net/end.h"
#include "net/profile.h"
#include "net/url.h"

/* A plain server named by its URL: without credentials, unless the URL is
 * $MLFLOW_TRACKING_URI.  Fills auth and secrets of ret_end. */
int mg_end_mlflow_login (const char *named, struct mg_end *ret_end,
                         struct mg_error *err);

/* auth_type mlflow-basic, mlflow-bearer or none of a profile; 1 when it was
 * one of them, 0 when not, negative on error. */
int mg_end_mlflow_profile (const struct mg_profile *profile, const char *auth,
                           struct mg_end *ret_end, struct mg_error *err);

#endif

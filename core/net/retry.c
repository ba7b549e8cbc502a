/* What a finished try means: see retry.h.  Pure. */
#include <config.h>

#include <string.h>

#include "base/clock.h"
#include "base/parse.h"
#include "base/str.h"
#include "net/retry.h"

#define RETRY_AFTER_MAX_US (86400 * MG_SECOND_US)

/* Texts by which the service says "later" under any status.  Databricks' own
 * clients match the same parts. */
static const char *const later[] = {
  "UnknownWorkerEnvironmentException",
  "does not have any associated worker environments",
  "There is no worker environment with id",
  "Unknown worker environment",
  "ClusterNotReadyException",
  "Unexpected error",
  "Please try again later or try a faster operation.",
  "RPC token bucket limit has been exceeded",
  "Timed out after ",
  "deadline exceeded",
  "deadlock found when trying to get lock",
};

static int
says_later (const char *message)
{
  const char *worker = strstr (message, "worker env ");
  size_t i;

  for (i = 0; i < MG_N_ELEMENTS (later); i++)
    if (strstr (message, later[i]) != NULL)
      return 1;
  return worker != NULL && strstr (worker, " not found") != NULL;
}

int
mg_retry_is_creation_limit (const char *message)
{
  const char *past = strstr (message, "created in past ");

  return past != NULL && strstr (past, " seconds") != NULL;
}

int
mg_retry_is_not_offered (const char *message)
{
  const char *lists = strstr (message, "ACLs for ");

  return mg_starts (message, "FEATURE_DISABLED:")
         || (lists != NULL
             && strstr (lists, "are disabled or not available in this tier")
                != NULL);
}

int
mg_retry_is_token_refused (int status, const char *message)
{
  return status == 401
         || (status == 403 && strstr (message, "Invalid access token") != NULL);
}

static struct mg_retry_verdict
verdict (enum mg_outcome outcome, enum mg_retry_action action)
{
  struct mg_retry_verdict v = { outcome, action };

  return v;
}

static struct mg_retry_verdict
without_answer (const struct mg_retry_facts *f)
{
  enum mg_outcome outcome = f->sent ? MG_OUTCOME_DOUBT : MG_OUTCOME_NOTHING;

  if (f->result == MG_TRANSFER_TLS || f->result == MG_TRANSFER_ABORTED)
    return verdict (outcome, MG_RETRY_NO);
  if (f->sent && f->effect == MG_CREATE)
    return verdict (outcome, MG_RETRY_NO);
  return verdict (outcome, MG_RETRY_YES);
}

/* 501 and 505 stay as they are, however often one asks. */
static int
is_passing_status (int status)
{
  return status == 408 || status == 425
         || (status >= 500 && status != 501 && status != 505);
}

/* Only these say that the request was not carried out. */
static int
is_surely_nothing (const struct mg_retry_facts *f, struct mg_retry_verdict *ret)
{
  int is_limit = strcmp (f->error_code, "REQUEST_LIMIT_EXCEEDED") == 0
                 && f->status >= 400;

  if (f->status == 429
      || (is_limit && (f->status < 500 || f->effect != MG_CREATE))) {
    *ret = verdict (MG_OUTCOME_NOTHING, MG_RETRY_THROTTLED);
    return 1;
  }
  if (mg_retry_is_token_refused (f->status, f->message)) {
    *ret = verdict (MG_OUTCOME_NOTHING, MG_RETRY_AUTH);
    return 1;
  }
  if (f->status == 409 && strcmp (f->error_code, "ABORTED") == 0) {
    *ret = verdict (MG_OUTCOME_NOTHING, MG_RETRY_YES);
    return 1;
  }
  if (f->status == 400 && mg_retry_is_creation_limit (f->message)) {
    *ret = verdict (MG_OUTCOME_NOTHING, MG_RETRY_NO);
    return 1;
  }
  return 0;
}

static struct mg_retry_verdict
success (const struct mg_retry_facts *f)
{
  int again = f->effect != MG_CREATE
              && (says_later (f->message)
                  || strcmp (f->error_code, "TEMPORARILY_UNAVAILABLE") == 0
                  || strcmp (f->error_code, "REQUEST_LIMIT_EXCEEDED") == 0);

  if (!f->odd_body)
    return verdict (MG_OUTCOME_OK, MG_RETRY_NO);
  return verdict (MG_OUTCOME_DOUBT, again ? MG_RETRY_YES : MG_RETRY_NO);
}

struct mg_retry_verdict
mg_retry_classify (const struct mg_retry_facts *f)
{
  struct mg_retry_verdict v;
  int again;

  /* A refusal whose body was cut off is a refusal all the same, but what the
   * body would have told is not known. */
  if (f->result != MG_TRANSFER_OK)
    return without_answer (f);
  if (f->status >= 200 && f->status < 300)
    return success (f);
  if (is_surely_nothing (f, &v))
    return v;
  again = is_passing_status (f->status) || says_later (f->message);
  if (mg_retry_is_not_offered (f->message))
    again = 0;
  if (f->effect == MG_CREATE)
    again = 0;
  if (f->status >= 400 && f->status < 500 && f->status != 408
      && f->status != 425 && f->known_shape)
    return verdict (MG_OUTCOME_REFUSED, again ? MG_RETRY_YES : MG_RETRY_NO);
  return verdict (MG_OUTCOME_DOUBT, again ? MG_RETRY_YES : MG_RETRY_NO);
}

int64_t
mg_retry_delay_us (unsigned attempt, int64_t base_us, int64_t retry_after_us,
                   struct mg_rand *rand)
{
  int64_t top = base_us;
  int64_t delay;

  for (; attempt > 0 && top < MG_RETRY_CAP_US; attempt--)
    top *= 2;
  if (top > MG_RETRY_CAP_US)
    top = MG_RETRY_CAP_US;
  delay = (int64_t) mg_rand_below (rand, (uint64_t) top + 1);
  return delay > retry_after_us ? delay : retry_after_us;
}

static int64_t
seconds_us (double seconds)
{
  if (seconds < 0)
    return -1;
  if (seconds > (double) RETRY_AFTER_MAX_US / 1e6)
    return RETRY_AFTER_MAX_US;
  return (int64_t) (seconds * 1e6);
}

int64_t
mg_retry_after_us (const char *value, int64_t wall_now_us)
{
  double seconds;
  int64_t date;

  if (mg_parse_double (value, &seconds) == 0)
    return seconds_us (seconds);
  if (mg_time_parse_http (value, &date) < 0)
    return -1;
  if (date <= wall_now_us)
    return 0;
  return seconds_us ((double) (date - wall_now_us) / 1e6);
}

int64_t
mg_retry_info_us (const char *value)
{
  char number[32];
  size_t len = strlen (value);
  double seconds;

  if (len < 2 || len > sizeof number || value[len - 1] != 's')
    return -1;
  memcpy (number, value, len - 1);
  number[len - 1] = '\0';
  if (mg_parse_double (number, &seconds) < 0)
    return -1;
  return seconds_us (seconds);
}

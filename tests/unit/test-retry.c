/* What a finished try means, and how long to wait.  Everything is pure: the
 * table is walked through whole. */
#include <config.h>

#include "base/clock.h"
#include "mg-test.h"
#include "net/retry.h"

#define S MG_SECOND_US

static struct mg_retry_verdict
classify (enum mg_effect effect, int status, const char *code,
          const char *message)
{
  struct mg_retry_facts facts = {
    .effect = effect, .result = MG_TRANSFER_OK, .sent = 1, .status = status,
    .known_shape = code[0] != '\0', .error_code = code, .message = message,
  };

  return mg_retry_classify (&facts);
}

static struct mg_retry_verdict
broken (enum mg_effect effect, enum mg_transfer_result result, int sent)
{
  struct mg_retry_facts facts = {
    .effect = effect, .result = result, .sent = sent, .error_code = "",
    .message = "",
  };

  return mg_retry_classify (&facts);
}

static const enum mg_transfer_result faults[] = {
  MG_TRANSFER_RESOLVE, MG_TRANSFER_CONNECT, MG_TRANSFER_LOST,
  MG_TRANSFER_REWIND, MG_TRANSFER_TRUNCATED, MG_TRANSFER_TIMEOUT,
  MG_TRANSFER_MALFORMED, MG_TRANSFER_HANDSHAKE,
};

MG_TEST (what_never_left_is_repeated_whatever_it_does)
{
  size_t i;
  int effect;

  for (effect = MG_READ; effect <= MG_CREATE; effect++)
    for (i = 0; i < MG_N_ELEMENTS (faults); i++) {
      struct mg_retry_verdict v = broken ((enum mg_effect) effect, faults[i],
                                          0);

      is_int (v.outcome, MG_OUTCOME_NOTHING);
      is_int (v.action, MG_RETRY_YES);
    }
}

MG_TEST (what_may_have_left_is_in_doubt_and_a_create_is_not_repeated)
{
  size_t i;

  for (i = 0; i < MG_N_ELEMENTS (faults); i++) {
    is_int (broken (MG_CREATE, faults[i], 1).outcome, MG_OUTCOME_DOUBT);
    is_int (broken (MG_CREATE, faults[i], 1).action, MG_RETRY_NO);
    is_int (broken (MG_READ, faults[i], 1).action, MG_RETRY_YES);
    is_int (broken (MG_IDEMPOTENT, faults[i], 1).action, MG_RETRY_YES);
  }
}

MG_TEST (a_refused_certificate_and_our_own_end_are_final)
{
  is_int (broken (MG_READ, MG_TRANSFER_TLS, 0).action, MG_RETRY_NO);
  is_int (broken (MG_READ, MG_TRANSFER_ABORTED, 1).action, MG_RETRY_NO);
  is_int (broken (MG_CREATE, MG_TRANSFER_ABORTED, 1).outcome,
          MG_OUTCOME_DOUBT);
}

MG_TEST (every_status_has_its_outcome_for_a_create)
{
  int status;

  for (status = 100; status < 600; status++) {
    enum mg_outcome want = MG_OUTCOME_DOUBT;
    struct mg_retry_verdict v = classify (MG_CREATE, status, "CODE", "text");

    if (status >= 200 && status < 300)
      want = MG_OUTCOME_OK;
    else if (status == 429 || status == 401)
      want = MG_OUTCOME_NOTHING;
    else if (status >= 400 && status < 500 && status != 408 && status != 425)
      want = MG_OUTCOME_REFUSED;
    if (v.outcome != want)
      fail_test ("status %d gives outcome %d", status, v.outcome);
    if (v.action == MG_RETRY_YES)
      fail_test ("a create is repeated after %d", status);
  }
}

MG_TEST (every_status_has_its_retry_for_a_read)
{
  int status;

  for (status = 100; status < 600; status++) {
    enum mg_retry_action want = MG_RETRY_NO;
    struct mg_retry_verdict v = classify (MG_READ, status, "CODE", "text");

    if (status == 429)
      want = MG_RETRY_THROTTLED;
    else if (status == 401)
      want = MG_RETRY_AUTH;
    else if (status == 408 || status == 425
             || (status >= 500 && status != 501 && status != 505))
      want = MG_RETRY_YES;
    if (v.action != want)
      fail_test ("status %d gives action %d", status, v.action);
  }
}

MG_TEST (a_refusal_in_no_known_shape_is_doubt)
{
  is_int (classify (MG_CREATE, 400, "", "<html>").outcome, MG_OUTCOME_DOUBT);
  is_int (classify (MG_CREATE, 404, "", "").outcome, MG_OUTCOME_DOUBT);
}

MG_TEST (a_403_may_mean_the_token)
{
  is_int (classify (MG_CREATE, 403, "PERMISSION_DENIED",
                    "Invalid access token.").action, MG_RETRY_AUTH);
  is_int (classify (MG_CREATE, 403, "PERMISSION_DENIED",
                    "Invalid access token.").outcome, MG_OUTCOME_NOTHING);
  is_int (classify (MG_CREATE, 403, "PERMISSION_DENIED", "no right").action,
          MG_RETRY_NO);
}

MG_TEST (aborted_had_no_effect_but_another_conflict_is_a_refusal)
{
  is_int (classify (MG_CREATE, 409, "ABORTED", "").outcome,
          MG_OUTCOME_NOTHING);
  is_int (classify (MG_CREATE, 409, "ABORTED", "").action, MG_RETRY_YES);
  is_int (classify (MG_READ, 409, "RESOURCE_CONFLICT", "").action,
          MG_RETRY_NO);
  is_int (classify (MG_CREATE, 409, "RESOURCE_CONFLICT", "").outcome,
          MG_OUTCOME_REFUSED);
}

MG_TEST (a_limit_that_comes_as_500_is_doubt_for_a_create_only)
{
  is_int (classify (MG_READ, 500, "REQUEST_LIMIT_EXCEEDED", "").action,
          MG_RETRY_THROTTLED);
  is_int (classify (MG_CREATE, 500, "REQUEST_LIMIT_EXCEEDED", "").outcome,
          MG_OUTCOME_DOUBT);
  is_int (classify (MG_CREATE, 400, "REQUEST_LIMIT_EXCEEDED", "").outcome,
          MG_OUTCOME_NOTHING);
}

MG_TEST (creations_per_hour_had_no_effect_and_are_not_repeated)
{
  struct mg_retry_verdict v =
    classify (MG_CREATE, 400, "INVALID_STATE",
              "The workspace has already 1000 things created in past 3600 "
              "seconds");

  is_int (v.outcome, MG_OUTCOME_NOTHING);
  is_int (v.action, MG_RETRY_NO);
  ok (!mg_retry_is_creation_limit ("created in past times"));
}

MG_TEST (texts_that_mean_later_are_repeated_but_not_for_a_create)
{
  static const char *const texts[] = {
    "x.y.UnknownWorkerEnvironmentException: z", "Unexpected error",
    "worker env WorkerEnvId(1) not found", "context deadline exceeded",
    "deadlock found when trying to get lock",
  };
  size_t i;

  for (i = 0; i < MG_N_ELEMENTS (texts); i++) {
    is_int (classify (MG_READ, 400, "X", texts[i]).action, MG_RETRY_YES);
    is_int (classify (MG_CREATE, 400, "X", texts[i]).action, MG_RETRY_NO);
    is_int (classify (MG_CREATE, 400, "X", texts[i]).outcome,
            MG_OUTCOME_REFUSED);
  }
  is_int (classify (MG_READ, 400, "X", "worker env is fine").action,
          MG_RETRY_NO);
}

MG_TEST (what_is_not_offered_is_not_asked_for_again)
{
  static const char *const texts[] = {
    "FEATURE_DISABLED: x",
    "ACLs for things are disabled or not available in this tier",
    "Oh: ACLs for /things/7 are disabled or not available in this tier.",
  };
  size_t i;

  for (i = 0; i < MG_N_ELEMENTS (texts); i++) {
    is_int (classify (MG_READ, 500, "INTERNAL_ERROR", texts[i]).action,
            MG_RETRY_NO);
    is_int (classify (MG_IDEMPOTENT, 500, "INTERNAL_ERROR", texts[i]).action,
            MG_RETRY_NO);
  }
  is_int (classify (MG_READ, 500, "INTERNAL_ERROR", "ACLs for things").action,
          MG_RETRY_YES);
  is_int (classify (MG_READ, 500, "INTERNAL_ERROR", "things are disabled or not "
                    "available in this tier").action, MG_RETRY_YES);
}

MG_TEST (an_odd_success_is_doubt)
{
  struct mg_retry_facts facts = {
    .effect = MG_CREATE, .result = MG_TRANSFER_OK, .sent = 1, .status = 200,
    .odd_body = 1, .error_code = "TEMPORARILY_UNAVAILABLE", .message = "",
  };

  is_int (mg_retry_classify (&facts).outcome, MG_OUTCOME_DOUBT);
  is_int (mg_retry_classify (&facts).action, MG_RETRY_NO);
  facts.effect = MG_READ;
  is_int (mg_retry_classify (&facts).action, MG_RETRY_YES);
  facts.error_code = "OTHER";
  is_int (mg_retry_classify (&facts).action, MG_RETRY_NO);
}

MG_TEST (delays_have_full_jitter_up_to_a_cap)
{
  struct mg_rand rand;
  int64_t least = INT64_MAX, most = 0;
  unsigned attempt, i;

  mg_rand_seed (&rand, 7);
  for (attempt = 0; attempt < 70; attempt++) {
    int64_t top = attempt < 7 ? (S / 2) << attempt : 60 * S;

    top = top < 60 * S ? top : 60 * S;
    for (i = 0; i < 200; i++) {
      int64_t d = mg_retry_delay_us (attempt, S / 2, -1, &rand);

      if (d < 0 || d > top)
        fail_test ("attempt %u waits %lld", attempt, (long long) d);
      if (attempt == 3) {
        least = d < least ? d : least;
        most = d > most ? d : most;
      }
    }
  }
  ok (least < 4 * S / 10);
  ok (most > 4 * S * 9 / 10);
}

MG_TEST (retry_after_is_a_floor)
{
  struct mg_rand rand;
  int i;

  mg_rand_seed (&rand, 1);
  for (i = 0; i < 100; i++)
    ok (mg_retry_delay_us (0, S, 5 * S, &rand) >= 5 * S);
  is_int (mg_retry_delay_us (0, 1, 90 * S, &rand), 90 * S);
}

MG_TEST (retry_after_in_seconds)
{
  is_int (mg_retry_after_us ("0", 0), 0);
  is_int (mg_retry_after_us ("12", 0), 12 * S);
  is_int (mg_retry_after_us ("1.5", 0), 3 * S / 2);
  is_int (mg_retry_after_us ("99999999999999999999", 0), 86400 * S);
}

MG_TEST (retry_after_as_a_date)
{
  int64_t then = INT64_C (784111777) * S;      /* 1994-11-06 08:49:37 */

  is_int (mg_retry_after_us ("Sun, 06 Nov 1994 08:49:37 GMT", then - 5 * S),
          5 * S);
  is_int (mg_retry_after_us ("Sunday, 06-Nov-94 08:49:37 GMT", then - S), S);
  is_int (mg_retry_after_us ("Sun Nov  6 08:49:37 1994", then - 2 * S), 2 * S);
  is_int (mg_retry_after_us ("Sun, 06 Nov 1994 08:49:37 GMT", then + S), 0);
}

MG_TEST (retry_after_that_is_neither)
{
  static const char *const texts[] = {
    "", "soon", "-1", "1e400", "nan", "inf", "12s", "1 2",
    "Sun, 06 Nov 1994 08:49:37 CET", "Sun, 36 Nov 1994 08:49:37 GMT",
  };
  size_t i;

  for (i = 0; i < MG_N_ELEMENTS (texts); i++)
    if (mg_retry_after_us (texts[i], 0) != -1)
      fail_test ("'%s' is taken for %lld", texts[i],
                 (long long) mg_retry_after_us (texts[i], 0));
}

MG_TEST (retry_info)
{
  is_int (mg_retry_info_us ("3.000s"), 3 * S);
  is_int (mg_retry_info_us ("0s"), 0);
  is_int (mg_retry_info_us (""), -1);
  is_int (mg_retry_info_us ("3"), -1);
  is_int (mg_retry_info_us ("s"), -1);
  is_int (mg_retry_info_us ("-3s"), -1);
}

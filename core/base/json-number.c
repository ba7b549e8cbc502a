/* Numbers in one spelling, by their decimal digits alone: no conversion to a
 * machine's number ever loses anything.  No state beyond the arguments.
 */
#include <config.h>

#include <string.h>

#include "base/json-impl.h"

#define MAX_ZEROS 400    /* beyond it a number is written with an exponent */
#define MAX_EXPONENT 1000000

/* value = sign * digits * 10^exponent; no zero at either end of the digits,
 * and none at all for zero. */
struct decimal {
  int minus;
  struct mg_buf digits;
  int64_t exponent;
};

static const char *
read_digits (struct decimal *d, const char *p, const char *end)
{
  const char *from = p;

  while (p < end && *p >= '0' && *p <= '9')
    p++;
  mg_buf_add (&d->digits, from, (size_t) (p - from));
  return p;
}

/* At 'e' or at the end; 0 when the exponent is beyond reason. */
static int
read_exponent (struct decimal *d, const char *p, const char *end)
{
  int64_t e = 0;
  int minus = 0;

  if (p == end)
    return 1;
  p++;
  if (*p == '-' || *p == '+')
    minus = *p++ == '-';
  for (; p < end; p++) {
    e = e * 10 + (*p - '0');
    if (e > MAX_EXPONENT)
      return 0;
  }
  d->exponent += minus ? -e : e;
  return 1;
}

static void
strip_zeros (struct decimal *d)
{
  size_t front = 0;

  while (d->digits.len > 0 && d->digits.data[d->digits.len - 1] == '0') {
    d->digits.len--;
    d->exponent++;
  }
  while (front < d->digits.len && d->digits.data[front] == '0')
    front++;
  d->digits.len -= front;
  memmove (d->digits.data, d->digits.data + front, d->digits.len);
}

static void
add_zeros (struct mg_buf *out, int64_t n)
{
  for (; n > 0; n--)
    mg_buf_add_byte (out, '0');
}

static void
write_decimal (const struct decimal *d, struct mg_buf *out)
{
  const char *digits = d->digits.data;
  size_t n = d->digits.len;
  int64_t point = (int64_t) n + d->exponent;   /* digits before the point */

  if (n == 0) {
    mg_buf_add_byte (out, '0');
    return;
  }
  if (d->minus)
    mg_buf_add_byte (out, '-');
  if (d->exponent > MAX_ZEROS || point < -MAX_ZEROS) {
    mg_buf_add (out, digits, n);
    mg_buf_addf (out, "e%lld", (long long) d->exponent);
  }
  else if (d->exponent >= 0) {
    mg_buf_add (out, digits, n);
    add_zeros (out, d->exponent);
  }
  else if (point > 0) {
    mg_buf_add (out, digits, (size_t) point);
    mg_buf_add_byte (out, '.');
    mg_buf_add (out, digits + point, n - (size_t) point);
  }
  else {
    mg_buf_add_str (out, "0.");
    add_zeros (out, -point);
    mg_buf_add (out, digits, n);
  }
}

/* An integer that is in its one spelling already. */
static int
is_plain_integer (struct mg_span in)
{
  size_t i;

  if (in.len > MAX_ZEROS || (in.len == 2 && memcmp (in.p, "-0", 2) == 0))
    return 0;
  for (i = in.p[0] == '-'; i < in.len; i++)
    if (in.p[i] < '0' || in.p[i] > '9')
      return 0;
  return 1;
}

void
mg_js_add_number (struct mg_buf *out, struct mg_span in)
{
  struct decimal d = { 0, MG_BUF_INIT (in.len), 0 };
  const char *p = in.p, *end = in.p + in.len, *point;

  if (is_plain_integer (in) || !mg_js_is_number (in.p, in.len)) {
    mg_buf_add (out, in.p, in.len);
    return;
  }
  d.minus = *p == '-';
  p = read_digits (&d, p + d.minus, end);
  if (p < end && *p == '.') {
    point = ++p;
    p = read_digits (&d, p, end);
    d.exponent = -(int64_t) (p - point);
  }
  if (d.digits.failed)
    out->failed = d.digits.failed;
  else if (read_exponent (&d, p, end)) {
    strip_zeros (&d);
    write_decimal (&d, out);
  }
  else
    mg_buf_add (out, in.p, in.len);
  mg_buf_done (&d.digits);
}

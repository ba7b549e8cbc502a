# MG_WARNINGS: put into MG_WARN_CFLAGS those developer warnings which the
# compiler knows, and -Werror with --enable-werror.
AC_DEFUN([MG_WARNINGS], [
  AC_ARG_ENABLE([werror],
    [AS_HELP_STRING([--enable-werror],
       [make compiler warnings errors (for developers)])],
    [], [enable_werror=no])
  MG_WARN_CFLAGS=
  AC_LANG_PUSH([C])
  mg_saved_CFLAGS=$CFLAGS
  for mg_flag in \
    -Wall -Wextra -Wformat=2 -Wvla -Walloca -Wundef -Wstrict-prototypes \
    -Wmissing-prototypes -Wold-style-definition -Wwrite-strings \
    -Wpointer-arith -Wimplicit-fallthrough -Wdate-time -Wshadow=local \
    -Wduplicated-cond -Wlogical-op -Wjump-misses-init \
    -Wno-unused-parameter -Wno-missing-field-initializers \
    -Wno-format-truncation
  do
    AC_MSG_CHECKING([whether $CC knows $mg_flag])
    # Asked without "no-": compilers accept every -Wno-... in silence.
    mg_probe=`AS_ECHO(["$mg_flag"]) | sed 's/^-Wno-/-W/'`
    CFLAGS="$mg_saved_CFLAGS -Werror $mg_probe"
    AC_COMPILE_IFELSE([AC_LANG_PROGRAM],
      [AC_MSG_RESULT([yes])
       MG_WARN_CFLAGS="$MG_WARN_CFLAGS $mg_flag"],
      [AC_MSG_RESULT([no])])
  done
  CFLAGS=$mg_saved_CFLAGS
  AC_LANG_POP([C])
  AS_IF([test "x$enable_werror" = xyes],
    [MG_WARN_CFLAGS="$MG_WARN_CFLAGS -Werror"])
  AC_SUBST([MG_WARN_CFLAGS])
])

# MG_SANITIZE: --enable-sanitize=LIST puts the flags into MG_SAN_CFLAGS and
# MG_SAN_LDFLAGS, and fails when the compiler cannot link with them.
AC_DEFUN([MG_SANITIZE], [
  AC_ARG_ENABLE([sanitize],
    [AS_HELP_STRING([--enable-sanitize=LIST],
       [sanitizers, for example 'address,undefined' or 'thread'])],
    [AS_CASE([$enable_sanitize], [yes], [enable_sanitize=address,undefined])],
    [enable_sanitize=no])
  MG_SAN_CFLAGS=
  MG_SAN_LDFLAGS=
  AS_IF([test "x$enable_sanitize" != xno], [
    MG_SAN_LDFLAGS="-fsanitize=$enable_sanitize"
    MG_SAN_CFLAGS="$MG_SAN_LDFLAGS -fno-omit-frame-pointer -g"
    AS_CASE([,$enable_sanitize,], [*,undefined,*],
      [MG_SAN_CFLAGS="$MG_SAN_CFLAGS -fno-sanitize-recover=undefined"])
    AC_MSG_CHECKING([whether $CC links with $MG_SAN_LDFLAGS])
    mg_saved_CFLAGS=$CFLAGS
    mg_saved_LDFLAGS=$LDFLAGS
    CFLAGS="$CFLAGS $MG_SAN_CFLAGS"
    LDFLAGS="$LDFLAGS $MG_SAN_LDFLAGS"
    AC_LINK_IFELSE([AC_LANG_PROGRAM],
      [AC_MSG_RESULT([yes])],
      [AC_MSG_RESULT([no])
       AC_MSG_ERROR([the compiler cannot do --enable-sanitize=$enable_sanitize])])
    CFLAGS=$mg_saved_CFLAGS
    LDFLAGS=$mg_saved_LDFLAGS
  ])
  AC_SUBST([MG_SAN_CFLAGS])
  AC_SUBST([MG_SAN_LDFLAGS])
  AM_CONDITIONAL([SANITIZE], [test "x$enable_sanitize" != xno])
])

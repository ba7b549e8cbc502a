# MG_PLUGIN_LINK: find in PLUGIN_HARD what makes a forgotten library or a
# stray symbol an error when a plugin is linked.  -no-undefined alone checks
# nothing on ELF.  clang leaves the symbols of its sanitizers to the program,
# so with a sanitizer the flags are not used.
AC_DEFUN([MG_PLUGIN_LINK], [
  AC_REQUIRE([MG_SANITIZE])
  PLUGIN_HARD=
  AS_IF([test "x$enable_sanitize" = xno], [
    mg_saved_LDFLAGS=$LDFLAGS
    for mg_flag in -Wl,-z,defs -Wl,-z,now; do
      AC_MSG_CHECKING([whether the linker knows $mg_flag])
      LDFLAGS="$mg_saved_LDFLAGS $mg_flag"
      AC_LINK_IFELSE([AC_LANG_PROGRAM],
        [AC_MSG_RESULT([yes])
         PLUGIN_HARD="$PLUGIN_HARD $mg_flag"],
        [AC_MSG_RESULT([no])])
    done
    LDFLAGS=$mg_saved_LDFLAGS
  ])
  AC_SUBST([PLUGIN_HARD])
])

# MG_PLUGIN(NAME, LIBRARIES, HELP)
#
# --enable-NAME and --disable-NAME, and the Automake conditional PLUGIN_NAME
# in capitals.  LIBRARIES are prefixes of PKG_CHECK_MODULES in small letters;
# each must have left mg_have_LIBRARY=yes.  A plugin that was asked for by name
# and lacks one is an error; one that was not is left out, and the summary
# says so.
AC_DEFUN([MG_PLUGIN], [
  AC_ARG_ENABLE([$1],
    [AS_HELP_STRING([--disable-$1], [leave out the plugin '$1': $3])],
    [mg_want=$enableval], [mg_want=auto])
  mg_missing=
  for mg_dep in $2; do
    eval "mg_got=\$mg_have_$mg_dep"
    test "x$mg_got" = xyes || mg_missing="$mg_missing $mg_dep"
  done
  test -f "$srcdir/plugins/$1/$1.c" || mg_missing="$mg_missing plugins/$1/$1.c"
  mg_use=no
  AS_IF([test "x$mg_want" = xno],
      [mg_plugins_off="$mg_plugins_off $1 (disabled)"],
    [test -z "$mg_missing"],
      [mg_use=yes
       mg_plugins_on="$mg_plugins_on $1"],
    [test "x$mg_want" = xyes],
      [AC_MSG_ERROR([--enable-$1: the plugin '$1' needs$mg_missing])],
    [mg_plugins_off="$mg_plugins_off $1 (needs$mg_missing)"])
  AM_CONDITIONAL([PLUGIN_]m4_translit([$1], [a-z-], [A-Z_]),
    [test "x$mg_use" = xyes])
])

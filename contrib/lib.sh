# Shared by contrib/quickstart and contrib/check: find out what is missing,
# install it where that can be done, build out of tree.  POSIX shell.
#
# The script that reads this sets $top, the root of the source tree, and
# $me, its own name for messages.

CC=${CC:-}
# nghttpx is no program for everybody in Debian
PATH=$PATH:/usr/sbin:/sbin

say ()
{
  printf '%s: %s\n' "$me" "$*"
}

die ()
{
  printf '%s: %s\n' "$me" "$*" >&2
  exit 1
}

have ()
{
  command -v "$1" >/dev/null 2>&1
}

# --- packages --------------------------------------------------------------

# there PROBE: see contrib/versions
there ()
{
  case $1 in
    cmd:libtoolize) have libtoolize || have glibtoolize ;;
    cmd:*) have "${1#cmd:}" ;;
    pc:*) have pkg-config && pkg-config --exists "${1#pc:}" ;;
    header:*)
      have cc && echo "#include <${1#header:}>" | cc -E - >/dev/null 2>&1 ;;
    clang-asan)
      have clang && echo 'int main (void) { return 0; }' |
        clang -fsanitize=address,undefined -x c - -o /dev/null 2>/dev/null ;;
    python-venv)
      have python3 && python3 -c 'import venv, ensurepip' 2>/dev/null ;;
    *) die "contrib/versions: unknown probe '$1'" ;;
  esac
}

# find_missing SET...: sets $missing, and the packages to install in
# $missing_debian, $missing_fedora and $missing_macos
find_missing ()
{
  missing=
  missing_debian=
  missing_fedora=
  missing_macos=
  while read -r set probe debian fedora macos why; do
    case " $* " in *" $set "*) ;; *) continue ;; esac
    there "$probe" && continue
    missing="$missing ${probe#*:}"
    missing_debian="$missing_debian $debian"
    missing_fedora="$missing_fedora $fedora"
    [ "$macos" = - ] || missing_macos="$missing_macos $macos"
  done <"$top/contrib/versions"
}

unique ()
{
  # shellcheck disable=SC2086
  printf '%s\n' $1 | awk '!seen[$0]++' | tr '\n' ' '
}

name_missing ()
{
  {
    echo "$me: missing:$missing"
    echo "  Debian:  apt-get install $(unique "$missing_debian")"
    echo "  Fedora:  dnf install $(unique "$missing_fedora")"
    if [ -n "$missing_macos" ]; then
      echo "  macOS:   brew install $(unique "$missing_macos")"
    fi
  } >&2
}

# How to become root: sets $sudo, fails when there is no way.
find_root ()
{
  sudo=
  [ "$(id -u)" = 0 ] && return 0
  have sudo || return 1
  sudo=sudo
  sudo -n true 2>/dev/null || { [ -t 0 ] && [ -t 2 ]; }
}

# need_packages SET...: install what is missing or name it and stop
need_packages ()
{
  find_missing "$@"
  [ -n "$missing" ] || return 0
  if ! have apt-get || ! find_root; then
    name_missing
    die "install these (as root), then run $me again"
  fi
  say "installing: $(unique "$missing_debian")"
  # shellcheck disable=SC2046
  $sudo apt-get -qq update &&
    $sudo env DEBIAN_FRONTEND=noninteractive apt-get -qq -y \
      -o Dpkg::Use-Pty=0 install --no-install-recommends \
      ca-certificates $(unique "$missing_debian") >/dev/null ||
    die "apt-get failed: see above"
  find_missing "$@"
  if [ -n "$missing" ]; then
    name_missing
    die "still missing after the installation:$missing"
  fi
}

# --- building --------------------------------------------------------------

n_jobs ()
{
  getconf _NPROCESSORS_ONLN 2>/dev/null || echo 2
}

# with_ccache COMPILER: what to give configure as CC or CXX
with_ccache ()
{
  if have ccache; then echo "ccache $1"; else echo "$1"; fi
}

# make_configure: make configure when there is none or it is old
make_configure ()
{
  if [ -e "$top/config.status" ]; then
    die "the source tree itself is configured: run 'make distclean' there"
  fi
  if [ -e "$top/configure" ]; then
    newer=$(cd "$top" && find configure.ac Makefile.am m4 core sdk plugins \
      tests docs contrib \( -name '*.ac' -o -name Makefile.am \
      -o -name Makefile.inc -o -name 'mg_*.m4' \) -newer configure -print)
    [ -n "$newer" ] || return 0
  fi
  (cd "$top" && autoreconf -fi)
}

# configure_in DIR [ARG...]: configure there, unless that was done before
# with the same configure and arguments
configure_in ()
{
  dir=$1
  shift
  mkdir -p "$dir"
  asked="$*"
  if [ "$dir/config.status" -nt "$top/configure" ] &&
    [ "$(cat "$dir/.asked" 2>/dev/null)" = "$asked" ]; then
    return 0
  fi
  rm -f "$dir/.asked"
  (cd "$dir" && "$top/configure" "$@") || return 1
  printf '%s\n' "$asked" >"$dir/.asked"
}

# build_in DIR [ARG...]: the whole way from a bare tree to programs
build_in ()
{
  make_configure && configure_in "$@" && make -C "$1" -j"$(n_jobs)"
}

# install_and_build DIR [ARG...]: what contrib/quickstart begins with: install
# what is missing, build into DIR with a log there, show its end on failure
install_and_build ()
{
  need_packages build
  mkdir -p "$1" || exit 1
  if ! build_in "$@" >"$1/build.log" 2>&1; then
    tail -n 30 "$1/build.log" >&2
    die "the build failed: the whole log is $1/build.log"
  fi
}

/* What a shared object exports, read from the file itself: nothing of it is
 * loaded.  ELF of this machine's word size only. */
#include <config.h>

#include <string.h>

#include "base/file.h"
#include "base/limits.h"
#include "plugin/conform.h"

#if defined (__linux__) || defined (__FreeBSD__) || defined (__NetBSD__)

#include <elf.h>
#include <link.h>

#define MAX_OBJECT (256 * MG_MIB)

typedef ElfW (Ehdr) ehdr;
typedef ElfW (Shdr) shdr;
typedef ElfW (Sym) symbol;

/* 'n' things of 'size' at 'at', or NULL when the file does not have them, or
 * has them where they cannot be read in place. */
static const void *
within (const struct mg_buf *file, uint64_t at, uint64_t n, uint64_t size)
{
  if (at > file->len || n > file->len / (size ? size : 1)
      || n * size > file->len - at || (size > 1 && at % sizeof (void *) != 0))
    return NULL;
  return file->data + at;
}

static int
broken (const char *path, struct mg_error *err)
{
  return mg_error_set (err, MG_E_PROTOCOL, "plugin-load",
                       "'%s' is not a whole shared object", path);
}

static int
is_exported (const symbol *s)
{
  unsigned bind = s->st_info >> 4, hidden = s->st_other & 3;

  return s->st_shndx != SHN_UNDEF && (bind == STB_GLOBAL || bind == STB_WEAK)
         && (hidden == STV_DEFAULT || hidden == STV_PROTECTED);
}

/* What linkers and sanitizers add by themselves. */
static int
is_ours_to_judge (const char *name)
{
  static const char *const added[] = {
    "_init", "_fini", "__bss_start", "_edata", "_end", "_GLOBAL_OFFSET_TABLE_",
  };
  size_t i;

  for (i = 0; i < MG_N_ELEMENTS (added); i++)
    if (strcmp (name, added[i]) == 0)
      return 0;
  return strstr (name, "asan") == NULL && strstr (name, "sancov") == NULL
         && strstr (name, "llvm") == NULL && strstr (name, "ubsan") == NULL;
}

static int
add_names (const struct mg_buf *file, const shdr *table, const shdr *strings,
           struct mg_buf *ret_names)
{
  uint64_t n = table->sh_size / sizeof (symbol), i;
  const symbol *symbols = within (file, table->sh_offset, n, sizeof (symbol));
  const char *text = within (file, strings->sh_offset, strings->sh_size, 1);

  if (symbols == NULL || text == NULL || strings->sh_size == 0
      || text[strings->sh_size - 1] != '\0')
    return -1;
  for (i = 0; i < n; i++) {
    if (symbols[i].st_name >= strings->sh_size)
      return -1;
    if (is_exported (&symbols[i])
        && is_ours_to_judge (text + symbols[i].st_name))
      mg_buf_addf (ret_names, "%s\n", text + symbols[i].st_name);
  }
  return 0;
}

int
mg_symbols_exported (const char *path, struct mg_buf *ret_names,
                     struct mg_error *err)
{
  MG_CLEANUP (mg_buf_done) struct mg_buf file = MG_BUF_INIT (MAX_OBJECT);
  const ehdr *head;
  const shdr *sections;
  int i, r = mg_file_read (path, &file, err);

  if (r < 0)
    return r;
  head = within (&file, 0, 1, sizeof *head);
  if (head == NULL || memcmp (head->e_ident, ELFMAG, SELFMAG) != 0
      || head->e_shentsize != sizeof *sections)
    return broken (path, err);
  sections = within (&file, head->e_shoff, head->e_shnum, sizeof *sections);
  if (sections == NULL)
    return broken (path, err);
  for (i = 0; i < head->e_shnum; i++)
    if (sections[i].sh_type == SHT_DYNSYM)
      if (sections[i].sh_link >= head->e_shnum
          || add_names (&file, &sections[i], &sections[sections[i].sh_link],
                        ret_names) < 0)
        return broken (path, err);
  return mg_buf_check (ret_names, "list of symbols", err);
}

#else

int
mg_symbols_exported (const char *path, struct mg_buf *ret_names,
                     struct mg_error *err)
{
  (void) ret_names;
  return mg_error_set (err, MG_E_UNSUPPORTED, "plugin-load",
                       "'%s': what it exports can be read on ELF systems only",
                       path);
}

#endif

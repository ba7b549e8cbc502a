/* Notebooks and files as they are kept, for export and import. */
#ifndef SIM_LEAF_H
#define SIM_LEAF_H

#include "tree.h"

#define SIM_MAX_LEAF 10485760
/* Behind the sign of a comment, the first line of a notebook. */
#define SIM_MARK " Databricks notebook source"
/* An archive is what only the service reads: this, and JSON of our own. */
#define SIM_ARCHIVE "simulated-archive\n"
/* What R Markdown has around code. */
#define SIM_CODE "```{r}\n"
#define SIM_CODE_END "\n```\n"

struct sim_language {
  const char *name, *comment, *extension;
};

/* NULL when there is none of that name. */
const struct sim_language *sim_language (const char *name);
/* The language that the first line of a source tells, or NULL. */
const struct sim_language *sim_language_marked (const char *source, size_t len,
                                                const char *path);

/* As they are stored, to be freed.  'results' is how much a notebook shows. */
char *sim_notebook_text (const char *path, const struct sim_language *l,
                         const char *source, size_t len, int64_t results,
                         int64_t created_ms, int64_t now_us);
char *sim_file_text (const char *path, const char *data, size_t len,
                     int64_t created_ms, int64_t now_us);

#endif

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

/* One as it is stored: a short content is in the text, another one beside it.
 * Both are the caller's. */
struct sim_leaf { char *text; struct sim_content *content; };

/* 'results' is how much a notebook shows. */
struct sim_leaf sim_notebook_leaf (const char *path,
                                   const struct sim_language *l,
                                   const char *source, size_t len,
                                   int64_t results, int64_t created_ms,
                                   int64_t now_us);
/* 'content' is taken. */
struct sim_leaf sim_file_leaf (const char *path, struct sim_content *content,
                               int64_t created_ms, int64_t now_us);
/* In the place of 'node', or a new one of its kind when that has no object; the
 * leaf is taken. */
void sim_leaf_put (struct sim *s, struct sim_node *node, struct sim_leaf leaf);

#endif

/*
** test.c - runs the cases.
**
**   core_test              all of them, as TAP
**   core_test --list       their names, one a line
**   core_test NAME...      those
**   core_test --stop ...   the same, up to the first that fails
**   core_test --figures    no case: how fast and how large nodes are
**   core_test --heal SEED  no case: how soon networks heal, at what cost
**   core_test --hash TEXT  no case: its hash in the indexes of this process
**
** A word that is none of these is named, and nothing runs: the status is 2.
** In all cases that hash is the same.
*/
#include "test.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/index.h"
#include "figures.h"
#include "memory.h"

static test_case *first, **last = &first;
static jmp_buf failed;
static const char *casename;
static unsigned long long running; /* seed of the case */

void test_add (test_case *c) {
  *last = c;
  last = &c->next;
}

void test_note (const char *format, ...) {
  va_list args;
  va_start(args, format);
  fputs("# ", stdout);
  vprintf(format, args);
  putchar('\n');
  va_end(args);
}

const char *test_running (void) {
  return casename;
}

void test_seed (unsigned long long seed) {
  running = seed;
}

static void fail (const char *file, int line) {
  test_note("%s:%d", file, line);
  if (running != 0)
    test_note("replay it with FIRST=%llu SEEDS=1", running);
  memory_heal();
  longjmp(failed, 1);
}

void test_check (bool holds, const char *what, const char *file, int line) {
  if (holds)
    return;
  test_note("does not hold: %s", what);
  fail(file, line);
}

void test_same (long long is, long long want, const char *what,
                const char *file, int line) {
  if (is == want)
    return;
  test_note("%s is %lld, not %lld", what, is, want);
  fail(file, line);
}

void test_text (const char *is, const char *want, const char *what,
                const char *file, int line) {
  if (strcmp(is, want) == 0)
    return;
  test_note("%s is \"%s\", not \"%s\"", what, is, want);
  fail(file, line);
}

static bool run (const test_case *c) {
  size_t before = memory_used();
  test_seed(0);
  casename = c->name;
  if (setjmp(failed) != 0)
    return false;
  c->run();
  if (memory_used() != before) {
    test_note("%zu pieces of memory are in use, %zu before", memory_used(),
              before);
    return false;
  }
  return true;
}

static bool report (const test_case *c, int number) {
  bool ok = run(c);
  printf("%s %d - %s\n", ok ? "ok" : "not ok", number, c->name);
  fflush(stdout);
  return ok;
}

static bool wanted (const test_case *c, int argc, char **argv) {
  int i;
  for (i = 1; i < argc; i++)
    if (strcmp(argv[i], c->name) == 0)
      return true;
  return argc == 1;
}

/* Whether each word is the name of a case; says which one is not. */
static bool known (int argc, char **argv) {
  bool all = true;
  int i;
  for (i = 1; i < argc; i++) {
    const test_case *c = first;
    while (c != NULL && strcmp(argv[i], c->name) != 0)
      c = c->next;
    if (c == NULL)
      fprintf(stderr, "core_test: no such test: %s\n", argv[i]);
    all = all && c != NULL;
  }
  return all;
}

static int list (void) {
  const test_case *c;
  for (c = first; c != NULL; c = c->next)
    puts(c->name);
  return 0;
}

/* Of a process that has set no key. */
static int hash (const char *text) {
  printf("%08lx\n", (unsigned long)gp_index_hash(text));
  return 0;
}

static void fixhash (void) {
  static const gp_siphashkey zero;
  gp_index_setkey(&zero);
}

int main (int argc, char **argv) {
  const test_case *c;
  int count = 0, bad = 0;
  bool stop = argc > 1 && strcmp(argv[1], "--stop") == 0;
  argc -= stop;
  argv += stop;
  if (argc == 2 && strcmp(argv[1], "--list") == 0)
    return list();
  if (argc == 3 && strcmp(argv[1], "--hash") == 0)
    return hash(argv[2]);
  fixhash();
  if (argc == 2 && strcmp(argv[1], "--figures") == 0)
    return figures();
  if (argc == 3 && strcmp(argv[1], "--heal") == 0)
    return healfigures(strtoull(argv[2], NULL, 10));
  if (!known(argc, argv))
    return 2;
  for (c = first; c != NULL && !(stop && bad > 0); c = c->next)
    if (wanted(c, argc, argv))
      bad += !report(c, ++count);
  printf("1..%d\n", count);
  return bad > 0;
}

/*
** descriptors_test.c - whether the process runs out of descriptors.
*/
#include "net/descriptors.h"

#include <sys/resource.h>
#include <unistd.h>

#include "test.h"

#define LIMIT 200 /* of these 50 are kept back */

typedef struct taken {
  struct rlimit before;
  int fds[LIMIT];
  size_t count;
} taken;

/* All descriptors but so many; of the lower ones, all are taken. */
static void take (taken *t, size_t left) {
  struct rlimit limit;
  int fd;
  getrlimit(RLIMIT_NOFILE, &t->before);
  limit = t->before;
  limit.rlim_cur = LIMIT;
  setrlimit(RLIMIT_NOFILE, &limit);
  t->count = 0;
  while ((fd = dup(STDOUT_FILENO)) >= 0)
    t->fds[t->count++] = fd;
  for (; left > 0; left--)
    close(t->fds[--t->count]);
}

static void giveback (taken *t) {
  while (t->count > 0)
    close(t->fds[--t->count]);
  setrlimit(RLIMIT_NOFILE, &t->before);
}

TEST(descriptors, "a quarter of all is kept back, wherever others are free") {
  taken t;
  size_t i;
  take(&t, 51);
  SAME(gp_descriptors_missing(), 0);
  giveback(&t);
  take(&t, 20);
  SAME(gp_descriptors_missing(), 31);
  for (i = 0; i < 30; i++) /* holes among the lower ones */
    close(t.fds[i]);
  SAME(gp_descriptors_missing(), 1);
  close(t.fds[i]);
  SAME(gp_descriptors_missing(), 0);
  dup(STDOUT_FILENO);
  SAME(gp_descriptors_missing(), 1);
  giveback(&t);
}

TEST(nodescriptors, "where none is free all that is kept back is missing") {
  taken t;
  take(&t, 0);
  SAME(gp_descriptors_missing(), 51);
  giveback(&t);
}

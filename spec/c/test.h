/*
** test.h - tests of the core in C: a case, a check, and what they print.
**
** A case is named by a sentence. It ends at the first check that does not
** hold; one after which less or more memory is in use than before has
** failed as well. Prints TAP.
*/
#ifndef test_h
#define test_h

#include <stdbool.h>
#include <stddef.h>

typedef struct test_case test_case;
struct test_case {
  const char *name;
  void (*run)(void);
  test_case *next;
};

void test_add (test_case *c);

/* Notes something that goes with the result of the running case. */
void test_note (const char *format, ...)
  __attribute__((format(printf, 1, 2)));

/* The name of the running case. */
const char *test_running (void);

/* What the running case does from now on follows from this seed: if it
   fails, it tells how to replay that. Zero: from none. */
void test_seed (unsigned long long seed);

/* Ends the running case unless 'holds'. */
void test_check (bool holds, const char *what, const char *file, int line);
void test_same (long long is, long long want, const char *what,
                const char *file, int line);
void test_text (const char *is, const char *want, const char *what,
                const char *file, int line);

#define CHECK(what) test_check((what), #what, __FILE__, __LINE__)

/* Two integers, two texts that are to be equal. */
#define SAME(is, want) \
  test_same((long long)(is), (long long)(want), #is, __FILE__, __LINE__)
#define TEXT(is, want) test_text((is), (want), #is, __FILE__, __LINE__)

/* TEST(name, "sentence") { ... } */
#define TEST(function, sentence) \
  static void function(void); \
  __attribute__((constructor)) static void add_##function(void) { \
    static test_case c = {sentence, function, NULL}; \
    test_add(&c); \
  } \
  static void function(void)

#endif

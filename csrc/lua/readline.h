/*
** lua/readline.h - the readline of this process, which is looked up when it
** is asked for: nothing is linked to it, and no header of it is needed.
**
** It is GNU readline 8, or libedit's interface of the same names. Where
** libedit has no such function one of ours stands in, so that whoever uses
** this does not know which it is.
*/
#ifndef gp_lua_readline_h
#define gp_lua_readline_h

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#pragma GCC visibility push(hidden)

typedef int lgp_getter (FILE *in);
typedef char **lgp_completer (const char *text, int start, int end);

/* Variables of readline are here by their address. */
typedef struct lgp_readline {
  char *(*read)(const char *prompt);
  void (*remember)(const char *line);
  void (*deprep)(void);
  lgp_getter **getc;    /* what reads a key */
  void (**atend)(void); /* what ends a line; NULL: libedit */
  lgp_completer **complete;
  const char **breaks; /* at what a word ends, for completion */
  char **line;         /* as it stands, during a completion */
  int *over;
  int *append;

  /* How many bytes of 'line' are before a place that a completer is told. */
  size_t (*byteof)(int place);

  /* Whether it can put the word into the line. */
  bool (*takes)(const char *word);

  /* While a line is read: bytes beyond ASCII are from now on what they are,
     not keys with Meta, as they would be in the locale "C". */
  void (*takebytes)(void);

  /*
  ** Takes the line that is being typed from the screen, and puts it back
  ** below what was printed meanwhile, also where that has not ended its
  ** line. While readline asks something about a completion its question
  ** stays, and what is printed goes below.
  */
  void (*hide)(void);
  void (*show)(void);

  /*
  ** A signal that was caught and is not acted on yet, or 0; and to act on
  ** it, which may end the process. libedit acts on all at once.
  */
  int (*pendingsignal)(void);
  void (*checksignals)(void);
  bool defers; /* not libedit */
} lgp_readline;

/*
** What the process has; with 'load' also what the machine has, and what is
** pasted is one line then, whatever its lines (see lua/paste.h). NULL: there
** is none. Not to be called while a line is read. The terminal is given
** back at any exit from now on.
*/
const lgp_readline *lgp_readline_find (bool load);

#pragma GCC visibility pop
#endif

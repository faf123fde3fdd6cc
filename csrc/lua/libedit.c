/*
** lua/libedit.c - what libedit lacks of GNU readline's interface.
**
** It asks for rl_getc_function only when it is initialized, keeps the line
** to itself but during a completion, and has no way to take it from the
** screen. It acts on signals as soon as they come.
*/
#include "lua/libedit.h"

#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>
#include <wchar.h>

#include "base/os.h"
#include "lua/symbols.h"

#define TABSTOP 8

typedef struct entry {
  const char *line;
  void *data;
} entry;

static lgp_readline *rl;

static struct {
  int (*initialize)(void);
  int (*complete)(int ignored, int key);
  int (*command)(const char *line);
  void (*refresh)(void);
  void (*setsize)(int rows, int columns);
  void (*screensize)(int *rows, int *columns);
  entry *(*history)(int number);
  char **prompt;
  int *point;
  int *historylength;
  int *queryitems;
  const char **breaks;
} edit;

static const lgp_symbol symbols[] = {
  {"rl_initialize", &edit.initialize},
  {"rl_complete", &edit.complete},
  {"rl_parse_and_bind", &edit.command},
  {"rl_forced_update_display", &edit.refresh},
  {"rl_set_screen_size", &edit.setsize},
  {"rl_get_screen_size", &edit.screensize},
  {"history_get", &edit.history},
  {"rl_prompt", &edit.prompt},
  {"rl_point", &edit.point},
  {"history_length", &edit.historylength},
  {"rl_completion_query_items", &edit.queryitems},
  {"rl_basic_word_break_characters", &edit.breaks},
};

/*
** The next character of 'in', or EOF: as libedit reads one itself. Bytes
** that are none in the present locale are left out.
*/
static int readchar (FILE *in) {
  char bytes[16];
  size_t n = 0;
  wchar_t c;
  for (;;) {
    mbstate_t state = {0};
    ssize_t got = read(fileno(in), bytes + n, 1);
    size_t length;
    if (got < 0 && errno == EINTR)
      continue;
    if (got <= 0)
      return EOF;
    length = mbrtowc(&c, bytes, ++n, &state);
    if (length == (size_t)-1 || n == sizeof bytes)
      n = 0;
    else if (length != (size_t)-2)
      return (int)c;
  }
}

/* Completes nothing. */
static char **nothing (const char *text, int start, int end) {
  (void)text;
  (void)start;
  (void)end;
  *rl->over = 1;
  return NULL;
}

/* libedit tells the line and the place of the cursor during a completion
   only: this runs one that completes nothing. */
static void update (void) {
  lgp_completer *before = *rl->complete;
  *rl->complete = nothing;
  edit.complete(0, 0);
  *rl->complete = before;
}

/* The bytes of the first character of 'text', which is '*c'; 0 at its end. A
   byte that is no character counts as one. */
static size_t decode (wchar_t *c, const char *text) {
  mbstate_t state = {0};
  size_t length = mbrtowc(c, text, MB_CUR_MAX, &state);
  if (length <= MB_CUR_MAX)
    return length;
  *c = L'?';
  return 1;
}

/* libedit counts characters. */
static size_t byteof (int place) {
  const char *at = *rl->line;
  wchar_t c;
  while (place-- > 0)
    at += decode(&c, at);
  return (size_t)(at - *rl->line);
}

/* What the locale cannot decode is not put into the line, though what it
   would replace is taken out. */
static bool takes (const char *word) {
  return mbstowcs(NULL, word, 0) != (size_t)-1;
}

/*
** The column after the first 'n' characters of 'text' that begins at
** 'column', if the lines of a screen so many columns wide stood one behind
** the other. What has no room at the end of a line goes to the next one.
*/
static size_t columnafter (const char *text, int n, size_t column,
                           size_t columns) {
  wchar_t c;
  size_t length;
  for (; n > 0 && (length = decode(&c, text)) > 0; n--, text += length) {
    int width = gp_os_wcwidth(c);
    if (c == L'\t')
      column += TABSTOP - column % TABSTOP;
    else if (width < 0)
      column += 2; /* ^X */
    else if (width == 2 && column % columns == columns - 1)
      column += 3;
    else
      column += (size_t)width;
  }
  return column;
}

static void hide (void) {
  int rows, columns;
  size_t wide, row;
  update();
  edit.screensize(&rows, &columns);
  wide = columns > 0 ? (size_t)columns : 80;
  row = columnafter(*edit.prompt, INT_MAX, 0, wide);
  row = columnafter(*rl->line, *edit.point, row, wide) / wide;
  if (row > 0)
    fprintf(stdout, "\033[%zuA", row);
  fputs("\r\033[J", stdout);
  fflush(stdout);
}

/* Blanks as wide as the screen end what was printed, as in readline.c. */
static void show (void) {
  int rows, columns;
  edit.screensize(&rows, &columns);
  fprintf(stdout, "%*s\r", columns, "");
  fflush(stdout);
  edit.refresh();
}

/* They are anyway. */
static void takebytes (void) {
}

static int pendingsignal (void) {
  return 0;
}

/* The signal of a window that changes is seen only once in a line. */
static void checksignals (void) {
  int rows, columns, newrows, newcolumns;
  if (!gp_os_screensize(STDIN_FILENO, &newrows, &newcolumns))
    return;
  edit.screensize(&rows, &columns);
  if (rows != newrows || columns != newcolumns)
    edit.setsize(newrows, newcolumns);
}

/* A copy of the history, with a NULL at its end; NULL: out of memory. The
   number of the first entry is 0 or 1, as the version may be. */
static char **copyhistory (void) {
  int n = *edit.historylength, i, count = 0;
  char **lines = calloc((size_t)n + 2, sizeof *lines);
  for (i = 0; lines != NULL && i <= n; i++) {
    entry *e = edit.history(i);
    if (e != NULL && e->line != NULL && (lines[count] = strdup(e->line)))
      count++;
  }
  return lines;
}

/* Keeps the editor that there is from the terminal: when that ends, it would
   discard what was typed and not read yet. */
static void disable (void) {
  struct termios before;
  bool isterminal = tcgetattr(STDIN_FILENO, &before) == 0;
  edit.command("edit off");
  if (isterminal)
    tcsetattr(STDIN_FILENO, TCSANOW, &before);
}

/* Has libedit ask for rl_getc_function, and keeps its history. There is a
   line, if an empty one, once libedit has made an editor. */
static bool initialize (void) {
  char **lines = copyhistory(), **line;
  if (lines == NULL)
    return false;
  if (*rl->getc == NULL)
    *rl->getc = readchar;
  if (*rl->line != NULL)
    disable();
  edit.initialize();
  for (line = lines; *line != NULL; line++) {
    rl->remember(*line);
    free(*line);
  }
  free(lines);
  return true;
}

bool lgp_libedit_fill (lgp_readline *into, void *library) {
  rl = into;
  if (!lgp_symbols_find(library, symbols, sizeof symbols / sizeof *symbols))
    return false;
  rl->breaks = edit.breaks;
  rl->hide = hide;
  rl->show = show;
  rl->takebytes = takebytes;
  rl->byteof = byteof;
  rl->takes = takes;
  rl->pendingsignal = pendingsignal;
  rl->checksignals = checksignals;
  *edit.queryitems = 1 << 30; /* it would wait for the answer alone */
  return initialize();
}

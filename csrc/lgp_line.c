/*
** lgp_line.c - a line that is typed at the terminal, edited by readline.
**
** For the command: a Lua script can not call the readline that its Lua may
** be linked to. It is found at run time, in the process or on the machine;
** where there is none, core.line_setup says so. Readline calls back into
** this file only, which notes what came: Lua asks for it afterwards. A
** process has one terminal, so all of this is there once.
*/
#include <dlfcn.h>
#include <poll.h>
#include <signal.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <unistd.h>

#include "lgp.h"

#define TAB 9
#define CTRL_C 3

typedef int keyfunction (int count, int key);
typedef char *generator (const char *text, int state);
typedef char **completer (const char *text, int start, int end);

/* What is used of readline; filled by name. */
static struct {
  void (*init)(void);
  void (*install)(const char *prompt, void (*online)(char *line));
  void (*uninstall)(void);
  void (*readchar)(void);
  void (*clear)(void);
  int (*onnewline)(void);
  void (*redisplay)(void);
  void (*freeline)(void);
  void (*remember)(const char *line);
  int (*bind)(int key, keyfunction *f);
  int (*set)(const char *name, const char *value);
  int (*complete)(int how);
  char **(*matches)(const char *text, generator *g);
  completer **attempted;
  int *attemptedover;
  int *queryitems;
  int *catchsignals;
  int *append;
  const char **breaks;
  char **buffer;
  int *point;
  keyfunction **lastfunction;
} rl;

static const struct {
  const char *name;
  size_t offset;
} symbols[] = {
#define S(field, name) \
  { name, offsetof(__typeof__(rl), field) }
  S(init, "rl_initialize"),
  S(install, "rl_callback_handler_install"),
  S(uninstall, "rl_callback_handler_remove"),
  S(readchar, "rl_callback_read_char"),
  S(clear, "rl_clear_visible_line"),
  S(onnewline, "rl_on_new_line"),
  S(redisplay, "rl_redisplay"),
  S(freeline, "rl_free_line_state"),
  S(remember, "add_history"),
  S(bind, "rl_bind_key"),
  S(set, "rl_variable_bind"),
  S(complete, "rl_complete_internal"),
  S(matches, "rl_completion_matches"),
  S(attempted, "rl_attempted_completion_function"),
  S(attemptedover, "rl_attempted_completion_over"),
  S(queryitems, "rl_completion_query_items"),
  S(catchsignals, "rl_catch_signals"),
  S(append, "rl_completion_append_character"),
  S(breaks, "rl_completer_word_break_characters"),
  S(buffer, "rl_line_buffer"),
  S(point, "rl_point"),
  S(lastfunction, "rl_last_func"),
#undef S
};

enum { NOTHING, LINE, END, INTERRUPT, COMPLETE };

static struct {
  bool installed;
  int came;   /* one of the above, since it was last asked */
  int how;    /* to complete: as far as is certain, or show what there is */
  char *line; /* for LINE */
  char breaks[64];
  char **words; /* what may stand here, NULL at the end */
  struct sigaction interrupt;
  bool hasinterrupt;
} now;

static bool findin (void *library) {
  size_t i;
  for (i = 0; i < sizeof symbols / sizeof symbols[0]; i++) {
    void *found = dlsym(library, symbols[i].name);
    if (found == NULL)
      return false;
    memcpy((char *)&rl + symbols[i].offset, &found, sizeof found);
  }
  return true;
}

static bool find (void) {
  static const char *const names[] = {"libreadline.so.8", "libreadline.so.7",
                                      "libreadline.so", "libreadline.dylib"};
  size_t i;
  if (findin(RTLD_DEFAULT))
    return true;
  for (i = 0; i < sizeof names / sizeof names[0]; i++) {
    void *library = dlopen(names[i], RTLD_NOW | RTLD_GLOBAL);
    if (library == NULL)
      continue;
    if (findin(library))
      return true;
    dlclose(library);
  }
  return false;
}

/* Readline's own: takes 'line'. */
static void online (char *line) {
  free(now.line);
  now.line = line;
  now.came = line == NULL ? END : LINE;
  rl.uninstall();
  now.installed = false;
}

static int ontab (int count, int key) {
  (void)count;
  (void)key;
  now.how = *rl.lastfunction == ontab ? '?' : TAB;
  now.came = COMPLETE;
  return 0;
}

static int oninterrupt (int count, int key) {
  (void)count;
  (void)key;
  now.came = INTERRUPT;
  return 0;
}

/* The next word that begins with 'text'; readline frees it. */
static char *nextword (const char *text, int state) {
  static char **word;
  size_t len = strlen(text);
  if (state == 0)
    word = now.words;
  for (; word != NULL && *word != NULL; word++)
    if (strncmp(*word, text, len) == 0)
      return strdup(*word++);
  return NULL;
}

/* No names of files, which is what readline completes by itself. */
static char **attempt (const char *text, int start, int end) {
  (void)start;
  (void)end;
  *rl.attemptedover = 1;
  *rl.append = '\0'; /* reset each time */
  return rl.matches(text, nextword);
}

static void freewords (void) {
  char **word;
  for (word = now.words; word != NULL && *word != NULL; word++)
    free(*word);
  free(now.words);
  now.words = NULL;
}

/*
** core.line_setup(breaks) -> whether there is a readline
**
** 'breaks': the characters that end a word, for completion.
*/
static int line_setup (lua_State *L) {
  const char *breaks = luaL_checkstring(L, 1);
  if (rl.lastfunction == NULL && !find()) { /* the last that is filled */
    lua_pushboolean(L, 0);
    return 1;
  }
  snprintf(now.breaks, sizeof now.breaks, "%s", breaks);
  *rl.catchsignals = 0;
  rl.init();
  *rl.breaks = now.breaks;
  *rl.attempted = attempt;
  *rl.queryitems = 0; /* it would wait for the answer */
  rl.set("page-completions", "off");
  rl.bind(TAB, ontab);
  rl.bind(CTRL_C, oninterrupt);
  lua_pushboolean(L, 1);
  return 1;
}

/* While a line is typed Ctrl-C is a key; all else of the terminal is as
   readline sets it, and takes it back. */
static void keepinterrupt (void) {
  struct termios t;
  if (tcgetattr(STDIN_FILENO, &t) != 0)
    return;
  t.c_cc[VINTR] = _POSIX_VDISABLE;
  tcsetattr(STDIN_FILENO, TCSADRAIN, &t);
}

/* core.line_begin(prompt): the terminal is for typing until line_feed says
   that the line is over, or line_end. */
static int line_begin (lua_State *L) {
  const char *prompt = luaL_checkstring(L, 1);
  if (now.installed)
    return 0;
  now.came = NOTHING;
  now.installed = true;
  rl.install(prompt, online);
  keepinterrupt();
  return 0;
}

/* core.line_end(): whatever was typed is forgotten. */
static int line_end (lua_State *L) {
  (void)L;
  if (!now.installed)
    return 0;
  rl.freeline();
  rl.uninstall();
  now.installed = false;
  return 0;
}

static bool hasinput (void) {
  struct pollfd p = {.fd = STDIN_FILENO, .events = POLLIN};
  return poll(&p, 1, 0) > 0;
}

/*
** core.line_feed() -> nothing | what [, text]
**
** Takes what was typed so far. 'what' is "line" (and the line), "end",
** "interrupt", or "complete" (and the line up to the cursor), which
** line_complete answers.
*/
static int line_feed (lua_State *L) {
  int came;
  while (now.installed && now.came == NOTHING && hasinput())
    rl.readchar();
  came = now.came;
  now.came = NOTHING;
  switch (came) {
    case LINE:
      lua_pushliteral(L, "line");
      lua_pushstring(L, now.line);
      free(now.line);
      now.line = NULL;
      return 2;
    case END: lua_pushliteral(L, "end"); return 1;
    case INTERRUPT: lua_pushliteral(L, "interrupt"); return 1;
    case COMPLETE:
      lua_pushliteral(L, "complete");
      lua_pushlstring(L, *rl.buffer, (size_t)*rl.point);
      return 2;
    default: return 0;
  }
}

/* core.line_complete(list): with the words that may stand at the cursor. */
static int line_complete (lua_State *L) {
  size_t i, n;
  luaL_checktype(L, 1, LUA_TTABLE);
  n = (size_t)lua_rawlen(L, 1);
  freewords();
  now.words = calloc(n + 1, sizeof *now.words);
  for (i = 0; now.words != NULL && i < n; i++) {
    lua_rawgeti(L, 1, (lua_Integer)i + 1);
    now.words[i] = strdup(luaL_checkstring(L, -1));
    lua_pop(L, 1);
    if (now.words[i] == NULL)
      break;
  }
  if (now.installed) {
    rl.complete(now.how);
    rl.redisplay();
  }
  return 0;
}

/* core.line_hide(): whether there is a line, which is off the screen until
   core.line_show(). What is written meanwhile has to end its last line. */
static int line_hide (lua_State *L) {
  if (now.installed)
    rl.clear();
  lua_pushboolean(L, now.installed);
  return 1;
}

static int line_show (lua_State *L) {
  (void)L;
  fflush(stdout);
  if (!now.installed)
    return 0;
  rl.onnewline();
  rl.redisplay();
  return 0;
}

/* core.line_remember(line): for the arrow keys. */
static int line_remember (lua_State *L) {
  rl.remember(luaL_checkstring(L, 1));
  return 0;
}

/*
** core.line_rearm(): the stock Lua takes its handler of Ctrl-C away when it
** is used, so that a second one ends the process. The first call notes the
** handler, each one puts it back.
*/
static int line_rearm (lua_State *L) {
  (void)L;
  if (!now.hasinterrupt)
    now.hasinterrupt = sigaction(SIGINT, NULL, &now.interrupt) == 0;
  else
    sigaction(SIGINT, &now.interrupt, NULL);
  return 0;
}

/* core.isatty(fd) -> whether it is a terminal */
static int line_isatty (lua_State *L) {
  lua_pushboolean(L, isatty((int)luaL_checkinteger(L, 1)));
  return 1;
}

/* core.height() -> lines of the terminal that is standard output | nil */
static int line_height (lua_State *L) {
  struct winsize size;
  if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) != 0 || size.ws_row == 0)
    luaL_pushfail(L);
  else
    lua_pushinteger(L, size.ws_row);
  return 1;
}

void lgp_open_line (lua_State *L) {
  static const luaL_Reg functions[] = {
    {"line_setup", line_setup}, {"line_begin", line_begin},
    {"line_end", line_end},     {"line_feed", line_feed},
    {"line_hide", line_hide},   {"line_show", line_show},
    {"line_rearm", line_rearm}, {"line_complete", line_complete},
    {"isatty", line_isatty},    {"line_remember", line_remember},
    {"height", line_height},    {NULL, NULL}};
  luaL_setfuncs(L, functions, 0);
}

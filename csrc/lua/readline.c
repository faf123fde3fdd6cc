/*
** lua/readline.c - finds readline, and knows what GNU readline 8 has.
*/
#include "lua/readline.h"

#include <dlfcn.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/os.h"
#include "lua/characters.h"
#include "lua/libedit.h"
#include "lua/symbols.h"

#define COUNT(a) (sizeof(a) / sizeof *(a))

/* From readline.h. */
#define STATE_COMPLETING 0x0004000ul

static lgp_readline rl;
static pid_t owner; /* the process whose terminal it is */

static struct {
  int (*clear)(void);
  int (*onnewline)(void);
  void (*redisplay)(void);
  void (*screensize)(int *rows, int *columns);
  int (*set)(const char *variable, const char *value);
  unsigned long *state;
} gnu;

static const lgp_symbol common[] = {
  {"readline", &rl.read},
  {"add_history", &rl.remember},
  {"rl_deprep_terminal", &rl.deprep},
  {"rl_getc_function", &rl.getc},
  {"rl_attempted_completion_function", &rl.complete},
  {"rl_completer_word_break_characters", &rl.breaks},
  {"rl_line_buffer", &rl.line},
  {"rl_attempted_completion_over", &rl.over},
  {"rl_completion_append_character", &rl.append},
};

static const lgp_symbol ofgnu[] = {
  {"rl_clear_visible_line", &gnu.clear},
  {"rl_on_new_line", &gnu.onnewline},
  {"rl_redisplay", &gnu.redisplay},
  {"rl_get_screen_size", &gnu.screensize},
  {"rl_variable_bind", &gnu.set},
  {"rl_readline_state", &gnu.state},
  {"rl_deprep_term_function", &rl.atend},
  {"rl_check_signals", &rl.checksignals},
  {"rl_pending_signal", &rl.pendingsignal},
};

static const char *const readlines[] = {"libreadline.so.8",
                                        "libreadline.8.dylib"};
static const char *const libedits[] = {"libedit.so.2", "libedit.so.0",
                                       "libedit.so.8", "libedit.3.dylib"};

static void hide (void) {
  rl.checksignals();
  if (*gnu.state & STATE_COMPLETING)
    fputc('\n', stdout);
  else
    gnu.clear();
  fflush(stdout);
}

/*
** What was printed may not have ended its line: as many blanks as the
** screen is wide end up in the next line then, and otherwise in the same.
*/
static void show (void) {
  int rows, columns;
  if (*gnu.state & STATE_COMPLETING)
    return;
  gnu.screensize(&rows, &columns);
  fprintf(stdout, "%*s\r", columns, "");
  gnu.onnewline();
  gnu.redisplay();
}

static void takebytes (void) {
  static bool taken;
  if (taken)
    return;
  gnu.set("input-meta", "on");
  gnu.set("output-meta", "on");
  gnu.set("convert-meta", "off");
  taken = true;
}

static size_t byteof (int place) {
  return (size_t)place;
}

static bool takes (const char *word) {
  (void)word;
  return true;
}

/* Both may be in a process, one shadowing the other: is 'name' what goes
   with the function that the interpreter calls? */
static bool goeswith (void *library, const char *name) {
  void *main = dlsym(library, "readline"), *other = dlsym(library, name);
  return main != NULL && other != NULL && gp_os_samelibrary(main, other);
}

static bool fill (void *library) {
  if (!lgp_symbols_find(library, common, COUNT(common)))
    return false;
  if (!goeswith(library, "rl_clear_visible_line"))
    return lgp_libedit_fill(&rl, library);
  rl.hide = hide;
  rl.show = show;
  rl.takebytes = takebytes;
  rl.byteof = byteof;
  rl.takes = takes;
  rl.defers = true;
  return lgp_symbols_find(library, ofgnu, COUNT(ofgnu));
}

static void *load (const char *name) {
  return dlopen(name, RTLD_LAZY | RTLD_LOCAL);
}

static bool fillfrom (const char *const *names, size_t n,
                      void *(*open)(const char *name)) {
  size_t i;
  for (i = 0; i < n; i++) {
    void *library = open(names[i]);
    if (library != NULL && fill(library))
      return true;
    if (library != NULL)
      dlclose(library);
  }
  return false;
}

/* Two of the same names in a process would call each other: another one is
   loaded only where there is none. */
static bool search (bool mayload) {
  return fill(RTLD_DEFAULT) ||
         fillfrom(readlines, COUNT(readlines), gp_os_loadedlibrary) ||
         fillfrom(libedits, COUNT(libedits), gp_os_loadedlibrary) ||
         (mayload && dlsym(RTLD_DEFAULT, "readline") == NULL &&
          fillfrom(readlines, COUNT(readlines), load));
}

static void restoreterminal (void) {
  if (getpid() == owner)
    rl.deprep();
}

/* Whoever comes after us may have kept our function as the one to go back
   to, so our code stays. */
static bool settle (void) {
  owner = getpid();
  return gp_os_keeplibrary(&rl) && atexit(restoreterminal) == 0;
}

/* readline 8.0 has it off. What the user's inputrc says is read later. */
static void markpastes (void) {
  if (gnu.set != NULL)
    gnu.set("enable-bracketed-paste", "on");
}

const lgp_readline *lgp_readline_find (bool load) {
  static enum { UNKNOWN, ABSENT, FOUND } state;
  if (load) /* libedit asks only now which characters there are */
    lgp_characters_edit();
  if (state == UNKNOWN || (state == ABSENT && load))
    state = search(load) && settle() ? FOUND : ABSENT;
  if (state == FOUND && load)
    markpastes();
  lgp_characters_endedit();
  return state == FOUND ? &rl : NULL;
}

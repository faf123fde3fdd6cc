/*
** lua/prompt.c - nodes that are served while somebody types a line.
**
** The prompt of the stock interpreter waits inside readline(), which gets
** each key through the variable rl_getc_function. While there is a node
** that function is ours: it waits for a key and for the loop, and has Lua
** do what there is to do. The command calls readline() itself, in
** core.readline, and all is the same.
**
** This is the one place where C calls Lua, and it cannot be otherwise: Lua
** itself waits in readline(). It is sound because
** - the state is the main thread, which lives as long as its lua_State; it
**   is kept only while the function is in place, and let go before the
**   state is closed. No coroutine is ever kept.
** - Lua is called only when the main thread stands where the interpreter
**   reads its lines, directly in the C function that it was begun with, or
**   in core.readline. Whoever calls readline() from a chunk or a coroutine
**   gets keys and nothing else.
** - every call is protected: no error passes through readline's frames.
*/
#include <lauxlib.h>
#include <math.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/os.h"
#include "lua/characters.h"
#include "lua/core.h"
#include "lua/paste.h"
#include "lua/readline.h"
#include "lua/words.h"

/* In the registry: the functions that Lua has for a turn, for the tabulator
   key and for a signal that is about to end the process; and the guard. */
static const char pumpkey = 'p', completekey = 'c', leavekey = 'l',
                  guardkey = 'g';

#define LONGEST 86400.0 /* s; a wait that takes longer is begun again */
#define FAILED 1.0      /* s until the next try, when Lua has failed */
#define STEPS 10000     /* of Lua, between two looks for a signal */

static const lgp_readline *rl;

/* The interpreter's thread while our functions are in place, else NULL. */
static lua_State *mainthread;

static bool pumping;                 /* Lua does its turn */
static volatile sig_atomic_t hidden; /* the line is, while tasks run */
static bool reading;                 /* core.readline reads */
static lgp_getter *getbefore;        /* the one ours stands in for */
static void (*deprepbefore)(void);
static const char *breaksbefore;
static char breaks[64]; /* all of them end a word */
static bool buried;     /* others came after us, and still call ours */
static bool mortal;     /* SIGTERM and SIGHUP end the process */

/* During a turn: how often SIGINT came. */
static volatile sig_atomic_t interrupts;

/* Whether SIGINT came while core.readline reads. */
static volatile sig_atomic_t interrupted;

/* In place of rl_deprep_term_function: the line is read. Stays there. */
static void deprep (void) {
  lgp_characters_endedit();
  if (deprepbefore != NULL)
    deprepbefore();
}

/* Whether the interpreter itself reads, nothing running above its C function,
   or core.readline does; and no turn is under way. */
static bool isreading (lua_State *L) {
  lua_Debug level;
  return L != NULL && !pumping &&
         (reading || lua_getstack(L, 1, &level) == 0);
}

/*
** Calls the function under 'key' with the 'n' values on top; pops them and
** pushes 'results'. False: it failed, and nothing is pushed.
*/
static bool callkept (lua_State *L, const char *key, int n, int results) {
  bool done, edited = lgp_characters_areours();
  lgp_characters_endedit();
  lua_rawgetp(L, LUA_REGISTRYINDEX, key);
  lua_insert(L, -n - 1);
  pumping = true;
  done = lua_pcall(L, n, results, 0) == LUA_OK;
  pumping = false;
  if (edited && mainthread != NULL)
    lgp_characters_edit();
  if (!done)
    lua_pop(L, 1);
  return done;
}

/*
** Called by Lua now and then during a turn. readline only notes a signal
** that ends the process, and acts on it after the turn, which is cut here.
*/
static void interrupt (lua_State *L, lua_Debug *where) {
  int number = pumping ? rl->pendingsignal() : 0;
  (void)where;
  if (number == SIGINT || number == SIGQUIT || number == SIGTERM ||
      number == SIGHUP || (pumping && interrupted))
    luaL_error(L, "interrupted!");
}

static void dieof (int number) {
  rl->deprep();
  signal(number, SIG_DFL);
  raise(number);
}

static void caughtint (int number);
static void caughtend (int number);

/* A signal that ends a process, and during a turn its handlers: readline's
   and ours. */
static struct ending {
  int number;
  void (*caught)(int number);
  bool taken;
  struct sigaction before;
} endings[] = {{.number = SIGINT, .caught = caughtint},
               {.number = SIGTERM, .caught = caughtend},
               {.number = SIGHUP, .caught = caughtend}};

#define ENDINGS (sizeof endings / sizeof *endings)

/* The first one makes the turn end, see above. A task may catch that error
   and go on, so the second one ends the process, as in the interpreter. */
static void caughtint (int number) {
  if (interrupts++ == 0)
    endings[0].before.sa_handler(number);
  else
    dieof(number);
}

/* These come only once: while tasks run, which may not heed them, they end
   the process. */
static void caughtend (int number) {
  size_t i;
  if (hidden)
    dieof(number);
  for (i = 0; i < ENDINGS; i++)
    if (endings[i].number == number)
      endings[i].before.sa_handler(number);
}

/* SIGINT while core.readline reads: readline calls this when the turn is
   over, libedit at once. */
static void caughtreading (int number) {
  if (interrupted && pumping)
    dieof(number);
  interrupted = 1;
}

/* False where readline does not care for the signal. */
static bool take (struct ending *e) {
  struct sigaction ours;
  if ((e->number != SIGINT && !mortal) ||
      sigaction(e->number, NULL, &e->before) != 0 ||
      (e->before.sa_flags & SA_SIGINFO) != 0 ||
      e->before.sa_handler == SIG_DFL || e->before.sa_handler == SIG_IGN)
    return false;
  ours = e->before;
  ours.sa_handler = e->caught;
  return sigaction(e->number, &ours, NULL) == 0;
}

/* For a turn: readline would only note the signal until the turn is over, and
   a task that computes would never end. */
static void takesignals (void) {
  size_t i;
  interrupts = 0;
  for (i = 0; i < ENDINGS; i++)
    endings[i].taken = rl->defers && take(&endings[i]);
}

static void returnsignals (void) {
  size_t i;
  for (i = 0; i < ENDINGS; i++)
    if (endings[i].taken)
      sigaction(endings[i].number, &endings[i].before, NULL);
}

/* One turn. Seconds until the next is due, or below zero: only when '*fd'
   can be read. */
static lua_Number pump (lua_State *L, int *fd) {
  lua_Hook hook = lua_gethook(L);
  int mask = lua_gethookmask(L), count = lua_gethookcount(L);
  lua_Number due = FAILED;
  *fd = -1;
  if (!lua_checkstack(L, LUA_MINSTACK))
    return due;
  takesignals();
  lua_sethook(L, interrupt, LUA_MASKCALL | LUA_MASKCOUNT, STEPS);
  if (callkept(L, &pumpkey, 0, 2)) {
    due = lua_isnil(L, -2) ? -1 : lua_tonumber(L, -2);
    *fd = lua_isnil(L, -1) ? -1 : (int)lua_tointeger(L, -1);
    lua_pop(L, 2);
  }
  lua_sethook(L, hook, mask, count);
  returnsignals();
  return due;
}

/*
** Sleeps until there is a key, 'fd' can be read, a signal was caught or
** 'due' seconds have passed; what poll() says of 'in'. A signal that comes
** just before the sleep ends it too.
*/
static int awaitkey (int in, int fd, lua_Number due) {
  struct pollfd p[2] = {{.fd = in, .events = POLLIN},
                        {.fd = fd, .events = POLLIN}};
  lua_Number wait = due < 0 || due > LONGEST ? LONGEST : due;
  long ms = (long)ceil((double)wait * 1000);
  struct timespec t = {ms / 1000, ms % 1000 * 1000000};
  sigset_t all, before;
  int n = 0;
  sigfillset(&all);
  pthread_sigmask(SIG_SETMASK, &all, &before);
  if (rl->pendingsignal() == 0)
    n = gp_os_ppoll(p, 2, due < 0 ? NULL : &t, &before);
  pthread_sigmask(SIG_SETMASK, &before, NULL);
  return n > 0 ? p[0].revents : 0;
}

static void leave (void) {
  if (mainthread != NULL && lua_checkstack(mainthread, LUA_MINSTACK))
    callkept(mainthread, &leavekey, 0, 0);
}

/* A signal that is about to end the process lets Lua take leave before. */
static void actonsignal (void) {
  int number = rl->pendingsignal();
  if ((number == SIGINT && !reading) ||
      ((number == SIGTERM || number == SIGHUP) && mortal))
    leave();
  rl->checksignals();
  if (number == SIGTSTP) /* goes on, below what the shell has written */
    rl->show();
}

/* In place of rl_getc: the next key, and the nodes are served meanwhile.
   core.readline forgets the line that an interruption ends. */
static int getkey (FILE *in) {
  bool ready = false;
  int key;
  if (reading)
    lgp_characters_restore();
  while (!ready && isreading(mainthread)) {
    int fd, came = POLLIN;
    lua_Number due = pump(mainthread, &fd);
    actonsignal();
    if (reading && interrupted)
      return '\n';
    if (mainthread != NULL)
      came = awaitkey(fileno(in), fd, due);
    if ((came & POLLHUP) != 0) /* before SIGHUP, or the end of the input */
      leave();
    ready = came != 0;
  }
  if (rl->atend != NULL && *rl->atend == deprep && isreading(mainthread))
    lgp_characters_edit();
  if (lgp_characters_areours())
    rl->takebytes();
  key = getbefore(in);
  if (reading)
    lgp_paste_key(key, *rl->line == NULL || **rl->line == '\0');
  return key;
}

static int pushline (lua_State *L) {
  lua_pushlstring(L, *rl->line, (size_t)lua_tointeger(L, 1));
  return 1;
}

/*
** For readline: what the word from 'start' to 'end' of the line may become.
** Where Lua knows nothing and does not say that it is over, readline goes on
** to the names of files.
*/
static char **complete (const char *text, int start, int end) {
  lua_State *L = mainthread;
  char **words = NULL;
  (void)text;
  if (!isreading(L) || !lua_checkstack(L, LUA_MINSTACK))
    return NULL;
  lua_pushcfunction(L, pushline);
  lua_pushinteger(L, (lua_Integer)rl->byteof(end));
  if (lua_pcall(L, 1, 1, 0) != LUA_OK) {
    lua_pop(L, 1);
    return NULL;
  }
  lua_pushinteger(L, (lua_Integer)rl->byteof(start));
  if (callkept(L, &completekey, 2, 1)) {
    *rl->over = lua_istable(L, -1);
    *rl->append = '\0';
    words = lua_istable(L, -1) ? lgp_words(L, rl->takes) : NULL;
    lua_pop(L, 1);
  }
  return words;
}

/*
** core.unhook()
**
** Gives readline back what it had, unless somebody else came after us: then
** ours only passes the keys on.
*/
static int core_unhook (lua_State *L) {
  (void)L;
  if (mainthread == NULL)
    return 0;
  mainthread = NULL;
  lgp_characters_endedit();
  buried = *rl->getc != getkey;
  if (!buried)
    *rl->getc = getbefore;
  if (*rl->complete == complete) {
    *rl->complete = NULL;
    *rl->breaks = breaksbefore;
  }
  return 0;
}

/* Once for each state: unhooks when that is closed, at the latest. */
static void guard (lua_State *L) {
  bool there = lua_rawgetp(L, LUA_REGISTRYINDEX, &guardkey) != LUA_TNIL;
  lua_pop(L, 1);
  if (there)
    return;
  lua_newuserdatauv(L, 0, 0);
  lua_createtable(L, 0, 1);
  lua_pushcfunction(L, core_unhook);
  lua_setfield(L, -2, "__gc");
  lua_setmetatable(L, -2);
  lua_rawsetp(L, LUA_REGISTRYINDEX, &guardkey);
}

static bool isdefault (int number) {
  struct sigaction now;
  return sigaction(number, NULL, &now) == 0 && now.sa_handler == SIG_DFL;
}

static void takeover (lua_State *L) {
  static bool taken; /* the end of a line, for good */
  lua_rawgeti(L, LUA_REGISTRYINDEX, LUA_RIDX_MAINTHREAD);
  mainthread = lua_tothread(L, -1);
  lua_pop(L, 1);
  mortal = isdefault(SIGTERM) && isdefault(SIGHUP);
  if (!buried) {
    getbefore = *rl->getc;
    *rl->getc = getkey;
  }
  if (rl->atend != NULL && !taken) {
    taken = true;
    deprepbefore = *rl->atend;
    *rl->atend = deprep;
  }
  breaksbefore = *rl->breaks;
  if (*rl->complete == NULL) {
    *rl->complete = complete;
    *rl->breaks = breaks;
  }
}

/*
** core.hook(pump, complete, leave, breaks, load) -> boolean
**
** From now on pump() is called whenever a line is being read and the loop
** has something to do; it returns the seconds until it wants to be called
** anyway (nil: never) and the loop's descriptor (nil: none).
** complete(line, start) gives a list of what the word after the first
** 'start' bytes of the line may become, or nil; 'breaks' are the characters
** that end a word. leave() is called before a signal ends the process.
** 'load': readline may be loaded, if the process has none.
** False where there is no terminal or no readline.
*/
static int core_hook (lua_State *L) {
  luaL_checktype(L, 1, LUA_TFUNCTION);
  luaL_checktype(L, 2, LUA_TFUNCTION);
  luaL_checktype(L, 3, LUA_TFUNCTION);
  luaL_argcheck(L, strlen(luaL_checkstring(L, 4)) < sizeof breaks, 4,
                "too many");
  if (mainthread != NULL || !isatty(STDIN_FILENO) || !isatty(STDOUT_FILENO) ||
      (rl = lgp_readline_find(lua_toboolean(L, 5))) == NULL) {
    lua_pushboolean(L, false);
    return 1;
  }
  strcpy(breaks, lua_tostring(L, 4));
  guard(L);
  lua_settop(L, 3);
  lua_rawsetp(L, LUA_REGISTRYINDEX, &leavekey);
  lua_rawsetp(L, LUA_REGISTRYINDEX, &completekey);
  lua_rawsetp(L, LUA_REGISTRYINDEX, &pumpkey);
  takeover(L);
  lua_pushboolean(L, true);
  return 1;
}

/*
** core.readline(prompt) -> line, pasted | nil at the end | nil, true on
** Ctrl-C
**
** Reads a line on the main thread, after core.hook, which serves it. It has
** several lines if they were pasted; 'pasted': its beginning was.
*/
static int core_readline (lua_State *L) {
  static char *line; /* until the next is read: pushing it may raise */
  const char *prompt = luaL_checkstring(L, 1);
  struct sigaction ours = {.sa_handler = caughtreading}, before;
  if (L != mainthread || reading || pumping)
    return luaL_error(L, "a line cannot be read here");
  free(line);
  interrupted = 0;
  reading = true;
  lgp_paste_begin();
  sigaction(SIGINT, &ours, &before);
  lgp_characters_note();
  lgp_characters_edit();
  line = rl->read(prompt);
  lgp_characters_endedit();
  sigaction(SIGINT, &before, NULL);
  reading = false;
  if (line != NULL && !interrupted) {
    lua_pushstring(L, line);
    lua_pushboolean(L, lgp_paste_isat(line));
    return 2;
  }
  luaL_pushfail(L);
  lua_pushboolean(L, interrupted);
  interrupted = 0;
  return 2;
}

/* core.remember(line): for the arrow keys; after core.hook. */
static int core_remember (lua_State *L) {
  rl->remember(luaL_checkstring(L, 1));
  return 0;
}

/* core.hideline(), core.showline(): in a turn, see lua/readline.h. */
static int core_hideline (lua_State *L) {
  luaL_argcheck(L, pumping, 0, "no line is being typed");
  lgp_characters_edit();
  rl->hide();
  lgp_characters_endedit();
  hidden = true;
  return 0;
}

static int core_showline (lua_State *L) {
  luaL_argcheck(L, pumping, 0, "no line is being typed");
  hidden = false;
  lgp_characters_edit();
  rl->show();
  lgp_characters_endedit();
  return 0;
}

void lgp_open_prompt (lua_State *L) {
  static const luaL_Reg functions[] = {{"hook", core_hook},
                                       {"unhook", core_unhook},
                                       {"readline", core_readline},
                                       {"remember", core_remember},
                                       {"hideline", core_hideline},
                                       {"showline", core_showline},
                                       {NULL, NULL}};
  luaL_setfuncs(L, functions, 0);
}

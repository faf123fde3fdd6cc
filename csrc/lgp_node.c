/*
** lgp_node.c - nodes as userdata: those on the network, and those that are
** simulated.
**
** A node's signals stand in the userdata, not in the core's node: whoever
** waits for one is woken also after the node has been closed.
*/
#include <signal.h>
#include <stdio.h>
#include <string.h>

#include "gp_host.h"
#include "lgp.h"
#include "lgp_options.h"

struct lgp_node {
  gp_host *host;       /* on the network, */
  gp_station *station; /* or simulated; neither: closed, or never opened */
  lgp_loop *loop;      /* kept by the user value */
  lgp_node *next, *prev;
  gp_signal signals[GP_SIGNALS];
  gp_peer *self; /* stays after the close, to be shown */
};

/*
** Finalizers may run while a node reads what arrived, and close any node or
** take it away: after its turn a node is not looked at any more, and the
** cursor steps aside when its node goes. Simulated ones have their turns in
** phase one.
*/
void lgp_node_turnall (lgp_loop *loop, const gp_json *json) {
  loop->cursor = loop->first;
  while (loop->cursor != NULL) {
    lgp_node *n = loop->cursor;
    loop->cursor = n->next;
    if (n->host != NULL)
      gp_host_turn(n->host, json);
  }
}

static void seat (lgp_node *n, lgp_loop *loop) {
  n->prev = NULL;
  n->next = loop->first;
  if (loop->first != NULL)
    loop->first->prev = n;
  loop->first = n;
}

static void unseat (lgp_node *n) {
  if (n->loop->cursor == n)
    n->loop->cursor = n->next;
  if (n->prev != NULL)
    n->prev->next = n->next;
  else
    n->loop->first = n->next;
  if (n->next != NULL)
    n->next->prev = n->prev;
}

static lgp_node *checkbox (lua_State *L) {
  return luaL_checkudata(L, 1, LGP_NODE);
}

static bool isopen (const lgp_node *box) {
  return box->host != NULL || box->station != NULL;
}

static gp_node *nodeof (const lgp_node *box) {
  return box->host != NULL ? gp_host_node(box->host)
                           : gp_station_node(box->station);
}

/*
** Asked for last of all in every function: what allocates may collect, a
** finalizer may close the node, and then this raises.
*/
static gp_node *tonode (lua_State *L) {
  lgp_node *box = checkbox(L);
  if (!isopen(box))
    luaL_error(L, "the node is stopped");
  if (gp_loop_foreign(box->loop->loop))
    luaL_error(L, "the node belongs to the parent process");
  return nodeof(box);
}

gp_station *lgp_checkstation (lua_State *L, int arg) {
  const lgp_node *box = luaL_checkudata(L, arg, LGP_NODE);
  luaL_argcheck(L, box->station != NULL, arg, "not a simulated node");
  return box->station;
}

/* In a forked child everything is the parent's: nothing is freed. */
static void closebox (lgp_node *box, void (*end)(gp_station *st)) {
  gp_host *h = box->host;
  gp_station *st = box->station;
  size_t i;
  if (!isopen(box))
    return;
  box->host = NULL, box->station = NULL;
  unseat(box);
  if (gp_loop_foreign(box->loop->loop))
    return;
  gp_host_free(h);
  if (st != NULL)
    end(st);
  for (i = 0; i < GP_SIGNALS; i++)
    gp_signal_raise(&box->signals[i]);
}

void lgp_node_closeall (lgp_loop *loop) {
  while (loop->first != NULL)
    closebox(loop->first, gp_station_stop);
}

static int core_close (lua_State *L) {
  closebox(checkbox(L), gp_station_stop);
  return 0;
}

/* core.crash(node): a simulated one's process is killed */
static int core_crash (lua_State *L) {
  lgp_checkstation(L, 1);
  closebox(checkbox(L), gp_station_crash);
  return 0;
}

/* Nobody can wait for what is collected; its memory leaves the list. */
static int node_gc (lua_State *L) {
  lgp_node *box = checkbox(L);
  size_t i;
  core_close(L);
  for (i = 0; box->loop != NULL && i < GP_SIGNALS; i++)
    gp_signal_clear(&box->signals[i]);
  gp_peer_unref(box->self);
  box->self = NULL;
  return 0;
}

/*
** libevent writes to sockets without MSG_NOSIGNAL: a peer that is gone must
** not end the process. Who has set a handler of his own keeps it.
*/
static void ignoresigpipe (void) {
  struct sigaction action;
  if (sigaction(SIGPIPE, NULL, &action) == 0 &&
      action.sa_handler == SIG_DFL) {
    action.sa_handler = SIG_IGN;
    sigaction(SIGPIPE, &action, NULL);
  }
}

/* The loop is made first: what is made later is collected earlier, also
   when the state is closed. */
static lgp_node *newbox (lua_State *L) {
  lgp_loop *loop = lgp_checkloop(L);
  lgp_node *box = lua_newuserdatauv(L, sizeof *box, 1);
  size_t i;
  memset(box, 0, sizeof *box);
  luaL_setmetatable(L, LGP_NODE);
  box->loop = loop;
  lua_insert(L, -2);
  lua_setiuservalue(L, -2, 1);
  for (i = 0; i < GP_SIGNALS; i++)
    gp_signal_init(&box->signals[i], &box->loop->ready);
  return box;
}

/* Its place among the nodes is taken when it serves. */
static gp_err open (lgp_node *box, const char *address, size_t len, int port,
                    const gp_hostopt *opt) {
  if (box->loop->sim != NULL)
    return lgp_sim_start(box->loop, address, len, port, &opt->node,
                         box->signals, &box->station);
  ignoresigpipe();
  return gp_host_new(&box->host, box->loop->loop, address, len, port, opt,
                     box->signals);
}

/* core.checkoptions(options): raises when they are none. */
static int core_checkoptions (lua_State *L) {
  gp_hostopt opt;
  lgp_options_read(L, 1, &opt);
  return 0;
}

static int notstarted (lua_State *L, gp_err e, const char *address,
                       lua_Integer port) {
  lua_pushfstring(L, "could not start a node on %s:%I", address, port);
  return lgp_fail(L, e, lua_tostring(L, -1));
}

/*
** core.start(address, port, options) -> node | nil, err
**
** A node that serves; port 0 takes a free one.
*/
static int core_start (lua_State *L) {
  size_t len;
  const char *address = luaL_checklstring(L, 1, &len);
  lua_Integer port = luaL_checkinteger(L, 2);
  gp_hostopt opt;
  lgp_node *box;
  gp_err e;
  luaL_argcheck(L, port >= 0 && port <= 65535, 2, "not a port");
  lgp_options_read(L, 3, &opt);
  e = lgp_makeloop(L);
  if (e != GP_OK)
    return notstarted(L, e, address, port);
  box = newbox(L);
  e = open(box, address, len, (int)port, &opt);
  if (e != GP_OK) {
    box->host = NULL, box->station = NULL;
    return notstarted(L, e, address, port);
  }
  seat(box, box->loop);
  box->self = gp_peer_ref(gp_node_self(nodeof(box)));
  return 1;
}

static uint64_t now (lua_State *L) {
  return lgp_loop_now(checkbox(L)->loop);
}

/* The simulator looks by itself when a node wants its next tick. */
static void rearm (lua_State *L) {
  gp_host *h = checkbox(L)->host;
  if (h != NULL)
    gp_host_rearm(h);
}

/* The end of a call that gives the receipt on top of the stack. */
static int receipt (lua_State *L, gp_err e, const char *text) {
  rearm(L);
  return e == GP_OK ? 1 : lgp_fail(L, e, text);
}

/* core.connect(node, peer, seconds) -> receipt | nil, err */
static int core_connect (lua_State *L) {
  lua_Number timeout = luaL_checknumber(L, 3);
  const gp_peer *entry = lgp_checkpeer(L, 2);
  const char *text;
  gp_receipt **box;
  gp_node *n;
  luaL_argcheck(L, timeout > 0 && timeout <= 86400, 3, "out of range");
  text = lua_pushfstring(L, "could not join through %s", gp_peer_text(entry));
  lgp_newreceipt(L, &box);
  n = tonode(L);
  return receipt(
    L, gp_node_connect(n, entry, (uint32_t)(timeout * 1000), now(L), box),
    text);
}

/* core.post(node, data, peers | nil) -> receipt | nil, err */
static int core_post (lua_State *L) {
  gp_peerlist *to = lgp_checkpeers(L, 3);
  gp_blob *data = lgp_checkblob(L, 2);
  gp_receipt **box;
  gp_node *n;
  lgp_newreceipt(L, &box);
  n = tonode(L);
  return receipt(L, gp_node_post(n, data, to, now(L), box), "could not send");
}

/* core.hasroom(node, peers | nil) -> boolean */
static int core_hasroom (lua_State *L) {
  gp_peerlist *to = lgp_checkpeers(L, 2);
  lua_pushboolean(L, gp_node_hasroom(tonode(L), to, now(L)));
  return 1;
}

/* core.leave(node) -> receipt | nil, err */
static int core_leave (lua_State *L) {
  gp_receipt **box;
  gp_node *n;
  lgp_newreceipt(L, &box);
  n = tonode(L);
  return receipt(L, gp_node_leave(n, now(L), box), "could not leave");
}

static int pushmessage (lua_State *L) {
  lgp_pushmessage(L, lua_touserdata(L, 1));
  return 1;
}

static int pushfailure (lua_State *L) {
  lgp_pushfailure(L, lua_touserdata(L, 1));
  return 1;
}

/* Pushes what 'push' makes of 'object'; false: it raised, the error is on
   top. */
static bool try (lua_State *L, lua_CFunction push, void *object) {
  lua_pushcfunction(L, push);
  lua_pushlightuserdata(L, object);
  return lua_pcall(L, 1, 1, 0) == LUA_OK;
}

/*
** core.nextmessage(node) -> message | nil
**
** Takes the oldest unread message, never waits. It leaves its queue only
** once Lua holds all of it: any push may raise a memory error, and may run
** a finalizer that takes the message itself or closes the node.
*/
static int core_nextmessage (lua_State *L) {
  for (;;) {
    gp_message *m = gp_node_peekmessage(tonode(L));
    bool pushed;
    if (m == NULL) {
      luaL_pushfail(L);
      return 1;
    }
    gp_message_ref(m);
    pushed = try(L, pushmessage, m);
    gp_message_unref(m);
    if (!pushed)
      return lua_error(L);
    if (gp_node_peekmessage(tonode(L)) == m) {
      gp_node_dropmessage(tonode(L));
      return 1;
    }
    lua_pop(L, 1);
  }
}

/* core.nexterror(node) -> err | nil: likewise */
static int core_nexterror (lua_State *L) {
  for (;;) {
    gp_failure *f = gp_node_peekfailure(tonode(L));
    bool pushed;
    if (f == NULL) {
      luaL_pushfail(L);
      return 1;
    }
    gp_failure_ref(f);
    pushed = try(L, pushfailure, f);
    gp_failure_unref(f);
    if (!pushed)
      return lua_error(L);
    if (gp_node_peekfailure(tonode(L)) == f) {
      gp_node_dropfailure(tonode(L));
      return 1;
    }
    lua_pop(L, 1);
  }
}

static int pushevent (lua_State *L) {
  lgp_pushevent(L, lua_touserdata(L, 1));
  return 1;
}

/* core.nextevent(node) -> event | nil: likewise */
static int core_nextevent (lua_State *L) {
  for (;;) {
    const gp_event *ev = gp_node_peekevent(tonode(L));
    gp_event taken;
    bool pushed;
    if (ev == NULL) {
      luaL_pushfail(L);
      return 1;
    }
    taken = *ev;
    gp_peer_ref(taken.peer);
    pushed = try(L, pushevent, &taken);
    gp_peer_unref(taken.peer);
    if (!pushed)
      return lua_error(L);
    ev = gp_node_peekevent(tonode(L));
    if (ev != NULL && ev->number == taken.number) {
      gp_node_dropevent(tonode(L));
      return 1;
    }
    lua_pop(L, 1);
  }
}

/* core.losterrors(node) -> how many found no room since the last call */
static int core_losterrors (lua_State *L) {
  lua_pushinteger(L, (lua_Integer)gp_node_lostfailures(tonode(L)));
  return 1;
}

/* core.signal(node, name) -> number; also of a stopped node */
static int core_signal (lua_State *L) {
  static const char *const names[] = {"inbox", "errors", "events", "room",
                                      "known", "closed", NULL};
  lgp_node *box = checkbox(L);
  int which = luaL_checkoption(L, 2, NULL, names);
  lua_pushinteger(L, (lua_Integer)box->signals[which].number);
  return 1;
}

/* core.isclosed(node) -> boolean */
static int core_isclosed (lua_State *L) {
  lua_pushboolean(L, !isopen(checkbox(L)));
  return 1;
}

/* core.self(node) -> peer; also of a stopped node */
static int core_self (lua_State *L) {
  const lgp_node *box = checkbox(L);
  if (box->self == NULL)
    return luaL_error(L, "the node is gone");
  lgp_pushpeer(L, box->self);
  return 1;
}

/* core.members(node) -> list of peers, in the order in which they came */
static int core_members (lua_State *L) {
  gp_peerlist *list = lgp_newlist(L);
  if (gp_node_members(tonode(L), list) != GP_OK)
    return luaL_error(L, "out of memory");
  lgp_pushpeers(L, list);
  return 1;
}

/* core.meant(node, peer) -> peer | nil: what the node calls it */
static int core_meant (lua_State *L) {
  const gp_peer *p = lgp_checkpeer(L, 2);
  p = gp_node_meant(tonode(L), p);
  if (p == NULL)
    luaL_pushfail(L);
  else
    lgp_pushpeer(L, p);
  return 1;
}

/* core.known(node) -> list of peers, whether it has left */
static int core_known (lua_State *L) {
  gp_peerlist *list = lgp_newlist(L);
  bool left;
  if (gp_node_known(tonode(L), list, &left) != GP_OK)
    return luaL_error(L, "out of memory");
  lgp_pushpeers(L, list);
  lua_pushboolean(L, left);
  return 2;
}

/* core.resume(node, list of peers, left): what core.known gave before */
static int core_resume (lua_State *L) {
  gp_peerlist *list = lgp_checkpeers(L, 2);
  bool left = lua_toboolean(L, 3);
  gp_node *n = tonode(L);
  if (gp_node_resume(n, list, left, now(L)) != GP_OK)
    return luaL_error(L, "out of memory");
  rearm(L);
  return 0;
}

/* core.stats(node) -> table: what it knows of itself and its peers */
static int core_stats (lua_State *L) {
  gp_peerstates *states = lgp_newstates(L);
  gp_stats stats;
  gp_node_stats(tonode(L), &stats);
  if (gp_node_states(tonode(L), now(L), states) != GP_OK)
    return luaL_error(L, "out of memory");
  lgp_pushstats(L, &stats, states);
  return 1;
}

/* core.isconnected(node) -> boolean */
static int core_isconnected (lua_State *L) {
  lua_pushboolean(L, gp_node_isconnected(tonode(L)));
  return 1;
}

void lgp_open_node (lua_State *L) {
  static const luaL_Reg functions[] = {{"checkoptions", core_checkoptions},
                                       {"start", core_start},
                                       {"connect", core_connect},
                                       {"post", core_post},
                                       {"hasroom", core_hasroom},
                                       {"leave", core_leave},
                                       {"nextmessage", core_nextmessage},
                                       {"nexterror", core_nexterror},
                                       {"nextevent", core_nextevent},
                                       {"losterrors", core_losterrors},
                                       {"signal", core_signal},
                                       {"isclosed", core_isclosed},
                                       {"self", core_self},
                                       {"members", core_members},
                                       {"meant", core_meant},
                                       {"known", core_known},
                                       {"resume", core_resume},
                                       {"stats", core_stats},
                                       {"isconnected", core_isconnected},
                                       {"close", core_close},
                                       {"crash", core_crash},
                                       {NULL, NULL}};
  luaL_setfuncs(L, functions, 0);
  luaL_newmetatable(L, LGP_NODE);
  lua_pushcfunction(L, node_gc);
  lua_setfield(L, -2, "__gc");
  lua_setfield(L, -2, "nodemeta");
}

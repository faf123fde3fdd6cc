/*
** lua/node.c - nodes as userdata, from start to close: those on the network,
** and those that are simulated.
*/
#include "lua/node.h"

#include <signal.h>
#include <string.h>

#include "lua/options.h"

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
      gp_service_turn(n->host, json);
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

lgp_node *lgp_checknode (lua_State *L) {
  return luaL_checkudata(L, 1, LGP_NODE);
}

bool lgp_node_isopen (const lgp_node *box) {
  return box->host != NULL || box->station != NULL;
}

static gp_node *nodeof (const lgp_node *box) {
  return box->host != NULL ? gp_service_node(box->host)
                           : gp_simhost_node(box->station);
}

gp_node *lgp_tonode (lua_State *L) {
  lgp_node *box = lgp_checknode(L);
  if (!lgp_node_isopen(box))
    luaL_error(L, "the node is stopped");
  if (gp_loop_foreign(box->loop->loop))
    luaL_error(L, "the node belongs to the parent process");
  return nodeof(box);
}

gp_simhost *lgp_checkstation (lua_State *L, int arg) {
  const lgp_node *box = luaL_checkudata(L, arg, LGP_NODE);
  luaL_argcheck(L, box->station != NULL, arg, "not a simulated node");
  return box->station;
}

/* In a forked child everything is the parent's: nothing is freed. */
static void closebox (lgp_node *box, void (*end)(gp_simhost *st)) {
  gp_service *h = box->host;
  gp_simhost *st = box->station;
  size_t i;
  if (!lgp_node_isopen(box))
    return;
  box->host = NULL, box->station = NULL;
  unseat(box);
  if (gp_loop_foreign(box->loop->loop))
    return;
  gp_service_free(h);
  if (st != NULL)
    end(st);
  for (i = 0; i < GP_SIGNALS; i++)
    gp_signal_raise(&box->signals[i]);
}

void lgp_node_closeall (lgp_loop *loop) {
  while (loop->first != NULL)
    closebox(loop->first, gp_simhost_stop);
}

static int core_close (lua_State *L) {
  closebox(lgp_checknode(L), gp_simhost_stop);
  return 0;
}

/* core.crash(node): a simulated one's process is killed */
static int core_crash (lua_State *L) {
  lgp_checkstation(L, 1);
  closebox(lgp_checknode(L), gp_simhost_crash);
  return 0;
}

/* Nobody can wait for what is collected; its memory leaves the list. */
static int node_gc (lua_State *L) {
  lgp_node *box = lgp_checknode(L);
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
                    const gp_serviceopt *opt) {
  if (box->loop->sim != NULL)
    return lgp_sim_start(box->loop, address, len, port, &opt->node,
                         box->signals, &box->station);
  ignoresigpipe();
  return gp_service_new(&box->host, box->loop->loop, address, len, port, opt,
                        box->signals);
}

/* core.checkoptions(options): raises when they are none. */
static int core_checkoptions (lua_State *L) {
  gp_serviceopt opt;
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
  gp_serviceopt opt;
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

void lgp_open_node (lua_State *L) {
  static const luaL_Reg functions[] = {{"checkoptions", core_checkoptions},
                                       {"start", core_start},
                                       {"close", core_close},
                                       {"crash", core_crash},
                                       {NULL, NULL}};
  luaL_setfuncs(L, functions, 0);
  lgp_newmeta(L, LGP_NODE, "nodemeta", node_gc);
}

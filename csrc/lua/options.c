/*
** lua/options.c - the options of a node, from a Lua table.
*/
#include "lua/options.h"

#include <lauxlib.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "net/hostcheck.h"
#include "net/listener.h"
#include "value/nick.h"

/* Longest time and largest size that are sensible, so that none overflows:
   a day, in ms; and a size whose base64 still fits. */
#define MAXTIME 86400000.0
#define MAXSIZE 1073741824.0
#define MAXPORT 65535.0

typedef enum unit { COUNT, BYTES, SECONDS, PORT, FLAG } unit;

typedef struct option {
  const char *name;
  size_t offset;
  unit unit;
} option;

#define AT(part, field) \
  (offsetof(gp_serviceopt, part) + offsetof(gp_##part##opt, field))

static const option options[] = {
  {"max_body", AT(node, max_body), BYTES},
  {"max_members", AT(node, max_members), COUNT},
  {"inbox_messages", AT(node, inbox_messages), COUNT},
  {"inbox_bytes", AT(node, inbox_bytes), BYTES},
  {"outbox_messages", AT(node, outbox_messages), COUNT},
  {"outbox_bytes", AT(node, outbox_bytes), BYTES},
  {"max_errors", AT(node, max_errors), COUNT},
  {"max_events", AT(node, max_events), COUNT},
  {"probe_interval", AT(node, probe_interval_ms), SECONDS},
  {"request_timeout", AT(node, request_timeout_ms), SECONDS},
  {"inbox_timeout", AT(node, inbox_timeout_ms), SECONDS},
  {"max_headers", AT(server, max_headers), BYTES},
  {"max_connections", AT(server, max_connections), COUNT},
  {"max_connections_per_address", AT(server, max_connections_per_address),
   COUNT},
  {"receive_bytes", AT(server, receive_bytes), BYTES},
  {"receive_timeout", AT(server, receive_timeout_ms), SECONDS},
  {"idle_timeout", AT(server, idle_timeout_ms), SECONDS},
  {"connect_timeout", AT(client, connect_timeout_ms), SECONDS},
  {"rest_timeout", AT(client, rest_timeout_ms), SECONDS},
  {"max_response", AT(client, max_response), BYTES},
  {"trust_lists", offsetof(gp_serviceopt, node.trust_lists), FLAG},
  {"check_source", offsetof(gp_serviceopt, node.check_source), FLAG},
  {"listen_port", offsetof(gp_serviceopt, listen_port), PORT},
};

static const option *find (const char *name) {
  size_t i;
  for (i = 0; i < sizeof options / sizeof *options; i++)
    if (strcmp(options[i].name, name) == 0)
      return &options[i];
  return NULL;
}

/* Sets an option that is a boolean. */
static void setflag (lua_State *L, gp_serviceopt *opt, const option *o) {
  bool is = lua_toboolean(L, -1);
  if (lua_type(L, -1) != LUA_TBOOLEAN)
    luaL_error(L, "option '%s': boolean expected, got %s", o->name,
               luaL_typename(L, -1));
  memcpy((char *)opt + o->offset, &is, sizeof is);
}

/* Sets one option to the number on top of the stack. */
static void set (lua_State *L, gp_serviceopt *opt, const option *o) {
  char *at = (char *)opt + o->offset;
  lua_Number value = lua_tonumber(L, -1);
  lua_Number max = o->unit == SECONDS ? MAXTIME / 1000
                   : o->unit == PORT  ? MAXPORT
                                      : MAXSIZE;
  lua_Number min = o->unit == SECONDS ? 0.001 : 1;
  if (lua_type(L, -1) != LUA_TNUMBER || !(value >= min && value <= max))
    luaL_error(L, "option '%s': a number from %f to %f expected, got %s",
               o->name, min, max, luaL_tolstring(L, -1, NULL));
  if (o->unit != SECONDS && !lua_tointegerx(L, -1, NULL))
    luaL_error(L, "option '%s': integer expected, got %f", o->name, value);
  if (o->unit == SECONDS) {
    uint32_t ms = (uint32_t)(value * 1000);
    memcpy(at, &ms, sizeof ms);
  }
  else {
    size_t size = (size_t)value;
    memcpy(at, &size, sizeof size);
  }
}

/* Sets an option that is a text, borrowed from the table. */
static void settext (lua_State *L, const char *name, const char **at) {
  size_t len;
  if (lua_type(L, -1) != LUA_TSTRING)
    luaL_error(L, "option '%s': string expected, got %s", name,
               luaL_typename(L, -1));
  *at = lua_tolstring(L, -1, &len);
  if (strlen(*at) != len)
    luaL_error(L, "option '%s': holds a NUL", name);
}

static bool isname (lua_State *L, int at) {
  size_t len;
  const char *name = lua_type(L, at) == LUA_TSTRING
                       ? lua_tolstring(L, at, &len)
                       : NULL;
  return name != NULL && strlen(name) == len && gp_hostcheck_isname(name);
}

/* Sets the list of names that is on top of the stack; all are borrowed from
   it. */
static void sethosts (lua_State *L, gp_serviceopt *opt) {
  size_t i, n = lua_type(L, -1) == LUA_TTABLE ? lua_rawlen(L, -1) : 0;
  if (lua_type(L, -1) != LUA_TTABLE)
    luaL_error(L, "option 'hosts': a list of names expected, got %s",
               luaL_typename(L, -1));
  if (n > GP_HOSTS_MAX)
    luaL_error(L, "option 'hosts': %d names at most expected, got %d",
               GP_HOSTS_MAX, (int)n);
  for (i = 0; i < n; i++) {
    lua_rawgeti(L, -1, (lua_Integer)i + 1);
    if (!isname(L, -1))
      luaL_error(L,
                 "option 'hosts': names of hosts expected, without a port, "
                 "got \"%s\"",
                 luaL_tolstring(L, -1, NULL));
    opt->hosts[i] = lua_tostring(L, -1);
    lua_pop(L, 1);
  }
  opt->nhosts = n;
}

static void checklisten (lua_State *L, const char *listen) {
  if (listen != NULL && !gp_listen_isvalid(listen))
    luaL_error(L,
               "option 'listen': a numeric address, \"localhost\" or "
               "\"*\" expected, got \"%s\"",
               listen);
}

static void checkname (lua_State *L, const char *name) {
  if (name != NULL && !gp_nick_isvalid(name, strlen(name)))
    luaL_error(L, "option 'name': " LGP_NAME_EXPECTED ", got \"%s\"", name);
}

static const char **text (gp_serviceopt *opt, const char *name) {
  if (strcmp(name, "listen") == 0)
    return &opt->listen;
  return strcmp(name, "name") == 0 ? &opt->node.nick : NULL;
}

static void setone (lua_State *L, gp_serviceopt *opt) {
  size_t len;
  const char *name = luaL_tolstring(L, -2, &len);
  bool whole = strlen(name) == len;
  const option *o = whole ? find(name) : NULL;
  const char **at = whole ? text(opt, name) : NULL;
  lua_insert(L, -2); /* keeps the name, below the value */
  if (at != NULL)
    settext(L, name, at);
  else if (o != NULL && o->unit == FLAG)
    setflag(L, opt, o);
  else if (o != NULL)
    set(L, opt, o);
  else if (whole && strcmp(name, "hosts") == 0)
    sethosts(L, opt);
  else
    luaL_error(L, "unknown option '%s'", name);
  lua_remove(L, -2);
}

void lgp_options_read (lua_State *L, int arg, gp_serviceopt *opt) {
  gp_serviceopt_init(opt);
  if (lua_isnoneornil(L, arg))
    return;
  luaL_checktype(L, arg, LUA_TTABLE);
  lua_pushnil(L);
  while (lua_next(L, arg) != 0) {
    setone(L, opt);
    lua_pop(L, 1);
  }
  checklisten(L, opt->listen);
  checkname(L, opt->node.nick);
}

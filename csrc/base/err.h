/*
** base/err.h - what can go wrong, as one number.
**
** Does not know where it went wrong: whoever met the error adds the peer and
** the message (gp_failure). GP_OK is zero, so an error can be tested as a
** truth value.
*/
#ifndef gp_base_err_h
#define gp_base_err_h

#pragma GCC visibility push(hidden)

/* gop2p's three kinds of error. */
typedef enum gp_errkind {
  GP_KIND_CONNECTION, /* the network or the peer */
  GP_KIND_PARSING,    /* what arrived was not understood */
  GP_KIND_INTERNAL    /* this process or this machine */
} gp_errkind;

/* X(name, kind, what it is in words): the code in Lua is "E" and the name. */
#define GP_ERRORS(X) \
  X(OK, INTERNAL, "no error") \
  X(NOMEM, INTERNAL, "out of memory") \
  X(INVAL, INTERNAL, "invalid value") \
  X(CANCELED, INTERNAL, "the node was stopped") \
  X(SELF, INTERNAL, "a node cannot connect to itself") \
  X(NOBUFS, CONNECTION, "too many messages wait for this peer already") \
  X(MFILE, INTERNAL, "too many open files") \
  X(ADDRINUSE, CONNECTION, "the port is taken") \
  X(ADDRNOTAVAIL, CONNECTION, "not an address of this machine") \
  X(ACCES, CONNECTION, "permission denied") \
  X(NOTFOUND, CONNECTION, "no such host") \
  X(CONNREFUSED, CONNECTION, "connection refused") \
  X(CONNRESET, CONNECTION, "connection closed before the response") \
  X(HOSTUNREACH, CONNECTION, "no route to host") \
  X(NETUNREACH, CONNECTION, "network is unreachable") \
  X(NOTCONN, CONNECTION, "the peer has left the network") \
  X(REPLACED, CONNECTION, "another process has taken its place") \
  X(TIMEDOUT, CONNECTION, "no response in time") \
  X(FORBIDDEN, CONNECTION, "the peer does not count us as a member") \
  X(EXIST, CONNECTION, "the name is taken by another member") \
  X(VERSION, CONNECTION, "it runs another version, which may lack names") \
  X(BADREQUEST, CONNECTION, "the peer did not understand the request") \
  X(MSGSIZE, CONNECTION, "the message is too large for the peer") \
  X(BUSY, CONNECTION, "the peer cannot take more at present") \
  X(STATUS, CONNECTION, "the peer responded with an error") \
  X(SOURCE, CONNECTION, "it came from another address than the member's") \
  X(LIMIT, CONNECTION, "a limit of this node was reached") \
  X(BROWSER, CONNECTION, "a browser sent it, which is not a peer") \
  X(HOST, CONNECTION, "the Host is none of its machine (see option hosts)") \
  X(BADMSG, PARSING, "not a valid gop2p message") \
  X(PROTO, PARSING, "the response is not one of a gop2p node") \
  X(IO, INTERNAL, "input/output error")

typedef enum gp_err {
#define GP_ERR_ENUM(name, kind, text) GP_E##name,
  GP_ERRORS(GP_ERR_ENUM)
#undef GP_ERR_ENUM
    GP_ERR_COUNT
} gp_err;

#define GP_OK GP_EOK

/* The code as a program tests it: "ECONNREFUSED". Static text. */
const char *gp_err_code (gp_err e);

/* The error in words. Static text. */
const char *gp_err_text (gp_err e);

gp_errkind gp_err_kind (gp_err e);

/* "connection", "parsing" or "internal". Static text. */
const char *gp_errkind_name (gp_errkind kind);

/* The error for a system error number; what has no name here is GP_EIO. */
gp_err gp_err_fromerrno (int number);

/* The error for a HTTP status that is not a success. */
gp_err gp_err_fromstatus (int status);

#pragma GCC visibility pop
#endif

/*
** node/nicks.h - the records of peers, by their nicks.
**
** Owns gp_nicks, and gp_nicklink in each record. Knows nothing of membership:
** several may have one nick.
*/
#ifndef gp_node_nicks_h
#define gp_node_nicks_h

#include <stdbool.h>

#include "base/err.h"
#include "base/index.h"
#include "node/transport.h"
#pragma GCC visibility push(hidden)

typedef struct gp_record gp_record;

typedef struct gp_nicklink {
  gp_indexlink link;
  bool linked;
} gp_nicklink;

/* Zeroed: there are none. */
typedef struct gp_nicks {
  gp_index all;
} gp_nicks;

/* The oldest that has a nick, and the next one after 'peer'; or NULL. No
   nick ("") is nobody's. */
gp_record *gp_nicks_find (const gp_nicks *ns, const char *nick);
gp_record *gp_nicks_next (const gp_record *peer);

/* The nick of 'peer' is new or another one, or it has none any more.
   GP_ENOMEM: it is not found by it. */
gp_err gp_nicks_update (gp_nicks *ns, gp_record *peer);

void gp_nicks_remove (gp_nicks *ns, gp_record *peer);

/* Frees the index; of records there are none any more. */
void gp_nicks_clear (gp_nicks *ns);

#pragma GCC visibility pop
#endif

/*
** node/hearsay.c - how far it is followed what others say.
*/
#include "node/hearsay.h"

#include "node/machine.h"
#include "node/state.h"
#include "value/address.h"

/*
** Of what one peer names, so many are dialled at once, and then one each so
** many ms. What is left over is in its next list: the two compare their
** digests every few seconds. The list of an entry point has no limit
** (node/join.c).
*/
#define MOST 100
#define EACH_MS 100

void gp_hearsay_setproven (gp_node *n, gp_record *peer, bool proven) {
  if (peer->hearsay.proven == proven)
    return;
  peer->hearsay.proven = proven;
  if (gp_membership_isknown(peer))
    gp_report_raise(&n->report, GP_SIGNAL_KNOWN);
}

/*
** What 'by' may name, by where it is, as far as is known: the address that it
** responded from. On this machine it is on our loopback as well, and where
** our own name is.
*/
static unsigned rangesof (const gp_node *n, const gp_record *by) {
  const char *remote = by->names.remote;
  const char *own = gp_peer_address(n->self.identity.peer);
  gp_range at = gp_address_range(
    remote[0] != '\0' ? remote : gp_peer_address(gp_record_dialled(by)));
  unsigned ranges = gp_address_mayname(at);
  if (at == GP_RANGE_LOOPBACK || gp_machine_ishere(n, remote))
    ranges |= GP_RANGE_LOOPBACK | gp_address_mayname(gp_address_range(own));
  return ranges;
}

void gp_hearsay_setnamed (const gp_node *n, gp_record *peer,
                          const gp_record *by, bool trusted) {
  peer->hearsay.unasked = !trusted;
  peer->hearsay.ranges = gp_hearsay_ranges(n, by);
}

unsigned gp_hearsay_ranges (const gp_node *n, const gp_record *by) {
  return n->self.opt.trust_lists ? 0 : rangesof(n, by);
}

void gp_hearsay_setchosen (gp_record *peer) {
  peer->hearsay.ranges = 0;
  peer->hearsay.unasked = false;
  peer->hearsay.chosen = true;
}

/* What is on this machine may be anywhere. */
void gp_hearsay_setseen (const gp_node *n, gp_record *peer,
                         const char *remote) {
  gp_hearsay *h = &peer->hearsay;
  bool anywhere = h->chosen || n->self.opt.trust_lists ||
                  (h->ranges == 0 && gp_machine_ishere(n, remote));
  if (!anywhere)
    h->ranges |= gp_address_mayname(gp_address_range(remote));
}

/* 0.0.0.0 is where the one that lists it is, if that is known. */
bool gp_hearsay_mayname (gp_node *n, gp_record *by, const gp_peer *name) {
  gp_range range = gp_address_range(gp_peer_address(name));
  if (n->self.opt.trust_lists ||
      (gp_peer_isany(name) ? by->names.remote[0] != '\0'
                           : rangesof(n, by) & range))
    return true;
  if (!by->hearsay.told)
    gp_report_error(&n->report, GP_PURPOSE_GREET, name, GP_EACCES);
  by->hearsay.told = true;
  return false;
}

bool gp_hearsay_take (const gp_node *n, gp_record *by) {
  return gp_bucket_take(&by->hearsay.names, MOST, EACH_MS, n->now);
}

bool gp_hearsay_retry (gp_node *n, const gp_record *peer) {
  return peer->hearsay.proven ||
         gp_bucket_take(&n->admission.hearsays.retries, MOST, EACH_MS,
                        n->now);
}

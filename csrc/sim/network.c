/*
** sim/network.c - see sim/network.h.
*/
#include "sim/network.h"

#include <stdlib.h>

void gp_network_clear (gp_network *net) {
  free(net->cuts);
}

gp_err gp_network_cut (gp_network *net, uint64_t from, uint64_t to) {
  gp_cut *cuts = realloc(net->cuts, (net->ncuts + 1) * sizeof *cuts);
  if (cuts == NULL)
    return GP_ENOMEM;
  net->cuts = cuts;
  cuts[net->ncuts].from = from;
  cuts[net->ncuts++].to = to;
  return GP_OK;
}

void gp_network_heal (gp_network *net, uint64_t from, uint64_t to) {
  size_t i, n = 0;
  for (i = 0; i < net->ncuts; i++)
    if ((net->cuts[i].from & ~from) != 0 || (net->cuts[i].to & ~to) != 0)
      net->cuts[n++] = net->cuts[i];
  net->ncuts = n;
}

bool gp_network_iscut (const gp_network *net, uint64_t from, uint64_t to) {
  size_t i;
  for (i = 0; i < net->ncuts; i++)
    if ((from & net->cuts[i].from) != 0 && (to & net->cuts[i].to) != 0)
      return true;
  return false;
}

bool gp_network_ischancy (const gp_network *net) {
  return net->loss != 0 || net->breaks != 0;
}

/* What is cut off draws no number, what is lost one, all else two. */
bool gp_network_latency (const gp_network *net, gp_random *random,
                         uint64_t from, uint64_t to, uint64_t *latency_ms) {
  uint64_t spread = (uint64_t)net->max_latency_ms - net->min_latency_ms + 1;
  if (gp_network_iscut(net, from, to) || gp_random_chance(random, net->loss))
    return false;
  *latency_ms = net->min_latency_ms + gp_random_below(random, spread);
  return true;
}

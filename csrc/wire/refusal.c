/*
** wire/refusal.c - see wire/refusal.h.
*/
#include "wire/refusal.h"

const char gp_wire_notvalid[] = "No valid Message provided\n";
const char gp_wire_yourself[] = "You can not connect with yourself.\n";
const char gp_wire_notregistered[] = "Peer not registered\n";
const char gp_wire_browser[] = "A page in a browser is not a peer\n";
const char gp_wire_otherhost[] = "The Host is none of this machine\n";
const char gp_wire_notallowed[] = "Method not allowed\n";
const char gp_wire_taken[] = "Name taken by another member\n";
const char gp_wire_unreached[] = "No node of the sender responds\n";
const char gp_wire_toosoon[] = "Asked again too soon\n";
const char gp_wire_toolarge[] = "Message too large\n";
const char gp_wire_busy[] = "Too busy, try again\n";
const char gp_wire_nosign[] = "No sign of life\n";

int gp_refusal_status (gp_err e) {
  switch (e) {
    case GP_OK: return 0;
    case GP_ENOMEM: return 503;
    default: return 400;
  }
}

const char *gp_refusal_text (int status) {
  switch (status) {
    case 405: return gp_wire_notallowed;
    case 503: return gp_wire_busy;
    default: return gp_wire_notvalid;
  }
}

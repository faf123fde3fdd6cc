/*
** lua/receipt.h - receipts as userdata.
*/
#ifndef gp_lua_receipt_h
#define gp_lua_receipt_h

#include <lua.h>

#include "value/receipt.h"
#pragma GCC visibility push(hidden)

/* Pushes a userdata for a receipt, and gives the place for it: the userdata
   has the reference that is put there. */
gp_receipt **lgp_newreceipt (lua_State *L);

#pragma GCC visibility pop
#endif

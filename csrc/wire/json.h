/*
** wire/json.h - the JSON reader that a wire form is handed.
**
** A cursor over one parsed text. The library that parses stands behind it,
** so that the wire forms know neither that library nor Lua. None of its
** functions raises or allocates but 'parse', which tells of it.
*/
#ifndef gp_wire_json_h
#define gp_wire_json_h

#include <stdbool.h>
#include <stddef.h>

#include "base/err.h"
#pragma GCC visibility push(hidden)

typedef enum gp_jsontype {
  GP_JSON_NULL,
  GP_JSON_BOOLEAN,
  GP_JSON_NUMBER,
  GP_JSON_STRING,
  GP_JSON_TREE /* an object or an array: an empty one looks like either */
} gp_jsontype;

typedef struct gp_json {
  void *self;
  /* Parses a whole text; the cursor stands on its root. GP_EBADMSG,
     GP_ENOMEM. Each success is ended by one 'leave' of the root. */
  gp_err (*parse)(void *self, const char *text, size_t len);
  /* What the cursor stands on. */
  gp_jsontype (*type)(void *self);
  /* Steps into a field of an object: its name as given or else, as Go does,
     the same without case. False, and stays, when there is none. */
  bool (*field)(void *self, const char *name);
  /* Steps into an item of an array, from 0; false past its end. */
  bool (*item)(void *self, size_t index);
  /* Steps back out. */
  void (*leave)(void *self);
  double (*number)(void *self);
  /* Borrowed until 'leave'. */
  const char *(*string)(void *self, size_t *len);
} gp_json;

#pragma GCC visibility pop
#endif

/*
** base/base64.h - standard base64 with padding (RFC 4648, section 4).
**
** As Go's encoding/base64 StdEncoding, with which gop2p writes its data.
** What it writes and takes is Go's, also where that is not strict.
*/
#ifndef gp_base_base64_h
#define gp_base_base64_h

#include <stddef.h>

#include "base/blob.h"
#include "base/err.h"
#pragma GCC visibility push(hidden)

/* Characters that 'len' bytes take; 'len' is below SIZE_MAX / 2. */
size_t gp_base64_len (size_t len);

/* Writes gp_base64_len(len) characters and a zero byte. */
void gp_base64_write (char *to, const char *data, size_t len);

/*
** Makes a blob of what is encoded. As Go does, it passes over CR and LF, and
** takes a last digit before the padding whose bits are not all of a byte.
** GP_EBADMSG when it is not base64, GP_ENOMEM.
*/
gp_err gp_base64_read (gp_blob **out, const char *text, size_t len);

#pragma GCC visibility pop
#endif

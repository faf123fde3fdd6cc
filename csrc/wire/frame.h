/*
** wire/frame.h - the frame of one HTTP request: its head, and where it ends.
**
** Looks at the bytes of a request before the HTTP library does, and lets
** pass only what every HTTP program reads alike and what stays within the
** limits: so what breaks one is refused with the status that says so, and
** no bytes of one request can pass for another (RFC 9112, 2.2, 5, 6.3, 7.1).
** Keeps counts, no bytes. Knows no socket and no HTTP library.
*/
#ifndef gp_wire_frame_h
#define gp_wire_frame_h

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#pragma GCC visibility push(hidden)

/* Most lines of a head; each costs the HTTP library allocations. */
#define GP_FRAME_LINES 128

/*
** A body may have so many chunks, and one more for each so many bytes. Those
** of a byte each cost the HTTP library as much as large ones; no program
** writes them but to try that.
*/
#define GP_FRAME_CHUNKS 256
#define GP_FRAME_CHUNK_MEAN 256

typedef enum gp_framepart {
  GP_FRAME_HEAD,
  GP_FRAME_JUDGE, /* the head is whole: gp_frame_judge is to be called */
  GP_FRAME_BODY,
  GP_FRAME_SIZE, /* of a chunk */
  GP_FRAME_CHUNK,
  GP_FRAME_END, /* the line's end after a chunk, or after the last one's */
  GP_FRAME_WHOLE
} gp_framepart;

typedef struct gp_frame {
  gp_framepart part;
  size_t max_head, max_body; /* the limits, in bytes */
  size_t head, lines;        /* of the head, so far */
  size_t column;             /* in the line, or of a chunk's size */
  bool cr;                   /* the last byte was one */
  bool last;                 /* the chunk of size zero has come */
  uint64_t left;             /* of the body, or of the chunk */
  uint64_t body, chunks;     /* bytes in all chunks, and how many they are */
} gp_frame;

/* For a new request. */
void gp_frame_init (gp_frame *f, size_t max_head, size_t max_body);

/*
** Looks at the next 'len' bytes. Zero, or the status to refuse it with.
** '*used': how many belonged to it; fewer than 'len' when its head has to be
** judged first, or when it is whole.
*/
int gp_frame_feed (gp_frame *f, const char *bytes, size_t len, size_t *used);

/*
** Judges the head, all 'len' bytes of it with the empty line. Zero, or the
** status to refuse it with.
*/
int gp_frame_judge (gp_frame *f, const char *head, size_t len);

/* The words of a status line for each status that is given here. */
const char *gp_frame_reason (int status);

#pragma GCC visibility pop
#endif

/*
** base/os.h - what one system does and another does not, or does otherwise.
**
** Everything else of the core is C11 and POSIX.1-2008 with what Linux, macOS
** and the BSDs have alike. Linux has a half of its own in base/os.c; the
** other half is for every other system, and is taken on Linux too where
** GP_OS_PORTABLE is defined. Owns nothing.
*/
#ifndef gp_base_os_h
#define gp_base_os_h

#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stddef.h>
#include <sys/stat.h>
#include <sys/types.h>
#include <time.h>

#pragma GCC visibility push(hidden)

/* The last 'byte' among the first 'len' of 'bytes', or NULL. */
const char *gp_os_memrchr (const char *bytes, char byte, size_t len);

/*
** A socket of the family and type (SOCK_STREAM, SOCK_DGRAM), which never
** waits and is closed by exec; or -1 and errno.
*/
int gp_os_socket (int family, int type);

/*
** Sends what there is room for on a socket that never waits, and raises no
** SIGPIPE. What it returns, and errno, are those of send().
*/
ssize_t gp_os_send (int fd, const void *bytes, size_t len);

/*
** Calls 'visit' with each address, numeric, that this machine has at present,
** until it returns false. Where the system does not tell there are none.
*/
void gp_os_eachaddress (bool (*visit)(void *self, const char *address),
                        void *self);

/* How many bytes came in on a socket and were not read. */
size_t gp_os_unread (int fd);

/*
** Whether 'fd' is an epoll set: it can be polled, and can then be read when
** one of its members has something to do. False where nobody can tell.
*/
bool gp_os_isepoll (int fd);

/*
** The wall clock, never behind time(), and so os.date(): what is due at a
** time shall not see the second before it.
*/
struct timespec gp_os_wallclock (void);

/* When a file was last written to. */
struct timespec gp_os_mtime (const struct stat *st);

/*
** The time since the machine was started, or since another point in the past.
** Nobody sets it, and it goes on while the machine is suspended; the latter
** not on all systems (FreeBSD).
*/
struct timespec gp_os_uptime (void);

/*
** As poll(), with 'mask' in place of the thread's signal mask while it
** waits, both at once; NULL for 't' waits without limit. It waits only for
** what can be read. What is not below FD_SETSIZE may be left out.
*/
int gp_os_ppoll (struct pollfd *p, nfds_t n, const struct timespec *t,
                 const sigset_t *mask);

/*
** A locale for the calling thread alone, until it returns to what was in
** force before, which each call gives. That of the process is its program's,
** and stays as it is. Neutral: that of "C", where letters are those of ASCII,
** a number has a point, and order is that of bytes. UTF-8: characters are
** those of UTF-8, all else is as in "C". Nothing changes on a system without
** such a locale.
*/
typedef void *gp_os_locale;
gp_os_locale gp_os_neutrallocale (void);
gp_os_locale gp_os_utf8locale (void);
void gp_os_returnlocale (gp_os_locale before);

/* Whether the characters of the locale in force are those of UTF-8. */
bool gp_os_isutf8 (void);

/*
** Opens standard input, output and error where they are closed, so that
** nothing that is opened later gets their numbers: what a program prints
** would go to a peer. To use them still fails, and programs that are started
** find them closed.
*/
void gp_os_keepstandard (void);

/* Lines and columns of a terminal. False: it is none, or has no width. */
bool gp_os_screensize (int fd, int *rows, int *columns);

/* Columns that a character takes on a screen; below zero: it has none. */
int gp_os_wcwidth (wchar_t c);

/* The library called 'name' if the process has loaded it, for dlclose(), or
   NULL. */
void *gp_os_loadedlibrary (const char *name);

/*
** Whether both addresses lie in one library of the process. True where
** nobody can tell: two libraries of the same names are rare.
*/
bool gp_os_samelibrary (const void *a, const void *b);

/* The library that 'address' lies in stays loaded from now on. False: that
   could not be arranged. */
bool gp_os_keeplibrary (const void *address);

#pragma GCC visibility pop
#endif

/*
** base/os.c - what one system does and another does not, or does otherwise.
*/
#ifndef _GNU_SOURCE
#define _XOPEN_SOURCE 700 /* for wcwidth */
#endif

#include "base/os.h"

#include <arpa/inet.h>
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <ifaddrs.h>
#include <langinfo.h>
#include <locale.h>
#include <netinet/in.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <termios.h>
#include <unistd.h>
#include <wchar.h>
#ifdef __APPLE__
#include <xlocale.h>
#endif

#if defined(__linux__) && !defined(GP_OS_PORTABLE)

const char *gp_os_memrchr (const char *bytes, char byte, size_t len) {
  return memrchr(bytes, byte, len);
}

int gp_os_socket (int family, int type) {
  return socket(family, type | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
}

ssize_t gp_os_send (int fd, const void *bytes, size_t len) {
  return send(fd, bytes, len, MSG_DONTWAIT | MSG_NOSIGNAL);
}

/* The name of what is open says it, where /proc is mounted. */
bool gp_os_isepoll (int fd) {
  char name[40], target[40];
  ssize_t n;
  snprintf(name, sizeof name, "/proc/self/fd/%d", fd);
  n = readlink(name, target, sizeof target - 1);
  if (n <= 0)
    return false;
  target[n] = '\0';
  return strcmp(target, "anon_inode:[eventpoll]") == 0;
}

/* time() lags behind the precise clock by up to a tick of the kernel. */
struct timespec gp_os_wallclock (void) {
  struct timespec now;
  clock_gettime(CLOCK_REALTIME_COARSE, &now);
  return now;
}

int gp_os_ppoll (struct pollfd *p, nfds_t n, const struct timespec *t,
                 const sigset_t *mask) {
  return ppoll(p, n, t, mask);
}

#else

#include <pthread.h>
#include <sys/select.h>

const char *gp_os_memrchr (const char *bytes, char byte, size_t len) {
  while (len-- > 0)
    if (bytes[len] == byte)
      return bytes + len;
  return NULL;
}

/* A fork of another thread can slip in between. */
int gp_os_socket (int family, int type) {
  int fd = socket(family, type, 0), error;
  if (fd < 0)
    return -1;
  if (fcntl(fd, F_SETFD, FD_CLOEXEC) == 0 &&
      fcntl(fd, F_SETFL, O_NONBLOCK) == 0)
    return fd;
  error = errno;
  close(fd);
  errno = error;
  return -1;
}

/*
** macOS has no flag against SIGPIPE. So it is held back meanwhile, and one
** that came, unless it had come before, is taken.
*/
ssize_t gp_os_send (int fd, const void *bytes, size_t len) {
  sigset_t pipe, before, pending;
  int number, error;
  ssize_t n;
  sigpending(&pending);
  sigemptyset(&pipe);
  sigaddset(&pipe, SIGPIPE);
  pthread_sigmask(SIG_BLOCK, &pipe, &before);
  n = send(fd, bytes, len, 0);
  error = errno;
  if (n < 0 && error == EPIPE && !sigismember(&pending, SIGPIPE)) {
    sigpending(&pending);
    if (sigismember(&pending, SIGPIPE))
      sigwait(&pipe, &number);
  }
  pthread_sigmask(SIG_SETMASK, &before, NULL);
  errno = error;
  return n;
}

bool gp_os_isepoll (int fd) {
  (void)fd;
  return false;
}

struct timespec gp_os_wallclock (void) {
  struct timespec now;
  clock_gettime(CLOCK_REALTIME, &now);
  return now;
}

/* macOS has no ppoll, but all have pselect, which sees a hang-up too. */
int gp_os_ppoll (struct pollfd *p, nfds_t n, const struct timespec *t,
                 const sigset_t *mask) {
  fd_set readable;
  int highest = -1, came;
  nfds_t i;
  FD_ZERO(&readable);
  for (i = 0; i < n; i++) {
    p[i].revents = 0;
    if (p[i].fd < 0 || p[i].fd >= (int)FD_SETSIZE)
      continue;
    FD_SET(p[i].fd, &readable);
    highest = p[i].fd > highest ? p[i].fd : highest;
  }
  came = pselect(highest + 1, &readable, NULL, NULL, t, mask);
  return came > 0 ? poll(p, n, 0) : came;
}

#endif

static const char *addresstext (const struct sockaddr *a,
                                char out[INET6_ADDRSTRLEN]) {
  const struct sockaddr_in *v4 = (const struct sockaddr_in *)a;
  const struct sockaddr_in6 *v6 = (const struct sockaddr_in6 *)a;
  if (a == NULL)
    return NULL;
  if (a->sa_family == AF_INET)
    return inet_ntop(AF_INET, &v4->sin_addr, out, INET6_ADDRSTRLEN);
  if (a->sa_family == AF_INET6)
    return inet_ntop(AF_INET6, &v6->sin6_addr, out, INET6_ADDRSTRLEN);
  return NULL;
}

void gp_os_eachaddress (bool (*visit)(void *self, const char *address),
                        void *self) {
  struct ifaddrs *all, *i;
  char text[INET6_ADDRSTRLEN];
  bool on = true;
  if (getifaddrs(&all) != 0)
    return;
  for (i = all; i != NULL && on; i = i->ifa_next)
    if (addresstext(i->ifa_addr, text) != NULL)
      on = visit(self, text);
  freeifaddrs(all);
}

size_t gp_os_unread (int fd) {
  int n = 0;
  return fd >= 0 && ioctl(fd, FIONREAD, &n) == 0 && n > 0 ? (size_t)n : 0;
}

struct timespec gp_os_mtime (const struct stat *st) {
#ifdef __APPLE__
  return st->st_mtimespec;
#else
  return st->st_mtim;
#endif
}

static locale_t neutral, utf8;

/* They are for all threads, and there as long as the process. */
static void makelocales (void) {
  static const char *const names[] = {"C.UTF-8", "UTF-8", "en_US.UTF-8"};
  size_t i;
  neutral = newlocale(LC_ALL_MASK, "C", (locale_t)0);
  for (i = 0; utf8 == (locale_t)0 && i < sizeof names / sizeof *names; i++)
    utf8 = newlocale(LC_CTYPE_MASK, names[i], (locale_t)0);
}

/* Without a locale uselocale() changes nothing. */
static gp_os_locale enterlocale (const locale_t *locale) {
  static pthread_once_t made = PTHREAD_ONCE_INIT;
  pthread_once(&made, makelocales);
  return (gp_os_locale)uselocale(*locale);
}

gp_os_locale gp_os_neutrallocale (void) {
  return enterlocale(&neutral);
}

gp_os_locale gp_os_utf8locale (void) {
  return enterlocale(&utf8);
}

void gp_os_returnlocale (gp_os_locale before) {
  uselocale((locale_t)before);
}

bool gp_os_isutf8 (void) {
  return strcmp(nl_langinfo(CODESET), "UTF-8") == 0;
}

#ifdef CLOCK_BOOTTIME
#define UPTIME CLOCK_BOOTTIME
#else
#define UPTIME CLOCK_MONOTONIC
#endif

struct timespec gp_os_uptime (void) {
  struct timespec t;
  clock_gettime(UPTIME, &t);
  return t;
}

void gp_os_keepstandard (void) {
  int fd;
  for (fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++) {
    int mode = fd == STDIN_FILENO ? O_WRONLY : O_RDONLY;
    if (fcntl(fd, F_GETFD) < 0 && open("/dev/null", mode | O_CLOEXEC) < 0)
      return;
  }
}

bool gp_os_screensize (int fd, int *rows, int *columns) {
  struct winsize size;
  if (ioctl(fd, TIOCGWINSZ, &size) != 0 || size.ws_col == 0)
    return false;
  *rows = size.ws_row;
  *columns = size.ws_col;
  return true;
}

int gp_os_wcwidth (wchar_t c) {
  return wcwidth(c);
}

/* OpenBSD got this flag, and the other one, late. */
void *gp_os_loadedlibrary (const char *name) {
#ifdef RTLD_NOLOAD
  return dlopen(name, RTLD_LAZY | RTLD_NOLOAD);
#else
  (void)name;
  return NULL;
#endif
}

/* dladdr is in POSIX from 2024 on only; where a build asks for more than
   POSIX, as the rockspecs' do, Linux, macOS and the BSDs have it. */
#ifdef _GNU_SOURCE

#ifndef RTLD_NODELETE
#define RTLD_NODELETE 0 /* a handle that is never closed does as well */
#endif

bool gp_os_samelibrary (const void *a, const void *b) {
  Dl_info one, other;
  return dladdr(a, &one) != 0 && dladdr(b, &other) != 0 &&
         one.dli_fbase == other.dli_fbase;
}

bool gp_os_keeplibrary (const void *address) {
  Dl_info self;
  return dladdr(address, &self) != 0 &&
         dlopen(self.dli_fname, RTLD_LAZY | RTLD_NODELETE) != NULL;
}

#else

bool gp_os_samelibrary (const void *a, const void *b) {
  (void)a, (void)b;
  return true;
}

bool gp_os_keeplibrary (const void *address) {
  (void)address;
  return false;
}

#endif

/*
** lua/file.c - files that are replaced as a whole, locked and watched.
**
** Lua's own library cannot replace a file so that it is either the old one
** or the new one, whatever happens meanwhile. Nothing of Lua is called while
** something is open.
**
** What is new is written into a file beside the old one, "path.PID.N.new",
** which then takes its name. Some cannot be replaced so: one that is mounted,
** one in a folder where only its owner may do that, one whose owner the new
** one cannot be given. Such a file is written over. Meanwhile all of it
** stands in "path.PID.N.copy", from which whoever locks it next makes up for
** a write that was cut off.
**
** What is made here only its owner may read, from the first byte on: it holds
** what members have said, and who they are. A file that was there keeps its
** mode. Names beside a file are ones that others can guess: what stands there
** is opened only if it is no link.
*/
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <lauxlib.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/os.h"
#include "lua/core.h"

#define LOCK "gop2p.lock"

#define PRIVATE 0600 /* the mode of what is made */

#define MAXLINKS 40 /* symbolic links in a row; more are a circle */
#define MAXTRIES 100

#define UNFINISHED "new" /* how the names of these files end */
#define COPY "copy"

/* The code of a system error, as in "ENOENT"; what is not listed is EIO. */
static const char *codeof (int number) {
#define CODE(name) \
  { name, #name }
  static const struct {
    int number;
    const char *code;
  } codes[] = {CODE(ENOENT), CODE(EACCES), CODE(EPERM),        CODE(ENOSPC),
               CODE(EDQUOT), CODE(EFBIG),  CODE(EISDIR),       CODE(ENOTDIR),
               CODE(EROFS),  CODE(ELOOP),  CODE(ENAMETOOLONG), CODE(EINVAL),
               CODE(EEXIST), CODE(EMFILE), CODE(ENFILE),       CODE(ENOMEM)};
#undef CODE
  size_t i;
  for (i = 0; i < sizeof codes / sizeof *codes; i++)
    if (codes[i].number == number)
      return codes[i].code;
  return "EIO";
}

/* true | nil, code, cause: what a call gives for the system's 'number'. */
static int result (lua_State *L, int number) {
  if (number == 0) {
    lua_pushboolean(L, true);
    return 1;
  }
  luaL_pushfail(L);
  lua_pushstring(L, codeof(number));
  lua_pushstring(L,
                 number == EINVAL ? "not a regular file" : strerror(number));
  return 3;
}

/* Makes 'path' that of the file which the symbolic link 'path' leads to. */
static int follow (char path[PATH_MAX]) {
  char target[PATH_MAX];
  const char *slash = strrchr(path, '/');
  size_t folder = slash == NULL ? 0 : (size_t)(slash - path) + 1;
  ssize_t len = readlink(path, target, sizeof target);
  if (len < 0)
    return errno;
  if (len > 0 && target[0] == '/')
    folder = 0;
  if (folder + (size_t)len >= PATH_MAX)
    return ENAMETOOLONG;
  memcpy(path + folder, target, (size_t)len);
  path[folder + (size_t)len] = '\0';
  return 0;
}

/*
** Follows 'path' to where a file is, or where it would be made; 'st' tells
** of it, with a mode of 0 when there is none.
*/
static int resolve (char path[PATH_MAX], struct stat *st) {
  int links;
  for (links = 0; links < MAXLINKS; links++) {
    int e;
    if (lstat(path, st) != 0) {
      memset(st, 0, sizeof *st);
      return errno == ENOENT ? 0 : errno;
    }
    if (S_ISDIR(st->st_mode))
      return EISDIR;
    if (!S_ISLNK(st->st_mode))
      return S_ISREG(st->st_mode) ? 0 : EINVAL;
    e = follow(path);
    if (e != 0)
      return e;
  }
  return ELOOP;
}

/* A new file beside 'path', whose name goes to 'name'; or -1 and errno. By
   that name isbeside recognizes it. */
static int create (const char *path, char name[PATH_MAX]) {
  int i;
  for (i = 0; i < MAXTRIES; i++) {
    int fd;
    int len = snprintf(name, PATH_MAX, "%s.%ld.%d." UNFINISHED, path,
                       (long)getpid(), i);
    if (len < 0 || len >= PATH_MAX) {
      errno = ENAMETOOLONG;
      return -1;
    }
    fd = open(name, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC,
              PRIVATE);
    if (fd >= 0 || errno != EEXIST)
      return fd;
  }
  return -1;
}

static int fill (int fd, const char *bytes, size_t len) {
  while (len > 0) {
    ssize_t n = write(fd, bytes, len);
    if (n < 0 && errno != EINTR)
      return errno;
    if (n > 0) {
      bytes += n;
      len -= (size_t)n;
    }
  }
  return 0;
}

/* Gives it owner and mode of the file that it replaces; a mode of 0 says that
   there is none. Only root may change an owner. */
static int dress (int fd, const struct stat *old) {
  if (old->st_mode == 0)
    return 0;
  if (fchown(fd, old->st_uid, old->st_gid) != 0)
    return errno == EINVAL ? EPERM : errno; /* one of another namespace */
  return fchmod(fd, old->st_mode & 07777) == 0 ? 0 : errno;
}

/* Opens a copy of 'path' that was left beside it; -1 and errno. One that
   neither we have made nor the owner of the file is none. */
static int opencopy (const char *path, const char *copy) {
  struct stat st, of;
  int fd = open(copy, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
  if (fd < 0)
    return -1;
  if (fstat(fd, &st) == 0 && S_ISREG(st.st_mode) &&
      (st.st_uid == geteuid() ||
       (stat(path, &of) == 0 && st.st_uid == of.st_uid)))
    return fd;
  close(fd);
  errno = EPERM;
  return -1;
}

/* Writes all of the file 'copy' over the file 'path', which until then is a
   beginning of it, and removes the copy. */
static int writeover (const char *path, const char *copy) {
  char bytes[BUFSIZ];
  ssize_t n = 0;
  int to, e;
  int from = opencopy(path, copy);
  if (from < 0)
    return errno;
  to = open(path, O_WRONLY | O_NOFOLLOW | O_CLOEXEC);
  e = to < 0 || ftruncate(to, 0) != 0 ? errno : 0;
  while (e == 0 && (n = read(from, bytes, sizeof bytes)) > 0)
    e = fill(to, bytes, (size_t)n);
  if (e == 0 && (n < 0 || fsync(to) != 0))
    e = errno;
  close(from);
  if (to >= 0 && close(to) != 0 && e == 0)
    e = errno;
  if (e == 0)
    unlink(copy);
  return e;
}

/* Whether a file cannot be replaced, but perhaps be written over. */
static bool isfixed (int error) {
  return error == EBUSY || error == EXDEV || error == EPERM;
}

/* 'name', which create gave, is of a file that is whole. */
static int overwrite (const char *path, const char *name) {
  char copy[PATH_MAX + sizeof COPY];
  int len = (int)(strlen(name) - strlen(UNFINISHED));
  snprintf(copy, sizeof copy, "%.*s" COPY, len, name);
  return rename(name, copy) == 0 ? writeover(path, copy) : errno;
}

static int replace (char path[PATH_MAX], const char *bytes, size_t len) {
  char name[PATH_MAX];
  struct stat old;
  int fd;
  int e = resolve(path, &old);
  if (e != 0)
    return e;
  if (old.st_mode != 0 && access(path, W_OK) != 0)
    return errno;
  fd = create(path, name);
  if (fd < 0)
    return errno;
  e = fill(fd, bytes, len);
  if (e == 0 && fsync(fd) != 0)
    e = errno;
  if (e == 0)
    e = dress(fd, &old);
  if (close(fd) != 0 && e == 0)
    e = errno;
  if (e == 0 && rename(name, path) != 0)
    e = errno;
  if (isfixed(e))
    e = overwrite(path, name);
  if (e != 0)
    unlink(name);
  return e;
}

/* A copy of the path at 'arg': what the system takes for one. */
static int checkpath (lua_State *L, int arg, char path[PATH_MAX]) {
  size_t len;
  const char *text = luaL_checklstring(L, arg, &len);
  luaL_argcheck(L, strlen(text) == len, arg, "not a path");
  if (len >= PATH_MAX)
    return ENAMETOOLONG;
  memcpy(path, text, len + 1);
  return 0;
}

/* core.replacefile(path, bytes) -> true | nil, code, cause */
static int core_replacefile (lua_State *L) {
  char path[PATH_MAX];
  size_t len;
  const char *bytes = luaL_checklstring(L, 2, &len);
  int e = checkpath(L, 1, path);
  return result(L, e != 0 ? e : replace(path, bytes, len));
}

/*
** core.checkfile(path) -> true | nil, code, cause
**
** Whether it is one that can be opened without waiting: not a pipe, say.
*/
static int core_checkfile (lua_State *L) {
  char path[PATH_MAX];
  struct stat st;
  int e = checkpath(L, 1, path);
  if (e == 0 && stat(path, &st) != 0)
    e = errno;
  else if (e == 0 && !S_ISREG(st.st_mode))
    e = S_ISDIR(st.st_mode) ? EISDIR : EINVAL;
  return result(L, e);
}

/*
** core.makefile(path) -> true | nil, code, cause
**
** There is a file then, an empty one unless there was any, or something else
** that stands there. Symbolic links are followed.
*/
static int core_makefile (lua_State *L) {
  char path[PATH_MAX];
  struct stat st;
  int e = checkpath(L, 1, path), fd;
  if (e == 0)
    e = resolve(path, &st);
  if (e != 0 || st.st_mode != 0)
    return result(L, e == EINVAL || e == EISDIR ? 0 : e);
  fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC,
            PRIVATE);
  if (fd < 0 && errno != EEXIST)
    e = errno;
  else if (fd >= 0)
    close(fd);
  return result(L, e);
}

/* core.filefault(number) -> nil, code, cause: a system error of Lua's io */
static int core_filefault (lua_State *L) {
  return result(L, (int)luaL_checkinteger(L, 1));
}

/*
** core.filestamp(path) -> text | nil, code, cause
**
** The text differs once another file stands there, or it was written to.
*/
static int core_filestamp (lua_State *L) {
  char path[PATH_MAX];
  struct stat st;
  struct timespec written;
  int e = checkpath(L, 1, path);
  if (e == 0 && stat(path, &st) != 0)
    e = errno;
  if (e != 0)
    return result(L, e);
  written = gp_os_mtime(&st);
  lua_pushfstring(L, "%I %I %I %I.%I", (lua_Integer)st.st_dev,
                  (lua_Integer)st.st_ino, (lua_Integer)st.st_size,
                  (lua_Integer)written.tv_sec, (lua_Integer)written.tv_nsec);
  return 1;
}

typedef struct filelock {
  int fd;
  pid_t owner; /* a fork has it too, and must not end it */
  char path[PATH_MAX];
} filelock;

/* The file goes while it is still locked: nobody else can have begun to
   rely on it. */
static void release (filelock *lock) {
  int fd = lock->fd;
  lock->fd = -1;
  if (fd < 0)
    return;
  if (lock->owner == getpid())
    unlink(lock->path);
  close(fd);
}

static int lock_gc (lua_State *L) {
  release(luaL_checkudata(L, 1, LOCK));
  return 0;
}

/* Whether the open file is still the one of that name. */
static bool stands (const filelock *lock) {
  struct stat ours, there;
  return fstat(lock->fd, &ours) == 0 && lstat(lock->path, &there) == 0 &&
         ours.st_dev == there.st_dev && ours.st_ino == there.st_ino;
}

/* Whoever had it may have removed the file between our two steps. */
static int take (filelock *lock) {
  int i;
  for (i = 0; i < MAXTRIES; i++) {
    int e;
    lock->fd = open(lock->path, O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC,
                    PRIVATE);
    if (lock->fd < 0)
      return errno;
    e = flock(lock->fd, LOCK_EX | LOCK_NB) == 0 ? 0 : errno;
    if (e == 0 && stands(lock))
      return 0;
    close(lock->fd);
    lock->fd = -1;
    if (e != 0)
      return e;
  }
  return EIO;
}

/* Whether 'name' is one that 'create' gave to what was to be 'base', or that
   of a copy of it, as 'end' says. */
static bool isbeside (const char *name, const char *base, const char *end) {
  size_t len = strlen(base);
  int at = 0;
  if (strncmp(name, base, len) != 0)
    return false;
  sscanf(name + len, ".%*[0-9].%*[0-9].%n", &at);
  return at > 0 && strcmp(name + len + (size_t)at, end) == 0;
}

/* Whether the file 'path' is only a beginning of 'copy', perhaps filled up
   with the zeros that a power failure leaves. */
static bool iscutoff (const char *path, const char *copy) {
  int fd = opencopy(path, copy), t = EOF, w = EOF;
  FILE *there = fopen(path, "rb"), *whole = fd < 0 ? NULL : fdopen(fd, "rb");
  if (there != NULL && whole != NULL) {
    do {
      t = getc(there);
      w = getc(whole);
    } while (t == w && t != EOF);
    while (t == '\0')
      t = getc(there);
  }
  if (there != NULL)
    fclose(there);
  if (whole != NULL)
    fclose(whole);
  else if (fd >= 0)
    close(fd);
  return t == EOF && w != EOF;
}

/* Removes what writers of 'path' left beside it when they were killed; what
   was cut off is made whole first. Only the holder of its lock writes a file,
   and that is the caller. */
static int sweep (const char *path) {
  const char *slash = strrchr(path, '/');
  const char *base = slash == NULL ? path : slash + 1;
  int folder = (int)(base - path), e = 0;
  char name[PATH_MAX + NAME_MAX + 1];
  const struct dirent *entry;
  DIR *d;
  snprintf(name, sizeof name, "%.*s.", folder, path);
  d = opendir(name);
  while (e == 0 && d != NULL && (entry = readdir(d)) != NULL) {
    bool iscopy = isbeside(entry->d_name, base, COPY);
    snprintf(name, sizeof name, "%.*s%s", folder, path, entry->d_name);
    if (iscopy && iscutoff(path, name))
      e = writeover(path, name);
    else if (iscopy || isbeside(entry->d_name, base, UNFINISHED))
      unlink(name);
  }
  if (d != NULL)
    closedir(d);
  return e;
}

/*
** core.lockfile(path) -> lock | nil, code, cause
**
** "EBUSY": somebody has it, another program or this one. It is held until
** core.unlockfile or the collector frees it; a process that ends, however,
** lets go of it. The lock is "path.lock" beside the file itself, which must
** be one that can be written. What a process that was killed has left of the
** file is removed, or made whole.
*/
static int core_lockfile (lua_State *L) {
  char path[PATH_MAX];
  struct stat st;
  filelock *lock;
  int e = checkpath(L, 1, path);
  if (e == 0)
    e = resolve(path, &st);
  if (e == 0 && st.st_mode != 0 && access(path, W_OK) != 0)
    e = errno;
  if (e == 0 && strlen(path) + sizeof ".lock" > PATH_MAX)
    e = ENAMETOOLONG;
  if (e != 0)
    return result(L, e);
  lock = lua_newuserdatauv(L, sizeof *lock, 0);
  lock->fd = -1;
  lock->owner = getpid();
  luaL_setmetatable(L, LOCK);
  memcpy(lock->path, path, sizeof path);
  strcat(lock->path, ".lock");
  e = take(lock);
  if (e == 0)
    e = sweep(path);
  if (e == 0)
    return 1;
  release(lock);
  if (e != EWOULDBLOCK && e != ELOOP)
    return result(L, e);
  luaL_pushfail(L);
  lua_pushstring(L, e == ELOOP ? "ELOOP" : "EBUSY");
  lua_pushstring(L, e == ELOOP ? "the file .lock beside it is a link"
                               : "another program uses it");
  return 3;
}

void lgp_open_file (lua_State *L) {
  static const luaL_Reg functions[] = {
    {"replacefile", core_replacefile}, {"checkfile", core_checkfile},
    {"makefile", core_makefile},       {"filefault", core_filefault},
    {"filestamp", core_filestamp},     {"lockfile", core_lockfile},
    {"unlockfile", lock_gc},           {NULL, NULL}};
  luaL_setfuncs(L, functions, 0);
  luaL_newmetatable(L, LOCK);
  lua_pushcfunction(L, lock_gc);
  lua_setfield(L, -2, "__gc");
  lua_pop(L, 1);
}

/*
** flushing.c - preloaded by specs: whoever has a terminal forget what was
** typed takes long for it, so that something was.
*/
#include <dlfcn.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

__attribute__((visibility("default"))) int
tcsetattr (int fd, int when, const struct termios *t) {
  int (*original)(int, int, const struct termios *);
  void *found = dlsym(RTLD_NEXT, "tcsetattr");
  memcpy(&original, &found, sizeof found);
  if (when == TCSAFLUSH)
    usleep(500000);
  return original(fd, when, t);
}

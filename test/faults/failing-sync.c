/* Preloaded into a controller (LD_PRELOAD): from call number FAIL_AT on, fdatasync(2) of a journal fails with FAIL_ERRNO. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

int fdatasync(int fd) {
  static int calls;
  static int (*real)(int);
  char link[64], path[4096];
  const char *at = getenv("FAIL_AT"), *with = getenv("FAIL_ERRNO");
  ssize_t length;
  if (!real) real = (int (*)(int))dlsym(RTLD_NEXT, "fdatasync");
  snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
  length = readlink(link, path, sizeof path - 1);
  path[length > 0 ? length : 0] = 0;
  if (at && with && strstr(path, "/journal.jsonl") && __sync_add_and_fetch(&calls, 1) >= atoi(at)) {
    errno = atoi(with);
    return -1;
  }
  return real(fd);
}

/* Fails a chosen write, or a chosen bringing to the disk, of files below a folder: by LD_PRELOAD. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/types.h>
#include <unistd.h>

enum { NONE, WRITE, SYNC };

static int step = NONE, left, error, failed;
static char folder[4096];

void torture_fail_at(int which, int nth, int with, const char *below) {
    step = NONE;
    left = nth;
    error = with;
    failed = 0;
    snprintf(folder, sizeof folder, "%s/", below);
    step = which;
}

int torture_failed(void) { return failed; }

static int fails(int which, int fd) {
    char name[64], path[4096];
    struct stat status;
    if (which != step || fstat(fd, &status) || !S_ISREG(status.st_mode)) return 0;
    snprintf(name, sizeof name, "/proc/self/fd/%d", fd);
    ssize_t length = readlink(name, path, sizeof path - 1);
    if (length < 0) return 0;
    path[length] = 0;
    if (strncmp(path, folder, strlen(folder)) || --left > 0) return 0;
    failed++;
    errno = error;
    return 1;
}

#define BELOW(name) ((__typeof__(&name))dlsym(RTLD_NEXT, #name))

ssize_t write(int fd, const void *data, size_t size) {
    return fails(WRITE, fd) ? -1 : BELOW(write)(fd, data, size);
}
ssize_t pwrite(int fd, const void *data, size_t size, off_t at) {
    return fails(WRITE, fd) ? -1 : BELOW(pwrite)(fd, data, size, at);
}
ssize_t pwrite64(int fd, const void *data, size_t size, off64_t at) {
    return fails(WRITE, fd) ? -1 : BELOW(pwrite64)(fd, data, size, at);
}
int fsync(int fd) { return fails(SYNC, fd) ? -1 : BELOW(fsync)(fd); }
int fdatasync(int fd) { return fails(SYNC, fd) ? -1 : BELOW(fdatasync)(fd); }

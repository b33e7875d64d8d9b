/* Stands between a program and its disk: tells what is written and synced, and fails on demand. Linux.
 *
 * Preloaded (LD_PRELOAD) into the program under test. Only files below RONDA_SHIM_DIR are looked at.
 *
 *   RONDA_SHIM_LOG     every write, truncate, sync, unlink and rename is appended here, with its bytes
 *   RONDA_SHIM_SWITCH  while this file exists its line "KIND ERRNO AFTER" makes calls fail: KIND "write" or
 *                      "sync", from the AFTER-th such call on
 *
 * A record of the log is: op, length of path (u16), offset (i64), length of data (u32), path, data; all
 * little-endian. Ops: W write, T truncate (offset is the size), S sync, U unlink, R rename (data is the new
 * path), C created.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/types.h>
#include <sys/uio.h>
#include <unistd.h>

#define FDS 4096

static char *names[FDS];
static int log_fd = -1;
static const char *watched, *switch_path;
static long writes_seen, syncs_seen;
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

__attribute__((constructor)) static void begin(void) {
    watched = getenv("RONDA_SHIM_DIR");
    switch_path = getenv("RONDA_SHIM_SWITCH");
    const char *log = getenv("RONDA_SHIM_LOG");
    if (log) log_fd = syscall(SYS_openat, AT_FDCWD, log, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
}

static int mine(const char *path) {
    return watched && path && strncmp(path, watched, strlen(watched)) == 0;
}

static const char *name_of(int fd) { return fd >= 0 && fd < FDS ? names[fd] : NULL; }

static void told(char op, const char *path, int64_t offset, const void *data, uint32_t len) {
    if (log_fd < 0 || !path) return;
    unsigned char head[15];
    uint16_t path_len = (uint16_t)strlen(path);
    head[0] = (unsigned char)op;
    memcpy(head + 1, &path_len, 2);
    memcpy(head + 3, &offset, 8);
    memcpy(head + 11, &len, 4);
    struct iovec parts[3] = {{head, 15}, {(void *)path, path_len}, {(void *)data, len}};
    int kept = errno;
    (void)!syscall(SYS_writev, log_fd, parts, 3);
    errno = kept;
}

/* 0, or the errno with which this call of KIND must fail. */
static int failing(const char *kind, long *seen) {
    if (!switch_path) return 0;
    char line[64] = {0}, named[16] = {0};
    int code = 0;
    long after = 0;
    int fd = syscall(SYS_openat, AT_FDCWD, switch_path, O_RDONLY | O_CLOEXEC, 0);
    if (fd < 0) {
        writes_seen = syncs_seen = 0;
        return 0;
    }
    long got = syscall(SYS_read, fd, line, sizeof line - 1);
    syscall(SYS_close, fd);
    if (got <= 0 || sscanf(line, "%15s %d %ld", named, &code, &after) != 3 || strcmp(named, kind)) return 0;
    return (*seen)++ >= after ? code : 0;
}

static int fails(const char *kind, int fd, long *seen) {
    if (!name_of(fd)) return 0;
    pthread_mutex_lock(&lock);
    int code = failing(kind, seen);
    pthread_mutex_unlock(&lock);
    if (code) errno = code;
    return code;
}

static int opened(int fd, const char *path, int existed) {
    if (fd < 0 || fd >= FDS) return fd;
    free(names[fd]);
    names[fd] = mine(path) ? strdup(path) : NULL;
    if (names[fd] && !existed) told('C', path, 0, "", 0);
    return fd;
}

static int open_at(int dir, const char *path, int flags, mode_t mode) {
    struct stat held;
    int existed = 1, kept = errno;
    if (mine(path)) existed = stat(path, &held) == 0;
    errno = kept;
    int fd = syscall(SYS_openat, dir, path, flags, mode);
    if (fd >= 0 && existed && (flags & O_TRUNC) && mine(path)) told('T', path, 0, "", 0);
    return opened(fd, path, existed);
}

#define MODE(flags) \
    mode_t mode = 0; \
    if ((flags) & (O_CREAT | __O_TMPFILE)) { \
        va_list more; \
        va_start(more, flags); \
        mode = va_arg(more, mode_t); \
        va_end(more); \
    }

int open(const char *path, int flags, ...) { MODE(flags) return open_at(AT_FDCWD, path, flags, mode); }
int open64(const char *path, int flags, ...) { MODE(flags) return open_at(AT_FDCWD, path, flags, mode); }
int openat(int dir, const char *path, int flags, ...) { MODE(flags) return open_at(dir, path, flags, mode); }
int openat64(int dir, const char *path, int flags, ...) { MODE(flags) return open_at(dir, path, flags, mode); }

int close(int fd) {
    if (fd >= 0 && fd < FDS && names[fd]) {
        free(names[fd]);
        names[fd] = NULL;
    }
    return syscall(SYS_close, fd);
}

ssize_t write(int fd, const void *data, size_t len) {
    if (fails("write", fd, &writes_seen)) return -1;
    off_t at = name_of(fd) ? lseek(fd, 0, SEEK_CUR) : 0;
    ssize_t done = syscall(SYS_write, fd, data, len);
    if (done > 0) told('W', name_of(fd), at, data, (uint32_t)done);
    return done;
}

static ssize_t write_at(int fd, const void *data, size_t len, off_t at) {
    if (fails("write", fd, &writes_seen)) return -1;
    ssize_t done = syscall(SYS_pwrite64, fd, data, len, at);
    if (done > 0) told('W', name_of(fd), at, data, (uint32_t)done);
    return done;
}
ssize_t pwrite(int fd, const void *data, size_t len, off_t at) { return write_at(fd, data, len, at); }
ssize_t pwrite64(int fd, const void *data, size_t len, off64_t at) { return write_at(fd, data, len, at); }

static int truncate_to(int fd, off_t size) {
    if (fails("write", fd, &writes_seen)) return -1;
    int done = syscall(SYS_ftruncate, fd, size);
    if (!done) told('T', name_of(fd), size, "", 0);
    return done;
}
int ftruncate(int fd, off_t size) { return truncate_to(fd, size); }
int ftruncate64(int fd, off64_t size) { return truncate_to(fd, size); }

static int sync_with(long call, int fd) {
    if (fails("sync", fd, &syncs_seen)) return -1;
    int done = syscall(call, fd);
    if (!done) told('S', name_of(fd), 0, "", 0);
    return done;
}
int fsync(int fd) { return sync_with(SYS_fsync, fd); }
int fdatasync(int fd) { return sync_with(SYS_fdatasync, fd); }

int unlink(const char *path) {
    int done = syscall(SYS_unlinkat, AT_FDCWD, path, 0);
    if (!done && mine(path)) told('U', path, 0, "", 0);
    return done;
}

int rename(const char *from, const char *to) {
    int done = syscall(SYS_renameat2, AT_FDCWD, from, AT_FDCWD, to, 0);
    if (!done && mine(from)) told('R', from, 0, to, (uint32_t)strlen(to));
    return done;
}

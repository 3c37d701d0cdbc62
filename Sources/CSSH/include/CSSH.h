#include <libssh2.h>
#include <pthread.h>
#include <spawn.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/pidfd.h>
#include <sys/socket.h>

/* glibc shows these only under _GNU_SOURCE, which Swift's Glibc module is built without. */
int pipe2(int ends[2], int flags);
int accept4(int listener, struct sockaddr *address, socklen_t *length, int flags);
int pthread_setname_np(pthread_t thread, const char *name);
int posix_spawn_file_actions_addclosefrom_np(posix_spawn_file_actions_t *actions, int from);
enum { DRILL_SPAWN_SETSID = 0x80 /* POSIX_SPAWN_SETSID */ };

/*
 * Loads libssh2: NULL, or why it can't be. Once, before any of its functions is called. OpenSSL comes with it,
 * and most commands go to no host.
 */
const char *drill_load_libssh2(void);

#include <libssh2.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>

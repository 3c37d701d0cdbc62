/* HTTP servers that go down and up at instants they know: `server COUNT`.
 *
 * Prints the COUNT ports on one line, then obeys lines on standard input and answers each with the instant:
 *
 *     down 3 hang    ─▶  3 down 81234567890123      nanoseconds of CLOCK_BOOTTIME
 *     up 3           ─▶  3 up 81236567890123
 *
 * refuse: the listener is gone and every connection reset. reset: accepted, reset at the request. 500: that
 * status. hang: what is asked meanwhile is never answered. hold: it is answered once it is up again.
 *
 * One thread: a state and its stamp change together, between two answers. So no good answer is written between
 * `down` and `up`, and none but good ones outside: whoever claims an interval for an edge must hold its stamp.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum { UP, REFUSE, RESET, STATUS, HANG, HOLD, KINDS };
static const char *const kinds[KINDS] = {"up", "refuse", "reset", "500", "hang", "hold"};
static const char good[] = "HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nup\n";
static const char bad[] = "HTTP/1.1 500 down\r\nContent-Length: 5\r\n\r\ndown\n";

struct service {
    int listener, port, state;
};

struct connection {
    int descriptor, service, matched, waiting;
    struct connection *next, *previous;
};

static struct service *services;
static struct connection open_ones = {.next = &open_ones, .previous = &open_ones};
static int poller;

static long long now(void) {
    struct timespec time;
    clock_gettime(CLOCK_BOOTTIME, &time);
    return time.tv_sec * 1000000000LL + time.tv_nsec;
}

static int fail(const char *what) {
    perror(what);
    exit(1);
}

static void watch(int descriptor, void *what) {
    struct epoll_event event = {.events = EPOLLIN, .data.ptr = what};
    if (epoll_ctl(poller, EPOLL_CTL_ADD, descriptor, &event)) fail("epoll_ctl");
}

static void listen_at(struct service *it, int port) {
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons(port)};
    socklen_t length = sizeof address;
    int on = 1;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    it->listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    setsockopt(it->listener, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    if (bind(it->listener, (struct sockaddr *)&address, length)) fail("bind");
    getsockname(it->listener, (struct sockaddr *)&address, &length);
    it->port = ntohs(address.sin_port);
}

static void end(struct connection *it, int resets) {
    struct linger abort = {.l_onoff = 1, .l_linger = 0};
    if (resets) setsockopt(it->descriptor, SOL_SOCKET, SO_LINGER, &abort, sizeof abort);
    close(it->descriptor);
    it->previous->next = it->next;
    it->next->previous = it->previous;
    free(it);
}

static void say(struct connection *it, const char *answer) {
    while (it->waiting > 0) {
        it->waiting--;
        if (send(it->descriptor, answer, strlen(answer), MSG_NOSIGNAL) < 0) return;
    }
}

static void answer(struct connection *it) {
    switch (services[it->service].state) {
    case UP: say(it, good); break;
    case STATUS: say(it, bad); break;
    case HANG: it->waiting = 0; break;
    case HOLD: break;
    default: end(it, 1);
    }
}

static void receive(struct connection *it) {
    char bytes[4096];
    ssize_t count = recv(it->descriptor, bytes, sizeof bytes, 0);
    if (count < 0 && (errno == EAGAIN || errno == EINTR)) return;
    if (count <= 0) return end(it, 0);
    /* A request ends with an empty line; none here has a body. */
    for (ssize_t at = 0; at < count; at++) {
        it->matched = bytes[at] == "\r\n\r\n"[it->matched] ? it->matched + 1 : bytes[at] == '\r';
        if (it->matched == 4) {
            it->matched = 0;
            it->waiting++;
        }
    }
    if (it->waiting) answer(it);
}

static void admit(int service) {
    int on = 1;
    for (;;) {
        int descriptor =
            accept4(services[service].listener, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
        if (descriptor < 0) return;
        setsockopt(descriptor, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
        struct connection *it = calloc(1, sizeof *it);
        it->descriptor = descriptor;
        it->service = service;
        it->next = open_ones.next;
        it->previous = &open_ones;
        it->next->previous = it->previous->next = it;
        watch(descriptor, it);
    }
}

static void change(int service, int state) {
    struct service *it = &services[service];
    int was = it->state;
    /* shutdown, not close: the port stays ours while it is down. */
    if (was == REFUSE && state != REFUSE) {
        if (listen(it->listener, 1024)) fail("listen");
        watch(it->listener, it);
    }
    long long at = now();
    it->state = state;
    if (state == REFUSE && was != REFUSE) {
        shutdown(it->listener, SHUT_RDWR);
        /* Else it would be ready, for nothing, all the time. */
        epoll_ctl(poller, EPOLL_CTL_DEL, it->listener, NULL);
    }
    for (struct connection *next, *one = open_ones.next; one != &open_ones; one = next) {
        next = one->next;
        if (one->service != service) continue;
        if (state == REFUSE) end(one, 1);
        if (state == UP) say(one, good);
    }
    printf("%d %s %lld\n", service, state == UP ? "up" : "down", at);
    fflush(stdout);
}

static void obey(int count) {
    static char line[256];
    char word[16], kind[16] = "up";
    int service;
    static size_t length;
    ssize_t read_now = read(0, line + length, sizeof line - 1 - length);
    if (read_now <= 0) exit(0);
    length += read_now;
    line[length] = 0;
    for (char *end; (end = strchr(line, '\n'));) {
        int known = sscanf(line, "%15s %d %15s", word, &service, kind) >= 2 && service < count;
        for (int state = 0; known && state < KINDS; state++)
            if (!strcmp(kinds[state], strcmp(word, "up") ? kind : "up")) change(service, state);
        length -= end + 1 - line;
        memmove(line, end + 1, length + 1);
    }
}

int main(int arguments, char **argument) {
    int count = arguments > 1 ? atoi(argument[1]) : 1;
    /* A thousand looks that hang are a thousand connections; without a descriptor left accept would spin. */
    struct rlimit files;
    if (getrlimit(RLIMIT_NOFILE, &files)) fail("getrlimit");
    files.rlim_cur = files.rlim_max;
    if (setrlimit(RLIMIT_NOFILE, &files)) fail("setrlimit");
    services = calloc(count, sizeof *services);
    poller = epoll_create1(EPOLL_CLOEXEC);
    watch(0, NULL);
    for (int i = 0; i < count; i++) {
        struct service *it = &services[i];
        /* A port that the kernel chose doesn't outlast shutdown; one that is asked for by number does. */
        listen_at(it, 0);
        int port = it->port;
        close(it->listener);
        listen_at(it, port);
        if (listen(it->listener, 1024)) fail("listen");
        watch(it->listener, it);
        printf("%d%c", it->port, i + 1 < count ? ' ' : '\n');
    }
    fflush(stdout);
    for (;;) {
        struct epoll_event events[64];
        int ready = epoll_wait(poller, events, 64, -1);
        /* Commands last: by then no event of a connection that one of them ends is left. */
        int is_told = 0;
        for (int i = 0; i < ready; i++) {
            void *what = events[i].data.ptr;
            if (!what) is_told = 1;
            else if ((struct service *)what >= services && (struct service *)what < services + count) {
                struct service *it = what;
                if (it->state != REFUSE) admit((int)(it - services));
            } else receive(what);
        }
        if (is_told) obey(count);
    }
}

/* A trivial HTTP sink: answers each request at once, keeps connections, one epoll loop. Usage: sink PORT */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#define ROOM 65536
#define MOST 4096

static const char ANSWER[] = "HTTP/1.1 202 Accepted\r\nContent-Type: text/plain\r\nContent-Length: 25\r\n\r\n"
                             "0: Accepted for delivery\n";

struct peer { int held; long body; char in[ROOM + 1]; };
static struct peer *peers[MOST];

static void hang_up(int fd) { free(peers[fd]); peers[fd] = NULL; close(fd); }

/* How long the body of this request is. */
static long body_of(const char *head) {
    const char *line = strcasestr(head, "\r\ncontent-length:");
    return line ? strtol(line + 17, NULL, 10) : 0;
}

/* Takes whole requests out of what came in; returns how many ended. */
static int requests_in(struct peer *p) {
    int ended = 0, at = 0;
    while (at < p->held) {
        if (p->body > 0) {
            int here = p->held - at < p->body ? p->held - at : (int)p->body;
            at += here;
            p->body -= here;
            if (!p->body) ended++;
            continue;
        }
        p->in[p->held] = 0;
        char *end = strstr(p->in + at, "\r\n\r\n");
        if (!end) break;
        *end = 0;
        p->body = body_of(p->in + at);
        at = end + 4 - p->in;
        if (!p->body) ended++;
    }
    memmove(p->in, p->in + at, p->held - at);
    p->held -= at;
    return ended;
}

static void answer(int fd, int times) {
    static char out[64 * sizeof ANSWER];
    while (times > 0) {
        int now = times < 64 ? times : 64;
        for (int i = 0; i < now; i++) memcpy(out + i * (sizeof ANSWER - 1), ANSWER, sizeof ANSWER - 1);
        if (write(fd, out, now * (sizeof ANSWER - 1)) < 0) return;
        times -= now;
    }
}

static void hear(int fd) {
    struct peer *p = peers[fd];
    ssize_t got = read(fd, p->in + p->held, ROOM - p->held);
    if (got <= 0) { hang_up(fd); return; }
    p->held += got;
    answer(fd, requests_in(p));
    if (p->held == ROOM) hang_up(fd);
}

static void welcome(int listener, int epoll) {
    int one = 1, fd = accept(listener, NULL, NULL);
    if (fd < 0) return;
    if (fd >= MOST) { close(fd); return; }
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
    peers[fd] = calloc(1, sizeof(struct peer));
    struct epoll_event event = {.events = EPOLLIN, .data.fd = fd};
    epoll_ctl(epoll, EPOLL_CTL_ADD, fd, &event);
}

int main(int count, char **words) {
    signal(SIGPIPE, SIG_IGN);
    int one = 1, listener = socket(AF_INET, SOCK_STREAM, 0), epoll = epoll_create1(0);
    struct sockaddr_in here = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    here.sin_port = htons(count > 1 ? atoi(words[1]) : 0);
    setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one);
    if (bind(listener, (struct sockaddr *)&here, sizeof here) || listen(listener, 1024)) return 1;
    struct epoll_event event = {.events = EPOLLIN, .data.fd = listener}, heard[256];
    epoll_ctl(epoll, EPOLL_CTL_ADD, listener, &event);
    for (;;) {
        int number = epoll_wait(epoll, heard, 256, -1);
        for (int i = 0; i < number; i++)
            heard[i].data.fd == listener ? welcome(listener, epoll) : hear(heard[i].data.fd);
    }
}

/* The places where TCP sockets are looked up, and which of them are looked up when. Pure. */
#ifndef WATCHES_H
#define WATCHES_H

#include "base/lookup.h"
#include "observe/socket_diag.h"
#include "record/names.h"

enum { NO_SOCKET = -1 };

/* Some watches, by their index, and where going round them goes on. */
struct ring {
	size_t *watches;
	size_t count, next;
};

/* One end of a connection, or a listener. */
struct watch {
	enum host host;
	struct socket_name name;
	ssize_t row;        /* in timeline.sockets, of the socket that was last seen here */
	ptrdiff_t before;   /* an older watch of the same host and ports, or LOOKUP_NONE */
	struct ring *ring;  /* NULL: it was seen and is gone: it is not looked up again */
	size_t place;       /* in the ring */
	bool is_due;        /* to be asked about now */
	bool is_due_again;  /* and once more, with what happens next */
	bool is_backed_off; /* a timer runs that can end it without an event */
};

struct watches {
	struct watch *rows;
	size_t count;
	struct lookup by_ports; /* the newest of each host and ports */
	struct ring live;
	struct ring resting; /* in TIME_WAIT, which only a timer ends */
};

/* The watch of a socket of this host, or LOOKUP_NONE. */
ptrdiff_t watches_find(const struct watches *watches, enum host host,
		       const struct socket_name *name);

/* The same, added if there is none; it is live. Rows may move. */
size_t watches_add(struct watches *watches, enum host host, const struct socket_name *name);

/* Moves a watch to a ring; NULL: to none. */
void watches_move(struct watches *watches, size_t index, struct ring *to);

/* The next one of a ring that is not empty, round and round. */
size_t ring_next(struct ring *ring);

void watches_close(struct watches *watches);

#endif

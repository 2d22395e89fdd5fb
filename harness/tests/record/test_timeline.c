/* The timeline: append-only, whose a frame is, processes, sockets, the order by time. */
#include "tests/support/run.h"

#include "tests/support/events.h"
#include "tests/support/frames.h"

#include <netinet/tcp.h>

static size_t append(struct timeline *timeline, struct tcp_of of)
{
	const struct frame frame = tcp_frame(of);

	return timeline_append_frame(timeline, STARTED_NS, frame.bytes, frame.count, frame.count);
}

static void test_events_are_kept_in_the_order_of_appending(void **state)
{
	struct timeline *timeline = *state;

	for (int i = 0; i < 1000; i++) {
		const struct event event = { .kind = EVENT_FORK, .time_ns = -i, .child = i };

		assert_int_equal(timeline_append(timeline, &event), i);
	}
	assert_int_equal(timeline->count, 1000);
	for (int i = 0; i < 1000; i++) {
		assert_int_equal(timeline->events[i].child, i);
		assert_int_equal(timeline->events[i].time_ns, -i);
	}
}

static void test_a_frame_is_copied_and_decoded(void **state)
{
	struct timeline *timeline = *state;
	struct frame frame = tcp_frame((struct tcp_of){ .from = SERVER, .payload = "hi" });
	const struct frame before = frame;
	const struct event *event;

	timeline_append_frame(timeline, 77, frame.bytes, frame.count, 9000);
	memset(&frame, 0, sizeof(frame));
	event = &timeline->events[0];
	assert_int_equal(event->kind, EVENT_PACKET);
	assert_int_equal(event->time_ns, 77);
	assert_int_equal(event->host, SERVER);
	assert_int_equal(event->pid, 0);
	assert_int_equal(event->wire.frame_bytes, before.count);
	assert_int_equal(event->wire.wire_bytes, 9000);
	assert_memory_equal(event->wire.frame, before.bytes, before.count);
	assert_memory_equal(event->wire.packet.payload, "hi", 2);
}

static void test_the_host_of_a_frame_is_its_sender(void **state)
{
	struct timeline *timeline = *state;
	const uint8_t runt[4] = { 0 };

	append(timeline, (struct tcp_of){ .from = CLIENT });
	append(timeline, (struct tcp_of){ .from = SERVER });
	append(timeline, (struct tcp_of){ .family = AF_INET6, .from = SERVER });
	timeline_append_frame(timeline, STARTED_NS, runt, sizeof(runt), sizeof(runt));
	assert_int_equal(timeline->events[0].host, CLIENT);
	assert_int_equal(timeline->events[1].host, SERVER);
	assert_int_equal(timeline->events[2].host, ANY_HOST);
	assert_int_equal(timeline->events[3].host, ANY_HOST);
}

static void test_texts_live_as_long_as_the_timeline(void **state)
{
	struct timeline *timeline = *state;
	char word[] = "hi";
	const char *first = timeline_text(timeline, "%s there %d", word, 7);
	const char *second = timeline_text(timeline, "%s", "");

	word[0] = 'H';
	assert_string_equal(first, "hi there 7");
	assert_string_equal(second, "");
}

static void test_processes_are_found_by_pid(void **state)
{
	struct timeline *timeline = *state;

	for (pid_t pid = 1000; pid < 1125; pid++)
		timeline_add_process(timeline, (struct process){ .pid = pid, .parent = pid - 1 });
	assert_int_equal(timeline->process_count,
			 128); /* as many as have room: ASan sees one more */
	assert_int_equal(timeline_process(timeline, SERVER_PID)->parent, 0);
	assert_int_equal(timeline_process(timeline, CHILD_PID)->parent, SERVER_PID);
	assert_int_equal(timeline_process(timeline, CLIENT_PID)->program, CLIENT_PROGRAM);
	assert_int_equal(timeline_process(timeline, 1099)->parent, 1098);
	assert_null(timeline_process(timeline, 1125));
	assert_null(timeline_process(timeline, 0));
}

static void test_a_socket_is_known_by_host_and_cookie(void **state)
{
	struct timeline *timeline = *state;
	const size_t client = timeline_socket(timeline, CLIENT, 7);
	const size_t server = timeline_socket(timeline, SERVER, 7); /* other host, other counter */
	const size_t other = timeline_socket(timeline, CLIENT, 8);

	assert_int_equal(client, 0);
	assert_int_equal(server, 1);
	assert_int_equal(other, 2);
	assert_int_equal(timeline->sockets[other].state, TCP_CLOSE);
	assert_int_equal(timeline->sockets[other].host, CLIENT);
	assert_int_equal(timeline->sockets[other].cookie, 8);
	assert_int_equal(timeline->sockets[other].inode, 0);
	timeline->sockets[client].state = TCP_ESTABLISHED;
	assert_int_equal(timeline_socket(timeline, CLIENT, 7), client);
	assert_int_equal(timeline->sockets[client].state, TCP_ESTABLISHED);
	assert_int_equal(timeline_socket(timeline, SERVER, 7), server);
	assert_int_equal(timeline->socket_count, 3);
}

static void test_a_call_has_returned_when_its_return_is_there(void **state)
{
	struct timeline *timeline = *state;
	const size_t unrelated =
		add_call(timeline, SERVER_PID, (struct call){ .name = "accept" }) - 1;
	const size_t blocked = add_enter(timeline, CLIENT_PID, (struct call){ .name = "read" });
	const size_t written = add_call(timeline, CLIENT_PID, (struct call){ .name = "write" }) - 1;

	while (timeline->count < 8) /* as many as have room: ASan sees one more */
		add_output(timeline, CLIENT_PID, "");
	assert_true(timeline_has_returned(timeline, unrelated));
	assert_true(timeline_has_returned(timeline, written));
	assert_false(timeline_has_returned(timeline, blocked));
	add(timeline, (struct event){ .kind = EVENT_RETURN,
				      .pid = CLIENT_PID,
				      .call = { .name = "read", .entered = blocked } });
	assert_true(timeline_has_returned(timeline, blocked));
}

static void test_what_is_taken_back_is_gone(void **state)
{
	struct timeline *timeline = *state;

	timeline_append(timeline, &(struct event){ .kind = EVENT_SCENE, .text = "kept" });
	timeline_append(timeline, &(struct event){ .kind = EVENT_PROCESS });
	timeline_take_back(timeline);
	assert_int_equal(timeline->count, 1);
	assert_int_equal(timeline_append(timeline, &(struct event){ .kind = EVENT_END }), 1);
	assert_string_equal(timeline->events[0].text, "kept");
	assert_int_equal(timeline->events[1].kind, EVENT_END);
}

static void test_a_closed_timeline_is_empty(void **state)
{
	struct timeline timeline;

	(void)state;
	memset(&timeline, 0xff, sizeof(timeline));
	timeline_open(&timeline, 5);
	assert_int_equal(timeline.started_ns, 5);
	timeline_text(&timeline, "x");
	timeline_append(&timeline, &(struct event){ .kind = EVENT_SCENE });
	timeline_close(&timeline);
	assert_int_equal(timeline.count, 0);
	assert_null(timeline.events);
	assert_null(timeline.arena);
}

int main(int argc, char **argv)
{
	static struct CMUnitTest tests[] = {
		cmocka_unit_test(test_events_are_kept_in_the_order_of_appending),
		cmocka_unit_test(test_a_frame_is_copied_and_decoded),
		cmocka_unit_test(test_the_host_of_a_frame_is_its_sender),
		cmocka_unit_test(test_texts_live_as_long_as_the_timeline),
		cmocka_unit_test(test_processes_are_found_by_pid),
		cmocka_unit_test(test_a_socket_is_known_by_host_and_cookie),
		cmocka_unit_test(test_a_call_has_returned_when_its_return_is_there),
		cmocka_unit_test(test_what_is_taken_back_is_gone),
		cmocka_unit_test(test_a_closed_timeline_is_empty),
	};

	return RUN_NAMED(tests, argc, argv, open_world, close_world);
}

/* The order of the annotated capture, and what its rows and packets say. */
#include "tests/support/run.h"

#include "show/annotated_capture.h"
#include "tests/support/events.h"
#include "tests/support/frames.h"

#include <errno.h>
#include <netinet/tcp.h>
#include <pcap/pcap.h>

enum { PORT = 50000 };

/* Every row as a line: of a packet its comment, of a journal entry one field. */
static void read_rows(char *out, size_t out_bytes, const char *file, size_t bytes,
		      const char *field)
{
	const size_t field_length = strlen(field);

	*out = '\0';
	for (size_t at = 0; at < bytes;) {
		const char *body = file + at + 8, *value = NULL;
		uint32_t type, total, option;
		size_t length = strlen(out), frame;

		memcpy(&type, file + at, sizeof(type));
		memcpy(&total, file + at + 4, sizeof(total));
		at += total;
		if (type == 9) {
			for (const char *line = body; line && !value; line = strchr(line, '\n'))
				if (strncmp(line += *line == '\n', field, field_length) == 0)
					value = line + field_length + 1;
			if (value)
				snprintf(out + length, out_bytes - length, "%.*s\n",
					 (int)strcspn(value, "\n"), value);
		} else if (type == 6) {
			memcpy(&option, body + 12, sizeof(option));
			frame = (option + 3) / 4 * 4;
			if (total == 32 + frame)
				snprintf(out + length, out_bytes - length, "packet\n");
			else
				snprintf(out + length, out_bytes - length, "packet %s\n",
					 body + 20 + frame + 4);
		}
	}
}

static void assert_rows(const struct run *run, const char *field, const char *wanted)
{
	char *bytes, rows[4096];
	size_t count;
	FILE *file = open_memstream(&bytes, &count);

	assert_int_equal(annotated_capture_write(file, run), 0);
	fclose(file);
	read_rows(rows, sizeof(rows), bytes, count, field);
	assert_text(field, rows, wanted);
	free(bytes);
}

static size_t add_frame(struct timeline *timeline, int64_t ms, struct tcp_of of)
{
	struct frame frame;

	of.client_port = PORT;
	frame = tcp_frame(of);
	return timeline_append_frame(timeline, STARTED_NS + ms * MS, frame.bytes, frame.count,
				     frame.count);
}

static size_t add_at(struct timeline *timeline, int64_t ms, struct event event)
{
	event.time_ns = STARTED_NS + ms * MS;
	return add(timeline, event);
}

/* The wire is read after the processes, as in lab_turn(): the stamps put its segments in place. */
static void test_a_segment_stands_between_the_entry_and_the_return_of_its_call(void **state)
{
	struct timeline *timeline = *state;
	struct call call = completed((struct call){
		.name = "write", .args = "3", .fd_kind = FD_SOCKET, .inode = CLIENT_INODE });

	call.entered = add_at(timeline, 10,
			      (struct event){ EVENT_ENTER, .pid = CLIENT_PID, .call = call });
	add_at(timeline, 30, (struct event){ EVENT_RETURN, .pid = CLIENT_PID, .call = call });
	add_frame(timeline, 20, (struct tcp_of){ .from = CLIENT, .flags = ACK });
	assert_rows(&(struct run){ .timeline = timeline, .claim = "t" }, "MESSAGE",
		    "write(3) …\npacket\nwrite(3) = 0\n");
}

static void test_a_call_that_does_not_touch_the_wire_stands_once(void **state)
{
	struct timeline *timeline = *state;

	add_call(timeline, CLIENT_PID,
		 (struct call){ .name = "bind", .args = "3", .fd_kind = FD_SOCKET, .inode = 1 });
	add_call(timeline, CLIENT_PID, (struct call){ .name = "wait4", .family = "wait" });
	add_call(timeline, CLIENT_PID,
		 (struct call){ .name = "read", .args = "0", .fd_kind = FD_TERMINAL });
	assert_rows(&(struct run){ .timeline = timeline, .claim = "t" }, "MESSAGE",
		    "bind(3) = 0\nwait4() = 0\nread(0) = 0\n");
}

/* Somebody sets the clock back by 15 ms: the lab's own order is kept, and no stamp goes back. */
static void test_the_order_of_one_observer_is_kept_when_the_clock_is_not(void **state)
{
	struct timeline *timeline = *state;

	add_at(timeline, 20, (struct event){ EVENT_SCENE, .text = "one" });
	add_at(timeline, 5, (struct event){ EVENT_SCENE, .text = "two" });
	add_at(timeline, 21, (struct event){ EVENT_SCENE, .text = "three" });
	assert_rows(&(struct run){ .timeline = timeline, .claim = "t" }, "MESSAGE",
		    "── one\n── two\n── three\n");
	assert_rows(&(struct run){ .timeline = timeline, .claim = "t" }, "__REALTIME_TIMESTAMP",
		    "1700000000020000\n1700000000020000\n1700000000021000\n");
}

static void add_socket_state(struct timeline *timeline, enum host host, int64_t ms, int from,
			     int to)
{
	struct event event = { EVENT_STATE, .host = host, .state = { 0, from, to } };
	struct socket_row *row;

	event.state.socket = timeline_socket(timeline, host, (uint64_t)host);
	row = &timeline->sockets[event.state.socket];
	row->local_port = host == CLIENT ? PORT : 9877;
	row->remote_port = host == CLIENT ? 9877 : PORT;
	add_at(timeline, ms, event);
}

static void test_a_packet_tells_which_states_it_caused(void **state)
{
	struct timeline *timeline = *state;

	add(timeline, (struct event){ EVENT_SCENE, .text = "they meet" });
	add_frame(timeline, 10, (struct tcp_of){ .from = CLIENT, .flags = SYN });
	add_frame(timeline, 11, (struct tcp_of){ .from = SERVER, .flags = SYN | ACK });
	add_frame(timeline, 12, (struct tcp_of){ .from = CLIENT, .flags = ACK });
	add_frame(timeline, 13, (struct tcp_of){ .from = CLIENT, .flags = ACK });
	add_socket_state(timeline, CLIENT, 14, TCP_CLOSE, TCP_ESTABLISHED);
	add_socket_state(timeline, SERVER, 14, TCP_CLOSE, TCP_ESTABLISHED);
	add_frame(timeline, 15, (struct tcp_of){ .from = SERVER, .flags = FIN | ACK });
	add_socket_state(timeline, SERVER, 16, TCP_ESTABLISHED, TCP_FIN_WAIT1);
	add_socket_state(timeline, CLIENT, 16, TCP_ESTABLISHED, TCP_CLOSE_WAIT);
	add_frame(timeline, 17, (struct tcp_of){ .from = SERVER, .flags = RST });
	add_socket_state(timeline, CLIENT, 18, TCP_CLOSE_WAIT, TCP_CLOSE);
	add_frame(timeline, 19, (struct tcp_of){ .from = SERVER, .flags = RST });
	assert_rows(&(struct run){ .timeline = timeline, .claim = "t" }, "NONE",
		    "packet\n"
		    "packet client → ESTABLISHED; scene: they meet\n"
		    "packet server → ESTABLISHED; scene: they meet\n"
		    "packet\n"
		    "packet client → CLOSE_WAIT; scene: they meet\n"
		    "packet client → CLOSED; scene: they meet\n"
		    "packet\n");
}

static void test_rows_and_packets_tell_which_expectation_they_met(void **state)
{
	struct timeline *timeline = *state;
	struct expectation expectations[] = {
		{ &kind_segment, "s.c", 7, .segment = { SERVER, .flags = RST },
		  .verdict = VERDICT_MET },
		{ &kind_call, "s.c", 8, .who = { "client", CLIENT, CLIENT_PROGRAM, 0 },
		  .call = { "write", .error = EPIPE }, .verdict = VERDICT_MET },
		{ &kind_no_segment, "s.c", 9, .segment = { SERVER }, .verdict = VERDICT_UNMET },
		{ &kind_no_segment, "s.c", 10, .segment = { CLIENT }, .verdict = VERDICT_MET },
	};
	const struct run run = { .timeline = timeline,
				 .claim = "t",
				 .expectations = expectations,
				 .expectation_count = 4 };

	add(timeline, (struct event){ EVENT_SCENE, .text = "the end" });
	expectations[0].event = expectations[2].event = expectations[3].event =
		add_frame(timeline, 10, (struct tcp_of){ .from = SERVER, .flags = RST });
	expectations[1].event = add_call(timeline, CLIENT_PID,
					 (struct call){ .name = "write",
							.args = "3",
							.inode = CLIENT_INODE,
							.error = EPIPE,
							.result = -1 });
	assert_rows(&run, "EXPECTED",
		    "✓ client: write() = -1 EPIPE (s.c:8)\n"
		    "packet ✓ RST from server (s.c:7); ✗ no segment from server (s.c:9); "
		    "scene: the end\n");
	assert_rows(&run, "MESSAGE_ID",
		    "EPIPE\npacket ✓ RST from server (s.c:7); ✗ no segment from server (s.c:9); "
		    "scene: the end\n");
}

/* tcpdump and whatever else reads with libpcap see the packets, and no journal. */
static void test_libpcap_reads_the_packets_alone(void **state)
{
	const struct run run = { .timeline = *state, .claim = "t" };
	struct timeline *timeline = *state;
	char *bytes, error[PCAP_ERRBUF_SIZE];
	struct pcap_pkthdr *header;
	const u_char *data;
	size_t count, index;
	FILE *file = open_memstream(&bytes, &count);
	pcap_t *pcap;

	add_output(timeline, CLIENT_PID, "before");
	index = add_frame(timeline, 7, (struct tcp_of){ .from = CLIENT, .flags = SYN });
	add_output(timeline, CLIENT_PID, "behind");
	assert_int_equal(annotated_capture_write(file, &run), 0);
	fclose(file);
	pcap = pcap_fopen_offline(fmemopen(bytes, count, "r"), error);
	if (!pcap)
		fail_msg("%s", error);
	assert_int_equal(pcap_datalink(pcap), DLT_EN10MB);
	assert_int_equal(pcap_next_ex(pcap, &header, &data), 1);
	assert_int_equal(header->ts.tv_sec * INT64_C(1000000) + header->ts.tv_usec,
			 STARTED_NS / 1000 + 7000);
	assert_int_equal(header->len, timeline->events[index].wire.frame_bytes);
	assert_memory_equal(data, timeline->events[index].wire.frame, header->caplen);
	assert_int_equal(pcap_next_ex(pcap, &header, &data), PCAP_ERROR_BREAK);
	pcap_close(pcap);
	free(bytes);
}

static void test_a_full_disk_is_told(void **state)
{
	FILE *full = fopen("/dev/full", "w");

	assert_non_null(full);
	assert_int_equal(
		annotated_capture_write(full, &(struct run){ .timeline = *state, .claim = "t" }),
		-1);
	fclose(full);
}

int main(int argc, char **argv)
{
	static struct CMUnitTest tests[] = {
		cmocka_unit_test(
			test_a_segment_stands_between_the_entry_and_the_return_of_its_call),
		cmocka_unit_test(test_a_call_that_does_not_touch_the_wire_stands_once),
		cmocka_unit_test(test_the_order_of_one_observer_is_kept_when_the_clock_is_not),
		cmocka_unit_test(test_a_packet_tells_which_states_it_caused),
		cmocka_unit_test(test_rows_and_packets_tell_which_expectation_they_met),
		cmocka_unit_test(test_libpcap_reads_the_packets_alone),
		cmocka_unit_test(test_a_full_disk_is_told),
	};

	return RUN_NAMED(tests, argc, argv, open_world, close_world);
}

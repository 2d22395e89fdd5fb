/* What pcap_file_write() writes, read again by libpcap itself. */
#include "tests/support/run.h"

#include "show/pcap.h"
#include "tests/support/events.h"
#include "tests/support/frames.h"

#include <errno.h>
#include <pcap/pcap.h>

struct written {
	char *bytes;
	size_t count;
};

static struct written write_to_memory(const struct timeline *timeline)
{
	struct written written;
	FILE *file = open_memstream(&written.bytes, &written.count);

	assert_int_equal(pcap_file_write(file, timeline), 0);
	fclose(file);
	return written;
}

static pcap_t *read_back(const struct written *written)
{
	char error[PCAP_ERRBUF_SIZE];
	pcap_t *pcap = pcap_fopen_offline_with_tstamp_precision(
		fmemopen(written->bytes, written->count, "r"), PCAP_TSTAMP_PRECISION_NANO, error);

	if (!pcap)
		fail_msg("%s", error);
	return pcap;
}

static void test_frames_are_read_back_to_the_byte_and_nanosecond(void **state)
{
	static const int64_t times[] = { STARTED_NS, STARTED_NS + 1, STARTED_NS + 999999999 };
	struct timeline *timeline = *state;
	struct frame frames[3];
	struct written written;
	struct pcap_pkthdr *header;
	const u_char *bytes;
	pcap_t *pcap;

	for (size_t i = 0; i < 3; i++) {
		frames[i] = tcp_frame((struct tcp_of){ .flags = ACK, .seq = (uint32_t)i });
		timeline_append_frame(timeline, times[i], frames[i].bytes, frames[i].count,
				      frames[i].count + i);
		add_output(timeline, CLIENT_PID, "what is no frame is not written");
	}
	written = write_to_memory(timeline);
	pcap = read_back(&written);
	assert_int_equal(pcap_datalink(pcap), DLT_EN10MB);
	assert_true(pcap_snapshot(pcap) >= 65535);
	for (size_t i = 0; i < 3; i++) {
		assert_int_equal(pcap_next_ex(pcap, &header, &bytes), 1);
		assert_int_equal(header->ts.tv_sec * INT64_C(1000000000) + header->ts.tv_usec,
				 times[i]);
		assert_int_equal(header->caplen, frames[i].count);
		assert_int_equal(header->len, frames[i].count + i);
		assert_memory_equal(bytes, frames[i].bytes, frames[i].count);
	}
	assert_int_equal(pcap_next_ex(pcap, &header, &bytes), PCAP_ERROR_BREAK);
	pcap_close(pcap);
	free(written.bytes);
}

static void test_the_file_says_that_its_stamps_are_nanoseconds(void **state)
{
	struct written written = write_to_memory(*state);
	uint32_t magic;

	memcpy(&magic, written.bytes, sizeof(magic));
	assert_int_equal(magic, 0xa1b23c4d);
	free(written.bytes);
}

static void test_a_capture_without_frames_is_a_capture(void **state)
{
	struct written written = write_to_memory(*state);
	struct pcap_pkthdr *header;
	const u_char *bytes;
	pcap_t *pcap = read_back(&written);

	assert_int_equal(pcap_next_ex(pcap, &header, &bytes), PCAP_ERROR_BREAK);
	pcap_close(pcap);
	free(written.bytes);
}

/* What does not fit the stream's buffer is refused at once; the rest is when it is flushed. */
static void test_a_full_disk_is_told(void **state)
{
	struct timeline *timeline = *state;
	const struct frame frame = tcp_frame((struct tcp_of){ .flags = ACK });
	FILE *full = fopen("/dev/full", "w");

	assert_non_null(full);
	for (int i = 0; i < 1000; i++)
		timeline_append_frame(timeline, STARTED_NS, frame.bytes, frame.count, frame.count);
	errno = 0;
	assert_int_equal(pcap_file_write(full, timeline), -1);
	assert_int_equal(errno, ENOSPC);
	fclose(full);
}

int main(int argc, char **argv)
{
	static struct CMUnitTest tests[] = {
		cmocka_unit_test(test_frames_are_read_back_to_the_byte_and_nanosecond),
		cmocka_unit_test(test_the_file_says_that_its_stamps_are_nanoseconds),
		cmocka_unit_test(test_a_capture_without_frames_is_a_capture),
		cmocka_unit_test(test_a_full_disk_is_told),
	};

	return RUN_NAMED(tests, argc, argv, open_world, close_world);
}

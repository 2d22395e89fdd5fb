#include "observe/capture.h"

#include "base/fail.h"

#include <errno.h>
#include <linux/io_uring.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/syscall.h>
#include <unistd.h>

enum { SNAPLEN = 65535 };

static int set_filter(pcap_t *pcap, const char *filter)
{
	struct bpf_program program;
	int status;

	if (!filter)
		return 0;
	status = pcap_compile(pcap, &program, filter, 1, PCAP_NETMASK_UNKNOWN);
	if (status == 0) {
		status = pcap_setfilter(pcap, &program);
		pcap_freecode(&program);
	}
	return status;
}

static void open_pcap(struct capture *capture)
{
	char error[PCAP_ERRBUF_SIZE] = "";
	pcap_t *pcap;
	int status;

	/* the thread enters the host alone: each thread has a network namespace of its own */
	if (setns(capture->netns, CLONE_NEWNET) < 0) {
		snprintf(capture->error, sizeof(capture->error), "setns: %s", strerror(errno));
		return;
	}
	pcap = pcap_create(capture->interface, error);
	if (!pcap) {
		snprintf(capture->error, sizeof(capture->error), "%s", error);
		return;
	}
	pcap_set_snaplen(pcap, SNAPLEN);
	pcap_set_immediate_mode(pcap, 1);
	pcap_set_buffer_size(pcap, capture->ring_bytes);
	pcap_set_tstamp_precision(pcap, PCAP_TSTAMP_PRECISION_NANO);
	status = pcap_activate(pcap);
	if (status < 0 || pcap_setnonblock(pcap, 1, error) < 0 ||
	    set_filter(pcap, capture->filter) < 0) {
		snprintf(capture->error, sizeof(capture->error), "%s: %s", pcap_statustostr(status),
			 pcap_geterr(pcap));
		pcap_close(pcap);
		return;
	}
	capture->pcap = pcap;
}

static void *open_capture(void *argument)
{
	struct capture *capture = argument;

	open_pcap(capture);
	eventfd_write(capture->ready, 1);
	return NULL;
}

void capture_start(struct capture *capture, int netns, const char *interface, const char *filter,
		   int ring_bytes)
{
	*capture = (struct capture){ .ready = -1,
				     .fd = -1,
				     .netns = netns,
				     .interface = interface,
				     .filter = filter,
				     .ring_bytes = ring_bytes };
	capture->ready = eventfd(0, EFD_CLOEXEC);
	if (capture->ready < 0)
		broken("make", "an eventfd");
	errno = pthread_create(&capture->opener, NULL, open_capture, capture);
	if (errno)
		broken("start", "the thread that opens the capture");
	capture->opening = true;
}

void capture_wait(struct capture *capture)
{
	if (!capture->opening)
		return;
	pthread_join(capture->opener, NULL);
	capture->opening = false;
	close(capture->ready);
	capture->ready = -1;
	if (*capture->error)
		give_up(ENDING_CANNOT_RUN,
			"cannot capture on %s: %s\n"
			"  The kernel needs CONFIG_PACKET; a container needs CAP_NET_RAW.",
			capture->interface, capture->error);
	capture->fd = pcap_get_selectable_fd(capture->pcap);
}

static void on_frame(u_char *argument, const struct pcap_pkthdr *header, const u_char *bytes)
{
	/* nanosecond precision was asked for: tv_usec holds nanoseconds, pcap(3PCAP) */
	int64_t time_ns = header->ts.tv_sec * INT64_C(1000000000) + header->ts.tv_usec;

	timeline_append_frame((struct timeline *)argument, time_ns, bytes, header->caplen,
			      header->len);
}

int capture_read(struct capture *capture, struct timeline *timeline)
{
	int n;

	if (!capture->pcap)
		return 0;
	n = pcap_dispatch(capture->pcap, -1, on_frame, (u_char *)timeline);
	if (n < 0)
		give_up(ENDING_BROKEN, "cannot read the capture: %s", pcap_geterr(capture->pcap));
	capture->frames += (unsigned long)n;
	return n;
}

unsigned int capture_dropped(struct capture *capture)
{
	struct pcap_stat stat = { 0 };

	if (capture->pcap && pcap_stats(capture->pcap, &stat) < 0)
		give_up(ENDING_BROKEN, "cannot ask how many frames were lost: %s",
			pcap_geterr(capture->pcap));
	return stat.ps_drop + stat.ps_ifdrop;
}

/*
 * To free a ring the kernel waits for two RCU grace periods (packet_release(), some 20 ms) in the
 * process that closes the socket last. An io_uring(7) that has the socket registered is freed by a
 * kernel worker after our exit, and no process waits. Where io_uring is not allowed, the run takes
 * those 20 ms longer.
 */
static void let_the_kernel_close(int fd)
{
	struct io_uring_params params = { 0 };
	int ring = (int)syscall(SYS_io_uring_setup, 1, &params);

	if (ring >= 0) /* stays open until the process ends */
		syscall(SYS_io_uring_register, ring, IORING_REGISTER_FILES, &fd, 1);
}

void capture_close(struct capture *capture)
{
	if (!capture->pcap)
		return;
	let_the_kernel_close(pcap_fileno(capture->pcap));
	pcap_close(capture->pcap);
	capture->pcap = NULL;
}

#include "diagnose/capture_source.h"

#include "base/fail.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>

enum { BUFFER_BYTES = 128 * 1024 };

struct capture_source {
	gzFile file; /* reads what is not compressed as it is */
	int fd;      /* the same file, owned by `file` */
};

static const char *kind_of(mode_t mode)
{
	return S_ISDIR(mode)    ? "a directory"
	       : S_ISFIFO(mode) ? "a FIFO"
	       : S_ISCHR(mode)  ? "a character device"
	       : S_ISBLK(mode)  ? "a block device"
	       : S_ISSOCK(mode) ? "a socket"
				: "no regular file";
}

struct capture_source *capture_source_open(const char *path, char *why, size_t why_bytes)
{
	/* O_NONBLOCK: opening a FIFO must not wait for its writer */
	int fd = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC | O_NOCTTY);
	struct capture_source *source;
	struct stat status;

	if (fd < 0) {
		snprintf(why, why_bytes, "cannot be opened: %s", strerror(errno));
		return NULL;
	}
	if (fstat(fd, &status) != 0 || !S_ISREG(status.st_mode)) {
		snprintf(why, why_bytes, "is %s: give a file, as tcpdump -w or Wireshark write it",
			 kind_of(status.st_mode));
		close(fd);
		return NULL;
	}
	source = calloc(1, sizeof(*source));
	if (!source || !(source->file = gzdopen(fd, "rb")))
		broken("allocate", "a file");
	source->fd = fd;
	gzbuffer(source->file, BUFFER_BYTES);
	return source;
}

static ssize_t read_source(void *context, void *to, size_t bytes)
{
	struct capture_source *source = context;

	return gzread(source->file, to, (unsigned int)bytes);
}

struct byte_source capture_source_bytes(struct capture_source *source)
{
	return (struct byte_source){ .read = read_source, .context = source };
}

const char *capture_source_looks_like(struct capture_source *source)
{
	static const struct {
		const char *magic;
		size_t bytes;
		const char *what;
	} kinds[] = {
		{ "\xfd"
		  "7zXZ",
		  5, "compressed with xz: unpack it first" },
		{ "\x28\xb5\x2f\xfd", 4, "compressed with zstd: unpack it first" },
		{ "\x04\x22\x4d\x18", 4, "compressed with lz4: unpack it first" },
		{ "BZh", 3, "compressed with bzip2: unpack it first" },
		{ "PK\x03\x04", 4, "a zip archive: unpack it first" },
		{ "snoop\0\0\0", 8, "a snoop file: convert it with editcap -F pcap" },
		{ "GMBU", 4, "a Network Monitor file: convert it with editcap -F pcap" },
		{ "RTSS", 4, "a Network Monitor file: convert it with editcap -F pcap" },
	};
	char begins[8] = "";
	ssize_t got = pread(source->fd, begins, sizeof(begins), 0);

	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
		if (got >= (ssize_t)kinds[i].bytes &&
		    memcmp(begins, kinds[i].magic, kinds[i].bytes) == 0)
			return kinds[i].what;
	return NULL;
}

void capture_source_close(struct capture_source *source)
{
	gzclose(source->file);
	free(source);
}

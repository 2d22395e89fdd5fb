/* What goes wrong while files are written is told, and leaves the old ones. */
#include "tests/support/run.h"

#include "base/fail.h"
#include "tests/support/place.h"

#include <errno.h>
#include <fcntl.h>
#include <seccomp.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/stat.h>

#define WRITE_MESSAGE(place, name, why)                                                      \
	message((char[512]){ 0 },                                                            \
		"cannot write %s/" name ": " why                                             \
		". The files of the run before are as they were.\n"                          \
		"  Make room, or name another directory: CAPTURES=DIRECTORY (or --captures " \
		"DIRECTORY)\n",                                                              \
		(place)->directory)

static const char *message(char out[static 512], const char *format, const char *directory)
{
	snprintf(out, 512, "brokenpipe: ");
	snprintf(out + 12, 500, format, directory);
	return out;
}

static int write_and_fail(FILE *file, const void *argument)
{
	fputs("half", file);
	errno = *(const int *)argument;
	return -1;
}

static void publish_a_failure(struct place *place)
{
	static const int number = ENOSPC;
	const struct published_file files[] = { { "a", write_text, "new" },
						{ "b", write_and_fail, &number } };

	publish(place, files, 2);
}

static void test_a_write_that_fails_leaves_the_old_files(void **state)
{
	struct place *place = *state;

	put_file(place, "a", "old a");
	put_file(place, "b", "old b");
	assert_gives_up(place, publish_a_failure, ENDING_BROKEN,
			WRITE_MESSAGE(place, "b", "No space left on device"));
	assert_only(place, " a b");
	assert_file(place, "a", "old a");
	assert_file(place, "b", "old b");
}

/* Leaves its text in the stream's buffer. */
static int write_without_flush(FILE *file, const void *text)
{
	return fputs(text, file) < 0 ? -1 : 0;
}

static void publish_beyond_the_limit(struct place *place)
{
	const struct published_file files[] = { { "a", write_without_flush, "newer" } };

	signal(SIGXFSZ, SIG_IGN);
	setrlimit(RLIMIT_FSIZE, &(struct rlimit){ 3, 3 });
	publish(place, files, 1);
}

static void test_a_disk_that_is_full_at_the_last_byte_leaves_the_old_file(void **state)
{
	struct place *place = *state;

	put_file(place, "a", "old");
	assert_gives_up(place, publish_beyond_the_limit, ENDING_BROKEN,
			WRITE_MESSAGE(place, "a", "File too large"));
	assert_file(place, "a", "old");
}

static void publish_a(struct place *place)
{
	const struct published_file files[] = { { "a", write_text, "new" } };

	publish(place, files, 1);
}

static void test_a_name_that_is_a_directory_is_told(void **state)
{
	struct place *place = *state;

	assert_int_equal(mkdir(in(place, "a"), 0755), 0);
	assert_gives_up(place, publish_a, ENDING_BROKEN,
			WRITE_MESSAGE(place, "a", "Is a directory"));
	rmdir(in(place, "a"));
}

static void publish_without_descriptors(struct place *place)
{
	const struct published_file files[] = { { "a", write_text, "new" } };
	struct publication publication;

	publish_open(&publication, place->directory);
	setrlimit(RLIMIT_NOFILE, &(struct rlimit){ 0, 0 });
	publish_files(&publication, files, 1);
}

static void test_a_file_that_cannot_be_opened_is_told(void **state)
{
	struct place *place = *state;

	put_file(place, "a", "old");
	assert_gives_up(place, publish_without_descriptors, ENDING_BROKEN,
			WRITE_MESSAGE(place, "a", "Too many open files"));
	assert_file(place, "a", "old");
}

static void open_publication(struct place *place)
{
	struct publication publication;

	publish_open(&publication, place->path);
}

static void test_a_directory_that_cannot_be_is_told_before_the_run(void **state)
{
	struct place *place = *state;
	char said[512];

	put_file(place, "file", "");
	snprintf(said, sizeof(said),
		 "brokenpipe: cannot write to %s/file: Not a directory.\n"
		 "  Name a directory that you may write to: CAPTURES=DIRECTORY (or --captures "
		 "DIRECTORY)\n",
		 place->directory);
	in(place, "file");
	assert_gives_up(place, open_publication, ENDING_CANNOT_RUN, said);
	snprintf(said, sizeof(said),
		 "brokenpipe: cannot make the directory %s/no/where for the captures: No such file "
		 "or directory.\n"
		 "  Name one that you may write to: CAPTURES=DIRECTORY (or --captures DIRECTORY)\n",
		 place->directory);
	in(place, "no/where");
	assert_gives_up(place, open_publication, ENDING_CANNOT_RUN, said);
	assert_only(place, " file");
}

/* Filesystems without unnamed files (NFS) --------------------------------------------- */

static void refuse_unnamed_files(int error)
{
	scmp_filter_ctx filter = seccomp_init(SCMP_ACT_ALLOW);

	seccomp_rule_add(filter, SCMP_ACT_ERRNO((uint16_t)error), SCMP_SYS(openat), 1,
			 SCMP_A2(SCMP_CMP_MASKED_EQ, O_TMPFILE, O_TMPFILE));
	if (seccomp_load(filter) < 0)
		_exit(1);
	seccomp_release(filter);
}

static void publish_on_nfs(struct place *place)
{
	const struct published_file files[] = { { "a", write_text, "new" },
						{ "b", write_text, "new" } };

	refuse_unnamed_files(EOPNOTSUPP);
	publish(place, files, 2);
}

/* A kernel that does not know O_TMPFILE sees a directory opened for writing, open(2). */
static void publish_on_an_old_kernel(struct place *place)
{
	const struct published_file files[] = { { "a", write_text, "newer" } };

	refuse_unnamed_files(EISDIR);
	publish(place, files, 1);
}

static void test_files_appear_where_there_are_no_unnamed_files(void **state)
{
	struct place *place = *state;
	struct stat status;

	put_file(place, ".b.new", "half of a long capture");
	put_file(place, "a", "old a");
	umask(022);
	assert_gives_up(place, publish_on_nfs, 0, "");
	assert_only(place, " a b");
	assert_file(place, "a", "new");
	assert_file(place, "b", "new");
	assert_int_equal(stat(in(place, "a"), &status), 0);
	assert_int_equal(status.st_mode & 07777, 0644);
	assert_gives_up(place, publish_on_an_old_kernel, 0, "");
	assert_only(place, " a b");
	assert_file(place, "a", "newer");
}

static void fail_with_names(struct place *place)
{
	refuse_unnamed_files(EOPNOTSUPP);
	publish_a_failure(place);
}

static void test_a_failure_there_leaves_the_old_files_too(void **state)
{
	struct place *place = *state;

	put_file(place, "a", "old a");
	assert_gives_up(place, fail_with_names, ENDING_BROKEN,
			WRITE_MESSAGE(place, "b", "No space left on device"));
	assert_file(place, "a", "old a");
}

int main(int argc, char **argv)
{
	static struct CMUnitTest tests[] = {
		cmocka_unit_test(test_a_write_that_fails_leaves_the_old_files),
		cmocka_unit_test(test_a_disk_that_is_full_at_the_last_byte_leaves_the_old_file),
		cmocka_unit_test(test_a_name_that_is_a_directory_is_told),
		cmocka_unit_test(test_a_file_that_cannot_be_opened_is_told),
		cmocka_unit_test(test_a_directory_that_cannot_be_is_told_before_the_run),
		cmocka_unit_test(test_files_appear_where_there_are_no_unnamed_files),
		cmocka_unit_test(test_a_failure_there_leaves_the_old_files_too),
	};

	return RUN_NAMED(tests, argc, argv, make_place, remove_place);
}

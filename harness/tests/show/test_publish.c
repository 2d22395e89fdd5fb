/* Files appear complete or not at all, while others look on. */
#include "tests/support/run.h"

#include "tests/support/place.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>

static void test_files_appear_under_their_names_alone(void **state)
{
	const struct published_file files[] = { { "a.pcap", write_text, "frames" },
						{ "a.json", write_text, "{}\n" } };
	struct place *place = *state;

	publish(place, files, 2);
	assert_only(place, " a.json a.pcap");
	assert_file(place, "a.pcap", "frames");
	assert_file(place, "a.json", "{}\n");
}

static void test_everybody_may_read_them(void **state)
{
	const struct published_file files[] = { { "a", write_text, "" } };
	struct place *place = *state;
	struct stat status;

	umask(022);
	publish(place, files, 1);
	assert_int_equal(stat(in(place, "a"), &status), 0);
	assert_int_equal(status.st_mode & 07777, 0644);
}

static void test_the_directory_is_made(void **state)
{
	const struct published_file files[] = { { "a", write_text, "x" } };
	struct place *place = *state;

	struct stat status;

	rmdir(place->directory);
	umask(022);
	publish(place, files, 1);
	assert_file(place, "a", "x");
	assert_int_equal(stat(place->directory, &status), 0);
	assert_int_equal(status.st_mode & 07777, 0755);
}

static void test_a_file_of_the_run_before_is_replaced_not_written_over(void **state)
{
	const struct published_file files[] = { { "a", write_text, "new" } };
	struct place *place = *state;
	char text[16] = "";
	FILE *reader;

	put_file(place, "a", "old and longer");
	reader = fopen(in(place, "a"), "r");
	publish(place, files, 1);
	assert_non_null(fgets(text, sizeof(text), reader));
	fclose(reader);
	assert_string_equal(text, "old and longer"); /* who reads it may go on */
	assert_file(place, "a", "new");
}

static void test_what_a_killed_run_left_is_overwritten(void **state)
{
	const struct published_file files[] = { { "a", write_text, "new" } };
	struct place *place = *state;

	put_file(place, ".a.new", "half of a long capture");
	put_file(place, ".try.new", "");
	publish(place, files, 1);
	assert_only(place, " a");
	assert_file(place, "a", "new");
}

/* While a file is written: the old ones are there, nothing new is, and no other run can begin. */
static int write_and_look(FILE *file, const void *argument)
{
	struct place place = *(const struct place *)argument;
	int other_run = open(place.directory, O_RDONLY | O_DIRECTORY);

	assert_int_equal(flock(other_run, LOCK_EX | LOCK_NB), -1);
	assert_int_equal(errno, EWOULDBLOCK);
	close(other_run);
	assert_only(&place, " a b");
	assert_file(&place, "a", "old a");
	assert_file(&place, "b", "old b");
	return write_text(file, "new");
}

static void test_no_file_is_new_before_all_are_complete(void **state)
{
	struct place *place = *state;
	const struct published_file files[] = { { "a", write_and_look, place },
						{ "b", write_and_look, place } };
	struct publication publication;
	int other_run;

	put_file(place, "a", "old a");
	put_file(place, "b", "old b");
	publish_open(&publication, place->directory);
	publish_files(&publication, files, 2);
	assert_file(place, "a", "new");
	assert_file(place, "b", "new");
	other_run = open(place->directory, O_RDONLY | O_DIRECTORY);
	assert_int_equal(flock(other_run, LOCK_EX | LOCK_NB), 0);
	close(other_run);
	close(publication.directory);
}

int main(int argc, char **argv)
{
	static struct CMUnitTest tests[] = {
		cmocka_unit_test(test_files_appear_under_their_names_alone),
		cmocka_unit_test(test_everybody_may_read_them),
		cmocka_unit_test(test_the_directory_is_made),
		cmocka_unit_test(test_a_file_of_the_run_before_is_replaced_not_written_over),
		cmocka_unit_test(test_what_a_killed_run_left_is_overwritten),
		cmocka_unit_test(test_no_file_is_new_before_all_are_complete),
	};

	return RUN_NAMED(tests, argc, argv, make_place, remove_place);
}

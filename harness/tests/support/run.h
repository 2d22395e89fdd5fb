/* What every C test shares: cmocka with its prerequisites, and a main for one test or all. */
#ifndef RUN_H
#define RUN_H

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

/*
 * Runs the test that the command line names, or all of them, each between setup and teardown (NULL:
 * none). A name that is none fails: cmocka would run nothing and be content.
 */
static inline int run_named(struct CMUnitTest *tests, size_t count, const char *name,
			    CMFixtureFunction setup, CMFixtureFunction teardown)
{
	bool found = !name;

	for (size_t i = 0; i < count; i++) {
		tests[i].setup_func = setup;
		tests[i].teardown_func = teardown;
		found = found || strcmp(tests[i].name, name) == 0;
	}
	if (!found) {
		fprintf(stderr, "there is no test %s here\n", name);
		return 2;
	}
	cmocka_set_test_filter(name);
	return _cmocka_run_group_tests("tests", tests, count, NULL, NULL) != 0;
}

#define RUN_NAMED(tests, argc, argv, setup, teardown)                                              \
	run_named(tests, sizeof(tests) / sizeof((tests)[0]), (argc) > 1 ? (argv)[1] : NULL, setup, \
		  teardown)

/* Compares texts; `row` says which row of a table is wrong. */
static inline void assert_text(const char *row, const char *got, const char *wanted)
{
	if (strcmp(got, wanted) != 0)
		fail_msg("%s\n  wanted: %s\n  got:    %s", row, wanted, got);
}

#endif

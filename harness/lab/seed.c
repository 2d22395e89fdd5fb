#include "lab/seed.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* In each row a line that a scenario types, then others that mean the same. UTF-8. */
enum { ALIKE_MOST = 6 };

static const char *const alike[][ALIKE_MOST] = {
	{ "hello", "good morning", "good evening", "안녕", "안녕하세요", "반갑습니다" },
	{ "hello again", "it is me again", "here I am again", "또 안녕", "다시 왔어요" },
	{ "hello?", "anybody there?", "is this on?", "여보세요?", "누구 없어요?" },
	{ "hi there", "hi everybody", "good day", "안녕 여러분", "여러분, 반가워요" },
	{ "bye", "so long", "farewell", "see you", "잘 가", "안녕히 계세요" },
	{ "are you there?", "can you hear me?", "do you copy?", "거기 있어요?", "들려요?" },
	{ "still there?", "not gone yet?", "still with me?", "아직 있어요?", "아직 거기예요?" },
	{ "and now?", "what now?", "once more?", "지금은요?", "이제는요?" },
	{ "do you remember me?", "do you know me?", "it is me, remember?", "저를 기억하세요?" },
	{ "another line", "one line more", "the next line", "또 한 줄", "다음 줄" },
	{ "count this", "how long is this?", "count my bytes", "이것을 세어 보세요" },
	{ "first", "number one", "첫 번째" },
	{ "second", "number two", "두 번째" },
	{ "third", "number three", "세 번째" },
	{ "first again", "number one again", "다시 첫 번째" },
	{ "second again", "number two again", "다시 두 번째" },
	{ "third again", "number three again", "다시 세 번째" },
};

static const char *const small_talk[] = {
	"how are you?",  "nice weather", "what time is it?", "잘 지내요?",
	"날씨가 좋네요", "one moment",   "a, b, c",          "하나 둘 셋",
};

enum {
	ROWS = sizeof(alike) / sizeof(alike[0]),
	SMALL_TALK = sizeof(small_talk) / sizeof(small_talk[0]),
	FIRST_PORT = 20000, /* above the servers' */
	PORT_BLOCKS = 1200, /* of SEED_PORTS: up to 58400 */
};

bool seed_parse(struct seed *seed, const char *text)
{
	char *end;
	unsigned long long number;

	*seed = (struct seed){ 0 };
	if (!text || !*text)
		return true;
	errno = 0;
	number = strtoull(text, &end, 10);
	if (*end || errno || *text < '0' || *text > '9' || number > UINT32_MAX)
		return false;
	*seed = (struct seed){ .given = true, .number = (uint32_t)number };
	return true;
}

/* FNV-1a of the name, then the finalizer of splitmix64: so that neighbouring seeds give unrelated
 * results.
 */
static uint64_t mix(uint32_t number, const char *name)
{
	uint64_t hash = UINT64_C(0xcbf29ce484222325) ^ number * UINT64_C(0x9e3779b97f4a7c15);

	for (; *name; name++)
		hash = (hash ^ (unsigned char)*name) * UINT64_C(0x100000001b3);
	hash = (hash ^ (hash >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
	hash = (hash ^ (hash >> 27)) * UINT64_C(0x94d049bb133111eb);
	return hash ^ (hash >> 31);
}

unsigned int seed_pick(const struct seed *seed, const char *name, unsigned int count,
		       unsigned int otherwise)
{
	return seed->given ? (unsigned int)(mix(seed->number, name) % count) : otherwise;
}

const char *seed_line(const struct seed *seed, const char *line)
{
	for (size_t row = 0; row < ROWS; row++) {
		unsigned int count = 0;

		if (strcmp(alike[row][0], line) != 0)
			continue;
		while (count < ALIKE_MOST && alike[row][count])
			count++;
		return alike[row][seed_pick(seed, line, count, 0)];
	}
	return line;
}

const char *seed_small_talk(const struct seed *seed, unsigned int nth)
{
	return small_talk[(seed_pick(seed, "small talk", SMALL_TALK, 0) + nth) % SMALL_TALK];
}

unsigned int seed_first_port(const struct seed *seed)
{
	return FIRST_PORT + SEED_PORTS * seed_pick(seed, "ports", PORT_BLOCKS, 0);
}

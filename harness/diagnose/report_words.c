#include "diagnose/report_words.h"

const struct words phrases[PHRASES] = {
	[PHRASE_HEAD] = { { "{s}: frames {n}", "{s}: 프레임 {n}개" } },
	[PHRASE_TCP] = { { "TCP {n}", "TCP {n}개" } },
	[PHRASE_CONNECTIONS] = { { "connections {n}", "연결 {n}개" } },
	[PHRASE_NO_TCP] = { { "no TCP here. A connect that has no route sends nothing "
			      "(connect-unreachable-local), nor does one whose ARP is not answered.",
			      "TCP가 없습니다. 경로가 없는 connect는 아무것도 보내지 않으며"
			      "(connect-unreachable-local), ARP에 답이 없을 때도 그렇습니다." } },
	[PHRASE_UNKNOWN] = { { "none I know: ", "아는 실패가 아닙니다: " } },
	[PHRASE_NEAREST] = { { "nearest: ", "가장 가까운 것: " } },
	[PHRASE_ALSO] = { { "or: ", "또는: " } },
	[PHRASE_CANNOT] = { { "The wire cannot tell ", "와이어로는 알 수 없는 것: " } },
	[PHRASE_DECIDES] = { { "What would: ", "알 수 있는 방법: " } },
	[PHRASE_LIVE] = { { "See it live: ", "직접 보기: " } },
	[PHRASE_COMPARE] = { { "To compare: ", "비교해 보기: " } },
	[PHRASE_NOTE] = { { "Note: ", "참고: " } },
	[PHRASE_FRAMES] = { { "frames", "프레임" } },
	[PHRASE_EXAMPLES] = { { "An example of each follows; --all shows every connection.",
				"종류마다 하나씩 보여 줍니다. --all은 모든 연결을 보여 줍니다." } },
	[PHRASE_EXAMPLE] = { { "e.g. {n}", "예: {n}" } },
	[PHRASE_NONE_RECOGNISED] = { { "Nothing here is a failure that this lab knows.",
				       "이 랩이 아는 실패는 없습니다." } },
};

static const struct words ends[] = {
	[CAPTURE_CUT] = { { "the file ends in the middle of a packet; what is there was read",
			    "파일이 패킷 중간에서 끝납니다. 있는 데까지 읽었습니다" } },
	[CAPTURE_DAMAGED] = { { "the file is damaged after frame {n}; what was before it was read",
				"파일이 프레임 {n} 다음부터 손상되어, 그 앞까지 읽었습니다" } },
	[CAPTURE_EMPTY] = { { "from some point on the file holds nothing but empty records; reading "
			      "stopped at frame {n}",
			      "어느 지점부터 빈 레코드뿐이어서, 프레임 {n}에서 읽기를 멈췄습니다" } },
	[CAPTURE_LONG] = { { "only the first {n} frames were read",
			     "처음 프레임 {n}개만 읽었습니다" } },
};

static const struct words damaged = { { "damaged packets, passed over: {n}",
					"손상된 패킷 {n}개는 건너뛰었습니다" } };
static const struct words unknown_links = {
	{ "frames of link type {n} were not read (Ethernet, Linux cooked, raw IP, loopback, PPP and 802.11 "
	  "are)",
	  "링크 타입 {n}의 프레임은 읽지 않았습니다(Ethernet, Linux cooked, raw IP, loopback, PPP, 802.11은 "
	  "읽습니다)" }
};
static const struct words sorted = {
	{ "frames that are not in the order of their times: {n}; they were sorted",
	  "프레임 {n}개가 시간 순서와 달라서, 정렬했습니다" }
};

int reading_notes(const struct report *report, struct words notes[static 8],
		  unsigned int n[static 8])
{
	const struct wire *wire = report->wire;
	int count = 0;

	if (report->end > CAPTURE_WHOLE) {
		n[count] = wire->frames;
		notes[count++] = ends[report->end];
	}
	if (wire->damaged) {
		n[count] = wire->damaged;
		notes[count++] = damaged;
	}
	if (wire->unknown_links) {
		n[count] = wire->unknown_link;
		notes[count++] = unknown_links;
	}
	if (wire->out_of_order) {
		n[count] = wire->out_of_order;
		notes[count++] = sorted;
	}
	return count;
}

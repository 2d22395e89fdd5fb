"""The words of make predict-NAME, in English and Korean, and how an answer is understood."""

import os
import re

ERRNO = {  # as strerror(3) has them
    "EADDRINUSE": "Address already in use", "ECHILD": "No child processes",
    "ECONNABORTED": "Software caused connection abort", "ECONNREFUSED": "Connection refused",
    "ECONNRESET": "Connection reset by peer", "EHOSTUNREACH": "No route to host",
    "EINTR": "Interrupted system call", "EINVAL": "Invalid argument",
    "EMFILE": "Too many open files", "ENETUNREACH": "Network is unreachable",
    "ENOTCONN": "Transport endpoint is not connected", "EPIPE": "Broken pipe",
    "EPROTO": "Protocol error", "ETIMEDOUT": "Connection timed out",
}

ENGLISH = {
    "title": "{name}: what will happen?   (UNP {section})",
    "done": "What is done, in this order:",
    "how": "Answer with a letter or with the word. If you don't know, press Enter.",
    "call": "{who}: after ({number}), {nth} {call} that returns gives",
    "flags": "After ({number}), {nth} segment from the {host}'s host has the flags",
    "how_many_segments": "How many TCP segments does the {host}'s host send after ({number}), "
                         "up to the next action?",
    "how_many_children": "How many child processes does the {who} of ({number}) make?",
    "icmp": "After ({number}), the {host} answers with the ICMP error",
    "signal": "The first signal that reaches the {who} after ({number}) is",
    "how_many_signals": "How many times does {signal} reach the {who} after ({number})?",
    "end": "{who}: how does this process end after ({number})?",
    "state": "{who}: which TCP state is the socket in at the end of what ({number}) causes?",
    "backoff": "After ({number}) the {host}'s kernel sends the data again and again. Each next wait is",
    "ps": "{who}: which state does ps show after ({number})?",
    "waits": "{who}: in which call does the process sleep after ({number})?",
    "zombies": "{who}: how many zombie children does it have after ({number})?",
    "number": "a number", "again": "\"{text}\" is not one of these. Please answer again:",
    "unknown": "don't know", "runs": "This is what happened:",
    "asked": "question", "yours": "your answer", "happened": "what happened", "where": "see",
    "score": "{right} of {all} as predicted.", "frame": "frame {frame}", "after": "after frame {frame}",
    "sheet": "Why, and what a correct program does: {sheet}",
    "nothing": "{name}: there is no question about this run.",
    "data": "data: a number above 0", "eof": "0, end of file", "success": "success",
    "restarted": "nothing yet: the kernel restarts it", "status": "exit with status {status}",
    "killed": "killed by {signal}", "half": "half as long", "same": "as long as before",
    "twice": "twice as long", "longer": "longer", "shorter": "shorter",
    "R": "R running", "S": "S sleeping", "T": "T stopped", "Z": "Z zombie",
    "ordinals": ("the 1st", "the 2nd", "the 3rd", "the {n}th"),
}
KOREAN = {
    "title": "{name}: 어떻게 될까요?   (UNP {section})",
    "done": "실험은 다음 순서로 진행됩니다:",
    "how": "기호나 단어로 답하세요. 모르면 Enter만 누르세요.",
    "call": "{who}: ({number}) 이후 {nth} 반환되는 {call}의 결과는?",
    "flags": "({number}) 이후 {host} 호스트가 {nth} 보내는 세그먼트의 플래그는?",
    "how_many_segments": "({number}) 이후 다음 동작 전까지 {host} 호스트가 보내는 TCP 세그먼트는 몇 개?",
    "how_many_children": "({number})의 {who}는 자식 프로세스를 몇 개 만들까요?",
    "icmp": "({number}) 이후 {host}가 보내는 ICMP 오류의 내용은?",
    "signal": "({number}) 이후 {who}에 처음 도착하는 시그널은?",
    "how_many_signals": "({number}) 이후 {signal}은 {who}에 몇 번 도착할까요?",
    "end": "{who}: ({number}) 이후 이 프로세스는 어떻게 끝날까요?",
    "state": "{who}: ({number}) 이후 소켓이 머무는 TCP 상태는?",
    "backoff": "({number}) 이후 {host}의 커널은 데이터를 계속 재전송합니다. 다음 대기 시간은 매번",
    "ps": "{who}: ({number}) 이후 ps가 보여 주는 상태는?",
    "waits": "{who}: ({number}) 이후 이 프로세스가 잠들어 있는 호출은?",
    "zombies": "{who}: ({number}) 이후 마지막에 좀비 자식은 몇 개?",
    "number": "숫자", "again": "\"{text}\"은(는) 보기에 없습니다. 다시:",
    "unknown": "모름", "runs": "실제로는 이렇게 되었습니다:",
    "asked": "질문", "yours": "나의 답", "happened": "실제", "where": "위치",
    "score": "{all}개 중 {right}개를 맞게 예측했습니다.", "frame": "프레임 {frame}",
    "after": "프레임 {frame} 다음", "sheet": "이유와 올바른 프로그램: {sheet}",
    "nothing": "{name}: 이 실행에는 물어볼 것이 없습니다.",
    "data": "데이터: 0보다 큰 수", "eof": "0, 파일의 끝", "success": "성공",
    "restarted": "없음: 커널이 다시 시작", "status": "상태 {status}로 종료",
    "killed": "{signal}에 의해 종료", "half": "절반", "same": "이전과 같음", "twice": "두 배",
    "longer": "더 김", "shorter": "더 짧음",
    "R": "R 실행 중", "S": "S 잠듦", "T": "T 멈춤", "Z": "Z 좀비",
    "ordinals": ("첫 번째로", "두 번째로", "세 번째로", "{n}번째로"),
}


def language(environment=os.environ):
    """"ko" or "en": from LESSON_LANG, or else from the locale."""
    said = environment.get("LESSON_LANG") or environment.get("LC_ALL") or environment.get("LANG") or ""
    return "ko" if said.lower().startswith("ko") else "en"


class Words:
    def __init__(self, lang):
        self.lang, self.texts = lang, KOREAN if lang == "ko" else ENGLISH

    def __call__(self, key, **values):
        return self.texts[key].format(**values)

    def question(self, question):
        words = dict(question.words)
        if "nth" in words:
            forms = self.texts["ordinals"]
            words["nth"] = forms[min(words["nth"], len(forms)) - 1].format(n=words["nth"])
        return self(question.kind, **words)

    def choice(self, question, token):
        """An answer in words: "EPIPE (Broken pipe)"."""
        if token in ERRNO:
            return f"-1 {token} ({ERRNO[token]})"
        if question.kind == "end" and token.startswith("status"):
            return self("status", status=token.split()[1])
        if question.kind == "end":
            return self("killed", signal=token)
        return self.texts.get(token, token) if question.choices else token


def plain(text):
    """Without case, blanks and punctuation."""
    return re.sub(r"[\W_]+", "", text.casefold())


def flags(text):
    return tuple(sorted(re.findall(r"[a-z]+", text.casefold())))


def understood(words, question, text):
    """The token of the answer; "" for no answer, None if it is not one of the choices."""
    given = plain(text)
    if not given:
        return ""
    if not question.choices:
        return str(int(text)) if text.strip().isdecimal() else None
    if question.kind == "ps" and len(given) == 1:
        return given.upper() if given.upper() in question.choices else by_letter(question, given)
    if len(given) == 1:
        return by_letter(question, given)
    if question.kind == "flags":
        return next((token for token in question.choices if flags(token) == flags(text)), None)
    meant = [token for token in question.choices
             if given in (plain(token), plain(words.choice(question, token)), "1" + plain(token))
             or (token.isupper() and plain(token) in given)
             or given in (plain(ERRNO.get(token, token)), plain(token.split()[-1] + "exit"),
                          plain("exit" + token.split()[-1]))]
    if len(meant) != 1:
        meant = [token for token in question.choices if given in plain(words.choice(question, token))]
    return meant[0] if len(meant) == 1 else None


def by_letter(question, letter):
    at = ord(letter) - ord("a")
    return question.choices[at] if 0 <= at < len(question.choices) else None

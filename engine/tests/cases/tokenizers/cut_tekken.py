"""Cuts a tekken.json to the tokens that can come up in the texts of given cases: all that occur in them, bytes and the
control tokens. Ranks are numbered anew in the same order, so that the joins are the same; `real_rank` has the old ones.

    python cut_tekken.py TEKKEN_JSON CASES_JSON OUT_JSON

TEKKEN_JSON: as mistral-common's package carries it (data/tekken_240718.json, data/tekken_240911.json).
"""

import base64
import json
import sys


def texts(message):
    content = message["content"]
    return [content] if isinstance(content, str) else [part["text"] for part in content if part["type"] == "text"]


tekken, cases = (json.load(open(path)) for path in sys.argv[1:3])
# Messages are joined by blank lines; words of one message never meet those of another otherwise.
written = "\n\n".join(text for case in cases for message in case["messages"] for text in texts(message)).encode()
ordinary = tekken["config"]["default_vocab_size"] - tekken["config"]["default_num_special_tokens"]
kept = []
for word in tekken["vocab"][:ordinary]:
    token = base64.b64decode(word["token_bytes"])
    if len(token) == 1 or token in written:
        kept.append({"rank": len(kept), "token_bytes": word["token_bytes"], "real_rank": word["rank"]})
tekken["vocab"] = kept
tekken["config"]["default_vocab_size"] = len(kept) + tekken["config"]["default_num_special_tokens"]
tekken["config"]["num_vocab_tokens"] = len(kept)
json.dump(tekken, open(sys.argv[3], "w"), ensure_ascii=False, separators=(",", ":"))

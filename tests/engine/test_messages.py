"""The stream between window and engine, cut wherever the system likes to cut it."""

from __future__ import annotations

import pickle
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from felix_dbadmin.core.task import Progress
from felix_dbadmin.engine.messages import (
    Call,
    Cancel,
    Crashed,
    Decoder,
    Message,
    NotAMessage,
    Ready,
    Reported,
    Shutdown,
    Started,
    Succeeded,
    encode,
)

idents = st.integers(0, 1 << 40)
progresses = st.builds(
    Progress,
    st.lists(st.text(), max_size=3).map(tuple),
    idents,
    idents,
    st.none() | idents,
    st.text(),
    st.lists(st.text(), max_size=3).map(tuple),
)
messages: st.SearchStrategy[Message] = st.one_of(
    st.builds(Call, idents, st.text(), st.binary(max_size=500)),
    st.builds(Cancel, idents),
    st.builds(Shutdown),
    st.builds(Ready, idents, st.text()),
    st.builds(Started, idents),
    st.builds(Reported, idents, progresses),
    st.builds(Succeeded, idents, st.binary(max_size=500)),
    st.builds(Crashed, idents, st.text()),
)


@given(st.lists(messages, max_size=5), st.lists(st.integers(0, 2000), max_size=10))
def test_messages_arrive_whole_and_in_order_however_the_stream_is_cut(sent: list[Message], cuts: list[int]) -> None:
    stream = b"".join(encode(message) for message in sent)
    edges = sorted({0, len(stream), *(min(cut, len(stream)) for cut in cuts)})
    decoder = Decoder()
    received = [message for start, end in pairwise(edges) for message in decoder.feed(stream[start:end])]
    assert received == sent


@given(st.text(min_size=8))
def test_printed_text_in_the_stream_is_found_out_at_once(text: str) -> None:
    data = text.encode("utf-8", "surrogatepass")
    if data.startswith(b"\0"):
        data = b"!" + data
    with pytest.raises(NotAMessage):
        list(Decoder().feed(data))


@pytest.mark.parametrize("body", [b"", b"not a pickle", pickle.dumps("not a message")])
def test_a_frame_that_holds_no_message_is_refused(body: bytes) -> None:
    with pytest.raises(NotAMessage):
        list(Decoder().feed(len(body).to_bytes(8, "big") + body))
